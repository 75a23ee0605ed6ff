"""Pages of the user's own menu, found by a part of their name."""

from core.accounts.models import User
from core.finding.registry import MOST, Group, Hit
from core.pages.frame import menu_for


def find_pages(user: User, text: str) -> Group:
    lines = [line for line in menu_for(user) if text in line["label"]]
    hits = [Hit(line["label"], line["group"], line["url"]) for line in lines]
    return Group("页面", "菜单", hits[:MOST], len(hits) > MOST)
