"""Spoilt spreadsheets: lists of every kind with nasty cells, odd structures, and bytes changed afterwards."""

import csv
import io
import random
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

TITLES = {
    "ledger": ["序号", "户编号", "姓名", "身份证号码", "实缴金额", "缴费日期", "收据号", "联系电话"],
    "register": ["姓名", "身份证号码", "性别", "出生日期", "乡镇", "行政村", "户编号", "联系电话", "参保年度"],
    "roster": ["姓名", "身份证号码", "人员类别", "认定日期"],
    "statuses": ["姓名", "身份证号码", "日期", "依据"],
    "helpers": ["乡镇", "行政村", "姓名", "联系电话", "岗位"],
    "tasks": ["区划代码", "乡镇", "行政村", "任务人数"],
    "paid": ["税票号", "姓名", "证件号码", "实缴金额", "缴费日期", "缴费年度", "缴费状态"],
    "feedback": ["姓名", "证件号码", "导入结果", "失败原因"],
    "classes": ["学校", "班级", "姓名", "身份证号码"],
    "accident": ["姓名", "身份证号码", "保费", "交费日期", "收据号"],
    "books": ["单位", "起号", "止号"],
    "villages": ["区划代码", "乡镇", "行政村", "原区划代码"],
    "split": ["姓名", "证件号码", "新村"],
    "unit": ["姓名", "证件号码", "月工资"],
    "months": ["统一社会信用代码", "姓名", "证件号码", "月工资"],
    "payments": ["统一社会信用代码", "缴费人", "证件号码", "费款所属期", "金额", "缴费日期", "缴费状态"],
    "pensions": ["姓名", "证件号码", "统一社会信用代码", "单位名称", "缴费基数"],
    "refunds": ["退费单号", "收款人", "账号", "金额", "付款结果", "退回原因"],
    "claims": ["姓名", "身份证号码", "基金支付金额", "使用奖励额度"],
}
KINDS = tuple(TITLES)
USUAL = {
    "姓名": "王小红",
    "身份证号码": "411325199001010023",
    "证件号码": "411325199001010023",
    "实缴金额": 400,
    "缴费日期": "2024-10-20",
    "日期": "2024-10-01",
    "认定日期": "2024-05-01",
    "出生日期": "1990-01-01",
    "乡镇": "夏馆镇",
    "行政村": "师家湾村",
    "户编号": "0001",
    "收据号": "NX00000001",
    "联系电话": "13800138000",
    "缴费年度": "2025",
    "缴费状态": "已缴费",
    "导入结果": "成功",
    "任务人数": 100,
    "参保年度": "2019-2023",
    "岗位": "医保协办员",
    "学校": "县实验小学",
    "班级": "一年级1班",
    "保费": 100,
    "交费日期": "2024-10-20",
    "单位": "师家湾村",
    "起号": "NX00000001",
    "止号": "NX00000050",
    "区划代码": "411325101200",
    "新村": "师家湾新村",
    "月工资": 5000,
    "缴费基数": 5000,
    "统一社会信用代码": "91411325MA4000001X",
    "费款所属期": "2024-10",
    "金额": 400,
    "退费单号": "TF12",
    "付款结果": "付款成功",
    "基金支付金额": 1260.5,
}
NASTY: list[object] = [
    "\x00", "陈\x00光", "\x0b\x0c\x1f", "�" * 30, "\ufffe\uffff", "\U000f0000", "\u202e倒写", "é" * 40,
    float("1e308"), -1e308, 1e-308, 0.1 + 0.2, 10**15, -1, 1.5, True, False,
    "NaN", "Infinity", "1E999", "400abc", "9" * 400, "0x10", "1e5", "²", "四百零", "-400", "(400)", "4,00",
    "#N/A", "#REF!", "#DIV/0!", "=1+1", "@SUM(A1)", "+86 13800138000", "'13800138000", "13800138000.0",
    "2024-02-30", "24.9.1", "10/10/24", "2024年13月", 45575, 60, 0, 73051, 99999999, "１９９０", "二〇二四年十月五日",
    "2034-09-01", "1890-01-01", "0001-01-01", "9999-12-31", " " * 400, "\n" * 300, "收据号" + "1、" * 200,
    "合计", "小计" * 100, "同上", "审核人：", "（" * 300, "(" * 499, "第" * 400 + "号", "1-" * 250, "[" + "【" * 400,
    "a" * 32_000, "县" * 32_000, "3-1", "411325198007145200 ", "4.11325E+17", "R419999001", "*" * 18,
    "4113251990****0023",
    "<b>&amp;</b>", "_x0000_", "_xD800_", "../../etc/passwd", "\ufeff姓名", "姓名", "身份证号码",
    '{"a":1}', "%00", "é̂",
]  # fmt: skip


def make(kind: str, dice: random.Random) -> tuple[str, bytes]:
    """A spoilt file for this kind of list: (its name, its content)."""
    rows = _rows(kind, dice)
    write = dice.choice((_xlsx, _xlsx, _xlsx, _csv, _ods, _public))
    content = write(rows, dice)
    spoil = dice.choice((_as_it_is, _as_it_is, _flip, _cut, _rewrite_part, _backslashes))
    return f"{write.__name__[1:]}-{spoil.__name__[1:]}", spoil(content, dice)


def _rows(kind: str, dice: random.Random) -> list[list[object]]:
    titles = list(TITLES[kind])
    if dice.random() < 0.2:
        dice.shuffle(titles)
    rows: list[list[object]] = [[dice.choice(NASTY)] for _ in range(dice.choice((0, 0, 1, 3)))]
    rows.append(
        [f"{title}（{'说明' * dice.choice((0, 0, 5, 30))}）" if dice.random() < 0.1 else title for title in titles]
    )
    for _ in range(dice.choice((0, 1, 5, 40, 300))):
        spoilt = dice.choice((0.0, 0.1, 0.5, 1.0))
        rows.append([dice.choice(NASTY) if dice.random() < spoilt else USUAL.get(title, "1") for title in titles])
    return rows


def _xlsx(rows: list[list[object]], dice: random.Random) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "nan_inf_to_errors": True, "strings_to_formulas": dice.random() < 0.3}
    with xlsxwriter.Workbook(out, options) as book:
        for _ in range(dice.choice((1, 1, 1, 3))):
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    sheet.write(number, place, value[:32_000] if isinstance(value, str) else value)
            _decorate(sheet, len(rows), dice)
    return out.getvalue()


def _decorate(sheet, rows: int, dice: random.Random) -> None:
    if dice.random() < 0.3:
        top, left = dice.randrange(rows + 1), dice.randrange(8)
        sheet.merge_range(top, left, top + dice.choice((1, 3)), left + dice.choice((0, 2)), "合并")
    if dice.random() < 0.2:
        sheet.set_default_row(hide_unused_rows=True)
    for number in range(0, rows, dice.choice((1, 3, 1000))):
        if dice.random() < 0.2:
            sheet.set_row(number, None, None, {"hidden": True})
    if dice.random() < 0.1:
        sheet.write(1_048_575, 16_383, "角落")
    if dice.random() < 0.1:
        sheet.hide()


def _csv(rows: list[list[object]], dice: random.Random) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=dice.choice(",\t;")).writerows(rows)
    return out.getvalue().encode(dice.choice(("utf-8", "gb18030", "utf-16")), "replace")


def _ods(rows: list[list[object]], dice: random.Random) -> bytes:
    from html import escape

    repeat = dice.choice((1, 1, 5, 100_000, 1_048_576, 99_999_999))
    hidden = dice.choice(("", ' table:visibility="collapse"', ' table:visibility="filter"'))
    lines = []
    for row in rows:
        cells = (
            f'<table:table-cell office:value-type="string"><text:p>{escape(str(value)[:5000])}</text:p>'
            "</table:table-cell>"
            for value in row
        )
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    lines.append(
        f'<table:table-row{hidden} table:number-rows-repeated="{repeat}"><table:table-cell/></table:table-row>'
    )
    dice.shuffle(lines)
    body = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="表">{"".join(lines)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
        archive.writestr("content.xml", body.encode("utf-8", "replace"))
    return out.getvalue()


def _public(rows: list[list[object]], dice: random.Random) -> bytes:
    """A workbook that an installed program brings along; one of our own where there is none."""
    paths = _public_workbooks()
    return dice.choice(paths).read_bytes() if paths else _xlsx(rows, dice)


def _public_workbooks(found: list[Path] = []) -> list[Path]:  # noqa: B006 looked up once
    if not found:
        places = [Path(sys.prefix), Path("/usr/share"), Path("/usr/lib/libreoffice")]
        for suffix in ("xlsx", "xls", "ods", "xlsm", "xlsb", "ots"):
            found += [path for place in places for path in sorted(place.rglob(f"*.{suffix}"))[:50]]
    return found


def _as_it_is(content: bytes, dice: random.Random) -> bytes:
    return content


def _flip(content: bytes, dice: random.Random) -> bytes:
    raw = bytearray(content)
    for _ in range(dice.choice((1, 8, 200))):
        raw[dice.randrange(len(raw))] = dice.randrange(256)
    return bytes(raw)


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def _rewrite_part(content: bytes, dice: random.Random) -> bytes:
    """A workbook with bytes of one part changed and the archive around it sound, so that the parser meets them."""
    return _each_part(content, dice, _spoil_markup)


def _spoil_markup(data: bytes, dice: random.Random) -> bytes:
    changes: tuple[Callable[[bytes], bytes], ...] = (
        lambda d: d.replace(b'r="2"', b'r="99999999"', 1),
        lambda d: d.replace(b"<v>", b"<v>1E999", 3),
        lambda d: d.replace(b't="s"', b't="e"', 5),
        lambda d: d.replace(b"</c>", b"", 2),
        lambda d: d.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="B1:B1048576"/></mergeCells>'),
        lambda d: d.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'),
        lambda d: d.replace(b"<row ", b'<row hidden="1" ', 50),
        lambda d: d * (50 if len(d) < 1 << 18 else 2),
        lambda d: _flip(d, dice) if d else d,
    )
    return dice.choice(changes)(data)


def _backslashes(content: bytes, dice: random.Random) -> bytes:
    return _each_part(content, dice, lambda data, _: data, lambda name: name.replace("/", "\\"))


def _each_part(content: bytes, dice: random.Random, change: Callable, rename: Callable = lambda name: name) -> bytes:
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            chosen = dice.choice(old.namelist())
            for info in old.infolist():
                data = old.read(info)
                name = zipfile.ZipInfo("x")
                name.filename, name.compress_type = rename(info.filename), zipfile.ZIP_DEFLATED
                new.writestr(name, change(data, dice) if info.filename == chosen or "sheet" in info.filename else data)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
        return _flip(content, dice) if content else content
    return out.getvalue()
