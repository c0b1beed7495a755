"""A run on the terminal: what is claimed, what is proved, what was measured, and the two summed up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verifier.claims.wording import wording
from verifier.report.instances import plain
from verifier.report.numbers import severities
from verifier.sampling.select import text_of
from verifier.statement import Form, Kind, Statement
from verifier.verdict import NumericStatus, Severity, Summary
from verifier.verify.goals import GoalReport
from verifier.verify.results import CellReport, ClaimReport, RunReport, StatementReport

STYLES = {
    "proved": "green", "certified": "green", "verified": "bold green", "consistent": "green",
    "cited": "cyan", "gap": "yellow", "inconclusive": "yellow", "invalid": "yellow", "untested": "dim",
    "refuted": "red", "contradicted": "bold red", "proof alone": "bold green",
    "misprint": "yellow", "incomplete": "red", "false": "bold red",
}  # fmt: skip

#: What is claimed in a word has no number to stand beside it; a law is named, and its distance is shown.
WORDS = ("zero", "identity", "mean-zero")
#: Cells listed one by one under a table before the rest is only counted.
LISTED = 6
#: Reasons of a word that are told under it.
REASONS = 3


@dataclass(frozen=True)
class Row:
    """One cell as it is shown: what each form claims of it, side by side."""

    parameters: tuple[tuple[str, Any], ...]
    quantity: str
    widths: tuple[int, ...]
    by_claim: tuple[tuple[ClaimReport, CellReport], ...]

    def of_form(self, form: Form) -> list[tuple[ClaimReport, CellReport]]:
        return [(claim, cell) for claim, cell in self.by_claim if claim.claim.form is form]


def render(report: RunReport, console: Console, verbose: int = 0) -> None:
    """Print the whole report to ``console``."""
    for number, statement in enumerate(report.statements):
        if number:
            console.print()
        render_statement(statement, console, verbose)
    if report.options.quick:
        console.print()
        console.print("--quick: fewer cells and samples; what is verified is so at those", style="dim")
    if report.stopped:
        console.print()
        console.print(f"[bold yellow]{report.stopped}[/]: what is above was decided before; the rest is open.")
    if len(report.statements) > 1:
        console.print()
        console.print(headline(report))
    for note in report.notes:
        console.print(f"note: {note}", style="yellow", markup=False)
    if verbose:
        console.print(f"seed {report.seed}, {report.seconds:.1f} s, exit code {report.exit_code}", style="dim")


def render_statement(report: StatementReport, console: Console, verbose: int = 0) -> None:
    """One statement: its claims, the table of its cells, what is not as claimed, the summary."""
    statement = report.statement
    console.print(Text.assemble((statement.name, "bold"), "  ", statement.title))
    console.print(source_line(statement.source), style="dim", highlight=False)
    console.print()
    for claim in report.claims:
        _render_claim(claim, statement, console, verbose)
    if report.problem:
        console.print(Text(f"proof: {report.problem}", style="yellow"))
    rows = _rows(report.claims)
    if rows:
        console.print()
    for table in _tables(rows):
        _render_table(table, console)
        console.print()
    _render_exceptions(report, console, verbose)
    for error in report.errors:
        console.print(Text(f"internal error: {error}", style="red"))
    console.print(_summary(report))


def headline(report: RunReport) -> Text:
    """The whole run in two lines: how wrong the printed forms are, and the words of the amended ones."""
    printed = [s for s in report.statements if Form.PRINTED in s.forms]
    counted = {str(word): sum(s.severity() is word for s in printed) for word in Severity}
    text = Text(f"printed: {severities(counted, len(printed))}")
    words = [s.summary(Form.AMENDED) for s in report.statements if Form.AMENDED in s.forms]
    told = ", ".join(f"{words.count(word)} {word}" for word in Summary if word in words)
    return text.append(f"\namended: {told} of {len(words)}")


def source_line(source: Any) -> str:
    """Where a statement is printed, in one line."""
    parts = [source.document]
    if source.section:
        parts.append(f"Section {source.section}" if source.section[0].isdigit() else source.section)
    if source.equations:
        listed = ", ".join(f"({equation})" for equation in source.equations)
        parts.append(f"Eq{'s' if len(source.equations) > 1 else ''}. {listed}")
    return ", ".join(part for part in parts if part)


def styled(word: object) -> Text:
    """A status word in its colour."""
    return Text(str(word), style=STYLES.get(str(word), ""))


def _render_claim(report: ClaimReport, statement: Statement, console: Console, verbose: int) -> None:
    claim = report.claim
    told = wording(claim, statement.hypotheses)
    heading = Text.assemble((claim.id, "bold"), (f"  ({claim.form})", "dim"))
    if report.severity is not None:
        heading.append("  ").append_text(styled(report.severity))
        heading.append(f": {report.severity_reason}" if report.severity_reason else "", style="dim")
    console.print(heading)
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column()
    lines.add_row("claim", Text(told.text))
    if told.premises:
        lines.add_row("if", Text("; ".join(premise for _, premise in told.premises)))
    if told.gloss:
        lines.add_row("in words", Text(told.gloss, style="dim"))
    if len(report.goals) == 1:
        lines.add_row("proof", _goal_line(report.goals[0]))
    else:
        lines.add_row("proof", _goals_line(report))
    for label, names in rests_on_lines(report.rests_on):
        lines.add_row(label, Text(names))
    lines.add_row("samples", _numeric_line(report))
    console.print(Padding(lines, (0, 0, 0, 2), expand=False))


def sizes_text(sizes: Sequence[str], shown: int = 3) -> str:
    """A few of the sizes at which something is exact, and how many there are."""
    plain = [size.replace('"', "").replace("{", "").replace("}", "").replace(":", "=") for size in sizes]
    listed = "; ".join(plain[:shown])
    return listed if len(plain) <= shown else f"{len(plain)} sizes, among them {listed}"


#: definitions and theorems of the theory are listed where there are so few, and counted where there are more
NAMED = 6


def rests_on_lines(rests_on: Sequence[str]) -> list[tuple[str, str]]:
    """What a proof rests on, by kind: ``cited dot.pos`` is listed under cited."""
    kinds: dict[str, list[str]] = {}
    for entry in rests_on:
        kind, _, name = entry.partition(" ")
        kinds.setdefault(kind if name else "", []).append(name or entry)
    order = ("cited", "argued", "computed", "hypothesis", "definition", "theorem")
    plural = {"hypothesis": "hypotheses", "definition": "definitions", "theorem": "theorems"}
    for kind in ("definition", "theorem"):
        if len(kinds.get(kind, ())) > NAMED:
            kinds[kind] = [f"{len(kinds[kind])} of the theory, which `verifier axioms` lists"]
    listed = [*[kind for kind in order if kind in kinds], *[kind for kind in kinds if kind not in order]]
    lines = [(plural.get(kind, kind), ", ".join(kinds[kind])) for kind in listed]
    return [("rests on" if not number else "", f"{kind}: {names}") for number, (kind, names) in enumerate(lines)]


def _goals_line(report: ClaimReport) -> Text:
    """The status of the whole and, where goals differ in status or range, of each of its parts."""
    if not report.goals:
        return styled(report.proof).append(f": {report.proof_reason or 'no proof is given'}", style="dim")
    if len({goal.status for goal in report.goals}) == 1:
        lines = list(dict.fromkeys(_goal_line(goal).plain for goal in report.goals))
        if len(lines) == 1:
            return _goal_line(report.goals[0])
        parts = "; ".join(line.removeprefix(f"{report.proof} ") for line in lines)
        return styled(report.proof).append(f" {parts}")
    whole = styled(report.proof).append(", the weakest of its parts:", style="dim")
    return Text("\n").join([whole, *[_goal_line(goal) for goal in report.goals]])


def _goal_line(goal: GoalReport) -> Text:
    text = styled(goal.status)
    if goal.range:
        text.append(f" {'at' if str(goal.status) == 'refuted' else 'for'} {plain(goal.range)}")
    if goal.sizes:
        text.append(f", exact at {sizes_text(goal.sizes)}")
    if goal.error:
        text.append(f": {goal.error}", style="yellow")
    return text


def _numeric_line(report: ClaimReport) -> Text:
    text = styled(report.numeric)
    words = ["outside" if cell.outside else str(cell.verdict) for cell in report.cells]
    found = [f"{words.count(word)} {word}" for word in [*map(str, NumericStatus), "outside"] if word in words]
    if len(report.cells) > 1:
        text.append(f"  ({', '.join(found)})", style="dim")
    if report.numeric_reason and not any(c.verdict is report.numeric and not c.outside for c in report.cells):
        text.append(f": {report.numeric_reason}", style="dim" if report.alone else "yellow")
    return text


def _rows(claims: Iterable[ClaimReport]) -> list[Row]:
    """The cells of all claims, one row for cells that were measured together; variances apart."""
    merged: dict[str, Row] = {}
    for claim in claims:
        for cell in claim.cells:
            parameters = tuple(cell.parameters.items())
            quantity = f"Var {cell.quantity}" if claim.claim.kind is Kind.VARIANCE else cell.quantity
            key = f"{quantity} {parameters}"
            old = merged.get(key)
            pairs = (*(old.by_claim if old else ()), (claim, cell))
            merged[key] = Row(parameters, quantity, cell.widths, pairs)
    return sorted(merged.values(), key=lambda row: row.by_claim[0][1].place)


def _tables(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows of one quantity, angle and set of widths belong in one table."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        inputs = [dict(row.parameters).get(name) for name in ("angle", "z", "m")]
        names = [name for name, _ in row.parameters]
        tables.setdefault(f"{row.quantity} {inputs} {row.widths} {names}", []).append(row)
    return list(tables.values())


def _render_table(rows: Sequence[Row], console: Console) -> None:
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


def _render_identities(rows: Sequence[Row], varying: Sequence[str], console: Console) -> None:
    """Identities, one line for all values of the last parameter: the largest error says it all."""
    together: dict[tuple[str, ...], list[Row]] = {}
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


def _title(row: Row, fixed: Sequence[tuple[str, Any]]) -> Text:
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


def _shown(row: Row) -> CellReport:
    """The cell whose numbers are shown: one with an exponent, if there is one; amended before printed."""
    pairs = [pair for form in (Form.AMENDED, Form.PRINTED) for pair in row.of_form(form)]
    measured = [(claim, cell) for claim, cell in pairs if math.isfinite(cell.estimate) and cell.claimed != "zero"]
    orders = [(claim, cell) for claim, cell in measured if claim.claim.kind is not Kind.ATOM]
    return (orders or measured or pairs)[0][1]


def _sides(row: Row) -> tuple[str, Text, bool]:
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


def _render_exceptions(report: StatementReport, console: Console, verbose: int) -> None:
    """Cells that are not consistent, gathered by reason, with the command that draws the first again."""
    for claim in report.claims:
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


def _summary(report: StatementReport) -> Text:
    text = Text()
    for form in report.forms:
        found, expected = report.summary(form), report.expected(form)
        text.append("   " if text else "")
        text.append(f"{form}: ", style="dim")
        text.append_text(styled(found))
        severity = report.severity() if form is Form.PRINTED else None
        if severity is not None:
            text.append(" (").append_text(styled(severity)).append(")")
        recorded = form in report.statement.expected
        if found is not expected:
            text.append(f", expected {expected}", style="bold")
        elif recorded:
            text.append(", as expected", style="dim")
    for form in report.forms:
        told = report.reasons(form)
        for reason in told[:REASONS]:
            text.append(f"\n  {form} {report.summary(form)}: {reason}", style="yellow")
        if len(told) > REASONS:
            text.append(f"\n  {form}: and {len(told) - REASONS} claims more", style="yellow")
    return text
