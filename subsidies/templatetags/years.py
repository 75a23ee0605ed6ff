"""Which year a page is about: that of the campaign or of the row it shows, else the year that was chosen."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.db.models import Model
from django.template.context import RequestContext

from subsidies.campaigns.models import Campaign

register = template.Library()


@register.simple_tag(takes_context=True)
def year_of_page(context: RequestContext) -> int | None:
    """Return the year for the header, and leave it on the request: the address is to name it too."""
    selection = context.get("campaign_selection")
    if selection is None or selection.chosen is None:
        return None
    year: int = selection.chosen.year
    shown = context.get("campaign")
    if isinstance(shown, Campaign):
        year = shown.year
    elif selection.several:
        years = {campaign.pk: campaign.year for campaign in selection.campaigns}
        named = {years[pk] for pk in _campaigns_named(context) if pk in years}
        year = named.pop() if len(named) == 1 else year
    if request := context.get("request"):
        request.year_of_page = year
    return year


def _campaigns_named(context: RequestContext) -> Iterator[int]:
    """The campaigns of the rows that the view handed to its page; of a row of a list, that of the list."""
    for value in context.flatten().values():
        if not isinstance(value, Model):
            continue
        if pk := _campaign_of(value):
            yield pk
        else:
            loaded = (value._state.fields_cache.get(field.name) for field in value._meta.concrete_fields)
            yield from (pk for row in loaded if isinstance(row, Model) and (pk := _campaign_of(row)))


def _campaign_of(row: Any) -> int | None:
    return getattr(row, "campaign_id", None)
