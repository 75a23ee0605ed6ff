import datetime
import io
import json

import pytest
from django.core.management import CommandError, call_command

from collection.ledgers.models import LedgerBatch
from core.audit.models import Event
from residents.people.models import Resident
from tests.collection.ledgers.ledger_files import number_of, person, xlsx

VILLAGE = "411325101200"


@pytest.fixture
def ask(campaign, tmp_path):
    """`ask(content)` → (answer, exit status)."""

    def ask(content, *, village=VILLAGE, policy="411325-2025", as_of=datetime.date(2024, 10, 31)):
        file, out, status = tmp_path / "台账.xlsx", io.StringIO(), 0
        file.write_bytes(content)
        try:
            call_command("check_ledger", file, village=village, policy=policy, as_of=as_of, stdout=out)
        except SystemExit as end:
            status = end.code
        return json.loads(out.getvalue()), status

    return ask


def test_the_answer_has_every_row_and_nothing_is_written(ask):
    before = Event.objects.count()
    answer, status = ask(xlsx([person(0), person(1, amount="400元"), person(3, amount=1, paid_on="10月8日")]))
    assert status == 0
    assert (answer["sheet"], answer["header_row"], answer["file_error"]) == ("缴费清册", 1, None)
    assert answer["accepted"][0] == {
        "row": 2,
        "name": person(0)[1],
        "id_number": number_of(0),
        "amount": "400.00",
        "paid_on": "2024-10-01",
        "receipt_no": "NX00000000",
        "category": "普通居民",
    }
    assert [(r["row"], r["column"], r["code"]) for r in answer["rejected"]] == [
        (4, "缴费日期", "date_invalid"),
        (4, "实缴金额", "amount_mismatch"),
    ]
    said = {(w["row"], w["code"]) for w in answer["warnings"]}
    assert {(None, "no_receipt_book"), (3, "amount_normalised"), (2, "new_resident")} <= said
    assert Event.objects.count() == before
    assert not LedgerBatch.objects.exists()
    assert not Resident.objects.exists()


@pytest.mark.parametrize(("content", "code"), [(b"", "unreadable_file"), (xlsx([]), "no_rows")])
def test_a_file_without_a_reading_ends_with_two(ask, content, code):
    answer, status = ask(content)
    assert (answer["file_error"]["code"], status) == (code, 2)
    assert (answer["accepted"], answer["rejected"], answer["warnings"]) == ([], [], [])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"village": "411325101"}, "12 位村代码"),
        ({"policy": "411325-2031"}, "open_campaign"),
        ({"village": "x"}, "没有代码"),
    ],
)
def test_a_wrong_question_is_told(ask, wrong, says):
    with pytest.raises(CommandError, match=says):
        ask(xlsx([person(0)]), **wrong)
