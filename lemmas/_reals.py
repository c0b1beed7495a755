"""Small facts on numbers, and the variables and shorthands that proofs on wide networks share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from lemmas._limits import not_zero, positive
from verifier.kernel.core.normal import key
from verifier.kernel.core.terms import App, Fun, Term, Var, app, as_term, eq, fun, le
from verifier.kernel.theory.writing import many, times
from verifier.proving.tactics import Fact, Prover

phi, omega = Var("phi", "act"), Var("omega", "mode")
L, H, l, u, v, k, d, e, i, j = many("L H l u v k d e i j", "int")
x, y, z, w = many("x y z w", "input")
a, b, c, s, t = many("a b c s t", "const")
RELU = app("relu", phi)
h = Var("h~hole", "rand")
NONZERO = [app("nonzero_input", x), app("nonzero_input", y)]
PI = app("pi")


def once(method: Callable[[Any], Fact]) -> Callable[[Any], Fact]:
    """Prove a theorem the first time it is asked for."""

    @wraps(method)
    def found(self: Any) -> Fact:
        if method.__name__ not in self.known:
            with self.p.alone():
                self.known[method.__name__] = method(self)
        return self.known[method.__name__]

    return found


def plim(of: Term, to: Term | int) -> Term:
    """``of`` → ``to`` in probability along omega."""
    return app("plim", omega, of, to)


class Reals:
    """Small facts on numbers."""

    def __init__(self, p: Prover) -> None:
        self.p = p
        self.known: dict[str, Fact] = {}

    def positive(self, t: Term | int, *facts: Fact) -> Fact:
        """t > 0, where t ≥ some positive number by linear arithmetic."""
        return positive(self.p, as_term(t), *facts)

    @once
    def pi_positive(self) -> Fact:
        """π > 0."""
        return self.positive(PI, self.p.by("pi.above"))

    @once
    def pi_inverse(self) -> Fact:
        """π·(1/π) = 1."""
        return self.p.by("inv", not_zero(self.p, self.pi_positive()), x=PI)

    @once
    def inverse_positive(self) -> Fact:
        """1/π > 0."""
        return self.p.by("inv.pos", self.pi_positive(), x=PI)

    def unequal(self, positive: Fact, equation: Fact) -> Fact:
        """Falsity from t > 0 and an equation from which t = 0 follows linearly."""
        p, t = self.p, positive.prop.fields[1][0]
        return p.imp_elim(p.imp_elim(p.all_elim(p.row("pos.elim"), t), positive), p.arith(le(t, 0), equation))

    def scaled(self, equation: Fact, *factors: Term | int) -> Fact:
        """factor·a = factor·b from a = b."""
        p = self.p
        left = equation.prop.fields[1][0]
        hole = Var("scaled~hole", "const")
        start = p.ring(times(*factors, left), times(*factors, left))
        return p.subst(equation, fun([hole], eq(times(*factors, left), times(*factors, hole))), start)

    def number(self, equation: Fact) -> Fact:
        """An equation with cos and sin at multiples of π/2 and at π/3 in numbers, where it mentions them."""
        p = self.p
        for name in (f"{of}.{at}" for at in ("zero", "quarter", "half", "third") for of in ("cos", "sin")):
            if name != "sin.third":
                equation = p.rewrite(equation, *self.meant(equation.prop, p.by(name)))
        return equation

    @staticmethod
    def meant(t: Term, *equations: Fact) -> list[Fact]:
        """Those equations whose left side occurs in t: a proof rests on no others."""
        return [f for f in equations if _occurs(t, key(f.prop.fields[1][0]))]


def _occurs(t: Term, wanted: object) -> bool:
    """Whether a part of t with no bound variable of outside is ``wanted`` by algebra."""
    if not t.loose and t.sort != "prop" and key(t) == wanted:
        return True
    parts = t.fields[1:] if isinstance(t, Fun) else t.fields[1] if isinstance(t, App) else ()
    return any(_occurs(part, wanted) for part in parts)
