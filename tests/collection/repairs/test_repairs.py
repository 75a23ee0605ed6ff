"""Years paid back: booked once with their money, counted in the waiting, taken back whole."""

import datetime

import pytest
from django.urls import reverse

from collection.consequences.models import Consequence
from collection.money.models import Movement, VillageAccount
from collection.money.selectors import recount
from collection.repairs.services import record_repair, withdraw_repair, years_to_repair
from core.access.roles import Role
from core.refusals import Refused
from residents.people.models import InsuredYear, RepaidYear
from subsidies.quotes.selectors import quote_residents

VILLAGE = "411325101200"
DAY = datetime.date(2024, 10, 20)


@pytest.fixture
def back(make_resident):
    """Insured in 2020, without cover in 2021 to 2024, back for 2025."""
    resident = make_resident(VILLAGE, name="秦断保")
    InsuredYear.objects.create(resident=resident, year=2020, source="往年参保数据")
    return resident


@pytest.fixture
def taxman(make_user):
    return make_user(Role.TAX, "411325")


def repair(campaign, resident, actor, years=(2023, 2024), ticket="SP0001"):
    return record_repair(campaign=campaign, resident=resident, years=years, ticket_no=ticket, paid_on=DAY, actor=actor)


def waiting(campaign, resident):
    return quote_residents(campaign=campaign, residents=[resident], paid_on=DAY)[resident.pk].waiting_months


def test_each_year_takes_a_month_off_the_waiting(campaign, back, taxman):
    assert years_to_repair(campaign, back) == [2021, 2022, 2023, 2024] and waiting(campaign, back) == 7
    payment = repair(campaign, back, taxman, years=[2024])
    assert str(payment.amount) == "400.00" and waiting(campaign, back) == 6
    repair(campaign, back, taxman, years=[2021, 2022, 2023], ticket="SP0002")
    assert waiting(campaign, back) == 6  # never under six after a gap of four years
    assert years_to_repair(campaign, back) == []
    assert not InsuredYear.objects.filter(year__gt=2020).exists()


def test_years_of_an_earlier_gap_do_not_count(campaign, back, taxman):
    repair(campaign, back, taxman, years=[2023, 2024])
    InsuredYear.objects.create(resident=back, year=2024, source="更正")
    assert years_to_repair(campaign, back) == [] and waiting(campaign, back) == 0


def test_the_money_is_booked_once_and_adds_up(campaign, back, taxman):
    payment = repair(campaign, back, taxman)
    assert repair(campaign, back, taxman) == payment
    account = VillageAccount.objects.get(campaign=campaign, village=VILLAGE)
    assert (str(account.collected), str(account.treasury)) == ("800.00", "800.00")
    assert Movement.objects.count() == 1 and recount(campaign=campaign) == []
    for _ in range(2):
        withdraw_repair(payment=payment, reason="录错人", actor=taxman)
    account.refresh_from_db()
    assert account.collected == 0 and recount(campaign=campaign) == []
    assert not RepaidYear.objects.exists() and waiting(campaign, back) == 7
    assert repair(campaign, back, taxman) != payment


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"years": [2019]}, "不是断保的年度"),
        ({"years": [2020]}, "不是断保的年度"),
        ({"years": [2025]}, "不是断保的年度"),
        ({"years": []}, "请勾选"),
        ({"ticket": " "}, "税票号"),
    ],
)
def test_what_is_refused(campaign, back, taxman, changes, says):
    with pytest.raises(Refused, match=says):
        repair(campaign, back, taxman, **changes)


def test_a_ticket_serves_once_and_years_are_paid_back_once(campaign, back, taxman, make_user, make_resident):
    repair(campaign, back, taxman)
    with pytest.raises(Refused, match="已经登记过"):
        repair(campaign, back, taxman, years=[2021])
    with pytest.raises(Refused, match="已经补缴过"):
        repair(campaign, back, taxman, ticket="SP0002")
    with pytest.raises(Refused, match="由县税务局"):
        repair(campaign, back, make_user(Role.TOWNSHIP, "411325101"), ticket="SP0003")
    with pytest.raises(Refused, match="不是断保"):
        repair(campaign, make_resident(VILLAGE), taxman, ticket="SP0004")


def test_who_has_paid_already_is_quoted_again(campaign, back, taxman):
    from collection.contributions.services import Payment, record_contributions

    owed = quote_residents(campaign=campaign, residents=[back], paid_on=DAY)[back.pk]
    record_contributions(campaign=campaign, payments=[Payment(back.pk, VILLAGE, "cash", DAY, owed)], actor=None)
    repair(campaign, back, taxman, years=[2024])
    row = Consequence.objects.get(resident=back, kind="quote")
    assert (row.before["waiting_months"], row.after["waiting_months"]) == (7, 6)


def test_on_pages(campaign, back, taxman, client, make_user):
    client.force_login(taxman)
    page = client.get(reverse("repair_resident", args=[back.pk])).content.decode()
    assert "断保 4 年" in page and back.id_number not in page
    facts = {"years": ["2023", "2024"], "ticket_no": "SP0009", "paid_on": "2024-10-20"}
    assert client.post(reverse("repair_resident", args=[back.pk]), {**facts, "years": ["1999"]}).status_code == 400
    client.post(reverse("repair_resident", args=[back.pk]), facts)
    page = client.get(reverse("repair_list")).content.decode()
    assert "2023、2024" in page and "800.00" in page
    client.force_login(make_user(Role.TOWNSHIP, "411325102"))
    assert "秦断保" not in client.get(reverse("repair_list")).content.decode()
    client.force_login(make_user(Role.COUNTY, "411325"))
    payment = back.repairs.get()
    client.post(reverse("repair_withdraw", args=[payment.pk]), {"reason": "重复登记"})
    assert "已撤回：重复登记" in client.get(reverse("repair_list")).content.decode()
    assert "断保修复" in client.get(reverse("resident_story", args=[back.pk])).content.decode()
