# ruff: noqa: E501 — each case stands on one line
"""The contract of `manage.py quote`: JSON Lines in and out, nothing guessed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from subsidies.quotes.lines import answer

ROOT = Path(__file__).resolve().parents[3]
GOOD = {"policy": "411325-2025", "birth_date": "1970-05-01", "paid_on": "2024-10-10", "identities": []}


def ask(**changes):
    return answer(json.dumps({**GOOD, **changes}))


def test_the_whole_answer():
    assert ask(identities=[{"category": "低保户", "recognised_on": "2024-06-01"}], insured_years=[2023, 2024]) == {
        "standard": "400.00",
        "subsidy": "80.00",
        "due": "320.00",
        "category": "低保对象",
        "funds": [{"source": "医疗救助资金", "amount": "80.00"}],
        "benefit_from": "2025-01-01",
        "benefit_to": "2025-12-31",
        "waiting_months": 0,
        "reasons": [
            {
                "says": "2025年度个人缴费标准每人 400.00 元",
                "source": "《内乡县2025年度城乡居民基本医疗保险集中征缴工作实施方案》三（二）",
            },
            {
                "says": "低保对象：由医疗救助资金资助 80.00 元，个人缴 320.00 元",
                "source": "《内乡县2025年度城乡居民基本医疗保险集中征缴工作实施方案》三（二）2",
            },
            {
                "says": "集中征缴期内缴费，从2025年1月1日享受待遇（供参考，以省市文件为准）",
                "source": "《内乡县2025年度城乡居民基本医疗保险集中征缴工作实施方案》四（二）2",
            },
        ],
    }


MARK = {"category": "低保对象", "recognised_on": "2024-06-01"}
BAD = [
    ("not JSON", "{", "JSON"),
    ("not an object", "[]", "对象"),
    ("deep nonsense", "[" * 100_000, "JSON"),
    ("unknown key", json.dumps({**GOOD, "birthdate": "1970-05-01"}), "birthdate"),
    ("no birth date", json.dumps({k: v for k, v in GOOD.items() if k != "birth_date"}), "birth_date"),
    ("no policy", json.dumps({k: v for k, v in GOOD.items() if k != "policy"}), "policy"),
    ("birth date as a number", json.dumps({**GOOD, "birth_date": 19700501}), "birth_date"),
    ("a day that does not exist", json.dumps({**GOOD, "paid_on": "2025-02-29"}), "2025-02-29"),
    ("another way to write dates", json.dumps({**GOOD, "paid_on": "20241010"}), "paid_on"),
    ("a week date", json.dumps({**GOOD, "paid_on": "2024-W41-4"}), "paid_on"),
    ("full-width digits", json.dumps({**GOOD, "paid_on": "２０２４-10-10"}), "paid_on"),
    ("identities not a list", json.dumps({**GOOD, "identities": "低保对象"}), "identities"),
    ("an identity without a date", json.dumps({**GOOD, "identities": [{"category": "低保对象"}]}), "recognised_on"),
    ("an identity with more", json.dumps({**GOOD, "identities": [{**MARK, "name": "x"}]}), "name"),
    ("an identity as text", json.dumps({**GOOD, "identities": ["低保对象"]}), "identities"),
    ("years as text", json.dumps({**GOOD, "insured_years": ["2024"]}), "insured_years"),
    ("true as a year", json.dumps({**GOOD, "insured_years": [True]}), "insured_years"),
    ("half a year paid back", json.dumps({**GOOD, "repaid_years": 1.5}), "repaid_years"),
    ("fewer than no years", json.dumps({**GOOD, "repaid_years": -1}), "补缴"),
    ("a parent insured, as text", json.dumps({**GOOD, "parent_insured": "是"}), "parent_insured"),
    ("a parent insured, as a number", json.dumps({**GOOD, "parent_insured": 1}), "parent_insured"),
    ("newborn as text", json.dumps({**GOOD, "newborn": "是"}), "newborn"),
    ("newborn with more", json.dumps({**GOOD, "newborn": {"mother": "x"}}), "mother"),
    ("both answers", json.dumps({**GOOD, "parent_insured": True, "newborn": {"parent_insured": False}}), "两处"),
    ("ended before it began", json.dumps({**GOOD, "identities": [{**MARK, "ended_on": "2024-05-31"}]}), "终止日期"),
]


@pytest.mark.parametrize(("line", "says"), [c[1:] for c in BAD], ids=[c[0] for c in BAD])
def test_bad_input_says_what_is_wrong(line, says):
    result = answer(line)
    assert result["error"] == "bad_input"
    assert says in result["message"]


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({"parent_insured": True}, "0.00"),
        ({"parent_insured": True, "newborn": True}, "0.00"),
        ({"newborn": {"parent_insured": True}}, "0.00"),
        ({"parent_insured": True, "newborn": {"parent_insured": True}}, "0.00"),
        ({"parent_insured": False}, "400.00"),
        ({"parent_insured": None, "newborn": None}, "400.00"),
        ({"newborn": True}, "400.00"),
        ({"newborn": {}}, "400.00"),
    ],
)
def test_a_newborn_and_its_parents(facts, due):
    result = ask(birth_date="2025-02-20", paid_on="2025-03-10", **facts)
    assert (result["due"], result["benefit_from"]) == (due, "2025-02-20")


def test_an_identity_that_ended():
    ended = {**MARK, "ended_on": "2024-10-11"}
    assert ask(identities=[ended])["due"] == "320.00"
    assert ask(identities=[{**ended, "ended_on": "2024-10-10"}])["due"] == "400.00"
    assert ask(identities=[{**ended, "ended_on": None}])["due"] == "320.00"


@pytest.mark.parametrize("policy", ["411325-2031", "../411325-2025", "x"])
def test_no_policy_lists_what_there_is(policy):
    result = ask(policy=policy)
    assert result["error"] == "no_policy"
    assert "411325-2025" in result["message"]


def test_the_command_answers_each_line_without_a_database(tmp_path):
    lines = [
        json.dumps(GOOD),
        "",
        "{",
        json.dumps({**GOOD, "identities": [{**MARK, "category": "\ud800"}]}),
        json.dumps(GOOD),
    ]
    run = subprocess.run(
        [sys.executable, "manage.py", "quote"],
        input="\n".join(lines).encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        env={
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
            "DATA_DIR": str(tmp_path),
            "PATH": "/usr/bin:/bin",
        },
    )
    assert run.returncode == 0, run.stderr.decode()
    answers = [json.loads(line) for line in run.stdout.decode().splitlines()]
    assert [a.get("error", a.get("due")) for a in answers] == ["400.00", "bad_input", "unknown_category", "400.00"]
