"""Forward closure of the rows of finite size: theorems derived at random, each tried on networks, none false."""

from __future__ import annotations

import pytest

from tests.kernel_core.closure import Closure
from tests.theory.judged import judged, leaf
from verifier.kernel.core.terms import eq, forall, imp, le, num
from verifier.kernel.theory.hyper import H, L, phi, x, z
from verifier.kernel.theory.writing import PAGES, many

ROWS = [name for name, page in PAGES.items() if page in ("logic", "seqs", "sums", "layers", "hyper")]
SEED = 7


def _none_false(seed, count):
    found = Closure(ROWS, judged, seed, leaf).run(count)
    assert not found.wrong, f"seed {seed}: {found.wrong[0]!r}"
    return found


def test_nothing_false_is_derived():
    found = _none_false(SEED, 600)
    assert found.tried > 400
    assert len(found.rows) > len(ROWS) // 3


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_nothing_false_is_derived_at_length(seed):
    _none_false(100 + seed, 2_000)


def test_a_wrong_row_is_found(monkeypatch):
    """Twin: with another meaning of the last entry rows become false, and a derived theorem shows it."""
    from tests.theory import model

    monkeypatch.setitem(model.MEANINGS, "len", lambda world, s: len(s) + 1)
    found = Closure(ROWS, judged, SEED, leaf).run(600, until_wrong=True)
    assert found.wrong


def test_only_what_is_certain_is_false():
    """An implication from a ⋀ that held at the values tried to something false cannot be told."""
    n, c = many("n", "int")[0], many("c", "const")[0]
    assert judged(forall([n], le(n, n))) is True
    assert judged(forall([n], le(n, 0))) is False
    assert judged(imp(forall([c], le(c, 100)), le(1, 0))) is None
    assert judged(forall([n], eq(num(1), n))) is False


def test_a_row_without_its_range_is_false():
    """Twin: h = z D Π f for every activation, and at every width of g."""
    from verifier.kernel.core.terms import app, fun
    from verifier.kernel.theory.hyper import F, m, mask, t
    from verifier.kernel.theory.writing import times

    body = times(z, mask(x, z), app("prod", 1, H, fun([t], F(t, x))))
    whole = forall([phi, m, H, L, x, z], imp(le(1, H), le(1, L), eq(app("h", phi, m, H, L, x, z), body)))
    assert any(judged(whole, seed) is False for seed in range(5))
