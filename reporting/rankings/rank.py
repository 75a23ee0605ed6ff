"""Who stands where: exact ratios, shared ranks, movement, and the fingerprint of a published table.

Design 5.7. Whole numbers of people go in; a ratio is never rounded before it is compared.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Standing:
    """One region's facts at the as-of time, in people.

    `task` None or 0 means that no task was given: such a region is shown, last, without a rank.
    `gained` is what `done` grew by in the seven days before the as-of time; a reversal can make it negative.
    """

    code: str
    task: int | None
    done: int
    gained: int = 0

    def __post_init__(self):
        if self.task is not None and self.task < 0:
            raise ValueError(f"{self.code}：任务数不能是负数（{self.task}）。")
        if self.done < 0:
            raise ValueError(f"{self.code}：完成人数不能是负数（{self.done}）。")

    @property
    def completion(self) -> Fraction | None:
        return Fraction(self.done, self.task) if self.task else None


@dataclass(frozen=True)
class Place:
    """Where one region stands. `rank` None: no task. `movement` > 0: so many places up since last time; None: new."""

    standing: Standing
    rank: int | None
    previous_rank: int | None = None

    @property
    def code(self) -> str:
        return self.standing.code

    @property
    def movement(self) -> int | None:
        if self.rank is None or self.previous_rank is None:
            return None
        return self.previous_rank - self.rank


def rank(standings: Iterable[Standing], previous: Mapping[str, int | None] | None = None) -> list[Place]:
    """Places in the order in which they are shown.

    Equal completion shares a rank and the next one is skipped (1, 1, 3). Among equals the larger weekly gain is
    shown first, then the smaller code. `previous` maps a code to its rank in the last published ranking.

    Raises ValueError if a code occurs twice.
    """
    standings = list(standings)
    if len({s.code for s in standings}) != len(standings):
        raise ValueError("同一区划出现了两次，无法排名。")
    previous = previous or {}
    with_task = sorted((s for s in standings if s.task), key=lambda s: (-s.completion, -s.gained, s.code))
    without_task = sorted((s for s in standings if not s.task), key=lambda s: s.code)

    places: list[Place] = []
    for position, standing in enumerate(with_task, start=1):
        tied = bool(places) and places[-1].standing.completion == standing.completion
        shared = places[-1].rank if tied else position
        places.append(Place(standing, shared, previous.get(standing.code)))
    places += [Place(standing, None, previous.get(standing.code)) for standing in without_task]
    return places


def fingerprint(content) -> str:
    """SHA-256 of the content's canonical JSON (sorted keys, no blanks, UTF-8), as 64 hex digits.

    Only dict, list, tuple, str, int, bool and None are let in: a float or a date could be written in two ways.
    """
    _refuse_ambiguous(content)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _refuse_ambiguous(content) -> None:
    if isinstance(content, Mapping):
        for key, value in content.items():
            if not isinstance(key, str):
                raise TypeError(f"fingerprint: keys are strings, not {type(key).__name__}")
            _refuse_ambiguous(value)
    elif isinstance(content, list | tuple):
        for value in content:
            _refuse_ambiguous(value)
    elif not isinstance(content, str | int | None):
        raise TypeError(f"fingerprint: {type(content).__name__} has no single spelling")
