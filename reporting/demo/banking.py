"""The cash: when a village banks it, on which slip, and who verifies it."""

import datetime
import io

from PIL import Image, ImageDraw

from collection.models import VillageAccount
from collection.services.deposits import record_deposit, verify_deposit
from reporting.demo.rounds import LAST_DAY, Plan
from residents.models import User
from residents.services.photos import Photo, read_photo
from subsidies.models import Campaign

#: After how many days a village goes to the bank; the rule allows five (内政办〔2024〕, section 4(1)5).
IN_TIME, LATE = 3, 9
#: Where the helper goes on the same day.
NEAR_THE_LIMIT = 8000


def bank(
    campaign: Campaign, day: datetime.date, plans: list[Plan], helpers: dict[str, User], teams: dict[str, list[User]]
) -> None:
    """What the villages bank on this day; slips of the last day are not yet verified."""
    in_hand = dict(
        VillageAccount.objects.filter(campaign=campaign, in_hand__gt=0).values_list("village_id", "in_hand")
    )
    account = campaign.policy.deposit_accounts.names[0]
    for order, plan in enumerate(plans):
        cash = in_hand.get(plan.code)
        if not cash:
            plan.oldest = None
            continue
        plan.oldest = plan.oldest or day
        waited = (day - plan.oldest).days
        if waited < (LATE if plan.late else IN_TIME) and (plan.late or cash < NEAR_THE_LIMIT):
            continue
        reviewer, *_, recorder = teams[plan.code[:9]]
        slip = f"NS{day:%m%d}{order:04d}"
        deposit = record_deposit(
            campaign=campaign, village=plan.code, slip_no=slip, paid_on=day, amount=cash, account=account,
            photo=drawn_slip(slip, f"{cash} / {day}"), actor=helpers.get(plan.code, recorder),
        )
        if day < LAST_DAY:
            verify_deposit(deposit=deposit, actor=reviewer)
        plan.oldest = None


def drawn_slip(number: str, text: str) -> Photo:
    """A drawn slip, plainly not a real one."""
    image = Image.new("RGB", (480, 300), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((8, 8, 472, 292), outline="black", width=3)
    draw.text((30, 60), "DEMO DEPOSIT SLIP", fill="black", font_size=32)
    draw.text((30, 130), number, fill="black", font_size=36)
    draw.text((30, 200), text, fill="black", font_size=28)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    buffer.seek(0)
    return read_photo(buffer)
