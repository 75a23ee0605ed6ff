"""What the manual says of collecting, cash, declaring, refunds and notices."""

from core.access.roles import BUSINESS, Role
from core.help.chapters import Chapter, Guide, Task, roles

VILLAGE, TOWNSHIP, COUNTY, TAX, LEADER = Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY, Role.TAX, Role.LEADER
CHAPTERS = [
    Chapter(
        "village_ledger",
        "收款、台账和收据",
        10,
        roles(VILLAGE),
        (
            "ledger",
            "own_village",
            "village",
            "unpaid",
            "receipt",
            "lost",
            "own_households",
            "households",
            "household",
            "resident",
            "declaration",
            "failure",
            "row",
            "stuck",
        ),
    ),
    Chapter("village_cash", "缴存现金", 11, roles(VILLAGE), ("cash", "village_cash", "deposit", "money")),
    Chapter("village_notice", "缴费公示", 12, roles(VILLAGE, TOWNSHIP, COUNTY), ("notice", "objection")),
    Chapter(
        "township_villages",
        "各村进度、台账和收据",
        20,
        roles(TOWNSHIP, COUNTY),
        (
            "ledger",
            "own_village",
            "village",
            "unpaid",
            "receipt",
            "book",
            "lost",
            "progress",
            "own_progress",
            "own_households",
            "households",
        ),
    ),
    Chapter(
        "township_deposits", "现金缴存的核验和督促", 21, roles(TOWNSHIP, COUNTY), ("cash", "village_cash", "deposit")
    ),
    Chapter(
        "township_declare",
        "申报、改正和汇款",
        22,
        roles(TOWNSHIP, COUNTY),
        ("declaration", "failure", "row", "rest", "remittance", "feedback", "word"),
    ),
    Chapter(
        "county_cash",
        "资金去向和自主缴费",
        57,
        roles(COUNTY, TOWNSHIP),
        ("money", "stuck", "self_payment", "paid_list"),
    ),
    Chapter("visits", "动员和核减", 44, roles(*(BUSINESS - {LEADER, TAX})), ("visit", "exclusion", "told", "cause")),
    Chapter("door", "今日走访和入户收款", 13, roles(VILLAGE, TOWNSHIP, COUNTY), ("door", "own_today", "today")),
    Chapter("newborns", "新生儿和零星参保", 41, roles(VILLAGE, TOWNSHIP, COUNTY), ("newborn", "advice")),
    Chapter("spot_checks", "回访抽查", 48, roles(TOWNSHIP, COUNTY), ("spot",)),
    Chapter("finance", "财政资金对账", 53, roles(Role.FINANCE, COUNTY), ("finance", "export")),
    Chapter(
        "schools",
        "学校参保",
        45,
        roles(Role.EDUCATION, Role.SCHOOL, COUNTY, TOWNSHIP),
        ("school", "class_list", "pupil"),
    ),
    Chapter(
        "handover",
        "交接、转移、补缴和意外险",
        49,
        roles(VILLAGE, TOWNSHIP, COUNTY, TAX),
        ("handover", "accident", "move_request", "repair", "slip_read", "employee_leavers"),
    ),
    Chapter("gifts", "集体资助", 46, roles(VILLAGE, TOWNSHIP, COUNTY, TAX), ("gift",)),
    Chapter("messages", "短信通知", 47, roles(TOWNSHIP, COUNTY), ("message", "opt_out", "reminder")),
    Chapter("refunds", "退费和后续事项", 58, roles(COUNTY, TOWNSHIP), ("refund", "consequence", "difference")),
    Chapter(
        "tax_declare",
        "申报、反馈、确认和入库",
        30,
        roles(TAX),
        (
            "declaration",
            "feedback",
            "row",
            "rest",
            "word",
            "remittance",
            "failure",
            "stuck",
            "money",
            "cash",
            "deposit",
            "receipt",
            "book",
            "village",
            "lost",
        ),
    ),
    Chapter(
        "tax_paid",
        "已缴清单和退费初审",
        31,
        roles(TAX),
        ("self_payment", "paid_list", "refund", "consequence", "difference"),
    ),
]
_SCHOOLS = Guide(
    (
        Task(
            "上传班级名单",
            ("打开“班级名单”。", "选表格上传，要有姓名、身份证号码、班级。", "有问题的行改好再传。"),
            "class_list_upload",
            "schools",
        ),
        Task(
            "查看未参保学生",
            ("打开“学校参保”。", "点学校看各班没有参保的学生。", "通知家长在一处缴费。"),
            "school_list",
            "schools",
        ),
        Task(
            "转学和外地参保",
            ("在学校页找到学生。", "转学的办转出。", "在外地参保的写明地点。"),
            "school_list",
            "schools",
        ),
    ),
    ("一处收了，另一处不能再收。",),
)
GUIDES = {
    Role.EDUCATION: _SCHOOLS,
    Role.SCHOOL: _SCHOOLS,
    Role.FINANCE: Guide(
        (
            Task(
                "对账",
                ("打开“财政资金对账”。", "看各项资金应拨、已申请、已到账。", "有差额的点数字看人员。"),
                "finance_statement",
                "finance",
            ),
            Task(
                "登记到账和上解",
                ("打开“资金凭证”。", "按凭证登记到账或上解。", "登记错了的，冲销后重新登记。"),
                "finance_entries",
                "finance",
            ),
            Task(
                "申请完整号码",
                ("拨付确需完整号码的，写明用途申请。", "医保局同意后下载。", "用完及时删除文件。"),
                "export_list",
                "finance",
            ),
        ),
        ("应拨只按已入库人员计算。", "含完整号码的文件不外传。"),
    ),
    VILLAGE: Guide(
        (
            Task(
                "收款、记台账",
                (
                    "打开“本村”，点“下载缴费清册”。",
                    "收到谁的钱，填谁那一行：实缴金额、缴费日期、收据号。",
                    "点“上传台账”，核对后确认记账。",
                    "有问题的行，照提示改好再传。",
                ),
                "own_village",
                "village_ledger",
            ),
            Task(
                "按时缴存",
                (
                    "打开“现金缴存”，查看缴存期限。",
                    "到银行存款，回单写明村名。",
                    "点“登记缴存”，填回单号、日期、金额，拍照上传。",
                ),
                "cash_board",
                "village_cash",
            ),
            Task(
                "张榜公示",
                ("打开“缴费公示”，打印名单。", "贴在村务公开栏，拍照上传。", "不少于 5 个工作日，有异议的记下来。"),
                "notice_list",
                "village_notice",
            ),
        ),
        (
            "收一笔，开一张专用收据，不跳号。",
            "不用缴费的人不能收钱。",
            "现金到期当天必须存，节假日不顺延。",
            "账号只自己用，密码不告诉别人。",
        ),
    ),
    TOWNSHIP: Guide(
        (
            Task(
                "核验缴存",
                (
                    "打开“缴存回单”，看“待核验”的。",
                    "对照银行到账记录，一致的点“核验”。",
                    "不一致的点“退回”，写明原因。",
                ),
                "deposit_list",
                "township_deposits",
            ),
            Task(
                "申报和改正",
                (
                    "打开“申报表”，制作申报表，三方核对一致后报送税务。",
                    "导入失败的，到“导入失败改正”照身份证改正。",
                    "税务开出确认单后汇款，登记回单。",
                ),
                "declaration_list",
                "township_declare",
            ),
            Task(
                "督促和周报",
                (
                    "打开“征缴进度”，查看进度靠后的村。",
                    "打电话督促，逾期的现金当天督促缴存。",
                    "周五上午下班前填写“乡镇周报”。",
                ),
                "own_progress",
                "township_villages",
            ),
        ),
        (
            "登记回单和核验回单不能是同一个人。",
            "改正信息只照身份证。",
            "收据存根、缴款金额、申报人数三者一致才能申报。",
        ),
    ),
    COUNTY: Guide(
        (
            Task(
                "审核名单",
                ("打开“名单”，看部门报来的。", "逐类核对新增、终止、有问题。", "点“审核生效”。"),
                "roster_list",
                "rosters_apply",
            ),
            Task(
                "监督资金",
                (
                    "打开“现金缴存”，看逾期的村。",
                    "打开“资金去向”，看钱在哪个环节。",
                    "打开“已收未入库”，督促责任单位。",
                ),
                "cash_board",
                "county_cash",
            ),
            Task(
                "发布排名",
                ("到规定时间打开“排名与通报”。", "核对后发布。", "下载通报，按程序印发。"),
                "ranking_list",
                "rankings",
            ),
        ),
        (
            "自己报送的、自己登记的，由另一人审核。",
            "完整号码只在需要时查看和导出，系统有记录。",
            "发布的排名不改动，有错的出第 2 版。",
        ),
    ),
    TAX: Guide(
        (
            Task(
                "接收申报、反馈",
                (
                    "打开“申报表”，下载报税文件，导入税务系统。",
                    "把导入结果上传到这张申报表。",
                    "都有结果后登记缴费确认单。",
                ),
                "declaration_list",
                "tax_declare",
            ),
            Task(
                "确认汇款、入库",
                ("乡镇汇款后，核对回单金额。", "一致的登记税票号，当天入库。", "不一致的退回，写明原因。"),
                "declaration_list",
                "tax_declare",
            ),
            Task(
                "已缴清单和退费",
                (
                    "打开“自主缴费”，点“上传已缴清单”。",
                    "姓名不符、查无此人的逐笔核实。",
                    "“退费”里待初审的，核对材料后办理。",
                ),
                "paid_list_upload",
                "tax_paid",
            ),
        ),
        ("清单里退费、作废的行请保留。", "同一份文件可以重复上传，只记一次。"),
    ),
}
