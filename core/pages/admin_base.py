"""What every list in the back office holds to: roles, region, one query plan, no deleting, audit."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, resolve, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.access import masks
from core.access.roles import Role
from core.access.search_tokens import typed
from core.accounts.models import User
from core.audit import services as audit
from core.audit.models import Event
from core.database.paginator import BoundedPaginator
from core.pages.admin_exports import ListExport
from core.pages.admin_filters import TownshipFilter, VillageFilter
from core.refusals import Refused
from core.text import whole_number

#: Events of one record that its page shows.
EVENTS_SHOWN = 30
#: What Django's own filters put behind the name of their field.
_FILTER_ENDINGS = ("", "__exact", "__isnull", "__isempty", "__gte", "__lt", "__id__exact", "__code__exact", "__in")


class ScopedChangeList(ChangeList):
    """A list that searches for what was typed, while its links carry the token of it."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        self.query = typed(request).get(SEARCH_VAR, "")
        return super().get_queryset(request, exclude_parameters)


class ScopedAdmin(ListExport):
    """Shows the rows of the user's region to `roles`; `editable` fields may be changed, everything else is read-only.

    Rows come from the model's `for_user` alone, so lists, searches, autocompletes, links and actions end at the region.
    `page`: the name of the address where a row's procedure is led through; the list and the record link to it.
    `procedures`: pages that the list leads to, (words, name of the address). `by_place`: rows belong to a village or
    township and are filtered by it.
    """

    roles = frozenset({Role.COUNTY})
    editable: tuple[str, ...] = ()
    page = ""
    procedures: tuple[tuple[str, str], ...] = ()
    by_place = False
    can_add = False
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    paginator = BoundedPaginator
    actions_on_top = True
    save_on_top = False

    def get_queryset(self, request: Any) -> Any:
        ordering = self.get_ordering(request) or self.model._meta.ordering
        return self.model.objects.for_user(request.user).order_by(*ordering)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list under its plain name; Django's title asks to choose a row to change."""
        facts = {
            "title": f"{self.opts.verbose_name}列表",
            "procedures": list(self._procedures_for(request.user)),
            "export_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_export"),
        }
        return super().changelist_view(request, {**facts, **(extra_context or {})})

    def _procedures_for(self, user: User | AnonymousUser) -> Iterator[tuple[str, str]]:
        """The pages that this user may open."""
        for words, name in self.procedures:
            view: Any = resolve(address := reverse(name)).func  # behind `@roles`
            if isinstance(user, User) and user.role in view.roles:
                yield words, address

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One record, with the way to its page and what has been done with it."""
        verb = "修改" if self.has_change_permission(request) else "查看"
        facts: dict[str, Any] = {"title": f"{verb}{self.opts.verbose_name}", "page_url": "", "past": []}
        if (pk := whole_number(object_id)) is not None or self.opts.pk.get_internal_type() == "CharField":
            past = Event.objects.filter(object_type=self.opts.model_name, object_id=str(object_id))
            facts["past"] = past.order_by("-pk")[:EVENTS_SHOWN]
            if self.page and pk is not None:
                facts["page_url"] = reverse(self.page, args=[pk])
        return super().change_view(request, object_id, form_url, {**facts, **(extra_context or {})})

    def get_list_display(self, request: Any) -> Any:
        shown = tuple("row_number" if name == "id" else name for name in super().get_list_display(request))
        return (*shown, "open_page") if self.page else shown

    @admin.display(description="编号", ordering="pk")
    def row_number(self, obj: Model) -> Any:
        return obj.pk

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        places = (TownshipFilter, VillageFilter) if self.by_place else ()
        return (*super().get_list_filter(request), *places)

    @admin.display(description="办理")
    def open_page(self, obj: Model) -> SafeString:
        return format_html('<a href="{}">打开</a>', reverse(self.page, args=[obj.pk]))

    @property
    def media(self) -> forms.widgets.Media:
        """What the lists use; Django would add 400 KB for popups that this back office does not open."""
        return forms.Media(js=["admin/js/core.js", "admin/js/actions.js"])

    def run_each(self, request: HttpRequest, rows: Iterable[Any], step: Callable[[Any], object], done: str) -> None:
        """Run a service for each chosen row; a refusal names its row and stops no other."""
        count = 0
        for row in rows:
            try:
                step(row)
                count += 1
            except Refused as refused:
                messages.error(request, f"{row}：{refused}")
        if count:
            messages.success(request, f"{done} {count} 条。")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = {"title": f"新增{self.opts.verbose_name}"}
        return super().add_view(request, form_url, {**title, **(extra_context or {})})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ScopedChangeList

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what the list offers as a filter: a number asked for in the address, letter by letter, is refused."""
        allowed = set()
        for item in self.get_list_filter(request):
            name = item if isinstance(item, str) else item[0] if isinstance(item, tuple) else item.parameter_name
            allowed |= {f"{name}{ending}" for ending in _FILTER_ENDINGS}
        return lookup in allowed

    def is_open_to(self, user: User | AnonymousUser) -> bool:
        return isinstance(user, User) and user.role in self.roles and bool(user.region_id)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.is_open_to(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.is_open_to(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self.editable) and self.is_open_to(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and self.is_open_to(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str] | tuple[()]:
        if obj is None and self.can_add:
            return ()
        shown = self.get_fields(request, obj)
        return [name for name in shown if name not in self.editable]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fields or [field.name for field in self.model._meta.concrete_fields if not field.primary_key]

    def get_urls(self) -> list[URLPattern]:
        """Without the history and delete pages: the audit log keeps history, and nothing is deleted here."""
        return [url for url in super().get_urls() if not (url.name or "").endswith(("_history", "_delete"))]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        related = db_field.remote_field.model
        if hasattr(related.objects, "for_user"):
            kwargs["queryset"] = related.objects.for_user(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        before = {name: str(form.initial.get(name, "")) for name in form.changed_data} if change else None
        super().save_model(request, obj, form, change)
        audit.record(
            f"{obj._meta.model_name}.{'change' if change else 'add'}",
            actor=request.user,
            obj=obj,
            summary=f"{'修改' if change else '新增'}{obj._meta.verbose_name} {obj}",
            before=before,
            after={name: str(form.cleaned_data.get(name, "")) for name in form.changed_data},
        )

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit log is the only log."""

    log_change = log_addition


class MaskedNumber:
    """Columns for models that carry `id_number` and `birth_date`, as far as everyone may see them."""

    @admin.display(description="证件号码")
    def masked_number(self, obj: Any) -> str:
        return masks.mask(obj.id_number)

    @admin.display(description="出生日期", ordering="birth_date")
    def masked_birth(self, obj: Any) -> str:
        return masks.mask_birth(obj.birth_date)
