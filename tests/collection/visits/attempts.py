"""Attempts as a helper records them."""

import datetime
import uuid

from django.core.files.base import ContentFile

from collection.contributions.services import Payment, record_contributions
from collection.visits.models import Cause
from collection.visits.services import Attempt, record_visit
from subsidies.quotes.quote import quote


def cause_of(campaign, code):
    return Cause.objects.get(county=campaign.county_id, code=code)


def proof():
    return ContentFile(b"%PDF-1.4 proof", name="证明.pdf")


def record(campaign, residents, actor, *, way="home", result="undecided", cause=None, key=None, **said):
    """One attempt; a cause is named by the code that the seeded list began with."""
    attempt = Attempt(way=way, result=result, cause=cause and cause_of(campaign, cause), **said)
    return record_visit(campaign=campaign, residents=residents, attempt=attempt, key=key or uuid.uuid4(), actor=actor)


def book(campaign, resident, actor, channel="cash", day=datetime.date(2024, 10, 8)):
    """The payment of somebody on the register."""
    owed = quote(campaign.policy, birth_date=resident.birth_date, paid_on=day)
    payment = Payment(resident.pk, resident.village_id, channel, day, owed)
    return record_contributions(campaign=campaign, payments=[payment], actor=actor)[0]
