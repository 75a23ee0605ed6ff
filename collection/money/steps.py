"""What every step between the village and the treasury asks first."""

from core.pages.text import whole
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign


class StepRefused(Refused):
    """The step cannot be taken; the text says why and what to do, in words for the screen."""


def refuse_closed(campaign: Campaign) -> None:
    """Nothing changes in a closed campaign. Asked inside the transaction, after the accounts are locked."""
    if campaign.closed_meanwhile():
        raise StepRefused(f"{campaign}已经办结并冻结，不能再改动。确需更正的，请在下一年度办理或由县医保局书面说明。")


def required(text: str, what: str, at_most: int = 200) -> str:
    """The text without blanks around it; refuses an empty one and one that is too long to be kept."""
    text = whole(text, what, at_most, StepRefused)
    if not text:
        raise StepRefused(f"请填写{what}。")
    return text


def villages_of(township: str) -> list[str]:
    """The codes of a township's villages, in order."""
    villages = Region.objects.in_region(township).filter(level=Region.Level.VILLAGE)
    return list(villages.order_by("code").values_list("code", flat=True))
