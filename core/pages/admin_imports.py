"""Small tables taken in from a sheet with a preview; each row goes through the service of its page."""

from collections.abc import Sequence
from dataclasses import replace
from tempfile import NamedTemporaryFile
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from import_export import resources, widgets
from import_export.admin import ExportMixin, ImportMixin
from import_export.formats.base_formats import XLSX
from tablib import Dataset

from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.tables import reader
from core.tables.lists import TWO_COLUMNS

#: What a clerk keeps by hand: holidays, targets.
SMALL_TABLE = replace(reader.VILLAGE_LEDGER, bytes=5 << 20, unpacked=50 << 20, rows=5_000, cells=100_000)
_YES, _NO = ("是", "1", "true", "对", "√"), ("否", "0", "false", "错", "×", "")


class YesNoWidget(widgets.Widget):
    """是 or 否."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        text = _text(value).lower()
        if text in _YES or text in _NO:
            return text in _YES
        raise ValueError(f"“{text[:20]}”请改为“是”或“否”。")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else "是" if value else "否"


class WordWidget(widgets.Widget):
    """One of a field's choices by its word on the screen."""

    def __init__(self, choices: Sequence[tuple[Any, Any]]) -> None:
        super().__init__()
        self.words = {str(value): str(word) for value, word in choices if value}
        self.values = {word: value for value, word in self.words.items()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = _text(value)
        if not text or text in self.words:
            return text
        if text in self.values:
            return self.values[text]
        raise ValueError(f"“{text[:20]}”不在可选范围，请写：{'、'.join(self.values)}。")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.words.get(str(value), "") if value else ""


class TextWidget(widgets.CharWidget):
    """Text as it was typed; an empty cell is no text."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return _text(value)


class NamedResource(resources.ModelResource):
    """A table whose columns carry the fields' names as the screen says them, going out and coming in."""

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Any:
        field = super().field_from_django_field(field_name, django_field, readonly)
        field.column_name = django_field.verbose_name
        if django_field.choices:
            field.widget = WordWidget(django_field.choices)
        elif isinstance(django_field, models.BooleanField):
            field.widget = YesNoWidget()
        elif type(django_field) is models.CharField:
            field.widget = TextWidget()
        return field


class CountyResource(NamedResource):
    """The rows of one county: a row of a file is that county's, whatever else the file says.

    `save_row` calls the service that the county's page calls; what it refuses is told beside its row.
    """

    def __init__(self, *, county: str = "", actor: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.county, self._actor = county, actor

    @property
    def actor(self) -> User:
        """Who takes the table in; nobody where a table only goes out."""
        if self._actor is None:
            raise ValueError("a resource without an actor only exports")
        return self._actor

    def get_queryset(self) -> Any:
        return self._meta.model.objects.in_region(self.county)

    def save_row(self, row: Any, is_new: bool) -> None:
        row.save(force_insert=is_new)

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        try:
            self.save_row(instance, is_create)
        except Refused as refused:
            raise ValidationError(str(refused)) from refused


def region_of(request: HttpRequest) -> str:
    """The code of the region of who asks, "" for nobody."""
    user = request.user
    return (user.region_id or "") if user.is_authenticated else ""


class AuditedExport(ExportMixin):
    """Export in the columns of the import or of another office; leaves an event with the number of rows.

    One click, one Excel table: the package's page of formats and fields is in English and needs inline script.
    """

    export_formats = [XLSX]
    import_export_change_list_template = "admin/change_list.html"
    skip_export_form = skip_export_form_from_action = True

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.is_open_to(request.user))

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any) -> Any:
        audit.record(
            f"{self.model._meta.model_name}.export",
            actor=request.user,
            object_type=self.model._meta.model_name,
            region=region_of(request),
            summary=f"导出{self.model._meta.verbose_name} {queryset.count()} 行",
        )
        return super().get_export_data(file_format, request, queryset, **kwargs)


class ReadApart(XLSX):
    """A table that came in, read as every other sheet is: in a process with limits, by content (core/tables)."""

    def create_dataset(self, in_stream: bytes) -> Dataset:
        with NamedTemporaryFile() as file:
            file.write(in_stream)
            file.flush()
            book = reader.read(file.name, limits=SMALL_TABLE)
        rows = [cells for sheet in book.sheets if sheet.visible for _, cells in sheet.rows]
        if not rows:
            raise reader.SheetError(reader.UNREADABLE, "表里没有内容。")
        titles = [str(cell or "").strip() for cell in rows[0]]
        if twice := next((title for title in titles if title and titles.count(title) > 1), ""):
            says = f"“{twice[:20]}”有 {titles.count(twice)} 列，不知道以哪一列为准。请只留一列后重新上传。"
            raise reader.SheetError(TWO_COLUMNS, says)
        dataset = Dataset(headers=titles)
        for cells in rows[1:]:
            dataset.append([*cells, *[None] * len(titles)][: len(titles)])
        return dataset


class ReadTextApart(ReadApart):
    """As text; what it is is seen by its content all the same."""

    def get_title(self) -> str:
        return "csv"


class AuditedImport(ImportMixin):
    """Import for small tables, with a preview; leaves an event with what was done."""

    import_formats = [ReadApart, ReadTextApart]
    import_export_change_list_template = "admin/change_list.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return bool(self.is_open_to(request.user))

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        audit.record(
            f"{self.model._meta.model_name}.import",
            actor=request.user,
            object_type=self.model._meta.model_name,
            region=region_of(request),
            summary=f"导入{self.model._meta.verbose_name}",
            after={kind: count for kind, count in result.totals.items() if count},
        )
        answer: HttpResponse = super().process_result(result, request)
        return answer

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        """The audit log is the only log."""

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        """Say in the field what is wrong with the file; what is not its fault is not caught here."""
        if not isinstance(e, reader.SheetError):
            raise e
        form.add_error("import_file", e.message)


class OwnCounty(AuditedImport, AuditedExport):
    """A small table that is taken in and out for the user's own county."""

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        user: Any = request.user
        return {**kwargs, "county": user.region_id[:6], "actor": user}


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()
