"""Rows pasted from WPS or Excel: kept as a file and checked as one, so that nothing is decided twice."""

import csv
import io
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from collection.ledgers.columns import NEEDED, TITLES
from collection.ledgers.models import LedgerBatch
from collection.ledgers.reading import read_ledger
from collection.ledgers.services import upload_ledger
from config import clock
from core.accounts.models import User
from core.refusals import Refused
from core.regions.models import Region
from core.tables import reader
from subsidies.campaigns.models import Campaign

#: A village's whole list is some 300,000 characters.
MOST_CHARACTERS = 1_000_000
#: What an empty grid begins with.
HEADINGS = ("household", "name", "id_number", "amount", "paid_on", "receipt_no", "phone")


def paste_ledger(*, campaign: Campaign, village: Region, text: str, actor: User) -> tuple[LedgerBatch, bool]:
    """Keep what was pasted as a ledger and queue its reading. Return (batch, new). Raise Refused.

    The columns are looked for at once, in the limited process that reads files, so that the answer stands beside what
    was pasted.
    """
    content = as_csv(text)
    _refuse_unreadable(content)
    now = timezone.localtime(clock.now())
    name = f"粘贴的台账{now:%m%d-%H%M}.csv"
    return upload_ledger(campaign=campaign, village=village, file=ContentFile(content, name), name=name, actor=actor)


def as_csv(text: str) -> bytes:
    """The pasted cells as a file: tabs between cells, line breaks inside a cell only between quotes, as WPS copies."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect="excel-tab"))
    except csv.Error:
        raise Refused(
            "粘贴的内容读不出来，可能有引号没有配对。请在表格里重新选中、复制，再粘贴一次。", "text"
        ) from None
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def empty_grid() -> str:
    """The headings of a grid to be filled in."""
    return "\t".join(TITLES[key] for key in HEADINGS)


def _refuse_unreadable(content: bytes) -> None:
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, suffix=".csv") as file:
        file.write(content)
        file.flush()
        try:
            read_ledger(reader.read(Path(file.name)))
        except reader.SheetError as error:
            wanted = "、".join(TITLES[key] for key in NEEDED)
            says = error.message.replace("后再上传", "后再提交")
            raise Refused(f"{says}粘贴时请把表头一起复制（{wanted}）。您粘贴的内容还在下面。", "text") from None
