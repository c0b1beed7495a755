"""The engines of graphs and of sign patterns: against breadth-first search, exact moments, and a second enumeration."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import networkx
import pytest

import verifier.kernel.theory  # noqa: F401
from lemmas._walks import find_walk, matchings
from tests.exact.literal import laws_under_signs
from verifier.engines import graphs, patterns
from verifier.engines.graphs import clusters, cycles, fewest_swaps, swaps_of
from verifier.exact.cluster import cluster_exponent, cluster_graphs
from verifier.exact.correlation import parse
from verifier.exact.moments import polynomial, strands_of
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import app

STAR = [0, 1, 0, 2]  # T²


def studied(most_factors, most_contractions):
    return [g for m in range(1, most_factors + 1) for c in range(most_contractions + 1) for g in cluster_graphs(m, c)]


def ends(graph):
    return [end for pair in graph.pairs() for end in pair]


def by_breadth(size, edges, depth):
    """The fewest swaps of a walk that realises all edges in ``depth`` layers, by going through all states."""
    every = matchings(size)
    left = {(at, tuple(sorted(edges))): 0 for at in range(len(every))}
    best = None
    for _ in range(depth):
        reached = {}
        for (at, rest), swaps in left.items():
            here = [e for e in dict.fromkeys(rest) if e in every[at]]
            for chosen in product((0, 1), repeat=len(here)):
                remaining = list(rest)
                for edge, taken in zip(here, chosen, strict=True):
                    if taken:
                        remaining.remove(edge)
                if not remaining:
                    best = swaps if best is None else min(best, swaps)
                reached[at, tuple(remaining)] = min(reached.get((at, tuple(remaining)), 99), swaps)
        left = {}
        for (at, rest), swaps in reached.items():
            for following, other in enumerate(every):
                cost = swaps + size // 2 - cycles(set(every[at]), set(other), size)
                if cost < left.get((following, rest), 99):
                    left[following, rest] = cost
    return best


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("graph", studied(3, 2), ids=lambda g: g.name)
def test_the_fewest_swaps_against_breadth_first_search(graph, depth):
    twice = graph.pairs() + [(u + graph.vertices, v + graph.vertices) for u, v in graph.pairs()]
    assert fewest_swaps(graph.vertices, graph.pairs(), depth) == by_breadth(2 * graph.vertices, twice, depth)


@pytest.mark.parametrize("graph", studied(4, 3), ids=lambda g: g.name)
def test_the_fewest_swaps_are_the_exponent_of_the_exact_moment(graph):
    for depth in (2, 3):
        found = polynomial(strands_of(graph.correlation(), 2), depth, "relu")
        swaps = fewest_swaps(graph.vertices, graph.pairs(), depth)
        assert (max(found) if found else None) == (None if swaps is None else -swaps)


def test_clusters_are_connected_components():
    for graph in studied(5, 4):
        even, odd = clusters(graph.vertices, graph.pairs())
        assert even + Fraction(odd - graph.vertices, 2) == cluster_exponent(graph.correlation())
        assert even + odd == networkx.number_connected_components(graph.correlation().graph())


def test_what_is_computed_of_a_graph():
    walk = find_walk(3, [(0, 1), (0, 2)], 1)
    found = graphs.compute({"say": "walk", "factors": 3, "ends": STAR, "walk": walk})
    edges = found.fields[1][1]
    assert key(found) == key(app("covers", 3, edges, 1, len(walk)))
    assert key(graphs.compute({"say": "fewest", "factors": 3, "ends": STAR, "layers": 4})) == key(
        app("fewest", 3, edges, 2, 4)
    )
    assert "even_clusters" in repr(graphs.compute({"say": "clusters", "factors": 3, "ends": STAR}))


def test_every_walk_that_is_found_is_one():
    for graph in studied(5, 3):
        size = graph.vertices + graph.vertices % 2
        walk = find_walk(graph.vertices, graph.pairs(), 4)
        if walk is not None:
            assert swaps_of(size, graph.pairs(), walk) <= 4
            for shorter in (walk[:-1], [[m, []] for m, _ in walk] if graph.pairs() else []):
                if shorter or not graph.pairs():
                    with pytest.raises(Refused):
                        swaps_of(size, graph.pairs(), shorter)


GOOD = [[[[0, 1], [2, 3]], [[0, 1]]], [[[0, 2], [1, 3]], [[0, 2]]]]


@pytest.mark.parametrize(
    ("walk", "message"),
    [
        ([], "at least one"), ([[[[0, 1], [2, 2]], [[0, 1]]], GOOD[1]], "two points"), (GOOD[:1], "exactly once"),
        ([[[[0, 1], [0, 2]], [[0, 1]]], GOOD[1]], "no perfect matching"), ([GOOD[0], GOOD[0], GOOD[1]], "exactly once"),
        ([[GOOD[0][0], [[0, 2]]], GOOD[1]], "does not lie"), ([[GOOD[0][0]], GOOD[1]], "what it realises"),
        ([[[[0, 1], [2, 4]], [[0, 1]]], GOOD[1]], "end 4"), ("walk", "list"),
        ([[GOOD[0][0], [[0, 1], [0, 1]]], GOOD[1]], "does not lie"),
    ],
)  # fmt: skip
def test_what_is_no_walk_is_refused(walk, message):
    graphs.compute({"say": "walk", "factors": 3, "ends": STAR, "walk": GOOD})
    with pytest.raises(Refused, match=message):
        graphs.compute({"say": "walk", "factors": 3, "ends": STAR, "walk": walk})


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"say": "walks"}, "clusters, walk or fewest"), ({}, "clusters"), (3, "clusters"),
        ({"say": "clusters", "factors": 2, "ends": [0, 2]}, "end 2"),
        ({"say": "clusters", "factors": 2, "ends": [0, 0]}, "u < v"),
        ({"say": "clusters", "factors": 9, "ends": []}, "factors 9"),
        ({"say": "fewest", "factors": 3, "ends": STAR, "layers": 1}, "as few swaps"),
        ({"say": "fewest", "factors": 5, "ends": [0, 1] * 5, "layers": 6}, "5 factors"),
        ({"say": "fewest", "factors": 3, "ends": STAR, "layers": 99}, "layers 99"),
    ],
)  # fmt: skip
def test_requests_on_graphs_that_are_refused(request_, message):
    with pytest.raises(Refused, match=message):
        graphs.compute(request_)


# -- sign patterns -----------------------------------------------------------------------------------------------------

TEXTS = ("f", "T(1)", "T(2)")


@pytest.mark.parametrize("shape", [[1, 2], [2, 2], [1, 1, 2]])
def test_sign_patterns_against_sums_over_paths(shape):
    magnitudes = patterns._magnitudes([*shape, 1])
    weights = [[[Fraction(entry) for entry in row] for row in w] for w in magnitudes]
    x = [Fraction(3 + 2 * i) for i in range(shape[0])]
    relu, masked = laws_under_signs([parse(t) for t in TEXTS], weights, x)
    mine, others = patterns.laws_under_signs([*shape, 1])
    assert mine == relu == masked == others
    assert patterns.compute({"sizes": shape}).fields[0] == "sign_law"


def test_every_unit_open_is_another_law():
    for shape in ([1, 2, 1], [2, 2, 1], [1, 1, 2, 1]):
        relu, masked = patterns.laws_under_signs(shape, true_masks=False)
        assert relu != masked


@pytest.mark.parametrize("sizes", [[], [2], [0, 2], [4, 4], [1, 2, 3, 4, 5, 6], [True, 2], "12", [2.0, 2]])
def test_sizes_that_are_refused(sizes):
    with pytest.raises(Refused):
        patterns.compute({"sizes": sizes})
