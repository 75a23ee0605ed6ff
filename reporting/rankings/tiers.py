"""The prizes for townships, set by the county before the final evaluation."""

from collections.abc import Sequence

from django.db import transaction

from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from reporting.rankings.models import RewardTier
from reporting.rankings.rewards import Tier, check_tiers
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import lock_campaign


@transaction.atomic
def set_reward_tiers(*, campaign: Campaign, tiers: Sequence[Tier], actor: User) -> list[RewardTier]:
    """Replaces the county's tiers. Raises Refused if they overlap, leave a gap or carry no amount."""
    if problems := check_tiers(tiers):
        raise Refused("\n".join(problems))
    lock_campaign(campaign)
    rows = RewardTier.objects.filter(campaign=campaign)
    before, after = ({t.name: f"第{t.first}至{t.last}名，每个 {t.amount} 元" for t in those} for those in (rows, tiers))
    rows.delete()
    kept = RewardTier.objects.bulk_create(
        RewardTier(campaign=campaign, name=t.name, first=t.first, last=t.last, amount=t.amount) for t in tiers
    )
    audit.record("reward.tiers", actor=actor, obj=campaign, summary="设定奖项", before=before, after=after)
    return kept
