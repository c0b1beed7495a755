"""What follows from a document's statements: counts, the graph of what rests on what, the limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verifier.claims.statement import label_of
from verifier.report.limits import limits
from verifier.verdict import NumericStatus, ProofStatus, Severity, Summary

Data = dict[str, Any]


def finished(data: Data) -> Data:
    """The document with what follows from its statements: counts, the graph, the limits."""
    return {**data, "counts": _counts(data["statements"]), "graph": graph(data["statements"]), "limits": limits(data)}


def tally(words: Sequence[str], order: Sequence[str]) -> dict[str, int]:
    """How often each word occurs, in the order given."""
    return {word: words.count(word) for word in order if word in words}


def _counts(statements: Sequence[Data]) -> Data:
    claims = [claim for statement in statements for claim in statement["claims"]]
    measured = [m for s in statements for m in s["measurements"] if any(a["samples"] for a in m["answers"])]
    verdicts = [
        answer["verdict"] for s in statements for m in s["measurements"] for answer in m["answers"]
        if not answer["outside"]
    ]  # fmt: skip
    return {
        "statements": len(statements),
        "claims": len(claims),
        "verdicts": {
            form: tally(
                [f["verdict"] for s in statements for f in s["forms"] if f["form"] == form],
                [str(word) for word in Summary],
            )
            for form in ("printed", "amended")
        },
        "printed": sum(f["form"] == "printed" for s in statements for f in s["forms"]),
        "severity": tally(
            [f["severity"] for s in statements for f in s["forms"] if f["severity"]], [str(word) for word in Severity]
        ),
        "proofs": {
            form: tally([c["proof"] for c in claims if c["form"] == form], [str(s) for s in ProofStatus])
            for form in ("printed", "amended")
        },
        "measurements": len(measured),
        "answers": tally(verdicts, [str(s) for s in NumericStatus]),
        "steps": sum(len(s["steps"]) for s in statements),
        "networks": _networks(statements),
    }


def _networks(statements: Sequence[Data]) -> int:
    """How many networks were drawn; cells of one group are read off the same ones."""
    groups: dict[tuple[str, int], int] = {}
    for statement in statements:
        for m in statement["measurements"]:
            key = statement["name"], m["place"][0]
            counts = sum(m["evidence"]["counts"]) if m["evidence"] else 0
            groups[key] = max(groups.get(key, 0), counts)
    return sum(groups.values())


def graph(statements: Sequence[Data]) -> Data:
    """Statements as nodes, with what their proofs cite as edges; a cited theorem from outside is a node too."""
    nodes = [
        {"id": s["name"], "label": s["label"], "title": s["title"], "kind": "statement",
         **{f["form"]: {"verdict": f["verdict"], "proof": f["proof"], "numeric": f["numeric"]} for f in s["forms"]}}
        for s in statements
    ]  # fmt: skip
    known = {s["name"] for s in statements}
    edges: list[Data] = []
    outside: dict[str, Data] = {}
    for statement in statements:
        for use in statement["uses"]:
            name = use["statement"]
            if name not in known:
                node = {"id": name, "label": label_of(name), "title": "not in this report", "kind": "absent"}
                outside[name] = node
            edges.append({"from": name, "to": statement["name"], "claims": use["claims"]})
        inherited = {name for use in statement["uses"] for s in statements if s["name"] == use["statement"]
                     for name in s["cited"]}  # fmt: skip
        for name in statement["cited"]:
            if name not in inherited:
                cited = f"cited {name}"  # no name of a statement has a space
                outside[cited] = {"id": cited, "label": name, "title": "cited, not proved here", "kind": "cited"}
                edges.append({"from": cited, "to": statement["name"], "claims": []})
    return {"nodes": [*outside.values(), *nodes], "edges": edges}
