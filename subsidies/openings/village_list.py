"""A county's list of villages for the new year beside last year's: what is new, renamed, merged, split. Pure.

A row names a village by its code, or by its name where it has stood before. 原区划代码 says which village it comes
from: one that the list no longer has is merged into it, one that stays is split. A village that is simply missing is a
question: its people would belong nowhere.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.county_words import county_word
from core.regions.names import RegionNames, short_region_name
from core.tables.cells import cell_text, half_width
from core.tables.footings import is_nobody
from core.tables.headings import Column
from core.tables.lists import ListReader, ListRow
from core.tables.reader import Sheet, SheetError

COLUMNS = (
    Column(
        "code", "区划代码", ("区划代码", "村代码", "行政区划代码", "统计用区划代码", "代码"), ("代码",), ("原", "乡镇")
    ),
    Column("township", "乡镇", ("乡镇", "乡镇街道", "所属乡镇", "乡镇名称"), ("乡镇",), ("代码",)),
    Column("village", "行政村", ("行政村", "村", "村名", "村社区", "村居", "名称"), ("村", "社区"), ("代码", "原")),
    Column("sources", "原区划代码", ("原区划代码", "原村代码", "原代码", "来自", "由哪些村合并"), ("原",)),
)
NEEDED = ("village",)
NO_HEADING = "没有找到表头。请保留“区划代码、乡镇、行政村”这一行标题后重新上传。"
_CODE = re.compile(r"\d{12}")
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class VillageLastYear:
    """A village of last year: its people decide whether it may vanish."""

    code: str
    name: str
    township: str
    people: int = 0


@dataclass
class VillageRow:
    """A row of the list, with what is wrong with it. `as_above`: its township is that of the row above it."""

    number: int
    code: str
    township: str
    village: str
    sources: list[str]
    problems: list[str] = field(default_factory=list)
    as_above: bool = False


@dataclass(frozen=True, slots=True)
class VillageDifference:
    """`kind` is a value of VillageChange.Kind; `people` those whose village changes."""

    kind: str
    code: str
    name: str
    old_code: str = ""
    old_name: str = ""
    people: int = 0


@dataclass
class VillageListComparison:
    """What the list changes, how many villages stay as they are, and what is wrong (bad rows; the list as a whole)."""

    changes: list[VillageDifference] = field(default_factory=list)
    same: int = 0
    bad: list[VillageRow] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        return not self.bad and not self.problems


def village_table() -> ListReader:
    """The reader of one file of villages."""
    return ListReader(COLUMNS, NEEDED, hidden_rows_are="不能照这样保存。请取消隐藏或删去这些行后重新上传。")


def read_villages(pieces: Iterable[Sheet], table: ListReader) -> list[VillageRow]:
    """Return the rows of all visible sheets with a heading. Raise SheetError."""
    rows, township = [], ""
    for listed in table.rows(pieces):
        row = _row(listed, township)
        township = row.township
        if not is_nobody(row.village, row.code):
            rows.append(row)
    if not table.found_heading:
        raise SheetError("missing_columns", NO_HEADING)
    if not rows:
        raise SheetError("no_rows", "表头下面没有村。请填好后重新上传。")
    return rows


def _row(listed: ListRow, above: str) -> VillageRow:
    text = {key: half_width(cell_text(cell)) for key, cell in listed.cells.items()}
    sources = re.findall(r"\d+", text.get("sources", ""))
    township = text.get("township", "") or above
    row = VillageRow(listed.number, text.get("code", ""), township, text.get("village", ""), sources)
    row.as_above = not text.get("township")
    if problem := listed.error(COLUMNS)[1]:
        row.problems.append(problem)
    if listed.hidden:
        row.problems.append("这一行在表中是隐藏或筛掉的，看不出要不要。请取消隐藏或删去这一行后重新上传。")
    if not row.village:
        row.problems.append("没有写行政村，请补填。")
    if len(row.village) > _LONGEST_NAME:
        row.problems.append(f"村名超过 {_LONGEST_NAME} 个字，请核对。")
    if row.code and not _CODE.fullmatch(row.code):
        row.problems.append(f"区划代码“{row.code[:20]}”不对，应为12位数字；单元格要设成文本。")
    if any(not _CODE.fullmatch(source) for source in sources):
        row.problems.append("原区划代码应为12位数字，多个用顿号隔开。")
    return row


def compare(
    rows: Iterable[VillageRow], *, county: str, standing: Mapping[str, VillageLastYear], townships: Mapping[str, str],
    names: RegionNames, known_codes: Iterable[str] = (),
) -> VillageListComparison:  # fmt: skip
    """Compare a list with the villages that stand. `known_codes`: codes that were used before and may not come back."""
    rows, result, used = list(rows), VillageListComparison(), set(known_codes) - standing.keys()
    by_code: dict[str, VillageRow] = {}
    for row in rows:
        _find_code(row, county, standing, names, used)
        if not row.problems and row.code in by_code:
            row.problems.append(f"与第{by_code[row.code].number}行代码相同，请删去一行。")
        by_code.setdefault(row.code, row)
    comes_from: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for source in dict.fromkeys(row.sources):
            if source not in standing:
                row.problems.append(f"去年没有代码为 {source} 的村，请核对原区划代码。")
            elif source != row.code:
                comes_from[source].append(row.code)
    result.bad = [row for row in rows if row.problems]
    if result.bad:
        return result
    _add_new(result, rows, standing, townships, comes_from)
    _compare_standing(result, by_code, standing, comes_from)
    return result


def _find_code(
    row: VillageRow, county: str, standing: Mapping[str, VillageLastYear], names: RegionNames, used: set[str]
) -> None:
    if row.problems:
        return
    if not row.code:
        answer = names.village(row.village, row.township)
        row.code = answer.code
        if not answer.code:
            row.problems.append(f"没有找到“{row.village[:20]}”：新设的村请写12位区划代码；改名的请写原来的代码。")
        return
    if not row.code.startswith(county):
        row.problems.append(f"代码 {row.code} 不是本{county_word(county)}的，应以 {county} 开头。")
    elif is_elsewhere(row, names):
        where = names.name_of(row.code[:9]) or "别的乡镇"
        row.problems.append(f"写的是{row.township[:20]}，代码 {row.code} 却在{where}，请核对乡镇和代码。")
    elif row.code in used:
        row.problems.append(f"代码 {row.code} 以前用过、已经撤并，不能再用，请核对。")
    elif (
        row.code not in standing
        and not row.township
        and row.code[:9] not in {one.township for one in standing.values()}
    ):
        row.problems.append(f"乡镇 {row.code[:9]} 是新的，请写乡镇名称。")


def is_elsewhere(row: VillageRow, names: RegionNames) -> bool:
    """Whether the township that a row names is another than its code's. One of a new kind (乡 made 镇) is the same."""
    if not row.township or row.as_above:
        return False
    stands, named = names.name_of(row.code[:9]), names.township(row.township).code
    if not stands:
        return bool(named)
    return named != row.code[:9] and short_region_name(stands) != short_region_name(row.township)


def _add_new(
    result: VillageListComparison,
    rows: list[VillageRow],
    standing: Mapping[str, VillageLastYear],
    townships: Mapping[str, str],
    comes_from: Mapping[str, list[str]],
) -> None:
    """Townships and villages that did not stand last year; where a village comes from one that stays, it is split."""
    new_townships: set[str] = set()
    staying = {row.code for row in rows}
    for row in rows:
        if row.code in standing:
            continue
        if row.code[:9] not in townships and row.code[:9] not in new_townships:
            new_townships.add(row.code[:9])
            result.changes.append(VillageDifference("township", row.code[:9], row.township))
        parents = [source for source in row.sources if source in staying]
        if len(parents) > 1:
            row.problems.append("一个新村只能从一个村拆分出来，请分开写。")
            result.bad.append(row)
        elif parents:
            old = standing[parents[0]]
            result.changes.append(VillageDifference("split", row.code, row.village, old.code, old.name, old.people))
        else:
            result.changes.append(VillageDifference("added", row.code, row.village))


def _compare_standing(
    result: VillageListComparison,
    by_code: Mapping[str, VillageRow],
    standing: Mapping[str, VillageLastYear],
    comes_from: Mapping[str, list[str]],
) -> None:
    for code, old in standing.items():
        if row := by_code.get(code):
            if short_region_name(row.village) != short_region_name(old.name):
                result.changes.append(VillageDifference("renamed", code, row.village, code, old.name))
            else:
                result.same += 1
        elif len(goes_to := comes_from.get(code, [])) == 1:
            target = by_code[goes_to[0]]
            result.changes.append(VillageDifference("merged", target.code, target.village, code, old.name, old.people))
        elif goes_to:
            result.problems.append(
                f"{old.name}（{code}）写成了 {len(goes_to)} 个村的来源，自己又不在表里。拆分的村请保留原代码的一行。"
            )
        else:
            who = f"，还有在册居民 {old.people} 人" if old.people else ""
            result.problems.append(
                f"表里没有了{old.name}（{code}{who}）。并入别村的，请在那个村的“原区划代码”写上 {code}；"
                "没有撤并的，请补上这一行。"
            )
