"""事实和后果 on 一人一档: what the office learned of a person, what each fact caused, and what waits for whom."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from collection.consequences.models import Consequence
from collection.contributions.models import Contribution
from collection.entitlements.models import DifferenceCase
from collection.refunds.models import Refund
from core.accounts.models import User
from core.audit.models import Event
from core.county_words import county_word
from residents.people.models import Resident
from residents.people.story import Badge, Section

#: What follows by itself. It belongs to the fact before it, if the same person wrote both in one step.
_CAUSED = {
    "consequence.follow",
    "consequence.requote",
    "consequence.withdraw",
    "refund.open",
    "refund.withdraw",
    "difference.found",
    "difference.withdraw",
}
_NO_FACT = ("resident.see_number", "resident.export", "resident.propose_merge", "resident.tell_apart")
#: A list of thousands is one transaction that takes its time.
_ONE_STEP = timedelta(minutes=5)
_SHOWN = 200
_OF_CONSEQUENCE = {
    Consequence.Outcome.ASK: "医保局依据文件决定",
    Consequence.Outcome.REVIEW: "医保局确认",
    Consequence.Outcome.PAY_AGAIN: "医保局通知重新缴费",
}

Key = tuple[str, str]
Found = Consequence | Refund | DifferenceCase | Contribution


@dataclass
class _Entry:
    """A fact or a decision, with what it caused."""

    event: Event
    caused: list[Event] = field(default_factory=list)

    def takes(self, event: Event) -> bool:
        own = self.event
        return own.actor_id == event.actor_id and event.recorded_at - own.recorded_at < _ONE_STEP


def facts_and_effects(resident: Resident, user: User) -> Section | None:
    """The timeline, oldest first, with that of records merged into this one. Only where something is known.

    Six statements.
    """
    objects = _objects(resident)
    records = [resident.pk, *Resident.objects.filter(merged_into=resident).values_list("pk", flat=True)]
    asked = Q(object_type="resident", object_id__in=[str(pk) for pk in records]) & ~Q(action__in=_NO_FACT)
    for kind in {kind for kind, _ in objects}:
        asked |= Q(object_type=kind, object_id__in=[pk for of, pk in objects if of == kind])
    events = list(Event.objects.for_user(user).filter(asked).order_by("-pk")[:_SHOWN])
    entries: list[_Entry] = []
    for event in reversed(events):
        if entries and _is_caused(event, objects) and entries[-1].takes(event):
            entries[-1].caused.append(event)
        else:
            entries.append(_Entry(event))
    rows = [_row(entry, objects, county_word(resident.village_id)) for entry in entries]
    return Section("事实和后果", ("时间", "经办人", "事实", "引起的后果", "待办单位"), rows) if rows else None


def _objects(resident: Resident) -> dict[Key, Found]:
    """What events may be about, besides the person, by its type and id."""
    papers = Refund.evidence.through.objects.filter(refund=OuterRef("pk"))
    refunds = Refund.objects.filter(resident=resident).annotate(has_papers=Exists(papers))
    found: list[Found] = [
        *Consequence.objects.filter(resident=resident),
        *refunds,
        *DifferenceCase.objects.filter(contribution__resident=resident),
        *Contribution.objects.filter(resident=resident),
    ]
    return {(one._meta.model_name or "", str(one.pk)): one for one in found}


def _is_caused(event: Event, objects: dict[Key, Found]) -> bool:
    """Whether it followed by itself; an enrolment without payment is made and ended by facts."""
    about = objects.get((event.object_type, event.object_id))
    if isinstance(about, Contribution):
        return about.channel == Contribution.Channel.FREE
    return event.action in _CAUSED


def _row(entry: _Entry, objects: dict[Key, Found], word: str) -> tuple[object, ...]:
    own = entry.event
    alone = not entry.caused and own.action in _CAUSED  # a policy's version: nothing was learned of this person
    effects = [own] if alone else entry.caused
    return (
        f"{timezone.localtime(own.at):%Y-%m-%d %H:%M}",
        own.actor_name,
        "政策或他人的变化" if alone else own.summary,
        "\n".join(event.summary for event in effects),
        _standing([objects.get((event.object_type, event.object_id)) for event in effects], effects, word),
    )


def _standing(about: list[Found | None], effects: list[Event], word: str) -> Badge | str:
    """For whom it waits, or that it is done or was taken back; '' where nothing followed."""
    followed = [
        one for one, event in zip(about, effects, strict=True) if one and not event.action.endswith(".withdraw")
    ]
    waits = list(dict.fromkeys(text for one in followed if (text := _waits_for(one, word))))
    if waits:
        days = [one.deadline for one in followed if isinstance(one, Consequence) and one.deadline]
        return Badge("warn", "等" + "；".join(waits) + (f"（受理到 {min(days)}）" if days else ""))
    if followed and all(_is_taken_back(one) for one in followed):
        return Badge("off", "已撤回")
    return Badge("ok", "已落实") if effects else ""


def _is_taken_back(one: Found) -> bool:
    if isinstance(one, Contribution):
        return one.ended_at is not None
    return one.state in ("withdrawn", Refund.State.REJECTED)


def _waits_for(one: Found, word: str) -> str:
    """Who has to act and what it is, '' where nobody has."""
    if isinstance(one, Consequence) and one.state == Consequence.State.OPEN:
        return word + _OF_CONSEQUENCE.get(Consequence.Outcome(one.outcome), "医保局处理")
    if isinstance(one, DifferenceCase) and one.state == DifferenceCase.State.OPEN:
        return f"{word}医保局处理差额"
    return _refund_waits(one, word) if isinstance(one, Refund) else ""


def _refund_waits(refund: Refund, word: str) -> str:
    by_lists = refund.self_payment_id is not None or not refund.ends_enrolment
    if refund.state in (Refund.State.REQUESTED, Refund.State.FIRST_PASSED):
        has_papers: bool = getattr(refund, "has_papers", False)
        lacking = [] if by_lists or has_papers else ["证明材料"]
        lacking += [] if refund.payee_account else ["收款账号"]
        who = word + ("税务局初审" if refund.state == Refund.State.REQUESTED else "医保局复核")
        return f"乡镇补{'、'.join(lacking)}" if lacking else f"{who}退费"
    if refund.state == Refund.State.PAID and refund.payee_account and refund.transferred_on is None:
        return "银行回执" if refund.transfer_id else f"{word}医保局交银行付款"
    return ""
