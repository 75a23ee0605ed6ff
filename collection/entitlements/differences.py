"""先缴后认定: who was recognised after having paid is owed the difference where the county's notice grants it.

Where the notice is silent the bureau decides by a document that it names. The fund of the category pays for it.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from collection.contributions.models import Contribution, ContributionFund
from collection.entitlements.models import DifferenceCase
from collection.money import services as money
from collection.refunds.models import Refund
from config import clock
from core.access.roles import Role
from core.accounts.models import User
from core.amounts import yuan
from core.audit import services as audit
from core.refusals import Refused
from core.text import clean_text, required_text
from residents.people.models import Resident
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import next_timestamp
from subsidies.policy.parts import RefundReason
from subsidies.quotes.quote import Quote, QuoteError
from subsidies.quotes.selectors import quote_residents
from subsidies.rosters.models import Roster

REASON = "identity_difference"
Case = DifferenceCase.State


def find_differences(
    *, campaign: Campaign, people: Mapping[int, Resident], roster: Roster | None, actor: User | None
) -> list[DifferenceCase]:
    """Make a case for each of these people, by their ids, who has paid more than is owed by the marks of now.

    Return the cases: with a refund where the notice grants it, else for the staff. Call with the residents locked.
    """
    paid = list(
        Contribution.objects.filter(campaign=campaign, resident_id__in=people, ended_at__isnull=True, amount__gt=0)
        .exclude(difference_cases__state__in=[Case.OPEN, Case.REFUNDING, Case.HANDLED])
        .order_by("pk")
    )
    days = {c.resident_id: c.paid_on for c in paid}
    asked = [people[c.resident_id] for c in paid]
    quotes = quote_residents(campaign=campaign, residents=asked, paid_on=days, taking_payment=False)
    owed_less = [
        (c, quote) for c in paid if not isinstance(quote := quotes[c.resident_id], QuoteError) and quote.due < c.amount
    ]
    if not owed_less:
        return []
    reason, moment = _granted(campaign), next_timestamp(campaign_id=campaign.pk)
    refunds: list[Refund | None] = [None] * len(owed_less)
    if reason:
        refunds = [*_request_refunds(campaign, owed_less, reason, moment, actor)]
    cases = DifferenceCase.objects.bulk_create(
        [
            DifferenceCase(
                campaign=campaign,
                contribution=c,
                village_id=c.village_id,
                roster=roster,
                category=quote.category,
                due=quote.due,
                difference=c.amount - quote.due,
                refund=refund,
                made_at=moment,
                state=Case.REFUNDING if refund else Case.OPEN,
                why=_why(campaign, reason),
            )
            for (c, quote), refund in zip(owed_less, refunds, strict=True)
        ]
    )
    audit.record_all(
        audit.event(
            "difference.found",
            actor=actor,
            obj=case,
            batch=f"roster-{roster.pk}" if roster else "",
            summary=f"先缴后认定：{case.category}，多缴 {yuan(case.difference)}，{case.get_state_display()}",
        )
        for case in cases
    )
    return cases


@transaction.atomic
def book_difference(*, refund: Refund) -> None:
    """A difference that was paid back is owed by the fund of the category that was recognised; called as it is paid.

    The contribution itself is not touched: what was collected and declared stays what it was.
    """
    case = DifferenceCase.objects.filter(refund=refund).select_related("contribution").first()
    category = refund.campaign.policy.category(case.category) if case else None
    if not case or not category or not category.fund:
        return
    part, made = ContributionFund.objects.get_or_create(
        contribution=case.contribution, source=category.fund, defaults={"amount": refund.amount}
    )
    if not made:
        part.amount += refund.amount
        part.save(update_fields=["amount"])


@transaction.atomic
def resolve_case(*, case: DifferenceCase, note: str, actor: User) -> DifferenceCase:
    """Staff say what they did about somebody who paid before being recognised. Raises Refused."""
    lock_residents([case.contribution.resident_id])
    money.lock_accounts(campaign=case.campaign, villages=[case.village_id])
    if case.campaign.closed_meanwhile():
        raise Refused(f"{case.campaign}已办结，不能再登记处理情况。")
    case = DifferenceCase.objects.select_for_update().get(pk=case.pk)
    if case.state == Case.REFUNDING:
        raise Refused("这一笔已转退费，请在退费里办理。")
    if case.state != Case.OPEN:
        raise Refused("这一笔已经处理过了。")
    if not (note := clean_text(note, "处理说明", 200)):
        raise Refused("请写明处理情况。")
    case.state, case.handled_by, case.handled_at, case.note = Case.HANDLED, actor, clock.now(), note
    case.save(update_fields=["state", "handled_by", "handled_at", "note"])
    audit.record("difference.handle", actor=actor, obj=case, summary=f"先缴后认定已处理：{case.note}")
    return case


@transaction.atomic
def decide_difference(
    *, case: DifferenceCase, grants: bool, document: str, note: str = "", actor: User
) -> DifferenceCase:
    """Grant or refuse the difference where the notice is silent, by a document that is named. Raises Refused.

    Granted, it is a refund case like any other: its payee and two reviews; as it is paid the fund of the category that
    was recognised owes it (`book_difference`). Who owes nothing and has paid gets all of it, and stays insured.
    """
    document, note = required_text(document, "决定依据的文件", 120), clean_text(note, "处理说明", 200)
    moment = next_timestamp(campaign_id=case.campaign_id)
    lock_residents([case.contribution.resident_id])
    money.lock_accounts(campaign=case.campaign, villages=[case.village_id])
    if case.campaign.closed_meanwhile():
        raise Refused(f"{case.campaign}已办结，不能再登记处理情况。")
    if actor.role != Role.COUNTY:
        raise Refused(f"差额退不退由{actor.county_word}医保局决定。")
    rows = DifferenceCase.objects.select_for_update(of=("self",)).select_related("contribution", "campaign")
    case = rows.get(pk=case.pk)
    if case.state != Case.OPEN:
        raise Refused("这一笔已经处理过了。")
    if grants:
        if case.contribution.ended_at:
            raise Refused(f"这笔缴费{case.contribution.get_state_display()}，没有差额可退。")
        case.refund = Refund.objects.create(
            campaign=case.campaign,
            contribution=case.contribution,
            resident_id=case.contribution.resident_id,
            village_id=case.village_id,
            reason=REASON,
            reason_name="身份变更差额",
            amount=case.difference,
            ends_enrolment=False,
            note=f"依据{document}：认定为{case.category}，应缴 {yuan(case.due)}"[:200],
            requested_by=actor,
            requested_at=moment,
        )
    case.state = Case.REFUNDING if grants else Case.HANDLED
    case.handled_by, case.handled_at, case.document, case.note = actor, clock.now(), document, note
    case.save(update_fields=["refund", "state", "handled_by", "handled_at", "document", "note"])
    says = f"退差额 {yuan(case.difference)}" if grants else "不退差额"
    audit.record("difference.decide", actor=actor, obj=case, summary=f"先缴后认定：依据{document}决定{says}")
    return case


def _request_refunds(
    campaign: Campaign,
    owed_less: list[tuple[Contribution, Quote]],
    reason: RefundReason,
    moment: datetime,
    actor: User | None,
) -> list[Refund]:
    """A refund of the difference for each of these, in their order."""
    return Refund.objects.bulk_create(
        [
            Refund(
                campaign=campaign,
                contribution=c,
                resident_id=c.resident_id,
                village_id=c.village_id,
                reason=reason.code,
                reason_name=reason.name,
                amount=c.amount - quote.due,
                ends_enrolment=False,
                note=f"缴费后认定为{quote.category}，应缴 {yuan(quote.due)}",
                requested_by=actor,
                requested_at=moment,
            )
            for c, quote in owed_less
        ]
    )


def _granted(campaign: Campaign) -> RefundReason | None:
    """The refund reason under which the county gives the difference back today, if it does."""
    if campaign.policy.late_recognition.after_payment != "refund":
        return None
    reason = campaign.policy.refund_rules.reason(REASON)
    expired = reason and reason.deadline and clock.today() > reason.deadline
    return None if expired else reason


def _why(campaign: Campaign, reason: RefundReason | None) -> str:
    late = campaign.policy.late_recognition
    if reason:
        return f"差额退还本人（{reason.source}）"[:300]
    if late.after_payment == "refund":
        return f"差额退费的期限已过，请经办人员处理（{late.source}）"[:300]
    return f"通知没有写差额退不退，请经办人员处理（{late.source}）"[:300]
