"""自主缴费: the tax bureau's paid lists, matched to the register.

A payment counts once, in however many lists it stands. Who had paid in cash before, or need not have paid, becomes a
refund case by itself; who cannot be found, or stands in the register under another name, is a worklist.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from django.core.files.base import File
from django.db import IntegrityError, transaction

from collection.contributions.models import Contribution
from collection.contributions.services import ContributionRefused, Payment, record_contributions
from collection.declarations import tax_files
from collection.declarations.tax_sheets import PaidLine, PaidListReader
from collection.entitlements import services as consequences
from collection.money import services as money
from collection.money.models import Movement
from collection.money.steps import refuse_closed
from collection.refunds import services as refunds
from collection.self_payments.models import PaidList, SelfPayment
from config import clock
from core.access import masks
from core.audit import services as audit
from core.database.bulk import CHUNK
from core.jobs import services as jobs
from core.refusals import Refused
from core.tables import reader as sheets
from core.text import required_text
from residents.people import names
from residents.people.models import InsuredYear, Resident
from subsidies.campaigns import watermark
from subsidies.campaigns.models import Campaign
from subsidies.quotes.quote import QuoteError, quote
from subsidies.quotes.selectors import quote_residents

UPDATED_AT_ONCE = 500
BAD_ROWS_KEPT = 500
Outcome = SelfPayment.Outcome
#: These wait for a person; the rest is done.
WORKLIST = (Outcome.UNKNOWN, Outcome.NAME_DIFFERS, Outcome.AMOUNT_DIFFERS, Outcome.INELIGIBLE)
NO_LIST = "表里没有找到“姓名、证件号码、金额、缴费日期”四列。请用税务系统导出的已缴费清单，第一行写明列名，再上传。"
DUPLICATE = "duplicate"


@transaction.atomic
def take_paid_list(*, campaign: Campaign, file: File, name: str, actor) -> tuple[PaidList, bool]:
    """Takes a list in (tax_files.py); returns (list, new)."""
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
    """The job: 2,000 lines a transaction; started again after a lost worker, it passes over what is there."""
    paid_list = PaidList.objects.select_related(
        "attachment", "uploaded_by", "campaign__county", "campaign__policy_version"
    ).get(pk=run.args["file"])
    if paid_list.state != PaidList.State.READING:
        return "这份清单已经读过。"
    reader, lines_read, bad, bad_count = PaidListReader(paid_list.campaign.year), 0, [], 0
    try:
        numbered = _numbered(_lines(reader, paid_list.attachment.file.path))
        while chunk := list(islice(numbered, CHUNK)):
            lines_read += len(chunk)
            wrong = [line for _, line in chunk if line.problem]
            bad_count += len(wrong)
            bad += [_bad_row(line) for line in wrong][: BAD_ROWS_KEPT - len(bad)]
            take_lines(
                paid_list=paid_list,
                lines=[item for item in chunk if not item[1].problem],
                actor=paid_list.uploaded_by,
                confirm=run.confirm_ours,
            )
            run.progress(lines_read, 0, f"已处理 {lines_read} 行")
        problem = "" if reader.found_heading else NO_LIST
    except sheets.SheetError as error:
        problem = error.message
    except Refused as refused:
        problem = str(refused)
    if problem:
        tax_files.refuse_file(paid_list, problem)
        raise jobs.JobFailed(problem)
    _finish(paid_list, lines_read, bad, bad_count)
    return f"读完 {lines_read} 行。"


def take_lines(*, paid_list: PaidList, lines: list[tuple[str, PaidLine]], actor, confirm=lambda: None) -> None:
    """Takes the (number, line) pairs that no list has brought yet, in one transaction. `confirm` fences the job."""
    for attempt in range(3):
        try:
            with transaction.atomic():
                confirm()
                _take(paid_list, lines, actor)
            return
        except (IntegrityError, ContributionRefused):
            # Another list with the same payments was read at this moment, or a village was moved: so it is known when
            # we look again.
            if attempt == 2:
                raise


@transaction.atomic
def settle_as(*, self_payment: SelfPayment, resident: Resident, note: str, actor) -> SelfPayment:
    """Somebody has checked whose payment this is (another number on the register, another writing of the name)."""
    note = required_text(note, "核实说明")
    moment = watermark.next_timestamp(campaign_id=self_payment.campaign_id)
    payment = _open(self_payment, [resident.village_id])
    payment.resident, payment.region_code = resident, resident.village_id
    payment.settled_by, payment.settled_at, payment.settled_note = actor, clock.now(), note
    _judge([payment], {payment.pk: resident}, moment, actor, name_matters=False)
    if payment.outcome in WORKLIST and not payment.refunds.exists():
        payment.settled_by, payment.settled_at = None, None
    payment.save()
    audit.record(
        "self_payment.settle",
        actor=actor,
        obj=payment,
        summary=f"核实自主缴费 {masks.mask_name(payment.name)} {payment.amount} 元："
        f"{payment.get_outcome_display()}，{note}",
    )
    return payment


@transaction.atomic
def set_aside(*, self_payment: SelfPayment, note: str, actor) -> SelfPayment:
    """Nothing of this county's: another county's person, another insurance; said why, and off the worklist."""
    note = required_text(note, "处理说明")
    payment = _open(self_payment, [])
    payment.outcome, payment.settled_by, payment.settled_at = Outcome.SET_ASIDE, actor, clock.now()
    payment.settled_note = note
    payment.save(update_fields=["outcome", "settled_by", "settled_at", "settled_note"])
    audit.record("self_payment.set_aside", actor=actor, obj=payment, summary=f"自主缴费另案处理：{note}")
    return payment


def _lines(reader: PaidListReader, path: str) -> Iterator[PaidLine]:
    for piece in sheets.stream(path):
        if piece.visible:
            yield from reader.lines(piece)


def _numbered(lines: Iterable[PaidLine]) -> Iterator[tuple[str, PaidLine]]:
    """Each line with the name of its payment: the ticket and the person, or person, day, amount and occurrence."""
    seen = Counter()
    for line in lines:
        if line.number:
            yield f"{line.number[:55]}:{line.id_number}", line
        else:
            key = f"{line.id_number}:{line.paid_on}:{line.amount}"
            seen[key] += 1
            yield f"{key}:{seen[key]}", line


def _take(paid_list, lines, actor):
    campaign = paid_list.campaign
    moment = watermark.next_timestamp(campaign_id=campaign.pk)
    known = set(
        SelfPayment.objects.filter(campaign=campaign, number__in=[number for number, _ in lines]).values_list(
            "number", flat=True
        )
    )
    fresh = {number: line for number, line in lines if number not in known}
    found = _residents(campaign, {line.id_number for line in fresh.values()})
    money.lock_accounts(campaign=campaign, villages={person.village_id for person in found.values()})
    refuse_closed(campaign)
    payments = [
        SelfPayment(
            campaign=campaign,
            paid_list=paid_list,
            number=number,
            row=line.row,
            name=line.name,
            id_number=line.id_number,
            amount=line.amount,
            paid_on=line.paid_on,
            outcome=Outcome.UNKNOWN,
            resident=found.get(line.id_number),
            region_code=found[line.id_number].village_id if line.id_number in found else campaign.county_id,
            message="" if line.id_number in found else "居民库里没有这个证件号码。",
        )
        for number, line in fresh.items()
    ]
    SelfPayment.objects.bulk_create(payments, batch_size=CHUNK)
    people = {payment.pk: payment.resident for payment in payments if payment.resident_id}
    _judge([p for p in payments if p.pk in people], people, moment, actor)
    SelfPayment.objects.bulk_update(payments, ["outcome", "message", "contribution"], batch_size=UPDATED_AT_ONCE)


def _residents(campaign, numbers) -> dict[str, Resident]:
    """By number, those of the county; who was merged stands for the one merged into, the living before the others."""
    people = (
        Resident.objects.in_region(campaign.county_id)
        .filter(id_number__in=numbers)
        .select_related("merged_into")
        .order_by("pk")
    )
    found = {}
    for person in people:
        person_now = person.merged_into or person
        held = found.get(person.id_number)
        if held is None or held.status != Resident.Status.ACTIVE:
            found[person.id_number] = person_now
    return found


def _judge(payments, people, moment, actor, *, name_matters=True):
    """Sets outcome, message and contribution of payments whose resident is known; money and cases with them."""
    if not payments:
        return
    campaign = payments[0].campaign
    live = {
        c.resident_id: c
        for c in Contribution.objects.filter(
            year=campaign.year, resident__in={person.pk for person in people.values()}, ended_at__isnull=True
        )
    }
    open_for_payment = []
    for payment in payments:
        person = people[payment.pk]
        if name_matters and names.normalise(payment.name) != names.normalise(person.name):
            payment.outcome = Outcome.NAME_DIFFERS
            payment.message = f"居民库里这个号码的姓名是“{masks.mask_name(person.name)}”。"
        elif person.status != Resident.Status.ACTIVE:
            payment.outcome = Outcome.INELIGIBLE
            payment.message = f"居民库里的状态是{person.get_status_display()}。"
        elif held := live.get(person.pk):
            _paid_before(payment, held)
        else:
            open_for_payment.append(payment)
    charged_in_full = _enrol(campaign, open_for_payment, people, moment, actor)
    _give_back(campaign, payments, people, actor)
    consequences.apply_effects(campaign=campaign, residents=charged_in_full, roster=None, actor=actor)


def _paid_before(payment, held):
    payment.contribution = held
    if held.channel == Contribution.Channel.FREE:
        payment.outcome, payment.message = Outcome.FREE, f"{held.category}全额资助，不用缴费。"
    else:
        payment.outcome = Outcome.DUPLICATE
        payment.message = f"{held.paid_on} 已经{held.get_channel_display()} {held.amount} 元。"


def _enrol(campaign, payments, people, moment, actor) -> list[int]:
    """Makes the contributions; returns the residents who were charged in full although they are marked."""
    residents = {people[payment.pk].pk: people[payment.pk] for payment in payments}
    first, again = {}, []
    for payment in payments:
        person = people[payment.pk].pk
        if person in first:
            again.append((payment, person))
        else:
            first[person] = payment
    quotes = quote_residents(
        campaign=campaign,
        residents=residents.values(),
        taking_payment=False,
        paid_on={person: payment.paid_on for person, payment in first.items()},
    )
    wanted = []
    for person, payment in first.items():
        answer = _quote_for(campaign, residents[person], payment, quotes[person])
        if answer is not None:
            wanted.append(
                Payment(
                    person,
                    payment.region_code,
                    Contribution.Channel.SELF,
                    payment.paid_on,
                    answer,
                    state=Contribution.State.POSTED,
                    posted_at=moment,
                )
            )
    made = {c.resident_id: c for c in record_contributions(campaign=campaign, payments=wanted, actor=actor)}
    for contribution in made.values():
        payment = first[contribution.resident_id]
        payment.outcome, payment.message, payment.contribution = Outcome.MATCHED, "", contribution
    InsuredYear.objects.bulk_create(
        (InsuredYear(resident_id=person, year=campaign.year, source="自主缴费") for person in made),
        ignore_conflicts=True,
        batch_size=CHUNK,
    )
    for payment, person in again:
        if person in made:
            _paid_before(payment, made[person])
        else:
            payment.outcome, payment.message = first[person].outcome, first[person].message
    return [person for person, c in made.items() if quotes[person].due != c.amount]


def _quote_for(campaign, resident, payment, answer):
    """The quote the payment was made by, or None with the outcome set.

    Somebody marked for a subsidy whom the tax bureau charged in full paid as an ordinary resident: the difference is
    then found as for everybody who paid before being marked.
    """
    if isinstance(answer, QuoteError):
        payment.outcome, payment.message = Outcome.AMOUNT_DIFFERS, answer.message[:200]
        return None
    if answer.due == payment.amount:
        return answer
    if answer.due == 0:
        payment.outcome, payment.message = Outcome.FREE, f"{answer.category}全额资助，不用缴费。"
        return None
    if payment.amount == campaign.policy.standard:
        try:
            return quote(campaign.policy, birth_date=resident.birth_date, paid_on=payment.paid_on, taking_payment=False)
        except QuoteError:
            pass
    payment.outcome = Outcome.AMOUNT_DIFFERS
    payment.message = f"应缴 {answer.due} 元（{answer.category}），实缴 {payment.amount} 元。"
    return None


def _give_back(campaign, payments, people, actor):
    """Money that came although it need not have is booked as well, and goes back by a refund case."""
    reasons = {}
    for payment in payments:
        if payment.outcome in (Outcome.DUPLICATE, Outcome.FREE):
            reasons[payment.pk] = DUPLICATE
        elif payment.outcome == Outcome.INELIGIBLE:
            reasons[payment.pk] = refunds.STATUS_REASONS.get(people[payment.pk].status)
    unneeded = [payment for payment in payments if reasons.get(payment.pk)]
    money.record_movements(
        campaign=campaign,
        actor=actor,
        facts=[
            money.Fact(
                key=f"self_pay:{payment.pk}",
                kind=Movement.Kind.SELF_PAY,
                village=payment.region_code,
                amount=payment.amount,
                on=payment.paid_on,
            )
            for payment in unneeded
        ],
    )
    for payment in unneeded:
        payment.resident_id = people[payment.pk].pk
        payment.save(update_fields=["resident", "contribution", "outcome"])
        note = f"{payment.message}税务清单第 {payment.row} 行"
        case = refunds.open_case(self_payment=payment, reason=reasons[payment.pk], note=note, actor=actor)
        if case and payment.outcome == Outcome.INELIGIBLE:
            payment.settled_at, payment.settled_note = clock.now(), "已转退费"
            payment.save(update_fields=["settled_at", "settled_note"])


def _open(self_payment, villages) -> SelfPayment:
    money.lock_accounts(campaign=self_payment.campaign, villages=villages)
    refuse_closed(self_payment.campaign)
    payment = (
        SelfPayment.objects.select_for_update(of=("self",))
        .select_related("campaign__policy_version", "campaign__county")
        .get(pk=self_payment.pk)
    )
    if payment.outcome not in WORKLIST or payment.settled_at:
        raise Refused(f"这一笔是“{payment.get_outcome_display()}”，已经处理过了。")
    return payment


def _bad_row(line: PaidLine) -> dict:
    return {"row": line.row, "name": line.name, "id_number": masks.mask(line.id_number), "why": line.problem}


def _finish(paid_list, lines, bad, bad_count):
    taken = SelfPayment.objects.filter(paid_list=paid_list).count()
    PaidList.objects.filter(pk=paid_list.pk, state=PaidList.State.READING).update(
        state=PaidList.State.READ,
        lines=lines,
        taken=taken,
        known=lines - taken - bad_count,
        bad_count=bad_count,
        bad_rows=bad,
    )
    audit.record(
        "paid_list.read",
        actor=paid_list.uploaded_by,
        obj=paid_list,
        summary=f"读完已缴清单：{lines} 行，新增 {taken}，以前已有 {lines - taken - bad_count}，填写有误 {bad_count}",
    )
