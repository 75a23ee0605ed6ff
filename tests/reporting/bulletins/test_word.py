"""Templates that staff upload: good ones are used, broken ones are refused with a reason one can act on."""

import zipfile
from io import BytesIO

import pytest
from docx import Document

from reporting.bulletins.word import (
    EXAMPLE,
    LARGEST,
    TemplateBroken,
    bulletin_document,
    check_template,
    standard_template,
)


def edited(change) -> bytes:
    document = Document(BytesIO(standard_template()))
    change(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


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


def other_zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    return out.getvalue()


BROKEN = [
    ("not a file of Word", b"hello", "不是有效的 Word 文件"),
    ("empty", b"", "不是有效的 Word 文件"),
    ("another zip", other_zip(), "不是有效的 Word 文件"),
    ("cut in half", standard_template()[: len(standard_template()) // 2], "不是有效的 Word 文件"),
    ("too large", b"x" * (LARGEST + 1), "超过 2 MB"),
    ("a bomb", bomb(), "展开后过大"),
    ("a misspelt mark", edited(replace("{{ title }}", "{{ titel }}")), "titel"),
    ("a mark left open", edited(replace("{{ title }}", "{{ title")), "标记写错了"),
    ("a loop without an end", edited(replace("{%p endfor %}", "")), "标记写错了"),
    ("the number is missing", edited(replace("{{ number }}", "")), "number（文号）"),
    ("the table is missing", edited(without_table), "rows（表格各行）"),
    ("reaching for the system", edited(replace("{{ title }}", "{{ title.__class__.__mro__ }}")), "不允许的指令"),
    ("arithmetic on text", edited(replace("{{ title }}", "{{ title / 2 }}")), "无法填写"),
    ("an attribute that is not there", edited(replace("{{ remark.township }}", "{{ remark.town }}")), "无法填写"),
]


@pytest.mark.parametrize(("template", "says"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_template_says_what_is_wrong(template, says):
    with pytest.raises(TemplateBroken, match=says):
        check_template(template)
