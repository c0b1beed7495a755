"""A plain function as a target: an exponent that it is claimed to have at all arguments of a space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from sympy import Function, Rational

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.hunt.space import Space
from verifier.hunt.target import Target, targets
from verifier.quantities.check import Check, Measure
from verifier.quantities.samplers import quantity

#: Kinds that are claims about a size.
KINDS = {"order": Kind.ORDER, "upper": Kind.UPPER, "zero": Kind.ZERO}


def of_function(
    sampler: Callable[..., Any], exponent: float | str | Fraction | None, space: Space, *, kind: str = "order",
    widths: Sequence[int], samples: int, name: str = "",
) -> Target:  # fmt: skip
    """``sampler(n, rng, …)``, or ``sampler(n, rng, samples, …)``, with the axes of ``space`` as keyword arguments.

    Raises SamplerError for a function that is none, and ValueError for a kind or an axis that it does not have.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; {', '.join(KINDS)} can be hunted")
    symbol = name or getattr(sampler, "__name__", "X")
    symbol = symbol if symbol.isidentifier() else "X"
    drawn = quantity(symbol)(sampler)
    if unknown := [axis for axis in space.axes if axis not in drawn.shared]:
        raise ValueError(f"the space has an axis {unknown[0]!r}; {symbol} takes {', '.join(drawn.shared) or 'none'}")
    value = None
    if kind != "zero":
        if exponent is None:
            raise ValueError(f"which exponent is {symbol} claimed to have? a claim of {kind} has one")
        fraction = Fraction(exponent) if isinstance(exponent, str) else Fraction(exponent).limit_denominator(1000)
        value = Rational(fraction.numerator, fraction.denominator)
    claim = Claim(f"{symbol}.{kind}", KINDS[kind], Function(symbol)(), exponent=value)
    measure = Measure(drawn, widths=tuple(widths), block=256, samples=samples, space=space)
    statement = Statement(symbol, symbol, Source("a function"), "", (claim,))
    (found,) = targets(statement, Check(symbol, measure))
    return found
