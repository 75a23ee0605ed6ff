"""Keep what a register file tells: checked rows wait in `RegisterRow`, refused ones stand in `RegisterProblem`."""

from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter

import polars as pl
from django.db import transaction

from core.database.copy import load_frame
from core.jobs import services as jobs
from core.tables.blocks import Block
from core.tables.reader import Row
from residents.people import id_numbers
from residents.register.models import RegisterBatch, RegisterProblem, RegisterRow
from residents.register.plain import SCHEMA, find_plain
from residents.register.rows import Problem, RegisterPerson, RowReader

#: Problems kept and shown; a file with more of them is the wrong file.
MOST_PROBLEMS = 20_000


class Staging:
    """Takes the blocks of one file in turn; `rows` and `bad` count what came and what was refused, `sheet` is where.

    Everybody is staged as new: whom the register knows is found afterwards, for all at once (matching.py).
    """

    def __init__(self, run: jobs.Watch, batch: RegisterBatch, reader: RowReader) -> None:
        self.run, self.batch, self.reader = run, batch, reader
        self.sheet = ""
        self.rows = self.bad = 0
        self._seen: list[pl.DataFrame] = []

    def add(self, block: Block) -> None:
        """Check the rows of a block, keep the good ones as staged rows and what is wrong with the others."""
        blank = block.is_blank()
        plain = find_plain(block, self.reader.columns, self.reader.regions, self.reader.as_of)
        is_plain = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(block)).scatter(plain["place"], True)
        other = block.rows(_places(~blank & ~is_plain))
        odd = [row for row in other if not self.reader.is_nobody(row[1])]
        single = self._alone(is_plain, odd, plain)
        people, problems = [], []
        for number, cells in sorted([*odd, *block.rows(_places(is_plain & ~single))], key=itemgetter(0)):
            answer = self.reader.read(number, cells)
            if isinstance(answer, list):
                problems.append(answer)
            else:
                people.append(answer)
        plain = plain.filter(single.gather(plain["place"]))
        self._seen.append(plain.select("id_number", "number"))
        self.rows += len(blank) - int(blank.sum()) - (len(other) - len(odd))
        self._keep(pl.concat([plain.drop("place"), frame_of(people)]).sort("number"), problems)

    def _alone(self, is_plain: pl.Series, odd: Sequence[Row], plain: pl.DataFrame) -> pl.Series:
        """For each row whether it is plain and nobody else in the file, up to here, has its number.

        `odd` are the rows that are neither plain nor blank. What the row reader will refuse as a repetition it must
        know of: it is told where the numbers of its rows stood before.
        """
        at = self.reader.columns.get("id_number")
        numbers = [id_numbers.read_cell(cells[at])[0] for _, cells in odd if at is not None and at < len(cells)]
        seen = pl.concat(self._seen) if self._seen else plain.select("id_number", "number").clear()
        wanted = pl.Series("id_number", [*numbers, *plain["id_number"]], dtype=pl.String).unique().to_frame()
        before = seen.join(wanted, on="id_number", how="semi")
        for id_number, number in before.iter_rows():
            self.reader.seen.setdefault(id_number, number)
        twice = {*before["id_number"], *numbers, *(self.reader.seen.keys() & set(plain["id_number"]))}
        repeated = plain["id_number"].is_duplicated() | plain["id_number"].is_in(list(twice))
        return is_plain.clone().scatter(plain["place"].filter(repeated), False)  # scatter writes in place

    def _keep(self, staged: pl.DataFrame, problems: list[list[Problem]]) -> None:
        with transaction.atomic():
            self.run.assert_owner()
            load_frame(RegisterRow, staged, {"batch": self.batch.pk, "is_new": True, "sheet": self.sheet})
            self.refuse([(self.sheet, found) for found in problems])

    def refuse(self, problems: Sequence[tuple[str, list[Problem]]]) -> None:
        """Keep what is wrong with rows, each (sheet, all its problems), up to a number that people can work through."""
        kept = [(sheet, problem) for sheet, found in problems for problem in found][: max(MOST_PROBLEMS - self.bad, 0)]
        self.bad += len(problems)
        RegisterProblem.objects.bulk_create(
            [
                RegisterProblem(
                    batch=self.batch,
                    sheet=sheet,
                    number=p.number,
                    name=p.name,
                    column=p.column,
                    code=p.code,
                    found=p.found,
                    message=p.message,
                )
                for sheet, p in kept
            ],
            batch_size=1000,
        )


def frame_of(people: Iterable[RegisterPerson]) -> pl.DataFrame:
    """Checked people as the columns that are staged."""
    return pl.DataFrame([staged_values(person) for person in people], schema=SCHEMA, orient="row")


def staged_values(p: RegisterPerson) -> tuple[int | str | date, ...]:
    """What is staged of a person, in the order of `SCHEMA`."""
    head_name = p.name if p.is_head else ""
    place = (p.number, p.village_code, p.household, head_name, p.name)
    return (*place, p.document_type, p.id_number, p.birth_date, p.sex, p.phone, p.address, p.years)


def _places(wanted: pl.Series) -> list[int]:
    return wanted.arg_true().to_list()
