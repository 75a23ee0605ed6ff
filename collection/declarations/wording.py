"""What comes next on a declaration, in words for the one who looks."""

from collection.declarations.models import Declaration
from core.access.roles import Role

State = Declaration.State
#: The way of a declaration as the page shows it.
WAY = (
    (State.DRAFT, "三方核对"),
    (State.SUBMITTED, "税务导入"),
    (State.FED_BACK, "开确认单"),
    (State.CONFIRMED, "乡镇汇款"),
    (State.REMITTED, "开票入库"),
    (State.POSTED, "已入库"),
)
_NEXT: dict[str, tuple[Role | None, str, str]] = {
    State.DRAFT: (Role.TOWNSHIP, "核对收据存根、缴存金额、申报金额是否一致，无误后报送税务局", "乡镇核对后报送"),
    State.SUBMITTED: (Role.TAX, "下载报税文件导入税务系统，再上传导入反馈", "税务导入并反馈"),
    State.FED_BACK: (Role.TAX, "按导入成功的人数和金额开缴费确认单", "税务开确认单"),
    State.CONFIRMED: (Role.TOWNSHIP, "按确认单金额汇款，登记回单", "乡镇汇款"),
    State.REMITTED: (Role.TAX, "核对汇款回单，开票，当天入库", "税务核对回单、开票入库"),
    State.POSTED: (None, "", "已办结"),
    State.RETURNED: (None, "", "没有人导入成功；按失败原因改正后重新申报"),
    State.CANCELLED: (None, "", "已作废"),
}


def next_step(declaration: Declaration, role: str) -> str:
    """“请您……” for whose turn it is, “等……” for the others."""
    whose, asks, waits = _NEXT[declaration.state]
    if whose is None:
        return waits
    if not declaration.campaign.is_open:
        return "征缴已办结，未完成"
    return f"请您{asks}" if role == whose else f"等{waits}"


def is_turn_of(declaration: Declaration, role: str) -> bool:
    """Whether this role has to act now."""
    return _NEXT[declaration.state][0] == role
