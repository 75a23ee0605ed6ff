"""python -m bench.count [DIRECTORY]: statements of the product's Python, by app; lines may grow by formatting."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

#: What is not the product: tests, benches, the scripts of the papers, and migrations, which only grow.
OTHER = ("tests/", "bench/", "docs/")


def statements(root: Path) -> Counter[str]:
    """Statements in the Python files that git knows, by their first folder."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=root, capture_output=True, text=True, check=True)
    counted: Counter[str] = Counter()
    for name in listed.stdout.splitlines():
        if not name.startswith(OTHER) and "/migrations/" not in name and (root / name).exists():
            nodes = ast.walk(ast.parse((root / name).read_text()))
            counted[name.partition("/")[0]] += sum(isinstance(node, ast.stmt) for node in nodes)
    return counted


def main() -> None:
    counted = statements(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    for app, number in sorted(counted.items()):
        print(f"{app:12} {number:6,}")
    print(f"{'together':12} {sum(counted.values()):6,}")


if __name__ == "__main__":
    main()
