"""Keep that somebody was told of cover and waiting, by whom, and who signed."""

from django.db import transaction

from collection.advice.models import CoverAdvice
from collection.advice.selectors import AdviceSheet, cover_sheet
from collection.money.steps import refuse_closed
from config import clock
from core.accounts.models import User
from core.amounts import yuan
from core.audit import services as audit
from core.files.photos import Photo, store_photo
from core.refusals import Refused
from core.text import required_text
from residents.people import names
from residents.people.models import Resident
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import QuoteError

Signer = CoverAdvice.Signer


@transaction.atomic
def record_advice(
    *, campaign: Campaign, resident: Resident, signer: str, signed_by: str, paper: Photo | None, actor: User
) -> CoverAdvice:
    """Write down what is told now; the same told again on one day is written once. Raise Refused."""
    lock_residents([resident.pk])
    refuse_closed(campaign)
    resident = Resident.objects.select_related("village").get(pk=resident.pk)
    if resident.status != Resident.Status.ACTIVE:
        raise Refused(f"{resident.name}登记的状态是“{resident.get_status_display()}”，不能办理参保。")
    signed_by = resident.name if signer == Signer.SELF else names.normalise(required_text(signed_by, "签字人", 60))
    sheet = cover_sheet(campaign, resident)
    if isinstance(sheet, QuoteError):
        raise Refused(f"现在不能核算：{sheet.message}")
    earlier: CoverAdvice | None = CoverAdvice.objects.filter(campaign=campaign, resident=resident).first()
    if earlier and _is_same(earlier, sheet, signed_by) and paper is None:
        return earlier
    advice = CoverAdvice.objects.create(
        campaign=campaign,
        resident=resident,
        village=resident.village,
        paid_on=sheet.paid_on,
        category=sheet.category,
        due=sheet.due,
        benefit_from=sheet.benefit_from,
        benefit_to=sheet.benefit_to,
        waiting_months=sheet.waiting_months,
        signer=signer,
        signed_by=signed_by,
        paper=store_photo(photo=paper, name="待遇告知书", region=resident.village_id, actor=actor, kind="paper")
        if paper
        else None,
        told_by=actor,
        told_at=clock.now(),
    )
    waits = f"等待期 {sheet.waiting_months} 个月" if sheet.waiting_months else "没有等待期"
    audit.record(
        "advice.tell",
        actor=actor,
        obj=advice,
        summary=f"告知 {resident.name} 应缴 {yuan(sheet.due)}、{waits}，{signed_by}签字",
    )
    return advice


def _is_same(earlier: CoverAdvice, sheet: AdviceSheet, signed_by: str) -> bool:
    before = earlier.paid_on, earlier.due, earlier.benefit_from, earlier.waiting_months, earlier.signed_by
    return before == (sheet.paid_on, sheet.due, sheet.benefit_from, sheet.waiting_months, signed_by)
