"""Moments by summing over patterns of equal indices: slow, short, and of another kind than the transfer matrix.

    E Π strands = Σ over the units that every strand passes through, of
                  Π_weights (k - 1)!! · Π_units 2^{-1} (ReLU) · Π_l (2/n_l)^{strands/2}  (1/n_l for linear)

Only which strands share a unit matters: a pattern with b units in layer l stands for n_l (n_l - 1)…(n_l - b + 1)
choices.  A contraction in layer l takes the weight W^l out of both its strands and identifies their indices at both
ends of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import prod

from verifier.exact.moments import Strands

Edge = tuple[int, int, int]  # (strand, strand, layer, or 0 for all layers)
Labels = tuple[int, ...]
Widths = tuple[int, ...]  # powers of n_1, …, n_{L-1}
Polynomial = dict[Widths, Fraction]


@lru_cache(maxsize=4096)
def expectation(strands: Strands, depth: int, relu: bool) -> Polynomial:
    """E of a product of strands, by powers of n_1, …, n_{L-1}."""
    outputs = tuple(d for _, d in strands.labels)
    edges = [(u, v, l) for u, v, l, k in strands.edges for _ in range(k)]
    size = len(outputs)
    if size % 2:
        return {}
    counts: dict[Widths, int] = {}
    for layers in product(*[[l] if l else range(1, depth + 1) for _, _, l in edges]):
        placed = [(u, v, l) for (u, v, _), l in zip(edges, layers, strict=True)]
        taken = [(w, l) for u, v, l in placed for w in (u, v)]
        # f^d is linear in each W^l: a strand cannot lose two weights of one layer; and it has one weight a layer.
        if len(set(taken)) < len(taken) or any(not 1 <= l <= depth for _, _, l in placed):
            continue
        if any(outputs[u] != outputs[v] for u, v, l in placed if l == depth):
            continue
        for blocks, ways in _patterns(outputs, placed, set(taken), depth).items():
            counts[blocks] = counts.get(blocks, 0) + ways
    result: Polynomial = {}
    for blocks, ways in counts.items():
        scale = Fraction(ways)
        if relu:
            scale *= Fraction(2) ** (size // 2 * (depth - 1) - sum(blocks))
        for powers, coefficient in _falling(blocks, size // 2).items():
            result[powers] = result.get(powers, Fraction(0)) + scale * coefficient
    return {powers: value for powers, value in result.items() if value}


def _patterns(outputs: Labels, placed: Sequence[Edge], taken: set[tuple[int, int]], depth: int) -> dict[Widths, int]:
    """Σ over patterns of shared units, layer by layer, of Π (k - 1)!!, by the numbers of units."""
    size = len(outputs)
    # Labels of strands at the current layer of units -> {numbers of units so far: weight}.
    current: dict[Labels, dict[Widths, int]] = {(0,) * size: {(): 1}}
    for layer in range(1, depth + 1):
        kept = [s for s in range(size) if (s, layer) not in taken]
        if layer < depth:
            tied = [(u, v) for u, v, l in placed if l in (layer, layer + 1)]
            choices = list(_even_partitions(size, tied))
        else:
            choices = [outputs]
        following: dict[Labels, dict[Widths, int]] = {}
        for labels, sums in current.items():
            for choice in choices:
                weight = _pairings([(labels[s], choice[s]) for s in kept])
                if weight:
                    units = (len(set(choice)),) if layer < depth else ()
                    target = following.setdefault(choice, {})
                    for blocks, ways in sums.items():
                        target[blocks + units] = target.get(blocks + units, 0) + ways * weight
        current = following
    return current.get(outputs, {})


def _pairings(entries: Sequence[tuple[int, int]]) -> int:
    """Π over weight entries of E w^k = (k - 1)!!."""
    count: dict[tuple[int, int], int] = {}
    for entry in entries:
        count[entry] = count.get(entry, 0) + 1
    result = 1
    for k in count.values():
        if k % 2:
            return 0
        result *= prod(range(1, k, 2))
    return result


def _even_partitions(size: int, tied: Sequence[tuple[int, int]]) -> Iterator[Labels]:
    """Partitions of the strands into units, tied strands together, an even number through each unit.

    Contractions take weights in pairs and every other weight must occur evenly, so that a unit met by an odd
    number of strands contributes 0.
    """
    root = list(range(size))
    for u, v in tied:
        a, b = root[u], root[v]
        root = [a if r == b else r for r in root]
    groups = [[s for s in range(size) if root[s] == g] for g in dict.fromkeys(root)]

    def place(at: int, blocks: list[list[int]]) -> Iterator[Labels]:
        if at == len(groups):
            if all(len(block) % 2 == 0 for block in blocks):
                labels = [0] * size
                for number, block in enumerate(blocks):
                    for s in block:
                        labels[s] = number
                yield tuple(labels)
            return
        for block in blocks:
            block.extend(groups[at])
            yield from place(at + 1, blocks)
            del block[-len(groups[at]) :]
        blocks.append(list(groups[at]))
        yield from place(at + 1, blocks)
        blocks.pop()

    yield from place(0, [])


def _falling(blocks: Widths, half: int) -> Polynomial:
    """Π_l n_l (n_l - 1)…(n_l - b_l + 1) / n_l^half."""
    result: Polynomial = {(): Fraction(1)}
    for b in blocks:
        powers = [Fraction(1)]  # coefficients of 1, n, n², …
        for j in range(b):
            shifted = [Fraction(0), *powers]
            powers = [high - j * low for high, low in zip(shifted, [*powers, Fraction(0)], strict=True)]
        result = {
            (*key, power - half): value * c for key, value in result.items() for power, c in enumerate(powers) if c
        }
    return result
