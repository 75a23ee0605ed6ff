from decimal import Decimal
from typing import Literal

from django import template

register = template.Library()


@register.filter
def yuan(amount: Decimal | None) -> str:
    """An amount as people here read it: 12,345.60; "—" for none. (Django's zh-hans groups by four digits.)"""
    return "—" if amount is None or amount == "" else f"{amount:,.2f}"


@register.filter
def people(count: int | Literal[""] | None) -> str:
    """A count of people or things: 586,000."""
    return "—" if count is None or count == "" else f"{count:,}"
