"""Many small networks at one input at once: outputs, Gram entries and stars, as arrays over the networks."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np


class Batch:
    """``count`` networks of widths n_0, …, n_{L-1} and ``outputs`` outputs at x; ReLU, or linear."""

    def __init__(
        self, rng: np.random.Generator, count: int, widths: list[int], x: Any, outputs: int = 1, relu: bool = True
    ) -> None:
        sizes = [*widths, outputs]
        self.depth, self.gain = len(widths), sqrt(2) if relu else 1.0
        self.widths = widths
        self.W = [rng.standard_normal((count, b, a)) for a, b in pairwise(sizes)]
        self.q, self.masks = [np.broadcast_to(np.asarray(x, dtype=float), (count, widths[0]))], []
        for l, w in enumerate(self.W, start=1):
            y = np.einsum("cba,ca->cb", w, self.q[-1]) / sqrt(widths[l - 1])
            if l == self.depth:
                self.f = y
                break
            mask = (y > 0).astype(float) if relu else np.ones_like(y)
            self.masks.append(mask)
            self.q.append(self.gain * mask * y)

    def gram(self, l: int) -> Any:
        """Q(l) at (x, x)."""
        return np.sum(self.q[l - 1] ** 2, axis=1) / self.widths[l - 1]

    def back(self, l: int) -> Any:
        """∂f^1/∂y^l."""
        if l == self.depth:
            return np.eye(self.f.shape[1])[None, 0].repeat(len(self.f), axis=0)
        found = self.back(l + 1)
        found = np.einsum("cba,cb->ca", self.W[l], found) / sqrt(self.widths[l])
        return self.gain * self.masks[l - 1] * found

    def second_star(self) -> Any:
        """T^2 at one input: 2 Σ_{l<l'} of f with ∂f/∂W put in the place of W in both layers."""
        total = np.zeros(len(self.f))
        for low in range(1, self.depth):
            v = self.back(low) * self.gram(low)[:, None]
            v = self.gain * self.masks[low - 1] * v
            for high in range(low + 1, self.depth + 1):
                inner = np.sum(self.q[high - 1] * v, axis=1) / self.widths[high - 1]
                total += 2 * inner * np.sum(self.back(high) ** 2, axis=1)
                if high < self.depth:
                    v = np.einsum("cba,ca->cb", self.W[high - 1], v) / sqrt(self.widths[high - 1])
                    v = self.gain * self.masks[high - 1] * v
        return total


def mean_is(values: Any, expected: float, sigmas: float = 6.5) -> None:
    """That a mean can be ``expected``: false alarms below 1e-10 for what is near to Gaussian."""
    error = float(np.std(values)) / sqrt(len(values))
    gap = abs(float(np.mean(values)) - expected)
    assert gap <= sigmas * error + 1e-12, f"mean {np.mean(values)}, not {expected}, standard error {error}"
