"""Who joins and who leaves by what units declared, for any number of units in a fixed number of statements."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import DateField, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Greatest

from core.accounts.models import User
from core.database.bulk import BULK, analyze_table, chunks, insert_from
from employees.declarations.models import DeclaredLine, MonthlyDeclaration
from employees.members.models import Employment, Member
from employees.members.services import leave_residents_list, return_to_residents_list
from residents.people.models import Resident

Change = DeclaredLine.Change


@transaction.atomic
def follow_declarations(*, county: str, declarations: Collection[int], month: date, actor: User, source: str) -> None:
    """Whoever is in a declaration is with its unit; whoever is not has left. Safe to repeat.

    `declarations`: ids of booked declarations of this month, each the newest of its unit.
    """
    lines = DeclaredLine.objects.filter(declaration__in=declarations).exclude(change__in=[Change.BAD, Change.LEFT])
    if _make_members(county, lines) > BULK:
        analyze_table(Member)
    residents = _link(county, lines)
    _join(county, lines, residents, month, actor, source)
    _leave(declarations, lines, month, actor, source)


def _make_members(county: str, lines: QuerySet[DeclaredLine]) -> int:
    """The members with these numbers, made where missing and joined to the register's record."""
    known = Member.objects.filter(county=county, id_number=OuterRef("id_number"))
    return insert_from(
        Member,
        {
            "county": county,
            "id_number": F("id_number"),
            "name": F("name"),
            "resident": _registered(county),
        },
        lines.filter(~Exists(known)),
        ignore_conflicts=True,
    )


def _registered(county: str) -> Subquery:
    """The register's record with the number of the row."""
    people = Resident.objects.in_region(county).filter(id_number=OuterRef("id_number"), merged_into__isnull=True)
    return Subquery(people.order_by().values("pk")[:1])


def _link(county: str, lines: QuerySet[DeclaredLine]) -> list[int]:
    """Join members whom the register has come to know since to their records; return these."""
    alone = Member.objects.filter(
        county=county, resident__isnull=True, id_number__in=lines.order_by().values("id_number")
    )
    found = dict(alone.annotate(found=_registered(county)).filter(found__isnull=False).values_list("pk", "found"))
    for chunk in chunks(found):
        Member.objects.filter(pk__in=chunk).update(resident=_registered(county))
    return list(found.values())


def _join(
    county: str, lines: QuerySet[DeclaredLine], residents: list[int], month: date, actor: User, source: str
) -> None:
    """`residents`: those who have been linked just now, and so are to leave the residents' list too."""
    here = Employment.objects.filter(
        unit=OuterRef("declaration__unit"),
        member__county=county,
        member__id_number=OuterRef("id_number"),
        left__isnull=True,
    )
    joining = lines.filter(~Exists(here))
    members = Member.objects.filter(county=county)
    registered = members.filter(resident__isnull=False, id_number__in=joining.order_by().values("id_number"))
    residents = [*residents, *registered.values_list("resident_id", flat=True)]
    insert_from(
        Employment,
        {
            "member": Subquery(members.filter(id_number=OuterRef("id_number")).values("pk")[:1]),
            "unit": F("declaration__unit_id"),
            "joined": month,
        },
        joining,
    )
    leave_residents_list(residents=residents, since=month, actor=actor, source=source)


def _leave(declarations: Collection[int], lines: QuerySet[DeclaredLine], month: date, actor: User, source: str) -> None:
    units = MonthlyDeclaration.objects.filter(pk__in=declarations)
    stays = lines.filter(declaration__unit=OuterRef("unit"), id_number=OuterRef("member__id_number"))
    leaving = Employment.objects.filter(~Exists(stays), unit__in=units.order_by().values("unit"), left__isnull=True)
    gone = dict(leaving.order_by().values_list("pk", "member_id"))
    for chunk in chunks(gone):
        first_month_without = Greatest("joined", Value(month, output_field=DateField()))
        Employment.objects.filter(pk__in=chunk).update(left=first_month_without)
    return_to_residents_list(members=gone.values(), since=month, actor=actor, source=source)
