"""Templates that staff upload: good ones are used, broken ones are refused with a reason one can act on."""

import dataclasses
import zipfile
from functools import partial
from io import BytesIO

import pytest
from docx import Document

from reporting.bulletins.fill import TemplateProblem, check, fill
from reporting.bulletins.standard_template import standard_template
from reporting.bulletins.word import (
    EXAMPLE,
    LARGEST,
    LIMITS,
    MARKS,
    NEEDED,
    TemplateBroken,
    bulletin_document,
    check_template,
    template_context,
)
from reporting.rankings.bulletin import BulletinCell, TownshipRemark


def edited(change) -> bytes:
    document = Document(BytesIO(standard_template()))
    change(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def edit(old, new):
    """The standard template with other words, made by the test that asks for it."""
    return partial(edited, replace(old, new))


def replace(old, new):
    def change(document):
        for paragraph in document.paragraphs:
            for run in paragraph.runs:
                run.text = run.text.replace(old, new)

    return change


def without_table(document):
    table = document.tables[0]._tbl
    table.getparent().remove(table)


def test_the_standard_template_passes_its_own_check_and_is_filled_without_a_mark_left():
    check_template(standard_template())
    document = Document(BytesIO(bulletin_document(EXAMPLE, standard_template())))
    words = "\n".join(part.text for part in document.paragraphs)
    assert "示例县医疗保障局" in words
    assert "{{" not in words and "{%" not in words


def test_an_office_may_change_the_words_around_the_marks():
    template = edited(replace("{{ issuer }}", "征缴工作领导小组办公室　{{ issuer }}"))
    check_template(template)
    document = Document(BytesIO(bulletin_document(EXAMPLE, template)))
    assert "征缴工作领导小组办公室　示例县医疗保障局" in [p.text for p in document.paragraphs]


def bomb() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (21 * 1024 * 1024))
    return out.getvalue()


def half() -> bytes:
    return standard_template()[: len(standard_template()) // 2]


def other_zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    return out.getvalue()


BROKEN = [
    ("not a file of Word", lambda: b"hello", "不是有效的 Word 文件"),
    ("empty", bytes, "不是有效的 Word 文件"),
    ("another zip", other_zip, "不是有效的 Word 文件"),
    ("cut in half", half, "不是有效的 Word 文件"),
    ("a bomb", bomb, "展开后过大"),
    ("a misspelt mark", edit("{{ title }}", "{{ titel }}"), "titel"),
    ("a mark left open", edit("{{ title }}", "{{ title"), "标记写错了"),
    ("a loop without an end", edit("{%p endfor %}", ""), "标记写错了"),
    ("the number is missing", edit("{{ number }}", ""), "number（文号）"),
    ("the table is missing", partial(edited, without_table), "rows（表格各行）"),
    ("reaching for the system", edit("{{ title }}", "{{ title.__class__.__mro__ }}"), "不允许的指令"),
    ("arithmetic", edit("{{ title }}", "{{ title / 2 }}"), "不允许的指令"),
    ("a text made endless", edit("{{ title }}", "{{ title * 999999999 }}"), "不允许的指令"),
    ("a call", edit("{{ title }}", "{{ title.upper() }}"), "不允许的指令"),
    ("a global", edit("{{ title }}", "{{ range(9) }}"), "不允许的指令"),
    ("a global by name", edit("{{ title }}", "{{ range }}"), "range"),
    ("a macro", edit("{{ title }}", "{% macro a() %}{% endmacro %}{{ title }}"), "不允许的指令"),
    ("a value set", edit("{{ title }}", "{% set a = title %}{{ title }}"), "不允许的指令"),
    ("a filter", edit("{{ title }}", "{{ title|upper }}"), "不允许的指令"),
    ("an index", edit("{{ title }}", "{{ rows[0] }}"), "不允许的指令"),
    ("an attribute of an attribute", edit("{{ title }}", "{{ remarks.a.b }}"), "不允许的指令"),
    ("an attribute that is not there", edit("{{ remark.township }}", "{{ remark.town }}"), "无法填写"),
]


@pytest.mark.parametrize(("make", "says"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_template_says_what_is_wrong(make, says):
    template = make()
    with pytest.raises(TemplateProblem, match=says):
        check(template, known=MARKS, needed=list(NEEDED), largest=LIMITS["unpacked"])
        fill(template, template_context(EXAMPLE), largest=LIMITS["unpacked"])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: b"hello", "不是有效的 Word 文件"),
        (lambda: b"x" * (LARGEST + 1), "超过 2 MB"),
        (edit("{{ title }}", "{{ title * 9 }}"), "不允许的指令"),
    ],
    ids=["not a file of Word", "too large", "arithmetic"],
)
def test_the_reason_comes_back_from_the_limited_process(make, says):
    with pytest.raises(TemplateBroken, match=says):
        check_template(make())


LONG = "{% for a in rows %}{% for b in rows %}{% for c in rows %}{% for d in rows %}{{ title }}"


def with_rows(count: int):
    row = (BulletinCell("people", 1), BulletinCell("text", "示例镇"))
    return dataclasses.replace(EXAMPLE, table=dataclasses.replace(EXAMPLE.table, rows=(row,) * count))


def test_a_template_that_multiplies_its_text_is_stopped():
    template = edited(replace("{{ title }}", LONG + "{% endfor %}" * 4))
    with pytest.raises(TemplateBroken, match="已停止|过大"):
        bulletin_document(with_rows(300), template)


def test_a_template_already_kept_is_looked_at_again_at_every_download():
    with pytest.raises(TemplateBroken, match="不允许的指令"):
        bulletin_document(EXAMPLE, edited(replace("{{ title }}", "{{ title.__class__ }}")))


def text_of(document: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(document)).paragraphs)


def test_control_characters_are_taken_out_and_what_follows_stays():
    odd = "\x00\x01\x08\x0e\x1f\ufffe\uffff\ud800"
    remark = TownshipRemark("甲镇", f"前{odd}后 <上门> & “收”", "", "")
    text = text_of(bulletin_document(dataclasses.replace(EXAMPLE, remarks=(remark,))))
    assert "前后 <上门> & “收”" in text


def test_rare_and_private_characters_arrive_in_word_as_they_are():
    """CJK extensions A to H, what GB 18030-2022 asks for at level 3, and private use."""
    written = "㛃鿏𠅤𪟝𫝹𫠠𬺴𰀀𱍐𬱖﨑\ue5e5"
    text = text_of(bulletin_document(dataclasses.replace(EXAMPLE, remarks=(TownshipRemark("甲镇", written, "", ""),))))
    assert written in text


def test_every_kind_of_line_end_stays_a_line_end():
    remark = TownshipRemark("甲镇", "", "一<多>\n二 & 三\r\n四\r五\v六\f七\x85八\u2028九\u2029十", "")
    text = text_of(bulletin_document(dataclasses.replace(EXAMPLE, remarks=(remark,))))
    assert "一<多>\n二 & 三\n四\n五\n六\n七\n八\n九\n十" in text
