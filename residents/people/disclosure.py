"""What an uploaded list may learn about a person (docs/decisions/disclosure.md).

Somebody who sends a number and a name learns of that person only if both are right, or if the person lives in the
sender's own region. In all other cases the one answer is WITHHELD, whatever the register knows: village, household,
status, category, payment, even the right name. Nothing about a person withheld is looked up beyond this check.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.access.masks import WITHHELD, WITHHELD_CODE
from core.access.scope import successor
from core.accounts.models import User
from core.audit import services as audit
from core.audit.models import Event
from residents.people.names import match_key
from residents.people.selectors import PROBE_ACTION, named_residents

__all__ = [
    "WITHHELD",
    "WITHHELD_CODE",
    "Disclosure",
    "disclose",
    "is_in_scope",
    "misses_elsewhere",
    "record_probe",
]
#: So many misses in one file are no slips of the pen: the security officer is told.
PROBE_MISSES = 20


@dataclass(slots=True)
class Disclosure:
    """Whom the sender of a list may be told of."""

    _people: dict[str, tuple[int, str, bool]] = field(default_factory=dict)
    _misses: set[tuple[str, str]] = field(default_factory=set)

    def resident_id(self, number: str, name: str) -> int | None:
        """The resident of this number if the sender may know of them; None for nobody and for somebody withheld."""
        person = self._people.get(number)
        if person is None:
            return None
        pk, name_key, is_own = person
        return pk if is_own or name_key == match_key(name) else None

    def is_withheld(self, number: str, name: str) -> bool:
        """Whether the number is on the register and the sender must not learn whose it is."""
        return number in self._people and self.resident_id(number, name) is None

    @property
    def misses(self) -> int:
        """How many different claims are withheld."""
        return len(self._misses)


def disclose(claims: Iterable[tuple[str, str]], *, scope: str) -> Disclosure:
    """Sort claims (number, name) by whom the sender may be told of. `scope`: the sender's `scope_prefix`.

    A constant number of statements for every 10,000 numbers; they read number, name and village and nothing else.
    """
    claims = set(claims)
    ids, facts = named_residents({number for number, _ in claims})
    people = {
        number: (pk, match_key(facts[pk][0]), is_in_scope(facts[pk][1], scope))
        for number, pk in ids.items()
        if pk in facts
    }
    answer = Disclosure(people)
    answer._misses = {claim for claim in claims if answer.is_withheld(*claim)}
    return answer


def misses_elsewhere(unknown: Iterable[tuple[str, str]], *, scope: str) -> int:
    """How many claims that nobody of the sender's region answers name somebody registered elsewhere by another name.

    For lists that look people up in their own county alone: they tell the same of such a number as of one that nobody
    has, and this is asked for `record_probe` alone.
    """
    return disclose(unknown, scope=scope).misses


def is_in_scope(village: str, scope: str) -> bool:
    """Whether a village lies in the region of this code; nothing lies in no region."""
    return bool(scope) and scope <= village < successor(scope)


def record_probe(*, misses: int, rows: int, what: str, actor: User | None, region: str, batch: str) -> bool:
    """Leave one event for the security officer if a list missed so often that it may be a search for people.

    Safe to repeat: one event a `batch` (the list's own key, such as "register-12"). Return whether there is one.
    """
    if misses < PROBE_MISSES:
        return False
    summary = f"{what}：{rows} 行里有 {misses} 个号码已在别处登记或姓名不符，可能是在试探他人信息"
    _record_once(summary, {"rows": rows, "count": misses}, actor=actor, region=region, batch=batch)
    return True


def record_oversized(*, what: str, reason: str, actor: User | None, region: str, batch: str) -> None:
    """Leave one event for the security officer about a list of more people than any village has. Safe to repeat.

    Nothing of it was looked up, so nobody can say how many of its numbers are strangers'.
    """
    summary = f"{what}：{reason}没有核对任何一行，可能是在成批试探他人信息"
    _record_once(summary, {"reason": reason}, actor=actor, region=region, batch=batch)


def _record_once(summary: str, after: dict[str, object], *, actor: User | None, region: str, batch: str) -> None:
    if not Event.objects.filter(action=PROBE_ACTION, batch=batch).exists():
        audit.record(PROBE_ACTION, actor=actor, region=region, batch=batch, summary=summary, after=after)
