"""What every step between the village and the treasury asks first."""

from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


def refuse_closed(campaign: Campaign) -> None:
    """Nothing changes in a closed campaign. Asked inside the transaction, after the accounts are locked."""
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已经办结并冻结，不能再改动。确需更正的，请在下一年度办理或由县医保局书面说明。")


def villages_of(township: str) -> list[str]:
    """The codes of a township's villages, in order."""
    villages = Region.objects.in_region(township).filter(level=Region.Level.VILLAGE)
    return list(villages.order_by("code").values_list("code", flat=True))
