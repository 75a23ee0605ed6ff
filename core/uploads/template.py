"""A template to be filled in: one sheet with the headings, one that says how. Text cells keep every digit."""

import io
from collections.abc import Mapping

import xlsxwriter

from core.tables.lists import INSTRUCTIONS
from core.uploads.kinds import UploadKind

#: Rows that offer a list to choose from.
ROWS_OFFERED = 5000
_WIDE = frozenset({"id_number", "village", "address", "credit_code", "unit", "document", "source", "reason"})


def template_workbook(kind: UploadKind, choices: Mapping[str, tuple[str, ...]]) -> bytes:
    """Return the workbook; needed columns have a red heading."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        text = book.add_format({"num_format": "@"})
        heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EAF1F8"})
        needed = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EAF1F8", "font_color": "#B00020"})
        sheet = book.add_worksheet("填报")
        sheet.freeze_panes(1, 0)
        for place, fill in enumerate(kind.fills):
            sheet.set_column(place, place, 22 if fill.key in _WIDE else 14, text)
            sheet.write_string(0, place, kind.title(fill.key), needed if fill.key in kind.needed else heading)
            offered = choices.get(fill.key) or fill.choices
            if offered and len(",".join(offered)) <= 255:  # Excel takes no longer list
                options = {"validate": "list", "source": list(offered), "error_type": "warning"}
                sheet.data_validation(1, place, ROWS_OFFERED, place, options)
        _write_instructions(book, kind, choices)
    return file.getvalue()


def _write_instructions(book: xlsxwriter.Workbook, kind: UploadKind, choices: Mapping[str, tuple[str, ...]]) -> None:
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#EAF1F8"})
    sheet = book.add_worksheet(INSTRUCTIONS)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 2, 60)
    sheet.set_column(3, 3, 26)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, f"{kind.name}填表说明", bold)
    sheet.write_string(1, 0, "在“填报”表里从第二行填起，一行一条；标题行不要改动，本页不会读取。")
    for place, title in enumerate(("栏目", "是否必填", "填写方法", "示例")):
        sheet.write_string(3, place, title, head)
    for row, fill in enumerate(kind.fills, start=4):
        offered = choices.get(fill.key) or fill.choices
        how = f"{fill.how}可填：{'、'.join(offered)}。" if offered else fill.how
        values = (kind.title(fill.key), "必填" if fill.key in kind.needed else "可以不填", how, fill.example)
        for place, value in enumerate(values):
            sheet.write_string(row, place, value, wrap)
