"""manage.py quote: JSON Lines in, JSON Lines out (subsidies/quotes/lines.py). Needs no database."""

import json
import sys

from django.core.management.base import BaseCommand

from subsidies.quotes.lines import answer


class Command(BaseCommand):
    help = "应缴核算：从标准输入逐行读 JSON 问题，逐行写出答案"
    requires_system_checks = []

    def handle(self, *args, **options):
        for raw in sys.stdin.buffer:
            line = raw.decode("utf-8-sig", errors="replace").strip()
            if line:
                text = json.dumps(answer(line), ensure_ascii=False) + "\n"
                sys.stdout.buffer.write(text.encode("utf-8", errors="replace"))
        sys.stdout.flush()
