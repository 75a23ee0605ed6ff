"""Whose record a checked row of a register is: by present and former numbers, within what the sender may know.

All rows of a file are matched at once: the database leaves out those that change nothing and names those that must be
looked at one by one, because their number is known or somebody is so like them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from core.access import masks
from core.database.bulk import chunks, insert_values
from core.jobs import services as jobs
from residents.people import names
from residents.people.disclosure import WITHHELD, WITHHELD_CODE, disclose
from residents.people.models import Resident
from residents.people.selectors import Candidate, find_namesakes
from residents.register import sql
from residents.register.models import RegisterBatch, RegisterRow
from residents.register.rows import Problem, RegisterPerson
from residents.register.selectors import COMPARED
from residents.register.staging import Staging, staged_values

_FETCHED = ("pk", "id_number", "document_type", "birth_date", "sex", *COMPARED)


def match_staged(run: jobs.Watch, batch: RegisterBatch, staging: Staging) -> int:
    """Leave of the staged rows those of people who are new or would change, and refuse what must be asked about.

    Return how many claims about people who are withheld the file makes.
    """
    matcher = Matcher(batch.county_id, batch.uploaded_by.scope_prefix)
    with transaction.atomic(), connection.cursor() as cursor:
        run.assert_owner()
        cursor.execute(sql.LEAVE_OUT_UNCHANGED, {"batch": batch.pk})
        known = _ids(cursor, sql.KNOWN, batch)
    for ids in chunks(known):
        with transaction.atomic():
            run.assert_owner()
            sheets, people = _people(ids)
            RegisterRow.objects.filter(pk__in=ids).delete()
            _settle(batch, staging, sheets, matcher.match(people))
    with transaction.atomic(), connection.cursor() as cursor:
        run.assert_owner()
        alike = _ids(cursor, sql.ALIKE, batch)
    for ids in chunks(alike):
        with transaction.atomic():
            run.assert_owner()
            sheets, people = _people(ids)
            matched = [MatchedRow(person) for person in people]
            matcher.ask_about_namesakes(matched)
            refused = [one.person.id_number for one in matched if one.problem]
            batch.staged.filter(id_number__in=refused, is_new=True).delete()
            staging.refuse(_problems(sheets, matched))
    return matcher.misses


def _ids(cursor: Any, statement: str, batch: RegisterBatch) -> list[int]:
    cursor.execute(statement, {"batch": batch.pk, "merged": Resident.Status.MERGED})
    return [pk for (pk,) in cursor.fetchall()]


def _people(ids: Iterable[int]) -> tuple[list[str], list[RegisterPerson]]:
    """The staged rows of these ids in the order of the file: their sheets, and the people."""
    rows = list(RegisterRow.objects.filter(pk__in=ids).order_by("pk"))
    people = [
        RegisterPerson(
            row.number,
            row.name,
            row.id_number,
            row.document_type,
            row.birth_date,
            row.sex,
            row.village_code,
            row.household,
            bool(row.head_name),
            row.phone,
            row.address,
            row.years,
        )
        for row in rows
    ]
    return [row.sheet for row in rows], people


def _settle(batch: RegisterBatch, staging: Staging, sheets: list[str], matched: "list[MatchedRow]") -> None:
    """Stage again those who were staged as new and are known, with what would change of them."""
    staged = []
    for sheet, one in zip(sheets, matched, strict=True):
        changes = _changes(one.person, one.before) if one.before else None
        if not one.problem and (changes != {} or one.person.years):
            staged.append(_staged(batch, sheet, one.person, changes))
    insert_values(RegisterRow, _STAGED, staged)
    staging.refuse(_problems(sheets, matched))


def _problems(sheets: list[str], matched: "list[MatchedRow]") -> list[tuple[str, list[Problem]]]:
    return [(sheet, [one.problem]) for sheet, one in zip(sheets, matched, strict=True) if one.problem]


_STAGED = [
    "batch",
    "sheet",
    "is_new",
    "before",
    "number",
    "village_code",
    "household",
    "head_name",
    "name",
    "document_type",
    "id_number",
    "birth_date",
    "sex",
    "phone",
    "address",
    "years",
]


def _staged(
    batch: RegisterBatch, sheet: str, person: RegisterPerson, changes: dict[str, Any] | None
) -> tuple[Any, ...]:
    return (batch.pk, sheet, changes is None, changes, *staged_values(person))


def _changes(person: RegisterPerson, before: dict[str, Any]) -> dict[str, Any]:
    """What the row would change of a known resident: the old values. An empty cell changes nothing."""
    new = {
        "name": person.name,
        "village_id": person.village_code,
        "phone": person.phone,
        "address": person.address,
        "household__number": person.household,
    }
    return {key: before[key] or "" for key in COMPARED if new[key] and new[key] != (before[key] or "")}


@dataclass(slots=True)
class MatchedRow:
    """A row and the registered person it is of: `before` holds what it could change, None for somebody new."""

    person: RegisterPerson
    before: dict[str, object] | None = None
    problem: Problem | None = None


@dataclass
class Matcher:
    """Matches the rows of one file, chunk after chunk. `misses` counts claims about people who are withheld.

    Remembered across chunks: who was named by a former number, and who is new with which name, birthday and household.
    """

    county: str
    scope: str
    misses: int = 0
    _rows: dict[int, int] = field(default_factory=dict)
    _new: dict[int, int] = field(default_factory=dict)

    def match(self, people: list[RegisterPerson]) -> list[MatchedRow]:
        """The people of a chunk with their records and what is against taking them; a few statements for 2,000."""
        if not people:
            return []
        known = disclose([(p.id_number, p.name) for p in people], scope=self.scope)
        self.misses += known.misses
        ids = {p.id_number: known.resident_id(p.id_number, p.name) for p in people}
        records: dict[int, dict[str, Any]] = {}
        for chunk in chunks({pk for pk in ids.values() if pk}):
            records |= {row["pk"]: row for row in Resident.objects.filter(pk__in=chunk).values(*_FETCHED)}
        answers = []
        for person in people:
            if known.is_withheld(person.id_number, person.name):
                problem = _problem(person, "证件号码", WITHHELD_CODE, f"{WITHHELD}。")
                answers.append(MatchedRow(person, problem=problem))
                continue
            pk = ids[person.id_number]
            answers.append(self._of_record(person, records[pk]) if pk else MatchedRow(person))
        return answers

    def _of_record(self, person: RegisterPerson, record: dict[str, Any]) -> MatchedRow:
        if not record["village_id"].startswith(self.county):
            message = "这个号码已在外县登记。请先由原登记地办理迁出，再来登记。"
            return MatchedRow(person, problem=_problem(person, "证件号码", "other_county", message))
        is_same_name = names.is_same_name(person.name, record["name"])
        if person.id_number != record["id_number"]:
            if not is_same_name:
                message = f"这是{record['name']}以前用过的号码，与表中姓名不同。请核对身份证，到窗口办理。"
                return MatchedRow(person, problem=_problem(person, "证件号码", "former_number", message))
            for key in ("id_number", "document_type", "birth_date", "sex"):
                setattr(person, key, record[key])
        if is_same_name:  # A file never renames a person to a lookalike.
            person.name = record["name"]
        first = self._rows.setdefault(record["pk"], person.number)
        if first != person.number:
            message = f"与第{first}行是同一个人（号码更正过），请核对后删去一行。"
            return MatchedRow(person, problem=_problem(person, "证件号码", "duplicate", message))
        return MatchedRow(person, before=record)

    def ask_about_namesakes(self, new: list[MatchedRow]) -> None:
        """Refuse the second of two with one name, birthday and household: the counter asks whether they are two."""
        candidates = [
            Candidate(m.person.id_number, m.person.name, m.person.birth_date, m.person.village_code, m.person.household)
            for m in new
            if m.person.household
        ]
        alike = find_namesakes(candidates)
        for matched in new:
            person = matched.person
            if others := alike.get(person.id_number):
                message = f"本村已登记同名、同日出生的{others[0].name}（{masks.mask(others[0].id_number)}）。"
                matched.problem = _problem(person, "姓名", "namesake", message + _TWO_OR_ONE)
            elif person.household:
                key = (person.village_code, person.household, person.birth_date, names.match_key(person.name))
                first = self._new.setdefault(hash(key), person.number)  # of half a million, the hash alone is kept
                if first != person.number:
                    message = f"与第{first}行同户、同名、同日出生，号码不同。"
                    matched.problem = _problem(person, "姓名", "namesake", message + _TWO_OR_ONE)


_TWO_OR_ONE = "是同一个人的请更正号码；确是两个人的，请到窗口登记。"


def _problem(person: RegisterPerson, column: str, code: str, message: str) -> Problem:
    return Problem(person.number, person.name, column, code, masks.mask(person.id_number), message)
