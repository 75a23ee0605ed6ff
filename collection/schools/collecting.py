"""The school collects instead of the village, or not; what it has collected goes to the tax bureau in one sum.

While a school collects for somebody the village's ledger refuses them; who has paid elsewhere is given back by the
school. All of it under the locks of the people, so that nobody is charged twice.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from collection.contributions.models import Contribution
from collection.contributions.services import Payment, paid_residents, record_contributions
from collection.money import services as money
from collection.money.steps import refuse_closed
from collection.schools.models import COLLECTING, Pupil, School, SchoolPayment
from config import clock
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.database.bulk import CHUNK, chunks
from core.refusals import Refused
from core.text import required_text
from residents.people.models import InsuredYear, Resident
from residents.people.services import lock_residents
from subsidies.campaigns.models import Campaign
from subsidies.campaigns.watermark import next_timestamp
from subsidies.quotes.quote import Quote, QuoteError
from subsidies.quotes.selectors import quote_residents

State, Channel = Pupil.State, Contribution.Channel


@dataclass
class Done:
    """How many pupils a step took, and why it left others as they were (sentence → how many)."""

    taken: int = 0
    left: dict[str, int] = field(default_factory=dict)

    def leave(self, why: str) -> None:
        self.left[why] = self.left.get(why, 0) + 1


@transaction.atomic
def claim_pupils(*, school: School, campaign: Campaign, pupils: Iterable[int], actor: User) -> Done:
    """The school will collect for these. Who is paid for, or another school collects for, stays as it is."""
    done, rows = _begin(school, campaign, pupils)
    good = _claimable(campaign, [pupil for pupil in rows if pupil.state == State.AT_HOME], done)
    Pupil.objects.filter(pk__in=[pupil.pk for pupil in good]).update(state=State.CLAIMED, note="")
    done.taken = len(good)
    _record("school.claim", school, f"由学校代收 {done.taken} 人", actor)
    return done


@transaction.atomic
def collect_pupils(*, school: School, campaign: Campaign, pupils: Iterable[int], on: date, actor: User) -> Done:
    """The school has taken each one's fee. It is nobody's payment yet: it counts once it is with the tax bureau."""
    if not campaign.policy.period.start <= on <= clock.today():
        raise Refused("收款日期应在征缴期开始以后、今天以前。", "on")
    done, rows = _begin(school, campaign, pupils)
    fresh = _claimable(campaign, [pupil for pupil in rows if pupil.state == State.AT_HOME], done)
    good = fresh + _unpaid(campaign, [pupil for pupil in rows if pupil.state == State.CLAIMED], done)
    quotes = quote_residents(campaign=campaign, residents=[p.resident for p in good if p.resident], paid_on=on)
    taken = []
    for pupil in good:
        answer = quotes[pupil.resident_id or 0]
        if isinstance(answer, QuoteError):
            done.leave(f"{answer.message}")
        elif not answer.due:
            done.leave("全额资助，不用缴费，不能收款")
        else:
            pupil.state, pupil.collected_on, pupil.amount, pupil.note = State.COLLECTED, on, answer.due, ""
            taken.append(pupil)
    Pupil.objects.bulk_update(taken, ["state", "collected_on", "amount", "note"], batch_size=500)
    done.taken = len(taken)
    total = sum((pupil.amount or ZERO for pupil in taken), ZERO)
    _record("school.collect", school, f"学校收款 {done.taken} 人 {total:,.2f} 元", actor)
    return done


@transaction.atomic
def release_pupils(*, school: School, campaign: Campaign, pupils: Iterable[int], actor: User) -> Done:
    """They pay at home after all; what was collected goes back to the family first."""
    done, rows = _begin(school, campaign, pupils)
    ids = {state: [pupil.pk for pupil in rows if pupil.state == state] for state in COLLECTING}
    Pupil.objects.filter(pk__in=ids[State.CLAIMED]).update(state=State.AT_HOME, note="")
    Pupil.objects.filter(pk__in=ids[State.COLLECTED]).update(state=State.GIVE_BACK, note="改由家庭缴费")
    done.taken = sum(map(len, ids.values()))
    _record("school.release", school, f"改由家庭缴费 {done.taken} 人", actor)
    return done


@transaction.atomic
def give_back(*, school: School, campaign: Campaign, pupils: Iterable[int], actor: User) -> Done:
    """The families have their money back."""
    done, rows = _begin(school, campaign, pupils)
    back = [pupil for pupil in rows if pupil.state == State.GIVE_BACK]
    Pupil.objects.filter(pk__in=[pupil.pk for pupil in back]).update(
        state=State.AT_HOME, collected_on=None, amount=None, note=f"{clock.today()} 已退还家长"
    )
    done.taken = len(back)
    total = sum((pupil.amount or ZERO for pupil in back), ZERO)
    _record("school.give_back", school, f"退还家长 {done.taken} 人 {total:,.2f} 元", actor)
    return done


@transaction.atomic
def pay_over(
    *, school: School, campaign: Campaign, ticket_no: str, on: date, amount: Decimal, actor: User
) -> SchoolPayment:
    """All the school has collected is paid to the tax bureau on one ticket: insured and posted by name, at home.

    The same ticket again changes nothing. Raise Refused unless the sum is what the pupils owe, to the cent.
    """
    ticket_no = required_text(ticket_no, "税票号", 40)
    moment = next_timestamp(campaign_id=campaign.pk)
    mine = Pupil.objects.filter(campaign=campaign, school=school, state=State.COLLECTED).select_related("resident")
    statuses = lock_residents(mine.values_list("resident_id", flat=True))
    School.objects.select_for_update().get(pk=school.pk)
    before = SchoolPayment.objects.filter(campaign=campaign, school=school, ticket_no=ticket_no)
    known: SchoolPayment | None = before.first()
    if known:
        return known
    pupils = [pupil for pupil in mine.select_for_update(of=("self",)) if pupil.resident_id in statuses]
    money.lock_accounts(campaign=campaign, villages={pupil.resident.village_id for pupil in pupils})
    refuse_closed(campaign)
    quotes = _quotes_to_pay(campaign, pupils, on, amount)
    payment: SchoolPayment = SchoolPayment.objects.create(
        campaign=campaign,
        school=school,
        ticket_no=ticket_no,
        on=on,
        people=len(pupils),
        amount=amount,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    made = record_contributions(
        campaign=campaign,
        payments=[
            Payment(
                pupil.resident_id,
                pupil.resident.village_id,
                Channel.SCHOOL,
                on,
                quotes[pupil.resident_id],
                state=Contribution.State.POSTED,
                posted_at=moment,
            )
            for pupil in pupils
        ],
        actor=actor,
        batch=f"school-{payment.pk}",
    )
    if len(made) != len(pupils):
        raise Refused("有学生刚刚在别处缴了费，没有记账。请刷新后核对名单和税票金额。")
    InsuredYear.objects.bulk_create(
        [InsuredYear(resident_id=p.resident_id, year=campaign.year, source="学校代收") for p in pupils],
        ignore_conflicts=True,
        batch_size=CHUNK,
    )
    Pupil.objects.filter(pk__in=[pupil.pk for pupil in pupils]).update(state=State.PAID, payment=payment, note="")
    _record("school.pay", school, f"学校缴税务 {payment.people} 人 {amount:,.2f} 元，税票 {ticket_no}", actor)
    return payment


def follow_bookings(campaign: Campaign, contributions: Sequence[Contribution], actor: User | None, batch: str) -> None:
    """Somebody for whom a school collects has been paid for elsewhere: the school does not collect, or gives back."""
    booked = {c.resident_id: c for c in contributions if c.channel != Channel.SCHOOL}
    changed = []
    for pupil in _collected_for(campaign, booked):
        contribution = booked[pupil.resident_id or 0]
        pupil.note = f"{contribution.paid_on} 已{contribution.get_channel_display()}"
        pupil.state = State.GIVE_BACK if pupil.state == State.COLLECTED else State.AT_HOME
        changed.append(pupil)
    Pupil.objects.bulk_update(changed, ["state", "note"], batch_size=500)


def pupils_among(campaign: Campaign, residents: Collection[int]) -> "QuerySet[Pupil, Any]":
    """Those of these residents for whom a school collects."""
    return _collected_for(campaign, residents).values_list("resident")


def _collected_for(campaign: Campaign, residents: Iterable[int]) -> "QuerySet[Pupil]":
    return Pupil.objects.filter(campaign=campaign, resident__in=residents, state__in=COLLECTING)


def _begin(school: School, campaign: Campaign, pupils: Iterable[int]) -> tuple[Done, list[Pupil]]:
    """The pupils of this school among these, their people locked first."""
    refuse_closed(campaign)
    ids = sorted(set(pupils))
    mine = Pupil.objects.filter(campaign=campaign, school=school)
    people: list[int] = []
    for chunk in chunks(ids):
        people += mine.filter(pk__in=chunk, resident__isnull=False).values_list("resident_id", flat=True)
    lock_residents(people)
    rows: list[Pupil] = []
    for chunk in chunks(ids):
        rows += mine.filter(pk__in=chunk).select_for_update(of=("self",)).select_related("resident").order_by("pk")
    return Done(), rows


def _claimable(campaign: Campaign, pupils: list[Pupil], done: Done) -> list[Pupil]:
    """Of these those whom a school may collect for: known here, on the register, and no other school's."""
    known = [pupil for pupil in pupils if pupil.resident_id]
    for _ in range(len(pupils) - len(known)):
        done.leave(f"本{campaign.county_word}居民册里没有，不能由学校代收")
    elsewhere = dict(
        Pupil.objects.filter(
            campaign=campaign, resident__in=[pupil.resident_id for pupil in known], state__in=(*COLLECTING, State.PAID)
        ).values_list("resident_id", "school__name")
    )
    free = []
    for pupil in known:
        person = pupil.resident
        if person is None or person.status != Resident.Status.ACTIVE:
            done.leave(f"居民册里是{person.get_status_display()}" if person else "居民册里没有")
        elif other := elsewhere.get(pupil.resident_id):
            done.leave(f"{other}已经代收")
        else:
            free.append(pupil)
    return _unpaid(campaign, free, done)


def _unpaid(campaign: Campaign, pupils: list[Pupil], done: Done) -> list[Pupil]:
    paid = paid_residents(year=campaign.year, residents=[p.resident_id for p in pupils if p.resident_id])
    for _ in paid:
        done.leave("本年度已经缴费")
    return [pupil for pupil in pupils if pupil.resident_id not in paid]


def _quotes_to_pay(campaign: Campaign, pupils: list[Pupil], on: date, amount: Decimal) -> dict[int, Quote]:
    """Each one's quote by the day of collecting. Raise Refused where what was collected is not owed or not paid."""
    total = sum((pupil.amount or ZERO for pupil in pupils), ZERO)
    if not pupils or total != amount:
        raise Refused(
            f"税票 {amount:,.2f} 元，学校已收未缴的 {len(pupils)} 人共 {total:,.2f} 元，不一致，没有记账。", "amount"
        )
    days = {p.resident_id: p.collected_on for p in pupils if p.resident_id and p.collected_on}
    if not max(days.values()) <= on <= clock.today():
        raise Refused("缴款日期不能早于收款日期，也不能晚于今天。", "on")
    answers = quote_residents(
        campaign=campaign, residents=[p.resident for p in pupils if p.resident], paid_on=days, taking_payment=False
    )
    quotes = {pk: answer for pk, answer in answers.items() if not isinstance(answer, QuoteError)}
    wrong = [p.name for p in pupils if p.resident_id not in quotes or quotes[p.resident_id].due != p.amount]
    if wrong:
        raise Refused(f"{'、'.join(wrong[:5])}等 {len(wrong)} 人的应缴金额在收款以后有变动，请先退差额、重新收款再缴。")
    return quotes


def _record(action: str, school: School, says: str, actor: User) -> None:
    audit.record(action, actor=actor, obj=school, region=school.region_id, summary=f"{school}：{says}")
