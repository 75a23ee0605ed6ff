"""Reading a department's list in the background: the file, its people, and how they match the register."""

from collections.abc import Callable

from django.db import transaction

from config import clock
from core.database.bulk import analyze_table, insert_rows
from core.jobs import services as jobs
from core.tables import reader
from core.tables.reader import COUNTY_LIST
from residents.people.disclosure import misses_elsewhere, record_probe
from subsidies.rosters.matching import STAGED_COLUMNS, classify, staged_values
from subsidies.rosters.models import Roster, RosterRow
from subsidies.rosters.sheet import notice_of, read_roster, roster_table

State, Outcome = Roster.State, RosterRow.Outcome


def _no_progress(done: int, total: int, message: str) -> None:
    """Report to nobody."""


def _no_fence() -> None:
    """Nobody else reads this list."""


def read_file(
    *,
    roster: Roster,
    progress: Callable[[int, int, str], None] = _no_progress,
    confirm: Callable[[], None] = _no_fence,
) -> str:
    """Read the list and sort its people into groups; safe to repeat. Return what to tell; a bad file is REFUSED."""
    assert roster.attachment is not None  # noqa: S101 - only a list that came as a file is read
    progress(0, 0, "正在打开文件")
    table = roster_table()
    try:
        pieces = jobs.report_rows(reader.stream(roster.attachment.file.path, limits=COUNTY_LIST), progress)
        lines = read_roster(
            pieces,
            policy=roster.campaign.policy,
            category=roster.category,
            department=roster.department,
            recognised_on=roster.recognised_on,
            today=clock.today(),
            table=table,
        )
    except reader.SheetError as error:
        with transaction.atomic():
            confirm()
            Roster.objects.filter(pk=roster.pk).update(state=State.REFUSED, problem=error.message[:300])
        return error.message
    progress(1, 2, f"正在核对 {len(lines)} 人")
    with transaction.atomic():
        confirm()
        roster.rows.all().delete()
        insert_rows(RosterRow, STAGED_COLUMNS, [staged_values(roster, line) for line in lines])
        analyze_table(RosterRow)
        classify(roster)
        Roster.objects.filter(pk=roster.pk).update(state=State.READY, problem="", notice=notice_of(table)[:500])
        unknown = roster.rows.filter(outcome=Outcome.NOT_FOUND).values_list("id_number", "name")
        record_probe(
            misses=roster.rows.filter(outcome=Outcome.NAME_DIFFERS).count()
            + misses_elsewhere(unknown.iterator(chunk_size=2000), scope=roster.county_id),
            rows=len(lines),
            what=f"{roster.pk} 号名单",
            actor=roster.uploaded_by,
            region=roster.county_id,
            batch=f"roster-{roster.pk}",
        )
    return f"共 {len(lines)} 人"


@jobs.handler("roster.read")
def _read_job(run: jobs.Run) -> str:
    """Read a list that waits; asked again for one that was read, do nothing."""
    roster = Roster.objects.select_related("campaign__policy_version", "attachment", "uploaded_by").get(
        pk=run.args["roster"]
    )
    if roster.state != State.READING:
        return "已经读取过"
    return read_file(roster=roster, progress=run.progress, confirm=run.assert_owner)
