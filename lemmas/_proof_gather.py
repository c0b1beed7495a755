"""Lemma 5 with Eq. (16) put in: a bracket as a sum over increasing layers, each factor summed over outputs at once."""

from __future__ import annotations

from lemmas._proof_lemma3 import transfer
from lemmas._proof_lemma5 import among, product_with, slopes, spread, spread_out
from verifier.kernel.core.terms import Term, app, eq, fun, le
from verifier.kernel.theory.hyper import A_of, H, L, d, e, es, i, k, ls, m, phi, slope, w, x, y
from verifier.kernel.theory.layers import T as tensor
from verifier.kernel.theory.seqs import entry, length
from verifier.kernel.theory.writing import many, minus, plus, times
from verifier.proving.binders import apply, by_definition, cases, closed, lemma, result
from verifier.proving.tactics import Fact, Prover

t = many("t", "seq")[0]
POINT = [phi, m, H, L, d, k, x, y, w]
RANGES = [app("piecewise", phi), eq(m, 1), le(1, H), le(1, L), le(1, d), le(1, k)]


def row_sum(l: Term | int) -> Term:
    """Σ_e h^e C(l, d, e)"""
    return app("sum", 1, H, fun([e], times(slope(e), app("C", phi, L, l, d, e, x, y))))


def link_sum(l2: Term | int, l1: Term | int) -> Term:
    """Σ_e h^e A(l2, l1, e)"""
    return app("sum", 1, H, fun([e], times(slope(e), app("A", phi, L, l2, l1, e, x, y))))


#: the summand of a tuple of k layers
CHAIN = fun(
    [ls],
    times(
        row_sum(entry(ls, k)),
        app("prod", 1, minus(k, 1), fun([i], link_sum(entry(ls, plus(i, 1)), entry(ls, i)))),
        app("Q", phi, entry(ls, 1), x, y),
    ),
)


@lemma
def gathered(p: Prover) -> Fact:
    """a(d, k) = k! Σ over 1 ≤ l_1 < … < l_k ≤ L of the product of Σ_e h^e C, the Σ_e h^e A, and Q; closed, k ≥ 1."""
    return closed(p, POINT, RANGES, lambda: _gathered(p))


#: the summand of a tuple of k layers, as Lemma 5 has it
SPREAD = fun([ls], app("tuples", k, H, fun([es], times(slopes(k, es), tensor(ls, es)))))


@lemma
def ordered(p: Prover) -> Fact:
    """a(d, k) = k! Σ over 1 ≤ l_1 < … < l_k ≤ L of Σ_e h^{e_1}·…·h^{e_k} T^{l,d}_e; closed, k ≥ 0."""
    return closed(p, POINT, [*RANGES[:-1], le(0, k)], lambda: _ordered(p))


def _gathered(p: Prover) -> Fact:
    found = _ordered(p)
    identity = transfer(p)
    summed = apply(p, "chains.congruent", lambda s: _summand(p, identity, s), k=k, lo=1, hi=L, F=SPREAD, G=CHAIN)
    return p.rewrite(found, summed)


def _ordered(p: Prover) -> Fact:
    whole = p.by(p.all_elim(spread_out(p), *POINT))
    inner = lambda ls: fun([es], times(slopes(k, es), tensor(ls, es)))  # noqa: E731

    def symmetric(s: Term, i: Term) -> Fact:
        swapped = app("swap", s, i)
        moved = p.by("tuples.swap", k=k, hi=H, i=i, F=inner(swapped))

        def each(es: Term) -> Fact:
            other = app("swap", es, i)
            with p.using(among(p, es), p.arith(eq(length(s), length(es)))):
                same = p.by("T.symmetric", phi=phi, L=L, d=d, ls=s, es=es, i=i, x=x, y=y)
            size = p.prove(eq(length(es), k))
            order = p.rewrite(p.by("prod.swap", s=es, i=i, B=fun([e], slope(e))), size)
            order = p.restate(eq(slopes(k, other), slopes(k, es)), order)
            return p.evaluate(app(inner(swapped), other), order, same)

        back = apply(
            p, "tuples.congruent", each, k=k, hi=H, F=fun([es], app(inner(swapped), app("swap", es, i))), G=inner(s)
        )  # fmt: skip
        return p.chain(moved, back)

    def zero(s: Term, i: Term) -> Fact:
        def each(es: Term) -> Fact:
            with p.using(among(p, es), p.arith(eq(length(s), length(es)))):
                nothing = p.by("T.twice", phi=phi, L=L, d=d, ls=s, es=es, i=i, x=x, y=y)
            return result(p, p.evaluate(app(inner(s), es), nothing), 0)

        return apply(p, "tuples.zero", each, k=k, hi=H, F=inner(s))

    chained = apply(p, "tuples.chains", symmetric, zero, k=k, hi=L, F=SPREAD)
    return p.chain(p.restate(eq(A_of(d, k), spread(k)), whole), chained)


def _summand(p: Prover, identity: Fact, s: Term) -> Fact:
    """Σ over e in [H]^k of h^e T^{l,d}_e = (Σ_e h^e C) Π (Σ_e h^e A) Q, for increasing l of length k."""
    n = minus(k, 1)
    F = fun([es], times(slopes(k, es), tensor(s, es)))
    step = p.by("tuples.step", k=n, hi=H, F=F)
    B = fun([i, e], times(slope(e), app("A", phi, L, entry(s, plus(i, 1)), entry(s, i), e, x, y)))
    product = lambda t: app("prod", 1, n, fun([i], app(B, i, entry(t, i))))  # noqa: E731
    gram = app("Q", phi, entry(s, 1), x, y)
    ends = lambda e: times(slope(e), app("C", phi, L, entry(s, k), d, e, x, y))  # noqa: E731
    link = lambda t: fun(  # noqa: E731
        [i], app("A", phi, L, entry(s, plus(i, 1)), entry(s, i), entry(t, i), x, y)
    )
    size = p.prove(eq(length(s), k))

    def each_tuple(t: Term) -> Fact:
        def each_output(e: Term) -> Fact:
            outs = app("snoc", t, e)
            sizes = [p.by("len.snoc", s=t, k=e), p.arith(le(1, length(s)))]
            with p.using(*sizes), p.using(p.arith(eq(length(s), length(outs))), _all_outputs(p, t, e)):
                here = p.by(p.all_elim(identity, phi, L, d, s, outs, x, y))
                last = p.rewrite(p.by("last", s=s), size)
                ending = p.rewrite(p.by("last", s=outs), sizes[0], p.by("entry.last", s=t, k=e))
                here = p.rewrite(here, last, ending, p.by("first", s=s), size)

                def inside(i: Term) -> Fact:
                    return p.evaluate(app(link(outs), i), p.by("entry.before", s=t, k=e, i=i))

                same = apply(p, "prod.congruent", inside, lo=1, hi=n, F=link(outs), G=link(t))
                grown = product_with(p, n, t, e)
            here = p.rewrite(here, same)
            grown = p.restate(eq(slopes(k, outs), times(slopes(n, t), slope(e))), grown)
            both = p.by("prod.both", lo=1, hi=n, F=fun([i], slope(entry(t, i))), G=link(t))
            found = p.evaluate(app(F, outs), grown, here)
            paired = times(times(slopes(n, t), app("prod", 1, n, link(t))), gram, ends(e))
            joined = p.evaluate(paired, p.flip(both))
            return p.chain(result(p, found, paired), result(p, joined, times(times(gram, product(t)), ends(e))))

        c = times(gram, product(t))
        one = apply(
            p, "sum.congruent", each_output, lo=1, hi=H, F=fun([e], app(F, app("snoc", t, e))),
            G=fun([e], times(c, ends(e))),
        )  # fmt: skip
        two = p.by("sum.scale", lo=1, hi=H, c=c, F=fun([e], ends(e)))
        return result(p, p.chain(one, two), times(times(gram, row_sum(entry(s, k))), product(t)))

    apart = fun([t], app("sum", 1, H, fun([e], app(F, app("snoc", t, e)))))
    c = times(gram, row_sum(entry(s, k)))
    first = apply(
        p, "tuples.congruent", each_tuple, k=n, hi=H, F=apart, G=fun([t], times(c, product(t)))
    )  # fmt: skip
    second = p.by("tuples.scale", k=n, hi=H, c=c, F=fun([t], product(t)))
    third = p.by("tuples.product", k=n, hi=H, B=B)
    start = p.restate(eq(app("tuples", k, H, F), step.prop.fields[1][1]), step)
    return result(p, p.rewrite(p.chain(start, first, second), third), app(CHAIN, s))


def _all_outputs(p: Prover, t: Term, e: Term) -> Fact:
    """outputs((t, e)), where within(t, 1, H) and 1 ≤ e are in scope."""
    longer = app("snoc", t, e)
    inside = p.by("outputs.elim", among(p, t))

    def each(i: Term) -> Fact:
        def low() -> Fact:
            known = p.imp_elim(p.all_elim(inside, i), p.prove(le(1, i)), p.prove(le(i, length(t))))
            return p.rewrite(known, p.flip(p.by("entry.before", s=t, k=e, i=i)))

        def top() -> Fact:
            end = p.by("le.antisymmetric", x=plus(length(t), 1), y=i)
            at_end = p.rewrite(p.prove(le(1, e)), p.flip(p.by("entry.last", s=t, k=e)))
            return p.rewrite(at_end, end)

        return cases(p, i, length(t), le(1, entry(longer, i)), low, top)

    return by_definition(p, "outputs.intro", each, longer)
