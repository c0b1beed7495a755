"""The law of a ReLU network at one input on all sign patterns of small weights.

A request ``{"sizes": [n_0, …, n_{L-1}]}`` gives the widths of a network of one output.  Its weights have fixed
magnitudes and random signs.  Where the law of (f, T^1, T^2) over all sign patterns of the ReLU network is that of the
linear network of the same weights with fair coins for masks, the engine computes ``sign_law((n_0, …, n_{L-1}))``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

from verifier.engines.requests import fields_of, items, sequence, whole
from verifier.kernel.core.sorts import need
from verifier.kernel.core.terms import Term, app

NAME, VERSION = "patterns", "1"

#: exhaustive: 2^{weights} sign patterns, each against 2^{units} masks; their exponents together
LARGEST_SIGNS = 12

Matrix = list[list[int]]


def compute(request: Mapping[str, Any]) -> Term:
    """That the two laws agree, as a closed proposition; Refused where they differ."""
    (sizes,) = fields_of(request, "sizes")
    shape = [*(whole(n, "width", 1, LARGEST_SIGNS) for n in items(sizes, "sizes", 5)), 1]
    need(len(shape) >= 3, "n_0, …, n_{L-1} for L >= 2")
    weights = sum(a * b for a, b in pairwise(shape))
    need(weights + sum(shape[1:-1]) <= LARGEST_SIGNS, f"{sizes}: more than {LARGEST_SIGNS} weights and units")
    relu, masked = laws_under_signs(shape)
    need(relu == masked, f"at {sizes} the two laws differ")
    return app("sign_law", sequence(sizes))


def laws_under_signs(shape: Sequence[int], true_masks: bool = True) -> tuple[Counter[Any], Counter[Any]]:
    """The laws of (f, T^1, T^2) under random signs: of a ReLU network, and of a linear one with iid masks.

    Masses are counts of sign patterns times 2^{units}.  ``true_masks=False`` opens every unit instead, which
    the comparison must notice.
    """
    magnitudes = _magnitudes(shape)
    x = [3 + 2 * i for i in range(shape[0])]
    count = sum(len(w) * len(w[0]) for w in magnitudes)
    units = sum(shape[1:-1])
    relu: Counter[Any] = Counter()
    masked: Counter[Any] = Counter()
    patterns = [_split(bits, shape[1:-1]) for bits in product((0, 1), repeat=units)]
    for signs in product((1, -1), repeat=count):
        at = iter(signs)
        weights = [[[entry * next(at) for entry in row] for row in w] for w in magnitudes]
        real = _masks(weights, x) if true_masks else [[1] * n for n in shape[1:-1]]
        relu[_stars(weights, real, x)] += 2**units
        for bits in patterns:
            masked[_stars(weights, bits, x)] += 1
    return relu, masked


def _magnitudes(shape: Sequence[int]) -> list[Matrix]:
    stream = _numbers(f"gauge:{list(shape)}")
    return [[[next(stream) for _ in range(a)] for _ in range(b)] for a, b in pairwise(shape)]


def _numbers(seed: str) -> Iterator[int]:
    counter = 0
    while True:
        block = hashlib.sha256(f"{seed}:{counter}".encode()).digest()
        yield int.from_bytes(block[:4], "big") + 1
        counter += 1


def _split(bits: Sequence[int], sizes: Sequence[int]) -> list[list[int]]:
    at = iter(bits)
    return [[next(at) for _ in range(n)] for n in sizes]


def _masks(weights: Sequence[Matrix], x: Sequence[int]) -> list[list[int]]:
    """The activation pattern; Refused where a pre-activation of a live layer is 0."""
    q, out = list(x), []
    for w in weights[:-1]:
        y = [sum(a * b for a, b in zip(row, q, strict=True)) for row in w]
        need(not any(q) or all(y), "a pre-activation is 0")
        out.append([int(v > 0) for v in y])
        q = [max(v, 0) for v in y]
    return out


def _stars(weights: Sequence[Matrix], masks: Sequence[Sequence[int]], x: Sequence[int]) -> tuple[int, ...]:
    """(f, T^1, T^2) up to the normalisation that both sides share, by the chain rule with masks held fixed."""
    depth = len(weights)
    q = [list(x)]
    for l, w in enumerate(weights, start=1):
        y = [sum(a * b for a, b in zip(row, q[-1], strict=True)) for row in w]
        q.append([v * d for v, d in zip(y, masks[l - 1], strict=True)] if l < depth else y)
    back: list[list[int]] = [[] for _ in range(depth + 1)]
    back[depth] = [1]
    for l in range(depth - 1, 0, -1):
        columns = [list(column) for column in zip(*weights[l], strict=True)]
        back[l] = [
            d * sum(a * b for a, b in zip(column, back[l + 1], strict=True))
            for column, d in zip(columns, masks[l - 1], strict=True)
        ]
    # ∂f/∂W^l = back[l] ⊗ q[l-1]; T^1 is its squared norm, summed over layers.
    first = sum(_dot(back[l], back[l]) * _dot(q[l - 1], q[l - 1]) for l in range(1, depth + 1))
    # T^2 = 2 Σ_{l<l'} of f with ∂f/∂W put in the place of W in both layers.
    second = 0
    for low in range(1, depth):
        v = [b * _dot(q[low - 1], q[low - 1]) for b in back[low]]
        v = [a * d for a, d in zip(v, masks[low - 1], strict=True)]
        for high in range(low + 1, depth + 1):
            second += 2 * _dot(q[high - 1], v) * _dot(back[high], back[high])
            if high < depth:
                v = [sum(a * b for a, b in zip(row, v, strict=True)) for row in weights[high - 1]]
                v = [a * d for a, d in zip(v, masks[high - 1], strict=True)]
    return (q[depth][0], first, second)


def _dot(left: Sequence[int], right: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(left, right, strict=True))
