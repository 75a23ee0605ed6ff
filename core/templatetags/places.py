from typing import Any

from django import template

from core.regions.names import called

register = template.Library()


@register.filter
def short(region: Any) -> str:
    """A place as people call it, where space is small: 师家湾村民委员会 → 师家湾村. Papers carry the whole name."""
    return called(str(region)) if region else ""
