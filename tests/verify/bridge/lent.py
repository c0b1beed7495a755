"""A goal that is no goal of the statement has the digest of one that is, and another exponent."""

from sympy import Function, Integer, Symbol

from verifier.prover import ProofBuilder
from verifier.statement import Claim, Hypothesis, Kind, Source, Statement, Witness

GRANTED = ("relu", "inputs_nonzero")


def proof():
    p = ProofBuilder("lent")
    relu, inputs = (p.hypothesis(name) for name in GRANTED)
    p.step("joint", "conv.two_layer", (relu,), {"depth": 2})
    p.step("limit", "conv.select", ("joint",), {"of": ["f", "i", 1], "values": {}})
    p.step("alive", "nonzero.product", ("limit", inputs))
    p.step("order", "order", ("limit", "alive"))
    p.goal("lent.order", "order", GRANTED)
    document = p.document()
    first = document["goals"][0]
    document["goals"].append({**first, "claim": "nobody's", "judgment": {**first["judgment"], "power": 5}})
    return document


statement = Statement(
    "lent", "A goal that is lent", Source("nowhere"), "Not true.",
    (
        Claim(
            "lent.order", Kind.ORDER, Function("f")(Symbol("i"), 1), "f ~ n^5", exponent=Integer(5), hypotheses=GRANTED,
        ),
    ),
    hypotheses=tuple(Hypothesis(name, name, Witness("none")) for name in GRANTED), proof=proof(),
)  # fmt: skip
