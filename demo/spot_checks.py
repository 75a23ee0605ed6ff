"""A draw in the printed township: most say what the books say, one says something else, one difference is closed."""

import datetime
import uuid
from typing import Any

from collection.spot_checks.models import SpotCheckCase, SpotCheckPerson
from collection.spot_checks.services import close_case, draw_people, explain_case, record_call
from demo.county import SEED
from demo.world import World

Side = SpotCheckPerson.Booked


def call_back(world: World, day: datetime.date) -> None:
    """The bureau draws people of the printed village, and the township's team calls some of them."""
    village, team = world.region(world.county.village), world.teams[world.county.township]
    check = draw_people(
        campaign=world.campaign,
        village=village,
        confidence=95,
        share=20,
        key=uuid.uuid5(uuid.NAMESPACE_OID, f"{SEED}:spot-check"),
        actor=world.bureau,
    )
    caller = team[-1]
    people = list(check.people.select_related("resident"))
    for number, person in enumerate(people[:8]):
        if number == 3:
            record_call(person=person, reached=False, **_said(None), actor=caller)
        elif person.side == Side.PAID:
            amount = person.booked_amount if number else (person.booked_amount or 0) + 20
            record_call(person=person, reached=True, **_said(True, amount, person.booked_on, True), actor=caller)
        else:
            record_call(person=person, reached=True, **_said(False), actor=caller)
    unpaid = [person for person in people if person.side == Side.UNPAID]
    for person in unpaid[-1:]:
        said = _said(True, world.campaign.policy.standard, day, False) | {"note": "说交给村里会计了"}
        record_call(person=person, reached=True, **said, actor=caller)
    for case in SpotCheckCase.objects.filter(person__check_of=check).order_by("pk")[:1]:
        case = explain_case(case=case, finding="本人把另外 20 元意外险记成了医保费，已当面说明", actor=caller)
        close_case(case=case, accept=True, note="属实", actor=world.bureau)


def _said(paid: bool | None, amount: object = None, paid_on: object = None, receipt: object = None) -> dict[str, Any]:
    return {"paid": paid, "amount": amount, "paid_on": paid_on, "receipt": receipt, "note": ""}
