"""A whole county quoted again by groups: most people differ in a few facts only, by which the database can group them.

Who has no marks, no years paid back, no case and no decided review rests on the columns of `_FACTS` alone, if born long
enough ago. Each group of people alike is quoted once, and what follows is written for all groups together, from a
temporary table of the people and a parameter of the groups. Everybody else is compared one by one (comparing.py).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.db.models.functions import DenseRank, ExtractYear

from collection.consequences.comparing import Told, differs, told, told_of_quote
from collection.consequences.models import Consequence
from collection.contributions.models import Contribution
from collection.entitlements.models import DifferenceCase
from residents.people.models import InsuredYear, RepaidYear, Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.alike import Quoter
from subsidies.rosters.models import Identity

Rows = QuerySet[Contribution]
State = Consequence.State
_FACTS = ("paid_on", "amount", "category", "benefit_from", "benefit_to", "waiting_months", "last_insured")
_TABLE = "requoted"
_CENT = Decimal("0.01")


class _Group(NamedTuple):
    """People alike in all that decides: what was booked, what would be quoted now, whether an officer has to look."""

    number: int
    before: Told
    now: Told
    is_other: bool


@dataclass
class Written:
    """Ids of the reviews that were made or changed, and of those that nobody need look at any more."""

    waiting: list[int] = field(default_factory=list)
    over: list[int] = field(default_factory=list)

    @staticmethod
    def rows(ids: list[int]) -> QuerySet[Consequence]:
        """Return these reviews; the ids go as one parameter, however many they are."""
        each = "SELECT value FROM json_each(%s)"
        if connection.vendor == "postgresql":
            each = "SELECT value::bigint FROM jsonb_array_elements_text(%s::jsonb)"
        return Consequence.objects.filter(pk__in=RawSQL(each, [json.dumps(ids)]))  # noqa: S611 - one of two constants


@dataclass
class Groups:
    """The groups of one campaign, quoted as they are met."""

    campaign: Campaign
    quoter: Quoter
    born_from: date
    born_before: date

    @classmethod
    def of(cls, campaign: Campaign, contributions: Rows) -> "Groups":
        """Prepare for these contributions of the campaign. One statement."""
        quoter = Quoter(campaign.policy, taking_payment=False)
        days = contributions.order_by().aggregate(first=Min("paid_on"), last=Max("paid_on"))
        first, last = days["first"] or campaign.policy.period.start, days["last"] or campaign.policy.period.end
        return cls(campaign, quoter, *quoter.plain_births(first, last))

    def plain(self) -> Q:
        """Return the condition for those whose quotes rest on _FACTS alone."""
        marks = Identity.objects.filter(resident=OuterRef("resident"), withdrawn_at__isnull=True)
        repaid = RepaidYear.objects.filter(resident=OuterRef("resident"))
        cases = DifferenceCase.objects.filter(contribution=OuterRef("pk")).exclude(state=DifferenceCase.State.WITHDRAWN)
        decided = _reviews().filter(state=State.DONE)
        born = Q(resident__birth_date__gte=self.born_from, resident__birth_date__lt=self.born_before)
        return born & ~Exists(marks) & ~Exists(repaid) & ~Exists(cases) & ~Exists(decided)

    def write(self, contributions: Rows, shared: dict[str, str]) -> Written:
        """Bring the reviews of the plain contributions in line with the quotes of now. Thirteen statements at most.

        `shared`: columns of every review that is made. Call inside a transaction: the residents about whom something
        is written are locked, and then grouped again, for their facts may have changed before.
        """
        rows = _people(contributions.filter(self.plain()))
        with connection.cursor() as cursor:
            _fill(cursor, rows)
            if _lock(cursor, self._compared(cursor)):
                _fill(cursor, rows)
                written = self._write(cursor, list(self._compared(cursor)), shared)
            else:
                written = Written()
            cursor.execute(f"DROP TABLE {_TABLE}")
        return written

    def _compared(self, cursor: CursorWrapper) -> Iterator[_Group]:
        """Quote each group of the table."""
        cursor.execute(f"SELECT DISTINCT number, {', '.join(_FACTS)} FROM {_TABLE}")  # noqa: S608
        for number, paid_on, amount, category, start, end, months, last in cursor.fetchall():
            answer = self.quoter.answer(birth_date=self.born_from, paid_on=_day(paid_on), last_insured=last)
            booked = Decimal(str(amount)).quantize(_CENT)
            before = told(booked, category, start and _day(start), end and _day(end), months)
            now = told_of_quote(answer)
            yield _Group(number, before, now, differs(before, now, amounts=True))

    def _write(self, cursor: CursorWrapper, groups: list[_Group], shared: dict[str, str]) -> Written:
        written = Written()
        differing, groups_as_text = _joined(groups)
        table = Consequence._meta.db_table
        columns: dict[str, str | int] = {**shared, "campaign_id": self.campaign.pk}
        columns |= {"document": "", "note": "", "subsidy_stops": False}
        constants = ", ".join(["%s"] * len(columns))
        # Tables and columns come from the models, values go as parameters.
        cursor.execute(
            f"INSERT INTO {table} (resident_id, village_id, contribution_id, before, after, "  # noqa: S608
            f"{', '.join(columns)}) SELECT p.resident_id, p.village_id, p.id, {_json(1)}, {_json(2)}, {constants} "
            f"{differing} WHERE p.review IS NULL RETURNING id",
            [*columns.values(), groups_as_text],
        )
        written.waiting = [pk for (pk,) in cursor.fetchall()]
        changed = {name: shared[name] for name in ("fact", "why", "outcome", "made_at")}
        assigned = ", ".join(f"{name} = %s" for name in changed)
        cursor.execute(
            f"UPDATE {table} SET before = {_json(1)}, after = {_json(2)}, {assigned} "  # noqa: S608
            f"{differing} WHERE {table}.id = p.review AND p.says <> {_json(2)} ->> 'says' RETURNING {table}.id",
            [*changed.values(), groups_as_text],
        )
        written.waiting += [pk for (pk,) in cursor.fetchall()]
        same = [group.number for group in groups if not group.is_other]
        if same:
            marks = ", ".join(["%s"] * len(same))
            cursor.execute(
                f"UPDATE {table} SET state = %s WHERE id IN "  # noqa: S608
                f"(SELECT review FROM {_TABLE} WHERE review IS NOT NULL AND number IN ({marks})) RETURNING id",
                [State.WITHDRAWN.value, *same],
            )
            written.over = [pk for (pk,) in cursor.fetchall()]
        return written


def _reviews() -> QuerySet[Consequence]:
    return Consequence.objects.filter(contribution=OuterRef("pk"), kind=Consequence.Kind.QUOTE)


def _people(contributions: Rows) -> QuerySet[Contribution, tuple[object, ...]]:
    """The columns of the table: the person, the review that waits, the facts, and one number for people alike."""
    years = InsuredYear.objects.filter(
        resident=OuterRef("resident"),
        year__lt=OuterRef("year"),
        year__gte=ExtractYear(OuterRef("resident__birth_date")),
    )
    last = years.order_by().values("resident").annotate(last=Max("year")).values("last")
    waiting = _reviews().filter(state=State.OPEN).order_by()
    rows = contributions.order_by().annotate(
        last_insured=Subquery(last),
        review=Subquery(waiting.values("pk")),
        says=Subquery(waiting.values(text=KT("after__says"))),
    )
    rows = rows.annotate(number=Window(DenseRank(), order_by=[F(name) for name in _FACTS]))
    return rows.values_list("id", "resident_id", "village_id", *_FACTS, "review", "says", "number")


def _fill(cursor: CursorWrapper, rows: QuerySet[Contribution, tuple[object, ...]]) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS {_TABLE}")
    sql, params = rows.query.sql_with_params()
    cursor.execute(f"CREATE TEMPORARY TABLE {_TABLE} AS {sql}", params)


def _lock(cursor: CursorWrapper, groups: Iterator[_Group]) -> bool:
    """Lock the residents about whom something may have to be written, as lock_residents does; return if there are any.

    Their ids do not leave the database.
    """
    found = [(group.number, group.is_other) for group in groups]
    other, same = (", ".join(str(number) for number, is_other in found if is_other == kind) for kind in (True, False))
    asked = " OR ".join(
        [
            *([f"number IN ({other})"] if other else []),
            *([f"(review IS NOT NULL AND number IN ({same}))"] if same else []),
        ]
    )
    if not asked:
        return False
    ending = "ORDER BY id FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""  # SQLite has locked all
    people = f"SELECT resident_id FROM {_TABLE} WHERE {asked}"  # noqa: S608 - numbers that the database has given
    table = Resident._meta.db_table
    cursor.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE id IN ({people}) {ending}) AS locked"  # noqa: S608
    )
    return bool(cursor.fetchone()[0])


def _joined(groups: list[_Group]) -> tuple[str, str]:
    """The people `p` of groups that differ beside their groups `item`; the parameter is the second."""
    rows = [[group.number, group.before, group.now] for group in groups if group.is_other]
    source = "json_each(%s)" if connection.vendor == "sqlite" else "jsonb_array_elements(%s::jsonb)"
    number = "json_extract(item.value, '$[0]')" if connection.vendor == "sqlite" else "(item.value ->> 0)::bigint"
    return f"FROM {_TABLE} AS p JOIN {source} AS item ON p.number = {number}", json.dumps(rows, ensure_ascii=False)


def _json(position: int) -> str:
    """The JSON value at this place of a group."""
    return (
        f"json_extract(item.value, '$[{position}]')" if connection.vendor == "sqlite" else f"(item.value -> {position})"
    )


def _day(value: date | str) -> date:
    """SQLite hands days of a temporary table as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
