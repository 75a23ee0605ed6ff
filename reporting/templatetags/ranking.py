from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.utils.safestring import mark_safe

from core.templatetags.yuan import yuan
from reporting.progress.goals import percent
from reporting.rankings import bulletin

register = template.Library()


@register.filter
def of(part: int, whole: int | None) -> str:
    """{{ done|of:task }} → 70.36%, cut to two decimals; — without a task."""
    return percent(part, whole)


@register.filter
def rate(ratio: Fraction | None) -> str:
    """An exact ratio as a percentage."""
    return "—" if ratio is None else percent(ratio.numerator, ratio.denominator)


@register.filter
def movement(row: dict[str, Any]) -> str:
    """升2, 降1, 平, 新, — of a row of a ranking's content."""
    return bulletin.movement_text(row["rank"], row["movement"])


@register.filter
def a_day(text: str) -> str:
    """A pace kept as a fraction ("40/7") in people a day with one decimal."""
    return bulletin.pace(Fraction(text))


@register.filter
def when(text: str) -> str:
    """An instant or day kept as ISO text → 2024-10-25 12:00."""
    return text[:16].replace("T", " ")


@register.filter
def amount(text: str) -> str:
    """An amount kept as text ("12720.00") → 12,720.00."""
    return yuan(Decimal(text))


@register.filter
def share(text: str) -> str:
    """A stage's share kept as a fraction ("9/10") → 90%."""
    return bulletin.share(Fraction(text))


@register.filter
def stage_share(of_task: Fraction) -> str:
    """A stage's share → 90%."""
    return bulletin.share(of_task)


@register.filter
def signed(count: int) -> str:
    """+1,234, 0, -5"""
    return f"{count:+,}" if count else "0"


@register.filter
def spark(charts: dict[str, str], code: str) -> str:
    """The small chart of one region. Our own SVG (reporting/progress/charts.py escapes what it is given)."""
    return mark_safe(charts.get(code, ""))  # noqa: S308


@register.filter
def svg(chart: str) -> str:
    """A chart of reporting/progress/charts.py, which escapes what it is given."""
    return mark_safe(chart)  # noqa: S308
