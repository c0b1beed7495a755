"""Sums that are rounded once, so that the order of their terms changes nothing: ``math.fsum`` of arrays.

Adding a large power of two and taking it away again leaves of each term the bits above one place.  These leading parts
are multiples of that place and so few of them that their sum is exact, in any order (Rump, Ogita and Oishi 2008,
"ExtractVector"); what is left of the terms, exact as well, is summed in the same way until nothing is.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: Fewer terms are summed one by one, which takes less time than the calls would.
FEW = 512
#: Bits of a double beyond the leading one.
_BITS = 52


def exact_sum(values: Array) -> float:
    """The sum of a one-dimensional array, rounded once: ``math.fsum(values.tolist())``, bit for bit.

    Raises what that raises: ValueError where infinities of both signs meet, OverflowError where a partial sum of
    finite numbers is infinite.

    >>> exact_sum(np.array([1e16, 1.0, -1e16] * 1000))
    1000.0
    """
    if values.size < FEW:
        return math.fsum(values.tolist())
    rest, parts = values, list[float]()
    spare = np.empty_like(values)
    while rest.size:
        top = max(float(rest.max()), -float(rest.min()))
        if not top:
            break
        if not math.isfinite(top):  # NaN compares as neither
            return math.fsum(values.tolist())
        exponent = math.frexp(top)[1] + (rest.size + 1).bit_length()
        if exponent > 1023:  # the power of two is no double
            return math.fsum(values.tolist())
        above = math.ldexp(1.0, exponent)
        leading = np.add(rest, above, out=spare[: rest.size])
        leading -= above
        parts.append(float(leading.sum()))
        rest = rest - leading
        if len(parts) > 1:
            rest = rest[rest != 0.0]  # few terms have bits that far down
    return math.fsum(parts)
