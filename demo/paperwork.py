"""The townships' paperwork: declared, answered, corrected, confirmed, remitted, posted.

The last round stands in every state.
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
from core.refusals import Refused
from core.regions.models import Region
from demo.county import TOWNSHIP
from demo.files import work
from demo.slips import drawn_slip
from subsidies.campaigns.models import Campaign

DAYS = tuple(map(datetime.date.fromisoformat, ("2024-10-03", "2024-10-10", "2024-10-17", "2024-10-24")))
REASONS = ("姓名与身份证号码不一致", "身份证号码在系统中查不到", "已在外地参保")
#: How far the last round got, township by township; the printed township leaves its cash to the newcomer.
STOPS = ("posted", "submitted", "answered", "confirmed", "posted", "remitted", "draft", "posted")


def declare(campaign: Campaign, day: datetime.date, teams: dict[str, list[User]], tax: User, bureau: User) -> None:
    """Each township's declaration on its days; every round but the last goes through to the treasury."""
    if day not in DAYS:
        return
    for order, (township, team) in enumerate(sorted(teams.items())):
        stop = STOPS[order % len(STOPS)] if day == DAYS[-1] else "posted"
        if day < DAYS[-1] or township != TOWNSHIP:
            _one_round(campaign, day, Region(code=township), team, tax, bureau, stop)


def _one_round(campaign, day, township, team, tax, bureau, stop) -> None:
    reviewer, *_, recorder = team
    _correct_failures(township, recorder)
    try:
        declaration = draft_declaration(campaign=campaign, township=township, actor=recorder)
    except Refused:
        return  # nothing banked since the last round
    if stop == "draft":
        return
    declaration = _submit(declaration, reviewer, bureau)
    if stop == "submitted":
        return
    rows = list(declaration.rows.filter(result=DeclarationRow.Result.PENDING).order_by("pk")[:40])
    for row, reason in zip(rows[7::16], REASONS, strict=False):
        decide_row(row=row, ok=False, reason=reason, actor=tax)
    decide_rest(declaration=declaration, ok=True, reason="", actor=tax)
    declaration.refresh_from_db()
    if stop == "answered":
        return
    taken = declaration.rows.filter(result=DeclarationRow.Result.SUCCESS)
    people, amount = taken.count(), sum(row.amount for row in taken)
    declaration = confirm_declaration(
        declaration=declaration, number=f"QR{day:%m%d}{township.code[-3:]}", people=people, amount=amount, actor=tax
    )
    if stop == "confirmed":
        return
    slip = f"HK{day:%m%d}{township.code[-3:]}"
    photo = drawn_slip("汇款回单", 回单号=slip, 日期=f"{day}", 金额=f"{amount:,} 元", 收款账户="待报解专户")
    declaration = remit_declaration(
        declaration=declaration,
        slip_no=slip,
        on=day,
        amount=amount,
        photo=photo,
        actor=recorder,
    )
    if stop == "posted":
        ticket = f"SP{day:%m%d}{township.code[-3:]}{declaration.number:02d}"
        post_declaration(declaration=declaration, ticket_no=ticket, actor=tax)


def _submit(declaration: Declaration, reviewer: User, bureau: User) -> Declaration:
    try:
        declaration = submit_declaration(declaration=declaration, actor=reviewer)
    except Refused:
        allow_difference(declaration=declaration, reason="整户收据尚有一人待缴存，先报送其余人员", actor=bureau)
        declaration = submit_declaration(declaration=declaration, actor=reviewer)
    work(declaration_file.job_key(declaration))
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
