"""Migrations are only added, and do tomorrow what they did on the day they were written."""

import ast
import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = {"config", "core", "residents", "subsidies", "collection", "employees", "reporting", "demo"}
MIGRATIONS = sorted(path for app in PRODUCT for path in ROOT.glob(f"{app}/migrations/[0-9]*.py"))
#: sha256 of every migration that a release carried. A release adds its lines; none is ever changed or taken out.
RELEASED = {
    # 1.0.0
    "core/migrations/0001_initial.py": "0a38e25c216f49ab353338b7f5de1305c711921447fbf5bc27ed3bcc77736d5b",
    "core/migrations/0002_append_only.py": "c7b7bfd0818a7e74dab21053b8a15b5485e95a42458feea35580d5031429dd39",
    "residents/migrations/0001_initial.py": "984709afc024f7596c2916fa9cc9beacfe4b403941d83ec1585b5a4db3bcceab",
    "subsidies/migrations/0001_initial.py": "c591f855027ccd682ce3d7a7eb85c95dc57c15ef424343514c289f803d30de51",
    "subsidies/migrations/0002_append_only.py": "70db4de769460db3d0e9a72a415f026a45fb013fbc42dc2090e8e43da789e95a",
    "collection/migrations/0001_initial.py": "d57b42427470d0a403c3d93469cd3a00d922f046b907aeb90d2cf964b7a562cc",
    "collection/migrations/0002_append_only.py": "b167adfd75c4549758403a3876c4a3b8cb02bddcacb50ba42b155fa03eba2b5f",
    "collection/migrations/0003_closed_campaigns.py": (
        "a56d2f23a6c7dcdbdab2807f88b07aea502d14c23e6794ee37e238af08e58363"
    ),
    "reporting/migrations/0001_initial.py": "714471886ed91d6456f015f4b439ea266f818545d9f8e7e632d8a5d5b201ac97",
    "reporting/migrations/0002_append_only.py": "85ea3338ea1deaf13f320e8b532ae21bc39df03879f2c236d4bf68c6893ff2e7",
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(("path", "digest"), RELEASED.items(), ids=RELEASED)
def test_a_released_migration_never_changes(path, digest):
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("path", MIGRATIONS, ids=name)
def test_a_migration_imports_nothing_of_the_product(path):
    """Live code changes after the migration was written; a migration that needs it carries its own copy."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import is an import of the product"
            imported.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Name | ast.Attribute):
            called = node.id if isinstance(node, ast.Name) else node.attr
            assert called not in ("import_module", "__import__", "import_string")
    assert not imported & PRODUCT


@pytest.mark.parametrize("path", MIGRATIONS, ids=name)
def test_a_migration_can_be_taken_back(path):
    """The way back of `deploy/README.md`: each operation written by hand has its reverse."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("RunPython", "RunSQL"):
            given = len(node.args) + len([keyword for keyword in node.keywords if keyword.arg.startswith("reverse")])
            assert given >= 2, f"{name(path)}:{node.lineno} has no reverse"
