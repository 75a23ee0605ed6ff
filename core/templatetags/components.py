"""The small parts of which pages have many: written in Python, for an included template costs ten times as much.

They are built into the engine (config/settings.py), so no template has to load them.
"""

from django import template
from django.forms import BoundField
from django.template import Context
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def own_id(context: Context, field: BoundField) -> str:
    """Give a field another id where a form of the page has taken its own: a label leads to its own field alone."""
    request = context.get("request")
    if request is not None and field.auto_id:
        taken = vars(request).setdefault("ids_of_fields", set())
        number, own = 1, field.form.auto_id
        while field.auto_id in taken:
            number += 1
            field.form.auto_id = f"id{number}_%s"
        taken.add(field.auto_id)
        if field.form.auto_id != own:
            vars(field).pop("subwidgets", None)  # the choices of a radio button carry the id too
    return ""


@register.simple_tag
def badge(kind: str, text: object) -> SafeString:
    """How something stands, in a word; kind: ok, wait, warn, bad, off."""
    return format_html('<span class="badge {}">{}</span>', kind or "off", text)


@register.simple_tag
def figure(label: str, value: object, unit: str = "", note: str = "", url: str = "", kind: str = "") -> SafeString:
    """A card with one figure; kind: ok, warn, bad."""
    shown = localize(value)
    return format_html(
        '<div class="figure{}"><span class="figure-label">{}</span><span class="figure-value">{}{}</span>{}</div>',
        f" {kind}" if kind else "",
        label,
        format_html('<a href="{}">{}</a>', url, shown) if url else shown,
        format_html("<small> {}</small>", unit) if unit else "",
        format_html('<span class="figure-note">{}</span>', note) if note else "",
    )
