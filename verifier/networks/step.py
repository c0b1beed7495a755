"""What the kinks of relu add to one gradient step, at one hidden layer, exactly in law, in O(sqrt n).

    f(x) = sum_a v_a sqrt(2) relu(y_a) / sqrt(n),   y_a = w_a.x / sqrt(n_0),   delta = -eta grad f(x_t),

with rho = x.x_t / n_0, |x|^2 = |x_t|^2 = n_0.  With its masks fixed f is a polynomial in the weights, so
f(w + delta) differs from its complete Taylor polynomial by the neurons whose sign at x the step flips:

    R = sqrt(2/n) sum_a (v_a + delta v_a) y'_a (1{y'_a > 0} - 1{y_a > 0}),
    y' = y - eta rho sqrt(2/n) v 1{y_t > 0},   delta v = -eta sqrt(2/n) relu(y_t).

A neuron flips only if y lies between 0 and a number of order n^{-1/2}, so that about sqrt(n) of them do; they
are drawn by thinning: a Binomial(n, |eta rho| sqrt(2/n) / pi) number of candidates with |v| Rayleigh and y uniform
in that range, each kept with probability exp(-y^2/2), and if y_t > 0, where y_t is Gaussian given y.

At the training input (x = x_t) all flips are one-sided, and sqrt(n) E R -> sign(eta) eta^2 sqrt(2)/pi = .450...;
at another one R is centred to leading order, and n^{3/2} E R^2 -> |eta rho|^3 16 sqrt(2) / (3 pi) = 2.401 |eta rho|^3.
Both are larger than the term eta^2 T^2/2 of order 1/n.
"""

from __future__ import annotations

from math import isfinite, pi, sqrt

import numpy as np

from verifier.networks.draws import Draw, batch_size, collect
from verifier.networks.request import MAX_WIDTH, input_pair, whole
from verifier.networks.spaces import Array

QUANTITIES = ("remainder", "tangent", "flips")


def _cosine(angle: float) -> float:
    """x.x_t / n_0 for inputs at `angle` degrees; exact at right and straight angles."""
    rows = input_pair(angle)
    return 1.0 if len(rows) == 1 else float(rows[0] @ rows[1]) / 2.0


def flipped_neurons(
    width: int, rho: float, step: float, samples: int, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    """The neurons that one step flips at x, in all samples: their sample, and v, y, y_t, arrays of one length."""
    reach = abs(step * rho) * sqrt(2.0 / width)
    counts = rng.binomial(width, reach / pi, size=samples)
    total = int(counts.sum())
    owner = np.repeat(np.arange(samples), counts)
    v = np.sqrt(2.0 * rng.standard_exponential(total)) * rng.choice([-1.0, 1.0], size=total)
    y = rng.random(total) * step * rho * sqrt(2.0 / width) * v
    y_t = rho * y
    spread = 1.0 - rho * rho
    if spread > 0.0:
        y_t = y_t + sqrt(spread) * rng.standard_normal(total)
    kept = (rng.random(total) < np.exp(-0.5 * y * y)) & (y_t > 0.0)
    return owner[kept], v[kept], y[kept], y_t[kept]


def sample_kink_remainder(
    width: int, *, angle: float = 0.0, step: float = 1.0, samples: int, rng: np.random.Generator
) -> Draw:
    """R, the part of the change of K^f(x, x) that comes from flipped neurons, and the number of flips.

    width: n, 1 <= n < 2^53, one hidden layer; angle: degrees between x and the training input x_t (0: the
    training input itself, 90: no neuron flips); step: eta, learning rate times residual, nonzero and of either
    sign.  Time and memory a sample are of the order of sqrt(n).  Compare eta^2 T^2/2 from `sample_T`.

    Returns a Draw with values (samples, 3).  Raises ValueError outside these ranges, and for a step so long that
    |step cos(angle)| sqrt(2/n) > pi, where thinning does not apply.
    """
    width, samples = whole("width", width, 1, MAX_WIDTH), whole("samples", samples, 1)
    rho = _cosine(angle)
    if not isfinite(step) or step == 0.0:
        raise ValueError(f"step is {step!r}: it must be a finite number other than 0")
    if abs(step * rho) * sqrt(2.0 / width) > pi:
        raise ValueError(f"step is {step!r}: at width {width} it must be at most {pi * sqrt(width / 2.0) / abs(rho)}")

    def draw(batch: int, stream: np.random.Generator) -> Array:
        owner, v, y, y_t = flipped_neurons(width, rho, step, batch, stream)
        after = y - step * rho * sqrt(2.0 / width) * v
        v_after = v - step * sqrt(2.0 / width) * y_t
        change = np.where(after > 0.0, 1.0, -1.0)  # the mask after less the mask before
        parts = (
            sqrt(2.0 / width) * v_after * after * change,
            2.0 / width * (after * after + v_after * v_after) * change,
            np.ones_like(v),
        )
        return np.stack([np.bincount(owner, weights=part, minlength=batch) for part in parts], axis=1)

    candidates = 1 + int(abs(step * rho) * sqrt(2.0 * width) / pi)
    values = collect(samples, batch_size(candidates, most=1 << 14), rng, draw)
    return Draw(values, None, {"quantities": QUANTITIES, "widths": (width,), "angle": angle, "step": step})
