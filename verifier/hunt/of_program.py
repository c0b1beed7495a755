"""A program as a target: its numbers are of the orders that it expects, for all arguments of its space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Eq, Function, Integer, Rational, Symbol, true

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.hunt.axes import listed
from verifier.hunt.space import Space, SpaceError
from verifier.hunt.target import NoSpace, Target, targets
from verifier.hunt.version import version
from verifier.quantities.check import Check, Measure, Parameters, Quantity

if TYPE_CHECKING:
    from verifier.programs.batches import Batches
    from verifier.programs.program import Program

#: Networks are drawn whole: narrower ones where a weight has two width axes.
VECTORS, MATRICES = (128, 512, 2048, 8192), (64, 128, 256, 512)
SAMPLES = 1 << 12


def of_program(program: Program, code: str = "") -> Target:
    """The target of a program with a ``space`` and expectations of order of what it returns.

    Raises NoSpace where it has none, SpaceError where the space has an axis that is no keyword argument, and ValueError
    where it expects nothing of what it returns.
    """
    from verifier.programs.batches import Batches

    if program.space is None:
        names = [*program.given] or ["angle"]
        shown = ", ".join(f"{n}={'angles()' if n == 'angle' else 'numbers(0.1, 2)'}" for n in names[:4])
        raise NoSpace(
            f"{program.label}: it has no space; the keyword arguments that its claims speak of are declared as in "
            f"@quantity(weights=…, expect=…, space=Space({shown}))"
        )
    space: Space = program.space
    try:
        space.frames()
    except SpaceError as error:
        raise SpaceError(f"{program.label}: {error}") from None
    if program.kind != "order":
        raise ValueError(f"{program.label}: it claims a {program.kind}; a hunt of programs is for orders")
    outputs = program.outputs(MATRICES[0])
    expected = [(k, name, _exponent(program.expect[name])) for k, name in enumerate(outputs) if name in program.expect]
    if not expected:
        raise ValueError(
            f"{program.label}: nothing is expected of {', '.join(outputs)}; write expect={{NAME: exponent}}"
        )
    several = len(outputs) > 1
    whole = Space(output=listed(range(len(outputs))), **space.axes) if several else space
    symbol = program.label
    claims = tuple(
        Claim(f"{symbol}.{name}", Kind.ORDER, Function(symbol)(), exponent=exponent,
              where=Eq(Symbol("output", integer=True), k) if several else true)
        for k, name, exponent in expected
    )  # fmt: skip
    measure = Measure(
        _quantity(program, Batches(program), outputs, space),
        widths=_widths(program),
        correction=True,
        block=64,
        samples=SAMPLES,
        space=whole,
    )
    statement = Statement(symbol, f"the program {symbol}", Source("a program"), "", claims)
    (found,) = targets(statement, Check(symbol, measure), code=code)
    made = (program.function, program.weights, program.data, program.given, Batches)
    return replace(found, code=f"{code} {version(found, *made)}")


def _widths(program: Program) -> tuple[int, ...]:
    narrow, wide = (program.shapes(width) for width in (64, 128))
    square = any(np.prod(wide[name]) > 2 * np.prod(narrow[name]) for name in narrow)
    return MATRICES if square else VECTORS


def _quantity(program: Program, batches: Batches, outputs: Sequence[str], space: Space) -> Quantity:
    def draw(
        shared: Parameters, cells: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator
    ) -> Any:
        given = {n: float(v) if space.axes[n].span() is not None else v for n, v in shared.items()}
        found = batches.sample(int(width), samples, rng, given)
        return np.stack([found[outputs[cell.get("output", 0)]] for cell in cells], axis=1)

    return Quantity(program.label, program.label, tuple(space.axes), draw)


def _exponent(written: Any) -> Any:
    value = Fraction(written) if isinstance(written, str) else Fraction(written).limit_denominator(1000)
    return Rational(value.numerator, value.denominator) if value.denominator > 1 else Integer(value.numerator)
