"""A bulletin as an Excel workbook: the table on one sheet, the text on another."""

from io import BytesIO
from typing import Any

import xlsxwriter

from reporting.rankings.bulletin import Bulletin, BulletinCell

FORMATS = {"people": "#,##0", "percent": "0.00%", "yuan": "#,##0.00"}


def bulletin_workbook(bulletin: Bulletin) -> bytes:
    """The bytes of an .xlsx. A percentage is written cut to two decimals, as everywhere, never rounded up."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    _table_sheet(book, bulletin)
    _text_sheet(book, bulletin)
    book.close()
    return out.getvalue()


def _table_sheet(book: xlsxwriter.Workbook, bulletin: Bulletin) -> None:
    sheet = book.add_worksheet("排名")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(4, 2)
    title = book.add_format({"bold": True, "font_size": 16})
    header = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"})
    sheet.write_string(0, 0, bulletin.title, title)
    sheet.write_string(1, 0, f"{bulletin.number}　截至{bulletin.as_of}　{bulletin.issuer}")
    sheet.write_string(2, 0, bulletin.source)
    for index, column in enumerate(bulletin.table.columns):
        sheet.write_string(3, index, column.header, header)
        sheet.set_column(index, index, 14)
    formats = {
        kind: book.add_format({"border": 1, "num_format": FORMATS.get(kind, "@")})
        for kind in ("text", "people", "percent", "yuan")
    }
    for number, row in enumerate(bulletin.table.rows, start=4):
        for index, cell in enumerate(row):
            _write(sheet, number, index, cell, formats[cell.kind])


def _write(sheet: Any, row: int, column: int, cell: BulletinCell, style: Any) -> None:
    if cell.kind == "text" or cell.shown == "—":
        sheet.write_string(row, column, cell.shown, style)
    elif cell.kind == "percent":
        part, whole = cell.value
        sheet.write_number(row, column, (part * 10_000 // whole) / 10_000, style)
    else:
        sheet.write_number(row, column, cell.value, style)


def _text_sheet(book: xlsxwriter.Workbook, bulletin: Bulletin) -> None:
    sheet = book.add_worksheet("通报正文")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 3, 44)
    lines = [
        ("文号", bulletin.number),
        ("标题", bulletin.title),
        ("主送", bulletin.addressed_to),
        *(("正文", text) for text in bulletin.paragraphs),
        ("通报表扬", "、".join(bulletin.praised) or "无"),
        ("通报批评", "、".join(bulletin.criticised) or "无"),
        ("发布单位", bulletin.issuer),
        ("日期", bulletin.day),
        ("数据来源", bulletin.source),
    ]
    for row, (name, text) in enumerate(lines):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, text, wrap)
    start = len(lines) + 1
    for column, name in enumerate(("乡镇", "典型做法", "存在问题", "意见建议")):
        sheet.write_string(start, column, name, bold)
    for row, remark in enumerate(bulletin.remarks, start=start + 1):
        for column, text in enumerate((remark.township, remark.practice, remark.problem, remark.suggestion)):
            sheet.write_string(row, column, text, wrap)
