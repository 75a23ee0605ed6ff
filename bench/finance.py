"""The finance bureau's statement of a county of 586,000 contributions against one bare GROUP BY of them."""

import datetime
import statistics
import time

from bench._database import measure_apart
from bench.ranking import PEOPLE, _fill

ROUNDS = 5
#: One in so many is subsidised: as in 内乡, and as in 沁水, where everybody is.
SHARES = (10, 1)


def main() -> None:
    measure_apart("finance", clock="2024-10-25T12:30:00+08:00")


def measure() -> None:
    from django.db import connection

    from collection.finance.selectors import statement

    campaign = _fill(PEOPLE)
    for share in SHARES:
        _subsidise(share)
        bare, full = [], []
        for _ in range(ROUNDS):
            bare.append(_timed(_bare_group_by))
            full.append(_timed(lambda: statement(campaign=campaign, on=datetime.date(2024, 10, 25))))
        ratio = statistics.median(full) / statistics.median(bare)
        print(
            f"{connection.vendor}, one in {share} of {PEOPLE:,} subsidised: bare GROUP BY "
            f"{statistics.median(bare):.0f} ms, statement {statistics.median(full):.0f} ms, ratio {ratio:.2f}",
            flush=True,
        )


def _subsidise(share: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM collection_contributionfund")
        cursor.execute(
            "UPDATE collection_contribution SET subsidy = 80, amount = 320, category = '低保对象' WHERE id %% %s = 0",
            [share],
        )
        cursor.execute(
            "INSERT INTO collection_contributionfund (contribution_id, source, amount) "
            "SELECT id, '医疗救助资金', 80 FROM collection_contribution WHERE id %% %s = 0",
            [share],
        )
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _bare_group_by() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(village_id, 1, 9), category, count(*), sum(subsidy) FROM collection_contribution "
            "WHERE ended_at IS NULL GROUP BY 1, 2"
        )
        cursor.fetchall()


def _timed(step) -> float:
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1000
