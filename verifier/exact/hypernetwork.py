"""Moments of the hypernetwork terms K^(r) of Theorem 1, with scalar layers in g.

h = z prod_{d=1}^{H} f^d is the implicit network with one unit a layer and no activation, z = 1, and

    K^(r) = <d^r h / dw^r, (dh/dw)^{(x) r}>
          = sum_{alpha} r!/prod alpha_d!  prod_d <grad^{alpha_d} f^d, (sum_e h^e grad f^e)^{(x) alpha_d}>

with h^e = dh/df^e = prod_{d != e} f^d (Lemmas 4 and 5).

*Independent trunks*: grad f^e is orthogonal to grad f^d, and the bracket is
T^{alpha_d}(f^d) (h^d)^{alpha_d}; the factors for different d are independent, so E K^p is a power of an
exponential generating function whose coefficients are moments E[prod_j T^{a_j} f^c] of one network.

*Shared trunk* (the paper's model): f^1, ..., f^H share all layers but the last.  K^(r) is a sum of
correlation functions with output labels, which only the last layer sees.

*ReLU in g* (H - 1 activations, m_l = 1, derivatives almost everywhere): h is multiplied by
2^{(H-1)/2} 1[f^1 > 0, ..., f^{H-1} > 0].  The signs of the rows of W^L are independent of everything
that is even in each row, and K^p is even in each when p (r + 1) is; otherwise its mean is 0 both
ways.  Hence E K^p is multiplied by 2^{(H-1)((r+1)p/2 - 1)}.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from math import factorial, prod
from typing import Literal

from flint import fmpq, fmpq_poly

from verifier.exact.components import Edge
from verifier.exact.correlation import CorrelationError
from verifier.exact.moments import Activation, Laurent, Strands, polynomials_by_depth
from verifier.exact.transfer import TransferMatrix

Trunk = Literal["shared", "independent"]


def compositions(total: int, parts: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Yield the ordered tuples of ``parts`` integers in 0..largest with the given sum."""
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(min(total, largest) + 1):
        for rest in compositions(total - first, parts - 1, largest):
            yield (first, *rest)


def multinomial(parts: tuple[int, ...]) -> int:
    """Return (sum parts)! / prod parts!."""
    result = factorial(sum(parts))
    for part in parts:
        result //= factorial(part)
    return result


def shared_trunk_terms(r: int, H: int, moment: int, depth: int) -> list[tuple[Strands, int]]:
    """Write (K^(r))^moment of H outputs sharing their trunk as an integer sum of strand products.

    Every product has moment * H * (r + 1) strands.
    """
    single: dict[tuple[tuple[tuple[int, ...], ...], tuple[int, ...]], int] = {}
    for alpha in compositions(r, H, depth):
        # counts[d][e]: how many leaves of star d are gradients of f^e.
        for counts in product(*(tuple(compositions(a, H, a)) for a in alpha)):
            weight = multinomial(alpha)
            for row in counts:
                weight *= multinomial(row)
            leaves = [sum(row[e] for row in counts) for e in range(H)]
            free = tuple(r - leaves[e] for e in range(H))
            single[counts, free] = single.get((counts, free), 0) + weight
    total: dict[tuple[tuple[tuple[tuple[int, ...], ...], ...], tuple[int, ...]], int] = {}
    for terms in product(single.items(), repeat=moment):
        copies = tuple(sorted(counts for (counts, _), _ in terms))
        free = tuple(sum(f[e] for (_, f), _ in terms) for e in range(H))
        weight = 1
        for _, w in terms:
            weight *= w
        total[copies, free] = total.get((copies, free), 0) + weight
    result = []
    for (copies, free), weight in total.items():
        labels: list[tuple[int, int]] = []
        edges: list[Edge] = []
        for counts in copies:
            for d, row in enumerate(counts):
                root = len(labels)
                labels.append((0, d))
                for e, k in enumerate(row):
                    for _ in range(k):
                        edges.append((root, len(labels), 0, 1))
                        labels.append((0, e))
        for e, k in enumerate(free):
            labels.extend([(0, e)] * k)
        # E vanishes unless every output occurs an even number of times.
        if all(sum(o == e for _, o in labels) % 2 == 0 for e in range(H)):
            result.append((Strands(tuple(labels), tuple(edges)), weight))
    return result


class HypernetworkMoments:
    """E[(K^(r))^p] for all depths up to ``max_depth``, remembering what different H and r share."""

    def __init__(self, max_depth: int, activation: Activation = "linear", matrix: TransferMatrix | None = None) -> None:
        if max_depth < 1:
            raise CorrelationError(f"depth {max_depth}: a network has at least one layer")
        self.max_depth, self.activation = max_depth, activation
        self.matrix = TransferMatrix() if matrix is None else matrix
        self._stars = cache(self._star_moment)

    def _star_moment(self, orders: tuple[int, ...], free: int) -> list[Laurent]:
        """Return E[prod_j T^{orders_j} f^free] by depth."""
        labels: list[tuple[int, int]] = []
        edges: list[Edge] = []
        for a in orders:
            root = len(labels)
            labels.extend([(0, 0)] * (a + 1))
            edges.extend((root, root + j, 0, 1) for j in range(1, a + 1))
        labels.extend([(0, 0)] * free)
        return polynomials_by_depth(Strands(tuple(labels), tuple(edges)), self.max_depth, self.activation, self.matrix)

    def independent(self, H: int, r: int, moment: int) -> list[Laurent]:
        """Return E[(K^(r))^moment] by depth, each f^d with a trunk of its own."""
        _check_hypernetwork(H, r, moment)
        result: list[Laurent] = []
        exponents = list(product(range(r + 1), repeat=moment))
        stars = {a: self._stars(tuple(sorted(a, reverse=True)), moment * r - sum(a)) for a in exponents}
        for depth in range(self.max_depth):
            # Series in x_1, ..., x_p (one a copy of K) with coefficients in 1/n.
            series: dict[tuple[int, ...], fmpq_poly] = {}
            for a in exponents:
                p = stars[a][depth]
                if p:
                    scale = fmpq(1, prod(factorial(k) for k in a))
                    dense = [fmpq(0)] * (1 - min(p))
                    for power, c in p.items():
                        dense[-power] = fmpq(c.numerator, c.denominator)
                    series[a] = fmpq_poly(dense) * scale
            total: dict[tuple[int, ...], fmpq_poly] = {(0,) * moment: fmpq_poly([1])}
            for _ in range(H):
                total = _multiply(total, series, r)
            found = total.get((r,) * moment, fmpq_poly([0])) * factorial(r) ** moment
            coefficients = enumerate(found.coeffs())
            result.append({-k: Fraction(int(c.p), int(c.q)) for k, c in coefficients if c != 0})
        return result

    def shared(self, H: int, r: int, moment: int) -> list[Laurent]:
        """Return E[(K^(r))^moment] by depth, f^1, ..., f^H sharing all layers but the last."""
        _check_hypernetwork(H, r, moment)
        terms = shared_trunk_terms(r, H, moment, self.max_depth)
        return polynomials_by_depth(terms, self.max_depth, self.activation, self.matrix, by_output=True)


def _check_hypernetwork(H: int, r: int, moment: int) -> None:
    if H < 1:
        raise CorrelationError(f"H = {H}: the implicit network has at least one layer")
    if r < 0:
        raise CorrelationError(f"K({r}): the order of K must be 0 or more")
    if moment < 1:
        raise CorrelationError(f"moment {moment}: it must be 1 or more")


def _multiply(
    left: dict[tuple[int, ...], fmpq_poly], right: dict[tuple[int, ...], fmpq_poly], largest: int
) -> dict[tuple[int, ...], fmpq_poly]:
    """Multiply two series in several variables, up to a degree in each."""
    result: dict[tuple[int, ...], fmpq_poly] = {}
    for a, p in left.items():
        for b, q in right.items():
            key = tuple(i + j for i, j in zip(a, b))
            if max(key, default=0) <= largest:
                result[key] = result[key] + p * q if key in result else p * q
    return result


def hypernetwork_moments_by_depth(
    r: int,
    H: int,
    max_depth: int,
    *,
    moment: int = 2,
    activation: Activation = "linear",
    trunk: Trunk = "shared",
    g_activation: Activation = "linear",
    engine: HypernetworkMoments | None = None,
) -> list[Laurent]:
    """Return E[(K^(r))^moment] for depths 1, ..., max_depth, all hidden widths of f equal to n.

    Inputs are equal, |x|^2 = n_0, z = 1, the layers of g are scalar.  Raises ``CorrelationError`` for
    H < 1, r < 0, moment < 1 or an unknown trunk.
    """
    if engine is None:
        engine = HypernetworkMoments(max_depth, activation)
    if trunk not in ("shared", "independent"):
        raise CorrelationError(f"trunk {trunk!r}: it is 'shared' or 'independent'")
    values = (engine.shared if trunk == "shared" else engine.independent)(H, r, moment)
    if g_activation == "linear":
        return values
    doubled = (H - 1) * ((r + 1) * moment - 2)
    if doubled % 2:
        return [{} for _ in values]
    factor = Fraction(2) ** (doubled // 2)
    return [{power: c * factor for power, c in p.items()} for p in values]
