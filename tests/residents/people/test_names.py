import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.people import names


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("王小平", "王小平"),
        ("张　强敏 ", "张强敏"),
        (" 李 四\t", "李四"),
        ("王\u200b五", "王五"),
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
