"""A whole county quoted again by groups: most people differ in a few facts only, which the database can count.

Who has no marks, no years paid back, no case and no review rests on the columns of `_FACTS` alone, if born long enough
ago. Each group of people alike is quoted once, and those of the groups that differ are written by one INSERT … SELECT.
Everybody else is compared one by one (comparing.py).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import (
    CharField,
    Exists,
    F,
    Func,
    JSONField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import MD5, Cast, ExtractYear, JSONArray

from collection.consequences.comparing import Told, differs, told, told_of_quote
from collection.consequences.models import Consequence
from collection.contributions.models import Contribution
from collection.entitlements.models import DifferenceCase
from core.database.bulk import insert_from
from residents.people.models import InsuredYear, RepaidYear, Resident
from subsidies.campaigns.models import Campaign
from subsidies.quotes.alike import Quoter
from subsidies.rosters.models import Identity

Rows = QuerySet[Contribution]
_FACTS = ("paid_on", "amount", "category", "benefit_from", "benefit_to", "waiting_months", "last_insured")


class _Group(NamedTuple):
    """People alike in all that decides their quotes, as they were booked; `key` stands for the other columns."""

    key: str
    paid_on: date
    amount: Decimal
    category: str
    benefit_from: date | None
    benefit_to: date | None
    waiting_months: int
    last_insured: int | None


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
        reviews = Consequence.objects.filter(contribution=OuterRef("pk"), kind=Consequence.Kind.QUOTE)
        said = reviews.exclude(state=Consequence.State.WITHDRAWN)
        born = Q(resident__birth_date__gte=self.born_from, resident__birth_date__lt=self.born_before)
        return born & ~Exists(marks) & ~Exists(repaid) & ~Exists(cases) & ~Exists(said)

    def write(self, contributions: Rows, shared: dict[str, object]) -> int:
        """Make a consequence for each of the plain contributions that differs; return how many. Three statements.

        `shared`: the columns that all of them have. Call inside a transaction: their residents are locked first, and
        whoever's facts changed before that is not in a group any more.
        """
        rows = _with_key(contributions.filter(self.plain()))
        groups = {group.key: found for group in _groups(rows) if (found := self._compared(group))}
        if not groups:
            return 0
        answers = json.dumps(groups, ensure_ascii=False)
        rows = rows.alias(told=_of_group(answers, 0)).filter(told__isnull=False)
        _lock(rows)
        columns = {
            **shared,
            "campaign": self.campaign.pk,
            "resident": F("resident"),
            "village": F("village"),
            "contribution": F("pk"),
            "before": _of_group(answers, 0),
            "after": _of_group(answers, 1),
        }
        return insert_from(Consequence, columns, rows)

    def _compared(self, group: _Group) -> tuple[Told, Told] | None:
        answer = self.quoter.answer(birth_date=self.born_from, paid_on=group.paid_on, last_insured=group.last_insured)
        before, now = told(*group[2:7]), told_of_quote(answer)
        return (before, now) if differs(before, now, amounts=True) else None


def _with_key(contributions: Rows) -> Rows:
    """The last year insured before the campaign's, and one key for all that decides."""
    years = InsuredYear.objects.filter(
        resident=OuterRef("resident"),
        year__lt=OuterRef("year"),
        year__gte=ExtractYear(OuterRef("resident__birth_date")),
    )
    last = years.order_by().values("resident").annotate(last=Max("year")).values("last")
    rows = contributions.annotate(last_insured=Subquery(last))
    return rows.annotate(key=MD5(Cast(JSONArray(*_FACTS), TextField()), output_field=CharField()))


def _of_group(groups: str, position: int) -> Func:
    """What a JSON object of groups holds for a row's key: its first or second value, NULL for other keys."""
    joiner, template = "::jsonb -> ", f"(%(expressions)s -> {position})"
    if connection.vendor == "sqlite":
        # The key is a digest: nothing in it means anything in a path.
        joiner, template = ", '$.\"' || ", f"json_extract(%(expressions)s || '\"[{position}]')"
    return Func(Value(groups), F("key"), arg_joiner=joiner, template=template, output_field=JSONField())


def _groups(rows: Rows) -> Iterator[_Group]:
    found = rows.order_by().values_list("key", *_FACTS).distinct()
    return (_Group(*values) for values in found)


def _lock(rows: Rows) -> None:
    """Lock the residents of these contributions, as lock_residents does, without their ids leaving the database."""
    if connection.vendor != "postgresql":
        return  # SQLite has locked everything
    people = Resident.objects.filter(pk__in=rows.order_by().values("resident")).order_by("pk")
    sql, params = people.select_for_update(no_key=True).values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        # The query comes from Django's compiler, values go as parameters.
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS locked", params)  # noqa: S608
