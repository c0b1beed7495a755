"""Parts of the dominant terms of K^(r), each times F(y, d): sums over increasing layers of products of steps."""

from __future__ import annotations

from lemmas._proof_hyper_limits import (
    B,
    F,
    bracket_limit,
    inner_limit,
    part_limit,
    slope_limit,
)
from lemmas._proof_hyper_masks import links_of
from verifier.kernel.core.terms import Term, app, eq, fun, le
from verifier.kernel.theory.hyper import H, L, d, e, i, k, l, ls, phi, w, x, y
from verifier.kernel.theory.joint import product as range_product
from verifier.kernel.theory.limits import omega
from verifier.kernel.theory.seqs import s
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.binders import apply, lemma
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover

DOT, THETA = app("dot", x, y), app("Theta", phi, L, x, y)
#: F(y, 1)·…·F(y, H), and what h is on the limit's space where its mask is 1
ALL = range_product("F", (B, y), 1, H, limit=True)
OUT = times(w, ALL)


def scaled_part(d: Term, k: Term | int) -> Term:
    """F(y, d) times the limit of a part, its masks 1."""
    return times(F(y, d), part_limit(d, k, False))


def core_body(ls: Term, k: Term | int, s: Term) -> Term:
    """Π_{i<k} h^{s_i} · Dot(l_k) · Π_{i<k} Gam(l_{i+1}, l_i, s_i) · Σ^{l_1 - 1}"""
    slopes = app("lprod", 1, minus(k, 1), fun([i], slope_limit(app("entry", s, i), False)))
    return times(
        slopes, app("Dot", phi, L, app("last", ls), x, y), app("lprod", 1, minus(k, 1), links_of(ls, s)),
        app("Sig", phi, minus(app("first", ls), 1), x, y),
    )  # fmt: skip


def core(ls: Term, k: Term | int) -> Term:
    """The sum of ``core_body`` over outputs."""
    return app("ltuples", minus(k, 1), H, fun([s], core_body(ls, k, s)))


def chain_function(k: Term | int) -> Term:
    """l ↦ h times its core"""
    return fun([ls], times(OUT, core(ls, k)))


def own_output(p: Prover, d: Term) -> Fact:
    """F(y, d) h^d = h without masks, for 1 ≤ d ≤ H in scope."""
    G = fun([i], F(y, i))
    with p.using(p.arith(le(1, plus(minus(d, 1), 1))), p.arith(le(minus(d, 1), H))):
        split = apply(p, "lprod.split", lo=1, m=minus(d, 1), hi=H, F=G)
    first = apply(p, "lprod.first", lo=d, hi=H, F=G)
    below, above = (app("lprod", lo, hi, G) for lo, hi in ((1, minus(d, 1)), (plus(d, 1), H)))
    hole = fresh("lim")
    rest = app("lprod", d, H, G)
    split = p.restate(eq(ALL, times(below, rest)), split)
    whole = p.subst(first, fun([hole], eq(ALL, times(below, hole))), split)
    start = p.ring(times(F(y, d), slope_limit(d, False)), times(w, below, F(y, d), above))
    return p.subst(
        p.flip(whole), fun([hole], eq(times(F(y, d), slope_limit(d, False)), times(w, hole))),
        p.restate(eq(times(F(y, d), slope_limit(d, False)), times(w, whole.prop.fields[1][1])), start),
    )  # fmt: skip


def longer(p: Prover, s: Term, e: Term, size: Term) -> tuple[Fact, Fact]:
    """Entry ``size`` + 1 of (s, e) is e, and so is its last, where len(s) = ``size`` is in scope."""
    more = app("snoc", s, e)
    at_end = apply(p, "entry.last", s=s, k=e)
    same = p.assume(eq(app("len", s), size))
    at_end_size = p.rewrite(at_end, same)
    last = p.rewrite(apply(p, "last", s=more), apply(p, "len.snoc", s=s, k=e), at_end)
    return at_end_size, last


def peeled(p: Prover, d: Term, k: Term, ls: Term) -> Fact:
    """The sum over outputs, the last of which is d: inner(d, k, ls) = h^d·core(ls, k); 1 ≤ k, 1 ≤ d ≤ H in scope."""
    inner = inner_limit(d, k, ls, False)
    body = inner.fields[1][2]
    less = minus(k, 1)
    step = apply(p, "ltuples.step", k=less, hi=H, F=body)
    step = p.restate(eq(inner, step.prop.fields[1][1]), step)
    spread = step.prop.fields[1][1].fields[1][2]
    own = slope_limit(d, False)
    target = fun([s], times(own, core_body(ls, k, s)))

    def each(s: Term) -> Fact:
        value_at = fun([e], times(slope_limit(e, False), core_body(ls, k, s)))
        picked = fun([e], times(app("delta", d, e), app(value_at, e)))

        def term(e: Term) -> Fact:
            more = app("snoc", s, e)
            top, last = longer(p, s, e, less)
            at = lambda t, i: app("entry", t, i)  # noqa: E731
            slopes = [fun([i], slope_limit(at(t, i), False)) for t in (more, s)]
            size = p.assume(eq(app("len", s), less))

            def before(i: Term) -> Fact:
                with p.using(size, p.arith(le(i, app("len", s)), size)):
                    return apply(p, "entry.before", s=s, k=e, i=i)

            ends = apply(p, "lprod.last", lo=1, hi=k, F=slopes[0])
            same = apply(
                p,
                "lprod.congruent",
                lambda i: p.evaluate(app(slopes[0], i), before(i)),
                lo=1,
                hi=less,
                F=slopes[0],
                G=slopes[1],
            )
            upper = links_of(ls, more)
            same_links = apply(
                p,
                "lprod.congruent",
                lambda i: p.evaluate(app(upper, i), before(i)),
                lo=1,
                hi=less,
                F=upper,
                G=links_of(ls, s),
            )
            top = p.restate(eq(at(more, k), e), top)
            found = p.evaluate(app(body, more), ends, same, top, same_links, last)
            return p.restate(eq(app(body, more), app(picked, e)), found)

        here = app(spread, s)
        one = apply(p, "lsum.congruent", term, lo=1, hi=H, F=here.fields[1][2], G=picked)
        two = apply(p, "lsum.pick", lo=1, hi=H, d=d, G=value_at)
        return p.restate(eq(here, app(target, s)), p.chain(one, two))

    one = apply(p, "ltuples.congruent", each, k=less, hi=H, F=spread, G=target)
    two = apply(p, "ltuples.scale", k=less, hi=H, c=own, F=fun([s], core_body(ls, k, s)))
    return p.chain(step, one, two)


@lemma
def scaled_bracket(p: Prover) -> Fact:
    """⋀d k. 1 ≤ d ⟹ d ≤ H ⟹ 1 ≤ k ⟹ F(y, d)·part(d, k) = Σ over l_1 < … < l_k of h·core(l, k)."""
    premises = (le(1, d), le(d, H), le(1, k))
    with p.given(*premises):
        zero = apply(p, "delta.more", a=k, b=0)
        bracket = bracket_limit(d, k, False)
        chains = bracket.fields[1][3]
        start = p.restate(eq(scaled_part(d, k), times(F(y, d), bracket)), p.evaluate(scaled_part(d, k), zero))
        inward = fun([ls], times(F(y, d), app(chains, ls)))
        at: dict[str, Term | int] = {"k": k, "lo": 1, "hi": L}
        scale = p.flip(apply(p, "lchains.scale", **at, c=F(y, d), F=chains))
        own = own_output(p, d)

        def each(ls: Term) -> Fact:
            peel = peeled(p, d, k, ls)
            left = times(F(y, d), peel.prop.fields[1][0])
            one = p.evaluate(left, peel)
            rest, hole = core(ls, k), fresh("lim")
            two = p.restate(eq(left, times(times(F(y, d), slope_limit(d, False)), rest)), one)
            return p.subst(own, fun([hole], eq(left, times(hole, rest))), two)

        same = apply(p, "lchains.congruent", each, **at, F=inward, G=chain_function(k))
        fact = p.chain(start, p.restate(eq(times(F(y, d), bracket), app("lchains", k, 1, L, inward)), scale), same)
    return p.close([omega, phi, H, L, x, y, w, d, k], premises, fact)


@lemma
def single(p: Prover) -> Fact:
    """⋀ … 1 ≤ L ⟹ Σ over l_1 of h·core = h Θ: a part of size 1."""
    with p.given(le(1, L)):
        fact = _single(p)
    return p.close([omega, phi, H, L, x, y, w], [le(1, L)], fact)


def _single(p: Prover) -> Fact:
    G = chain_function(1)
    step = apply(p, "lchains.step", k=0, lo=1, hi=L, F=G)
    step = p.restate(eq(app("lchains", 1, 1, L, G), step.prop.fields[1][1]), step)
    spread = step.prop.fields[1][1].fields[1][2]
    kernel = fun([l], times(app("Sig", phi, minus(l, 1), x, y), app("Dot", phi, L, l, x, y)))
    target = fun([l], times(OUT, app(kernel, l)))
    nil = app("nil")

    def each(l: Term) -> Fact:
        one = app("snoc", nil, l)
        inside = app(spread, l).fields[1][3]
        none = apply(p, "lchains.0", lo=1, hi=minus(l, 1), F=inside)
        size = apply(p, "len.snoc", s=nil, k=l)
        only = apply(p, "entry.last", s=nil, k=l)
        length0 = p.row("len.nil")
        only = p.rewrite(only, length0)
        first = p.chain(apply(p, "first", s=one), p.restate(eq(app("entry", one, 1), l), only))
        last = p.rewrite(apply(p, "last", s=one), size, length0)
        last = p.chain(last, p.restate(eq(last.prop.fields[1][1], l), only))
        body = fun([s], core_body(one, 1, s))
        tuple0 = apply(p, "ltuples.0", hi=H, F=body)
        empty = [
            apply(p, "lprod.empty", lo=1, hi=0, F=of)
            for of in (fun([i], slope_limit(app("entry", nil, i), False)), links_of(one, nil))
        ]
        tuple0 = p.restate(eq(core(one, 1), app(body, nil)), tuple0)
        found = p.evaluate(app(spread, l), none, tuple0, *empty, first, last)
        return p.restate(eq(app(spread, l), app(target, l)), found)

    same = apply(p, "lsum.congruent", each, lo=1, hi=L, F=spread, G=target)
    scale = apply(p, "lsum.scale", lo=1, hi=L, c=OUT, F=kernel)
    numbers = p.flip(apply(p, "csum.lim", lo=1, hi=L, F=kernel))
    theta = p.flip(apply(p, "Theta", phi=phi, L=L, x=x, y=y))
    theta = p.restate(eq(app("csum", 1, L, kernel), THETA), theta)
    return p.rewrite(p.chain(step, same, scale), numbers, theta)
