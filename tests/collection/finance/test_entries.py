"""Vouchers: each counts once, a wrong one is reversed, nobody passes up what was not received."""

import datetime
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from collection.finance import services
from collection.finance.models import FundEntry
from collection.finance.selectors import statement
from core.audit.models import Event
from core.exports.models import BulkExport
from core.jobs import services as jobs
from core.jobs.models import Job
from core.refusals import Refused
from tests.collection.finance.test_statement import TODAY, subsidised  # noqa: F401

pytestmark = pytest.mark.django_db
FUND, D = "医疗救助资金", Decimal


@pytest.fixture
def treasurer(make_user):
    return make_user("finance", "411325")


@pytest.fixture
def record(campaign, treasurer, officer):
    def record(kind="received", amount="1000", number="PZ-1", **facts):
        facts = {"fund": FUND, "on": datetime.date(2024, 10, 20), **facts}
        actor = facts.pop("actor", officer if kind == "applied" else treasurer)
        return services.record_entry(
            campaign=campaign, kind=kind, amount=D(amount), voucher_no=number, actor=actor, **facts
        )

    return record


def line_of(campaign):
    return statement(campaign=campaign, on=TODAY).tables[1].total


def test_applied_received_and_passed_up_stand_in_the_statement(campaign, record, subsidised):  # noqa: F811
    subsidised()
    record("applied", "80", department="民政局")
    record("received", "60.50", department="民政局")
    record("passed_up", "60.50")
    line = line_of(campaign)
    assert (line.owed, line.applied, line.received, line.passed_up, line.arrears) == (
        D(80), D(80), D("60.50"), D("60.50"), D("19.50"),
    )  # fmt: skip
    departments = statement(campaign=campaign, on=TODAY).tables[2]
    assert [(one.label, one.received, one.passed_up) for one in departments.lines] == [
        ("民政局", D("60.50"), D(0)),
        ("未分部门", D(0), D("60.50")),
    ]


def test_a_voucher_entered_twice_counts_once(record):
    assert record() == record() == record(number=" pz-1 ")
    assert FundEntry.objects.count() == 1
    assert Event.objects.filter(action="funds.record").count() == 1


@pytest.mark.parametrize("other", [{"amount": "1000.01"}, {"on": datetime.date(2024, 10, 21)}, {"department": "残联"}])
def test_the_same_number_for_something_else_is_refused(record, other):
    record()
    with pytest.raises(Refused, match="已登记过：医疗救助资金 1,000.00 元"):
        record(**other)


def test_one_voucher_for_two_funds_is_asked_about(record):
    record()
    with pytest.raises(Refused, match="已用于医疗救助资金"):
        record(fund="财政补助")
    assert record(fund="财政补助", shared=True).fund == "财政补助"


def test_a_wrong_entry_is_reversed_and_entered_anew(campaign, record, treasurer):
    wrong = record(amount="9000")
    for _ in range(2):
        services.reverse_entry(entry=wrong, reason="金额看错", actor=treasurer)
    record(amount="900")
    assert line_of(campaign).received == 900
    assert list(FundEntry.objects.order_by("pk").values_list("amount", flat=True)) == [9000, -9000, 900]
    with pytest.raises(Refused, match="不能再冲销"):
        services.reverse_entry(entry=FundEntry.objects.get(amount=-9000), reason="再来", actor=treasurer)


def test_nobody_passes_up_what_was_not_received(record, treasurer):
    received = record(amount="100")
    with pytest.raises(Refused, match="不能再上解"):
        record("passed_up", "100.01")
    record("passed_up", "100", number="SJ-1")
    with pytest.raises(Refused, match="请先冲销上解"):
        services.reverse_entry(entry=received, reason="退回", actor=treasurer)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"amount": "0"}, "大于零"),
        ({"on": datetime.date(2024, 10, 26)}, "今天以后"),
        ({"fund": "别的"}, "选择资金"),
        ({"number": " "}, "凭证号"),
    ],
)
def test_what_is_refused(record, facts, why):
    with pytest.raises(Refused, match=why):
        record(**facts)


def test_each_office_records_its_own(record, officer, treasurer):
    with pytest.raises(Refused, match="由财政局登记"):
        record("received", actor=officer)
    with pytest.raises(Refused, match="由医保局登记"):
        record("applied", actor=treasurer)


def test_the_database_keeps_what_was_recorded(record):
    entry = record()
    for change in (lambda: FundEntry.objects.update(amount=1), lambda: entry.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_pages_of_the_finance_bureau(client, campaign, treasurer, subsidised):  # noqa: F811
    person = subsidised().resident
    client.force_login(treasurer)
    facts = {"kind": "received", "fund": FUND, "amount": "50", "on": "2024-10-20", "voucher_no": "PZ-9"}
    assert client.post(reverse("finance_entries"), facts).status_code == 302
    again = client.post(reverse("finance_entries"), {**facts, "amount": "51"})
    assert again.status_code == 400 and "已登记过" in again.content.decode()
    page = client.get(reverse("finance_statement")).content.decode()
    assert "与缴费记录一致" in page and "每人金额未定" in page
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(client.get(reverse("finance_statement"), {"export": 1}).streaming_content))
    )
    totals = [row[3] for row in book.active.values if row[1] == "合计"]
    assert totals == [670, 80, 80, 80, 80]
    people = client.get(reverse("finance_people"), {"fund": FUND}).content.decode()
    assert person.name in people and person.id_number not in people


def test_whole_numbers_only_for_whoever_pays_and_logged(client, campaign, treasurer, officer, subsidised, silent_queue):  # noqa: F811
    person = subsidised().resident
    client.force_login(officer)
    assert client.get(reverse("finance_export")).status_code == 403
    client.force_login(treasurer)
    assert client.post(reverse("finance_export"), {"purpose": "fund", "fund": FUND}).status_code == 302
    jobs.run(Job.objects.get(kind="export.write").pk)
    export = BulkExport.objects.get()
    rows = list(
        openpyxl.load_workbook(
            io.BytesIO(b"".join(client.post(reverse("export_download", args=[export.pk])).streaming_content))
        ).active.values
    )
    assert rows[3][3] == person.id_number and rows[3][8] == 80 and len(rows) == 4
    assert list(Event.objects.filter(action__startswith="export.").values_list("action", flat=True).order_by("pk")) == [
        "export.request",
        "export.download",
    ]
