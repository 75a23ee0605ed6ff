"""Ledgers in every state, in villages of the printed township: booked, waiting with mistakes, refused, taken back."""

import io

import xlsxwriter
from django.core.files.base import ContentFile

from collection.ledgers.confirm import confirm_ledger, withdraw_ledger
from collection.ledgers.models import LedgerBatch
from collection.ledgers.selectors import confirming_job_key, reading_job_key, unpaid_people
from collection.ledgers.services import upload_ledger
from collection.ledgers.workbook import Owing
from core.accounts.models import User
from core.jobs import services as jobs
from core.jobs.models import Job
from core.regions.models import Region
from demo.county import TOWNSHIP, VILLAGE
from demo.rounds import LAST_DAY, Plan, written_number
from subsidies.campaigns.models import Campaign

NOT_A_TABLE = b"<html><body>this is a web page, saved under the name of a table</body></html>"


def upload(campaign: Campaign, plans: list[Plan], helpers: dict[str, User]) -> None:
    """Four villages of the township, one state each."""
    mine = [plan for plan in plans if plan.code.startswith(TOWNSHIP) and plan.code != VILLAGE and plan.code in helpers]
    mine.sort(key=lambda plan: -len(_owing(campaign, plan)))
    booked, waiting, refused, taken_back = mine[:4]
    _confirm(_send(campaign, booked, helpers, _ledger(campaign, booked)), helpers[booked.code])
    _send(campaign, waiting, helpers, _ledger(campaign, waiting, mistakes=True))
    _send(campaign, refused, helpers, NOT_A_TABLE)
    batch = _send(campaign, taken_back, helpers, _ledger(campaign, taken_back))
    _confirm(batch, helpers[taken_back.code])
    withdraw_ledger(batch=batch, reason="传错了文件", actor=helpers[taken_back.code])


def _ledger(campaign: Campaign, plan: Plan, *, mistakes: bool = False) -> bytes:
    """A ledger as a helper types it: up to six of those who have not paid yet."""
    owing = _owing(campaign, plan)
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
                [person.household, person.name, number, amount, str(LAST_DAY), written_number(plan.next_receipt)],
            )
            plan.next_receipt += 1
    return buffer.getvalue()


def _owing(campaign: Campaign, plan: Plan) -> list[Owing]:
    return unpaid_people(campaign=campaign, village=Region.objects.get(pk=plan.code))[0]


def _send(campaign: Campaign, plan: Plan, helpers: dict[str, User], content: bytes) -> LedgerBatch:
    file = ContentFile(content, "台账.xlsx")
    batch, _ = upload_ledger(
        campaign=campaign,
        village=Region.objects.get(pk=plan.code),
        file=file,
        name=file.name,
        actor=helpers[plan.code],
    )
    work(reading_job_key(batch.pk))
    batch.refresh_from_db()
    return batch


def _confirm(batch: LedgerBatch, actor: User) -> None:
    if batch.rows.filter(state="good").exists():
        confirm_ledger(batch=batch, actor=actor)
        work(confirming_job_key(batch.pk))
        batch.refresh_from_db()


def work(key: str) -> None:
    """Does the job here and now; the worker that is told of it later finds it done."""
    jobs.run(Job.objects.get(key=key, state=Job.State.QUEUED).pk)
