"""What the fast reader does not tell of a sheet: hidden rows, merged ranges, and cells that hold a formula's error."""

#: More ranges or errors than people make by hand are not told one by one.
MOST_RANGES, MOST_ERRORS = 20_000, 20_000
LAST_ROW = 1_048_576
#: The error values of spreadsheets, by the code that the old binary format keeps.
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class Layout:
    """Of one sheet: `hidden` rows as [first, last] ranges, `merged` ranges, `errors` as {row: {column: text}}.

    Not a dataclass: to load what makes one takes a quarter of the reading of a small file.
    """

    def __init__(self) -> None:
        self.hidden: list[list[int]] = []
        self.merged: list[list[int]] = []
        self.errors: dict[int, dict[int, str]] = {}
        self.error_count = 0

    def hide(self, first: int, last: int) -> None:
        """Add hidden rows, in ascending order; a million of them side by side are one range."""
        last = min(last, LAST_ROW)
        if first > last:
            return
        if self.hidden and first <= self.hidden[-1][1] + 1:
            self.hidden[-1][1] = max(last, self.hidden[-1][1])
        elif len(self.hidden) < MOST_RANGES:
            self.hidden.append([first, last])

    def merge(self, ranges: list[list[int]]) -> None:
        """Add merged ranges up to a limit."""
        self.merged.extend(ranges[: MOST_RANGES - len(self.merged)])

    def error(self, row: int, column: int, text: str) -> None:
        """Remember that a cell holds an error value."""
        if self.error_count < MOST_ERRORS:
            self.error_count += 1
            self.errors.setdefault(row, {})[column] = text
