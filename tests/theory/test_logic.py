"""The rows of the page of logic, on integers, fractions and random functions."""

from __future__ import annotations

import pytest

import tests.theory.meanings  # noqa: F401
from tests.theory.model import Case, Random, tried
from verifier.kernel.theory.logic import EXTENSIONALITY
from verifier.kernel.theory.writing import PAGES


def _same(name):
    """The second function is the first, most of the time."""
    return lambda rng, worlds, values: values[name]


def _upwards(rng, worlds, values):
    """A predicate that holds from some integer on."""
    start = int(rng.integers(-2, 4))
    return lambda k: k >= start


def _opposite(rng, worlds, values):
    return not values["P"] or bool(rng.random() < 0.5)


COVERS: dict[str, Case] = {name: Case() for name, page in PAGES.items() if page == "logic"}
COVERS |= {
    "false": Case(least=0, times=5),
    "int.induction": Case({"V": _upwards, "m": lambda rng, worlds, values: int(rng.integers(0, 4))}),
    "le.antisymmetric": Case({"y": lambda rng, worlds, values: values["x"]}),
    **{f"ext.{name}": Case({"g": _same("f")}, times=2 if "2" in name else 8, least=1) for name in EXTENSIONALITY},
}


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    tried(name, COVERS[name])


def test_false_has_no_instance():
    """Its premise is never met: so that is what is tried."""
    assert tried("false", COVERS["false"]) == 0


def test_a_false_row_is_noticed(monkeypatch):
    """Twin: max where min is meant."""
    from tests.theory import model

    monkeypatch.setitem(model.MEANINGS, "min", lambda world, a, b: max(a, b))
    with pytest.raises(AssertionError, match=r"min.left is false at"):
        tried("min.left", Case())


def test_a_row_that_is_never_met_is_noticed():
    """Twin: premises that no draw fulfils."""
    with pytest.raises(AssertionError, match="its premises held 0 times"):
        tried("fact.pos", Case({"k": lambda rng, worlds, values: -1}))


def test_random_functions_differ_between_worlds():
    """An equation must hold at every weight, so a value that is 0 in one world alone is not 0."""
    from tests.theory.model import draw, holds
    from verifier.kernel.core.terms import Var, eq

    x = Var("x", "rand")
    lonely = Random(lambda world: world.index)
    worlds = draw(1)
    assert not holds(eq(x, 0), {x: lonely}, worlds)
    assert holds(eq(x, 0), {x: lonely}, worlds[:1])
