"""Parts of a document, and one whose columns were replaced: what follows from them is found anew."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.report.derived import Data, finished
from verifier.report.hunts import of_statements
from verifier.verdict import NumericStatus, ProofStatus, weakest_numeric
from verifier.verify.word import Columns, word_of


def restricted(data: Data, names: Sequence[str]) -> Data:
    """The document with these statements only, in the document's order."""
    kept = [statement for statement in data["statements"] if statement["name"] in names]
    own = {erratum for statement in kept for erratum in statement["errata"]}
    hunted = {"hunts": of_statements(data["hunts"], names)} if "hunts" in data else {}
    found = {**data, "statements": kept, "errata": [e for e in data["errata"] if e["id"] in own], **hunted}
    return finished(found)


def of_claim(data: Data, claim: str) -> Data:
    """The document of one statement with one of its claims, and of the rest what belongs to that claim.

    It has no forms: a claim's columns are not the word of a form.
    """
    (statement,) = data["statements"]
    (own,) = (c for c in statement["claims"] if c["id"] == claim)
    steps = [step for step in statement["steps"] if step["id"] == claim]
    unproved = statement["steps"] and not steps
    problem = "no step of the statement's proof proves this claim" if unproved else statement["problem"]
    answers = [[a for a in m["answers"] if a["claim"] == claim] for m in statement["measurements"]]
    kept = {
        **statement, "claims": [own], "forms": [], "problem": problem,
        "hypotheses": [h for h in statement["hypotheses"] if h["id"] in own["hypotheses"]],
        "errata": [erratum for erratum in statement["errata"] if erratum in own["errata"]],
        "steps": steps,
        "measurements": [
            {**m, "answers": of} for m, of in zip(statement["measurements"], answers, strict=True) if of
        ],
    }  # fmt: skip
    return {**data, "statements": [kept]}


def reworded(data: Data) -> Data:
    """The document with the words of its forms found anew, where columns of its claims were replaced."""
    for statement in data["statements"]:
        for form in statement["forms"]:
            own = [claim for claim in statement["claims"] if claim["form"] == form["form"]]
            columns = [
                Columns(
                    ProofStatus(c["proof"]),
                    NumericStatus(c["numeric"]),
                    bool(c["proof_alone"]),
                    bool(c.get("empirical")),
                )
                for c in own
            ]
            left_out = [claim for claim in statement.get("left_out", ()) if claim["form"] == form["form"]]
            word = word_of(columns, problems=bool(statement["in_vain"] or left_out))
            column = {"gap": "proof_reason", "inconclusive": "numeric_reason"}.get(str(word), "")
            told = [f"{c['id']}: {c[column]}" for c, one in zip(own, columns, strict=True)
                    if column and word_of([one]) is word and c[column]]  # fmt: skip
            numeric = weakest_numeric(one.numeric for one in columns if not one.alone)
            form |= {"verdict": str(word), "reasons": told, "numeric": str(numeric)}
    return finished(data)
