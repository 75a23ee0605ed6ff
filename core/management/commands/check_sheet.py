"""A dry run of any sheet that comes in: what would be taken and what not, as one JSON object (design, section 7).

    manage.py check_sheet KIND FILE [--county CODE] [--village CODE] [--policy ID] [--as-of DATE]
                                    [--category NAME] [--full] [--unit CODE]

Writes nothing. Exit 0 if the file could be read, 2 if not, 1 if the question itself is wrong.
"""

import json
import sys
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import clock
from core.tables.dry_run import Question, QuestionError
from core.uploads.checks import all_checks

UNREADABLE = 2


class Command(BaseCommand):
    help = "试读任意一种表格：哪些行会被接收、哪些行有问题。不写入任何数据。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=list(all_checks()))
        parser.add_argument("file", type=Path)
        parser.add_argument("--county", default="", help="6 位县代码")
        parser.add_argument("--village", default="", help="12 位村代码（台账）")
        parser.add_argument("--policy", default="", help="例如 411325-2025")
        parser.add_argument("--as-of", type=date.fromisoformat, help="按哪一天核对，默认今天")
        parser.add_argument("--category", default="", help="名单的身份类别，或状态名单的状态（默认死亡）")
        parser.add_argument("--full", action="store_true", help="全量名单")
        parser.add_argument("--unit", default="", help="单位的统一社会信用代码（职工医保申报表）")

    def handle(
        self,
        *,
        kind: str,
        file: Path,
        county: str,
        village: str,
        policy: str,
        as_of: date | None,
        category: str,
        full: bool,
        unit: str,
        **options: Any,
    ) -> None:
        day = as_of or clock.today()
        # A policy's id and a village's code begin with the county's code.
        county = county or policy[:6] or village[:6]
        question = Question(file, day, county, village, policy, category, full, unit)
        try:
            with clock.judged_on(day):
                answer = all_checks()[kind](question)
        except QuestionError as error:
            raise CommandError(str(error)) from None
        cast(TextIOWrapper, sys.stdout).reconfigure(encoding="utf-8", errors="replace")
        self.stdout.write(json.dumps(answer.as_dict(), ensure_ascii=False))
        if answer.file_error:
            sys.exit(UNREADABLE)
