"""The top coefficient as (45), (48) have it, with d_1 = … = d_k = d alone: too small by H^{H(L-1)} at one input."""

from __future__ import annotations

from lemmas._proof_given_tuples import increasing
from lemmas._proof_one_input import (
    ONE,
    SIZES,
    TOP,
    Z,
    f,
    out,
    own,
    part,
    slope_times_output,
    term_of_all,
    top,
    with_homogeneous,
    without_factorial,
)
from verifier.kernel.core.terms import Term, app, eq, fun, le
from verifier.kernel.theory.hyper import H, L, d, i, k, ls, m, phi, slope, w, x, y, z
from verifier.kernel.theory.seqs import entry, length
from verifier.kernel.theory.writing import many, minus, plus, times
from verifier.proving.binders import apply, cases, closed, lemma, result, trichotomy
from verifier.proving.matching import substitute
from verifier.proving.tactics import Fact, Prover

l, j = many("l j", "int")


def _same(d: Term, k: Term) -> Term:
    return app("a_same", phi, m, H, L, d, k, x, y, w)


def same_term(k: Term, d: Term) -> Term:
    """l ↦ (h^d)^k T^{l,d}_{(d, …, d)}"""
    power = app("prod", 1, k, fun([i], slope(d)))
    return fun([ls], times(power, app("T", phi, L, d, ls, app("repeated", k, d), x, y)))


def _repeated(p: Prover, k: Term, d: Term) -> list[Fact]:
    """len = k and outputs of (d, …, d), where 0 ≤ k and 1 ≤ d are in scope."""
    size = p.by("len.repeated", k=k, j=d)
    start = p.all_elim(p.row("outputs.intro"), app("repeated", k, d))

    def each(i: Term) -> Fact:
        with p.using(p.arith(le(i, k), size)):
            at = p.by("entry.repeated", k=k, j=d, i=i)
        return p.rewrite(p.prove(le(1, d)), p.flip(at))

    return [size, p.imp_elim(start, p.prove(start.prop.fields[1][0], each))]


@lemma
def same_gathered(p: Prover) -> Fact:
    """a_same(d, k) = k! Σ over increasing tuples of layers, closed."""

    def how() -> Fact:
        F = same_term(k, d)
        outs = app("repeated", k, d)
        with p.using(*_repeated(p, k, d)):

            def symmetric(s: Term, i: Term) -> Fact:
                with p.using(p.arith(eq(length(s), length(outs)))):
                    moved = p.by("T.symmetric", phi=phi, L=L, d=d, ls=s, es=outs, i=i, x=x, y=y)
                with p.using(p.by("len.swap", s=outs, i=i)):
                    unmoved = apply(p, "seq.equal", lambda j: _unmoved(p, j, i), s=app("swap", outs, i), t=outs)
                moved = p.rewrite(moved, unmoved)
                return p.evaluate(app(F, app("swap", s, i)), moved)

            def zero(s: Term, i: Term) -> Fact:
                with p.using(p.arith(eq(length(s), length(outs)))):
                    nothing = p.by("T.twice", phi=phi, L=L, d=d, ls=s, es=outs, i=i, x=x, y=y)
                return result(p, p.evaluate(app(F, s), nothing), 0)

            ordered = apply(p, "tuples.chains", symmetric, zero, k=k, hi=L, F=F)
        return p.chain(p.by("a_same", phi=phi, m=m, H=H, L=L, d=d, k=k, x=x, y=y, w=w), ordered)

    ranges = [app("piecewise", phi), le(1, L), le(1, d), le(0, k)]
    return closed(p, [phi, m, H, L, d, k, x, y, w], ranges, how)


def _unmoved(p: Prover, j: Term, i: Term) -> Fact:
    """(d, …, d) is what it was after an exchange."""
    outs = app("repeated", k, d)
    with p.using(p.arith(le(j, k))):
        at = p.by("entry.repeated", k=k, j=d, i=j)
        goal = eq(entry(app("swap", outs, i), j), entry(outs, j))

        def to(where: Fact, other: Term) -> Fact:
            return p.chain(where, p.by("entry.repeated", k=k, j=d, i=other), p.flip(at))

        def below() -> Fact:
            return p.by("swap.before", s=outs, i=i, j=j)

        def at_i(same: Fact) -> Fact:
            context = fun([l], eq(entry(app("swap", outs, i), l), entry(outs, plus(l, 1))))
            return to(p.subst(same, context, p.by("swap.low", s=outs, i=i)), plus(j, 1))

        def above() -> Fact:
            def at_next() -> Fact:
                same = p.by("le.antisymmetric", x=plus(i, 1), y=j)
                context = fun([l], eq(entry(app("swap", outs, i), l), entry(outs, i)))
                return to(p.subst(same, context, p.by("swap.high", s=outs, i=i)), i)

            return cases(p, j, plus(i, 1), goal, at_next, lambda: p.by("swap.after", s=outs, i=i, j=j))

        return trichotomy(p, j, i, goal, below, lambda same: at_i(p.flip(same)), above)


@lemma
def same_degree(p: Prover) -> Fact:
    """a_same(d, k) = 0 for k > L, closed."""

    def how() -> Fact:
        summed = p.by(p.all_elim(same_gathered(p), phi, m, H, L, d, k, x, y, w), p.arith(le(0, k)))
        with p.using(p.arith(le(1, k))):
            empty = p.by("chains.empty", k=k, lo=1, hi=L, F=same_term(k, d))
        return result(p, p.rewrite(summed, empty), 0)

    ranges = [app("piecewise", phi), le(1, L), le(1, d), le(plus(L, 1), k)]
    return closed(p, [phi, m, H, L, d, k, x, y, w], ranges, how)


@lemma
def same_top(p: Prover) -> Fact:
    """K_same^(HL) = (HL)! z D Π_d [h^d Π_{l<L} (2 h/n_l) |x|²/n_0] at one input, closed: (48)."""

    def how() -> Fact:
        at = lambda t: substitute(t, ONE)  # noqa: E731
        body = at(fun([d, k], times(_same(d, k), app("invfact", k))))
        definition = p.by("K_same", phi=phi, m=m, H=H, L=L, r=TOP, x=x, y=x, z=z, w=w)

        def beyond(d: Term, k: Term) -> Fact:
            with p.using(*with_homogeneous(p)):
                zero = p.by(p.all_elim(same_degree(p), phi, m, H, L, d, k, x, x, w))
            return result(p, p.evaluate(app(body, d, k), zero), 0)

        short = apply(p, "comps.cut", beyond, H=H, r=TOP, m=L, B=body)
        full = p.by("comps.full", H=H, m=L, B=body)

        def each(d: Term) -> Fact:
            value = p.by(p.all_elim(_same_bracket(p), phi, m, H, L, d, x, w))
            return without_factorial(p, p.evaluate(app(body, d, L), value), app(part(None), d))

        same = apply(p, "prod.congruent", each, lo=1, hi=H, F=fun([d], app(body, d, L)), G=part(None))
        return p.rewrite(definition, short, full, same)

    return closed(p, Z, SIZES, how)


@lemma
def _same_bracket(p: Prover) -> Fact:
    """a_same(d, L) = L! h^d Π_{l<L} (2 h/n_l) |x|²/n_0 at one input, closed."""

    def how() -> Fact:
        with p.using(*with_homogeneous(p)):
            summed = p.by(p.all_elim(same_gathered(p), phi, m, H, L, d, L, x, x, w))
        F = summed.prop.fields[1][1].fields[1][1].fields[1][3]
        full = p.by("chains.full", k=L, lo=1, F=F)
        full = p.restate(eq(app("chains", L, 1, L, F), full.prop.fields[1][1]), full)
        run, outs = app("run", 1, L), app("repeated", L, d)
        with p.using(*_repeated(p, L, d), p.by("len.run", lo=1, k=L), _run_increases(p)):
            term = p.by(p.all_elim(term_of_all(p), phi, L, d, run, outs, x))
        flow = term.prop.fields[1][1].fields[1][1].fields[1][2]

        def constant(l: Term) -> Fact:
            return p.evaluate(app(flow, l), p.by("entry.repeated", k=L, j=d, i=l))

        G = fun([l], times(2, f(d), app("inv_width", l)))
        links = apply(p, "prod.congruent", constant, lo=1, hi=minus(L, 1), F=flow, G=G)
        term = p.rewrite(term, links, p.by("entry.repeated", k=L, j=d, i=L), p.by("delta.same", a=d))
        power = fun([i], own(d))
        last = p.by("prod.last", lo=1, hi=L, F=power)
        both = p.by("prod.both", lo=1, hi=minus(L, 1), F=power, G=G)
        flowing = p.by(p.all_elim(slope_times_output(p), phi, m, H, L, x, w, d))

        def one(l: Term) -> Fact:
            grouped = times(times(own(d), f(d)), times(2, app("inv_width", l)))
            found = result(p, p.evaluate(grouped, flowing), times(2, out(), app("inv_width", l)))
            return p.restate(eq(times(own(d), app(G, l)), found.prop.fields[1][1]), found)

        right = fun([l], times(2, out(), app("inv_width", l)))
        joined = apply(p, "prod.congruent", one, lo=1, hi=minus(L, 1), F=fun([l], times(own(d), app(G, l))), G=right)
        found = p.rewrite(p.chain(p.rewrite(summed, full)), last, term)
        pair = times(app("prod", 1, minus(L, 1), power), app("prod", 1, minus(L, 1), G))
        grouped = times(pair, times(app("fact", L), own(d), app("dot", x, x)))
        found = p.chain(result(p, found, grouped), p.evaluate(grouped, p.flip(both), joined))
        return result(p, found, times(app("fact", L), app(part(None), d)))

    return closed(p, [phi, m, H, L, d, x, w], [*SIZES, le(1, d), le(d, H)], how)


def _run_increases(p: Prover) -> Fact:
    """increasing((1, …, L), 1, L), where 1 ≤ L is in scope."""
    run = app("run", 1, L)
    size = p.by("len.run", lo=1, k=L)
    with p.using(size):

        def at(i: Term) -> Fact:
            with p.using(p.arith(le(i, L))):
                return p.by("entry.run", lo=1, k=L, i=i)

        def place(i: Term) -> Fact:
            here = at(i)
            return p.by("and.intro", p.arith(le(1, entry(run, i)), here), p.arith(le(entry(run, i), L), here))

        def step(i: Term) -> Fact:
            goal = le(plus(entry(run, i), 1), entry(run, plus(i, 1)))
            return p.arith(goal, at(i), at(plus(i, 1)))

        return increasing(p, run, 1, L, place, step)


#: H^{H(L-1)}
RATIO = app("prod", 1, H, fun([d], app("prod", 1, minus(L, 1), fun([l], H))))


@lemma
def ratio(p: Prover) -> Fact:
    """K^(HL) = H^{H(L-1)} K_same^(HL) at one input, closed: what (48) leaves out."""

    def how() -> Fact:
        exact = p.by(p.all_elim(top(p), *Z))
        printed = p.by(p.all_elim(same_top(p), *Z))
        flow = fun([l], times(2, out(), app("inv_width", l)))
        apart = p.by("prod.both", lo=1, hi=minus(L, 1), F=fun([l], H), G=flow)
        power = app("prod", 1, minus(L, 1), fun([l], H))

        def each(d: Term) -> Fact:
            return result(p, p.evaluate(app(part(H), d), apart), times(power, app(part(None), d)))

        G = fun([d], times(power, app(part(None), d)))
        split = apply(p, "prod.congruent", each, lo=1, hi=H, F=part(H), G=G)
        outside = p.by("prod.both", lo=1, hi=H, F=fun([d], power), G=part(None))
        left = p.rewrite(exact, split, outside)
        right = p.evaluate(times(RATIO, printed.prop.fields[1][0]), printed)
        return p.chain(left, p.restate(eq(left.prop.fields[1][1], right.prop.fields[1][0]), p.flip(right)))

    return closed(p, Z, SIZES, how)
