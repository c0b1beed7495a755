"""How many states :mod:`verifier.exact.alike` would need, and how much memory, before anything is built.

A state says of each piece of the contraction graph which contractions are pending, and of the strands between, those
with realised and pending ones, whom they are paired with: another one between, or one of the fresh or the spent ones.
Pieces of one kind without strands between are counted as multisets; the others by the pairings of these strands, over
the number of their permutations that are automorphisms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import comb, factorial

import networkx
import pynauty

from verifier.exact.components import UNMATCHED, Component, Edge, canonical, coloured_graph
from verifier.exact.estimate import BASE_BYTES, MOST_STRANDS, MOST_TOUCHED, polynomial_bytes, reached
from verifier.exact.moments import Strands
from verifier.exact.rings import product

BYTES_PER_ENTRY = 1_000
"""Measured peak memory an entry of the rows between states, of which there are at most the square of the states."""


def estimated_states(strands: Strands) -> float:
    """Return an estimate of the number of states (infinity if it is out of reach)."""
    if len({v for u, w, *_ in strands.edges for v in (u, w)}) > MOST_TOUCHED or strands.size > MOST_STRANDS:
        return float("inf")
    total: dict[int, Fraction] = {0: Fraction(1)}  # by strands between
    for kind, copies in _kinds(strands).items():
        pieces = reached(kind, _realised)
        if pieces is None:
            return float("inf")
        none = sum(1 for piece in pieces if not any(piece.label))
        some: dict[int, Fraction] = {}
        for piece in pieces:
            if between := sum(1 for label in piece.label if label):
                some[between] = some.get(between, Fraction(0)) + Fraction(1, _permutations(piece))
        found: dict[int, Fraction] = {}
        power: dict[int, Fraction] = {0: Fraction(1)}
        for k in range(copies + 1):  # of k copies some strands are between
            ways = Fraction(comb(none + copies - k - 1, copies - k), factorial(k))
            for between, value in power.items():
                found[between] = found.get(between, Fraction(0)) + ways * value
            power = product(power, some)
        total = product(total, found)
    mixed = strands.size / 8 + 1  # numbers of mixed pairs, on average
    return mixed * float(sum(value * _partners(between) for between, value in total.items()))


def estimated_bytes(strands: Strands, depth: int) -> float:
    """Return an estimate of the peak memory in bytes of :func:`verifier.exact.alike.polynomials_by_depth`."""
    states = estimated_states(strands)
    return BASE_BYTES + BYTES_PER_ENTRY * states**2 + 2 * states * polynomial_bytes(strands, depth)


def _partners(between: int) -> int:
    """Ways to pair strands among each other, or with one of two kinds of others."""
    total, pairings = 0, 1
    for pairs in range(between // 2 + 1):
        pairings *= max(2 * pairs - 1, 1)
        total += comb(between, 2 * pairs) * pairings * 2 ** (between - 2 * pairs)
    return total


def _kinds(strands: Strands) -> Counter[Component]:
    """The connected pieces of the contraction graph, with how many there are of each."""
    graph = networkx.Graph((u, v) for u, v, *_ in strands.edges)
    found: Counter[Component] = Counter()
    for part in networkx.connected_components(graph):
        edges = [(u, v, 0, k) for u, v, _, k in strands.edges if u in part]
        found[_piece(dict.fromkeys(part, 0), edges)] += 1
    return found


def _piece(realised: dict[int, int], edges: Sequence[Edge]) -> Component:
    """Pending contractions; the labels of strands are their realised ones."""
    place = {v: k for k, v in enumerate(sorted({v for u, w, *_ in edges for v in (u, w)}))}
    moved = tuple(sorted((min(place[u], place[v]), max(place[u], place[v]), t, k) for u, v, t, k in edges))
    size = len(place)
    labels = tuple(realised[v] for v in place)
    return canonical(Component((UNMATCHED,) * size, (False,) * size, labels, moved))


def _realised(piece: Component) -> Iterator[Component]:
    """What is pending once one more contraction is realised, up to isomorphism."""
    for i, (u, v, _, _) in enumerate(piece.edges):
        realised = {w: label + (w in (u, v)) for w, label in enumerate(piece.label)}
        yield _piece(realised, [(a, b, t, k - (i == j)) for j, (a, b, t, k) in enumerate(piece.edges) if k > (i == j)])


def _permutations(piece: Component) -> int:
    """How many permutations of the strands between come from automorphisms."""
    apart = piece._replace(label=tuple(-v if label else 0 for v, label in enumerate(piece.label, 1)))
    whole, still = (_automorphisms(one) for one in (piece, apart))
    return whole // still


def _automorphisms(piece: Component) -> int:
    _, mantissa, exponent, _, _ = pynauty.autgrp(coloured_graph(piece))
    return round(mantissa * 10**exponent)
