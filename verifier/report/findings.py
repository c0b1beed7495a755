"""What is wrong as printed: each refuted or contradicted claim, why, and what is true instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verifier.report.numbers import claimed, measured

Data = dict[str, Any]


def findings(document: Data) -> list[Data]:
    """One entry a printed claim that is refuted or contradicted; a statement's claims stay together."""
    errata = {entry["id"]: entry for entry in document["errata"]}
    found = []
    for statement in document["statements"]:
        amended = [c for c in statement["claims"] if c["form"] == "amended"]
        for claim in statement["claims"]:
            wrong = claim["proof"] == "refuted" or claim["numeric"] == "contradicted"
            if claim["form"] != "printed" or not wrong:
                continue
            concerned = [errata[name] for name in claim["errata"] if name in errata]
            first = concerned[0] if concerned else None  # it tells why; the others concern it, too
            found.append(
                {
                    "statement": statement["name"], "label": statement["label"], "title": statement["title"],
                    "claim": claim, "contradicted": _contradicted(statement, claim),
                    "zeros": _zeros(statement, claim),
                    "erratum": first,
                    "errata": [entry["id"] for entry in concerned],
                    "place": claim["place"].removeprefix(statement["label"]).removeprefix(", "),
                    "reason": _reason(claim, first),
                    "true": _true(claim, amended),
                }
            )  # fmt: skip
    return found


def _reason(claim: Data, erratum: Data | None) -> str:
    """Why a claim is wrong: what its author says of it, else what the erratum says that concerns it."""
    return claim["why"] or (f"{erratum['why']} {erratum['counterexample']}" if erratum else "")


def _contradicted(statement: Data, claim: Data) -> list[Data]:
    """Cells where samples exclude the claim: where, what is claimed, what was found."""
    cells = []
    for measurement in statement["measurements"]:
        for answer in measurement["answers"]:
            if answer["claim"] == claim["id"] and answer["verdict"] == "contradicted":
                where = ", ".join(f"{name} = {value}" for name, value in measurement["shown"].items())
                number = isinstance(answer["claimed"], int | float)
                cells.append(
                    {
                        "where": where, "claimed": claimed(answer), "measured": measured(answer) if number else "",
                        "reason": answer["reason"], "reproduce": answer["reproduce"],
                    }
                )  # fmt: skip
    return cells


def _zeros(statement: Data, claim: Data) -> list[str]:
    """Cells where an exponent is claimed of what is exactly zero in every sample."""
    return [
        ", ".join(f"{name} = {value}" for name, value in measurement["shown"].items())
        for measurement in statement["measurements"]
        for answer in measurement["answers"]
        if answer["claim"] == claim["id"] and answer["verdict"] == "invalid" and answer["zero_fraction"] == 1
    ]


def _true(claim: Data, amended: Sequence[Data]) -> list[Data]:
    """The amended claims that the printed one names in its place, with what they grant and the printed one does not."""
    return [
        {**c, "besides": [said for name, said in c["premises"].items() if claim["premises"].get(name) != said]}
        for c in amended if c["id"] in claim["instead"]
    ]  # fmt: skip
