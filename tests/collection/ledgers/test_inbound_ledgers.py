"""Ledgers as they came in wrong once: each file stands for its kind, with the right answer beside it."""

import datetime
import io
import json
import zipfile

import pytest
from django.core.management import call_command

from collection.ledgers import services as ledgers
from core.jobs import services as jobs
from core.jobs.models import Job
from tests.collection.ledgers.ledger_files import HEADING, number_of, person, upload, xlsx
from tests.factories import workbook

VILLAGE = "411325101200"


def rezipped(content: bytes, *, rename=lambda name: name, edit=lambda name, text: text) -> bytes:
    """The same workbook with its parts renamed or edited."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            target.writestr(rename(info.filename), edit(info.filename, source.read(info)))
    return out.getvalue()


def in_sheet(old: str, new: str):
    def edit(name, text):
        return text.replace(old.encode(), new.encode(), 1) if name.endswith(("sheet1.xml", "Strings.xml")) else text

    return edit


PLAIN = xlsx([person(0), person(3)])
FILES = {
    "paths with backslashes": rezipped(PLAIN, rename=lambda name: name.replace("/", chr(92))),
    "a heading with a long note": xlsx(
        [person(0), person(3)],
        heading=[f"{h}（格式：2024-10-08，请勿填写其他格式）" if h == "缴费日期" else h for h in HEADING],
    ),
    "a heading of two rows with a year": workbook(
        [
            ["序号", *[None] * 9],
            [f"2025年个人{h[2:]}" if h == "实缴金额" else h for h in HEADING],
            person(0),
            person(3),
        ],
        sheet="缴费清册",
    ),
    "a telephone as float": xlsx([person(0, phone=13800138000.0), person(3)]),
    "a radical in the name": xlsx([person(0, name="⻢建国"), person(3)]),
    "an escaped NUL in the name": rezipped(PLAIN, edit=in_sheet(person(0)[1], person(0)[1] + "_x0000_")),
}


@pytest.fixture
def ask(campaign, tmp_path):
    def ask(content):
        file, out = tmp_path / "台账.xlsx", io.StringIO()
        file.write_bytes(content)
        call_command(
            "check_ledger", file, village=VILLAGE, policy="411325-2025", as_of=datetime.date(2024, 10, 31), stdout=out
        )
        return json.loads(out.getvalue())

    return ask


@pytest.mark.parametrize("name", FILES)
def test_what_is_readable_is_read(ask, name):
    answer = ask(FILES[name])
    assert answer["file_error"] is None
    assert answer["rejected"] == []
    assert [accepted["id_number"] for accepted in answer["accepted"]] == [number_of(0), number_of(3)]
    if "radical" in name:
        assert answer["accepted"][0]["name"] == "马建国"
    if "NUL" in name:
        assert answer["accepted"][0]["name"] == person(0)[1]
        assert "characters_dropped" in [warning["code"] for warning in answer["warnings"]]


BROKEN = {"NaN": "<v>NaN</v>", "1E999": "<v>1E999</v>", "400 digits": f"<v>{'9' * 400}</v>", "0x10": "<v>0x10</v>"}


@pytest.mark.usefixtures("silent_queue")
@pytest.mark.parametrize("name", BROKEN)
def test_a_number_that_is_none_is_that_rows_error_and_never_the_files(campaign, make_user, name):
    helper = make_user("village", VILLAGE)
    file = upload([])
    content = rezipped(xlsx([person(0, amount=401), person(3)]), edit=in_sheet("<v>401</v>", BROKEN[name]))
    file.file = io.BytesIO(content)
    file.size = len(content)
    batch, _ = ledgers.upload_ledger(
        campaign=campaign, village=helper.region, file=file, name="台账.xlsx", actor=helper
    )
    jobs.run(Job.objects.get().pk)
    batch.refresh_from_db()
    assert (batch.state, Job.objects.get().state) == ("checked", Job.State.DONE)
    assert dict(batch.rows.values_list("number", "state")) == {2: "bad", 3: "good"}
    assert [problem["column"] for problem in batch.rows.get(number=2).problems] == ["amount"]
