"""A row of a county's register of residents: columns, cells → a checked person, or every problem with it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from core.access import masks
from core.regions.names import TOWNSHIP_DIFFERS, TOWNSHIP_UNKNOWN, RegionNames
from core.tables.cells import cell_text, formula_error, read_household, read_phone, read_text
from core.tables.dates import read_birth_date
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.reader import Cell
from residents.people import id_numbers, names
from residents.people.insured_years import read_insured_years

COLUMNS = (
    Column("name", "姓名", ("姓名", "参保人姓名", "居民姓名"), parts=("姓名",), never=("户主", "监护", "父", "母")),
    Column(
        "id_number",
        "证件号码",
        ("证件号码", "身份证号码", "身份证号", "公民身份号码", "身份证"),
        parts=("身份证", "证件号"),
    ),
    Column("sex", "性别", ("性别",)),
    Column("birth_date", "出生日期", ("出生日期", "出生年月日", "出生年月"), parts=("出生",)),
    Column("township", "乡镇", ("乡镇", "乡镇街道", "所属乡镇"), parts=("乡镇", "街道")),
    Column(
        "village",
        "行政村",
        ("行政村", "村", "村社区", "村名", "所属村", "村代码", "村委会", "村居", "村委会名称", "村名称"),
        parts=("行政村", "社区", "村委会"),
    ),
    Column("household", "户编号", ("户编号", "户号", "家庭编号", "户口簿编号"), parts=("户编", "户号")),
    Column("relation", "与户主关系", ("与户主关系", "户主关系", "关系"), parts=("户主关系",)),
    Column("phone", "联系电话", ("联系电话", "电话", "手机号", "手机号码"), parts=("电话", "手机")),
    Column("address", "住址", ("住址", "家庭住址", "地址", "户籍地址"), parts=("住址", "地址")),
    Column("years", "参保年度", ("参保年度", "历年参保", "已参保年度"), parts=("参保年", "历年参保")),
)
NEEDED = ("name", "id_number", "village")
_SEXES = {"男": "M", "女": "F"}
_LIMITS = {"household": 30, "phone": 20, "address": 120}


@dataclass(slots=True)
class RegisterPerson:
    """Somebody as the row tells, checked. `years` are insured years, comma-separated."""

    number: int
    name: str
    id_number: str
    document_type: str
    birth_date: date
    sex: str
    village_code: str
    household: str
    is_head: bool
    phone: str
    address: str
    years: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is not taken: the column's title, a code, what stood there, and what to do."""

    number: int
    name: str
    column: str
    code: str
    found: str
    message: str


#: Notes what is wrong with a cell: column, code, what was found, what to do.
_Wrong = Callable[[str, str, object, str], None]


class RowReader:
    """Reads rows of one file: where its columns are, what the county's places are called, and the day of reading.

    `columns` changes where another sheet of the file has its columns in another order.
    """

    def __init__(self, columns: dict[str, int], regions: RegionNames, as_of: date) -> None:
        self.columns, self.regions, self.as_of = columns, regions, as_of
        self.seen: dict[str, int] = {}

    def is_nobody(self, cells: Sequence[Cell]) -> bool:
        """Whether the row is blank, a sum or a signature. What has a village or a phone and nobody is a question."""
        get = self._getter(cells)
        name, number = get("name"), get("id_number")
        if any(cell_text(cell) for cell in (name, number)):
            return is_nobody(name, number)
        return not any(cell_text(cell) for cell in cells)

    def read(self, number: int, cells: Sequence[Cell]) -> RegisterPerson | list[Problem]:
        """The person, or all problems of the row."""
        get = self._getter(cells)
        name = names.normalise(get("name"))
        written = get("id_number")
        id_number, bad_number = id_numbers.read_cell(written)
        is_birth = bad_number is None and id_numbers.document_of(id_number) == id_numbers.DocumentType.BIRTH
        if bad_number is None and not is_birth:
            bad_number = id_numbers.check(id_number, as_of=self.as_of)
        problems = []

        def wrong(column: str, code: str, found: object, message: str) -> None:
            problems.append(Problem(number, name[:60], column, code, str(found or "")[:60], message))

        formula = formula_error(get("name"), title="姓名") or formula_error(written, title="证件号码")
        if formula:
            wrong("姓名、证件号码", "formula_error", "", formula)
        elif bad_name := names.problem_of(name):
            wrong("姓名", "bad_name", get("name"), bad_name)
        if bad_number:
            wrong("证件号码", bad_number, masks.mask(id_number), id_numbers.MESSAGES[bad_number])
        elif id_number in self.seen:
            first = self.seen[id_number]
            wrong("证件号码", "duplicate", masks.mask(id_number), f"与第{first}行是同一个号码，请核对后删去一行。")
        else:
            self.seen[id_number] = number
        village = self._village(get, wrong)
        born, sex = self._birth_and_sex(get, id_number, is_birth, wrong) if not bad_number else (None, "")
        texts = _texts(get, wrong)
        years = self._years(get, born, wrong)
        if problems:
            return problems
        assert born is not None  # noqa: S101 - a number without a birth date is a problem, told above
        return RegisterPerson(
            number,
            name,
            id_number,
            id_numbers.document_of(id_number).value,
            born,
            sex,
            village,
            texts["household"],
            cell_text(get("relation")) in ("户主", "本人"),
            read_phone(get("phone")) or texts["phone"],
            texts["address"],
            ",".join(map(str, years)),
        )

    def _getter(self, cells: Sequence[Cell]) -> Callable[[str], Cell]:
        columns, width = self.columns, len(cells)

        def get(key: str) -> Cell:
            place = columns.get(key, width)
            return cells[place] if place < width else None

        return get

    def _village(self, get: Callable[[str], Cell], wrong: _Wrong) -> str:
        answer = self.regions.village(get("village"), get("township"))
        if answer.problem:
            column = "乡镇" if answer.problem in (TOWNSHIP_UNKNOWN, TOWNSHIP_DIFFERS) else "行政村"
            wrong(column, answer.problem, get("township" if column == "乡镇" else "village"), answer.message)
        return answer.code

    def _years(self, get: Callable[[str], Cell], born: date | None, wrong: _Wrong) -> list[int]:
        years, bad_years = read_insured_years(get("years"), last=self.as_of.year)
        if bad_years:
            wrong("参保年度", "years_invalid", get("years"), bad_years)
        elif years and born and years[0] < born.year:
            message = f"参保年度 {years[0]} 年早于出生年份 {born.year} 年，请核对后重填。"
            wrong("参保年度", "years_invalid", get("years"), message)
        return years

    def _birth_and_sex(
        self, get: Callable[[str], Cell], id_number: str, is_birth: bool, wrong: _Wrong
    ) -> tuple[date | None, str]:
        """The number decides; what the row says must not contradict it. A birth certificate tells neither."""
        told_sex = _SEXES.get(cell_text(get("sex")), "")
        by_number = None if is_birth else id_numbers.birth_date(id_number)
        told_birth, bad_birth = read_birth_date(get("birth_date"), today=self.as_of, number_says=by_number)
        if is_birth:
            if bad_birth:
                wrong("出生日期", "birth_invalid", get("birth_date"), bad_birth)
            elif told_birth is None:
                message = "用出生医学证明登记的要填写出生日期，例如 2024-05-01。"
                wrong("出生日期", "birth_missing", get("birth_date"), message)
            if not told_sex:
                wrong("性别", "sex_missing", get("sex"), "用出生医学证明登记的要填写性别：男 或 女。")
            return told_birth, told_sex
        sex = "M" if id_number[16] in "13579" else "F"
        # Many lists give year and month only: what cannot be read does not contradict the number.
        if told_birth is not None and told_birth != by_number:
            message = f"与证件号码里的出生日期 {by_number} 不一致，请照身份证核对。"
            wrong("出生日期", "birth_differs", told_birth, message)
        if told_sex and told_sex != sex:
            wrong("性别", "sex_differs", cell_text(get("sex")), "与证件号码里的性别不一致，请照身份证核对。")
        return by_number, sex


_TITLES = {column.key: column.title for column in COLUMNS}


def _texts(get: Callable[[str], Cell], wrong: _Wrong) -> dict[str, str]:
    """What is kept as it is written, by its column."""
    texts = {}
    for key, limit in _LIMITS.items():
        read = read_household(get(key)) if key == "household" else read_text(get(key), title=_TITLES[key])
        texts[key], bad_text = read
        if bad_text:
            wrong(_TITLES[key], "cell_invalid", get(key), bad_text)
        elif len(text := texts[key]) > limit:
            wrong(_TITLES[key], "too_long", text, f"{_TITLES[key]}超过{limit}个字，请缩短。")
    return texts
