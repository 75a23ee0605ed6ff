"""跨县迁移: asked by the county somebody moves to, answered by the county whose register still holds them.

Agreeing records the move away there (迁出), with all that follows from it; then the county that asked registers the
person at its counter as anybody who comes back. Refusing says why. Who asks learns nothing but the answer.
"""

from datetime import date
from typing import Any, cast

from django.core.files.base import File
from django.db import IntegrityError, transaction

from config import clock
from core.access import masks
from core.access.roles import AT_THE_COUNTER, Role
from core.accounts.models import User
from core.audit import services as audit
from core.files.models import Attachment
from core.files.services import store
from core.refusals import Refused
from core.regions.models import Region
from core.text import required_text
from residents.counter.services import register_resident
from residents.people import id_numbers, names
from residents.people.models import Resident
from residents.people.selectors import find_by_number
from residents.statuses.services import set_status
from residents.transfers.models import MoveRequest

State = MoveRequest.State


@transaction.atomic
def ask_to_move(
    *, name: str, id_number: str, village: Region, reason: str, file: "File[Any] | None", actor: User
) -> MoveRequest:
    """Ask whichever county holds this person to let them go; the same request again is the one that waits.

    Raise Refused for a number that is none, and for somebody of the actor's own county.
    """
    if actor.role not in AT_THE_COUNTER or not village.pk.startswith(actor.scope_prefix):
        raise Refused("只能为迁入本地的人申请。", "village")
    number = id_numbers.normalise(id_number)
    if problem := id_numbers.check(number):
        raise Refused(id_numbers.MESSAGES[problem], "id_number")
    name, reason = names.normalise(name), required_text(reason, "迁移原因和依据", 200)
    if problem := names.problem_of(name):
        raise Refused(problem, "name")
    person = _holder(number, name)
    county, holder = village.county_code, person.village.county_code if person else None
    if holder == county:
        raise Refused(
            f"这个人已在本{actor.county_word}登记，在“参保登记”里办理{actor.county_word}内迁移。", "id_number"
        )
    try:
        with transaction.atomic():
            request = MoveRequest.objects.create(
                to_county_id=county,
                village=village,
                name=name,
                id_number=number,
                reason=reason,
                evidence=_keep(file, holder or county, actor),
                resident=person,
                from_county_id=holder,
                asked_by=actor,
                asked_at=clock.now(),
            )
    except IntegrityError:
        return MoveRequest.objects.get(to_county=county, id_number=number, state=State.WAITING)
    summary = f"申请{name}（{masks.mask(number)}）跨县迁入{village.name}"
    audit.record("move.ask", actor=actor, obj=request, region=village.pk, summary=summary)
    return request


@transaction.atomic
def answer_request(*, request: MoveRequest, agree: bool, answer: str, moved_on: date | None, actor: User) -> None:
    """Answer as the bureau of the county that holds the person. Raise Refused; answered once.

    `moved_on`: since when the person is away, the day of the answer if none is given.
    """
    request = _locked(request)
    if actor.role != Role.COUNTY or actor.region_id != request.from_county_id:
        raise Refused("跨县迁移由原登记县的医保局答复。")
    answer = required_text(answer, "答复", 200)
    today = clock.today()
    if moved_on and moved_on > today:
        raise Refused("迁出日期不能在今天之后。", "moved_on")
    person = Resident.objects.select_related("village").get(pk=cast(int, request.resident_id))
    if person.village.county_code != request.from_county_id:
        raise Refused(f"这个人已经不在本{actor.county_word}的居民册上，不用答复。")
    if agree and person.status == Resident.Status.ACTIVE:
        source = f"跨县迁移申请 {request.pk} 号：{answer}"[:120]
        set_status(resident=person, status=Resident.Status.MOVED, since=moved_on or today, source=source, actor=actor)
    elif agree and person.status != Resident.Status.MOVED:
        raise Refused(f"这个人在册状态是“{person.get_status_display()}”，请先核实、改正状态再答复。")
    request.state = State.AGREED if agree else State.REFUSED
    request.answered_by, request.answered_at, request.answer = actor, clock.now(), answer
    request.save(update_fields=["state", "answered_by", "answered_at", "answer"])
    says = f"{request.get_state_display()}：{request.name}迁往{request.to_county.name}（{answer}）"
    audit.record("move.answer", actor=actor, obj=request, region=person.village_id, summary=says)


@transaction.atomic
def take_in(*, request: MoveRequest, household: str, actor: User) -> Resident:
    """Register the person here, once the other county has agreed; safe to repeat. Raise Refused."""
    request = MoveRequest.objects.select_for_update(of=("self",)).select_related("village").get(pk=request.pk)
    if request.state != State.AGREED:
        raise Refused("对方还没有同意，不能登记。")
    person: Resident = Resident.objects.select_related("village").get(pk=cast(int, request.resident_id))
    if person.village.county_code == request.to_county_id:
        return person
    return register_resident(
        name=request.name, id_number=request.id_number, village=request.village, household=household, actor=actor
    )


@transaction.atomic
def withdraw_request(*, request: MoveRequest, actor: User) -> None:
    """Take a request back that nobody has answered. Raise Refused."""
    request = _locked(request)
    request.state = State.WITHDRAWN
    request.save(update_fields=["state"])
    audit.record(
        "move.withdraw",
        actor=actor,
        obj=request,
        region=request.village_id,
        summary=f"撤回{request.name}的跨县迁移申请",
    )


def _keep(file: "File[Any] | None", region: str, actor: User) -> Attachment | None:
    """The evidence is for whoever answers, so it is kept for that county."""
    return store(file=file, name=file.name or "", kind="move", region=region, actor=actor) if file else None


def _locked(request: MoveRequest) -> MoveRequest:
    request = MoveRequest.objects.select_for_update(of=("self",)).select_related("to_county").get(pk=request.pk)
    if request.state != State.WAITING:
        raise Refused(f"这份申请{request.get_state_display()}，不能再办。")
    return request


def _holder(number: str, name: str) -> Resident | None:
    """The person with this number and this name; a number alone tells nothing."""
    person = find_by_number([number]).get(number)
    return person if person and names.match_key(person.name) == names.match_key(name) else None
