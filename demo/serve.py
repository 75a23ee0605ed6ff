"""Web, worker and beat under one command, with nothing else running: for demos and small trials."""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.management.base import CommandError

RESTART_PAUSE = 2


@contextlib.contextmanager
def data_lock(port: int) -> Iterator[None]:
    """Hold this DATA_DIR while the block runs; refuse if another start holds it, on whatever port: two workers and two
    beats on one database would do everything twice."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "serve.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            running = file.read().strip() or "?"
            raise CommandError(
                f"{settings.DATA_DIR} 里的数据正在被另一个 make run 使用（端口 {running}）。"
                "请先停止它，或换一个目录：make run DATA_DIR=var-2"
            ) from None
        file.truncate(0)
        file.write(str(port))
        file.flush()
        yield


def _die_with_parent() -> None:
    """In the child: end when the process that started it ends, killed without a word or not (Linux's prctl)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def commands(port: int) -> dict[str, list[str]]:
    """What runs: each name with its command line."""
    celery = [sys.executable, "-m", "celery", "-A", "config", "--quiet"]
    return {
        "web": [
            sys.executable,
            "-m",
            "gunicorn",
            "config.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
            "--threads",
            "4",
            "--timeout",
            "120",
            "--log-level",
            "warning",
        ],
        "worker": [
            *celery,
            "worker",
            "--loglevel",
            "WARNING",
            "--concurrency",
            "1",
            "--without-mingle",
            "--without-gossip",
            "--hostname",
            f"demo-{port}",
        ],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""],
    }


def serve(*, port: int, say: Callable[[str], None], ready: Callable[[], None]) -> None:
    """Run until Ctrl-C, SIGTERM or the terminal is closed; start a process that dies again. Call `ready` once the site
    answers."""
    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.append(True))
    running: dict[str, subprocess.Popen[bytes]] = {}
    started = False
    lines = commands(port)
    try:
        while not stopping:
            for name, line in lines.items():
                process = running.get(name)
                if process is None or process.poll() is not None:
                    if process is not None:
                        say(f"{name} 意外退出（{process.returncode}），重新启动。")
                        time.sleep(RESTART_PAUSE)
                    # A session of its own: Ctrl-C reaches only this process, which stops the others in order.
                    running[name] = subprocess.Popen(  # noqa: S603 (our own command lines)
                        line,
                        cwd=settings.BASE_DIR,
                        env=os.environ.copy(),
                        start_new_session=True,
                        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
                    )
            if not started and not port_is_free(port):
                started = True
                ready()
            time.sleep(0.3)
    finally:
        stop(running)


def stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask each process to finish what it has in hand, then insist."""
    for process in running.values():
        process.terminate()
    deadline = time.monotonic() + 15
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
