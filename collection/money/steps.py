"""Guards shared by every step between the village and the treasury."""

from collection.money.services import closed_under_lock
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


def refuse_closed(campaign: Campaign) -> None:
    """Raise Refused in a closed campaign. Call inside the transaction, after locking the accounts."""
    if closed_under_lock(campaign):
        raise Refused(
            f"{campaign}已经办结并冻结，不能再改动。确需更正的，请在下一年度办理或由{campaign.county_word}医保局书面说明。"
        )


def villages_of(township: str) -> list[str]:
    """Return the codes of a township's villages, in order."""
    villages = Region.objects.in_region(township).filter(level=Region.Level.VILLAGE)
    return list(villages.order_by("code").values_list("code", flat=True))
