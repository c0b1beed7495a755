"""The rows of the page of real functions, in floating point: all on intervals, at ends and at random places."""

from __future__ import annotations

import math

import pytest

import tests.theory.meanings
import tests.theory.meanings_reals  # noqa: F401
from tests.theory.model import Case, tried
from verifier.kernel.theory.writing import PAGES


def _angle(rng, worlds, values):
    """An angle of [0, π], often an end, sometimes outside."""
    return [0.0, math.pi, math.pi / 2, float(rng.uniform(0, math.pi)), float(rng.uniform(-4, 8))][rng.integers(5)]


def _cosine(rng, worlds, values):
    return [-1, 0, 1, float(rng.uniform(-1, 1)), float(rng.uniform(-3, 3))][rng.integers(5)]


COVERS: dict[str, Case] = {name: Case() for name, page in PAGES.items() if page == "reals"}
COVERS |= {name: Case({"t": _angle}) for name in ("sin.nonneg", "acos.cos", "cos.circle", "cos.opposite")}
COVERS |= {name: Case({"c": _cosine}) for name in ("acos.nonneg", "acos.most", "cos.acos")}


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    tried(name, COVERS[name])


@pytest.mark.parametrize(
    ("symbol", "wrong", "row"),
    [
        ("pi", lambda world: 22 / 7 + 1e-6, "pi.below"),
        ("sqrt", lambda world, x: -math.sqrt(abs(x)), "sqrt.nonneg"),
        ("acos", lambda world, c: -math.acos(max(-1, min(1, c))), "acos.cos"),
        ("exp", lambda world, x: math.exp(2 * x) + x, "exp.add"),
        ("cos", lambda world, t: math.cos(t / 2), "cos.half"),
    ],
)
def test_another_function_is_noticed(monkeypatch, symbol, wrong, row):
    """Twins: each row is false of a function that is not meant."""
    from tests.theory import model

    monkeypatch.setitem(model.MEANINGS, symbol, wrong)
    with pytest.raises(AssertionError, match=f"{row} is false at"):
        tried(row, COVERS[row])
