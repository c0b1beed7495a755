"""What ``verifier check --json`` prints, as types: the one source of ``docs/check.schema.json``."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from verifier.verdict.shapes import (
    Count,
    ExitCode,
    FormWord,
    NumericWord,
    OneOf,
    ProofWord,
    SeverityWord,
    SummaryWord,
    Width,
)

#: What a claim may rest on, what is not proved here first.
KINDS = ("cited", "argued", "computed", "hypothesis", "definition", "theorem")


class FormJson(TypedDict):
    """Refuted if a claim's proof is; else contradicted if a measurement is; else gap; else inconclusive, as is a claim
    that could be sampled and was not; else verified, or proof alone where no claim can be sampled."""

    verdict: SummaryWord
    reasons: Annotated[list[str], "why it is a gap or inconclusive"]


class CellJson(TypedDict):
    parameters: dict[str, Any]
    claimed: Annotated[
        float | str,
        "an exponent, a probability, a value or an integer (1 where means are compared with what is claimed at each "
        "width); or a word: zero, identity, mean-zero, constant; or a law, such as N(0, 1)",
    ]
    estimate: float | None
    low: float | None
    high: float | None
    zero_fraction: float | None
    verdict: NumericWord
    samples: Annotated[Count, "a width"]
    widths: list[Width]
    alpha: Annotated[float | None, "this cell's share of its claim's error rate"]
    margin: float | None
    reproduce: str
    reason: Annotated[str, "the verdict in a sentence"]


class RestsOnJson(TypedDict):
    """Names of one kind: rows of the theory, hypotheses of the claim, engines that computed something."""

    kind: Annotated[str, OneOf(KINDS)]
    names: list[str]


class ClaimJson(TypedDict):
    id: str
    form: FormWord
    proof: ProofWord
    proof_reason: Annotated[str, "why it is a gap, or empty"]
    rests_on: list[RestsOnJson]
    numeric: NumericWord
    numeric_reason: Annotated[str, "why it is not consistent, or empty"]
    proof_alone: Annotated[bool, "of a kind that cannot be sampled"]
    severity: Annotated[SeverityWord | None, "how wrong a printed claim that fails is"]
    cells: list[CellJson]
    derived: NotRequired[Annotated[str, "what a derivation says of the quantity, whatever is claimed"]]
    at_odds: NotRequired[Annotated[bool, "whether the samples contradict what is derived"]]


class StatementJson(TypedDict):
    name: str
    printed: Annotated[FormJson | None, "null for a form the statement does not have"]
    amended: FormJson | None
    severity: Annotated[SeverityWord | None, "how wrong the printed form is: the worst of its claims"]
    claims: list[ClaimJson]
    left_out: Annotated[
        list[str], "claims that were not asked about; a form that has some is not verified by the others"
    ]


class CheckJson(TypedDict):
    schema: Literal[2]
    seed: Count
    statements: list[StatementJson]
    stopped: Annotated[str | None, "why the run ended early, if it did"]
    notes: Annotated[list[str], "what a reader must know besides: files that shadow shipped statements, unused checks"]
    exit_code: ExitCode
