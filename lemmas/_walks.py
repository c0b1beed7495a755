"""Walks of matchings that realise the contractions of a cluster graph with as few swaps as its exponent allows.

Untrusted help for the proof of ``dyer_gur_ari``: the kernel re-checks every walk.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

Matching = tuple[tuple[int, int], ...]
Graph = list[Any]  # [number of factors, [[u, v], ...]]


@cache
def matchings(size: int) -> tuple[Matching, ...]:
    """All perfect matchings of 0..size-1."""

    def pair(rest: tuple[int, ...]) -> Iterator[Matching]:
        if not rest:
            yield ()
            return
        a, *others = rest
        for b in others:
            for more in pair(tuple(c for c in others if c != b)):
                yield ((a, b), *more)

    return tuple(pair(tuple(range(size))))


@cache
def _distances(size: int) -> tuple[tuple[int, ...], ...]:
    found = matchings(size)
    return tuple(tuple(_distance(a, b, size) for b in found) for a in found)


def _distance(first: Matching, second: Matching, size: int) -> int:
    root = list(range(size))
    for u, v in (*first, *second):
        root = [root[u] if r == root[v] else r for r in root]
    return size // 2 - len(set(root))


def find_walk(vertices: int, edges: list[tuple[int, int]], swaps: int) -> list[Any] | None:
    """A walk [[matching, contractions realised], ...] of at most ``swaps`` swaps, or None where there is none.

    Depth first over distinct edges: parallel ones repeat the matching, which costs nothing.
    """
    size = vertices + vertices % 2
    every, distance = matchings(size), _distances(size)
    distinct = sorted(set(edges))
    masks = [sum(1 << k for k, edge in enumerate(distinct) if edge in matching) for matching in every]
    seen: dict[tuple[int, int], int] = {}

    def search(at: int, left: int, budget: int) -> list[int] | None:
        if not left:
            return []
        if seen.get((at, left), -1) >= budget:
            return None
        seen[at, left] = budget
        for following, cost in enumerate(distance[at]):
            if 0 < cost <= budget:
                rest = search(following, left & ~masks[following], budget - cost)
                if rest is not None:
                    return [following, *rest]
        return None

    everything = (1 << len(distinct)) - 1
    for start in range(len(every)):
        rest = search(start, everything & ~masks[start], swaps)
        if rest is not None:
            return _layers([start, *rest], every, edges)
    return None


def _layers(indices: list[int], every: tuple[Matching, ...], edges: list[tuple[int, int]]) -> list[Any]:
    left = list(edges)
    walk = []
    for index in indices:
        matching = [list(pair) for pair in every[index]]
        placed: list[list[int]] = []
        while True:
            placed = [list(edge) for edge in sorted(set(left)) if edge in every[index]]
            for u, v in placed:
                left.remove((u, v))
            walk.append([matching, placed])
            if not set(left) & set(every[index]):
                break
    return walk
