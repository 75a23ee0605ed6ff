"""Whose pupils the rows of a class list are: matched to the register, and through it to their home villages.

Set-based: however many pupils, the same handful of statements.
"""

from django.db.models import Exists, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from collection.schools.models import ClassList, ClassRow, Pupil, School
from collection.schools.sheet import PupilLine
from core.access.masks import WITHHELD
from core.access.scope import successor
from core.database.bulk import analyze_table, insert_from, insert_rows
from residents.people.disclosure import misses_elsewhere
from residents.people.models import FormerNumber, Resident

Outcome = ClassRow.Outcome
_STAGED = [
    *("class_list", "sheet", "number", "school_name", "class_name"),
    *("name", "id_number", "school", "outcome", "message"),
]
ELSEWHERE = "本地居民册里没有这个号码：外地生源请登记参保地；是本地居民的，请家长先到户籍地登记。"


def stage(class_list: ClassList, lines: list[PupilLine]) -> None:
    """Keep the rows of a list as they were read; those of an earlier reading go."""
    class_list.rows.all().delete()
    insert_rows(ClassRow, _STAGED, [_staged(class_list, line) for line in lines])
    analyze_table(ClassRow)


def _staged(class_list: ClassList, line: PupilLine) -> list[object]:
    outcome, message = Outcome.PENDING, ""
    if line.problem:
        outcome, message = Outcome.BAD_ROW, line.problem
    elif line.repeats is not None:
        outcome, message = Outcome.DUPLICATE, f"与第 {line.repeats} 行是同一个学生，只算一次。"
    return [
        *(class_list.pk, line.sheet, line.number, line.school, line.class_name),
        *(line.name, line.id_number, class_list.school_id, outcome.value, message[:200]),
    ]


def match(class_list: ClassList) -> None:
    """Find the school and the person of every row, and enter or move the pupils. Safe to repeat."""
    if class_list.school_id is None:
        _find_schools(class_list)
    find_people(class_list)
    _enter(class_list)


def find_people(class_list: ClassList) -> None:
    """Find the person of every row that waits, and say what is wrong where there is none."""
    rows = class_list.rows.filter(outcome=Outcome.PENDING)
    _find_residents(class_list)
    # The name first: a number alone tells nothing about the person it belongs to.
    named_otherwise = rows.filter(resident__isnull=False).exclude(name=F("resident__name"))
    named_otherwise.update(outcome=Outcome.WITHHELD, message=WITHHELD, resident=None)
    rows.filter(resident__isnull=True).update(outcome=Outcome.ELSEWHERE, message=ELSEWHERE)
    rows.update(outcome=Outcome.MATCHED)


def misses_of(class_list: ClassList) -> int:
    """How many rows name somebody of the county by another name, or somebody registered elsewhere without knowing them.

    Of the latter the list tells what it tells of any pupil from elsewhere; that they are registered is looked up for
    this alone.
    """
    elsewhere = class_list.rows.filter(outcome=Outcome.ELSEWHERE).values_list("id_number", "name")
    withheld = class_list.rows.filter(outcome=Outcome.WITHHELD).count()
    return withheld + misses_elsewhere(elsewhere.iterator(chunk_size=2000), scope=class_list.campaign.county_id)


def _find_schools(class_list: ClassList) -> None:
    rows = class_list.rows.filter(outcome=Outcome.PENDING)
    known = School.objects.in_region(class_list.region_id).filter(name=OuterRef("school_name"), closed_at__isnull=True)
    rows.update(school=Subquery(known.order_by().values("name").values(found=Min("pk"))))
    says = "没有登记这所学校，或没有写学校。请照“学校”页上的名称填写，新学校请教体局先登记。"
    rows.filter(school__isnull=True).update(outcome=Outcome.NO_SCHOOL, message=says)


def _find_residents(class_list: ClassList) -> None:
    """By the present number, by a former one, by a record merged into another; of this county alone."""
    rows = class_list.rows.filter(outcome=Outcome.PENDING)
    person = Resident.objects.filter(id_number=OuterRef("id_number")).order_by().values("id_number")
    rows.update(resident=Subquery(person.values(found=Min(Coalesce("merged_into_id", "pk")))))
    former = FormerNumber.objects.filter(id_number=OuterRef("id_number"), withdrawn_at__isnull=True)
    numbers = former.order_by().values("id_number")
    rows.filter(resident__isnull=True).filter(Exists(numbers)).update(
        resident=Subquery(numbers.values(found=Min(Coalesce("resident__merged_into_id", "resident_id"))))
    )
    county = class_list.campaign.county_id
    ours = Q(resident__village__gte=county, resident__village__lt=successor(county))
    rows.filter(resident__isnull=False).exclude(ours).update(resident=None)


def _enter(class_list: ClassList) -> None:
    analyze_table(ClassRow)  # the outcomes have just changed: by what was known of them, a plan would read every row
    taken = class_list.rows.filter(outcome__in=(Outcome.MATCHED, Outcome.ELSEWHERE))
    insert_from(
        Pupil,
        {
            "campaign": class_list.campaign_id,
            "school": F("school_id"),
            "class_name": F("class_name"),
            "name": F("name"),
            "id_number": F("id_number"),
            "resident": F("resident_id"),
        },
        taken,
        ignore_conflicts=True,
    )
    row = taken.filter(school=OuterRef("school"), id_number=OuterRef("id_number")).order_by("pk")
    pupils = Pupil.objects.filter(campaign=class_list.campaign_id).filter(Exists(row))
    pupils.filter(state=Pupil.State.LEFT).update(state=Pupil.State.AT_HOME, note="")
    pupils.exclude(class_name=Subquery(row.values("class_name")[:1])).update(
        class_name=Subquery(row.values("class_name")[:1])
    )
    pupils.filter(resident__isnull=True).update(resident=Subquery(row.values("resident")[:1]))
    analyze_table(Pupil)
