"""One quantity is claimed and another one's proof is given; a number, a letter or a range is another one's."""

from sympy import And, Function, Ge, Integer, Symbol

from verifier.prover import ProofBuilder
from verifier.statement import Claim, Hypothesis, Kind, Source, Statement, Witness

f, T, K = Function("f"), Function("T"), Function("K")
x, r, H, L = (Symbol(name) for name in "xrHL")
GRANTED = ("relu", "inputs_nonzero")
EVERYWHERE = And(Ge(r, 0), Ge(H, 1), Ge(L, 1))


def proof():
    p = ProofBuilder("other")
    relu, inputs = p.hypothesis("relu"), p.hypothesis("inputs_nonzero")
    p.step("joint", "conv.two_layer", (relu,), {"depth": 2})
    p.step("limit", "conv.select", ("joint",), {"of": ["f", "i", 1], "values": {}})
    p.step("alive", "nonzero.product", ("limit", inputs))
    p.step("order", "order", ("limit", "alive"))
    nothing = ["*", 0, ["Q", 1]]  # a number that only a kernel can tell is 0
    p.goal("other.exponent", "order", GRANTED, judgment={**p.conclusion("order"), "power": nothing})
    p.goal("other.quantity", "order", GRANTED)
    p.step("degree", "zero.degree", (relu,), {"of": "K"})
    p.step("letter", "specialise", ("degree",), {"values": {"r": "k"}})
    p.goal("other.letter", "letter", ("relu",))
    p.step("row", "eq.output_row", (), {"of": "C"})
    p.goal("other.identity", "row", ())
    zero = p.conclusion("degree")
    where = [["<=", ["+", ["*", "H", "L"], 1, nothing], "r"], *zero["where"][1:]]
    p.goal("other.range", "degree", ("relu",), judgment={**zero, "where": where})
    return p.document()


statement = Statement(
    "other", "Something else is proved", Source("nowhere"), "None of this is true.",
    (
        Claim("other.exponent", Kind.ORDER, f(x), "f ~ n^5", exponent=Integer(5), hypotheses=GRANTED),
        Claim("other.quantity", Kind.ORDER, T(x), "T ~ 1", exponent=Integer(0), hypotheses=GRANTED),
        Claim("other.letter", Kind.ZERO, K(r), "K^(r) = 0, r >= 0", where=EVERYWHERE, hypotheses=("relu",)),
        Claim("other.identity", Kind.IDENTITY, K(r), "K^(r) = 7"),
        Claim("other.range", Kind.ZERO, K(r), "K^(r) = 0, r >= 0", where=EVERYWHERE, hypotheses=("relu",)),
    ),
    hypotheses=(Hypothesis("relu", "relu", Witness("none")), Hypothesis("inputs_nonzero", "x ≠ 0", Witness("none"))),
    proof=proof(),
)  # fmt: skip
