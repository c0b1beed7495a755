"""The rows of the page of flow: terms of ∂_t K^h and remainders of a step, sampled.

They are argued, not proved, and so their samples span more than one decade of widths.  Bounds leave a factor of 2 to
medians of 300 networks; root mean squares of 120 are known to 7%, and .8 is seven times what their ratio is known to.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt

import numpy as np
import pytest

import tests.theory.wide  # noqa: F401
from tests.theory.model import MEANINGS, Case, means, tried, vector
from verifier.kernel.theory.writing import PAGES
from verifier.networks.hyperkernel_flow import sample_kernel_flow

SEED = 20260113


def _rows(*degrees):
    return [[sqrt(2) * cos(t * pi / 180), sqrt(2) * sin(t * pi / 180)] for t in degrees]


def _flow(term, bound, cells, inputs=None):
    """Whether medians of |term| over bound(n, m) stay under 60 on all cells (measured: 5 to 30)."""
    worst = 0.0
    for n, m in cells:
        draw = sample_kernel_flow(2, 2, n, m=m, inputs=inputs, samples=300, rng=np.random.default_rng([SEED, n, m]))
        first, other, second = draw.values[:, :3].T
        worst = max(worst, float(np.median(np.abs(first + other if term == 1 else second))) / bound(n, m))
    return worst < 60


CELLS = [(64, 8), (64, 64), (64, 512), (1024, 8), (1024, 64)]


def _first(bound=lambda n, m: 1 / n + 1 / m):
    cells = [*CELLS, (64, 4096)]
    return _flow(1, bound, cells) and _flow(1, bound, CELLS, _rows(0, 60, 20))


def _second(bound=lambda n, m: 1 / n):
    return _flow(2, bound, CELLS) and _flow(2, bound, CELLS, _rows(0, 60, 20))


def _lower(scale=lambda n: 1 / n):
    """At m = n² and one input medians of |first| over 1/n stay between 4 and 60; they are at 15 to 20."""
    for n in (16, 32, 64):
        draw = sample_kernel_flow(2, 2, n, m=n**2, samples=300, rng=np.random.default_rng([SEED, n]))
        median = float(np.median(np.abs(draw.values[:, 0] + draw.values[:, 1]))) / scale(n)
        if not 4 < median < 60:
            return False
    return True


def _powers():
    """mode.powers: integers next to n^a over n^a stay between two positive numbers."""
    for a in (0, 0.5, 1, 2.5):
        ratios = [np.ceil(float(n) ** a) / float(n) ** a for n in range(1, 400)]
        if not (min(ratios) >= 1 and max(ratios) <= 2):
            return False
    return True


def kink(rng, n, x, y, samples=200):
    """f(y) after one unit step at x, minus its polynomial on the cell of the start; depth 2."""
    x, y = np.array(x), np.array(y)
    out = np.empty(samples)
    for s in range(samples):
        W, v = rng.standard_normal((n, len(x))), rng.standard_normal(n)
        gain = sqrt(2 / n)
        pre = W @ x / sqrt(len(x))
        moved = W - np.outer(gain * v * (pre > 0), x / sqrt(len(x)))
        top = v - gain * np.maximum(pre, 0)
        after, cell = moved @ y / sqrt(len(y)), (W @ y > 0)
        out[s] = gain * top @ (np.maximum(after, 0) - cell * after)
    return out


X = (sqrt(2), 0.0)


def _collinear():
    """√n times it tends to one number that is not 0: the same at both widths, with a small spread at the larger."""
    rng = np.random.default_rng(SEED)
    for c in (1.0, 2.0, 0.5, -1.0):
        small, large = (sqrt(n) * kink(rng, n, X, [c * t for t in X], 60) for n in (5_000, 50_000))
        mean = abs(np.mean(large))
        if not (mean > 0.05 and np.std(large) < 0.5 * mean and abs(np.mean(small) / np.mean(large) - 1) < 0.25):
            return False
    return True


def _other(degrees=(30, 60, 100, 150)):
    """n^{3/4} times it stays: its root mean square does not grow by .8 when n grows fiftyfold (order -1/2: by 1.7)."""
    rng = np.random.default_rng(SEED)
    for t in degrees:
        y = _rows(t)[0]
        small, large = (n**0.75 * kink(rng, n, X, y, 120) for n in (500, 25_000))
        if np.sqrt(np.mean(large**2)) > 1.8 * np.sqrt(np.mean(small**2)):
            return False
    return True


def _input(rng, worlds, values):
    return vector(rng.integers(-2, 3, size=worlds[0].width(0)))


def _multiple(rng, worlds, values):
    return (
        vector(float(rng.integers(-2, 3)) * np.array(values["x"]))
        if rng.random() < 0.5
        else _input(rng, worlds, values)
    )


if "collinear" not in MEANINGS:

    @means("collinear")
    def _meaning(world, x, y):
        return np.linalg.matrix_rank(np.array([x, y]), tol=1e-9) < 2


COVERS = {
    "flow_first.upper": _first,
    "flow_second.upper": _second,
    "flow_first.lower": _lower,
    "mode.powers": _powers,
    "collinear.intro": Case({"x": _input, "y": _multiple}),
    "collinear.elim": Case({"x": _input, "y": _multiple}),
    "kink.collinear": _collinear,
    "kink.other": _other,
}


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    case = COVERS[name]
    if isinstance(case, Case):
        tried(name, case)
    else:
        assert case()


def test_all_rows_of_the_page_are_there():
    assert sorted(COVERS) == sorted(name for name, page in PAGES.items() if page == "flow")


def test_rows_of_this_page_are_marked_as_argued():
    from verifier.kernel.core.table import TABLE

    marks = {name: TABLE[name].mark for name in COVERS}
    assert {mark for name, mark in marks.items() if not name.startswith(("collinear.", "mode."))} == {"argued"}


def test_the_first_term_is_no_multiple_of_1_over_m():
    """Twin, E32: at n = 64 the first term stays when m grows."""
    assert not _first(lambda n, m: 1 / m)


def test_a_lower_bound_of_another_order_is_noticed():
    """Twin: 1/n² = 1/m where 1/n is meant."""
    assert not _lower(lambda n: 1 / n**2)


def test_the_second_term_is_no_multiple_of_1_over_m():
    assert not _flow(2, lambda n, m: 1 / m, [(64, 4096)])


def test_collinear_inputs_are_no_others():
    """Twin, E30: at -x n^{3/4} times the remainder grows."""
    assert not _other((180,))
