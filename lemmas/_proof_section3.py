"""Proofs of Section 3: exponents of stars, means that vanish, and second moments that bound T^r on both sides."""

from __future__ import annotations

from lemmas._moment_facts import Facts, covered, homogeneous, piecewise, positive, renamed
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.writing import plus, times
from verifier.proving.arithmetic import tidy
from verifier.proving.tactics import Fact, Prover

r, s, k, L, n = (Var(name, "int") for name in "rskLn")
phi, psi = Var("phi", "act"), Var("psi", "act")
omega = Var("omega", "mode")
x, y = Var("x", "input"), Var("y", "input")


def prove_section3(p: Prover) -> Facts:
    """The claims of Section 3 that rest on graphs and exact moments."""
    return {
        "section3.exponent": [exponent(p)],
        "section3.stronger": [stronger(p)],
        "section3.printed-conjecture": [not_always_one(p, 4), not_always_one(p, 0)],
        "section3.printed-stronger": [not_stronger(p)],
        "section3.mean": [even_order_mean(p), odd_mean(p)],
        "section3.tight": tightness(p),
    }


# -- exponents ---------------------------------------------------------------------------------------------------------


def _parity(p: Prover, target: Term, order: Term, even: Fact, odd: Fact) -> Fact:
    """``target`` from ⋀s. order = 2s ⟹ target and ⋀s. order = 2s + 1 ⟹ target."""
    return p.by("int.parity", even, odd, k=order, P=target)


def _exponent(p: Prover, odd: int) -> Fact:
    """⋀s. 0 ≤ s ⟹ sC(2s + odd) = -s"""
    order = plus(times(2, s), odd)
    which, size = ("even", plus(s, 1)) if odd else ("odd", s)  # r + 1 vertices, one cluster
    with p.given(le(0, s)):
        graph = p.by("star.multigraph", r=order), p.by("star.connected", r=order)
        star = app("star", order)
        vertices = times(2, size) if odd else plus(times(2, s), 1)
        multi, connected = (
            p.restate(app(name, vertices, star), fact)
            for name, fact in zip(("multigraph", "connected"), graph, strict=True)
        )
        counts = [p.by(f"connected.{which}.{kind}", multi, connected, s=size, es=star) for kind in ("even", "odd")]
        value = p.chain(p.by("sC", r=order), p.by("cluster_exponent", m=plus(order, 1), es=star))
        fact = p.arith(eq(app("sC", order), times(-1, s)), value, *counts)
    return p.close([s], [le(0, s)], fact)


def exponent(p: Prover) -> Fact:
    """⋀r. 0 ≤ r ⟹ sC(r) = -⌊r/2⌋"""
    target = eq(app("sC", r), times(-1, app("half", r)))
    of_parity = [_exponent(p, odd) for odd in (0, 1)]
    with p.given(le(0, r)):
        cases = []
        for odd in (0, 1):
            order = plus(times(2, s), odd)
            same = eq(r, order)
            with p.given(same) as (equation,):
                low = _not_negative(p, odd, equation)
                known = p.by(of_parity[odd], low)
                half = p.by("half.odd" if odd else "half.even", s=s)
                there = p.arith(eq(app("sC", order), times(-1, app("half", order))), known, half)
                fact = p.rewrite(there, p.flip(equation))
                fact = p.restate(target, fact)
            cases.append(p.close([s], [same], fact))
        fact = _parity(p, target, r, *cases)
    return p.close([r], [le(0, r)], fact)


def _not_negative(p: Prover, odd: int, equation: Fact) -> Fact:
    """0 ≤ s from r = 2s + odd, 0 ≤ r in scope."""
    target = le(0, s)
    below = le(s, -1)
    if not odd:
        return p.arith(target, equation)
    with p.given(below) as (negative,):
        never = p.by("false", p.by("one.positive", p.arith(le(1, 0), equation, negative)), P=target)
    first = p.imp_intro(below, never)
    above = le(plus(-1, 1), s)
    second = p.imp_intro(above, p.restate(target, p.assume(above)))
    return p.by("int.cases", first, second, a=s, b=-1, P=target)


def stronger(p: Prover) -> Fact:
    """⋀r. 3 ≤ r ⟹ 1 ≤ sC(r) + r - 1: T^r ~ n^{-(r-1)} is of a smaller order than n^{s_C}"""
    target = le(1, plus(app("sC", r), r, -1))
    general = exponent(p)
    with p.given(le(3, r)):
        low = p.arith(le(0, r))
        known = p.by(general, low, goal=eq(app("sC", r), times(-1, app("half", r))))
        cases = []
        for odd in (0, 1):
            same = eq(r, plus(times(2, s), odd))
            with p.given(same) as (equation,):
                half = p.rewrite(p.by("half.odd" if odd else "half.even", s=s), p.flip(equation))
                fact = _enough(p, target, odd, equation, known, half)
            cases.append(p.close([s], [same], fact))
        fact = _parity(p, target, r, *cases)
    return p.close([r], [le(3, r)], fact)


def _enough(p: Prover, target: Term, odd: int, equation: Fact, known: Fact, half: Fact) -> Fact:
    """2s - s ≥ 2 for r = 2s ≥ 3, hence s ≥ 2; and s ≥ 1 for r = 2s + 1 ≥ 3."""
    if odd:
        return p.arith(target, equation, known, half)
    below, above = le(s, 1), le(plus(1, 1), s)
    with p.given(below) as (small,):
        never = p.by("false", p.by("one.positive", p.arith(le(1, 0), equation, small)), P=target)
    with p.given(above) as (large,):
        fact = p.arith(target, equation, known, half, large)
    return p.by("int.cases", p.imp_intro(below, never), p.imp_intro(above, fact), a=s, b=1, P=target)


def _at(p: Prover, order: int) -> Fact:
    """sC(order) = -⌊order/2⌋, the number."""
    low = p.arith(le(0, num(order // 2)))
    known = p.by(_exponent(p, order % 2), low, goal=eq(app("sC", order), -(order // 2)))
    return known


def not_always_one(p: Prover, order: int) -> Fact:
    """That sC(r) = -1 for every r ≥ 0 is false."""
    printed = forall([r], imp(le(0, r), eq(app("sC", r), -1)))
    with p.given(printed) as (claim,):
        here = p.imp_elim(p.all_elim(claim, order), p.arith(le(0, num(order))))
        fact = p.by("one.positive", p.arith(le(1, 0), here, _at(p, order)))
    return p.imp_intro(printed, fact)


def not_stronger(p: Prover) -> Fact:
    """That 1 ≤ sC(r) + r - 1 for every r ≥ 1 is false: r = 2."""
    printed = forall([r], imp(le(1, r), le(1, plus(app("sC", r), r, -1))))
    with p.given(printed) as (claim,):
        here = p.imp_elim(p.all_elim(claim, 2), p.arith(le(1, num(2))))
        fact = p.by("one.positive", p.arith(le(1, 0), here, _at(p, 2)))
    return p.imp_intro(printed, fact)


# -- means -------------------------------------------------------------------------------------------------------------


def odd_mean(p: Prover) -> Fact:
    """⋀phi L s x y. relu(phi) ⟹ 1 ≤ L ⟹ 0 ≤ s ⟹ E T^{2s} = 0"""
    granted = [app("relu", phi), le(1, L), le(0, s)]
    star = app("S", phi, L, times(2, s), x, y)
    with p.given(*granted) as (relu, *_), p.using(piecewise(p, relu), p.arith(le(0, times(2, s)))):
        odd = p.by("odd.S", phi=phi, L=L, s=s, x=x, y=y)
        fact = p.by("mean.odd", odd, p.by("has_moments.S", phi=phi, L=L, r=times(2, s), x=x, y=y))
        fact = p.restate(eq(app("mean", star), 0), fact)
    return p.close([phi, L, s, x, y], granted, fact)


def even_order_mean(p: Prover) -> Fact:
    """⋀phi L r x y. relu(phi) ⟹ 1 ≤ L ⟹ 0 ≤ r ⟹ r = 2⌊r/2⌋ ⟹ E T^r = 0"""
    half = app("half", r)
    granted = [app("relu", phi), le(1, L), le(0, r), eq(r, times(2, half))]
    general = odd_mean(p)
    with p.given(*granted) as (relu, deep, _, even):
        fact = p.imp_elim(p.all_elim(general, phi, L, half, x, y), relu, deep, p.arith(le(0, half)))
        fact = renamed(p, fact, lambda order: eq(app("mean", app("S", phi, L, order, x, y)), 0), even)
    return p.close([phi, L, r, x, y], granted, fact)


def tightness(p: Prover) -> list[Fact]:
    """⋀phi omega x L r. … 1 ≤ r ≤ L ≤ 6 ⟹ n^{r-1} T^r and its inverse are tight; so T^r = O_p(n^{min(0, 1-r)})."""
    granted = [app("relu", phi), eq(app("dot", x, x), 1), app("level", omega), le(1, r), le(r, L), le(L, 6)]
    of = app("S", phi, L, r, x, x)
    target = app("tight", omega, of, plus(1, times(-1, r)))

    def known(values: tuple[int, ...]) -> Fact | None:
        depth, order = values
        if order > depth:
            return None
        return p.imp_elim(p.all_elim(facts[values], phi, omega, x), *(p.assume(g) for g in granted[:3]))

    facts: dict[tuple[int, ...], Fact] = {
        (depth, order): tight(p, order, depth) for depth in range(1, 7) for order in range(1, depth + 1)
    }
    with p.given(*granted) as (*_, low, most, _), p.using(p.arith(le(1, L)), p.arith(le(r, 6))):
        fact = covered(p, target, [(L, 1, 6), (r, 1, 6)], known, most)
        power = app("min", 0, plus(1, times(-1, r)))
        smallest = p.by("min.right", p.arith(le(plus(1, times(-1, r)), 0), low), a=0, b=plus(1, times(-1, r)))
        upper = p.by("tight.upper", fact)
        upper = p.subst(p.flip(smallest), fun([hole := Var("hole", "const")], app("upper", omega, of, hole)), upper)
        upper = p.restate(app("upper", omega, of, power), upper)
        same = eq(y, x)
        with p.given(same) as (equation,):
            star = lambda y: app("S", phi, L, r, x, y)  # noqa: E731
            words = renamed(p, upper, lambda y: app("upper", omega, star(y), power), equation)
            both = renamed(p, fact, lambda y: app("tight", omega, star(y), plus(1, times(-1, r))), equation)
    vs = [phi, omega, x, L, r]
    found = [p.close([*vs, y], [*granted, same], words), p.close([*vs, y], [*granted, same], both)]
    return [*found, p.close(vs, granted, fact), p.close(vs, granted, upper)]


def tight(p: Prover, order: int, depth: int) -> Fact:
    """⋀phi omega x. relu(phi) ⟹ x·x/n_0 = 1 ⟹ level(omega) ⟹ T^order is tight on both sides at order n^{1-order}"""
    granted = [app("relu", phi), eq(app("dot", x, x), 1), app("level", omega)]
    of = [["S", order]] * 2
    power = num(1 - order)
    with p.given(*granted) as (relu, one, level):
        graph = p.by("star.multigraph", p.arith(le(0, num(order))), r=order)
        deep = p.arith(le(1, num(depth)))
        law = p.by("gauge", relu, deep, L=depth, x=x)
        leading = []
        for activation, act in (("relu", phi), ("linear", psi)):
            request = {"of": of, "depth": depth, "activation": activation, "say": "leading"}
            fact = p.all_elim(p.by_engine("moments", request), act, x)
            kind = p.assume(app(activation, act))
            fact = p.rewrite(p.imp_elim(fact, kind), one)
            with p.using(homogeneous(p, kind), deep, p.arith(le(0, num(order)))):
                fact = p.rewrite(fact, p.by("star.corr", phi=act, L=depth, r=order, x=x))
            leading.append(fact)
        linear = p.all_intro([psi], p.imp_intro(app("linear", psi), leading[1]))
        above = positive(p, tidy(leading[1].prop.fields[1][2]))
        fact = p.by("tight.moments", law, deep, graph, level, leading[0], linear, above, p=power)
        fact = p.rewrite(fact, p.flip(p.by("star.corr", homogeneous(p, relu), deep,
                                           p.arith(le(0, num(order))), r=order, x=x)))  # fmt: skip
    return p.close([phi, omega, x], granted, fact)
