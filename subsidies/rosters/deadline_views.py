"""What stands beside a list, and the papers that go back for it: its receipt and its answer."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render

from config import clock
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.audit import services as audit
from core.tables.writer import xlsx_response
from subsidies.rosters import comparing, deadlines
from subsidies.rosters.selectors import outcome_counts, rosters_for

HANDS_IN = (Role.COUNTY, Role.DEPARTMENT)


@roles(*HANDS_IN)
def roster_compared(request: SignedIn, pk: int) -> HttpResponse:
    """The list beside other departments' lists and marks, the register, deaths and employees, row by row."""
    roster = get_object_or_404(rosters_for(request.user), pk=pk)
    found = comparing.compare(roster)
    asked = request.GET.get("kind", "")
    shown = [finding for finding in found if not asked or finding.kind == asked]
    facts = {
        "title": f"{roster.pk} 号名单比对",
        "roster": roster,
        "counts": comparing.counts(found),
        "kind": asked,
        "shown": shown[:1000],
        "more": max(len(shown) - 1000, 0),
        "sees_all": request.user.role == Role.COUNTY,
    }
    return render(request, "subsidies/rosters/roster_compared.html", facts)


@roles(*HANDS_IN)
def roster_receipt(request: SignedIn, pk: int) -> HttpResponse:
    """The receipt for a list that was handed in: which file, when, and whether in time."""
    rows = rosters_for(request.user).select_related("attachment", "uploaded_by")
    roster = get_object_or_404(rows, pk=pk)
    facts = {
        "title": f"{roster.pk} 号名单收到回执",
        "roster": roster,
        "people": roster.rows.exclude(number=0).count(),
        "due": deadlines.answered_by(roster),
    }
    return render(request, "subsidies/rosters/roster_receipt.html", facts)


@roles(*HANDS_IN)
def roster_answer(request: SignedIn, pk: int) -> FileResponse:
    """The answer to the department: its own rows with what came of each and what was found beside them."""
    roster = get_object_or_404(rosters_for(request.user), pk=pk)
    rows = deadlines.answer_rows(roster, sees_all=request.user.role == Role.COUNTY)
    audit.record(
        "roster.answer",
        actor=request.user,
        obj=roster,
        summary=f"下载 {roster.pk} 号名单核对反馈 {len(rows)} 行",
        after=outcome_counts(roster),
    )
    headings = (("行号", 8), ("姓名", 12), ("证件号码", 22), ("身份", 20), ("结果", 12), ("说明", 40), ("比对情况", 50))
    return xlsx_response(
        filename=f"{roster.pk}号名单核对反馈.xlsx",
        title=f"{roster.department}：{roster.document}",
        note=f"{roster.get_state_display()}，{clock.today()} 生成；号码已遮盖，按行号对照报送的原表。{roster.notice}",
        columns=headings,
        rows=rows,
    )
