"""python -m bench [NAME ...]: runs the named benches, or all; each is a module here with `main()` and a docstring."""

import importlib
import os
import pkgutil
import platform
import sys
from pathlib import Path

import bench


def machine() -> str:
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text().splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


#: Commands of their own (make count, make mutants), not benches.
COMMANDS = {"count", "mutants", "mutations"}


def main() -> None:
    names = {info.name for info in pkgutil.iter_modules(bench.__path__) if not info.name.startswith("_")} - COMMANDS
    known = [name for name in sorted(names) if hasattr(importlib.import_module(f"bench.{name}"), "main")]
    wanted = sys.argv[1:] or known
    if unknown := set(wanted) - set(known):
        sys.exit(f"no bench {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    print(machine())
    for name in wanted:
        module = importlib.import_module(f"bench.{name}")
        print(f"\n## {name}: {module.__doc__.strip().splitlines()[0]}", flush=True)
        module.main()


main()
