"""The part of a policy about employees' insurance (职工医保): kinds of units, rates, wage floors, what is not set.

A county without `[employees]` in its file has no employees' insurance in this system: no menu, no quote.
"""

from dataclasses import dataclass
from decimal import Decimal

from subsidies.policy.parts import Sourced
from subsidies.policy.schema import Money, Percent

#: Codes that programs use; the file names each kind as its notice does.
KINDS = ("government", "social", "outside", "enterprise", "individual", "flexible")
#: What a notice may leave open. A quote or a page that needs one of these says so.
OPEN_POINTS = ("ceiling", "payment_day", "arrears", "late_fee", "cover")


@dataclass(frozen=True, kw_only=True, eq=False)
class Floor(Sourced):
    """The lowest monthly wage base of a year, in yuan; it holds until a later year's is published."""

    year: int
    amount: Money


@dataclass(frozen=True, kw_only=True, eq=False)
class EmployeeKind(Sourced):
    """Who pays which share of the monthly wage base. Without rates, `not_set` names the office that must set them.

    `on_floor`: the base is always the floor, whatever the person earns (flexible workers).
    `with_unit`: the people of this kind are declared by a unit; the others pay for themselves.
    """

    code: str
    name: str
    unit_percent: Percent | None = None
    person_percent: Percent | None = None
    not_set: str | None = None
    on_floor: bool = False
    with_unit: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class OpenPoint(Sourced):
    """What the notice leaves open: what it is called, and which office must say."""

    code: str
    name: str
    office: str


@dataclass(frozen=True, kw_only=True, eq=False)
class SeveralUnits(Sourced):
    """Whether one person may be declared by two units, or by a unit and as a flexible worker, in one month."""

    two_units: bool
    unit_and_flexible: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Employees(Sourced):
    """Employees' insurance. `goal` is how many more people are to be insured at the end of the year than before."""

    goal: int
    floors: tuple[Floor, ...]
    kinds: tuple[EmployeeKind, ...]
    several_units: SeveralUnits
    channels: tuple[str, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()

    def floor_for(self, year: int) -> Floor | None:
        """The floor that holds in a year: that year's, else the newest before it."""
        return max((floor for floor in self.floors if floor.year <= year), key=lambda floor: floor.year, default=None)

    def kind(self, code: str) -> EmployeeKind | None:
        return next((kind for kind in self.kinds if kind.code == code), None)

    def open_point(self, code: str) -> OpenPoint | None:
        """The point that the notice leaves open under this code; None once it is settled."""
        return next((point for point in self.open_points if point.code == code), None)


LEAST_FLOOR, MOST_FLOOR = Decimal(500), Decimal(100_000)
