"""Exact second moments of what was sampled, where they are known: drawn over the samples."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, prod
from typing import Any

from verifier.exact.rings import product

Polynomial = Mapping[int, Fraction]
Parameters = Mapping[str, Any]

#: Largest (r + 1) H of a K^(r) whose second moment takes about a second; at H = 1 and H = L = 2 every r does.
LARGEST_HYPERNETWORK = 6
#: Largest order and depth of a star T^r.
LARGEST_STAR = 4
#: Largest depth of a T^(l,d) with its layers given.
LARGEST_DEPTH = 5

TWO_INPUTS = "at two inputs: the masks of a ReLU network at distinct inputs are dependent, and no exact law is known"
SMOOTH = "of smooth activations: the exact moments are those of ReLU and linear networks"
LONG = "where the sum over pairings takes minutes (H ≥ 2, (r + 1) H > 6, but for H = L = 2 and the top order r = HL)"
OTHER = "have no second moment that is a polynomial derived here"
INPUTS = "for m > 1 or z other than 1: the exact moments are those of scalar layers in g and z = 1"


def missing(quantity: str, parameters: Parameters) -> str | None:
    """Why no exact second moment is drawn for a cell; None where one is (or where the quantity is exactly 0)."""
    if quantity.endswith("smooth") or "activation" in parameters:
        return SMOOTH
    if quantity not in ("T^r", "T^(l,d)", "K^(r)"):
        return OTHER
    if parameters.get("angle", 0) != 0:
        return TWO_INPUTS
    if parameters.get("m", 1) != 1 or list(parameters.get("z", [1, 1])) != [1, 1]:
        return INPUTS
    if quantity == "K^(r)":
        H, L, r = (int(parameters[name]) for name in ("H", "L", "r"))
        small = H == 1 or (H, L) == (2, 2) or (r + 1) * H <= LARGEST_HYPERNETWORK
        return None if small or r >= H * L else LONG
    if quantity == "T^r":
        L, r = int(parameters["L"]), int(parameters["r"])
        return None if max(L, r) <= LARGEST_STAR or r > L else LONG
    return None if int(parameters["L"]) <= LARGEST_DEPTH else LONG


class SecondMoments:
    """E X² as a polynomial in the width n, by quantity and parameters."""

    def __call__(self, quantity: str, parameters: Parameters) -> dict[int, float] | None:
        """Coefficients by power of n; None where none is known, or X is 0, or it would take long."""
        try:
            found = None if missing(quantity, parameters) else _polynomial(quantity, parameters)
        except (KeyError, TypeError, ValueError):
            return None
        return {power: float(c) for power, c in found.items()} or None if found else None


def _polynomial(quantity: str, parameters: Parameters) -> Polynomial | None:
    L = int(parameters["L"])
    if quantity == "K^(r)":
        H, r = int(parameters["H"]), int(parameters["r"])
        return None if r > H * L else top(H, L) if r == H * L else _hypernetwork(H, L, r)
    if quantity == "T^r":
        return _star(L, int(parameters["r"]))
    outputs = int(parameters["d"]), tuple(int(d) for d in parameters["ds"])
    return _layers(L, tuple(int(layer) for layer in parameters["l"]), *outputs)


@lru_cache(maxsize=256)
def _star(L: int, r: int) -> Polynomial | None:
    from verifier.exact.api import exact_moment

    return exact_moment(f"T({r})", L, activation="relu", moment=2).polynomial


@lru_cache(maxsize=256)
def _layers(L: int, layers: tuple[int, ...], d: int, ds: tuple[int, ...]) -> Polynomial | None:
    """T^(l,d): derivatives of output d in the given layers, along the gradients of the outputs ds."""
    from verifier.exact.api import exact_moment

    letters = [chr(ord("a") + number) for number in range(len(layers))]
    factors = [f"f[{d}](0;{','.join(letters)})", *(f"f[{e}](0;{c})" for e, c in zip(ds, letters, strict=True))]
    return exact_moment(" ".join(factors), L, activation="relu", moment=2, layers=layers).polynomial


@lru_cache(maxsize=256)
def _hypernetwork(H: int, L: int, r: int) -> Polynomial | None:
    from verifier.exact.hypernetwork import hypernetwork_moments_by_depth

    settings: Any = {"moment": 2, "activation": "relu", "g_activation": "relu", "engine": _engine(L)}
    return hypernetwork_moments_by_depth(r, H, L, **settings)[-1]


@lru_cache(maxsize=4)
def _engine(L: int) -> Any:
    """What moments of one depth share."""
    from verifier.exact.hypernetwork import HypernetworkMoments

    return HypernetworkMoments(L, "relu")


@lru_cache(maxsize=64)
def top(H: int, L: int) -> Polynomial:
    """E (K^(HL))² at one input, from K^(HL) = (HL)! 2^{H-1} (2H/n)^{H(L-1)} h^{HL-1} at all widths (theorem1.top).

    Given the trunk the f^d are independent Gaussians of one variance V, and h = 2^{(H-1)/2} D Π f^d with D = 1 where
    f^1, …, f^{H-1} > 0, so E h^{2q} = 2^{(H-1)(q-1)} ((2q-1)!!)^H E V^{qH}.
    """
    q, power = H * L - 1, 2 * H * (L - 1)
    odd = prod(range(1, 2 * q, 2))
    scale = Fraction(factorial(H * L) ** 2 * 4 ** (H - 1) * (2 * H) ** power * 2 ** ((H - 1) * (q - 1)) * odd**H)
    total: dict[int, Fraction] = {0: scale}
    for _ in range(L - 1):
        total = product(total, _variance_moment(q * H))
    return {exponent - power: c for exponent, c in total.items() if c}


def _variance_moment(k: int) -> Polynomial:
    """E (2 χ²_B / n)^k with B ~ Bin(n, 1/2): one hidden layer's factor of E V^k, by powers of n.

    E (χ²_B)^k is B(B+2)…(B+2k-2); factorial moments of B are those of n, halved each time.
    """
    rising = [1]  # coefficients of B(B+2)…(B+2k-2)
    for step in range(k):
        rising = [(rising[i - 1] if i else 0) + 2 * step * (rising[i] if i < len(rising) else 0)
                  for i in range(len(rising) + 1)]  # fmt: skip
    found: dict[int, Fraction] = {}
    for degree, c in enumerate(rising):
        for j in range(degree + 1):
            for exponent, s in enumerate(_falling(j)):
                term = Fraction(c * _second(degree, j) * s * 2**k, 2**j)
                found[exponent - k] = found.get(exponent - k, Fraction(0)) + term
    return {power: c for power, c in found.items() if c}


@lru_cache(maxsize=128)
def _falling(j: int) -> tuple[int, ...]:
    """Coefficients of n(n-1)…(n-j+1)."""
    found = [1]
    for step in range(j):
        found = [(found[i - 1] if i else 0) - step * (found[i] if i < len(found) else 0) for i in range(len(found) + 1)]
    return tuple(found)


def _second(degree: int, j: int) -> int:
    """Stirling's number of the second kind: B^degree is the sum over j of it times B(B-1)…(B-j+1)."""
    return sum((-1) ** (j - i) * comb(j, i) * i**degree for i in range(j + 1)) // factorial(j)
