"""Lemma 1 proved: on a coupling a step is continuous off 0; ±1/n shows that no mass at 0 is needed."""

from __future__ import annotations

from collections.abc import Callable

from lemmas._limits import number
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory.joint import step
from verifier.kernel.theory.writing import many, times
from verifier.proving.binders import falsity
from verifier.proving.tactics import Fact, Prover

omega, b = Var("omega", "mode"), Var("b", "base")
X, Y = Var("X", "rand"), Var("Y", "lim")
c, c2, u, p_ = many("c c2 u p", "const")
x, y = many("x y", "input")
phi = Var("phi", "act")
L, d = many("L d", "int")


def sgn(of: Term, at_0: Term = c) -> Term:
    """The sign of a number, ``at_0`` where it is 0."""
    return app("lpieces" if of.sort in ("lim",) else "pieces", -1, at_0, 1, of)


def prove_lemma1(p: Prover) -> dict[str, list[Fact]]:
    """Facts by claim; the printed ones as (what is printed) ⟹ falsity, for every sign ``c`` of 0."""
    return {
        "lemma1.printed": [_printed(p)],
        "lemma1.printed-6": [_printed_6(p)],
        "lemma1.sign": [_sign(p), _jointly(p)],
        "lemma1.probabilities": [_probability(p, above=True), _probability(p, above=False)],
        "lemma1.outputs": [_outputs(p)],
    }


def _law(x: Term, y: Term | int, mode: Term = omega) -> Term:
    return app("law", mode, x, y)


def _on_a_coupling(p: Prover, goal: Term, how: Callable[..., Fact]) -> Fact:
    """``goal`` from law(omega, X, Y), which is in scope, and a function of the coupling's facts."""
    base, limit = Var("b~1", "base"), Var("Z~1", "lim")
    premises = (eq(app("modeof", base), omega), app("tends", base, X, 0, limit), app("samelaw", limit, Y))
    with p.given(*premises) as (mode, tends, same):
        found = p.restate(goal, how(base, limit, mode, tends, same))
    for_all = p.close([base, limit], premises, found)
    return p.by("law.coupling", p.assume(_law(X, Y)), for_all, P=goal)


def _sign(p: Prover) -> Fact:
    """X → Y in law, P[Y = 0] = 0: sgn X → sgn Y in law, whatever the sign of 0."""
    premises = (_law(X, Y), app("never0", Y))
    with p.given(*premises):

        def how(base: Term, limit: Term, mode: Fact, tends: Fact, same: Fact) -> Fact:
            alive = p.by("samelaw.never0", p.by("samelaw.symmetric", same), p.assume(premises[1]))
            limit_of = p.by("tends.pieces", tends, alive, c=-1, c2=c, u=1)
            law = p.rewrite(p.by("law.intro", limit_of), mode)
            return p.by("law.same", law, p.by("samelaw.pieces", same, c=-1, c2=c, u=1))

        fact = _on_a_coupling(p, _law(sgn(X), sgn(Y)), how)
    return p.close([omega, X, Y, c], premises, fact)


def _jointly(p: Prover) -> Fact:
    """The same on a coupling: jointly with whatever else converges on it."""
    premises = (app("tends", b, X, p_, Y), app("never0", Y))
    with p.given(*premises) as facts:
        fact = p.by("tends.pieces", *facts, c=-1, c2=c, u=1)
    return p.close([b, X, p_, Y, c], premises, fact)


def _probability(p: Prover, above: bool) -> Fact:
    """P[X > 0] → P[Y > 0], or P[X < 0] → P[Y < 0]."""
    premises = (_law(X, Y), app("never0", Y))
    side = (lambda t: t) if above else (lambda t: times(-1, t))
    with p.given(*premises):

        def how(base: Term, limit: Term, mode: Fact, tends: Fact, same: Fact) -> Fact:
            alive = p.by("samelaw.never0", p.by("samelaw.symmetric", same), p.assume(premises[1]))
            other = same
            if not above:
                minus = p.by("tends.const", b=base, c=-1)
                tends = p.by("tends.mul", minus, tends)
                one = p.by("never0.const", number(p, -1), c=-1)
                alive = p.by("never0.mul", one, alive)
                other = p.by("samelaw.scale", same, c=-1)
            chance = p.rewrite(p.by("chance.tends", tends, alive), mode)
            return p.rewrite(chance, p.by("samelaw.chance", other))

        goal = app("plim", omega, app("chance", side(X)), app("lchance", side(Y)))
        fact = _on_a_coupling(p, goal, how)
    return p.close([omega, X, Y], premises, fact)


def _printed(p: Prover) -> Fact:
    """Not for every X → Y: sgn(1/n) = 1 and sgn(-1/n) = -1, and both would tend to the sign of 0."""
    claim = forall([omega, X, Y], imp(_law(X, Y), _law(sgn(X), sgn(Y))))
    with p.given(claim) as (printed,):
        found = []
        for sign in (1, -1):
            base, sequence = Var("b~2", "base"), Var("X~2", "rand")
            values = forall([c, c2, u], eq(app("pieces", c, c2, u, sequence), u))
            premises = (app("tends", base, sequence, 0, 0), values, eq(app("chance", sequence), 1))
            with p.given(*premises) as (tends, value, _):
                to_0 = tends if sign == 1 else p.by("tends.mul", p.by("tends.const", b=base, c=-1), tends)
                of, mode = times(sign, sequence) if sign < 0 else sequence, app("modeof", base)
                law = p.restate(_law(of, 0, mode), p.by("law.intro", p.restate(app("tends", base, of, 0, 0), to_0)))
                image = p.by(printed, law)
                if sign < 0:
                    image = p.rewrite(image, p.by("pieces.minus", c=-1, c2=c, u=1, X=sequence))
                at = p.all_elim(value, *((-1, c, 1) if sign > 0 else (1, c, -1)))
                image = p.rewrite(image, at, p.all_elim(p.row("lpieces.at_0"), -1, c, 1))
                same = p.by("law.const", image)
            goal = eq(sign, c)
            found.append(p.by("sequence.exists", p.close([base, sequence], premises, p.restate(goal, same)), P=goal))
        false = falsity(p, found[0], found[1])
    return p.close([c], [claim], false)


def _printed_6(p: Prover) -> Fact:
    """P[1/n > 0] = 1 at every width, and P[0 > 0] = 0."""
    claim = forall([omega, X, Y], imp(_law(X, Y), app("plim", omega, app("chance", X), app("lchance", Y))))
    with p.given(claim) as (printed,):
        base, sequence = Var("b~2", "base"), Var("X~2", "rand")
        values = forall([c, c2, u], eq(app("pieces", c, c2, u, sequence), u))
        premises = (app("tends", base, sequence, 0, 0), values, eq(app("chance", sequence), 1))
        with p.given(*premises) as (tends, _, one):
            limit = p.by(printed, p.by("law.intro", tends))
            limit = p.rewrite(limit, one, p.row("lchance.zero"))
            false = falsity(p, p.by("plim.unique", p.by("plim.const", omega=app("modeof", base), c=1), limit))
        fact = p.by("sequence.exists", p.close([base, sequence], premises, false), P=FALSE)
    return p.close([], [claim], fact)


def _outputs(p: Prover) -> Fact:
    """P[f^d(x) > 0, f^d(y) > 0] → E[σ'σ'] under S^{L-1}, half of Σ̇^L."""
    base = app("paired", omega, phi, L, x, y)
    premises = (
        app("relu", phi), le(1, L), le(1, d), app("grows", omega, L), app("nonzero_input", x), app("nonzero_input", y),
    )  # fmt: skip
    with p.given(*premises):
        steps = []
        for name in ("x", "y"):
            tends = p.by(f"paired.tends.{name}", omega=omega, phi=phi, L=L, x=x, y=y, d=d)
            alive = p.by(f"paired.never0.{name}", omega=omega, phi=phi, L=L, x=x, y=y, d=d)
            steps.append(p.by("tends.pieces", tends, alive, c=0, c2=0, u=1))
        both = p.restate(
            app("tends", base, times(*(step(app("f", phi, L, at, d)) for at in (x, y))), 0,
                times(*(step(app("F", base, at, d), True) for at in (x, y)))), p.by("tends.mul", *steps),
        )  # fmt: skip
        squares = []
        for limit in (False, True):
            one = [step(app("F", base, at, d) if limit else app("f", phi, L, at, d), limit) for at in (x, y)]
            row, name = ("lpieces.mul", "Y") if limit else ("pieces.mul", "X")
            each = [p.by(row, c=0, c2=0, u=1, s=0, t=0, v=1, **{name: o.fields[1][3]}) for o in one]
            squares.append(square(p, *each))
        chance = p.by("chance.indicator", both, *squares)
        chance = p.rewrite(chance, p.by("paired.mode", omega=omega, phi=phi, L=L, x=x, y=y))
        fact = p.rewrite(chance, p.by("paired.chance", omega=omega, phi=phi, L=L, x=x, y=y, d=d))
    return p.close([omega, phi, L, x, y, d], premises, fact)


def square(p: Prover, first: Fact, second: Fact) -> Fact:
    """(a b)(a b) = a b from a a = a and b b = b."""
    (_, a), (_, b_) = first.prop.fields[1], second.prop.fields[1]
    whole = times(a, b_)
    hole = Var("t~9", a.sort)
    start = p.ring(times(whole, whole), times(times(a, a), times(b_, b_)))
    start = p.subst(first, fun([hole], eq(times(whole, whole), times(hole, times(b_, b_)))), start)
    return p.subst(second, fun([hole], eq(times(whole, whole), times(a, hole))), start)
