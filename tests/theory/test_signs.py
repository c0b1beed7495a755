"""The rows of the pages of sums of limits and of signs: on samples, in single worlds, and on polynomials."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

import tests.theory.limit_meanings  # noqa: F401
from tests.theory import asymptotic
from tests.theory.asymptotic import SAMPLES, Sampled, converging, exponent, restless, some_limit
from tests.theory.model import Case, Random
from tests.theory.model import tried as tried_in_worlds
from tests.theory.test_sums import CHAINS, TUPLES, _chain, _composed, _count, _in_range, _other, _tuple, _zero
from verifier.kernel.theory.writing import PAGES

# -- limits of sums, on samples ----------------------------------------------------------------------------------------


class Terms:
    """Quantities n^{-order} F(args) → limit(args) inside ``where``, and without a limit elsewhere."""

    def __init__(self, rng, env, where, order):
        self.mark, self.env, self.where, self.order = int(rng.integers(1 << 30)), dict(env), where, order
        self.kept = {}

    def _rng(self, what, args):
        return asymptotic._WORLD.rng(what, self.mark, *args)

    def limit(self, *args):
        """Its limit."""
        rng = self._rng("limit", args)
        return self.kept.setdefault(("limit", args), some_limit(rng, rng.choice(["free", "free", "zero"])))

    def __call__(self, *args):
        rng = self._rng("term", args)
        inside = self.where(args, self.env)
        made = converging(rng, self.limit(*args), self.order(args, self.env)) if inside else restless(rng)
        return self.kept.setdefault(("term", args), made)


def _terms(where, order=lambda args, env: env["p"]):
    return lambda rng, env: Terms(rng, env, where, order)


def _limits(name):
    return lambda rng, env: env[name].limit


def _small(draw):
    """A drawer of the finite model as one of samples."""
    return lambda rng, env: draw(rng, None, env)


def _p(rng, env):
    return exponent(rng)


def _weights(rng, env):
    table = {(d, k): Fraction(int(rng.integers(-2, 1)), 2) for d in range(-3, 9) for k in range(-3, 9)}
    return lambda d, k: table.get((d, k), Fraction(1))


def _best(rng, env):
    """The largest weight, seldom more or less."""
    from tests.theory.meanings import _weights as weights

    found = [] if env["H"] < 0 else weights(env["H"], env["r"], env["m"], env["W"])
    return max(found, default=Fraction(0)) + Fraction(int(rng.choice([0, 0, 0, 1, -1])), 2)


def _part(args, env):
    return 1 <= args[0] <= env["H"] and 0 <= args[1] <= env["m"]


RANGE = {"lo": _small(_count(-1, 3)), "hi": _small(_count(-1, 4))}
SIZES = {"H": _small(_count(-1, 3)), "r": _small(_count(-1, 4)), "m": _small(_count(-1, 2))}


def _sized(of):
    return {name: _small(draw) for name, draw in of.items()}


def _alive_on(rng, env):
    """Positive where E is not 0; anything elsewhere."""
    free = rng.standard_normal(SAMPLES)
    return np.where(asymptotic.limit(env["E"]) != 0, np.abs(free) + 1e-3, free)


def _never(rng, env):
    mark = int(rng.integers(1 << 30))
    return lambda *args: some_limit(asymptotic._WORLD.rng("n", mark, *args), "free" if _in_range(args, env) else "atom")


# -- identities and signs of limits, in single worlds ------------------------------------------------------------------


def _flag(rng, worlds, values):
    """0 or 1."""
    mark = int(rng.integers(1 << 30))
    return Random(lambda world: int(world.rng("event", mark).integers(0, 2)))


def _agreeing(name, where):
    """A function that is that of this name inside ``where`` and where E is not 0."""

    def make(rng, worlds, values):
        known, mark, event = values[name], int(rng.integers(1 << 62)), values["E"]

        def at(world):
            f = known.at(world) if isinstance(known, Random) else known
            e = event.at(world)
            own = lambda args: float(world.rng("a", mark, *args).standard_normal())  # noqa: E731
            return lambda *args: f(*args) if e and where(args, values) else own(args)

        return Random(at)

    return make


def _bits(rng, worlds, values):
    """0 or 1 inside lo … hi."""
    mark = int(rng.integers(1 << 62))

    def at(world):
        def f(i):
            r = world.rng("bit", mark, i)
            return int(r.integers(0, 2)) if _in_range((i,), values) else float(r.standard_normal())

        return f

    return Random(at)


def _positive_where(where):
    """Positive inside ``where`` and where E is not 0."""

    def make(rng, worlds, values):
        mark, event = int(rng.integers(1 << 62)), values.get("E")

        def at(world):
            e = event.at(world) if isinstance(event, Random) else event

            def f(*args):
                free = float(world.rng("p", mark, *args).standard_normal())
                return abs(free) if e and where(args, values) else free

            return f

        return Random(at)

    return make


def _exact_weight(rng, worlds, values):
    return sum(values["W"](d, values["m"]) for d in range(1, values["H"] + 1))


def _weight_table(rng, worlds, values):
    return _weights(rng, values)


def _best_weight(rng, worlds, values):
    return _best(rng, {"m": values.get("m", values.get("hi")), **values})


def _within(args, v):
    return 1 <= args[0] <= v["H"] and 0 <= args[1] <= v["m"]


def _cut_off(args, v):
    return 1 <= args[0] <= v["H"] and v["m"] < args[1] <= v["hi"]


def _starting_low(args, v):
    return _chain(args, v) and len(args[0]) > 0 and args[0][0] == v["lo"]


DOMINANT = {"H": _count(-1, 3), "r": _count(-1, 4), "m": _count(-1, 2), "W": _weight_table, "v": _best_weight}
IN_WORLDS = {
    "dominant.congruent": Case(DOMINANT | {"C2": _other("C", _composed)}),
    "dominant.scale": Case(DOMINANT),
    "dominant.cut": Case(DOMINANT | {"hi": _count(-1, 3), "C": _zero(_cut_off)}, times=150),
    "dominant.masked": Case({"E": _flag} | DOMINANT | {"C2": _agreeing("C", _within)}),
    "dominant.full": Case({"H": _count(-1, 3), "m": _count(-1, 2), "W": _weight_table, "v": _exact_weight}),
    "lsum.pick": Case({"lo": _count(-1, 2), "hi": _count(-1, 4), "d": _count(-1, 4)}),
    "lchains.raise": Case(CHAINS | {"G": _zero(_starting_low)}),
    "lprod.masked": Case({"E": _flag, "lo": _count(-1, 2), "hi": _count(-1, 4), "g": _agreeing("G", _in_range)}),
    "lprod.idempotent": Case({"lo": _count(-1, 2), "hi": _count(-1, 4), "G": _bits}),
    "positive.const": Case({"E": _flag}),
    "positive.add": Case({"E": _flag}),
    "positive.mul": Case({"E": _flag}),
    "positive.cancel": Case({"E": _flag}),
    "positive.sum": Case({"E": _flag, "lo": _count(-1, 2), "hi": _count(-1, 4), "G": _positive_where(_in_range)}),
    "positive.prod": Case({"E": _flag, "lo": _count(-1, 2), "hi": _count(-1, 4), "G": _positive_where(_in_range)}),
    "positive.tuples": Case({"E": _flag} | TUPLES | {"G": _positive_where(_tuple)}),
    "positive.chains": Case({"E": _flag} | CHAINS | {"G": _positive_where(_chain)}),
    "positive.dominant": Case({"E": _flag} | DOMINANT | {"C": _positive_where(_within)}),
}
ON_SAMPLES = {
    "tends.sum": Sampled(**RANGE, p=_p, F=_terms(_in_range), G=_limits("F")),
    "tends.prod": Sampled(**RANGE, p=_p, F=_terms(_in_range), G=_limits("F")),
    "tends.tuples": Sampled(**_sized(TUPLES), p=_p, F=_terms(_tuple), G=_limits("F")),
    "tends.chains": Sampled(**_sized(CHAINS), p=_p, F=_terms(_chain), G=_limits("F")),
    "tends.comps": Sampled(
        times=40, **SIZES, W=_weights, v=_best, B=_terms(_part, lambda args, env: env["W"](*args)), C=_limits("B")
    ),
    "never0.prod": Sampled(**RANGE, G=_never),
    "positive.alive": Sampled(Y=_alive_on),
}


# -- polynomials, as polynomials ---------------------------------------------------------------------------------------

_G = sympy.symbols("g1 g2", real=True)


def _is_polynomial(base, y):
    return bool(sympy.sympify(y).is_polynomial(*_G))


def _poly(rng, env):
    """A polynomial in two variables, and seldom none."""
    a, b = _G
    c = [sympy.Rational(int(rng.integers(-3, 4)), 2) for _ in range(4)]
    found = c[0] + c[1] * a + c[2] * a * b + c[3] * b**2
    return found if rng.random() < 0.9 else sympy.Heaviside(a)


def _polys(where):
    def draw(rng, env):
        mark, known = int(rng.integers(1 << 30)), dict(env)

        def f(*args):
            inside = where(args, known)
            return _poly(asymptotic._WORLD.rng("poly", mark, *args), {}) if inside else sympy.Abs(_G[0])

        return f

    return draw


def _never0_of_polynomials():
    """A polynomial in Gaussian variables that is not the number 0 is 0 at no sample; twin: a step of one is."""
    rng = np.random.default_rng(20260105)
    samples = rng.standard_normal((2, 2000))
    for _ in range(30):
        found = _poly(rng, {})
        if not _is_polynomial("b", found):
            continue
        values = np.broadcast_to(sympy.lambdify(_G, found, "numpy")(*samples), 2000)
        if found != 0 and (values == 0).any():
            return False
        if found == 0 and values.any():
            return False
    step = np.maximum(samples[0], 0)
    return bool((step == 0).any() and (step != 0).any())


POLYNOMIALS = {
    "poly.const": Sampled(),
    "poly.add": Sampled(Y=_poly, Y2=_poly),
    "poly.mul": Sampled(Y=_poly, Y2=_poly),
    "poly.sum": Sampled(times=24, **RANGE, G=_polys(_in_range)),
    "poly.prod": Sampled(times=24, **RANGE, G=_polys(_in_range)),
    "poly.tuples": Sampled(times=24, **_sized(TUPLES), G=_polys(_tuple)),
    "poly.chains": Sampled(times=24, **_sized(CHAINS), G=_polys(_chain)),
    "poly.dominant": Sampled(times=24, **SIZES, W=_weights, v=_best, C=_polys(_part)),
}
COVERS = {**IN_WORLDS, **ON_SAMPLES, **POLYNOMIALS, "poly.never0": _never0_of_polynomials}


@pytest.mark.parametrize("name", IN_WORLDS)
def test_the_row_holds_in_single_worlds(name):
    tried_in_worlds(name, IN_WORLDS[name])


@pytest.mark.parametrize("name", ON_SAMPLES)
def test_the_row_holds_on_samples(name):
    ON_SAMPLES[name](name)


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_the_row_holds_of_polynomials(name, monkeypatch):
    monkeypatch.setitem(asymptotic.PREDICATES, "poly", _is_polynomial)
    POLYNOMIALS[name](name)


def test_polynomials_are_0_always_or_almost_never():
    assert _never0_of_polynomials()


def test_the_pages_are_covered():
    assert {name for name, page in PAGES.items() if page in ("limit_sums", "signs")} == set(COVERS)
