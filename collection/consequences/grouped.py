"""A whole county quoted again by groups: most people differ in a few facts only, by which the database can group them.

Whose birth date decides nothing rests on the columns of `_FACTS`, or, with marks, years paid back, a case or a decided
review, on those of `_MORE` too. Each group of people alike is quoted once, and what follows is written for all groups
together, from a temporary table of the people and a parameter of the groups. Children, whose birth date or parents
decide, are compared one by one (comparing.py).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import (
    Aggregate,
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, DenseRank, ExtractYear, JSONArray

from collection.consequences.comparing import Told, differs, told, told_of_quote
from collection.consequences.models import Consequence
from collection.contributions.models import Contribution
from collection.entitlements.models import DifferenceCase
from residents.people.models import InsuredYear, RepaidYear, Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.alike import Quoter
from subsidies.quotes.quote import Recognition
from subsidies.rosters.models import Identity

Rows = QuerySet[Contribution]
State = Consequence.State
_FACTS = ("paid_on", "amount", "category", "benefit_from", "benefit_to", "waiting_months", "last_insured")
#: JSON of the marks and of the amounts that have a case; what an officer decided; and what was not taken over then.
_MORE = ("marks", "repaid", "dues", "decided", "kept")
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

    def grown(self) -> Q:
        """Return the condition for those whose birth dates decide nothing."""
        return Q(resident__birth_date__gte=self.born_from, resident__birth_date__lt=self.born_before)

    def write(self, contributions: Rows, shared: dict[str, str]) -> list[Written]:
        """Bring the reviews of the grown people's contributions in line with the quotes of now.

        Two rounds of thirteen statements at most, for those of _FACTS alone and for those of _MORE. `shared`: columns
        of every review that is made. Call inside a transaction: the residents about whom something is written are
        locked, and then grouped again, for their facts may have changed before.
        """
        contributions = contributions.filter(self.grown())
        more = Exists(_marks()) | Exists(_repaid()) | Exists(_cases()) | Exists(_reviews().filter(state=State.DONE))
        plain = contributions.exclude(more).annotate(**dict.fromkeys(_MORE, Value(None, CharField(null=True))))
        return [self._round(plain, shared), self._round(contributions.filter(more).annotate(**_more()), shared)]

    def _round(self, contributions: Rows, shared: dict[str, str]) -> Written:
        rows = _people(contributions)
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
        cursor.execute(f"SELECT DISTINCT number, {', '.join((*_FACTS, *_MORE))} FROM {_TABLE}")  # noqa: S608
        for number, paid_on, *facts, last, marks, repaid, dues, decided, kept in cursor.fetchall():
            answer = self.quoter.answer(
                birth_date=self.born_from,
                paid_on=_day(paid_on),
                identities=_recognitions(marks),
                last_insured=last,
                repaid_years=repaid or 0,
            )
            before, now = json.loads(decided) if decided else _booked(*facts), told_of_quote(answer)
            has_case = now.get("due") in {str(_yuan(due)) for due in json.loads(dues or "[]")}
            is_kept = kept is not None and json.loads(kept) == now
            is_other = differs(before, now, amounts=not has_case) and not is_kept
            yield _Group(number, before, now, is_other)

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
        changed = {name: shared[name] for name in ("fact", "why", "outcome", "state", "made_at")}
        assigned = ", ".join(f"{name} = %s" for name in changed)
        cursor.execute(
            f"UPDATE {table} SET before = {_json(1)}, after = {_json(2)}, {assigned}, "  # noqa: S608
            f"decided_by_id = NULL, decided_at = NULL {differing} WHERE {table}.id = p.review "
            f"AND (p.says IS NULL OR p.says <> {_json(2)} ->> 'says') RETURNING {table}.id",
            [*changed.values(), groups_as_text],
        )
        written.waiting += [pk for (pk,) in cursor.fetchall()]
        same = [group.number for group in groups if not group.is_other]
        if same:
            marks = ", ".join(["%s"] * len(same))
            cursor.execute(
                f"UPDATE {table} SET state = %s WHERE id IN "  # noqa: S608
                f"(SELECT review FROM {_TABLE} WHERE says IS NOT NULL AND number IN ({marks})) RETURNING id",
                [State.WITHDRAWN.value, *same],
            )
            written.over = [pk for (pk,) in cursor.fetchall()]
        return written


def _marks() -> QuerySet[Identity]:
    return Identity.objects.filter(resident=OuterRef("resident"), withdrawn_at__isnull=True).order_by()


def _repaid() -> QuerySet[RepaidYear]:
    return RepaidYear.objects.filter(resident=OuterRef("resident")).order_by()


def _cases() -> QuerySet[DifferenceCase]:
    cases = DifferenceCase.objects.filter(contribution=OuterRef("pk")).order_by()
    return cases.exclude(state=DifferenceCase.State.WITHDRAWN)


def _reviews() -> QuerySet[Consequence]:
    """The one review of a contribution that stands."""
    rows = Consequence.objects.filter(contribution=OuterRef("pk"), kind=Consequence.Kind.QUOTE).order_by()
    return rows.exclude(state=State.WITHDRAWN)


class _Listed(Aggregate):
    """The JSON values of all rows as the text of one list."""

    template = "CAST(JSONB_AGG(%(expressions)s) AS TEXT)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="JSON_GROUP_ARRAY(%(expressions)s)", **context)


def _more() -> dict[str, Any]:
    """The columns of _MORE."""
    years = InsuredYear.objects.filter(resident=OuterRef(OuterRef("resident")), year__lt=OuterRef(OuterRef("year")))
    last = Subquery(years.order_by("-year").values("year")[:1])
    repaid = _repaid().filter(year__gt=Coalesce(last, 0))
    marks = (
        _marks()
        .values("resident")
        .annotate(listed=_Listed(JSONArray("kind", "recognised_on", "ended_on"), output_field=TextField()))
    )
    dues = _cases().values("contribution").annotate(listed=_Listed("due", output_field=TextField()))
    decided, is_kept = _reviews().filter(state=State.DONE), Q(outcome=Consequence.Outcome.STANDS)
    before, after = Cast("before", TextField()), Cast("after", TextField())
    return {
        "marks": Subquery(marks.values("listed")),
        "repaid": Subquery(repaid.values("resident").annotate(count=Count("pk")).values("count"), IntegerField()),
        "dues": Subquery(dues.values("listed")),
        "decided": Subquery(decided.values(says=Case(When(is_kept, then=before), default=after))),
        "kept": Subquery(decided.filter(is_kept).values(says=after)),
    }


def _recognitions(marks: str | None) -> Iterator[Recognition]:
    for kind, recognised_on, ended_on in json.loads(marks or "[]"):
        yield Recognition(kind, _day(recognised_on), ended_on and _day(ended_on))


def _booked(amount: object, category: str, start: date | str | None, end: date | str | None, months: int) -> Told:
    return told(_yuan(amount), category, _day(start) if start else None, _day(end) if end else None, months)


def _yuan(amount: object) -> Decimal:
    """SQLite hands amounts without their cents."""
    return Decimal(str(amount)).quantize(_CENT)


def _people(contributions: Rows) -> QuerySet[Contribution, tuple[object, ...]]:
    """The columns of the table: the person, the review that stands, the facts, and one number for people alike.

    `says` is what a review says that still waits.
    """
    years = InsuredYear.objects.filter(
        resident=OuterRef("resident"),
        year__lt=OuterRef("year"),
        year__gte=ExtractYear(OuterRef("resident__birth_date")),
    )
    last = years.order_by().values("resident").annotate(last=Max("year")).values("last")
    waiting = _reviews().filter(state=State.OPEN)
    rows = contributions.order_by().annotate(
        last_insured=Subquery(last),
        review=Subquery(_reviews().values("pk")),
        says=Subquery(waiting.values(text=KT("after__says"))),
    )
    rows = rows.annotate(number=Window(DenseRank(), order_by=[F(name) for name in (*_FACTS, *_MORE)]))
    return rows.values_list("id", "resident_id", "village_id", *_FACTS, *_MORE, "review", "says", "number")


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
            *([f"(says IS NOT NULL AND number IN ({same}))"] if same else []),
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
