"""Photographs of drawn slips with tilt, blur and shadow: share of right fields, processor seconds, memory.

Needs requirements-ocr.txt. The slips are invented and plainly no real ones.
"""

import io
import random
import resource
import time
from datetime import date, timedelta
from decimal import Decimal

from PIL import Image, ImageDraw, ImageFilter

from bench import _django
from collection.slip_photos.parsing import SlipFields, fields_of

#: name → (tilt in degrees, blur in pixels, how dark the shadow is).
KINDS = {
    "as drawn": (0.0, 0.0, 0.0),
    "tilted by 3°": (3.0, 0.0, 0.0),
    "tilted by 8°": (8.0, 0.0, 0.0),
    "blurred": (0.0, 2.5, 0.0),
    "in shadow": (0.0, 0.0, 0.6),
    "all at once": (4.0, 2.0, 0.5),
}
#: A phone's picture as it is kept: 2000 pixels at most, read at 1600.
SCALE = 4
#: Of each kind.
SLIPS = 5
FIELDS = ("slip_no", "paid_on", "amount")


def photographed(slip: bytes, *, tilt: float, blur: float, shadow: float) -> bytes:
    """The slip on a table, as a phone would take it."""
    paper = Image.open(io.BytesIO(slip)).convert("RGB")
    paper = paper.resize((paper.width * SCALE, paper.height * SCALE), Image.Resampling.BICUBIC)
    table = Image.new("RGB", (paper.width + 400, paper.height + 700), (96, 84, 72))
    table.paste(paper, (200, 350))
    table = table.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=(96, 84, 72))
    if blur:
        table = table.filter(ImageFilter.GaussianBlur(blur))
    if shadow:
        dark = Image.new("L", table.size, 0)
        ImageDraw.Draw(dark).polygon(
            [(0, 0), (table.width * 0.7, 0), (table.width * 0.3, table.height), (0, table.height)], 255
        )
        dark = dark.filter(ImageFilter.GaussianBlur(60)).point(lambda value: int(value * shadow))
        table = Image.composite(Image.new("RGB", table.size, (0, 0, 0)), table, dark)
    out = io.BytesIO()
    table.save(out, "JPEG", quality=85)
    return out.getvalue()


def main() -> None:
    _django.setup()
    from collection.slip_photos import engine
    from demo.slips import drawn_slip

    if not engine.is_available():
        print("requirements-ocr.txt is not installed: nothing to measure")
        return
    chance, worst_memory = random.Random(14), 0
    print(f"{'kind':<16}{'fields right':>14}{'wrong':>8}{'left out':>10}{'CPU s, most':>13}{'wall s':>9}")
    for kind, (tilt, blur, shadow) in KINDS.items():
        right = wrong = left_out = 0
        most, began = 0.0, time.monotonic()
        for _ in range(SLIPS):
            truth = SlipFields(
                f"NX{chance.randrange(10**10):010d}",
                date(2024, 9, 1) + timedelta(chance.randrange(100)),
                Decimal(chance.randrange(100, 2_000_000)) / 100,
            )
            facts = {"回单号": truth.slip_no, "日期": f"{truth.paid_on}", "金额": f"{truth.amount:,.2f}"}
            slip = drawn_slip("农商行现金缴款回单", **facts, 收款账户="农税结算中心")
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            read = fields_of(engine.read_lines(photographed(slip.jpeg, tilt=tilt, blur=blur, shadow=shadow)))
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            most = max(most, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            worst_memory = after.ru_maxrss
            for name in FIELDS:
                value = getattr(read, name)
                right += value == getattr(truth, name)
                left_out += not value
                wrong += bool(value) and value != getattr(truth, name)
        of = f"{right}/{SLIPS * len(FIELDS)}"
        print(f"{kind:<16}{of:>14}{wrong:>8}{left_out:>10}{most:>13.2f}{(time.monotonic() - began) / SLIPS:>9.1f}")
    print(f"most memory of a reading process: {worst_memory / 1024:.0f} MB, limit {engine.MEMORY >> 20} MB")


if __name__ == "__main__":
    main()
