"""Two people of different offices: to close before the period is over, and to open a closed year again."""

from datetime import date, timedelta

from django.db import transaction

from collection.closing.models import CampaignClosing, ClosingConsent
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.text import required_text
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import lock_campaign

Kind = ClosingConsent.Kind
OFFICES = (Role.COUNTY, Role.TAX)


@transaction.atomic
def ask_consent(*, campaign: Campaign, kind: str, reason: str, actor: User) -> ClosingConsent:
    """Ask the other office to agree; the open question there is, if there is one. Raises Refused."""
    reason = required_text(reason, "原因")
    if actor.role not in OFFICES:
        raise Refused(f"提前办结和重开由{actor.county_word}医保局或{actor.county_word}税务局提出。")
    lock_campaign(campaign)
    found = open_consent(campaign, kind)
    if found is None:
        found = ClosingConsent.objects.create(
            campaign=campaign, kind=kind, reason=reason, asked_by=actor, asked_at=clock.now()
        )
        says = f"提出{found.get_kind_display()}{campaign}：{reason}"
        audit.record("campaign.ask_consent", actor=actor, obj=campaign, summary=says)
    return found


@transaction.atomic
def give_consent(*, consent: ClosingConsent, actor: User) -> ClosingConsent:
    """Agree, as a person of another office than the one that asked. Raises Refused."""
    consent = (
        ClosingConsent.objects.select_for_update(of=("self",)).select_related("asked_by", "campaign").get(pk=consent.pk)
    )
    if consent.agreed_by_id == actor.pk:
        return consent
    if actor.role not in OFFICES or actor.role == consent.asked_by.role:
        raise Refused(f"要由另一个部门（{actor.county_word}医保局或{actor.county_word}税务局）的人同意。")
    if consent.agreed_at or consent.used_at:
        raise Refused("已经有人同意过了。")
    consent.agreed_by, consent.agreed_at = actor, clock.now()
    consent.save(update_fields=["agreed_by", "agreed_at"])
    says = f"同意{consent.get_kind_display()}{consent.campaign}：{consent.reason}"
    audit.record("campaign.consent", actor=actor, obj=consent.campaign, summary=says)
    return consent


def kind_for(campaign: Campaign) -> ClosingConsent.Kind:
    """Return what two offices may agree to as things stand."""
    return Kind.EARLY if campaign.is_open else Kind.REOPEN


def why_not_ask(campaign: Campaign, closing: CampaignClosing | None) -> str:
    """Return why nothing is to be agreed to now; '' while something is."""
    if campaign.is_open:
        return "征缴期已经结束，办结不用再征求另一个部门同意。" if clock.today() > campaign.policy.period.end else ""
    if closing is None or closing.reopen_until is None:
        return "办结时定为不允许重开。"
    return f"可以重开的期限到 {closing.reopen_until} 为止，已经过了。" if clock.today() > closing.reopen_until else ""


def open_consent(campaign: Campaign, kind: str) -> ClosingConsent | None:
    """Return what was asked for, or agreed to, and has not served yet."""
    rows = ClosingConsent.objects.filter(campaign=campaign, kind=kind, used_at__isnull=True)
    return rows.select_related("asked_by", "agreed_by").first()


def use_consent(campaign: Campaign, kind: str) -> ClosingConsent:
    """Take the agreement for what is done now. Raises Refused if there is none."""
    found = open_consent(campaign, kind)
    if found is None or found.agreed_at is None:
        label = Kind(kind).label
        raise Refused(
            f"{label}要由{campaign.county_word}医保局和{campaign.county_word}税务局两个人先后提出、同意，并写明原因。"
        )
    found.used_at = clock.now()
    found.save(update_fields=["used_at"])
    return found


def refuse_before_the_end(campaign: Campaign) -> None:
    """A campaign is closed when its period is over; before that it takes two offices."""
    if clock.today() <= campaign.policy.period.end:
        try:
            use_consent(campaign, Kind.EARLY)
        except Refused as refused:
            raise Refused(f"征缴期到 {campaign.policy.period.end} 才结束，现在不能办结。{refused}") from refused


@transaction.atomic
def reopen_campaign(*, campaign: Campaign, actor: User) -> Campaign:
    """Open a closed year again, within the days that were set when it was closed. Raises Refused."""
    if actor.role != Role.COUNTY:
        raise Refused(f"征缴年度由{actor.county_word}医保局重开。")
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("county").get(pk=campaign.pk)
    closing = CampaignClosing.objects.filter(campaign=campaign, reopened_at__isnull=True).first()
    if closing is None or campaign.is_open:
        raise Refused(f"{campaign}没有办结，不用重开。")
    if closing.reopen_until is None or clock.today() > closing.reopen_until:
        raise Refused(f"办结时定的重开期限已过（{closing.reopen_until or '不允许重开'}），不能再重开。")
    consent = use_consent(campaign, Kind.REOPEN)
    closing.reopened_at, campaign.closed_at = clock.now(), None
    closing.save(update_fields=["reopened_at"])
    campaign.save(update_fields=["closed_at"])
    audit.record("campaign.reopen", actor=actor, obj=campaign, summary=f"重开{campaign}：{consent.reason}")
    return campaign


def last_day_to_reopen(days: int) -> date | None:
    """Return the day until which a campaign closed today may be opened again; None for 0 days."""
    return clock.today() + timedelta(days=days) if days else None
