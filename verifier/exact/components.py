"""Interned isomorphism classes of the pieces a transfer-matrix state is made of.

A state of :mod:`verifier.exact.transfer` is a perfect matching of *strands* (copies of the
network f) together with the contractions that no layer has realised yet.  Its connected
components evolve independently except when a pair joins two of them, so a state is kept as
a multiset of component numbers and every graph computation (splitting, canonical labelling
by nauty) is done once per component and remembered.

A strand with no pending contraction and label 0 is *anonymous*: only its being paired
matters.  Pairs of anonymous strands are therefore never stored, merely counted ("free").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pynauty

UNMATCHED = -1

_CACHE_SIZE = 200_000

Edge = tuple[int, int, int, int]
"""(strand, strand, tag, multiplicity): tag 0 may be realised in any layer, tag l only in layer l."""


class Component(NamedTuple):
    """A connected piece: strands with their partners, and the contractions still pending.

    ``partner[v]`` is the strand v is paired with (``UNMATCHED`` before the first layer);
    ``done[v]`` says whether that pair belongs to the matching being built rather than to
    the previous layer's; ``label[v]`` tells strands apart (0 for none).
    """

    partner: tuple[int, ...]
    done: tuple[bool, ...]
    label: tuple[int, ...]
    edges: tuple[Edge, ...]

    def degrees(self) -> list[int]:
        """Number of pending contractions at each strand, with multiplicity."""
        degree = [0] * len(self.partner)
        for u, v, _, multiplicity in self.edges:
            degree[u] += multiplicity
            degree[v] += multiplicity
        return degree


class ComponentInfo(NamedTuple):
    """What the transfer matrix asks of a component again and again."""

    orbits: tuple[tuple[int, int], ...]
    """(representative, orbit size) for the strands that are still to be paired."""
    pivot: int
    """The strand to pair next, or -1 when every strand is done."""
    urgency: tuple[int, bool]
    """How soon the component's pivot is to be paired, among the components of a state: the largest first."""
    undone: int
    degree_done: int
    degree_undone: int
    flipped: tuple[int, ...]


def coloured_graph(component: Component) -> pynauty.Graph:
    """The coloured graph of a component: pending contractions become auxiliary vertices, pairs stay plain edges."""
    size = len(component.partner)
    adjacency: dict[int, list[int]] = {}
    classes: dict[tuple[int, ...], set[int]] = {}
    for v, (w, done, label) in enumerate(zip(component.partner, component.done, component.label)):
        if w > v:
            adjacency[v] = [w]
        classes.setdefault((0, done, w >= 0, label), set()).add(v)
    for vertex, (u, v, tag, multiplicity) in enumerate(component.edges, size):
        adjacency[vertex] = [u, v]
        classes.setdefault((1, tag, multiplicity), set()).add(vertex)
    return pynauty.Graph(
        size + len(component.edges),
        adjacency_dict=adjacency,
        vertex_coloring=[classes[key] for key in sorted(classes)],
    )


def canonical(component: Component) -> Component:
    """Return the canonical representative of an isomorphism class (multiplicities and tags respected)."""
    partner, done, label, edges = component
    size = len(partner)
    order = [v for v in pynauty.canon_label(coloured_graph(component)) if v < size]
    place = [0] * size
    for position, v in enumerate(order):
        place[v] = position
    return Component(
        tuple([place[w] if (w := partner[v]) >= 0 else UNMATCHED for v in order]),
        tuple([done[v] for v in order]),
        tuple([label[v] for v in order]),
        _sorted_edges(edges, place),
    )


def _sorted_edges(edges: Iterable[Edge], place: Sequence[int]) -> tuple[Edge, ...]:
    moved = [(place[u], place[v], t, m) for u, v, t, m in edges]
    return tuple(sorted([(u, v, t, m) if u < v else (v, u, t, m) for u, v, t, m in moved]))


class ComponentTable:
    """Interns components by isomorphism class and remembers what is asked of them."""

    def __init__(self) -> None:
        self.components: list[Component] = []
        self._numbers: dict[Component, int] = {}
        self._orbits: list[tuple[int, ...] | None] = []
        self._info: list[ComponentInfo | None] = []
        self._raw: dict[Component, int] = {}

    def __len__(self) -> int:
        return len(self.components)

    def intern(self, component: Component) -> int:
        """Return the number of the component's isomorphism class."""
        known = self._raw.get(component)
        if known is not None:
            return known
        representative = canonical(component)
        number = self._numbers.get(representative)
        if number is None:
            number = len(self.components)
            self.components.append(representative)
            self._numbers[representative] = number
            self._orbits.append(None)
            self._info.append(None)
        if len(self._raw) >= _CACHE_SIZE:
            self._raw.clear()
        self._raw[component] = number
        return number

    def split(
        self, partner: Sequence[int], done: Sequence[bool], label: Sequence[int], edges: Sequence[Edge]
    ) -> tuple[int, tuple[int, ...]]:
        """Split into connected components; return (undone free pairs, sorted component numbers).

        Done free pairs are dropped: the total number of strands is known to the caller.
        """
        # Sets of strands are bits of an integer.
        near = [1 << w if w >= 0 else 0 for w in partner]
        for u, v, _, _ in edges:
            near[u] |= 1 << v
            near[v] |= 1 << u
        size = len(near)
        free, seen = 0, 0
        numbers = []
        for start in range(size):
            if seen >> start & 1:
                continue
            reached = frontier = 1 << start
            while frontier:
                low = frontier & -frontier
                new = near[low.bit_length() - 1] & ~reached
                reached |= new
                frontier ^= low | new
            seen |= reached
            vertices = [v for v in range(start, size) if reached >> v & 1]
            own = [edge for edge in edges if reached >> edge[0] & 1]
            if not own and len(vertices) == 2 and not label[vertices[0]] and not label[vertices[1]]:
                free += not done[vertices[0]]
                continue
            place = [0] * size
            for position, v in enumerate(vertices):
                place[v] = position
            numbers.append(
                self.intern(
                    Component(
                        tuple([place[w] if (w := partner[v]) >= 0 else UNMATCHED for v in vertices]),
                        tuple([done[v] for v in vertices]),
                        tuple([label[v] for v in vertices]),
                        _sorted_edges(own, place),
                    )
                )
            )
        return free, tuple(sorted(numbers))

    def info(self, number: int) -> ComponentInfo:
        """Return cached facts about a component."""
        known = self._info[number]
        if known is not None:
            return known
        component = self.components[number]
        degree = component.degrees()
        done = component.done
        undone = [v for v in range(len(done)) if not done[v]]
        settled = [0] * len(done)
        for u, v, _, multiplicity in component.edges:
            settled[u] += multiplicity * done[v]
            settled[v] += multiplicity * done[u]
        sizes: dict[int, list[int]] = {}
        for v in undone:
            sizes.setdefault(self.orbit(number, v), []).append(v)
        # Strands with pending contractions are paired first: once they are gone, what is left are free pairs, whose
        # sum over pairings is a known product. Of two with as many, the one whose contractions this layer can no longer
        # realise has the fewer ways to go on.
        pivot = max(undone, key=lambda v: (degree[v], settled[v], component.label[v], -v), default=-1)
        flipped: tuple[int, ...] = ()
        if not undone:
            flipped = self.split(component.partner, [False] * len(done), component.label, component.edges)[1]
        known = ComponentInfo(
            orbits=tuple((v[0], len(v)) for v in sizes.values()),
            pivot=pivot,
            urgency=(degree[pivot], len(undone) < len(done)) if undone else (-1, False),
            undone=len(undone),
            degree_done=max((degree[v] for v in range(len(done)) if done[v]), default=0),
            degree_undone=max((degree[v] for v in undone), default=0),
            flipped=flipped,
        )
        self._info[number] = known
        return known

    def orbit(self, number: int, v: int) -> int:
        """Return the number of the automorphism orbit of a strand of a component."""
        known = self._orbits[number]
        if known is None:
            component = self.components[number]
            known = self._orbits[number] = tuple(pynauty.autgrp(coloured_graph(component))[3][: len(component.partner)])
        return known[v]
