"""What stands where in a village's ledger: the sheet, its heading, and which rows are people. Pure.

Nothing is judged here; `ledger_check.py` does that. Row numbers are the sheet's own.
"""

import re
from dataclasses import dataclass, field

from core.tables.headings import Column, Header, find, plain
from core.tables.reader import Cell, Sheet, SheetError, Workbook
from residents.people import names

MISSING_COLUMNS = "missing_columns"
TWO_COLUMNS = "duplicate_columns"
NO_ROWS = "no_rows"
IGNORED_SHEET = "ignored_sheet"
HIDDEN_ROWS = "hidden_rows"

COLUMNS = (
    Column(
        "name",
        "姓名",
        (
            "姓名",
            "参保人姓名",
            "参保人员姓名",
            "缴费人姓名",
            "缴费人员姓名",
            "居民姓名",
            "人员姓名",
            "家庭成员姓名",
            "成员姓名",
            "被保险人姓名",
            "被保人姓名",
            "参保居民姓名",
            "村民姓名",
            "名字",
            "参保人",
            "参保人员",
            "缴费人",
            "缴费人员",
            "家庭成员",
            "参保居民",
            "被保险人",
            "被保人",
            "居民",
            "村民",
            "人员",
            "参保对象",
            "缴费对象",
            "人名",
            "成员",
            "户主成员姓名",
            "NAME",
            "Name",
        ),
        ("姓名",),
        ("户主", "填表", "经办", "监护", "代缴", "领导", "收款", "开户"),
    ),
    Column(
        "id_number",
        "身份证号码",
        (
            "身份证号码",
            "身份证号",
            "公民身份号码",
            "公民身份证号码",
            "居民身份证号码",
            "居民身份证号",
            "身份证件号码",
            "身份证件号",
            "有效身份证件号码",
            "证件号码",
            "证件号",
            "身份证",
            "身份证编号",
            "身份号码",
            "参保人身份证号码",
            "参保人身份证号",
            "缴费人身份证号码",
            "社会保障号码",
            "社会保障号",
            "社保号",
            "IDCARD",
            "公民身份号",
            "证号",
        ),
        ("身份证", "身分证", "身份号码", "证件号", "社会保障号"),
        (
            "户主",
            "代缴",
            "监护",
            "类型",
            "有效期",
            "复印",
            "地址",
        ),
    ),
    Column(
        "amount",
        "实缴金额",
        (
            "实缴金额",
            "实收金额",
            "实际缴费金额",
            "实缴",
            "实收",
            "已缴金额",
            "缴费金额",
            "缴费额",
            "个人缴费金额",
            "个人缴费额",
            "收款金额",
            "收费金额",
            "交费金额",
            "缴款金额",
            "缴纳金额",
            "收缴金额",
            "实交金额",
            "代收金额",
            "本人缴费金额",
            "个人实缴金额",
            "交款金额",
            "已缴",
            "已交",
            "已收",
            "个人缴费",
            "金额",
            "缴费",
            "缴费数额",
            "保费",
            "参保金额",
            "医保费",
            "钱数",
            "收款",
            "个人缴纳",
            "个人缴费部分",
            "缴纳",
            "交费",
            "收费额",
            "缴纳费用",
            "医保费用",
            "保险费",
            "参保费",
            "费用",
        ),
        ("实缴", "实收", "实交", "缴费金额", "缴费额", "收款金额", "收费金额", "缴纳金额", "交费金额", "金额"),
        (
            "应",
            "标准",
            "资助",
            "补助",
            "补贴",
            "减免",
            "大写",
            "日期",
            "时间",
            "方式",
            "财政",
            "合计",
            "差额",
            "退",
        ),
    ),
    Column(
        "paid_on",
        "缴费日期",
        (
            "缴费日期",
            "缴费时间",
            "收款日期",
            "收款时间",
            "交费日期",
            "交费时间",
            "收费日期",
            "收费时间",
            "缴款日期",
            "缴款时间",
            "缴纳日期",
            "缴纳时间",
            "收缴日期",
            "实缴日期",
            "交款日期",
            "交款时间",
            "缴费年月日",
            "开票日期",
            "收据日期",
            "日期",
            "时间",
            "收缴时间",
            "开票时间",
            "收据时间",
            "付款日期",
            "付款时间",
            "缴交日期",
            "缴交时间",
        ),
        (
            "缴费日",
            "缴费时",
            "缴费年月",
            "收款日",
            "收款时",
            "收款年月",
            "交费日",
            "交费时",
            "交款日",
            "交款时",
            "缴款日",
            "缴纳日",
        ),
        ("出生", "截止", "应"),
    ),
    Column(
        "receipt_no",
        "收据号",
        (
            "收据号",
            "收据号码",
            "收据编号",
            "专用收据号",
            "专用收据号码",
            "专用收据编号",
            "票据号",
            "票据号码",
            "票据编号",
            "票号",
            "收款收据号",
            "收据单号",
            "凭证号",
            "凭证号码",
            "缴费凭证号",
            "发票号",
            "发票号码",
            "收据",
            "票据",
            "专用收据",
            "收据凭证号",
            "单据号",
            "单据号码",
            "单据编号",
        ),
        ("收据", "票据", "票号", "发票", "凭证"),
        ("日期", "时间", "金额", "张数", "份数"),
    ),
    Column(
        "household",
        "户编号",
        (
            "户编号",
            "户号",
            "家庭编号",
            "户口编号",
            "户口簿编号",
            "户籍编号",
            "户口号",
            "家庭户号",
            "户口本编号",
            "户",
            "户序号",
            "户别",
        ),
        ("户编号", "家庭编号", "户号"),
        ("账", "帐", "开户"),
    ),
    Column("head_name", "户主", ("户主姓名", "户主", "家庭户主", "户主名"), ("户主姓名",), ("关系", "身份证", "证件")),
    Column("relation", "与户主关系", ("与户主关系", "与户主的关系", "户主关系", "家庭关系", "关系"), ("户主关系",)),
    Column(
        "category",
        "人员类别",
        (
            "人员类别",
            "身份类别",
            "参保类别",
            "资助类别",
            "参保人员类别",
            "人员身份",
            "人员属性",
            "人员类型",
            "人员性质",
            "困难类别",
            "特殊人员类别",
            "特殊身份",
            "医疗救助类别",
            "缴费类别",
            "缴费档次",
            "类别",
            "身份",
            "属性",
        ),
        ("人员类别", "身份类别", "困难类", "特殊人员"),
        ("认定", "日期"),
    ),
    Column(
        "phone",
        "联系电话",
        (
            "联系电话",
            "手机号",
            "手机号码",
            "电话",
            "电话号码",
            "联系方式",
            "手机",
            "联系号码",
            "联系人电话",
            "本人电话",
        ),
        ("电话", "手机", "联系方式"),
    ),
    Column(
        "channel",
        "缴费方式",
        (
            "缴费方式",
            "缴费渠道",
            "交费方式",
            "收款方式",
            "缴纳方式",
            "支付方式",
            "缴款方式",
            "缴费途径",
        ),
        ("缴费方式", "缴费渠道"),
    ),
    Column(
        "due",
        "应缴金额",
        (
            "应缴金额",
            "应缴",
            "应收金额",
            "应收",
            "应交金额",
            "应缴费金额",
            "缴费标准",
            "个人应缴",
            "应缴费额",
            "标准",
        ),
        ("应缴", "应收", "应交"),
    ),
    Column(
        "subsidy",
        "资助金额",
        (
            "资助金额",
            "补助金额",
            "补贴金额",
            "减免金额",
            "资助",
            "补助",
            "补贴",
        ),
        ("资助", "补助"),
    ),
    Column("note", "备注", ("备注", "说明", "备考", "附注"), ("备注",)),
    Column("serial", "序号", ("序号", "编号", "行号", "NO", "序", "顺序号", "号")),
    Column("group", "村民组", ("村民组", "组", "组别", "小组", "村组", "自然村", "所在组", "组名"), ("村民组", "小组")),
    Column("sex", "性别", ("性别",)),
    Column("birth_date", "出生日期", ("出生日期", "出生年月", "出生年月日", "生日"), ("出生",)),
    Column("age", "年龄", ("年龄", "周岁")),
    Column("address", "住址", ("住址", "家庭住址", "地址", "家庭地址", "详细地址", "现住址"), ("住址", "地址")),
)
NEEDED = ("name", "id_number", "amount", "paid_on", "receipt_no")
#: The column that our marked workbooks add, and the sheets beside the ledger in those we hand out.
HINT_TITLE = "系统提示"
OUR_SHEETS = ("填表说明", "不用缴费的人")
STAMP_WORD = "台账版本"
_WORDS = frozenset(word for column in COLUMNS if column.key in NEEDED for word in column.words)
_WIDEST = 60  # no heading has more columns
_ANY_DIGIT = re.compile(r"\d")
TITLES = {column.key: column.title for column in COLUMNS}
#: Written once for a whole household when the cells are merged.
_SPREAD_DOWN = ("household", "head_name", "receipt_no", "paid_on", "group", "address", "channel")

_TOTAL = re.compile(r"^(本页|本村|本组|全村|全组|本户|本次|第.{1,3}页|.{1,6}组)?(合计|总计|小计|共计|累计|总合计)")
_WHOLE_TOTAL = re.compile(r"总计|累计|全村|本村")
_SIGNATURE = re.compile(
    r"^(填表|填报|制表|制单|审核|复核|负责|经办|收款|缴款|交款|录入|统计|村干部|村主任|村支书|协办|医保|包村|驻村|联系|会计|出纳"
    r"|单位|乡镇|村|签字|签名|盖章|公章|电话|日期|时间|年度|备注|注意|注|说明|附)[^:：]{0,12}[:：]"
)
_SIGNATURE_ALONE = re.compile(r"^(\(?(签字|签名|盖章|公章|签章)\)?|年\s*月\s*日|以下(空白|无正文)|本页.{0,4}空白)$")
_SIGNED_BY = re.compile(r"^.{0,12}[(（]?(签字|签名|签章|盖章|公章)[)）]?$")
#: For a person who has not paid or need not, where the sum would stand.
_NOT_PAID = frozenset(
    {
        "未缴",
        "未交",
        "未缴费",
        "未交费",
        "没缴",
        "没交",
        "未收",
        "欠费",
        "欠",
        "无",
        "-",
        "—",
        "/",
        "0",
        "0.00",
        "免",
        "全免",
        "免缴",
        "免交",
        "免费",
        "全额资助",
        "全额补贴",
    }
)
#: What is written for “as in the row above”.
_DITTO = frozenset({"同上", "同", "〃", "″", '"', "”", "“", "''", "，，", ",,", "々"})
#: A row that only explains the form: 甲 乙 1 2 3 under the headings, 必填, an example to follow.
_COLUMN_NUMBER = re.compile(r"[(（]?(\d{1,2})[)）]?|[甲乙丙丁戊己庚辛]|栏次")
_HOW_TO_FILL = re.compile(r"^(必填|选填|非必填|下拉)")
_EXAMPLES = frozenset({"例", "例如", "示例", "样例", "范例", "举例", "填写示例", "填表示例"})
_HEADS = frozenset({"户主", "本人", "本人（户主）", "户主本人"})
_SAMPLE_SHEET = re.compile("样表|样例|示例|范例|模板|举例")
_AS_ABOVE = ("household", "head_name", "receipt_no", "paid_on", "amount", "category", "channel", "group", "address")
_SELF_PAID = re.compile(r"自主|自行|自缴|线上|网上|微信小程序|支付宝自|税务APP|手机自")


@dataclass
class Line:
    """A row of a person: the raw cells by key."""

    number: int
    cells: dict[str, Cell]
    #: (first row, last row) of a merged amount that stands for several people
    amount_of_rows: tuple[int, int] | None = None
    #: the keys for which “同上” is written, read as the row above has them
    as_above: tuple[str, ...] = ()
    #: whether it is of the household of the row above, by its relation or its 户主
    goes_on: bool = False
    #: which household it is, as settled when the whole ledger was read; "" while it is being read
    household: str = ""

    def text(self, key: str) -> str:
        value = self.cells.get(key)
        return "" if value is None else str(value).strip()

    @property
    def is_head(self) -> bool:
        return self.text("relation") in _HEADS

    @property
    def pays_itself(self) -> bool:
        return bool(_SELF_PAID.search(self.text("channel")))


@dataclass
class Total:
    """A written total: its row, the words, the amount cell, and how many lines and which section stand above it."""

    number: int
    label: str
    amount: Cell
    people: int | None
    lines_above: int
    section_from: int
    whole: bool


@dataclass(frozen=True)
class Note:
    """Something to know about the whole file."""

    code: str
    message: str


@dataclass
class Reading:
    """A ledger as it stands in the file. `unpaid` are rows of people for whom nothing is written as paid; `above` are
    the texts over the heading."""

    kind: str
    sheet: str
    header: Header
    above: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    unpaid: list[int] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def read_ledger(book: Workbook) -> Reading:
    """The ledger in a workbook. Raises SheetError: missing_columns, duplicate_columns, no_rows."""
    if not any(sheet.rows for sheet in book.sheets):
        raise SheetError(NO_ROWS, "表格是空的，没有任何内容。请填好后再上传。")
    found = [(sheet, header) for sheet in book.sheets if (header := find(sheet, COLUMNS, NEEDED))]
    complete = [(s, h) for s, h in found if not _missing(h)]
    if not complete:
        raise SheetError(MISSING_COLUMNS, _what_is_missing(book.kind, found))
    readings = [_read_sheet(book.kind, sheet, header) for sheet, header in complete]
    ranked = sorted(
        zip(complete, readings, strict=True),
        key=lambda c: (not c[0][0].visible, not c[1].lines, bool(_SAMPLE_SHEET.search(c[0][0].name))),
    )
    (sheet, header), reading = ranked[0]
    if twice := {k: v for k, v in header.twice.items() if k in NEEDED}:
        raise SheetError(TWO_COLUMNS, _which_are_twice(twice))
    if not reading.lines:
        if reading.unpaid:
            unpaid = len(reading.unpaid)
            raise SheetError(NO_ROWS, f"表里有 {unpaid} 人，但没有一人填了实缴金额、缴费日期和收据号。请填好后再上传。")
        raise SheetError(NO_ROWS, f"第 {header.row} 行是表头，表头下面没有人员。请填好后再上传。")
    reading.notes = _notes(book, sheet, reading, dict(zip((id(s) for s, _ in complete), readings, strict=True)))
    return reading


def _missing(header: Header) -> list[str]:
    return [key for key in NEEDED if key not in header.columns]


def _what_is_missing(kind: str, found) -> str:
    if not found:
        wanted = "、".join(TITLES[key] for key in NEEDED)
        garbled = "如果打开是乱码，或者都挤在一列，请用 WPS 另存为 xlsx 后再上传。" if kind == "csv" else ""
        return f"没有找到表头。台账要有一行写明：{wanted}。请对照下载的台账补上表头后再上传。{garbled}"
    sheet, header = max(found, key=lambda f: (len(NEEDED) - len(_missing(f[1])), f[0].visible))
    wanted = "、".join(f"“{TITLES[key]}”" for key in _missing(header))
    if joined := _two_in_one(header):
        says = f"第 {header.row} 行的表头“{joined}”把两项写在一列里，请分成两列（{wanted}单独一列）后再上传。"
        return f"工作表“{sheet.name}”{says}" if sheet.name else says
    where = f"工作表“{sheet.name}”" if sheet.name else "表格"
    return f"{where}第 {header.row} 行是表头，但缺少{wanted}列。请补上后再上传。"


def _two_in_one(header: Header) -> str:
    """A heading such as 姓名/身份证号, which serves one column and names what another lacks; "" if there is none."""
    parts = [part for column in COLUMNS if column.key in _missing(header) for part in column.parts]
    for column in COLUMNS:
        title = header.titles.get(header.columns.get(column.key), "")
        if column.key in NEEDED and title not in column.words and any(part in title for part in parts):
            return title
    return ""


def _which_are_twice(twice) -> str:
    said = []
    for key, places in twice.items():
        letters = "、".join(map(letter, places[:5])) + ("等" if len(places) > 5 else "")
        said.append(f"“{TITLES[key]}”有 {len(places)} 列（{letters}）")
    return f"{'；'.join(said)}，不知道以哪一列为准。请改成每人一行、每项一列后再上传。"


def letter(position: int) -> str:
    """The letter of a column counted from 0: 0 → A, 26 → AA."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def _notes(book, chosen, reading, readings) -> list[Note]:
    notes = []
    if hidden := sorted(chosen.hidden_rows & {line.number for line in reading.lines}):
        rows = "、".join(map(str, hidden[:10])) + ("等" if len(hidden) > 10 else "")
        says = f"第 {rows} 行在表里是隐藏的（共 {len(hidden)} 行），也已读取。不该计入的请删除后重传。"
        notes.append(Note(HIDDEN_ROWS, says))
    ours = OUR_SHEETS if any(STAMP_WORD in text for text in reading.above) else ()
    for sheet in book.sheets:
        if sheet is chosen or sheet.name in ours or not sheet.rows or (not sheet.visible and id(sheet) not in readings):
            continue
        other = readings.get(id(sheet))
        if other and other.lines:
            says = f"工作表“{sheet.name}”里还有 {len(other.lines)} 行缴费，没有读取。请把它单独存成一个文件再上传。"
        else:
            says = f"工作表“{sheet.name}”不是缴费清册，没有读取。"
        notes.append(Note(IGNORED_SHEET, says))
    return notes


def _read_sheet(kind: str, sheet: Sheet, header: Header) -> Reading:
    reading = Reading(kind, sheet.name, header)
    _settle_twice(sheet, header)
    places = header.columns
    spread, merged_amounts = _merged_cells(sheet, header)
    headings = _texts_of_heading(sheet, header)
    section_from, above = 0, {}
    for number, cells in sheet.rows:
        if number <= header.row:
            if number < header.first_row:
                reading.above += [cell for cell in cells if type(cell) is str]
            continue
        if again := _heading_again(number, cells, headings):
            places = places if _missing(again) else again.columns
            continue
        values = {key: cells[at] if at < len(cells) else None for key, at in places.items()}
        values = {key: None if type(v) is str and not v.strip() else v for key, v in values.items()}
        as_above = tuple(key for key in _AS_ABOVE if key in above and str(values.get(key)).strip() in _DITTO)
        values.update((key, above[key]) for key in as_above)
        for key, value in spread.get(number, {}).items():
            if values.get(key) is None:
                values[key] = value
        what = _kind_of_row(cells, values)
        if what == "person":
            above = {k: v for k, v in values.items() if v is not None}
            reading.lines.append(Line(number, above, merged_amounts.get(number), as_above))
        elif what == "unpaid":
            reading.unpaid.append(number)
        elif what:
            total = _total(number, what, cells, values, len(reading.lines), section_from)
            reading.totals.append(total)
            section_from = len(reading.lines)
    _join_households(reading.lines)
    return reading


def _join_households(lines: list[Line]) -> None:
    """Many write the number of a household in the row of its 户主 alone: it holds for the members under it."""
    heads, number, head_above = any(line.is_head for line in lines), None, ""
    for line in lines:
        head_name = line.text("head_name")
        member = heads and line.text("relation") or head_name and head_name == head_above
        line.goes_on = bool(member) and not line.is_head
        number = line.cells.get("household") or (number if line.goes_on else None)
        if number is not None:
            line.cells["household"] = number
        head_above = head_name


def _texts_of_heading(sheet: Sheet, header: Header) -> list[set[str]]:
    rows = [cells for number, cells in sheet.rows if header.first_row <= number <= header.row]
    return [{plain(cell) for cell in cells if cell is not None} - {""} for cells in rows]


def _heading_again(number: int, cells: list[Cell], headings: list[set[str]]) -> Header | None:
    """The heading that long lists repeat on every page, perhaps with its columns in another order."""
    texts = [cell for cell in cells if cell is not None and cell != ""]
    if not 2 <= len(texts) <= _WIDEST or any(type(text) is not str or _ANY_DIGIT.search(text) for text in texts):
        return None
    shown = {plain(text) for text in texts}
    if any(shown <= heading for heading in headings[:-1]):
        return Header(number, number, {}, {})
    if len(shown & _WORDS) < 2:
        return None
    again = find(Sheet("", rows=[(number, cells)]), COLUMNS, NEEDED)
    return again if again and len(NEEDED) - len(_missing(again)) >= 3 else None


def _settle_twice(sheet: Sheet, header: Header) -> None:
    """Of two columns with the same heading an empty one does not count."""
    for key, places in list(header.twice.items()):
        filled = [p for p in places if any(_has(cells, p) for number, cells in sheet.rows if number > header.row)]
        if len(filled) < 2:
            header.columns[key] = (filled or places)[0]
            del header.twice[key]


def _has(cells, place):
    return place < len(cells) and cells[place] is not None and str(cells[place]).strip() != ""


def _merged_cells(sheet: Sheet, header: Header):
    """What merged cells say for the rows they cover: values to spread by row and key, and rows that share an amount."""
    keys = {at: key for key, at in header.columns.items()}
    first_cells = dict(sheet.rows)
    spread, amounts = {}, {}
    for top, left, bottom, right in sheet.merged:
        if top <= header.row or bottom == top or right > left or bottom - top > 200:
            continue
        key = keys.get(left)
        cells = first_cells.get(top, [])
        value = cells[left] if left < len(cells) else None
        if key in _SPREAD_DOWN and value is not None:
            for number in range(top + 1, bottom + 1):
                spread.setdefault(number, {})[key] = value
        elif key == "amount":
            amounts.update(dict.fromkeys(range(top, bottom + 1), (top, bottom)))
    return spread, amounts


def _kind_of_row(cells: list[Cell], values: dict[str, Cell]) -> str:
    """ "person", "unpaid", the label of a total, or "" for a row that tells of nobody."""
    name, number = values.get("name"), values.get("id_number")
    paid = [values.get(key) for key in ("amount", "paid_on", "receipt_no")]
    digits = number is not None and sum(c.isdigit() for c in str(number)) >= 6
    texts = [str(c).strip() for c in cells if type(c) is str and c.strip()]
    if texts and plain(texts[0]) in _EXAMPLES:
        return ""
    if not digits:
        if _explains_the_form(cells):
            return ""
        label = next((t for t in texts[:4] if _TOTAL.match(plain(t))), None)
        if label:
            return label
        money = any(p is not None and any(c.isdigit() for c in str(p)) for p in (paid[0], paid[2]))
        if not money and _is_signature(texts, name, paid[1]):
            return ""
        if name is not None and plain(name) in COLUMNS[0].words:
            return ""
        if name is None and number is None and paid[0] is None and paid[2] is None:
            return ""  # a day alone is that of signing
        if name is None and number is None and paid[1] is None and paid[2] is None:
            # With a number of its own it is a line of the form that nobody has been written into.
            written = values.get("serial") is None and any(c in "123456789" for c in str(paid[0]))
            return "（没有写明的合计）" if written else ""
    if paid[1] is None and paid[2] is None and str(paid[0]).strip() in _NOT_PAID:
        return "unpaid"
    if any(p is not None and p != 0 for p in paid):
        return "person"
    return "unpaid" if digits or names.is_plausible(names.normalise(name)) else ""


def _explains_the_form(cells: list[Cell]) -> bool:
    shown = [f"{c:g}" if isinstance(c, float) else str(c).strip() for c in cells if c is not None]
    marks = [_COLUMN_NUMBER.fullmatch(text) for text in shown]
    if len(marks) > 3 and all(marks):
        numbers = [int(mark[1]) for mark in marks if mark[1]]
        return len(numbers) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return sum(bool(_HOW_TO_FILL.match(text)) for text in shown) > 1


def _is_signature(texts: list[str], name: Cell, paid_on: Cell) -> bool:
    """Whether a row without money is one for signing: 审核人：李四, 村干部签字 王五 2024-10-20, （盖章）."""
    if paid_on is not None and any(c.isdigit() for c in str(paid_on)) and name is not None:
        # With a name and a day it may be a person: the words for signing must stand first.
        texts = texts[:1]
    return any(_SIGNATURE.match(t) or _SIGNATURE_ALONE.match(t) or _SIGNED_BY.match(t) for t in texts)


def _total(number, label, cells, values, lines_above, section_from) -> Total:
    text = "".join(str(c) for c in cells if type(c) is str)
    people = re.search(r"(\d+)\s*[人名]", text)
    amount = values.get("amount")
    if amount is None and (written := re.search(r"(\d[\d,，]*(?:\.\d+)?)\s*元", text)):
        amount = written[1]
    if amount is None and (written := re.search(r"[零壹贰叁肆伍陆柒捌玖拾佰仟万]{2,}(?=[元圆])", text)):
        amount = written[0]
    whole = bool(_WHOLE_TOTAL.search(label))
    return Total(number, label, amount, int(people[1]) if people else None, lines_above, section_from, whole)
