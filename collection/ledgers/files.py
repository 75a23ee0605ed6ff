"""The workbooks a village gets, put together from the register and the books; each download leaves an event."""

from django.utils import timezone

from collection.ledgers.models import LedgerBatch, LedgerRow
from collection.ledgers.selectors import unpaid_people
from collection.ledgers.stamp import Stamp
from collection.ledgers.workbook import Titles, UnpaidPerson, prefilled, unpaid_list
from config import clock
from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.regions.models import Region
from core.tables.annotating import ListPlace, Mark, Request
from core.tables.reader import UNREADABLE, SheetError
from core.uploads.services import marked_name, marked_workbook, numbered
from subsidies.campaigns.models import Campaign

State = LedgerRow.State


def prefilled_ledger(*, campaign: Campaign, village: Region, actor: User) -> tuple[str, bytes]:
    """(file name, xlsx): the village's ledger for collecting. Holds whole numbers, so it leaves an event."""
    owing, free = unpaid_people(campaign=campaign, village=village)
    policy, now = campaign.policy, timezone.localtime(clock.now())
    stamp = Stamp(village.code, campaign.year, now.replace(tzinfo=None), campaign.policy_version_id[:8])
    content = prefilled(
        Titles(str(campaign), _place(village), now.date(), str(stamp)),
        owing,
        free=free,
        categories=[category.name for category in policy.categories],
        period=(policy.period.start, policy.period.end),
    )
    audit.record(
        "ledger.prefilled",
        actor=actor,
        obj=village,
        region=village.code,
        summary=f"下载{village.name}缴费清册，{len(owing)} 人（完整证件号码）",
    )
    return f"{village.name}缴费清册{now:%m%d}.xlsx", content


def unpaid_workbook(*, campaign: Campaign, village: Region, actor: User) -> tuple[str, bytes]:
    """(file name, xlsx): who has not paid, with telephones for calling; numbers masked."""
    owing, _ = unpaid_people(campaign=campaign, village=village)
    shown = [UnpaidPerson(**{**one.__dict__, "id_number": masks.mask(one.id_number)}) for one in owing]
    record_phones_seen(village=village, people=len(owing), actor=actor)
    titles = Titles(str(campaign), _place(village), clock.today())
    return f"{village.name}未缴费名单{clock.today():%m%d}.xlsx", unpaid_list(titles, shown)


def record_phones_seen(*, village: Region, people: int, actor: User, what: str = "未缴费名单") -> None:
    """That somebody was shown telephones of a village's people, on which list."""
    audit.record(
        "ledger.unpaid_list",
        actor=actor,
        obj=village,
        region=village.code,
        summary=f"查看{village.name}{what}和联系电话，{people} 人",
    )


def _place(village: Region) -> str:
    return f"{village.parent.name if village.parent else ''}{village.name}"


def annotated_ledger(*, batch: LedgerBatch, actor: User) -> tuple[str, bytes]:
    """Return (file name, xlsx): the batch's own file with what is wrong marked.

    The file is opened in a process with limits. Raise SheetError where no workbook can be made.
    """
    places = {key: column["at"] for key, column in batch.columns.items()}
    rows = batch.rows.only("number", "state", "problems", "warnings").iterator(chunk_size=2000)
    place = ListPlace(batch.header_row or 1, places)
    if batch.attachment is None:
        raise SheetError(UNREADABLE, "这份台账没有文件，不能下载标注。")
    request = Request(batch.attachment.file.path, [_mark(row) for row in rows], places={batch.sheet: place})
    content = marked_workbook(request)
    audit.record("ledger.annotated", actor=actor, obj=batch, summary=f"下载标注的台账 {batch.pk}", batch=batch.pk)
    return marked_name(batch.attachment), content


def _mark(row: LedgerRow) -> Mark:
    if row.state == State.CONFIRMED:
        return Mark(row.number, "已记账，不用再改。", done=True)
    if row.state == State.RECORDED:
        return Mark(row.number, "以前已记账，不用再改。", done=True)
    return Mark(row.number, numbered(p["message"] for p in row.problems), tuple(p["column"] for p in row.problems))
