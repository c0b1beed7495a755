"""The rows of the page of limits on samples at growing scales; forgeries with them; false statements from their kin."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import tests.theory.meanings  # noqa: F401
from tests.theory import asymptotic
from tests.theory.asymptotic import SAMPLES, SCALES, Sampled, converging, exponent, some_limit, tried
from verifier.kernel.theory.writing import PAGES


def _p(rng, env):
    return exponent(rng)


def _more(rng, env):
    """Mostly an exponent that is larger than p."""
    return env["p"] + Fraction(int(rng.integers(-1, 4)), 4)


def _limit(kind=""):
    return lambda rng, env: some_limit(rng, kind)


def _tending(y, p="p"):
    """A quantity drawn before its exponent and limit: it remembers both."""

    def draw(rng, env):
        env_y, env_p = some_limit(rng, y), exponent(rng)
        x = converging(rng, env_y, env_p)
        _REMEMBERED[id(x)] = (x, env_y, env_p)
        return x

    return draw


_REMEMBERED: dict[int, tuple[object, object, Fraction]] = {}


def _its_limit(of):
    return lambda rng, env: _REMEMBERED[id(env[of])][1]


def _its_exponent(of):
    return lambda rng, env: _REMEMBERED[id(env[of])][2]


def _same(name):
    return lambda rng, env: env[name]


def _at_0(y=""):
    """A quantity of order n^0 with this kind of limit."""

    def draw(rng, env):
        limit = some_limit(rng, y)
        x = converging(rng, limit, 0)
        _REMEMBERED[id(x)] = (x, limit, Fraction(0))
        return x

    return draw


def _of_exponent(name):
    """A quantity of the same exponent as an earlier one."""

    def draw(rng, env):
        limit, p = some_limit(rng), _REMEMBERED[id(env[name])][2]
        x = converging(rng, limit, p)
        _REMEMBERED[id(x)] = (x, limit, p)
        return x

    return draw


def _number(of):
    """The number that a quantity tends to."""
    return lambda rng, env: Fraction(float(_REMEMBERED[id(env[of])][1][0]))


def _share_of_zeros(of):
    return lambda rng, env: Fraction(float(np.mean(np.abs(np.asarray(env[of])) <= 1e-9)))


def _indicator(rng, env):
    """0 or 1, and other than its limit with a probability n^{-1/2}."""
    limit = (rng.random(SAMPLES) < 0.4).astype(float)
    flipped = rng.random((len(SCALES), SAMPLES)) < SCALES**-0.5
    x = np.where(flipped, 1 - limit, limit)
    _REMEMBERED[id(x)] = (x, limit, Fraction(0))
    return x


def _again(of):
    """The same law, drawn again."""
    return lambda rng, env: rng.permutation(env[of])


_X = {"X": _tending(""), "p": _its_exponent("X"), "Y": _its_limit("X")}
_X0 = {"X": _at_0("number"), "c": _number("X")}
_GROWS = Sampled(least=1, times=1)


def _one(name):
    """A row on ways for widths to grow: tried on sequences of widths."""
    lists = {
        "equal": (lambda k, l: k, lambda k: k), "first larger": (lambda k, l: k**2 if l == 1 else k, lambda k: k),
        "twice": (lambda k, l: 2 * k if l == 2 else k, lambda k: k), "no scale": (lambda k, l: k * l, lambda k: 5 * k),
        "stays": (lambda k, l: 3, lambda k: k),
    }  # fmt: skip
    big = (10**6, 10**9)

    def grows(w, L):
        return all(w[0](big[1], l) > 100 * w[0](big[0], l) for l in range(1, L))

    def scaled(w, L):
        return grows(w, L) and (L == 1 or all(min(w[0](k, l) for l in range(1, L)) == w[1](k) for k in big))

    def proportional(w, L):
        ratios = [[w[0](k, l) / w[1](k) for k in big] for l in range(1, L)]
        return all(1e-2 < a < 1e2 and abs(a - b) < 1e-3 for a, b in ratios)

    meaning = {"grows": grows, "scaled": scaled, "proportional": proportional}
    if name == "mode.exists":
        return lambda: all(meaning[s](lists["equal"], L) for s in ("scaled", "proportional") for L in range(1, 9))
    premise, conclusion = name.split(".")
    most = 2 if conclusion == "proportional" else 5
    return lambda: all(
        not meaning[premise](w, L) or meaning[conclusion](w, L) for w in lists.values() for L in range(1, most + 1)
    )


def _coupled():
    """law.coupling: the quantile coupling of X with its limit is one, and ``order`` is a limit on a coupling."""
    from scipy.stats import rankdata

    rng = np.random.default_rng(20260103)
    for kind in ("free", "positive", "number"):
        target = some_limit(rng, kind)
        x = rng.permutation(some_limit(rng, kind) if kind != "number" else target)
        x = x + SCALES**-0.5 * rng.standard_normal((len(SCALES), SAMPLES))
        if not asymptotic._law("mode", x, target):
            return False
        z = np.sort(target)[rankdata(x[-1], method="ordinal").astype(int) - 1]
        moved = np.abs(x[-1] - z)
        if not (asymptotic._samelaw(z, target) and np.quantile(moved, 0.95) < 0.1):
            return False
    return True


def _unfolded():
    """order.intro and order.elim: n^{-p} X tends to a limit that is alive exactly if X has the order p."""
    rng = np.random.default_rng(20260104)
    for _ in range(40):
        y, p, q = some_limit(rng), exponent(rng), exponent(rng)
        x = converging(rng, y, p)
        limit = last_limit(x, q)
        alive = np.mean(np.abs(limit) > asymptotic.SMALL) > 0.05
        on_a_coupling = asymptotic._tends("base", x, q, limit) and alive
        settled = asymptotic.one_law(*asymptotic.scaled(x, q)[-2:])
        if asymptotic._order("mode", x, q) != (on_a_coupling and settled):
            return False
    return True


def last_limit(x, p):
    return asymptotic.last(asymptotic.scaled(x, p))


def _sequence():
    """sequence.exists: 1/n."""
    x = np.repeat(1 / SCALES, SAMPLES, axis=1)
    values = [(asymptotic._pieces(c, c2, u, x) == u).all() for c, c2, u in ((-1, 0, 1), (0, 0, 1), (5, 7, -2))]
    return asymptotic._tends("base", x, 0, 0) and all(values) and (asymptotic._chance(x) == 1).all()


COVERS = {
    "scaled.grows": _one("scaled.grows"),
    "proportional.grows": _one("proportional.grows"),
    "scaled.proportional": _one("scaled.proportional"),
    "mode.exists": _one("mode.exists"),
    "law.coupling": _coupled,
    "order.intro": _unfolded,
    "order.elim": _unfolded,
    "sequence.exists": _sequence,
    "tends.const": Sampled(),
    "tends.zero": Sampled(p=_p),
    "tends.add": Sampled(
        X=_tending(""), X2=_of_exponent("X"), p=_its_exponent("X"), Y=_its_limit("X"), Y2=_its_limit("X2")
    ),
    "tends.mul": Sampled(
        X=_tending(""), X2=_tending(""), p=_its_exponent("X"), q=_its_exponent("X2"), Y=_its_limit("X"),
        Y2=_its_limit("X2"),
    ),
    "tends.neglect": Sampled(X=_tending(""), p=_its_exponent("X"), q=_more, Y=_its_limit("X")),
    "almost.same": Sampled(),
    "almost.symmetric": Sampled(Y2=_same("Y")),
    "tends.unique": Sampled(**_X, Y2=_same("Y")),
    "tends.almost": Sampled(**_X, Y2=_same("Y")),
    "pieces.at_0": Sampled(),
    "pieces.minus": Sampled(),
    "pieces.mul": Sampled(),
    "lpieces.at_0": Sampled(),
    "lpieces.minus": Sampled(),
    "lpieces.mul": Sampled(),
    "tends.pieces": Sampled(times=30, **_X),
    "alive.zero": Sampled(least=0, times=2),
    "alive.factor": Sampled(),
    "alive.mul": Sampled(times=30, Y2=_limit("free")),
    "alive.almost": Sampled(Y2=_same("Y")),
    "never0.alive": Sampled(),
    "never0.const": Sampled(),
    "never0.mul": Sampled(times=40),
    "never0.factor": Sampled(times=40),
    "never0.almost": Sampled(times=30, Y2=_same("Y")),
    "zeromass.unique": Sampled(c=_share_of_zeros("Y"), c2=_same("c")),
    "zeromass.never0": Sampled(),
    "zeromass.mul": Sampled(Y2=_limit("free"), c=_share_of_zeros("Y")),
    "zeromass.alive": Sampled(c=_share_of_zeros("Y")),
    "zeromass.almost": Sampled(Y2=_same("Y"), c=_share_of_zeros("Y")),
    "order.unique": Sampled(times=60, X=_tending("free"), p=_its_exponent("X"), q=_p),
    "order.upper": Sampled(X=_tending(""), p=_its_exponent("X")),
    "order.vanishes": Sampled(least=0, X=_tending(""), p=_its_exponent("X"), q=_more),
    "upper.weaker": Sampled(times=30, X=_tending(""), p=_its_exponent("X"), q=_more),
    "upper.const": Sampled(),
    "upper.add": Sampled(X=_tending(""), X2=_of_exponent("X"), p=_its_exponent("X")),
    "upper.mul": Sampled(X=_tending(""), X2=_tending(""), p=_its_exponent("X"), q=_its_exponent("X2")),
    "upper.vanishes": Sampled(times=30, X=_tending(""), p=_its_exponent("X"), q=_more),
    "vanishes.upper": Sampled(times=30, X=_tending("zero"), p=_its_exponent("X")),
    "vanishes.weaker": Sampled(times=30, X=_tending("zero"), p=_its_exponent("X"), q=_more),
    "vanishes.add": Sampled(times=30, X=_tending("zero"), X2=_same("X"), p=_its_exponent("X")),
    "vanishes.mul": Sampled(X=_tending("zero"), X2=_tending(""), p=_its_exponent("X"), q=_its_exponent("X2")),
    "plim.const": Sampled(),
    "plim.add": Sampled(X=_at_0("number"), X2=_at_0("number"), c=_number("X"), c2=_number("X2")),
    "plim.mul": Sampled(X=_at_0("number"), X2=_at_0("number"), c=_number("X"), c2=_number("X2")),
    "plim.unique": Sampled(**_X0, c2=_same("c")),
    "plim.vanishes": Sampled(**_X0),
    "vanishes.plim": Sampled(**_X0),
    "tends.upper": Sampled(**_X),
    "tends.vanishes": Sampled(X=_tending("zero"), p=_its_exponent("X")),
    "vanishes.tends": Sampled(X=_tending("zero"), p=_its_exponent("X")),
    "tends.plim": Sampled(**_X0),
    "plim.tends": Sampled(**_X0),
    "atom.intro": Sampled(**_X, c=_share_of_zeros("Y")),
    "atom.unique": Sampled(
        X=_tending("atom"), p=_its_exponent("X"), c=lambda rng, env: _share_of_zeros("y")(
            rng, {"y": _REMEMBERED[id(env["X"])][1]}), c2=_same("c"),
    ),
    "law.intro": Sampled(X=_at_0(), Y=_its_limit("X")),
    "law.same": Sampled(X=_at_0("free"), Y=_its_limit("X"), Y2=_again("Y")),
    "law.const": Sampled(c2=_same("c")),
    "samelaw.scale": Sampled(Y2=_again("Y")),
    "samelaw.symmetric": Sampled(Y2=_again("Y")),
    "samelaw.never0": Sampled(times=30, Y2=_again("Y")),
    "samelaw.pieces": Sampled(Y2=_again("Y")),
    "samelaw.chance": Sampled(Y2=_again("Y")),
    "chance.tends": Sampled(times=30, **_X),
    "chance.indicator": Sampled(X=_indicator, Y=_its_limit("X")),
    "chance.const": Sampled(),
    "lchance.zero": Sampled(least=1, times=1),
}  # fmt: skip


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    case = COVERS[name]
    if isinstance(case, Sampled):
        tried(name, case)
    else:
        assert case()
    _REMEMBERED.clear()


def test_the_page_is_covered():
    assert {name for name, page in PAGES.items() if page == "limits"} == set(COVERS)
