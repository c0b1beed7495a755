"""Forward closure: rows of limits, sums and signs applied at random to true facts; nothing false may follow.

Quantities are samples at three scales (:mod:`tests.theory.asymptotic`); what is true of them is assumed, rows are
applied to what is known in random order and at random values, and every conclusion is evaluated.  The seed is fixed.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import tests.theory.limit_meanings
import tests.theory.meanings  # noqa: F401
from tests.theory import asymptotic
from tests.theory.asymptotic import converging, holds, restless, some_limit
from tests.theory.model import Undecidable
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.table import TABLE
from verifier.kernel.core.terms import App, Term, Var, app, eq, fun, num
from verifier.kernel.theory.writing import NAMES, PAGES, many
from verifier.proving.tactics import Fact, Prover

SEED = 20260106
b, omega = Var("b", "base"), Var("omega", "mode")
XS, YS = many("X1 X2 X3 X4", "rand"), many("Y1 Y2 Y3 Y4", "lim")
AGAIN = Var("Y1again", "lim")  # of the law of Y1, on other columns
NUMBERS = [num(v) for v in (-1, Fraction(-1, 2), 0, Fraction(1, 2), 1, 2)]
#: rows that conclude anything, or need functions as premises
LEFT_OUT = {
    "alive.zero",
    "order.vanishes",
    "order.elim",
    "order.intro",
    "law.coupling",
    "mode.exists",
    "sequence.exists",
}


def _sorts(name: str) -> tuple[object, ...]:
    prop = TABLE[name].prop
    return prop.fields[1][0].fields[0] if prop.fields[0] == "all" else ()


ROWS = [
    name for name, page in PAGES.items()
    if page in ("limits", "signs") and name not in LEFT_OUT and not any(isinstance(s, tuple) for s in _sorts(name))
]  # fmt: skip


class Space:
    """Quantities, limits and events by name, and the true facts to start from."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([SEED, seed])
        self.rng = rng
        kinds = ["free", "atom", "number", "positive"]
        self.values: dict[Term, object] = {b: "base", omega: "mode"}
        self.facts: list[Term] = [eq(app("modeof", b), omega)]
        for X, Y, kind in zip(XS, YS, kinds, strict=True):
            power = num(Fraction(int(rng.integers(-1, 2)), 2))
            limit = some_limit(rng, kind)
            self.values[Y] = limit
            self.values[X] = converging(rng, limit, power.fields[0])
            self.facts.append(app("tends", b, X, power, Y))
            self.facts += [app(head, Y) for head in ("alive", "never0") if asymptotic.PREDICATES[head](limit)]
        self.values[AGAIN] = rng.permutation(self.values[YS[0]])
        self.values[XS[3]] = restless(rng)  # tight, and without a limit
        self.facts = [f for f in self.facts if self.true(f)]  # all but that of X4
        self.facts.append(app("upper", omega, XS[3], 0))
        self.facts += [app("positive", YS[1], YS[3]), app("samelaw", YS[0], AGAIN)]
        self.facts += [app("pos", num(Fraction(1, 2))), app("nonzero", num(-1)), app("pos", num(1))]

    def true(self, p: Term) -> bool:
        """Whether a proposition holds of the samples."""
        names = [v for v in self.values if v in p.free]
        function = fun(names, p) if names else None
        body = function.fields[1] if function is not None else p
        return holds(body, tuple(self.values[v] for v in names))


def grown(space: Space, steps: int) -> tuple[int, int]:
    """Apply rows at random; how many conclusions were evaluated, and how many were new."""
    rng, p = space.rng, Prover("closure")
    pool: list[Fact] = [p.assume(f) for f in space.facts]
    seen = {f.prop for f in pool}
    evaluated = 0
    for _ in range(steps):
        name = ROWS[rng.integers(len(ROWS))]
        premises, _ = _premises(name)
        chosen = []
        for premise in premises:
            head = premise.fields[0] if isinstance(premise, App) else ""
            fitting = [f for f in pool if isinstance(f.prop, App) and f.prop.fields[0] == head]
            if fitting and head not in ("eq", "le"):
                chosen.append(fitting[rng.integers(len(fitting))])
        values = {}
        for variable, sort in zip(NAMES[name], _sorts(name), strict=True):
            if sort == "const" and (not premises or rng.random() < 0.5):
                values[variable] = NUMBERS[rng.integers(len(NUMBERS))]
            elif not premises:
                known = {"lim": YS, "rand": XS, "mode": [omega], "base": [b]}.get(sort, NUMBERS)
                values[variable] = known[rng.integers(len(known))]
        try:
            found = p.by(name, *chosen, **values)
        except Refused:
            continue
        if found.prop in seen or found.prop.size > 40:
            continue
        try:
            true = space.true(found.prop)
        except Undecidable:
            continue
        evaluated += 1
        assert true, f"{name} from {[f.prop for f in chosen]} at {values}: {found.prop!r} is false, seed {SEED}"
        seen.add(found.prop)
        pool.append(found)
    return evaluated, len(pool)


def _premises(name: str) -> tuple[list[Term], Term]:
    prop = TABLE[name].prop
    body = prop.fields[1][0].fields[1] if prop.fields[0] == "all" else prop
    found = []
    while isinstance(body, App) and body.fields[0] == "imp":
        found.append(body.fields[1][0])
        body = body.fields[1][1]
    return found, body


@pytest.mark.parametrize("seed", range(3))
def test_nothing_false_follows(seed):
    evaluated, _ = grown(Space(seed), 1500)
    assert evaluated > 150


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 112))
def test_nothing_false_follows_at_length(seed):
    evaluated, _ = grown(Space(seed), 5000)
    assert evaluated > 300


def test_twin_what_follows_from_something_false_is_noticed():
    """Y2 has mass at 0; granted that it has none, a step through the atom follows, and its evaluation says no."""
    space, p = Space(7), Prover("twin")
    granted = app("never0", YS[1])
    assert not space.true(granted)
    limit = next(f for f in space.facts if f.fields[0] == "tends" and f.fields[1][1] == XS[1])
    found = p.by("tends.pieces", p.assume(limit), p.assume(granted), c=-1, c2=0, u=1)
    assert not space.true(found.prop)
