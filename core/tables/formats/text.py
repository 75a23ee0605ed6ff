"""Text: csv in the encodings and with the separators that people use."""

import csv
import io
from pathlib import Path

from core.tables.formats.output import NOT_A_SHEET, FileRefused, Output


def read_text(path: Path, out: Output) -> None:
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
                raise FileRefused("unreadable_file", f"{says}请用 WPS 打开核对，去掉多余的引号，另存为 xlsx 后再上传。")
            out.row(number, [excel_text(c) for c in cells])
    except csv.Error as error:
        raise FileRefused("unreadable_file", NOT_A_SHEET) from error


def holds_rows(cell: str, mark: str, columns: int) -> bool:
    """Whether a quote that nobody closed has swallowed whole rows: lines with as many delimiters as a row has."""
    return "\n" in cell and any(line.count(mark) >= min(columns - 1, 4) > 0 for line in cell.split("\n")[1:])


def decode(raw: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    if b"\x00" in raw[:65536]:
        for encoding in ("utf-16-le", "utf-16-be"):
            text = raw[: len(raw) // 2 * 2].decode(encoding, "replace")
            if plausible(text):
                return text
        raise FileRefused("unreadable_file", NOT_A_SHEET)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    if not plausible(text):
        raise FileRefused("unreadable_file", NOT_A_SHEET)
    return text


def plausible(text: str) -> bool:
    """Written by people: hardly any control, private or undecodable characters among the first thousands."""
    sample = text[:20_000]
    odd = sum(c < " " and c not in "\t\r\n\f" or c == "�" or "\ue000" <= c <= "\uf8ff" for c in sample)
    usual = sum(c.isascii() or "　" <= c <= "鿿" or "＀" <= c <= "￯" or " " <= c <= "⁯" for c in sample)
    return odd * 50 <= len(sample) and usual * 10 >= len(sample) * 7


def delimiter_of(text: str) -> str:
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:20]
    return max(",\t;，|", key=lambda d: (sum(d in line for line in lines), sum(line.count(d) for line in lines)))


def excel_text(cell: str) -> str:
    """="4113…" is how systems keep a number as text in csv."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell
