"""One reader of the names of villages and townships, for every list."""

import pytest

from core.regions.names import NamedRegion, RegionNames, called, short_region_name

NAMES = RegionNames(
    [
        NamedRegion("411325101", "夏馆镇"),
        NamedRegion("411325102", "马山口镇"),
        NamedRegion("411325103", "七里坪乡"),
        NamedRegion("411325101200", "师家湾村民委员会", "411325101"),
        NamedRegion("411325101201", "王村村民委员会", "411325101"),
        NamedRegion("411325101202", "县衙社区居民委员会", "411325101"),
        NamedRegion("411325101203", "大桥村民委员会", "411325101"),
        NamedRegion("411325102203", "大桥村委会", "411325102"),
    ],
    "内乡县",
)
HERE = "411325101200"


@pytest.mark.parametrize(
    "written",
    [
        "师家湾",
        "师家湾村",
        "师家湾村委会",
        "师家湾村民委员会",
        "师家湾行政村",
        "夏馆镇师家湾",
        "夏馆师家湾村",
        "夏馆镇师家湾村民委员会",
        "内乡县夏馆镇师家湾村",
        "南阳市内乡县师家湾村",
        " 师 家 湾 村 ",
        "411325101200",
        411325101200.0,
    ],
)
@pytest.mark.parametrize("township", [None, "", "夏馆镇", "夏馆", "内乡县夏馆镇", "夏馆镇人民政府", "411325101"])
def test_a_village_by_every_name_with_and_without_its_township(written, township):
    assert NAMES.village(written, township).code == HERE


@pytest.mark.parametrize(
    ("village", "township", "problem", "says"),
    [
        ("师家湾", "马山口镇", "township_differs", "马山口镇没有“师家湾”，这个村在夏馆镇"),
        ("411325101200", "马山口镇", "township_differs", "这个村在夏馆镇"),
        ("夏馆镇师家湾", "马山口镇", "township_differs", "夏馆镇"),
        ("师家湾", "不存在镇", "township_unknown", "本县没有乡镇“不存在镇”"),
        ("师家湾", "夏馆乡", "township_unknown", "本县没有乡镇“夏馆乡”"),
        ("", "夏馆镇", "village_missing", "没有填写行政村"),
        (None, None, "village_missing", "没有填写行政村"),
        ("没有村", "夏馆镇", "village_unknown", "夏馆镇没有行政村“没有村”"),
        ("没有村", "", "village_unknown", "本县没有行政村"),
        ("马山口镇师家湾", "", "village_unknown", "本县没有行政村"),
        ("师家湾社区", "夏馆镇", "village_unknown", "没有行政村"),
        ("411323001001", "", "village_unknown", "没有行政村"),
        ("大桥", "", "village_unclear", "不止一个"),
        ("#N/A", "", "village_unknown", "公式错误"),
    ],
)
def test_what_is_refused_and_why(village, township, problem, says):
    answer = NAMES.village(village, township)
    assert (answer.code, answer.problem) == ("", problem)
    assert says in answer.message and answer.message.endswith("。")


@pytest.mark.parametrize(
    ("village", "township", "code"),
    [
        ("大桥", "马山口", "411325102203"),
        ("马山口镇大桥村", None, "411325102203"),
        ("王村", "夏馆镇", "411325101201"),
        ("王村村委会", "夏馆镇", "411325101201"),
        ("县衙", None, "411325101202"),
        ("县衙居委会", None, "411325101202"),
        ("县衙社区居委会", None, "411325101202"),
    ],
)
def test_names_that_need_their_township_and_names_that_end_like_an_office(village, township, code):
    assert NAMES.village(village, township).code == code


def test_the_shortest_that_people_write():
    assert [short_region_name(n) for n in ("师家湾村民委员会", "王村村民委员会", "县衙社区居民委员会", "城关镇")] == [
        "师家湾",
        "王村",
        "县衙",
        "城关",
    ]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("高阳县锦华街道", "锦华街道"),
        ("高阳县锦华街道办事处", "锦华街道"),
        ("高阳县经济开发区", "经济开发区"),
        ("长治市屯留区康庄综合服务中心", "康庄综合服务中心"),
        ("河南省南阳市内乡县夏馆镇", "夏馆镇"),
        ("麟绛街道", "麟绛街道"),
        ("屯留经济技术开发区", "屯留经济技术开发区"),
        ("西故县村委会", "西故县村"),
        ("城区社区居民委员会", "城区社区"),
        ("师家湾村民委员会", "师家湾村"),
        ("高阳县", "高阳县"),
    ],
)
def test_how_a_place_is_called_in_its_county(name, says):
    assert called(name) == says
