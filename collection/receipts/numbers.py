"""收据号: a prefix and digits, "NX24896580"; its digits place it in a book."""

import re
import unicodedata
from dataclasses import dataclass

_NUMBER = re.compile(r"(\D{0,12})(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReceiptNumber:
    """A receipt number taken apart; `text` is its one written form."""

    prefix: str
    serial: int
    width: int

    @property
    def text(self) -> str:
        return f"{self.prefix}{self.serial:0{self.width}d}"

    def with_serial(self, serial: int) -> "ReceiptNumber":
        """The number of the same shape at another place."""
        return ReceiptNumber(self.prefix, serial, self.width)


def normalize_number(number: str) -> str:
    """The one written form of a number: half-width, capitals, no spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(number))).upper()


def parse_number(number: str) -> ReceiptNumber | None:
    """None if it does not end in digits (so that it can belong to no book)."""
    found = _NUMBER.fullmatch(normalize_number(number))
    return ReceiptNumber(found[1], int(found[2]), len(found[2])) if found else None
