"""Pages of the user's own menu by a part of their name, and chapters of their manual by any word in them."""

import re
from functools import cache

from django.template.loader import get_template
from django.urls import reverse

from core.accounts.models import User
from core.finding.registry import MOST, FoundGroup, Hit
from core.help.chapters import chapters_of
from core.pages.frame import menu_for

_MARKUP = re.compile(r"<[^>]*>|{[%#].*?[%#]}|{{.*?}}", re.DOTALL)
#: A single character stands in every chapter.
_SHORTEST = 2


def find_pages(user: User, text: str) -> FoundGroup:
    """Lines of the menu."""
    lines = [line for line in menu_for(user) if text in line["label"]]
    hits = [Hit(line["label"], line["group"], line["url"]) for line in lines]
    return FoundGroup("页面", "菜单", hits[:MOST], len(hits) > MOST)


def find_chapters(user: User, text: str) -> FoundGroup:
    """Chapters of the manual; those with the words in their title first."""
    long_enough = len(text) >= _SHORTEST
    mine = chapters_of(user) if long_enough else []
    found = [chapter for chapter in mine if text in chapter.title or text in _words(chapter.template)]
    found.sort(key=lambda chapter: text not in chapter.title)
    hits = [Hit(chapter.title, "操作手册", reverse("help_chapter", args=[chapter.key])) for chapter in found]
    return FoundGroup("操作手册", "操作手册", hits[:MOST], len(hits) > MOST)


@cache
def _words(template: str) -> str:
    """What a chapter says, without its markup."""
    found = get_template(template).template  # type: ignore[attr-defined]  # Django's own engine keeps the source
    return _MARKUP.sub("", found.source)
