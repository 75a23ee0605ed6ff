"""Builds the demo's data once. On SQLite it is built beside the real file and put in place whole, so that a build
that was broken off leaves nothing behind."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from config import clock
from demo.county import build_county
from demo.story import START, replay

MARK = "demo-size"


def build(*, size: str, say: Callable[[str], None]) -> None:
    """Makes the data if there is none; migrates it otherwise. Refuses to touch data that is not the demo's."""
    if not settings.BUSINESS_CLOCK:
        raise CommandError("演示要用固定的业务时钟：请设 BUSINESS_CLOCK（make run 会设好）。")
    mark = Path(settings.DATA_DIR) / MARK
    if mark.exists():
        built = mark.read_text()
        if built != size:
            raise CommandError(
                f"DATA_DIR 里已有 SIZE={built} 的演示数据。请用 make run SIZE={built},"
                f"或换一个目录：make run SIZE={size} DATA_DIR=var-{size}"
            )
        call_command("migrate", verbosity=0)
        return
    began = time.monotonic()
    say(f"第一次启动：正在建立演示县（SIZE={size}）……")
    if connection.vendor == "sqlite":
        _build_beside(size)
    else:
        fill(size=size)
    mark.write_text(size)
    say(f"演示县已建好，用时 {time.monotonic() - began:.0f} 秒。")


def fill(*, size: str) -> None:
    """Migrates an empty database and replays the campaign into it."""
    call_command("migrate", verbosity=0)
    from core.accounts.models import User

    if User.objects.exists():
        raise CommandError("这个数据库里已有数据，又没有演示标记：不动它。请换一个空的数据库。")
    clock.move_to(START)
    replay(build_county(size=size))


def _build_beside(size: str) -> None:
    final = Path(connection.settings_dict["NAME"])
    if final.exists():
        raise CommandError(f"{final} 已存在，又没有演示标记：不动它。请换一个 DATA_DIR。")
    beside = final.with_suffix(".building")
    for leftover in beside.parent.glob(f"{beside.name}*"):
        leftover.unlink()
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{beside}"}
    done = subprocess.run(  # noqa: S603 (our own command line)
        [sys.executable, "manage.py", "build_demo", "--size", size], cwd=settings.BASE_DIR, env=environment
    )
    if done.returncode:
        raise CommandError("演示县没有建成，上面写着原因。再运行一次会从头建。")
    beside.replace(final)
