"""Theorem 1, what is exact: no order beyond HL, masks that exclude each other, and the top coefficient at one input."""

from __future__ import annotations

from lemmas._proof_gather import gathered
from lemmas._proof_lemma4 import BODY, expansion
from verifier.kernel.core.terms import Term, Var, app, eq, fun, le
from verifier.kernel.theory.hyper import H, K_of, L, d, e, k, m, mask, phi, r, slope, w, x, y, z
from verifier.kernel.theory.writing import many, minus, plus, times
from verifier.proving.binders import apply, closed, lemma, result
from verifier.proving.matching import substitute
from verifier.proving.tactics import Fact, Prover

l = many("l", "int")[0]
ls = many("ls", "seq")[0]
POINT = [phi, m, H, L, r, x, y, z, w]
SIZES = [eq(m, 1), le(1, H), le(1, L)]


def for_relu(p: Prover, fact: Fact) -> Fact:
    """``fact``, whose first premise is about an activation, for the ReLU."""
    from verifier.proving.matching import opened

    vs, body = opened(fact.prop.fields[1][0], [v.fields[0] for v in POINT])
    premise = body.fields[1][0]
    relu = app("relu", *premise.fields[1])
    with p.alone(), p.given(relu):
        known = p.by("relu.homogeneous")
        if premise.fields[0] == "piecewise":
            known = p.by("homogeneous.piecewise", known)
        found = p.imp_elim(p.all_elim(fact, *vs), known)
    return p.close(list(vs), [relu], found)


@lemma
def degree(p: Prover) -> Fact:
    """a(d, k) = 0 for k > L, closed."""
    vs = [phi, m, H, L, d, k, x, y, w]

    def how() -> Fact:
        with p.using(p.arith(le(1, k))):
            summed = p.by(p.all_elim(gathered(p), *vs))
            empty = p.by("chains.empty", k=k, lo=1, hi=L, F=summed.prop.fields[1][1].fields[1][1].fields[1][3])
        return result(p, p.rewrite(summed, empty), 0)

    return closed(p, vs, [app("piecewise", phi), *SIZES, le(1, d), le(plus(L, 1), k)], how)


@lemma
def cut(p: Prover) -> Fact:
    """K^(r) = r! z D Σ over compositions of r into H parts of at most L, closed."""
    small = degree(p)

    def each(d: Term, k: Term) -> Fact:
        with p.using(p.by("homogeneous.piecewise")):
            zero = p.by(p.all_elim(small, phi, m, H, L, d, k, x, y, w))
        return result(p, p.evaluate(app(BODY, d, k), zero), 0)

    def how() -> Fact:
        whole = p.by(p.all_elim(expansion(p), *POINT))
        return p.rewrite(whole, apply(p, "comps.cut", each, H=H, r=r, m=L, B=BODY))

    return closed(p, POINT, [app("homogeneous", phi), *SIZES, le(0, r)], how)


@lemma
def zero(p: Prover) -> Fact:
    """K^(r) = 0 for r > HL, closed."""

    def how() -> Fact:
        wide = p.by("nonneg.mul", x=minus(H, 1), y=minus(L, 1))  # HL ≥ H + L - 1
        with p.using(p.arith(le(0, r), wide)):
            whole = p.by(p.all_elim(cut(p), *POINT))
        empty = p.by("comps.empty", H=H, r=r, m=L, B=BODY)
        return result(p, p.rewrite(whole, empty), 0)

    return closed(p, POINT, [app("homogeneous", phi), *SIZES, le(plus(times(H, L), 1), r)], how)


@lemma
def star_zero(p: Prover) -> Fact:
    """T^r = 0 for r > L, closed."""

    def how() -> Fact:
        with p.using(p.by("relu.homogeneous")):
            nothing = p.by(p.all_elim(zero(p), phi, 1, 1, L, r, x, y, 1, 1))
        return p.chain(p.by("S", phi=phi, L=L, r=r, x=x, y=y), nothing)

    return closed(p, [phi, L, r, x, y], [app("relu", phi), le(1, L), le(app("+", L, 1), r)], how)


# -- masks that exclude each other ----


@lemma
def exclusive(p: Prover) -> Fact:
    """K^(r) = 0 for x = y, z w ≤ 0, H ≥ 2, r ≥ 1, closed."""
    premises = [app("relu", phi), eq(m, 1), le(2, H), le(1, L), le(1, r), le(times(z, w), 0)]
    at_one = closed(p, [phi, m, H, L, r, x, z, w], premises, lambda: _exclusive(p))

    def moved() -> Fact:
        found = p.by(p.all_elim(at_one, phi, m, H, L, r, x, z, w))
        hole = Var("hole", "input")
        back = p.flip(p.prove(eq(y, x)))
        return p.subst(back, fun([hole], eq(substitute(K_of(r), {y: hole}), 0)), found)

    return closed(p, POINT, [*premises, eq(y, x)], moved)


def _exclusive(p: Prover) -> Fact:
    one: dict[Term, Term] = {y: x}
    mine = mask(x, z)
    body = substitute(BODY, one)
    with p.using(p.by("relu.homogeneous")), p.using(p.by("homogeneous.piecewise")):
        whole = p.by(p.all_elim(expansion(p), phi, m, H, L, r, x, x, z, w))
        apart = p.by("D.exclusive", phi=phi, m=m, H=H, L=L, x=x, z=z, w=w)

        def killed(e: Term) -> Fact:
            """D(x, z) h^e(x, w) = 0"""
            product = p.by("hj.product", phi=phi, m=m, H=H, L=L, y=x, w=w, e=e)
            return _factor_out(p, p.evaluate(times(mine, substitute(slope(e), one)), product), apart)

        def each(d: Term, k: Term) -> Fact:
            summed = p.by(p.all_elim(gathered(p), phi, m, H, L, d, k, x, x, w))
            F = summed.prop.fields[1][1].fields[1][1].fields[1][3]
            scaled = p.flip(p.by("chains.scale", k=k, lo=1, hi=L, c=mine, F=F))

            def chain(s: Term) -> Fact:
                inner = app(F, s).fields[1][0].fields[1][2]  # e ↦ h^e C(l_k, d, e)
                out = p.flip(p.by("sum.scale", lo=1, hi=H, c=mine, F=inner))
                G = fun([e], times(mine, app(inner, e)))
                nothing = apply(p, "sum.zero", lambda e: _zero_by(p, app(G, e), killed(e)), lo=1, hi=H, F=G)
                return _zero_by(p, times(mine, app(F, s)), p.chain(out, nothing))

            gone = apply(p, "chains.zero", chain, k=k, lo=1, hi=L, F=fun([ls], times(mine, app(F, ls))))
            return _factor_out(p, p.evaluate(times(mine, app(body, d, k)), summed), p.chain(scaled, gone))

        nothing = apply(p, "comps.killed", each, H=H, r=r, m=r, B=body, c=mine)
    return _factor_out(p, whole, nothing)


def _zero_by(p: Prover, t: Term, zero: Fact) -> Fact:
    """t = 0, from X·Y = 0, where t is X·Y times something."""
    return _factor_out(p, p.ring(t, t), zero)


def _factor_out(p: Prover, fact: Fact, zero: Fact) -> Fact:
    """left = 0, from left = right and X·Y = 0, where right is X·Y times something."""
    right = fact.prop.fields[1][1]
    product = zero.prop.fields[1][0]
    rest = quotient(right, product)
    found = p.evaluate(times(rest, product), zero)
    return result(p, p.chain(fact, p.restate(eq(right, found.prop.fields[1][1]), found)), 0)


def quotient(t: Term, by: Term) -> Term:
    """``t`` without the factors of ``by``; both are read as flat products."""
    from verifier.kernel.core.normal import key

    def flat(t: Term) -> list[Term]:
        if t.fields and t.fields[0] == "*":
            return [part for a in t.fields[1] for part in flat(a)]
        return [t]

    left = flat(t)
    for factor in flat(by):
        at = next(n for n, f in enumerate(left) if key(f) == key(factor))
        left.pop(at)
    return app("*", *left)


def prove_theorem1_exact(p: Prover) -> dict[str, list[Fact]]:
    """The exact claims of Theorem 1."""
    gone, masks = zero(p), exclusive(p)
    return {
        "theorem1.cut": [cut(p)], "theorem1.zero": [gone, for_relu(p, gone)], "exclusive": [masks],
        "section3.zero": [star_zero(p)],
    }  # fmt: skip
