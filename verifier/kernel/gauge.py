"""The law of a ReLU network at one input: the sign gauge, and its exhaustive check on small networks.

Let W^l = diag(η^l) W'^l for l < L, with η iid fair signs independent of everything, and V^1 = W'^1,
V^{l+1} = W'^{l+1} diag(η^l).  Along a path i_0, …, i_L the sign of unit i_l enters Π_l W^l once, with the row of W^l,
and Π_l V^l once, with the column of V^{l+1}: the two products are equal.  Hence so are all path products with any
fixed masks; a derivative in a weight changes by a sign that belongs to the weight, and every weight that is
contracted is contracted twice.  The mask of unit a of layer l is 1[η_a (W'^l q^{l-1})_a > 0]: given W' and the
earlier signs a fair coin, as long as some unit of the layer before is open.  So all correlation functions at one
input are jointly those of a linear network with weights V, Gaussian, and iid fair masks D independent of V.
(Where a layer is dead every path product is 0, whatever the later masks.)  Counting the open units B_l of each layer,

    X(n_1, …, n_{L-1}) = Π_l (2 B_l / n_l)^{m/2} X_linear(B_1, …, B_{L-1}) in law,  B_l ~ Binomial(n_l, 1/2),

for a product of m outputs and derivatives of outputs, jointly over all of them, and 0 where some B_l = 0.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

from verifier.kernel.judgments import Judgment
from verifier.kernel.moments import Marks, needs, whole
from verifier.kernel.terms import require, show

#: Exhaustive: 2^{weights} sign patterns, each against 2^{units} masks; their exponents together.
LARGEST_SIGNS = 12

Matrix = list[list[int]]


def _law(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """All correlation functions at one input, jointly: a linear network with binomial widths, rescaled."""
    needs(premises, "relu", "one_input")
    return {"is": "law", "of": ["corr", "m", "G"], "as": "binomial-widths", "where": []}, set()


def _dead(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """P[f = 0] = 1 - Π_l (1 - 2^{-n_l}): the probability that some layer has no open unit.

    Given all B_l >= 1 the linear network's output is a polynomial in Gaussians that is not identically 0.
    """
    needs(premises, "inputs_nonzero")
    laws = [p for p in premises if p["is"] == "law" and p["as"] == "binomial-widths"]
    require(len(laws) == 1, "the law at one input is not a premise")
    alive = ["prod", "l", 1, ["-", "L", 1], ["-", 1, ["halves", ["n", "l"]]]]
    of = ["f", "i", "d"]
    where = [["<=", 1, "d"], ["<=", "d", "H"], ["<=", 1, "L"]]
    return {"is": "atom", "of": of, "value": ["-", 1, alive], "where": where}, {"theorem polynomial-null-set"}


def _signs(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """The law identity with weights of fixed sizes and random signs, every pattern once.

    The gauge uses the symmetry of the signs alone, so that it must hold for weights ±|w| with any fixed |w|: the
    multiset of (f, T^1, T^2) over all sign patterns of a real ReLU network equals that of a linear network with
    iid masks.  Magnitudes are drawn from the claim's own digest.
    """
    sizes = data["sizes"]
    require(isinstance(sizes, list) and bool(sizes), "no size is listed")
    for size in sizes:
        require(isinstance(size, list) and 2 <= len(size) <= 5, f"{show(size)}: n_0, …, n_{{L-1}} for L = 2..5")
        shape = [*(whole(n, "width") for n in size), 1]
        require(all(n >= 1 for n in shape), f"{show(size)}: a layer has at least one unit")
        weights = sum(a * b for a, b in pairwise(shape))
        require(weights + sum(shape[1:-1]) <= LARGEST_SIGNS, f"{show(size)} is too large")
        relu, masked = laws_under_signs(shape)
        require(relu == masked, f"at {show(size)} the two laws differ")
    conclusion = {"is": "law", "of": ["corr", "m", "G"], "as": {"signs": sizes}, "where": []}
    return conclusion, {f"sizes all sign patterns at widths {show(size)}" for size in sizes}


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
    """The activation pattern; KernelError where a pre-activation of a live layer is 0."""
    q, out = list(x), []
    for w in weights[:-1]:
        y = [sum(a * b for a, b in zip(row, q, strict=True)) for row in w]
        require(not any(q) or all(y), "a pre-activation is 0")
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


RULES = {"law.sign_gauge": _law, "law.signs": _signs, "atom.dead": _dead}
