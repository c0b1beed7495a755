"""Exponents without polynomials: shortest covering walks of pair swaps.

The coefficients of E C^p are counts (:mod:`verifier.exact.transfer`), so nothing cancels and the
leading power of n is attained by the best single term.  Two matchings pi, pi' of N strands have
N/2 - d cycles in common, d the number of *swaps* ({a,b},{c,d} -> {a,c},{b,d}) that lead from one to
the other.  Hence the exponent of E C^p is minus the smallest total swap distance of a sequence of
at most L matchings such that every contraction lies in one of them, parallel contractions and
contractions sharing a strand in different ones.  The same holds for ReLU at one input, where
2^{N/2} E B^k has degree k in the width as well.

The search is A*: the state is the current matching with the contractions still to be covered (and
the layers left), up to isomorphism.  Lower bound for the swaps still needed: N/2 minus the number
of components of (matching + pending contractions).  The union of the matchings that remain must
connect these components, starts with N/2, and a swap merges at most two.  At the start this is the
Dyer-Gur-Ari bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from verifier.exact.components import UNMATCHED, ComponentTable, Edge
from verifier.exact.correlation import CorrelationError
from verifier.exact.moments import Strands
from verifier.exact.transfer import State

Bundle = tuple[int, tuple[int, ...]]
"""(free pairs gained, new components)."""


@lru_cache(maxsize=65536)
def chromatic_index(edges: tuple[tuple[int, int, int], ...]) -> int:
    """Least number of layers in which (u, v, multiplicity) edges can be realised, no two at one strand."""
    flat = sorted((u, v) for u, v, multiplicity in edges for _ in range(multiplicity))
    if not flat:
        return 0
    degree: dict[int, int] = {}
    for u, v in flat:
        degree[u] = degree.get(u, 0) + 1
        degree[v] = degree.get(v, 0) + 1

    def colour(i: int, colours: int, used: dict[int, int], highest: int) -> bool:
        if i == len(flat):
            return True
        u, v = flat[i]
        taken = used.get(u, 0) | used.get(v, 0)
        for c in range(min(highest + 2, colours)):
            if not taken >> c & 1:
                bit = 1 << c
                more = {**used, u: used.get(u, 0) | bit, v: used.get(v, 0) | bit}
                if colour(i + 1, colours, more, max(highest, c)):
                    return True
        return False

    colours = max(degree.values())
    while not colour(0, colours, {}, -1):
        colours += 1
    return colours


class WalkSearch:
    """Shortest covering walks, sharing isomorphism classes between searches."""

    def __init__(self) -> None:
        self.table = ComponentTable()
        self._inside: dict[int, frozenset[Bundle]] = {}
        self._between: dict[tuple[int, int], frozenset[Bundle]] = {}
        self._covered: dict[tuple[int, bool], Bundle] = {}
        self._layers: dict[int, int] = {}
        self.expanded = 0

    def distance(self, strands: Strands, depth: int | None = None) -> int | None:
        """Return the least number of swaps of a walk that covers every contraction.

        ``depth`` bounds the number of layers (None: as many as one likes).  None is returned if no walk
        exists, that is, if the moment is identically 0.  Labels and layer tags are not allowed.
        """
        edges = [(u, v, 0, k) for u, v, _, k in strands.edges]
        if any(tag for _, _, tag, _ in strands.edges) or len({o for _, o in strands.labels}) > 1:
            raise CorrelationError("walks are searched for one output and no prescribed layers")
        if strands.size % 2 or any(u == v for u, v, _, _ in edges):
            return None
        if depth is not None and chromatic_index(tuple((u, v, k) for u, v, _, k in edges)) > depth:
            return None
        unlimited = depth is None
        layers = 0 if depth is None else depth
        half = strands.size // 2
        # buckets[f]: nodes (state, layers left, swaps so far) with swaps + lower bound f
        buckets: list[list[tuple[State, int, int]]] = [[] for _ in range(2 * half * (half + 1) + 2)]
        best: dict[tuple[State, int], int] = {}

        def push(state: State, left: int, swaps: int) -> None:
            if unlimited:
                state = self._cover(state, everything=True)
            elif max((self._layers_needed(c) for c in state[1:]), default=0) > left:
                return
            known = best.get((state, left))
            if known is not None and known <= swaps:
                return
            best[state, left] = swaps
            bound = swaps + half - state[0] - (len(state) - 1)
            buckets[bound].append((state, left, swaps))

        for bound in range(len(buckets)):
            for state in self._matchings(strands.size, strands.labels, edges, bound):
                push(state, layers, 0)
            bucket = buckets[bound]
            while bucket:
                state, left, swaps = bucket.pop()
                if best[state, left] < swaps:
                    continue
                if len(state) == 1:
                    return swaps
                self.expanded += 1
                if not unlimited:
                    covered = self._cover(state, everything=False)
                    if covered != state:
                        push(covered, left - 1, swaps)
                for following in self._swaps(state):
                    push(following, left, swaps + 1)
        return None

    def _layers_needed(self, c: int) -> int:
        known = self._layers.get(c)
        if known is None:
            edges = self.table.components[c].edges
            known = chromatic_index(tuple((u, v, k) for u, v, _, k in edges))
            self._layers[c] = known
        return known

    def _matchings(self, size: int, labels: Sequence[object], edges: list[Edge], bound: int) -> Iterator[State]:
        """Yield the matchings, up to isomorphism, whose lower bound is exactly ``bound``."""
        _, start = self.table.split([UNMATCHED] * size, [False] * size, [0] * size, edges)
        # A pairing that merges two components costs one in the bound; so many may merge:
        merges = bound - size // 2 + len(start)
        if merges < 0:
            return
        level: dict[State, set[int]] = {(0, *start): {0}}
        for _ in range(size // 2):
            following: dict[State, set[int]] = {}
            for state, counts in level.items():
                for target, merged in self._pairings(state):
                    kept = {k + merged for k in counts if k + merged <= merges}
                    if kept:
                        following.setdefault(target, set()).update(kept)
            level = following
        for state, counts in level.items():
            if merges in counts:
                yield state

    def _pairings(self, state: State) -> set[tuple[State, int]]:
        """Pair one unmatched strand in every way; the second entry says whether two components merge."""
        table, result = self.table, set()
        at, first = next((i, c) for i, c in enumerate(state[1:]) if UNMATCHED in table.components[c].partner)
        rest = state[1 : at + 1] + state[at + 2 :]
        x = table.components[first]
        degrees = x.degrees()
        loose = [v for v, w in enumerate(x.partner) if w < 0]
        a = max(loose, key=lambda v: (degrees[v], -v))
        size = len(x.partner)

        def record(others: State, merged: int, partner: list[int], edges: list[Edge]) -> None:
            n = len(partner)
            free, new = table.split(partner, [False] * n, [0] * n, edges)
            result.add(((state[0] + free, *sorted(others + new)), merged))

        for b in loose:
            if b != a:
                partner = list(x.partner)
                partner[a], partner[b] = b, a
                record(rest, 0, partner, list(x.edges))
        for i, d in enumerate(rest):
            if i and rest[i - 1] == d:
                continue
            y = table.components[d]
            seen = set()
            for b, w in enumerate(y.partner):
                if w >= 0 or table.orbit(d, b) in seen:
                    continue
                seen.add(table.orbit(d, b))
                partner = [*x.partner, *(w + size if w >= 0 else w for w in y.partner)]
                partner[a], partner[b + size] = b + size, a
                edges = [*x.edges, *((u + size, v + size, t, k) for u, v, t, k in y.edges)]
                record(rest[:i] + rest[i + 1 :], 1, partner, edges)
        return result

    def _cover(self, state: State, everything: bool) -> State:
        """Realise the contractions inside the current matching: all of them, or one of a bundle."""
        free = state[0]
        components: list[int] = []
        for c in state[1:]:
            key = (c, everything)
            known = self._covered.get(key)
            if known is None:
                x = self.table.components[c]
                edges = []
                for u, v, tag, k in x.edges:
                    if x.partner[u] != v:
                        edges.append((u, v, tag, k))
                    elif not everything and k > 1:
                        edges.append((u, v, tag, k - 1))
                size = len(x.partner)
                known = self.table.split(x.partner, [False] * size, [0] * size, edges)
                self._covered[key] = known
            free += known[0]
            components.extend(known[1])
        return (free, *sorted(components))

    def _swaps(self, state: State) -> set[State]:
        """Return the states one swap away (swaps of two free pairs change nothing)."""
        free, components = state[0], state[1:]
        result = set()
        for i, c in enumerate(components):
            if i and components[i - 1] == c:
                continue
            rest = components[:i] + components[i + 1 :]
            for gained, new in self._swaps_inside(c):
                result.add((free + gained, *sorted(rest + new)))
            if free:
                for gained, new in self._swaps_between(c, -1):
                    result.add((free - 1 + gained, *sorted(rest + new)))
            for j, d in enumerate(rest):
                if j < i and not (j == i - 1 and d == c):
                    continue
                if j > i and rest[j - 1] == d:
                    continue
                others = rest[:j] + rest[j + 1 :]
                for gained, new in self._swaps_between(c, d):
                    result.add((free + gained, *sorted(others + new)))
        return result

    def _swaps_inside(self, c: int) -> frozenset[Bundle]:
        known = self._inside.get(c)
        if known is None:
            x = self.table.components[c]
            pairs = [(v, w) for v, w in enumerate(x.partner) if w > v]
            known = frozenset(
                self._swapped(x.partner, x.edges, p, q)
                for i, p in enumerate(pairs)
                for q in pairs[:i]
                for q in (q, q[::-1])
            )
            self._inside[c] = known
        return known

    def _swaps_between(self, c: int, d: int) -> frozenset[Bundle]:
        """Swaps of a pair of c with a pair of d (d = -1: with a free pair)."""
        known = self._between.get((c, d))
        if known is None:
            x = self.table.components[c]
            size = len(x.partner)
            pairs = [(v, w) for v, w in enumerate(x.partner) if w > v]
            if d < 0:
                partner, edges = (*x.partner, size + 1, size), x.edges
                others = [(size, size + 1)]
            else:
                y = self.table.components[d]
                partner = (*x.partner, *(w + size for w in y.partner))
                edges = (*x.edges, *((u + size, v + size, t, k) for u, v, t, k in y.edges))
                others = [(v + size, w + size) for v, w in enumerate(y.partner) if w > v]
            known = frozenset(self._swapped(partner, edges, p, q) for p in pairs for o in others for q in (o, o[::-1]))
            self._between[c, d] = known
        return known

    def _swapped(
        self,
        partner: Sequence[int],
        edges: Sequence[Edge],
        p: tuple[int, int],
        q: tuple[int, int],
    ) -> Bundle:
        new = list(partner)
        (a, b), (c, d) = p, q
        new[a], new[c], new[b], new[d] = c, a, d, b
        size = len(new)
        return self.table.split(new, [False] * size, [0] * size, edges)


def exponent(strands: Strands, depth: int | None = None, search: WalkSearch | None = None) -> int | None:
    """Return the exact exponent e of E[...] = Theta(n^e), equal widths; None if it is identically 0."""
    found = (WalkSearch() if search is None else search).distance(strands, depth)
    return None if found is None else -found
