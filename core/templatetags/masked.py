from datetime import date

from django import template

from core.access import masks

register = template.Library()


@register.filter
def masked(number: str) -> str:
    """An identity number as pages show it: 411325********5200."""
    return masks.mask(number or "")


@register.filter
def masked_birth(born: date | None) -> str:
    """A birth date as it stands beside a masked number: 1970年."""
    return masks.mask_birth(born)


@register.filter
def masked_name(name: str) -> str:
    """A name as strangers may see it: 王*平."""
    return masks.mask_name(name or "")
