"""What a bulletin says of the goal of employees' insurance. Pure."""

from collections.abc import Mapping
from typing import Any

#: How many townships a bulletin names.
NAMED = 3


def goal_text(facts: Mapping[str, Any]) -> str:
    """One paragraph of a bulletin, from the frozen figures (employees/goal/selectors.py)."""
    ahead = [line["name"] for line in facts["townships"] if line["now"] > line["before"]][:NAMED]
    gain = facts["gain"]
    moved = f"净增{gain:,}人" if gain >= 0 else f"净减{-gain:,}人"
    says = f"职工医保方面，在册{facts['now']:,}人，"
    if facts["now"] == gain:  # nobody is known from the end of last year: everybody would count as gained
        return f"{says}全年目标净增{facts['goal']:,}人；没有上年末人数，净增暂不统计。"
    says += f"比上年末{moved}，全年目标净增{facts['goal']:,}人"
    says += f"，还差{facts['missing']:,}人" if facts["missing"] else "，目标已实现"
    return says + (f"；净增居前的是{'、'.join(ahead)}。" if ahead else "。")
