"""A dry run of one ledger: what would be accepted and what not, as one JSON object (design, section 7).

    manage.py check_ledger FILE --village CODE --policy 411325-2025 [--as-of DATE]

Writes nothing. Exit 0 if the file could be read, 2 if not, 1 if the question itself is wrong.
"""

import json
import sys
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collection.ledgers.dry_run import check
from config import clock
from core.tables.dry_run import Question, QuestionError

UNREADABLE = 2


class Command(BaseCommand):
    help = "试读一份台账：哪些行可以记账、哪些行有问题。不写入任何数据。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--village", required=True, help="12 位村代码")
        parser.add_argument("--policy", required=True, help="例如 411325-2025")
        parser.add_argument("--as-of", type=date.fromisoformat, help="按哪一天核对，默认今天")

    def handle(self, *, file: Path, village: str, policy: str, as_of: date | None, **options: Any) -> None:
        try:
            answer = check(Question(file, as_of or clock.today(), village=village, policy=policy))
        except QuestionError as error:
            raise CommandError(str(error)) from None
        cast(TextIOWrapper, sys.stdout).reconfigure(encoding="utf-8", errors="replace")
        self.stdout.write(json.dumps(answer.as_dict(), ensure_ascii=False))
        if answer.file_error:
            sys.exit(UNREADABLE)
