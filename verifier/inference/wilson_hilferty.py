"""A scale on which a positive quantity that concentrates is nearly symmetric, for claims of a limit in probability.

Products of averages of squares, which Gram matrices, Jacobians and kernels are, look like gamma variables: their
skewness is about twice their relative standard deviation.  The cube root of such a variable is nearly symmetric (Wilson
and Hilferty 1931).  With the same curvature at the claimed limit c > 0, and defined at 0,

    f(x) = c + (3/2) c log((1 + 2 x/c)/3),     x below 0 taken for 0,

has f(c) = c and f'(c) = 1.  X_n tends to c in probability if and only if f(X_n) does, as f is continuous, increases
from 0 on and is c nowhere else.  Then E f(X_n) tends to c if E |X_n| is bounded, as f grows like a logarithm; E X_n
need not tend to c.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: -f''/f' of the cube root at 1.
_CURVATURE = 2.0 / 3.0
#: Its exponential is finite.
_LARGEST = 300.0
#: Of the margin, the least distance of c from 0, beyond which all is one value.
ROOM = 2.0


@dataclass(frozen=True)
class NearlySymmetric:
    """f at the claimed limit ``centre``, not 0; of a negative one, mirrored."""

    centre: float

    def __post_init__(self) -> None:
        if not self.centre or not math.isfinite(self.centre):
            raise ValueError(f"the centre is {self.centre}; it must be finite and not 0")

    def of(self, values: npt.ArrayLike) -> Array:
        """f(x); what is not finite stays as it is."""
        x = np.asarray(values, dtype=np.float64)
        ratio = np.maximum(np.where(np.isfinite(x), x, self.centre) / self.centre, 0.0)
        curved = self.centre * (1.0 + np.log1p(_CURVATURE * (ratio - 1.0)) / _CURVATURE)
        return np.asarray(np.where(np.isfinite(x), curved, x))

    def back(self, value: float) -> float:
        """The x of f(x) = value, at least -c/2, to which the formula of f leads below 0."""
        exponent = min(_CURVATURE * (value / self.centre - 1.0), _LARGEST)
        return self.centre * (1.0 + math.expm1(exponent) / _CURVATURE)

    def margin(self, margin: float) -> float:
        """The largest distance from the centre on this scale that is within ``margin`` of it on that of X."""
        return float(abs(self.of(self.centre + math.copysign(margin, self.centre)) - self.centre))


def symmetric(claimed: float, margin: float) -> NearlySymmetric | None:
    """The scale for a claimed limit; None where it is too near 0 for the margin, as values below 0 count as 0."""
    return NearlySymmetric(claimed) if abs(claimed) > ROOM * margin else None
