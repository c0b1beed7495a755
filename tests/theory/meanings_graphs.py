"""The symbols of the page of graphs: graphs as networkx has them, correlation functions as sums over paths."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod, sqrt

import networkx
import numpy as np

from tests.exact.literal import paths, placements
from tests.theory import asymptotic
from tests.theory.asymptotic import last, says, scaled
from tests.theory.model import World, means
from tests.theory.networks import _forward


def _edges(es):
    return list(zip(es[::2], es[1::2], strict=False))


def _is_graph(m, es):
    return m >= 1 and len(es) % 2 == 0 and all(0 <= u < v < m for u, v in _edges(es))


def _graph(m, es):
    graph = networkx.MultiGraph()
    graph.add_nodes_from(range(m))
    graph.add_edges_from(_edges(es))
    return graph


def _sizes(m, es):
    return [len(c) for c in networkx.connected_components(_graph(m, es))]


@means("multigraph")
def _multigraph(world: World, m: int, es) -> bool:
    return _is_graph(m, es)


@means("connected")
def _connected(world: World, m: int, es) -> bool:
    return _is_graph(m, es) and len(_sizes(m, es)) == 1


def _count_clusters(parity):
    def count(world: World, m: int, es) -> int:
        if not _is_graph(m, es):
            return world.junk_int("clusters", parity, m, es)
        return sum(size % 2 == parity for size in _sizes(m, es))

    return count


means("even_clusters")(_count_clusters(0))
means("odd_clusters")(_count_clusters(1))


@means("star")
def _star(world: World, r: int):
    return tuple(e for j in range(1, r + 1) for e in (0, j)) if r >= 0 else (7, 7, 7)


@means("cluster_exponent")
def _cluster_exponent(world: World, m: int, es):
    counts = (_count_clusters(parity)(world, m, es) for parity in (0, 1))
    even, odd = counts
    return even + Fraction(odd - m, 2)


@means("sC")
def _sC(world: World, r: int):
    return _cluster_exponent(world, r + 1, _star(world, r))


@means("half")
def _half(world: World, k: int) -> int:
    return k // 2


@means("corr")
def correlation(world: World, phi, L: int, m: int, es, x) -> float:
    """Σ over paths of all copies and over the layers of the contractions, weight by weight."""
    if not (L >= 1 and _is_graph(m, es)):
        return world.junk("corr", phi, L, m, es, x)
    widths = [world.width(l) for l in range(1, L)]
    _, pre = _forward(world, phi, L, x)
    slopes = [phi.gain * phi.derivative(1, pre[l]) for l in range(1, L)]
    weights = [*(world.weight(l) for l in range(1, L)), world.row(L, 1)[None, :]]
    norm = 1 / sqrt(prod(widths) * world.width(0))
    every = paths(world.width(0), widths, 0)
    inside = [norm * x[p[0]] * prod(slopes[l - 1][p[l]] for l in range(1, L)) for p in every]
    total = 0.0
    for chosen in product(range(len(every)), repeat=m):
        factor = prod(inside[c] for c in chosen)
        if factor == 0:
            continue
        ways = [every[c] for c in chosen]
        for used in placements([(u, v, 0) for u, v in _edges(es)], ways, L):
            kept = [(l, w) for v, w in enumerate(ways) for l in range(1, L + 1) if (v, l) not in used]
            total += factor * prod(float(weights[l - 1][w[l]][w[l - 1]]) for l, w in kept)
    return total


# -- on samples --


def _root_mean_square(x, p):
    return np.sqrt(np.mean(last(scaled(x, p)) ** 2))


@says("rms")
def _rms(x, p):
    return bool(_root_mean_square(x, p) < asymptotic.LARGE)


@says("low_rms")
def _low_rms(x, p):
    return bool(_root_mean_square(x, p) > asymptotic.SMALL)


@says("exact_rms")
def _exact_rms(x, p):
    return _rms(x, p) and _low_rms(x, p)
