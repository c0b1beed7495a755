"""The report as types: the one source of ``docs/report.schema.json``, which stored runs are held against.

Lists of evidence have one entry a width.  ``tools/schemas.py`` writes the schemas.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from verifier.sampling.evidence import Evidence
from verifier.verdict.shapes import (
    Count,
    Exactly,
    ExitCode,
    FormWord,
    Least,
    NumericWord,
    OneOf,
    ProofWord,
    SeverityWord,
    SummaryWord,
    Tally,
    Width,
)
from verifier.verify.model import RestsOnJson

# ``from`` is a word of Python's.
_From = TypedDict("_From", {"from": str | None})
_FromStatement = TypedDict("_FromStatement", {"from": str})


class EnvironmentData(TypedDict):
    version: str
    commit: str | None
    python: str
    system: str
    processor: str
    cores: Width
    dependencies: dict[str, str]


class RunData(TypedDict):
    time: Annotated[str, "ISO 8601, in UTC"]
    command: Annotated[str, "does the run again"]
    number: NotRequired[Annotated[Width | None, "of the run, once it is stored"]]
    seed: Count
    seconds: float | None
    options: dict[str, Any]
    alpha: Annotated[float, "error rate a claim"]
    stopped: Annotated[str | None, "what kept the run from being complete"]
    notes: list[str]
    exit_code: ExitCode
    environment: EnvironmentData


class Words(TypedDict):
    """What each status means, in a sentence."""

    severity: dict[SeverityWord, str]
    proof: dict[ProofWord, str]
    numeric: dict[NumericWord, str]


class ByForm(TypedDict):
    printed: Tally
    amended: Tally


class Counts(TypedDict):
    printed: Annotated[Count, "statements that have a printed form"]
    severity: Annotated[Tally, "printed forms that are wrong, by how wrong they are"]
    statements: Count
    claims: Count
    steps: Count
    measurements: Count
    networks: Annotated[Count, "random networks drawn"]
    answers: Tally
    verdicts: ByForm
    proofs: ByForm


class LeftOut(TypedDict):
    id: str
    form: FormWord


class GoalData(TypedDict):
    claim: str
    form: FormWord
    step: str


class FormData(TypedDict):
    form: FormWord
    verdict: SummaryWord
    expected: SummaryWord
    reasons: Annotated[list[str], "why it is a gap or inconclusive"]
    severity: Annotated[SeverityWord | None, "of a printed form, the worst of its claims"]
    proof: ProofWord
    proofs: Tally
    numeric: NumericWord
    cells: Tally


class ClaimData(TypedDict):
    id: str
    form: FormWord
    kind: str
    text: str
    gloss: Annotated[str, "its author's words beside the text"]
    latex: Annotated[str, "the claim without its range"]
    range_latex: Annotated[str, "its range, where the claim is typeset"]
    place: Annotated[str, "where it is printed; empty of an amended claim"]
    why: Annotated[str, "why it fails, in its author's words; empty where nothing is said"]
    premises: dict[str, str]
    hypotheses: list[str]
    errata: list[str]
    proof: ProofWord
    proof_reason: str
    numeric: NumericWord
    numeric_reason: str
    proof_alone: Annotated[bool, "of a kind that cannot be sampled"]
    empirical: NotRequired[Annotated[bool, "of a statement that offers no proof"]]
    severity: Annotated[SeverityWord | None, "how wrong a printed claim that fails is"]
    severity_reason: str
    range: Annotated[str, "of its parameters, as SymPy writes it"]
    exponent: str | None
    value: str | None
    instead: Annotated[list[str], "the amended claims that take its place"]
    cells: Tally
    rests_on: list[RestsOnJson]
    derived: NotRequired[Annotated[str, "what a derivation says of the quantity, whatever is claimed"]]
    at_odds: NotRequired[Annotated[bool, "whether the samples contradict what is derived"]]


class WitnessData(TypedDict):
    text: str
    parameters: dict[str, Any]
    claim: str
    reproduce: str
    proof: str
    status: ProofWord | None


class HypothesisData(TypedDict):
    id: str
    text: str
    latex: str
    when: str
    errata: list[str]
    witness: WitnessData


class StepData(_From):
    id: str
    rule: str
    status: ProofWord
    note: str
    conclusion: Annotated[dict[str, Any], "a proposition, or the claim that is cited"]
    uses: Annotated[str | None, "the claim that a step imports"]


class UseData(TypedDict):
    statement: str
    claims: list[str]


class AnswerData(TypedDict):
    claim: str
    form: FormWord
    kind: str
    claimed: float | str
    verdict: NumericWord
    outside: Annotated[list[str], "hypotheses that fail here"]
    estimate: float | None
    low: float | None
    high: float | None
    zero_fraction: float | None
    samples: Annotated[Count, "a width"]
    alpha: float | None
    margin: float | None
    bias: Annotated[float | None, "by how much the interval is widened"]
    allowance: Annotated[float | None, "the largest |c| allowed for in a correction c/n"]
    correction: Annotated[bool, "whether 1/n was fitted"]
    needed: Annotated[int | None, "samples a width that would decide it"]
    reason: str
    reproduce: str
    values: Annotated[
        list[Annotated[list[float], Exactly(2)]], "[width, value claimed there], where a claim speaks of the width"
    ]
    law: Annotated[
        list[list[float]] | None,
        "for each width the claimed distribution function at the quantiles of the samples; null without a law",
    ]


class MeasurementData(TypedDict):
    quantity: str
    parameters: dict[str, Any]
    shown: Annotated[dict[str, str], "parameters as text, without those at their usual values"]
    widths: Annotated[list[Any], "widths, or pairs of widths"]
    place: Annotated[list[Count], "numbers of the group that shares its networks, and of the cell in it"]
    atom: Annotated[float | None, "claimed probability of being exactly 0"]
    evidence: Evidence | None
    answers: Annotated[list[AnswerData], Least(1)]


class ImageData(TypedDict):
    width: Width
    height: Width
    channels: Annotated[int, OneOf((1, 3))]
    pixels: str


class PictureRow(TypedDict):
    label: str
    images: list[ImageData]


class PictureData(TypedDict):
    """A table of images beside the numbers; pixels are bytes in base64, row by row."""

    title: str
    note: str
    columns: list[str]
    rows: list[PictureRow]


class StatementData(TypedDict):
    name: str
    title: str
    label: str
    source: str
    summary: str
    errata: list[str]
    errors: list[str]
    in_vain: Annotated[list[str], "what is measured and no claim is about"]
    left_out: NotRequired[
        Annotated[list[LeftOut], "claims that the run was not asked about: its forms are not verified by the others"]
    ]
    pictures: NotRequired[list[PictureData]]
    cited: Annotated[list[str], "rows that claims rest on and that are cited"]
    problem: str | None
    forms: list[FormData]
    claims: list[ClaimData]
    hypotheses: list[HypothesisData]
    steps: list[StepData]
    goals: list[GoalData]
    uses: list[UseData]
    measurements: list[MeasurementData]


class NodeForm(TypedDict):
    verdict: SummaryWord
    proof: ProofWord
    numeric: NumericWord


class NodeData(TypedDict):
    id: str
    label: str
    title: str
    printed: NotRequired[NodeForm]
    amended: NotRequired[NodeForm]
    kind: Annotated[str, OneOf(("statement", "absent", "cited"))]


class EdgeData(_FromStatement):
    to: str
    claims: list[str]


class GraphData(TypedDict):
    """Statements and cited theorems; an edge leads to the statement whose proof cites."""

    nodes: list[NodeData]
    edges: list[EdgeData]


class ErratumData(TypedDict):
    id: str
    where: str
    printed: str
    why: str
    counterexample: str
    amended: str
    effect: str
    statements: list[str]
    recheck: Annotated[list[str], "commands that show it again; none: by hand"]


class LimitData(TypedDict):
    title: str
    text: str
    items: list[str]
    names: Annotated[list[str], "what the text speaks of, where that is many"]


class HuntStage(TypedDict):
    """How far a stage of the search came at one quantity."""

    target: str
    name: str
    done: Count
    total: Count


class HuntFinding(TypedDict):
    """The smallest instance of one kind at which claims of a statement fail."""

    statement: str
    claims: list[str]
    text: str
    reason: str
    alpha: Annotated[float, "error rate of this decision"]
    special: Annotated[dict[str, str], "parameters that matter, and what is special about their values"]
    excluded_by: Annotated[list[str], "hypotheses of the statement that exclude the instance"]
    proposed: Annotated[str, "a sentence that would exclude it"]
    zero: str | None
    reproduce: str


class HuntData(TypedDict):
    """A hunt for instances that satisfy every hypothesis of a claim and break it."""

    time: Annotated[str, "ISO 8601, in UTC"]
    command: str
    version: str
    commit: str | None
    statements: list[str]
    claims: list[str]
    said: Annotated[dict[str, str], "a digest of what each of the claims said then, by its id"]
    seed: Count
    alpha: Annotated[float, "error rate of the whole hunt"]
    budget: Annotated[float, "seconds of computing time"]
    seconds: Annotated[float, "computing time spent"]
    stopped: str
    instances: Count
    lines: Count
    samples: Count
    decisions: Annotated[Count, "by fresh samples"]
    failed: Annotated[Count, "instances at which a sampler failed"]
    stages: list[HuntStage]
    findings: list[HuntFinding]
    doubtful: Annotated[list[str], "what looked suspicious and was not decided"]
    unlooked: Annotated[list[str], "claims of which nothing was looked at"]
    skipped: Annotated[list[str], "statements that declare no instances"]


class ReportJson(TypedDict):
    """A verification report as plain data. Renderers read nothing else."""

    format: Literal[5]
    run: RunData
    words: Words
    counts: Counts
    statements: list[StatementData]
    graph: GraphData
    errata: list[ErratumData]
    limits: Annotated[list[LimitData], "what was not shown"]
    hunts: NotRequired[Annotated[list[HuntData], "those kept in the project's store when the report was written"]]
