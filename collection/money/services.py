"""The one way money moves: append-only movements, and each village's account kept in the same transaction.

Money stands in one of four places (village's hands → township account → clearing account → treasury). What comes in
or goes back crosses OUTSIDE. Every movement is one `Fact` with a key that names what happened ("collect:4711"), so
that a repeated call books nothing twice. A mistake is reversed with a reason.

Locks: `lock_accounts` takes the accounts of all villages concerned in the order of their codes, before anything else
is read. Whoever moves money for several villages in one transaction does so in one call, or locks them all first;
then no two transactions can wait for each other in a circle.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from django.db import transaction
from django.db.models import Model

from collection.duties import services as duties
from collection.money.models import Movement, Place, VillageAccount
from collection.money.rules import _ELSEWHERE, BALANCES, FIELDS, NEVER_BELOW_ZERO, ROUTES, Kind
from config import clock
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.database.bulk import CHUNK, insert_values, insert_with_ids
from core.database.money import YuanSum
from core.database.objects import new_object
from core.database.once import atomic_step, once, remembered
from core.refusals import Refused
from core.regions.models import Region
from subsidies.campaigns.models import Campaign

_Key = TypeVar("_Key")
#: Every way that money of a kind may go.
_WAYS = {kind: {usual, *_ELSEWHERE.get(kind, ())} for kind, usual in ROUTES.items()}


@dataclass(frozen=True, slots=True)
class Fact:
    """One movement to be booked. Amount in yuan, more than zero; `on` is the business day (receipt, slip, posting).

    `village` is the 12-digit code. `from_place` and `to_place` only where the kind's usual route does not hold.
    """

    key: str
    kind: str
    village: str
    amount: Decimal
    on: date
    contribution_id: int | None = None
    deposit_id: int | None = None
    declaration_id: int | None = None
    refund_id: int | None = None
    from_place: str | None = None
    to_place: str | None = None

    @property
    def route(self) -> tuple[str, str]:
        usual = ROUTES[self.kind]
        return (self.from_place or usual[0], self.to_place or usual[1])


class _Line(NamedTuple):
    """A movement that nobody needs as an object: its columns. (A model's object costs ten times as much.)"""

    campaign_id: int
    village_id: str
    kind: str
    from_place: str
    to_place: str
    amount: Decimal
    on: date
    at: datetime
    contribution_id: int | None
    deposit_id: int | None
    declaration_id: int | None
    refund_id: int | None
    actor_id: int | None
    key: str


#: Either whole objects, which somebody may have to reverse, or columns.
_Movements = list[Movement] | list[_Line]
_COLUMNS = [name.removesuffix("_id") for name in _Line._fields]


def lock_accounts(*, campaign: Campaign, villages: Iterable[str]) -> dict[str, VillageAccount]:
    """The accounts of these villages, locked until the transaction ends, by village code; made where missing."""
    codes = sorted(set(villages))
    held: dict[str, VillageAccount] | None = remembered(("accounts", campaign.pk))
    if held is None:
        return _lock_accounts(campaign, codes)
    if missing := [code for code in codes if code not in held]:
        held |= _lock_accounts(campaign, missing)
    return {code: held[code] for code in codes}


def _lock_accounts(campaign: Campaign, codes: list[str]) -> dict[str, VillageAccount]:
    found = _select_locked(campaign, codes)
    if missing := [code for code in codes if code not in found]:
        VillageAccount.objects.bulk_create(
            [VillageAccount(campaign=campaign, village_id=code) for code in missing], ignore_conflicts=True
        )
        found = _select_locked(campaign, codes)
    return found


def _select_locked(campaign: Campaign, codes: list[str]) -> dict[str, VillageAccount]:
    rows = VillageAccount.objects.select_for_update().filter(campaign=campaign, village_id__in=codes)
    return {row.village_id: row for row in rows.order_by("village_id")}


@atomic_step
def record_movements(
    *, campaign: Campaign, facts: Iterable[Fact], actor: User | None, reason: str = ""
) -> list[Movement]:
    """Books the facts that are not booked yet and returns their movements; all or none.

    Raises Refused if a place would fall below zero now or on any day, if the campaign is closed, if a key is
    known with another content, or if a fact makes no sense.
    """
    facts = list(facts)
    if not facts:
        return []
    accounts = _locked_for(campaign, facts)
    facts = _not_yet_booked(facts)
    moment = clock.now()
    related: dict[str, Model] = {"campaign": campaign} | ({"actor": actor} if actor else {})
    movements = [
        new_object(
            Movement,
            related,
            village_id=fact.village,
            kind=fact.kind,
            from_place=fact.route[0],
            to_place=fact.route[1],
            amount=fact.amount,
            on=fact.on,
            at=moment,
            contribution_id=fact.contribution_id,
            deposit_id=fact.deposit_id,
            declaration_id=fact.declaration_id,
            refund_id=fact.refund_id,
            reason=reason[:200],
            key=fact.key,
        )
        for fact in facts
    ]
    _book(campaign, accounts, movements, actor, "money.record", reason)
    return movements


@atomic_step
def record_first_movements(*, campaign: Campaign, facts: Iterable[Fact], actor: User | None) -> None:
    """Books facts of rows that this transaction has made, so that no key of them can be known: the database refuses
    one that is all the same. Refuses otherwise what `record_movements` refuses."""
    facts = list(facts)
    if not facts:
        return
    accounts = _locked_for(campaign, facts)
    moment, actor_id = clock.now(), actor.pk if actor else None
    lines = [
        _Line(
            campaign.pk,
            fact.village,
            fact.kind,
            *fact.route,
            fact.amount,
            fact.on,
            moment,
            fact.contribution_id,
            fact.deposit_id,
            fact.declaration_id,
            fact.refund_id,
            actor_id,
            fact.key,
        )
        for fact in facts
    ]
    _book(campaign, accounts, lines, actor, "money.record", "")


def _locked_for(campaign: Campaign, facts: list[Fact]) -> dict[str, VillageAccount]:
    """The accounts that the facts concern, locked. Refuse facts that make no sense, and a closed campaign."""
    _check(campaign, facts)
    accounts = lock_accounts(campaign=campaign, villages={fact.village for fact in facts})
    _refuse_closed(campaign)
    return accounts


@transaction.atomic
def reverse_movements(
    *, campaign: Campaign, movements: Iterable[Movement], reason: str, actor: User | None, on: date | None = None
) -> list[Movement]:
    """Books the opposite of each movement, with the reason; those reversed before are left alone. All or none.

    `on` is the business day of the reversal, today if not given. Returns the new movements.
    """
    movements = list(movements)
    if not reason.strip():
        raise Refused("冲销必须写明原因。")
    if any(movement.kind == Kind.REVERSAL or movement.campaign_id != campaign.pk for movement in movements):
        raise Refused("冲销记录不能再冲销；请按实际情况重新登记。")
    accounts = lock_accounts(campaign=campaign, villages={movement.village_id for movement in movements})
    _refuse_closed(campaign)
    if not movements:
        return []
    done: set[int | None] = set()
    for chunk in _chunks([movement.pk for movement in movements]):
        done.update(Movement.objects.filter(reverses__in=chunk).values_list("reverses_id", flat=True))
    moment, day = clock.now(), on or clock.today()
    opposites = [
        Movement(
            campaign=campaign,
            village_id=movement.village_id,
            kind=Kind.REVERSAL,
            from_place=movement.to_place,
            to_place=movement.from_place,
            amount=movement.amount,
            on=max(day, movement.on),
            at=moment,
            contribution_id=movement.contribution_id,
            deposit_id=movement.deposit_id,
            declaration_id=movement.declaration_id,
            refund_id=movement.refund_id,
            reverses=movement,
            reason=reason[:200],
            actor=actor,
            key=f"reverse:{movement.pk}",
        )
        for movement in movements
        if movement.pk not in done
    ]
    _book(campaign, accounts, opposites, actor, "money.reverse", reason)
    return opposites


def closed_under_lock(campaign: Campaign) -> bool:
    """Whether the campaign is closed. Call it with accounts locked: nobody closes it while one of them is."""
    return once(("closed", campaign.pk), campaign.closed_meanwhile)


def _check(campaign: Campaign, facts: list[Fact]) -> None:
    if len({fact.key for fact in facts}) != len(facts):
        raise Refused("同一笔资金在一次登记中出现了两次。")
    for fact in facts:
        if fact.kind not in ROUTES or fact.route not in _WAYS[fact.kind]:
            raise Refused("资金不能这样流转，请按收款、缴存、汇缴、入库、退费的次序登记。")
        if fact.amount <= 0 or fact.amount != fact.amount.quantize(ZERO):
            raise Refused(f"金额必须大于 0，最多两位小数，收到 {fact.amount}。")
        if len(fact.village) != 12 or not fact.village.startswith(campaign.county_id):
            raise Refused(f"{fact.village} 不是本{campaign.county_word}的村，不能在这个征缴年度记账。")


def _refuse_closed(campaign: Campaign) -> None:
    if closed_under_lock(campaign):
        raise Refused(f"{campaign}已办结，资金不能再变动。")


def _not_yet_booked(facts: list[Fact]) -> list[Fact]:
    """The facts whose keys are new. Called under the accounts' locks: a key belongs to one village."""
    booked: dict[str, tuple[object, ...]] = {}
    for chunk in _chunks([fact.key for fact in facts]):
        rows = Movement.objects.filter(key__in=chunk).values_list("key", "kind", "village_id", "amount", "on")
        booked.update((row[0], row[1:]) for row in rows)
    for fact in facts:
        if fact.key in booked and booked[fact.key] != (fact.kind, fact.village, fact.amount, fact.on):
            raise Refused(f"这笔资金已按另外的金额或日期记过账（{fact.key}）。要更正，请先冲销原来的一笔。")
    return [fact for fact in facts if fact.key not in booked]


def _book(
    campaign: Campaign,
    accounts: dict[str, VillageAccount],
    movements: _Movements,
    actor: User | None,
    action: str,
    reason: str,
) -> None:
    if not movements:
        return
    changed = {movement.village_id for movement in movements}
    _apply(accounts, movements)
    _refuse_negative(accounts, changed)
    _insert(movements)
    _refuse_negative_past(campaign, movements)
    # An upsert of whole rows: Django's bulk_update builds a CASE a field and row, which costs ten times as much.
    VillageAccount.objects.bulk_create(
        [accounts[code] for code in sorted(changed)],
        update_conflicts=True,
        unique_fields=["campaign", "village"],
        update_fields=BALANCES,
        batch_size=500,
    )
    duties.refresh(
        campaign=campaign,
        villages={m.village_id for m in movements if Place.VILLAGE in (m.from_place, m.to_place)},
    )
    total = sum((movement.amount for movement in movements), ZERO)
    audit.record(
        action,
        actor=actor,
        obj=campaign,
        region=next(iter(changed)) if len(changed) == 1 else campaign.county_id,
        summary=f"{_named(movements)}，共 {len(movements)} 笔 {total:,.2f} 元" + (f"：{reason}" if reason else ""),
        after={"first": movements[0].key, "last": movements[-1].key, "count": len(movements), "amount": str(total)},
    )


def _insert(movements: _Movements) -> None:
    """Movements with their ids: whoever booked one may have to reverse it."""
    made = [movement for movement in movements if isinstance(movement, Movement)]
    insert_with_ids(made)
    insert_values(Movement, _COLUMNS, [line for line in movements if isinstance(line, _Line)])


def _named(movements: _Movements) -> str:
    return "、".join(sorted({str(Kind(movement.kind).label) for movement in movements}))


def _apply(accounts: dict[str, VillageAccount], movements: _Movements) -> None:
    """Adds the movements to the running sums, alike ones as one. A reversal takes back what its original added."""
    sums: dict[tuple[str, str, str, bool], Decimal] = defaultdict(lambda: ZERO)
    for movement in movements:
        undone = movement.reverses if isinstance(movement, Movement) and movement.reverses_id else None
        gone = movement.kind == Kind.REFUND or (undone is not None and undone.kind == Kind.REFUND)
        sums[movement.village_id, movement.from_place, movement.to_place, gone] += movement.amount
    for (village, from_place, to_place, gone), amount in sums.items():
        account = accounts[village]
        if from_place in FIELDS:
            name = FIELDS[from_place]
            setattr(account, name, getattr(account, name) - amount)
        if to_place in FIELDS:
            name = FIELDS[to_place]
            setattr(account, name, getattr(account, name) + amount)
        if from_place == Place.OUTSIDE:
            account.refunded -= amount if gone else ZERO
            account.collected += ZERO if gone else amount
        if to_place == Place.OUTSIDE:
            account.refunded += amount if gone else ZERO
            account.collected -= ZERO if gone else amount


def _refuse_negative(accounts: dict[str, VillageAccount], codes: set[str]) -> None:
    for code in sorted(codes):
        for place in NEVER_BELOW_ZERO:
            balance = getattr(accounts[code], FIELDS[place])
            if balance < 0:
                name = Region.objects.get(pk=code).name
                raise Refused(
                    f"{name}在“{place.label}”的钱不够，还差 {-balance:,.2f} 元，没有记账。请先核对前一环节是否已登记。"
                )


def _refuse_negative_past(campaign: Campaign, movements: _Movements) -> None:
    """No place below zero on any day: money cannot leave a place on a day before it came there."""
    leaving: dict[Place, date] = defaultdict(lambda: date.max)
    for movement in movements:
        if movement.from_place in NEVER_BELOW_ZERO:
            place = Place(movement.from_place)
            leaving[place] = min(leaving[place], movement.on)
    villages = {movement.village_id for movement in movements if movement.from_place in NEVER_BELOW_ZERO}
    for place, since in leaving.items():
        rows = Movement.objects.filter(campaign=campaign, village_id__in=villages)
        days: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        for sign, end in ((1, "to_place"), (-1, "from_place")):
            sums = rows.filter(**{end: place}).order_by().values_list("village_id", "on")
            for village, on, amount in sums.annotate(sum=YuanSum("amount")):
                days[village][on] += sign * amount
        for village, changes in days.items():
            balance = ZERO
            for on in sorted(changes):
                balance += changes[on]
                if balance < 0 and on >= since:
                    name = Region.objects.get(pk=village).name
                    raise Refused(
                        f"{name}到 {on} 为止“{place.label}”只有 {balance + -changes[on]:,.2f} 元，"
                        f"不能在这一天转出。请核对日期：钱到账之后才能转出。"
                    )


def _chunks(items: list[_Key]) -> Iterator[list[_Key]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
