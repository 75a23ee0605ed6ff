"""A village's ledger as it stands in the file: the sheet, its heading, and which rows are people. Pure.

Nothing is judged here; `check.py` does that. Row numbers are the sheet's own.
"""

import re
from dataclasses import dataclass, field

from collection.ledgers.columns import COLUMNS, NEEDED, OUR_SHEETS, STAMP_WORD, TITLES
from collection.ledgers.row_kinds import WrittenTotal, kind_of_row, written_total
from core.tables.headings import Header, find, letter, plain
from core.tables.lists import HIDDEN_SHEET, TWO_COLUMNS, odd_cells_notes, rows_named
from core.tables.reader import Cell, Sheet, SheetError, Workbook

MISSING_COLUMNS = "missing_columns"
NO_ROWS = "no_rows"
IGNORED_SHEET = "ignored_sheet"
HIDDEN_ROWS = "hidden_rows"
_WORDS = frozenset(word for column in COLUMNS if column.key in NEEDED for word in column.words)
_WIDEST = 60  # no heading has more columns
_ANY_DIGIT = re.compile(r"\d")
#: Written once for a whole household when the cells are merged.
_SPREAD_DOWN = ("household", "head_name", "receipt_no", "paid_on", "group", "address", "channel")

#: What is written for “as in the row above”.
_DITTO = frozenset({"同上", "同", "〃", "″", '"', "”", "“", "''", "，，", ",,", "々"})
_HEADS = frozenset({"户主", "本人", "本人（户主）", "户主本人"})
_SAMPLE_SHEET = re.compile("样表|样例|示例|范例|模板|举例")
_AS_ABOVE = ("household", "head_name", "receipt_no", "paid_on", "amount", "category", "channel", "group", "address")
_SELF_PAID = re.compile(r"自主|自行|自缴|线上|网上|微信小程序|支付宝自|税务APP|手机自|共济|医保钱包")
_PAID_BY_OTHERS = re.compile(r"集体|捐资|捐助|捐赠|企业代|企业资|单位代缴|合作社|资助代缴")


@dataclass
class LedgerLine:
    """A row of a person: the raw cells by key."""

    number: int
    cells: dict[str, Cell]
    #: (first row, last row) of a merged amount that stands for several people
    amount_of_rows: tuple[int, int] | None = None
    #: the keys for which “同上” is written, read as the row above has them
    as_above: tuple[str, ...] = ()
    #: whether it is of the household of the row above, by its relation or its 户主
    goes_on: bool = False
    #: which household it is, as settled when the whole ledger was read; "" while it is being read
    household: str = ""
    #: what people have decided about the row, so that it is not asked again
    decisions: tuple[str, ...] = ()
    #: (column, code, message) of what a person must decide first, whatever the cells say
    held: tuple[str, str, str] | None = None

    def text(self, key: str) -> str:
        value = self.cells.get(key)
        return "" if value is None else str(value).strip()

    @property
    def is_head(self) -> bool:
        return self.text("relation") in _HEADS

    @property
    def pays_itself(self) -> bool:
        return bool(_SELF_PAID.search(self.text("channel")))

    @property
    def paid_by_others(self) -> bool:
        return bool(_PAID_BY_OTHERS.search(self.text("channel")))


@dataclass(frozen=True)
class FileNote:
    """Something to know about the whole file."""

    code: str
    message: str


@dataclass
class LedgerReading:
    """A ledger as it stands in the file. `unpaid` are rows of people for whom nothing is written as paid; `above` are
    the texts over the heading."""

    kind: str
    sheet: str
    header: Header
    above: list[str] = field(default_factory=list)
    lines: list[LedgerLine] = field(default_factory=list)
    unpaid: list[int] = field(default_factory=list)
    totals: list[WrittenTotal] = field(default_factory=list)
    notes: list[FileNote] = field(default_factory=list)


def read_ledger(book: Workbook) -> LedgerReading:
    """The ledger in a workbook. Raises SheetError: missing_columns, duplicate_columns, no_rows."""
    if not any(sheet.rows for sheet in book.sheets):
        raise SheetError(NO_ROWS, "表格是空的，没有任何内容。请填好后再上传。")
    found = [(sheet, header) for sheet in book.sheets if (header := find(sheet, COLUMNS, NEEDED))]
    complete = [(s, h) for s, h in found if not _missing(h)]
    if not complete:
        raise SheetError(MISSING_COLUMNS, _what_is_missing(book.kind, found))
    readings = [_read_sheet(book.kind, sheet, header) for sheet, header in complete]
    ranked = sorted(
        zip(complete, readings, strict=True),
        key=lambda c: (not c[0][0].visible, not c[1].lines, bool(_SAMPLE_SHEET.search(c[0][0].name))),
    )
    (sheet, header), reading = ranked[0]
    if twice := {k: v for k, v in header.twice.items() if k in NEEDED}:
        raise SheetError(TWO_COLUMNS, _which_are_twice(twice))
    if not reading.lines:
        if reading.unpaid:
            unpaid = len(reading.unpaid)
            raise SheetError(NO_ROWS, f"表里有 {unpaid} 人，但没有一人填了实缴金额、缴费日期和收据号。请填好后再上传。")
        raise SheetError(NO_ROWS, f"第 {header.row} 行是表头，表头下面没有人员。请填好后再上传。")
    reading.notes = _notes(book, sheet, reading, dict(zip((id(s) for s, _ in complete), readings, strict=True)))
    return reading


def _missing(header: Header) -> list[str]:
    return [key for key in NEEDED if key not in header.columns]


def _what_is_missing(kind: str, found: list[tuple[Sheet, Header]]) -> str:
    if not found:
        wanted = "、".join(TITLES[key] for key in NEEDED)
        garbled = "如果打开是乱码，或者都挤在一列，请用 WPS 另存为 xlsx 后再上传。" if kind == "csv" else ""
        return f"没有找到表头。台账要有一行写明：{wanted}。请对照下载的台账补上表头后再上传。{garbled}"
    sheet, header = max(found, key=lambda f: (len(NEEDED) - len(_missing(f[1])), f[0].visible))
    wanted = "、".join(f"“{TITLES[key]}”" for key in _missing(header))
    if joined := _two_in_one(header):
        says = f"第 {header.row} 行的表头“{joined}”把两项写在一列里，请分成两列（{wanted}单独一列）后再上传。"
        return f"工作表“{sheet.name}”{says}" if sheet.name else says
    where = f"工作表“{sheet.name}”" if sheet.name else "表格"
    return f"{where}第 {header.row} 行是表头，但缺少{wanted}列。请补上后再上传。"


def _two_in_one(header: Header) -> str:
    """A heading such as 姓名/身份证号, which serves one column and names what another lacks; "" if there is none."""
    parts = [part for column in COLUMNS if column.key in _missing(header) for part in column.parts]
    for column in COLUMNS:
        title = header.titles.get(header.columns.get(column.key, -1), "")
        if column.key in NEEDED and title not in column.words and any(part in title for part in parts):
            return title
    return ""


def _which_are_twice(twice: dict[str, list[int]]) -> str:
    said = []
    for key, places in twice.items():
        letters = "、".join(map(letter, places[:5])) + ("等" if len(places) > 5 else "")
        said.append(f"“{TITLES[key]}”有 {len(places)} 列（{letters}）")
    return f"{'；'.join(said)}，不知道以哪一列为准。请改成每人一行、每项一列后再上传。"


def _notes(book: Workbook, chosen: Sheet, reading: LedgerReading, readings: dict[int, LedgerReading]) -> list[FileNote]:
    notes = []
    if hidden := [line.number for line in reading.lines if line.number in chosen.hidden_rows]:
        says = (
            f"{rows_named(hidden)}在表里是隐藏的或被筛选掉了（共 {len(hidden)} 行），也已读取。不该计入的请删除后重传。"
        )
        notes.append(FileNote(HIDDEN_ROWS, says))
    if not chosen.visible:
        says = f"读取的工作表“{chosen.name}”是隐藏的。请核对它是不是要上传的台账，不是的请删除后重传。"
        notes.append(FileNote(HIDDEN_SHEET, says))
    notes += [FileNote(note.code, note.message) for note in odd_cells_notes(chosen.dropped, chosen.cut)]
    ours = OUR_SHEETS if any(STAMP_WORD in text for text in reading.above) else ()
    for sheet in book.sheets:
        if sheet is chosen or sheet.name in ours or not sheet.rows or (not sheet.visible and id(sheet) not in readings):
            continue
        other = readings.get(id(sheet))
        if other and other.lines:
            says = f"工作表“{sheet.name}”里还有 {len(other.lines)} 行缴费，没有读取。请把它单独存成一个文件再上传。"
        else:
            says = f"工作表“{sheet.name}”不是缴费清册，没有读取。"
        notes.append(FileNote(IGNORED_SHEET, says))
    return notes


def _read_sheet(kind: str, sheet: Sheet, header: Header) -> LedgerReading:
    reading = LedgerReading(kind, sheet.name, header)
    _settle_twice(sheet, header)
    places = header.columns
    spread, merged_amounts = _merged_cells(sheet, header)
    headings = _texts_of_heading(sheet, header)
    section_from = 0
    above: dict[str, Cell] = {}
    for number, cells in sheet.rows:
        if number <= header.row:
            if number < header.first_row:
                reading.above += [cell for cell in cells if type(cell) is str]
            continue
        if again := _heading_again(number, cells, headings):
            places = places if _missing(again) else again.columns
            continue
        values = {key: cells[at] if at < len(cells) else None for key, at in places.items()}
        values = {key: None if type(v) is str and not v.strip() else v for key, v in values.items()}
        as_above = tuple(key for key in _AS_ABOVE if key in above and str(values.get(key)).strip() in _DITTO)
        values.update((key, above[key]) for key in as_above)
        for key, value in spread.get(number, {}).items():
            if values.get(key) is None:
                values[key] = value
        what = kind_of_row(cells, values)
        if what == "person":
            above = {k: v for k, v in values.items() if v is not None}
            reading.lines.append(LedgerLine(number, above, merged_amounts.get(number), as_above))
        elif what == "unpaid":
            reading.unpaid.append(number)
        elif what:
            total = written_total(number, what, cells, values, len(reading.lines), section_from)
            reading.totals.append(total)
            section_from = len(reading.lines)
    _join_households(reading.lines)
    return reading


def _join_households(lines: list[LedgerLine]) -> None:
    """Many write the number of a household in the row of its 户主 alone: it holds for the members under it."""
    heads, number, head_above = any(line.is_head for line in lines), None, ""
    for line in lines:
        head_name = line.text("head_name")
        member = heads and line.text("relation") or head_name and head_name == head_above
        line.goes_on = bool(member) and not line.is_head
        number = line.cells.get("household") or (number if line.goes_on else None)
        if number is not None:
            line.cells["household"] = number
        head_above = head_name


def _texts_of_heading(sheet: Sheet, header: Header) -> list[set[str]]:
    rows = [cells for number, cells in sheet.rows if header.first_row <= number <= header.row]
    return [{plain(cell) for cell in cells if cell is not None} - {""} for cells in rows]


def _heading_again(number: int, cells: list[Cell], headings: list[set[str]]) -> Header | None:
    """The heading that long lists repeat on every page, perhaps with its columns in another order."""
    texts = [cell for cell in cells if cell is not None and cell != ""]
    if not 2 <= len(texts) <= _WIDEST or any(type(text) is not str or _ANY_DIGIT.search(text) for text in texts):
        return None
    shown = {plain(text) for text in texts}
    if any(shown <= heading for heading in headings[:-1]):
        return Header(number, number, {}, {})
    if len(shown & _WORDS) < 2:
        return None
    again = find(Sheet("", rows=[(number, cells)]), COLUMNS, NEEDED)
    return again if again and len(NEEDED) - len(_missing(again)) >= 3 else None


def _settle_twice(sheet: Sheet, header: Header) -> None:
    """Of two columns with the same heading an empty one does not count."""
    for key, places in list(header.twice.items()):
        filled = [p for p in places if any(_has(cells, p) for number, cells in sheet.rows if number > header.row)]
        if len(filled) < 2:
            header.columns[key] = (filled or places)[0]
            del header.twice[key]


def _has(cells: list[Cell], place: int) -> bool:
    return place < len(cells) and cells[place] is not None and str(cells[place]).strip() != ""


def _merged_cells(sheet: Sheet, header: Header) -> tuple[dict[int, dict[str, Cell]], dict[int, tuple[int, int]]]:
    """What merged cells say for the rows they cover: values to spread by row and key, and rows that share an amount."""
    keys = {at: key for key, at in header.columns.items()}
    first_cells = dict(sheet.rows)
    spread: dict[int, dict[str, Cell]] = {}
    amounts: dict[int, tuple[int, int]] = {}
    for top, left, bottom, right in sheet.merged:
        if top <= header.row or bottom == top or right > left or bottom - top > 200:
            continue
        key = keys.get(left)
        cells = first_cells.get(top, [])
        value = cells[left] if left < len(cells) else None
        if key and key in _SPREAD_DOWN and value is not None:
            for number in range(top + 1, bottom + 1):
                spread.setdefault(number, {})[key] = value
        elif key == "amount":
            amounts.update(dict.fromkeys(range(top, bottom + 1), (top, bottom)))
    return spread, amounts
