"""Looks up what the ledger checker must know: a constant number of queries for every 2,000 people of a ledger."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone

from collection.contributions.models import Contribution
from collection.gifts.selectors import kept_for
from collection.ledgers.check import RowClaim, claims_of, receipts_of
from collection.ledgers.models import LedgerBatch
from collection.ledgers.reading import FileNote, LedgerReading
from collection.ledgers.stamp import Since, stamp_of
from collection.ledgers.verdicts import BookedPayment, LedgerFacts, RegisteredPerson, TakenReceipt
from collection.receipts.models import Receipt
from collection.receipts.selectors import book_of, known_receipts, village_books
from collection.schools.models import collecting_schools
from collection.self_payments.models import SelfPayment
from core.access import masks
from core.amounts import ZERO
from core.database.bulk import chunks
from core.regions.models import Region
from residents.people import id_numbers
from residents.people.disclosure import Disclosure, disclose
from residents.people.models import Resident
from residents.people.names import is_same_name
from residents.people.selectors import Candidate, find_namesakes
from subsidies.campaigns.models import Campaign
from subsidies.quotes.parents import insured_parents
from subsidies.quotes.selectors import count_repaid, insured_years, recognised_identities, repaid_years
from subsidies.rosters.models import Identity

_WAS_READ = (LedgerBatch.State.CHECKED, LedgerBatch.State.CONFIRMING, LedgerBatch.State.CONFIRMED)
_BEFORE_THE_BOOKS = (SelfPayment.Outcome.UNKNOWN, SelfPayment.Outcome.NAME_DIFFERS)


def gather(*, campaign: Campaign, village: Region, reading: LedgerReading, as_of: date) -> LedgerFacts:
    """Look up everybody and every receipt in this ledger, as they stand in the database now.

    A ledger is read by its village's helper, whoever sent it: that village is the region whose people it may tell of.
    """
    claims = claims_of(reading)
    known = disclose({(claim.id_number, claim.name) for claim in claims}, scope=village.code)
    # A number under several names tells of nobody outside: else a file could try the names of a number one by one.
    withheld = {claim.id_number for claim in claims if known.is_withheld(claim.id_number, claim.name)}
    listed = _listed(campaign, claims, known)
    withheld |= {number for number, payment in listed.items() if payment is None}
    asked = {claim.id_number: known.resident_id(claim.id_number, claim.name) for claim in claims}
    ids = {number: pk for number, pk in asked.items() if pk and number not in withheld}
    residents = _residents(ids)
    new = [claim for claim in claims if claim.id_number not in residents and claim.id_number not in withheld]
    people = dict.fromkeys(claim.name for claim in new if claim.name)
    return LedgerFacts(
        policy=campaign.policy,
        village=village.code,
        village_name=village.name,
        as_of=as_of,
        people=_people(campaign, residents),
        paid=_paid(campaign, residents, listed),
        receipts=_receipts(campaign, village, receipts_of(reading)),
        is_issued=_is_issued(campaign, village.code),
        namesakes=_namesakes(village, people, residents),
        withheld=frozenset(withheld),
        same_person=_same_person(village, new),
    )


def same_file_note(*, campaign: Campaign, village: Region, sha256: str, but: int | None = None) -> list[FileNote]:
    """Whether this village has sent exactly this file before; `but` is the batch that is asking."""
    earlier = LedgerBatch.objects.filter(
        campaign=campaign, village=village, attachment__sha256=sha256, state__in=_WAS_READ
    )
    if but is not None:
        earlier = earlier.exclude(pk=but)
    batch = earlier.order_by("pk").first()
    if batch is None:
        return []
    when = timezone.localtime(batch.uploaded_at)
    says = f"这个文件在 {when:%Y-%m-%d %H:%M} 已经上传过（{batch.pk} 号台账，{batch.get_state_display()}）。"
    return [FileNote("same_file", f"{says}记过账的行不会重复记账。")]


def stamp_facts(*, campaign: Campaign, village: Region, reading: LedgerReading) -> Since | None:
    """What has changed since a downloaded ledger was made; None for one that people made themselves."""
    stamp = stamp_of(reading)
    if stamp is None:
        return None
    made_at = timezone.make_aware(stamp.made_at) + timedelta(minutes=1)
    changed = Identity.objects.filter(
        Q(roster__applied_at__gt=made_at) | Q(ended_by__applied_at__gt=made_at) | Q(withdrawn_at__gt=made_at),
        resident__village=village,
    )
    people = changed.order_by().values("resident").distinct().count()
    return Since(policy=campaign.policy_version_id, marks_changed=people)


def _is_issued(campaign: Campaign, village: str) -> Callable[[str], bool] | None:
    books = village_books(campaign=campaign, village=village)
    return (lambda number: book_of(number, books) is not None) if books else None


@dataclass(frozen=True, slots=True)
class _Registered:
    """The columns of a resident that count here, in the order of _COLUMNS."""

    pk: int
    id_number: str
    name: str
    birth_date: date
    village: str
    village_name: str
    household: str | None
    status: str
    status_on: date | None


_COLUMNS = (
    "pk",
    "id_number",
    "name",
    "birth_date",
    "village_id",
    "village__name",
    "household__number",
    "status",
    "status_on",
)


def _residents(ids: dict[str, int]) -> dict[str, _Registered]:
    """The residents by the number that the ledger has for them."""
    residents: dict[int, _Registered] = {}
    for chunk in chunks(set(ids.values())):
        rows = Resident.objects.filter(pk__in=chunk).values_list(*_COLUMNS)
        residents |= {resident.pk: resident for resident in itertools.starmap(_Registered, rows)}
    return {number: residents[pk] for number, pk in ids.items() if pk in residents}


def _people(campaign: Campaign, residents: dict[str, _Registered]) -> dict[str, RegisteredPerson]:
    rules = campaign.policy
    marks: dict[int, list[tuple[str, date, date | None]]] = {}
    years: dict[int, list[int]] = {}
    repaid: dict[int, list[int]] = {}
    kept = kept_for(campaign=campaign, residents={resident.pk for resident in residents.values()})
    schools = collecting_schools(campaign, {resident.pk for resident in residents.values()})
    for chunk in chunks({resident.pk for resident in residents.values()}):
        marks |= recognised_identities(chunk)
        years |= insured_years(chunk)
        repaid |= repaid_years(chunk)
    last = {pk: max((y for y in known if y < rules.year), default=0) for pk, known in years.items()}
    paid_back = count_repaid(repaid, last)
    births = {resident.pk: resident.birth_date for resident in residents.values()}
    parents = insured_parents(campaign=campaign, births=births)
    return {
        number: RegisteredPerson(
            resident_id=resident.pk,
            name=resident.name,
            birth_date=resident.birth_date,
            village=resident.village,
            village_name=resident.village_name,
            household=resident.household or "",
            id_number=resident.id_number,
            not_eligible=_not_eligible(resident),
            not_eligible_since=resident.status_on if resident.status != Resident.Status.ACTIVE else None,
            kept_by_gift=kept.get(resident.pk, ZERO),
            at_school=schools.get(resident.pk, ""),
            marks=tuple(marks.get(resident.pk, ())),
            insured_years=tuple(y for y in years.get(resident.pk, ()) if resident.birth_date.year <= y < rules.year),
            repaid_years=paid_back.get(resident.pk, 0),
            parent_insured=parents.get(resident.pk),
        )
        for number, resident in residents.items()
    }


def _not_eligible(resident: _Registered) -> str:
    if resident.status == Resident.Status.ACTIVE:
        return ""
    since = f"（{resident.status_on} 起）" if resident.status_on else ""
    return f"此人登记的状态是“{Resident.Status(resident.status).label}”{since}"


def _listed(campaign: Campaign, claims: list[RowClaim], known: Disclosure) -> dict[str, BookedPayment | None]:
    """What the tax bureau's lists tell of these numbers and is not booked; None where the name is another one."""
    claimed = defaultdict(set)
    for claim in claims:
        claimed[claim.id_number].add(claim.name)
    listed: dict[str, BookedPayment | None] = {}
    for chunk in chunks(claimed):
        rows = SelfPayment.objects.filter(campaign=campaign, id_number__in=chunk, outcome__in=_BEFORE_THE_BOOKS)
        for payment in rows:
            names = claimed[payment.id_number]
            if all(known.resident_id(payment.id_number, n) or is_same_name(payment.name, n) for n in names):
                listed[payment.id_number] = BookedPayment("税务缴费名单（自行缴费）", payment.amount, payment.paid_on)
            else:
                listed[payment.id_number] = None
    return listed


def _paid(
    campaign: Campaign, residents: dict[str, _Registered], listed: dict[str, BookedPayment | None]
) -> dict[str, BookedPayment]:
    by_resident = defaultdict(list)
    for number, resident in residents.items():
        by_resident[resident.pk].append(number)
    paid = {number: payment for number, payment in listed.items() if payment is not None}
    for chunk in chunks(by_resident):
        live = Contribution.objects.filter(year=campaign.year, resident_id__in=chunk, ended_at__isnull=True)
        for contribution in live.select_related("receipt", "ledger_row"):
            for number in by_resident[contribution.resident_id]:
                paid[number] = BookedPayment(
                    _where(contribution),
                    contribution.amount - contribution.from_gift if contribution.receipt else contribution.amount,
                    contribution.paid_on,
                    contribution.receipt.number if contribution.receipt else "",
                )
    return paid


def _same_person(village: Region, new: list[RowClaim]) -> dict[str, tuple[str, ...]]:
    """The residents whom somebody new may be, by their masked numbers."""
    candidates = [
        Candidate(claim.id_number, claim.name, born, village.code, claim.household)
        for claim in new
        if claim.name and (born := id_numbers.birth_date(claim.id_number))
    ]
    found = find_namesakes(candidates)
    return {number: tuple(masks.mask(one.id_number) for one in alike) for number, alike in found.items()}


def _where(contribution: Contribution) -> str:
    if contribution.ledger_row:
        return f"{contribution.ledger_row.batch_id} 号台账第 {contribution.ledger_row.number} 行"
    return contribution.get_channel_display()


def _receipts(campaign: Campaign, village: Region, numbers: list[str]) -> dict[str, TakenReceipt]:
    return {
        number: TakenReceipt(
            household=receipt.household,
            village_name="" if receipt.village_id == village.code else receipt.village.name,
            unusable=_why_unusable(receipt),
        )
        for number, receipt in known_receipts(campaign=campaign, numbers=numbers).items()
        if receipt.state != Receipt.State.RELEASED
    }


def _why_unusable(receipt: Receipt) -> str:
    if receipt.state == Receipt.State.USED:
        return ""
    if receipt.lost_report_id:
        return "已报警挂失，出示的人请到乡镇专班说明"
    return receipt.get_state_display()


def _namesakes(village: Region, people: Iterable[str], residents: dict[str, _Registered]) -> dict[str, tuple[str, ...]]:
    known = {resident.pk for resident in residents.values()}
    found = defaultdict(list)
    for chunk in chunks(people):
        rows = Resident.objects.filter(village=village, name__in=chunk, status=Resident.Status.ACTIVE)
        for pk, name, number in rows.values_list("pk", "name", "id_number"):
            if pk not in known:
                found[name].append(masks.mask(number))
    return {name: tuple(numbers) for name, numbers in found.items()}
