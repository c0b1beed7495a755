"""What a checked document says, for readers and for machines: words, hypotheses, what it rests on, digests.

Nothing here can make a goal hold; it is read, so it is short.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from verifier.kernel.core.check import GoalResult
from verifier.kernel.core.documents import FORMAT, Document
from verifier.kernel.core.table import MARKS, MEANINGS, TABLE, Rest, digest, heads, plain
from verifier.kernel.core.terms import SIGNATURE, Term
from verifier.kernel.show import opened, show

THEORY_FORMAT = "verifier theory 2"
#: what a mark is called where something rests on it
CALLED = {
    "definition": "definition", "theorem": "theorem", "argued": "argued row", "cited": "cited row",
    "computed": "computed, not run again here:",
}  # fmt: skip


def status(goal: GoalResult) -> str:
    """``proved`` by definitions and theorems alone; ``certified`` with computed facts; ``cited`` with rows that are
    argued or cited, or that the table does not have in this form; ``gap`` where it is not proved."""
    if goal.error:
        return "gap"
    known = all(r.mark == "computed" or _is_row(r) for r in goal.rests)
    marks = {r.mark for r in goal.rests} - {"definition", "theorem"}
    return "cited" if not known or marks - {"computed"} else "certified" if marks else "proved"


def _is_row(rest: Rest) -> bool:
    row = TABLE.get(rest.name)
    return row is not None and (row.mark, row.digest) == (rest.mark, rest.digest)


def axioms(goals: Iterable[GoalResult]) -> list[dict[str, str]]:
    """What the goals that hold rest on: mark, name, digest, and for a row its text, justification and source."""
    rests = {r for goal in goals if not goal.error for r in goal.rests}
    order = {mark: place for place, mark in enumerate((*MARKS, "computed"))}
    found = []
    for rest in sorted(rests, key=lambda r: (order.get(r.mark, 9), r.name, r.digest)):
        row = TABLE.get(rest.name) if rest.mark != "computed" else None
        more = {"says": show(row.prop), "why": row.why, "source": row.source} if row else {}
        found.append({"mark": rest.mark, "name": rest.name, "digest": rest.digest, **more})
    return found


def meaning(prop: Term) -> dict[str, list[Any]]:
    """What gives the symbols in ``prop`` their meaning: their sorts, and name and digest of their definitions; and so
    of the symbols in those definitions."""
    symbols: dict[str, Any] = {}
    found: dict[str, str] = {}
    queue = [prop]
    while queue:
        for head in heads(queue.pop()) & set(SIGNATURE):
            symbols[head] = SIGNATURE[head]
            for name in (head, *(f"{head}.{part}" for part in ("intro", "elim", "0", "step"))):
                row = TABLE.get(name)
                if row is not None and row.mark == "definition" and name not in found:
                    found[name] = row.digest
                    queue.append(row.prop)
    return {
        "symbols": [[name, *symbols[name]] for name in sorted(symbols)],
        "definitions": [[name, found[name]] for name in sorted(found)],
    }


def goal_digest(goal: GoalResult) -> str:
    """SHA-256 of what a goal says and rests on: the format, its proposition, the sorts and definitions that give it its
    meaning, and its rests, each by name and the digest of its statement; wording does not enter."""
    rests = sorted([r.mark, r.name, r.digest] for r in goal.rests)
    data = [FORMAT, digest(goal.prop), *meaning(goal.prop).values(), rests]
    return hashlib.sha256(json.dumps(data, separators=(",", ":")).encode()).hexdigest()


def computations(document: Document) -> list[tuple[str, Term]]:
    """Engine and proposition of every computed fact of ``document``: what whoever relies on it runs again."""
    return [(args[0], args[1]) for rule, args in document.steps if rule == "computed"]


def told(goal: GoalResult) -> dict[str, Any]:
    """A goal as JSON data."""
    variables, hypotheses, conclusion = opened(goal.prop)
    return {
        "statement": goal.statement, "id": goal.id, "status": status(goal), "error": goal.error,
        "says": show(goal.prop), "for": variables, "if": hypotheses, "then": conclusion,
        "rests": [r._asdict() for r in sorted(goal.rests)], "digest": goal_digest(goal),
    }  # fmt: skip


def lines(goal: GoalResult) -> list[str]:
    """A goal in lines of text."""
    variables, hypotheses, conclusion = opened(goal.prop)
    out = [f"{_name(goal.id)}: {status(goal)}"]
    if variables:
        out.append(f"  for every {', '.join(variables)}")
    out += [f"  if    {h}" for h in hypotheses]
    out.append(f"  then  {conclusion}")
    if goal.error:
        out.append(f"  not proved: {goal.error}")
    for mark in (*MARKS, "computed"):
        names = sorted({_name(r.name) for r in goal.rests if r.mark == mark})
        if names:
            out.append(f"  rests on {CALLED[mark]} {', '.join(names)}")
    out.append(f"  digest {goal_digest(goal)}")
    return out


def _name(x: str) -> str:
    """A name that comes from the document, quoted where it could be taken for words of ours."""
    return x if re.fullmatch(r"[\w.-]+( [\w.-]+)?", x) else json.dumps(x)


def theory() -> str:
    """The table as JSON, for a checker that does not read our code: symbols with sorts, rows with nested terms."""
    symbols = [
        {"name": name, "args": args, "result": result, "meaning": MEANINGS.get(name, "")}
        for name, (args, result) in SIGNATURE.items()
    ]
    rows = [row._asdict() for row in TABLE.values()]
    return json.dumps({"format": THEORY_FORMAT, "symbols": symbols, "rows": rows}, default=plain)
