"""The contract of `manage.py quote_employee`: JSON Lines in and out, nothing guessed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from employees.quotes.lines import answer

ROOT = Path(__file__).resolve().parents[3]
GOOD = {"policy": "411323-2026", "kind": "enterprise", "wage_base": "3831.00", "months": 1}


def test_the_whole_answer():
    notice = "《西峡县2026年度城镇职工基本医疗保险征缴工作实施方案政策解读》七（二）"
    assert answer(json.dumps(GOOD)) == {
        "base": "3831.00",
        "unit": "325.64",
        "person": "76.62",
        "total": "402.26",
        "reasons": [
            {"says": "2025年缴费基数下限每月 3,831.00 元", "source": notice},
            {"says": "企业：每月单位缴 8.5%，325.64 元；职工缴 2%，76.62 元（四舍五入到分）", "source": notice},
        ],
    }


def test_a_wage_may_be_left_out_for_flexible_workers_and_months_default_to_one():
    assert answer('{"policy": "411323-2026", "kind": "flexible"}')["total"] == "306.48"


BAD = [
    ("not JSON", "{", "JSON"),
    ("not an object", "[]", "对象"),
    ("deep nonsense", "[" * 100_000, "JSON"),
    ("unknown key", json.dumps({**GOOD, "wage": "1"}), "wage"),
    ("no kind", json.dumps({k: v for k, v in GOOD.items() if k != "kind"}), "kind"),
    ("a wage as a number", json.dumps({**GOOD, "wage_base": 3831}), "wage_base"),
    ("a wage with three decimals", json.dumps({**GOOD, "wage_base": "3831.000"}), "wage_base"),
    ("a wage in full-width digits", json.dumps({**GOOD, "wage_base": "３８３１.00"}), "wage_base"),
    ("true as months", json.dumps({**GOOD, "months": True}), "months"),
    ("half a month", json.dumps({**GOOD, "months": 0.5}), "months"),
    ("no month", json.dumps({**GOOD, "months": 0}), "1 到 120"),
    ("a month back", json.dumps({**GOOD, "months": -1}), "1 到 120"),
    ("more months than ten years", json.dumps({**GOOD, "months": 121}), "1 到 120"),
    ("a wage with a comma", json.dumps({**GOOD, "wage_base": "3,831.00"}), "wage_base"),
    ("a wage with its unit", json.dumps({**GOOD, "wage_base": "3831元"}), "wage_base"),
    ("months that are null", json.dumps({**GOOD, "months": None}), "months"),
    ("an endless number of months", '{"policy": "411323-2026", "kind": "flexible", "months": 1e400}', "months"),
    ("a wage that is no number", '{"policy": "411323-2026", "kind": "enterprise", "wage_base": NaN}', "wage_base"),
    ("the word NaN", json.dumps({**GOOD, "wage_base": "NaN"}), "wage_base"),
    ("a wage under zero", json.dumps({**GOOD, "wage_base": "-3831.00"}), "wage_base"),
    ("a wage of zero", json.dumps({**GOOD, "wage_base": "0.00"}), "大于 0"),
    ("a wage of millions", json.dumps({**GOOD, "wage_base": "1000000.01"}), "不超过"),
    ("no wage for somebody with a unit", json.dumps({**GOOD, "wage_base": None}), "没有写工资基数"),
    ("an unknown kind", json.dumps({**GOOD, "kind": "Enterprise"}), "enterprise"),
    ("a kind that is a list", json.dumps({**GOOD, "kind": ["enterprise"]}), "kind"),
    ("no policy", json.dumps({k: v for k, v in GOOD.items() if k != "policy"}), "policy"),
    ("a policy that is a number", json.dumps({**GOOD, "policy": 411323}), "policy"),
]


@pytest.mark.parametrize(("line", "says"), [c[1:] for c in BAD], ids=[c[0] for c in BAD])
def test_bad_input_says_what_is_wrong(line, says):
    result = answer(line)
    assert result["error"] == "bad_input"
    assert says in result["message"]


@pytest.mark.parametrize("policy", ["411323-2031", "../411323-2026", "x"])
def test_no_policy_lists_what_there_is(policy):
    result = answer(json.dumps({**GOOD, "policy": policy}))
    assert result["error"] == "no_policy"
    assert "411323-2026" in result["message"]


def test_the_command_answers_each_line_without_a_database(tmp_path):
    environment = {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
        "DATA_DIR": str(tmp_path),
        "PATH": "/usr/bin:/bin",
    }
    lines = [json.dumps(GOOD), "", "{", json.dumps({**GOOD, "kind": "individual"})]
    run = subprocess.run(
        [sys.executable, "manage.py", "quote_employee"],
        input="\n".join(lines).encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        env=environment,
    )
    assert run.returncode == 0, run.stderr.decode()
    answers = [json.loads(line) for line in run.stdout.decode().splitlines()]
    assert [a.get("error", a.get("total")) for a in answers] == ["402.26", "bad_input", "amount_not_set"]
