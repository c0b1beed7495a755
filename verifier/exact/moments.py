"""Moments of correlation functions as exact polynomials in the reciprocal widths.

Conventions: NTK parametrisation, W^l iid N(0, 1), y^l = W^l q^{l-1} / sqrt(n_{l-1}), f = y^L, inputs
with |x|^2 = n_0, and q^l = y^l (linear) or sqrt(2) relu(y^l) with derivatives almost everywhere.
The sum that is evaluated, and why it is exact, is derived in :mod:`verifier.exact.transfer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import lcm
from typing import Any, Literal

from flint import Ordering, fmpz, fmpz_mpoly_ctx, fmpz_poly

from verifier.exact.components import Edge
from verifier.exact.correlation import Correlation, CorrelationError
from verifier.exact.rings import (
    Counting,
    LinearNumber,
    LinearPolynomial,
    LinearSymbol,
    MaskedNumber,
    MaskedPolynomial,
    MaskedSymbol,
    laurent,
)
from verifier.exact.transfer import Labels, Ring, TransferMatrix

Activation = Literal["linear", "relu"]

Gram = Mapping[tuple[str, str], Fraction]
"""x_i.x_j / n_0 for pairs of input names; a missing pair is looked up in the other order."""

Laurent = dict[int, Fraction]
"""{power of n: coefficient}."""


@dataclass(frozen=True)
class Strands:
    """A product of network derivatives: what the transfer matrix takes the expectation of.

    ``labels[v]`` is (input, output) of strand v; ``edges`` are (u, v, layer, multiplicity), layer 0
    for a contraction over all parameters.
    """

    labels: tuple[tuple[int, int], ...]
    edges: tuple[Edge, ...]

    @property
    def size(self) -> int:
        return len(self.labels)


def strands_of(
    correlation: Correlation,
    moment: int = 1,
    extra: int = 0,
    layers: Sequence[int] | None = None,
) -> Strands:
    """Return the strands of C^moment f^extra (extra factors f at the input and output of factor 0).

    ``layers[i]`` restricts the i-th letter, in order of first appearance, to one weight layer.
    Raises ``CorrelationError`` if the number of layers is not the number of letters.
    """
    if moment < 0 or extra < 0 or moment + extra == 0:
        raise CorrelationError(f"moment {moment} with {extra} extra factors: at least one factor is needed")
    tag = dict.fromkeys(correlation.letter_order, 0)
    if layers is not None:
        if len(layers) != len(tag):
            raise CorrelationError(
                f"layers {','.join(map(str, layers))}: there must be one for each of the {len(tag)} letters, "
                "in order of appearance"
            )
        tag = dict(zip(correlation.letter_order, layers))
    count: dict[tuple[int, int, int], int] = {}
    size = len(correlation.factors)
    for (u, v), letter in zip(correlation.contractions, correlation.letters):
        key = (u, v, tag[letter])
        count[key] = count.get(key, 0) + 1
    edges = [
        (u + c * size, v + c * size, t, multiplicity)
        for c in range(moment)
        for (u, v, t), multiplicity in count.items()
    ]
    labels = [(factor.input, factor.output) for factor in correlation.factors]
    first = labels[0]
    return Strands(tuple(labels * moment + [first] * extra), tuple(edges))


def possible_layers(strands: Strands, depth: int) -> bool:
    """Whether some assignment of contractions to layers can exist (a necessary condition)."""
    degree = [0] * strands.size
    for u, v, tag, multiplicity in strands.edges:
        if u == v or (tag and (tag > depth or multiplicity > 1)):
            return False
        degree[u] += multiplicity
        degree[v] += multiplicity
    return strands.size % 2 == 0 and max(degree, default=0) <= depth


Start = Sequence[tuple[Strands, int]]
"""A linear combination of strand products with integer coefficients, all of one size."""


def _run(
    matrix: TransferMatrix,
    start: Start,
    depth: int,
    rings: Callable[[int], Ring],
    one: Any,
    *,
    downward: bool = False,
    input_weight: Callable[[int, int], Any] | None = None,
    by_output: bool = False,
) -> Iterator[tuple[int, Any]]:
    """Yield (layers swept, unnormalised value) for every number of layers up to ``depth``.

    The value after fewer layers is the moment at that depth only when no layer is singled out
    (no tags, no output labels left for the last layer).  ``rings(l)`` is the ring of node layer l;
    ``downward`` reads the layers from L to 1.
    """
    size = start[0][0].size
    numbers: dict[tuple[int, int], int] = {(0, 0): 0}
    vector: dict[int, Any] = {}
    for strands, coefficient in start:
        labels = []
        for i, o in strands.labels:
            key = (i + 1 if input_weight is not None else 0, o + 1 if by_output else 0)
            labels.append(numbers.setdefault(key, len(numbers)))
        number = matrix.start(labels, list(strands.edges))
        vector[number] = vector[number] + one * coefficient if number in vector else one * coefficient
    used = {x for number in vector for c in matrix.states[number][1:] for x in matrix.table.components[c].label}
    pairs = {number: key for key, number in numbers.items() if number in used}
    tags = {tag for strands, _ in start for _, _, tag, _ in strands.edges}

    def weigh(x: int, y: int, outputs: bool, inputs: bool) -> Any:
        (i, o), (j, q) = pairs[x], pairs[y]
        if outputs and o != q:
            return None
        return input_weight(i - 1, j - 1) if inputs and input_weight is not None else 1

    # Labels are used in one layer and forgotten there: inputs in layer 1, outputs in layer L.
    for step in range(1, depth + 1):
        layer = depth + 1 - step if downward else step
        inputs = input_weight is not None and layer == 1
        outputs = by_output and layer == depth
        keep = None
        if inputs or outputs:
            keep = {}
            for number, (i, o) in pairs.items():
                key = (0 if inputs else i, 0 if outputs else o)
                keep[number] = numbers.setdefault(key, len(numbers))
        node = layer if downward else layer - 1
        vector = matrix.sweep(
            vector,
            Counting() if step == 1 else rings(node),
            strands=size,
            remaining=depth - step,
            layer=layer if layer in tags else 0,
            labels=None if keep is None else Labels(partial(weigh, outputs=outputs, inputs=inputs), keep),
        )
        if keep is not None:
            pairs = {number: key for key, number in numbers.items() if number in set(keep.values())}
        yield step, vector.get(matrix.number((size // 2,)), one * 0)


def _check_depth(depth: int) -> None:
    if depth < 1:
        raise CorrelationError(f"depth {depth}: a network has at least one layer")


def polynomials_by_depth(
    start: Strands | Start,
    max_depth: int,
    activation: Activation = "linear",
    matrix: TransferMatrix | None = None,
    by_output: bool = False,
) -> list[Laurent]:
    """Return E[...] for depths 1, ..., max_depth, all widths n, equal inputs, in one pass.

    ``start`` is a product of strands or an integer combination of such products.  With
    ``by_output`` the outputs share all layers but the last (rows of W^L); otherwise outputs are
    ignored.  Entry L - 1 maps powers of n to coefficients.
    """
    _check_depth(max_depth)
    if isinstance(start, Strands):
        start = [(start, 1)]
    start = [(s, c) for s, c in start if possible_layers(s, max_depth)]
    if not start:
        return [{} for _ in range(max_depth)]
    pairs = start[0][0].size // 2
    stride = (max_depth - 1) * pairs + 1

    def rings(_: int) -> Ring:
        return LinearPolynomial() if activation == "linear" else MaskedPolynomial(pairs, stride)

    # With output labels the last layer comes first, so that they are forgotten at once.
    values = _run(
        TransferMatrix() if matrix is None else matrix,
        start,
        max_depth,
        rings,
        fmpz_poly([1]),
        downward=by_output,
        by_output=by_output,
    )
    return [laurent(value, (depth - 1) * pairs) for depth, value in values]


def polynomial(
    strands: Strands,
    depth: int,
    activation: Activation = "linear",
    gram: Gram | None = None,
    names: Sequence[str] = (),
    matrix: TransferMatrix | None = None,
) -> Laurent:
    """Return E[product of strands] as a Laurent polynomial in n, all hidden widths equal to n.

    Different outputs are rows of the last layer.  ``gram`` gives x_i.x_j / n_0 for the input names
    ``names``; without it all inputs are one input with |x|^2 = n_0.
    """
    scale, weight = _integer_weights(gram, names, activation)
    pairs = strands.size // 2
    stride = (depth - 1) * pairs + 1

    def rings(_: int) -> Ring:
        return LinearPolynomial() if activation == "linear" else MaskedPolynomial(pairs, stride)

    value = _moment(strands, depth, rings, fmpz_poly([1]), weight, matrix)
    return laurent(value, (depth - 1) * pairs, Fraction(1, scale**pairs))


def value(
    strands: Strands,
    widths: Sequence[int],
    activation: Activation = "linear",
    gram: Gram | None = None,
    names: Sequence[str] = (),
    matrix: TransferMatrix | None = None,
) -> Fraction:
    """Return E[product of strands] at the hidden widths n_1, ..., n_{L-1} (so L = len(widths) + 1)."""
    for width in widths:
        if width < 1:
            raise CorrelationError(f"width {width}: a hidden layer has at least one unit")
    scale, weight = _integer_weights(gram, names, activation)
    pairs = strands.size // 2

    def rings(node: int) -> Ring:
        if activation == "linear":
            return LinearNumber(widths[node - 1])
        return MaskedNumber(widths[node - 1], pairs)

    total = _moment(strands, len(widths) + 1, rings, fmpz(1), weight, matrix)
    denominator = scale**pairs
    for width in widths:
        denominator *= width**pairs
    return Fraction(int(total), denominator)


def symbolic(
    strands: Strands,
    depth: int,
    activation: Activation = "linear",
    *,
    separate: bool = False,
    gram: bool = False,
    names: Sequence[str] = (),
    matrix: TransferMatrix | None = None,
) -> dict[tuple[tuple[str, int], ...], Fraction]:
    """Return E[...] with separate widths n1, ..., n_{L-1} and/or symbolic Gram entries g_ij.

    The result maps monomials, given as sorted (symbol, power) pairs, to coefficients: the key
    (("n1", -1), ("n2", -2)) is 1 / (n1 n2^2).  Symbols are n (or n1, n2, ...) and ``g[i,j]``.
    """
    if gram and activation != "linear":
        raise CorrelationError(RELU_GRAM)
    pairs = strands.size // 2
    width_names = [f"n{l}" for l in range(1, depth)] if separate else ["n"]
    used = sorted({i for i, _ in strands.labels}) if gram else []
    entries = [(i, j) for k, i in enumerate(used) for j in used[k:]]
    context = fmpz_mpoly_ctx.get((*width_names, *(f"g{i}_{j}" for i, j in entries), "b"), Ordering.lex)
    generators = context.gens()
    position = {entry: len(width_names) + k for k, entry in enumerate(entries)}

    def weight(i: int, j: int) -> Any:
        return generators[position[min(i, j), max(i, j)]]

    def rings(node: int) -> Ring:
        index = node - 1 if separate else 0
        if activation == "linear":
            return LinearSymbol(generators[index])
        return MaskedSymbol(context, index, pairs)

    total = _moment(strands, depth, rings, context.constant(1), weight if gram else None, matrix)
    shift = pairs if separate else (depth - 1) * pairs
    label = ["g[{},{}]".format(*sorted((names[i], names[j]) if names else (str(i), str(j)))) for i, j in entries]
    result = {}
    for powers, coefficient in total.to_dict().items():
        widths = [(name, p - shift) for name, p in zip(width_names, powers)]
        grams = zip(label, powers[len(width_names) :])
        result[tuple((s, int(p)) for s, p in (*widths, *grams) if p)] = Fraction(int(coefficient))
    return result


def _moment(
    strands: Strands,
    depth: int,
    rings: Callable[[int], Ring],
    one: Any,
    weight: Callable[[int, int], Any] | None,
    matrix: TransferMatrix | None,
) -> Any:
    _check_depth(depth)
    if not possible_layers(strands, depth):
        return one * 0
    by_output = len({o for _, o in strands.labels}) > 1
    *_, (_, result) = _run(
        TransferMatrix() if matrix is None else matrix,
        [(strands, 1)],
        depth,
        rings,
        one,
        downward=by_output and weight is None,
        input_weight=weight,
        by_output=by_output,
    )
    return result


RELU_GRAM = (
    "a Gram matrix cannot be given with ReLU: the masks of distinct inputs are dependent, "
    "and the exact law holds at one input only"
)


def _integer_weights(
    gram: Gram | None, names: Sequence[str], activation: Activation
) -> tuple[int, Callable[[int, int], Any] | None]:
    """Return a common denominator and the integer weight of a pair of inputs."""
    if gram is None:
        return 1, None
    if activation != "linear":
        raise CorrelationError(RELU_GRAM)
    scale = lcm(1, *(Fraction(entry).denominator for entry in gram.values()))

    def weight(i: int, j: int) -> int | None:
        for key in ((names[i], names[j]), (names[j], names[i])):
            if key in gram:
                entry = int(Fraction(gram[key]) * scale)
                return entry or None
        raise CorrelationError(f"the Gram matrix has no entry for inputs {names[i]!r} and {names[j]!r}")

    return scale, weight


def leading(polynomial: Mapping[int, Fraction]) -> tuple[int, Fraction] | None:
    """Return (highest power of n, its coefficient), or None for the zero polynomial."""
    if not polynomial:
        return None
    power = max(polynomial)
    return power, polynomial[power]


def evaluate(polynomial: Mapping[int, Fraction], width: int) -> Fraction:
    """Return the value at a width."""
    return sum((c * Fraction(width) ** p for p, c in polynomial.items()), Fraction(0))
