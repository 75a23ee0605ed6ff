"""The list from which helpers' and township teams' accounts are made: one row a person, any usual spreadsheet.

Reads and checks; makes nothing. Every problem of every row is said at once.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import Q

from core.accounts.models import Position, User
from core.refusals import Refused
from core.regions.models import Region
from core.regions.names import short_region_name, written_region_names
from core.tables import headings, reader

COLUMNS = (
    headings.Column("township", "乡镇", ("乡镇", "乡镇街道", "所属乡镇", "乡镇名称"), parts=("乡镇",)),
    headings.Column("village", "行政村", ("行政村", "村", "村名", "村社区", "行政村社区"), parts=("村", "社区")),
    headings.Column("name", "姓名", ("姓名", "医保协办员", "协办员", "人员"), parts=("姓名",)),
    headings.Column("phone", "联系电话", ("联系电话", "电话", "手机号", "手机", "手机号码"), parts=("电话", "手机")),
    headings.Column("position", "岗位", ("岗位", "职务", "分工", "人员类别"), parts=("岗位",)),
)
#: Words people use for the places of annex 2; without one, a row with a village is a helper's.
POSITION_WORDS = {
    "协办": Position.HELPER,
    "领导": Position.LEADER,
    "督导": Position.REVIEWER,
    "审核": Position.REVIEWER,
    "录入": Position.RECORDER,
    "信息": Position.RECORDER,
}
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")


@dataclass
class Row:
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


def read_helper_list(path: Path, county_code: str) -> list[Row]:
    """All rows, checked against the county's regions and accounts. Raise Refused if the file gives no list."""
    try:
        workbook = reader.read(path)
    except reader.SheetError as error:
        raise Refused(str(error), "file") from error
    for sheet in workbook.sheets:
        header = headings.find(sheet, COLUMNS, {"name"})
        if header:
            break
    else:
        raise Refused("没有找到表头。请保留“乡镇、行政村、姓名、联系电话”这一行标题后重新上传。", "file")
    rows = [_row(number, cells, header.columns) for number, cells in sheet.rows if number > header.row]
    rows = [row for row in rows if row.name or row.phone]
    if not rows:
        raise Refused("表头下面没有人员。请填好姓名后重新上传。", "file")
    _check(rows, county_code)
    return rows


def _row(number, cells, columns) -> Row:
    def text(key):
        place = columns.get(key)
        value = cells[place] if place is not None and place < len(cells) else None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return re.sub(r"\s+", "", str(value)) if value is not None else ""

    words = text("position")
    position = next((position for word, position in POSITION_WORDS.items() if word in words), "")
    row = Row(number, text("township"), text("village"), text("name"), text("phone"), position)
    if words and not position:
        row.problems.append(f"看不懂岗位“{words}”，请写 医保协办员、分管领导、督导审核 或 信息录入。")
    if not words:
        row.position = Position.HELPER if row.village else ""
    return row


def _check(rows, county_code) -> None:
    regions = list(Region.objects.in_region(county_code).filter(replaced_by=None))
    townships = _by_name(region for region in regions if region.level == Region.Level.TOWNSHIP)
    villages = _by_name(region for region in regions if region.level == Region.Level.VILLAGE)
    usable = User.objects.in_region(county_code).filter(Q(is_active=True) | Q(changes__state="waiting"))
    accounts = {(user.region_id, user.name, user.position): user for user in usable}
    seen: dict[tuple, int] = {}
    owners: dict[str, Row] = {}
    for row in rows:
        _check_row(row, townships, villages)
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


def _check_row(row, townships, villages) -> None:
    if not row.name:
        row.problems.append("没有姓名，请补填。")
    if not row.phone:
        row.problems.append("没有联系电话，请补填。")
    elif not _PHONE.fullmatch(row.phone):
        row.problems.append(f"联系电话“{row.phone}”不对，应为11位手机号或带区号的座机。")
    if not row.position:
        row.problems.append("没有写行政村，也没有写岗位，不知道要建哪一种账号。")
    at_village = row.position == Position.HELPER
    if at_village and not row.village:
        row.problems.append("医保协办员要写行政村。")
        return
    township = _named(row, "乡镇", row.township, townships) if row.township else None
    if not at_village:
        if not row.township:
            row.problems.append("乡镇人员要写乡镇。")
        row.region = township
        return
    row.region = _named(row, "行政村", row.village, villages, within=township)


def _by_name(regions) -> dict[str, list[Region]]:
    named = defaultdict(list)
    for region in regions:
        for name in {*written_region_names(region.name), region.code}:
            named[name].append(region)
    return named


def _named(row, what, text, by_name, within=None) -> Region | None:
    matches = by_name.get(text) or by_name.get(short_region_name(text)) or []
    if within is not None:
        matches = [region for region in matches if region.code.startswith(within.code)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        row.problems.append(f"{what}“{text}”在本县有{len(matches)}个，请同时写明乡镇。")
    else:
        where = f"{within.name}没有" if within is not None else "本县没有"
        row.problems.append(f"{where}{what}“{text}”，请照区划名称核对。")
    return None
