"""Walks of perfect matchings that realise the contractions of a cluster graph.

A correlation function of m outputs at one input is a multigraph: a vertex for each factor, an edge for each
contraction.  A *walk* is a sequence of perfect matchings of its vertices (with one more if their number is odd), one a
layer; every contraction is realised in one of them that contains its pair, parallel ones and ones that share a vertex
in different ones.  Between two matchings of 2k points that have c cycles in common there are k - c *swaps*.

``{"say": "clusters", "factors": m, "ends": …}``
    multigraph(m, ends), and its numbers of clusters of even and of odd size.
``{"say": "walk", "factors": m, "ends": …, "walk": [[matching, contractions realised], …]}``
    covers(m, ends, D, N): this walk of N matchings has D swaps.
``{"say": "fewest", "factors": m, "ends": …, "layers": N}``
    fewest(m, ends, D, N): for two copies of the graph every walk has at least D swaps, and one of N matchings has D.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from verifier.engines.requests import fields_of, items, sequence, whole
from verifier.engines.strands import contractions
from verifier.exact.correlation import from_graph
from verifier.exact.moments import strands_of
from verifier.exact.walk import WalkSearch
from verifier.kernel.core.sorts import Refused, need
from verifier.kernel.core.terms import Term, app, eq, num

NAME, VERSION = "graphs", "1"

Pair = tuple[int, int]
MOST_FACTORS, MOST_LAYERS = 8, 12
#: factors → contractions up to which a graph is searched to the end within a second or so
LARGEST_SEARCH = {1: 0, 2: 6, 3: 6, 4: 5, 5: 4, 6: 4}


def compute(request: Mapping[str, Any]) -> Term:
    """What is known of a graph's walks, as a closed proposition; Refused where a walk is none."""
    say = request.get("say") if isinstance(request, Mapping) else None
    if say == "clusters":
        _, m, ends = fields_of(request, "say", "factors", "ends")
        m, edges = _graph(m, ends)
        counts = clusters(m, edges)
        graph = (num(m), sequence(ends))
        kinds = zip(("even", "odd"), counts, strict=True)
        known = [eq(app(f"{kind}_clusters", *graph), count) for kind, count in kinds]
        return app("and", app("multigraph", *graph), app("and", *known))
    if say == "walk":
        _, m, ends, walk = fields_of(request, "say", "factors", "ends", "walk")
        m, edges = _graph(m, ends)
        steps = items(walk, "walk", MOST_LAYERS)
        return app("covers", m, sequence(ends), swaps_of(m + m % 2, edges, steps), len(steps))
    if say == "fewest":
        _, m, ends, layers = fields_of(request, "say", "factors", "ends", "layers")
        m, edges = _graph(m, ends)
        layers = whole(layers, "layers", 1, MOST_LAYERS)
        need(len(edges) <= LARGEST_SEARCH.get(m, -1), f"{m} factors, {len(edges)} contractions: {LARGEST_SEARCH}")
        at_any, here = (fewest_swaps(m, edges, depth) for depth in (None, layers))
        need(at_any is not None and at_any == here, f"no walk of {layers} matchings has as few swaps as a longer one")
        assert at_any is not None
        return app("fewest", m, sequence(ends), at_any, layers)
    raise Refused(f"say {str(say)[:40]!r}: clusters, walk or fewest")


def _graph(m: Any, ends: Any) -> tuple[int, list[Pair]]:
    m = whole(m, "factors", 1, MOST_FACTORS)
    return m, contractions(m, ends)


def clusters(m: int, edges: Sequence[Pair]) -> tuple[int, int]:
    """The numbers of components of even and of odd size."""
    root = list(range(m))
    for u, v in edges:
        root = [root[u] if r == root[v] else r for r in root]
    sizes = [root.count(r) for r in set(root)]
    even = sum(size % 2 == 0 for size in sizes)
    return even, len(sizes) - even


def swaps_of(size: int, edges: Sequence[Pair], walk: Sequence[Any]) -> int:
    """The number of swaps of a walk that realises every contraction once; Refused if it is no such walk."""
    need(bool(walk), "a walk has at least one matching")
    realised: list[Pair] = []
    swaps, before = 0, set[Pair]()
    for step in walk:
        pair = items(step, "a matching with what it realises", 2)
        need(len(pair) == 2, "a matching with what it realises")
        ends, here = (_pairs(size, part) for part in pair)
        need(sorted(end for p in ends for end in p) == list(range(size)), f"{ends} is no perfect matching of {size}")
        need(len(set(here)) == len(here) and set(here) <= set(ends), f"{here} does not lie in {ends}")
        realised += here
        if before:
            swaps += size // 2 - cycles(before, set(ends), size)
        before = set(ends)
    need(sorted(realised) == sorted(edges), "the walk does not realise every contraction exactly once")
    return swaps


def _pairs(size: int, data: Any) -> list[Pair]:
    found = []
    for pair in items(data, "pairs", MOST_FACTORS):
        need(type(pair) is list and len(pair) == 2, f"{str(pair)[:40]} is no pair")
        u, v = (whole(end, "end", 0, size - 1) for end in pair)
        need(u != v, "a pair of two points")
        found.append((min(u, v), max(u, v)))
    return found


def cycles(first: set[Pair], second: set[Pair], size: int) -> int:
    """Components of the union of two matchings of ``size`` points."""
    root = list(range(size))
    for u, v in (*first, *second):
        root = [root[u] if r == root[v] else r for r in root]
    return len(set(root))


def fewest_swaps(m: int, edges: Sequence[Pair], depth: int | None) -> int | None:
    """The fewest swaps of a walk of two copies, of at most ``depth`` matchings; None where there is no walk."""
    return _search().distance(strands_of(from_graph(m, list(edges)), 2), depth)


@lru_cache(maxsize=1)
def _search() -> WalkSearch:
    return WalkSearch()  # what it remembers of one graph serves others
