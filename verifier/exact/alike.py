"""Moments by pairings in which all strands are alike that no contraction has touched, and all that are through.

The sum is that of :mod:`verifier.exact.transfer`: over pairings of the strands in every layer, with a factor b for
every cycle of two neighbouring ones.  After some layers a strand is *spent* if its contractions are all realised,
*fresh* if none is, and *between* the two otherwise.

What is still to come does not tell spent strands apart.  And what has been does not tell fresh ones apart: the weight
of a pairing, summed over all that led to it, is the same for every permutation of the fresh strands, since a layer
without contractions commutes with all permutations of strands, and a contraction with those that leave its two strands
alone.  So of a pairing it is enough to know the partners of the strands between, as strands or as *fresh* or *spent*,
and how many pairs are mixed.  A strand that is fresh gets a name, and then one of the possible partners with its share
of the weight, when a contraction touches it.

For p contracted pairs, E[(f(0;a) f(0;a))^p], that leaves (⌊p/2⌋ + 1)(⌈p/2⌉ + 1) states in the place of partitions.
With k pairs spent they are min(k, p - k) + 1, the partitions of p into two parts of which one is at most that: the
irreducibles of the symmetric group that occur where k pairs are alike, and the other p - k.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import NamedTuple

from flint import fmpq_poly

from verifier.exact.components import UNMATCHED, Component, Edge, canonical
from verifier.exact.moments import Activation, Laurent, Strands, possible_layers
from verifier.exact.rings import mask_moment
from verifier.exact.transfer import StateLimitError

FRESH, SPENT = -1, -2  # a partner that is one of many alike; others are numbers of strands
ALIKE = (FRESH, SPENT)
CYCLE, ONE = fmpq_poly([0, 1]), fmpq_poly([1])


class Between(NamedTuple):
    """After a layer: the contractions that are pending, with the partners of their strands, and the mixed pairs.

    Labels of the component: 0 for a fresh strand, 1 and 2 for one between whose partner is spent or fresh, 3 for one
    whose partner is in the component.
    """

    pending: Component
    mixed: int


class Middle(NamedTuple):
    """Within a layer: what is not yet paired anew, and the new pairs that have a named strand."""

    partners: tuple[tuple[int, int], ...]
    pairs: tuple[int, int, int]  # old pairs of fresh strands, of spent ones, of one of each
    made: tuple[tuple[int, int], ...]


Weights = dict[Middle, fmpq_poly]


class _Draft:
    """A :class:`Middle` that is being changed."""

    def __init__(self, middle: Middle) -> None:
        self.partners, self.pairs, self.made = dict(middle.partners), list(middle.pairs), middle.made

    def bind(self, a: int, b: int) -> None:
        """Make two strands partners, each named or one of many alike."""
        if a >= 0:
            self.partners[a] = b
        if b >= 0:
            self.partners[b] = a
        if a < 0 and b < 0:
            self.pairs[_which(a, b)] += 1

    def done(self, *made: tuple[int, int]) -> Middle:
        """What it is now, with more new pairs."""
        return Middle(tuple(sorted(self.partners.items())), (*self.pairs,), (*self.made, *made))  # type: ignore[arg-type]


def _which(a: int, b: int) -> int:
    return 2 if a != b else ALIKE.index(a)


def _named(middle: Middle, strand: int) -> Iterator[tuple[Middle, int]]:
    """A fresh strand gets a name: what its partner may be, and how many of the fresh strands have such a one."""
    for other, partner in middle.partners:
        if partner == FRESH:
            draft = _Draft(middle)
            draft.bind(strand, other)
            yield draft.done(), 1
    for which, partner, strands in ((0, FRESH, 2), (2, SPENT, 1)):
        if middle.pairs[which]:
            draft = _Draft(middle)
            draft.pairs[which] -= 1
            draft.partners[strand] = partner
            yield draft.done(), strands * middle.pairs[which]


def _joined(middle: Middle, a: int, b: int) -> tuple[Middle, fmpq_poly]:
    """The named strands a and b are paired: their partners become partners, or a cycle is closed."""
    draft = _Draft(middle)
    first, second = draft.partners.pop(a), draft.partners.pop(b)
    if first != b:
        draft.bind(first, second)
    return draft.done((a, b)), CYCLE if first == b else ONE


def _paired(middle: Middle, strand: int) -> Iterator[tuple[Middle, fmpq_poly]]:
    """A named strand is paired with every other one that is left."""
    partners = dict(middle.partners)
    for other in partners:
        if other != strand:
            yield _joined(middle, strand, other)
    partner = partners[strand]
    for kind in ALIKE:
        pair = (strand, kind)
        choices: list[tuple[int | None, int, fmpq_poly]] = []  # pairs that lose one, whose partner binds, how often
        if partner == kind:
            draft = _Draft(middle)
            del draft.partners[strand]
            yield draft.done(pair), CYCLE
        choices += [(None, other, ONE) for other, of in middle.partners if of == kind and other != strand]
        choices += [(which, then, ONE * (times * middle.pairs[which]))
                    for which, then, times in ((_which(kind, kind), kind, 2), (2, FRESH + SPENT - kind, 1))
                    if middle.pairs[which]]  # fmt: skip
        for which, then, weight in choices:
            draft = _Draft(middle)
            del draft.partners[strand]
            if which is not None:
                draft.pairs[which] -= 1
            draft.bind(partner, then)
            yield draft.done(pair), weight


@lru_cache(maxsize=1 << 16)
def _rest(fresh: int, spent: int, mixed: int) -> Mapping[int, fmpq_poly]:
    """Strands that are all fresh or spent, in so many old pairs: their new pairings, by how many pairs are mixed."""
    if not fresh and not mixed:  # as often as there are factors that no contraction touches: without recursion
        return {0: prod((CYCLE + 2 * k for k in range(spent)), start=ONE)}
    found: dict[int, fmpq_poly] = defaultdict(lambda: fmpq_poly([0]))

    def add(more: int, left: tuple[int, int, int], weight: fmpq_poly) -> None:
        for new, value in _rest(*left).items():
            found[new + more] = found[new + more] + value * weight

    if mixed:  # the fresh strand of a mixed pair: with its partner, another's spent or fresh one, those of other pairs
        add(1, (fresh, spent, mixed - 1), CYCLE + (mixed - 1) + 2 * spent)
        if mixed > 1:
            add(0, (fresh, spent + 1, mixed - 2), ONE * (mixed - 1))
        if fresh:
            add(0, (fresh - 1, spent, mixed), ONE * (2 * fresh))
    else:
        add(0, (fresh - 1, spent, 0), CYCLE + 2 * (fresh - 1))
        if spent:
            add(1, (fresh - 1, spent - 1, 1), ONE * (2 * spent))
    return dict(found)


class Pairings:
    """Rows of the transfer matrix between such states, of ``strands`` strands; independent of widths and depth.

    ``limit`` bounds the weights that are kept within a layer (StateLimitError beyond it).
    """

    def __init__(self, strands: int, limit: int | None = None) -> None:
        self.strands, self.limit, self.size = strands, limit, 0
        self._rows: dict[Between, dict[Between, fmpq_poly]] = {}

    def __len__(self) -> int:
        """States that have a row."""
        return len(self._rows)

    def start(self, edges: Sequence[Edge]) -> Between:
        """Before any layer; there are no cycles with what was before, so that any pairing will do."""
        return Between(_component({}, edges), len({v for u, w, *_ in edges for v in (u, w)}) % 2)

    def row(self, state: Between) -> dict[Between, fmpq_poly]:
        """The states after another layer, with polynomials in the loop variable b."""
        known = self._rows.get(state)
        if known is None:
            known = self._rows[state] = self._row(state)
            self.size += len(known)
        return known

    def _row(self, state: Between) -> dict[Between, fmpq_poly]:
        (partner, _, label, edges), mixed = state
        between = [v for v, of in enumerate(label) if of]
        partners = {v: {1: SPENT, 2: FRESH, 3: partner[v]}[label[v]] for v in between}
        fresh, kinds = len(label) - len(between), Counter(partners.values())
        pairs = ((fresh - kinds[FRESH] - mixed) // 2, (self.strands - len(label) - kinds[SPENT] - mixed) // 2, mixed)
        begin = Middle(tuple(sorted(partners.items())), pairs, ())
        found: dict[Between, fmpq_poly] = defaultdict(lambda: fmpq_poly([0]))
        for times, chosen in _chosen(state.pending):
            left = [(u, v, t, k - (i in chosen)) for i, (u, v, t, k) in enumerate(edges) if k > (i in chosen)]
            weights: Weights = {begin: ONE * times}
            unnamed, realised = fresh, set[int]()
            for a, b in (edges[i][:2] for i in chosen):
                realised |= {a, b}
                for strand in (a, b):
                    if not label[strand]:
                        weights = self._next((m, w * ways / unnamed) for old, w in weights.items()
                                             for m, ways in _named(old, strand))  # fmt: skip
                        unnamed -= 1
                weights = self._next(
                    (m, w * factor) for old, w in weights.items() for m, factor in [_joined(old, a, b)]
                )
            for strand in between:
                if strand not in realised:
                    weights = self._next(
                        (m, w * factor) for old, w in weights.items()
                        for m, factor in (_paired(old, strand) if strand in dict(old.partners) else [(old, ONE)])
                    )  # fmt: skip
            for middle, weight in weights.items():
                component = _after(middle.made, left)
                for mixed_pairs, factor in _rest(*middle.pairs).items():
                    target = Between(component, mixed_pairs)
                    found[target] = found[target] + weight * factor
        return dict(found)

    def _next(self, items: Iterator[tuple[Middle, fmpq_poly]]) -> Weights:
        found: Weights = {}
        for middle, weight in items:
            found[middle] = found[middle] + weight if middle in found else weight
        if self.limit is not None and self.size + len(found) > self.limit:
            raise StateLimitError(f"more than {self.limit} partial states are needed")
        return found


def _chosen(pending: Component) -> list[tuple[int, tuple[int, ...]]]:
    """Sets of contractions that one layer may realise, up to isomorphism, and how many there are of each."""
    found: dict[Component, tuple[int, tuple[int, ...]]] = {}
    edges = pending.edges
    sets: list[tuple[int, tuple[int, ...], frozenset[int]]] = [(1, (), frozenset())]
    for i, (u, v, _, multiplicity) in enumerate(edges):
        sets += [(m * multiplicity, (*chosen, i), used | {u, v}) for m, chosen, used in sets if not used & {u, v}]
    for times, chosen, _ in sets:
        marked = [(u, v, 1, 1) for u, v, _, _ in (edges[i] for i in chosen)]
        others = [(u, v, 0, k - (i in chosen)) for i, (u, v, _, k) in enumerate(edges) if k > (i in chosen)]
        key = canonical(pending._replace(edges=(*marked, *others)))
        found[key] = found.get(key, (0, chosen))[0] + times, found.get(key, (0, chosen))[1]
    return list(found.values())


def _after(made: Sequence[tuple[int, int]], edges: Sequence[Edge]) -> Component:
    """The component that new pairs and pending contractions make.

    None of these pairs is mixed: what is paired with one of many alike has contractions that are pending.
    """
    pending = {v for u, w, *_ in edges for v in (u, w)}
    labels: dict[int, tuple[int, int]] = {}
    for pair in made:
        a, b = (v if v in pending or v < 0 else SPENT for v in pair)
        for v, other in ((a, b), (b, a)):
            if v >= 0:
                labels[v] = (3, other) if other >= 0 else (1 if other == SPENT else 2, UNMATCHED)
    return _component(labels, edges)


def _component(labels: Mapping[int, tuple[int, int]], edges: Sequence[Edge]) -> Component:
    alive = sorted({v for u, w, *_ in edges for v in (u, w)})
    place = {v: k for k, v in enumerate(alive)}
    seen = [labels.get(v, (0, UNMATCHED)) for v in alive]
    moved = sorted((min(place[u], place[v]), max(place[u], place[v]), t, k) for u, v, t, k in edges)
    return canonical(
        Component(
            tuple(place[w] if w >= 0 else UNMATCHED for _, w in seen), (False,) * len(alive),
            tuple(label for label, _ in seen), tuple(moved),
        )
    )  # fmt: skip


def serves(strands: Strands) -> bool:
    """Whether the strands are of one output, and no contraction belongs to a layer."""
    return len({output for _, output in strands.labels}) <= 1 and not any(tag for _, _, tag, _ in strands.edges)


def polynomials_by_depth(
    strands: Strands, depth: int, activation: Activation = "linear", limit: int | None = None
) -> list[Laurent]:
    """E of a product of strands for depths 1, ..., ``depth``, all widths n, all inputs one; see :func:`serves`.

    Raises StateLimitError beyond ``limit`` partial states.
    """
    if not possible_layers(strands, depth):
        return [{} for _ in range(depth)]
    pairs, pairings = strands.size // 2, Pairings(strands.size, limit)
    closed = [CYCLE**k if activation == "linear" else fmpq_poly(mask_moment(k, pairs)) for k in range(pairs + 1)]
    rows: dict[Between, dict[Between, fmpq_poly]] = {}
    vector, found = {pairings.start(strands.edges): ONE}, list[Laurent]()
    for layer in range(1, depth + 1):
        after: dict[Between, fmpq_poly] = {}
        for state, value in vector.items():
            if layer == 1:  # no cycles with a layer below
                row = {target: ONE * weight(1) for target, weight in pairings.row(state).items()}
            else:
                row = rows.get(state) or {
                    target: sum((c * closed[k] for k, c in enumerate(weight.coeffs())), fmpq_poly([0]))
                    for target, weight in pairings.row(state).items()
                }
                rows[state] = row
            for target, factor in row.items():
                if max(target.pending.degrees(), default=0) <= depth - layer:
                    after[target] = after[target] + value * factor if target in after else value * factor
        vector = after
        total = sum((value for state, value in vector.items() if not state.pending.edges), fmpq_poly([0]))
        shift = (layer - 1) * pairs
        found.append({k - shift: Fraction(int(c.p), int(c.q)) for k, c in enumerate(total.coeffs()) if c != 0})
    return found
