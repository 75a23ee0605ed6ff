"""A declaration's way: submitted → fed back (feedback.py) → confirmed → remitted → posted.

Each step is taken once: pressed again it changes nothing, pressed out of turn it says what comes first. Statements
are counted and do not grow with the people on the declaration. Locks: the accounts of the township's villages, then
the declaration.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Replace
from django.utils import timezone

from collection.cash import services as deposits
from collection.contributions.models import Contribution
from collection.declarations.drafts import DECLARED_PART, leaving, locked
from collection.declarations.file import ask_for_file
from collection.declarations.models import Declaration, DeclarationRow
from collection.declarations.three_way_check import check_declaration
from collection.messages.events import tell
from collection.messages.kinds import COVERED
from collection.money import services as money
from collection.money.models import Movement
from collection.money.steps import refuse_closed, villages_of
from config import clock
from core.access.roles import Role
from core.access.scope import ScopedQuerySet
from core.accounts.models import User
from core.amounts import ZERO
from core.audit import services as audit
from core.database.bulk import insert_from
from core.files.photos import Photo, store_photo
from core.refusals import Refused
from core.text import required_text
from residents.people.models import InsuredYear
from subsidies.campaigns import watermark

State = Declaration.State
Result = DeclarationRow.Result


@transaction.atomic
def allow_difference(*, declaration: Declaration, reason: str, actor: User) -> Declaration:
    """A county officer lets a draft leave although stubs, money and rows differ; redrafting takes this back."""
    if actor.role != Role.COUNTY:
        raise Refused(f"差异只能由{actor.county_word}医保局放行。")
    reason = required_text(reason, "放行原因")
    draft = locked(declaration)
    refuse_closed(draft.campaign)
    if draft.state != State.DRAFT:
        raise Refused(f"{draft}{draft.get_state_display()}，不需要再放行。")
    draft.difference_reason, draft.difference_by, draft.difference_at = reason, actor, clock.now()
    draft.save(update_fields=["difference_reason", "difference_by", "difference_at"])
    audit.record(
        "declaration.allow_difference",
        actor=actor,
        obj=draft,
        summary=f"放行 {draft} 的三方核对差异：{reason}",
        after={"differences": _differences(draft)},
    )
    return draft


@transaction.atomic
def submit_declaration(*, declaration: Declaration, actor: User) -> Declaration:
    """Hands the draft to the tax bureau: from here its people are declared and their records are fixed."""
    draft = begin(declaration)
    if draft.state in (State.SUBMITTED, State.FED_BACK, State.CONFIRMED, State.REMITTED, State.POSTED):
        return draft
    if draft.state != State.DRAFT:
        raise Refused(f"{draft}{draft.get_state_display()}，不能报送；请重新生成申报表。")
    if not draft.people:
        raise Refused("申报表里没有人，不能报送。请先点“重新核对”。")
    _refuse_changed(draft)
    differences = _differences(draft)
    if differences and not draft.difference_by_id:
        named = "、".join(item["village"] for item in differences[:5])
        raise Refused(
            f"{named}{'等' if len(differences) > 5 else ''}{len(differences)}个村的收据存根、缴存金额、申报金额不一致。"
            f"请按差异清单查清；确实要先报送的，请{actor.county_word}医保局写明原因放行。"
        )
    moment = clock.now()
    declared = Contribution.objects.filter(declaration_rows__declaration=draft, ended_at__isnull=True)
    declared.update(state=Contribution.State.DECLARED, declaration=draft)
    draft.state, draft.submitted_by, draft.submitted_at = State.SUBMITTED, actor, moment
    draft.submissions += 1
    draft.save(update_fields=["state", "submitted_by", "submitted_at", "submissions"])
    audit.record(
        "declaration.submit",
        actor=actor,
        obj=draft,
        summary=f"报送 {draft}：{draft.people} 人 {draft.amount:,.2f} 元",
        after={"people": draft.people, "amount": str(draft.amount), "differences": differences},
    )
    ask_for_file(declaration=draft, actor=actor)
    return draft


@transaction.atomic
def return_declaration(*, declaration: Declaration, reason: str, actor: User) -> Declaration:
    """The tax bureau hands the whole list back before it has taken anyone in: it is a draft again."""
    reason = required_text(reason, "退回原因")
    found = begin(declaration)
    if found.state == State.DRAFT:
        return found
    if found.state != State.SUBMITTED or found.rows.exclude(result=Result.PENDING).exists():
        raise Refused(f"{found}已经有反馈，不能整表退回；请把不成功的人写进反馈文件。")
    own = DeclarationRow.objects.filter(declaration=found, contribution=OuterRef("pk"))
    again = Exists(own.filter(previous__isnull=False))
    _live(found, Contribution.State.DECLARED).update(
        state=Case(When(again, then=Value(Contribution.State.FAILED)), default=Value(Contribution.State.COLLECTED)),
        declaration=Subquery(own.values("previous__declaration")[:1]),
    )
    found.state, found.returned_reason = State.DRAFT, reason
    found.file, found.taken_by, found.taken_at, found.submitted_by, found.submitted_at = None, None, None, None, None
    found.save()
    audit.record("declaration.return", actor=actor, obj=found, summary=f"退回 {found}：{reason}")
    return found


def normalize_confirmation_no(number: str) -> str:
    """Return the number as the 缴费确认单 prints it: half-width, capitals, no blanks; its hyphens are part of it."""
    text = unicodedata.normalize("NFKC", number)
    return re.sub(r"[‐‑‒–—―−]", "-", re.sub(r"\s", "", text)).upper()


@transaction.atomic
def confirm_declaration(
    *, declaration: Declaration, number: str, people: int, amount: Decimal, actor: User
) -> Declaration:
    """The tax bureau's 缴费确认单 for those taken in: its count and amount must be those of the feedback."""
    number = required_text(normalize_confirmation_no(number), "确认单号", 40)
    found = begin(declaration)
    if found.state in (State.CONFIRMED, State.REMITTED, State.POSTED) and found.confirmation_no.replace(
        "-", ""
    ) == number.replace("-", ""):
        return found
    if found.state == State.SUBMITTED and (waiting := found.rows.filter(result=Result.PENDING).count()):
        raise Refused(f"还有 {waiting} 人没有反馈结果，请先导入反馈文件或写明其余人的结果，再开确认单。")
    if found.state != State.FED_BACK:
        raise Refused(f"{found}{found.get_state_display()}，现在不能开确认单。")
    _refuse_used(found, "confirmation_no", number, "确认单号")
    taken = sums_of(found)
    if (people, amount) != taken:
        raise Refused(
            f"确认单是 {people} 人 {amount:,.2f} 元，反馈成功的是 {taken[0]} 人 {taken[1]:,.2f} 元，两者不一致。"
            "请核对确认单；反馈有遗漏的，请补导反馈文件。"
        )
    confirmed = _live(found, Contribution.State.DECLARED).update(state=Contribution.State.CONFIRMED)
    if confirmed != people:
        raise Refused(
            f"{found}反馈成功 {people} 人，能确认的只有 {confirmed} 人，没有保存。请{actor.county_word}医保局核查。"
        )
    found.state, found.confirmation_no = State.CONFIRMED, number
    found.confirmed_people, found.confirmed_amount = taken
    found.confirmed_by, found.confirmed_at = actor, clock.now()
    try:
        found.save()
    except IntegrityError as taken_since:
        raise Refused(f"确认单号 {number} 刚刚被登记在另一张申报表上。") from taken_since
    audit.record(
        "declaration.confirm",
        actor=actor,
        obj=found,
        summary=f"开确认单 {number}：{people} 人 {amount:,.2f} 元（{found}）",
    )
    return found


@transaction.atomic
def remit_declaration(
    *, declaration: Declaration, slip_no: str, on: date, amount: Decimal, photo: Photo, actor: User
) -> Declaration:
    """The township has sent exactly the confirmed sum to the clearing account, on the slip's day."""
    slip_no = required_text(deposits.normalize_slip_no(slip_no), "汇款回单号", 40)
    found = begin(declaration)
    if found.state in (State.REMITTED, State.POSTED) and found.remittance_no == slip_no:
        return found
    if found.state != State.CONFIRMED:
        raise Refused(f"{found}{found.get_state_display()}，税务开出确认单以后才能登记汇款，且只登记一次。")
    if amount != found.confirmed_amount:
        raise Refused(f"汇款 {amount:,.2f} 元与确认单的 {found.confirmed_amount:,.2f} 元不一致，请按确认单金额汇款。")
    confirmed_on = timezone.localtime(found.confirmed_at).date()
    if not confirmed_on <= on <= clock.today():
        raise Refused(f"汇款日期 {on} 不对：不能早于开确认单的 {confirmed_on}，也不能晚于今天。")
    _refuse_used(found, "remittance_no", slip_no, "回单号")
    found.remittances += 1
    money.record_movements(campaign=found.campaign, actor=actor, facts=_facts(found, "remit", Movement.Kind.REMIT, on))
    slip = store_photo(photo=photo, name=f"汇款回单{slip_no}", region=found.township_id, actor=actor)
    found.state, found.remittance_no, found.remittance_slip, found.remitted_on = State.REMITTED, slip_no, slip, on
    found.remitted_by, found.remitted_at = actor, clock.now()
    try:
        found.save()
    except IntegrityError as taken:
        raise Refused(f"回单号 {slip_no} 刚刚被登记在另一张申报表上。") from taken
    audit.record(
        "declaration.remit", actor=actor, obj=found, summary=f"登记汇款 {amount:,.2f} 元，回单 {slip_no}（{found}）"
    )
    return found


@transaction.atomic
def return_remittance(*, declaration: Declaration, reason: str, actor: User) -> Declaration:
    """The tax bureau does not find the money, or the slip is wrong: the movement is taken back and entered anew."""
    reason = required_text(reason, "退回原因")
    found = begin(declaration)
    if found.state == State.CONFIRMED:
        return found
    if found.state != State.REMITTED:
        raise Refused(f"{found}{found.get_state_display()}，没有待核对的汇款。")
    key = f"remit:{found.pk}:{found.remittances}:"
    movements = Movement.objects.filter(declaration=found, key__startswith=key)
    money.reverse_movements(campaign=found.campaign, movements=movements, reason=reason, actor=actor)
    audit.record(
        "declaration.return_remittance",
        actor=actor,
        obj=found,
        summary=f"退回 {found} 的汇款登记 {found.remittance_no}：{reason}",
        before={"slip_no": found.remittance_no, "on": str(found.remitted_on)},
    )
    found.state, found.remittance_no, found.remittance_slip, found.remitted_on = State.CONFIRMED, "", None, None
    found.remitted_by, found.remitted_at, found.returned_reason = None, None, reason
    found.save()
    return found


@transaction.atomic
def post_declaration(*, declaration: Declaration, ticket_no: str, actor: User, shared: bool = False) -> Declaration:
    """Ticket written and money in the treasury, the day the tax bureau has checked the slip (方案 四（一）3（2）).

    The people's contributions are posted at this instant, and the year stands in their records. A ticket is one
    declaration's; `shared`: the tax bureau says that this one serves another declaration too.
    """
    ticket_no = required_text(deposits.normalize_slip_no(ticket_no), "税票号", 40)
    moment = watermark.next_timestamp(campaign_id=declaration.campaign_id)
    found = begin(declaration)
    if found.state == State.POSTED:
        return found
    if found.state != State.REMITTED:
        raise Refused(f"{found}{found.get_state_display()}，乡镇登记汇款以后才能开票入库。")
    if not shared:
        _refuse_used_ticket(found, ticket_no)
    on = max(clock.today(), found.remitted_on or date.min)
    money.record_movements(campaign=found.campaign, actor=actor, facts=_facts(found, "post", Movement.Kind.POST, on))
    people = _live(found, Contribution.State.CONFIRMED)
    insert_from(
        InsuredYear,
        {"resident": F("resident_id"), "year": found.campaign.year, "source": f"{found} 入库"[:60]},
        people,
        ignore_conflicts=True,
    )
    posted = people.update(state=Contribution.State.POSTED, posted_at=moment)
    if posted != found.confirmed_people:
        raise Refused(
            f"{found}确认 {found.confirmed_people} 人，能入库的只有 {posted} 人，"
            f"没有入库。请{actor.county_word}医保局核查。"
        )
    found.state, found.ticket_no, found.posted_by, found.posted_at = State.POSTED, ticket_no, actor, moment
    found.save()
    audit.record(
        "declaration.post",
        actor=actor,
        obj=found,
        summary=f"开票入库 {found}：{found.confirmed_people} 人 {found.confirmed_amount:,.2f} 元，税票 {ticket_no}",
    )
    tell(COVERED, found.campaign, Contribution.objects.filter(declaration=found, posted_at=moment))
    return found


def begin(declaration: Declaration) -> Declaration:
    """Accounts first, then the declaration, both locked; refuses a closed campaign."""
    codes = villages_of(declaration.township_id)
    money.lock_accounts(campaign=declaration.campaign, villages=codes)
    refuse_closed(declaration.campaign)
    return locked(declaration)


def sums_of(declaration: Declaration) -> tuple[int, Decimal]:
    """How many the tax bureau has taken in on this declaration, and what they paid."""
    taken = declaration.rows.filter(result=Result.SUCCESS).aggregate(people=Count("pk"), amount=Sum("amount"))
    return taken["people"], (taken["amount"] or ZERO).quantize(ZERO)


def _refuse_used(declaration: Declaration, field: str, number: str, what: str) -> None:
    # A number typed with and without its hyphens is the same number.
    plain = Replace(F(field), Value("-"), Value(""))
    others = Declaration.objects.filter(campaign=declaration.campaign).exclude(pk=declaration.pk)
    others = others.annotate(plain=plain).filter(plain=number.replace("-", ""))
    if others.exists():
        raise Refused(f"{what} {number} 已经登记在另一张申报表上，一个号只能用一次，请核对。")


def _refuse_used_ticket(declaration: Declaration, ticket_no: str) -> None:
    others = Declaration.objects.filter(campaign=declaration.campaign, ticket_no=ticket_no).exclude(pk=declaration.pk)
    if other := others.select_related("township").first():
        raise Refused(
            f"税票 {ticket_no} 已经登记在{other}上，没有入库。请核对税票号；"
            "确是一张税票开了几张申报表的，请勾选“同一张税票”再提交。"
        )


def _live(declaration: Declaration, state: Contribution.State) -> ScopedQuerySet:
    """The live contributions of a declaration in this state. Those refused stand in another one, so that no step has
    to join the rows: PostgreSQL's statistics are always older than the step."""
    return Contribution.objects.filter(declaration=declaration, state=state, ended_at__isnull=True)


def _facts(declaration: Declaration, step: str, kind: Movement.Kind, on: date) -> list[money.Fact]:
    """One movement a village. The attempt is in the key: a remittance that was taken back can be entered anew."""
    people = _live(declaration, Contribution.State.CONFIRMED)
    villages = people.order_by("village_id").values_list("village_id").annotate(sum=Sum(DECLARED_PART))
    return [
        money.Fact(
            key=f"{step}:{declaration.pk}:{declaration.remittances}:{village}",
            kind=kind,
            village=village,
            amount=amount,
            on=on,
            declaration_id=declaration.pk,
        )
        for village, amount in villages
    ]


def _refuse_changed(draft: Declaration) -> None:
    """What was drafted must still be so: nobody reversed or about to leave, nothing corrected since."""
    changed = draft.rows.exclude(
        contribution__ended_at__isnull=True,
        contribution__state__in=[Contribution.State.COLLECTED, Contribution.State.FAILED],
        contribution__resident__name=F("name"),
        contribution__resident__id_number=F("id_number"),
    ) | draft.rows.filter(contribution__in=Contribution.objects.filter(Exists(leaving())).values("pk"))
    if count := changed.count():
        names = "、".join(changed.values_list("name", flat=True)[:5])
        raise Refused(f"草稿里有 {count} 人（{names}）的情况在生成以后变了，请先点“重新核对”再报送。")


def _differences(draft: Declaration) -> list[dict[str, Any]]:
    """[{"village", "stubs", "deposited", "declared"}] for the villages where the three differ."""
    return [
        {
            "village": line.village_name,
            "stubs": str(line.stubs),
            "deposited": str(line.deposited),
            "declared": str(line.declared),
        }
        for line in check_declaration(declaration=draft)
        if line.differs
    ]
