"""The picture of ``verifier fit --plot``: a small log-log plot for every group, as a file of its own.

Slopes can be compared by eye: all panels have the same number of decades, unless one needs very many.  What is shown
is what was decided from: each sample where there are few, the typical |X| (or the spread, or the mean) at each width,
the claim with its margin as a band, the fitted slope.  The verdict stands over each panel as a word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from verifier.datafiles import Array, Grouped, Means, Samples
from verifier.fits.groups import GroupFit, by_interest, claim_text
from verifier.inference import Decision
from verifier.report.svg import Canvas, Panel, Point

#: What is drawn for a kind: the size of X, its spread, or its mean on a linear axis.
DRAWN = {
    "order": "size",
    "upper": "size",
    "to-zero": "size",
    "constant": "spread",
    "variance": "spread",
    "limit": "mean",
    "mean-order": "mean-size",
    "variance-order": "spread",
}
#: Panels at most; what is not as expected is drawn first.
PANELS = 60
#: Samples a width up to which each is drawn.
DOTS = 20
#: Decades that all panels share at most.
SHARED = 4.0
_WIDTH, _HEIGHT = 196.0, 122.0
_LEFT, _TOP, _GAP_X, _GAP_Y = 44.0, 60.0, 48.0, 56.0

STYLE = """
.paper{fill:#fff}text{font:11px 'DejaVu Sans',Verdana,'Liberation Sans',Arial,Helvetica,sans-serif;fill:#222}
.title{font-size:14px;font-weight:bold}.head{font-weight:bold}.small{font-size:10px;fill:#555}
.frame{fill:none;stroke:#999;stroke-width:1}.grid{fill:none;stroke:#ddd;stroke-width:.6}.band{fill:#e4e9f2}
.claim{fill:none;stroke:#5b6b8c;stroke-width:1.2;stroke-dasharray:4 3}.dot{fill:#888;fill-opacity:.55}
.mean{fill:#111}.bar{fill:none;stroke:#111;stroke-width:1}.fit{fill:none;stroke-width:1.8}
.consistent{stroke:#1b7837}.contradicted{stroke:#b2182b}.open{stroke:#b8860b}
.w-consistent{fill:#1b7837}.w-contradicted{fill:#b2182b;font-weight:bold}.w-open{fill:#8a6508}
"""


@dataclass(frozen=True)
class _Curve:
    """What one panel shows: log10 n against log10 of a location (or the location itself where ``linear``)."""

    points: tuple[Point, ...]
    errors: tuple[float, ...]
    dots: tuple[Point, ...]
    linear: bool


def save(path: Path, data: Grouped, kind: str, fits: Sequence[GroupFit]) -> None:
    """Write the picture to ``path``, as .svg or .png.  Raises ValueError for what cannot be drawn or written."""
    check(path, kind)
    text = picture(data, kind, fits)
    try:
        if path.suffix.lower() == ".png":
            path.write_bytes(png(text))
        else:
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ValueError(f"--plot {path}: cannot be written: {error.strerror or error}") from None


def check(path: Path, kind: str) -> None:
    """ValueError, before anything is computed, where no picture can be made."""
    if path.suffix.lower() not in (".svg", ".png"):
        raise ValueError(f"--plot {path}: the suffix {path.suffix!r} is not .svg or .png")
    if kind not in DRAWN:
        raise ValueError(f"--plot {path}: --kind {kind} has no picture; {', '.join(DRAWN)} have")
    if not path.parent.is_dir():
        raise ValueError(f"--plot {path}: there is no directory {path.parent}")
    if path.suffix.lower() == ".png":
        _resvg()


def picture(data: Grouped, kind: str, fits: Sequence[GroupFit]) -> str:
    """An SVG document of its own, colours and all."""
    shown = _arranged(fits)
    columns = _columns(shown)
    lines = -(-len(shown) // columns)
    width = max(_LEFT + columns * (_WIDTH + _GAP_X), 480.0)
    canvas = Canvas(width, _TOP + lines * (_HEIGHT + _GAP_Y) + 26)
    canvas.parts.append(f"<style>{STYLE}</style>")
    canvas.box(0, 0, canvas.width, canvas.height, "paper")
    title = _title(data, kind, fits)
    canvas.text(12, 20, title, "title")
    curves = [None if found is None else _curve(found, kind) for found in shown]
    span = _shared_span([curve for curve in curves if curve is not None])
    for number, (found, curve) in enumerate(zip(shown, curves, strict=True)):
        if found is not None:
            left = _LEFT + (number % columns) * (_WIDTH + _GAP_X)
            _panel(canvas, left, _TOP + (number // columns) * (_HEIGHT + _GAP_Y), found, curve, span, kind)
    more = len(fits) - sum(found is not None for found in shown)
    _legend(canvas, kind, more)
    said = "; ".join(f"{f.group.label or 'all'}: {_figure(f)}, {f.word}" for f in by_interest(fits)[:PANELS])
    return canvas.render("fit", title, said, scale=1.0) + "\n"


def png(svg: str) -> bytes:
    """The picture in pixels, two a unit.  Raises ValueError where a font or a renderer is missing."""
    found = bytes(_resvg().svg_to_bytes(svg_string=svg, zoom=2))
    probe = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='20'>{}</svg>"
    style = f"<style>{STYLE}</style>"
    blank, text = (
        bytes(_resvg().svg_to_bytes(svg_string=probe.format(style + body))) for body in ("", "<text y='15'>MMM</text>")
    )
    if blank == text:
        raise ValueError("to draw PNG a font is needed (DejaVu Sans, Liberation Sans or Arial), and none is installed")
    return found


def _resvg() -> Any:
    try:
        import resvg_py
    except ImportError:
        raise ValueError("to draw PNG install resvg-py: pip install 'wide-verifier[png]' (or use .svg)") from None
    return resvg_py


def _title(data: Grouped, kind: str, fits: Sequence[GroupFit]) -> str:
    targets = {found.expect for found in fits}
    quantity = data.plan.values[0] if len(data.plan.values) == 1 else "X"
    expect = next(iter(targets)) if len(targets) == 1 else "p"
    return f"{claim_text(kind, expect, quantity, fits[0].log_power)},  n = {data.variable}"


def _arranged(fits: Sequence[GroupFit]) -> list[GroupFit | None]:
    """In lines of modules with a column for each step where that fits, else what is not as expected first."""
    ordered = by_interest(fits)
    keys = [found.group.key for found in ordered]
    if all(len(key) == 2 for key in keys):
        rows = list(dict.fromkeys(key[0][1] for key in keys))
        columns = list(dict.fromkeys(found.group.key[1][1] for found in fits))
        if 2 <= len(columns) <= 6 and len(rows) * len(columns) <= PANELS:
            places = {(key[0][1], key[1][1]): found for key, found in zip(keys, ordered, strict=True)}
            return [places.get((row, column)) for row in rows for column in columns]
    return list(ordered[:PANELS])


def _columns(shown: Sequence[GroupFit | None]) -> int:
    keys = [found.group.key for found in shown if found is not None]
    steps = len({key[1][1] for key in keys}) if all(len(key) == 2 for key in keys) else 0
    if 2 <= steps <= 6 and len(shown) % steps == 0:
        return steps
    return min(4, len(shown))


def _curve(found: GroupFit, kind: str) -> _Curve:
    data, what = found.group.data, DRAWN[kind]
    if isinstance(data, Means):
        linear = what == "mean"
        rows = [(n, m, e) for n, (m, e) in data.cells.items() if math.isfinite(m) and (linear or m != 0)]
        points = tuple((math.log10(n), m if linear else math.log10(abs(m))) for n, m, _ in rows)
        errors = tuple(2 * e if linear else 2 * e / abs(m) / math.log(10) for _, m, e in rows)
        return _Curve(points, errors, (), linear)
    assert isinstance(data, Samples)
    pairs, errors_, dots = [], [], []
    for cell, values in data.cells.items():
        x, finite = math.log10(cell[0]), values[np.isfinite(values)]
        found_ = _location(finite, what)
        if found_ is None:
            continue
        pairs.append((x, found_[0]))
        errors_.append(found_[1])
        if what in ("size", "mean") and finite.size <= DOTS:
            shown = finite if what == "mean" else np.log10(np.abs(finite[finite != 0]))
            dots += [(x, float(y)) for y in shown]
    return _Curve(tuple(pairs), tuple(errors_), tuple(dots), what == "mean")


def _location(values: Array, what: str) -> tuple[float, float] | None:
    """The point of a width, and two standard errors."""
    if what == "size":
        values = np.log10(np.abs(values[values != 0]))
    if not values.size:
        return None
    if what == "spread":
        spread = float(np.std(values, ddof=1)) if values.size > 1 else 0.0
        return (math.log10(spread), 0.0) if spread > 0 else None
    error = 2 * float(np.std(values, ddof=1)) / math.sqrt(values.size) if values.size > 1 else 0.0
    mean = float(np.mean(values))
    if what == "mean-size":
        return (math.log10(abs(mean)), error / abs(mean) / math.log(10)) if mean else None
    return mean, error


def _shared_span(curves: Sequence[_Curve]) -> float:
    spans = [_span(curve) for curve in curves if curve.points]
    fitting = [span for span in spans if span <= SHARED]
    return max(fitting, default=1.0)


def _span(curve: _Curve) -> float:
    ys = [y for _, y in (*curve.points, *curve.dots)]
    return max(max(ys) - min(ys), 0.4) * 1.15


def _panel(
    canvas: Canvas, left: float, top: float, found: GroupFit, curve: _Curve | None, span: float, kind: str
) -> None:
    word = str(found.verdict)
    style = word if word in ("consistent", "contradicted") else "open"
    canvas.text(left, top - 16, _shortened(found.group.label, 30), "head")
    canvas.text(left, top - 4, _said(found), f"w-{style}")
    if curve is None or len(curve.points) < 2:
        canvas.box(left, top, _WIDTH, _HEIGHT, "frame")
        canvas.text(left + _WIDTH / 2, top + _HEIGHT / 2, "nothing to draw", "small", anchor="middle")
        return
    decision = found.findings[0].decision if found.findings else None
    panel = _axes(canvas, left, top, curve, span, decision)
    if decision is not None:
        _claim(panel, curve, decision, kind, found.log_power)
        if not math.isnan(decision.estimate) and not curve.linear:
            _line(panel, curve, _slope(decision.estimate, kind), found.log_power, f"fit {style}")
    canvas.marks((panel.at(*p) for p in curve.dots), "o", 3.6, "dot")
    for (x, y), error in zip(curve.points, curve.errors, strict=True):
        canvas.line([panel.at(x, y - error), panel.at(x, y + error)], "bar")
    canvas.marks((panel.at(*p) for p in curve.points), "o", 5, "mean")
    panel.frame()


def _slope(exponent: float, kind: str) -> float:
    """The slope of what is drawn: the spread of X goes as the root of its variance."""
    return exponent / 2 if kind in ("variance", "variance-order") else exponent


def _claim(panel: Panel, curve: _Curve, decision: Decision, kind: str, log_power: float) -> None:
    """The claim with its margin: a fan of slopes through the centre, or a band of values."""
    claimed, margin = decision.claimed, decision.margin
    if math.isnan(claimed):
        return
    left, right = panel.x_range
    if DRAWN[kind] == "mean":
        low, high = claimed - margin, claimed + margin
        corners = [(left, low), (right, low), (right, high), (left, high)]
        panel.canvas.area([panel.at(*p) for p in corners], "band")
        panel.segment(0.0, (left, claimed), "claim")
        return
    low_law, high_law = (_law(curve, _slope(claimed + room, kind), log_power) for room in (-margin, margin))
    grid = _grid(panel)
    edge = [*((x, low_law(x)) for x in grid), *((x, high_law(x)) for x in reversed(grid))]
    panel.canvas.area((panel.at(*p) for p in edge), "band")  # at each x what lies outside ends at the frame
    _line(panel, curve, _slope(claimed, kind), log_power, "claim")


def _grid(panel: Panel) -> list[float]:
    left, right = panel.x_range
    return [left + (right - left) * k / 48 for k in range(49)]


def _law(curve: _Curve, slope: float, log_power: float) -> Callable[[float], float]:
    """log10 of c n^slope (log n)^log_power against log10 n, through the centre of the points."""

    def shape(x: float) -> float:
        return slope * x + (log_power * math.log10(max(x * math.log(10), 1e-3)) if log_power else 0.0)

    shift = sum(y - shape(x) for x, y in curve.points) / len(curve.points)
    return lambda x: shape(x) + shift


def _line(panel: Panel, curve: _Curve, slope: float, log_power: float, style: str) -> None:
    """The part of that law that lies inside the panel."""
    law = _law(curve, slope, log_power)
    if not log_power:
        x = panel.x_range[0]
        panel.segment(slope, (x, law(x)), style)
        return
    low, high = panel.y_range
    panel.canvas.line([panel.at(x, law(x)) for x in _grid(panel) if low <= law(x) <= high], style)


def _axes(canvas: Canvas, left: float, top: float, curve: _Curve, span: float, decision: Decision | None) -> Panel:
    xs = [x for x, _ in curve.points]
    ys = [y for _, y in (*curve.points, *curve.dots)]
    pad = 0.06 * (xs[-1] - xs[0])
    if curve.linear:
        low, high = min(ys), max(ys)
        if decision is not None and math.isfinite(decision.claimed):  # what lies outside would be drawn at the edge
            low, high = min(low, decision.claimed - decision.margin), max(high, decision.claimed + decision.margin)
        spare = 0.08 * (high - low) or 0.1 * abs(high) or 0.1
        y_range = (low - spare, high + spare)
    else:
        own = max(span, _span(curve)) if _span(curve) <= SHARED else _span(curve)
        middle = (min(ys) + max(ys)) / 2
        y_range = (middle - own / 2, middle + own / 2)
    panel = Panel(canvas, left, top, _WIDTH, _HEIGHT, (xs[0] - pad, xs[-1] + pad), y_range)
    for y, label in _ticks(*y_range, linear=curve.linear):
        canvas.line([panel.at(panel.x_range[0], y), panel.at(panel.x_range[1], y)], "grid")
        canvas.text(left - 4, panel.y(y) + 3.5, label, "small", anchor="end")
    bottom = top + _HEIGHT
    last = -100.0
    for x, _ in curve.points:
        canvas.line([(panel.x(x), bottom), (panel.x(x), bottom + 3)], "frame")
        label = f"{round(10**x)}"
        reach = 3.4 * len(label) + 4
        edge = panel.x(xs[-1]) - 3.4 * len(f"{round(10 ** xs[-1])}") - 4
        if panel.x(x) - reach > last and (x == xs[-1] or panel.x(x) + reach < edge):
            canvas.text(panel.x(x), bottom + 14, label, "small", anchor="middle")
            last = panel.x(x) + reach
    return panel


def _ticks(low: float, high: float, linear: bool) -> list[tuple[float, str]]:
    """At most five round values with their labels: 1, 2, 5 times powers of ten, or powers of ten alone."""
    if linear:
        step = 10 ** math.floor(math.log10(high - low))
        step = next(s for s in (0.2 * step, 0.5 * step, step, 2 * step, 5 * step) if (high - low) / s <= 5)
        first = math.ceil(low / step)
        return [(k * step, f"{k * step:.6g}") for k in range(first, math.floor(high / step) + 1)]
    for digits in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        found = [
            (math.log10(d) + k, f"{d * 10.0**k:.3g}")
            for k in range(math.floor(low) - 1, math.ceil(high) + 1)
            for d in digits
            if low <= math.log10(d) + k <= high
        ]
        if 1 <= len(found) <= 5:
            return found
    return found[:: -(-len(found) // 5)]


_MARKS = {
    "size": "typical |X| with two standard errors",
    "spread": "standard deviation of X",
    "mean": "mean of X with two standard errors",
    "mean-size": "|mean of X| with two standard errors",
}


def _legend(canvas: Canvas, kind: str, more: int) -> None:
    what = DRAWN[kind]
    line = f"● {_MARKS[what]};  dashed, grey: the claim and its margin" + ("" if what == "mean" else ";  line: the fit")
    canvas.text(12, canvas.height - 22, line, "small")
    if more:
        canvas.text(12, canvas.height - 8, f"{more} more groups are not drawn", "small")


def _said(found: GroupFit) -> str:
    """``+0.498: contradicted``."""
    return ": ".join(part for part in (_figure(found), found.word) if part)


def _figure(found: GroupFit) -> str:
    return "" if math.isnan(found.estimate) else f"{found.estimate:+.3f}".replace("-", "−")


def _shortened(text: str, most: int) -> str:
    """The two ends of a long name, which tell it from others."""
    return text if len(text) <= most else f"{text[: most // 2 - 1]}…{text[-(most // 2) :]}"
