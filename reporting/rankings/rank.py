"""Rank regions by exact ratios with shared ranks and movement; compute the fingerprint of a published table.

内政办〔2024〕六(二). Whole numbers of people go in; a ratio is never rounded before it is compared.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Achievement:
    """One region's figures at the as-of time, in people.

    `task` None or 0: no task was set; the region is listed last, without a rank.
    `gained`: the change of `done` in the seven days before the as-of time; negative after reversals.
    """

    code: str
    task: int | None
    done: int
    gained: int = 0

    def __post_init__(self) -> None:
        if self.task is not None and self.task < 0:
            raise ValueError(f"{self.code}：任务数不能是负数（{self.task}）。")
        if self.done < 0:
            raise ValueError(f"{self.code}：完成人数不能是负数（{self.done}）。")

    @property
    def completion(self) -> Fraction | None:
        return Fraction(self.done, self.task) if self.task else None


@dataclass(frozen=True)
class RankedPlace:
    """One region's rank. `rank` None: no task. `movement` > 0: places gained since the last ranking; None: new."""

    achievement: Achievement
    rank: int | None
    previous_rank: int | None = None

    @property
    def code(self) -> str:
        return self.achievement.code

    @property
    def movement(self) -> int | None:
        if self.rank is None or self.previous_rank is None:
            return None
        return self.previous_rank - self.rank


def rank(achievements: Iterable[Achievement], previous: Mapping[str, int | None] | None = None) -> list[RankedPlace]:
    """Return the regions in display order.

    Equal completion shares a rank and the next rank is skipped (1, 1, 3). Ties are listed by larger weekly gain, then
    by smaller code. `previous` maps a code to its rank in the last published ranking.

    Raise ValueError if a code occurs twice.
    """
    achievements = list(achievements)
    if len({a.code for a in achievements}) != len(achievements):
        raise ValueError("同一区划出现了两次，无法排名。")
    previous = previous or {}
    with_task = sorted(((a.completion, a) for a in achievements if a.completion is not None), key=_display_order)
    without_task = sorted((a for a in achievements if a.completion is None), key=lambda a: a.code)

    places: list[RankedPlace] = []
    for position, (completion, achievement) in enumerate(with_task, start=1):
        tied = bool(places) and places[-1].achievement.completion == completion
        shared = places[-1].rank if tied else position
        places.append(RankedPlace(achievement, shared, previous.get(achievement.code)))
    places += [RankedPlace(achievement, None, previous.get(achievement.code)) for achievement in without_task]
    return places


def _display_order(pair: tuple[Fraction, Achievement]) -> tuple[Fraction, int, str]:
    completion, achievement = pair
    return -completion, -achievement.gained, achievement.code


def fingerprint(content: object) -> str:
    """Return the SHA-256 of the content's canonical JSON (sorted keys, no blanks, UTF-8), as 64 hex digits.

    Only dict, list, tuple, str, int, bool and None are accepted: a float or a date has more than one spelling.
    """
    _refuse_ambiguous(content)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


_PLAIN = frozenset({int, str, bool, type(None)})


def _refuse_ambiguous(content: object) -> None:
    if isinstance(content, list | tuple):
        for value in content:
            if value.__class__ not in _PLAIN:  # most of a snapshot is numbers in lists
                _refuse_ambiguous(value)
    elif isinstance(content, Mapping):
        for key, value in content.items():
            if not isinstance(key, str):
                raise TypeError(f"fingerprint: keys are strings, not {type(key).__name__}")
            _refuse_ambiguous(value)
    elif not isinstance(content, str | int | None):
        raise TypeError(f"fingerprint: {type(content).__name__} has no single spelling")
