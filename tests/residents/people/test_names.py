import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tables import lookalikes
from residents.people import names


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("王小平", "王小平"),
        ("张　强敏 ", "张强敏"),
        (" 李 四\t", "李四"),
        ("王\u200b五", "王五"),
        ("王\u3164小\u1160红\uffa0", "王小红"),
        ("王\u202e小\u2069红\u2800\U000e0041", "王小红"),
        ("葛\U000e0100\ufe00明", "葛明"),
        ("买买提．吐尔逊", "买买提·吐尔逊"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提.吐尔逊", "买买提·吐尔逊"),
        ("'赵六", "赵六"),
        ("以上为一组。", "以上为一组。"),
        ("王平.", "王平"),
        ("⾦⼩⽟", "金小玉"),
        ("J. Smith Jr.", "J. Smith Jr."),
        ("John `", "John"),
        ("Ｊｏｈｎ　 Ｓｍｉｔｈ", "John Smith"),
        ("John   Smith", "John Smith"),
        ("𬱖小明", "𬱖小明"),
        ("\ue863明", "䶮明"),
        ("王\ue81e", "王\u9fb4"),
        (None, ""),
        ("  ", ""),
        (12, "12"),
    ],
)
def test_normalise(written, name):
    assert names.normalise(written) == name


@pytest.mark.parametrize(
    ("name", "plausible"),
    [
        ("王平", True),
        ("买买提·吐尔逊", True),
        ("John Smith", True),
        ("𬱖小明", True),
        ("王\ue000明", True),
        ("王", False),
        ("王?明", False),
        ("王□明", False),
        ("王\ufffd明", False),
        ("王平1", False),
        ("李四（已故）", False),
        ("张三、李四", False),
        ("同上", False),
        ("待查", False),
        ("王某某", False),
        ("查无此人", False),
        ("姓名", False),
        ("·", False),
        ("··", False),
        ("王" * 61, False),
        ("", False),
    ],
)
def test_is_plausible(name, plausible):
    assert names.is_plausible(name) is plausible


@pytest.mark.parametrize(
    ("name", "rare"), [("王小平", ""), ("买买提·吐尔逊", ""), ("𬱖小明", "𬱖"), ("王\ue000", "\ue000"), ("㛃", "㛃")]
)
def test_rare_characters(name, rare):
    assert names.rare_characters(name) == rare


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    once = names.normalise(text)
    assert names.normalise(once) == once
    names.is_plausible(once), names.rare_characters(once)


def test_every_code_point_that_decomposes_to_a_character_is_that_character():
    """CJK radicals and compatibility ideographs with their supplements: by Unicode's own data, not by a sample."""
    tried = 0
    for first, last in lookalikes.RANGES:
        for code in range(first, last + 1):
            folded = unicodedata.normalize("NFKC", chr(code))
            if folded != chr(code):
                tried += 1
                assert names.is_same_name(f"王{chr(code)}", f"王{folded}"), hex(code)
                assert names.normalise(chr(code)) == folded
    assert tried > 1200


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("彭⼩磊", "彭小磊", True),
        ("⻢金玉", "马金玉", True),
        ("⻰飞", "龙飞", True),
        ("⻰飞", "龍飞", False),
        ("\uf9b4秀英", "領秀英", True),
        ("\U0002f81f明", "㓟明", True),
        ("葛\U000e0101明", "葛明", True),
        ("\ufa11明", "﨑明", True),
        ("\ufa11明", "崎明", False),
        ("龙飞", "龍飞", False),
        ("王　小 明", "王小明", True),
        ("买买提．吐尔逊", "买买提·吐尔逊", True),
        ("John SMITH", "john smith", True),
        ("John Smith", "JohnSmith", False),
        ("王小明", "王晓明", False),
        ("", "", True),
    ],
)
def test_is_same_name(one, other, same):
    assert names.is_same_name(one, other) is same and names.is_same_name(other, one) is same


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("王小明", ""),
        ("王\ue000明", ""),
        ("", "没有填写"),
        ("王", "只有一个字"),
        ("同上", "不是姓名"),
        ("王\u2e80明", "⺀（U+2E80）是部首或笔画"),
        ("王□明", "没有显示出来"),
        ("王平1", "数字、符号"),
        ("王" * 61, "超过60个字"),
    ],
)
def test_problem_of(name, problem):
    assert problem in names.problem_of(name) and bool(problem) == bool(names.problem_of(name))


@pytest.mark.parametrize(
    ("name", "notice"),
    [("王小平", ""), ("𬱖小明", "“𬱖”是生僻字（𬱖（U+2CC56））"), ("王\ue000", "自造字（U+E000）")],
)
def test_rare_notice(name, notice):
    assert notice in names.rare_notice(name) and bool(notice) == bool(names.rare_notice(name))
