"""Build the demo's data once. On SQLite it is built in a file of its own and put in place whole, so that a build that
was broken off leaves nothing behind."""

import gc
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from config import clock
from core.audit import services as audit
from core.database.quick_migrations import quick_migrations
from demo.counties import NEIXIANG, DemoCounty, demo_county

MARK = "demo-size"


def build(*, size: str, county: DemoCounty, say: Callable[[str], None]) -> DemoCounty:
    """Make the data if there is none; migrate it otherwise. Refuse to touch data that is not the demo's.

    Return the county whose data is there.
    """
    if not settings.BUSINESS_CLOCK:
        raise CommandError("演示要用固定的业务时钟：请设 BUSINESS_CLOCK（make run 会设好）。")
    mark = Path(settings.DATA_DIR) / MARK
    if mark.exists():
        there = _read_mark(mark, size, county)
        call_command("migrate", verbosity=0)
        return there
    began = time.monotonic()
    say(f"第一次启动：正在建立演示数据（{county.name}，SIZE={size}）……")
    if connection.vendor == "sqlite":
        _build_new_file(size, county)
    else:
        fill(size=size, county=county)
    mark.write_text(f"{size} {county.code}")
    say(f"演示数据已建好，用时 {time.monotonic() - began:.0f} 秒。")
    return county


def _read_mark(mark: Path, size: str, county: DemoCounty) -> DemoCounty:
    """Return the county that was built. Raise CommandError if it is another one, or of another size."""
    built_size, _, code = mark.read_text().partition(" ")
    built = demo_county(code or NEIXIANG.code)
    if (built_size, built) != (size, county):
        other = f"{size}-{county.code}"
        raise CommandError(
            f"DATA_DIR 里已有 {built.name} SIZE={built_size} 的演示数据。请用 make run COUNTY={built.name}"
            f" SIZE={built_size}，或换一个目录：make run COUNTY={county.name} SIZE={size} DATA_DIR=var-{other}"
        )
    return built


def fill(*, size: str, county: DemoCounty) -> None:
    """Migrate an empty database and replay the campaign into it."""
    with quick_migrations():
        call_command("migrate", verbosity=0)
    from core.accounts.models import User
    from demo.county import build_county
    from demo.story import replay

    if User.objects.exists():
        raise CommandError("这个数据库里已有数据，又没有演示标记：不动它。请换一个空的数据库。")
    clock.move_to(county.start)
    # Hundreds of thousands of objects that all live on: looking for garbage among them costs a tenth of the time.
    gc.disable()
    try:
        replay(county, build_county(county, size=size))
    finally:
        gc.enable()


def fill_new_file(*, size: str, county: DemoCounty) -> None:
    """As `fill`, into a SQLite file that is thrown away if anything goes wrong: nothing waits for the disk."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("PRAGMA temp_store = MEMORY")
            cursor.execute("PRAGMA cache_size = -65536")
    fill(size=size, county=county)


def _build_new_file(size: str, county: DemoCounty) -> None:
    final = Path(connection.settings_dict["NAME"])
    if final.exists():
        raise CommandError(f"{final} 已存在，又没有演示标记：不动它。请换一个 DATA_DIR。")
    building = final.with_suffix(".building")
    for leftover in building.parent.glob(f"{building.name}*"):
        leftover.unlink()
    # A process of its own, forked with everything imported: its memory goes when the data is there.
    connection.close()
    builder = get_context("fork").Process(target=_fill_as, args=(building, size, county))
    builder.start()
    builder.join()
    if builder.exitcode:
        raise CommandError("演示县没有建成，上面写着原因。再运行一次会从头建。")
    building.replace(final)


def _fill_as(name: Path, size: str, county: DemoCounty) -> None:
    connection.settings_dict["NAME"] = str(name)
    with audit.source("命令 build_demo"):
        fill_new_file(size=size, county=county)
    connection.close()
