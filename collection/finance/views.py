"""财政: the fund statement of a day, the vouchers, and who stands behind an amount."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from collection.finance import selectors, services
from collection.finance.forms import EntryForm
from collection.finance.models import FundEntry
from collection.finance.statement import Statement
from config import clock
from core.access import masks
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.pages.form_steps import form_status, run_form, submit_form
from core.pages.forms import ReasonForm, chosen_day
from core.tables.writer import xlsx_response
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import campaign_or_404

SEES = (Role.FINANCE, Role.COUNTY)
COLUMNS = (
    ("表", 22),
    ("项目", 22),
    ("人次", 10),
    ("应拨（元）", 16),
    ("已申请（元）", 16),
    ("已到账（元）", 16),
    ("欠拨（元）", 16),
    ("已上解（元）", 16),
    ("未上解（元）", 16),
    ("已缴未入库（人次）", 16),
    ("已缴未入库应拨（元）", 18),
    ("说明", 20),
)


@roles(*SEES)
def finance_statement(request: SignedIn) -> HttpResponseBase:
    """Owed, applied for, received, passed up, by fund, department, township and month, as of a day."""
    campaign = campaign_or_404(request.user)
    form, on = chosen_day(request)
    made = selectors.statement(campaign=campaign, on=on)
    if request.GET.get("export"):
        return _export(request, campaign, made)
    facts = {"title": "财政资金对账", "campaign": campaign, "form": form, "on": on, "statement": made}
    facts["unset"] = [tier for tier, share in selectors.finance_shares(campaign.policy).items() if share is None]
    return render(request, "collection/finance/finance_statement.html", facts)


@roles(*SEES)
def finance_entries(request: SignedIn) -> HttpResponse:
    """The vouchers, the newest first, and a form for a new one."""
    campaign = campaign_or_404(request.user)
    form = EntryForm(request.POST or None, user=request.user, campaign=campaign, initial={"on": clock.today()})
    if request.method == "POST" and run_form(
        form, lambda: services.record_entry(campaign=campaign, actor=request.user, **form.cleaned_data)
    ):
        return redirect("finance_entries")
    rows = FundEntry.objects.for_user(request.user).filter(campaign=campaign)
    rows = rows.select_related("township", "recorded_by", "reverses", "reversed_by")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    mine = {kind.value for kind, role in services.RECORDS.items() if role == request.user.role}
    facts = {"title": "资金凭证", "campaign": campaign, "form": form, "page": page, "mine": mine}
    facts["reason_form"] = ReasonForm()
    return render(request, "collection/finance/finance_entries.html", facts, status=form_status(form))


@roles(*SEES)
@require_POST
def fund_entry_reverse(request: SignedIn, pk: int) -> HttpResponse:
    entry = get_object_or_404(FundEntry.objects.for_user(request.user).select_related("campaign"), pk=pk)
    form = ReasonForm(request.POST)
    submit_form(request, form, services.reverse_entry, "已冲销，可重新登记这张凭证。", entry=entry)
    return redirect("finance_entries")


@roles(*SEES)
def finance_people(request: SignedIn) -> HttpResponse:
    """The names behind an amount, numbers masked; whole ones are asked for as an export."""
    campaign = campaign_or_404(request.user)
    _, on = chosen_day(request)
    asked = {"fund": request.GET.get("fund", ""), "department": request.GET.get("department", "")}
    rows = selectors.people_of(campaign=campaign, on=on, **asked)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    facts = {"title": "资助对象名单", "campaign": campaign, "on": on, "page": page, **asked}
    facts["total"] = selectors.sum_of(rows)
    facts["listed"] = [(part, masks.mask(part.contribution.resident.id_number)) for part in page]
    facts["departments"] = campaign.policy.departments
    facts["funds"] = campaign.policy.funds
    return render(request, "collection/finance/finance_people.html", facts)


def _export(request: SignedIn, campaign: Campaign, made: Statement) -> HttpResponseBase:
    name = f"{campaign}财政资金对账表"
    audit.record("funds.export", actor=request.user, obj=campaign, summary=f"导出{name}（截至 {made.on}）")
    rows = (
        (
            table.title,
            line.label,
            line.people,
            "未定" if line.owed is None else line.owed,
            line.applied,
            line.received,
            "未定" if line.arrears is None else line.arrears,
            line.passed_up,
            line.to_pass_up,
            line.unposted_people,
            "未定" if line.unposted is None else line.unposted,
            line.note,
        )
        for table in made.tables
        for line in [*table.lines, *([table.total] if table.total else [])]
    )
    note = f"截至 {made.on}；应拨按已入库人员计算，与缴费记录相差 {made.difference:,.2f} 元；{clock.today()} 导出"
    return xlsx_response(filename=f"{name}.xlsx", columns=COLUMNS, rows=rows, title=name, note=note)
