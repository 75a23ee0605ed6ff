"""Ledgers in every state, in villages of the printed township: booked, waiting with errors, refused, withdrawn."""

import io

import xlsxwriter
from django.core.files.base import ContentFile

from collection.ledgers.confirm import confirm_ledger, withdraw_ledger
from collection.ledgers.models import LedgerBatch
from collection.ledgers.selectors import confirming_job_key, reading_job_key, unpaid_people
from collection.ledgers.services import upload_ledger
from collection.ledgers.workbook import UnpaidPerson
from core.accounts.models import User
from demo.rounds import receipt_number
from demo.world import Plan, World, work

LEDGER_NAME = "台账.xlsx"
NOT_A_TABLE = b"<html><body>this is a web page, saved under the name of a table</body></html>"


def upload_ledgers(world: World) -> None:
    """Upload the ledgers of four villages of the printed township, one in each state."""
    county, helpers = world.county, world.helpers
    own = [plan for plan in world.of_township(county.township) if plan.code != county.village and plan.code in helpers]
    own.sort(key=lambda plan: -len(_owing(world, plan)))
    booked, waiting, refused, taken_back = own[:4]
    _confirm(_send(world, booked, _ledger(world, booked)), helpers[booked.code])
    _send(world, waiting, _ledger(world, waiting, mistakes=True))
    _send(world, refused, NOT_A_TABLE)
    batch = _send(world, taken_back, _ledger(world, taken_back))
    _confirm(batch, helpers[taken_back.code])
    withdraw_ledger(batch=batch, reason="传错了文件", actor=helpers[taken_back.code])


def _ledger(world: World, plan: Plan, *, mistakes: bool = False) -> bytes:
    """A ledger as a helper types it: up to six of those who have not paid yet."""
    owing, day = _owing(world, plan), str(world.county.last_day)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("缴费清册")
        sheet.write_row(0, 0, ["户编号", "姓名", "身份证号码", "缴费金额", "缴费日期", "收据号"])
        for row, person in enumerate(owing[:6], start=1):
            number, amount = person.id_number, float(person.due or 0)
            if mistakes and row == 1:
                amount -= 10
            if mistakes and row == 2:
                number = number[:-1]
            sheet.write_row(
                row,
                0,
                [person.household, person.name, number, amount, day, receipt_number(world.county, plan.next_receipt)],
            )
            plan.next_receipt += 1
    return buffer.getvalue()


def _owing(world: World, plan: Plan) -> list[UnpaidPerson]:
    return unpaid_people(campaign=world.campaign, village=world.region(plan.code))[0]


def _send(world: World, plan: Plan, content: bytes) -> LedgerBatch:
    file = ContentFile(content, LEDGER_NAME)
    batch, _ = upload_ledger(
        campaign=world.campaign,
        village=world.region(plan.code),
        file=file,
        name=LEDGER_NAME,
        actor=world.helpers[plan.code],
    )
    work(reading_job_key(batch.pk))
    batch.refresh_from_db()
    return batch


def _confirm(batch: LedgerBatch, actor: User) -> None:
    if batch.rows.filter(state="good").exists():
        confirm_ledger(batch=batch, actor=actor)
        work(confirming_job_key(batch.pk))
        batch.refresh_from_db()
