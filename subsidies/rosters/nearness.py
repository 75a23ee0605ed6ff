"""Whom a row of a list may mean although its number or name is not right. Pure.

A full list ends whoever is missing from it. A row that cannot be read, or that matches nobody, may be a missing
person written wrongly: by the same name, or by a number that is nearly the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from residents.people.names import match_key

#: Places of a number that may differ: one digit off, two swapped, the last three lost by a spreadsheet.
MOST_DIFFERENCES = 3
#: Fewer readable digits than this say nothing about a person.
FEWEST_DIGITS = 12
#: Beyond so many comparisons nobody missing is ended: with that many doubtful rows the list itself is in doubt.
MOST_COMPARISONS = 400_000


class Doubtful(NamedTuple):
    """A row that may mean somebody else than it says, or that cannot be read."""

    row: int
    name: str
    id_number: str


class Missing(NamedTuple):
    """Somebody whom a full list lacks."""

    key: int
    name: str
    id_number: str


def may_mean(doubtful: Iterable[Doubtful], missing: Iterable[Missing]) -> dict[int, int]:
    """Return the key of each missing person whom a doubtful row may mean → the number of the first such row."""
    rows, people = list(doubtful), list(missing)
    if not rows or not people:
        return {}
    if len(rows) * len(people) > MOST_COMPARISONS:
        return {person.key: rows[0].row for person in people}
    held: dict[int, int] = {}
    by_name = _by_name(people)
    for row in rows:
        for person in _meant_by(row, people, by_name):
            held.setdefault(person.key, row.row)
    return held


def _meant_by(row: Doubtful, people: list[Missing], by_name: Mapping[str, list[Missing]]) -> list[Missing]:
    """Return whom one row may mean: by both name and number where somebody fits both, else by either."""
    digits, name = _digits(row.id_number), match_key(row.name)
    comparable = len(digits.replace("*", "")) >= FEWEST_DIGITS
    if not name and not comparable:
        return people
    named = by_name.get(name, []) if name else []
    if not comparable:
        return named + [p for p in people if is_nearly_the_name(name, match_key(p.name))]
    numbered = [p for p in people if is_nearly_the_number(digits, p.id_number)]
    return [p for p in named if p in numbered] or named + numbered


def is_nearly_the_number(one: str, other: str) -> bool:
    """Whether two numbers differ in at most three places, or one is the other with at most three digits left out."""
    if len(one) == len(other):
        differences = sum(a != b and a != "*" for a, b in zip(one, other, strict=True))
        return differences <= MOST_DIFFERENCES
    shorter, longer = sorted((one, other), key=len)
    return len(longer) - len(shorter) <= MOST_DIFFERENCES and _is_part(shorter, longer)


def is_nearly_the_name(one: str, other: str) -> bool:
    """Whether two names of three characters or more differ in one, or one lacks a character of the other."""
    if min(len(one), len(other)) < 2 or max(len(one), len(other)) < 3:
        return False
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    shorter, longer = sorted((one, other), key=len)
    return len(longer) - len(shorter) == 1 and _is_part(shorter, longer)


def _by_name(people: Iterable[Missing]) -> dict[str, list[Missing]]:
    by_name: dict[str, list[Missing]] = defaultdict(list)
    for person in people:
        by_name[match_key(person.name)].append(person)
    return by_name


def _digits(text: str) -> str:
    return "".join("*" if ch in "*?＊" else ch for ch in text.upper() if ch.isalnum() or ch in "*?＊")


def _is_part(shorter: str, longer: str) -> bool:
    """Whether all of `shorter` stands in `longer` in the same order."""
    rest = iter(longer)
    return all(ch in rest for ch in shorter)
