"""A run on the terminal: what is claimed, what is proved, what was measured, and the two summed up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verifier.claims.statement import Form, Statement
from verifier.claims.wording import wording
from verifier.report.cells_text import render_cells, render_exceptions, rows_of
from verifier.report.numbers import severities
from verifier.report.rests import AT_ODDS, called
from verifier.report.styles import styled
from verifier.verdict import NumericStatus, Severity, Summary
from verifier.verify.model import RestsOnJson
from verifier.verify.results import CellReport, ClaimReport, RunReport, StatementReport

#: Reasons of a word that are told under it.
REASONS = 3


def render(report: RunReport, console: Console, verbose: int = 0, unread: Sequence[str] = ()) -> None:
    """Print the report to ``console``: one statement in full; of several what is not as expected, and a table.

    With ``verbose`` every statement is shown in full.  ``unread`` are the statements whose files could not be read.
    """
    several = len(report.statements) + len(unread) > 1
    shown = [s for s in report.statements if verbose or not several or not s.as_expected]
    for statement in shown:
        if several and not verbose:
            render_unexpected(statement, console)
        else:
            render_statement(statement, console, verbose)
        if several:
            console.print()
    if report.options.quick:
        console.print("--quick: fewer cells and samples; what is verified is so at those", style="dim")
    if report.stopped:
        told = ": what is above was decided before; the rest is open."
        console.print(Text.assemble((report.stopped, "bold yellow"), told))
    for note in report.notes:
        console.print(f"note: {note}", style="yellow", markup=False)
    if verbose:
        console.print(f"seed {report.seed}, {report.seconds:.1f} s, exit code {report.exit_code}", style="dim")
    if several:
        console.print(overview(report.statements, unread))
        console.print(sentence(report, unread))


def render_statement(report: StatementReport, console: Console, verbose: int = 0) -> None:
    """One statement: its claims, the table of its cells, what is not as claimed, the summary."""
    _heading(report, console)
    for claim in report.claims:
        _render_claim(claim, report.statement, console, verbose)
    if report.problem:
        console.print(Text(f"proof: {report.problem}", style="yellow"))
    render_cells(rows_of(report.claims), console)
    render_exceptions(report.claims, console, verbose)
    _end(report, console)


def render_unexpected(report: StatementReport, console: Console) -> None:
    """The claims that make the words which are not as expected, and those of their cells that fail or are open."""
    _heading(report, console)
    claims = report.culprits
    for claim in claims:
        _render_claim(claim, report.statement, console, 0)
    if report.problem:
        console.print(Text(f"proof: {report.problem}", style="yellow"))
    failing = [row for row in rows_of(claims) if any(_tells(cell) for _, cell in row.by_claim)]
    render_cells(failing, console)
    render_exceptions(claims, console, 0)
    _end(report, console)
    console.print(f"  verifier check {report.statement.name} shows all of it", style="dim")


def _tells(cell: CellReport) -> bool:
    return cell.verdict is not NumericStatus.CONSISTENT and not cell.outside


def _heading(report: StatementReport, console: Console) -> None:
    console.print(Text.assemble((report.statement.name, "bold"), "  ", report.statement.title))
    console.print(source_line(report.statement.source), style="dim", highlight=False)
    console.print()


def _end(report: StatementReport, console: Console) -> None:
    for error in report.errors:
        console.print(Text(f"a sampler failed: {error}", style="red"))
    console.print(_summary(report))


def overview(statements: Sequence[StatementReport], unread: Sequence[str] = ()) -> Table:
    """A line a statement: the word of each form, and whether it is the expected one."""
    table = Table(box=None, header_style="dim", show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("statement", "printed", "amended", ""):
        table.add_column(column, no_wrap=column != "")
    for report in statements:
        odd = [f"{form} expected {report.expected(form)}" for form in report.forms if not report.met(form)]
        odd += ["a sampler failed"] if report.errors else []
        good = "no worse than expected" if report.left_out else "as expected"
        told = Text("; ".join(odd), style="bold") if odd else Text(good, style="dim")
        table.add_row(report.statement.name, *(form_word(report, form) for form in Form), told)
    for name in unread:
        table.add_row(name, "-", "-", Text("its files cannot be read", style="bold"))
    return table


def form_word(report: StatementReport, form: Form) -> Text:
    """The word of a form, with how wrong it is; a dash for a form that the statement does not have."""
    if form not in report.forms:
        return Text("not asked" if report.left_out_of(form) else "-", style="dim")
    text = styled(report.word(form))
    severity = report.severity() if form is Form.PRINTED else None
    if severity is not None:
        text.append(" (").append_text(styled(severity)).append(")")
    return text.append(f" ({report.asked(form)})", style="dim") if report.left_out_of(form) else text


def sentence(report: RunReport, unread: Sequence[str] = ()) -> Text:
    """The whole run: whether all is as expected, how wrong the printed forms are, the words of the amended ones."""
    statements = report.statements
    odd = [*(s.statement.name for s in statements if not s.as_expected), *unread]
    count = len(statements) + len(unread)
    text = Text(f"{count} statements, ")
    told = f"{len(odd)} not as expected ({', '.join(odd[:3])}{', …' if len(odd) > 3 else ''})"
    text.append(told if odd else "all as expected", style="bold")
    text.append(f"{', and the run is incomplete' if report.stopped else ''}: ")
    whole = [s for s in statements if not s.left_out]
    printed = [s for s in whole if Form.PRINTED in s.forms]
    counted = {str(word): sum(s.severity() is word for s in printed) for word in Severity}
    if printed:
        text.append(f"{severities(counted, len(printed))}; ")
    words = [s.summary(Form.AMENDED) for s in whole if Form.AMENDED in s.forms]
    amended = ", ".join(f"{words.count(word)} {word}" for word in Summary if word in words)
    text.append(f"{amended or 'none'} of {len(words)} amended")
    part = ", ".join(s.statement.name for s in statements if s.left_out)
    return text.append(f"; of {part} only the claims that were named." if part else ".")


def source_line(source: Any) -> str:
    """Where a statement is printed, in one line."""
    parts = [source.document]
    if source.section:
        parts.append(f"Section {source.section}" if source.section[0].isdigit() else source.section)
    if source.equations:
        listed = ", ".join(f"({equation})" for equation in source.equations)
        parts.append(f"Eq{'s' if len(source.equations) > 1 else ''}. {listed}")
    return ", ".join(part for part in parts if part)


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
    lines.add_row("proof", _proof_line(report))
    for label, names in rests_on_lines([group.to_json() for group in report.rests_on]):
        lines.add_row(label, Text(names))
    if report.derived:
        lines.add_row("derived", Text(report.derived))
    lines.add_row("samples", _numeric_line(report))
    if report.at_odds:
        lines.add_row("", Text(AT_ODDS, style="bold red"))
    console.print(Padding(lines, (0, 0, 0, 2), expand=False))


#: definitions and theorems of the theory are listed where there are so few, and counted where there are more
NAMED = 6


def rests_on_lines(rests_on: Sequence[RestsOnJson]) -> list[tuple[str, str]]:
    """What a proof rests on, a line a kind."""
    lines = []
    for group in rests_on:
        names = group["names"]
        counted = group["kind"] in ("definition", "theorem") and len(names) > NAMED
        told = f"{len(names)} of the theory, which `verifier axioms` lists" if counted else ", ".join(names)
        lines.append((called(group["kind"], len(names)), told))
    return [("rests on" if not number else "", f"{kind}: {names}") for number, (kind, names) in enumerate(lines)]


def _proof_line(report: ClaimReport) -> Text:
    """The status of a claim's proof, with the reason where there is one."""
    shown = styled(report.proof)
    return shown.append(f": {report.proof_reason}", style="yellow") if report.proof_reason else shown


def _numeric_line(report: ClaimReport) -> Text:
    text = styled(report.numeric)
    words = ["outside" if cell.outside else str(cell.verdict) for cell in report.cells]
    found = [f"{words.count(word)} {word}" for word in [*map(str, NumericStatus), "outside"] if word in words]
    if len(report.cells) > 1:
        text.append(f"  ({', '.join(found)})", style="dim")
    if report.numeric_reason and not any(c.verdict is report.numeric and not c.outside for c in report.cells):
        text.append(f": {report.numeric_reason}", style="dim" if report.alone else "yellow")
    return text


def _summary(report: StatementReport) -> Text:
    text = Text()
    for form in report.forms:
        text.append("   " if text else "")
        text.append(f"{form}: ", style="dim")
        text.append_text(form_word(report, form))
        recorded = form in report.statement.expected
        if report.left_out_of(form):
            worse = "no worse than" if report.met(form) else "worse than"
            text.append(f", {worse} the whole is expected to be, {report.expected(form)}")
        elif not report.met(form):
            text.append(f", expected {report.expected(form)}", style="bold")
        elif recorded:
            text.append(", as expected", style="dim")
    if report.left_out:
        name = report.statement.name
        text.append(f"\n  the word of {name} as a whole is not decided by this; verifier check {name} does")
    for form in report.forms:
        if report.left_out_of(form) and report.word(form) is not report.summary(form):
            continue
        told = report.reasons(form)
        for reason in told[:REASONS]:
            text.append(f"\n  {form} {report.summary(form)}: {reason}", style="yellow")
        if len(told) > REASONS:
            text.append(f"\n  {form}: and {len(told) - REASONS} claims more", style="yellow")
    return text
