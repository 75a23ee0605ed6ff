"""Who a team lacks, and the sentences of a bulletin."""

import datetime

import pytest

from reporting.supervision.rules import BulletinStanding, MeasureFacts, after_a_week, measures_text, team_lacks

WHOLE = ["head", "reviewer", "reviewer", "recorder", "recorder", "recorder"]


@pytest.mark.parametrize(
    ("ranks", "lacks"),
    [
        (WHOLE, []),
        ([*WHOLE, "member"], []),
        (WHOLE[1:], ["副科级以上领导还差 1 人"]),
        (WHOLE[:-1], ["电子信息录入人员还差 1 人"]),
        (["head", "reviewer"], ["审核人员还差 1 人", "电子信息录入人员还差 3 人"]),
        ([], ["副科级以上领导还差 1 人", "审核人员还差 2 人", "电子信息录入人员还差 3 人"]),
    ],
)
def test_what_a_team_lacks(ranks, lacks):
    assert team_lacks(ranks) == lacks


TALK = MeasureFacts("夏馆镇", "约谈", datetime.date(2024, 10, 24), "镇长", "进度靠后。", datetime.date(2024, 10, 31))


def test_what_the_bulletin_says():
    assert measures_text([TALK]) == ["10月24日，对夏馆镇镇长进行约谈：进度靠后，10月31日前落实到位。"]


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (BulletinStanding(90, 100, 2), "上期约谈的夏馆镇，完成人数由80人增至90人，完成率由80.00%变为90.00%。"),
        (BulletinStanding(79, 100, 2), "上期约谈的夏馆镇，完成人数由80人降至79人，完成率由80.00%变为79.00%。"),
        (BulletinStanding(80, 100, 5), "上期约谈的夏馆镇，完成人数仍为80人，完成率仍为80.00%。"),
        (BulletinStanding(80, 160, 5), "上期约谈的夏馆镇，完成人数仍为80人，完成率由80.00%变为50.00%。"),
        (BulletinStanding(90, None, None), "上期约谈的夏馆镇，完成人数由80人增至90人。"),
    ],
)
def test_what_changed_by_the_week_after(now, says):
    assert after_a_week(TALK, BulletinStanding(80, 100, 5), now) == says
