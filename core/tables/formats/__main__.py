"""Reads one untrusted spreadsheet in a process of its own: `python -m core.tables.formats FILE LIMITS`.

Run by `sheets.py`, never imported by it: a workbook can make a parser abort, loop or ask for terabytes, and only
a process with limits of its own dies of that alone. It imports the standard library and the readers, no Django.

Writes JSON lines to stdout: {"kind"}; for each sheet {"sheet", "visible", "merged", "hidden"} and then lists of
[row number, cells]; at last {"end": true}, or {"error": code, "message"} wherever it stops.
Dates go as {"d": ISO date} or {"t": ISO date and time}; empty cells as null; rows without content are left out.
"""

import json
import resource
import sys
from pathlib import Path

from core.tables.formats.archives import read_zip
from core.tables.formats.ole import read_ole
from core.tables.formats.output import FileRefused, Limits, Output
from core.tables.formats.text import read_text

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WEB_PAGE = "这是网页（或 XML 文件），只是名字像表格。请用 WPS 或 Excel 打开它，“另存为”选择 xlsx，再上传。"
OTHER_KINDS = (
    (b"%PDF", "这是 PDF 文件，不是表格。请在 WPS 或 Excel 里打开原来的表格，另存为 xlsx 后再上传。"),
    (b"\x89PNG", "这是图片，不是表格。请上传表格文件（xlsx、xls、et、ods 或 csv）。"),
    (b"\xff\xd8\xff", "这是照片，不是表格。请上传表格文件（xlsx、xls、et、ods 或 csv）。"),
    (b"GIF8", "这是图片，不是表格。请上传表格文件（xlsx、xls、et、ods 或 csv）。"),
    (b"Rar!", "这是压缩包，请先解压，再上传里面的表格。"),
    (b"7z\xbc\xaf", "这是压缩包，请先解压，再上传里面的表格。"),
    (b"\x1f\x8b", "这是压缩包，请先解压，再上传里面的表格。"),
    (b"{\\rtf", "这是文字文档，不是表格。请另存为 xlsx 后再上传。"),
    (b"MIME-Version:", WEB_PAGE),
    (b"SQLite format 3", "这是数据库文件，不是表格。请导出为 xlsx 后再上传。"),
)
TOO_OLD = "表格的格式太旧（Excel 4.0 或更早）。请用 WPS 打开，另存为 xlsx 后再上传。"


def read(path: Path, limits: Limits, out: Output) -> None:
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise FileRefused("unreadable_file", "文件是空的（0 字节），可能没有传完整。请重新保存后再上传。")
    for magic, message in OTHER_KINDS:
        if head.startswith(magic):
            raise FileRefused("unreadable_file", message)
    if head.startswith(b"PK"):
        return read_zip(path, limits, out)
    if head.startswith(OLE_MAGIC):
        return read_ole(path, limits, out)
    if head[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08") and b"\x00" in head[2:8]:
        raise FileRefused("unreadable_file", TOO_OLD)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        raise FileRefused("unreadable_file", WEB_PAGE)
    return read_text(path, out)


def main(path: str, limits: Limits) -> None:
    # Everything read is limited here: memory, processor time, and no file can be written.
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    out = Output(limits)
    try:
        read(Path(path), limits, out)
        out.flush()
        out.line({"end": True})
    except FileRefused as refusal:
        out.line({"error": refusal.code, "message": refusal.message})
    except MemoryError:
        out.line({"error": "memory"})
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
