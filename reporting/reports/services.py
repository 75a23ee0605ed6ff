"""The townships' Friday report: two figures of ours and three texts of theirs, due at noon."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from reporting.progress import schedule
from reporting.progress.selectors import progress
from reporting.reports.models import TownshipReport
from reporting.supervision.selectors import activities_text, activity_counts
from subsidies.campaigns.models import Campaign

TEXTS = ("practice", "problem", "suggestion")


def report_due(campaign: Campaign) -> datetime | None:
    """When the report of this week is due; None if the policy wants none now."""
    policy = campaign.policy
    if policy.report is None or not campaign.is_open:
        return None
    due = schedule.report_due(policy.report, policy.period, timezone.make_naive(clock.now()))
    return due and timezone.make_aware(due)


@transaction.atomic
def send_report(
    *, campaign: Campaign, township: Region, practice: str, problem: str, suggestion: str, actor: User
) -> TownshipReport:
    """Sends this week's report with the figures of this moment; before it is due it may be sent again, after it not.

    Raises Refused outside the period, for a text that is too long, and for a second report after the due time.
    """
    due, now = report_due(campaign), clock.now()
    if due is None:
        raise Refused("现在不在报送期内，不需要报送周报。")
    texts = dict(zip(TEXTS, (practice.strip(), problem.strip(), suggestion.strip()), strict=True))
    if any(len(text) > 1000 for text in texts.values()):
        raise Refused("每项文字不超过1000字，请精简后再报。")
    whole = progress(campaign=campaign, region=township).whole
    facts = {**texts, "collected": whole.tally.collected, "posted": whole.tally.posted}
    before = TownshipReport.objects.select_for_update().filter(campaign=campaign, township=township, due_at=due).first()
    if before and now > due:
        raise Refused("本周的周报已经报送，截止时间已过，不能再改。")
    if before:
        report, old = before, {name: getattr(before, name) for name in facts}
    else:
        report, old = TownshipReport(campaign=campaign, township=township, due_at=due), None
    for name, value in facts.items():
        setattr(report, name, value)
    report.sent_by, report.sent_at = actor, now
    try:
        with transaction.atomic():
            report.save()
    except IntegrityError as error:
        raise Refused("同事刚刚报送了本周周报，请刷新页面查看。") from error
    audit.record(
        "report.send",
        actor=actor,
        obj=report,
        before=old,
        after=facts,
        summary=f"报送{township.name}周报" + ("（迟报）" if report.is_late else ""),
    )
    return report


def reports_of_week(campaign: Campaign, due: datetime) -> list[tuple[Region, TownshipReport | None]]:
    """Every township with its report for that due time, or None."""
    sent = {r.township_id: r for r in TownshipReport.objects.filter(campaign=campaign, due_at=due)}
    townships = Region.objects.in_region(campaign.county_id).filter(
        level=Region.Level.TOWNSHIP, replaced_by__isnull=True
    )
    return [(township, sent.get(township.code)) for township in townships]


def activities_of_week(campaign: Campaign, due: datetime) -> dict[str, str]:
    """Township → what it did in the seven days before the report is due, counted by kind."""
    counted = activity_counts(campaign, campaign.county_id, due - timedelta(days=7), due)
    return {code: activities_text(counts) for code, counts in counted.items()}
