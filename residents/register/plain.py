"""Rows of a register about which there is nothing to say, found column by column. Pure.

Most rows of a register are so: a name of common characters, a whole number, a village as the region table writes it.
They are decided here for thousands of rows at once; every other row goes to `rows.RowReader`, which alone refuses,
repairs and asks. What is accepted here `RowReader` would accept with the same person; a property test compares them.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from core.regions.names import RegionNames
from core.tables.blocks import Block
from residents.people import id_numbers, names
from residents.people.insured_years import read_insured_years

#: What stands for a row that waits to be written, in the order of its columns.
SCHEMA = {
    "number": pl.Int64,
    "village_code": pl.String,
    "household": pl.String,
    "head_name": pl.String,
    "name": pl.String,
    "document_type": pl.String,
    "id_number": pl.String,
    "birth_date": pl.Date,
    "sex": pl.String,
    "phone": pl.String,
    "address": pl.String,
    "years": pl.String,
}
_NAME = r"^[\x{4e00}-\x{9fa5}]{2,20}$"
_NUMBER = r"^[0-9]{17}[0-9X]$"
#: First characters of a formula's error or of no number: such cells are read one by one.
_DOUBTFUL = r"^[#NIE\-]"
#: What may be a day that a spreadsheet made, or stand in another form than it is kept.
_ODD_HOUSEHOLD = r"[^\x{4e00}-\x{9fa5}\x{20}-\x{7e}]|[/月]|^[0-9]{4}-[0-9]{2}-|^\s*[0-9]{1,2}-[A-Za-z]|^[A-Za-z]{3}-"
_PHONE = r"^[0-9]{11}$"


def find_plain(block: Block, columns: Mapping[str, int], regions: RegionNames, as_of: date) -> pl.DataFrame:
    """The plain rows of a block as `SCHEMA` has them, with their places in the block as `place`."""
    frame = pl.DataFrame(
        {
            "place": pl.int_range(len(block), eager=True, dtype=pl.UInt32),
            "number": block.numbers,
            **{key: block.column("t", columns.get(key)) for key in _KEYS},
            "phone_number": block.column("n", columns.get("phone")),
            "birth_day": block.column("d", columns.get("birth_date")),
            "is_text": _only_texts(block, columns),
        }
    )
    frame = frame.filter(
        pl.col("is_text") & pl.col("name").str.contains(_NAME) & pl.col("id_number").str.contains(_NUMBER)
    )
    frame = frame.filter(~pl.col("name").is_in(list(names.NO_NAMES)) & ~pl.col("name").str.ends_with("某某"))
    frame = _with_number(frame, as_of)
    frame = frame.join(_villages(frame, regions), on=("village", "township"), nulls_equal=True)
    frame = frame.join(_years(frame, as_of), on="years", nulls_equal=True)
    frame = frame.filter(pl.col("first_year").is_null() | (pl.col("first_year") >= pl.col("birth").dt.year()))
    frame = _with_texts(frame)
    return frame.sort("place").select(
        "place",
        "number",
        "village_code",
        "household",
        pl.when(pl.col("relation").is_in(["户主", "本人"])).then("name").otherwise(pl.lit("")).alias("head_name"),
        "name",
        "document_type",
        "id_number",
        pl.col("birth").alias("birth_date"),
        "sex",
        "phone",
        "address",
        pl.col("years_read").alias("years"),
    )


_KEYS = (
    "name",
    "id_number",
    "sex",
    "birth_date",
    "township",
    "village",
    "household",
    "relation",
    "phone",
    "address",
    "years",
)


def _only_texts(block: Block, columns: Mapping[str, int]) -> pl.Series:
    """For each row whether all that is read of it is text, but for a telephone that is a number and a birthday that is
    a day."""
    plain = pl.Series("plain", [True], dtype=pl.Boolean).new_from_index(0, len(block))
    for key in _KEYS:
        for kind in ("n", "d"):
            if (kind, key) not in {("n", "phone"), ("d", "birth_date")}:
                plain &= block.column(kind, columns.get(key)).is_null()
    read = set(columns.values())
    odd = sorted({row for row, at in block.others if at in read})
    return plain.scatter(odd, False) if odd else plain


def _with_number(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Those whose number is right and not contradicted, with `birth`, `sex` and `document_type` by the number."""
    number = pl.col("id_number")
    digits = [number.str.slice(at, 1).cast(pl.Int32, strict=False).fill_null(0) for at in range(17)]
    total = pl.sum_horizontal([digit * weight for digit, weight in zip(digits, id_numbers.WEIGHTS, strict=True)])
    checks = pl.Series(list(id_numbers.CHECK_DIGITS))
    frame = frame.with_columns(
        number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False).alias("birth"),
        (total % 11).alias("remainder"),
        pl.when(number.str.slice(16, 1).is_in(list("13579")))
        .then(pl.lit("M"))
        .otherwise(pl.lit("F"))
        .alias("by_number"),
        pl.when(number.str.slice(0, 6).is_in(sorted(id_numbers.HMT_PREFIXES)))
        .then(pl.lit("permit"))
        .when(number.str.starts_with("9"))
        .then(pl.lit("pr_card"))
        .otherwise(pl.lit("id_card"))
        .alias("document_type"),
    )
    right = pl.Series(checks.gather(frame["remainder"])) == frame["id_number"].str.slice(17, 1)
    birth, told = pl.col("birth"), pl.col("birth_date")
    return frame.filter(
        right
        & birth.is_not_null()
        & (birth.dt.year() >= id_numbers.EARLIEST_BIRTH_YEAR)
        & (birth.dt.strftime("%Y%m%d") == number.str.slice(6, 8))
        & (birth <= as_of)
        & (pl.col("birth_day").is_null() | (pl.col("birth_day") == birth))
        & (told.is_null() | told.is_in([""]) | _is_day(told, birth))
        & (
            pl.col("sex").is_null()
            | (pl.col("sex").replace_strict({"男": "M", "女": "F"}, default="") == pl.col("by_number"))
        )
    ).with_columns(pl.col("by_number").alias("sex"))


def _is_day(told: pl.Expr, birth: pl.Expr) -> pl.Expr:
    """The usual ways of writing a day, with both figures of month and day."""
    ways = ("%Y-%m-%d", "%Y%m%d", "%Y.%m.%d", "%Y/%m/%d")
    return pl.any_horizontal([told == birth.dt.strftime(way) for way in ways])


def _villages(frame: pl.DataFrame, regions: RegionNames) -> pl.DataFrame:
    """The villages named, each once, with their code; those that are not clear are left out."""
    named = frame.select("village", "township").unique()
    answers = [regions.village(village, township) for village, township in named.iter_rows()]
    codes = pl.Series("village_code", [answer.code or None for answer in answers], dtype=pl.String)
    return named.with_columns(codes).filter(codes.is_not_null())


def _years(frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The insured years written, each way of writing once, as they are kept; those that are not clear are left out."""
    written = frame.select("years").unique()
    read = [read_insured_years(years, last=as_of.year) for (years,) in written.iter_rows()]
    return written.with_columns(
        pl.Series("years_read", [None if bad else ",".join(map(str, years)) for years, bad in read], dtype=pl.String),
        pl.Series("first_year", [years[0] if years and not bad else None for years, bad in read], dtype=pl.Int32),
    ).filter(pl.col("years_read").is_not_null())


def _with_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Those whose household, telephone and address are as they are kept."""
    spaces = r"\s+"
    household, address, phone = (pl.col(key) for key in ("household", "address", "phone"))
    frame = frame.filter(
        ~household.fill_null("").str.contains(_DOUBTFUL)
        & ~household.fill_null("").str.contains(_ODD_HOUSEHOLD)
        & ~address.fill_null("").str.contains(_DOUBTFUL)
        & (phone.is_null() | phone.str.contains(_PHONE))
        & (pl.col("phone_number").is_null() | pl.col("phone_number").is_between(10_000_000_000, 19_999_999_999))
        & (pl.col("phone_number").is_null() | (pl.col("phone_number") % 1 == 0))
    ).with_columns(
        household.fill_null("").str.replace_all(spaces, ""),
        address.fill_null("").str.replace_all(spaces, ""),
        pl.coalesce(phone, pl.col("phone_number").cast(pl.Int64).cast(pl.String), pl.lit("")).alias("phone"),
        pl.col("relation").fill_null("").str.replace_all(spaces, ""),
    )
    return frame.filter((household.str.len_chars() <= 30) & (address.str.len_chars() <= 120))
