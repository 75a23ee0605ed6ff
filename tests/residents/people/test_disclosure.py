"""Whom the sender of a list may be told of, whatever was written; many misses leave one event."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.audit.models import Event
from core.regions.services import BUILT_IN, load_regions, read_regions
from residents.people.disclosure import PROBE_MISSES, disclose, record_probe
from residents.people.models import FormerNumber

HERE, NEXT, FAR = "411325100001", "411325100002", "411325101200"

#: Where the person lives, the name written, the sender's region: told, or withheld.
CLAIMS = {
    "own village, right name": (HERE, "王小明", HERE, "told"),
    "own village, wrong name": (HERE, "李四", HERE, "told"),
    "own village, no name": (HERE, "", HERE, "told"),
    "next village, right name": (NEXT, "王小明", HERE, "told"),
    "next village, right name in a lookalike": (NEXT, "王⼩明", HERE, "told"),
    "next village, wrong name": (NEXT, "李四", HERE, "withheld"),
    "next village, no name": (NEXT, "", HERE, "withheld"),
    "next village, a masked name": (NEXT, "王*明", HERE, "withheld"),
    "other township, wrong name, by the township": (FAR, "李四", HERE[:9], "withheld"),
    "own township, wrong name, by the township": (NEXT, "李四", HERE[:9], "told"),
    "own county, wrong name, by the county": (FAR, "李四", HERE[:6], "told"),
    "other county, wrong name": (FAR, "李四", "411323", "withheld"),
    "other county, right name": (FAR, "王小明", "411323", "told"),
    "no region, wrong name": (HERE, "李四", "", "withheld"),
}


@pytest.mark.parametrize("case", CLAIMS)
@pytest.mark.parametrize("by_former_number", [False, True])
def test_a_claim(campaign, make_resident, case, by_former_number):
    lives, name, scope, answer = CLAIMS[case]
    person = make_resident(lives, name="王小明")
    number = person.id_number
    if by_former_number:
        number = "411325197005010014"
        FormerNumber.objects.create(
            resident=person, document_type="id_card", id_number=number, given_up_on="2024-01-01", reason="更正"
        )
    known = disclose([(number, name)], scope=scope)
    assert known.resident_id(number, name) == (person.pk if answer == "told" else None)
    assert known.is_withheld(number, name) is (answer == "withheld")
    assert known.misses == (answer == "withheld")


def test_nobody_is_not_withheld(campaign):
    known = disclose([("411325197005010014", "王小明")], scope=HERE)
    assert known.resident_id("411325197005010014", "王小明") is None
    assert not known.is_withheld("411325197005010014", "王小明") and known.misses == 0


def test_one_right_name_among_wrong_ones_opens_its_own_row_only(campaign, make_resident):
    person = make_resident(FAR, name="王小明")
    known = disclose([(person.id_number, "王小明"), (person.id_number, "李四")], scope=HERE)
    assert known.resident_id(person.id_number, "王小明") == person.pk
    assert known.is_withheld(person.id_number, "李四") and known.misses == 1


def test_the_check_reads_number_name_and_village_only(campaign, make_resident):
    person = make_resident(FAR, name="王小明", status="prison")
    with CaptureQueriesContext(connection) as queries:
        disclose([(person.id_number, "李四")], scope=HERE)
    asked = " ".join(query["sql"] for query in queries)
    for column in ("status", "household", "phone", "birth_date", "identity", "contribution"):
        assert column not in asked
    assert len(queries) <= 3


@pytest.mark.parametrize(("misses", "events"), [(PROBE_MISSES - 1, 0), (PROBE_MISSES, 1), (100_000, 1)])
def test_many_misses_leave_one_event_however_often_the_file_is_read(campaign, make_user, misses, events):
    actor = make_user("village", HERE)
    facts = {"misses": misses, "rows": misses, "what": "缴费清册", "actor": actor, "region": HERE, "batch": "ledger-7"}
    for _ in range(2):
        assert record_probe(**facts) is bool(events)
    assert Event.objects.filter(action="disclosure.probe").count() == events


def test_the_security_officer_sees_who_asked_and_nobody_who_was_asked_about(client, campaign, make_user):
    helper = make_user("village", HERE)
    record_probe(misses=99, rows=120, what="缴费清册", actor=helper, region=HERE, batch="ledger-7")
    officer = make_user("security", "411325")
    client.force_login(officer)
    assert "1 份名单疑似试探号码" in client.get("/").content.decode()
    page = client.get(reverse("probe_list")).content.decode()
    assert helper.name in page and "120 行里有 99 个号码" in page
    load_regions(rows=read_regions(BUILT_IN), actor=None, county_code="411323")
    client.force_login(make_user("security", "411323"))
    assert "99 个号码" not in client.get(reverse("probe_list")).content.decode()
    client.force_login(make_user("county", "411325"))
    assert client.get(reverse("probe_list")).status_code == 403
