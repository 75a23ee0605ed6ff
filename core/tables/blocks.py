"""Rows of a large sheet as columns, as the reading process hands them over (core/tables/formats/blocks.py).

What is decided column by column is decided for thousands of rows at once; `rows` gives those that must be looked at
one by one, with the cells that reading row by row would have given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from core.tables.reader import Cell, Row

_KINDS = {"t": pl.String, "n": pl.Float64, "d": pl.Date}


@dataclass(slots=True)
class Block:
    """`frame` has for column 3 of the sheet its texts `t3`, numbers `n3` and days `d3`, those that there are.

    `numbers` are the rows' numbers in the sheet, `others` the cells of any other kind by (row of the block, column).
    """

    numbers: pl.Series
    frame: pl.DataFrame
    others: dict[tuple[int, int], Cell] = field(default_factory=dict)

    @classmethod
    def of_rows(cls, rows: Sequence[Row]) -> "Block":
        """The same rows as columns."""
        width = max((len(cells) for _, cells in rows), default=0)
        series: list[pl.Series] = []
        others: dict[tuple[int, int], Cell] = {}
        for at in range(width):
            cells = [cells[at] if at < len(cells) else None for _, cells in rows]
            series += _series(at, cells)
            others |= {(row, at): c for row, c in enumerate(cells) if type(c) not in (type(None), str, float, date)}
        return cls(pl.Series("number", [number for number, _ in rows], dtype=pl.Int64), pl.DataFrame(series), others)

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, kind: str, at: int | None) -> pl.Series:
        """The texts (t), numbers (n) or days (d) of a column; all null where it has none."""
        name = f"{kind}{at}"
        if at is None or name not in self.frame.columns:
            return pl.Series(name, [None], dtype=_KINDS[kind]).new_from_index(0, len(self))
        return self.frame[name]

    def is_blank(self) -> pl.Series:
        """For each row whether nothing stands in it."""
        blank = pl.Series("blank", [True], dtype=pl.Boolean).new_from_index(0, len(self))
        for series in self.frame.get_columns():
            blank &= series.is_null()
        if self.others:
            with_others = pl.Series(sorted({row for row, _ in self.others}), dtype=pl.UInt32)
            blank = blank.scatter(with_others, False)
        return blank

    def rows(self, wanted: Iterable[int] | None = None) -> list[Row]:
        """The rows at these places of the block, or all that are not blank, as (number, cells)."""
        places = [row for row, blank in enumerate(self.is_blank()) if not blank] if wanted is None else list(wanted)
        width = max([int(name[1:]) for name in self.frame.columns] + [at for _, at in self.others], default=-1) + 1
        rows: list[Row] = [(number, [None] * width) for number in self.numbers.gather(places)]
        for series in self.frame.get_columns():
            at = int(series.name[1:])
            for (_, cells), value in zip(rows, series.gather(places), strict=True):
                if value is not None:
                    cells[at] = value
        if self.others:
            position = {place: row for row, place in enumerate(places)}
            for (place, at), value in self.others.items():
                if place in position:
                    rows[position[place]][1][at] = value
        return rows


def _series(at: int, cells: list[Cell]) -> list[pl.Series]:
    kinds = set(map(type, cells))
    series = []
    for prefix, kind in (("t", str), ("n", float), ("d", date)):
        if kind in kinds:
            values = [c if type(c) is kind else None for c in cells]
            series.append(pl.Series(f"{prefix}{at}", values, dtype=_KINDS[prefix]))
    return series
