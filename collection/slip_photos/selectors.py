"""What was read off a slip's photograph, beside what was typed."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from collection.slip_photos.models import SlipReading
from collection.slip_photos.parsing import SlipFields, differences


class Differing(NamedTuple):
    """A field that says two things."""

    label: str
    read: object
    typed: object


def differing(*, photo: UUID, slip_no: str, paid_on: date, amount: Decimal) -> list[Differing]:
    """The fields in which the reading of this photograph and what was typed differ; none where nothing was read."""
    reading = SlipReading.objects.filter(photo=photo).first()
    if reading is None:
        return []
    read = SlipFields(reading.slip_no, reading.paid_on, reading.amount)
    typed = {"slip_no": slip_no, "paid_on": paid_on, "amount": amount}
    labels = {"slip_no": "回单号", "paid_on": "回单日期", "amount": "金额"}
    found = differences(read, slip_no=slip_no, paid_on=paid_on, amount=amount)
    return [Differing(labels[name], getattr(read, name), typed[name]) for name in found]
