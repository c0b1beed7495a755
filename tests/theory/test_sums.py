"""The rows of the pages of tuples and sums: integers, tuples, random functions, and what lies outside their ranges."""

from __future__ import annotations

from fractions import Fraction

import pytest

import tests.theory.meanings  # noqa: F401
from tests.theory.model import Case, Random, tried
from verifier.kernel.theory.writing import PAGES


def _other(name, where):
    """A function that is that of this name inside ``where`` (of world, arguments and values), and another outside."""

    def make(rng, worlds, values):
        known, mark = values[name], int(rng.integers(1 << 62))

        def at(world):
            f = known.at(world) if isinstance(known, Random) else known

            def g(*args):
                return f(*args) if where(args, values) else float(world.rng("other", mark, *args).standard_normal())

            return g

        return Random(at)

    return make


def _zero(where):
    """A function that is 0 inside ``where``, and random outside."""

    def make(rng, worlds, values):
        mark = int(rng.integers(1 << 62))

        def at(world):
            return lambda *args: 0 if where(args, values) else float(world.rng("z", mark, *args).standard_normal())

        return Random(at)

    return make


def _count(low, high):
    return lambda rng, worlds, values: int(rng.integers(low, high + 1))


def _increasing(s, lo, hi):
    return list(s) == sorted(set(s)) and all(lo <= i <= hi for i in s)


def _in_range(args, v):
    return v["lo"] <= args[0] <= v["hi"]


def _composed(args, v):
    return 1 <= args[0] <= v["H"] and 0 <= args[1] <= min(v["m"], v["r"])


def _too_large(args, v):
    return 1 <= args[0] <= v["H"] and v["m"] < args[1] <= v["r"]


def _positive_part(args, v):
    return 1 <= args[0] <= v["H"] and 1 <= args[1] <= v["r"]


def _tuple(args, v):
    return len(args[0]) == v["k"] and all(1 <= i <= v["hi"] for i in args[0])


def _chain(args, v):
    return len(args[0]) == v["k"] and _increasing(args[0], v["lo"], v["hi"])


def _symmetric(rng, worlds, values):
    """Symmetric, and 0 where an entry is there twice."""
    mark = int(rng.integers(1 << 62))

    def at(world):
        def f(s):
            return 0 if len(set(s)) < len(s) else float(world.rng("sym", mark, tuple(sorted(s))).standard_normal())

        return f

    return Random(at)


def _weight(rng, worlds, values):
    """A weight that is never positive, so that 0 and more are bounds."""
    mark = int(rng.integers(1 << 30))
    return lambda d, k: -Fraction((d * 7 + k * 5 + mark) % 4, 2)


def _sequence(rng, worlds, values):
    return tuple(int(i) for i in rng.integers(0, 4, size=rng.integers(0, 5)))


def _increasing_sequence(rng, worlds, values):
    return tuple(sorted({int(i) for i in rng.integers(0, 5, size=rng.integers(0, 4))}))


def _induced(rng, worlds, values):
    """True of every tuple, or of none: what is between is for the induction to refuse."""
    everywhere = rng.random() < 0.7
    return lambda s: everywhere


SMALL = {"H": _count(-1, 3), "r": _count(-2, 5), "m": _count(-2, 3)}
TUPLES = {"k": _count(-1, 3), "hi": _count(-1, 3)}
CHAINS = {"k": _count(-1, 3), "lo": _count(-1, 2), "hi": _count(-1, 4)}
WEIGHTS = {"H": _count(-1, 2), "r": _count(-1, 4), "L": _count(-1, 2), "W": _weight}
AT = {"s": _sequence, "i": _count(0, 4)}
PLACES = AT | {"j": _count(-1, 5)}


def _reached(rng, worlds, values):
    """The weight of some composition, shifted seldom."""
    total = sum(values["W"](d, int(rng.integers(0, max(values["L"], 0) + 1))) for d in range(1, values["H"] + 2))
    return total if rng.random() < 0.9 else total - 1


COVERS: dict[str, Case] = {name: Case() for name, page in PAGES.items() if page in ("sums", "seqs")}
for _p in ("", "l", "c"):
    for _h in (f"{_p}sum", f"{_p}prod"):
        COVERS[f"{_h}.congruent"] = Case({"G": _other("F", _in_range)})
    COVERS[f"{_p}sum.zero"] = Case({"F": _zero(_in_range)})
    COVERS[f"{_p}prod.zero"] = Case({"k": _count(0, 3), "F": _zero(lambda args, v: args[0] == v["k"])}, times=120)
for _p in ("", "l"):
    _h = f"{_p}comps"
    for _n in ("step", "empty", "negative", "congruent", "cut", "killed"):
        COVERS[f"{_h}.{_n}"] = Case(SMALL, times=100)
    COVERS[f"{_h}.0"] = Case({"r": _count(-1, 1)})
    COVERS[f"{_h}.full"] = Case({"H": _count(-1, 3), "m": _count(-1, 3)})
    COVERS[f"{_h}.congruent"] = Case(SMALL | {"C": _other("B", _composed)}, times=100)
    COVERS[f"{_h}.cut"] = Case(SMALL | {"B": _zero(_too_large)}, times=100)
    COVERS[f"{_h}.killed"] = Case(SMALL | {"B": _zero(_positive_part)}, times=100)
    for _h, _sizes, _inside in ((f"{_p}tuples", TUPLES, _tuple), (f"{_p}chains", CHAINS, _chain)):
        for _n in ("0", "step", "scale", "both", "product", "sum", "empty", "full", "swap"):
            if f"{_h}.{_n}" in COVERS:
                names = {n: draw for n, draw in _sizes.items() if not (n == "k" and _n == "0")}
                names = {n: draw for n, draw in names.items() if not (n == "hi" and _n == "full")}
                COVERS[f"{_h}.{_n}"] = Case(names)
        COVERS[f"{_h}.congruent"] = Case(_sizes | {"G": _other("F", _inside)}, times=30)
        COVERS[f"{_h}.zero"] = Case(_sizes | {"F": _zero(_inside)}, times=30)
    COVERS[f"{_p}tuples.swap"] = Case(TUPLES | {"i": _count(0, 2)}, times=100)
    COVERS[f"{_p}tuples.chains"] = Case(TUPLES | {"F": _symmetric}, times=25)
    COVERS[f"{_p}prod.swap"] = Case(AT)
for _n in ("0", "step", "weaken"):
    COVERS[f"bounded.{_n}"] = Case({n: d for n, d in WEIGHTS.items() if _n != "0" or n != "H"})
COVERS |= {
    "attained.0": Case({"L": _count(-2, 3)}),
    "attained.step": Case(
        {"H": _count(0, 2), "r": _count(0, 4), "L": _count(-1, 2), "W": _weight, "v": _reached, "k": _count(-1, 2)},
        times=400,
    ),
    "seq.induction": Case({"V": _induced}, times=10),
    "seq.equal": Case({"t": lambda rng, worlds, values: values["s"]}),
    "increasing.intro": Case({"s": _increasing_sequence, "lo": _count(-1, 2), "hi": _count(2, 6)}),
    "increasing.elim": Case({"s": _increasing_sequence, "lo": _count(-1, 2), "hi": _count(2, 6)}),
    "within.intro": Case({"lo": _count(-2, 2), "hi": _count(2, 6)}),
    "within.elim": Case({"lo": _count(-2, 2), "hi": _count(2, 6)}),
    **{name: Case(AT) for name in ("len.swap", "swap.low", "swap.high")},
    **{name: Case(PLACES, times=300) for name in ("swap.before", "swap.after")},
}


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    tried(name, COVERS[name])


@pytest.mark.parametrize(
    ("name", "symbol", "wrong"),
    [
        ("comps.empty", "comps", lambda world, H, r, m, f: 1),
        ("sum.last", "sum", lambda world, lo, hi, f: sum(f(i) for i in range(lo, hi))),
        ("tuples.chains", "chains", lambda world, k, lo, hi, f: 0.5),
        ("bounded.step", "bounded", lambda world, H, r, L, f, v: v <= 0),
    ],
)  # fmt: skip
def test_another_meaning_is_noticed(monkeypatch, name, symbol, wrong):
    from tests.theory import model

    monkeypatch.setitem(model.MEANINGS, symbol, wrong)
    with pytest.raises(AssertionError, match="is false at"):
        tried(name, COVERS[name])
