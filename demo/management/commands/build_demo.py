from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from core.audit import services as audit
from demo.build import fill_new_file
from demo.counties import NEIXIANG, demo_county
from demo.county import SIZES


class Command(BaseCommand):
    help = "Fills an empty database with the demo county (used by make run)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument("--county", default=NEIXIANG.code)

    def handle(self, *, size: str, county: str, **options: object) -> None:
        with audit.source("命令 build_demo"):
            fill_new_file(size=size, county=demo_county(county))
