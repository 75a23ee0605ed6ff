"""停保待接续: who left employees' insurance and stands on a village's list to be won."""

from django.core.paginator import Paginator
from django.http.response import HttpResponseBase
from django.shortcuts import render

from config import clock
from core.access import masks
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.tables.writer import xlsx_response
from employees.access import county_or_404
from reporting.leavers.selectors import leavers, to_win
from subsidies.campaigns.selectors import campaign_or_404

COLUMNS = (
    ("乡镇", 12),
    ("行政村", 18),
    ("姓名", 10),
    ("证件号码", 22),
    ("原参保单位", 26),
    ("职工医保到", 14),
    ("征缴期剩余天数", 14),
    ("个人应缴（元）", 14),
    ("现在缴等待（月）", 16),
    ("逾期缴等待（月）", 16),
)


@roles(Role.COUNTY, Role.TOWNSHIP, Role.VILLAGE)
def leaver_list(request: SignedIn) -> HttpResponseBase:
    """The people by village, with the days left and what lapsing costs; a table to take along, numbers masked."""
    county_or_404(request.user)
    campaign = campaign_or_404(request.user)
    rows = to_win(campaign, request.user.scope_prefix)
    if request.GET.get("export"):
        people = leavers(campaign, list(rows))
        name = f"{campaign}停保待接续人员"
        audit.record("employment.export", actor=request.user, obj=campaign, summary=f"导出{name} {len(people)} 人")
        lines = (
            (
                one.resident.village.parent.name if one.resident.village.parent else "",
                one.resident.village.name,
                one.resident.name,
                masks.mask(one.resident.id_number),
                one.unit,
                one.covered_to,
                one.days_left,
                one.due,
                one.waiting,
                one.waiting_late,
            )
            for one in people
        )
        note = f"{clock.today()} 导出；证件号码已脱敏；待遇以省市文件为准"
        return xlsx_response(filename=f"{name}.xlsx", columns=COLUMNS, rows=lines, title=name, note=note)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    facts = {"title": "停保待接续", "campaign": campaign, "page": page, "period": campaign.policy.period}
    facts["listed"] = [(one, masks.mask(one.resident.id_number)) for one in leavers(campaign, list(page))]
    return render(request, "reporting/leavers/leaver_list.html", facts)
