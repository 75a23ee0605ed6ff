"""资助资金: owed by source, as a table that can be exported and drilled down to names."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from collection.contributions.models import ContributionFund
from collection.entitlements import funds
from config import clock
from core.access import masks
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.amounts import ZERO
from core.audit import services as audit
from core.regions.models import Region
from core.tables.writer import xlsx_response
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import asked_region, campaign_or_404, regions_below


@roles(Role.COUNTY, Role.TOWNSHIP)
def fund_table(request: SignedIn) -> HttpResponseBase:
    campaign = campaign_or_404(request.user)
    region = asked_region(request)
    by = request.GET.get("by")
    if by not in funds.BY:
        by = "township" if region.level == Region.Level.COUNTY else "village"
    category = request.GET.get("category", "")
    table = funds.table(campaign=campaign, region=region.code, by=by, category=category)
    if request.GET.get("export"):
        return _export_table(request, campaign, region, by, category, table)
    lines = [
        {"line": line, "amounts": [(source, line.amounts.get(source, ZERO)) for source in table.sources]}
        for line in [*table.lines, table.total]
    ]
    return render(
        request,
        "collection/entitlements/fund_table.html",
        {
            "title": "资助资金",
            "campaign": campaign,
            "region": region,
            "by": by,
            "ways": funds.BY.items(),
            "table": table,
            "lines": lines,
            "category": category,
            "below": regions_below(request, region),
            "categories": [c.name for c in campaign.policy.categories if c.fund],
        },
    )


@roles(Role.COUNTY, Role.TOWNSHIP)
def fund_people(request: SignedIn) -> HttpResponseBase:
    """The names behind an amount, and their sum."""
    campaign = campaign_or_404(request.user)
    region = asked_region(request)
    asked = {"category": request.GET.get("category", ""), "source": request.GET.get("source", "")}
    rows = funds.people(campaign=campaign, region=region.code, **asked)
    if request.GET.get("export"):
        return _export_people(request, campaign, region, rows)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(
        request,
        "collection/entitlements/fund_people.html",
        {
            "title": "资助资金明细",
            "campaign": campaign,
            "region": region,
            "page": page,
            **asked,
            "total": rows.order_by().aggregate(sum=Sum("amount"))["sum"] or ZERO,
            "listed": [(part, masks.mask(part.contribution.resident.id_number)) for part in page],
        },
    )


def _export_table(
    request: SignedIn, campaign: Campaign, region: Region, by: str, category: str, table: funds.FundTable
) -> FileResponse:
    name = f"{region.name}{category}资助资金（按{funds.BY[by]}）"
    heading = (funds.BY[by], "人数", *table.sources, "合计")
    rows = (
        (line.name, line.people, *(line.amounts.get(source, ZERO) for source in table.sources), line.total)
        for line in [*table.lines, table.total]
    )
    return _file(request, campaign, region, name, heading, rows)


def _export_people(
    request: SignedIn, campaign: Campaign, region: Region, rows: QuerySet[ContributionFund]
) -> FileResponse:
    heading = ("序号", "村", "姓名", "证件号码", "资助类别", "标准", "个人缴费", "资金来源", "资助金额", "缴费日期")
    lines = (
        (
            number,
            part.contribution.village.name,
            part.contribution.resident.name,
            masks.mask(part.contribution.resident.id_number),
            part.contribution.category,
            part.contribution.standard,
            part.contribution.amount,
            part.source,
            part.amount,
            part.contribution.paid_on,
        )
        for number, part in enumerate(rows.iterator(chunk_size=2000), 1)
    )
    return _file(request, campaign, region, f"{region.name}资助资金明细", heading, lines)


def _file(
    request: SignedIn,
    campaign: Campaign,
    region: Region,
    name: str,
    heading: tuple[str, ...],
    rows: Iterator[tuple[object, ...]],
) -> FileResponse:
    audit.record(
        "funds.export",
        actor=request.user,
        object_type="campaign",
        object_id=campaign.pk,
        region=region.code,
        summary=f"导出{name}",
    )
    return xlsx_response(
        filename=f"{name}.xlsx",
        title=name,
        note=f"{campaign}，{clock.today()} 导出，单位：元",
        columns=[(one, 16) for one in heading],
        rows=rows,
    )
