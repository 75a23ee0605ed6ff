"""The list from which helpers' and township teams' accounts are made: one row a person, any usual spreadsheet.

Reads and checks; makes nothing. Every problem of every row is said at once.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import Q

from core.accounts.models import Position, User
from core.refusals import Refused
from core.regions.models import Region
from core.regions.names import RegionNames
from core.regions.selectors import region_names
from core.tables import headings, reader
from core.tables.cells import cell_text, half_width, read_phone
from core.tables.footings import is_nobody
from core.tables.lists import ListReader, ListRow

COLUMNS = (
    headings.Column("township", "乡镇", ("乡镇", "乡镇街道", "所属乡镇", "乡镇名称"), parts=("乡镇",)),
    headings.Column("village", "行政村", ("行政村", "村", "村名", "村社区", "行政村社区"), parts=("村", "社区")),
    headings.Column("name", "姓名", ("姓名", "医保协办员", "协办员", "人员"), parts=("姓名",)),
    headings.Column("phone", "联系电话", ("联系电话", "电话", "手机号", "手机", "手机号码"), parts=("电话", "手机")),
    headings.Column("position", "岗位", ("岗位", "职务", "分工", "人员类别"), parts=("岗位",)),
)
NEEDED = ("name",)
#: Words people use for the places of annex 2; without one, a row with a village is a helper's.
POSITION_WORDS = {
    "协办": Position.HELPER,
    "领导": Position.LEADER,
    "督导": Position.REVIEWER,
    "审核": Position.REVIEWER,
    "录入": Position.RECORDER,
    "信息": Position.RECORDER,
}
_PHONE = re.compile(r"1\d{10}|0\d{2,3}\d{7,8}")


@dataclass
class HelperRow:
    """One person of the list: where, who, and what is wrong with the row (empty: it can be made)."""

    number: int
    township: str
    village: str
    name: str
    phone: str
    position: str
    region: Region | None = None
    existing: User | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        if self.problems:
            return "有问题"
        return "已有账号，不变" if self.existing else "新建账号"


def helper_table() -> ListReader:
    """The reader of one file of helpers; a second list in it is not read, and said."""
    return ListReader(COLUMNS, NEEDED, one_sheet=True)


def read_helper_list(path: Path, county_code: str, table: ListReader | None = None) -> list[HelperRow]:
    """Return all rows, checked against the county's regions and accounts. Raise Refused if the file gives no list.

    `table` tells afterwards what is to be said about the file.
    """
    table = table or helper_table()
    try:
        pieces = reader.stream(path, limits=reader.VILLAGE_LEDGER)
        listed = [row for row in table.rows(pieces) if not is_nobody(row.cells["name"], row.cells.get("phone"))]
    except reader.SheetError as error:
        raise Refused(str(error), "file") from error
    if not table.found_heading:
        raise Refused("没有找到表头。请保留“乡镇、行政村、姓名、联系电话”这一行标题后重新上传。", "file")
    if not (rows := [_row(row) for row in listed]):
        raise Refused("表头下面没有人员。请填好姓名后重新上传。", "file")
    _check(rows, county_code)
    return rows


def _row(listed: ListRow) -> HelperRow:
    text = {key: cell_text(cell) for key, cell in listed.cells.items()}
    words = text.get("position", "")
    position = next((position for word, position in POSITION_WORDS.items() if word in words), "")
    name, phone = half_width(text.get("name", "")), read_phone(listed.cells.get("phone")) or text.get("phone", "")
    row = HelperRow(listed.number, text.get("township", ""), text.get("village", ""), name, phone, position)
    if (error := listed.error(COLUMNS))[1]:
        row.problems.append(error[1])
    if words and not position:
        row.problems.append(f"看不懂岗位“{words[:20]}”，请写 医保协办员、分管领导、督导审核 或 信息录入。")
    if not words:
        row.position = Position.HELPER if row.village else ""
    return row


def _check(rows: list[HelperRow], county_code: str) -> None:
    regions = {region.code: region for region in Region.objects.in_region(county_code).filter(replaced_by=None)}
    names = region_names(county_code)
    usable = User.objects.in_region(county_code).filter(Q(is_active=True) | Q(changes__state="waiting"))
    accounts = {(user.region_id, user.name, user.position): user for user in usable}
    seen: dict[tuple[str, ...], int] = {}
    owners: dict[str, HelperRow] = {}
    for row in rows:
        _check_row(row, names, regions)
        # One helper may look after two villages; two people with one mobile is a line copied and not changed.
        owner = owners.setdefault(row.phone, row) if row.phone.startswith("1") else row
        if owner.name != row.name:
            row.problems.append(f"联系电话与第{owner.number}行“{owner.name}”相同而姓名不同，请核对两人的号码。")
        if not row.region:
            continue
        key = (row.region.code, row.name, row.position)
        if key in seen:
            row.problems.append(f"与第{seen[key]}行重复，请删去一行。")
        seen.setdefault(key, row.number)
        row.existing = accounts.get(key)


def _check_row(row: HelperRow, names: RegionNames, regions: dict[str, Region]) -> None:
    if not row.name:
        row.problems.append("没有姓名，请补填。")
    if not row.phone:
        row.problems.append("没有联系电话，请补填。")
    elif not _PHONE.fullmatch(row.phone):
        row.problems.append(f"联系电话“{row.phone[:20]}”不对，应为11位手机号或带区号的座机。")
    if not row.position:
        row.problems.append("没有写行政村，也没有写岗位，不知道要建哪一种账号。")
    at_village = row.position == Position.HELPER
    if at_village and not row.village:
        row.problems.append("医保协办员要写行政村。")
        return
    if not at_village and not row.township:
        row.problems.append("乡镇人员要写乡镇。")
        return
    answer = names.village(row.village, row.township) if at_village else names.township(row.township)
    if answer.problem:
        row.problems.append(answer.message)
    row.region = regions.get(answer.code)
