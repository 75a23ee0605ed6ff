"""How many people to call, and which: pure, exact, and the same again for the same seed.

Discovery sampling. The question is not how many differ, but whether somebody collects and does not book: if so large a
share of the people differ from the books, then with the stated confidence at least one of them is in the sample.
"""

import hashlib
from collections.abc import Iterable, Sequence
from fractions import Fraction

#: Per cent; what an officer chooses from.
CONFIDENCES, SHARES = (90, 95, 99), (5, 10, 20)
USUAL_CONFIDENCE, USUAL_SHARE = 95, 10


def sample_size(people: int, *, confidence: int, share: int) -> int:
    """The smallest number of people with which, if `share` per cent of all differ (rounded up, at least one), the
    chance to draw none of them is at most 100 − `confidence` per cent."""
    if people < 0 or not 0 < confidence < 100 or not 0 < share <= 100:
        raise ValueError("no such sample")
    if people == 0:
        return 0
    differing = -(-people * share // 100)
    allowed, missed, size = Fraction(100 - confidence, 100), Fraction(1), 0
    while missed > allowed:
        missed *= Fraction(people - differing - size, people - size)
        size += 1
    return size


def draw(ids: Iterable[int], *, size: int, seed: str) -> list[int]:
    """Draw so many of these ids. The order in which they come does not matter; whoever has the seed draws the same.

    Each id is placed by the SHA-256 of "seed:id", which anybody can work out.
    """
    placed: Sequence[int] = sorted(set(ids), key=lambda one: (_place(seed, one), one))
    return list(placed[:size])


def _place(seed: str, one: int) -> str:
    return hashlib.sha256(f"{seed}:{one}".encode()).hexdigest()
