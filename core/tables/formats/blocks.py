"""Rows of a large sheet as columns: what most cells cost is a copy, not a call.

A block goes out as one JSON line, {"block": bytes, "first": row number, "height": rows, "others": [[row, column,
cell], …]}, and then as many bytes of an Arrow stream. Column 3 of the sheet is in it as `t3` (its texts), `n3` (its
numbers) and `d3` (its days), those that there are; what is none of these stands in `others`, by its place in the block.
"""

import io
from collections.abc import Sequence
from datetime import date
from math import isfinite

import polars as pl

from core.tables.formats.output import LONGEST_CELL, Cell

#: Control characters but tab and line ends, and what is no character; half surrogates cannot come this far.
ODD = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{fffe}\x{ffff}]"
_TEXTS = ({str}, {str, type(None)})


def block_of(rows: Sequence[Sequence[Cell]], left: int) -> tuple[pl.DataFrame, list[tuple[int, int, Cell]]] | None:
    """The rows as (frame, cells that it cannot hold); `left` columns before them are empty.

    None where a text must be mended first: too long, or with odd characters.
    """
    series: list[pl.Series] = []
    others: list[tuple[int, int, Cell]] = []
    for at, cells in enumerate(zip(*rows, strict=True), left):
        kinds = set(map(type, cells))
        if kinds in _TEXTS:
            texts = pl.Series(f"t{at}", cells, dtype=pl.String)
        else:
            texts = pl.Series(f"t{at}", [c if type(c) is str else None for c in cells], dtype=pl.String)
            if float in kinds:
                numbers = [c if type(c) is float and isfinite(c) else None for c in cells]
                series.append(pl.Series(f"n{at}", numbers, dtype=pl.Float64))
            if date in kinds:
                series.append(pl.Series(f"d{at}", [c if type(c) is date else None for c in cells], dtype=pl.Date))
            others += [(row, at, c) for row, c in enumerate(cells) if not _fits(c)]
        longest = texts.str.len_chars().max()
        if isinstance(longest, int) and longest:
            if longest > LONGEST_CELL or texts.str.contains(ODD).any():
                return None
            series.append(texts.set(texts == "", None))
    return pl.DataFrame(series), others


def _fits(cell: Cell) -> bool:
    if isinstance(cell, float):
        return isfinite(cell)
    return cell is None or type(cell) is str or type(cell) is date


def to_bytes(frame: pl.DataFrame) -> bytes:
    """The frame as an Arrow stream."""
    stream = io.BytesIO()
    frame.write_ipc_stream(stream)
    return stream.getvalue()
