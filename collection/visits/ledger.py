"""The ledger by name: what each line shows of a person, on the page and in Excel."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone

from collection.visits.models import ToldPayment, Visit
from collection.visits.selectors import STANDINGS, attempts_of, latest_causes, latest_visits, told_waiting
from config import clock
from core.access import masks
from core.accounts.models import User
from core.audit import services as audit
from core.database.bulk import CHUNK
from core.regions.models import Region
from core.tables.writer import xlsx_response
from residents.people.models import Resident
from subsidies.campaigns.models import Campaign

COLUMNS = (
    ("序号", 6),
    ("乡镇", 14),
    ("村", 16),
    ("户编号", 10),
    ("户主", 10),
    ("姓名", 10),
    ("证件号码", 22),
    ("未参保原因", 22),
    ("原因说明", 24),
    ("联系次数", 10),
    ("最近方式", 10),
    ("最近结果", 16),
    ("最近联系", 18),
    ("登记人", 10),
    ("下次联系", 12),
    ("自述缴费", 12),
    ("最迟到账", 12),
)


@dataclass(frozen=True, slots=True)
class VisitedPerson:
    """A person not insured yet, the latest visit, the one that named the cause, and the payment told of."""

    resident: Resident
    last: Visit | None
    caused: Visit | None
    told: ToldPayment | None
    attempts: int

    @property
    def number(self) -> str:
        return masks.mask(self.resident.id_number)


def lines(*, campaign: Campaign, residents: Iterable[Resident]) -> list[VisitedPerson]:
    """The lines of these people; six statements for every 2,000."""
    residents = list(residents)
    ids = [one.pk for one in residents]
    last, caused = latest_visits(campaign=campaign, residents=ids), latest_causes(campaign=campaign, residents=ids)
    told, tried = told_waiting(campaign=campaign, residents=ids), attempts_of(campaign=campaign, residents=ids)
    return [
        VisitedPerson(one, last.get(one.pk), caused.get(one.pk), told.get(one.pk), tried.get(one.pk, 0))
        for one in residents
    ]


def workbook(
    *, campaign: Campaign, region: Region, standing: str, rows: QuerySet[Resident], actor: User
) -> FileResponse:
    """The ledger as Excel, numbers masked; leaves an event."""
    name = f"{region.name}未参保动员台账（{STANDINGS[standing]}）"
    audit.record(
        "visit.export",
        actor=actor,
        obj=campaign,
        region=region.code,
        summary=f"导出{name}，{rows.count()} 人",
    )
    return xlsx_response(
        filename=f"{name}.xlsx",
        title=name,
        note=f"{campaign}，{clock.today()} 导出，证件号码已脱敏",
        columns=COLUMNS,
        rows=_cells(campaign, rows),
    )


def _cells(campaign: Campaign, rows: QuerySet[Resident]) -> Iterator[tuple[object, ...]]:
    number = 0
    for chunk in _in_chunks(rows):
        for line in lines(campaign=campaign, residents=chunk):
            number += 1
            yield (number, *_of_person(line), *_of_visits(line))


def _in_chunks(rows: QuerySet[Resident]) -> Iterator[list[Resident]]:
    chunk: list[Resident] = []
    for resident in rows.iterator(chunk_size=CHUNK):
        chunk.append(resident)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    yield chunk


def _of_person(line: VisitedPerson) -> tuple[object, ...]:
    one = line.resident
    household = one.household
    return (
        one.village.parent.name if one.village.parent else "",
        one.village.name,
        household.number if household else "",
        household.head_name if household else "",
        one.name,
        line.number,
        str(line.caused.cause) if line.caused else "",
        line.caused.note if line.caused else "",
    )


def _of_visits(line: VisitedPerson) -> tuple[object, ...]:
    last, told = line.last, line.told
    return (
        line.attempts,
        last.get_way_display() if last else "",
        last.get_result_display() if last else "",
        f"{timezone.localtime(last.recorded_at):%Y-%m-%d %H:%M}" if last else "",
        last.recorded_by.name if last else "",
        last.look_again_on if last else "",
        told.paid_on if told else "",
        told.due_on if told else "",
    )
