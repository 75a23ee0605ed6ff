"""Accounts: list, one, all helpers' from a list, first passwords on slips, and the contact table."""

from pathlib import Path

import django_filters
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.access.roles import OFFICERS, Role, roles
from core.accounts import selectors as contacts
from core.accounts.forms import AccountForm, HelperListForm
from core.accounts.helper_list import HelperListError, read_helper_list
from core.accounts.models import User
from core.accounts.services import Wanted, change_account, create_accounts, create_from_helper_list, reset_password
from core.files import services as attachments
from core.files.models import Attachment
from core.refusals import Refused
from core.tables.reader import SheetError

_ACTIVE = [("true", "启用"), ("false", "停用")]


class AccountFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="姓名或账号", method="by_text")
    role = django_filters.ChoiceFilter(label="角色", choices=Role.choices)
    region = django_filters.CharFilter(label="区划代码开头", field_name="region__code", lookup_expr="startswith")
    is_active = django_filters.ChoiceFilter(label="状态", choices=_ACTIVE, method="by_active")

    class Meta:
        model = User
        fields = []

    def by_text(self, rows, name, value):
        return rows.filter(name__startswith=value) | rows.filter(username__startswith=value)

    def by_active(self, rows, name, value):
        return rows.filter(is_active=value == "true")


@roles(Role.SYSTEM, Role.SECURITY)
def account_list(request):
    """Who has which role and region. The system officer changes accounts, the security officer watches them."""
    found = AccountFilter(request.GET, User.objects.for_user(request.user).select_related("region"))
    page = Paginator(found.qs.order_by("region_id", "username"), 50).get_page(request.GET.get("page"))
    facts = {"title": "账号", "form": found.form, "page": page, "may_change": request.user.role == Role.SYSTEM}
    return render(request, "core/accounts/account_list.html", facts)


@roles(Role.SYSTEM)
@never_cache
def account_add(request):
    form = AccountForm(request.POST or None, officer=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            issued = create_accounts(wanted=[Wanted(**form.values())], actor=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _slips(request, issued)
    return render(request, "core/accounts/account_form.html", {"title": "新建账号", "form": form})


@roles(Role.SYSTEM)
def account_edit(request, pk):
    user = get_object_or_404(User.objects.for_user(request.user).exclude(role__in=OFFICERS), pk=pk)
    form = AccountForm(request.POST or None, instance=user, officer=request.user)
    if request.method == "POST" and form.is_valid():
        fresh = User.objects.get(pk=user.pk)
        try:
            change_account(user=fresh, actor=request.user, **form.values())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"账号 {fresh.username} 已保存。")
            return redirect("account_list")
    facts = {"title": f"账号 {user.username}", "form": form, "account": user}
    return render(request, "core/accounts/account_form.html", facts)


@roles(Role.SYSTEM)
@require_POST
@never_cache
def account_reset(request, pk):
    user = get_object_or_404(User.objects.for_user(request.user).exclude(role__in=OFFICERS), pk=pk)
    return _slips(request, [reset_password(user=user, actor=request.user)])


@roles(Role.SYSTEM)
def account_import(request):
    """All accounts of helpers and township teams from one list: first what would be made and what is wrong."""
    form = HelperListForm(request.POST or None, request.FILES or None)
    facts = {"title": "批量建立账号", "form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        kept = attachments.store(
            file=file, name=file.name, kind="accounts", region=request.user.region_id or "", actor=request.user
        )
        try:
            facts |= _preview(kept, request.user)
        except (HelperListError, SheetError) as error:
            form.add_error("file", str(error))
    return render(request, "core/accounts/account_import.html", facts)


@roles(Role.SYSTEM)
@require_POST
@never_cache
def account_import_confirm(request, attachment):
    """Makes the good rows of a list that was shown; a second click makes none, because the accounts exist by then."""
    kept = get_object_or_404(Attachment, pk=attachment, kind="accounts", uploaded_by=request.user)
    try:
        issued = create_from_helper_list(path=Path(kept.file.path), actor=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("account_import")
    if not issued:
        messages.info(request, "名单里的人都已经有账号了，没有新建。忘记密码的，请在账号列表里重置。")
        return redirect("account_list")
    return _slips(request, issued)


def _preview(kept, user) -> dict:
    rows = read_helper_list(kept.file.path, user.region_id or "")
    return {
        "rows": sorted(rows, key=lambda row: not row.problems),
        "kept": kept,
        "new": sum(1 for row in rows if not row.problems and not row.existing),
        "known": sum(1 for row in rows if not row.problems and row.existing),
        "bad": sum(1 for row in rows if row.problems),
    }


def _slips(request, issued):
    """First passwords, shown in this answer and never again."""
    for one in issued:
        one.user.region_path = one.user.region.name if one.user.region else ""
    return render(request, "core/accounts/slips.html", {"title": "首次密码条", "issued": issued})


@roles(Role.COUNTY, Role.TOWNSHIP, Role.SYSTEM)
def contact_list(request):
    """乡镇城乡居民医保征缴工作联系表 (annex 2)."""
    townships = contacts.contact_table(request.user.region_id or "")
    facts = {
        "title": "征缴工作联系表",
        "townships": townships,
        "team_size": contacts.TEAM_SIZE,
        "short": [township for township in townships if township.short_of],
        "without_helper": sum(len(township.without_helper) for township in townships),
    }
    return render(request, "core/accounts/contact_list.html", facts)
