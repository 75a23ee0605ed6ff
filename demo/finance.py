"""Vouchers of the subsidy funds: applied for, part of it received, part of that passed up, one entered wrong."""

import datetime
from collections.abc import Iterator
from decimal import Decimal

from collection.finance import services
from collection.finance.models import FundEntry
from collection.finance.selectors import people_of, sum_of
from collection.finance.statement import HEAD_FUND
from core.access.roles import Role
from core.accounts.models import User
from demo.counties import DAY
from demo.world import World

THOUSAND = Decimal(1000)


def record_vouchers(world: World, day: datetime.date) -> None:
    """The bureau applies for what each department's people are owed of a fund; the finance bureau receives three
    quarters and passes up half."""
    finance = User.objects.get(role=Role.FINANCE, region=world.campaign.county)
    kinds = FundEntry.Kind
    for number, (fund, department, whole) in enumerate(_owed(world, day), 1):
        if whole < THOUSAND:
            continue
        parts = ((kinds.APPLIED, whole, 9), (kinds.RECEIVED, whole * 3 // 4, 5), (kinds.PASSED_UP, whole // 2, 2))
        for kind, amount, days in parts:
            services.record_entry(
                campaign=world.campaign,
                kind=kind,
                fund=fund,
                department=department,
                amount=amount,
                on=day - days * DAY,
                voucher_no=f"{kind.value[:2]}-{day.year}-{number:03d}",
                actor=world.bureau if kind == kinds.APPLIED else finance,
            )
    _record_wrong_one(world, day, finance)


def _owed(world: World, day: datetime.date) -> Iterator[tuple[str, str, Decimal]]:
    """What is owed of each fund to the people of each department, and to those of none."""
    policy = world.campaign.policy
    for fund in policy.funds:
        rest = sum_of(people_of(campaign=world.campaign, on=day, fund=fund, department=""))
        for department in policy.departments:
            part = sum_of(people_of(campaign=world.campaign, on=day, fund=fund, department=department))
            rest -= part
            yield fund, department, part
        yield fund, "", rest


def _record_wrong_one(world: World, day: datetime.date, finance: User) -> None:
    """A voucher with a slip in its amount, reversed and entered anew."""
    wrong = services.record_entry(
        campaign=world.campaign,
        kind=FundEntry.Kind.RECEIVED,
        fund=HEAD_FUND,
        amount=500 * THOUSAND,
        on=day - 3 * DAY,
        voucher_no=f"RE-{day.year}-100",
        actor=finance,
    )
    services.reverse_entry(entry=wrong, reason="金额看错，应为 5 万元", actor=finance)
    services.record_entry(
        campaign=world.campaign,
        kind=FundEntry.Kind.RECEIVED,
        fund=HEAD_FUND,
        amount=50 * THOUSAND,
        on=day - 3 * DAY,
        voucher_no=f"RE-{day.year}-100",
        actor=finance,
    )
