"""What the manual says of logging in, uploads, accounts, the log and exports."""

from core.access.roles import OFFICERS, Role
from core.help.chapters import BEGIN, Chapter, Guide, Task, roles

CHAPTERS = [
    Chapter(
        BEGIN,
        "登录和首页",
        0,
        roles(),
        (
            "home",
            "find",
            "filter",
            "deadline",
            "login",
            "logout",
            "password",
            "settings",
            "help",
            "job",
            "contact",
            "attachment",
        ),
    ),
    Chapter("uploads", "上传各种名单", 5, roles() - OFFICERS - {Role.LEADER}, ("upload",)),
    Chapter(
        "exports", "导出和后台管理", 85, roles(Role.COUNTY, Role.TOWNSHIP), ("export", "register_export", "admin:")
    ),
    Chapter("accounts", "账号", 90, roles(Role.SYSTEM), ("account", "contact", "upload", "new_count", "admin:")),
    Chapter(
        "security", "账号变更和登录锁定", 91, roles(Role.SECURITY), ("account", "lock", "probe", "new_count", "admin:")
    ),
    Chapter("audit", "审计日志", 92, roles(Role.AUDIT), ("event", "admin:")),
]
GUIDES = {
    Role.SYSTEM: Guide(
        (
            Task(
                "批量建立账号",
                (
                    "打开“账号”，点“批量建立”。",
                    "下载模板，填好乡镇、村、姓名、电话，上传。",
                    "核对无误后建立，马上打印密码条，当面发放。",
                ),
                "account_import",
                "accounts",
            ),
            Task(
                "人员变动",
                (
                    "打开“账号”，找到这个人。",
                    "离岗的取消“启用”；调岗的改单位和岗位。",
                    "各单位和乡镇的变更，等安全管理员确认。",
                ),
                "account_list",
                "accounts",
            ),
            Task(
                "重置密码",
                ("核实是本人提出。", "打开账号，点“重置密码”。", "新的首次密码当面交给本人。"),
                "account_list",
                "accounts",
            ),
        ),
        ("密码条只显示一次，离开页面就不能再看。", "不替别人登录，不用别人的账号。"),
    ),
    Role.SECURITY: Guide(
        (
            Task(
                "确认账号变更",
                ("打开“账号变更确认”。", "核实姓名、角色和单位。", "勾选后同意，或者写明原因不同意。"),
                "account_changes",
                "security",
            ),
            Task("解除登录锁定", ("打开“登录锁定”。", "电话问清是本人输错。", "点“解除”。"), "lock_list", "security"),
            Task(
                "查看账号",
                ("打开“账号”。", "看有没有离岗仍启用的账号。", "发现的请系统管理员停用。"),
                "account_list",
                "security",
            ),
        ),
        ("不能确认自己提出的变更。", "情况不明的先不同意，核实后再办。"),
    ),
    Role.AUDIT: Guide(
        (
            Task(
                "每周查看日志",
                ("打开“审计日志”。", "按日期看一周的记录。", "有疑问的记下编号，向主管领导报告。"),
                "event_list",
                "audit",
            ),
            Task(
                "查看号码和导出",
                ("在“审计日志”选择动作。", "查看完整号码的查看记录和名单的导出记录。", "用途说不清的，请当事人说明。"),
                "event_list",
                "audit",
            ),
            Task("导出留存", ("筛选需要的时间。", "点“导出”。", "按档案规定保存。"), "event_list", "audit"),
        ),
        ("日志不能修改，也不能删除。",),
    ),
}
