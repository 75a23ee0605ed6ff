"""TOML text → frozen dataclasses, strictly: every refusal names the file, the key and the line.

A dataclass's annotations are the schema. Understood: str, int, bool, date, time, Money, Ratio, Percent, a nested
dataclass, and tuples of these; `| None` or a default makes a key optional; Annotated[X, str] is an X that the file
writes as text and that is put in place afterwards. Amounts and ratios are written as strings,
because a TOML float is not exact and a TOML integer would lose its decimals.
"""

import datetime
import re
import tomllib
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

Money = typing.NewType("Money", Decimal)
Ratio = typing.NewType("Ratio", Decimal)
Percent = typing.NewType("Percent", Decimal)

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]+"|'[^']+'|[^\s=#"'\[\]]+)\s*=""")
_PLAIN = {str: "文字", int: "整数", bool: "true 或 false", datetime.date: "日期", datetime.time: "时刻"}
LARGEST = 100_000_000  # no count of days, months, years or people is below zero or above this
LONGEST = 500  # characters of a text
_EXACT = {
    Money: (re.compile(r"[0-9]{1,12}\.[0-9]{2}"), '金额（写成带两位小数的文字，如 "400.00"）'),
    Ratio: (re.compile(r"0(\.[0-9]{1,8})?|1(\.0{1,8})?"), '0 到 1 之间的比例（写成文字，如 "0.95"）'),
    Percent: (re.compile(r"[0-9]{1,3}(\.[0-9]{1,8})?"), '百分数（写成文字，如 "90"）'),
}


class PolicyError(ValueError):
    """A policy file that cannot be used: `.name` the file, `.key` the dotted key, `.line` (1-based), `.says` why."""

    def __init__(self, name: str, key: str, line: int, says: str) -> None:
        self.name, self.key, self.line, self.says = name, key, line, says
        super().__init__(f"{name} 第 {line} 行 {key}：{says}" if key else f"{name} 第 {line} 行：{says}")


class NoSuchPolicy(PolicyError, LookupError):
    """There is no file under this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "", 1, "没有这个政策文件")


class Tables:
    """A parsed TOML text that knows the line of each of its keys. Keys are dotted, items of arrays are [n] from 0."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"line (\d+)", str(error))
            line = int(at[1]) if at else text.count("\n") + 1
            raise PolicyError(name, "", line, f"不是正确的 TOML：{error}") from None
        self.lines = _lines_of_keys(text)

    def error(self, key: str, says: str) -> PolicyError:
        """The error for `key`, on its line, or on that of the nearest table around it."""
        at = key
        while at and at not in self.lines:
            at = at.rpartition("[")[0] if at.endswith("]") else at.rpartition(".")[0]
        return PolicyError(self.name, key, self.lines.get(at, 1), says)

    def build(self, schema: Any, table: object, key: str = "", **given: object) -> Any:
        """`table`, which stands at `key`, as an object of `schema`; `given` are fields the file does not carry."""
        if not isinstance(table, dict):
            raise self.error(key, "应当是一个表（[…]）")
        prefix = f"{key}." if key else ""
        expected = _fields(schema)
        for unknown in table:
            if unknown not in expected or unknown in given:
                known = "、".join(k for k in expected if k not in given)
                raise self.error(prefix + unknown, f"不认识这个键；可用的有：{known}")
        values = dict(given)
        for field, (kind, required) in expected.items():
            if field in given:
                continue
            if field in table:
                values[field] = self.value(kind, table[field], prefix + field)
            elif required:
                raise self.error(prefix + field, "缺少出处（文件与条款）" if field == "source" else "缺少这个键")
        return schema(**values)

    def value(self, kind: Any, raw: Any, key: str) -> Any:
        """`raw` checked and converted to `kind`."""
        if typing.get_origin(kind) is Annotated:
            kind = typing.get_args(kind)[1]
        if typing.get_origin(kind) in (types.UnionType, typing.Union):
            kind = next(k for k in typing.get_args(kind) if k is not type(None))
        if typing.get_origin(kind) is tuple:
            if not isinstance(raw, list):
                raise self.error(key, "应当是列表")
            return tuple(self.value(typing.get_args(kind)[0], item, f"{key}[{n}]") for n, item in enumerate(raw))
        if is_dataclass(kind):
            return self.build(kind, raw, key)
        if kind in _EXACT:
            return self._exact(kind, raw, key)
        if type(raw) is not kind:
            raise self.error(key, f"应当是{_PLAIN[kind]}，现在是 {raw!r}")
        if kind is int and not 0 <= raw <= LARGEST:
            raise self.error(key, f"应当在 0 到 {LARGEST} 之间，现在是 {raw}")
        if kind is str:
            self._check_text(raw, key)
        return raw

    def _check_text(self, raw: str, key: str) -> None:
        if not raw.strip():
            raise self.error(key, "不能是空的")
        if len(raw) > LONGEST:
            raise self.error(key, f"有 {len(raw)} 个字，超过 {LONGEST} 个字")
        if not raw.isprintable():
            raise self.error(key, f"有看不见的字符：{raw!r}")

    def _exact(self, kind: Any, raw: Any, key: str) -> Decimal:
        shape, says = _EXACT[kind]
        if not isinstance(raw, str) or not shape.fullmatch(raw):
            raise self.error(key, f"应当是{says}，现在是 {raw!r}")
        try:
            return Decimal(raw)
        except InvalidOperation:
            raise self.error(key, f"不是数：{raw!r}") from None


def _fields(schema: Any) -> dict[str, tuple[Any, bool]]:
    """The schema's keys: name → (type, required)."""
    hints = typing.get_type_hints(schema, include_extras=True)
    return {
        f.name: (hints[f.name], f.default is MISSING and f.default_factory is MISSING) for f in fields(schema) if f.init
    }


def _lines_of_keys(text: str) -> dict[str, int]:
    """Where each key stands. Enough of TOML for policy files, which hold no multi-line strings."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = header[2].replace('"', "")
            if header[1] == "[[":
                index = counts[table] = counts.get(table, -1) + 1
                lines.setdefault(table, number)
                table = f"{table}[{index}]"
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            dotted = key[1].strip("\"'")
            lines.setdefault(f"{table}.{dotted}" if table else dotted, number)
    return lines
