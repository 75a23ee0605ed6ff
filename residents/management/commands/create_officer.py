import getpass
import os

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from residents import audit
from residents.models import OFFICERS, Region, User


class Command(BaseCommand):
    help = "The first accounts of an installation: one of the three officers. They make the others on the site."

    def add_arguments(self, parser):
        parser.add_argument("role", choices=sorted(OFFICERS))
        parser.add_argument("username")
        parser.add_argument("name")
        parser.add_argument("--county", required=True, help="the county the officer looks after")

    def handle(self, *, role, username, name, county, **options):
        region = Region.objects.filter(code=county, level=Region.Level.COUNTY).first()
        if region is None:
            raise CommandError(f"没有代码为 {county} 的县。请先运行 open_campaign。")
        if User.objects.filter(username=username).exists():
            raise CommandError(f"账号 {username} 已经有了。")
        password = os.environ.get("OFFICER_PASSWORD") or getpass.getpass("密码：")
        user = User(username=username, name=name, role=role, region=region)
        try:
            user.full_clean(exclude=["password"])
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        user.set_password(password)
        user.save()
        with audit.source("命令 create_officer"):
            audit.record(
                "account.create", actor=None, obj=user, summary=f"建立{user.get_role_display()}账号 {username}"
            )
        self.stdout.write(f"已建立 {username}（{user.get_role_display()}）,首次登录须改密码。")
