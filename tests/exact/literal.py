"""The literal sums that the transfer matrix is tested against.  Slow, and meant to be.

``literal_moment`` sums over every index of every weight: all path tuples of all factors, all layers
of all contractions, the Gaussian moment of every weight entry, and for ReLU one factor 1/2 for
every distinct unit.  ``laws_under_signs`` compares the laws of correlation functions of real ReLU
networks and of linear networks with iid masks by running through every sign pattern.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

from verifier.exact.correlation import Correlation, CorrelationError
from verifier.exact.moments import Activation, strands_of

Path = tuple[int, ...]
"""(i_0, i_1, ..., i_L): one unit a layer, from the input coordinate to the output."""


def paths(n0: int, widths: Sequence[int], output: int) -> list[Path]:
    """All paths of a network with the given input dimension and hidden widths to one output."""
    return [(*p, output) for p in product(range(n0), *(range(n) for n in widths))]


def placements(
    edges: Sequence[tuple[int, int, int]], chosen: Sequence[Path], depth: int
) -> Iterator[frozenset[tuple[int, int]]]:
    """Yield the sets of (strand, layer) whose weights the contractions remove, one a placement.

    ``edges`` are (strand, strand, layer or 0).  A contraction may be realised in layer l if both paths
    use the same weight there; a path has one weight a layer, so differentiating twice in one gives 0.
    """

    def place(i: int, used: frozenset[tuple[int, int]]) -> Iterator[frozenset[tuple[int, int]]]:
        if i == len(edges):
            yield used
            return
        u, v, tag = edges[i]
        if u == v:
            return
        for layer in range(1, depth + 1):
            if tag in (0, layer) and (u, layer) not in used and (v, layer) not in used:
                p, q = chosen[u], chosen[v]
                if p[layer - 1 : layer + 1] == q[layer - 1 : layer + 1]:
                    yield from place(i + 1, used | {(u, layer), (v, layer)})

    yield from place(0, frozenset())


def literal_moment(
    correlation: Correlation,
    widths: Sequence[int],
    activation: Activation = "linear",
    *,
    moment: int = 1,
    extra: int = 0,
    layers: Sequence[int] | None = None,
    inputs: Mapping[str, Sequence[Fraction | int]] | None = None,
    n0: int = 1,
) -> Fraction:
    """Return E[C^moment f^extra] by summing over every index.

    ``inputs`` maps input names to vectors of one length n_0 (default: all ones, length ``n0``).  For
    ReLU all inputs must be one input; masks are iid Bernoulli(1/2), one a unit.
    """
    strands = strands_of(correlation, moment, extra, layers)
    if inputs is None:
        inputs = dict.fromkeys(correlation.input_names, [1] * n0)
    n0 = len(next(iter(inputs.values())))
    if activation == "relu" and len({tuple(inputs[name]) for name in correlation.input_names}) > 1:
        raise CorrelationError("the literal sum for ReLU is over one input: its masks are iid there only")
    depth = len(widths) + 1
    size = strands.size
    vectors = [[Fraction(c) for c in inputs[correlation.input_names[i]]] for i, _ in strands.labels]
    edges = [(u, v, tag) for u, v, tag, multiplicity in strands.edges for _ in range(multiplicity)]
    choices = [paths(n0, widths, output) for _, output in strands.labels]
    total = Fraction(0)
    for chosen in product(*choices):
        # An odd moment of a weight is 0; skip early what no contraction can repair.
        coordinate = Fraction(1)
        for vector, path in zip(vectors, chosen):
            coordinate *= vector[path[0]]
        masks = Fraction(1)
        if activation == "relu":
            for layer in range(1, depth):
                masks /= 2 ** len({path[layer] for path in chosen})
        for used in placements(edges, chosen, depth):
            total += coordinate * masks * _gaussian_moment(chosen, used, depth)
    # sqrt(n_0)^{-1} and sqrt(2 / n_l) a strand; an odd number of strands has no mean.
    if size % 2:
        return total
    norm = Fraction(n0)
    for width in widths:
        norm *= Fraction(width, 2 if activation == "relu" else 1)
    return total / norm ** (size // 2)


def _gaussian_moment(chosen: Sequence[Path], used: frozenset[tuple[int, int]], depth: int) -> int:
    """Product over weight entries of E w^k = (k - 1)!!, k the number of strands that kept it."""
    count: Counter[tuple[int, int, int]] = Counter()
    for v, path in enumerate(chosen):
        for layer in range(1, depth + 1):
            if (v, layer) not in used:
                count[layer, path[layer - 1], path[layer]] += 1
    result = 1
    for k in count.values():
        if k % 2:
            return 0
        for j in range(1, k, 2):
            result *= j
    return result


def correlation_value(
    correlation: Correlation,
    weights: Sequence[Sequence[Sequence[Fraction]]],
    masks: Sequence[Sequence[int]],
    x: Sequence[Fraction],
) -> Fraction:
    """Return C at given weights, masks and input, without the normalisation prod_l (2/n_l)^{1/2}.

    ``weights[l - 1][i][j]`` is W^l_{ij}; ``masks[l - 1][i]`` is 0 or 1.  Derivatives keep the masks fixed.
    """
    depth = len(weights)
    widths = [len(w) for w in weights[:-1]]
    edges = [(u, v, 0) for u, v in correlation.contractions]
    active = {
        output: [
            p for p in paths(len(x), widths, output) if all(masks[layer - 1][p[layer]] for layer in range(1, depth))
        ]
        for output in correlation.outputs
    }
    total = Fraction(0)
    for chosen in product(*(active[factor.output] for factor in correlation.factors)):
        for used in placements(edges, chosen, depth):
            term = Fraction(1)
            for v, path in enumerate(chosen):
                term *= x[path[0]]
                for layer in range(1, depth + 1):
                    if (v, layer) not in used:
                        term *= weights[layer - 1][path[layer]][path[layer - 1]]
            total += term
    return total


def relu_masks(weights: Sequence[Sequence[Sequence[Fraction]]], x: Sequence[Fraction]) -> list[list[int]]:
    """Return the activation pattern of a ReLU network at one input."""
    q = list(x)
    masks = []
    for w in weights[:-1]:
        y = [sum((a * b for a, b in zip(row, q)), Fraction(0)) for row in w]
        masks.append([int(v > 0) for v in y])
        q = [max(v, Fraction(0)) for v in y]
    return masks


def laws_under_signs(
    correlations: Sequence[Correlation],
    magnitudes: Sequence[Sequence[Sequence[Fraction]]],
    x: Sequence[Fraction],
    true_masks: bool = True,
) -> tuple[Counter[tuple[Fraction, ...]], Counter[tuple[Fraction, ...]]]:
    """Return the joint laws of correlation functions under random signs: (ReLU, iid masks).

    The weights are the given magnitudes with iid signs, every pattern once.  The sign gauge of the law
    identity uses only this symmetry (and that no pre-activation of a layer that is alive vanishes, so
    choose the magnitudes generic); hence both laws, as multisets of weight 2^{#weights + #units}, must
    coincide exactly.  ``true_masks=False`` gives every unit the mask 1, which the comparison must notice.
    """
    shape = [(len(w), len(w[0])) for w in magnitudes]
    count = sum(a * b for a, b in shape)
    units = sum(a for a, _ in shape[:-1])
    relu: Counter[tuple[Fraction, ...]] = Counter()
    masked: Counter[tuple[Fraction, ...]] = Counter()
    for signs in product((1, -1), repeat=count):
        at = iter(signs)
        weights = [[[entry * next(at) for entry in row] for row in w] for w in magnitudes]
        masks = relu_masks(weights, x) if true_masks else [[1] * a for a, _ in shape[:-1]]
        relu[tuple(correlation_value(c, weights, masks, x) for c in correlations)] += 2**units
        for bits in product((0, 1), repeat=units):
            at = iter(bits)
            random = [[next(at) for _ in range(a)] for a, _ in shape[:-1]]
            masked[tuple(correlation_value(c, weights, random, x) for c in correlations)] += 1
    return relu, masked
