"""What a ledger's answer tells about people: nothing of those whose number and name are not both right, unless they
live in the ledger's own village."""

import datetime
import io
import json
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse

from collection.contributions.models import Contribution
from collection.contributions.services import Payment, record_contributions
from collection.ledgers import services as ledgers
from collection.self_payments.models import PaidList, SelfPayment
from core.access.masks import WITHHELD, WITHHELD_CODE
from core.audit.models import Event
from core.files.services import store
from core.jobs import services as jobs
from core.jobs.models import Job
from core.regions.models import Region
from residents.people.models import FormerNumber, Household, Resident
from subsidies.quotes.selectors import quote_residents
from tests.collection.ledgers.ledger_files import person, upload, xlsx
from tests.factories import invented_number

pytestmark = pytest.mark.usefixtures("silent_queue")
VILLAGE, OTHER = "411325101200", "411325101201"
DAY = datetime.date(2024, 10, 8)


@pytest.fixture
def ask(campaign, tmp_path):
    """`ask(rows)` → the JSON answer of check_ledger for the village, as text and as an object."""

    def ask(rows, *, village=VILLAGE):
        file, out = tmp_path / "台账.xlsx", io.StringIO()
        file.write_bytes(xlsx(rows))
        call_command(
            "check_ledger", file, village=village, policy="411325-2025", as_of=datetime.date(2024, 10, 31), stdout=out
        )
        return json.loads(out.getvalue())

    return ask


def row(resident_or_number, name, serial=1, **changes):
    number = getattr(resident_or_number, "id_number", resident_or_number)
    return person(serial, id_number=number, name=name, paid_on="2024-10-08", **changes)


def codes(answer, kind="rejected"):
    return [entry["code"] for entry in answer[kind] if entry["row"] is not None]


@pytest.fixture
def stranger(make_resident, campaign):
    """Somebody of another village in prison, with a telephone, who has paid."""
    resident = make_resident(OTHER, name="李隐之", birth="1966-03-04", phone="13900001111")
    quotes = quote_residents(campaign=campaign, residents=[resident], paid_on=DAY)
    payment = Payment(resident.pk, OTHER, Contribution.Channel.CASH, DAY, quotes[resident.pk])
    record_contributions(campaign=campaign, payments=[payment], actor=None)
    Resident.objects.filter(pk=resident.pk).update(status="prison", status_on=datetime.date(2024, 10, 9))
    resident.refresh_from_db()
    return resident


@pytest.mark.parametrize("name", ["张三丰", "李隐", "李隐之之", "吴名氏"])
def test_a_strangers_number_under_another_name_tells_nothing(ask, stranger, name):
    answer = ask([row(stranger, name, amount=1)])
    (refusal,) = answer["rejected"]
    assert (refusal["code"], refusal["message"]) == (WITHHELD_CODE, WITHHELD)
    text = json.dumps(answer, ensure_ascii=False)
    village = Region.objects.get(pk=OTHER).name
    for secret in (
        stranger.name,
        village,
        "服刑",
        "2024-10-09",
        "已缴费",
        "现金",
        "名册里",
        stranger.phone,
        "普通居民",
    ):
        assert secret not in text, secret
    assert codes(answer, "warnings") == []


def test_the_answer_is_the_same_whatever_is_known_of_a_stranger(ask, stranger, make_resident):
    plain = make_resident(OTHER, name="周平平")
    answers = [ask([row(who, "张三丰", receipt_no="NX00000077")])["rejected"] for who in (stranger, plain)]
    assert answers[0] == answers[1]


def test_number_and_name_both_right_are_told_what_the_ledger_is_about(ask, stranger):
    assert codes(ask([row(stranger, "李隐之")])) == ["other_village", "already_paid"]


def test_a_person_of_the_own_village_is_told_of(ask, make_resident):
    own = make_resident(VILLAGE, name="王本村")
    (refusal,) = ask([row(own, "王木村")])["rejected"]
    assert refusal["code"] == "name_conflict"
    assert "登记的姓名是“王本村”" in refusal["message"]


def test_names_tried_one_by_one_on_one_number_tell_nothing(ask, stranger):
    """The right name among wrong ones gets the answer of the wrong ones."""
    tried = ["李隐一", "李隐之", "李隐三"]
    answer = ask([row(stranger, name, serial=3 * n + 1) for n, name in enumerate(tried, 1)])
    by_row = {}
    for refusal in answer["rejected"]:
        by_row.setdefault(refusal["row"], []).append(refusal["code"])
    assert set(map(tuple, by_row.values())) == {(WITHHELD_CODE, "name_conflict")}


def test_the_tax_bureaus_list_tells_only_whoever_knows_the_name(ask, campaign, make_user):
    number = invented_number(datetime.date(1980, 1, 2), "F", 5)
    taxman = make_user("tax", "411325")
    paid_list = PaidList.objects.create(
        campaign=campaign,
        attachment=store(file=ContentFile(b"x"), name="清单.xlsx", kind="paid", region="411325", actor=taxman),
        sha256="0" * 64,
        uploaded_by=taxman,
        uploaded_at=campaign.opened_at,
    )
    SelfPayment.objects.create(
        campaign=campaign,
        paid_list=paid_list,
        number="T1",
        row=2,
        name="钱自缴",
        id_number=number,
        amount=Decimal("400"),
        paid_on=DAY,
        outcome=SelfPayment.Outcome.UNKNOWN,
    )
    assert codes(ask([row(number, "钱目缴")])) == [WITHHELD_CODE]
    assert codes(ask([row(number, "钱自缴")])) == ["already_paid"]


def test_a_former_number_is_the_same_person_and_no_second_one(ask, make_resident):
    resident = make_resident(VILLAGE, name="陈更正")
    old = make_resident(VILLAGE, name="占号").id_number
    Resident.objects.filter(id_number=old).delete()
    FormerNumber.objects.create(
        resident=resident, document_type="id_card", id_number=old, given_up_on=DAY, reason="号码更正"
    )
    answer = ask([row(old, "陈更正"), row(resident, "陈更正", serial=4)])
    assert [accepted["row"] for accepted in answer["accepted"]] == [2]
    assert codes(answer) == ["duplicate_in_file"]
    assert "former_number" in codes(answer, "warnings")
    assert "new_resident" not in codes(answer, "warnings")


@pytest.fixture
def send(campaign, make_user):
    """`send(rows)` → the batch as a worker read it."""
    helper = make_user("village", VILLAGE)

    def send(rows):
        batch, _ = ledgers.upload_ledger(
            campaign=campaign, village=helper.region, file=upload(rows), name="台账.xlsx", actor=helper
        )
        for job in Job.objects.filter(state=Job.State.QUEUED):
            jobs.run(job.pk)
        batch.refresh_from_db()
        return batch

    return send


@pytest.mark.parametrize(("strangers", "events"), [(19, 0), (20, 1), (60, 1)])
def test_a_file_of_strangers_leaves_one_event_for_the_security_officer(
    send, make_resident, make_user, strangers, events
):
    people = [make_resident(OTHER, name="周某人" + "甲乙丙丁戊"[n % 5]) for n in range(strangers)]
    batch = send([row(one, "试探人", serial=3 * n) for n, one in enumerate(people)])
    assert set(batch.rows.values_list("state", flat=True)) == {"bad"}
    assert {p["code"] for kept in batch.rows.all() for p in kept.problems} == {WITHHELD_CODE}
    probes = Event.objects.filter(action="disclosure.probe")
    assert probes.count() == events
    assert all(str(strangers) in probe.summary for probe in probes)


def test_twins_pass_and_two_of_one_name_are_asked_about(ask):
    born = datetime.date(2020, 3, 15)
    names = ["陈大双", "陈小双", "陈双", "陈双"]
    numbers = [invented_number(born, "M", n) for n in range(1, 5)]
    rows = [
        row(number, name, serial=1, household="0009", receipt_no="NX00000101")
        for number, name in zip(numbers, names, strict=True)
    ]
    answer = ask(rows)
    assert [accepted["row"] for accepted in answer["accepted"]] == [2, 3, 4]
    assert codes(answer) == ["same_person_ask"]
    assert [w["row"] for w in answer["warnings"] if w["code"] == "same_person_ask"] == [4]


@pytest.mark.parametrize(
    ("registered", "written", "asked"),
    [("0009", "0009", True), ("0009", None, True), (None, "0009", True), ("0008", "0009", False)],
)
def test_a_newcomer_like_a_resident_is_asked_about(ask, make_resident, registered, written, asked):
    household = registered and Household.objects.create(village_id=VILLAGE, number=registered)
    make_resident(VILLAGE, name="陈双", birth="2020-03-15", household=household or None)
    answer = ask([row(invented_number(datetime.date(2020, 3, 15), "M", 77), "陈双", household=written)])
    assert ("same_person_ask" in codes(answer)) == asked


@pytest.mark.parametrize(("died", "taken"), [("2024-10-07", False), ("2024-10-08", False), ("2024-10-09", True)])
def test_cash_taken_before_the_day_of_death_is_booked(ask, make_resident, died, taken):
    resident = make_resident(VILLAGE, name="高兰兰", status="dead", status_on=datetime.date.fromisoformat(died))
    answer = ask([row(resident, "高兰兰")])
    assert bool(answer["accepted"]) == taken
    assert codes(answer) == ([] if taken else ["resident_not_eligible"])
    assert ("paid_before_status" in codes(answer, "warnings")) == taken


def test_a_household_turned_into_a_date_is_refused(ask):
    (refusal,) = ask([person(1, household=datetime.date(2024, 3, 1))])["rejected"]
    assert (refusal["code"], refusal["column"]) == ("household_is_date", "户编号")
    assert "户编号被表格软件改成了日期" in refusal["message"]


def test_a_hundred_thousand_numbers_tell_nothing_and_leave_one_event(client, campaign, make_user, stranger):
    """A village's ledger is refused as a whole at so many rows; the security officer reads of it once."""
    heading = "姓名,身份证号码,实缴金额,缴费日期,收据号\n"
    row = f"张三丰,{stranger.id_number},400,2024-10-08,NX0001\n"
    content = ContentFile((heading + row * 100_000).encode(), "台账.csv")
    helper = make_user("village", VILLAGE)
    batch, _ = ledgers.upload_ledger(
        campaign=campaign, village=helper.region, file=content, name="台账.csv", actor=helper
    )
    for _ in range(2):
        jobs.run(Job.objects.get().pk)
        Job.objects.update(state=Job.State.QUEUED)
    batch.refresh_from_db()
    assert (batch.state, batch.rows.count(), batch.file_error["code"]) == ("refused", 0, "too_large")
    assert stranger.name not in batch.file_error["message"]
    event = Event.objects.get(action="disclosure.probe")
    assert "超过 20000 行" in event.summary and stranger.id_number not in event.summary
    client.force_login(make_user("security", VILLAGE[:6]))
    assert event.summary in client.get(reverse("probe_list")).content.decode()
