"""What a typed number tells: its own facts, and the registered person as far as the clerk may know of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from config import clock
from core.accounts.models import User
from residents.people import id_numbers
from residents.people.disclosure import is_in_scope
from residents.people.models import InsuredYear, Resident
from residents.people.selectors import find_by_number


@dataclass(frozen=True)
class NumberReading:
    """What a number tells while it is typed.

    `known` is the registered person if they live in the clerk's region; of anybody else only `is_elsewhere` is told.
    `is_former`: the number is one that the known person had before.
    """

    problem: str = ""
    number: str = ""
    document: str = ""
    birth_date: date | None = None
    sex: str = ""
    known: Resident | None = None
    is_elsewhere: bool = False
    is_former: bool = False
    years: tuple[int, ...] = ()


def read_number(text: str, *, scope: str) -> NumberReading:
    """Read a number as typed. `scope`: the clerk's region; nobody outside it is looked at further."""
    number, problem = id_numbers.read_cell(text)
    if problem:
        return NumberReading(problem=id_numbers.MESSAGES[problem])
    document = id_numbers.document_of(number)
    if document != id_numbers.DocumentType.BIRTH:
        problem = id_numbers.check(number, as_of=clock.today())
    if problem:
        return NumberReading(problem=id_numbers.MESSAGES[problem])
    person = find_by_number([number]).get(number)
    known = person if person and is_in_scope(person.village_id, scope) else None
    return NumberReading(
        number=number,
        document=document.value,
        birth_date=id_numbers.birth_date(number),
        sex={"男": "M", "女": "F"}.get(id_numbers.sex(number) or "", ""),
        known=known,
        is_elsewhere=person is not None and known is None,
        is_former=known is not None and known.id_number != number,
        years=tuple(_years_of(known)) if known else (),
    )


def _years_of(resident: Resident) -> Iterable[int]:
    return InsuredYear.objects.filter(resident=resident).order_by("year").values_list("year", flat=True)


def scope_of(actor: User | None) -> str:
    """The region in which this person may know of everybody."""
    return actor.scope_prefix if actor else ""
