from django.core.management.base import BaseCommand

from core.audit import services as audit
from demo.build import fill
from demo.county import SIZES


class Command(BaseCommand):
    help = "Fills an empty database with the demo county (used by make run)."

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=SIZES, default="small")

    def handle(self, *, size, **options):
        with audit.source("命令 build_demo"):
            fill(size=size)
