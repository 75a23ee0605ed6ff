import contextlib

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import clock
from core.access.roles import Role
from core.regions.models import Region
from demo.build import build
from demo.county import ACCOUNTS, PASSWORD, SIZES
from demo.serve import data_lock, port_is_free, serve


class Command(BaseCommand):
    help = "The demo county with web, worker and beat, until Ctrl-C (make run)."

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, size, port, **options):
        if settings.PRODUCTION:
            raise CommandError("PRODUCTION=1：这里不运行演示。")
        if not port_is_free(port):
            raise CommandError(f"端口 {port} 已被占用（port {port} is taken）。请换一个：make run PORT={port + 1}")
        with data_lock(port):
            build(size=size, say=self.say)
            serve(port=port, say=self.say, ready=lambda: self.welcome(port))
        self.say("已停止。")

    def say(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may have been closed
            self.stdout.write(text)
            self.stdout.flush()

    def welcome(self, port: int) -> None:
        shown = {}
        townships = dict(Region.objects.filter(level=Region.Level.TOWNSHIP).values_list("code", "name"))
        for username, name, role, region, department in ACCOUNTS:
            where = townships.get(region, "") + (department or Role(role).label)
            shown.setdefault(where, f"  {username:<11}{where}　{name}")
        self.say(
            f"\n  打开 http://127.0.0.1:{port}/ （业务时钟 {clock.now():%Y-%m-%d %H:%M}）\n"
            f"  下列账号的密码都是 {PASSWORD}\n\n" + "\n".join(shown.values()) + "\n\n  按 Ctrl-C 停止。\n"
        )
