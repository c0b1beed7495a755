"""Orders with a power of a logarithm, n^p (log n)^q: q is given, and the widths must be able to tell it from none.

Divided by (log n)^q the quantity has the order n^p.  On widths from 2^7 to 2^17 a factor log n moves the exponent by
0.13, about as far as the margin: where an interval is not short against that, n^p itself would pass as well, and
nothing is decided.  A factor (log n + c)^q, |c| <= 1, is allowed for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

import numpy as np

from verifier.inference.decisions import Decision, replace_verdict
from verifier.inference.exponents import slope_weights
from verifier.inference.gates import decide_order
from verifier.inference.samples import LogSample, Samples, by_width, rescaled
from verifier.inference.settings import Keywords, Settings
from verifier.verdict import NumericStatus


def decide_log_order(samples: Samples, claimed: float, log_power: float, **options: Unpack[Keywords]) -> Decision:
    """Decide X_n ~ n^claimed (log n)^log_power; settings as of :func:`decide_order`.

    Consistent needs an interval for p that is shorter than half of what the logarithm moves it by. Raises ValueError
    for a width below 3 or a power of the logarithm that is not finite.
    """
    if not math.isfinite(log_power):
        raise ValueError(f"the power of log n is {log_power}; it must be finite")
    widths, logs = by_width(samples)
    if not log_power or len(widths) < 2:
        return decide_order(samples, claimed, **options)
    if widths[0] < 3:
        raise ValueError(f"width {widths[0]}: log log n needs widths of at least 3")
    divided: list[tuple[int, LogSample]] = [
        (n, rescaled(s, log_power * math.log(math.log(n)))) for n, s in zip(widths, logs, strict=True)
    ]
    shift, slack = shift_of(widths, log_power)
    room = min(Settings(**options).margin, abs(shift) / 2) - slack
    what = f"n^{claimed:g} (log n)^{log_power:g}"
    found = decide_order(divided, claimed, **options)
    named = replace(found, quantity=f"exponent p of n^p (log n)^{log_power:g}")
    if found.verdict is not NumericStatus.CONSISTENT:
        return named
    reach = max(max(named.high, named.second_high) - claimed, claimed - min(named.low, named.second_low))
    if room > 0 and reach < room:
        reason = f"{named.reason}; without the logarithm it would be {shift:+.4f} off"
        return replace(named, reason=reason)
    reason = f"{named.reason}, but these widths do not tell {what} from n^p: the logarithm moves p by {shift:+.4f} only"
    return replace(
        replace_verdict(named, NumericStatus.INCONCLUSIVE, reason),
        advice="more samples shorten the interval, and widths over more decades move it further",
    )


def shift_of(widths: Sequence[int], log_power: float) -> tuple[float, float]:
    """How far (log n)^q moves the exponent, and what (log n + c)^q with |c| <= 1 adds to it at most."""
    logs = np.log(np.asarray(widths, dtype=np.float64))
    weights = slope_weights(widths)
    slack = max(abs(float(weights @ (np.log(logs + c) - np.log(logs)))) for c in (-0.5, 1.0))
    return log_power * float(weights @ np.log(logs)), abs(log_power) * slack
