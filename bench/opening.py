"""Opening a year for 586,000 people: tasks proposed, two villages merged, one renamed, 295 blank books carried over."""

import resource
import time

from bench._database import measure_apart

PEOPLE = 586_000


def main() -> None:
    measure_apart("opening", clock="2025-08-20T12:00:00+08:00")


def measure() -> None:
    from core.access.roles import Role
    from core.accounts.models import User
    from subsidies.campaigns.proposals import put_into_force, start_proposal
    from subsidies.openings import duties, planned_tasks
    from subsidies.policy.editing import next_year

    campaign = _prepared()
    first, second = (
        User.objects.create(username=name, name=name, role=Role.COUNTY, region=campaign.county) for name in "甲乙"
    )
    text = next_year(campaign.policy).text
    proposal = start_proposal(county=campaign.county, text=text, name="开征", actor=first)
    steps = {
        "tasks": lambda: planned_tasks.propose_tasks(proposal=proposal, actor=first),
        "duties": lambda: duties.propose_duties(proposal=proposal, actor=first),
        "villages": lambda: _plan_villages(proposal, first),
        "books": lambda: _plan_books(proposal, first),
        "opening": lambda: put_into_force(
            proposal=proposal, seen=proposal.policy.hash, unfinished="测量", actor=second
        ),
    }
    for name, step in steps.items():
        began = time.perf_counter()
        step()
        print(f"{name}: {time.perf_counter() - began:.2f} s", flush=True)
        proposal.refresh_from_db()
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB", flush=True)


def _plan_villages(proposal, actor) -> None:
    from subsidies.openings.models import VillageChange
    from subsidies.openings.selectors import standing_villages

    a, b, c, d, e = list(standing_villages(proposal.county_id).values())[:5]
    for kind, new, old in (("merged", a, b), ("merged", c, d), ("renamed", e, e)):
        name = "向阳村" if kind == "renamed" else new.name
        VillageChange.objects.create(
            proposal=proposal, kind=kind, code=new.code, name=name, old_code=old.code, old_name=old.name, document="测"
        )


def _plan_books(proposal, actor) -> None:
    from collection.receipts.carrying import blank_books, plan_books

    plan_books(proposal=proposal, decisions={blank.book.pk: "carry" for blank in blank_books(proposal)}, actor=actor)


def _prepared():
    from datetime import date
    from decimal import Decimal

    from django.utils import timezone

    from collection.contributions.models import Contribution
    from collection.receipts.models import ReceiptBook
    from core.database.bulk import analyze_table, insert_objects
    from core.regions.models import Region
    from residents.people.models import InsuredYear, Resident
    from subsidies.campaigns.services import open_campaign

    campaign, _ = open_campaign(policy_id="411325-2025")
    villages = list(Region.objects.filter(code__startswith="411325", level="village").order_by("code"))
    paid_on = date(2024, 10, 1)
    moment = timezone.now()
    insert_objects(
        Resident(
            village=villages[number % len(villages)], name="王小明", birth_date=date(1970, 1, 1), sex="M",
            id_number=f"{number:018d}", registered_on=paid_on,
        )
        for number in range(PEOPLE)
    )  # fmt: skip
    people = Resident.objects.order_by("pk").values_list("pk", "village_id")
    insert_objects(
        Contribution(
            campaign=campaign, resident_id=pk, year=2025, village_id=village, channel="self", amount=Decimal(400),
            standard=Decimal(400), subsidy=Decimal(0), category="普通居民", policy_version=campaign.policy_version,
            clause="三（二）", paid_on=paid_on, state="posted", recorded_at=moment, posted_at=moment,
        )
        for pk, village in people.iterator()
    )  # fmt: skip
    insert_objects(InsuredYear(resident_id=pk, year=2025, source="入库") for pk, _ in people.iterator())
    root = ReceiptBook.objects.create(
        campaign=campaign, prefix="NX", first=1, last=1_000_000, width=8, holder=campaign.county, issued_at=moment
    )
    for number, village in enumerate(villages[5:]):
        first = 1 + number * 1000
        town = ReceiptBook.objects.create(
            campaign=campaign, prefix="NX", first=first, last=first + 999, width=8, holder=village.parent, parent=root,
            issued_at=moment,
        )  # fmt: skip
        ReceiptBook.objects.create(
            campaign=campaign, prefix="NX", first=first, last=first + 999, width=8, holder=village, parent=town,
            issued_at=moment,
        )  # fmt: skip
    for model in (Resident, Contribution, InsuredYear):
        analyze_table(model)
    return campaign
