"""Figures over a parameter of the cells: means and variances along it, a curve for each width.

Where cells of one quantity differ in one number alone (an angle, a learning rate, an epoch), their samples make a
figure as papers draw it: the mean with two standard errors, the claimed value dashed, and beside it the variance.
Claimed variances along a width are drawn together, a curve for each cell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from verifier.quantities.select import text_of
from verifier.report.numbers import minus, short, width
from verifier.report.plots import ERRORS, shade
from verifier.report.svg import Canvas, Panel

Data = dict[str, Any]
#: Fewest values of a parameter that make a figure.
FEWEST = 3
#: A parameter whose values are above 0 and spread over more than this factor is drawn on a logarithmic axis.
DECADES = 50.0


def figures(measurements: Sequence[Data], name: str) -> list[Data]:
    """The figures of a statement: title and drawing of each."""
    found = []
    for number, (along, rows) in enumerate(_families(measurements)):
        title = _title(along, rows)
        found.append({"title": title, "svg": _figure(along, rows, f"{name}-{number}", title)})
    together = [m for m in measurements if any(a["kind"] == "variance" for a in m["answers"]) and _variances(m)]
    by_quantity: dict[str, list[Data]] = {}
    for m in together:
        by_quantity.setdefault(m["quantity"], []).append(m)
    for quantity, rows in by_quantity.items():
        if len(rows) >= 2:
            title = f"log10 Var {quantity} against log10 of the width that grows"
            found.append({"title": title, "svg": _spreads(rows, f"{name}-variance", title)})
    return found


def _families(measurements: Sequence[Data]) -> list[tuple[str, list[Data]]]:
    """Measurements that differ in one number alone, the largest such sets first; each measurement is in one set."""
    drawn = [m for m in measurements if m["evidence"] is not None and any(v is not None for v in m["evidence"]["mean"])]
    sets: dict[str, tuple[str, list[Data]]] = {}
    for m in drawn:
        for along, value in m["parameters"].items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                rest = {n: v for n, v in m["parameters"].items() if n != along}
                key = f"{m['quantity']} {m['widths']} {along} {sorted(rest.items(), key=str)}"
                sets.setdefault(key, (along, []))[1].append(m)
    chosen, used = [], set[int]()
    for along, rows in sorted(sets.values(), key=lambda found: -len(found[1])):
        fresh = [m for m in rows if id(m) not in used]
        if len({m["parameters"][along] for m in fresh}) >= FEWEST:
            used |= {id(m) for m in fresh}
            chosen.append((along, sorted(fresh, key=lambda m: float(m["parameters"][along]))))
    places = {id(m): number for number, m in enumerate(drawn)}
    return sorted(chosen, key=lambda found: min(places[id(m)] for m in found[1]))


def _title(along: str, rows: Sequence[Data]) -> str:
    fixed = ", ".join(f"{n} = {text_of(v)}" for n, v in rows[0]["parameters"].items() if n != along)
    return f"{rows[0]['quantity']} against {along}{f' ({fixed})' if fixed else ''}"


def _figure(along: str, rows: Sequence[Data], name: str, title: str) -> str:
    canvas = Canvas(610, 196)
    values = [float(m["parameters"][along]) for m in rows]
    log = min(values) > 0 and max(values) / min(values) > DECADES
    xs = [math.log10(v) for v in values] if log else values
    widths = rows[0]["evidence"]["widths"]
    means = [_column(rows, "mean", w) for w in range(len(widths))]
    errors = [_column(rows, "mean_error", w) for w in range(len(widths))]
    claims = [_claimed(rows, n) for n in widths]
    _panel(canvas, 2, 300, xs, means, errors, claims)
    spread = [[_log_variance(m, w) for m in rows] for w in range(len(widths))]
    if any(v is not None for line in spread for v in line):
        _panel(canvas, 352, 206, xs, spread, None, [])
        canvas.text(352, 9, "log10 of the variance")
    canvas.text(2, 9, f"mean, ± {ERRORS:g} standard errors" + ("; dashed: claimed" if any(claims) else ""))
    for left, right in ((2.0, 302.0), (352.0, 558.0)):
        canvas.text(left, 172, f"{along} = {minus(f'{values[0]:g}')}")
        canvas.text(right, 172, minus(f"{values[-1]:g}") + (" (log)" if log else ""), anchor="end")
    told = ", ".join(width(n) for n in widths) if len(widths) <= 4 else f"{width(widths[0])} … {width(widths[-1])}"
    canvas.text(2, 190, f"a curve a width, darker for wider: {told}")
    said = "; ".join(
        f"{along} {value:g}: " + _said(widths, at)
        for value, at in zip(values, zip(*means, strict=True), strict=True)
    )  # fmt: skip
    return canvas.render(name, title, said, "plot profile")


def _panel(
    canvas: Canvas, left: float, size: float, xs: Sequence[float], lines: Sequence[Sequence[float | None]],
    errors: Sequence[Sequence[float | None]] | None, claims: Sequence[Sequence[float] | None],
) -> None:  # fmt: skip
    heights = [v for line in lines for v in line if v is not None]
    if errors is not None:
        pairs = [(v, e or 0.0) for line, off in zip(lines, errors, strict=True) for v, e in zip(line, off, strict=True)
                 if v is not None]  # fmt: skip
        heights += [v + s * ERRORS * e for v, e in pairs for s in (-1, 1)]
    heights += [v for claim in claims if claim for v in claim]
    low, high = min(heights), max(heights)
    spare = 0.06 * (high - low) or 0.1
    pad = 0.03 * (xs[-1] - xs[0]) or 0.5
    panel = Panel(canvas, left, 14, size, 144, (xs[0] - pad, xs[-1] + pad), (low - spare, high + spare))
    panel.frame()
    for claim in claims:
        if claim:
            panel.curve(xs, claim, "claim")
    for number, line in enumerate(lines):
        known = [(x, v) for x, v in zip(xs, line, strict=True) if v is not None]
        style = f"law w{shade(number, len(lines))}"
        panel.curve([x for x, _ in known], [v for _, v in known], style)
        if errors is not None:
            for x, v, e in zip(xs, line, errors[number], strict=True):
                if v is not None and e:
                    canvas.line([panel.at(x, v - ERRORS * e), panel.at(x, v + ERRORS * e)], style)
        canvas.marks((panel.at(x, v) for x, v in known), "o", 4, "point")
    canvas.text(left + size + 2, 22, short(high))
    canvas.text(left + size + 2, 156, short(low))


def _spreads(rows: Sequence[Data], name: str, title: str) -> str:
    """Variances along the width, a curve a cell, with what the cell fixes beside its end."""
    canvas = Canvas(610, 196)
    lines = [(m, _variances(m)) for m in rows]
    xs = [x for _, line in lines for x, _ in line]
    ys = [y for _, line in lines for _, y in line]
    panel = Panel(canvas, 2, 14, 300, 144, (min(xs) - 0.05, max(xs) + 0.05), (min(ys) - 0.1, max(ys) + 0.1))
    panel.frame()
    canvas.text(2, 9, title)
    shared = set.intersection(*(set(_fixed(m).items()) for m in rows))
    last = -100.0
    ends = sorted(((panel.y(line[-1][1]), m, line) for m, line in lines), key=lambda end: end[0])
    for number, (y, m, line) in enumerate(ends):
        panel.curve([x for x, _ in line], [v for _, v in line], f"law w{shade(number, len(ends))}")
        canvas.marks((panel.at(x, v) for x, v in line), "o", 4, "point")
        last = max(y + 3, last + 11)
        told = ", ".join(f"{n} = {v}" for n, v in _fixed(m).items() if (n, v) not in shared)
        canvas.text(308, last, told or "both widths grow")
    canvas.text(2, 172, f"width {width(round(10 ** min(xs)))}")
    canvas.text(302, 172, width(round(10 ** max(xs))), anchor="end")
    said = "; ".join(f"{_fixed(m)}: " + ", ".join(f"{v:.2f}" for _, v in line) for m, line in lines)
    return canvas.render(name, title, said, "plot profile")


def _fixed(measurement: Data) -> dict[str, str]:
    return {name: text_of(value) for name, value in measurement["parameters"].items()}


def _variances(measurement: Data) -> list[tuple[float, float]]:
    """log10 of the width and of the variance there."""
    evidence = measurement["evidence"]
    if evidence is None:
        return []
    pairs = [(n, _log_variance(measurement, k)) for k, n in enumerate(evidence["widths"])]
    return [(math.log10(n), v) for n, v in pairs if v is not None]


def _log_variance(measurement: Data, number: int) -> float | None:
    evidence: Mapping[str, Any] = measurement["evidence"]
    error, count = evidence["mean_error"][number], evidence["counts"][number]
    return math.log10(error * error * count) if error else None


def _column(rows: Sequence[Data], key: str, number: int) -> list[float | None]:
    return [m["evidence"][key][number] for m in rows]


def _claimed(rows: Sequence[Data], n: int) -> list[float] | None:
    """What the first claim with a value says at each row, at width n; None where some row has none."""
    found = []
    for m in rows:
        stated = [dict(map(tuple, a["values"])).get(n) for a in m["answers"] if a["values"] and not a["outside"]]
        if not stated or stated[0] is None:
            return None
        found.append(float(stated[0]))
    return found


def _said(widths: Sequence[int], means: Sequence[float | None]) -> str:
    return ", ".join(f"{short(v)} at {n}" for n, v in zip(widths, means, strict=True) if v is not None)
