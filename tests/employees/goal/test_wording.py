"""What the bulletin says of employees' insurance."""

import pytest

from employees.goal.wording import goal_text

FACTS = {
    "now": 1200,
    "gain": 200,
    "goal": 2000,
    "missing": 1800,
    "townships": [{"name": "回车镇", "before": 1, "now": 9}],
}


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, "职工医保方面，在册1,200人，比上年末净增200人，全年目标净增2,000人，还差1,800人；净增居前的是回车镇。"),
        (
            {"gain": 2000, "missing": 0, "townships": []},
            "职工医保方面，在册1,200人，比上年末净增2,000人，全年目标净增2,000人，目标已实现。",
        ),
        (
            {"gain": 1200, "missing": 800},
            "职工医保方面，在册1,200人，全年目标净增2,000人；没有上年末人数，净增暂不统计。",
        ),
        (
            {"gain": -3, "missing": 2003, "townships": [{"name": "回车镇", "before": 9, "now": 9}]},
            "职工医保方面，在册1,200人，比上年末净减3人，全年目标净增2,000人，还差2,003人。",
        ),
    ],
)
def test_goal_text(facts, says):
    assert goal_text({**FACTS, **facts}) == says
