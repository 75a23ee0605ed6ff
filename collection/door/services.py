"""入户收款: one household's receipt, booked as a row of a ledger is, or kept with its cash until somebody has decided.

The day's receipts of a helper are a ledger (LedgerBatch with a day instead of a file): seen, printed and taken back as
any other. What decides and books is collection/ledgers/booking.py. Whatever cannot be booked stays as a bad row; its
cash counts as in the village's hands from the day it was taken (a movement without a contribution) until the row is
booked, found to be the same payment as another, or the money given back (cases.py).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from collection.contributions.models import Contribution
from collection.door.models import DoorEntry, Phone
from collection.door.payload import Told, ToldMember
from collection.door.phones import may_take
from collection.door.rules import Arrival, day_in_hand, why_held
from collection.ledgers import booking
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.reading import LedgerLine, LedgerReading
from collection.ledgers.services import put_verdict
from collection.ledgers.verdicts import CheckedLedger
from collection.money import services as money
from collection.money.models import Movement
from collection.receipts import services as receipts
from collection.receipts.books import ReceiptRefused
from config import clock
from core.accounts.models import User
from core.audit import services as audit
from core.refusals import Refused
from core.regions.models import Region
from core.tables import reader
from core.tables.headings import Header
from residents.people.models import Resident
from residents.people.names import match_key
from subsidies.campaigns.models import Campaign

State, RowState = LedgerBatch.State, LedgerRow.State
#: What the rows of an entry stand for on the phone, the worst first.
CASE, WITHDRAWN, BOOKED = "case", "withdrawn", "booked"


@dataclass(frozen=True)
class Outcome:
    """What became of an entry, as the phone and the page say it."""

    id: str
    state: str
    says: tuple[str, ...]
    batch: int


def take_entry(*, campaign: Campaign, village: Region, told: Told, taker: User, phone: Phone | None) -> Outcome:
    """Book one household's receipt, or keep it as a case. The same id again changes nothing.

    `taker` is who took the money. Raise Refused where somebody else is booking the same people all the time.
    """
    for _ in range(booking.MOST_ATTEMPTS):
        try:
            with transaction.atomic():
                return _take(campaign, village, told, taker, phone)
        except (*booking.TRY_AGAIN, IntegrityError):
            continue
    raise Refused("有人正在同时登记同一批人员，这一笔还没有记上，过一会儿会自动再传。")


def _take(campaign: Campaign, village: Region, told: Told, taker: User, phone: Phone | None) -> Outcome:
    people = _people(village, told.members)
    unnumbered = _reading(told, people, start=1, held=None)
    locked = booking.lock_people(campaign=campaign, village=village.pk, reading=unnumbered)
    if known := DoorEntry.objects.filter(pk=told.id).first():
        return outcome_of(known)
    arrival = _arrival(campaign, village, told, taker, phone)
    taken_on = day_in_hand(arrival)
    batch = _batch_of(campaign, village, taker, taken_on)
    last = batch.rows.aggregate(last=Max("number"))["last"] or 0
    reading = _reading(told, people, start=last + 1, held=why_held(arrival))
    checked = booking.check_locked(batch=batch, reading=reading, locked=locked)
    entry = DoorEntry.objects.create(
        id=told.id,
        campaign=campaign,
        village=village,
        batch=batch,
        taken_by=taker,
        phone=phone,
        household=told.household,
        receipt_no=told.receipt_no,
        amount=told.amount,
        taken_on=taken_on,
        told=told.as_json(),
        received_at=clock.now(),
    )
    rows = _keep_rows(batch, entry, checked)
    if not arrival.is_closed:
        booking.write_rows(batch=batch, rows=rows, checked=checked, actor=taker)
        hold_cash(campaign=campaign, rows=rows, on=taken_on, actor=taker)
    _explain_spoilt(batch, told, taker, closed=arrival.is_closed)
    outcome = outcome_of(entry)
    audit.record(
        "door.take",
        actor=taker,
        obj=entry,
        summary=f"入户收款 收据 {told.receipt_no} {len(rows)} 人 {told.amount:,.2f} 元，{_said(rows)}",
        after={"rows": [row.number for row in rows], "phone": phone.pk if phone else None},
        batch=str(batch.pk),
    )
    return outcome


def _said(rows: Sequence[LedgerRow]) -> str:
    waiting = sum(row.state == RowState.BAD for row in rows)
    return f"{waiting} 人有问题待核实" if waiting else "已记账"


def outcome_of(entry: DoorEntry) -> Outcome:
    """How an entry stands now."""
    rows = list(entry.rows.order_by("number"))
    states = {row.state for row in rows}
    waiting = [row for row in rows if row.state in (RowState.BAD, RowState.GOOD)]
    says = [f"{row.name}：{problem['message']}" for row in waiting for problem in row.problems]
    state = CASE if waiting else WITHDRAWN if states == {RowState.WITHDRAWN} else BOOKED
    return Outcome(str(entry.pk), state, tuple(says), entry.batch_id)


def _arrival(campaign: Campaign, village: Region, told: Told, taker: User, phone: Phone | None) -> Arrival:
    return Arrival(
        paid_on=told.paid_on,
        listed_on=told.listed_on,
        today=clock.today(),
        campaign=str(campaign),
        is_closed=bool(campaign.closed_meanwhile()),
        is_cut_off=bool(phone and phone.cut_off_at),
        is_replaced=not may_take(taker, village),
    )


def _people(village: Region, members: Sequence[ToldMember]) -> dict[int, Resident]:
    """The residents of this village whom the phone means; who is not there any more is found out by a person.

    Somebody is only told of by the name and the end of the number that the list on the phone had.
    """
    rows = Resident.objects.filter(pk__in=[member.pk for member in members]).select_related("merged_into", "household")
    found = {}
    for member in members:
        resident = next((one for one in rows if one.pk == member.pk), None)
        if resident and resident.merged_into:
            resident = resident.merged_into
        if resident and resident.village_id == village.pk and match_key(resident.name) == match_key(member.name):
            found[member.pk] = resident
    return found


def _reading(
    told: Told, people: dict[int, Resident], *, start: int, held: tuple[str, str, str] | None
) -> LedgerReading:
    """The entry as rows of a ledger, numbered from `start`."""
    lines = []
    for number, member in enumerate(told.members, start):
        resident = people.get(member.pk)
        cells: dict[str, reader.Cell] = {"name": member.name, "amount": _plain(member), "receipt_no": told.receipt_no}
        cells["paid_on"] = told.paid_on
        if resident:
            cells |= {"name": resident.name, "id_number": resident.id_number}
        if told.household:
            cells["household"] = told.household
        else:
            cells["relation"] = "户主"
        kept: dict[str, reader.Cell] = {key: value for key, value in cells.items() if value not in (None, "")}
        moved = held or (None if resident else ("id_number", "person_moved", _MOVED.format(member.tail)))
        lines.append(LedgerLine(number, kept, household=told.household, held=moved))
    return LedgerReading("", "", Header(0, 0, {}, {}), lines=lines)


_MOVED = (
    "手机名单里的这个人（号码尾号 {}）现在不在本村名册里，可能已迁走或改名。"
    "请照身份证查清，填上号码，或者把钱退还本人。"
)


def _plain(member: ToldMember) -> int | str:
    return int(member.amount) if member.amount == int(member.amount) else str(member.amount)


def _batch_of(campaign: Campaign, village: Region, taker: User, day: date) -> LedgerBatch:
    """The helper's ledger of the day, begun with its first receipt."""
    batches = LedgerBatch.objects.select_related("campaign__policy_version", "village__parent")
    same = {"campaign": campaign, "village": village, "uploaded_by": taker, "taken_on": day}
    batch: LedgerBatch | None = batches.filter(**same).exclude(state=State.WITHDRAWN).first()
    if batch:
        return batch
    moment = clock.now()
    made = LedgerBatch.objects.create(
        **same, state=State.CONFIRMED, uploaded_at=moment, confirmed_by=taker, confirmed_at=moment
    )
    audit.record("ledger.open_door", actor=taker, obj=made, summary=f"{made.title}台账 {made.pk}", batch=str(made.pk))
    begun: LedgerBatch = batches.get(pk=made.pk)
    return begun


def _keep_rows(batch: LedgerBatch, entry: DoorEntry, checked: CheckedLedger) -> list[LedgerRow]:
    rows = []
    for verdict in checked.rows:
        held = verdict.line.held
        row = LedgerRow(
            batch=batch,
            entry=entry,
            number=verdict.number,
            raw={key: reader.to_json(cell) for key, cell in verdict.line.cells.items()},
            held=dict(zip(("column", "code", "message"), held, strict=True)) if held else None,
        )
        put_verdict(row, verdict)
        row.save()
        rows.append(row)
    return rows


def _explain_spoilt(batch: LedgerBatch, told: Told, taker: User, *, closed: bool) -> None:
    """Numbers that were spoilt on paper; one that cannot be explained so is written at the ledger for a person."""
    for number in told.spoilt:
        try:
            if closed:
                raise ReceiptRefused(f"{batch.campaign}已办结，收据 {number} 的作废没有登记。")
            receipts.explain_number(
                campaign=batch.campaign,
                village=batch.village_id,
                number=number,
                state=receipts.State.VOIDED,
                reason="入户收款时写坏",
                actor=taker,
            )
        except ReceiptRefused as refusal:
            note: dict[str, Any] = {"code": "spoilt_not_taken", "message": f"收据 {number} 没有登记作废：{refusal}"}
            batch.warnings = [*batch.warnings, note]
            batch.save(update_fields=["warnings"])


# --- cash that is in hand although nothing is booked for it -----------------------------------------------------------


#: Why cash that was held is released where the payment is in the books already.
SAME_PAYMENT = "与已记账的是同一笔"


def cash_key(row: LedgerRow) -> str:
    """The key of the movement by which a case's cash counts."""
    return f"door:{row.pk}"


def hold_cash(*, campaign: Campaign, rows: Sequence[LedgerRow], on: date, actor: User) -> None:
    """Count the cash of rows that cannot be booked as in the village's hands, from the day it was taken."""
    facts = [
        money.Fact(cash_key(row), Movement.Kind.COLLECT, row.batch.village_id, row.amount, on)
        for row in rows
        if row.state == RowState.BAD and row.amount
    ]
    money.record_movements(campaign=campaign, facts=facts, actor=actor, reason="入户收款，待核实")


def release_cash(*, campaign: Campaign, rows: Sequence[LedgerRow], reason: str, actor: User | None) -> None:
    """Take back what `hold_cash` counted: it is booked, or counted elsewhere, or given back."""
    movements = Movement.objects.filter(key__in=[cash_key(row) for row in rows])
    money.reverse_movements(campaign=campaign, movements=movements, reason=reason, actor=actor)


def follow_bookings(campaign: Campaign, made: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """A case that is booked is no case any more: its cash counts with the payment."""
    ids = [contribution.ledger_row_id for contribution in made if contribution.ledger_row_id]
    booked = list(LedgerRow.objects.filter(pk__in=ids, entry__isnull=False))
    if booked:
        release_cash(campaign=campaign, rows=booked, reason="已记账", actor=actor)


def follow_recorded(campaign: Campaign, rows: Sequence[LedgerRow], actor: User | None) -> None:
    """A case that turns out to be booked already is no case any more: its cash counts with that payment."""
    if told := [row for row in rows if row.entry_id]:
        release_cash(campaign=campaign, rows=told, reason=SAME_PAYMENT, actor=actor)


def booked_from_doors(campaign: Campaign, residents: Collection[int]) -> "QuerySet[LedgerRow, Any]":
    """Those of these residents whose payment was taken at a door."""
    live = {"contributions__resident__in": residents, "contributions__ended_at__isnull": True}
    return LedgerRow.objects.filter(entry__isnull=False, **live).values_list("contributions__resident")
