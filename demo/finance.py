"""Vouchers of the subsidy funds: applied for, part of it received, part of that passed up, one entered wrong."""

import datetime
from decimal import Decimal

from collection.finance import services
from collection.finance.models import FundEntry
from collection.finance.selectors import statement
from collection.finance.statement import HEAD_FUND
from core.access.roles import Role
from core.accounts.models import User
from demo.counties import DAY
from demo.world import World

THOUSAND = Decimal(1000)


def record_vouchers(world: World, day: datetime.date) -> None:
    """The bureau applies for what is owed; the finance bureau receives three quarters and passes up half."""
    finance = User.objects.get(role=Role.FINANCE, region=world.campaign.county)
    owed = statement(campaign=world.campaign, on=day).tables[1].lines
    kinds = FundEntry.Kind
    for number, line in enumerate(owed, 1):
        whole = line.owed or Decimal(0)
        if whole < THOUSAND:
            continue
        parts = ((kinds.APPLIED, whole, 9), (kinds.RECEIVED, whole * 3 // 4, 5), (kinds.PASSED_UP, whole // 2, 2))
        for kind, amount, days in parts:
            services.record_entry(
                campaign=world.campaign,
                kind=kind,
                fund=line.label,
                amount=amount,
                on=day - days * DAY,
                voucher_no=f"{kind.value[:2]}-{day.year}-{number:03d}",
                actor=world.bureau if kind == kinds.APPLIED else finance,
            )
    wrong = services.record_entry(
        campaign=world.campaign,
        kind=kinds.RECEIVED,
        fund=HEAD_FUND,
        amount=500 * THOUSAND,
        on=day - 3 * DAY,
        voucher_no=f"RE-{day.year}-100",
        actor=finance,
    )
    services.reverse_entry(entry=wrong, reason="金额看错，应为 5 万元", actor=finance)
    services.record_entry(
        campaign=world.campaign,
        kind=kinds.RECEIVED,
        fund=HEAD_FUND,
        amount=50 * THOUSAND,
        on=day - 3 * DAY,
        voucher_no=f"RE-{day.year}-100",
        actor=finance,
    )
