"""The line that a downloaded ledger carries: for which village and year, when and by which policy. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime

from collection.ledgers.columns import STAMP_WORD
from collection.ledgers.reading import FileNote, LedgerReading
from core.tables.reader import SheetError

WRONG_VILLAGE = "wrong_village"
STALE = "stale_ledger"
_STAMP = re.compile(STAMP_WORD + r"[:：]\s*(\d{12})-(20\d\d)-(\d{12})-([0-9a-f]{8})")


@dataclass(frozen=True)
class Stamp:
    """`made_at` is business time to the minute; `policy` the first eight characters of the policy version's hash."""

    village: str
    year: int
    made_at: datetime
    policy: str

    def __str__(self) -> str:
        return f"{STAMP_WORD}：{self.village}-{self.year}-{self.made_at:%Y%m%d%H%M}-{self.policy}"


@dataclass(frozen=True)
class Since:
    """What happened after the ledger was made: how many people's marks changed; the policy in force now."""

    policy: str
    marks_changed: int = 0


def stamp_of(reading: LedgerReading) -> Stamp | None:
    """The stamp above the heading; None for a ledger people made themselves."""
    for text in reading.above:
        if found := _STAMP.search(text):
            try:
                made_at = datetime.strptime(found[3], "%Y%m%d%H%M")
            except ValueError:
                continue
            return Stamp(found[1], int(found[2]), made_at, found[4])
    return None


def other_ledger(reading: LedgerReading, *, village: str, year: int) -> SheetError | None:
    """Why a downloaded ledger is not one of this village and year."""
    stamp = stamp_of(reading)
    if stamp is None or (stamp.village, stamp.year) == (village, year):
        return None
    if stamp.village != village:
        says = f"这是另一个村（代码 {stamp.village}）的台账，不能在这里上传。请选择正确的村，或重新下载本村台账。"
    else:
        says = f"这是 {stamp.year} 年度的台账，现在收的是 {year} 年度。请重新下载本年度台账。"
    return SheetError(WRONG_VILLAGE, says)


def stale_note(reading: LedgerReading, since: Since | None) -> list[FileNote]:
    """Whether what people owe may have changed since the ledger was made. Rows are checked by today's facts anyway."""
    stamp = stamp_of(reading)
    if stamp is None or since is None:
        return []
    if stamp.policy != since.policy[:8]:
        why = "政策口径已经更新"
    elif since.marks_changed:
        why = f"有 {since.marks_changed} 人的身份类别有变化"
    else:
        return []
    says = f"这份台账是 {stamp.made_at:%Y-%m-%d %H:%M} 下载的，此后{why}，表里的应缴金额可能不对。"
    return [FileNote(STALE, f"{says}已按现在的名单核对；继续收费前请重新下载。")]
