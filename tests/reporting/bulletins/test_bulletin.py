"""The bulletin's words, and that page, Word and Excel carry the same figures. Invented townships."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import openpyxl
import pytest
from docx import Document

from reporting.bulletins.excel import bulletin_workbook
from reporting.bulletins.word import bulletin_document
from reporting.progress.goals import StageGoal, outlook
from reporting.rankings.bulletin import (
    BulletinFacts,
    RankedTownship,
    TownshipRemark,
    compose,
    criticised,
    movement_text,
    pace,
    praised,
    share,
)
from reporting.rankings.rank import Achievement, RankedPlace, rank
from reporting.rankings.rewards import Tier, awards

STAGE = StageGoal(date(2024, 10, 31), Fraction(9, 10))
AS_OF = datetime(2024, 10, 25, 12)
FRIDAY = AS_OF.date()


def subjects(*facts, previous=None, today=FRIDAY):
    """facts: (name, task, done, gained)"""
    return [
        RankedTownship(
            p.code,
            p,
            outlook(STAGE, task=p.achievement.task, done=p.achievement.done, gained=p.achievement.gained, today=today),
            p.achievement.gained,
        )
        for p in rank([Achievement(*f) for f in facts], previous)
    ]


FIVE = [
    ("甲镇", 1000, 950, 70),
    ("乙镇", 1000, 800, 70),
    ("丙镇", 1000, 700, 70),
    ("丁乡", 1000, 600, 70),
    ("戊乡", 1000, 500, 0),
]


def weekly(*facts, **more):
    facts = subjects(*(facts or FIVE))
    county = outlook(STAGE, task=5000, done=3550, gained=280, today=AS_OF.date())
    return compose(
        BulletinFacts("weekly", "示例县", 2025, AS_OF, "入库", facts, STAGE, county, **more),
        number="示医征〔2024〕3号",
        issuer="示例县医疗保障局",
        source="第1版",
    )


def test_the_text_says_where_the_county_stands():
    assert weekly(late=["丁乡"]).paragraphs == (
        "截至2024年10月25日12时，全县已入库3,550人，完成年度任务5,000人的71.00%，本周新增280人。",
        "距10月31日前完成90%的阶段目标，全县还差950人，还有6天，平均每天须完成159人，近七天平均每天完成40.0人。",
        "按目前进度，乙镇、丙镇、丁乡、戊乡共4个乡镇不能按期实现阶段目标。",
        "丁乡未在规定时间前报送周报。",
    )


def test_without_a_task_the_people_count_and_the_rate_does_not():
    bulletin = weekly(("甲镇", 100, 50, 5), ("乙镇", 0, 30, 3))
    assert bulletin.paragraphs[0] == "截至2024年10月25日12时，全县已入库80人，完成年度任务100人的50.00%，本周新增8人。"
    assert "乙镇尚未下达任务，不参加排名，也不计入全县完成率。" in bulletin.paragraphs
    assert bulletin.table.shown[1] == ["—", "乙镇", "—", "30", "—", "3", "—", "—"]
    assert bulletin.table.shown[2][:6] == ["—", "全县", "100", "80", "50.00%", "8"]


@pytest.mark.parametrize(("county", "whole"), [("屯留区", "全区"), ("示例县", "全县"), ("邓州市", "全市")])
def test_a_district_is_no_county(county, whole):
    facts = subjects(("甲镇", 100, 50, 5), ("乙镇", 0, 30, 3))
    county_outlook = outlook(STAGE, task=100, done=50, gained=5, today=AS_OF.date())
    bulletin = compose(
        BulletinFacts("weekly", county, 2025, AS_OF, "入库", facts, STAGE, county_outlook),
        number="示医征〔2024〕3号",
        issuer=f"{county}医疗保障局",
        source="第1版",
    )
    text = "".join(bulletin.paragraphs)
    assert text.count(whole) >= 3 and not [word for word in ("全县", "全区", "全市") if word != whole and word in text]
    assert bulletin.table.shown[-1][1] == whole


@pytest.mark.parametrize(
    ("names", "offices"),
    [
        (["龙港镇", "土沃乡"], "各乡镇人民政府"),
        (["庞口镇", "高阳县锦华街道", "高阳县经济开发区"], "各镇人民政府、街道办事处、开发区管委会"),
        (["余吾镇", "李高乡", "麟绛街道", "康庄综合服务中心"], "各乡镇人民政府、街道办事处、综合服务中心"),
    ],
)
def test_it_is_addressed_to_such_offices_as_the_county_has(names, offices):
    bulletin = weekly(*((name, 100, 50, 5) for name in names))
    assert bulletin.addressed_to == f"{offices}、县直有关单位："


def test_no_task_anywhere_still_makes_a_bulletin():
    assert weekly(("甲镇", None, 7, 1)).paragraphs[0] == "截至2024年10月25日12时，全县已入库7人，本周新增1人。"


NAMES = [
    ("three and three", FIVE, ["甲镇", "乙镇", "丙镇"], ["丁乡", "戊乡"]),
    ("nobody stands on both lists", FIVE[:4], ["甲镇", "乙镇", "丙镇"], ["丁乡"]),
    ("three are too few to blame anyone", FIVE[:3], ["甲镇", "乙镇", "丙镇"], []),
    (
        "a shared third place is praised whole",
        [("a", 100, 99, 0), ("b", 100, 98, 0), ("c", 100, 97, 0), ("d", 100, 97, 0), ("e", 100, 1, 0)],
        ["a", "b", "c", "d"],
        ["e"],
    ),
    (
        "a shared third from last is blamed whole",
        [(n, 100, d, 0) for n, d in (("a", 80), ("b", 79), ("c", 78), ("d", 50), ("e", 50), ("f", 40), ("g", 30))],
        ["a", "b", "c"],
        ["d", "e", "f", "g"],
    ),
    (
        "who reached the stage goal is not blamed",
        [(n, 100, d, 0) for n, d in (("a", 99), ("b", 98), ("c", 97), ("d", 96), ("e", 90), ("f", 89))],
        ["a", "b", "c"],
        ["f"],
    ),
    ("nothing done is not praised", [("a", 100, 0, 0), ("b", 100, 0, 0)], [], []),
    ("without a task neither", [*FIVE, ("己乡", 0, 999, 99)], ["甲镇", "乙镇", "丙镇"], ["丁乡", "戊乡"]),
]


@pytest.mark.parametrize("case", NAMES, ids=[case[0] for case in NAMES])
def test_praised_and_criticised(case):
    _, facts, good, bad = case
    assert (praised(subjects(*facts)), criticised(subjects(*facts))) == (good, bad)


@pytest.mark.parametrize(
    ("rank_now", "before", "shown"),
    [(1, 3, "升2"), (3, 1, "降2"), (2, 2, "平"), (2, None, "新"), (None, 2, "—")],
)
def test_movement(rank_now, before, shown):
    place = RankedPlace(Achievement("a", 1 if rank_now else None, 0), rank_now, before)
    assert movement_text(place.rank, place.movement) == shown


@pytest.mark.parametrize(
    ("a_day", "shown"),
    [(Fraction(10, 7), "1.4"), (Fraction(), "0.0"), (Fraction(9000), "9,000.0")],
)
def test_pace(a_day, shown):
    assert pace(a_day) == shown


@pytest.mark.parametrize(
    ("of_task", "shown"),
    [(Fraction(9, 10), "90%"), (Fraction(1), "100%"), (Fraction(995, 1000), "99.5%")],
)
def test_share(of_task, shown):
    assert share(of_task) == shown


def final(pool=Decimal("300000")):
    facts = subjects(*FIVE, today=date(2024, 12, 31))
    given = awards(
        [s.place for s in facts],
        a_person=Decimal("1.5"),
        tiers=[Tier("一等奖", 1, 1, Decimal("200000")), Tier("二等奖", 2, 3, Decimal("80000"))],
    )
    return compose(
        BulletinFacts(
            "final", "示例县", 2025, datetime(2024, 12, 31, 18), "入库", facts, STAGE, None, awards=given, pool=pool
        ),
        number="示医征〔2024〕20号",
        issuer="示例县医疗保障局",
        source="第1版",
    )


def test_the_final_evaluation_carries_the_rewards():
    bulletin = final()
    assert bulletin.title.endswith("考评结果的通报") and final(pool=None).title.endswith("最终参保情况的通报")
    assert bulletin.table.headers[-3:] == ["工作经费（元）", "奖项", "奖金（元）"]
    assert [row[-3:] for row in bulletin.table.shown] == [
        ["1,425.00", "一等奖", "200,000.00"],
        ["1,200.00", "二等奖", "80,000.00"],
        ["1,050.00", "二等奖", "80,000.00"],
        ["900.00", "—", "0.00"],
        ["750.00", "—", "0.00"],
        ["5,325.00", "—", "360,000.00"],
    ]
    assert "奖金超出300,000.00元的总额60,000.00元" in bulletin.paragraphs[-1]
    assert "超出" not in final(pool=Decimal("360000")).paragraphs[-1]


def word_table(document: bytes) -> list[list[str]]:
    (table,) = Document(BytesIO(document)).tables
    return [[cell.text for cell in row.cells] for row in table.rows]


def excel_table(workbook: bytes) -> list[list[str]]:
    """As the sheet shows it: each cell through its number format."""
    formats = {"#,##0": "{:,.0f}", "0.00%": "{:.2%}", "#,##0.00": "{:,.2f}"}
    rows = openpyxl.load_workbook(BytesIO(workbook))["排名"].iter_rows(min_row=4)
    return [
        [c.value if isinstance(c.value, str) else formats[c.number_format].format(c.value) for c in row] for row in rows
    ]


@pytest.mark.parametrize(
    "bulletin",
    [
        weekly(),
        final(),
        weekly(("甲镇", 3, 2, 1), ("乙<镇>&", 0, 5, 1), ("丙镇", 100_000, 99_999, -4)),
    ],
    ids=["weekly", "final", "awkward"],
)
def test_word_and_excel_say_what_the_page_says(bulletin):
    document, workbook = bulletin_document(bulletin), bulletin_workbook(bulletin)
    shown = [bulletin.table.headers, *bulletin.table.shown]
    assert word_table(document) == shown
    assert excel_table(workbook) == shown

    word_text = "\n".join(p.text for p in Document(BytesIO(document)).paragraphs)
    sheet = openpyxl.load_workbook(BytesIO(workbook))["通报正文"]
    excel_text = "\n".join(str(c.value) for row in sheet.iter_rows() for c in row if c.value)
    for text in (
        bulletin.number,
        bulletin.title,
        *bulletin.paragraphs,
        bulletin.issuer,
        bulletin.day,
        bulletin.source,
        "、".join(bulletin.praised) or "无",
        "、".join(bulletin.criticised) or "无",
    ):
        assert text in word_text
        assert text in excel_text


def test_typed_texts_arrive_whole_and_are_never_read_as_marks_or_formulas():
    remark = TownshipRemark("甲镇", "=1+1 <上门> & {{ number }}", "外出\n人员多", "")
    bulletin = weekly(remarks=[remark])
    word_text = "\n".join(p.text for p in Document(BytesIO(bulletin_document(bulletin))).paragraphs)
    assert "典型做法：=1+1 <上门> & {{ number }}" in word_text
    assert "外出\n人员多" in word_text
    assert "意见建议" not in word_text
    sheet = openpyxl.load_workbook(BytesIO(bulletin_workbook(bulletin)))["通报正文"]
    (cell,) = [c for row in sheet.iter_rows() for c in row if c.value == remark.practice]
    assert cell.data_type == "s"
