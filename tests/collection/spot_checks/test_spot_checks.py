"""回访抽查: drawn once and the same again, called, compared, closed by two."""

import datetime
import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collection.spot_checks import services
from collection.spot_checks.models import SpotCheck, SpotCheckCase, SpotCheckPerson
from collection.spot_checks.selectors import result_of
from core.access.roles import Role
from core.audit.models import Event
from core.pages.frame import todos_for
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign
from tests.collection.paid_people import DAY, FAR, TOWNSHIP, VILLAGE, pay

NOTHING = {"paid": None, "amount": None, "paid_on": None, "receipt": None, "note": ""}


@pytest.fixture
def clerk(make_user):
    return make_user(Role.TOWNSHIP, TOWNSHIP)


@pytest.fixture
def officer(make_user):
    return make_user(Role.COUNTY, "411325")


@pytest.fixture
def check(campaign, clerk, officer, make_resident):
    """Five who paid cash, one enrolled free, three who have not paid."""
    pay(campaign, clerk, people=5)
    for number in range(3):
        make_resident(VILLAGE, name=f"未缴{number}", birth="1980-01-01")
    return draw(campaign, officer)


def draw(campaign, actor, key=None):
    return services.draw_people(
        campaign=campaign,
        village=Region.objects.get(pk=VILLAGE),
        confidence=95,
        share=10,
        key=key or uuid.uuid4(),
        actor=actor,
    )


def call(person, actor, **said):
    facts = {**NOTHING, "reached": True, **said}
    return services.record_call(person=person, actor=actor, **facts)


def sides(check, side):
    return list(check.people.filter(side=side))


def test_a_draw_keeps_what_it_was_drawn_from_and_draws_the_same_again(campaign, check, clerk, officer):
    paid, unpaid = services.drawn(check)
    assert paid == [one.resident_id for one in sides(check, "paid")] and len(paid) == 5
    assert unpaid == [one.resident_id for one in sides(check, "unpaid")] and len(unpaid) == 3
    pay(campaign, clerk, people=2)
    assert services.drawn(SpotCheck.objects.get()) == (paid, unpaid), "who pays later changes nothing"
    person = sides(check, "paid")[0]
    assert (person.booked_amount, person.booked_on, person.booked_channel) == (Decimal(400), DAY, "cash")
    again = draw(campaign, officer, key=check.key)
    assert again == check and SpotCheck.objects.count() == 1


def test_what_differs_is_a_case_that_two_people_close(campaign, check, clerk, officer):
    person = sides(check, "unpaid")[0]
    call(person, clerk, paid=True, amount=Decimal(400), paid_on=DAY, receipt=False)
    case = SpotCheckCase.objects.get()
    assert case.differences == ["paid_not_booked"]
    assert any("待核查" in todo.text for todo in todos_for(clerk))
    with pytest.raises(Refused, match="还不能复核"):
        services.close_case(case=case, accept=True, note="", actor=officer)
    for _ in range(2):
        services.explain_case(case=case, finding="村里收了没有上报，已补登", actor=clerk)
    with pytest.raises(Refused, match="另一人"):
        services.close_case(case=case, accept=True, note="", actor=clerk)
    with pytest.raises(Refused, match="不能再改"):
        call(person, clerk, paid=False)
    with pytest.raises(Refused, match="退回的原因"):
        services.close_case(case=case, accept=False, note="", actor=officer)
    services.close_case(case=case, accept=False, note="请附收据照片", actor=officer)
    services.explain_case(case=case, finding="收据号 NX00000009", actor=clerk)
    for _ in range(2):
        services.close_case(case=case, accept=True, note="属实", actor=officer)
    case.refresh_from_db()
    assert (case.state, case.explained_by, case.closed_by) == ("closed", clerk, officer)
    assert Event.objects.filter(action="spot_check.close").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        SpotCheckCase.objects.filter(pk=case.pk).update(closed_by=clerk)


def test_a_call_written_down_wrong_is_corrected(campaign, check, clerk):
    person = sides(check, "paid")[0]
    call(person, clerk, paid=False)
    assert result_of(campaign=campaign, region=VILLAGE).differing == 1
    call(person, clerk, paid=True, amount=Decimal("400.00"))
    assert SpotCheckCase.objects.get().state == "withdrawn"
    call(person, clerk, paid=True, amount=Decimal(350))
    found = result_of(campaign=campaign, region=VILLAGE)
    assert (found.drawn, found.reached, found.differing, found.pending) == (8, 1, 1, 1)
    call(person, clerk, reached=False)
    found = result_of(campaign=campaign, region="411325")
    assert (found.reached, found.differing) == (0, 0)
    assert result_of(campaign=campaign, region=FAR) is None


@pytest.mark.parametrize(
    ("said", "says"),
    [({"paid": None}, "交了还是没交"), ({"paid": True, "paid_on": datetime.date(2024, 10, 26)}, "今天以后")],
)
def test_a_call_that_says_nothing(check, clerk, said, says):
    person = sides(check, "paid")[0]
    with pytest.raises(Refused, match=says):
        call(person, clerk, **said)
    person.refresh_from_db()
    assert person.reached == "waiting"


def test_nothing_after_the_closing(campaign, check, clerk, officer):
    person = sides(check, "unpaid")[0]
    call(person, clerk, paid=True)
    case = SpotCheckCase.objects.get()
    Campaign.objects.update(closed_at=campaign.opened_at)
    for step in (
        lambda: draw(campaign, officer),
        lambda: call(person, clerk, paid=False),
        lambda: services.explain_case(case=case, finding="x", actor=clerk),
        lambda: services.close_case(case=case, accept=True, note="", actor=officer),
    ):
        with pytest.raises(Refused, match="办结"):
            step()


def test_the_pages_of_a_draw(campaign, check, clerk, client, make_user):
    client.force_login(clerk)
    form = {"key": str(uuid.uuid4()), "confidence": "95", "share": "10"}
    assert client.post(reverse("spot_check_list"), {**form, "village": FAR}).status_code == 400
    made = client.post(reverse("spot_check_list"), {**form, "village": VILLAGE})
    page = client.get(made.url).content.decode()
    assert "结果与上表一致" in page and check.seed not in page
    person = sides(check, "paid")[0]
    assert person.resident.id_number not in page
    address = reverse("spot_check_call", args=[person.pk])
    wrong = client.post(address, {"reached": "1"})
    assert wrong.status_code == 400 and "交了还是没交" in wrong.content.decode()
    answer = client.post(address, {"reached": "1", "paid": "1", "amount": "￥380", "receipt": "0"}, follow=True)
    assert "金额不符、没给收据" in answer.content.decode().replace("收了现金没给收据", "没给收据")
    assert 'value="380' in client.get(address).content.decode()
    assert "金额不符" in client.get(reverse("spot_case_list")).content.decode()
    case = SpotCheckCase.objects.get()
    client.post(reverse("spot_case_explain", args=[case.pk]), {"finding": "手写收据有误"})
    client.force_login(make_user(Role.TOWNSHIP, FAR[:9]))
    for name, pk in (("spot_check_detail", check.pk), ("spot_check_call", person.pk)):
        assert client.get(reverse(name, args=[pk])).status_code == 404
    client.force_login(make_user(Role.VILLAGE, VILLAGE))
    assert client.get(reverse("spot_check_list")).status_code == 403, "a helper does not see who will be called"
    client.force_login(make_user(Role.COUNTY, "411325"))
    client.post(reverse("spot_case_close", args=[case.pk]), {"accept": "1"})
    case.refresh_from_db()
    assert case.state == "closed"
    beside = client.get(reverse("progress", args=[VILLAGE])).content.decode()
    assert "与账不符 1 人" in beside and "已全部办结" in beside


def test_a_page_asks_as_much_of_many_as_of_few(campaign, check, clerk, client):
    client.force_login(clerk)
    counts = []
    for more in (0, 8):
        SpotCheckPerson.objects.bulk_create(
            SpotCheckPerson(check_of=check, resident_id=one.resident_id, side="unpaid")
            for one in sides(check, "paid") * more
        )
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("spot_check_detail", args=[check.pk]))
        counts.append(len(queries))
    assert counts[0] >= counts[1], "the first page also opens the session"
