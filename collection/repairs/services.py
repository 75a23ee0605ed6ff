"""断保修复: years without cover paid back, booked and counted in the waiting months.

国办发〔2024〕38号: whoever comes back after a gap may pay years of it back at the present year's individual fee; each
takes a month off the waiting, and none makes anybody insured in that year. The tax bureau takes the money and gives
its ticket, so it stands in the treasury at once.
"""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from collection.money import services as money
from collection.money.models import Movement
from collection.repairs.models import RepairPayment
from config import clock
from core.access import masks
from core.access.roles import Role
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.text import required_text
from residents.people.facts import FactChange, FactKind, record_facts
from residents.people.models import RepaidYear, Resident
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.quotes.benefits import gap_years
from subsidies.quotes.selectors import insured_years, repaid_years

#: Who registers what the tax bureau has taken.
REGISTERS = (Role.COUNTY, Role.TAX)


def years_to_repair(campaign: Campaign, resident: Resident) -> list[int]:
    """The years of the present gap that are not paid back yet; none where no year of cover is known."""
    gap = gap_years(campaign.year, insured_years([resident.pk])[resident.pk])
    repaid = set(repaid_years([resident.pk])[resident.pk])
    return [year for year in range(campaign.year - gap, campaign.year) if year not in repaid]


@transaction.atomic
def record_repair(
    *, campaign: Campaign, resident: Resident, years: Collection[int], ticket_no: str, paid_on: date, actor: User
) -> RepairPayment:
    """Book what somebody paid back; the same ticket for the same years again is the one there is. Raise Refused."""
    if actor.role not in REGISTERS:
        raise Refused(f"断保修复由{actor.county_word}税务局、{actor.county_word}医保局登记。")
    ticket_no, chosen = required_text(ticket_no, "税票号", 40), sorted(set(years))
    lock_residents([resident.pk])
    resident = Resident.objects.select_related("village").get(pk=resident.pk)
    live = RepairPayment.objects.filter(campaign=campaign, ticket_no=ticket_no, withdrawn_at__isnull=True)
    same: RepairPayment | None = live.first()
    if same and (same.resident_id, same.years) == (resident.pk, chosen):
        return same
    if same:
        raise Refused(f"税票 {ticket_no} 已经登记过，请核对。", "ticket_no")
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结，不能再登记。")
    if not chosen:
        raise Refused("请勾选补缴的年度。", "years")
    if wrong := [year for year in chosen if year not in years_to_repair(campaign, resident)]:
        raise Refused(f"{'、'.join(map(str, wrong))}年不是断保的年度，或者已经补缴过。", "years")
    if not campaign.policy.period.start <= paid_on <= clock.today():
        raise Refused("缴费日期应在征缴期首日到今天之间。", "paid_on")
    payment = RepairPayment.objects.create(
        campaign=campaign,
        resident=resident,
        village=resident.village,
        years=chosen,
        amount=campaign.policy.standard * len(chosen),
        ticket_no=ticket_no,
        paid_on=paid_on,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    source = f"断保修复（税票 {ticket_no}）"[:60]
    RepaidYear.objects.bulk_create(RepaidYear(resident=resident, year=year, source=source) for year in chosen)
    fact = money.Fact(
        key=f"repair:{payment.pk}",
        kind=Movement.Kind.SELF_PAY,
        village=resident.village_id,
        amount=payment.amount,
        on=paid_on,
    )
    money.record_movements(campaign=campaign, facts=[fact], actor=actor, reason="断保修复")
    _tell(payment, "repair.record", "登记断保修复", actor)
    return payment


@transaction.atomic
def withdraw_repair(*, payment: RepairPayment, reason: str, actor: User) -> None:
    """Take a mistaken entry back with its money and its years. Safe to repeat. Raise Refused."""
    if actor.role not in REGISTERS:
        raise Refused(f"断保修复由{actor.county_word}税务局、{actor.county_word}医保局登记。")
    lock_residents([payment.resident_id])
    rows = RepairPayment.objects.select_for_update(of=("self",)).select_related("campaign", "resident")
    payment = rows.get(pk=payment.pk)
    if payment.withdrawn_at:
        return
    reason = required_text(reason, "撤回的原因", 200)
    movements = Movement.objects.filter(key=f"repair:{payment.pk}")
    money.reverse_movements(campaign=payment.campaign, movements=movements, reason=reason, actor=actor)
    RepaidYear.objects.filter(resident=payment.resident_id, year__in=payment.years).delete()
    payment.withdrawn_by, payment.withdrawn_at, payment.withdrawn_reason = actor, clock.now(), reason
    payment.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    _tell(payment, "repair.withdraw", f"撤回断保修复（{reason}）", actor)


def _tell(payment: RepairPayment, action: str, says: str, actor: User) -> None:
    """The audit log, and whoever quotes again because the facts changed."""
    who, years = masks.mask_name(payment.resident.name), "、".join(map(str, payment.years))
    audit.record(
        action,
        actor=actor,
        obj=payment,
        region=payment.village_id,
        summary=f"{says}：{who} {years} 年 {payment.amount:,.2f} 元",
        after={"years": payment.years, "amount": str(payment.amount), "ticket_no": payment.ticket_no},
    )
    record_facts([FactChange(payment.resident_id, FactKind.INSURED_YEARS, (), ())], actor=actor)
