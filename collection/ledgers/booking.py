"""What books a row, whichever way it came: from a village's file (confirm.py) or from a door (collection/door).

Everybody is checked by the facts of the moment, under the residents' locks without which none of them can change. The
caller holds the transaction, and tries again where somebody else was quicker (TRY_AGAIN).
"""

from collections.abc import Callable, Sequence

from collection.contributions import services as contributions
from collection.contributions.models import Contribution
from collection.contributions.services import Payment
from collection.ledgers.check import check_ledger, claims_of
from collection.ledgers.facts import gather
from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.reading import LedgerReading
from collection.ledgers.services import VERDICT_FIELDS, RowState, put_verdict
from collection.ledgers.verdicts import CheckedLedger, Row
from collection.money import services as money
from collection.receipts import services as receipts
from collection.receipts.books import ReceiptRefused
from collection.receipts.numbers import normalize_number
from config import clock
from core.accounts.models import User
from core.database.bulk import update_objects
from residents.people.selectors import resident_ids
from residents.people.services import Newcomer, lock_residents, register_newcomers
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import next_timestamp

MOST_ATTEMPTS = 5


class FactsChanged(Exception):
    """Somebody has just been registered, merged or renumbered, or a receipt been used elsewhere: look again."""


TRY_AGAIN = (FactsChanged, ReceiptRefused)

#: Who wants to know of rows that turned out to be payments which were booked before: topics above register here in
#: `AppConfig.ready()`. Called inside the transaction that writes the verdict; must be safe to repeat.
Recorded = Callable[[Campaign, Sequence[LedgerRow], User | None], None]
_on_recorded: list[Recorded] = []


def on_recorded(callback: Recorded) -> None:
    """Call `callback` with rows found to be booked before. Registering twice is registering once."""
    if callback not in _on_recorded:
        _on_recorded.append(callback)


def report_recorded(campaign: Campaign, rows: Sequence[LedgerRow], actor: User | None) -> None:
    """Tell everybody who asked of those of the rows that are booked already."""
    if found := [row for row in rows if row.state == RowState.RECORDED]:
        for callback in _on_recorded:
            callback(campaign, found, actor)


def lock_people(*, campaign: Campaign, village: str, reading: LedgerReading) -> dict[int, str]:
    """Lock whom the rows mean, then the village's account; return the residents' statuses by id."""
    next_timestamp(campaign_id=campaign.pk)
    ids = resident_ids(claim.id_number for claim in claims_of(reading))
    locked = lock_residents(ids.values())
    money.lock_accounts(campaign=campaign, villages=[village])
    return locked


def check_locked(*, batch: LedgerBatch, reading: LedgerReading, locked: dict[int, str]) -> CheckedLedger:
    """Judge the rows by the facts of this moment. Raise FactsChanged where they mean somebody who is not locked."""
    facts = gather(campaign=batch.campaign, village=batch.village, reading=reading, as_of=clock.today())
    if any(person.resident_id not in locked for person in facts.people.values()):
        raise FactsChanged
    return check_ledger(reading, facts)


def write_rows(*, batch: LedgerBatch, rows: list[LedgerRow], checked: CheckedLedger, actor: User | None) -> None:
    """Write everything of these rows: people, receipts, contributions, money, and the rows' own state."""
    good = checked.accepted
    newcomers = register_newcomers(
        village=batch.village,
        people=[_newcomer(row) for row in good if row.resident_id is None],
        on=clock.today(),
        actor=actor,
        batch=str(batch.pk),
    )
    if any(resident.village_id != batch.village_id for resident in newcomers.values()):
        raise FactsChanged
    used = receipts.use_receipts(
        campaign=batch.campaign,
        village=batch.village_id,
        uses=[_use_of(row) for row in good],
        actor=actor,
    )
    kept = {row.number: row for row in rows}
    made = contributions.record_contributions(
        campaign=batch.campaign,
        payments=[
            _payment_of(
                row,
                village=batch.village_id,
                resident_id=row.resident_id or newcomers[row.id_number].pk,
                receipt_id=used[normalize_number(row.receipt_no)].pk,
                ledger_row_id=kept[row.number].pk,
            )
            for row in good
        ],
        actor=actor,
        batch=str(batch.pk),
    )
    if len(made) != len(good):
        raise FactsChanged
    for row in checked.rows:
        put_verdict(kept[row.number], row)
        if row.is_good:
            kept[row.number].state = RowState.CONFIRMED
    _settle_earlier_rows(batch, good)
    unchanged = [row.pk for row in rows if row.state == RowState.CONFIRMED]
    LedgerRow.objects.filter(pk__in=unchanged).update(state=RowState.CONFIRMED)
    changed = [row for row in rows if row.state != RowState.CONFIRMED]
    update_objects(changed, [*VERDICT_FIELDS])
    report_recorded(batch.campaign, changed, actor)


def _use_of(row: Row) -> receipts.ReceiptUse:
    assert row.amount is not None and row.paid_on is not None  # noqa: S101 - no row is accepted without
    return receipts.ReceiptUse(row.receipt_no, row.household, row.amount, row.paid_on)


def _payment_of(row: Row, *, village: str, resident_id: int, receipt_id: int, ledger_row_id: int) -> Payment:
    assert row.quote is not None and row.paid_on is not None  # noqa: S101 - no row is accepted without
    return Payment(
        resident_id=resident_id,
        village=village,
        channel=Contribution.Channel.CASH,
        paid_on=row.paid_on,
        quote=row.quote,
        receipt_id=receipt_id,
        ledger_row_id=ledger_row_id,
        from_gift=row.from_gift,
    )


def _settle_earlier_rows(batch: LedgerBatch, good: list[Row]) -> None:
    """Bad rows of the village's earlier ledgers whose people are booked now: those ledgers have no problem any more.

    The same number, or, where the number was what was wrong, the same name on the same receipt.
    """
    numbers, written = {row.id_number for row in good}, {(row.name, row.receipt_no) for row in good}
    earlier = LedgerRow.objects.filter(
        entry__isnull=True,  # cash taken at a door is not settled by a name
        batch__campaign=batch.campaign_id,
        batch__village=batch.village_id,
        state=RowState.BAD,
        batch__lt=batch.pk,
    )
    settled = [
        pk
        for pk, id_number, name, receipt_no in earlier.values_list("pk", "id_number", "name", "receipt_no")
        if id_number in numbers or (name, receipt_no) in written
    ]
    LedgerRow.objects.filter(pk__in=settled).update(state=RowState.MENDED)


def _newcomer(row: Row) -> Newcomer:
    return Newcomer(
        name=row.name,
        id_number=row.id_number,
        household=row.household if row.line.text("household") else "",
        phone=row.phone,
        is_head=row.line.is_head,
    )
