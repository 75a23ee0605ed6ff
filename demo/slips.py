"""Draw the demo's bank slips: plainly no real ones, with the figures that a reviewer compares."""

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from core.files.photos import Photo, read_photo

#: In pixels: the height of letters, the top of the first line, and from one line to the next.
SMALL, TOP, LINE = 15, 56, 31
#: Fonts with Chinese that systems bring along; Pillow looks for them where the system keeps its fonts.
_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "msyh.ttc",
    "simhei.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
)


def drawn_slip(title: str, **facts: str) -> Photo:
    """Draw a slip: its title and its facts by name. Without a Chinese font only the digits are drawn."""
    image = _paper(title, tuple(facts)).copy()
    draw = ImageDraw.Draw(image)
    for row, value in enumerate(facts.values()):
        place = (110, TOP + row * LINE)
        if _font(SMALL):
            draw.text(place, value, fill=0, font=_font(SMALL))
        else:
            draw.text(place, value.encode("ascii", "ignore").decode(), fill=0, font_size=SMALL)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    buffer.seek(0)
    return read_photo(buffer)


@cache
def _paper(title: str, names: tuple[str, ...]) -> Image.Image:
    """The printed part of a slip, drawn once for all that have the same title and lines."""
    image = Image.new("L", (400, 240), 250)
    draw = ImageDraw.Draw(image)
    draw.rectangle((7, 7, 393, 233), outline=50, width=2)
    if _font(SMALL):
        draw.text((200, 30), title, fill=60, font=_font(20), anchor="mm")
        draw.text((200, 219), "演示用，不是银行单据", fill=120, font=_font(12), anchor="mm")
    for row, name in enumerate(names):
        top = TOP + row * LINE
        draw.line((20, top - 5, 380, top - 5), fill=150)
        if _font(SMALL):
            draw.text((25, top), name, fill=85, font=_font(SMALL))
    return image


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | None:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None
