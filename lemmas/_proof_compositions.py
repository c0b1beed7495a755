"""The largest weight of a composition of r into H parts from 0 to L, with weight min(0, 1 - k) for a part k.

A part k of a composition stands for a bracket of order n^{min(0, 1-k)}.  The largest sum of weights is min(0, H - r),
whatever r, and it is attained for 0 ≤ r ≤ HL: by induction on H, with the last part 0, 1 or r - HL.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.writing import many, minus, plus, times
from verifier.proving.binders import cases
from verifier.proving.tactics import Fact, Prover

H, L, r, d, k, a, b = many("H L r d k a b", "int")
#: the weight of part number d
WEIGHT = fun([d, k], app("min", 0, minus(1, k)))


def value(parts: Term | int, total: Term) -> Term:
    """min(0, H - r)"""
    return app("min", 0, minus(parts, total))


def smaller(p: Prover) -> tuple[Fact, Fact]:
    """min(a, b) ≤ a and min(a, b) ≤ b."""
    found = []
    m = app("min", a, b)
    for side in (a, b):
        goal = le(m, side)
        by = partial(_smaller, p, goal)
        found.append(p.close([a, b], [], cases(p, a, b, goal, partial(by, "min.left"), partial(by, "min.right"))))
    return found[0], found[1]


def _smaller(p: Prover, goal: Term, row: str) -> Fact:
    return p.arith(goal, p.by(row, a=a, b=b))


def known(p: Prover, x: Term | int, y: Term | int) -> list[Fact]:
    """min(x, y) ≤ x, y, and which of the two it is where arithmetic tells."""
    return [p.all_elim(fact, x, y) for fact in smaller(p)]


def prove_compositions(p: Prover) -> dict[str, list[Fact]]:
    """``bounded``: ⋀H r L. 0 ≤ H ⟹ bounded(H, r, L, w, min(0, H - r)); ``attained``: for 0 ≤ r ≤ HL, 1 ≤ L."""
    return {"bounded": [_bounded(p)], "attained": [_attained(p)]}


def _bounded(p: Prover) -> Fact:
    goal = lambda parts, total: app("bounded", parts, total, L, WEIGHT, value(parts, total))  # noqa: E731
    V = fun([H], forall([r], goal(H, r)))
    # H = 0: r = 0 alone has a composition, and min(0, 0 - 0) = 0
    nothing = eq(r, 0)
    with p.given(nothing):
        least = p.by("min.left", a=0, b=minus(0, r))
        zero = p.imp_intro(nothing, p.arith(le(0, value(0, r)), least))
    start = p.all_intro([r], p.restate(goal(0, r), p.by("bounded.0", zero, r=r, L=L, W=WEIGHT, v=value(0, r))))
    # H + 1: min(0, H - (r - k)) + min(0, 1 - k) ≤ min(0, H + 1 - r)
    more = plus(H, 1)
    with p.given(le(0, H), app(V, H)) as (_, before):
        after = minus(value(more, r), app(WEIGHT, more, k))

        def step(part: Term) -> Fact:
            rest = p.all_elim(before, minus(r, part))
            with p.given(le(0, part), le(part, L)):
                fits = le(value(H, minus(r, part)), minus(value(more, r), app(WEIGHT, more, part)))
                facts = [*known(p, 0, minus(H, minus(r, part))), *known(p, 0, minus(1, part))]
                fit = cases(
                    p, 0, minus(more, r), fits,
                    lambda: p.arith(fits, p.by("min.left", a=0, b=minus(more, r)), *facts),
                    lambda: p.arith(fits, p.by("min.right", a=0, b=minus(more, r)), *facts),
                )  # fmt: skip
                return p.by("bounded.weaken", rest, fit)

        premise = forall([k], imp(le(0, k), le(k, L), app("bounded", H, minus(r, k), L, WEIGHT, after)))
        each = p.prove(premise, step)
        last = p.by("bounded.step", each, H=H, r=r, L=L, W=WEIGHT, v=value(more, r))
        following = p.all_intro([r], p.restate(goal(more, r), last))
    rising = p.close([H], [le(0, H), app(V, H)], following)
    every = p.by("int.induction", p.restate(app(V, 0), start), rising, V=V, m=0)
    with p.given(le(0, H)) as (positive,):
        fact = p.all_elim(p.imp_elim(p.all_elim(every, H), positive), r)
    return p.close([H, r, L], [le(0, H)], fact)


def _attained(p: Prover) -> Fact:
    goal = lambda parts, total: app("attained", parts, total, L, WEIGHT, value(parts, total))  # noqa: E731
    inside = lambda parts, total: imp(le(0, total), le(total, times(parts, L)), goal(parts, total))  # noqa: E731
    V = fun([H], forall([r], inside(H, r)))
    with p.given(le(1, L)):
        with p.given(le(0, r), le(r, times(0, L))):
            zero = p.by("le.antisymmetric", x=0, y=r)
            base = p.by("attained.0", L=L, W=WEIGHT)
            least = p.by("min.left", a=0, b=minus(0, r))
            hole = Var("hole", "int")
            weight = Var("weight", "const")
            made = p.subst(zero, fun([hole], app("attained", 0, hole, L, WEIGHT, 0)), base)
            back = p.flip(least)
            made = p.subst(back, fun([weight], app("attained", 0, r, L, WEIGHT, weight)), made)
            start = p.close([r], [le(0, r), le(r, times(0, L))], made)
        more = plus(H, 1)
        with p.given(le(0, H), app(V, H)) as (_, before):
            wide = p.by("nonneg.mul", x=H, y=minus(L, 1))  # H ≤ H L
            with p.using(wide), p.given(le(0, r), le(r, times(more, L))):
                made = _last_part(p, before, more, goal)
            following = p.close([r], [le(0, r), le(r, times(more, L))], made)
        rising = p.close([H], [le(0, H), app(V, H)], following)
        every = p.by("int.induction", p.restate(app(V, 0), start), rising, V=V, m=0)
        with p.given(le(0, H)) as (positive,):
            at = p.all_elim(p.imp_elim(p.all_elim(every, H), positive), r)
    return p.close([H, r, L], [le(1, L), le(0, H)], at)


def _last_part(p: Prover, before: Fact, more: Term, goal: object) -> Fact:
    target = goal(more, r)  # type: ignore[operator]

    def with_part(part: Term) -> Fact:
        rest = minus(r, part)
        reached = p.by(p.all_elim(before, rest))
        first, second, whole = value(H, rest), app(WEIGHT, more, part), value(more, r)
        exact = eq(first, minus(whole, second))
        facts = [_which(p, 0, minus(H, rest)), _which(p, 0, minus(1, part)), _which(p, 0, minus(more, r))]
        same = p.arith(exact, *facts)
        weight = Var("weight", "const")
        moved = p.subst(same, fun([weight], app("attained", H, rest, L, WEIGHT, weight)), reached)
        return p.by("attained.step", moved, H=H, r=r, L=L, W=WEIGHT, v=whole, k=part)

    most = plus(times(H, L), 1)
    return cases(
        p, r, 0, target, lambda: with_part(num(0)),
        lambda: cases(
            p, r, most, target, lambda: _by_sign(p, target, lambda: with_part(num(1))),
            lambda: with_part(minus(r, times(H, L))),
        ),
    )  # fmt: skip


def _by_sign(p: Prover, target: Term, how: Callable[[], Fact]) -> Fact:
    """``target``, in each of the cases that decide min(0, H + 1 - r)."""
    return cases(p, r, plus(H, 1), target, how, how)


def _which(p: Prover, x: Term | int, y: Term) -> Fact:
    """min(x, y) = x or = y, as what is in scope tells."""
    try:
        return p.by("min.left", a=x, b=y)
    except Refused:
        return p.by("min.right", a=x, b=y)
