"""The demo: invented people only, a taken port and somebody else's data are refused with a clear message."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import CommandError

from core.regions.services import read_regions
from demo import build, serve
from demo.counties import NEIXIANG
from demo.people import AREA, InventedVillage
from demo.slips import drawn_slip
from residents.people import id_numbers

ROOT = Path(__file__).resolve().parents[2]


def test_the_same_seed_gives_the_same_people_and_another_seed_others():
    first, again, other = (InventedVillage("411325101200", 12, 60, seed).people for seed in (1, 1, 2))
    assert first == again != other


def test_numbers_pass_the_check_are_all_different_and_nobodys():
    people = [
        person for order in (0, 1, 294) for person in InventedVillage(f"41132510{order:04d}", order, 3000, 1).people
    ]
    numbers = [person.id_number for person in people]
    assert len(set(numbers)) == len(numbers) == 9000
    assert all(id_numbers.check(number) is None for number in numbers)
    assert {id_numbers.birth_date(person.id_number) == person.born for person in people} == {True}
    assert all(number.startswith(AREA) for number in numbers)
    counties = {row["county_code"] for row in read_regions()}
    assert AREA not in counties


def test_a_free_port_and_a_taken_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not serve.port_is_free(port)
    assert serve.port_is_free(port)


def test_a_taken_port_is_a_clear_message(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path), "BUSINESS_CLOCK": str(tmp_path / "clock")},
        )
    assert done.returncode and f"端口 {port} 已被占用" in done.stderr and "Traceback" not in done.stderr


def test_data_of_another_size_is_not_overwritten(settings, tmp_path, business_clock):
    settings.DATA_DIR = tmp_path
    (tmp_path / build.MARK).write_text("full")
    with pytest.raises(CommandError, match="SIZE=full"):
        build.build(size="small", county=NEIXIANG, say=str)


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_database_that_is_not_the_demos_is_not_touched(settings, tmp_path, business_clock):
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match="不动它"):
        build.build(size="small", county=NEIXIANG, say=str)


@pytest.mark.django_db
def test_a_database_with_accounts_is_not_filled(make_user, business_clock):
    make_user("county", None)
    with pytest.raises(CommandError, match="不动它"):
        build.fill(size="small", county=NEIXIANG)


@pytest.mark.django_db
def test_the_demo_needs_the_frozen_clock(settings):
    settings.BUSINESS_CLOCK = ""
    with pytest.raises(CommandError, match="BUSINESS_CLOCK"):
        build.build(size="small", county=NEIXIANG, say=str)


def test_every_drawn_slip_is_a_picture_of_its_own():
    one, same, other = (drawn_slip("现金缴款回单", 回单号=number, 金额="400.00 元").sha256 for number in "AAB")
    assert one == same != other


#: The runner with three processes that do nothing, whose numbers it prints.
RUNNER = """
import sys, django
django.setup()
from demo import serve
serve.commands = lambda port: {name: [sys.executable, "-c", "import time; time.sleep(600)"] for name in "abc"}
begun = serve.subprocess.Popen
def popen(*args, **options):
    process = begun(*args, **options)
    print(process.pid, flush=True)
    return process
serve.subprocess.Popen = popen
with serve.data_lock(1):
    serve.serve(port=1, say=lambda text: None, ready=lambda: None)
"""


@pytest.fixture
def runner(tmp_path):
    environment = {
        "PATH": "/usr/bin:/bin",
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "BUSINESS_CLOCK": str(tmp_path / "clock"),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    process.environment = environment
    yield process
    process.kill()
    process.wait()


def ends(pid: int) -> bool:
    """Whether the process is gone within a while."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = Path(f"/proc/{pid}/status")
        try:
            if "State:\tZ" in status.read_text():
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_the_runner_ends_web_worker_and_beat(runner, number):
    pids = [int(runner.stdout.readline()) for _ in range(3)]
    runner.send_signal(number)
    assert runner.wait(timeout=60) == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    assert all(ends(pid) for pid in pids)


def test_a_second_start_on_the_same_data_is_refused_on_any_port(runner, tmp_path):
    runner.stdout.readline()  # the first one holds the data
    done = subprocess.run(
        [sys.executable, "manage.py", "demo", "--port", "18999"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=runner.environment,
    )
    assert done.returncode and "正在被另一个 make run 使用" in done.stderr and "Traceback" not in done.stderr
