"""What the manual says of people: the counter and the register."""

from core.access.roles import AT_THE_COUNTER, Role
from core.help.chapters import Chapter, Guide, roles

CHAPTERS = [
    Chapter(
        "counter",
        "窗口登记和居民档案",
        40,
        roles(*AT_THE_COUNTER, Role.TAX),
        ("resident", "status", "household", "entry", "parent", "former", "link"),
    ),
    Chapter("registers", "居民登记册和重复档案", 42, roles(*AT_THE_COUNTER), ("register", "merge", "probe")),
]
GUIDES: dict[Role, Guide] = {}
