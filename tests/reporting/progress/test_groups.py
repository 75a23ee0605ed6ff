"""Groups without money (屯留: 退役军人 …): counted like every special group, and paying like everybody."""

import datetime

import pytest

from collection.contributions.services import Payment, record_contributions
from core.regions.models import Region
from reporting.progress.groups import coverage_by_kind
from residents.statuses.services import set_status
from subsidies.campaigns.services import open_campaign
from subsidies.quotes.selectors import quote_residents
from subsidies.rosters.models import Identity

DAY = datetime.date(2025, 11, 10)


@pytest.fixture
def tunliu(db, business_clock):
    business_clock("2025-11-10T10:00")
    return open_campaign(policy_id="140405-2026")[0]


def test_a_group_without_money_is_followed_like_the_others(tunliu, make_user, make_resident, silent_queue):
    village = Region.objects.filter(parent__parent=tunliu.county, level=Region.Level.VILLAGE).order_by("code").first()
    officer = make_user("county", tunliu.county_id)
    people = [make_resident(village.pk) for _ in range(4)]
    for person in people:
        Identity.objects.create(
            resident=person, kind="退役军人", department="退役军人事务局", recognised_on=datetime.date(2025, 1, 1)
        )
    owed = quote_residents(campaign=tunliu, residents=people, paid_on=DAY)[people[0].pk]
    assert (owed.due, owed.subsidy) == (400, 0)
    payment = Payment(people[0].pk, village.pk, "self", DAY, owed, state="posted")
    record_contributions(campaign=tunliu, payments=[payment], actor=officer)
    set_status(resident=people[1], status="dead", since=DAY, source="死亡证明", actor=officer)
    found = dict(coverage_by_kind(tunliu, tunliu.county_id))["退役军人"]
    assert (found.should, found.insured, found.excused) == (4, 1, 1)
