"""What sorts of claims there are, and which form of a statement they are of."""

from __future__ import annotations

from enum import StrEnum

import sympy


class Form(StrEnum):
    """Printed is what the paper says; amended is what is true."""

    PRINTED = "printed"
    AMENDED = "amended"


class Kind(StrEnum):
    """What sort of thing a claim says of its quantity."""

    ORDER = "order"  # X_n / n^p converges in distribution to a variable that is not a.s. zero
    UPPER = "upper"  # X_n = O_p(n^p)
    ZERO = "zero"  # X_n = 0 almost surely, for every n
    IDENTITY = "identity"  # an algebraic identity at every finite width
    CONSTANT = "constant"  # converges in probability to a constant
    VANISHES = "vanishes"  # converges in probability to zero
    VARIANCE = "variance"  # Var X_n ~ n^p, on the scale of the law: X_n - X_n' is of exact order n^{p/2}
    VALUE = "value"  # a limit, an expectation or a probability has a stated value
    LAW = "law"  # convergence in distribution to a stated law
    ATOM = "atom"  # the probability of being exactly zero
    MEAN_ZERO = "mean-zero"  # the expectation vanishes at every finite width
    INTEGER = "integer"  # a combinatorial statement
    TREND = "trend"  # the mean grows (value > 0) or falls (value < 0) with the width
    ABOVE = "above"  # the mean exceeds the value at every width
    SURFACE = "surface"  # Var X_{n,m} is a sum of the value's terms in n and m, with unknown positive factors


def terms_of(value: sympy.Expr) -> tuple[tuple[float, float], ...]:
    """The exponents of n and m in each term of a surface, which is a sum of powers of the two widths.

    Raises ValueError for anything else in it: the factors of the terms are unknown, and none may be written.

    >>> terms_of(1 / sympy.Symbol("m", integer=True) + 1 / sympy.Symbol("n", integer=True))
    ((-1.0, 0.0), (0.0, -1.0))
    """
    found = []
    for term in sympy.Add.make_args(sympy.sympify(value)):
        powers = {symbol.name: power for symbol, power in term.as_powers_dict().items() if symbol.is_Symbol}
        rest = term / sympy.Mul(*[s**p for s, p in term.as_powers_dict().items() if s.is_Symbol])
        if rest != 1 or not set(powers) <= {"n", "m"} or not all(p.is_number and p.is_real for p in powers.values()):
            raise ValueError(f"{term} is no power of n and m; a surface is a sum of such, as 1/m + 1/n")
        found.append((float(powers.get("n", 0)), float(powers.get("m", 0))))
    return tuple(sorted(found))
