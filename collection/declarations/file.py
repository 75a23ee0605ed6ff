"""The township's file for the tax bureau: columns by the county's policy, special categories in a book of their own.

A worker writes it once the list is submitted; every download is that same file. Identity and receipt numbers are text,
so that no spreadsheet rounds them; nothing in a cell is ever a formula.
"""

import tempfile
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q

from collection.declarations.drafts import locked
from collection.declarations.models import Declaration
from config import clock
from core.access.roles import Role
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import CHUNK
from core.files import services as attachments
from core.files.models import Attachment
from core.jobs import services as jobs
from core.refusals import Refused
from residents.people import id_numbers
from residents.people.models import Resident
from subsidies.policy.parts import DeclarationColumn

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
    "name": 12,
    "id_number": 22,
    "category": 18,
    "village": 16,
    "receipt_no": 16,
    "document_type": 14,
    "phone": 14,
}
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_DOCUMENTS = dict(Resident.Document.choices)
_UNSENT = (Declaration.State.DRAFT, Declaration.State.CANCELLED)
_MONEY, _WHOLE = frozenset({"amount", "standard", "subsidy"}), frozenset({"number", "year"})


@transaction.atomic
def ask_for_file(*, declaration: Declaration, actor: User) -> None:
    """Puts the writing of a submitted list's file in the queue, once for a submission."""
    _refuse_unsent(declaration)
    jobs.enqueue(
        "declaration.file",
        actor=actor,
        key=job_key(declaration),
        region=declaration.township_id,
        declaration=declaration.pk,
        submission=declaration.submissions,
    )


def job_key(declaration: Declaration) -> str:
    """The key of the job that writes the file of this submission."""
    return f"declaration.file:{declaration.pk}:{declaration.submissions}"


@jobs.handler("declaration.file")
def write_file(run: jobs.Run) -> str:
    """The job: writes outside any transaction, a started-again job from the beginning, and keeps the file at the end.

    The rows stand still while a list is submitted; one handed back meanwhile gets its file with the next submission.
    """
    declaration = Declaration.objects.select_related("campaign__policy_version", "campaign__county", "township").get(
        pk=run.args["declaration"]
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "declaration.xlsx")
        with xlsxwriter.Workbook(path, {**_OPTIONS, "tmpdir": folder}) as book:
            _write(book, declaration, run)
        with transaction.atomic(), path.open("rb") as file:
            run.assert_owner()
            found = locked(declaration)
            if found.submissions != run.args["submission"] or found.state in _UNSENT or found.file_id:
                return "申报表已经退回或文件已经生成。"
            found.file = attachments.store(
                file=File(file),
                name=file_name(found),
                kind="tax_file",
                region=found.township_id,
                actor=run.job.created_by,
            )
            found.save(update_fields=["file"])
    return f"已生成，共 {declaration.people} 人。"


@transaction.atomic
def hand_over(*, declaration: Declaration, actor: User) -> Attachment:
    """The file, with the audit event of this download; the tax bureau's first marks the list as taken."""
    found = locked(declaration)
    _refuse_unsent(found)
    if found.file is None:
        raise Refused("报税文件还没有生成，请看本页的进度。")
    audit.record(
        "declaration.export",
        actor=actor,
        obj=found,
        summary=f"导出 {found} 报税文件：{found.people} 人（含完整证件号码）",
        after={"people": found.people, "sha256": found.file.sha256},
    )
    if actor.role == Role.TAX and not found.taken_at:
        found.taken_by, found.taken_at = actor, clock.now()
        found.save(update_fields=["taken_by", "taken_at"])
    return found.file


def file_name(declaration: Declaration) -> str:
    """内乡县2025年度医保申报表_城关镇_第3批.xlsx"""
    campaign = declaration.campaign
    place = f"{campaign.county.name}{campaign.year}年度医保申报表_{declaration.township.name}"
    return f"{place}_第{declaration.number}批.xlsx"


def _refuse_unsent(declaration: Declaration) -> None:
    if declaration.state in _UNSENT:
        raise Refused("申报表还没有报送，不能生成报税文件。")


def _write(book: xlsxwriter.Workbook, declaration: Declaration, run: jobs.Run) -> None:
    rows = declaration.rows.order_by("village_id", "pk")
    ordinary = Q(contribution__category=declaration.campaign.policy.ordinary.name)
    done = 0
    for title, found in (("普通居民", rows.filter(ordinary)), ("资助人员", rows.exclude(ordinary))):
        people = list(found.values_list("pk", flat=True))
        if people or not done:
            sheet = _Sheet(book, title, declaration.campaign.policy.declaration.columns)
        for start in range(0, len(people), CHUNK):
            run.progress(done + start, declaration.people, "正在生成报税文件")
            sheet.add(rows.filter(pk__in=people[start : start + CHUNK]))
        done += len(people)


class _Sheet:
    """A sheet of people, numbered from 1."""

    def __init__(self, book: xlsxwriter.Workbook, title: str, columns: tuple[DeclarationColumn, ...]) -> None:
        self.sheet, self.columns, self.number = book.add_worksheet(title), columns, 0
        self.text, self.money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "0.00"})
        self.sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for position, column in enumerate(columns):
            self.sheet.set_column(position, position, _WIDTHS.get(column.field, 10))
            self.sheet.write_string(0, position, column.title, bold)

    def add(self, rows: ScopedQuerySet) -> None:
        paths = {"id_number", *(_PATHS[column.field] for column in self.columns if column.field in _PATHS)}
        for values in rows.values(*paths):
            self.number += 1
            for position, column in enumerate(self.columns):
                self._cell(position, column.field, values)

    def _cell(self, position: int, field: str, values: dict[str, Any]) -> None:
        value = self._value(field, values)
        if field in _MONEY:
            self.sheet.write_number(self.number, position, value, self.money)
        elif field in _WHOLE:
            self.sheet.write_number(self.number, position, value)
        else:
            self.sheet.write_string(self.number, position, "" if value is None else str(value), self.text)

    def _value(self, field: str, values: dict[str, Any]) -> Any:
        if field == "number":
            return self.number
        if field == "document_type":
            return _DOCUMENTS.get(id_numbers.document_of(values["id_number"]), "其他证件")
        return values[_PATHS[field]]
