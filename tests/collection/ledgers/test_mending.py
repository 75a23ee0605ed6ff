"""A bad row put right in the browser goes through the same check as the file, and is booked as any other."""

import datetime

import pytest

from collection.contributions.models import Contribution
from collection.ledgers import confirm as ledger_confirm
from collection.ledgers import services as ledgers
from collection.ledgers.mending import decide_two_people, mend_row
from collection.ledgers.models import LedgerBatch, LedgerRow
from core.audit.models import Event
from core.refusals import Refused
from residents.people.models import Resident
from tests.collection.ledgers.ledger_files import number_of, person, upload
from tests.collection.ledgers.test_ledgers import codes, states, work
from tests.factories import invented_number

VILLAGE = "411325101200"
pytestmark = pytest.mark.usefixtures("silent_queue")


@pytest.fixture
def helper(make_user):
    return make_user("village", VILLAGE)


@pytest.fixture
def township(make_user):
    return make_user("township", VILLAGE[:9])


@pytest.fixture
def send(campaign, helper):
    def send(rows):
        batch, _ = ledgers.upload_ledger(
            campaign=campaign, village=helper.region, file=upload(rows), name="台账.xlsx", actor=helper
        )
        work()
        batch.refresh_from_db()
        return batch

    return send


def confirm(batch, helper):
    ledger_confirm.confirm_ledger(batch=batch, actor=helper)
    work()
    batch.refresh_from_db()
    return batch


MENDS = {
    "amount": ({"amount": 300}, {"amount": "400"}),
    "id_number": ({"id_number": "1234"}, {"id_number": number_of(0)}),
    "paid_on": ({"paid_on": "10月8日"}, {"paid_on": "2024-10-08"}),
    "receipt_no": ({"receipt_no": "无"}, {"receipt_no": "NX00000000"}),
    "name": ({"name": "？"}, {"name": "赵平平"}),
    "household": ({"household": datetime.date(2024, 3, 1)}, {"household": "3-1"}),
    "two cells": ({"amount": "四百多", "paid_on": None}, {"amount": "400元", "paid_on": "2024/10/8"}),
}


@pytest.mark.parametrize("case", MENDS)
@pytest.mark.parametrize("confirmed_before", [False, True])
def test_a_mended_row_is_booked_by_confirming_again(send, helper, case, confirmed_before):
    wrong, right = MENDS[case]
    batch = send([person(0, **wrong), person(3)])
    if confirmed_before:
        confirm(batch, helper)
    row = mend_row(row=batch.rows.get(number=2), cells=right, actor=helper)
    assert (row.state, row.problems) == ("good", [])
    assert row.original[next(iter(wrong))] != row.raw.get(next(iter(wrong)))
    confirm(batch, helper)
    assert set(states(batch).values()) == {"confirmed"}
    assert Contribution.objects.count() == 2
    assert Event.objects.get(action="ledger.mend_row").after["state"] == "good"


def test_what_is_still_wrong_is_told_and_stays(send, helper):
    batch = send([person(0, amount=300)])
    row = mend_row(row=batch.rows.get(), cells={"amount": "350"}, actor=helper)
    assert (row.state, codes(batch)) == ("bad", {2: ["amount_mismatch"]})
    assert row.original["amount"] == 300
    row = mend_row(row=row, cells={"amount": "400"}, actor=helper)
    assert (row.state, row.original["amount"]) == ("good", 300)


def test_mending_one_of_two_rows_settles_the_other(send, helper):
    batch = send([person(0), person(3, id_number=number_of(0))])
    assert codes(batch) == {2: ["name_conflict"], 3: ["name_conflict"]}
    mend_row(row=batch.rows.get(number=3), cells={"id_number": number_of(3)}, actor=helper)
    assert states(batch) == {2: "good", 3: "good"}


def test_a_mended_row_is_checked_beside_the_others(send, helper):
    batch = send([person(0), person(3, id_number="1234")])
    row = mend_row(row=batch.rows.get(number=3), cells={"id_number": number_of(0)}, actor=helper)
    assert [problem["code"] for problem in row.problems] == ["name_conflict"]


@pytest.mark.parametrize("change", ["nothing", "good row", "withdrawn", "closed"])
def test_what_cannot_be_mended(send, helper, campaign, change):
    batch = send([person(0, amount=300), person(3)])
    row, cells = batch.rows.get(number=3 if change == "good row" else 2), {"amount": "400"}
    if change == "nothing":
        cells = {"amount": "300"}
    elif change == "withdrawn":
        ledger_confirm.withdraw_ledger(batch=batch, reason="传错了", actor=helper)
    elif change == "closed":
        campaign.closed_at = campaign.opened_at
        campaign.save()
    with pytest.raises(Refused):
        mend_row(row=row, cells=cells, actor=helper)
    assert not Event.objects.filter(action="ledger.mend_row").exists()


def namesakes():
    born = datetime.date(2020, 3, 15)
    return [
        person(1, name="陈双", id_number=invented_number(born, "M", n), household="9", receipt_no="NX00000101")
        for n in (1, 2)
    ]


def test_two_namesakes_are_two_people_once_somebody_decided_so(send, helper, township):
    batch = send(namesakes())
    assert codes(batch) == {3: ["same_person_ask"]}
    confirm(batch, helper)
    row = decide_two_people(row=batch.rows.get(number=3), actor=township)
    assert row.state == "good"
    confirm(batch, helper)
    assert Resident.objects.filter(name="陈双").count() == Contribution.objects.count() == 2
    assert Event.objects.filter(action="ledger.two_people").count() == 1


def test_an_earlier_ledger_has_no_problems_once_a_later_one_booked_its_people(send, helper):
    first = send([person(0, amount=300), person(3, id_number="1234"), person(6, amount=1)])
    confirm(send([person(0), person(3)]), helper)
    assert states(first) == {2: "mended", 3: "mended", 4: "bad"}


class TestPage:
    def test_only_what_is_wrong_is_asked_for_and_the_number_is_masked(self, send, client, helper):
        batch = send([person(0, amount=300)])
        client.force_login(helper)
        page = client.get(f"/ledgers/{batch.pk}/rows/2/").content.decode()
        assert number_of(0) not in page
        assert page.index('name="amount"') < page.index("<details>") < page.index('name="receipt_no"')
        answer = client.post(f"/ledgers/{batch.pk}/rows/2/", {"step": "mend", "amount": "400"}, follow=True)
        assert "可以确认" in answer.content.decode()
        assert batch.rows.get().state == "good"

    def test_a_missing_column_of_the_form_empties_nothing_but_what_was_typed(self, send, client, helper):
        batch = send([person(0, amount=300)])
        client.force_login(helper)
        client.post(f"/ledgers/{batch.pk}/rows/2/", {"step": "mend", "amount": "400"})
        row = batch.rows.get()
        assert (row.name, row.id_number, row.receipt_no) == (person(0)[1], number_of(0), "NX00000000")

    def test_nothing_changed_answers_400(self, send, client, helper):
        batch = send([person(0, amount=300)])
        client.force_login(helper)
        answer = client.post(f"/ledgers/{batch.pk}/rows/2/", {"step": "mend", "amount": "300"})
        assert (answer.status_code, "没有改动" in answer.content.decode()) == (400, True)

    @pytest.mark.parametrize(("role", "region", "status"), [("village", VILLAGE, 400), ("township", VILLAGE[:9], 302)])
    def test_the_township_alone_decides_about_namesakes(self, send, client, make_user, role, region, status):
        batch = send(namesakes())
        client.force_login(make_user(role, region))
        answer = client.post(f"/ledgers/{batch.pk}/rows/3/", {"step": "two_people"})
        assert answer.status_code == status
        assert (batch.rows.get(number=3).state == "good") == (status == 302)

    def test_another_villages_row_is_not_there(self, send, client, make_user):
        batch = send([person(0, amount=300)])
        client.force_login(make_user("village", "411325101201"))
        assert client.get(f"/ledgers/{batch.pk}/rows/2/").status_code == 404
        assert LedgerBatch.objects.count() == LedgerRow.objects.count() == 1
