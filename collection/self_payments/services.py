"""自主缴费: the tax bureau's paid lists, matched to the register.

A payment counts once, in however many lists it stands (matching.py). Who had paid in cash before, or need not have
paid, becomes a refund case by itself; who cannot be found, or stands in the register under another name, is a worklist.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Q

from collection.contributions.services import ContributionRefused
from collection.declarations import tax_files
from collection.money import services as money
from collection.money.steps import refuse_closed
from collection.self_payments.assessment import residents_by_number
from collection.self_payments.booking import book_judged, refund_reason
from collection.self_payments.matching import Known, Match, Payments, ticket_in
from collection.self_payments.models import PaidList, SelfPayment
from collection.self_payments.paid_sheet import PaidLine, PaidListReader, Year
from collection.self_payments.selectors import WORKLIST, apart_waiting, is_waiting
from config import clock
from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import BULK, chunks, insert_objects, rows_a_transaction, update_objects
from core.database.objects import new_object
from core.database.once import asking_once
from core.jobs import services as jobs
from core.refusals import Refused
from core.tables import reader as sheets
from core.tables.lists import ListNote
from core.tables.payment_states import Kind
from core.text import required_text
from residents.people.disclosure import misses_elsewhere, record_probe
from residents.people.models import Resident
from residents.people.services import lock_residents
from subsidies.campaigns import watermark
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.services import lock_campaign

BAD_ROWS_KEPT = 500
Outcome = SelfPayment.Outcome
NO_LIST = "表里没有找到“姓名、证件号码、金额、缴费日期”四列。请用税务系统导出的已缴费清单，第一行写明列名，再上传。"


@transaction.atomic
def take_paid_list(*, campaign: Campaign, file: "File[bytes]", name: str, actor: User) -> tuple[PaidList, bool]:
    """Take a list in (tax_files.py). Return (list, whether it is new)."""
    refuse_closed(campaign)
    return tax_files.take_file(
        PaidList,
        campaign=campaign,
        file=file,
        name=name,
        region=campaign.county_id,
        says=f"上传税务已缴清单 {name}",
        actor=actor,
    )


@jobs.handler("paid_list.read")
def read_file(run: jobs.Run) -> str:
    """Read the list some thousand lines a transaction; started again after a lost worker, pass over what is there."""
    paid_list = PaidList.objects.select_related(
        "attachment", "uploaded_by", "campaign__county", "campaign__policy_version"
    ).get(pk=run.args["file"])
    if paid_list.state != PaidList.State.READING:
        return "这份清单已经读过。"
    reader, lines_read, bad_count = PaidListReader(payment_year(paid_list.campaign), clock.today()), 0, 0
    bad: list[dict[str, object]] = []
    claimed: set[str] = set()
    try:
        lines = reader.lines(sheets.stream(paid_list.attachment.file.path, limits=sheets.COUNTY_LIST))
        while chunk := list(islice(lines, rows_a_transaction())):
            lines_read += len(chunk)
            wrong = [line for line in chunk if line.problem]
            bad_count += len(wrong)
            bad += [_bad_row(line) for line in wrong][: BAD_ROWS_KEPT - len(bad)]
            claimed = take_lines(
                paid_list=paid_list,
                lines=[line for line in chunk if not line.problem],
                claimed=claimed,
                actor=paid_list.uploaded_by,
                confirm=run.assert_owner,
            )
            run.progress(lines_read, 0, f"已处理 {lines_read} 行")
        problem = "" if reader.found_heading else NO_LIST
    except sheets.SheetError as error:
        problem = error.message
    except Refused as refused:
        problem = str(refused)
    if problem:
        if lines_read:  # what was read before the trouble is booked, and known when the list comes again
            problem += f"前面 {lines_read} 行已经处理；改好后请整份重新上传，已记账的不会重复记。"
        tax_files.refuse_file(paid_list, problem)
        raise jobs.JobFailed(problem)
    _finish(paid_list, lines_read, bad, bad_count, reader.table.notes())
    return f"读完 {lines_read} 行。"


def payment_year(campaign: Campaign) -> Year:
    """Return the campaign's year with the days that are its own: from its first day to the next year's first."""
    first = campaign.policy.period.start
    following = date(first.year + 1, first.month, min(first.day, 28))
    return Year(campaign.year, first, following - timedelta(days=1))


def take_lines(
    *,
    paid_list: PaidList,
    lines: list[PaidLine],
    actor: User,
    claimed: set[str] | None = None,
    confirm: Callable[[], None] = lambda: None,
) -> set[str]:
    """Take the payments that no list has brought yet, in one transaction. `confirm` fences the job.

    `claimed`: the payments that the lines before these have named. Return it with those of these lines.
    """
    for attempt in range(3):
        try:
            with asking_once():
                confirm()
                return _take(paid_list, lines, claimed or set(), actor)
        except (IntegrityError, ContributionRefused):
            # A village was moved, or one of them was just paid for elsewhere: it is known when we look again.
            if attempt == 2:
                raise
    return claimed or set()


@transaction.atomic
def settle_as(*, self_payment: SelfPayment, resident: Resident, note: str, actor: User) -> SelfPayment:
    """Somebody has checked whose payment this is (another number on the register, another writing of the name)."""
    note = required_text(note, "核实说明")
    moment = watermark.next_timestamp(campaign_id=self_payment.campaign_id)
    payment = _open(self_payment, [resident.village_id])
    payment.resident, payment.region_code = resident, resident.village_id
    payment.settled_by, payment.settled_at, payment.settled_note = actor, clock.now(), note
    book_judged(payment.campaign, [(payment, resident)], moment, actor, name_matters=False)
    if payment.outcome in WORKLIST and not payment.refunds.exists():
        payment.settled_by, payment.settled_at = None, None
    payment.save()
    audit.record(
        "self_payment.settle",
        actor=actor,
        obj=payment,
        summary=f"核实自主缴费 {masks.mask_name(payment.name)} {payment.amount:,.2f} 元："
        f"{payment.get_outcome_display()}，{note}",
    )
    return payment


def follow_kept(campaign: Campaign, residents: Sequence[int], actor: User) -> None:
    """A gift keeps a part for these people: what they have paid the tax bureau before may now be the rest, to the cent.

    Called with the people and their accounts locked.
    """
    payments = list(apart_waiting(campaign=campaign, residents=residents, but=()))
    people = Resident.objects.in_bulk([payment.resident_id for payment in payments])
    moment = watermark.next_timestamp(campaign_id=campaign.pk)
    book_judged(campaign, [(payment, people[payment.resident_id or 0]) for payment in payments], moment, actor)
    update_objects(payments, ["outcome", "message", "contribution"])


@transaction.atomic
def set_aside(*, self_payment: SelfPayment, note: str, actor: User) -> SelfPayment:
    """Nothing of this county's: another county's person, another insurance; said why, and off the worklist."""
    note = required_text(note, "处理说明")
    payment = _open(self_payment, [])
    payment.outcome, payment.settled_by, payment.settled_at = Outcome.SET_ASIDE, actor, clock.now()
    payment.settled_note = note
    payment.save(update_fields=["outcome", "settled_by", "settled_at", "settled_note"])
    audit.record("self_payment.set_aside", actor=actor, obj=payment, summary=f"自主缴费另案处理：{note}")
    return payment


def _take(paid_list: PaidList, lines: list[PaidLine], claimed: set[str], actor: User) -> set[str]:
    campaign = paid_list.campaign
    moment = watermark.next_timestamp(campaign_id=campaign.pk)
    people = residents_by_number(campaign, (line.id_number for line in lines))
    lock_residents(person.pk for person in people.values())
    money.lock_accounts(campaign=campaign, villages={person.village_id for person in people.values()})
    refuse_closed(campaign)
    lock_campaign(campaign)  # two lists may bring one payment, with a ticket and without
    payments = known_payments(campaign, {line.id_number for line in lines}, claimed, people)
    fresh, undone = sort_lines(payments, lines)
    _rename(payments)
    made = [_payment(paid_list, known, outcome, why, people) for known, outcome, why in fresh]
    judged = [
        (payment, people[payment.id_number])
        for payment in made
        if payment.resident_id and payment.outcome == Outcome.UNKNOWN
    ]
    book_judged(campaign, judged, moment, actor, save=partial(_save, made, judged))
    _contradict(paid_list, undone)
    return payments.claimed


def _save(made: list[SelfPayment], judged: list[tuple[SelfPayment, Resident]]) -> None:
    """Write the new payments; those that go back learn their keys, by which the cases name them."""
    insert_objects(made)
    going_back = {payment.number: payment for payment, person in judged if refund_reason(payment, person)}
    for chunk in chunks(going_back):
        rows = SelfPayment.objects.filter(campaign=going_back[chunk[0]].campaign_id, number__in=chunk)
        for number, pk in rows.values_list("number", "pk"):
            going_back[number].pk, going_back[number]._state.adding = pk, False


def known_payments(
    campaign: Campaign, numbers: set[str], claimed: set[str], people: Mapping[str, Resident]
) -> Payments:
    """Return what lists have brought of these people so far, also under a number that was corrected since."""
    rows: dict[int, Known] = {}
    persons = {number: f"resident {person.pk}" for number, person in people.items()}
    for chunk in chunks(sorted(numbers), BULK):
        theirs = Q(id_number__in=set(chunk)) | Q(resident__in={people[n].pk for n in chunk if n in people})
        found = SelfPayment.objects.filter(theirs, campaign=campaign).order_by("pk")
        for p in found.only("number", "id_number", "amount", "paid_on", "outcome", "resident_id"):
            ticket = ticket_in(p.number, p.id_number)
            rows[p.pk] = Known(p.id_number, p.amount, p.paid_on, ticket, p.number, p.pk, undone=p.is_undone)
            if p.resident_id:
                persons.setdefault(p.id_number, f"resident {p.resident_id}")
    return Payments.of(rows.values(), claimed, persons)


def sort_lines(
    payments: Payments, lines: list[PaidLine]
) -> tuple[list[tuple[Known, Outcome, str]], list[tuple[Known, PaidLine]]]:
    """Return (the payments that are new, with outcome and words) and (known payment, line that speaks against it).

    A payment that this very list also undoes is entered as undone and never booked.
    """
    fresh: dict[str, tuple[Known, Outcome, str]] = {}
    against: list[tuple[Known, PaidLine]] = []
    undoing = Payments(
        payments.known, persons=payments.persons
    )  # a payment and what undoes it stand side by side in one list
    for line in sorted(lines, key=lambda line: line.kind == Kind.UNDONE):
        match, known, why = undoing.undone_by(line) if line.kind == Kind.UNDONE else payments.match(line)
        if match == Match.UNCLEAR or (match == Match.NEW and line.kind == Kind.ASK):
            made = payments.add(line)
            fresh[made.number] = (made, Outcome.UNCLEAR, why or line.why)
        elif match == Match.NEW:
            made = payments.add(line)
            is_undone = line.kind == Kind.UNDONE
            fresh[made.number] = (made, Outcome.UNDONE if is_undone else Outcome.UNKNOWN, line.why)
        elif known and line.kind == Kind.UNDONE and known.number in fresh:
            fresh[known.number] = (known, Outcome.UNDONE, line.why)
        elif known and known.pk and (line.kind == Kind.UNDONE or known.undone):
            against.append((known, line))
    return list(fresh.values()), against


def _rename(payments: Payments) -> None:
    """Write the tickets that this list has told of payments known without one."""
    renamed = [k for theirs in payments.known.values() for k in theirs if k.renamed and k.pk]
    rows = [SelfPayment(pk=known.pk, number=known.number) for known in renamed]
    update_objects(rows, ["number"])


def _payment(paid_list: PaidList, known: Known, outcome: Outcome, why: str, people: dict[str, Resident]) -> SelfPayment:
    line, person = known.line, people.get(known.id_number)
    assert line is not None  # noqa: S101 - a payment of this list was made from one of its lines
    assert line.amount is not None and line.paid_on is not None  # noqa: S101 - else the line has a problem
    if person is None and outcome == Outcome.UNKNOWN:
        why = "居民库里没有这个证件号码。"
    return new_object(
        SelfPayment,
        {"campaign": paid_list.campaign, "paid_list": paid_list} | ({"resident": person} if person else {}),
        number=known.number,
        row=line.row,
        name=line.name,
        id_number=line.id_number,
        amount=line.amount,
        paid_on=line.paid_on,
        way=line.way.value,
        payer=line.payer,
        outcome=outcome,
        region_code=person.village_id if person else paid_list.campaign.county_id,
        message=why[:200],
    )


def _contradict(paid_list: PaidList, against: list[tuple[Known, PaidLine]]) -> None:
    """What an earlier list said and this one unsays is put before a person; no money moves by itself."""
    lines = {known.pk: line for known, line in against if known.pk is not None}
    for chunk in chunks(lines):
        rows = SelfPayment.objects.filter(pk__in=chunk).exclude(paid_list=paid_list, outcome=Outcome.UNDONE)
        changed = []
        for payment in rows.order_by("pk"):
            line = lines[payment.pk]
            if line.kind == Kind.UNDONE:
                if payment.undone_list_id or payment.outcome == Outcome.UNDONE:
                    continue
                payment.undone_list, payment.undone_as = paid_list, line.why[:40]
                if is_waiting(payment) and payment.outcome != Outcome.INELIGIBLE:
                    # Nothing was booked: there is nothing to decide.
                    payment.outcome, payment.undone_settled_at = Outcome.UNDONE, clock.now()
                    payment.message = f"{paid_list} 写明“{line.why}”。"[:200]
            elif payment.outcome == Outcome.UNDONE and payment.paid_list_id != paid_list.pk:
                payment.outcome = Outcome.UNCLEAR
                payment.message = f"以前的清单写的是“{payment.message[:40]}”，{paid_list} 写的是已缴费，请核实。"
            else:
                continue
            changed.append(payment)
        update_objects(changed, ["undone_list", "undone_as", "undone_settled_at", "outcome", "message"])


def _open(self_payment: SelfPayment, villages: list[str]) -> SelfPayment:
    lock_residents([self_payment.resident_id] if self_payment.resident_id else [])
    money.lock_accounts(campaign=self_payment.campaign, villages=villages)
    refuse_closed(self_payment.campaign)
    payment = (
        SelfPayment.objects.select_for_update(of=("self",))
        .select_related("campaign__policy_version", "campaign__county")
        .get(pk=self_payment.pk)
    )
    if not is_waiting(payment):
        raise Refused(f"这一笔是“{payment.get_outcome_display()}”，已经处理过了。")
    return payment


def _bad_row(line: PaidLine) -> dict[str, Any]:
    shown = masks.mask(line.id_number)
    return {"sheet": line.sheet, "row": line.row, "name": line.name, "id_number": shown, "why": line.problem}


def _misses(paid_list: PaidList) -> int:
    """How many rows name somebody of the county by another name, or somebody registered elsewhere without knowing them.

    Of the latter the list tells only that nobody here has the number; that it is anybody's is looked up for this alone.
    """
    rows = SelfPayment.objects.filter(paid_list=paid_list)
    unknown = rows.filter(outcome=Outcome.UNKNOWN).values_list("id_number", "name")
    elsewhere = misses_elsewhere(unknown.iterator(chunk_size=2000), scope=paid_list.campaign.county_id)
    return rows.filter(outcome=Outcome.NAME_DIFFERS).count() + elsewhere


def _finish(
    paid_list: PaidList, lines: int, bad: list[dict[str, object]], bad_count: int, notes: list[ListNote]
) -> None:
    taken = SelfPayment.objects.filter(paid_list=paid_list).count()
    PaidList.objects.filter(pk=paid_list.pk, state=PaidList.State.READING).update(
        state=PaidList.State.READ,
        lines=lines,
        taken=taken,
        known=lines - taken - bad_count,
        bad_count=bad_count,
        bad_rows=bad,
        problem="".join(note.message for note in notes)[:300],
    )
    record_probe(
        misses=_misses(paid_list),
        rows=lines,
        what=f"{paid_list.pk} 号已缴清单",
        actor=paid_list.uploaded_by,
        region=paid_list.campaign.county_id,
        batch=f"paid-{paid_list.pk}",
    )
    audit.record(
        "paid_list.read",
        actor=paid_list.uploaded_by,
        obj=paid_list,
        summary=f"读完已缴清单：{lines} 行，新增 {taken}，以前已有 {lines - taken - bad_count}，填写有误 {bad_count}",
    )
