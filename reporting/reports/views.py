"""The Friday report: a township writes it, the county sees who has and who is late."""

from datetime import datetime, time, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from config import clock
from core.access.roles import Role, roles
from core.accounts.requests import SignedIn
from core.pages.form_steps import form_status, run_form
from core.regions.models import Region
from core.text import whole_number
from reporting.progress import schedule
from reporting.progress.selectors import progress
from reporting.reports import services as reports
from reporting.reports.models import TownshipReport
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.selectors import current
from subsidies.policy.parts import Report

TEXT = forms.Textarea(attrs={"rows": 5})


class ReportForm(forms.Form):
    practice = forms.CharField(label="典型做法", max_length=1000, required=False, widget=TEXT)
    problem = forms.CharField(label="存在问题", max_length=1000, required=False, widget=TEXT)
    suggestion = forms.CharField(label="意见建议", max_length=1000, required=False, widget=TEXT)


@roles(Role.TOWNSHIP)
def report_write(request: SignedIn) -> HttpResponse:
    campaign = current(request.user)
    due = reports.report_due(campaign) if campaign else None
    if campaign is None or due is None:
        return render(
            request,
            "reporting/rankings/nothing.html",
            {"title": "乡镇周报", "text": "现在不需要报送周报。", "hint": "征缴期内按政策规定的日期报送。"},
        )
    township = Region.objects.for_user(request.user).get(pk=request.user.scope_prefix[:9])
    own = TownshipReport.objects.for_user(request.user).filter(campaign=campaign, township=township)
    sent = own.filter(due_at=due).first()
    initial = {name: getattr(sent, name) for name in reports.TEXTS} if sent else None
    form = ReportForm(request.POST or None, initial=initial)
    if request.method == "POST" and run_form(
        form,
        lambda: reports.send_report(campaign=campaign, township=township, actor=request.user, **form.cleaned_data),
    ):
        late = "已超过截止时间，按迟报登记。" if clock.now() > due else ""
        messages.success(request, f"周报已报送。{late}")
        return redirect("report_write")
    return render(
        request,
        "reporting/reports/report_write.html",
        {
            "title": "乡镇周报",
            "township": township,
            "due": due,
            "sent": sent,
            "form": form,
            "late": clock.now() > due,
            "whole": progress(campaign=campaign, region=township).whole,
            "activities": reports.activities_of_week(campaign, due).get(township.code, ""),
            "past": own.exclude(due_at=due)[:8],
        },
        status=form_status(form),
    )


@roles(Role.COUNTY, Role.LEADER)
def report_overview(request: SignedIn) -> HttpResponse:
    """One week's reports of all townships; `?back=1` is the week before."""
    campaign = current(request.user)
    report = campaign.policy.report if campaign else None
    if campaign is None or report is None:
        return render(
            request,
            "reporting/rankings/nothing.html",
            {"title": "乡镇周报", "text": "政策文件没有要求乡镇周报。"},
        )
    due = reports.report_due(campaign) or _last_due(campaign, report)
    back = min(whole_number(request.GET.get("back")) or 0, 60)
    due -= timedelta(days=7 * back)
    sent = reports.reports_of_week(campaign, due)
    done = reports.activities_of_week(campaign, due)
    rows = [(t, r, done.get(t.code, "")) for t, r in sent if t.code.startswith(request.user.scope_prefix)]
    return render(
        request,
        "reporting/reports/report_overview.html",
        {
            "title": "乡镇周报",
            "due": due,
            "rows": rows,
            "back": back,
            "passed": clock.now() > due,
            "missing": sum(report is None for _, report, _ in rows),
            "late": sum(bool(r and r.is_late) for _, r, _ in rows),
        },
    )


def _last_due(campaign: Campaign, report: Report) -> datetime:
    """The last report that was due, after the period."""
    now = min(timezone.make_naive(clock.now()), datetime.combine(campaign.policy.period.end, time.max))
    return timezone.make_aware(schedule.report_before(report, now))
