"""Read a list: the rows under a heading in any sheet of a file, and what is to be said about the file. Pure.

Every kind of list goes through here (register, roster, statuses, helpers, tasks, receipt books, paid lists, feedback;
ledgers have a reading of their own on the same ground), so that all find headings, hidden rows, hidden sheets and cells
that hold a formula's error in one way.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.tables.cells import cell_text, formula_error, half_width
from core.tables.headings import Column, Header, find, letter
from core.tables.reader import Cell, Row, RowRanges, Sheet, SheetError

if TYPE_CHECKING:
    from core.tables.blocks import Block

HIDDEN_ROWS = "hidden_rows"
HIDDEN_SHEET = "hidden_sheet"
IGNORED_SHEET = "ignored_sheet"
CHARACTERS_DROPPED = "characters_dropped"
CELL_CUT = "cell_cut"
TWO_COLUMNS = "duplicate_columns"
NO_ROWS = "no_rows"
NOTHING_BELOW = "表头下面没有内容（公式没有算出结果的也算没有填写）。请填好后重新上传。"
#: The sheet of our templates that says how they are filled in; it is no list.
INSTRUCTIONS = "填表说明"
#: Row numbers named in a note; there may be more.
ROWS_NAMED = 10
#: Two telephone numbers or two addresses may both be right; of anything else a person has one.
MAY_BE_TWO = frozenset({"phone", "address", "note"})
#: What is usually done with hidden rows; a list whose silence or presence decides rights says otherwise.
TAKEN_ALL_THE_SAME = "也已读取。不该计入的请删除后重新上传。"


@dataclass(frozen=True, slots=True)
class ListNote:
    """Something to know about a whole file: a code and the sentence for the screen."""

    code: str
    message: str


@dataclass(slots=True)
class ListRow:
    """A row under a heading, its cells by the key of their column."""

    sheet: str
    number: int
    cells: dict[str, Cell]
    hidden: bool = False
    whole: Sequence[Cell] = ()  #: all cells, by position

    def error(self, columns: Sequence[Column]) -> tuple[str, str]:
        """Return (column's title, message) of the first cell that holds a formula's error, ("", "") if none does."""
        for column in columns:
            if message := formula_error(self.cells.get(column.key), title=column.title):
                return column.title, message
        return "", ""


@dataclass
class ListReader:
    """Reads one file's list piece by piece; afterwards `notes` tells what is to be said about it.

    `columns` are those the list may have, `needed` those without which a sheet holds no list. Sheets that are hidden
    are passed over; with `one_sheet`, so are all lists but the first. `hidden_rows_are` says what is done with hidden
    rows, for the note. `header`, `sheet_name` and `last_row` (of the heading) are those of the rows that come; `above`
    are the texts that stand over the headings.
    """

    columns: Sequence[Column]
    needed: Collection[str]
    one_sheet: bool = False
    hidden_rows_are: str = TAKEN_ALL_THE_SAME
    header: Header | None = None
    sheet_name: str = ""
    last_row: int | None = None
    sheets_read: int = 0
    above: list[str] = field(default_factory=list)
    _hidden: list[int] = field(default_factory=list)
    _dropped: list[int] = field(default_factory=list)
    _cut: list[int] = field(default_factory=list)
    _passed_over: list[ListNote] = field(default_factory=list)
    _headings: list[list[Cell]] = field(default_factory=list)
    _unseen: list[str] = field(default_factory=list)
    _current: Sheet | None = None
    _best: Header | None = None

    @property
    def found_heading(self) -> bool:
        return self.sheets_read > 0

    def missing(self) -> list[str]:
        """The titles of the needed columns that the best heading lacks; all of them if there was no heading."""
        known = self._best.columns if self._best else {}
        return [column.title for column in self.columns if column.key in self.needed and column.key not in known]

    def blocks(self, pieces: Iterable[Sheet]) -> Iterator[tuple[Header, list[Row]]]:
        """Yield the rows below each heading as they come, with the heading; empty rows are left out by the reader."""
        for header, part in self.parts(pieces):
            yield header, part if isinstance(part, list) else part.rows()

    def parts(self, pieces: Iterable[Sheet]) -> Iterator[tuple[Header, "list[Row] | Block"]]:
        """As `blocks`, with those pieces as they are that were read in columns."""
        for piece in pieces:
            header = self._header_of(piece)
            if header is None:
                continue
            if piece.block is not None and (header.twice.keys() - MAY_BE_TWO or self._is_heading_in(piece.block)):
                piece.rows, piece.block = piece.block.rows(), None
            rows = [row for row in piece.rows if row[0] > header.row and row[1] not in self._headings]
            if header.twice and piece.block is None:
                self._settle_twice(header, rows)
            if piece.hidden_rows:
                numbers = piece.block.numbers if piece.block else (number for number, _ in rows)
                self._hidden += [number for number in numbers if number in piece.hidden_rows]
            if piece.block is not None:
                yield header, piece.block
            elif rows:
                yield header, rows
        if self._unseen and not self.sheets_read:
            says = f"工作表“{self._unseen[0]}”是隐藏的，没有读取；看得见的工作表里没有名单。"
            raise SheetError(HIDDEN_SHEET, f"{says}请取消隐藏，或把名单复制到看得见的工作表里，再重新上传。")

    def _is_heading_in(self, block: "Block") -> bool:
        """Whether one of its rows may be the heading again, as it stands on each page of some printed lists."""
        for cells in self._headings:
            at = next((at for at, cell in enumerate(cells) if type(cell) is str), None)
            if at is not None and (block.column("t", at) == cells[at]).any():
                return True
        return False

    def _settle_twice(self, header: Header, rows: Iterable[Row]) -> None:
        """Where two columns may tell one thing, take the one in which it stands. Raise SheetError where they differ."""
        for number, cells in rows:
            for key, places in header.twice.items():
                told = {at: value for at in places if (value := _cell(cells, at)) is not None}
                if len({half_width(cell_text(value)) for value in told.values()}) > 1 and key not in MAY_BE_TWO:
                    raise SheetError(TWO_COLUMNS, self._which_are_twice(header, key, number))
                if told and (first := header.columns[key]) not in told:
                    cells.extend([None] * (first + 1 - len(cells)))
                    cells[first] = next(iter(told.values()))

    def _which_are_twice(self, header: Header, key: str, number: int) -> str:
        title, places = next(column.title for column in self.columns if column.key == key), header.twice[key]
        named = "、".join(f"{letter(at)} 列“{header.titles[at]}”" for at in places[:5])
        says = f"“{title}”有 {len(places)} 列（{named}），第 {number} 行写的不一样，不知道以哪一列为准。"
        return f"{says}请改成每行只写一个、每项只留一列后再上传。"

    def rows(self, pieces: Iterable[Sheet]) -> Iterator[ListRow]:
        """Yield each row below a heading by the keys of its columns; cells of blanks alone count as empty."""
        for header, rows in self.blocks(pieces):
            hidden = self._current.hidden_rows if self._current else RowRanges()
            for number, cells in rows:
                values = {key: _cell(cells, at) for key, at in header.columns.items()}
                yield ListRow(self.sheet_name, number, values, number in hidden, cells)

    def notes(self) -> list[ListNote]:
        """What is to be said about the file, once it was read."""
        self._leave()
        notes = []
        if self._hidden:
            says = f"{rows_named(self._hidden)}在表里是隐藏的或被筛选掉了（共 {len(self._hidden)} 行），"
            notes.append(ListNote(HIDDEN_ROWS, says + self.hidden_rows_are))
        return [*notes, *odd_cells_notes(self._dropped, self._cut), *self._passed_over]

    def _header_of(self, piece: Sheet) -> Header | None:
        # The pieces of one sheet share its list of merged ranges, and no two sheets do.
        if self._current is None or piece.merged is not self._current.merged:
            self._leave()
            self._current, self.header = piece, None
            if not piece.visible:
                self._passed_over.append(ListNote(HIDDEN_SHEET, f"工作表“{piece.name}”是隐藏的，没有读取。"))
        if piece.block is not None and self.header is None:  # a heading so far down is looked for row by row
            piece.rows, piece.block = piece.block.rows(), None
        if not (piece.rows or piece.block) or piece.name == INSTRUCTIONS:
            return None
        if not piece.visible:
            self._unseen += [piece.name] * (piece.name not in self._unseen)
            return None
        if self.header is None and not (self.one_sheet and self.sheets_read):
            header = find(piece, self.columns, self.needed)
            if header and (self._best is None or len(header.columns) > len(self._best.columns)):
                self._best = header
            if header and self._is_whole(header):
                self.header, self.sheet_name, self.last_row = header, piece.name, header.row
                self.sheets_read += 1
                self._headings = [cells for at, cells in piece.rows if header.first_row <= at <= header.row]
                over = (cells for number, cells in piece.rows if number < header.row)
                self.above += [cell for cells in over for cell in cells if isinstance(cell, str)]
        self._current = piece
        return self.header

    def _leave(self) -> None:
        """Keep what is to be said of the sheet that ends here."""
        sheet, self._current = self._current, None
        if sheet is None or not sheet.visible:
            return
        if self.header is not None:
            self._dropped += sheet.dropped
            self._cut += sheet.cut
        elif sheet.rows and self.sheets_read and sheet.name != INSTRUCTIONS:
            why = "不是这种名单，没有读取。"
            if self.one_sheet and (other := find(sheet, self.columns, self.needed)) and self._is_whole(other):
                why = "也是名单，这里一次只读一份，没有读取。请另存为一个文件后上传。"
            self._passed_over.append(ListNote(IGNORED_SHEET, f"工作表“{sheet.name}”{why}"))

    def _is_whole(self, header: Header) -> bool:
        return set(self.needed) <= header.columns.keys()


def odd_cells_notes(dropped: Sequence[int], cut: Sequence[int]) -> list[ListNote]:
    """The notes about rows whose cells were changed in reading."""
    notes = []
    if dropped:
        says = f"{rows_named(dropped)}有看不见的控制字符或残缺字符，已经去掉。请核对这几行。"
        notes.append(ListNote(CHARACTERS_DROPPED, says))
    if cut:
        says = f"{rows_named(cut)}有单元格的文字太长，只读了前 500 个字。请核对这几行是不是填错了格。"
        notes.append(ListNote(CELL_CUT, says))
    return notes


def rows_named(numbers: Sequence[int]) -> str:
    """第 3、5 行, with 等 where there are more than can be named."""
    named = "、".join(map(str, numbers[:ROWS_NAMED]))
    return f"第 {named} 行等 {len(numbers)} 行" if len(numbers) > ROWS_NAMED else f"第 {named} 行"


def _cell(cells: list[Cell], at: int) -> Cell:
    value = cells[at] if at < len(cells) else None
    return None if type(value) is str and not value.strip() else value
