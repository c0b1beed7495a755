"""Errata, as the report holds them: each once, with the statements it concerns and commands that re-check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verifier.claims.statement import Erratum, Statement

Data = dict[str, Any]


def errata(statements: Sequence[Statement], data: Sequence[Mapping[str, Any]]) -> list[Data]:
    """Every erratum once, with the statements it concerns and the commands that re-check it."""
    entries: dict[str, Erratum] = {e.id: e for s in statements for e in s.own_errata}
    plain = {
        name: {
            "id": e.id, "where": e.where, "printed": e.printed, "why": e.why, "counterexample": e.counterexample,
            "amended": e.amended, "effect": e.effect,
        }
        for name, e in entries.items()
    }  # fmt: skip
    return [
        {
            **plain[name],
            "statements": [s["name"] for s in data if name in s["errata"]],
            "recheck": list(entries[name].commands) or _recheck(name, plain, data),
        }
        for name in sorted(entries, key=_by_number)
    ]


def _recheck(erratum: str, errata: Mapping[str, Data], data: Sequence[Mapping[str, Any]]) -> list[str]:
    """Commands that show the erratum again, as far as the statements tell.

    That of the witness of a hypothesis which it added; else a cell where the samples contradict the printed claim
    which it concerns, and the proof that refutes this claim, if it is for this reason that the claim is wrong.
    """
    found: list[str] = []
    for statement in data:
        for hypothesis in statement["hypotheses"]:
            if erratum in hypothesis["errata"] and hypothesis["witness"]["reproduce"]:
                return [hypothesis["witness"]["reproduce"]]
        for claim in statement["claims"]:
            if claim["form"] != "printed" or erratum not in claim["errata"]:
                continue
            if erratum != next(name for name in claim["errata"] if name in errata):  # the one that tells why is first
                continue
            answers = [a for m in statement["measurements"] for a in m["answers"] if a["claim"] == claim["id"]]
            found += [a["reproduce"] for a in answers if a["verdict"] == "contradicted"][:1]
            found += [f"verifier axioms {statement['name']}"] if claim["proof"] == "refuted" else []
    return list(dict.fromkeys(found))[:2]


def _by_number(identifier: str) -> tuple[str, int]:
    word = identifier.rstrip("0123456789")
    return word, int(identifier[len(word) :] or 0)
