"""收据发放清单 as a kind of upload: its template. What is wrong with one is mended on its page, line by line."""

from collection.receipts.book_sheet import COLUMNS, NEEDED
from core.access.roles import Role
from core.uploads.kinds import Fill, UploadKind

KIND = UploadKind(
    key="books",
    name="收据发放清单",
    roles=(Role.COUNTY, Role.TAX, Role.TOWNSHIP),
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("holder", "领用单位的名称，也可以填区划代码。", "城关镇"),
        Fill("first", "字头加数字，照收据上印的填写。", "AB00000001"),
        Fill("last", "字头加数字，照收据上印的填写。", "AB00000050"),
    ),
)
