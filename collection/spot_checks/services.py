"""Drawing people, writing down what they say, and closing what differs from the books."""

import secrets
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from collection.contributions.models import Contribution
from collection.spot_checks import comparing, sampling
from collection.spot_checks.models import SpotCheck, SpotCheckCase, SpotCheckPerson
from collection.spot_checks.selectors import populations
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.regions.services import lock_region
from core.text import clean_text, required_text
from subsidies.campaigns.models import Campaign

Side, Reached, State = SpotCheckPerson.Booked, SpotCheckPerson.Reached, SpotCheckCase.State


@transaction.atomic
def draw_people(
    *, campaign: Campaign, village: Region, confidence: int, share: int, key: UUID, actor: User
) -> SpotCheck:
    """Draw paid and unpaid people of a village to be called. One `key` is one draw, however often it is sent. Raise
    Refused."""
    _refuse_closed(campaign)
    if confidence not in sampling.CONFIDENCES or share not in sampling.SHARES:
        raise Refused("请选择把握程度和可发现的不符比例。")
    lock_region(village)
    known: SpotCheck | None = SpotCheck.objects.filter(key=key).first()
    if known:
        return known
    paid, unpaid = populations(campaign=campaign, village=village.pk)
    if not paid and not unpaid:
        raise Refused(f"{village.name}没有在册居民，无从抽取。")
    check: SpotCheck = SpotCheck.objects.create(
        campaign=campaign,
        village=village,
        key=key,
        seed=secrets.token_hex(8),
        confidence=confidence,
        share=share,
        paid_from=sorted(paid),
        unpaid_from=sorted(unpaid),
        drawn_by=actor,
        drawn_at=clock.now(),
    )
    chosen_paid, chosen_unpaid = drawn(check)
    books = Contribution.objects.in_bulk([paid[one] for one in chosen_paid])
    people = [_paid_person(check, one, books[paid[one]]) for one in chosen_paid]
    people += [SpotCheckPerson(check_of=check, resident_id=one, side=Side.UNPAID) for one in chosen_unpaid]
    SpotCheckPerson.objects.bulk_create(people)
    audit.record(
        "spot_check.draw",
        actor=actor,
        obj=check,
        summary=f"{village.name}回访抽查：已缴 {len(chosen_paid)} 人、未缴 {len(chosen_unpaid)} 人",
        after={"seed": check.seed, "confidence": confidence, "share": share},
    )
    return check


def drawn(check: SpotCheck) -> tuple[list[int], list[int]]:
    """(paid, unpaid): whom this seed draws from these people, worked out anew."""
    chosen = []
    for people in (check.paid_from, check.unpaid_from):
        size = sampling.sample_size(len(people), confidence=check.confidence, share=check.share)
        chosen.append(sampling.draw(people, size=size, seed=check.seed))
    return chosen[0], chosen[1]


@transaction.atomic
def record_call(
    *,
    person: SpotCheckPerson,
    reached: bool,
    paid: bool | None,
    amount: Decimal | None,
    paid_on: date | None,
    receipt: bool | None,
    note: str,
    actor: User,
) -> SpotCheckPerson:
    """Write down what was said, or that nobody was reached; what differs from the books becomes a case. Raise Refused.

    Written again it corrects the call, until the difference is being looked into.
    """
    note = clean_text(note, "说明", 200)
    person = _locked(person)
    _refuse_closed(person.check_of.campaign)
    if reached and paid is None:
        raise Refused("请选本人说交了还是没交。", "paid")
    if paid_on and paid_on > clock.today():
        raise Refused(f"日期 {paid_on} 在今天以后，请核对。", "paid_on")
    case = person.cases.exclude(state=State.WITHDRAWN).first()
    if case and case.state != State.OPEN:
        raise Refused("这个人的差异已经核查过，回访内容不能再改。")
    person.reached = Reached.REACHED if reached else Reached.NOBODY
    person.said_paid = paid if reached else None
    told = reached and paid
    person.said_amount, person.said_on = (amount, paid_on) if told else (None, None)
    person.said_receipt, person.note = (receipt if told else None), note
    person.called_by, person.called_at = actor, clock.now()
    person.save()
    found = _compare(person)
    _keep_case(person, case, found)
    audit.record(
        "spot_check.call",
        actor=actor,
        obj=person,
        region=person.check_of.village_id,
        summary=f"回访 {person.resident.name}：{person.get_reached_display()}"
        + (f"，{'、'.join(comparing.LABELS[one] for one in found)}" if found else ""),
    )
    return person


@transaction.atomic
def explain_case(*, case: SpotCheckCase, finding: str, actor: User) -> SpotCheckCase:
    """Say what was found out about a difference; another person closes it. Raise Refused."""
    finding = required_text(finding, "核查情况", 300)
    case = _locked_case(case)
    if case.state == State.EXPLAINED and case.finding == finding:
        return case
    if case.state != State.OPEN:
        raise Refused(f"这条差异{case.get_state_display()}，不能再写核查情况。")
    case.state, case.finding = State.EXPLAINED, finding
    case.explained_by, case.explained_at = actor, clock.now()
    case.save(update_fields=["state", "finding", "explained_by", "explained_at"])
    audit.record("spot_check.explain", actor=actor, obj=case, summary=f"核查回访差异 {case.person}：{finding}")
    return case


@transaction.atomic
def close_case(*, case: SpotCheckCase, accept: bool, note: str, actor: User) -> SpotCheckCase:
    """Close a difference that somebody else has looked into, or send it back with a reason. Raise Refused."""
    note = clean_text(note, "复核意见", 200) if accept else required_text(note, "退回的原因")
    case = _locked_case(case)
    if case.state == (State.CLOSED if accept else State.OPEN):
        return case
    if case.state != State.EXPLAINED:
        raise Refused(f"这条差异{case.get_state_display()}，还不能复核。")
    if case.explained_by_id == actor.pk:
        raise Refused("办结要由另一人复核，不能复核自己核查的。")
    case.note = note
    if accept:
        case.state, case.closed_by, case.closed_at = State.CLOSED, actor, clock.now()
    else:
        case.state = State.OPEN
    case.save(update_fields=["state", "note", "closed_by", "closed_at"])
    audit.record(
        "spot_check.close" if accept else "spot_check.send_back",
        actor=actor,
        obj=case,
        summary=f"{'办结' if accept else '退回'}回访差异 {case.person}" + (f"：{note}" if note else ""),
    )
    return case


def _refuse_closed(campaign: Campaign) -> None:
    if campaign.closed_meanwhile():
        raise Refused(f"{campaign}已办结，不能再回访抽查。")


def _paid_person(check: SpotCheck, resident: int, booked: Contribution) -> SpotCheckPerson:
    return SpotCheckPerson(
        check_of=check,
        resident_id=resident,
        side=Side.PAID,
        booked_amount=booked.amount,
        booked_on=booked.paid_on,
        booked_channel=booked.channel,
    )


def _locked(person: SpotCheckPerson) -> SpotCheckPerson:
    rows = SpotCheckPerson.objects.select_for_update(of=("self",))
    locked: SpotCheckPerson = rows.select_related("check_of__campaign__county", "resident").get(pk=person.pk)
    return locked


def _locked_case(case: SpotCheckCase) -> SpotCheckCase:
    rows = SpotCheckCase.objects.select_for_update(of=("self",))
    case = rows.select_related("person__check_of__campaign__county", "person__resident").get(pk=case.pk)
    _refuse_closed(case.person.check_of.campaign)
    return case


def _compare(person: SpotCheckPerson) -> list[comparing.Deviation]:
    if person.said_paid is None:
        return []
    booked = None
    if person.side == Side.PAID and person.booked_amount is not None and person.booked_on is not None:
        in_cash = person.booked_channel == Contribution.Channel.CASH
        booked = comparing.BookedAtDraw(person.booked_amount, person.booked_on, in_cash)
    said = comparing.Said(person.said_paid, person.said_amount, person.said_on, person.said_receipt)
    return comparing.differences(booked, said)


def _keep_case(person: SpotCheckPerson, case: SpotCheckCase | None, found: list[comparing.Deviation]) -> None:
    if case and not found:
        case.state = State.WITHDRAWN
        case.save(update_fields=["state"])
    elif case:
        case.differences = found
        case.save(update_fields=["differences"])
    elif found:
        SpotCheckCase.objects.create(
            person=person, village_id=person.check_of.village_id, differences=found, opened_at=clock.now()
        )
