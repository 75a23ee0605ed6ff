"""A list beside everything else that is known: other departments' lists and marks, the register, deaths, employees.

What is found must have been seen before a list is applied (apply.py). A handful of statements however long the list.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from core.access import masks
from residents.people.models import Resident
from subsidies.rosters.models import Identity, Roster, RosterRow
from subsidies.rosters.selectors import outcome_counts

Outcome, State = RosterRow.Outcome, Roster.State
#: Lists that count: those that wait and those that are in force.
_STANDING = (State.READY, State.APPLIED)


class FindingKind(StrEnum):
    STATUS = "status"
    INSURED = "insured"
    NAME = "name"
    TWO_DEPARTMENTS = "two_departments"
    AGAINST = "against"
    TWO_CATEGORIES = "two_categories"


TITLES = {
    FindingKind.STATUS: "居民册状态不是在册",
    FindingKind.INSURED: "正参加别的医保",
    FindingKind.NAME: "姓名与居民册或别的名单不同",
    FindingKind.AGAINST: "别的名单正好相反",
    FindingKind.TWO_DEPARTMENTS: "别的部门也认定了",
    FindingKind.TWO_CATEGORIES: "同一份名单里有两种身份",
}


@dataclass(frozen=True, slots=True)
class RowFinding:
    """Something about one row of a list. `says` is the bureau's sentence; `told`: what the department is told, which
    names no other department's category."""

    number: int
    name: str
    masked: str
    category: str
    kind: FindingKind
    says: str
    told: str

    @property
    def title(self) -> str:
        return TITLES[self.kind]


#: Asked with a county and the numbers of a list: which of them are insured elsewhere, and how, in a sentence.
Insured = Callable[[str, QuerySet[Any, Any]], dict[str, str]]
_insured: list[Insured] = []


def on_insured(source: Insured) -> None:
    """Have an app above asked about the people of a list. Registering twice is registering once."""
    if source not in _insured:
        _insured.append(source)


def compare(roster: Roster) -> list[RowFinding]:
    """Return what stands against or beside the rows of a list, row by row."""
    statuses = list(_statuses(roster))
    found = [*statuses, *_insured_elsewhere(roster, {finding.number for finding in statuses})]
    found += [*_names(roster), *_against(roster), *_other_marks(roster), *_two_categories(roster)]
    return sorted(found, key=lambda finding: (finding.number, finding.kind))


def seen_counts(roster: Roster) -> dict[str, int]:
    """What whoever applies a list must have seen: how many people are in each group, and what was found beside them."""
    return {**outcome_counts(roster), "compared": fingerprint(compare(roster))}


def fingerprint(findings: list[RowFinding]) -> int:
    """A number of at most eight digits that tells these findings from others, 0 for none: who looked at one person's
    has not looked at another's, though they are as many."""
    if not findings:
        return 0
    told = "\n".join(f"{f.number}\t{f.name}\t{f.masked}\t{f.kind}\t{f.says}" for f in findings)
    return int(hashlib.sha256(told.encode()).hexdigest(), 16) % 99_999_999 + 1


def people_in(findings: list[RowFinding]) -> int:
    """How many people the findings are about: one may have several."""
    return len({finding.masked + finding.name for finding in findings})


def counts(findings: list[RowFinding]) -> list[tuple[str, str, int]]:
    """Return (kind, title, how many) of those kinds that there are."""
    numbers = {kind: sum(finding.kind == kind for finding in findings) for kind in TITLES}
    return [(kind.value, TITLES[kind], number) for kind, number in numbers.items() if number]


def _finding(row: RosterRow, kind: FindingKind, says: str, told: str = "") -> RowFinding:
    return RowFinding(row.number, row.name, masks.mask(row.id_number), row.category, kind, says, told or says)


def _listed(roster: Roster) -> QuerySet[RosterRow]:
    """The rows of people; those a full list lacks have no row of their own."""
    return roster.rows.exclude(number=0).exclude(outcome__in=(Outcome.BAD_ROW, Outcome.DUPLICATE))


def _statuses(roster: Roster) -> Iterator[RowFinding]:
    """Dead, moved, in employees' insurance, insured elsewhere …; a list of endings may well name them."""
    if roster.kind == Roster.Kind.ENDING:
        return
    rows = _listed(roster).filter(name=F("resident__name")).exclude(resident__status=Resident.Status.ACTIVE)
    for row in rows.select_related("resident").order_by("number"):
        person = row.resident
        assert person is not None  # noqa: S101 - the query asks for their name
        since = f"（{person.status_on} 起）" if person.status_on else ""
        yield _finding(row, FindingKind.STATUS, f"居民册登记为{person.get_status_display()}{since}。")


def _insured_elsewhere(roster: Roster, told: set[int]) -> Iterator[RowFinding]:
    """People whom another insurance has, as its own app knows it, where the register does not say so (`told`)."""
    if roster.kind == Roster.Kind.ENDING:
        return
    rows = _listed(roster).filter(name=F("resident__name"))
    numbers = rows.order_by().values("id_number")
    known: dict[str, str] = {}
    for source in _insured:
        known |= source(roster.county_id, numbers)
    for row in rows.filter(id_number__in=known).order_by("number") if known else ():
        if row.number not in told:
            yield _finding(row, FindingKind.INSURED, known[row.id_number])


def _names(roster: Roster) -> Iterator[RowFinding]:
    for row in _listed(roster).filter(outcome=Outcome.NAME_DIFFERS).order_by("number"):
        yield _finding(row, FindingKind.NAME, "证件号码和居民册上的姓名不一致。")
    others = _others(roster).exclude(name=F("listed_name"))
    for other in others.order_by("listed_number", "pk"):
        says = f"{other.roster.department}的 {other.roster_id} 号名单里，这个号码写的是另一个姓名。"
        yield _of_other(other, FindingKind.NAME, says)


def _against(roster: Roster) -> Iterator[RowFinding]:
    """Another waiting list ends what this one adds, or adds what it ends."""
    ending = roster.kind == Roster.Kind.ENDING
    others = _others(roster, same_department=True).filter(roster__state=State.READY, category=F("listed_category"))
    if ending:
        others = others.exclude(roster__kind=Roster.Kind.ENDING)
    else:
        others = others.filter(roster__kind=Roster.Kind.ENDING)
    for other in others.order_by("listed_number", "pk"):
        verb = "新增" if ending else "终止"
        says = f"待审核的 {other.roster_id} 号名单（{other.roster.department}）要{verb}同一身份。"
        yield _of_other(other, FindingKind.AGAINST, says)


def _other_marks(roster: Roster) -> Iterator[RowFinding]:
    """People whom another department has recognised: the better subsidy counts, never both."""
    if roster.kind == Roster.Kind.ENDING:
        return
    row = _listed(roster).filter(resident=OuterRef("resident"), name=OuterRef("resident__name")).order_by("number")
    live = Identity.objects.in_region(roster.county_id).filter(ended_on__isnull=True, withdrawn_at__isnull=True)
    marks = (
        live.filter(Exists(row))
        .exclude(department=roster.department)
        .order_by("resident_id", "pk")
        .values_list("resident_id", "kind", "department")
    )
    held: dict[int, list[tuple[str, str]]] = {}
    for resident, kind, department in marks:
        held.setdefault(resident, []).append((kind, department))
    if not held:
        return
    mine = _listed(roster).filter(resident__isnull=False, name=F("resident__name"))
    marked = live.exclude(department=roster.department).filter(resident=OuterRef("resident"))
    for listed in mine.filter(Exists(marked)).order_by("number"):
        if theirs := held.get(listed.resident_id or 0):
            says = "、".join(f"{department}认定的{kind}" for kind, department in theirs)
            told = "、".join(dict.fromkeys(department for _, department in theirs))
            yield _finding(
                listed,
                FindingKind.TWO_DEPARTMENTS,
                f"同时是{says}，就高不就低，不重复资助。",
                f"{told}也已认定此人，资助就高不就低。",
            )


def _two_categories(roster: Roster) -> Iterator[RowFinding]:
    first: dict[str, RosterRow] = {}
    rows = _listed(roster)
    twice = rows.order_by().values("id_number").annotate(kinds=Count("category", distinct=True)).filter(kinds__gt=1)
    for row in rows.filter(id_number__in=twice.values("id_number")).order_by("number"):
        before = first.setdefault(row.id_number, row)
        if before is not row and before.category != row.category:
            yield _finding(
                row, FindingKind.TWO_CATEGORIES, f"与第 {before.number} 行是同一人，身份是“{before.category}”。"
            )


def _others(roster: Roster, *, same_department: bool = False) -> QuerySet[Any]:
    """Rows of other standing lists of the year with a number of this list, each with this list's row beside it."""
    mine = _listed(roster).filter(id_number=OuterRef("id_number")).order_by("number")
    rows = RosterRow.objects.filter(roster__campaign=roster.campaign_id, roster__state__in=_STANDING)
    rows = rows.exclude(roster=roster).exclude(number=0)
    if not same_department:
        rows = rows.exclude(roster__department=roster.department)
    found: QuerySet[Any] = (
        rows.filter(Exists(mine))
        .annotate(
            listed_number=mine.values("number")[:1],
            listed_name=mine.values("name")[:1],
            listed_category=mine.values("category")[:1],
        )
        .select_related("roster")
    )
    return found


def _of_other(other: Any, kind: FindingKind, says: str) -> RowFinding:
    """A finding about this list's row, told by another list's."""
    number, name = other.listed_number, other.listed_name
    category = other.listed_category
    return RowFinding(number, name, masks.mask(other.id_number), category, kind, says, says)
