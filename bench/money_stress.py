"""Thousands of random operations on the money services, one after the other and at once, every sum checked.

MONEY_STEPS operations each way (3,000 if not set), on the PostgreSQL of BENCH_DATABASE_URL or on SQLite.
"""

import os
import subprocess
import sys


def main() -> None:
    env = os.environ | {"MONEY_STEPS": os.environ.get("MONEY_STEPS", "3000")}
    env["TEST_DATABASE_URL"] = os.environ.get("BENCH_DATABASE_URL", "")
    tests = "tests/collection/money/test_money_under_stress.py"
    print(f"{env['MONEY_STEPS']} operations on {'PostgreSQL' if env['TEST_DATABASE_URL'] else 'SQLite'}", flush=True)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "--durations=3", tests], env=env)
    if done.returncode:
        raise SystemExit("an invariant did not hold: see above")
