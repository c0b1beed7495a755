"""What the hunt finds of the supplement's errata, from its claims alone: the table of docs/hunt.md.

    python benchmarks/hunt_errata.py --budget 60m --seed 1

Statements are copied without hypotheses, errata, proofs, texts and names; the claims are those that are printed, and
those amended ones in which E30, E31 and E32 were found.  The hunt gets nothing else.  What it found is then compared
with the list below, which it does not see.  ``--amended`` hunts the claims as they stand, with their hypotheses.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import cos, degrees, pi, sin
from pathlib import Path
from typing import Any

from verifier.claims.statement import Claim, Form, Source, Statement
from verifier.commands.hunt import Duration
from verifier.hunt.finding import Counterexample, Hunted
from verifier.hunt.keep import JsonLines, Remembered
from verifier.hunt.of_project import of_entry
from verifier.hunt.run import hunt
from verifier.hunt.target import NoSpace, Target, targets
from verifier.projects.project import Entry, Project
from verifier.projects.root import SHIPPED
from verifier.quantities.check import Check, Part
from verifier.sampling.workers import limit_threads

AMENDED = {"E30", "E31", "E32"}
Test = Callable[[Mapping[str, Any], Counterexample], bool]


def _hidden() -> float:
    """The zero of sin θ + 2(π - θ) cos θ in degrees, which the hunt is to find."""
    from scipy.optimize import brentq

    return degrees(brentq(lambda t: sin(t) + 2 * (pi - t) * cos(t), 1.5, 2.5, xtol=1e-12))


HIDDEN = _hidden()


def _zero(f: Counterexample) -> bool:
    return any(o.what == "zero" for o in f.outcomes)


def _around(angle: float, other: float) -> bool:
    """Whether 0 lies inside the triangle of x_0 and inputs at these angles to it, not both orthogonal to it."""
    return 180 < other < 180 + angle < 360 and (angle, other) != (90, 270)


#: (erratum, what it says, which statements it may be found in, how a finding of it looks)
ERRATA: tuple[tuple[str, str, str, Test], ...] = (
    ("E1", "a limit with mass at 0", "lemma1", lambda i, f: i.get("sequence") == "reciprocal"),
    ("E2", "only d_k = d matters", "lemma3", lambda i, f: "lemma3.printed-delta" in f.claims),
    ("E4", "r = HL + 1", "theorem1 section3", lambda i, f: _zero(f) and not f.special
        and i["r"] == i.get("H", 1) * i["L"] + 1),
    ("E6", "S^{L-1}, not S^L", "lemma2 lemma6", lambda i, f: any("printed-cov" in c or "printed-gr" in c or
        "printed-jac" in c for c in f.claims)),
    ("E7", "unbounded ratios of widths", "section3 lemma2", lambda i, f: "mode" in f.special and f.zero is None),
    ("E8", "opposite inputs", "theorem1 section3 lemma3", lambda i, f: _zero(f) and set(f.special) == {"angle"}
        and i["angle"] == 180),
    ("E8", "three inputs around 0", "section3", lambda i, f: _zero(f) and "other" in i
        and _around(i["angle"], i["other"])),
    ("E9", "orthogonal inputs", "theorem1 section3", lambda i, f: _zero(f) and set(f.special) == {"angle"}
        and i["angle"] == 90),
    ("E10", "smooth activations", "section3", lambda i, f: "activation" in f.special),
    ("E11", "the conjecture's exponent", "section3", lambda i, f: "section3.printed-conjecture" in f.claims),
    ("E12", "the mean of K^h at finite n", "theorem3", lambda i, f: "theorem3.printed-figure" in f.claims),
    ("E13", "norms of inputs", "corollary1", lambda i, f: True),
    ("E14", "the atom at 0", "theorem1", lambda i, f: "theorem1.printed-atom" in f.claims),
    ("E16", "kinks after a step", "theorem3", lambda i, f: "theorem3.printed-taylor" in f.claims),
    ("E17", "√2 for 2", "theorem2 lemma6", lambda i, f: any("printed-root" in c for c in f.claims)),
    ("E18", "[H] for [L]", "theorem1", lambda i, f: "theorem1.printed-layers" in f.claims),
    ("E19", "the cases of (12)", "lemma3", lambda i, f: "lemma3.printed-case" in f.claims),
    ("E24", "steps of √n", "theorem3", lambda i, f: i.get("mu") == "sqrt_n"),
    ("E25", "Θ = 0 at 113.218°", "theorem1 section3", lambda i, f: f.zero is not None and i["L"] == 2
        and abs(f.zero.at - HIDDEN) < 0.01),
    ("E26", "z_i z_j < 0 at one x", "theorem1", lambda i, f: _zero(f) and i.get("z") == (1, -1) and i["angle"] == 0
        and i["m"] == 1),
    ("E27", "z_i ⟂ z_j", "theorem1", lambda i, f: i.get("z") == ((1, 0), (0, 1)) and set(f.special) == {"z"}),
    ("E28", "m = 2, no common path", "theorem1", lambda i, f: i.get("m") == 2 and i["angle"] == 0 and "z" in f.special
        and not _zero(f)),
    ("E29", "n_2/n_1 → 0 at 113.218°", "section3", lambda i, f: f.zero is not None and i.get("mode") == "first"
        and abs(f.zero.at - HIDDEN) < 1),
    ("E30", "inputs collinear with the trained one", "theorem3", lambda i, f: "theorem3.kink.other" in f.claims
        and i["angle"] in (0, 180)),
    ("E31", "x_j = 0", "lemma3", lambda i, f: i.get("norm") == 0 and any("order" in c for c in f.claims)),
    ("E32", "m ≫ n", "theorem3", lambda i, f: "theorem3.first.m" in f.claims and i.get("n") is not None),
)  # fmt: skip

#: What is not looked for, or not found, and why.
WHY = {
    "E3": "about sequences, of which no quantity is sampled", "E5": "no claim says independence",
    "E15": "a case that is missing, not wrong", "E20": "an identity between tensors, whose other readings are no claim",
    "E21": "says that a claim holds", "E22": "says that a claim holds", "E23": "says that a claim holds",
}  # fmt: skip


def bare(entry: Entry, number: int) -> tuple[Target, ...]:
    """The statement under another name, its claims renamed, without anything that says where they fail."""
    assert entry.check is not None
    kept = [c for c in entry.statement.claims if c.form is Form.PRINTED or AMENDED & set(c.errata)]
    names = {c.id: f"s{number}.c{k}" for k, c in enumerate(kept)}
    claims = tuple(_bare(c, names[c.id]) for c in kept)
    statement = Statement(f"s{number}", "", Source(""), "", claims)
    parts = tuple(_renamed(p, names) for p in entry.check.parts)
    found = targets(statement, Check(f"s{number}", *parts), source=entry.check_path)
    return tuple(t for t in found)


def _bare(claim: Claim, name: str) -> Claim:
    return replace(claim, id=name, hypotheses=(), errata=(), instead=(), text="", form=Form.AMENDED, severity=None)


def _renamed(part: Part, names: Mapping[str, str]) -> Part:
    if part.claims is None:
        return part
    return replace(part, claims=tuple(names[c] for c in part.claims if c in names), witness=())


class Progress:
    """What is being tried, a line a minute."""

    def __init__(self) -> None:
        self.last = 0.0

    def trying(self, target: str, stage: str, what: str, done: int, total: int) -> None:
        if time.time() - self.last > 60:
            self.last = time.time()
            print(f"{time.strftime('%H:%M:%S')} {target} {stage} {done}/{total} {what}", file=sys.stderr, flush=True)


def named(finding: Counterexample, back: Mapping[str, str]) -> Counterexample:
    """A finding with the names of the claims as they are in the project."""
    outcomes = tuple(replace(o, claim=back[o.claim]) for o in finding.outcomes)
    return replace(finding, outcomes=outcomes)


Row = tuple[str, str, Counterexample | None]


def score(found: Hunted, back: Mapping[str, str], statements: Mapping[str, str]) -> list[Row]:
    """Each erratum with the smallest finding of it, in the order in which they are listed."""
    rows = []
    all_found = [(statements[f.statement], named(f, back)) for f in found.findings]
    for erratum, text, where, test in ERRATA:
        fitting = [f for name, f in all_found if name in where.split() and _fits(test, f)]
        rows.append((erratum, text, fitting[0] if fitting else None))
    return rows


def _fits(test: Test, f: Counterexample) -> bool:
    try:
        return bool(test(f.instance, f))
    except KeyError:
        return False


def table(rows: list[Row]) -> str:
    """As Markdown."""
    lines = ["| erratum | | found at | true there |", "|---|---|---|---|"]
    for erratum, text, f in rows:
        if f is None:
            lines.append(f"| {erratum} | {text} | not found in this time | |")
            continue
        where, _, true = f.text.partition(": ")
        lines.append(f"| {erratum} | {text} | {where} | {true if f.zero is None else f'{true}; {f.zero.text}'} |")
    lines += [f"| {erratum} | | not looked for: {why} | |" for erratum, why in WHY.items()]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", default="60m", help="computing time, summed over the cores")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--amended", action="store_true", help="the claims as they stand, with their hypotheses")
    parser.add_argument("--statements", nargs="*", help="of these statements alone")
    parser.add_argument("--keep", type=Path, help="a file of outcomes, to go on where an earlier run ended")
    parser.add_argument("--json", type=Path, help="where all that was found is written")
    given = parser.parse_args()
    limit_threads()
    project = Project((SHIPPED,))
    made: list[Target] = []
    back: dict[str, str] = {}
    statements: dict[str, str] = {}
    for number, name in enumerate(given.statements or project.names):
        entry = project.entry(name)
        try:
            own = of_entry(entry, None, Form.AMENDED) if given.amended else bare(entry, number)
        except NoSpace:
            continue
        made += own
        kept = [c for c in entry.statement.claims if c.form is Form.PRINTED or AMENDED & set(c.errata)]
        back |= {f"s{number}.c{k}": c.id for k, c in enumerate(kept)} | {c.id: c.id for c in entry.statement.claims}
        statements |= {f"s{number}": name, name: name}
    budget = Duration().convert(given.budget, None, None)
    keep = JsonLines(given.keep) if given.keep else Remembered()
    found = hunt(made, budget=budget, seed=given.seed, jobs=given.jobs, keep=keep, listener=Progress())
    if given.json:
        given.json.write_text(json.dumps(found.as_dict(), indent=1, default=str), encoding="utf-8")
    if given.amended:
        for f in found.findings:
            print(f.text, f.claims)
    else:
        print(table(score(found, back, statements)))
    from verifier.report.hunt_text import searched

    print("\n" + "\n".join(searched(found, 1)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
