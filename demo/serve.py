"""Web, worker and beat under one command, with nothing else running: for demos and small trials."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from django.conf import settings

RESTART_PAUSE = 2


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
    """Runs until Ctrl-C or SIGTERM; a process that dies is started again. Calls `ready` once the site answers."""
    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.append(True))
    running: dict[str, subprocess.Popen] = {}
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
                        line, cwd=settings.BASE_DIR, env=os.environ.copy(), start_new_session=True
                    )
            if not started and not port_is_free(port):
                started = True
                ready()
            time.sleep(0.3)
    finally:
        stop(running)


def stop(running: dict[str, subprocess.Popen]) -> None:
    """Asks each process to finish what it has in hand, then insists."""
    for process in running.values():
        process.terminate()
    deadline = time.monotonic() + 15
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
