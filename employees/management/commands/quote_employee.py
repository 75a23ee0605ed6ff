"""manage.py quote_employee: JSON Lines in, JSON Lines out (employees/quotes/lines.py). Needs no database."""

from django.core.management.base import BaseCommand

from core.json_lines import answer_lines
from employees.quotes.lines import answer


class Command(BaseCommand):
    help = "职工医保应缴核算：从标准输入逐行读 JSON 问题，逐行写出答案"
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        answer_lines(answer)
