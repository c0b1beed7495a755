"""One statement of a document on the terminal, in full: `verifier show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verifier.report.differences import compared
from verifier.report.mathtext import Token
from verifier.report.numbers import claimed, measured
from verifier.report.rests import AT_ODDS
from verifier.report.styles import styled
from verifier.report.text import rests_on_lines

Data = Mapping[str, Any]

#: Consistent cells of one quantity that are listed; those that are not consistent all are.
LISTED = 8
#: Signs around words that differ, where there are no colours; as in a word-by-word diff.
MARKS = {"del": ("[-", "-]", "red strike"), "ins": ("{+", "+}", "green underline")}


def render(data: Data, console: Console, time: str = "") -> None:
    """The document's statements; ``time`` is when the numbers were measured, if they were."""
    for statement in data["statements"]:
        _statement(statement, [e for e in data["errata"] if e["id"] in statement["errata"]], console, time)


def _statement(statement: Data, errata: Sequence[Data], console: Console, time: str) -> None:
    console.print(Text.assemble((statement["name"], "bold"), "  ", statement["title"]))
    console.print(Text(statement["source"], style="dim"))
    if statement["summary"]:
        console.print(Padding(Text(statement["summary"]), (1, 0, 0, 0), expand=False))
    words = compared(statement["claims"])
    for form in ("printed", "amended"):
        own = [claim for claim in statement["claims"] if claim["form"] == form]
        if own:
            _heading(f"as {form}", console)
        for claim in own:
            _claim(claim, words[claim["id"]], console)
    if statement["forms"]:
        _words(statement, console)
    if statement["hypotheses"]:
        _heading("hypotheses, each with an instance that shows it is needed", console)
    for hypothesis in statement["hypotheses"]:
        _hypothesis(hypothesis, console)
    _proof(statement, console)
    _numbers(statement, console, time)
    if errata:
        _heading("errata", console)
    for erratum in errata:
        console.print(Text.assemble("  ", (erratum["id"], "bold"), f" {erratum['where']}"))
        parts = (("printed", "printed"), ("why", "why"), ("for instance", "counterexample"), ("amended", "amended"))
        _lines([(word, Text(erratum[key])) for word, key in parts if erratum[key]], console)
        for command in erratum["recheck"]:
            console.print(Text(f"    {command}", style="dim"), soft_wrap=True)


def _words(statement: Data, console: Console) -> None:
    """The one word of each form, and why it is not a better one."""
    _heading("verdict", console)
    for form in statement["forms"]:
        line = Text(f"  as {form['form']}: ", style="dim").append_text(styled(form["verdict"]))
        if form["severity"]:
            line.append(" (").append_text(styled(form["severity"])).append(")")
        console.print(line)
        for reason in form["reasons"]:
            console.print(Padding(Text(reason, style="yellow"), (0, 0, 0, 4), expand=False))


def _heading(text: str, console: Console) -> None:
    console.print()
    console.print(Text(text, style="bold"))


def _lines(rows: Sequence[tuple[str, Text]], console: Console) -> None:
    """Labelled lines, long ones indented where they go on."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    for word, text in rows:
        grid.add_row(word, text)
    console.print(Padding(grid, (0, 0, 0, 4), expand=False))


def _claim(claim: Data, words: Sequence[Token], console: Console) -> None:
    console.print(Text.assemble("  ", (claim["id"], "bold")))
    rows = [("claim", _marked(words, console))]
    rows += [("", Text(claim["gloss"], style="dim"))] * bool(claim["gloss"])
    rows += [("proof", _goals(claim))]
    rows += [(label, Text(names)) for label, names in rests_on_lines(claim["rests_on"])]
    rows += [("derived", Text(claim.get("derived", "")))] * bool(claim.get("derived"))
    rows += [("", Text(AT_ODDS, style="bold red"))] * bool(claim.get("at_odds"))
    tally = ", ".join(f"{count} {word}" for word, count in claim["cells"].items())
    samples = styled(claim["numeric"]).append(f"  ({tally})" if tally else "", style="dim")
    if claim["numeric"] in ("untested", "inconclusive") and claim["numeric_reason"]:
        samples.append(f": {claim['numeric_reason']}", style="dim" if claim["proof_alone"] else "yellow")
    rows.append(("samples", samples))
    if claim["severity"]:
        rows.append(("wrong", styled(claim["severity"]).append(f": {claim['severity_reason']}", style="dim")))
    rows += [("because", Text(claim["why"]))] * bool(claim["why"])
    rows += [("printed in", Text(claim["place"], style="dim"))] * bool(claim["place"])
    rows += [("instead", Text(", ".join(claim["instead"])))] * bool(claim["instead"])
    told = [Text(f"{name}: {said}") for name, said in claim["premises"].items()]
    rows += [("if" if not n else "", line) for n, line in enumerate(told)]
    readings = [name for name in claim["hypotheses"] if name not in claim["premises"]]
    rows += [("read as", Text(", ".join(readings)))] * bool(readings)
    rows += [("errata", Text(", ".join(claim["errata"])))] * bool(claim["errata"])
    _lines(rows, console)


def _marked(words: Sequence[Token], console: Console) -> Text:
    """A claim with the words marked that differ from its counterpart in the other form."""
    text = Text()
    last = ""
    for word in words:
        if last and word.mark != last and console.color_system is None:
            text.append(MARKS[last][1])
        text.append(word.glue, style=MARKS[last][2] if last and word.mark == last else "")
        if word.mark and word.mark != last and console.color_system is None:
            text.append(MARKS[word.mark][0])
        text.append(word.text, style=MARKS[word.mark][2] if word.mark else "")
        last = word.mark
    if last and console.color_system is None:
        text.append(MARKS[last][1])
    return text


def _goals(claim: Data) -> Text:
    """The status of a claim's proof, with the reason where there is one."""
    shown = styled(claim["proof"])
    return shown.append(f": {claim['proof_reason']}", style="yellow") if claim["proof_reason"] else shown


def _hypothesis(hypothesis: Data, console: Console) -> None:
    console.print(Text(f"  {hypothesis['id']}", style="bold"))
    when = f"  (when {hypothesis['when']})" if hypothesis["when"] else ""
    witness = hypothesis["witness"]
    rows = [("says", Text(f"{hypothesis['text']}{when}")), ("without it", Text(witness["text"]))]
    rows += [("shown by", styled(witness["status"]).append(f" {witness['proof']}"))] * bool(witness["status"])
    _lines(rows, console)
    if witness["reproduce"]:
        console.print(Text(f"    {witness['reproduce']}", style="dim"), soft_wrap=True)


def _proof(statement: Data, console: Console) -> None:
    """The steps with their rules and notes; what they prove is said with the claims."""
    if statement["problem"]:
        _heading("proof", console)
        console.print(Text(f"  {statement['problem']}", style="yellow"))
    elif not statement["steps"]:
        _heading("no proof is given: every claim is a gap", console)
        return
    else:
        count = len(statement["steps"])
        _heading(f"proof, {count} {'step' if count == 1 else 'steps'}, re-checked now", console)
    reached = {goal["step"]: goal["claim"] for goal in statement["goals"]}
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for step in statement["steps"]:
        line = Text.assemble((step["id"], "bold"), f"  {step['rule']}")
        line.append(f"  from {step['uses']}" if step["uses"] else "", style="dim")
        line.append(f"  ⇒ {reached[step['id']]}" if step["id"] in reached else "")
        line.append(f"\n  {step['note']}" if step["note"] else "", style="dim")
        grid.add_row(styled(step["status"]), line)
    console.print(Padding(grid, (0, 0, 0, 2), expand=False))


def _numbers(statement: Data, console: Console, time: str) -> None:
    """What was measured, a table a quantity; identities and long lists of consistent cells are counted."""
    if not statement["measurements"]:
        _heading(f"no numbers yet: verifier check {statement['name']} draws samples", console)
        return
    _heading(f"numbers, from the check of {time}", console)
    groups: dict[str, list[Data]] = {}
    for measurement in statement["measurements"]:
        angle = measurement["parameters"].get("angle", 0)
        inputs = f", two inputs {angle}° apart" if angle else ""
        groups.setdefault(f"{measurement['quantity']}{inputs}", []).append(measurement)
    for title, measurements in groups.items():
        _table(title, measurements, console)


def _table(title: str, measurements: Sequence[Data], console: Console) -> None:
    console.print(Text(f"  {title}", style="bold"))
    words = [m["answers"][0]["verdict"] for m in measurements if m["answers"][0]["claimed"] == "identity"]
    if words:
        agree = words.count("consistent")
        console.print(Text(f"    identity on small networks: {len(words)} cells, {agree} consistent"))
    _rows_shown([row for m in measurements for row in _rows(m, MAIN)], "", console)
    _rows_shown([row for m in measurements for row in _rows(m, ("variance",))], "exponent of the variance", console)
    _rows_shown([row for m in measurements for row in _rows(m, ("atom",))], "probability of being 0", console)


def _rows_shown(rows: Sequence[tuple[bool, list[Text]]], heading: str, console: Console) -> None:
    if rows and heading:
        console.print(Text(f"    {heading}"))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False, pad_edge=False)
    for name in ("at", "printed", "amended", "measured", "verdict"):
        table.add_column(name, no_wrap=name != "at", overflow="fold")
    hidden, left = 0, LISTED
    for agrees, cells in rows:
        left -= agrees
        if agrees and left < 0:
            hidden += 1
        else:
            table.add_row(*cells)
    if rows:
        console.print(Padding(table, (0, 0, 0, 4), expand=False))
    if hidden:
        console.print(Text(f"    and {hidden} more, all consistent", style="dim"))


#: Kinds that say most of a cell first: a bound is not told where an order is.
MAIN = ("order", "zero", "value", "constant", "law", "vanishes", "integer", "upper", "mean-zero")


def _rows(measurement: Data, kinds: Sequence[str]) -> list[tuple[bool, list[Text]]]:
    """What both forms claim of a cell in one row, and whether all of it is consistent; none where nothing is."""
    chosen: dict[str, Data] = {}
    for answer in sorted(measurement["answers"], key=lambda a: kinds.index(a["kind"]) if a["kind"] in kinds else 99):
        if answer["kind"] in kinds and not answer["outside"]:
            chosen.setdefault(answer["form"], answer)
    if not chosen:
        return []
    where = " ".join(f"{n}={v}" for n, v in measurement["shown"].items() if n != "angle")
    numbers = [measured(a) for a in chosen.values() if a["kind"] not in ("zero", "mean-zero")]
    verdicts = [chosen[form]["verdict"] for form in ("printed", "amended") if form in chosen]
    said = Text(" / ").join(styled(word) for word in dict.fromkeys(verdicts))
    stated = [Text(claimed(chosen[form]) if form in chosen else "") for form in ("printed", "amended")]
    found = next((number for number in numbers if number), "")
    return [(set(verdicts) == {"consistent"}, [Text(where), *stated, Text(found), said])]
