"""The rows of the page of graphs: sums over paths of small networks, exact moments of small graphs, samples."""

from __future__ import annotations

import sys
from fractions import Fraction

import networkx
import numpy as np
import pytest

from lemmas._walks import find_walk
from tests.theory.asymptotic import Sampled
from tests.theory.gaussian_networks import Batch
from tests.theory.meanings_graphs import correlation
from tests.theory.meanings_moments import its, its_exponent, tending
from tests.theory.model import ACTIVATIONS, Case, World, tried, vector
from verifier.engines.graphs import fewest_swaps, swaps_of
from verifier.exact.cluster import cluster_graphs
from verifier.exact.moments import polynomial, strands_of
from verifier.kernel.theory.writing import PAGES

SEED = 20260107


def _count(low, high):
    return lambda rng, worlds, values: int(rng.integers(low, high + 1))


def _ends(rng, worlds, values):
    """Contractions of a graph with as many vertices as are drawn, seldom none of it."""
    m = max(values.get("m", 2 * values.get("s", 1) + 1), 1)
    found = []
    for _ in range(int(rng.integers(0, 4))):
        pair = sorted(int(v) for v in rng.integers(0, m + (rng.random() < 0.05), size=2))
        if pair[0] != pair[1] or rng.random() < 0.1:
            found += pair
    return tuple(found)


def _joined(extra):
    def make(rng, worlds, values):
        size = 2 * values["s"] + extra
        tree = [e for v in range(1, size) for e in (int(rng.integers(0, v)), v)]
        return tuple(tree if rng.random() < 0.8 else tree[2:])

    return make


def _act(rng, worlds, values):
    return ACTIVATIONS[int(rng.integers(len(ACTIVATIONS)))]


def _input(rng, worlds, values):
    return vector(rng.standard_normal(worlds[0].width(0)) * (rng.random() > 0.1))


_SMALL = {0: 2, 1: 2, 2: 1, 3: 1}
_S = {"s": _count(-1, 3)}

# -- moments, exactly --------------------------------------------------------------------------------------------------


def _studied(most_factors=4, most_contractions=3):
    for m in range(1, most_factors + 1):
        for count in range(most_contractions + 1):
            yield from cluster_graphs(m, count)


def _exponent_of_square(graph, depth):
    """The power of n of E C² where all widths are n, from the polynomial."""
    found = polynomial(strands_of(graph.correlation(), 2), depth, "relu")
    return max(found) if found else None


def _s_C(graph):
    sizes = [len(c) for c in networkx.connected_components(graph.correlation().graph())]
    return sum(s % 2 == 0 for s in sizes) + Fraction(sum(s % 2 for s in sizes) - graph.vertices, 2)


def _walks_bound():
    """E C² = O(n^{2 s_C}), and s_C is what the numbers of a walk allow: m ≤ end + D and end ≤ 2 n_e + n_o."""
    met = 0
    for graph in _studied():
        for depth in (1, 2, 4):
            found = _exponent_of_square(graph, depth)
            assert found is None or found <= 2 * _s_C(graph), (graph, depth)
            met += found is not None
    assert met > 40


def _walks_covers():
    """√E C² is at least of order n^{-D} for a walk of D swaps, at every depth that holds it."""
    met = 0
    for graph in _studied():
        for swaps in range(4):
            walk = find_walk(graph.vertices, graph.pairs(), swaps)
            if walk is not None and len(walk) <= 4:
                size = graph.vertices + graph.vertices % 2
                assert swaps_of(size, graph.pairs(), walk) <= swaps
                depth = len(walk)
                assert _exponent_of_square(graph, depth) >= -2 * swaps_of(size, graph.pairs(), walk)
                met += 1
                break
    assert met > 15


def _walks_fewest():
    met = 0
    for graph in _studied(3, 3):
        swaps = fewest_swaps(graph.vertices, graph.pairs(), None)
        for depth in (2, 3, 4):
            if fewest_swaps(graph.vertices, graph.pairs(), depth) == swaps:
                assert _exponent_of_square(graph, depth) == -swaps, graph
                met += 1
    assert met > 20


def _tight():
    """n T² of ReLU networks of three layers keeps away from 0 and from infinity: shares of 2,000 networks a width.

    The share outside [.05, 400] is below .1 (measured: about .03); a share of .2 among 2,000 would then have
    probability below exp(-2·2000·.1²) = 4e-18.
    """
    rng = np.random.default_rng(SEED)
    for n in (8, 32, 128):
        b = Batch(rng, 2_000, [2, n, n], [1.0, 1.0])
        size = np.abs(n * b.second_star())
        assert np.mean((size < 0.05) | (size > 400)) < 0.2, n


def _bounded_by_weights():
    """|C| at weights t times as large grows like a polynomial of t."""
    from tests.theory.averages import Signed

    rng = np.random.default_rng(SEED)
    for attempt in range(8):
        phi, L, m = ACTIVATIONS[attempt % 3], 1 + attempt % 3, 1 + attempt % 2
        world, x = World(SEED + attempt, widths=_SMALL), vector(rng.standard_normal(2))
        es = (0, 1) if m == 2 else ()
        small, large = (abs(correlation(Signed(world, 0, f), phi, L, m, es, x)) for f in (1e2, 1e4))
        assert large <= 10 * max(small, 1) * 1e2 ** (L * m)


# -- sizes, on samples -------------------------------------------------------------------------------------------------


_SIZE = {"X": tending, "p": its_exponent}


def _near(rng, env):
    return env["p"] + Fraction(int(rng.integers(-1, 3)), 4)


def _boolean(rng, worlds, values):
    return bool(rng.random() < 0.6)


COVERS = {
    "multigraph.nil": Case({"m": _count(-1, 3)}),
    "multigraph.add": Case({"m": _count(0, 4), "es": _ends, "u": _count(-1, 3), "v": _count(-1, 4)}, times=200),
    "has_moments.corr": _bounded_by_weights,
    "star.0": Case(times=2, least=1), "star.step": Case({"r": _count(-2, 3)}),
    "star.corr": Case({"phi": _act, "L": _count(0, 3), "r": _count(-1, 2), "x": _input}, 40, widths=_SMALL),
    "star.multigraph": Case({"r": _count(-2, 4)}), "star.connected": Case({"r": _count(-2, 4)}),
    **{f"connected.even.{kind}": Case({"s": _count(-1, 3), "es": _joined(0)}) for kind in ("even", "odd")},
    **{f"connected.odd.{kind}": Case({"s": _count(-1, 3), "es": _joined(1)}) for kind in ("even", "odd")},
    "cluster_exponent": Case({"m": _count(-1, 4), "es": _ends}), "sC": Case({"r": _count(-2, 4)}),
    "half.even": Case(), "half.odd": Case(), "int.parity": Case({"k": _count(-2, 8), "P": _boolean}),
    "exact_rms.intro": Sampled(**_SIZE), "exact_rms.elim": Sampled(**_SIZE),
    "rms.leading": Sampled(**_SIZE, c=its(2)), "low_rms.leading": Sampled(**_SIZE, c=its(2)),
    "rms.upper": Sampled(X=tending, p=its_exponent), "low_rms.most": Sampled(X=tending, p=its_exponent, c=_near),
    "walks.bound": _walks_bound, "walks.covers": _walks_covers, "walks.fewest": _walks_fewest, "tight.moments": _tight,
}  # fmt: skip


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    case = COVERS[name]
    if isinstance(case, Case):
        tried(name, case)
    elif isinstance(case, Sampled):
        case(name)
    else:
        case()


def test_all_rows_of_the_page_are_here():
    assert {name for name, page in PAGES.items() if page == "graphs"} == set(COVERS)


def test_one_swap_fewer_is_noticed(monkeypatch):
    """Twins: an exponent that is one too large, and a conjectured exponent without the odd clusters."""
    here = sys.modules[__name__]
    true_swaps, true_exponent = fewest_swaps, _s_C
    monkeypatch.setattr(here, "fewest_swaps", lambda m, edges, depth: true_swaps(m, edges, depth) - 1)
    with pytest.raises(AssertionError):
        _walks_fewest()
    monkeypatch.setattr(here, "_s_C", lambda graph: true_exponent(graph) - Fraction(1, 2))
    with pytest.raises(AssertionError):
        _walks_bound()


def test_a_star_with_its_centre_elsewhere_is_noticed(monkeypatch):
    from tests.theory import model

    monkeypatch.setitem(model.MEANINGS, "star", lambda world, r: tuple(e for j in range(r) for e in (j, j + 1)))
    with pytest.raises(AssertionError, match="is false at"):
        tried("star.step", COVERS["star.step"])
