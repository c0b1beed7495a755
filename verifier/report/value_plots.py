"""Plots of what is no exponent: means against stated values, laws against stated laws, shares of the samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.report.numbers import short, width
from verifier.report.plots import ERRORS, described, shade, style
from verifier.report.svg import Canvas, Panel
from verifier.sampling.evidence import PROBABILITIES

Data = dict[str, Any]

#: Kinds of claims that state a number which means or whole samples approach.
VALUES = ("value", "constant")
#: Quantiles beyond these are left out of a panel, so that its middle can be seen.
OUTER = 2


@dataclass(frozen=True)
class AtWidth:
    """What was measured at one width, with so much to either side."""

    n: int
    at: float
    error: float


def value_tile(measurement: Data, name: str) -> str | None:
    """The mean against the width beside what is claimed of it, and the laws of X; None without such a claim."""
    claims = _distinct(measurement, VALUES)
    evidence = measurement["evidence"]
    if evidence is None or not claims:
        return None
    columns = zip(evidence["widths"], evidence["mean"], evidence["mean_error"], strict=True)
    rows = [AtWidth(n, at, ERRORS * (error or 0.0)) for n, at, error in columns if at is not None]
    if len(rows) < 2:
        return None
    canvas = Canvas(352, 128)
    _against_width(canvas, rows, claims, "mean of X against log n", 96)
    _distributions(canvas, evidence, [_stated(claims[0], rows[-1].n)])
    return canvas.render(name, *described(measurement, claims, "value"))


def law_tile(measurement: Data, name: str) -> str | None:
    """The laws of X by width beside the claimed law, and their difference; None without a claimed law."""
    claims = [answer for answer in _distinct(measurement, ("law",)) if answer["law"] is not None]
    evidence = measurement["evidence"]
    if evidence is None or not claims:
        return None
    canvas = Canvas(352, 128)
    laws = _quantiles(evidence)
    panel = Panel(canvas, 2, 14, 182, 96, _range(laws), (0, 1))
    panel.frame()
    for number, values in enumerate(laws):
        panel.curve(values, PROBABILITIES[: len(values)], f"law w{shade(number, len(laws))}")
    for number, answer in enumerate(claims):
        panel.curve(laws[-1], answer["law"][-1], style(answer, not number))
    canvas.text(2, 9, "P[X ≤ t], dashed: claimed")
    _ends(canvas, panel)
    differences = [
        [p - stated for p, stated in zip(PROBABILITIES, answer["law"][-1], strict=False)] for answer in claims
    ]
    margin = claims[0]["margin"] or 0.05
    reach = 1.15 * max(margin, *(abs(v) for values in differences for v in values))
    right = Panel(canvas, 224, 14, 126, 96, (0, 1), (-reach, reach))
    top, bottom = right.y(margin), right.y(-margin)
    canvas.box(right.left, top, right.width, bottom - top, "band")
    right.frame()
    for answer, values in zip(claims, differences, strict=True):
        right.curve(PROBABILITIES[: len(values)], values, "fit" + " bad" * (answer["verdict"] == "contradicted"))
    canvas.text(224, 9, f"less claimed, ± {margin:g}")
    canvas.text(224, 122, "0")
    canvas.text(350, 122, "P = 1", anchor="end")
    return canvas.render(name, *described(measurement, claims, "law"))


def share_tile(measurement: Data, name: str, kind: str) -> str | None:
    """The share of samples that are 0 (kind "atom"), or positive among the others ("mean-zero"), by width."""
    claims = _distinct(measurement, (kind,))
    evidence = measurement["evidence"]
    if evidence is None or not claims:
        return None
    counts, zeros = evidence["counts"], evidence["zeros"]
    if kind == "mean-zero":
        claims = [{**claims[0], "claimed": 0.5}]
        pairs = list(zip(evidence["positives"], (a - b for a, b in zip(counts, zeros, strict=True)), strict=True))
    else:
        pairs = list(zip(zeros, counts, strict=True))
    rows = [_share(n, *pair) for n, pair in zip(evidence["widths"], pairs, strict=True) if pair[1]]
    if not rows:
        return None
    canvas = Canvas(352, 84)
    title = "P[X = 0]" if kind == "atom" else "P[X > 0 | X ≠ 0]"
    _against_width(canvas, rows, claims, f"{title} against log n", 52)
    return canvas.render(name, *described(measurement, claims, "share"))


def _share(n: int, part: int, whole: int) -> AtWidth:
    """Wilson's interval: it does not shrink to nothing at 0 and 1."""
    z = ERRORS**2 / whole
    middle = (part / whole + z / 2) / (1 + z)
    half = ERRORS * math.sqrt(part / whole * (1 - part / whole) / whole + z / (4 * whole)) / (1 + z)
    return AtWidth(n, middle, half)


def _distinct(measurement: Data, kinds: Sequence[str]) -> list[Data]:
    """Claims of these kinds, each content once: amended ones first, those that do not apply last."""
    found: dict[str, Data] = {}
    for answer in sorted(measurement["answers"], key=lambda a: (bool(a["outside"]), a["form"] != "amended")):
        if answer["kind"] in kinds:
            found.setdefault(f"{answer['claimed']} {answer['values']}", answer)
    return list(found.values())


def _stated(answer: Data, n: int) -> float:
    """What is claimed at width n."""
    found: Any = dict(answer["values"]).get(n, answer["claimed"])
    return float(found)


def _against_width(canvas: Canvas, rows: Sequence[AtWidth], claims: Sequence[Data], title: str, height: float) -> None:
    """Dots with intervals against log n, and a dashed line a claim; the band is the first claim's margin."""
    xs = [math.log10(row.n) for row in rows]
    pad = 0.06 * (xs[-1] - xs[0]) or 0.5
    first = claims[0]
    lines: list[list[float]] = [[_stated(answer, row.n) for row in rows] for answer in claims]
    margin: Callable[[float], float] = (
        (lambda v: abs(v) * (first["margin"] or 0.0)) if first["values"] and first["kind"] in VALUES
        else (lambda v: first["margin"] or 0.0)
    )  # fmt: skip
    edges = [v + sign * margin(v) for v in lines[0] for sign in (-1, 1)]
    heights = [*edges, *(v for line in lines for v in line), *(r.at + s * r.error for r in rows for s in (-1, 1))]
    low, high = min(heights), max(heights)
    spare = 0.08 * (high - low) or 0.1
    panel = Panel(canvas, 2, 14, 182, height, (xs[0] - pad, xs[-1] + pad), (low - spare, high + spare))
    ends = [xs[0] - pad, *xs, xs[-1] + pad]
    level = [lines[0][0], *lines[0], lines[0][-1]]
    upper = [panel.at(x, v + margin(v)) for x, v in zip(ends, level, strict=True)]
    lower = [panel.at(x, v - margin(v)) for x, v in zip(ends, level, strict=True)]
    canvas.area([*upper, *reversed(lower)], "band")
    panel.frame()
    last = -100.0
    for number, (answer, line) in enumerate(zip(claims, lines, strict=True)):
        panel.curve(ends, [line[0], *line, line[-1]], style(answer, not number))
        y = panel.y(line[-1])
        if abs(y - last) > 8:
            canvas.text(panel.left + panel.width + 3, y + 3, short(line[-1]), style(answer, not number) + " label")
            last = y
    for x, row in zip(xs, rows, strict=True):
        canvas.line([panel.at(x, row.at - row.error), panel.at(x, row.at + row.error)], "fit")
    canvas.marks((panel.at(x, row.at) for x, row in zip(xs, rows, strict=True)), "o", 5, "point")
    canvas.text(2, 9, title)
    canvas.text(2, 14 + height + 12, f"n = {width(rows[0].n)}")
    canvas.text(184, 14 + height + 12, f"n = {width(rows[-1].n)}", anchor="end")


def _quantiles(evidence: Data) -> list[list[float]]:
    return [
        [0.0 if log is None else sign * math.exp(min(log, 700.0)) for sign, log in zip(*law, strict=True)]
        for law in zip(evidence["law_sign"], evidence["law_log"], strict=True) if law[0]
    ]  # fmt: skip


def _range(laws: Sequence[Sequence[float]]) -> tuple[float, float]:
    low, high = min(law[OUTER] for law in laws), max(law[-1 - OUTER] for law in laws)
    spare = 0.04 * (high - low) or 0.1 * abs(high) or 0.1
    return low - spare, high + spare


def _distributions(canvas: Canvas, evidence: Data, marks: Sequence[float]) -> None:
    """Distribution functions of X at each width, with a dashed line at each of ``marks``; nothing for constants."""
    laws = _quantiles(evidence)
    if not laws or max(law[-1 - OUTER] - law[OUTER] for law in laws) < 1e-6 * max(abs(v) for v in laws[0]):
        return
    panel = Panel(canvas, 224, 14, 126, 96, _range(laws), (0, 1))
    panel.frame()
    for number, values in enumerate(laws):
        panel.curve(values, PROBABILITIES[: len(values)], f"law w{shade(number, len(laws))}")
    for value in marks:
        canvas.line([panel.at(value, 0), panel.at(value, 1)], "claim")
    canvas.text(224, 9, "P[X ≤ t]")
    _ends(canvas, panel)


def _ends(canvas: Canvas, panel: Panel) -> None:
    """The values at the two ends of a panel's horizontal axis."""
    below = panel.top + panel.height + 12
    canvas.text(panel.left, below, short(panel.x_range[0]))
    canvas.text(panel.left + panel.width, below, f"t = {short(panel.x_range[1])}", anchor="end")
