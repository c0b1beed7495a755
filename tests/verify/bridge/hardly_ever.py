"""A hypothesis that is granted at r = 99 only, where the proof needs it at every r."""

from sympy import And, Eq, Function, symbols

from verifier.prover import ProofBuilder
from verifier.statement import Claim, Hypothesis, Kind, Source, Statement, Witness

H, L, r = symbols("H L r", integer=True)
NAMES = ("relu", "m_is_1", "exclusive_masks")


def proof():
    p = ProofBuilder("hardly_ever")
    for name in NAMES:
        p.hypothesis(name)
    step = p.step("zero", "zero.exclusive", tuple(f"hyp-{name}" for name in NAMES), {})
    p.goal("hardly_ever.zero", step, NAMES)
    return p.document()


statement = Statement(
    "hardly_ever", "A hypothesis that is hardly ever there", Source("nowhere"), "Not true.",
    (
        Claim(
            "hardly_ever.zero", Kind.ZERO, Function("K")(r), "K^(r) = 0 for H >= 2", where=And(H >= 2, L >= 1, r >= 1),
            hypotheses=NAMES,
        ),
    ),
    hypotheses=(
        Hypothesis("relu", "relu", Witness("none")), Hypothesis("m_is_1", "m = 1", Witness("none")),
        Hypothesis("exclusive_masks", "masks exclude each other, where r = 99", Witness("none"), when=Eq(r, 99)),
    ),
    proof=proof(),
)  # fmt: skip
