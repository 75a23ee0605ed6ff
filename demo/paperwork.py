"""The townships' paperwork: declared, answered, corrected, confirmed, remitted, posted.

The last round stands in every state, and one township's round of the week before waits for the tax bureau.
"""

import datetime

from collection.declarations import file as declaration_file
from collection.declarations.corrections import correct_row
from collection.declarations.drafts import draft_declaration
from collection.declarations.feedback import decide_rest, decide_row
from collection.declarations.models import Declaration, DeclarationRow
from collection.declarations.services import (
    allow_difference,
    confirm_declaration,
    post_declaration,
    remit_declaration,
    submit_declaration,
)
from core.accounts.models import User
from core.amounts import ZERO
from core.refusals import Refused
from core.regions.models import Region
from demo.slips import drawn_slip
from demo.world import World, work

REASONS = ("姓名与身份证号码不一致", "身份证号码在系统中查不到", "已在外地参保")
#: How far the last round got, township by township; the printed township leaves its cash to the newcomer.
STOPS = ("posted", "submitted", "answered", "confirmed", "posted", "remitted", "draft", "posted")
#: Which township's declaration of the round before the last still waits for the tax bureau.
FORGOTTEN = 5


def declare(world: World, day: datetime.date) -> None:
    """Make each township's declaration on its days; every round but the last goes through to the treasury."""
    rounds = world.county.declaration_days
    if day not in rounds:
        return
    for order, (township, team) in enumerate(world.teams.items()):
        stop = "posted"
        if day == rounds[-1]:
            stop = STOPS[order % len(STOPS)]
        elif day == rounds[-2] and order == FORGOTTEN:
            stop = "submitted"
        if day < rounds[-1] or township != world.county.township:
            _one_round(world, day, Region(code=township), team, stop)


def _one_round(world: World, day: datetime.date, township: Region, team: list[User], stop: str) -> None:
    reviewer, *_, recorder = team
    _correct_failures(township, recorder)
    try:
        declaration = draft_declaration(campaign=world.campaign, township=township, actor=recorder)
    except Refused:
        return  # nothing deposited since the last round
    if stop == "draft":
        return
    declaration = _submit(world, declaration, reviewer)
    if stop == "submitted":
        return
    declaration = _answer(world, declaration)
    if stop == "answered":
        return
    accepted = declaration.rows.filter(result=DeclarationRow.Result.SUCCESS)
    amounts = list(accepted.values_list("amount", flat=True))
    if not amounts:
        return
    amount = sum(amounts, ZERO)
    declaration = confirm_declaration(
        declaration=declaration,
        number=f"QR{day:%m%d}{township.code[-3:]}",
        people=len(amounts),
        amount=amount,
        actor=world.tax,
    )
    if stop == "confirmed":
        return
    slip = f"HK{day:%m%d}{township.code[-3:]}"
    photo = drawn_slip("汇款回单", 回单号=slip, 日期=f"{day}", 金额=f"{amount:,} 元", 收款账户="待报解专户")
    declaration = remit_declaration(
        declaration=declaration, slip_no=slip, on=day, amount=amount, photo=photo, actor=recorder
    )
    if stop == "posted":
        ticket = f"SP{day:%m%d}{township.code[-3:]}{declaration.number:02d}"
        post_declaration(declaration=declaration, ticket_no=ticket, actor=world.tax)


def _submit(world: World, declaration: Declaration, reviewer: User) -> Declaration:
    try:
        declaration = submit_declaration(declaration=declaration, actor=reviewer)
    except Refused:
        reason = "整户收据尚有一人待缴存，先报送其余人员"
        allow_difference(declaration=declaration, reason=reason, actor=world.bureau)
        declaration = submit_declaration(declaration=declaration, actor=reviewer)
    work(declaration_file.job_key(declaration))
    declaration.refresh_from_db()
    return declaration


def _answer(world: World, declaration: Declaration) -> Declaration:
    """The tax bureau's answer: a few failures by name, everybody else succeeds."""
    rows = list(declaration.rows.filter(result=DeclarationRow.Result.PENDING).order_by("pk")[:40])
    for row, reason in zip(rows[7::16], REASONS, strict=False):
        decide_row(row=row, ok=False, reason=reason, actor=world.tax)
    decide_rest(declaration=declaration, ok=True, reason="", actor=world.tax)
    declaration.refresh_from_db()
    return declaration


def _correct_failures(township: Region, recorder: User) -> None:
    failed = DeclarationRow.objects.in_region(township.code).filter(
        result=DeclarationRow.Result.FAILURE, fixed_at__isnull=True, next__isnull=True
    )
    for row in failed.select_related("contribution__resident"):
        resident = row.contribution.resident
        correct_row(
            row=row, name=resident.name, id_number=resident.id_number, note="已核对身份证原件，信息无误", actor=recorder
        )
