"""Who is to be paid for, as it is pasted out of a table: a name and a number a line, read as in every list. Pure."""

import re
from collections.abc import Iterator

from core.tables.footings import is_nobody
from residents.people import id_numbers, names

_CUTS = re.compile(r"[\s,，;；]+")
_HAS_DIGIT = re.compile(r"\d")
_HEADINGS = frozenset({"姓名", "序号"})


def read_people(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line, name, number). Empty lines, a heading, sums and signatures are nobody.

    A serial in front is not read. A number may be written in groups: what follows the name is one number.
    """
    for line, written in enumerate(text.splitlines(), start=1):
        words = [word for word in _CUTS.split(written) if word.strip("'`‘’′\"")]
        if words and words[0].isdecimal() and len(words) > 2:
            words = words[1:]
        at = next((at for at, word in enumerate(words) if _HAS_DIGIT.search(word)), len(words))
        name, number = names.normalise("".join(words[:at])), id_numbers.normalise("".join(words[at:]))
        if not is_nobody(name, number) and (number or words[0] not in _HEADINGS):
            yield line, name, number
