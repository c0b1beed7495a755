"""Widths that somebody asks for: integers, increasing, and apart enough for an exponent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from verifier.inference.decisions import MIN_WIDTHS
from verifier.inputs.numbers import shortened, too_near
from verifier.quantities.check import LARGEST_WIDTH

#: Widths of one measurement.
MOST_WIDTHS = 1000


def check_widths(widths: Sequence[int]) -> tuple[int, ...]:
    """``widths`` if they are at least four increasing integers from 1 to 2^53 - 1; ValueError otherwise."""
    if len(widths) > MOST_WIDTHS:
        raise ValueError(f"{len(widths)} widths; at most {MOST_WIDTHS} are measured at")
    for n in widths:
        if not 1 <= n < LARGEST_WIDTH:
            raise ValueError(f"width {shortened(str(n))} is out of range; widths are integers from 1 to 2^53 - 1")
    for before, after in pairwise(widths):
        if after <= before:
            raise ValueError(f"width {after} follows {before}; widths must increase")
    if (near := too_near(widths)) is not None:
        raise ValueError(f"widths {near[0]} and {near[1]} have one logarithm in floating point; take others")
    if len(widths) < MIN_WIDTHS:
        listed = ", ".join(str(n) for n in widths)
        raise ValueError(f"{len(widths)} widths ({listed}); at least {MIN_WIDTHS} are needed to fit an exponent")
    return tuple(widths)
