"""python -m bench.mutants [MODULE ...]: rules that decide money, changed in one place at a time; would a test notice?

For each place in a module (a comparison, a bound, an operator, a constant, a text, a condition, a call, a return) the
tests of the module run once with that place changed. They should fail. The score is the share that did. What no test
can notice stands in EQUAL, with the reason, and is not counted.

A change inside a function replaces the code of that function in a fork of a process that has everything loaded; a
change elsewhere in the module needs a new process. `--list` shows the places, `-v` every verdict.
"""

import argparse
import ast
import copy
import importlib
import importlib.abc
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]
#: What is tried, by the name it is called by: the modules and the tests that are to notice.
SUBJECTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "quote": (("subsidies/quotes/quote.py",), ("tests/subsidies/quotes", "tests/test_rules.py")),
    "benefits": (("subsidies/quotes/benefits.py",), ("tests/subsidies/quotes", "tests/test_rules.py")),
    "duties": (("collection/duties/rules.py",), ("tests/collection/duties",)),
    "rank": (("reporting/rankings/rank.py",), ("tests/reporting/rankings/test_rank.py",)),
    "id_numbers": (("residents/people/id_numbers.py",), ("tests/residents/people/test_id_numbers.py",)),
    "money": (
        ("collection/money/rules.py", "collection/money/services.py"),
        ("tests/collection/money", "tests/collection/cash/test_deposits.py", "tests/collection/contributions"),
    ),
    "three_way_check": (("collection/declarations/three_way_check.py",), ("tests/collection/declarations",)),
}
#: Changes that alter nothing anybody can see: (module, function, what it was, what it became) → why.
EQUAL: dict[tuple[str, str, str, str], str] = {
    (
        "subsidies/quotes/quote.py",
        "quote()",
        "no_fee or category.subsidy is None",
        "no_fee and category.subsidy is None",
    ): "no county with a free year of birth subsidises ordinary people; a chosen category has an amount",
    (
        "subsidies/quotes/quote.py",
        "_choose_category()",
        "0",
        "1",
    ): "subsidies are nothing or at least ten yuan: one yuan more for nothing changes no order",
}

COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult}
PYTEST = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist"]


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    function: str  # the outermost function or method, "" outside of all
    before: str
    after: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.function or '(module)'}: {self.before} → {self.after}"

    @property
    def is_equal(self) -> bool:
        return (self.path, self.function, self.before, self.after) in EQUAL


def alternatives(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901 - a table: one case a kind of node
    """What could stand in a node's place by a slip."""
    new = copy.deepcopy(node)
    match new:
        case ast.Compare(ops=[operator]) if type(operator) in COMPARISONS:
            new.ops = [COMPARISONS[type(operator)]()]
            yield new
        case ast.Compare(ops=operators):
            for place, operator in enumerate(operators):
                if type(operator) in COMPARISONS:
                    changed = copy.deepcopy(node)
                    changed.ops[place] = COMPARISONS[type(operator)]()
                    yield changed
        case ast.BoolOp(op=operator):
            new.op = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield new
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in ARITHMETIC:
            new.op = ARITHMETIC[type(operator)]()
            yield new
        case ast.Constant(value=bool(value)):
            new.value = not value
            yield new
        case ast.Constant(value=int(value)):
            new.value = value + 1
            yield new
        case ast.Constant(value=str(value)) if value.strip():
            new.value = "※"
            yield new
        case ast.JoinedStr(values=parts):
            texts = [place for place, part in enumerate(parts) if isinstance(part, ast.Constant)]
            if texts:
                longest = max(texts, key=lambda place: len(parts[place].value))
                new.values[longest] = ast.Constant("※")
                yield new
        case ast.If() | ast.IfExp() if not isinstance(new.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
            new.test = ast.UnaryOp(ast.Not(), new.test)
            yield new
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            new.value = ast.Constant(None)
            yield new


def _changeable(node: ast.AST, function: str = "") -> Iterator[tuple[ast.AST, str, str, int | None, str]]:
    """(parent, field, place in a list, outermost function) of every node that a test could notice."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_params", "decorator_list"):
            continue
        children = value if isinstance(value, list) else [value]
        for place, child in enumerate(children):
            if not isinstance(child, ast.AST):
                continue
            if field == "body" and place == 0 and _is_text(child):
                continue  # a docstring
            inside = function
            if isinstance(child, ast.FunctionDef) and not function.endswith("()"):
                inside = f"{function}{child.name}()"
            elif isinstance(child, ast.ClassDef) and not function.endswith("()"):
                inside = f"{function}{child.name}."
            if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
                yield node, field, place if isinstance(value, list) else None, child, inside
            yield from _changeable(child, inside)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def mutants(path: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree, made = ast.parse((ROOT / path).read_text()), []
    for parent, field, place, child, function in list(_changeable(tree)):
        if isinstance(child, ast.Import | ast.ImportFrom):
            continue
        for other in alternatives(child):
            ast.copy_location(other, child)
            _put(parent, field, place, other)
            whole = ast.fix_missing_locations(copy.deepcopy(tree))
            _put(parent, field, place, child)
            inside = function if function.endswith("()") else ""
            made.append(Mutant(path, getattr(child, "lineno", 0), inside, _short(child), _short(other), whole))
    return sorted(made, key=lambda mutant: mutant.line)


def _put(parent: ast.AST, field: str, place: int | None, child: ast.AST) -> None:
    if place is None:
        setattr(parent, field, child)
    else:
        getattr(parent, field)[place] = child


def _short(node: ast.AST) -> str:
    """A node as it is written, on one line; of a statement with a body the head."""
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).splitlines()[0][:160]


def _codes(code: types.CodeType, prefix: str = "") -> dict[str, types.CodeType]:
    """The code objects of the functions and methods of a module, by their dotted name."""
    found = {}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType) and not constant.co_name.startswith("<"):
            found[f"{prefix}{constant.co_name}"] = constant
            found |= _codes(constant, f"{prefix}{constant.co_name}.")
    return found


def replace_code(mutant: Mutant) -> bool:
    """Give the loaded function the mutant's code, wherever it was imported to; False where that cannot be done."""
    name = mutant.path.removesuffix(".py").replace("/", ".")
    code = _codes(compile(mutant.tree, str(ROOT / mutant.path), "exec")).get(mutant.function.removesuffix("()"))
    target: object = importlib.import_module(name)
    for part in mutant.function.removesuffix("()").split("."):
        target = vars(target).get(part) if isinstance(target, type) else getattr(target, part, None)
    while not isinstance(target, types.FunctionType):
        inner = getattr(target, "__wrapped__", None) or getattr(target, "fget", None) or getattr(target, "func", None)
        inner = inner or getattr(target, "__func__", None)
        if inner is None:
            return False
        target = inner
    while (inner := getattr(target, "__wrapped__", None)) is not None:  # under decorators
        target = inner
    if code is None or len(code.co_freevars) != len(target.__code__.co_freevars) or _lies_in_defaults(mutant):
        return False
    target.__code__ = code
    return True


def _lies_in_defaults(mutant: Mutant) -> bool:
    """Defaults of arguments are worked out when the module loads, not in the function's code."""
    key = mutant.function.removesuffix("()")
    original = _codes(compile((ROOT / mutant.path).read_text(), mutant.path, "exec"))
    return original[key] == _codes(compile(mutant.tree, mutant.path, "exec"))[key]


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the mutant instead of the module."""

    def __init__(self, mutant: Mutant):
        self.mutant, self.name = mutant, mutant.path.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname, path, target=None):
        if fullname == self.name:
            return importlib.util.spec_from_loader(fullname, self, origin=str(ROOT / self.mutant.path))
        return None

    def exec_module(self, module):
        module.__file__ = str(ROOT / self.mutant.path)
        exec(compile(self.mutant.tree, module.__file__, "exec"), module.__dict__)  # noqa: S102 — that is the purpose


class _QuickFirst:
    """Examples by hand before generated ones: most mutants need no more."""

    def pytest_collection_modifyitems(self, items):
        items.sort(key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis"))


def run_tests(tests: tuple[str, ...]) -> int:
    import pytest

    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 — a device
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        return int(pytest.main([*PYTEST, "--reuse-db", *tests], plugins=[_QuickFirst()]))


class Workshop:
    """A process with everything loaded, a test database beside it, and forks that each try one mutant."""

    def __init__(self, subject: str):
        self.subject, (self.paths, self.tests) = subject, SUBJECTS[subject]
        self.database = Path(os.environ["DATA_DIR"]) / "test.sqlite3"
        self.patience = 0.0

    def check(self) -> None:
        """The tests pass on the code as it is, and leave a database to begin with."""
        started = time.monotonic()
        if status := self._in_a_fork(lambda: run_tests(self.tests), 1800):
            sys.exit(f"{self.subject}: the tests fail on the code as it is ({status}): {' '.join(self.tests)}")
        self.patience = 30 + 4 * (time.monotonic() - started)
        if self.database.exists():
            shutil.copy(self.database, self.database.with_suffix(".pristine"))

    def survives(self, mutant: Mutant, number: int) -> bool:
        pristine = self.database.with_suffix(".pristine")
        for leftover in self.database.parent.glob(f"{self.database.name}*"):
            leftover.unlink()
        if pristine.exists():
            shutil.copy(pristine, self.database)
        status = self._in_a_fork(lambda: self._try(mutant), self.patience) if mutant.function else None
        if status in (None, 99):
            command = [sys.executable, "-m", "bench.mutants", "--one", f"{self.subject}:{mutant.path}:{number}"]
            try:
                status = subprocess.run(command, cwd=ROOT, timeout=self.patience, check=False).returncode
            except subprocess.TimeoutExpired:
                status = 1
        return status == 0

    def _try(self, mutant: Mutant) -> int:
        return run_tests(self.tests) if replace_code(mutant) else 99

    def _in_a_fork(self, function, patience: float) -> int:
        """The exit status of a function in a fork; 1 where it had to be stopped."""
        child = os.fork()
        if child == 0:
            os.setsid()
            status = 1
            try:
                status = function()
            finally:
                os._exit(status)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return 1


def measure(subject: str, verbose: bool) -> tuple[int, int]:
    """(noticed, tried) of one subject; prints the survivors."""
    workshop = Workshop(subject)
    workshop.check()
    tried = noticed = 0
    for path in workshop.paths:
        for number, mutant in enumerate(mutants(path)):
            if mutant.is_equal:
                continue
            survived = workshop.survives(mutant, number)
            tried, noticed = tried + 1, noticed + (not survived)
            if survived or verbose:
                print(f"{'survived' if survived else 'noticed '}  {mutant}", flush=True)
    return noticed, tried


def try_one(which: str) -> int:
    """A new process for one mutant, loaded in place of the module."""
    subject, path, number = which.split(":")
    sys.meta_path.insert(0, _Instead(mutants(path)[int(number)]))
    return run_tests(SUBJECTS[subject][1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], metavar="MODULE", help=", ".join(SUBJECTS))
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        sys.exit(try_one(asked.one))
    subjects = asked.subjects or list(SUBJECTS)
    if asked.list:
        for subject in subjects:
            for path in SUBJECTS[subject][0]:
                print(*mutants(path), sep="\n")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("HYPOTHESIS_PROFILE", "mutants")
    importlib.import_module("tests.environment")  # says where everything is, before the settings are read
    django.setup()
    for name in ("pytest", "pytest_django.plugin", "hypothesis", "freezegun", "openpyxl", "xlsxwriter", "docx"):
        importlib.import_module(name)  # once, for all forks
    scores = {subject: measure(subject, asked.verbose) for subject in subjects}
    print()
    for subject, (noticed, tried) in scores.items():
        print(f"{subject:16} {noticed:4} of {tried:4}  {100 * noticed / tried:5.1f} %")


if __name__ == "__main__":
    main()
