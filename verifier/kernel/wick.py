"""Moments at one input as exact polynomials in the reciprocal widths, by summing over patterns of equal indices.

Setting: x_i = x_j with |x|² = n_0, z_i = z_j = 1.  A quantity is a sum of products of *strands*, copies of
outputs f^d, some of them joined by contractions; a contraction in layer l takes the weight W^l out of both its
strands and identifies their indices at both ends of it.  For ReLU the masks at one input are independent fair
coins, independent of the weights (the sign gauge of :mod:`verifier.kernel.gauge`), up to rescaling by √2.

    E Π strands = Σ over the units that every strand passes through, of
                  Π_weights (k - 1)!! · Π_units 2^{-1} (ReLU) · Π_l (2/n_l)^{strands/2}  (1/n_l for linear)

Only which strands share a unit matters: a pattern with b units in layer l stands for n_l (n_l - 1)…(n_l - b + 1)
choices.  So the moment is a polynomial in the 1/n_l, for all widths at once, and nothing is estimated.
This is slow and short; :mod:`verifier.exact` is fast and long, and the tests compare the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import factorial, prod
from typing import Any

from verifier.kernel.fields import compositions
from verifier.kernel.terms import Term, constant, flatten, require, show

Edge = tuple[int, int, int]  # (strand, strand, layer, or 0 for all layers)
Labels = tuple[int, ...]
Widths = tuple[int, ...]  # powers of n_1, ..., n_{L-1}
Polynomial = dict[Widths, Fraction]

LARGEST_STRANDS = 12
LARGEST_PATTERNS = 300_000


@dataclass(frozen=True)
class Strands:
    """A product of outputs of f with contractions."""

    outputs: tuple[int, ...]
    edges: tuple[Edge, ...] = ()

    def times(self, other: Strands) -> Strands:
        """The product of two, renumbering the second."""
        shift = len(self.outputs)
        moved = tuple((u + shift, v + shift, l) for u, v, l in other.edges)
        return Strands(self.outputs + other.outputs, self.edges + moved)


Sum = dict[Strands, int]


def strands_of(term: Term, outputs: int) -> tuple[Sum, bool]:
    """A product of f, T, S, K and corr as a sum of strand products; whether masks of g multiply it.

    ``T(d, l, e)`` and ``S(r)`` are those of :mod:`definitions`; ``corr(m, (u_1, v_1, …))`` is the product of m
    outputs with contractions u-v over all parameters; ``Kh`` is 2^{H-1} K(1).
    """
    total: Sum = {Strands(()): 1}
    masked = False
    for factor, power in _powers(term):
        found, masks = _component(factor, outputs)
        masked = masked or masks
        for _ in range(power):
            step: Sum = {}
            for a, c in total.items():
                for b, e in found.items():
                    both = a.times(b)
                    step[both] = step.get(both, 0) + c * e
            total = step
    return total, masked


def _powers(term: Term) -> Iterator[tuple[Term, int]]:
    for factor in flatten(term):
        if isinstance(factor, list) and factor[:1] == ["^"]:
            power = _whole(factor[2])
            require(1 <= power <= 8, f"{show(factor)}: a power is 1 to 8")
            for inner, times in _powers(factor[1]):
                yield inner, times * power
        else:
            yield factor, 1


def _whole(term: Term) -> int:
    value = constant(term)
    require(value is not None and value.denominator == 1, f"{show(term)} is not a number")
    assert value is not None
    return int(value)


def _entries(term: Term) -> list[int]:
    require(isinstance(term, list) and term[:1] == ["list"], f"{show(term)} is no tuple of numbers")
    return [_whole(entry) for entry in term[1:]]


def _component(term: Term, outputs: int) -> tuple[Sum, bool]:
    if term == 1:
        return {Strands(()): 1}, False
    require(isinstance(term, list) and bool(term), f"{show(term)} has no moments here")
    head = term[0]
    if head == "f":
        require(len(term) == 3 and term[1] in ("i", "j"), f"{show(term)} is not an output")
        return {Strands((_output(term[2], outputs),)): 1}, False
    if head == "S":
        r = _whole(term[1])
        require(r >= 0, f"{show(term)}: the order is not negative")
        return {Strands((1,) * (r + 1), tuple((0, m, 0) for m in range(1, r + 1))): 1}, False
    if head == "T":
        layers, leaves = (_entries(part) for part in term[2:4])
        require(all(l >= 1 for l in layers), f"{show(term)}: layers are counted from 1")
        require(len(layers) == len(leaves), f"{show(term)}: layers and outputs of different number")
        root = (_output(term[1], outputs), *(_output(e, outputs) for e in leaves))
        return {Strands(root, tuple((0, m, l) for m, l in enumerate(layers, start=1))): 1}, False
    if head == "corr":
        count, ends = _whole(term[1]), _entries(term[2])
        pairs = list(zip(ends[::2], ends[1::2], strict=True))
        require(all(0 <= u < count and 0 <= v < count for u, v in pairs), f"{show(term)}: a factor is missing")
        return {Strands((1,) * count, tuple((u, v, 0) for u, v in pairs)): 1}, False
    if head == "Kh":
        return {s: c * 2 ** (outputs - 1) for s, c in _hyper(1, outputs).items()}, True
    require(head == "K" and len(term) == 2, f"{show(term)} has no moments here")
    return _hyper(_whole(term[1]), outputs), True


def _output(term: Term, outputs: int) -> int:
    d = _whole(term)
    require(1 <= d <= outputs, f"output {d}: there are {outputs}")
    return d


def _hyper(r: int, outputs: int) -> Sum:
    """K^(r) where all masks of g are 1: Lemmas 4 and 5, h_j^e = Π_{t≠e} f^t."""
    everything = range(1, outputs + 1)
    total: Sum = {}
    for parts in compositions(outputs, r, r):
        weight = factorial(r) // prod(factorial(a) for a in parts)
        for leaves in product(everything, repeat=r):
            strands = Strands(())
            used = 0
            for d, a in enumerate(parts, start=1):
                mine = leaves[used : used + a]
                used += a
                strands = strands.times(Strands((d, *mine), tuple((0, m, 0) for m in range(1, a + 1))))
                for e in mine:
                    strands = strands.times(Strands(tuple(t for t in everything if t != e)))
            total[strands] = total.get(strands, 0) + weight
    return total


def moment(term: Term, depth: int, outputs: int, relu: bool) -> Polynomial:
    """E[term] as {(a_1, …, a_{L-1}): coefficient of Π n_l^{a_l}}, for every choice of widths."""
    require(1 <= depth <= 6 and 1 <= outputs <= 4, f"depth {depth}, H = {outputs}: 1..6 and 1..4 are allowed")
    total, masked = strands_of(term, outputs)
    result: Polynomial = {}
    for strands, coefficient in total.items():
        parity = [strands.outputs.count(d) % 2 for d in range(1, outputs + 1)]
        if masked:
            # Given the trunk, the sign of f^d is a fair coin, independent of what is even in row d of W^L.
            require(not any(parity), f"{show(term)}: not even in every row of the last layer")
        if any(parity):
            continue
        for powers, value in _expectation(strands, depth, relu).items():
            result[powers] = result.get(powers, Fraction(0)) + coefficient * value
    share = Fraction(1, 2 ** (outputs - 1)) if masked and relu else Fraction(1)
    return {powers: value * share for powers, value in result.items() if value}


@lru_cache(maxsize=4096)
def _expectation(strands: Strands, depth: int, relu: bool) -> Polynomial:
    size = len(strands.outputs)
    require(size <= LARGEST_STRANDS, f"{size} strands: {LARGEST_STRANDS} are allowed")
    if size % 2:
        return {}
    counts: dict[Widths, int] = {}
    for layers in product(*[[l] if l else range(1, depth + 1) for _, _, l in strands.edges]):
        placed = [(u, v, l) for (u, v, _), l in zip(strands.edges, layers, strict=True)]
        taken = [(w, l) for u, v, l in placed for w in (u, v)]
        # f^d is linear in each W^l: a strand cannot lose two weights of one layer; and it has one weight a layer.
        if len(set(taken)) < len(taken) or any(not 1 <= l <= depth for _, _, l in placed):
            continue
        if any(strands.outputs[u] != strands.outputs[v] for u, v, l in placed if l == depth):
            continue
        for blocks, ways in _patterns(strands.outputs, placed, set(taken), depth).items():
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
        require(len(current) * len(choices) <= LARGEST_PATTERNS, "too many patterns to sum over")
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
            (*key, power - half): value * c
            for key, value in result.items()
            for power, c in enumerate(powers)
            if c
        }
    return result


def equal_widths(polynomial: Mapping[Widths, Fraction]) -> dict[int, Fraction]:
    """The polynomial with all hidden widths n, by power of n."""
    result: dict[int, Fraction] = {}
    for powers, value in polynomial.items():
        result[sum(powers)] = result.get(sum(powers), Fraction(0)) + value
    return {power: value for power, value in result.items() if value}


def written(polynomial: Mapping[Any, Fraction]) -> list[Any]:
    """A polynomial as JSON: [[numerator, denominator], powers] in decreasing order."""
    ordered = sorted(polynomial.items(), reverse=True)
    return [
        [[value.numerator, value.denominator], list(powers) if isinstance(powers, tuple) else [powers]]
        for powers, value in ordered
    ]
