"""Make the standard Word template of a bulletin: A4, red head, document number, body, table, names, signature."""

from functools import cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

RED = RGBColor(0xC8, 0x10, 0x2E)


@cache
def standard_template() -> bytes:
    """Return the template that ships, which is also what staff download to start from."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.2), Cm(2.8)
    section.left_margin, section.right_margin = Cm(2.6), Cm(2.4)
    _font(document.styles["Normal"], "仿宋_GB2312", 16)
    document.styles["Normal"].paragraph_format.space_after = Pt(0)

    _paragraph(document, "{{ red_head }}", font="方正小标宋简体", size=30, color=RED, bold=True, center=True, after=18)
    number = _paragraph(document, "{{ number }}", center=True, after=14)
    _red_line(number)
    _paragraph(document, "{{ title }}", font="方正小标宋简体", size=22, bold=True, center=True, after=14)
    _paragraph(document, "{{ addressed_to }}")
    _paragraph(document, "{%p for text in paragraphs %}")
    _paragraph(document, "{{ text }}", indent=True)
    _paragraph(document, "{%p endfor %}")
    _table(document)
    for heading, mark in (("通报表扬：", "praised"), ("通报批评：", "criticised")):
        line = _paragraph(document, heading, font="黑体", indent=True)
        line.add_run("{{ " + mark + " }}")
        line.paragraph_format.space_before = Pt(10)
    _paragraph(document, "{%p if remarks %}")
    _paragraph(document, "各乡镇工作情况摘编", font="黑体", indent=True)
    _paragraph(document, "{%p for remark in remarks %}")
    _paragraph(
        document,
        "{{ remark.township }}。{% if remark.practice %}典型做法：{{ remark.practice }}{% endif %}"
        "{% if remark.problem %}存在问题：{{ remark.problem }}{% endif %}"
        "{% if remark.suggestion %}意见建议：{{ remark.suggestion }}{% endif %}",
        indent=True,
    )
    _paragraph(document, "{%p endfor %}")
    _paragraph(document, "{%p endif %}")
    _paragraph(document, "{{ issuer }}", right=True).paragraph_format.space_before = Pt(24)
    _paragraph(document, "{{ day }}", right=True)
    _paragraph(document, "数据截至{{ as_of }}。{{ source }}", size=9).paragraph_format.space_before = Pt(12)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _table(document: Any) -> None:
    """Add the table; docxtpl repeats the marked column for each header and cell, and the marked row for each row."""
    table = document.add_table(rows=4, cols=3)
    table.style = "Table Grid"
    marks = [
        ("{%tc for header in headers %}", "{{ header }}", "{%tc endfor %}"),
        ("{%tr for row in rows %}", "", ""),
        ("{%tc for cell in row %}", "{{ cell }}", "{%tc endfor %}"),
        ("{%tr endfor %}", "", ""),
    ]
    for row, texts in zip(table.rows, marks, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = paragraph.add_run(text)
            _font(run, "宋体", 10.5)
            run.bold = "header" in text
    _repeat_as_header(table.rows[0])


def _paragraph(
    document: Any,
    text: str,
    *,
    font: str | None = None,
    size: float | None = None,
    color: RGBColor | None = None,
    bold: bool = False,
    center: bool = False,
    right: bool = False,
    indent: bool = False,
    after: float | None = None,
) -> Any:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold = bold
    if font or size:
        _font(run, font or "仿宋_GB2312", size or 16)
    if color is not None:
        run.font.color.rgb = color
    if center or right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if center else WD_ALIGN_PARAGRAPH.RIGHT
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(32)
    if after is not None:
        paragraph.paragraph_format.space_after = Pt(after)
    return paragraph


def _font(target: Any, name: str, size: float) -> None:
    target.font.name = name
    target.font.size = Pt(size)
    target.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _red_line(paragraph: Any) -> None:
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", str(RED))):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


def _repeat_as_header(row: Any) -> None:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
