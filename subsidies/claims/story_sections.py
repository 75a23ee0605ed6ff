"""What a person's page shows of claims and of what comes of them."""

from core.accounts.models import User
from residents.people.models import Resident
from residents.people.story import Section
from subsidies.campaigns.selectors import current
from subsidies.claims.selectors import claims_shown
from subsidies.quotes.selectors import awards_of


def claims(resident: Resident, user: User) -> Section | None:
    """What the fund paid, by year; nothing is shown where no list names the person."""
    rows: list[tuple[object, ...]] = [
        (claim.year, claim.paid, claim.raised_used, f"{claim.claim_list}：{claim.claim_list.document}")
        for claim in claims_shown(resident)
    ]
    columns = ("年度", "基金支付（元）", "使用奖励额度（元）", "依据")
    return Section("报销记录", columns, rows) if rows else None


def awards(resident: Resident, user: User) -> Section | None:
    """The large-illness incentives of the year shown, if the person is insured for it."""
    campaign = current(user)
    if campaign is None or not resident.village_id.startswith(campaign.county_id):
        return None
    award = awards_of(campaign=campaign, resident_ids=[resident.pk]).get(resident.pk)
    if award is None:
        return None
    (reason,) = award.reasons
    row = (campaign.year, award.continuous_steps, award.zero_claim_steps, award.raised, reason.says, str(reason.source))
    columns = ("年度", "连续参保激励（次）", "零报销激励（次）", "提高限额（元）", "说明", "依据")
    return Section("大病保险激励（本年度参保的，供参考）", columns, [row])
