"""A scale on which a positive quantity that concentrates is nearly symmetric, for claims of a limit in probability.

Products of averages of squares, which Gram matrices, Jacobians and kernels are, look like gamma variables: their
skewness is about twice their relative standard deviation.  The cube root of such a variable is nearly symmetric (Wilson
and Hilferty 1931).  With the same curvature at the claimed limit c > 0, and defined everywhere,

    f(x) = c + (3/2) c (1 - exp(-(2/3) (x - c)/c)),     x below 0 taken for 0,

has f(c) = c and f'(c) = 1.  X_n tends to c in probability if and only if f(X_n) does, as f is continuous, increases
from 0 on and is never c elsewhere; and as f is bounded, E f(X_n) then tends to c, which E X_n need not do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: -f''/f' of the cube root at 1.
_CURVATURE = 2.0 / 3.0
#: Of the margin, the least distance of c from 0, beyond which all is one value.
ROOM = 2.0


@dataclass(frozen=True)
class Symmetric:
    """f at the claimed limit ``centre``, not 0; of a negative one, mirrored."""

    centre: float

    def __post_init__(self) -> None:
        if not self.centre or not math.isfinite(self.centre):
            raise ValueError(f"the centre is {self.centre}; it must be finite and not 0")

    def of(self, values: npt.ArrayLike) -> Array:
        """f(x); what is not finite stays as it is."""
        x = np.asarray(values, dtype=np.float64)
        ratio = np.maximum(np.where(np.isfinite(x), x, self.centre) / self.centre, 0.0)
        curved = self.centre * (1.0 - np.expm1(_CURVATURE * (1.0 - ratio)) / _CURVATURE)
        return np.asarray(np.where(np.isfinite(x), curved, x))

    def back(self, value: float) -> float:
        """The x of f(x) = value; beyond what f reaches, along its tangents at 0 and at 4 times the centre."""
        at = value / self.centre
        for end, beyond in ((0.0, at < self._unit(0.0)), (4.0, at > self._unit(4.0))):
            if beyond:
                return self.centre * (end + (at - self._unit(end)) / math.exp(_CURVATURE * (1.0 - end)))
        return self.centre * (1.0 - math.log1p(_CURVATURE * (1.0 - at)) / _CURVATURE)

    def margin(self, margin: float) -> float:
        """The largest distance from the centre on this scale that is within ``margin`` of it on that of X."""
        return float(abs(self.of(self.centre + math.copysign(margin, self.centre)) - self.centre))

    @staticmethod
    def _unit(ratio: float) -> float:
        return 1.0 - math.expm1(_CURVATURE * (1.0 - ratio)) / _CURVATURE


def symmetric(claimed: float, margin: float) -> Symmetric | None:
    """The scale for a claimed limit; None where it is too near 0 for the margin, as values below 0 count as 0."""
    return Symmetric(claimed) if abs(claimed) > ROOM * margin else None
