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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pynauty

UNMATCHED = -1

_CACHE_SIZE = 200_000

Edge = tuple[int, int, int, int]
"""(strand, strand, tag, multiplicity): tag 0 may be realised in any layer, tag l only in layer l."""


@dataclass(frozen=True, slots=True)
class Component:
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


@dataclass(frozen=True, slots=True)
class ComponentInfo:
    """What the transfer matrix asks of a component again and again."""

    orbits: tuple[tuple[int, int], ...]
    """(representative, orbit size) for the strands that are still to be paired."""
    pivot: int
    """The strand to pair next, or -1 when every strand is done."""
    urgency: int
    """Pending contractions at the pivot; -1 when every strand is done."""
    undone: int
    degree_done: int
    degree_undone: int
    flipped: tuple[int, ...]


def canonical(component: Component) -> tuple[Component, tuple[int, ...]]:
    """Return the canonical representative of an isomorphism class and the automorphism orbits.

    The second value numbers the orbit of every strand of the representative.  Pending
    contractions become auxiliary coloured vertices, so that multiplicities and tags are
    respected; pairs stay plain edges.
    """
    size = len(component.partner)
    adjacency: dict[int, list[int]] = {}
    for v, w in enumerate(component.partner):
        if w > v:
            adjacency[v] = [w]
    classes: dict[tuple[int, ...], set[int]] = {}
    for v in range(size):
        key = (0, component.done[v], component.partner[v] >= 0, component.label[v])
        classes.setdefault(key, set()).add(v)
    for offset, (u, v, tag, multiplicity) in enumerate(component.edges):
        adjacency[size + offset] = [u, v]
        classes.setdefault((1, tag, multiplicity), set()).add(size + offset)
    graph = pynauty.Graph(
        size + len(component.edges),
        adjacency_dict=adjacency,
        vertex_coloring=[classes[key] for key in sorted(classes)],
    )
    order = [v for v in pynauty.canon_label(graph) if v < size]
    place = [0] * size
    for position, v in enumerate(order):
        place[v] = position
    edges = sorted((min(place[u], place[v]), max(place[u], place[v]), t, m) for u, v, t, m in component.edges)
    representative = Component(
        partner=tuple(place[w] if (w := component.partner[v]) >= 0 else UNMATCHED for v in order),
        done=tuple(component.done[v] for v in order),
        label=tuple(component.label[v] for v in order),
        edges=tuple(edges),
    )
    raw = pynauty.autgrp(graph)[3]
    return representative, tuple(raw[v] for v in order)


class ComponentTable:
    """Interns components by isomorphism class and remembers what pairing two strands does."""

    def __init__(self) -> None:
        self.components: list[Component] = []
        self._numbers: dict[Component, int] = {}
        self._orbits: list[tuple[int, ...]] = []
        self._info: list[ComponentInfo | None] = []
        self._raw: dict[Component, int] = {}

    def __len__(self) -> int:
        return len(self.components)

    def intern(self, component: Component) -> int:
        """Return the number of the component's isomorphism class."""
        known = self._raw.get(component)
        if known is not None:
            return known
        representative, orbits = canonical(component)
        number = self._numbers.get(representative)
        if number is None:
            number = len(self.components)
            self.components.append(representative)
            self._numbers[representative] = number
            self._orbits.append(orbits)
            self._info.append(None)
        if len(self._raw) >= _CACHE_SIZE:
            self._raw.clear()
        self._raw[component] = number
        return number

    def split(
        self, partner: Sequence[int], done: Sequence[bool], label: Sequence[int], edges: Iterable[Edge]
    ) -> tuple[int, tuple[int, ...]]:
        """Split into connected components; return (undone free pairs, sorted component numbers).

        Done free pairs are dropped: the total number of strands is known to the caller.
        """
        size = len(partner)
        edges = list(edges)
        root = list(range(size))

        def find(v: int) -> int:
            while root[v] != v:
                root[v] = root[root[v]]
                v = root[v]
            return v

        for v, w in enumerate(partner):
            if w > v:
                root[find(v)] = find(w)
        for u, v, _, _ in edges:
            root[find(u)] = find(v)
        members: dict[int, list[int]] = {}
        for v in range(size):
            members.setdefault(find(v), []).append(v)
        edges_of: dict[int, list[Edge]] = {}
        for edge in edges:
            edges_of.setdefault(find(edge[0]), []).append(edge)
        free = 0
        numbers = []
        for key, vertices in members.items():
            own = edges_of.get(key, [])
            if not own and len(vertices) == 2 and not label[vertices[0]] and not label[vertices[1]]:
                free += not done[vertices[0]]
                continue
            place = {v: i for i, v in enumerate(vertices)}
            numbers.append(
                self.intern(
                    Component(
                        partner=tuple(place[partner[v]] if partner[v] >= 0 else UNMATCHED for v in vertices),
                        done=tuple(done[v] for v in vertices),
                        label=tuple(label[v] for v in vertices),
                        edges=tuple(
                            sorted((min(place[u], place[v]), max(place[u], place[v]), t, m) for u, v, t, m in own)
                        ),
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
        orbit = self._orbits[number]
        sizes: dict[int, list[int]] = {}
        for v in undone:
            sizes.setdefault(orbit[v], []).append(v)
        # Strands with pending contractions are paired first: once they are gone, what is left
        # are free pairs, whose sum over pairings is a known product.
        pivot = max(undone, key=lambda v: (degree[v], component.label[v], -v), default=-1)
        flipped: tuple[int, ...] = ()
        if not undone:
            size = len(done)
            flipped = self.split(component.partner, [False] * size, component.label, component.edges)[1]
        known = ComponentInfo(
            orbits=tuple((v[0], len(v)) for v in sizes.values()),
            pivot=pivot,
            urgency=degree[pivot] if pivot >= 0 else -1,
            undone=len(undone),
            degree_done=max((degree[v] for v in range(len(done)) if done[v]), default=0),
            degree_undone=max((degree[v] for v in undone), default=0),
            flipped=flipped,
        )
        self._info[number] = known
        return known

    def orbit(self, number: int, v: int) -> int:
        """Return the number of the automorphism orbit of a strand of a component."""
        return self._orbits[number][v]

    def relabelled(self, number: int, keep: Mapping[int, int]) -> tuple[int, tuple[int, ...]]:
        """Replace label x by ``keep[x]`` in a done component, and mark it undone.

        Returns (free pairs, component numbers).
        """
        component = self.components[number]
        size = len(component.partner)
        return self.split(component.partner, [False] * size, [keep[x] for x in component.label], component.edges)
