"""The plot of an exponent: a small multiple for every cell of a statement."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from verifier.report.numbers import claimed, measured, minus, width
from verifier.report.svg import Canvas, Panel, Point
from verifier.sampling.evidence import PROBABILITIES

Data = dict[str, Any]

#: Standard errors shown around a running exponent.
ERRORS = 2.0
#: Style classes w1 (narrowest) to w7 (widest) tell the widths apart.
SHADES = 7
#: The quantiles whose distance shows a law's scale, wherever it is centred.
SPREAD = (0.26, 0.74)
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def tile(measurement: Data, name: str, exact: Mapping[int, float] | None = None) -> str | None:
    """One cell: log-log plot, running exponents below it, the law of X_n/n^p beside; None where X is 0 throughout.

    ``exact`` maps powers of n to the coefficients of E X², where that is known.
    """
    evidence, claims = measurement["evidence"], exponents(measurement)
    if evidence is None or not claims or sum(v is not None for v in evidence["log_mean"]) < 2:
        return None
    canvas = Canvas(352, 200)
    _log_log(canvas, evidence, claims, exact)
    _running(canvas, evidence, claims)
    _laws(canvas, evidence, claims[0])
    more = "; the exact root mean square is drawn beside the samples'" if exact else ""
    return canvas.render(name, *described(measurement, claims, more=more))


def spread_tile(measurement: Data, name: str) -> str | None:
    """A claimed variance: how far two quantiles of X lie apart against n, with half the variance's exponent."""
    numbers = ("claimed", "margin", "estimate", "low", "high")
    half = [
        {**a, **{key: a[key] / 2 for key in numbers if a[key] is not None}}
        for a in _first_amended(measurement) if a["kind"] == "variance" and isinstance(a["claimed"], int | float)
    ]  # fmt: skip
    evidence = measurement["evidence"]
    if evidence is None or not half:
        return None
    found = spreads(evidence)
    if sum(v is not None for v in found) < 2:
        return None
    canvas = Canvas(352, 200)
    shown = {**evidence, "log_mean": found, "log_mean_error": [None] * len(found)}
    _log_log(canvas, shown, half, None, f"log of the range of {SPREAD[1] - SPREAD[0]:.0%} of the samples")
    _running(canvas, shown, half, "running exponent of that range")
    return canvas.render(name, *described(measurement, half, "exponent of the spread"))


def spreads(evidence: Data) -> list[float | None]:
    """The logarithm of the distance of the quantiles SPREAD at each width; None where that is 0 or unknown."""
    return [_spread(*law) for law in zip(evidence["law_sign"], evidence["law_log"], strict=True)]


def _spread(signs: Sequence[int], logs: Sequence[float | None]) -> float | None:
    if not signs:
        return None
    low, high = ((signs[k], logs[k]) for k in map(PROBABILITIES.index, SPREAD))
    top = max((v for _, v in (low, high) if v is not None), default=0.0)
    far, near = (0.0 if v is None else s * math.exp(v - top) for s, v in (high, low))
    return top + math.log(far - near) if far > near else None


def exponents(measurement: Data) -> list[Data]:
    """What is claimed of the exponent here, each value once: amended claims first, those that do not apply last."""
    found: dict[float, Data] = {}
    for answer in _first_amended(measurement):
        if isinstance(answer["claimed"], int | float) and answer["kind"] in ("order", "upper", "vanishes"):
            found.setdefault(float(answer["claimed"]), answer)
    return list(found.values())


def _first_amended(measurement: Data) -> list[Data]:
    return sorted(measurement["answers"], key=lambda a: (bool(a["outside"]), a["form"] != "amended"))


def style(answer: Data, first: bool) -> str:
    """The classes of a claim's line."""
    return "claim" + ("" if first else " other") + (" bad" if answer["verdict"] == "contradicted" else "")


def shade(number: int, count: int) -> int:
    """The style class of a width: 1 for the narrowest of ``count``."""
    return 1 + round(number * (SHADES - 1) / max(count - 1, 1))


def _points(evidence: Data, key: str) -> list[Point]:
    """log10 n and log10 of a location, at the widths that have one."""
    pairs = zip(evidence["widths"], evidence[key], strict=True)
    return [(math.log10(n), v / math.log(10)) for n, v in pairs if v is not None]


def _log_log(
    canvas: Canvas,
    evidence: Data,
    claims: Sequence[Data],
    exact: Mapping[int, float] | None,
    label: str = "log |X| against log n",
) -> None:
    points = _points(evidence, "log_mean")
    xs, ys = [x for x, _ in points], [y for _, y in points]
    pad = 0.06 * (xs[-1] - xs[0])
    left, right = xs[0] - pad, xs[-1] + pad
    centre = sum(xs) / len(xs), sum(ys) / len(ys)
    margin = claims[0]["margin"] or 0.125
    slopes = [claims[0]["claimed"] - margin, claims[0]["claimed"] + margin]
    edge = [(x, centre[1] + s * (x - centre[0])) for s, x in
            ((slopes[0], left), (slopes[0], right), (slopes[1], right), (slopes[1], left))]  # fmt: skip
    rms = _points(evidence, "log_rms") if exact else []
    grid = [left + (right - left) * k / 24 for k in range(25)] if exact else []
    curve = [_half_log(exact, x) for x in grid] if exact else []
    heights = [*ys, *(y for _, y in rms), *curve, *(y for _, y in edge)]
    low, high = min(heights), max(heights)
    spare = 0.05 * max(high - low, 0.5)
    panel = Panel(canvas, 2, 14, 182, 96, (left, right), (low - spare, high + spare))
    canvas.area([panel.at(*corner) for corner in edge], "band")
    panel.frame()
    for number, answer in enumerate(claims):
        panel.segment(answer["claimed"], centre, style(answer, not number))
    fitted = next((a for a in claims if a["estimate"] is not None), None)
    if fitted is not None:
        panel.segment(fitted["estimate"], centre, "fit")
    if exact:
        panel.curve(grid, curve, "exact")
        canvas.marks((panel.at(*p) for p in rms), "s", 5.5, "hollow exact")
    canvas.marks((panel.at(*p) for p in points), "o", 5, "point")
    canvas.text(2, 9, "log |X|,  □ log rms,  — exact" if exact else label)
    falling = ys[-1] < ys[0]
    canvas.text(6 if falling else 180, 106, _power(low), anchor="start" if falling else "end")
    canvas.text(180 if falling else 6, 24, _power(high), anchor="end" if falling else "start")


def _half_log(exact: Mapping[int, float], x: float) -> float:
    """log10 of the root of E X² = Σ c n^power at n = 10^x, in logarithms: the terms can be far beyond floats."""
    top = max(exact)
    total = sum(c * 10.0 ** max((power - top) * x, -300.0) for power, c in exact.items())
    return (top * x + math.log10(max(total, 1e-300))) / 2


def _running(canvas: Canvas, evidence: Data, claims: Sequence[Data], label: str = "running exponent") -> None:
    """The exponent between neighbouring widths."""
    rows = [
        (math.log(n), v, e or 0.0)
        for n, v, e in zip(evidence["widths"], evidence["log_mean"], evidence["log_mean_error"], strict=True)
        if v is not None
    ]
    margin = claims[0]["margin"] or 0.125
    found = [
        ((a + b) / 2 / math.log(10), (w - v) / (b - a), ERRORS * math.hypot(d, e) / (b - a))
        for (a, v, d), (b, w, e) in pairwise(rows)
    ]
    ends = rows[0][0] / math.log(10), rows[-1][0] / math.log(10)
    pad = 0.06 * (ends[1] - ends[0])
    main = float(claims[0]["claimed"])
    values = [*(a["claimed"] for a in claims), *(s for _, s, _ in found)]
    low = min(main - 2 * margin, *(v - margin / 2 for v in values))
    high = max(main + 2 * margin, *(v + margin / 2 for v in values))
    panel = Panel(canvas, 2, 129, 182, 54, (ends[0] - pad, ends[1] + pad), (low, high))
    top, bottom = panel.y(main + margin), panel.y(main - margin)
    canvas.box(panel.left, top, panel.width, bottom - top, "band")
    panel.frame()
    last = -100.0
    for number, answer in enumerate(claims):
        y = panel.y(answer["claimed"])
        canvas.line([(panel.left, y), (panel.left + panel.width, y)], style(answer, not number))
        if abs(y - last) > 8:
            canvas.text(panel.left + panel.width + 3, y + 3, claimed(answer), style(answer, not number) + " label")
            last = y
    for x, slope, error in found:
        canvas.line([panel.at(x, slope - error), panel.at(x, slope + error)], "fit")
    canvas.marks((panel.at(x, s) for x, s, _ in found), "d", 5, "fitted")
    canvas.text(2, 124, label)
    canvas.text(2, 195, f"n = {width(evidence['widths'][0])}")
    canvas.text(184, 195, f"n = {width(evidence['widths'][-1])}", anchor="end")


def _laws(canvas: Canvas, evidence: Data, claim: Data) -> None:
    """Distribution functions of X_n/n^p at each width, linear near 0 and logarithmic far from it."""
    power = float(claim["claimed"])
    laws = [
        (signs, [None if v is None else v - power * math.log(n) for v in logs])
        for n, signs, logs in zip(evidence["widths"], evidence["law_sign"], evidence["law_log"], strict=True)
        if signs
    ]
    sizes = sorted(v for v in (laws[-1][1] if laws else []) if v is not None)
    if not sizes:
        return
    scale = sizes[len(sizes) // 2]
    curves = [
        [math.asinh(s * math.exp(min(v - scale, 300.0))) if v is not None else 0.0 for s, v in zip(*law, strict=True)]
        for law in laws
    ]
    reach = 1.12 * max(abs(curves[-1][0]), abs(curves[-1][-1])) + 0.1
    left = -reach if curves[-1][0] < -0.05 * reach else -0.06 * reach
    right = reach if curves[-1][-1] > 0.05 * reach else 0.06 * reach
    panel = Panel(canvas, 224, 14, 126, 169, (left, right), (0, 1))
    zero = panel.x(0)
    canvas.line([(zero, panel.top), (zero, panel.top + panel.height)], "axis")
    panel.frame()
    for number, values in enumerate(curves):
        panel.curve(values, PROBABILITIES[: len(values)], f"law w{shade(number, len(curves))}")
    canvas.text(224, 9, f"P[{_rescaled(power)} ≤ t]")
    positive = right > 0.1 * reach
    label = f"t = {_size(right, scale)}" if positive else f"t = −{_size(-left, scale)}"
    canvas.text(350 if positive else 224, 195, label, anchor="end" if positive else "start")
    if abs((350 if positive else 224) - zero) > 6 * len(label) + 4:  # else the line at 0 speaks for itself
        canvas.text(zero, 195, "0", anchor="middle")


def _power(exponent: float) -> str:
    return _two_digits(10**exponent) if -2.5 < exponent < 4 else f"1e{minus(str(round(exponent)))}"


def _two_digits(value: float) -> str:
    return f"{float(f'{value:.2g}'):g}"


def _rescaled(power: float) -> str:
    """X / n^power as one would write it."""
    if power == 0:
        return "X"
    shown = "" if abs(power) == 1 else str(abs(int(power))).translate(RAISED) if power % 1 == 0 else f"^{abs(power):g}"
    return f"n{shown} X" if power < 0 else f"X / n{shown}"


def _size(value: float, scale: float) -> str:
    """sinh(value) · exp(scale), which may be beyond floats."""
    power = (math.log(math.sinh(value)) + scale) / math.log(10)
    return _two_digits(10**power) if -3 < power < 4 else f"1e{minus(str(round(power)))}"


def described(measurement: Data, claims: Sequence[Data], what: str = "exponent", more: str = "") -> tuple[str, str]:
    """A title and a description of a plot, for those who do not see it."""
    where = ", ".join(f"{n} = {v}" for n, v in measurement["shown"].items())
    parts = []
    for answer in claims:
        found = measured(answer)
        middle = f", measured {found}" if found else ""
        parts.append(f"claimed {what} {claimed(answer)} ({answer['form']}){middle}: {answer['verdict']}")
    return f"{measurement['quantity']} at {where}", "; ".join(parts) + more
