"""python -m docs.picture (make picture): draws docs/architecture.svg from the imports of the code.

A band an app, the ground at the bottom; in a band the app's rooms, those that call on the left, those that are called
on the right, each with the rooms of its app it calls. Between bands: which lower apps
the upper one imports. The order of apps comes from the contracts in pyproject.toml, all else from the imports.
"""

import tomllib
from collections import defaultdict
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
WIDTH, MARGIN, CHIP, GAP, PER_ROW = 1240, 20, 190, 10, 5
TEXT, SMALL, LINE = 14, 11, 14


def apps() -> list[str]:
    """The apps from the top to the ground, as the first contract orders them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return [name.strip() for layer in contracts[0]["layers"] for name in layer.split("|")]


def room_of(module: str) -> str:
    """The room of a module: its topic's folder, or the app's own file."""
    parts = module.split(".")
    return parts[1] if len(parts) > 2 else ""


def calls(graph: grimp.ImportGraph) -> tuple[dict[tuple[str, str], set[str]], dict[str, set[str]]]:
    """Which rooms of its own app a room calls, and which other apps an app imports."""
    rooms: dict[tuple[str, str], set[str]] = defaultdict(set)
    between: dict[str, set[str]] = defaultdict(set)
    for module in sorted(graph.modules):
        app, room = module.split(".")[0], room_of(module)
        if ".migrations" in module:
            continue
        for imported in graph.find_modules_directly_imported_by(module):
            other, other_room = imported.split(".")[0], room_of(imported)
            if other != app:
                between[app].add(other)
            elif room and other_room and other_room != room and not imported.endswith(".models"):
                rooms[app, room].add(other_room)
    return rooms, between


def in_order(names: set[str], edges: dict[str, set[str]]) -> list[str]:
    """Callers before what they call; by name where neither calls the other."""
    depth: dict[str, int] = {}

    def deep(name: str, above: frozenset[str] = frozenset()) -> int:
        if name not in depth:
            below = [deep(other, above | {name}) for other in sorted(edges.get(name, set()) & names - above)]
            depth[name] = 1 + max(below, default=-1)
        return depth[name]

    return sorted(sorted(names), key=lambda name: (-deep(name), name))


def wrapped(text: str, limit: int) -> list[str]:
    """Words on lines of at most so many characters."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > limit and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def draw() -> str:
    """The picture as SVG; the same imports give the same text."""
    names = apps()
    graph = grimp.build_graph(*names, cache_dir=None)
    rooms, between = calls(graph)
    parts: list[str] = []
    top = MARGIN
    for app in names:
        modules = [m for m in graph.modules if m.split(".")[0] == app and ".migrations" not in m]
        own = {room_of(module) for module in modules if room_of(module) not in ("", "management", "templatetags")}
        edges = {room: rooms[app, room] for room in own if (app, room) in rooms}
        top = _band(parts, top, app, in_order(own, edges), edges, [name for name in names if name in between[app]])
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}" '
        'font-family="system-ui, sans-serif">\n'
        "<title>The apps, from the top to the ground, and their rooms</title>\n"
        f'<rect width="{WIDTH}" height="{top}" fill="#fff"/>\n'
    )
    return head + "\n".join(parts) + "\n</svg>\n"


def _band(
    parts: list[str], top: int, app: str, ordered: list[str], edges: dict[str, set[str]], lower: list[str]
) -> int:
    """Draw one app; the place where the next begins."""
    chips = [(room, wrapped("→ " + ", ".join(sorted(edges[room])), 30) if edges.get(room) else []) for room in ordered]
    rows = [chips[start : start + PER_ROW] for start in range(0, len(chips), PER_ROW)]
    heights = [16 + TEXT + LINE * max(len(lines) for _, lines in row) for row in rows]
    height = max(50, sum(heights) + GAP * (len(rows) + 1))
    parts.append(
        f'<rect x="{MARGIN}" y="{top}" width="{WIDTH - 2 * MARGIN}" height="{height}" rx="6" '
        'fill="#f4f7fb" stroke="#5b7aa6"/>'
    )
    parts.append(_text(MARGIN + 14, top + 28, app, 18, bold=True))
    y = top + GAP
    for row, tall in zip(rows, heights, strict=True):
        for place, (room, lines) in enumerate(row):
            x = MARGIN + 190 + place * (CHIP + GAP)
            parts.append(f'<rect x="{x}" y="{y}" width="{CHIP}" height="{tall}" rx="4" fill="#fff" stroke="#9db2d0"/>')
            parts.append(_text(x + 9, y + 20, room, TEXT, bold=True))
            parts += [_text(x + 9, y + 36 + LINE * number, line, SMALL) for number, line in enumerate(lines)]
        y += tall + GAP
    below = top + height
    if lower:
        parts.append(_text(MARGIN + 14, below + 19, "↓ imports " + ", ".join(lower), SMALL))
    return below + (32 if lower else MARGIN)


def _text(x: int, y: int, words: str, size: int, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="#1b2a41"{weight}>{escape(words)}</text>'


if __name__ == "__main__":
    PICTURE.write_text(draw())
