"""Products of outputs of one network at one input, as strands and contractions.

A strand is one copy of an output f^d(x); a contraction joins two strands in one layer, or in all layers in turn: it
sums over a weight in which both are differentiated.

========================  =======================================================================================
``["f", d]``              f^d
``["T", d, ls, es]``      f^d differentiated in layers ls along the gradients of f^e, e in es
``["S", r]``              T^r of Eq. (5), the star of r contractions over all layers, output 1
``["corr", m, ends]``     m copies of output 1 with contractions over all layers between ends[0] and ends[1], …
``["K", H, r]``           K^(r) where all masks of g are 1 and z = w = 1: Lemmas 4 and 5, h^e = Π_{t≠e} f^t
========================  =======================================================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from math import factorial, prod
from typing import Any

from verifier.engines.requests import items, sequence, whole
from verifier.exact.moments import Strands
from verifier.kernel.core.sorts import Refused, need
from verifier.kernel.core.terms import Term, app

Sum = dict[Strands, int]

MOST_STRANDS, MOST_PRODUCTS, MOST_DEPTH, MOST_OUTPUTS = 20, 20_000, 8, 4
ONE = Strands((), ())


def times(a: Strands, b: Strands) -> Strands:
    """The product of two, renumbering the second."""
    shift = a.size
    return Strands(a.labels + b.labels, a.edges + tuple((u + shift, v + shift, l, k) for u, v, l, k in b.edges))


def _product(outputs: tuple[int, ...], edges: list[tuple[int, int, int]]) -> Strands:
    count = Counter(edges)
    return Strands(tuple((0, d) for d in outputs), tuple((u, v, l, k) for (u, v, l), k in count.items()))


def expanded(factors: list[Any], depth: int) -> tuple[Sum, int]:
    """The product of ``factors`` as a sum of strand products, and H where masks of g multiply it, else 0."""
    total: Sum = {ONE: 1}
    depths_of_g = set()
    for factor in factors:
        found, outputs = _factor(factor, depth)
        depths_of_g.add(outputs)
        need(len(total) * len(found) <= MOST_PRODUCTS, f"more than {MOST_PRODUCTS} products of strands")
        step: Sum = {}
        for a, c in total.items():
            for b, e in found.items():
                both = times(a, b)
                step[both] = step.get(both, 0) + c * e
        total = step
    depths_of_g.discard(0)
    need(len(depths_of_g) <= 1, "factors K of one depth H")
    need(bool(total) and max(s.size for s in total) <= MOST_STRANDS, f"at most {MOST_STRANDS} strands")
    return total, max(depths_of_g, default=0)


def _factor(factor: Any, depth: int) -> tuple[Sum, int]:
    head, *rest = items(factor, "a factor", 4) or [None]
    if head == "f" and len(rest) == 1:
        return {_product((whole(rest[0], "output", 1, MOST_OUTPUTS),), []): 1}, 0
    if head == "S" and len(rest) == 1:
        r = whole(rest[0], "order", 0, MOST_STRANDS)
        return {_product((1,) * (r + 1), [(0, j, 0) for j in range(1, r + 1)]): 1}, 0
    if head == "T" and len(rest) == 3:
        layers = [whole(l, "layer", 1, depth) for l in items(rest[1], "layers", MOST_DEPTH)]
        need(layers == sorted(set(layers)), "layers increase")
        leaves = [whole(e, "output", 1, MOST_OUTPUTS) for e in items(rest[2], "outputs", MOST_DEPTH)]
        need(len(layers) == len(leaves), "layers and outputs of one number")
        root = whole(rest[0], "output", 1, MOST_OUTPUTS)
        return {_product((root, *leaves), [(0, j, l) for j, l in enumerate(layers, start=1)]): 1}, 0
    if head == "corr" and len(rest) == 2:
        m = whole(rest[0], "number of factors", 1, MOST_STRANDS)
        return {_product((1,) * m, [(u, v, 0) for u, v in contractions(m, rest[1])]): 1}, 0
    if head == "K" and len(rest) == 2:
        outputs = whole(rest[0], "depth of g", 1, MOST_OUTPUTS)
        return _hyper(whole(rest[1], "order", 0, MOST_STRANDS), outputs), outputs
    raise Refused(f"{str(factor)[:60]} is none of f, T, S, corr, K with its arguments")


def contractions(m: int, ends: Any) -> list[tuple[int, int]]:
    """The pairs of ends of the contractions among m factors: [u_1, v_1, u_2, v_2, …], u < v, counted from 0."""
    flat = items(ends, "ends of contractions", 2 * MOST_STRANDS)
    need(len(flat) % 2 == 0, "a contraction has two ends")
    pairs = [(whole(u, "end", 0, m - 1), whole(v, "end", 0, m - 1)) for u, v in zip(flat[::2], flat[1::2], strict=True)]
    need(all(u < v for u, v in pairs), "the ends of a contraction are u < v")
    return pairs


def _hyper(r: int, outputs: int) -> Sum:
    """Σ_α r!/α! Π_d ⟨∇^{α_d} f^d, (Σ_e h^e ∇f^e)^{⊗α_d}⟩, every bracket multiplied out."""
    need(outputs * (r + 1) <= MOST_STRANDS, f"K of {outputs * (r + 1)} strands: at most {MOST_STRANDS}")
    everything = range(1, outputs + 1)
    total: Sum = {}
    for parts in compositions(r, outputs):
        weight = factorial(r) // prod(factorial(a) for a in parts)
        for leaves in product(everything, repeat=r):
            strands, used = ONE, 0
            for d, a in enumerate(parts, start=1):
                mine = leaves[used : used + a]
                used += a
                strands = times(strands, _product((d, *mine), [(0, j, 0) for j in range(1, a + 1)]))
                for e in mine:
                    strands = times(strands, _product(tuple(t for t in everything if t != e), []))
            total[strands] = total.get(strands, 0) + weight
    return total


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All tuples of ``parts`` integers >= 0 of the given sum."""
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


def term_of(factor: Any, depth: int, phi: Term, x: Term) -> Term:
    """A factor as a term of the kernel, at the input x and, for K, at z = w = 1."""
    head, *rest = factor
    if head == "f":
        return app("f", phi, depth, x, rest[0])
    if head == "S":
        return app("S", phi, depth, rest[0], x, x)
    if head == "T":
        return app("T", phi, depth, rest[0], sequence(rest[1]), sequence(rest[2]), x, x)
    if head == "corr":
        return app("corr", phi, depth, rest[0], sequence(rest[1]), x)
    return app("K", phi, 1, rest[0], depth, rest[1], x, x, 1, 1)
