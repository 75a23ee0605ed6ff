"""零星参保 and 待遇告知: told of fee, cover and waiting before paying, printed, signed, kept."""

import datetime

import pytest
from django.urls import reverse

from collection.advice.models import CoverAdvice
from collection.advice.selectors import cover_sheet, untold
from collection.advice.services import record_advice
from collection.contributions.services import Payment, record_contributions
from core.audit.models import Event
from core.refusals import Refused
from residents.statuses.services import set_status
from subsidies.quotes.quote import QuoteError
from subsidies.quotes.selectors import quote_residents
from tests.collection.paid_people import VILLAGE

pytestmark = pytest.mark.django_db
LATE = datetime.date(2025, 3, 10)


@pytest.fixture
def spring(business_clock, campaign):
    """After 内乡's period: three months to wait."""
    business_clock("2025-03-10T10:00")
    return campaign


@pytest.fixture
def tell(spring, clerk):
    def tell(person, signer="self", signed_by="", actor=clerk):
        facts = {"signer": signer, "signed_by": signed_by, "paper": None}
        return record_advice(campaign=spring, resident=person, actor=actor, **facts)

    return tell


def pay_late(campaign, actor, person, on=LATE):
    owed = quote_residents(campaign=campaign, residents=[person], paid_on=on)[person.pk]
    payment = Payment(person.pk, person.village_id, "self", on, owed, state="posted")
    return record_contributions(campaign=campaign, payments=[payment], actor=actor)[0]


def test_at_the_window_it_is_told_printed_and_kept(spring, clerk, make_resident, client):
    person = make_resident(VILLAGE, name="王小明")
    client.force_login(clerk)
    assert client.post(reverse("advice_list"), {"number": person.id_number}).url == reverse(
        "advice_sheet", args=[person.pk]
    )
    address = reverse("advice_sheet", args=[person.pk])
    page = client.get(address).content.decode()
    for said in ("3 个月", "2025年6月10日", "400.00 元", "签字", "data-print", "集中征缴期结束后缴费"):
        assert said in page, said
    assert person.id_number not in page
    assert client.post(address, {"signer": "other"}).status_code == 400
    assert client.post(address, {"signer": "other", "signed_by": "王大山"}).status_code == 302
    advice = CoverAdvice.objects.get()
    assert (advice.told_by, advice.signed_by, advice.waiting_months, advice.due) == (clerk, "王大山", 3, 400)
    assert advice.benefit_from == datetime.date(2025, 6, 10)
    assert Event.objects.get(action="advice.tell").actor == clerk
    assert "王大山" in client.get(reverse("advice_list")).content.decode()
    assert "待遇告知" in client.get(reverse("resident_story", args=[person.pk])).content.decode()


def test_told_twice_it_is_written_once_and_another_day_anew(tell, business_clock, make_resident):
    person = make_resident(VILLAGE)
    assert tell(person) == tell(person)
    business_clock("2025-03-11T10:00")
    assert tell(person).benefit_from == datetime.date(2025, 6, 11)
    assert CoverAdvice.objects.count() == 2


def test_who_paid_after_the_period_untold_is_listed_until_told(spring, tell, clerk, make_resident, make_user, client):
    person, told = make_resident(VILLAGE, name="李四"), make_resident(VILLAGE, name="张三")
    tell(told)
    for one in (person, told):
        pay_late(spring, clerk, one)
    assert [paid.resident for paid in untold(user=clerk, campaign=spring)] == [person]
    assert not untold(user=make_user("township", "411325102", username="far"), campaign=spring)
    client.force_login(clerk)
    assert "1 人征缴期后缴费、有等待期，还没有告知" in client.get(reverse("home")).content.decode()
    sheet = cover_sheet(spring, person)
    assert (sheet.contribution.paid_on, sheet.waiting_months) == (LATE, 3)
    assert "参保凭据" in client.get(reverse("advice_sheet", args=[person.pk])).content.decode()
    tell(person)
    assert not untold(user=clerk, campaign=spring)


def test_in_the_period_nobody_is_listed(campaign, clerk, make_resident):
    pay_late(campaign, clerk, make_resident(VILLAGE), on=datetime.date(2024, 10, 8))
    assert not untold(user=clerk, campaign=campaign)


def test_the_dead_and_a_closed_year_are_refused(spring, tell, officer, make_resident):
    person, other = make_resident(VILLAGE), make_resident(VILLAGE)
    set_status(resident=person, status="dead", since=LATE, source="证明", actor=officer)
    with pytest.raises(Refused, match="死亡"):
        tell(person)
    spring.closed_at = spring.opened_at
    spring.save(update_fields=["closed_at"])
    with pytest.raises(Refused, match="办结"):
        tell(other)


def test_a_birth_date_does_not_stand_beside_the_number(spring, clerk, make_resident, client):
    baby = make_resident(VILLAGE, birth="2025-02-20")
    client.force_login(clerk)
    page = client.get(reverse("advice_sheet", args=[baby.pk])).content.decode()
    assert "出生之日至" in page
    assert not any(born in page for born in ("2025-02-20", "2025年2月20日", "20250220"))


def test_another_township_does_not_find_them(spring, make_resident, make_user, client):
    person = make_resident(VILLAGE, name="王小明")
    client.force_login(make_user("township", "411325102"))
    assert client.get(reverse("advice_sheet", args=[person.pk])).status_code == 404
    page = client.post(reverse("advice_list"), {"number": person.id_number}).content.decode()
    assert "本辖区没有登记这个号码" in page and "王小明" not in page


def test_where_nothing_can_be_quoted_it_is_said(campaign, business_clock, clerk, make_resident):
    business_clock("2026-01-02T10:00")
    assert isinstance(cover_sheet(campaign, make_resident(VILLAGE)), QuoteError)
