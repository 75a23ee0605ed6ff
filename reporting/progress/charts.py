"""Charts as SVG text, drawn on the server: they print, need no script and obey a CSP without inline styles.

Everything is said twice: in shape (dashes, markers, labels beside the line) and in text (title, desc), so that a
chart reads without colour, on paper and aloud. Colours come from CSS classes; `currentColor` is the fallback.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from xml.etree import ElementTree  # noqa: S405 - writes XML only, never reads any

DASHES = ("", "6 3", "2 2", "8 3 2 3", "1 3", "10 4")
MARKERS = ("circle", "square", "triangle", "diamond")

Value = float | int | None
Point = tuple[float, float]
Element = ElementTree.Element


@dataclass(frozen=True)
class Series:
    """One line. `values` are percentages (0–100 and above), one for each label; None leaves a gap: no data then."""

    name: str
    values: Sequence[Value]


@dataclass(frozen=True)
class Bar:
    """`value` is a percentage, None: no task. `shown` is the text at its end."""

    name: str
    value: Value
    shown: str


def trend_chart(
    name: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    goal: float | None = None,
    title: str = "走势",
    plot_width: int = 440,
) -> str:
    """Lines over time. `name` is unique on the page (it becomes ids). `goal` draws a labelled dashed line."""
    left, top, plot_height = 54, 14, 180
    widest = max((len(line.name) for line in series), default=0)
    width = left + plot_width + 30 + widest * 13
    height = top + plot_height + 30
    ceiling = _ceiling([*(v for line in series for v in line.values), goal])

    def x(index: int) -> float:
        return left + (plot_width / 2 if len(labels) == 1 else plot_width * index / (len(labels) - 1))

    def y(value: float) -> float:
        return top + plot_height * (1 - min(max(value, 0), ceiling) / ceiling)

    svg = _svg(name, width, height, title, _told(labels, series, goal) or "暂无数据")
    for step in range(0, int(ceiling) + 1, _step(ceiling)):
        _line(svg, left, y(step), left + plot_width, y(step), "chart-grid", opacity="0.2")
        _text(svg, left - 6, y(step) + 4, f"{step}%", anchor="end")
    crowded = max(1, -(-len(labels) // (plot_width // 55)))
    for index, label in enumerate(labels):
        if (len(labels) - 1 - index) % crowded == 0:
            _text(svg, x(index), top + plot_height + 18, label, anchor="middle")
    if goal is not None:
        _line(svg, left, y(goal), left + plot_width, y(goal), "chart-goal", dash="4 4")
        _text(svg, left + 4, y(goal) - 4, f"目标 {_short(goal)}", css="chart-goal-label")

    ends = []
    for number, (line, dash, marker) in enumerate(zip(series, cycle(DASHES), cycle(MARKERS), strict=False), start=1):
        points = [(x(i), y(v)) if v is not None else None for i, v in enumerate(line.values)]
        group = ElementTree.SubElement(svg, "g", {"class": f"chart-line chart-line-{number}"})
        _series_line(group, points, dash, marker)
        drawn = [point for point in points if point]
        if drawn:
            ends.append((drawn[-1][0], drawn[-1][1], line.name))
    for px, py, text in _spread(ends, 14):
        _text(svg, px + 10, py + 4, text, css="chart-label")
    return _to_text(svg)


def _step(ceiling: float) -> int:
    """Percent between two lines of the grid, seven lines at most: 20, 50, 100, 200, 500 and so on."""
    step = 20
    for times in cycle((2.5, 2.0, 2.0)):
        if ceiling <= 6 * step:
            break
        step = int(step * times)
    return step


def bar_chart(name: str, bars: Sequence[Bar], *, goal: float | None = None, title: str = "完成率") -> str:
    """Horizontal bars in the order given, each with its name before it and its figure at the right edge."""
    left = 16 + max((len(bar.name) for bar in bars), default=0) * 13
    plot_width, row, top = 330, 22, 22 if goal is not None else 6
    width, height = left + plot_width + 76, top + row * len(bars) + 6
    ceiling = _ceiling([*(bar.value for bar in bars), goal])
    told = "；".join(f"{bar.name} {bar.shown}" for bar in bars)
    svg = _svg(name, width, height, title, told or "暂无数据")
    for index, bar in enumerate(bars):
        y = top + index * row
        length = plot_width * max(bar.value or 0, 0) / ceiling
        _text(svg, left - 8, y + 14, bar.name, anchor="end", css="chart-label")
        ElementTree.SubElement(
            svg,
            "rect",
            {
                "class": "chart-bar",
                "x": _n(left),
                "y": _n(y + 3),
                "width": _n(length),
                "height": "14",
                "fill": "currentColor",
                "fill-opacity": "0.55",
                "stroke": "currentColor",
            },
        )
        _text(svg, left + plot_width + 6, y + 14, bar.shown)
    if goal is not None:
        at = left + plot_width * goal / ceiling
        _line(svg, at, top, at, height - 4, "chart-goal", dash="4 4")
        _text(svg, at, top - 8, f"目标 {_short(goal)}", anchor="middle", css="chart-goal-label")
    return _to_text(svg)


def sparkline(name: str, values: Sequence[Value], *, told: str) -> str:
    """A line as high as a word, for a cell of a table. `told` is what a reader hears instead."""
    width, height, pad = 84, 20, 3
    known = [v for v in values if v is not None]
    low, high = min(known, default=0), max(known, default=0)
    svg = _svg(name, width, height, told, None)
    points = [
        None
        if value is None
        else (
            pad + (width - 2 * pad) * (index / (len(values) - 1) if len(values) > 1 else 1),
            height - pad - (height - 2 * pad) * ((value - low) / (high - low) if high > low else 0.5),
        )
        for index, value in enumerate(values)
    ]
    for run in _runs(points):
        ElementTree.SubElement(
            svg,
            "polyline",
            {
                "points": " ".join(f"{_n(px)},{_n(py)}" for px, py in run),
                "fill": "none",
                "stroke": "currentColor",
                "stroke-width": "1.5",
            },
        )
    drawn = [point for point in points if point]
    if drawn:
        _marker(svg, "circle", *drawn[-1])
    return _to_text(svg)


def _svg(name: str, width: float, height: float, title: str, description: str | None) -> Element:
    ids = f"{name}-title" + (f" {name}-desc" if description is not None else "")
    svg = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "chart",
            "role": "img",
            "aria-labelledby": ids,
            "viewBox": f"0 0 {_n(width)} {_n(height)}",
            "width": _n(width),
            "height": _n(height),
        },
    )
    ElementTree.SubElement(svg, "title", {"id": f"{name}-title"}).text = title
    if description is not None:
        ElementTree.SubElement(svg, "desc", {"id": f"{name}-desc"}).text = description
    return svg


def _to_text(svg: Element) -> str:
    return ElementTree.tostring(svg, encoding="unicode")


def _text(parent: Element, x: float, y: float, text: str, *, anchor: str = "start", css: str = "chart-text") -> None:
    ElementTree.SubElement(
        parent,
        "text",
        {
            "class": css,
            "x": _n(x),
            "y": _n(y),
            "text-anchor": anchor,
            "font-size": "12",
            "fill": "currentColor",
        },
    ).text = text


def _line(
    parent: Element, x1: float, y1: float, x2: float, y2: float, css: str, *, dash: str = "", opacity: str = ""
) -> None:
    attributes = {"class": css, "x1": _n(x1), "y1": _n(y1), "x2": _n(x2), "y2": _n(y2), "stroke": "currentColor"}
    if dash:
        attributes["stroke-dasharray"] = dash
    if opacity:
        attributes["stroke-opacity"] = opacity
    ElementTree.SubElement(parent, "line", attributes)


def _series_line(group: Element, points: Sequence[Point | None], dash: str, marker: str) -> None:
    for run in _runs(points):
        attributes = {
            "points": " ".join(f"{_n(px)},{_n(py)}" for px, py in run),
            "fill": "none",
            "stroke": "currentColor",
            "stroke-width": "2",
        }
        if dash:
            attributes["stroke-dasharray"] = dash
        ElementTree.SubElement(group, "polyline", attributes)
        for px, py in run:
            _marker(group, marker, px, py)


def _marker(parent: Element, shape: str, x: float, y: float) -> None:
    if shape == "circle":
        ElementTree.SubElement(parent, "circle", {"cx": _n(x), "cy": _n(y), "r": "3", "fill": "currentColor"})
        return
    corners = {
        "square": ((-3, -3), (3, -3), (3, 3), (-3, 3)),
        "triangle": ((0, -4), (4, 3), (-4, 3)),
        "diamond": ((0, -4), (4, 0), (0, 4), (-4, 0)),
    }[shape]
    points = " ".join(f"{_n(x + dx)},{_n(y + dy)}" for dx, dy in corners)
    ElementTree.SubElement(parent, "polygon", {"points": points, "fill": "currentColor"})


def _runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    """The unbroken stretches of a line: a week without data is a gap, not a straight line across it."""
    run: list[Point] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _spread(ends: list[tuple[float, float, str]], apart: float) -> Iterator[tuple[float, float, str]]:
    """Labels at the ends of lines, pushed down until none covers another."""
    lowest: float | None = None
    for x, y, text in sorted(ends, key=lambda end: end[1]):
        placed = y if lowest is None else max(y, lowest + apart)
        lowest = placed
        yield x, placed, text


def _told(labels: Sequence[str], series: Sequence[Series], goal: float | None) -> str:
    """What the lines show, in words."""
    told = "；".join(f"{line.name}：" + "，".join(_describe(labels, line.values)) for line in series)
    return told if goal is None else f"{told}；目标 {_short(goal)}"


def _describe(labels: Sequence[str], values: Sequence[Value]) -> list[str]:
    return [
        f"{label} {_short(value)}" if value is not None else f"{label} 无数据"
        for label, value in zip(labels, values, strict=True)
    ]


def _ceiling(values: Iterable[Value]) -> float:
    highest = max((v for v in values if v is not None), default=0)
    return max(100, -(-highest // 20) * 20)


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
