"""The cash board of 295 villages × 2,000 receipts, against reading those rows.

Three ways to the same board: from the positions kept with each village's events (what the page does), every village
worked out anew by the service, and the pure rules on all rows read into memory.
"""

import datetime
import random
import time
from decimal import Decimal

from bench._database import measure_apart

VILLAGES, RECEIPTS, SLIPS = 295, 2000, 40
LIMIT = 2
FIRST = datetime.date(2024, 9, 1)


def main() -> None:
    measure_apart("money", clock="2024-12-20T11:00:00+08:00")


def measure() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from collection.duties import rules
    from collection.duties import services as duties
    from collection.money import services as money
    from collection.money.models import Movement
    from config import clock
    from subsidies.campaigns.services import open_campaign

    campaign, _ = open_campaign(policy_id="411325-2025")
    codes = _fill(campaign)
    limit, today = duties.limit_of(campaign), clock.today()

    def read_rows():
        return list(Movement.objects.filter(kind="collect").values_list("village_id", "on", "amount"))

    def rows_in_memory():
        taken = {}
        for village, on, amount in rows:
            taken.setdefault(village, []).append((on, amount))
        return [rules.examine(limit, taken[code], slips[code], today) for code in codes]

    rows, slips = read_rows(), duties.events(campaign, codes, today)[1]
    base = _best(read_rows)
    duties.rebuild(campaign=campaign)
    print(f"database: {connection.vendor}; {len(codes)} villages, {len(rows):,} receipts, {len(codes) * SLIPS:,} slips")
    print(f"{'':<44}{'seconds':>9}{'ratio':>7}")
    print(f"{'reading the rows':<44}{base:>9.3f}{1:>7.2f}")
    for label, function in (
        ("board from kept positions", lambda: duties.board(campaign=campaign, region=campaign.county_id)),
        ("board anew: service, all villages", lambda: duties.rebuild(campaign=campaign)),
        ("board anew: reading, then the pure rules", lambda: (read_rows(), rows_in_memory())),
    ):
        taken = _best(function)
        ratio = taken / base
        print(f"{label:<44}{taken:>9.3f}{ratio:>7.2f}{'' if ratio <= LIMIT else f'  above {LIMIT}'}")
    count = iter(range(10**6))

    def one_receipt():
        fact = money.Fact(f"one:{next(count)}", "collect", codes[0], Decimal("400.00"), today)
        money.record_movements(campaign=campaign, facts=[fact], actor=None)

    taken = _best(one_receipt)
    with CaptureQueriesContext(connection) as found:
        one_receipt()
    print(f"one new receipt, its village's board line included: {taken * 1000:.1f} ms, {len(found)} statements")


def _best(function, times: int = 3) -> float:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def _fill(campaign) -> list[str]:
    """Receipts and slips over 110 days, straight into the tables: what is measured is reading, not writing."""
    from django.db import connection, transaction

    from collection.money.models import Movement
    from core.regions.models import Region

    codes = sorted(Region.objects.filter(level="village").values_list("pk", flat=True))[:VILLAGES]
    dice = random.Random(5)
    at = datetime.datetime(2024, 12, 20, tzinfo=datetime.UTC)
    columns = 'campaign_id, village_id, kind, from_place, to_place, amount, "on", at, reason, key'
    table = f"{Movement._meta.db_table} ({columns})"
    rows = (
        (
            campaign.pk,
            code,
            "collect",
            "outside",
            "village",
            "400.00",
            FIRST + datetime.timedelta(days=dice.randrange(110)),
            at,
            "",
            f"c:{code}:{n}",
        )
        for code in codes
        for n in range(RECEIPTS)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * 10)})", rows)
    _slips(campaign, codes, dice)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what the engine does by itself in a while
    return codes


def _slips(campaign, codes, dice) -> None:
    from django.core.files.base import ContentFile

    from collection.cash.models import Deposit
    from config import clock
    from core.accounts.models import User
    from core.files import services as attachments

    helper = User.objects.create(username="bench", name="协办", role="village")
    photo = attachments.store(file=ContentFile(b"x"), name="x.jpg", kind="photo", region=codes[0], actor=helper)
    Deposit.objects.bulk_create(
        Deposit(
            campaign=campaign,
            village_id=code,
            slip_no=f"B{code}{n}",
            amount=Decimal(19000),
            account="x",
            photo=photo,
            paid_on=FIRST + datetime.timedelta(days=dice.randrange(110)),
            recorded_by=helper,
            recorded_at=clock.now(),
        )
        for code in codes
        for n in range(SLIPS)
    )
