"""Truncated Taylor arithmetic.

A jet is a polynomial in t_1, ..., t_J, truncated at degree m_j in each t_j and held as a dictionary
from multi-indices to coefficient arrays.  A multi-index that is absent is a coefficient that is zero
by degree, so that it stays exactly zero.  One direction taken r times is one variable with bound r;
r distinct directions are r variables with bound 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import factorial, prod

import numpy as np

from verifier.networks.spaces import Array

Index = tuple[int, ...]
Jet = dict[Index, Array]


def indices(bounds: Sequence[int], degree: int) -> list[Index]:
    """All multi-indices a <= bounds with |a| <= degree, by total degree."""
    box = product(*(range(min(bound, degree) + 1) for bound in bounds))
    return sorted((a for a in box if sum(a) <= degree), key=lambda a: (sum(a), a))


def lowered(a: Index, j: int) -> Index | None:
    """a - e_j, or None where that is negative."""
    return None if a[j] == 0 else (*a[:j], a[j] - 1, *a[j + 1 :])


def derivative_factor(a: Index) -> int:
    """a!: the derivative at 0 is a! times the coefficient."""
    return prod(factorial(k) for k in a)


def convolve(left: Sequence[Array], right: Sequence[Array], order: int, combine: str) -> list[Array]:
    """Coefficients up to t^order of the product of two series in one variable.

    left, right: coefficient arrays by power of t; a series shorter than order + 1 is a polynomial.
    combine: the einsum signature that multiplies one coefficient of each, e.g. "bij,bj->bi".
    """
    result = []
    for k in range(min(order, len(left) + len(right) - 2) + 1):
        terms = [
            np.einsum(combine, left[s], right[k - s])
            for s in range(max(0, k - len(right) + 1), min(k, len(left) - 1) + 1)
        ]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        result.append(total)
    return result
