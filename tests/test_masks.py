"""No page, list or export shows a person's masked number beside the birth date that the mask hides."""

import datetime
import re

import pytest

from core.access import masks
from core.access.roles import Role
from core.audit import services as audit
from residents.people.models import Resident
from tests.planting import Planter, scoped_models
from tests.reading import names_in, names_read
from tests.test_every_url import OPEN_TO_ANYBODY, OWN_MARKER, PAGES, PLACES, body

BORN = datetime.date(1961, 3, 4)
#: How a date is written on pages and in files; a workbook's own dates are numbers of days.
WRITTEN = re.compile(r"1961[-/.年]0?3[-/.月]0?4|19610304(?=\D)|(?<=<v>)22344(?=</v>)")

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("born", "shown"), [(BORN, "1961年"), (None, "")])
def test_a_birth_date_beside_a_masked_number(born, shown):
    assert masks.mask_birth(born) == shown


@pytest.mark.parametrize("role", list(Role))
def test_no_masked_number_stands_beside_its_birth_date(client, campaign, make_user, role):
    own = Planter("411325100001", OWN_MARKER, 1).plant()
    for model in scoped_models():
        if any(field.name == "birth_date" for field in model._meta.concrete_fields):
            model.objects.filter(pk=own.row(model).pk).update(birth_date=BORN)
    assert own.number[6:14] == "19610304" and Resident.objects.filter(birth_date=BORN).exists()
    facts = {"id_number": own.number, "birth_date": str(BORN)}
    audit.record("resident.change", actor=None, obj=own.resident, summary=f"登记 {own.number}", before={}, after=facts)
    client.force_login(make_user(role, PLACES[role][0], department="民政局"))
    masked, seen = masks.mask(own.number), []
    for page in PAGES:
        if page.name in OPEN_TO_ANYBODY or page.name == "logout" or role not in page.roles:
            continue
        url = page.url(own)
        with names_read() as read:
            texts = [body(client.get(url))]
        if page.is_admin or "export" in names_in(read):
            texts.append(body(client.get(url, {"export": "1"})))
        seen += [page.name for text in texts if masked in text and WRITTEN.search(text)]
    assert seen == []
