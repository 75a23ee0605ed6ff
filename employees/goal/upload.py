"""养老参保名册 as a kind of upload: its template. What differs is told on the page of the roll."""

from core.uploads.kinds import Fill, UploadKind
from employees.access import WORKS_ON
from employees.goal.sheet import COLUMNS, NEEDED

KIND = UploadKind(
    key="employee_roll",
    name="养老参保名册",
    roles=WORKS_ON,
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("name", "照身份证填写。", "王小明"),
        Fill("id_number", "18 位身份证号码。", "11010519491231002X"),
        Fill("credit_code", "单位的统一社会信用代码。", "91410000MA0000000X"),
        Fill("unit", "单位全称。", "某某有限公司"),
        Fill("base", "养老保险的月缴费基数，单位元。", "5200.00"),
    ),
)
