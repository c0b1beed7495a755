"""δ(r, 0) = 0 for r ≥ 1 is proved, and given as the proof of claims that say something else."""

from sympy import Eq, Integer, symbols

from verifier.claims.author import Author
from verifier.claims.proof import Proof
from verifier.claims.statement import Claim, Hypothesis, Kind, Source, Statement, Witness
from verifier.claims.vocabulary import Condition, Quantity
from verifier.kernel.core.terms import Var, le

r = symbols("r", integer=True)
R = Var("r", "int")
delta, fact = Quantity("delta", "r k", "r k"), Quantity("fact", "r", "r")
positive = Condition("positive", "r ≥ 1", proposition=lambda env: le(1, env["r"]))
FALSE = ("range", "value", "quantity", "argument", "hardly_ever", "not_granted")


def prove(p: Author) -> None:
    with p.given(le(1, R)):
        zero = p.by("delta.more", a=R, b=0)
    zero = p.close([R], [le(1, R)], zero)
    for name in FALSE:
        p.goal(f"other.{name}", zero)
    p.conclude({"other.reached": [zero], "other.true": [zero], "other.granted": [zero]})


statement = Statement(
    "other", "Something else is proved", Source("nowhere"), "None of this is true but the last two.",
    (
        Claim("other.range", Kind.ZERO, delta(r, 0), where=r >= 0),
        Claim("other.value", Kind.IDENTITY, delta(r, 0), value=Integer(7), where=r >= 1),
        Claim("other.quantity", Kind.ZERO, fact(r), where=r >= 1),
        Claim("other.argument", Kind.ZERO, delta(r, 1), where=r >= 1),
        Claim("other.hardly_ever", Kind.ZERO, delta(r, 0), where=r >= 0, hypotheses=("seldom",)),
        Claim("other.not_granted", Kind.ZERO, delta(r, 0)),
        Claim("other.reached", Kind.ZERO, delta(r, 0), where=r >= 0),
        Claim("other.true", Kind.ZERO, delta(r, 0), where=r >= 1),
        Claim("other.granted", Kind.ZERO, delta(r, 0), hypotheses=("positive",)),
    ),
    hypotheses=(
        Hypothesis("positive", "r ≥ 1", Witness("r = 0"), condition=positive),
        Hypothesis("seldom", "r ≥ 1, where r = 99", Witness("r = 0"), when=Eq(r, 99), condition=positive),
    ),
    proof=Proof(prove),
)  # fmt: skip
