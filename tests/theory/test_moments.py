"""The rows of the page of moments: averages with their symmetries, Gaussian networks, and sequences of widths."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest

from tests.theory import asymptotic
from tests.theory.asymptotic import PREDICATES, Sampled, last, scaled
from tests.theory.averages import Averages, Signed, Tried, depth_of, signed
from tests.theory.gaussian_networks import Batch, mean_is
from tests.theory.meanings_moments import KEPT, its, its_exponent, number_at_scales, tending
from tests.theory.model import ACTIVATIONS, World, evaluate, vector
from verifier.engines import patterns
from verifier.exact.correlation import parse
from verifier.exact.moments import strands_of, value
from verifier.kernel.core.terms import Var, app
from verifier.kernel.theory.writing import PAGES

RELU, LINEAR = (next(a for a in ACTIVATIONS if a.name == name) for name in ("relu", "linear"))
SEED = 20260106


def _count(low, high):
    return lambda rng, draws, values: int(rng.integers(low, high + 1))


def _act(rng, draws, values):
    return ACTIVATIONS[int(rng.integers(len(ACTIVATIONS)))]


def _input(rng, draws, values):
    return vector(rng.standard_normal(2) * (rng.random() > 0.15))


# -- finite moments ----------------------------------------------------------------------------------------------------


def _like_a_polynomial(build):
    """X at weights t times as large is at most of the order t^degree: |X| is at most a polynomial in the weights."""

    def check():
        rng = np.random.default_rng(SEED)
        for attempt in range(12):
            phi = ACTIVATIONS[attempt % 3]
            depth, order = int(rng.integers(1, 4)), int(rng.integers(0, 3))
            t, env, degree = build(rng, phi, depth, order)
            world = World(SEED + attempt, widths={0: 2, **dict.fromkeys(range(1, 9), 2)})
            small, large = (abs(float(evaluate(t, env, Signed(world, 0, factor)))) for factor in (1e3, 1e6))
            assert large <= 10 * max(small, 1.0) * 1e3**degree, attempt

    return check


_PHI, _X = Var("phi", "act"), Var("x", "input")


def _point(rng, phi):
    return {_PHI: phi, _X: vector(rng.standard_normal(2))}


def _f(rng, phi, depth, order):
    return app("f", _PHI, depth, _X, 1 + order), _point(rng, phi), depth


def _star(rng, phi, depth, order):
    return app("S", _PHI, depth, order, _X, _X), _point(rng, phi), depth * (order + 1)


def _hyper(rng, phi, depth, order):
    return app("K", _PHI, 1, 2, depth, order, _X, _X, 1, 1), _point(rng, phi), 2 * depth * (order + 1)


def _term(rng, phi, depth, order):
    ls = es = app("nil")
    for l in range(1, min(order, depth) + 1):
        ls, es = app("snoc", ls, l), app("snoc", es, 1 + l % 2)
    return app("T", _PHI, depth, 1, ls, es, _X, _X), _point(rng, phi), depth * (order + 1)


def _tails(combine):
    """On the law P[N = n] = 2^{-n}: where all moments of X and of Y are finite, so are those of X + Y and of XY."""

    def finite(x):
        n = np.arange(400, 800)
        with np.errstate(over="ignore"):
            logs = [k * np.log(np.abs(x(n)) + 1e-300) - n * np.log(2) for k in (1, 2, 4)]
        return all(np.logaddexp.reduce(part) < -50 for part in logs)

    def check():
        pool = [lambda n: n**2.0, lambda n: np.sqrt(n) - 7.0, lambda n: 2.0 ** (n / 3.0), lambda n: 1.0 + 0.0 * n]
        assert [finite(x) for x in pool] == [True, True, False, True]
        for x, y in product(pool, repeat=2):
            assert not (finite(x) and finite(y)) or finite(lambda n, x=x, y=y: combine(x(n), y(n)))

    return check


# -- Gaussian networks -------------------------------------------------------------------------------------------------

DRAWS = 200_000


def _fourth_output():
    rng = np.random.default_rng(SEED + 1)
    for widths, relu in (([3], True), ([2, 1], True), ([2, 3, 2], True), ([2, 4, 3], False)):
        b = Batch(rng, DRAWS, widths, rng.standard_normal(widths[0]), relu=relu)
        mean_is(b.f[:, 0] ** 4 - 3 * b.gram(b.depth) ** 2, 0.0)


def _second_output():
    rng = np.random.default_rng(SEED + 2)
    for widths, relu in (([3], True), ([2, 1], True), ([2, 3, 2], True), ([2, 4, 3], False)):
        b = Batch(rng, DRAWS, widths, rng.standard_normal(widths[0]), relu=relu)
        mean_is(b.f[:, 0] ** 2 - b.gram(b.depth), 0.0)


def _gram_powers(power):
    def check():
        rng = np.random.default_rng(SEED + 3 + power)
        for widths in ([2, 1, 3], [3, 2, 2], [2, 5, 1]):
            b = Batch(rng, DRAWS, widths, rng.standard_normal(widths[0]))
            for l in (1, 2):
                factor = 1 if power == 1 else 1 + 5 / widths[l]
                mean_is(b.gram(l + 1) ** power - factor * b.gram(l) ** power, 0.0)

    return check


def _dead():
    """P[f = 0] on sampled networks, and from the law of the numbers of open units."""
    rng = np.random.default_rng(SEED + 6)
    for widths in ([2], [2, 1], [2, 1, 2], [3, 2, 2], [2, 3, 1, 2]):
        b = Batch(rng, 100_000, widths, [0.7, -1.2, 0.4][: widths[0]])
        mean_is(b.f[:, 0] == 0, 1 - np.prod([1 - 0.5**n for n in widths[1:]]))


def _gauge():
    """The law, exactly: second moments of ReLU networks from those of linear ones of all binomial widths; all sign
    patterns of small networks; and that every unit open instead is another law."""
    for text, widths in (("f", (2, 2)), ("T(1)", (1, 3)), ("T(2)", (2, 2)), ("f(0;a,b) f(0;a,b)", (3, 2))):
        strands = strands_of(parse(text), 2)
        mixed, m = Fraction(0), strands.size
        for open_ in product(*(range(n + 1) for n in widths)):
            if min(open_) == 0:
                continue
            share = Fraction(1)
            for b, n in zip(open_, widths, strict=True):
                share *= Fraction(comb(n, b), 2**n) * Fraction(2 * b, n) ** (m // 2)
            mixed += share * value(strands, open_, "linear")
        assert mixed == value(strands, widths, "relu"), text
    for shape in ([1, 2, 1], [2, 2, 1], [1, 2, 2, 1]):
        law, masked = patterns.laws_under_signs(shape)
        assert law == masked
        assert patterns.laws_under_signs(shape, true_masks=False)[0] != masked


# -- sequences of widths -----------------------------------------------------------------------------------------------


def _level():
    """All widths k, k = 1, 2, …: the smallest is k, and n_l/k = 1; where another width is 2k neither need hold."""
    equal = {"level": lambda k, l: k, "other": lambda k, l: 2 * k if l == 2 else k}
    for name, width in equal.items():
        level = all(width(k, l) == k for k in (5, 50) for l in range(1, 6))
        assert level == (name == "level")
        if level:
            assert all(min(width(k, l) for l in range(1, 6)) == k for k in (5, 50))
            assert all(width(k, l) / k == 1 for k in (5, 50) for l in range(1, 6))


def _leading_twice(rng, env):
    return env["c"] if rng.random() < 0.7 else env["c"] + 1


def _its_number(rng, env):
    x, p = KEPT[id(env["A"])]
    return Fraction(float(last(scaled(x, p))[0]))


_ALWAYS = {"X": tending, "p": its_exponent, "c": its(2)}

COVERS = {
    "has_moments.fin": lambda: None if np.isfinite(float(np.float64(3.5))) else pytest.fail("a number is finite"),
    "has_moments.add": _tails(lambda a, b: a + b), "has_moments.mul": _tails(lambda a, b: a * b),
    "has_moments.f": _like_a_polynomial(_f), "has_moments.S": _like_a_polynomial(_star),
    "has_moments.K": _like_a_polynomial(_hyper), "has_moments.T": _like_a_polynomial(_term),
    "mean.fin": Tried(), "mean.add": Tried(), "mean.scale": Tried(),
    "even.fin": Tried(L=depth_of), "odd.f": Tried(24, 4, phi=_act, L=depth_of, x=_input, d=_count(0, 2)),
    "odd.S": Tried(20, 4, phi=_act, L=depth_of, s=_count(-1, 1), x=_input, y=_input),
    "even.S": Tried(20, 4, phi=_act, L=depth_of, s=_count(-1, 1), x=_input, y=_input),
    "odd.odd": Tried(30, 4, L=depth_of, X=signed("odd"), Y=signed("odd")),
    "odd.even": Tried(30, 4, L=depth_of, X=signed("odd"), Y=signed("even")),
    "even.even": Tried(30, 4, L=depth_of, X=signed("even"), Y=signed("even")),
    "odd.add": Tried(30, 4, L=depth_of, X=signed("odd"), Y=signed("odd")),
    "even.add": Tried(30, 4, L=depth_of, X=signed("even"), Y=signed("even")),
    "mean.odd": Tried(20, 4, L=depth_of, X=signed("odd")),
    "fourth.output": _fourth_output, "second.output": _second_output,
    "second.gram": _gram_powers(1), "fourth.gram": _gram_powers(2), "gauge": _gauge, "dead": _dead,
    "equal_at.same": lambda: None, "level.scaled": _level, "level.proportional": _level, "level.exists": _level,
    "leading.unique": Sampled(A=number_at_scales, p=lambda rng, env: KEPT[id(env["A"])][1], c=_its_number,
                              e=_leading_twice),
    "tight.upper": Sampled(X=tending, p=its_exponent), "upper.second_moment": Sampled(**_ALWAYS),
    "vanishes.moments": Sampled(**_ALWAYS, e=its(4)),
}  # fmt: skip


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    case = COVERS[name]
    case(name) if isinstance(case, Tried | Sampled) else case()


def test_all_rows_of_the_page_are_here():
    assert {name for name, page in PAGES.items() if page == "moments"} == set(COVERS)


def test_the_mean_of_what_is_even_need_not_vanish(monkeypatch):
    """Twin: without its premise the row on odd quantities is false, and seen to be."""
    monkeypatch.setattr(Averages, "holds", _all_are_odd(Averages.holds))
    with pytest.raises(AssertionError, match="is false at"):
        Tried(20, 1, L=depth_of, X=signed("even"))("mean.odd")


def _all_are_odd(holds):
    return lambda self, p, stack: p.fields[0] == "odd" or holds(self, p, stack)


def test_a_second_moment_alone_does_not_refute_vanishing():
    """Twin: X = n with probability n^{-2} tends to 0, with E X² = 1 and E X⁴ not bounded."""
    n = np.array([1e2, 1e4, 1e6])
    chance = n**-2
    assert np.all(n**2 * chance == 1)
    assert chance[-1] < 1e-9
    assert not PREDICATES["leading"](
        np.repeat((asymptotic.SCALES**4 / asymptotic.SCALES**2), asymptotic.SAMPLES, axis=1), 0, 1
    )


def test_a_wrong_fourth_moment_is_noticed():
    """Twin: 1 + 3/n, what the linear network has, for 1 + 5/n."""
    rng = np.random.default_rng(SEED + 9)
    b = Batch(rng, DRAWS, [2, 1, 3], [1.0, 0.5])
    with pytest.raises(AssertionError, match="standard error"):
        mean_is(b.gram(2) ** 2 - (1 + 3 / 1) * b.gram(1) ** 2, 0.0)


def test_the_law_takes_one_input():
    """Twin: at two inputs the masks are not independent coins."""
    rng = np.random.default_rng(SEED + 10)
    w = rng.standard_normal((50_000, 2))
    x, y = np.array([1.0, 0.0]), np.array([-1.0, 0.2])
    both = np.mean((w @ x > 0) & (w @ y > 0))
    assert abs(both - 0.25) > 0.1
