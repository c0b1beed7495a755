"""How large a transfer matrix will be, before it is built.

The states between layers are pairs (matching, sub-multigraph of the contractions) up to isomorphism.
By Burnside's lemma their number is at least, and with little symmetry close to,

    sum over isomorphism classes P of pending contractions of  M(t_P, N) / |Aut P|,

t_P the number of strands P touches and M(t, N) the number of ways to match them among N strands
of which the other N - t are alike.  Partial states (a layer half swept) were found to be about 2N
times as many, plus 5 phi^N (phi the golden ratio) of highly symmetric ones: between 0.8 and 2 times
what was then built for the graphs of ``benchmarks/exact_results.md``.  Strands without contractions are
paired last and in closed form: there N is at most twice the strands with contractions.  Coefficients
are counted as well: at large depths they have thousands of digits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from math import comb, factorial, lgamma, log, log2
from typing import TypeVar

import networkx
import pynauty

from verifier.exact.cluster import ClusterGraph, canonical_graph
from verifier.exact.moments import Strands
from verifier.exact.rings import product

BYTES_PER_STATE = 4_000
"""Measured peak memory a partial state: canonical forms, transitions, interning tables, caches."""

BASE_BYTES = 60_000_000
"""The interpreter and its libraries."""

MOST_TOUCHED = 64
"""Strands with contractions beyond which the states exceed 10^14 and are not counted."""

MOST_STRANDS = 100_000
"""Strands beyond which nothing is counted."""

_MOST_CLASSES = 5_000

Class = TypeVar("Class")


def matchings(touched: int, strands: int) -> int:
    """Ways to pair ``touched`` distinct strands among ``strands``, the others being alike."""
    total, pairings = 0, 1
    for j in range(touched // 2 + 1):
        if j:
            pairings *= 2 * j - 1
        if touched - 2 * j <= strands - touched:
            total += comb(touched, 2 * j) * pairings
    return total


def automorphisms(graph: ClusterGraph) -> int:
    """Order of the automorphism group of the strands that have contractions."""
    touched = sorted({v for u, w, _ in graph.edges for v in (u, w)})
    if not touched:
        return 1
    place = {v: i for i, v in enumerate(touched)}
    size = len(touched)
    classes: dict[int, set[int]] = {0: set(range(size))}
    adjacency = {}
    for i, (u, v, k) in enumerate(graph.edges):
        adjacency[size + i] = [place[u], place[v]]
        classes.setdefault(k, set()).add(size + i)
    nauty = pynauty.Graph(
        size + len(graph.edges), adjacency_dict=adjacency, vertex_coloring=[classes[k] for k in sorted(classes)]
    )
    _, mantissa, exponent, _, _ = pynauty.autgrp(nauty)
    return round(mantissa * 10**exponent)


def reached(start: Class, following: Callable[[Class], Iterator[Class]]) -> set[Class] | None:
    """All classes that come of ``start``, those of one ``following`` it and so on; None if there are very many."""
    found, level = {start}, {start}
    while level:
        level = {after for before in level for after in following(before)} - found
        found |= level
        if len(found) > _MOST_CLASSES:
            return None
    return found


def without_an_edge(graph: ClusterGraph) -> Iterator[ClusterGraph]:
    """The sub-multigraphs with one edge less, up to isomorphism; those of these are all that may be pending."""
    for i, (u, v, k) in enumerate(graph.edges):
        edges = {(a, b): c for j, (a, b, c) in enumerate(graph.edges) if j != i}
        if k > 1:
            edges[u, v] = k - 1
        yield canonical_graph(graph.vertices, edges)


def estimated_states(strands: Strands) -> float:
    """Return an estimate of the number of partial states (infinity if it is out of reach).

    Labels and layer tags are ignored: they matter in one layer only, or restrict the states.
    """
    contracted = len({v for u, w, _, _ in strands.edges for v in (u, w)})
    if contracted > MOST_TOUCHED or strands.size > MOST_STRANDS:
        return float("inf")
    graph = networkx.MultiGraph()
    graph.add_nodes_from(range(strands.size))
    for u, v, _, k in strands.edges:
        graph.add_edges_from([(u, v)] * k)
    kinds: Counter[ClusterGraph] = Counter()
    for component in networkx.connected_components(graph):
        place = {v: i for i, v in enumerate(sorted(component))}
        edges = Counter(
            (min(place[u], place[v]), max(place[u], place[v])) for u, v in graph.subgraph(component).edges()
        )
        if edges:
            kinds[canonical_graph(len(place), dict(edges))] += 1
    # Generating function of 1/|Aut| by touched strands; copies of one kind are unordered.
    total: dict[int, Fraction] = {0: Fraction(1)}
    for kind, copies in kinds.items():
        classes = reached(kind, without_an_edge)
        if classes is None:
            return float("inf")
        series: dict[int, Fraction] = {}
        for g in classes:
            touched = len({v for u, w, _ in g.edges for v in (u, w)})
            series[touched] = series.get(touched, Fraction(0)) + Fraction(1, automorphisms(g))
        for _ in range(copies):
            total = product(total, series)
        total = {t: x / factorial(copies) for t, x in total.items()}
    full = sum(x * matchings(t, strands.size) for t, x in total.items())
    if not kinds:
        return 1.0
    return float(full) * 2 * strands.size + 5 * 2.618 ** min(strands.size / 2, contracted)


def estimated_states_of_stars(shapes: Iterable[tuple[int, ...]], strands: int) -> float:
    """Estimate the partial states of several unions of stars (given by their sizes) taken together.

    This is for hypernetworks with a shared trunk, whose output labels, which the last layer sees and forgets strand by
    strand, were found to double the number of states at most.
    """
    found = {tuple(sorted(k for k in shape if k)) for shape in shapes}
    level = set(found)
    while level:
        level = {
            tuple(sorted(k - (i == j) for j, k in enumerate(shape) if k - (i == j)))
            for shape in level
            for i in range(len(shape))
        } - found
        found |= level
    full = Fraction(0)
    for shape in found:
        group = 1
        for k, copies in Counter(shape).items():
            group *= max(factorial(k), 2) ** copies * factorial(copies)
        full += Fraction(matchings(sum(k + 1 for k in shape), strands), group)
    return 2 * (float(full) * 2 * strands + 5 * 2.618 ** (strands / 2))


def polynomial_bytes(strands: Strands, depth: int) -> float:
    """Bytes of one polynomial in n: its (L - 1) N/2 + 1 coefficients add up to what bounds each of them.

    That is (N - 1)!! matchings a layer, 2^{N/2} for masks, and a layer for each contraction.
    """
    pairs = strands.size // 2
    contractions = sum(k for _, _, _, k in strands.edges)
    bits = depth * (lgamma(2 * pairs + 1) - lgamma(pairs + 1)) / log(2) + contractions * log2(depth)
    return ((depth - 1) * pairs + 1) * (bits / 8 + 32)


def estimated_bytes(strands: Strands, depth: int | None = None) -> float:
    """Return an estimate of the peak memory in bytes; with ``depth``, of a polynomial in n rather than a number."""
    states = estimated_states(strands)
    # A sweep holds the values of one level of states, and the result is converted at the end.
    values = 0.0 if depth is None else polynomial_bytes(strands, depth) * (states / (2 * strands.size) + 4)
    return BASE_BYTES + BYTES_PER_STATE * states + values
