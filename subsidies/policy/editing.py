"""Changing a figure of a policy in its text: a new text is a new version, the old one stays as it was. Pure."""

import re
from decimal import Decimal

from subsidies.policy.checks import check_together
from subsidies.policy.policies import Policy, parse
from subsidies.policy.schema import PolicyError, Tables

_BASENAME = re.compile(r'^county_code\s*=\s*"(\d{6})"', re.MULTILINE)
_YEAR = re.compile(r"^year\s*=\s*(20\d\d)\s*$", re.MULTILINE)
_DATE = re.compile(r"\b(20\d\d)(-\d\d-\d\d)\b")
_WRITTEN_DATE = re.compile(r"(20\d\d)年(?=\d{1,2}月)")
#: How the amount of a category may be set on a page.
WAYS = ("amount", "percent", "full", "nothing")


def parse_any(text: str) -> Policy:
    """Return the policy in an uploaded text, whatever its file was called. Raise PolicyError."""
    county, year = _BASENAME.search(text), _YEAR.search(text)
    if not county or not year:
        raise PolicyError("政策文件", "", 1, "没有找到 county_code（六位县代码）和 year（四位年份），这不是政策文件")
    return parse(text, f"{county[1]}-{year[1]}.toml")


def overlapping(policy: Policy, others: tuple[Policy, ...]) -> PolicyError | None:
    """Return the error if the policy's period overlaps that of another year of its county."""
    apart = [other for other in others if other.county_code == policy.county_code and other.year != policy.year]
    return next(iter(check_together((policy, *apart))), None)


def next_year(policy: Policy) -> Policy:
    """Return the same rules a year later, as a draft to begin with: every date moves a year.

    Not moved: the births from which on a category is given by age, which are no dates of the year.
    """
    lines, in_category = [], False
    for line in policy.text.split("\n"):
        if line.startswith("["):
            in_category = line.startswith("[[categories]]")
        fixed = in_category and line.startswith("born_from")
        if line.startswith(("says", "other")):
            line = _WRITTEN_DATE.sub(lambda found: f"{int(found[1]) + 1}年", line)
        lines.append(line if fixed else _DATE.sub(_a_year_later, line))
    text = "\n".join(lines).replace(f"\nyear = {policy.year}\n", f"\nyear = {policy.year + 1}\n", 1)
    text = text.replace(f'title = "{policy.title}"', f'title = "{_title_a_year_later(policy)}"', 1)
    return parse(text, f"{policy.county_code}-{policy.year + 1}.toml")


def _a_year_later(found: re.Match[str]) -> str:
    year, rest = int(found[1]) + 1, found[2]
    return f"{year}-02-28" if rest == "-02-29" else f"{year}{rest}"


def _title_a_year_later(policy: Policy) -> str:
    return policy.title.replace(str(policy.year), str(policy.year + 1))


def set_standard(policy: Policy, amount: Decimal, *, document: str) -> Policy:
    """Return the policy with another fee a person, on the document that sets it."""
    text = _replace(policy.text, "fee.individual", f'"{amount:.2f}"')
    if policy.fee.total is not None:
        text = _replace(text, "fee.total", f'"{amount + policy.fee.finance:.2f}"')
    return _with_source(text, policy, "fee", document)


def set_category(policy: Policy, name: str, *, way: str, value: Decimal | None, fund: str, document: str) -> Policy:
    """Return the policy with another subsidy for a category: an amount, a percentage, all of it or nothing."""
    number = next(n for n, category in enumerate(policy.categories) if category.name == name)
    lines = {"amount": f'amount = "{value or 0:.2f}"', "percent": f'percent = "{(value or Decimal(0)).normalize():f}"'}
    added = [lines.get(way, f"{way} = true")]
    if way != "nothing":
        added.append(f'fund = "{_quoted(fund)}"')
    key = f"categories[{number}]"
    text = policy.text
    for old in ("amount", "percent", "full", "nothing", "not_set", "fund"):
        text = _without(text, f"{key}.{old}")
    text = _after(text, f"{key}.name", added)
    return _with_source(text, policy, key, document)


def decide(policy: Policy, key: str, *, document: str) -> Policy:
    """Return the policy with the reading at `key` as a rule of its own, on the document that decides it."""
    says = dict(policy.assumed_at)[key].says
    text = _with_source_text(policy.text, key, document)
    text = _after(text, f"{key}.source", ["assumed = false", f'decided = "{_quoted(says)}"'])
    return parse(text, f"{policy.id}.toml")


def _with_source(text: str, policy: Policy, key: str, document: str) -> Policy:
    return parse(_with_source_text(text, key, document), f"{policy.id}.toml")


def _with_source_text(text: str, key: str, document: str) -> str:
    """Let the table at `key` rest on a document of its own, which stands among the policy's documents from now on."""
    numbers = [int(found) for found in re.findall(r'^\[documents\."补充文件(\d+)"\]', text, re.MULTILINE)]
    label = f"补充文件{max(numbers, default=0) + 1}"
    for old in ("assumed", "says", "other", "decided"):
        text = _without(text, f"{key}.{old}")
    text = _replace(text, f"{key}.source", f'"{label} 全文"')
    head, fee = text.split("\n[fee]\n", 1)
    return f'{head}\n[documents."{label}"]\ntitle = "{_quoted(document)}"\n\n[fee]\n{fee}'


def _line_of(text: str, key: str) -> int | None:
    """The index of the line on which a key stands, None if the text has no such key."""
    number = Tables(text, "").lines.get(key)
    return None if number is None else number - 1


def _replace(text: str, key: str, literal: str) -> str:
    lines, at = text.split("\n"), _line_of(text, key)
    if at is None:
        raise PolicyError("政策文件", key, 1, "没有这一项")
    lines[at] = f"{lines[at].split('=', 1)[0].rstrip()} = {literal}"
    return "\n".join(lines)


def _without(text: str, key: str) -> str:
    lines, at = text.split("\n"), _line_of(text, key)
    if at is not None:
        del lines[at]
    return "\n".join(lines)


def _after(text: str, key: str, added: list[str]) -> str:
    lines, at = text.split("\n"), _line_of(text, key)
    if at is None:
        raise PolicyError("政策文件", key, 1, "没有这一项")
    lines[at + 1 : at + 1] = added
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return text.replace("\\", "").replace('"', "”").strip()
