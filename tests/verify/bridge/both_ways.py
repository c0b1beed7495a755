"""One sentence, refuted as printed and proved as amended: the counterexample violates what the sentence grants."""

from sympy import Function, Symbol

from verifier.prover import ProofBuilder
from verifier.statement import Claim, Form, Hypothesis, Kind, Source, Statement, Witness

X = Function("sgn")(Symbol("X"))
TEXT = "X_n → X and P[X = 0] = 0 imply sgn(X_n) → sgn(X)"
GRANTED = ("no_mass_at_zero",)


def proof():
    p = ProofBuilder("both_ways")
    p.hypothesis("no_mass_at_zero")
    good = p.step("good", "maps.step", ("hyp-no_mass_at_zero",), {"function": [-1, 0, 1]})
    p.goal("both_ways.amended", good, GRANTED)
    instance = {"numerator": [1], "denominator": [0, 1]}
    p.step("bad", "refute.sequence", (), {"goal": p.conclusion("good"), "instance": instance})
    p.goal("both_ways.printed", "bad", GRANTED, form="printed")
    return p.document()


statement = Statement(
    "both_ways", "Signs", Source("nowhere"), TEXT,
    (
        Claim("both_ways.printed", Kind.LAW, X, TEXT, form=Form.PRINTED, hypotheses=GRANTED),
        Claim("both_ways.amended", Kind.LAW, X, TEXT, hypotheses=GRANTED),
    ),
    hypotheses=(Hypothesis("no_mass_at_zero", "P[X = 0] = 0", Witness("1/n")),), proof=proof(),
    readings={"both_ways.amended": ("maps function [-1, 0, 1] jointly True",)},
)  # fmt: skip
