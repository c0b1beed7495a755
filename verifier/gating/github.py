"""GitHub Actions: annotations at the claims' own lines, and the step summary in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from verifier.gating.compare import Gated, Outcome
from verifier.inputs.visible import one_line, visible

_WORDS = {
    Outcome.UNEXPECTED: "changed",
    Outcome.UNDECIDED: "undecided",
    Outcome.FAILED: "sampler failed",
    Outcome.UNREADABLE: "unreadable",
}


def annotate(findings: Sequence[Gated], root: Path) -> list[str]:
    """A workflow command for each finding that is not as expected, with paths relative to ``root``."""
    return [_annotation(finding, root) for finding in findings if finding.outcome is not Outcome.EXPECTED]


def _annotation(finding: Gated, root: Path) -> str:
    properties = []
    if finding.path is not None:
        properties += [f"file={_property(finding.place(root))}", f"line={finding.line}"]
    properties.append(f"title={_property(f'{finding.name}: {_WORDS[finding.outcome]}')}")
    text = [f"expected {finding.expected}, found {finding.found}", finding.message]
    if finding.reproduce:
        text.append(f"reproduce: {finding.reproduce}")
    return f"::error {','.join(properties)}::{_data(chr(10).join(filter(None, text)))}"


def _data(text: str) -> str:
    text = visible(text)  # a carriage return, too
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(findings: Sequence[Gated], *, seed: int, profile: str, seconds: float) -> str:
    """The step summary: what is not as expected in full, everything else in a folded table."""
    bad = [finding for finding in findings if finding.outcome is not Outcome.EXPECTED]
    word = "as recorded" if not bad else f"{len(bad)} not as recorded"
    claims = "1 claim" if len(findings) == 1 else f"{len(findings)} claims"
    lines = [f"### verifier gate: {claims}, {word}", ""]
    if bad:
        lines += ["| claim | expected | found | |", "|---|---|---|---|"]
        lines += [f"| {_cell(f.name)} | {_cell(f.expected)} | {_cell(f.found)} | {_WORDS[f.outcome]} |" for f in bad]
        lines.append("")
        for finding in bad:
            if finding.reproduce:
                lines.append(f"* {_code(finding.reproduce)}")
        lines.append("")
    lines += ["<details><summary>All claims</summary>", "", "| claim | found |", "|---|---|"]
    lines += [f"| {_cell(finding.name)} | {_cell(finding.found)} |" for finding in findings]
    lines += ["", "</details>", "", f"Seed {seed}, profile {profile}, {seconds:.0f} s.", ""]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """A cell of a table that shows ``text`` as it stands: no markup, no HTML, no row of its own."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$!&@])", r"\\\1", one_line(text))


def _code(text: str) -> str:
    """A command, in more backticks than it has."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if "`" in text else ""
    return f"{fence}{space}{one_line(text)}{space}{fence}"
