import contextlib
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from config import clock
from core.access.roles import role_name
from core.refusals import Refused
from core.regions.models import Region
from demo.build import build
from demo.counties import NEIXIANG, DemoCounty, demo_county
from demo.county import ACCOUNTS, NEIGHBOUR_ACCOUNT, PASSWORD, SIZES, neighbour_of, place_of
from demo.serve import data_lock, port_is_free, serve
from residents.people.models import Resident


class Command(BaseCommand):
    help = "The demo county with web, worker and beat, until Ctrl-C (make run)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--county", default=NEIXIANG.code, help="name or code of one of the five counties")

    def handle(self, *, size: str, port: int, county: str, **options: object) -> None:
        if settings.PRODUCTION:
            raise CommandError("PRODUCTION=1：这里不运行演示。")
        if not port_is_free(port):
            raise CommandError(f"端口 {port} 已被占用（port {port} is taken）。请换一个：make run PORT={port + 1}")
        try:
            chosen = demo_county(county)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        with data_lock(port):
            built = build(size=size, county=chosen, say=self.say)
            serve(port=port, say=self.say, ready=lambda: self.welcome(port, built))
        self.say("已停止。")

    def say(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may have been closed
            self.stdout.write(text)
            self.stdout.flush()

    def welcome(self, port: int, county: DemoCounty) -> None:
        lines: dict[str, str] = {}
        townships = dict(Region.objects.filter(level=Region.Level.TOWNSHIP).values_list("code", "name"))
        for username, name, role, department in ACCOUNTS:
            where = townships.get(place_of(county, username, role), "") + (department or role_name(role, county.code))
            lines.setdefault(where, f"  {username:<11}{where}　{name}")
        neighbour, (username, name) = neighbour_of(county), NEIGHBOUR_ACCOUNT
        lines["neighbour"] = f"  {username:<11}{neighbour.name}医保局（外县）　{name}"
        resident = Resident.objects.in_region(neighbour.code).order_by("pk").first()
        if resident:
            lines["neighbour"] += (
                f"；该县居民 {resident.name}：http://127.0.0.1:{port}{reverse('resident_story', args=[resident.pk])}"
            )
        self.say(
            f"\n  打开 http://127.0.0.1:{port}/ （业务时钟 {clock.now():%Y-%m-%d %H:%M}）\n"
            f"  下列账号的密码都是 {PASSWORD}\n\n" + "\n".join(lines.values()) + "\n\n  按 Ctrl-C 停止。\n"
        )
