"""The command's contract: one JSON answer a line, whatever the line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from collection.management.commands.deposit_duties import answer

ROOT = Path(__file__).resolve().parents[3]

ASK = {
    "limit": {"days": 5, "amount": "10000.00"},
    "as_of": "2025-11-09",
    "receipts": [["2025-11-09", "20"], ["2025-11-03", "380.00"]],
    "deposits": [["2025-11-09", "100.5"]],
}


def ask(**changes):
    return answer(json.dumps(ASK | changes))


def test_answer_is_the_whole_object_with_two_decimals():
    assert ask() == {
        "status": "overdue",
        "in_hand": "299.50",
        "surplus": "0.00",
        "oldest": "2025-11-03",
        "due": "2025-11-08",
        "duties": [
            {
                "opened": "2025-11-03",
                "due": "2025-11-08",
                "reason": "days",
                "amount": "380.00",
                "outstanding": "279.50",
                "settled": None,
                "days_late": 1,
            }
        ],
    }


def test_amounts_may_be_json_numbers_without_losing_a_cent():
    line = json.dumps(ASK | {"receipts": [["2025-11-03", 0.3]], "deposits": []})
    assert "0.3]]" in line
    assert answer(line)["in_hand"] == "0.30"


def test_unknown_keys_are_left_alone():
    assert ask(name="a case", note="x") == ask()


BAD_LINES = {
    "not JSON": b"{",
    "not UTF-8": b'{"as_of": "\xff\xfe"}',
    "not an object": b"[1, 2]",
    "nested without end": b"[" * 20000,
    "nothing in it": b"{}",
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_bad_lines(name):
    assert answer(BAD_LINES[name])["error"] == "bad_input"


BAD_FACTS = {
    "limit is missing": ({"limit": None}, "limit"),
    "days is text": ({"limit": {"days": "5", "amount": "1"}}, "limit.days"),
    "days is a truth value": ({"limit": {"days": True, "amount": "1"}}, "limit.days"),
    "days is negative": ({"limit": {"days": -1, "amount": "1"}}, "limit.days"),
    "days beyond any calendar": ({"limit": {"days": 10**12, "amount": "1"}}, "limit.days"),
    "amount is missing": ({"limit": {"days": 5}}, "limit.amount"),
    "amount has three decimals": ({"limit": {"days": 5, "amount": "1.005"}}, "limit.amount"),
    "as_of is missing": ({"as_of": None}, "as_of"),
    "as_of is written another way": ({"as_of": "2025/11/09"}, "as_of"),
    "as_of is a number": ({"as_of": 20251109}, "as_of"),
    "as_of is a week date": ({"as_of": "2025-W45-1"}, "as_of"),
    "as_of does not exist": ({"as_of": "2025-02-29"}, "as_of"),
    "the last year there is": ({"as_of": "9999-12-31"}, "as_of"),
    "receipts are missing": ({"receipts": None}, "receipts"),
    "a receipt is not a pair": ({"receipts": [["2025-11-09", "1", "x"]]}, "receipts 第 1 项"),
    "a receipt is negative": ({"receipts": [["2025-11-09", "1"], ["2025-11-09", "-1"]]}, "receipts 第 2 项"),
    "a deposit has no day": ({"deposits": [["", "1"]]}, "deposits 第 1 项"),
    "a deposit is a truth value": ({"deposits": [["2025-11-09", True]]}, "deposits 第 1 项"),
    "a deposit in full-width digits": ({"deposits": [["2025-11-09", "１"]]}, "deposits 第 1 项"),
    "a deposit is no number": ({"deposits": [["2025-11-09", "NaN"]]}, "deposits 第 1 项"),
    "a deposit in powers of ten": ({"deposits": [["2025-11-09", "1e3"]]}, "deposits 第 1 项"),
}


@pytest.mark.parametrize("name", BAD_FACTS)
def test_bad_facts_are_named(name):
    changes, where = BAD_FACTS[name]
    found = ask(**changes)
    assert found["error"] == "bad_input"
    assert where in found["message"]


def test_command_answers_line_by_line_and_goes_on_after_a_bad_one(tmp_path):
    half = {"limit": {"days": "\ud800天", "amount": "1"}}  # half of a pair is a text in JSON, but cannot be written
    lines = [json.dumps(ASK), "", "nonsense", json.dumps(half), json.dumps(ASK)]
    run = subprocess.run(
        [sys.executable, "manage.py", "deposit_duties"],
        input="\n".join(lines).encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        env={
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
            "DATA_DIR": str(tmp_path),
            "PATH": "/usr/bin:/bin",
            "PYTHONIOENCODING": "gb18030",
        },
    )
    assert run.returncode == 0, run.stderr.decode()
    answers = [json.loads(line) for line in run.stdout.decode("utf-8").splitlines()]
    assert [a.get("status", a.get("error")) for a in answers] == ["overdue", "bad_input", "bad_input", "overdue"]
    assert "天" in answers[2]["message"]
