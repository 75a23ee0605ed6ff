import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.access.roles import OFFICERS
from core.accounts.services import create_officer
from core.audit import services as audit
from core.refusals import Refused


class Command(BaseCommand):
    help = "The first accounts of an installation: one of the three officers. They make the others on the site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=sorted(OFFICERS))
        parser.add_argument("username")
        parser.add_argument("name")
        parser.add_argument("--county", required=True, help="the county the officer looks after")

    def handle(self, *, role: str, username: str, name: str, county: str, **options: Any) -> None:
        password = os.environ.get("OFFICER_PASSWORD") or getpass.getpass("密码：")
        try:
            with audit.source("命令 create_officer"):
                user = create_officer(role=role, username=username, name=name, county=county, password=password)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"已建立 {username}（{user.get_role_display()}），首次登录须改密码。")
