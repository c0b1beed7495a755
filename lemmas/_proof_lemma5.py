"""Lemma 5: a bracket as a sum over tuples of layers and outputs, one direction taken apart after the other."""

from __future__ import annotations

from collections.abc import Callable

from verifier.kernel.core.terms import Term, app, eq, fun, imp, le
from verifier.kernel.theory.hyper import A_of, H, L, d, e, es, i, j, k, l, ls, m, phi, slope, w, x, y
from verifier.kernel.theory.layers import T as tensor
from verifier.kernel.theory.seqs import NIL, entry, length
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.binders import apply, by_definition, closed, lemma, result
from verifier.proving.tactics import Fact, Prover

POINT = [phi, m, H, L, d, k, x, y, w]
RANGES = [eq(m, 1), le(1, H), le(1, L), le(1, d), le(0, k)]
_WHERE = {"phi": phi, "m": m, "H": H, "L": L, "d": d, "x": x, "y": y, "w": w}


def slopes(number: Term | int, es: Term) -> Term:
    """h^{e_1}·…·h^{e_number}"""
    return app("prod", 1, number, fun([i], slope(entry(es, i))))


def mixed(left: Term, ls: Term, es: Term) -> Term:
    """The bracket with ``left`` directions ∇h(y, w) and one direction for each entry of the tuples."""
    return app("mixed", phi, m, H, L, d, left, ls, es, x, y, w)


def spread(k: Term) -> Term:
    """Eq. (34): the sum over l in [L]^k and e in [H]^k of h^{e_1}·…·h^{e_k} T^{l,d}_e."""
    return app("tuples", k, L, fun([ls], app("tuples", k, H, fun([es], times(slopes(k, es), tensor(ls, es))))))


@lemma
def spread_out(p: Prover) -> Fact:
    """Eq. (34), closed, for every activation."""
    return closed(p, POINT, RANGES, lambda: _identity(p))


def prove_lemma5(p: Prover) -> dict[str, list[Fact]]:
    """The claims of Lemma 5."""
    return {"lemma5.identity": [spread_out(p)], "lemma5.printed": [spread_out(p)]}


def among(p: Prover, es: Term) -> Fact:
    """outputs(es), where within(es, 1, H) is in scope."""
    inside = p.by("within.elim", s=es, lo=1, hi=H)

    def each(i: Term) -> Fact:
        both = p.by(p.all_elim(inside, i))
        return p.by("and.left", both)

    return by_definition(p, "outputs.intro", each, es)


def product_with(p: Prover, number: Term, es: Term, e: Term) -> Fact:
    """h^{(es, e)} = h^{es}·h^e, where len(es) = number is in scope."""
    longer = app("snoc", es, e)
    F = fun([i], slope(entry(longer, i)))
    whole = p.by("prod.last", lo=1, hi=plus(number, 1), F=F)
    before = apply(
        p, "prod.congruent", lambda i: p.evaluate(app(F, i), p.by("entry.before", s=es, k=e, i=i)),
        lo=1, hi=number, F=F, G=fun([i], slope(entry(es, i))),
    )  # fmt: skip
    before = p.restate(eq(app("prod", 1, minus(plus(number, 1), 1), F), slopes(number, es)), before)
    same = p.arith(eq(plus(length(es), 1), plus(number, 1)))
    last = p.rewrite(p.by("entry.last", s=es, k=e), same)
    return result(p, p.rewrite(whole, before, last), times(slopes(number, es), slope(e)))


def _identity(p: Prover) -> Fact:
    def inmost(j: Term | int, left: Term, ls: Term) -> Term:
        return fun([es], times(slopes(j, es), mixed(left, ls, es)))

    def inner(j: Term | int, left: Term) -> Term:
        return fun([ls], app("tuples", j, H, inmost(j, left, ls)))

    says = lambda j: imp(le(j, k), eq(A_of(d, k), app("tuples", j, L, inner(j, minus(k, j)))))  # noqa: E731
    V = fun([j], says(j))
    with p.given(le(0, k)):
        one = p.by("tuples.0", hi=L, F=inner(0, minus(k, 0)))
        two = p.by("tuples.0", hi=H, F=inmost(0, minus(k, 0), NIL))
        none = p.by("prod.empty", lo=1, hi=0, F=fun([i], slope(entry(NIL, i))))
        start = p.by("mixed.a", **_WHERE, k=k)
        chained = p.rewrite(p.chain(one, two), none, p.restate(eq(mixed(minus(k, 0), NIL, NIL), A_of(d, k)), start))
        first = p.imp_intro(le(0, k), result(p, p.flip(chained), app("tuples", 0, L, inner(0, minus(k, 0)))))
    more = plus(j, 1)
    with p.given(le(0, j), app(V, j)) as (_, before), p.given(le(more, k)):
        known = p.imp_elim(before, p.arith(le(j, k)))
        left = minus(k, more)
        target = inner(more, left)

        # under both sums: mixed(k - j) = Σ_l Σ_e h^e mixed(k - j - 1, …), and the products grow by h^e
        def term(ls: Term, l: Term, es: Term, e: Term) -> Term:
            longer = app("snoc", es, e)
            return times(slopes(more, longer), mixed(left, app("snoc", ls, l), longer))

        def summed(ls: Term, l: Term) -> Term:
            return app("tuples", j, H, fun([es], app("sum", 1, H, fun([e], term(ls, l, es, e)))))

        def outer(ls: Term) -> Fact:
            def body(es: Term) -> Fact:
                given = [among(p, es), p.arith(eq(length(ls), length(es)))]
                with p.using(*given):
                    step = p.by("mixed.step", **_WHERE, k=left, ls=ls, es=es)
                step = p.restate(eq(mixed(minus(k, j), ls, es), step.prop.fields[1][1]), step)
                here = p.evaluate(times(slopes(j, es), mixed(minus(k, j), ls, es)), step)
                return p.chain(here, _inwards(p, ls, es, left, term))

            grown = fun([es], app("sum", 1, L, fun([l], app("sum", 1, H, fun([e], term(ls, l, es, e))))))
            first = apply(p, "tuples.congruent", body, k=j, hi=H, F=inmost(j, minus(k, j), ls), G=grown)
            exchanged = p.by(
                "tuples.sum", k=j, hi=H, lo=1, m=L,
                B=fun([es, l], app("sum", 1, H, fun([e], term(ls, l, es, e)))),
            )  # fmt: skip
            together = apply(
                p, "sum.congruent",
                lambda l: p.flip(p.by("tuples.step", k=j, hi=H, F=inmost(more, left, app("snoc", ls, l)))),
                lo=1, hi=L, F=fun([l], summed(ls, l)), G=fun([l], app(target, app("snoc", ls, l))),
            )  # fmt: skip
            return p.chain(first, exchanged, together)

        apart = fun([ls], app("sum", 1, L, fun([l], app(target, app("snoc", ls, l)))))
        step = apply(p, "tuples.congruent", outer, k=j, hi=L, F=inner(j, minus(k, j)), G=apart)
        joined = p.flip(p.by("tuples.step", k=j, hi=L, F=target))
        following = p.imp_intro(le(more, k), p.chain(known, step, joined))
    rising = p.close([j], [le(0, j), app(V, j)], following)
    every = p.by("int.induction", p.restate(app(V, 0), first), rising, V=V, m=0)
    at = p.imp_elim(p.all_elim(every, k), p.arith(le(0, k)), p.arith(le(k, k)))

    def without(ls: Term) -> Fact:
        def body(es: Term) -> Fact:
            with p.using(among(p, es), p.arith(eq(length(ls), length(es)))):
                plain = p.by("mixed.T", **_WHERE, ls=ls, es=es)
            plain = p.restate(eq(mixed(minus(k, k), ls, es), tensor(ls, es)), plain)
            return p.evaluate(times(slopes(k, es), mixed(minus(k, k), ls, es)), plain)

        G = fun([es], times(slopes(k, es), tensor(ls, es)))
        return apply(p, "tuples.congruent", body, k=k, hi=H, F=inmost(k, minus(k, k), ls), G=G)

    G = fun([ls], app("tuples", k, H, fun([es], times(slopes(k, es), tensor(ls, es)))))
    return p.chain(at, apply(p, "tuples.congruent", without, k=k, hi=L, F=inner(k, minus(k, k)), G=G))


def _inwards(p: Prover, ls: Term, es: Term, left: Term, term: Callable[..., Term]) -> Fact:
    """h^{es} Σ_l Σ_e h^e mixed(…) = Σ_l Σ_e h^{(es,e)} mixed(…)"""
    c = slopes(j, es)
    part = lambda l, e: times(slope(e), mixed(left, app("snoc", ls, l), app("snoc", es, e)))  # noqa: E731
    over_e = lambda l: app("sum", 1, H, fun([e], part(l, e)))  # noqa: E731
    outside = p.flip(p.by("sum.scale", lo=1, hi=L, c=c, F=fun([l], over_e(l))))

    def each_l(l: Term) -> Fact:
        inside = p.flip(p.by("sum.scale", lo=1, hi=H, c=c, F=fun([e], part(l, e))))

        def each_e(e: Term) -> Fact:
            grown = p.flip(product_with(p, j, es, e))
            here = times(times(c, slope(e)), mixed(left, app("snoc", ls, l), app("snoc", es, e)))
            found = p.evaluate(here, grown)
            return p.restate(eq(times(c, part(l, e)), found.prop.fields[1][1]), found)

        return p.chain(
            inside,
            apply(
                p, "sum.congruent", each_e, lo=1, hi=H, F=fun([e], times(c, part(l, e))),
                G=fun([e], term(ls, l, es, e)),
            ),
        )  # fmt: skip

    return p.chain(
        outside,
        apply(
            p, "sum.congruent", each_l, lo=1, hi=L, F=fun([l], times(c, over_e(l))),
            G=fun([l], app("sum", 1, H, fun([e], term(ls, l, es, e)))),
        ),
    )  # fmt: skip
