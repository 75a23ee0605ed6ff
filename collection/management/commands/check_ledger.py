"""A dry run of one ledger: what would be accepted and what not, as one JSON object (design, section 7).

    manage.py check_ledger FILE --village CODE --policy 411325-2025 [--as-of DATE]

Writes nothing. Exit 0 if the file could be read, 2 if not, 1 if the question itself is wrong.
"""

import hashlib
import json
import sys
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from collection.ledgers.check import check_ledger
from collection.ledgers.columns import TITLES
from collection.ledgers.facts import gather, same_file_note, stamp_facts
from collection.ledgers.reading import read_ledger
from collection.ledgers.stamp import other_ledger, stale_note
from config import clock
from core.regions.models import Region
from core.tables import reader
from subsidies.campaigns.models import Campaign

UNREADABLE = 2


class Command(BaseCommand):
    help = "试读一份台账：哪些行可以记账、哪些行有问题。不写入任何数据。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--village", required=True, help="12 位村代码")
        parser.add_argument("--policy", required=True, help="例如 411325-2025")
        parser.add_argument("--as-of", type=date.fromisoformat, help="按哪一天核对，默认今天")

    def handle(self, *, file, village, policy, as_of, **options):
        village, campaign = _village(village), _campaign(policy)
        if not village.code.startswith(campaign.county_id):
            raise CommandError(f"{village.code} 不在政策 {policy} 的县内。")
        answer = {"sheet": None, "header_row": None, "accepted": [], "rejected": [], "warnings": [], "file_error": None}
        try:
            if not file.is_file():
                raise reader.SheetError(reader.UNREADABLE, f"没有找到文件 {file.name}。")
            reading = read_ledger(reader.read(file))
            if refused := other_ledger(reading, village=village.code, year=campaign.year):
                raise refused
        except reader.SheetError as error:
            answer["file_error"] = {"code": error.code, "message": error.message}
            self._say(answer)
            sys.exit(UNREADABLE)
        facts = gather(campaign=campaign, village=village, reading=reading, as_of=as_of or clock.today())
        checked = check_ledger(reading, facts)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        same = same_file_note(campaign=campaign, village=village, sha256=digest)
        stale = stale_note(reading, stamp_facts(campaign=campaign, village=village, reading=reading))
        notes = [*stale, *same, *checked.notes]
        self._say({**answer, **_verdicts(reading, checked, notes)})

    def _say(self, answer):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def _village(code):
    try:
        return Region.objects.get(code=code, level=Region.Level.VILLAGE)
    except Region.DoesNotExist:
        raise CommandError(f"没有代码为 {code} 的村；请核对 12 位村代码，或先运行 open_campaign。") from None


def _campaign(policy):
    campaigns = Campaign.objects.select_related("county", "policy_version")
    try:
        return campaigns.get(policy_version__policy_id=policy)
    except Campaign.DoesNotExist:
        raise CommandError(f"没有政策为 {policy} 的征缴年度；请先运行 open_campaign {policy}。") from None


def _verdicts(reading, checked, notes) -> dict:
    return {
        "sheet": reading.sheet,
        "header_row": reading.header.row,
        "accepted": [
            {
                "row": row.number,
                "name": row.name,
                "id_number": row.id_number,
                "amount": str(row.amount),
                "paid_on": row.paid_on.isoformat(),
                "receipt_no": row.receipt_no,
                "category": row.category,
            }
            for row in checked.accepted
        ],
        "rejected": [_remark(row.number, p) for row in checked.rows for p in row.problems]
        + [_remark(row.number, w, "already_paid") for row in checked.rows if row.recorded for w in row.warnings[-1:]],
        "warnings": [{"row": None, "code": note.code, "message": note.message} for note in notes]
        + [_remark(row.number, w) for row in checked.rows for w in row.warnings],
    }


def _remark(row, remark, code=None) -> dict:
    return {
        "row": row,
        "column": TITLES.get(remark.column),
        "code": code or remark.code,
        "message": remark.message,
    }
