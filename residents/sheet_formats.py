"""Reads one untrusted spreadsheet in a process of its own: `python sheet_formats.py FILE LIMITS`.

Run by `sheets.py`, never imported by it: a workbook can make a parser abort, loop or ask for terabytes, and only
a process with limits of its own dies of that alone. It imports the standard library and the readers, no Django.

Writes JSON lines to stdout: {"kind"}; for each sheet {"sheet", "visible", "merged", "hidden"} and then lists of
[row number, cells]; at last {"end": true}, or {"error": code, "message"} wherever it stops.
Dates go as {"d": ISO date} or {"t": ISO date and time}; empty cells as null; rows without content are left out.
"""

import csv
import html
import io
import json
import re
import resource
import shutil
import sys
import zipfile
from contextlib import nullcontext
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

ROWS_A_LINE = 500
LAYOUT_BYTES = 64 << 20  # hidden rows are looked for in sheets up to this size
MOST_SHEETS = 1000  # a sheet for every village of a county is far less
PIECE_BYTES = 24 << 20  # larger sheets of an xlsx are read in pieces of about this size

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DAMAGED = "文件已损坏或没有传完整，打不开。请在 WPS 或 Excel 里打开原文件，另存为 xlsx 后重新上传。"
WEB_PAGE = "这是网页（或 XML 文件），只是名字像表格。请用 WPS 或 Excel 打开它，“另存为”选择 xlsx，再上传。"
WORD = "这是 Word 文档，不是表格。请把里面的表格复制到 WPS 表格里，保存为 xlsx 后再上传。"
NOT_A_SHEET = "无法识别这个文件，或者它的文字编码。请用 WPS 或 Excel 打开，另存为 xlsx 后再上传。"
NO_BOOK = "这个文件里没有能读的表格（xls 和 et 要是 Excel 97—2003 格式）。请用 WPS 打开，另存为 xlsx 后再上传。"
ENCRYPTED = "文件设有密码保护。请在 WPS 或 Excel 里打开，取消打开密码和工作簿保护，另存为 xlsx 后再上传。"
TOO_OLD = "表格的格式太旧（Excel 4.0 或更早）。请用 WPS 打开，另存为 xlsx 后再上传。"
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


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


class Output:
    """Counts what goes out, so that a sheet of any size ends in a message rather than in a full memory."""

    def __init__(self, limits):
        self.max_rows, self.max_columns = limits["rows"], limits["columns"]
        self.cells_left = limits["cells"]
        self.write = sys.stdout.buffer.write
        self.pending = []

    def line(self, value):
        self.write(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=encode).encode() + b"\n")

    def sheet(self, name, *, visible=True, merged=(), hidden=()):
        self.flush()
        self.line({"sheet": name, "visible": visible, "merged": list(merged), "hidden": sorted(hidden)})
        self.rows = 0

    def row(self, number, cells):
        """`cells` may hold '' or None for nothing; columns past the limit are dropped."""
        cells = [None if c == "" else c for c in cells[: self.max_columns]]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            return
        self.rows += 1
        self.cells_left -= len(cells)
        if self.rows > self.max_rows or self.cells_left < 0:
            raise Refused("too_large", f"表格超过 {self.max_rows} 行，一次读不下。请分成几个文件上传。")
        self.pending.append([number, cells])
        if len(self.pending) == ROWS_A_LINE:
            self.flush()

    def flush(self):
        if self.pending:
            self.line(self.pending)
            self.pending = []


def encode(value):
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    return str(value)


def read(path, limits, out):
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Refused("unreadable_file", "文件是空的（0 字节），可能没有传完整。请重新保存后再上传。")
    for magic, message in OTHER_KINDS:
        if head.startswith(magic):
            raise Refused("unreadable_file", message)
    if head.startswith(b"PK"):
        return read_zip(path, limits, out)
    if head.startswith(OLE_MAGIC):
        return read_ole(path, limits, out)
    if head[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08") and b"\x00" in head[2:8]:
        raise Refused("unreadable_file", TOO_OLD)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        raise Refused("unreadable_file", WEB_PAGE)
    return read_text(path, out)


# --- zip: xlsx, xlsm, xlsb, ods -------------------------------------------------------------------------------------


def read_zip(path, limits, out):
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused("unreadable_file", DAMAGED) from error
    with archive:
        infos = {i.filename: i for i in archive.infolist()}
        if sum(i.file_size for i in infos.values()) > limits["unpacked"]:
            raise Refused("too_large", "表格解开后太大，读不下。请删去多余的工作表和图片，另存为新文件后再上传。")
        names = {n.lower() for n in infos}
        if "encrypted-package" in names:  # ods of LibreOffice 24 and later
            raise Refused("encrypted_file", ENCRYPTED)
        if "content.xml" in names and "mimetype" in names:
            kind, layout = "ods", ods_layout
            if b"encryption-data" in part(archive, "META-INF/manifest.xml"):
                raise Refused("encrypted_file", ENCRYPTED)
        elif any(n.startswith("xl/") for n in names):
            kind, layout = ("xlsb", None) if "xl/workbook.bin" in names else ("xlsx", xlsx_layout)
        elif any(n.startswith("word/") for n in names):
            raise Refused("unreadable_file", WORD)
        elif any(n.endswith((".xlsx", ".xls", ".et", ".ods", ".csv")) for n in names):
            raise Refused("unreadable_file", "这是压缩包，请先解压，再上传里面的表格。")
        else:
            raise Refused("unreadable_file", NOT_A_SHEET)
        if any(i.flag_bits & 1 for i in infos.values()):
            raise Refused("encrypted_file", ENCRYPTED)
        hidden, merged = {}, {}
        if layout is not None:
            try:
                hidden, merged = layout(archive)
            except MemoryError:
                raise
            except Exception:  # zipfile and zlib raise a dozen kinds; what is really damaged the reader below reports
                hidden, merged = {}, {}
    out.line({"kind": kind})
    if kind == "xlsx" and limits["sparse"]:
        return read_openpyxl(path, out, hidden)
    if kind == "xlsx" and any(i.file_size > PIECE_BYTES for n, i in infos.items() if n.startswith("xl/worksheets/")):
        return read_xlsx_in_pieces(path, out, hidden)
    return read_calamine(path, out, hidden, merged, fallback=kind == "xlsx")


def part(archive, name, most=LAYOUT_BYTES):
    if name not in archive.namelist():
        return b""
    with archive.open(name) as file:
        return file.read(most)


ATTRIBUTE = re.compile(rb'([\w:.-]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')


def attributes(tag):
    """The attributes of one start tag without their prefixes, e.g. {"id": "rId1", "name": "Sheet1"}."""
    return {
        key.decode("utf-8", "replace").rpartition(":")[2]: html.unescape((a or b).decode("utf-8", "replace"))
        for key, a, b in ATTRIBUTE.findall(tag)
    }


def tags(file, pattern):
    """Each match of `pattern` in a stream of markup, read piece by piece."""
    rest = b""
    while piece := file.read(1 << 20):
        text = rest + piece
        end = text.rfind(b"<")
        complete, rest = (text, b"") if end < 0 or b">" in text[end:] else (text[:end], text[end:])
        yield from pattern.finditer(complete)
        if len(rest) > 1 << 20:
            return


XLSX_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
XLSX_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
XLSX_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
XLSX_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")


def xlsx_layout(archive):
    """Hidden rows of each sheet by its name; calamine tells the merged ranges but not these."""
    hidden = {}
    for sheet, name in xlsx_parts(archive).items():
        if archive.getinfo(name).file_size > LAYOUT_BYTES:
            continue
        number, rows = 0, []
        with archive.open(name) as file:
            for match in tags(file, XLSX_ROW):
                row = attributes(match[1])
                number = int(row["r"]) if row.get("r", "").isdigit() else number + 1
                if row.get("hidden") in ("1", "true"):
                    rows.append(number)
        hidden[sheet] = rows
    return hidden, {}


def xlsx_parts(archive):
    """The part of the archive that holds each sheet, by the sheet's name."""
    targets = {
        a.get("Id"): a.get("Target", "")
        for a in map(attributes, XLSX_RELATION.findall(part(archive, "xl/_rels/workbook.xml.rels")))
    }
    parts = {}
    for sheet in map(attributes, XLSX_SHEET.findall(part(archive, "xl/workbook.xml"))[:MOST_SHEETS]):
        target = targets.get(sheet.get("id"), "")
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if name in archive.namelist():
            parts[sheet.get("name")] = name
    return parts


ODS_TAG = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")


def ods_layout(archive):
    """Hidden rows and merged ranges of each sheet by its name; calamine tells neither for ods."""
    hidden, merged, name, row, column, step = {}, {}, None, 0, 0, 1
    if archive.getinfo("content.xml").file_size > LAYOUT_BYTES:
        return hidden, merged
    with archive.open("content.xml") as file:
        for match in tags(file, ODS_TAG):
            what, a = match[1], attributes(match[2])
            if what == b"table":
                name, row, step = a.get("name"), 0, 1
                hidden[name], merged[name] = [], []
            elif name is None:
                continue
            elif what == b"table-row":
                row, column, step = row + step if row else 1, 0, count(a, "number-rows-repeated")
                if a.get("visibility") in ("collapse", "filter") and step < 100_000:
                    hidden[name].extend(range(row, row + step))
            else:
                down, right = count(a, "number-rows-spanned"), count(a, "number-columns-spanned")
                if down > 1 or right > 1:
                    merged[name].append([row, column, row + down - 1, column + right - 1])
                column += count(a, "number-columns-repeated")
    return hidden, merged


def count(attributes, key):
    text = attributes.get(key, "1")
    return int(text) if text.isdigit() and len(text) < 9 else 1


def read_calamine(source, out, hidden, merged, *, fallback):
    import python_calamine as calamine

    try:
        with source.open("rb") if isinstance(source, Path) else nullcontext(source) as file:
            book = calamine.CalamineWorkbook.from_filelike(file)
    except calamine.PasswordError as error:
        raise Refused("encrypted_file", ENCRYPTED) from error
    except MemoryError:
        raise
    except BaseException as error:  # a panic in the reader arrives as a BaseException
        if fallback:
            return read_openpyxl(source, out, hidden)
        raise Refused("unreadable_file", DAMAGED) from error
    if len(book.sheets_metadata) > MOST_SHEETS:
        says = f"这个文件里有 {len(book.sheets_metadata)} 个工作表，超过 {MOST_SHEETS} 个。"
        raise Refused("too_large", f"{says}请只留要上传的工作表，另存为新文件后再上传。")
    kinds, broken, found = calamine.SheetTypeEnum, 0, 0
    for index, meta in enumerate(book.sheets_metadata):
        if meta.typ != kinds.WorkSheet:
            continue
        try:
            sheet = book.get_sheet_by_index(index)
            ranges = merged.get(meta.name) or [
                [r1 + 1, c1, r2 + 1, c2] for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or ()
            ]
        except MemoryError:
            raise
        except BaseException:
            broken += 1
            continue
        found += 1
        out.sheet(
            meta.name,
            visible=meta.visible == calamine.SheetVisibleEnum.Visible,
            merged=ranges[:20_000],
            hidden=hidden.get(meta.name, ()),
        )
        write_rows(sheet, out)
    if broken and not found:
        if fallback:
            return read_openpyxl(source, out, hidden)
        raise Refused("unreadable_file", DAMAGED)
    return None


def write_rows(sheet, out):
    if sheet.start is None:
        return
    top, left = sheet.start[0], [None] * min(sheet.start[1], out.max_columns)
    for number, cells in enumerate(islice(sheet.iter_rows(), top, None), top + 1):
        out.row(number, left + cells)


def read_xlsx_in_pieces(path, out, hidden):
    """calamine holds a whole sheet, 100 bytes a cell; given it as several sheets one after the other, only a piece."""
    import python_calamine as calamine

    try:
        with zipfile.ZipFile(path) as archive:
            parts = xlsx_parts(archive)
            frame = io.BytesIO()
            with zipfile.ZipFile(frame, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
                for name in set(archive.namelist()).difference(parts.values()):
                    with archive.open(name) as source, copy.open(name, "w") as target:
                        shutil.copyfileobj(source, target, 1 << 20)
            frame = frame.getvalue()
            for meta in calamine.CalamineWorkbook.from_filelike(io.BytesIO(frame)).sheets_metadata:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet or meta.name not in parts:
                    continue
                out.sheet(
                    meta.name,
                    visible=meta.visible == calamine.SheetVisibleEnum.Visible,
                    merged=merged_at_the_end(archive, parts[meta.name]),
                    hidden=hidden.get(meta.name, ()),
                )
                for piece in pieces(archive, parts[meta.name]):
                    book = io.BytesIO(frame)
                    with zipfile.ZipFile(book, "a") as copy:
                        copy.writestr(parts[meta.name], piece)
                    del piece
                    book.seek(0)
                    write_rows(calamine.CalamineWorkbook.from_filelike(book).get_sheet_by_name(meta.name), out)
    except (Refused, MemoryError):
        raise
    except BaseException as error:  # a panic in the reader arrives as a BaseException
        raise Refused("unreadable_file", DAMAGED) from error


def pieces(archive, name):
    """A sheet as the markup of several, cut between rows; rows that do not tell their numbers stay together."""
    with archive.open(name) as file:
        rest = file.read(PIECE_BYTES)
        first = XLSX_ROW.search(rest)
        if first and first[0].startswith(b"<row") and b" r=" in first[0]:
            head = rest[: first.start()]
            while more := file.read(PIECE_BYTES):
                end = rest.rfind(b"</row>") + len(b"</row>")
                yield rest[:end] + b"</sheetData></worksheet>"
                rest = head + rest[end:] + more
        yield rest + file.read()


def merged_at_the_end(archive, name):
    """The merged ranges, which the markup of a sheet names after its rows."""
    tail = b""
    with archive.open(name) as file:
        while more := file.read(1 << 20):
            tail = tail[-(1 << 20) :] + more
    return [
        [int(top), column_number(left), int(bottom), column_number(right)]
        for left, top, right, bottom in XLSX_MERGED.findall(tail)[:20_000]
    ]


def column_number(letters):
    """From 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def read_openpyxl(source, out, hidden):
    """The slow reader, cell by cell: for sheets whose far corners are too much for the fast one or that it refuses."""
    import openpyxl
    from openpyxl.worksheet._reader import WorkSheetParser

    # By handle, as above: a name with another suffix would be refused.
    file = source.open("rb") if isinstance(source, Path) else source
    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            out.sheet(sheet.title, visible=sheet.sheet_state == "visible", hidden=hidden.get(sheet.title, ()))
            with sheet._get_source() as part:
                # The public iterator fills every gap: a million rows for one stray character at the bottom.
                parser = WorkSheetParser(
                    part, sheet._shared_strings, data_only=True, epoch=book.epoch,
                    date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
                )
                for number, cells in parser.parse():
                    row = {cell["column"] - 1: cell["value"] for cell in cells if cell["column"] <= out.max_columns}
                    out.row(number, [row.get(at) for at in range(max(row, default=-1) + 1)])
    except (Refused, MemoryError):
        raise
    except Exception as error:
        raise Refused("unreadable_file", DAMAGED) from error


# --- OLE: xls, et, and encrypted xlsx -------------------------------------------------------------------------------


def read_ole(path, limits, out):
    import olefile

    try:
        with olefile.OleFileIO(path) as ole:
            streams = {"/".join(s).lower(): s for s in ole.listdir()}
            if "encryptedpackage" in streams:
                return read_encrypted(path, limits, out)
            book = streams.get("workbook") or streams.get("book")
            if book is None:
                raise Refused("unreadable_file", WORD if "worddocument" in streams else NO_BOOK)
            stream = ole.openstream(book).read(LAYOUT_BYTES)
            if any(kind == FILEPASS for kind, _, _ in biff_records(stream, 0)):
                raise Refused("encrypted_file", ENCRYPTED)
            hidden = xls_hidden_rows(stream)
    except (OSError, ValueError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise Refused("unreadable_file", DAMAGED) from error
    out.line({"kind": "xls"})
    return read_calamine(path, out, hidden, {}, fallback=False)


def read_encrypted(path, limits, out):
    """Excel writes “read-only recommended” workbooks under a password everybody knows; any other is the owner's."""
    import msoffcrypto

    plain = io.BytesIO()
    try:
        with path.open("rb") as file:
            office = msoffcrypto.OfficeFile(file)
            office.load_key(password="VelvetSweatshop", verify_password=True)  # noqa: S106 published by Microsoft
            office.decrypt(plain)
    except MemoryError:
        raise
    except Exception as error:  # the library has no common base class
        raise Refused("encrypted_file", ENCRYPTED) from error
    plain.seek(0)
    out.line({"kind": "xlsx"})
    return read_calamine(plain, out, {}, {}, fallback=False)


BOF, END, FILEPASS, BOUNDSHEET, ROW = (0x0809, 0x000A, 0x002F, 0x0085, 0x0208)


def xls_hidden_rows(stream):
    """Hidden rows of each sheet by its name, from the ROW records of a BIFF8 stream ([MS-XLS] 2.4.221)."""
    hidden, sheets = {}, {}
    for kind, data, _ in biff_records(stream, 0):
        if kind == BOUNDSHEET and len(data) > 8:
            wide, length = data[7] & 1, data[6]
            raw = data[8 : 8 + length * (1 + wide)]
            sheets[raw.decode("utf-16-le" if wide else "latin-1", "replace")] = int.from_bytes(data[:4], "little")
    for name, offset in islice(sheets.items(), MOST_SHEETS):
        hidden[name] = [
            int.from_bytes(data[:2], "little") + 1
            for kind, data, _ in biff_records(stream, offset)
            if kind == ROW and len(data) >= 16 and data[12] & 0x20
        ]
    return hidden


def biff_records(stream, offset):
    """(kind, data, offset) of the records from a BOF to its EOF; embedded charts in between are passed over."""
    depth = 0
    while offset + 4 <= len(stream):
        kind = int.from_bytes(stream[offset : offset + 2], "little")
        size = int.from_bytes(stream[offset + 2 : offset + 4], "little")
        depth += (kind == BOF) - (kind == END)
        if depth <= 1:
            yield kind, stream[offset + 4 : offset + 4 + size], offset
        offset += 4 + size
        if depth <= 0:
            return


# --- text: csv ------------------------------------------------------------------------------------------------------


def read_text(path, out):
    text = decode(path.read_bytes())
    out.line({"kind": "csv"})
    out.sheet("")
    csv.field_size_limit(1 << 20)
    mark, columns = delimiter_of(text), 0
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=mark), 1):
            columns = max(columns, len(cells))
            if any(holds_rows(c, mark, columns) for c in cells):
                says = f"第 {number} 行有引号没有配对，后面的行都并进了这一格，读出来会缺人。"
                raise Refused("unreadable_file", f"{says}请用 WPS 打开核对，去掉多余的引号，另存为 xlsx 后再上传。")
            out.row(number, [excel_text(c) for c in cells])
    except csv.Error as error:
        raise Refused("unreadable_file", NOT_A_SHEET) from error


def holds_rows(cell, mark, columns):
    """Whether a quote that nobody closed has swallowed whole rows: lines with as many delimiters as a row has."""
    return "\n" in cell and any(line.count(mark) >= min(columns - 1, 4) > 0 for line in cell.split("\n")[1:])


def decode(raw):
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    if b"\x00" in raw[:65536]:
        for encoding in ("utf-16-le", "utf-16-be"):
            text = raw[: len(raw) // 2 * 2].decode(encoding, "replace")
            if plausible(text):
                return text
        raise Refused("unreadable_file", NOT_A_SHEET)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    if not plausible(text):
        raise Refused("unreadable_file", NOT_A_SHEET)
    return text


def plausible(text):
    """Written by people: hardly any control, private or undecodable characters among the first thousands."""
    sample = text[:20_000]
    odd = sum(c < " " and c not in "\t\r\n\f" or c == "�" or "\ue000" <= c <= "\uf8ff" for c in sample)
    usual = sum(c.isascii() or "　" <= c <= "鿿" or "＀" <= c <= "￯" or " " <= c <= "⁯" for c in sample)
    return odd * 50 <= len(sample) and usual * 10 >= len(sample) * 7


def delimiter_of(text):
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:20]
    return max(",\t;，|", key=lambda d: (sum(d in line for line in lines), sum(line.count(d) for line in lines)))


def excel_text(cell):
    """="4113…" is how systems keep a number as text in csv."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell


def main(path, limits):
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
    except Refused as refusal:
        out.line({"error": refusal.code, "message": refusal.message})
    except MemoryError:
        out.line({"error": "memory"})
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
