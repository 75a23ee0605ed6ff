"""Whose record a checked row of a register is: by present and former numbers, within what the sender may know."""

from dataclasses import dataclass, field
from typing import Any

from core.access import masks
from core.database.bulk import chunks
from residents.people import names
from residents.people.disclosure import WITHHELD, WITHHELD_CODE, disclose
from residents.people.models import Resident
from residents.people.selectors import Candidate, find_namesakes
from residents.register.rows import Person, Problem
from residents.register.selectors import COMPARED

_FETCHED = ("pk", "id_number", "document_type", "birth_date", "sex", *COMPARED)


@dataclass(slots=True)
class Matched:
    """A row and the registered person it is of: `before` holds what it could change, None for somebody new."""

    person: Person
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

    def match(self, people: list[Person]) -> list[Matched]:
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
                answers.append(Matched(person, problem=problem))
                continue
            pk = ids[person.id_number]
            answers.append(self._of_record(person, records[pk]) if pk else Matched(person))
        self._ask_about_namesakes([answer for answer in answers if answer.before is None and not answer.problem])
        return answers

    def _of_record(self, person: Person, record: dict[str, Any]) -> Matched:
        if not record["village_id"].startswith(self.county):
            message = "这个号码已在外县登记。请先由原登记地办理迁出，再在本县登记。"
            return Matched(person, problem=_problem(person, "证件号码", "other_county", message))
        is_same_name = names.is_same_name(person.name, record["name"])
        if person.id_number != record["id_number"]:
            if not is_same_name:
                message = f"这是{record['name']}以前用过的号码，与表中姓名不同。请核对身份证，到窗口办理。"
                return Matched(person, problem=_problem(person, "证件号码", "former_number", message))
            for key in ("id_number", "document_type", "birth_date", "sex"):
                setattr(person, key, record[key])
        if is_same_name:  # A file never renames a person to a lookalike.
            person.name = record["name"]
        first = self._rows.setdefault(record["pk"], person.number)
        if first != person.number:
            message = f"与第{first}行是同一个人（号码更正过），请核对后删去一行。"
            return Matched(person, problem=_problem(person, "证件号码", "duplicate", message))
        return Matched(person, before=record)

    def _ask_about_namesakes(self, new: list[Matched]) -> None:
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


def _problem(person: Person, column: str, code: str, message: str) -> Problem:
    return Problem(person.number, person.name, column, code, masks.mask(person.id_number), message)
