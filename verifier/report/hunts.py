"""Hunts in the store, and as the report shows them: what was searched, how much of it, and what was found.

A hunt's record lies beside its outcomes, a block without samples, and goes when these are pruned.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from verifier.hunt.finding import Counterexample, Hunted
from verifier.hunt.lab import digest
from verifier.hunt.target import Target
from verifier.inputs.visible import visible
from verifier.report.document import said, said_of
from verifier.report.environment import commit, version
from verifier.report.model import HuntData, HuntFinding
from verifier.report.schema import problem_of_part
from verifier.sampling.store import Packed, Store

#: What a record is called among the blocks: no quantity of a statement has this name.
_STATEMENT, _QUANTITY = "hunt", "record"


def hunt_data(found: Hunted, targets: Sequence[Target], *, time: str, command: str) -> HuntData:
    """A hunt of ``targets`` that ended at ``time`` (ISO 8601) and was started by ``command``, as plain data."""
    counts = found.counts
    return {
        "time": time, "command": command, "version": version(), "commit": commit(),
        "statements": list(dict.fromkeys(t.statement.name for t in targets)),
        "claims": list(dict.fromkeys(c.id for t in targets for c in t.statement.claims)),
        "said": {c.id: said(c, t.statement) for t in targets for c in t.statement.claims},
        "seed": found.seed, "alpha": found.alpha, "budget": found.budget, "seconds": round(found.spent, 1),
        "stopped": found.stopped, "instances": counts["instances"], "lines": counts["lines"],
        "samples": counts["samples"], "decisions": counts["decisions"], "failed": len(counts["failed"]),
        "stages": [
            {"target": visible(s.target), "name": s.name, "done": s.done, "total": s.total} for s in found.stages
        ],
        "findings": [_finding(one) for one in found.findings],
        "doubtful": [visible(text) for text in found.doubtful],
        "unlooked": list(found.unlooked), "skipped": list(found.skipped),
    }  # fmt: skip


def _finding(found: Counterexample) -> HuntFinding:
    first = next(o for o in found.outcomes if o.fails)
    return {
        "statement": found.statement, "claims": list(found.claims), "text": visible(found.text),
        "reason": visible(first.reason), "alpha": first.alpha,
        "special": {name: visible(said) for name, said in found.special.items()},
        "excluded_by": list(found.excluded_by), "proposed": visible(found.proposed),
        "zero": None if found.zero is None else visible(found.zero.text), "reproduce": visible(found.reproduce),
    }  # fmt: skip


def keep(store: Store, run: int, data: HuntData) -> None:
    """Keep a hunt's record on behalf of ``run``; one of the same claims, seed and budget is replaced.  StoreError."""
    key = digest("hunt record", data["said"], data["seed"], data["budget"], data["alpha"])
    row = Packed(bytes.fromhex(key), _STATEMENT, _QUANTITY, "1", "", "", 0, 0, str(data["seed"]), json.dumps(data), b"")
    store.put(row, run)


def hunts(store: Store) -> list[HuntData]:
    """The hunts that are kept, the last one first; of those whose claims a later one had all, none.

    What is no whole record of this version's shape is passed over.
    """
    with store.asking() as connection:
        rows = connection.execute(
            "SELECT b.key FROM blocks b JOIN estimators e ON b.estimator = e.id WHERE e.statement = ? AND "
            "e.quantity = ? ORDER BY b.used DESC, b.id DESC", (_STATEMENT, _QUANTITY),
        ).fetchall()  # fmt: skip
    found: list[HuntData] = []
    for (key,) in rows:
        data = _read(store, key)
        if data is not None and not any(data["said"].items() <= later["said"].items() for later in found):
            found.append(data)
    return found


def _read(store: Store, key: bytes) -> HuntData | None:
    kept = store.get(key)
    if kept is None:
        return None
    try:
        data: Any = json.loads(kept[0])
    except ValueError:
        return None
    return None if problem_of_part(data, "HuntData", "the record of a hunt") else data


def stored_hunts(folder: Path) -> list[HuntData]:
    """The hunts that the store in ``folder`` keeps; none where there is no store.  StoreError."""
    try:
        with Store.open(folder) as store:
            return hunts(store)
    except FileNotFoundError:
        return []


def of_claims(found: Sequence[HuntData], statements: Sequence[Mapping[str, Any]]) -> list[HuntData]:
    """The hunts that looked at claims of these statements of a document, with what they found of them.

    A claim that said something else then is another one: it is left out, with what was found of it.
    """
    now = {claim["id"]: said_of(claim) for statement in statements for claim in statement["claims"]}
    kept: list[HuntData] = []
    for one in found:
        same = {claim for claim, then in one["said"].items() if now.get(claim) == then}
        if not same:
            continue
        others = {claim for claim in one["said"] if claim in now and claim not in same}
        findings = [f for f in one["findings"] if same & set(f["claims"]) and not others & set(f["claims"])]
        kept.append({
            **one, "findings": findings, "claims": [c for c in one["claims"] if c not in others],
            "said": {c: then for c, then in one["said"].items() if c not in others},
        })  # fmt: skip
    return kept


def of_statements(found: Sequence[HuntData], names: Sequence[str]) -> list[HuntData]:
    """The hunts that looked at one of these statements, with what they found of them."""
    return [
        {**one, "findings": [f for f in one["findings"] if f["statement"] in names]}
        for one in found
        if set(one["statements"]) & set(names)
    ]
