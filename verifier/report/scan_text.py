"""What ``verifier scan`` prints: a line for each intermediate, in the order in which a program makes them.

Every line makes sense without colour and fits into 80 columns.
"""

from __future__ import annotations

import math
import textwrap
from collections import Counter

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from verifier.programs.scan import Scan, ScanRow
from verifier.report.fit_text import MARKS, STYLES

#: Reasons that are printed before the rest is only counted.
LISTED = 4
_GAP = "  "


def render(found: Scan, console: Console, verbose: int = 0) -> None:
    """Print the table, what departs first, and why what is not as expected is not."""
    size = f"n = {found.widths[0]} … {found.widths[-1]} ({len(found.widths)} of them)"
    wrapped(console, f"{found.program.label} ({found.program.line}); {size}, {found.samples} samples a width")
    console.print()
    for row_text in _table(found, console.width):
        console.print(row_text, soft_wrap=True)
    console.print()
    for sentence in summary(found):
        wrapped(console, sentence)
    for row in found.disagreements:
        console.print()
        wrapped(console, f"{row.name} at {row.line}: DERIVED {row.derived}, MEASURED {row.exponent:+.3f}",
                 style=STYLES["contradicted"])  # fmt: skip
        wrapped(console, f"  {'; '.join(row.agreement.reasons) if row.agreement else ''}")
    odd = [row for row in found.rows if row.expect is not None and str(row.verdict) != "consistent"]
    chosen = found.rows if verbose else odd[:LISTED]
    for row in chosen:
        console.print()
        expected = f", expected {claim(row)}" if row.expect is not None else ""
        wrapped(console, f"{row.name} at {row.line}{expected}: {word(row)}", style=STYLES.get(word(row), ""))
        wrapped(console, f"  {row.reason}")
        if row.finding is not None and row.finding.advice:
            wrapped(console, f"  {row.finding.advice}", style="dim")
    if len(chosen) < len(odd):
        console.print()
        wrapped(console, f"{len(odd) - len(chosen)} more are not as expected; -v shows all", style="dim")


def word(row: ScanRow) -> str:
    """The verdict where something is expected; else whether the exponent is known."""
    if row.expect is not None:
        return str(row.verdict)
    if row.size is None:
        return "-"
    if str(row.size.status) == "invalid":
        return "invalid"
    return "decided" if row.decided else "undecided"


def claim(row: ScanRow) -> str:
    """``-1/2``, or ``≤ 0`` for an upper bound."""
    return f"{'≤ ' if row.kind == 'upper' else ''}{row.expect}"


def _table(found: Scan, width: int) -> list[Text]:
    home = found.program.line.rsplit(":", 1)[0] + ":"
    rows = [
        (row.name, row.shape, row.line.removeprefix(home), *_figures(row), *_expected(row), row) for row in found.rows
    ]
    both = any(row.derived is not None for row in found.rows)
    head = ("value", "shape", "line", "exponent", "interval", "expected", "derived" if both else "")
    shapes, lines = (max([cell_len(head[k]), *(cell_len(str(r[k])) for r in rows)]) for k in (1, 2))
    shapes, lines = min(shapes, 14), min(lines, 20)
    last = max([8, *(cell_len(r[5]) + 2 for r in rows)])
    name = max(width - shapes - lines - last - 8 - 16 - 5 * len(_GAP) - (9 + len(_GAP) if both else 0), 8)
    name = min(name, max([5, *(cell_len(r[0]) for r in rows)]))

    def line(cells: tuple[str, ...]) -> str:
        a, b, c, d, e, f, g = cells
        parts = [_left(a, name), _left(b, shapes), _right(c, lines), f"{d:>8}", f"{e:<16}", f]
        if both:
            parts.insert(4, f"{g:<9}")
        return _GAP.join(parts).rstrip()

    out = [Text(line(head), style="dim")]
    for *cells, mark, row in rows:
        shown = line((*cells[:5], f"{cells[5]} {mark}".rstrip(), _derived(row)))
        out.append(Text(shown, style=STYLES.get(word(row), "") if row.expect is not None else ""))
    return out


def _figures(row: ScanRow) -> tuple[str, str]:
    if math.isnan(row.exponent):
        return ("zero" if "zero" in row.problem else "-"), ""
    low, high = row.interval
    interval = "" if math.isnan(low) else f"[{low:+.3f}, {high:+.3f}]"
    return f"{row.exponent:+.3f}" + ("" if row.decided else "?"), interval


def _derived(row: ScanRow) -> str:
    return ("?" if row.derived is None else row.derived) + (" !" if row.disagrees else "")


def _expected(row: ScanRow) -> tuple[str, str]:
    return ("", "") if row.expect is None else (claim(row), MARKS[str(row.verdict)].strip())


def summary(found: Scan) -> list[str]:
    """What the rows come to, in sentences."""
    decided = sum(row.decided for row in found.rows)
    alphas = {row.size.alpha for row in found.rows if row.size is not None}
    alpha = f", alpha {max(alphas):g} each" if alphas else ""
    few = ", all by few seeds" if any(row.size is not None and row.size.mark for row in found.rows) else ""
    means = sum(row.mean for row in found.rows)
    counted = f"{len(found.rows) - means} values" + (f", {means} mean{'' if means == 1 else 's'}" if means else "")
    lines = [f"{counted}: the exponents of {decided} are decided{few}{alpha}"]
    if decided < len(found.rows):
        lines[0] += "; ? marks the others"
    claims = Counter(str(row.verdict) for row in found.rows if row.expect is not None)
    if claims:
        marks = ", ".join(f"{n} {name} {_marked(name)}".rstrip() for name, n in claims.items())
        count = sum(claims.values())
        lines.append(f"{count} expectation{'' if count == 1 else 's'}: {marks}")
    derived = [row for row in found.rows if row.derived is not None]
    if derived:
        agree = sum(row.agreement is not None and str(row.agreement.status) == "consistent" for row in derived)
        odd = f", {len(found.disagreements)} contradicted (!)" if found.disagreements else ""
        lines.append(f"{len(derived)} exponents are derived: {agree} consistent with what is measured{odd}")
    first = found.first_departure
    if first is not None:
        lines.append(f"the first that departs: {first.name} at {first.line}")
    theory = found.first_in_theory
    if theory is not None:
        lines.append(f"by theory the first is {theory.name} at {theory.line}: n^{theory.derived}")
    if found.not_finite:
        lines.append(f"not finite: {found.not_finite}")
    if found.unmeasured:
        what = "matrix with a Gaussian part is" if found.unmeasured == 1 else "matrices with a Gaussian part are"
        lines.append(f"{found.unmeasured} {what} not measured")
    return lines


def _marked(name: str) -> str:
    return f"({MARKS[name]})" if MARKS[name].strip() else ""


def _left(text: str, size: int) -> str:
    if cell_len(text) > size:
        text = text[: size - 1] + "…"
    return text + " " * (size - cell_len(text))


def _right(text: str, size: int) -> str:
    if cell_len(text) > size:
        text = "…" + text[-(size - 1) :]
    return " " * (size - cell_len(text)) + text


def wrapped(console: Console, text: str, style: str = "") -> None:
    for part in textwrap.wrap(text, max(console.width, 40), subsequent_indent="  "):
        console.print(Text(part, style=style), soft_wrap=True)
