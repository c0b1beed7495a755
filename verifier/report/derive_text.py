"""What ``verifier derive`` prints: a line for each intermediate, with what was derived and, if asked, what is measured.

Every line makes sense without colour and fits into 80 columns.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from verifier.programs.derive import Derived, DerivedRow
from verifier.programs.derive.rows import STATUS
from verifier.programs.scan import Scan, ScanRow
from verifier.report.fit_text import STYLES
from verifier.report.scan_text import wrapped

_GAP = "  "
#: reasons that are printed in full before the rest is only counted
LISTED = 6
HEAD = ("value", "shape", "line", "exponent", "measured", "constant")


def render(found: Derived, console: Console, scan: Scan | None = None, verbose: int = 0) -> None:
    """Print the table, what is undecided and why, and where theory and samples disagree."""
    sampled = "" if scan is None else f"; measured at n = {scan.widths[0]} … {scan.widths[-1]}, seed {scan.seed}"
    wrapped(console, f"{found.program.label} ({found.program.line}), all widths equal{sampled}")
    console.print()
    measured = {} if scan is None else {row.name: row for row in scan.rows}
    _table(found, measured, console)
    console.print()
    decided = sum(row.decided or row.zero for row in found.rows)
    wrapped(console, f"{decided} of {len(found.rows)} {STATUS}")
    if (first := found.first_growing) is not None:
        wrapped(console, f"the first that grows: {first.name} at {first.line}, n^{first.exponent}")
    if scan is not None:
        agree = sum(r.agreement is not None and str(r.agreement.status) == "consistent" for r in scan.rows)
        wrapped(console, f"{agree} consistent with what is measured, {len(scan.disagreements)} contradicted")
        for name, why in found.unconfirmed(scan).items():
            wrapped(console, f"{name}: not confirmed: {why}", style="yellow")
    undecided = [row for row in found.rows if not row.decided and not row.zero]
    for row in undecided if verbose else undecided[:LISTED]:
        console.print()
        most = "" if row.at_most is None else f", at most {row.at_most}"
        wrapped(console, f"{row.name}: undecided{most}", style="yellow")
        wrapped(console, f"  {row.reason}")
    if len(undecided) > LISTED and not verbose:
        wrapped(console, f"{len(undecided) - LISTED} more are undecided; -v shows all", style="dim")
    for other in () if scan is None else scan.disagreements:
        console.print()
        wrapped(console, f"{other.name} at {other.line}: DERIVED {other.derived}, MEASURED {other.exponent:+.3f}",
                 style=STYLES["contradicted"])  # fmt: skip
        wrapped(console, f"  {'; '.join(other.agreement.reasons) if other.agreement else ''}")


def _table(found: Derived, measured: dict[str, ScanRow], console: Console) -> None:
    home = found.program.line.rsplit(":", 1)[0] + ":"
    rows = [
        (row.name, row.shape, row.line.removeprefix(home), exponent(row), _measured(measured.get(row.name)),
         constant(row))
        for row in found.rows
    ]  # fmt: skip
    kept = [k for k in range(6) if k != 4 or measured]
    sizes = [max(cell_len(r[k]) for r in (HEAD, *rows)) for k in kept]
    limit = max(console.width - sum(sizes[:-1]) - len(_GAP) * (len(sizes) - 1), 8)
    sizes[-1] = min(sizes[-1], limit)
    for number, cells in enumerate((HEAD, *rows)):
        parts = [_fitted(cells[k], size, k in (2, 3, 4)) for k, size in zip(kept, sizes, strict=True)]
        console.print(Text(_GAP.join(parts).rstrip(), style="dim" if not number else ""), soft_wrap=True)


def exponent(row: DerivedRow) -> str:
    """``-1/2``, ``zero``, or ``?``."""
    return "zero" if row.zero else "?" if row.exponent is None else str(row.exponent)


def constant(row: DerivedRow) -> str:
    """The leading constant where it is a number, exact or to six digits; else what sort of thing it is."""
    if not row.decided:
        return ""
    if not row.constant:
        return row.rule if row.rule == "random scalar" else "not 0"
    if row.exact and len(row.constant) <= 24:
        return row.constant
    return "" if row.value is None else f"{row.value:.6g}"


def _measured(row: ScanRow | None) -> str:
    return "" if row is None or row.size is None else f"{row.exponent:+.3f}" + (" !" if row.disagrees else "")


def _fitted(text: str, size: int, right: bool) -> str:
    if cell_len(text) > size:
        text = text[: size - 1] + "…"
    space = " " * (size - cell_len(text))
    return space + text if right else text + space
