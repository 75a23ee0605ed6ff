"""What the manual says of lists of recognised people, years and policies."""

from core.access.roles import BUSINESS, Role
from core.help.chapters import Chapter, Guide, Task, roles

CHAPTERS = [
    Chapter("department", "报送名单", 6, roles(Role.DEPARTMENT), ("roster", "mark", "resident", "department_dut")),
    Chapter("policy", "政策口径和应缴核算", 7, roles(*BUSINESS), ("policy", "quote")),
    Chapter("rosters_apply", "名单审核生效", 51, roles(Role.COUNTY), ("roster", "mark")),
    Chapter(
        "special",
        "特殊群体和资助资金",
        52,
        roles(*(BUSINESS - {Role.TAX})),
        ("special", "fund", "enrol", "not_insured", "claim_list"),
    ),
    Chapter(
        "year",
        "征缴年度、政策和任务",
        55,
        roles(Role.COUNTY, Role.TOWNSHIP, Role.TAX),
        ("campaign", "policy", "proposal", "targets", "consent", "department_duties"),
    ),
]
GUIDES = {
    Role.DEPARTMENT: Guide(
        (
            Task(
                "报送名单",
                (
                    "打开“名单”，点“报送名单”。",
                    "选身份类别和名单种类，写明文号、认定日期。",
                    "选表格上传，表里要有姓名和身份证号码。",
                ),
                "roster_upload",
                "department",
            ),
            Task(
                "看核对结果",
                ("打开刚报送的名单。", "“有问题”的，下载标注好的表，照提示核实。", "改好后重新报送。"),
                "roster_list",
                "department",
            ),
            Task(
                "督促参保",
                ("首页写明本部门认定的人有多少、多少已缴。", "点数字看还没有参保的人。", "请村里和乡镇逐人落实。"),
                "home",
                "department",
            ),
        ),
        ("全量名单会终止不在表中的人，报送前核对人数。", "号码照身份证填写，单元格设为文本。"),
    ),
}
