"""Cells on the terminal: what was measured, a line a cell, and what is not as claimed, by its reason."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verifier.claims.statement import Form, Kind
from verifier.quantities.select import text_of
from verifier.report.styles import styled
from verifier.verdict import NumericStatus
from verifier.verify.results import CellReport, ClaimReport

#: What is claimed in a word has no number to stand beside it; a law is named, and its distance is shown.
WORDS = ("zero", "identity", "mean-zero")
#: Cells listed one by one under a table before the rest is only counted.
LISTED = 6


@dataclass(frozen=True)
class CellRow:
    """One cell as it is shown: what each form claims of it, side by side."""

    parameters: tuple[tuple[str, Any], ...]
    quantity: str
    widths: tuple[int, ...]
    by_claim: tuple[tuple[ClaimReport, CellReport], ...]

    def of_form(self, form: Form) -> list[tuple[ClaimReport, CellReport]]:
        return [(claim, cell) for claim, cell in self.by_claim if claim.claim.form is form]


def render_cells(rows: Sequence[CellRow], console: Console) -> None:
    """A table for each quantity, angle and set of widths."""
    if rows:
        console.print()
    for table in _tables(rows):
        _render_table(table, console)
        console.print()


def rows_of(claims: Iterable[ClaimReport]) -> list[CellRow]:
    """The cells of all claims, one row for cells that were measured together; variances apart."""
    merged: dict[str, CellRow] = {}
    for claim in claims:
        for cell in claim.cells:
            parameters = tuple(cell.parameters.items())
            quantity = f"Var {cell.quantity}" if claim.claim.kind is Kind.VARIANCE else cell.quantity
            key = f"{quantity} {parameters}"
            old = merged.get(key)
            pairs = (*(old.by_claim if old else ()), (claim, cell))
            merged[key] = CellRow(parameters, quantity, cell.widths, pairs)
    return sorted(merged.values(), key=lambda row: row.by_claim[0][1].place)


def _tables(rows: Sequence[CellRow]) -> list[list[CellRow]]:
    """Rows of one quantity, angle and set of widths belong in one table."""
    tables: dict[str, list[CellRow]] = {}
    for row in rows:
        inputs = [dict(row.parameters).get(name) for name in ("angle", "z", "m")]
        names = [name for name, _ in row.parameters]
        tables.setdefault(f"{row.quantity} {inputs} {row.widths} {names}", []).append(row)
    return list(tables.values())


def _render_table(rows: Sequence[CellRow], console: Console) -> None:
    names = [name for name, _ in rows[0].parameters]
    varying = [n for n in names if len({text_of(dict(row.parameters)[n]) for row in rows}) > 1]
    varying = varying or names[:1]
    fixed = [(n, dict(rows[0].parameters)[n]) for n in names if n not in varying]
    console.print(_title(rows[0], fixed))
    if all(cell.claimed == "identity" for row in rows for _, cell in row.by_claim):
        _render_identities(rows, varying, console)
        return
    padding = (0, 1, 0, 1) if console.width >= 100 else (0, 1, 0, 0)
    table = Table(box=None, padding=padding, header_style="dim", show_edge=False, pad_edge=False)
    for name in varying:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("claimed", justify="right", no_wrap=True)
    table.add_column("estimate", justify="right", no_wrap=True)
    table.add_column("interval", no_wrap=True)
    table.add_column("zeros", justify="right", no_wrap=True)
    table.add_column("verdict")
    split = False
    for row in rows:
        cells = [text_of(dict(row.parameters)[name]) for name in varying]
        claimed, verdict, differs = _sides(row)
        split |= differs
        shown = _shown(row)
        table.add_row(*cells, claimed, *_found(shown), _zeros(shown), verdict)
    console.print(table)
    if split:
        console.print("  where printed and amended differ: printed / amended", style="dim")


def _render_identities(rows: Sequence[CellRow], varying: Sequence[str], console: Console) -> None:
    """Identities, one line for all values of the last parameter: the largest error says it all."""
    together: dict[tuple[str, ...], list[CellRow]] = {}
    for row in rows:
        key = tuple(text_of(dict(row.parameters)[name]) for name in varying[:-1])
        together.setdefault(key, []).append(row)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False, pad_edge=False)
    for name in varying:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("networks", justify="right", no_wrap=True)
    table.add_column("largest relative error", justify="right", no_wrap=True)
    table.add_column("verdict")
    for key, members in together.items():
        values = [text_of(dict(row.parameters)[varying[-1]]) for row in members]
        cells = [cell for row in members for _, cell in row.by_claim]
        words = dict.fromkeys(cell.verdict for cell in cells)
        table.add_row(
            *key,
            values[0] if len(values) == 1 else f"{values[0]}…{values[-1]}",
            str(max(cell.samples * len(cell.widths) for cell in cells)),
            f"{max(cell.estimate for cell in cells):.1e}",
            Text(", ").join(styled(word) for word in words),
        )
    console.print(table)


def _title(row: CellRow, fixed: Sequence[tuple[str, Any]]) -> Text:
    words = []
    for name, value in fixed:
        if name == "angle":
            words.append("one input" if value == 0 else f"two inputs {text_of(value)}° apart")
        elif (name == "z" and set(value) == {1}) or (name == "m" and value == 1):
            continue
        else:
            words.append(f"{name} = {text_of(value)}")
    text = Text(row.quantity, style="bold")
    text.append(", " + ", ".join(words) if words else "")
    text.append(f"; widths {', '.join(_width(n) for n in row.widths)}", style="dim")
    return text


def _width(n: int) -> str:
    """A width, briefly where it has many digits."""
    return str(n) if n < 10**6 else f"{n:.3g}".replace("e+", "e").replace("e0", "e")


def _shown(row: CellRow) -> CellReport:
    """The cell whose numbers are shown: one with an exponent, if there is one; amended before printed."""
    pairs = [pair for form in (Form.AMENDED, Form.PRINTED) for pair in row.of_form(form)]
    measured = [(claim, cell) for claim, cell in pairs if math.isfinite(cell.estimate) and cell.claimed != "zero"]
    orders = [(claim, cell) for claim, cell in measured if claim.claim.kind is not Kind.ATOM]
    return (orders or measured or pairs)[0][1]


def _sides(row: CellRow) -> tuple[str, Text, bool]:
    """Claimed and verdict, in one word if printed and amended agree."""
    sides: list[tuple[str, Text]] = []
    for form in (Form.PRINTED, Form.AMENDED):
        found = row.of_form(form)
        if found:
            # Claims that do not reach this cell are told of elsewhere, unless there is nothing else to tell.
            found = [(k, c) for k, c in found if not c.outside] or found
            # An order says most; bounds and masses at zero are told below where they fail, and by claim above.
            main = [(k, c) for k, c in found if k.claim.kind in (Kind.ORDER, Kind.ZERO)] or found
            claimed = "/".join(dict.fromkeys(_claimed(claim, cell) for claim, cell in main))
            words = list(dict.fromkeys("outside" if cell.outside else str(cell.verdict) for _, cell in main))
            text = Text(", ").join(styled(word) for word in words)
            sides.append((claimed, text))
    claims = list(dict.fromkeys(claimed for claimed, _ in sides))
    verdicts = list({text.plain: text for _, text in sides}.values())
    differs = len(claims) > 1 or len(verdicts) > 1
    if not differs:
        return claims[0], verdicts[0], False
    claimed = claims[0] if len(claims) == 1 else " / ".join(claims)
    return claimed, Text(" / ").join([text for _, text in sides] if len(verdicts) > 1 else verdicts), len(sides) > 1


def _claimed(claim: ClaimReport, cell: CellReport) -> str:
    if isinstance(cell.claimed, str):
        return cell.claimed
    sign = {Kind.UPPER: "≤", Kind.VANISHES: "<"}.get(claim.claim.kind, "")
    return f"{sign}{cell.claimed:g}"


def _found(cell: CellReport) -> tuple[str, str]:
    if not math.isfinite(cell.estimate) or cell.claimed in WORDS:
        return "", ""
    return f"{cell.estimate:+.4f}", f"[{cell.low:+.3f}, {cell.high:+.3f}]"


def _zeros(cell: CellReport) -> str:
    if not math.isfinite(cell.zero_fraction):
        return ""
    found = "all" if cell.zero_fraction == 1 else f"{100 * cell.zero_fraction:.1f}%" if cell.zero_fraction else "none"
    return found if not cell.atom else f"{found} ({100 * cell.atom:g}%)"


def render_exceptions(claims: Iterable[ClaimReport], console: Console, verbose: int) -> None:
    """Cells that are not consistent, gathered by reason, with the command that draws the first again."""
    for claim in claims:
        for verdict in (NumericStatus.CONTRADICTED, NumericStatus.INVALID, NumericStatus.INCONCLUSIVE,
                        NumericStatus.UNTESTED):  # fmt: skip
            cells = [cell for cell in claim.cells if cell.verdict is verdict and not cell.outside]
            _render_kind(styled(verdict), cells, claim, console, verbose)
        outside = [cell for cell in claim.cells if cell.outside]
        _render_kind(Text("outside", style="dim"), outside, claim, console, verbose)


def _render_kind(word: Text, cells: Sequence[CellReport], claim: ClaimReport, console: Console, verbose: int) -> None:
    if cells:
        of = f"  {len(cells)} of {len(claim.cells)} cells of "
        console.print(Text.assemble(word, of, (claim.claim.id, "bold"), f" ({claim.claim.form})"))
        _render_reasons(cells, console, verbose)


def _render_reasons(cells: Sequence[CellReport], console: Console, verbose: int) -> None:
    reasons: dict[str, list[CellReport]] = {}
    for cell in cells:
        reasons.setdefault(cell.reason, []).append(cell)
    listed = list(reasons.items())
    for reason, members in listed if verbose else listed[:LISTED]:
        first = members[0]
        more = f" and {len(members) - 1} more" if len(members) > 1 else ""
        console.print(Padding(Text(f"{_where(first)}{more}: {reason}"), (0, 0, 0, 2), expand=False))
        if first.needed and first.verdict is NumericStatus.INCONCLUSIVE:
            console.print(Padding(Text(_budget(first), style="dim"), (0, 0, 0, 4), expand=False))
        if first.verdict is not NumericStatus.UNTESTED:
            console.print(Text(f"    {first.reproduce}", style="dim"), soft_wrap=True)
    if len(listed) > LISTED and not verbose:
        console.print(f"  and {len(listed) - LISTED} other reasons (-v shows them)", style="dim")


def _where(cell: CellReport) -> str:
    shown = {n: v for n, v in cell.parameters.items() if n not in ("m", "z") and not (n == "angle" and v == 0)}
    return " ".join(f"{name}={text_of(value)}" for name, value in shown.items())


def _budget(cell: CellReport) -> str:
    time = f", about {_duration(cell.seconds)} in all" if math.isfinite(cell.seconds) else ""
    return f"about {cell.needed} samples a width would decide it{time} (drawn so far: {cell.samples})"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
