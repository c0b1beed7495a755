"""The exact facts in the words of the claims: a second input y that equals x, |x|² = n_0, and z, w given."""

from __future__ import annotations

from lemmas._proof_as_printed import ratio
from lemmas._proof_one_input import TOP, f, star, steps, term_of_all, top
from lemmas._proof_theorem1_exact import exclusive
from verifier.kernel.core.terms import Term, Var, app, eq, fun, le
from verifier.kernel.theory.hyper import H, K_of, L, d, es, ls, m, mask, phi, r, slope, w, x, y, z
from verifier.kernel.theory.seqs import entry, length
from verifier.kernel.theory.writing import many, minus, times
from verifier.proving.binders import apply, closed, lemma, result
from verifier.proving.matching import substitute
from verifier.proving.tactics import Fact, Prover

l = many("l", "int")[0]
#: y = x and |x|² = n_0
ONE = [eq(y, x), eq(app("dot", x, x), 1)]
HYPER = [app("relu", phi), eq(m, 1), le(1, H), le(1, L)]


def for_second(p: Prover, fact: Fact, left: Term) -> Fact:
    """left(y) = right from left(x) = right, where y = x is in scope; ``left`` has y where it is meant."""
    hole = Var("hole", "input")
    back = p.flip(p.prove(eq(y, x)))
    return p.subst(back, fun([hole], eq(substitute(left, {y: hole}), fact.prop.fields[1][1])), fact)


@lemma
def full_term(p: Prover) -> Fact:
    """T^{(1,…,L)}_e = δ(d, e_L) Π_{l<L} 2 f^{e_l}/n_l, closed."""
    inside = [eq(length(ls), L), eq(length(es), L), app("outputs", es), app("increasing", ls, 1, L)]

    def how() -> Fact:
        whole = p.by(p.all_elim(term_of_all(p), phi, L, d, ls, es, x))
        last = p.rewrite(p.by("last", s=es), p.prove(inside[1]))
        whole = p.rewrite(whole, p.flip(last), p.prove(ONE[1]))
        flow = fun([l], times(2, f(entry(es, l)), app("inv_width", l)))
        right = times(app("delta", d, app("last", es)), app("prod", 1, minus(L, 1), flow))
        return for_second(p, result(p, whole, right), app("T", phi, L, d, ls, es, x, y))

    premises = [app("relu", phi), le(1, L), le(1, d), *inside, *ONE]
    return closed(p, [phi, L, d, ls, es, x, y], premises, how)


@lemma
def full_star(p: Prover) -> Fact:
    """T^L = L! Π_{l<L} 2 f/n_l, closed."""

    def how() -> Fact:
        whole = p.rewrite(p.by(p.all_elim(star(p), phi, L, x)), p.prove(ONE[1]))
        return for_second(p, result(p, whole, times(app("fact", L), steps(f(1)))), app("S", phi, L, L, x, y))

    return closed(p, [phi, L, x, y], [app("relu", phi), le(1, L), *ONE], how)


@lemma
def full_top(p: Prover) -> Fact:
    """K^(HL) = (HL)! z D Π_d [h^d Π_{l<L} 2 H h/n_l], h and h^d at (x, w), closed."""

    def how() -> Fact:
        whole = p.by(p.all_elim(top(p), phi, m, H, L, x, z, w))
        out = app("h", phi, m, H, L, x, w)
        flow = fun([l], times(2, H, out, app("inv_width", l)))
        own = substitute(slope(d), {y: x})
        body = fun([d], times(own, app("prod", 1, minus(L, 1), flow)))
        old = whole.prop.fields[1][1].fields[1][3].fields[1][2]
        size = p.prove(ONE[1])
        same = apply(
            p, "prod.congruent", lambda d: result(p, p.evaluate(app(old, d), size), app(body, d)),
            lo=1, hi=H, F=old, G=body,
        )  # fmt: skip
        right = times(app("fact", TOP), z, mask(x, z), app("prod", 1, H, body))
        return for_second(p, result(p, p.rewrite(whole, same), right), K_of(TOP))

    return closed(p, [phi, m, H, L, x, y, z, w], [*HYPER, *ONE], how)


#: H^{H(L-1)}
POWER = app("cprod", 1, H, fun([d], app("cprod", 1, minus(L, 1), fun([l], H))))


@lemma
def top_ratio(p: Prover) -> Fact:
    """K^(HL) = H^{H(L-1)} K_same^(HL), closed."""

    def how() -> Fact:
        whole = p.by(p.all_elim(ratio(p), phi, m, H, L, x, z, w))
        inner = p.by("cprod.rand", lo=1, hi=minus(L, 1), F=fun([l], H))
        outer = p.by("cprod.rand", lo=1, hi=H, F=fun([d], app("cprod", 1, minus(L, 1), fun([l], H))))
        power = p.evaluate(POWER, outer, inner)
        whole = p.rewrite(whole, p.flip(power))
        found = for_second(p, whole, K_of(TOP))
        hole = Var("hole", "input")
        same = app("K_same", phi, m, H, L, TOP, x, hole, z, w)
        back = p.flip(p.prove(ONE[0]))
        return p.subst(back, fun([hole], eq(K_of(TOP), times(POWER, same))), found)

    return closed(p, [phi, m, H, L, x, y, z, w], [*HYPER, ONE[0]], how)


@lemma
def never(p: Prover) -> Fact:
    """K^(r) = 0 for x = y, z = 1, w = -1, H ≥ 2, r ≥ 1, closed."""
    premises = [app("relu", phi), eq(m, 1), le(2, H), le(1, L), le(1, r), ONE[0], eq(z, 1), eq(w, -1)]

    def how() -> Fact:
        product = p.evaluate(times(z, w), p.prove(eq(z, 1)), p.prove(eq(w, -1)))
        with p.using(p.arith(le(times(z, w), 0), product)):
            return p.by(p.all_elim(exclusive(p), phi, m, H, L, r, x, y, z, w))

    return closed(p, [phi, m, H, L, r, x, y, z, w], premises, how)


def prove_exact_claims(p: Prover) -> dict[str, list[Fact]]:
    """Claims of Lemma 3 and Theorem 1 at one input."""
    return {
        "lemma3.full": [full_term(p)],
        "lemma3.star": [full_star(p)],
        "theorem1.top": [top_ratio(p), full_top(p)],
        "theorem1.exclusive": [never(p)],
    }
