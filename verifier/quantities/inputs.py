"""The inputs and the hidden widths of an instance: inputs in the plane, of any norm, and how widths grow."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from verifier.networks.request import input_pair
from verifier.quantities.check import Parameters


def rows_of(shared: Parameters, directions: int) -> Any:
    """Rows x_i, x_j, then x_k as often as makes ``directions``; None where there are but two, of one norm.

    ``angle`` is that of x_j, ``norm`` its length in units of that of x_i, ``other`` the angle of x_k, from 0 to 360
    degrees; without it x_k = x_j.
    """
    norm, other = shared.get("norm", 1), shared.get("other")
    if norm == 1 and other is None:
        return None
    second = norm * _direction(shared.get("angle", 0))
    third = second if other is None else _direction(other)
    return np.array([_direction(0), second, *[third] * (directions - 1)])


def _direction(angle: float) -> Any:
    """(cos, sin) of mean square 1; exact at right and straight angles, where quantities vanish identically."""
    pair = input_pair(angle)
    if len(pair) == 1:
        return sqrt(2.0) * np.array([1.0, 0.0])
    return pair[1] * np.array([1.0, 1.0 if angle % 360 <= 180 else -1.0])


def hidden_of(shared: Parameters, width: int) -> Any:
    """All hidden widths alike, or, with the ``mode`` first or last, that one the square of the others."""
    depth, mode = shared["L"], shared.get("mode", "together")
    if mode == "together" or depth <= 2:
        return width
    others = [width] * (depth - 2)
    return [width**2, *others] if mode == "first" else [*others, width**2]
