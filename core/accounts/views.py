"""Accounts: list, one, all helpers' from a list, first passwords on slips, and the contact table."""

from pathlib import Path
from uuid import UUID

import django_filters
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.access.roles import OFFICERS, OFFICES, Role, roles
from core.access.search_tokens import typed
from core.accounts import selectors as contacts
from core.accounts.forms import AccountForm, HelperListForm
from core.accounts.helper_list import helper_table, read_helper_list
from core.accounts.models import User
from core.accounts.passwords import FIRST_PASSWORD_DAYS
from core.accounts.requests import SignedIn
from core.accounts.services import (
    AccountRequest,
    IssuedAccount,
    change_account,
    create_accounts,
    create_from_helper_list,
    reset_password,
)
from core.accounts.slips import slips_of
from core.files import services as attachments
from core.files.models import Attachment
from core.pages.form_steps import form_status, run_form, try_step

_ACTIVE = [("true", "启用"), ("false", "停用")]


class AccountFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="姓名或账号", method="by_text")
    role = django_filters.ChoiceFilter(label="角色", choices=Role.choices)
    region = django_filters.CharFilter(label="区划代码开头", field_name="region__code", lookup_expr="startswith")
    is_active = django_filters.ChoiceFilter(label="状态", choices=_ACTIVE, method="by_active")

    class Meta:
        model = User
        fields: list[str] = []

    def by_text(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(name__startswith=value) | rows.filter(username__startswith=value)

    def by_active(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(is_active=value == "true")


@roles(Role.SYSTEM, Role.SECURITY)
def account_list(request: SignedIn) -> HttpResponse:
    """Who has which role and region. The system officer changes accounts, the security officer watches them."""
    accounts = AccountFilter(typed(request), User.objects.for_user(request.user).select_related("region"))
    page = Paginator(accounts.qs.order_by("region_id", "username"), 50).get_page(request.GET.get("page"))
    facts = {"title": "账号", "form": accounts.form, "page": page, "may_change": request.user.role == Role.SYSTEM}
    return render(request, "core/accounts/account_list.html", facts)


@roles(Role.SYSTEM)
def account_add(request: SignedIn) -> HttpResponse:
    form = AccountForm(request.POST or None, officer=request.user)
    issued: list[IssuedAccount] = []
    if request.method == "POST" and run_form(
        form,
        lambda: issued.extend(create_accounts(requests=[AccountRequest(**form.values())], actor=request.user)),
    ):
        return show_slips(request, issued)
    facts = {"title": "新建账号", "form": form}
    return render(request, "core/accounts/account_form.html", facts, status=form_status(form))


@roles(Role.SYSTEM)
def account_edit(request: SignedIn, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.for_user(request.user).exclude(role__in=OFFICERS), pk=pk)
    form = AccountForm(request.POST or None, instance=user, officer=request.user)
    stored = User.objects.get(pk=user.pk)
    in_effect: list[bool] = []
    if request.method == "POST" and run_form(
        form, lambda: in_effect.append(change_account(user=stored, actor=request.user, **form.values()))
    ):
        if in_effect[0]:
            messages.success(request, f"账号 {stored.username} 已保存。")
        else:
            messages.info(request, f"账号 {stored.username} 的变更已提交安全管理员，确认后生效。")
        return redirect("account_list")
    facts = {"title": f"账号 {user.username}", "form": form, "account": user, "is_office": user.role in OFFICES}
    return render(request, "core/accounts/account_form.html", facts, status=form_status(form))


@roles(Role.SYSTEM)
@require_POST
def account_reset(request: SignedIn, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.for_user(request.user).exclude(role__in=OFFICERS), pk=pk)
    return show_slips(request, [reset_password(user=user, actor=request.user)])


@roles(Role.SYSTEM)
def account_import(request: SignedIn) -> HttpResponse:
    """All accounts of helpers and township teams from one list: first what would be made and what is wrong."""
    form = HelperListForm(request.POST or None, request.FILES or None)
    facts: dict[str, object] = {"title": "批量建立账号", "form": form}
    if request.method == "POST":
        run_form(form, lambda: facts.update(_preview(_store(form.cleaned_data["file"], request.user), request.user)))
    return render(request, "core/accounts/account_import.html", facts, status=form_status(form))


def _store(file: "UploadedFile[bytes]", user: User) -> Attachment:
    return attachments.store(file=file, name=file.name or "", kind="accounts", region=user.region_id or "", actor=user)


@roles(Role.SYSTEM)
@require_POST
def account_import_confirm(request: SignedIn, attachment: UUID) -> HttpResponse:
    """Make the good rows of a list that was shown; a second click makes none, because the accounts exist by then."""
    stored = get_object_or_404(Attachment, pk=attachment, kind="accounts", uploaded_by=request.user)
    issued: list[IssuedAccount] = []
    step = lambda: issued.extend(create_from_helper_list(path=Path(stored.file.path), actor=request.user))  # noqa: E731
    if not try_step(request, step):
        return redirect("account_import")
    if not issued:
        messages.info(request, "名单里的人都已经有账号了，没有新建。忘记密码的，请在账号列表里重置。")
        return redirect("account_list")
    return show_slips(request, issued)


def _preview(stored: Attachment, user: User) -> dict[str, object]:
    table = helper_table()
    rows = read_helper_list(Path(stored.file.path), user.region_id or "", table)
    return {
        "notes": table.notes(),
        "rows": sorted(rows, key=lambda row: not row.problems),
        "stored": stored,
        "new": sum(1 for row in rows if not row.problems and not row.existing),
        "known": sum(1 for row in rows if not row.problems and row.existing),
        "bad": sum(1 for row in rows if row.problems),
    }


def show_slips(request: HttpRequest, issued: list[IssuedAccount]) -> HttpResponse:
    """First passwords, shown in this answer and never again."""
    address = request.build_absolute_uri(reverse("login"))
    facts = {"title": "首次密码条", "slips": slips_of(issued, address), "days": FIRST_PASSWORD_DAYS}
    return render(request, "core/accounts/slips.html", facts)


@roles(Role.COUNTY, Role.TOWNSHIP, Role.SYSTEM)
def contact_list(request: SignedIn) -> HttpResponse:
    """乡镇城乡居民医保征缴工作联系表, with the size of a team where the county's notice gives one."""
    place = request.user.region_id or ""
    wanted = contacts.team_size(place[:6])
    townships = contacts.contact_table(place, wanted)
    facts = {
        "title": "征缴工作联系表",
        "townships": townships,
        "team_size": wanted,
        "short": [township for township in townships if township.short_of],
        "without_helper": sum(len(township.without_helper) for township in townships),
    }
    return render(request, "core/accounts/contact_list.html", facts)
