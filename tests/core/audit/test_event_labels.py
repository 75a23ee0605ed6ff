import re
from pathlib import Path

import pytest
from django.conf import settings

from collection.cash import notices as duty_notices
from core.accounts import confirmations
from core.audit.labels import JOBS, NOTICES, lines_of, source_of, subject_of
from core.audit.models import Event
from reporting.rankings import notices as ranking_notices

PLACES = {"411325101": "夏馆镇", "411325101200": "师家湾村民委员会", "411325101201": "湖山村民委员会"}


def said(object_type="", before=None, after=None):
    event = Event(object_type=object_type, before=before, after=after)
    return [str(line) for line in lines_of(event, PLACES)]


@pytest.mark.parametrize(
    ("object_type", "before", "after", "expected"),
    [
        ("", None, None, []),
        ("resident", {"name": "王小明"}, {"name": "王改名"}, ["姓名：王小明 → 王改名"]),
        (
            "resident",
            {"status": "active"},
            {"status": "dead", "since": "2024-10-01"},
            ["状态：在册 → 死亡", "起始日期：2024-10-01"],
        ),
        (
            "resident",
            {"village": "411325101200"},
            {"village": "411325101201"},
            ["村：师家湾村民委员会 → 湖山村民委员会"],
        ),
        ("resident", {"document": "birth"}, {"document": "id_card"}, ["证件种类：出生医学证明 → 居民身份证"]),
        ("resident", None, {"id_number": "419999199001010015"}, ["证件号码：419999********0015"]),
        (
            "user",
            {"phone": "13900000001", "is_active": "True"},
            {"phone": "", "is_active": ""},
            ["联系电话：139****0001 → 空", "启用：是 → 否"],
        ),
        ("user", {"region": "411325101"}, {"region": "411325101200"}, ["区划：夏馆镇 → 师家湾村民委员会"]),
        ("declaration", {"people": 3, "amount": "1200.00"}, None, ["人数：原为3", "金额：原为1200.00"]),
        (
            "campaign",
            {"411325101200": None, "411325101201": 8},
            {"411325101200": 27, "411325101201": 9},
            ["师家湾村民委员会：空 → 27", "湖山村民委员会：8 → 9"],
        ),
        (
            "campaign",
            None,
            {"sums": {"treasury": "400.00"}, "open": {"没有公示完的村": 2}},
            ["国库（元）：400.00", "没有公示完的村：2"],
        ),
        (
            "declaration",
            None,
            {"differences": [{"village": "师家湾", "stubs": "800.00", "declared": "400.00"}]},
            ["三方核对差异：村 师家湾，存根（元） 800.00，申报（元） 400.00"],
        ),
        ("declaration", None, {"differences": []}, ["三方核对差异：无"]),
        ("ledgerbatch", None, {"stays": [1, 2, 3, 4, 5, 6]}, ["没有撤回的行：1、2、3、4、5 等 6 项"]),
        (
            "campaign",
            None,
            {"first": "collect:7", "policy": "ab" * 32},
            ["第一笔：收款 7 号", "政策文件校验码：abababababab"],
        ),
        ("clock", {"at": "2024-10-25T11:00:00+08:00"}, None, ["时间：原为2024-10-25 11:00"]),
        ("resident", None, {"whole": True}, ["含完整号码：是"]),
        ("campaign", [["一等奖", 1]], [["一等奖", 2]], ["内容：一等奖、1 → 一等奖、2"]),
    ],
)
def test_before_and_after_are_read_by_people(object_type, before, after, expected):
    assert said(object_type, before, after) == expected


def test_a_subject_is_a_word_of_the_screen():
    assert subject_of("deposit.verify") == "缴存" and subject_of("receipt_book.issue") == "收据本"


def test_where_it_came_from_is_a_word_of_the_screen():
    assert source_of("任务 ledger.confirm") == "后台：台账记账"
    assert (source_of("10.0.0.7"), source_of("系统")) == ("10.0.0.7", "系统")


def test_every_job_and_every_message_has_a_name():
    jobs = set()
    for app in ("core", "residents", "subsidies", "collection", "employees", "reporting"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            jobs.update(re.findall(r'jobs\.handler\("([\w.]+)"\)', path.read_text()))
    assert jobs == set(JOBS)
    assert {confirmations.NOTICE, duty_notices.KIND, ranking_notices.LOWEST_RANKED, ranking_notices.NO_PROGRESS} == set(
        NOTICES
    )
