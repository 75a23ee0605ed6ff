"""A death list of 60,000, a roster of 60,000 marks, a policy version with 60,000 booked: seconds and statements."""

import time

from bench._database import measure_apart

PEOPLE = 60_000
VILLAGES = 20


def main() -> None:
    measure_apart("consequences", clock="2024-10-25T12:00:00+08:00")


def measure() -> None:
    campaign, clerk, people = _prepared()
    from datetime import date

    from collection.consequences.quotes import review_contributions
    from collection.contributions.models import Contribution
    from collection.entitlements.services import apply_effects
    from core.database.bulk import chunks
    from residents.statuses.services import NewStatus, set_statuses
    from subsidies.rosters.models import Identity

    def adopt():
        rows = Contribution.objects.filter(campaign=campaign, ended_at__isnull=True).select_related("resident")
        for chunk in chunks(list(rows.order_by("pk").values_list("pk", flat=True))):
            review_contributions(
                campaign=campaign, contributions=list(rows.filter(pk__in=chunk)), fact="采用政策新版本", actor=clerk
            )

    _timed("quote all again", adopt)
    for chunk in chunks(people):
        Identity.objects.bulk_create(
            Identity(resident_id=pk, kind="低保对象", department="民政局", recognised_on=date(2024, 10, 20))
            for pk in chunk
        )
    _timed("marks", lambda: apply_effects(campaign=campaign, residents=people, roster=None, actor=clerk))
    entries = [NewStatus(pk, date(2024, 10, 20), "死亡名单") for pk in people]
    _timed("deaths", lambda: set_statuses(status="dead", entries=entries, actor=clerk))


def _timed(name, work) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        work()
    print(f"{name:18} {time.perf_counter() - began:6.1f} s  {len(queries):5} statements", flush=True)


def _prepared():
    from datetime import date, timedelta

    from collection.contributions.services import Payment, record_contributions
    from core.access.roles import Role
    from core.accounts.models import User
    from core.database.bulk import insert_objects
    from core.jobs import services as jobs
    from core.regions.models import Region
    from residents.people.id_numbers import checksum_digit
    from residents.people.models import Resident
    from subsidies.campaigns.services import open_campaign
    from subsidies.quotes.quote import quote

    jobs.wake = lambda job_id: None
    campaign, _ = open_campaign(policy_id="411325-2025")
    clerk = User.objects.create_user("clerk", name="乙", role=Role.COUNTY, region_id="411325")
    villages = list(Region.objects.filter(level="village").order_by("code").values_list("code", flat=True)[:VILLAGES])
    people = []
    for number in range(PEOPLE):
        born = date(1950, 1, 1) + timedelta(days=number // 500)
        body = f"411325{born:%Y%m%d}{number % 500 * 2 + 1:03d}"
        people.append(
            Resident(
                village_id=villages[number % VILLAGES],
                name="王小明",
                birth_date=born,
                sex="M",
                id_number=body + checksum_digit(body),
                registered_on=date(2024, 1, 1),
            )
        )
    insert_objects(people)
    ids = list(Resident.objects.order_by("pk").values_list("pk", "village_id"))
    day = date(2024, 10, 8)
    owed = quote(campaign.policy, birth_date=date(1950, 1, 1), paid_on=day, insured_years=[])
    payments = [Payment(pk, village, "self", day, owed, state="posted") for pk, village in ids]
    record_contributions(campaign=campaign, payments=payments, actor=clerk)
    return campaign, clerk, [pk for pk, _ in ids]
