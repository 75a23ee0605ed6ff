"""What could stand in a place of a module by a slip, and how a process that has loaded the module gets it instead."""

import ast
import copy
import importlib
import importlib.abc
import importlib.util
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

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


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    function: str  # the outermost function or method, "" outside of all
    before: str
    after: str
    lines: range  # of the statement or expression; of one with a body its head
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.function or '(module)'}: {self.before} → {self.after}"


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
            line = getattr(child, "lineno", 0)
            made.append(Mutant(path, line, inside, _short(child), _short(other), _lines(parent, child), whole))
    return sorted(made, key=lambda mutant: mutant.line)


def _lines(parent: ast.AST, child: ast.AST) -> range:
    """The lines of which one runs whenever the place does."""
    first = getattr(child, "lineno", getattr(parent, "lineno", 0))
    last = first if hasattr(child, "body") and isinstance(child, ast.stmt) else getattr(child, "end_lineno", first)
    return range(first, last + 1)


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


class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
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


def reload(mutant: Mutant) -> bool:
    """Run the changed module again but for its classes, in place, and hand what it sets to those who imported it.

    Classes stay the objects that others know; False where the change lies in one, or in what cannot be run again.
    """
    name = mutant.path.removesuffix(".py").replace("/", ".")
    changed = _without_classes(mutant.tree)
    if mutant.line and ast.dump(changed) == ast.dump(_without_classes(ast.parse((ROOT / mutant.path).read_text()))):
        return False
    module = importlib.import_module(name)
    before = dict(vars(module))
    exec(compile(changed, str(ROOT / mutant.path), "exec"), vars(module))  # noqa: S102 - that is the purpose
    for key, was in before.items():
        now = vars(module)[key]
        if now is not was and not key.startswith("__"):
            for other in list(sys.modules.values()):
                if getattr(other, "__dict__", {}).get(key) is was:
                    setattr(other, key, now)
    return True


def _without_classes(tree: ast.Module) -> ast.Module:
    return ast.Module([node for node in tree.body if not isinstance(node, ast.ClassDef)], tree.type_ignores)
