"""Text messages to people: the bureau words them, some kinds are on, one township's reminders go, another's wait."""

import datetime
from decimal import Decimal

from collection.messages import kinds, services
from collection.messages.households import telephones, unpaid
from core.messages import opt_outs, templates
from demo.world import World, work

PRICE = Decimal("0.045")


def word_messages(world: World, day: datetime.date) -> None:
    """Set the price and switch on what tells of failures and refunds."""
    county, bureau = world.county.code, world.bureau
    templates.set_price(county=county, price=PRICE, actor=bureau)
    for kind in (kinds.FAILED, kinds.REFUNDED):
        text = f"【{world.county.name}医保】{templates.wording_of(county, kind).text}"
        templates.save_template(county=county, key=kind, text=text, is_on=True, actor=bureau)


def remind(world: World, day: datetime.date) -> None:
    """The bureau lets one township's reminders go; those of the printed township wait for it."""
    printed = world.county.township
    other = next(code for code in world.teams if code != printed)
    asked = telephones(unpaid(world.campaign).filter(village__code__startswith=other)[:20])
    for person in sorted(asked.values(), key=lambda person: person.pk)[:1]:
        opt_outs.opt_out(phone=person.phone, reason="电话告知不再接收", actor=world.teams[other][0])
    for code, actor in ((other, world.bureau), (printed, world.teams[printed][0])):
        batch = services.prepare_reminders(campaign=world.campaign, region=world.region(code), actor=actor)
        work(f"reminder.write:{batch.pk}")
        batch.refresh_from_db()
        if code == other and batch.households:
            services.approve_reminders(batch=batch, seen=batch.households, actor=world.second)
