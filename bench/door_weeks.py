"""Random weeks of two phones on and off line: nothing is lost, nothing counts twice, the four places add up.

DOOR_WEEKS weeks (1,000 if not set) from the seed DOOR_FIRST, on the PostgreSQL of BENCH_DATABASE_URL or on SQLite.
Says every ten weeks how far it is: a run that is stopped has shown those.
"""

import os
import subprocess
import sys


def main() -> None:
    env = os.environ | {"DOOR_WEEKS": os.environ.get("DOOR_WEEKS", "1000")}
    env["TEST_DATABASE_URL"] = os.environ.get("BENCH_DATABASE_URL", "")
    print(f"{env['DOOR_WEEKS']} weeks on {'PostgreSQL' if env['TEST_DATABASE_URL'] else 'SQLite'}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "tests/collection/door/test_random_weeks.py"], env=env
    )
    if done.returncode:
        raise SystemExit("an invariant did not hold: see above")
