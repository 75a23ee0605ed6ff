"""Pictures of the manual: taken of the demo by `make manual` (docs/manual.py), with their sizes beside them."""

import json
from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.templatetags.static import static

register = template.Library()
FOLDER = Path(settings.BASE_DIR) / "static" / "manual"


@cache
def sizes() -> dict[str, list[int]]:
    """Picture → width and height, so that no page jumps while its pictures load."""
    return {name: facts["size"] for name, facts in json.loads((FOLDER / "pictures.json").read_text()).items()}


@register.inclusion_tag("core/help/picture.html")
def picture(name: str, caption: str) -> dict[str, object]:
    """A picture with its caption."""
    width, height = sizes()[name]
    return {"address": static(f"manual/{name}.webp"), "caption": caption, "width": width, "height": height}
