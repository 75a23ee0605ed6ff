"""The year on what pages ask of people."""

from dataclasses import replace

from core.pages.frame import Todo
from subsidies.campaigns.middleware import with_year


def todo_of_year(todo: Todo, year: int) -> Todo:
    """Return the to-do with the year it belongs to in its sentence and in its address."""
    return replace(todo, text=f"{year}年度：{todo.text}", url=with_year(todo.url, year))
