"""Activations with their derivatives: those that the theory speaks of, and others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Activation:
    """σ with all its derivatives, σ'(0) being the slope on the left, and the gain c with q = c σ(y)."""

    name: str
    derivative: Callable[[int, Any], Any]
    gain: float = 1.0
    slopes: tuple[float, float] | None = None  # left and right of 0, where these are all
    piecewise: bool = True

    def __call__(self, y: Any) -> Any:
        return self.derivative(0, y)


def _piecewise(name: str, left: float, right: float, gain: float) -> Activation:
    def derivative(order: int, y: Any) -> Any:
        slope = np.where(y > 0, right, left)
        return slope * y if order == 0 else slope if order == 1 else 0.0 * slope

    return Activation(name, derivative, gain, (left, right))


def _clipped(order: int, y: Any) -> Any:
    inside = ((y > -1) & (y <= 1)).astype(float) if isinstance(y, np.ndarray) else float(-1 < y <= 1)
    return np.clip(y, -1, 1) if order == 0 else inside if order == 1 else 0.0 * inside


#: ReLU, the identity, a leaky ReLU, one with three pieces and one that is smooth
ACTIVATIONS = (
    _piecewise("relu", 0.0, 1.0, sqrt(2)),
    _piecewise("linear", 1.0, 1.0, 1.0),
    _piecewise("leaky", -0.25, 1.0, 1.25),
    Activation("clip", _clipped, 1.5),
    Activation("sine", lambda order, y: np.sin(y + order * np.pi / 2), piecewise=False),
)
