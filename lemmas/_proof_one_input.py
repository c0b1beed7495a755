"""One input, ReLU: every link is 2 f^e/n_l, so that T^{(1,…,L)}, T^L and the top coefficient K^(HL) are exact.

At every width, depth and number of outputs.
"""

from __future__ import annotations

from collections.abc import Callable

from lemmas._proof_gather import gathered
from lemmas._proof_lemma3 import transfer
from lemmas._proof_lemma4 import BODY, inverse
from lemmas._proof_sequences import between
from lemmas._proof_theorem1_exact import cut
from verifier.kernel.core.terms import Term, app, eq, fun, le
from verifier.kernel.theory.hyper import H, L, d, e, es, ls, m, phi, slope, w, x, y, z
from verifier.kernel.theory.seqs import entry, length
from verifier.kernel.theory.writing import many, minus, plus, times
from verifier.proving.binders import apply, closed, equal, lemma, result
from verifier.proving.matching import substitute
from verifier.proving.tactics import Fact, Prover

l, j = many("l j", "int")
SIZES = [app("relu", phi), eq(m, 1), le(1, H), le(1, L)]
ONE: dict[Term, Term] = {y: x}


def f(e: Term | int) -> Term:
    """f^e(x)"""
    return app("f", phi, L, x, e)


def own(e: Term) -> Term:
    """∂h/∂f^e at (x, w)"""
    return substitute(slope(e), ONE)


def out(t: Term = x) -> Term:
    """h(x, w)"""
    return app("h", phi, m, H, L, t, w)


def steps(factor: Term) -> Term:
    """Π_{l<L} 2 factor/n_l"""
    return app("prod", 1, minus(L, 1), fun([l], times(2, factor, app("inv_width", l))))


def with_homogeneous(p: Prover) -> list[Fact]:
    """homogeneous(φ) and piecewise(φ), where relu(φ) is in scope."""
    known = p.by("relu.homogeneous")
    return [known, p.by("homogeneous.piecewise", known)]


@lemma
def slope_times_output(p: Prover) -> Fact:
    """h^e(y, w) f^e(y) = h(y, w), closed."""

    def how() -> Fact:
        F = fun([j], app("f", phi, L, y, j))
        with p.using(*with_homogeneous(p)):
            part = p.by("hj.product", phi=phi, m=m, H=H, L=L, y=y, w=w, e=e)
            whole = p.by("h.product", phi=phi, m=m, H=H, L=L, x=y, z=w)
        split = p.by("prod.split", lo=1, m=minus(e, 1), hi=H, F=F)
        first = p.by("prod.first", lo=plus(minus(e, 1), 1), hi=H, F=F)
        whole = p.rewrite(whole, split, first)
        left = p.evaluate(times(slope(e), app(F, e)), part)
        right = out(y)
        return result(p, p.chain(left, p.restate(eq(left.prop.fields[1][1], right), p.flip(whole))), right)

    return closed(p, [phi, m, H, L, y, w, e], [*SIZES, le(1, e), le(e, H)], how)


@lemma
def last_row(p: Prover) -> Fact:
    """Σ_e h^e C(L, d, e) = h^d, closed: f^d is an entry of the last layer."""

    def how() -> Fact:
        F = fun([e], times(slope(e), app("C", phi, L, L, d, e, x, y)))

        def row(e: Term) -> Fact:
            return p.by("C.output", phi=phi, L=L, d=d, e=e, x=x, y=y)

        def other(name: str) -> Callable[[Term], Fact]:
            def at(e: Term) -> Fact:
                return result(p, p.evaluate(app(F, e), row(e), p.by(name, a=d, b=e)), 0)

            return at

        split = p.by("sum.split", lo=1, m=minus(d, 1), hi=H, F=F)
        first = p.by("sum.first", lo=plus(minus(d, 1), 1), hi=H, F=F)
        before = apply(p, "sum.zero", other("delta.more"), lo=1, hi=minus(d, 1), F=F)
        after = apply(p, "sum.zero", other("delta.less"), lo=plus(minus(d, 1), 1, 1), hi=H, F=F)
        here = p.evaluate(app(F, d), row(d), p.by("delta.same", a=d))
        return result(p, p.rewrite(p.rewrite(split, first, before, after), here), slope(d))

    return closed(p, [phi, m, H, L, d, x, y, w], [le(1, L), le(1, d), le(d, H)], how)


@lemma
def one_link(p: Prover) -> Fact:
    """Σ_e h^e A(l + 1, l, e) = 2 H h/n_l at one input, closed."""

    def how() -> Fact:
        F = fun([e], times(own(e), app("A", phi, L, plus(l, 1), l, e, x, x)))
        c = times(2, out(), app("inv_width", l))

        def each(e: Term) -> Fact:
            step = p.by("A.one_input", phi=phi, L=L, l=l, e=e, x=x)
            same = p.by(p.all_elim(slope_times_output(p), phi, m, H, L, x, w, e))
            found = p.evaluate(app(F, e), step)
            grouped = times(times(own(e), f(e)), times(2, app("inv_width", l)))
            return result(p, p.chain(result(p, found, grouped), p.evaluate(grouped, same)), c)

        summed = apply(p, "sum.congruent", each, lo=1, hi=H, F=F, G=fun([e], c))
        return result(p, p.chain(summed, p.by("sum.constant", lo=1, hi=H, c=c)), times(H, c))

    return closed(p, [phi, m, H, L, l, x, w], [*SIZES, le(1, l), le(plus(l, 1), L)], how)


@lemma
def bracket(p: Prover) -> Fact:
    """a(d, L) = L! h^d Π_{l<L} (2 H h/n_l) |x|²/n_0 at one input, closed."""

    def how() -> Fact:
        with p.using(*with_homogeneous(p)):
            summed = p.by(p.all_elim(gathered(p), phi, m, H, L, d, L, x, x, w))
        F = summed.prop.fields[1][1].fields[1][1].fields[1][3]
        full = p.by("chains.full", k=L, lo=1, F=F)
        full = p.restate(eq(app("chains", L, 1, L, F), full.prop.fields[1][1]), full)
        run = app("run", 1, L)
        place = lambda i: equal(p, entry(run, i), i, p.by("entry.run", lo=1, k=L, i=i))  # noqa: E731
        P = app(F, run).fields[1][1].fields[1][2]  # i ↦ Σ_e h^e A(l_{i+1}, l_i, e)

        def each(i: Term) -> Fact:
            there = p.evaluate(app(P, i), place(plus(i, 1)), place(i))
            return p.chain(there, p.by(p.all_elim(one_link(p), phi, m, H, L, i, x, w)))

        G = fun([l], times(H, times(2, out(), app("inv_width", l))))
        links = apply(p, "prod.congruent", each, lo=1, hi=minus(L, 1), F=P, G=G)
        ends = p.by(p.all_elim(last_row(p), phi, m, H, L, d, x, x, w))
        start = p.by("Q.first", phi=phi, x=x, y=x)
        found = p.rewrite(summed, full, links, place(L), place(app("+", 1)), ends, start)
        return result(p, found, times(app("fact", L), own(d), _links(), app("dot", x, x)))

    return closed(p, [phi, m, H, L, d, x, w], [*SIZES, le(1, d), le(d, H)], how)


def _links() -> Term:
    return app("prod", 1, minus(L, 1), fun([l], times(H, times(2, out(), app("inv_width", l)))))


def part(scale: Term | None) -> Term:
    """d ↦ h^d Π_{l<L} (2 scale h/n_l) |x|²/n_0"""
    product = steps(out()) if scale is None else _links()
    return fun([d], times(own(d), product, app("dot", x, x)))


TOP = times(H, L)
Z = [phi, m, H, L, x, z, w]


@lemma
def top(p: Prover) -> Fact:
    """K^(HL) = (HL)! z D Π_d [h^d Π_{l<L} (2 H h/n_l) |x|²/n_0] at one input, h, h^d at (x, w) and z, D at (x, z)."""

    def how() -> Fact:
        body = substitute(BODY, ONE)
        with p.using(*with_homogeneous(p), p.by("nonneg.mul", x=H, y=L)):
            whole = p.by(p.all_elim(cut(p), phi, m, H, L, TOP, x, x, z, w))
        full = p.by("comps.full", H=H, m=L, B=body)

        def each(d: Term) -> Fact:
            value = p.by(p.all_elim(bracket(p), phi, m, H, L, d, x, w))
            return without_factorial(p, p.evaluate(app(body, d, L), value), app(part(H), d))

        same = apply(p, "prod.congruent", each, lo=1, hi=H, F=fun([d], app(body, d, L)), G=part(H))
        return p.rewrite(whole, full, same)

    return closed(p, Z, SIZES, how)


def without_factorial(p: Prover, fact: Fact, right: Term) -> Fact:
    """left = right, from left = L! (1/L!) right up to order."""
    with p.using(p.prove(le(0, L))):
        one = inverse(p, L)
    grouped = times(right, times(app("fact", L), app("invfact", L)))
    return result(p, p.chain(result(p, fact, grouped), p.evaluate(grouped, one)), right)


@lemma
def term_of_all(p: Prover) -> Fact:
    """T^{(1,…,L)}_e = δ(d, e_L) Π_{l<L} (2 f^{e_l}/n_l) |x|²/n_0 at one input, closed."""
    inside = [eq(length(ls), L), eq(length(es), L), app("outputs", es), app("increasing", ls, 1, L)]

    def how() -> Fact:
        with p.using(*with_homogeneous(p), p.arith(eq(length(ls), length(es))), p.arith(le(1, length(ls)))):
            whole = p.by(p.all_elim(transfer(p), phi, L, d, ls, es, x, x))
        size, other = p.prove(inside[0]), p.prove(inside[1])
        whole = p.rewrite(whole, p.by("last", s=ls), p.by("last", s=es), p.by("first", s=ls), size, other)
        place = lambda i: _place(p, i)  # noqa: E731
        out_of = p.by("outputs.elim", es=es)

        def at_least(i: Term) -> Fact:
            return p.imp_elim(p.all_elim(out_of, i), p.prove(le(1, i)), p.prove(le(i, length(es))))

        F = whole.prop.fields[1][1].fields[1][1].fields[1][2]
        G = fun([l], times(2, f(entry(es, l)), app("inv_width", l)))

        def each(i: Term) -> Fact:
            there = p.evaluate(app(F, i), place(plus(i, 1)), place(i))
            with p.using(at_least(i)):
                return p.chain(there, p.by("A.one_input", phi=phi, L=L, l=i, e=entry(es, i), x=x))

        links = apply(p, "prod.congruent", each, lo=1, hi=minus(L, 1), F=F, G=G)
        with p.using(at_least(L)):
            row = p.by("C.output", phi=phi, L=L, d=d, e=entry(es, L), x=x, y=x)
        found = p.rewrite(whole, links, place(L), place(app("+", 1)), row, p.by("Q.first", phi=phi, x=x, y=x))
        return found

    return closed(p, [phi, L, d, ls, es, x], [app("relu", phi), le(1, L), le(1, d), *inside], how)


def _place(p: Prover, i: Term) -> Fact:
    """l_i = i, where 1 ≤ i ≤ L = len(ls) and increasing(ls, 1, L) are in scope."""
    inside = p.by("within.elim", p.by("and.left", p.by("increasing.elim", s=ls, lo=1, hi=L)))

    def at(i: Term | int) -> Fact:
        here = p.imp_elim(p.all_elim(inside, i), p.prove(le(1, i)), p.prove(le(i, length(ls))))
        return here

    low = p.by("and.left", at(1))
    high = p.by("and.right", at(L))
    up = between(p, ls, 1, L, 1, minus(i, 1))
    down = between(p, ls, 1, L, i, minus(L, i))
    up = p.restate(le(plus(entry(ls, 1), minus(i, 1)), entry(ls, i)), up)
    down = p.restate(le(plus(entry(ls, i), minus(L, i)), entry(ls, L)), down)
    return p.by("le.antisymmetric", p.arith(le(entry(ls, i), i), down, high), p.arith(le(i, entry(ls, i)), up, low))


@lemma
def star(p: Prover) -> Fact:
    """T^L(x; x, …, x) = L! Π_{l<L} (2 f^1/n_l) |x|²/n_0 at one input, closed."""

    def how() -> Fact:
        with p.using(p.arith(le(1, app("+", 1))), p.ring(1, 1)):
            whole = p.by(p.all_elim(top(p), phi, 1, 1, L, x, 1, 1))
            none = p.by("D.none", phi=phi, m=1, L=L, x=x, z=1)
            with p.using(*with_homogeneous(p)):
                slope_ = p.by("hj.product", phi=phi, m=1, H=1, L=L, y=x, w=1, e=1)
                value = p.by("h.product", phi=phi, m=1, H=1, L=L, x=x, z=1)
        F = whole.prop.fields[1][1].fields[1][3].fields[1][2]
        outer = written_out(p, app("prod", 1, 1, F))
        outputs = fun([j], f(j))
        value = result(p, p.rewrite(value, none, written_out(p, app("prod", 1, 1, outputs))), f(1))
        empty = [written_out(p, app("prod", 1, 0, outputs)), written_out(p, app("prod", 2, 1, outputs))]
        slope_ = result(p, p.rewrite(slope_, none, *empty), 1)
        found = p.rewrite(whole, outer)
        found = p.rewrite(found, none, slope_, value)
        right = times(app("fact", L), steps(f(1)), app("dot", x, x))
        found = result(p, found, right)
        named = p.by("S", phi=phi, L=L, r=L, x=x, y=x)
        return p.chain(named, p.restate(eq(named.prop.fields[1][1], right), found))

    return closed(p, [phi, L, x], [app("relu", phi), le(1, L)], how)


def written_out(p: Prover, t: Term) -> Fact:
    """A sum or product over a range of given numbers, as its terms."""
    head = t.fields[0]
    lo, hi, F = t.fields[1]
    low, high = int(lo.fields[0]), int(hi.fields[0])
    if high < low:
        return p.by(f"{head}.empty", lo=lo, hi=hi, F=F)
    fact = p.by(f"{head}.last", lo=lo, hi=hi, F=F)
    rest = app(head, lo, high - 1, F)
    fact = p.restate(eq(t, app("*" if head.endswith("prod") else "+", rest, app(F, hi))), fact)
    return p.rewrite(fact, written_out(p, rest))
