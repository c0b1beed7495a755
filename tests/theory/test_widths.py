"""The rows of the page of widths: functions of the widths, at the widths of a network and at given ones."""

from __future__ import annotations

import pytest

import tests.theory.meanings_moments  # noqa: F401
from tests.theory.averages import Tried, fin
from tests.theory.model import Random
from verifier.kernel.theory.writing import PAGES


def _count(low, high):
    return lambda rng, draws, values: int(rng.integers(low, high + 1))


def _widths(rng, draws, values):
    """Widths, sometimes one that is none; the rest is what nothing is said of."""
    mark, bad = int(rng.integers(1 << 30)), rng.random() < 0.2
    return lambda l: (mark // 7 ** max(l, 0)) % 4 + (0 if bad else 1) if l >= 1 else -mark % 5


def _some(rng, draws, values):
    """A function of the layer and of the widths."""
    of = [fin(rng) for _ in range(9)]
    return Random(lambda world: lambda l: of[l % 9].at(world))


AT = {"N": _widths}
COVERS = {
    "sizes.intro": Tried(**AT), "sizes.elim": Tried(**AT), "at.const": Tried(**AT), "at.add": Tried(**AT),
    "at.mul": Tried(**AT), "at.inv_width": Tried(24, 4, l=_count(-1, 4), **AT),
    "at.halves": Tried(24, 4, l=_count(-1, 4), **AT), "fprod.0": Tried(F=_some),
    "fprod.step": Tried(20, 4, k=_count(-2, 3), F=_some), "power.0": Tried(),
    "power.step": Tried(20, 4, k=_count(-2, 4)),
    "flat": Tried(n=_count(1, 4)),
}  # fmt: skip


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    COVERS[name](name)


def test_all_rows_of_the_page_are_here():
    assert {name for name, page in PAGES.items() if page == "widths"} == set(COVERS)


def test_a_width_of_another_layer_is_noticed(monkeypatch):
    from tests.theory import model

    monkeypatch.setitem(model.MEANINGS, "inv_width", lambda world, l: 1 / world.width(abs(l) + 1))
    with pytest.raises(AssertionError, match="is false at"):
        COVERS["at.inv_width"]("at.inv_width")
