"""The township's file for the tax bureau: columns by the county's policy, special categories in a book of their own.

Identity and receipt numbers are text, so that no spreadsheet rounds them; nothing in a cell is ever a formula.
"""

from pathlib import Path

import xlsxwriter
from django.db import transaction

from collection.models import Declaration, DeclarationRow
from collection.services.steps import StepRefused
from config import clock
from residents import audit, identity
from residents.models import Resident, Role

_PATHS = {
    "name": "name",
    "id_number": "id_number",
    "amount": "amount",
    "category": "contribution__category",
    "year": "contribution__year",
    "standard": "contribution__standard",
    "subsidy": "contribution__subsidy",
    "paid_on": "contribution__paid_on",
    "receipt_no": "contribution__receipt__number",
    "phone": "contribution__resident__phone",
    "village": "village__name",
    "village_code": "village_id",
    "township": "declaration__township__name",
}
_WIDTHS = {
    "name": 12, "id_number": 22, "category": 18, "village": 16, "receipt_no": 16, "document_type": 14, "phone": 14,
}
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_MONEY = frozenset({"amount", "standard", "subsidy"})


@transaction.atomic
def write_file(*, declaration: Declaration, path: Path, actor) -> None:
    """Writes the xlsx and leaves the audit event; the tax bureau's first download marks the list as taken."""
    if declaration.state in (Declaration.State.DRAFT, Declaration.State.CANCELLED):
        raise StepRefused("申报表还没有报送，不能生成报税文件。")
    with xlsxwriter.Workbook(path, _OPTIONS) as book:
        _write(book, declaration)
    audit.record(
        "declaration.export", actor=actor, obj=declaration,
        summary=f"导出 {declaration} 报税文件：{declaration.people} 人（含完整证件号码）",
        after={"people": declaration.people},
    )
    if actor.role == Role.TAX:
        untaken = Declaration.objects.filter(pk=declaration.pk, taken_at__isnull=True)
        untaken.update(taken_by=actor, taken_at=clock.now())


def file_name(declaration: Declaration) -> str:
    """内乡县2025年度医保申报表_城关镇_第3批.xlsx"""
    campaign = declaration.campaign
    place = f"{campaign.county.name}{campaign.year}年度医保申报表_{declaration.township.name}"
    return f"{place}_第{declaration.number}批.xlsx"


def _write(book, declaration):
    policy = declaration.campaign.policy
    columns = policy.declaration.columns
    ordinary = policy.ordinary.name
    rows = DeclarationRow.objects.filter(declaration=declaration).order_by("village_id", "pk")
    _sheet(book, "普通居民", columns, rows.filter(contribution__category=ordinary))
    special = rows.exclude(contribution__category=ordinary)
    if special.exists():
        _sheet(book, "资助人员", columns, special)


def _sheet(book, title, columns, rows):
    sheet = book.add_worksheet(title)
    text, money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "0.00"})
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, _WIDTHS.get(column.field, 10))
        sheet.write_string(0, position, column.title, bold)
    paths = [_PATHS[column.field] for column in columns if column.field in _PATHS]
    documents = dict(Resident.Document.choices)
    for number, values in enumerate(rows.values(*{"id_number", *paths}).iterator(chunk_size=2000), 1):
        for position, column in enumerate(columns):
            if column.field == "number":
                sheet.write_number(number, position, number)
                continue
            if column.field == "document_type":
                value = documents.get(identity.document_of(values["id_number"]), "其他证件")
            else:
                value = values[_PATHS[column.field]]
            if column.field in _MONEY:
                sheet.write_number(number, position, value, money)
            elif column.field == "year":
                sheet.write_number(number, position, value)
            else:
                sheet.write_string(number, position, "" if value is None else str(value), text)
