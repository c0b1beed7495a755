"""Just enough SVG: a canvas with lines, bands, marks and text, and panels that map data to it.

What is drawn carries class names only; colours, widths and dashes are the style sheet's, so that one plot
serves the light page, the dark one and print.  (Matplotlib draws the same in forty times the time and three
times the space, with colours of its own; a report has hundreds of plots and ten seconds.)
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]


@dataclass
class Canvas:
    """A drawing of ``width`` by ``height`` user units, the origin at the top left."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def line(self, points: Iterable[Point], style: str) -> None:
        """A polyline."""
        self.parts.append(f'<polyline class="{style}" points="{_points(points)}"/>')

    def area(self, points: Iterable[Point], style: str) -> None:
        """A filled polygon."""
        self.parts.append(f'<polygon class="{style}" points="{_points(points)}"/>')

    def box(self, x: float, y: float, width: float, height: float, style: str) -> None:
        """A rectangle."""
        self.parts.append(f'<rect class="{style}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"/>')

    def marks(self, points: Iterable[Point], shape: str, size: float, style: str) -> None:
        """Marks of one shape ("o", "s" or "d"; "<" and ">" are arrow heads) in one path, ``size`` across."""
        self.parts.append(f'<path class="{style}" d="{"".join(_mark(x, y, shape, size / 2) for x, y in points)}"/>')

    def text(self, x: float, y: float, text: str, style: str = "", anchor: str = "start") -> None:
        """A line of text with its baseline at ``y``; ``anchor`` is start, middle or end."""
        more = f' class="{style}"' if style else ""
        more += f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.parts.append(f'<text x="{_n(x)}" y="{_n(y)}"{more}>{html.escape(text, quote=False)}</text>')

    def render(self, name: str, title: str, description: str, style: str = "plot", scale: float | None = None) -> str:
        """The SVG element, with a title and a description for those who do not see it.

        ``scale`` fixes its size, in CSS pixels a unit; without it, it fills what it stands in.
        """
        size = f' width="{_n(self.width * scale)}" height="{_n(self.height * scale)}"' if scale else ""
        said, told = html.escape(title, quote=False), html.escape(description, quote=False)
        return (
            f'<svg class="{style}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)} {_n(self.height)}" '
            f'role="img"{size} aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{said}</title>'
            f'<desc id="{name}-d">{told}</desc>{"".join(self.parts)}</svg>'
        )


@dataclass(frozen=True)
class Panel:
    """A rectangle of a canvas with data coordinates; what lies outside is drawn at its edge."""

    canvas: Canvas
    left: float
    top: float
    width: float
    height: float
    x_range: Point
    y_range: Point

    def x(self, value: float) -> float:
        low, high = self.x_range
        return self.left + self.width * min(max((value - low) / (high - low), 0.0), 1.0)

    def y(self, value: float) -> float:
        low, high = self.y_range
        return self.top + self.height * (1 - min(max((value - low) / (high - low), 0.0), 1.0))

    def at(self, x: float, y: float) -> Point:
        return self.x(x), self.y(y)

    def frame(self) -> None:
        self.canvas.box(self.left, self.top, self.width, self.height, "frame")

    def curve(self, xs: Sequence[float], ys: Sequence[float], style: str) -> None:
        self.canvas.line((self.at(x, y) for x, y in zip(xs, ys, strict=True)), style)

    def segment(self, slope: float, through: Point, style: str) -> None:
        """The part inside the panel of a straight line through a point."""
        ends = self._clipped(slope, through)
        if ends:
            self.canvas.line((self.at(*end) for end in ends), style)

    def _clipped(self, slope: float, through: Point) -> list[Point]:
        x0, y0 = through
        left, right = self.x_range
        if slope:
            bounds = sorted(x0 + (y - y0) / slope for y in self.y_range)
            left, right = max(left, bounds[0]), min(right, bounds[1])
        if left >= right:
            return []
        return [(x, y0 + slope * (x - x0)) for x in (left, right)]


def _mark(x: float, y: float, shape: str, r: float) -> str:
    corners = {
        "s": [(-r, -r), (r, -r), (r, r), (-r, r)],
        "d": [(0.0, -r), (r, 0.0), (0.0, r), (-r, 0.0)],
        "<": [(-r, 0.0), (r, -r), (r, r)],
        ">": [(r, 0.0), (-r, -r), (-r, r)],
    }.get(shape)
    if corners is None:
        return f"M{_n(x - r)} {_n(y)}a{_n(r)} {_n(r)} 0 1 0 {_n(2 * r)} 0a{_n(r)} {_n(r)} 0 1 0 {_n(-2 * r)} 0"
    return "M" + "L".join(f"{_n(x + a)} {_n(y + b)}" for a, b in corners) + "Z"


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _n(value: float) -> str:
    """A number to two digits after the point, as short as can be."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
