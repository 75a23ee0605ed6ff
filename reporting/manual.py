"""What the manual says of progress, rankings and reports."""

from core.access.roles import Role
from core.help.chapters import Chapter, Guide, Task, roles

COUNTY, TOWNSHIP, LEADER = Role.COUNTY, Role.TOWNSHIP, Role.LEADER
CHAPTERS = [
    Chapter(
        "supervision",
        "督导责任和整改",
        62,
        roles(COUNTY, TOWNSHIP, LEADER, Role.VILLAGE),
        ("supervision", "post", "finding", "measure", "activity"),
    ),
    Chapter(
        "township_report",
        "周报和排名",
        24,
        roles(TOWNSHIP),
        ("report", "comparison", "own_comparison", "ranking", "leader", "snapshot", "bulletin"),
    ),
    Chapter(
        "rankings",
        "排名和通报",
        60,
        roles(COUNTY),
        (
            "ranking",
            "snapshot",
            "bulletin",
            "leader",
            "report",
            "reward",
            "progress",
            "own_progress",
            "comparison",
            "own_comparison",
        ),
    ),
    Chapter(
        "leader",
        "看进度和排名",
        9,
        roles(LEADER, Role.VILLAGE, Role.TAX, Role.DEPARTMENT, Role.FINANCE, Role.EDUCATION),
        (
            "leader",
            "progress",
            "own_progress",
            "comparison",
            "own_comparison",
            "ranking",
            "snapshot",
            "report",
            "bulletin",
            "cash",
            "stuck",
            "village",
            "money",
        ),
    ),
]
GUIDES = {
    LEADER: Guide(
        (
            Task(
                "看排名",
                ("打开“最新排名”。", "看本期第几、比上期升降、离前一名差多少。", "点“打印一页”可以带走。"),
                "leader",
                "leader",
            ),
            Task(
                "看进度",
                ("打开“征缴进度”。", "先看预计达标日期，再看进度靠后的地方。", "点一行看村，再点看户。"),
                "own_progress",
                "leader",
            ),
            Task(
                "督促",
                ("落后的、现金逾期的排在前面。", "点“打电话”联系负责人。", "第二天再看数字有没有变。"),
                "own_progress",
                "leader",
            ),
        ),
        ("通报值已经定稿，对外用通报值。", "此刻值随时变化，用来督促。"),
    ),
}
