"""One table of how people write a village and its township, through every kind of list that names a village."""

import datetime

import pytest

from tests.every_kind.conftest import ASKED, VILLAGE
from tests.factories import invented_number

BORN = datetime.date(1990, 1, 1)
VILLAGES = ("师家湾", "师家湾村", "师家湾村委会", "师家湾村民委员会", " 师家湾 村")
TOWNSHIPS = ("", "夏馆镇", "夏馆", "夏馆镇人民政府", "411325101")
#: A township that holds no such village, one that is none, and a village that is none; the last two in one cell.
REFUSED = (
    ("马山口镇", "师家湾村"),
    ("不存在镇", "师家湾村"),
    ("夏馆乡", "师家湾村"),
    ("夏馆镇", "师家弯村"),
    ("", "马山口镇师家湾村"),
    ("", "师家湾社区"),
)


def number(n):
    return invented_number(BORN, "F", 100 + n)


#: Kind → (heading, the row of number n that names this township and village). Those without a column for the township
#: have it in front of the village.
LISTS = {
    "register": (["姓名", "身份证号码", "乡镇", "行政村"], lambda n, t, v: [f"王{chr(0x4E00 + n)}", number(n), t, v]),
    "helpers": (["乡镇", "行政村", "姓名", "联系电话"], lambda n, t, v: [t, v, f"王{chr(0x4E00 + n)}", f"138{n:08d}"]),
    "tasks": (["乡镇", "行政村", "任务人数"], lambda n, t, v: [t, v, 100]),
    "villages": (["乡镇", "行政村"], lambda n, t, v: [t, v]),
    "books": (
        ["单位", "起号", "止号"],
        lambda n, t, v: [in_front(t, v), f"NX{n * 10 + 1:08d}", f"NX{n * 10 + 10:08d}"],
    ),
    "split": (["姓名", "证件号码", "新村"], lambda n, t, v: [f"王{chr(0x4E00 + n)}", number(n), in_front(t, v)]),
}
#: What is said of a second row of the same village, in lists that have one row a village.
ONCE = {"tasks": "是同一个村", "villages": "代码相同"}


def in_front(township, village):
    return f"{'' if township.isdecimal() else township.removesuffix('人民政府')}{village}"


@pytest.fixture
def sent(ask, everything_known, make_resident):
    """`sent(kind, places)` → the answer about a list that names these (township, village) row by row."""
    for n in range(len(VILLAGES) * len(TOWNSHIPS)):
        make_resident(VILLAGE, name=f"王{chr(0x4E00 + n)}", birth="1990-01-01", sex="F", id_number=number(n))

    def sent(kind, places):
        heading, row = LISTS[kind]
        if kind == "split":  # the village that is split off is named after the one it leaves
            places = [(township, village.replace("师家湾", "师家湾新")) for township, village in places]
        rows = [row(n, *place) for n, place in enumerate(places)]
        return ask(kind, [heading, *rows], **ASKED.get(kind, {}), unit=everything_known.unit)[0]

    return sent


@pytest.mark.parametrize("kind", LISTS)
def test_every_spelling_is_the_same_village(sent, kind):
    places = [(township, village) for township in TOWNSHIPS for village in VILLAGES]
    answer = sent(kind, places)
    assert not answer["file_error"]
    refused = [one["message"] for one in answer["rejected"]]
    if kind in ONCE:
        assert len(refused) == len(places) - 1 and all(ONCE[kind] in message for message in refused)
        return
    assert refused == []
    # Who is on the register already stays where they are: a register tells of them that nothing has changed.
    assert kind == "register" or len(answer["accepted"]) == len(places)
    told = {one.get("village") or one.get("region") or one.get("holder") for one in answer["accepted"]}
    assert told == {"split": {f"{VILLAGE[:9]}299"}, "register": set()}.get(kind, {VILLAGE})


@pytest.mark.parametrize("kind", LISTS)
def test_a_township_that_contradicts_or_does_not_exist_refuses_the_row(sent, kind):
    answer = sent(kind, REFUSED)
    assert answer["accepted"] == []
    assert {one["row"] for one in answer["rejected"]} == set(range(2, len(REFUSED) + 2))
    assert all(one["message"].endswith(("。", "？")) for one in answer["rejected"])
