from decimal import Decimal

import pytest

from collection.entitlements.groups import CategoryGroup, groups
from subsidies.campaigns.services import open_campaign

GOALS = [  # (case, people to insure, insured, goal, reached, still missing)
    ("99 % of 201 are 199 people", 201, 198, "0.99", False, 1),
    ("one more reaches it", 201, 199, "0.99", True, 0),
    ("99 % of a hundred leave one out", 100, 99, "0.99", True, 0),
    ("100 % leave nobody out", 100, 99, "1.00", False, 1),
    ("everybody", 100, 100, "1.00", True, 0),
    ("nobody to insure", 0, 0, "1.00", True, 0),
]


@pytest.mark.parametrize(
    ("to_insure", "insured", "goal", "reached", "missing"), [c[1:] for c in GOALS], ids=[c[0] for c in GOALS]
)
def test_a_goal_of_a_group_is_whole_people(to_insure, insured, goal, reached, missing):
    group = CategoryGroup("残疾人", "残疾人联合会", to_insure, insured, 0, Decimal(goal))
    assert (group.is_reached, group.to_goal) == (reached, missing)


@pytest.mark.django_db
def test_each_group_has_the_goal_of_its_county_s_notice(business_clock):
    """高阳 一（三）2: 99 % of who is subsidised, 100 % of the other groups named there; 屯留 六（二）: 100 %."""
    business_clock("2025-11-10T10:00")
    found = {}
    for policy in ("130628-2026", "140405-2026"):
        campaign, _ = open_campaign(policy_id=policy)
        found[policy] = {
            group.category: group.goal_text for group in groups(campaign=campaign, region=campaign.county_id)
        }
    gaoyang, tunliu = found.values()
    assert (gaoyang["特困人员"], gaoyang["残疾人"], gaoyang["高龄老年人"]) == ("99%", "100%", "100%")
    assert (tunliu["特困人员"], tunliu["退役军人"], tunliu["重度精神病人"]) == ("100%", "100%", "100%")
