"""What was found against what was expected: one finding a claim, and the exit code they come to.

A change in either direction is a finding.  Where a project has a record, both columns of each claim are
compared with it; otherwise the one word for each form is compared with what the statement's file (or the
configuration) expects, and the claims that make the word are named.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from verifier.claims.statement import Form
from verifier.claims.wording import wording
from verifier.gating.config import FitClaim
from verifier.gating.lines import claim_line, statement_line
from verifier.gating.record import Columns, claim_key, columns_of
from verifier.projects.loading import LoadError
from verifier.projects.project import Project
from verifier.verdict import NumericStatus, ProofStatus, Summary
from verifier.verdict.codes import EXPECTED, INTERNAL, UNDECIDED, UNEXPECTED, USAGE
from verifier.verdict.shapes import Count, ExitCode, Like, OneOf, Width
from verifier.verify.results import CellReport, ClaimReport, StatementReport
from verifier.verify.word import word_of

_CELLS_SHOWN = 3
_OPEN = (NumericStatus.INCONCLUSIVE, NumericStatus.INVALID)
_NOT_SEEN = "a gap is expected, which says nothing of the samples; record both with verifier gate --record"


class Outcome(StrEnum):
    """What a finding comes to."""

    EXPECTED = "expected"
    UNEXPECTED = "unexpected"  # refuted, contradicted or changed, and not so recorded
    UNDECIDED = "undecided"  # inconclusive, invalid, timed out, or a gap
    FAILED = "failed"  # a sampler raised
    UNREADABLE = "unreadable"  # a file could not be loaded

    @property
    def code(self) -> int:
        return _CODES[self]


_CODES = {
    Outcome.EXPECTED: EXPECTED,
    Outcome.UNEXPECTED: UNEXPECTED,
    Outcome.UNDECIDED: UNDECIDED,
    Outcome.FAILED: USAGE,
    Outcome.UNREADABLE: USAGE,
}


class FindingJson(TypedDict):
    """One gated claim, fit, file or check."""

    statement: Annotated[str, "empty for what belongs to none"]
    name: str
    outcome: Annotated[
        str,
        OneOf(Outcome),
        "expected; unexpected: refuted, contradicted or changed and not so recorded (exit code 1); undecided: "
        "inconclusive, invalid, timed out or a gap (3); failed: a sampler raised (2); unreadable: a file could not be "
        "loaded (2)",
    ]
    expected: Annotated[str, "verdicts in words"]
    found: str
    message: Annotated[str, "why, where it is not the expected one"]
    reproduce: Annotated[str, "a command that shows this finding alone; empty if there is none"]
    file: Annotated[str | None, "where it is claimed, from the current directory; null if nowhere"]
    line: Width


class GateJson(TypedDict):
    """What ``verifier gate --json`` prints; ``docs/gate.schema.json`` is generated from it."""

    schema: Literal[1]
    seed: Count
    profile: Annotated[str, Like("^(quick|full|thorough)(-[0-9]+)?$"), "with the budget where one was given: full-256"]
    exit_code: ExitCode
    claims: list[FindingJson]


@dataclass(frozen=True)
class Gated:
    """One gated thing.  ``expected`` and ``found`` are words; ``path`` and ``line`` say where it is claimed."""

    statement: str
    name: str
    outcome: Outcome
    expected: str
    found: str
    message: str = ""
    reproduce: str = ""
    path: Path | None = None
    line: int = 1

    def place(self, root: Path | None = None) -> str:
        """The path relative to ``root`` (the current directory) where it lies below it; empty without a path."""
        return "" if self.path is None else relative(self.path, root)

    def to_json(self) -> FindingJson:
        return {
            "statement": self.statement,
            "name": self.name,
            "outcome": str(self.outcome),
            "expected": self.expected,
            "found": self.found,
            "message": self.message,
            "reproduce": self.reproduce,
            "file": None if self.path is None else self.place(),
            "line": self.line,
        }


def relative(path: Path, root: Path | None = None) -> str:
    """``path`` as seen from ``root`` (the current directory) where it lies below it."""
    try:
        return path.resolve().relative_to((root or Path.cwd()).resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def exit_code(findings: Iterable[Gated]) -> int:
    """2 before 1 before 4 before 3 before 0."""
    codes = {finding.outcome.code for finding in findings}
    return next((code for code in (USAGE, UNEXPECTED, INTERNAL, UNDECIDED) if code in codes), EXPECTED)


def compare(
    report: StatementReport,
    path: Path,
    recorded: Mapping[str, Columns] | None = None,
    expect: Mapping[Form, Summary] | None = None,
    stopped: str | None = None,
) -> list[Gated]:
    """The findings about one statement.

    ``recorded``: the project's record of its claims, None if there is none.  ``expect``: the words that the
    configuration demands, which come on top of a record and in place of the file's.  ``stopped``: why the run
    ended early, if it did.

    Where a gap is expected, in a form that has no record, samples that are inconclusive or invalid are undecided:
    the one word says nothing of them.
    """
    name = report.statement.name
    found: dict[str, Gated] = {}
    by_form = _by_form(report, path, expect, recorded is not None, stopped)
    for claim in report.claims:
        key = claim_key(claim.claim)
        finding = by_form[key] if recorded is None else _by_record(report, path, claim, recorded.get(key), stopped)
        if finding.outcome is Outcome.EXPECTED:
            finding = by_form[key]
        found[key] = finding
    left_out = [claim_key(claim) for claim in report.left_out]
    for key in recorded or {}:
        if key not in found and key not in left_out:
            message = f"{key} is recorded and no longer claimed; re-record with verifier gate --record"
            found[key] = Gated(
                name, key, Outcome.UNEXPECTED, "claimed", "not claimed", message, "", path, statement_line(path)
            )
    if report.in_vain and not report.left_out:
        found[f"{name}, a check"] = Gated(
            name, f"{name}, a check", Outcome.UNDECIDED, "claims about what is measured", "none",
            "\n".join(report.in_vain), f"verifier check {name}", path, statement_line(path),
        )  # fmt: skip
    every = [*found.values(), *(finding for key, finding in by_form.items() if key not in found)]
    if report.errors and all(finding.outcome is Outcome.EXPECTED for finding in every):
        # A sampler that failed where no claim asks anything: what it was to show is missing all the same.
        message = "\n".join(report.errors)
        every.append(
            Gated(
                name, f"{name}, a sampler", Outcome.FAILED, "samples", "none", message, f"verifier check {name}", path,
                statement_line(path),
            )
        )  # fmt: skip
    return every


def vanished(recorded: Iterable[str], project: Project, record: Path) -> list[Gated]:
    """Recorded statements that no file states any more."""
    return [
        Gated(
            name, name, Outcome.UNEXPECTED, "stated", "not stated",
            f"{name} is recorded and there is no lemmas/{name}.py; re-record with verifier gate --record",
            "verifier gate --record", record, _text_line(record, f'"{name}"'),
        )
        for name in recorded
        if name not in project.names
    ]  # fmt: skip


def orphans(project: Project, root: Path) -> list[Gated]:
    """Checks in ``root`` without a statement of their name: they would never be drawn."""
    return [
        Gated(
            name, name, Outcome.UNREADABLE, "a statement", "none",
            f"{name} has a check but no statement: write lemmas/{name}.py (or name a helper _{name}.py)", "", path, 1,
        )
        for name, path in project.check_files.items()
        if name not in project.names and path.parent.parent == root
    ]  # fmt: skip


def _by_record(
    report: StatementReport, path: Path, claim: ClaimReport, recorded: Columns | None, stopped: str | None
) -> Gated:
    found = columns_of(claim)
    if recorded is None:
        message = "this claim is not in the record; review it and run verifier gate --record"
        return _finding(report, path, claim, Outcome.UNEXPECTED, "not recorded", message)
    outcomes = (
        _proof_outcome(recorded[0], found[0]),
        _numeric_outcome(recorded[1], found[1], stopped is not None),
    )
    outcome = next((o for o in (Outcome.UNEXPECTED, Outcome.UNDECIDED) if o in outcomes), Outcome.EXPECTED)
    return _finding(report, path, claim, outcome, _words(*recorded))


def _proof_outcome(expected: ProofStatus, found: ProofStatus) -> Outcome:
    if found is expected:
        return Outcome.EXPECTED
    return Outcome.UNDECIDED if found is ProofStatus.GAP else Outcome.UNEXPECTED


def _numeric_outcome(expected: NumericStatus, found: NumericStatus, stopped: bool) -> Outcome:
    if found is expected:
        return Outcome.EXPECTED
    undecided = found in _OPEN or (stopped and found is NumericStatus.UNTESTED)
    return Outcome.UNDECIDED if undecided else Outcome.UNEXPECTED


def _by_form(
    report: StatementReport,
    path: Path,
    expect: Mapping[Form, Summary] | None,
    recorded: bool,
    stopped: str | None,
) -> dict[str, Gated]:
    """A finding for each claim, by the word of its form; and one for a form that changed without a culprit."""
    found: dict[str, Gated] = {}
    for form in report.forms:
        summary = report.word(form)
        demanded = (expect or {}).get(form)
        expected = demanded or (summary if recorded else report.expected(form))
        open_ = summary in (Summary.GAP, Summary.INCONCLUSIVE)
        outcome = Outcome.EXPECTED if report.met(form, expected) else Outcome.UNDECIDED if open_ else Outcome.UNEXPECTED
        claims = report.of_form(form)
        culprits = [claim for claim in claims if _makes(summary, claim)]
        for claim in claims:
            mine, note = outcome if claim in culprits else Outcome.EXPECTED, ""
            unseen = claim.numeric in _OPEN or (claim.numeric is NumericStatus.UNTESTED and not claim.alone)
            if mine is Outcome.EXPECTED and expected is Summary.GAP and not recorded and unseen:
                mine, note = Outcome.UNDECIDED, _NOT_SEEN
            if stopped is not None and claim.numeric is NumericStatus.UNTESTED and claim.cells:
                mine, note = Outcome.UNDECIDED, f"the run is incomplete: {stopped}"
            finding = _finding(report, path, claim, mine, _demand(form, expected), note)
            found[claim_key(claim.claim)] = finding
        if outcome is not Outcome.EXPECTED and not culprits:
            name = report.statement.name
            key = f"{name} ({form})"
            message = f"{name}, as {form}, was expected to be {expected} and is {summary}; re-record it if right"
            found[key] = Gated(
                name, key, outcome, str(expected), str(summary), message, f"verifier check {name}", path,
                statement_line(path),
            )  # fmt: skip
    return found


def _makes(summary: Summary, claim: ClaimReport) -> bool:
    """Whether this claim alone would make its form that word, and that word is no good one."""
    return (
        summary not in (Summary.VERIFIED, Summary.PROOF_ALONE, Summary.MEASURED) and word_of([claim.columns]) is summary
    )


def _demand(form: Form, expected: Summary) -> str:
    return f"{form}: {expected}"


def _words(proof: ProofStatus, numeric: NumericStatus) -> str:
    return f"{proof}, {numeric}"


def _finding(
    report: StatementReport, path: Path, claim: ClaimReport, outcome: Outcome, expected: str, message: str = ""
) -> Gated:
    cells = _telling(claim)
    broken = [cell for cell in claim.cells if cell.failed]
    if broken:
        cells, message = broken, ""
        outcome = Outcome.UNDECIDED if broken[0].late else Outcome.FAILED
    if outcome is not Outcome.EXPECTED:
        message = "\n".join(filter(None, [message, *_explain(report, claim, cells)]))
    name = report.statement.name
    return Gated(
        name,
        claim_key(claim.claim),
        outcome,
        expected,
        _words(claim.proof, claim.numeric),
        message,
        cells[0].reproduce if cells else f"verifier check {name}",
        path,
        claim_line(path, claim.claim.id),
    )


def _telling(claim: ClaimReport) -> list[CellReport]:
    """The cells that made the claim's numeric status."""
    return [cell for cell in claim.cells if cell.verdict is claim.numeric]


def _explain(report: StatementReport, claim: ClaimReport, cells: Sequence[CellReport]) -> list[str]:
    told = wording(claim.claim, report.statement.hypotheses).text
    lines = [f"{told}: proof {claim.proof}, samples {claim.numeric}"]
    if claim.proof is ProofStatus.GAP:
        lines.append(f"proof: {claim.proof_reason or report.problem or 'there is none'}")
    if claim.numeric_reason and not cells:
        lines.append(f"samples: {claim.numeric_reason}")
    if claim.numeric not in (NumericStatus.CONSISTENT, NumericStatus.UNTESTED):
        for cell in cells[:_CELLS_SHOWN]:
            at = ", ".join(f"{name}={value}" for name, value in cell.parameters.items())
            lines.append(f"{at or 'samples'}: {cell.reason}")
        if len(cells) > _CELLS_SHOWN:
            lines.append(f"and {len(cells) - _CELLS_SHOWN} cells more")
    return lines


def unreadable(name: str, error: LoadError) -> Gated:
    """A statement that could not be loaded."""
    return Gated(name, name, Outcome.UNREADABLE, "readable", "unreadable", str(error), "", error.path, error.line or 1)


def fit_finding(claim: FitClaim, config: Path, verdict: NumericStatus | None, message: str) -> Gated:
    """A claim about data files; ``verdict`` None if they could not be read."""
    if verdict is None:
        outcome = Outcome.UNREADABLE
    elif verdict is claim.verdict:
        outcome = Outcome.EXPECTED
    elif verdict in (NumericStatus.INCONCLUSIVE, NumericStatus.INVALID, NumericStatus.UNTESTED):
        outcome = Outcome.UNDECIDED
    else:
        outcome = Outcome.UNEXPECTED
    line = _text_line(config, claim.name)
    return Gated(
        "fits", claim.name, outcome, str(claim.verdict), str(verdict or "unreadable"), message, _fit_command(claim),
        config, line,
    )  # fmt: skip


def _fit_command(claim: FitClaim) -> str:
    """The command that decides it again, with the settings that are not the defaults."""
    default = FitClaim("", ())
    words = ["verifier", "fit", *(relative(path) for path in claim.files)]
    words += [] if claim.kind == default.kind else ["--kind", claim.kind]
    words += [word for target in claim.expect for word in ("--expect", target)]
    words += [] if claim.margin is None else ["--margin", f"{claim.margin:g}"]
    words += [] if claim.alpha == default.alpha else ["--alpha", f"{claim.alpha:g}"]
    words += [] if claim.allowance == default.allowance else ["--allowance", f"{claim.allowance:g}"]
    words += [] if claim.correction is None else ["--correction" if claim.correction else "--no-correction"]
    layout = claim.layout
    columns = {"--width": layout.width, "--value": layout.values, "--by": layout.by, "--group-by": layout.group_by,
               "--ignore": layout.ignore, "--skip": layout.skip,
               "--where": [f"{name}={label}" for name, label in layout.where],
               "--stderr": [layout.stderr] if layout.stderr else []}  # fmt: skip
    words += [word for option, names in columns.items() for name in names for word in (option, name)]
    words += [] if layout.base_width is None else ["--base-width", str(layout.base_width)]
    words += [] if claim.seeds == "few" else ["--seeds", claim.seeds]
    words += [] if layout.variable == "width" else ["--in", layout.variable]
    return shlex.join(words)


def _text_line(path: Path, text: str) -> int:
    """The first line of ``path`` that contains ``text``, else 1."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 1
    return next((number for number, line in enumerate(lines, start=1) if text in line), 1)
