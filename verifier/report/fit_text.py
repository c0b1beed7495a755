"""What ``verifier fit`` prints: one group in full, or many as a table of exponents, what is not as expected first.

Every line makes sense without colour and fits into 80 columns; the marks of the table are explained beneath it.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from verifier.datafiles import Grouped, Means, Samples
from verifier.datafiles.table import printable
from verifier.fits.fitting import Finding
from verifier.fits.groups import GroupFit, by_interest, claim_text, overall

#: Colours as in :mod:`verifier.report.text`, which takes a second to import.
STYLES = {"consistent": "green", "contradicted": "bold red"}
MARKS = {"consistent": " ", "contradicted": "x", "inconclusive": "?", "invalid": "!"}
#: Reasons that are printed before the rest is only counted.
LISTED = 8


def as_plain(data: Grouped, kind: str, fits: Sequence[GroupFit]) -> dict[str, Any]:
    """Plain data for JSON: that of the decision where there is one group, else of each group."""
    plan = data.plan
    columns = {"width": list(plan.width), "value": list(plan.values), "by": list(plan.by), "stderr": plan.stderr}
    if len(fits) == 1 and not fits[0].group.key and fits[0].fitted is not None:
        return {**fits[0].fitted.as_dict(), "variable": data.variable, "columns": columns, "notes": list(data.notes)}
    return {
        "kind": kind,
        "verdict": str(overall(fits)),
        "variable": data.variable,
        "columns": columns,
        "notes": list(data.notes),
        "rows": data.rows,
        "groups": [found.as_dict() for found in fits],
    }


def render(data: Grouped, kind: str, fits: Sequence[GroupFit], console: Console, verbose: int = 0) -> None:
    """Print the verdicts."""
    for note in data.notes:
        console.print(Text(note, style="dim"))
    if len(fits) == 1 and not fits[0].group.key and fits[0].fitted is not None:
        console.print(_samples(fits[0].group.data))
        _print_findings(fits[0], console, verbose)
        return
    _heading(data, kind, fits, console)
    ordered = by_interest(fits)
    matrix = _matrix(ordered, console.width) or _matrix(ordered, console.width, swapped=True)
    for line in matrix if matrix is not None else _list(ordered, console.width):
        console.print(line, soft_wrap=True)
    _legend(ordered, console)
    _reasons(ordered, console, verbose)


def _samples(data: Samples | Means) -> Table:
    """What is at each width."""
    if isinstance(data, Means):
        table = Table(box=None, pad_edge=False)
        for name in (data.name, "mean", "standard error"):
            table.add_column(name, justify="right")
        for n, (mean, error) in data.cells.items():
            table.add_row(str(n), f"{mean:.5g}", f"{error:.2g}")
        return table
    table = Table(box=None, pad_edge=False)
    for name in (*data.names, "samples", "zeros", "typical |value|"):
        table.add_column(name, justify="right")
    for cell, values in data.cells.items():
        size = np.abs(values[(values != 0) & np.isfinite(values)])
        typical = f"{np.exp(np.mean(np.log(size))):.4g}" if size.size else "-"
        zeros = int(np.count_nonzero(values == 0))
        table.add_row(*(str(n) for n in cell), str(values.size), str(zeros), typical)
    return table


def _print_findings(found: GroupFit, console: Console, verbose: int) -> None:
    for finding in found.findings:
        word = str(finding.status)
        style = STYLES.get(word, "yellow")
        _wrapped(console, f"{finding.verdict}: {'; '.join(finding.reasons)}", "  ", lead=(finding.verdict, style))
        for line in _details(finding, verbose):
            _wrapped(console, f"  {line}", "  ", style="dim")


def _details(finding: Finding, verbose: int) -> list[str]:
    """What the verdict rests on, what would decide, and with ``verbose`` what shows a misfit."""
    lines = [f"{finding.quantity}; alpha {finding.alpha:g}, margin {finding.margin:g}"]
    lines += [f"assuming {finding.assumption}"] if finding.assumption else []
    for diagnostic in finding.decision.diagnostics if verbose else ():
        side = "above" if diagnostic.vetoes else "not above"
        lines.append(f"{diagnostic.name}: {diagnostic.value:.3g} is {side} {diagnostic.threshold:.3g}")
    return [*lines, *([finding.advice] if finding.advice else [])]


def _wrapped(console: Console, text: str, indent: str, style: str = "", lead: tuple[str, str] | None = None) -> None:
    """Lines of the console's width; ``lead`` styles what the first begins with."""
    for number, line in enumerate(textwrap.wrap(text, max(console.width, 40), subsequent_indent=indent)):
        shown = Text(line, style=style)
        if lead is not None and not number:
            shown.stylize(lead[1], 0, len(lead[0]))
        console.print(shown, soft_wrap=True)


def _heading(data: Grouped, kind: str, fits: Sequence[GroupFit], console: Console) -> None:
    targets = {found.expect for found in fits}
    quantity = data.plan.values[0] if len(data.plan.values) == 1 else "X"
    several = sorted((found.expect or "" for found in fits), key=_natural)
    expect = next(iter(targets)) if len(targets) == 1 else "p"
    which = "" if len(targets) == 1 else f", p = {' or '.join(dict.fromkeys(several))}"
    widths = sorted({cell[0] if isinstance(cell, tuple) else cell for f in fits for cell in f.group.data.cells})
    reach = f"n = {data.variable}, {widths[0]} … {widths[-1]} ({len(widths)} of them)"
    _wrapped(console, f"{claim_text(kind, expect, quantity, fits[0].log_power)}{which}; {reach}", "  ")
    console.print()


def _figure(found: GroupFit) -> str:
    return "-" if math.isnan(found.estimate) else f"{found.estimate:+.3f}"


def _cell(found: GroupFit | None) -> tuple[str, str]:
    """A figure with its mark, and the style."""
    if found is None:
        return "", ""
    word = str(found.verdict)
    return f"{_figure(found)} {MARKS[word]}", STYLES.get(word, "yellow")


def _matrix(ordered: Sequence[GroupFit], width: int, swapped: bool = False) -> list[Text] | None:
    """Modules as rows and steps as columns; None where there are not two labels, or too many columns to fit."""
    keys = [found.group.key[::-1] if swapped else found.group.key for found in ordered]
    if any(len(key) != 2 for key in keys):
        return None
    rows = list(dict.fromkeys(key[0][1] for key in keys))
    columns = sorted({key[1][1] for key in keys}, key=_natural)
    sizes = [max(9, cell_len(name) + 2) for name in columns]
    shown = {row: printable(row) or "(no name)" for row in rows}
    (first, _), (second, _) = keys[0]
    head = max(cell_len(first), *map(cell_len, shown.values())) + 2
    own_line = head + sum(sizes) > width  # a long name has a line to itself
    indent = 2 if own_line else head
    if indent + sum(sizes) > width or len(columns) < 2:
        return None
    places = {(key[0][1], key[1][1]): found for key, found in zip(keys, ordered, strict=True)}
    title = Text(_led(first, indent, own_line), style="dim")
    for k, (name, size) in enumerate(zip(columns, sizes, strict=True)):
        label = f"{second}={name}" if k == 0 and cell_len(second) + cell_len(name) + 1 <= size - 2 else name
        title.append(_right(printable(label), size - 2) + "  ")
    lines = [title]
    for row in rows:
        line = Text(_led(shown[row], indent, own_line))
        for name, size in zip(columns, sizes, strict=True):
            text, style = _cell(places.get((row, name)))
            line.append(f"{text:>{size}}", style)
        lines.append(line)
    for line in lines:
        line.rstrip()
    return lines


def _led(name: str, indent: int, own_line: bool) -> str:
    """What a row of the table begins with."""
    return f"{name}\n{'':{indent}}" if own_line else name + " " * (indent - cell_len(name))


def _right(text: str, size: int) -> str:
    return " " * max(size - cell_len(text), 0) + text


def _list(ordered: Sequence[GroupFit], width: int) -> list[Text]:
    """A line for each group, or two where its name is long."""
    head = max(cell_len(found.group.label) for found in ordered) + 2
    own_line = head + 36 > width
    lines = []
    for found in ordered:
        text, style = _cell(found)
        lead = _led(found.group.label, 2 if own_line else head, own_line)
        lines.append(Text.assemble(lead, (f"{text:>9}", style), f"  {found.word}"))
    return lines


def _legend(ordered: Sequence[GroupFit], console: Console) -> None:
    words = {str(found.verdict) for found in ordered}
    marks = ", ".join(f"{mark} {word}" for word, mark in MARKS.items() if word in words and mark.strip())
    counts = ", ".join(f"{n} {word}" for word, n in Counter(str(found.verdict) for found in ordered).items())
    few = sum(found.word != str(found.verdict) for found in ordered)
    levels = {finding.alpha for found in ordered for finding in found.findings}
    each = f"; alpha {max(levels):g} each" if levels else ""
    by_few = "" if not few else "; all by few seeds" if few == len(ordered) else f"; {few} by few seeds"
    console.print()
    if marks:
        console.print(Text(marks, style="dim"))
    console.print(f"{len(ordered)} groups: {counts}{by_few}{each}", markup=False)


def _reasons(ordered: Sequence[GroupFit], console: Console, verbose: int) -> None:
    """Why: of what is not as expected, or with ``verbose`` of every group."""
    chosen = [found for found in ordered if verbose or str(found.verdict) != "consistent"]
    shown = chosen if verbose else chosen[:LISTED]
    for found in shown:
        expected = f" (expected {found.expect})" if found.expect is not None else ""
        lead = (f"{found.group.label}{expected}: {found.word}", STYLES.get(str(found.verdict), "yellow"))
        console.print()
        _wrapped(console, lead[0], "  ", lead=lead)
        _wrapped(console, f"  {found.reason}", "  ")
        for finding in found.findings:
            for line in _details(finding, verbose) if verbose else [finding.advice] if finding.advice else []:
                _wrapped(console, f"  {line}", "  ", style="dim")
    if len(chosen) > len(shown):
        console.print(Text(f"\n{len(chosen) - len(shown)} more are not as expected; -v shows all", style="dim"))


def _natural(label: str) -> tuple[int, float, str]:
    """Numbers by size, before words."""
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label
