"""Fill a Word template with a bulletin; the bureau may replace the standard template with its own.

`standard_template()` makes the one that ships, which is also what staff download to start from. Placeholders are those
of docxtpl (Jinja).
"""

import zipfile
from dataclasses import fields
from functools import cache
from io import BytesIO

import jinja2
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.exceptions import OpcError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import LxmlError

from reporting.rankings.bulletin import Bulletin, BulletinCell, BulletinColumn, BulletinTable, TownshipRemark

LARGEST = 2 * 1024 * 1024
LARGEST_UNPACKED = 20 * 1024 * 1024
RED = RGBColor(0xC8, 0x10, 0x2E)

#: What a template may use, and what each mark stands for.
MARKS = {
    "red_head": "红头",
    "number": "文号",
    "title": "标题",
    "addressed_to": "主送单位",
    "paragraphs": "正文各段",
    "headers": "表头",
    "rows": "表格各行",
    "praised": "表扬名单",
    "criticised": "批评名单",
    "remarks": "乡镇周报摘编",
    "issuer": "发布单位",
    "day": "日期",
    "as_of": "截止时间",
    "source": "数据来源",
}
#: Without these the Word file would say less than the page.
NEEDED = ("number", "title", "paragraphs", "headers", "rows", "praised", "criticised", "source")


class TemplateBroken(ValueError):
    """The template cannot be used; the message says in Chinese what is wrong and what to do."""


def bulletin_document(bulletin: Bulletin, template: bytes | None = None) -> bytes:
    """The bytes of a .docx. `template` None: the standard one. Raises TemplateBroken."""
    document = _open(standard_template() if template is None else template)
    environment = _environment()
    try:
        document.render(_context(bulletin), environment, autoescape=True)
        out = BytesIO()
        document.save(out)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateBroken(
            f"通报模板里的标记写错了：{error.message}。请检查 {{{{ }}}} 和 {{% %}} 是否成对，或下载标准模板重新修改。"
        ) from error
    except jinja2.exceptions.SecurityError as error:
        raise TemplateBroken("通报模板里有不允许的指令，请只使用标准模板中的标记。") from error
    except (jinja2.TemplateError, LxmlError, OpcError, TypeError, AttributeError, ValueError, KeyError) as error:
        raise TemplateBroken(f"通报模板无法填写：{error}。请下载标准模板重新修改。") from error
    return out.getvalue()


def check_template(template: bytes) -> None:
    """Fills the template with an example. Raises TemplateBroken if that fails or if a needed mark is missing."""
    document = _open(template)
    try:
        used = document.get_undeclared_template_variables(_environment())
    except jinja2.TemplateError as error:
        raise TemplateBroken(
            f"通报模板里的标记写错了：{error}。请检查 {{{{ }}}} 和 {{% %}} 是否成对，或下载标准模板重新修改。"
        ) from error
    unknown = sorted(used - MARKS.keys())
    if unknown:
        known = "、".join(f"{mark}（{says}）" for mark, says in MARKS.items())
        raise TemplateBroken(f"通报模板用了系统没有的标记：{'、'.join(unknown)}。可用的标记有：{known}。")
    missing = [f"{mark}（{MARKS[mark]}）" for mark in NEEDED if mark not in used]
    if missing:
        raise TemplateBroken(f"通报模板缺少必需的标记：{'、'.join(missing)}。缺了它们，Word 与网页内容会不一致。")
    bulletin_document(EXAMPLE, template)


def _open(template: bytes) -> DocxTemplate:
    if len(template) > LARGEST:
        raise TemplateBroken("通报模板超过 2 MB，请压缩其中的图片后再上传。")
    try:
        with zipfile.ZipFile(BytesIO(template)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise TemplateBroken("通报模板展开后过大，请从标准模板重新制作。")
        document = DocxTemplate(BytesIO(template))
        document.init_docx()
    except (zipfile.BadZipFile, OpcError, KeyError, ValueError, LxmlError) as error:
        if isinstance(error, TemplateBroken):
            raise
        raise TemplateBroken(
            "通报模板不是有效的 Word 文件（.docx）。请用 Word 或 WPS 另存为 .docx 后再上传。"
        ) from error
    return document


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True)


def _context(bulletin: Bulletin) -> dict:
    context = {field.name: getattr(bulletin, field.name) for field in fields(bulletin) if field.name != "table"}
    context["praised"] = "、".join(bulletin.praised) or "无"
    context["criticised"] = "、".join(bulletin.criticised) or "无"
    context["headers"] = bulletin.table.headers
    context["rows"] = bulletin.table.shown
    return context


@cache
def standard_template() -> bytes:
    """The template that ships: A4, red head, document number, red line, body, table, names, signature."""
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


def _table(document):
    """docxtpl repeats the marked column for each header and each cell, and the marked row for each row."""
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
    document, text, *, font=None, size=None, color=None, bold=False, center=False, right=False, indent=False, after=None
):
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


def _font(target, name, size):
    target.font.name = name
    target.font.size = Pt(size)
    target.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _red_line(paragraph):
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", str(RED))):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


def _repeat_as_header(row):
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


EXAMPLE = Bulletin(
    red_head="示例县城乡居民基本医疗保险征缴工作通报",
    number="示例〔2024〕1号",
    title="示例标题",
    addressed_to="各乡镇：",
    paragraphs=("示例正文。",),
    table=BulletinTable(
        columns=(BulletinColumn("名次", "people"), BulletinColumn("乡镇")),
        rows=((BulletinCell("people", 1), BulletinCell("text", "示例镇")),),
    ),
    praised=("示例镇",),
    criticised=("样本乡",),
    remarks=(TownshipRemark("示例镇", "做法", "问题", "建议"),),
    issuer="示例县医疗保障局",
    day="2024年10月25日",
    as_of="2024年10月25日12时",
    source="示例",
)
