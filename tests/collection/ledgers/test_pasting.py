"""Rows pasted from WPS or Excel are one ledger like any other; nothing of what was pasted is lost."""

import pytest
from django.urls import reverse

from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.pasting import as_csv
from core.refusals import Refused
from tests.collection.ledgers.ledger_files import HEADING, person, upload
from tests.collection.ledgers.test_ledgers import work

pytestmark = pytest.mark.usefixtures("silent_queue")
VILLAGE, OTHER = "411325101200", "411325101201"
ADDRESS = f"/village/{VILLAGE}/ledger/paste/"


def copied(*rows):
    """What the clipboard holds."""
    return "\r\n".join("\t".join(str(cell) for cell in row) for row in rows)


@pytest.fixture
def helper(make_user):
    return make_user("village", VILLAGE)


@pytest.fixture
def page(client, campaign, helper):
    client.force_login(helper)
    return client


def verdicts(batch):
    rows = LedgerRow.objects.filter(batch=batch).order_by("number")
    return [(row.number, row.name, row.state, [p["code"] for p in row.problems]) for row in rows]


def test_pasted_rows_are_judged_as_the_same_rows_of_a_file(page, campaign):
    rows = [person(0), person(1, amount=1), person(2, id_number="4.11325E+17"), person(3, paid_on="昨天")]
    answer = page.post(ADDRESS, {"text": copied(HEADING, *rows)})
    pasted = LedgerBatch.objects.get()
    assert answer.url == reverse("ledger_detail", args=[pasted.pk])
    work()
    page.post(reverse("ledger_upload", args=[VILLAGE]), {"file": upload(rows)})
    work()
    sent = LedgerBatch.objects.exclude(pk=pasted.pk).get()
    assert verdicts(pasted) == verdicts(sent)
    assert [state for _, _, state, _ in verdicts(pasted)] == ["good", "bad", "bad", "bad"]


def test_pasted_twice_is_one_ledger(page, campaign):
    for _ in range(2):
        page.post(ADDRESS, {"text": copied(HEADING, person(0))})
    assert LedgerBatch.objects.count() == 1


def test_two_thousand_rows_with_wrong_columns_are_answered_and_kept(page, campaign):
    heading = ["序号", "名字啊", "电话", "备注"]
    text = copied(heading, *([n, f"王{n}", "138", "甲"] for n in range(2000)))
    answer = page.post(ADDRESS, {"text": text})
    shown = answer.content.decode()
    assert answer.status_code == 400 and not LedgerBatch.objects.exists()
    assert "没有找到表头" in shown and "姓名、身份证号码、实缴金额、缴费日期、收据号" in shown
    assert "王1999" in shown and "您粘贴的内容还在下面" in shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "请粘贴要报的行"),
        (copied(HEADING), "表头下面没有人员"),
        (copied(HEADING[:5], person(0)[:5]), "缺少"),
        (copied(*[person(n) for n in range(3)]), "没有找到表头"),
    ],
    ids=["nothing", "a heading alone", "columns missing", "no heading"],
)
def test_what_cannot_be_a_ledger(page, campaign, text, says):
    answer = page.post(ADDRESS, {"text": text})
    assert answer.status_code == 400 and says in answer.content.decode()


def test_a_line_break_inside_a_cell_is_one_cell():
    assert as_csv('姓名\t备注\r\n王大山\t"外出\n务工"').decode("utf-8-sig") == '姓名,备注\r\n王大山,"外出\n务工"\r\n'
    with pytest.raises(Refused, match="引号"):
        as_csv("x" * 200_000)


def test_nobody_pastes_for_another_village(page, campaign):
    assert page.get(f"/village/{OTHER}/ledger/paste/").status_code == 404
