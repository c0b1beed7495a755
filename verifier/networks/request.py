"""What the samplers may be asked for: depths, widths, orders and inputs, checked; and which sampler serves."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, isfinite, pi, sin, sqrt
from typing import Any

import numpy as np

from verifier.networks.build import APPROXIMATE, KINDS
from verifier.networks.mlp import GAINS
from verifier.networks.spaces import Array

MAX_WIDTH = 1 << 53
DENSE_BELOW = 16  # widths up to which drawing the matrices is the fastest way
FEW_INPUTS = 4  # inputs up to which streaming is the fastest way
# Beyond these a single sample takes tens of gigabytes (dense, lazy) or many minutes (stream).
WIDEST = {"dense": 1 << 15, "lazy": 1 << 27, "stream": 1 << 34, "gram": MAX_WIDTH, "clt": MAX_WIDTH}
MOST_STREAMED = 6  # inputs of a streamed network, which has up to 2^J - 1 patterns a layer
SINGLE = ("lazy", "stream")  # samplers that draw in single precision if asked
Widths = int | Sequence[int]


def whole(name: str, value: Any, low: int, high: int | None = None) -> int:
    """The value as an int; a ValueError naming it unless it is a whole number with low <= value < high."""
    is_whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not is_whole or value < low or (high is not None and value >= high):
        allowed = f"an integer >= {low}" + ("" if high is None else f" and < 2^{high.bit_length() - 1}")
        raise ValueError(f"{name} is {value!r}: it must be {allowed}")
    return int(value)


def hidden_widths(depth: int, widths: Widths) -> tuple[int, ...]:
    """n_1..n_{L-1}, validated."""
    if isinstance(widths, Sequence | np.ndarray) and not isinstance(widths, str):
        listed = list(widths)
    else:
        listed = [whole("width", widths, 1, MAX_WIDTH)] * (depth - 1)
    if len(listed) != depth - 1:
        raise ValueError(f"{len(listed)} widths were given: depth {depth} has {depth - 1} hidden layers")
    return tuple(whole("width", n, 1, MAX_WIDTH) for n in listed)


def checked_orders(orders: Sequence[int]) -> tuple[int, ...]:
    """The orders r, validated: at least one, each >= 0."""
    checked = tuple(whole("order", r, 0) for r in orders)
    if not checked:
        raise ValueError("orders is empty: give at least one order r >= 0")
    return checked


def input_pair(angle: float) -> Array:
    """x_0, x_1 at `angle` degrees, |x|^2 = n_0, as rows; one row if they are equal."""
    if not isfinite(angle):
        raise ValueError(f"angle is {angle!r}: it must be a finite number of degrees")
    folded = abs((angle + 180.0) % 360.0 - 180.0)
    if folded == 0.0:
        return np.array([[1.0]])
    # Exact at right and straight angles, where quantities vanish identically.
    exact = {90.0: (0.0, 1.0), 180.0: (-1.0, 0.0)}
    cosine, sine = exact.get(folded, (cos(pi * folded / 180.0), sin(pi * folded / 180.0)))
    return sqrt(2.0) * np.array([[1.0, 0.0], [cosine, sine]])


def input_rows(inputs: Any) -> Array:
    """Inputs as a finite float array with one input a row, validated."""
    array = np.asarray(inputs, dtype=float)
    if array.ndim != 2 or array.size == 0 or not np.all(np.isfinite(array)):
        raise ValueError(f"inputs has shape {array.shape}: it must be a finite array with one input a row")
    return array


def choose_sampler(sampler: str, activation: str, inputs: int, widths: Sequence[int]) -> str:
    """The kind of network to use: the one asked for if it can serve, or the fastest one.

    inputs: the number of distinct inputs; widths: n_1..n_{L-1}.  Raises ValueError naming why a
    sampler cannot serve.
    """
    if activation not in GAINS:
        raise ValueError(f"activation is {activation!r}: it must be one of {', '.join(GAINS)}")
    widest = max(widths, default=1)
    if sampler == "auto":
        if widest <= DENSE_BELOW:
            sampler = "dense"
        elif inputs == 1 or activation == "linear":
            sampler = "gram"
        else:
            sampler = "stream" if inputs <= FEW_INPUTS else "lazy"
    if sampler not in KINDS:
        raise ValueError(f"sampler is {sampler!r}: it must be one of auto, {', '.join(KINDS)}")
    if sampler == "gram" and activation == "relu" and inputs > 1:
        raise ValueError(f"sampler 'gram' serves one relu input, not {inputs}: their masks are dependent")
    if sampler == "stream" and (activation != "relu" or not 2 <= inputs <= MOST_STREAMED):
        raise ValueError(
            f"sampler 'stream' serves 2 to {MOST_STREAMED} relu inputs, not {inputs} {activation} input(s)"
        )
    if sampler in APPROXIMATE and (activation != "relu" or inputs != 2):
        raise ValueError(f"sampler {sampler!r} serves two relu inputs, not {inputs} {activation} input(s)")
    if widest > WIDEST[sampler]:
        raise ValueError(
            f"sampler {sampler!r} serves widths up to {WIDEST[sampler]}, not {widest}: its cost grows with n"
        )
    return sampler


def drawn_type(precision: str, sampler: str, activation: str) -> type[np.floating]:
    """The type of what is drawn; a ValueError where a sampler does not have it."""
    if precision == "double":
        return np.float64
    if precision != "single":
        raise ValueError(f"precision is {precision!r}: it must be double or single")
    if sampler not in SINGLE or activation != "relu":
        raise ValueError(f"precision 'single' is for the samplers {' and '.join(SINGLE)} of relu, not {sampler!r}")
    return np.float32


def distinct_rows(rows: Array) -> tuple[Array, list[int]]:
    """The distinct rows in order of appearance, and which one each row is."""
    found: list[Array] = []
    which = []
    for row in rows:
        match = [k for k, other in enumerate(found) if np.array_equal(row, other)]
        which.append(match[0] if match else len(found))
        if not match:
            found.append(row)
    return np.array(found), which
