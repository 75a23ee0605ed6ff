"""The demo's bank slips, drawn: plainly no real ones, with what a reviewer compares."""

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from core.files.photos import Photo, read_photo

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
    """A picture of a slip: its title and its facts by name. Without a Chinese font only what is in digits is drawn."""
    image = Image.new("RGB", (800, 480), "#fdfdf8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((14, 14, 786, 466), outline="#333", width=3)
    if _font(28):
        draw.text((400, 60), title, fill="#8a1c1c", font=_font(38), anchor="mm")
        draw.text((400, 436), "演示用，不是银行单据", fill="#777", font=_font(22), anchor="mm")
    for row, (name, value) in enumerate(facts.items()):
        top = 112 + row * 62
        draw.line((40, top - 8, 760, top - 8), fill="#999")
        if _font(28):
            draw.text((50, top + 2), name, fill="#555", font=_font(28))
            draw.text((220, top + 2), value, fill="black", font=_font(28))
        else:
            draw.text((50, top + 2), value.encode("ascii", "ignore").decode(), fill="black", font_size=32)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    buffer.seek(0)
    return read_photo(buffer)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | None:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None
