"""The year on what pages ask of people."""

from dataclasses import replace
from typing import TypeVar

from core.pages.frame import Asked
from subsidies.campaigns.middleware import with_year

OneAsked = TypeVar("OneAsked", bound=Asked)


def todo_of_year(todo: OneAsked, year: int) -> OneAsked:
    """Return the to-do with the year it belongs to in its sentence and in its address."""
    return replace(todo, text=f"{year}年度：{todo.text}", url=with_year(todo.url, year))
