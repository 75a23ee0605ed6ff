"""Finding the people of a list on the register, and what their rows would do.

Set-based: however long the list, the same handful of statements.
"""

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.access.scope import ScopedQuerySet, successor
from core.database.bulk import insert_from, update_objects
from residents.people.models import FormerNumber, Resident
from subsidies.rosters.models import Identity, Roster, RosterRow
from subsidies.rosters.nearness import Doubtful, Missing, may_mean
from subsidies.rosters.selectors import doubtful_rows
from subsidies.rosters.sheet import RosterLine

Kind, Outcome = Roster.Kind, RosterRow.Outcome
_CANNOT_BE_MARKED = (
    (Resident.Status.DEAD, Outcome.DECEASED, "居民册登记为死亡，不再标识。"),
    (Resident.Status.MOVED, Outcome.MOVED, "居民册登记为迁出，不再标识。"),
)
#: The columns of `staged_values`, for a bulk insert.
STAGED_COLUMNS = ["roster", "sheet", "number", "name", "id_number", "category", "recognised_on", "outcome", "message"]
NAME_DIFFERS = "证件号码和姓名不一致，请核实是否为同一人；号码写错的，改正后重新报送。"


def staged_values(roster: Roster, line: RosterLine) -> list[object]:
    """Return a row of the list as it is kept before it is matched."""
    outcome, message = Outcome.PENDING, ""
    if line.problem:
        outcome, message = Outcome.BAD_ROW, line.problem[:200]
    elif line.repeats is not None:
        outcome, message = Outcome.DUPLICATE, f"与第 {line.repeats} 行是同一人同一身份，只算一次。"
    elif line.hidden:
        outcome, message = Outcome.HIDDEN, "表中隐藏的行，没有处理。确应列入的请选“列入”，不应列入的请选“不列入”。"
    since = line.recognised_on.isoformat() if line.recognised_on else None
    return [
        roster.pk,
        line.sheet,
        line.number,
        line.name,
        line.id_number,
        line.category,
        since,
        outcome.value,
        message,
    ]


def classify(roster: Roster, *, keep_messages: bool = False) -> None:
    """Find the people of the pending rows on the county's register, and what their row would do."""
    rows = roster.rows.filter(outcome=Outcome.PENDING)
    _find_residents(roster, rows)
    rows.filter(resident__isnull=True).update(
        outcome=Outcome.NOT_FOUND, message="居民册里没有这个证件号码。核对号码；确实是本地居民的，先登记再重新核对。"
    )
    # The name first: a number alone tells nothing about the person it belongs to.
    other_name = rows.filter(accepted_by__isnull=True).exclude(name=F("resident__name"))
    other_name.update(outcome=Outcome.NAME_DIFFERS, message=NAME_DIFFERS)
    # On a list of endings the dead and the moved are as good as any.
    for status, outcome, says in _CANNOT_BE_MARKED if roster.kind != Kind.ENDING else ():
        rows.filter(resident__status=status).update(outcome=outcome, message=says)
    if not keep_messages:
        rows.filter(accepted_by__isnull=True).exclude(message="").update(message="")
    sort_by_identities(roster)
    if roster.kind == Kind.FULL:
        find_missing(roster)


def _find_residents(roster: Roster, rows: QuerySet[RosterRow]) -> None:
    """Set the resident of each row: by the number, by a former one, by a record merged into another."""
    # The least of them, not the first in order: for LIMIT 1 PostgreSQL would walk the whole register row by row.
    person = Resident.objects.filter(id_number=OuterRef("id_number")).order_by().values("id_number")
    rows.update(resident=Subquery(person.values(found=Min(Coalesce("merged_into_id", "pk")))))
    corrected = FormerNumber.objects.filter(id_number=OuterRef("id_number"), withdrawn_at__isnull=True)
    former = corrected.order_by().values("id_number")
    rows.filter(resident__isnull=True).filter(Exists(former)).update(
        resident=Subquery(former.values(found=Min(Coalesce("resident__merged_into_id", "resident_id"))))
    )
    county = Q(resident__village__gte=roster.county_id, resident__village__lt=successor(roster.county_id))
    rows.filter(resident__isnull=False).exclude(county).update(resident=None)


def sort_by_identities(roster: Roster) -> None:
    """Make pending rows new, ended or unchanged by whether the person has that identity now."""
    rows = roster.rows.filter(outcome=Outcome.PENDING)
    has, has_not = Outcome.UNCHANGED, Outcome.NEW
    if roster.kind == Kind.ENDING:
        has, has_not = Outcome.ENDED, Outcome.UNCHANGED
    held = live_identities().filter(resident=OuterRef("resident"), kind=OuterRef("category"))
    rows.filter(Exists(held)).update(outcome=has)
    rows.update(outcome=has_not)


def live_identities() -> ScopedQuerySet:
    """The identities that have neither ended nor been withdrawn."""
    return Identity.objects.filter(ended_on__isnull=True, withdrawn_at__isnull=True)


def find_missing(roster: Roster) -> None:
    """A full list: add whoever has one of its identities in the county and is not on it, to be ended or held."""
    roster.rows.filter(number=0).delete()
    kinds = (
        [roster.category]
        if roster.category
        else list(roster.rows.exclude(category="").order_by().values_list("category", flat=True).distinct())
    )
    on_it = roster.rows.filter(resident=OuterRef("resident"), category=OuterRef("kind")).exclude(
        outcome=Outcome.NAME_DIFFERS, accepted_by__isnull=True
    )
    missing = live_identities().in_region(roster.county_id).filter(kind__in=kinds).filter(~Exists(on_it))
    insert_from(
        RosterRow,
        {
            "roster": roster.pk,
            "number": 0,
            "name": F("resident__name"),
            "id_number": F("resident__id_number"),
            "category": F("kind"),
            "recognised_on": F("recognised_on"),
            "resident": F("resident_id"),
            "outcome": Outcome.ENDED.value,
            "message": "全量名单里没有此人。",
        },
        missing,
    )
    _hold_whom_rows_may_mean(roster)


def _hold_whom_rows_may_mean(roster: Roster) -> None:
    """Unreadable is not absent: whom a doubtful row may mean is not ended until that row is settled."""
    doubtful = doubtful_rows(roster).values_list("number", "name", "id_number")
    missing = roster.rows.filter(number=0).values_list("pk", "name", "id_number")
    held = may_mean((Doubtful(*row) for row in doubtful), (Missing(*person) for person in missing))
    changed = [
        RosterRow(pk=key, outcome=Outcome.HELD, message=f"可能就是第 {number} 行所写的人，那一行核实以前不终止。")
        for key, number in held.items()
    ]
    update_objects(changed, ["outcome", "message"])
