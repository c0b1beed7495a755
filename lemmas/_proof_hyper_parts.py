"""What Theorem 1's limits take from Lemmas 3, 4 and 5: K^(r) over compositions with parts up to L, parts as chains."""

from __future__ import annotations

from collections.abc import Callable

from lemmas._proof_gather import ordered
from lemmas._proof_hyper_limits import ONE, K, chained, part
from lemmas._proof_lemma4 import inverse, prove_lemma4
from verifier.kernel.core.terms import Term, app, eq, fun, le
from verifier.kernel.theory.hyper import H, L, d, k, m, phi, r, w, x, y, z
from verifier.kernel.theory.writing import plus, times
from verifier.proving.binders import apply, lemma
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover

POINT = [phi, m, H, L, d, k, x, y, w]


@lemma
def gathered(p: Prover) -> Fact:
    """⋀ … 1 ≤ d ⟹ 0 ≤ k ⟹ a(d, k)/k! = Σ over increasing layers (``GATHERED``)."""
    chains = ordered(p)
    premises = (*ONE, le(1, d), le(0, k))
    with p.alone(), p.given(*premises), p.using(*linear_pieces(p)):
        found = p.by(p.all_elim(chains, *POINT))
        one = inverse(p, k)
        whole = p.evaluate(part(d, k), found)
        start = p.restate(eq(part(d, k), times(app("fact", k), app("invfact", k), chained(d, k))), whole)
        fact = p.subst(one, _hole(lambda t: eq(part(d, k), times(t, chained(d, k)))), start)
        fact = p.restate(eq(part(d, k), chained(d, k)), fact)
    return p.close(POINT, premises, fact)


def _hole(context: Callable[[Term], Term]) -> Term:
    hole = fresh("const")
    return fun([hole], context(hole))


def linear_pieces(p: Prover) -> list[Fact]:
    """The ReLU is linear on either side of 0; relu(φ) in scope."""
    homogeneous = p.by("relu.homogeneous", phi=phi)
    return [homogeneous, p.by("homogeneous.piecewise", homogeneous)]


def expanded(p: Prover, parts: Fact) -> Fact:
    """⋀ … 0 ≤ r ⟹ K^(r) = r! z D Σ over compositions with parts up to L (``EXPANDED``); ``parts``: ``gathered``."""
    (identity,) = prove_lemma4(p)["lemma4.identity"]
    premises = (*ONE, le(0, r))
    point = [phi, m, H, L, r, x, y, z, w]
    body = fun([d, k], part(d, k))
    with p.alone(), p.given(*premises), p.using(*linear_pieces(p)):
        whole = p.by(p.all_elim(identity, *point))

        def zero(d: Term, k: Term) -> Fact:
            with p.using(p.arith(le(1, k)), p.arith(le(0, k)), p.arith(le(plus(L, 2), plus(1, k)))):
                found = p.by(p.all_elim(parts, phi, m, H, L, d, k, x, y, w))
                none = apply(p, "chains.empty", k=k, lo=1, hi=L, F=chained(d, k).fields[1][3])
            return p.chain(found, none)

        cut = apply(p, "comps.cut", zero, H=H, r=r, m=L, B=body)
        fact = p.rewrite(whole, cut)
        sums = app("comps", H, r, L, body)
        fact = p.restate(eq(K, times(app("fact", r), z, app("D", phi, m, H, L, x, z), sums)), fact)
    return p.close(point, premises, fact)
