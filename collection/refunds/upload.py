"""银行回执 as a kind of upload: its template. What is doubtful in one is told on the page of its transfer."""

from collection.refunds.transfer_sheet import COLUMNS, NEEDED
from core.access.roles import Role
from core.uploads.kinds import Fill, UploadKind

KIND = UploadKind(
    key="bank_answers",
    name="银行回执",
    roles=(Role.COUNTY,),
    columns=COLUMNS,
    needed=NEEDED,
    fills=(
        Fill("number", "退费代发文件里的退费单号。", "TF000012"),
        Fill("amount", "付款金额，单位元。", "400.00"),
        Fill("result", "付款成功还是退回。", "付款成功", ("付款成功", "退回")),
        Fill("reason", "退回的写明原因。", "账号与户名不符"),
    ),
)
