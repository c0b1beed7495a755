"""Facts on K^h in the words of Theorem 3's claims: E K^h at H = 2, where Figure 1(b) fails, and signs at opposite z."""

from __future__ import annotations

from lemmas._limits import not_zero
from lemmas._values import Values
from verifier.claims.author import Author
from verifier.kernel.core.terms import Term, Var, app, eq, le, num
from verifier.kernel.theory.writing import times
from verifier.proving.tactics import Fact

phi, x, y = Var("phi", "act"), Var("x", "input"), Var("y", "input")
n, m = Var("n", "int"), Var("m", "int")
z, w = Var("z", "const"), Var("w", "const")
MEAN: Term = app("flat", app("mean", app("K", phi, 1, 2, 2, 1, x, x, 1, 1)), n)
VALUE: Term = app("+", 4, times(16, app("inv", n)))
GRANTED = [app("relu", phi), eq(app("dot", x, x), 1), le(1, n)]


def power_of_two(p: Author) -> Fact:
    """2^{2-1} = 2."""
    none = p.by("power.0", c=2)
    one = p.rewrite(p.by("power.step", c=2, k=0), none)
    return p.restate(eq(app("power", 2, app("+", 2, -1)), 2), one)


def at_two(p: Author, mean: Fact) -> Fact:
    """2^{H-1} E K^(1) = 4 + 16/n at H = L = 2, from 2 E K^(1) = 4 + 16/n."""
    power = power_of_two(p)
    with p.given(*GRANTED):
        at = p.by(mean, goal=eq(times(2, MEAN), VALUE))
        found = p.chain(p.evaluate(times(power.prop.fields[1][0], MEAN), power), at)
    return p.close([phi, x, n], GRANTED, found)


def figure(p: Author, mean: Fact) -> Fact:
    """Figure 1(b) as printed ⟹ falsity: at H = L = 2, n = 1 it says 4 = 4 + 16."""
    known, printed = Values(p), p.compiled("theorem3.printed-figure").prop
    of = times(app("power", 2, app("+", 2, -1)), app("flat", app("mean", app("K", phi, 1, 2, 2, 1, x, x, 1, 1)), 1))

    def at(assumed: Fact) -> Fact:
        with p.using(*known.nonzero_inputs(x)):
            one = p.by(assumed, goal=eq(of, times(2, 2)))
        other = p.by(mean, goal=eq(of, app("+", 4, times(16, app("inv", 1)))))
        unit = p.by("inv", not_zero(p, known.positive(num(1))), x=1)  # 1·inv(1) = 1
        return p.by("one.positive", p.arith(le(1, 0), p.flip(one), other, unit))

    return known.refuted(printed, lambda assumed: known.inputs((1, 0, 1), lambda: at(assumed)))


def opposite_signs(p: Author) -> Fact:
    """z = 1 and w = -1 give z w ≤ 0."""
    with p.given(eq(z, 1), eq(w, -1)) as (one, other):
        product = p.evaluate(times(z, w), one, other)
        found = p.arith(le(times(z, w), 0), product)
    return p.close([z, w], [eq(z, 1), eq(w, -1)], found)
