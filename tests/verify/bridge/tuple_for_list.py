"""A term written as a Python tuple, which the kernel does not read as what a file would hold."""

from sympy import And, Function, Ge, Le, Symbol

from verifier.prover import ProofBuilder
from verifier.statement import Claim, Hypothesis, Kind, Source, Statement, Witness

r, H, L = (Symbol(name) for name in "rHL")


def proof():
    p = ProofBuilder("tuple_for_list")
    relu = p.hypothesis("relu")
    p.step("degree", "zero.degree", (relu,), {"of": "K"})
    p.stated("again", "zero.degree", (relu,), {"of": "K"}, {**p.conclusion("degree"), "of": ("K", "r")})
    p.step("far", "specialise", ("again",), {"values": {"r": 100}})
    p.goal("tuple_for_list.zero", "far", ("relu",))
    return p.document()


statement = Statement(
    "tuple_for_list", "A tuple", Source("nowhere"), "Not true.",
    (
        Claim(
            "tuple_for_list.zero", Kind.ZERO, Function("K")(r), "K^(r) = 0, r >= 0",
            where=And(Ge(r, 0), Ge(H, 1), Ge(L, 1), Le(H, 4), Le(L, 4)), hypotheses=("relu",),
        ),
    ),
    hypotheses=(Hypothesis("relu", "relu", Witness("none")),), proof=proof(),
)  # fmt: skip
