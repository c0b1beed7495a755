"""Control variates for log|X|: known Gaussian factors taken out of the noise.

At one input a network's output is f^d = |h| Z_d with Z_d = W^L_d · h / |h|, a standard normal that is exactly
independent of everything below the last layer. Correlation functions at that input carry powers of the Z_d,
and log|Z_d| has a known mean,

    E log|G| = -(log 2 + γ) / 2,      E |G|^q = 2^(q/2) Γ((q+1)/2) / √π    (q > -1),

so c_d (log|Z_d| - E log|G|) can be subtracted from log|X| for any fixed c_d without moving its mean; a good
c_d removes most of the variance. Samples with X = 0 are left out of log|X|, which conditions on the event
that the sample is alive. At one input that event depends on the *signs* of the Z_d only (a rectifier lets a
factor through or does not), and given its sign |Z_d| is still half-normal and independent of the rest, so the
subtracted term keeps mean zero on the non-zero samples. At two inputs it depends on the signs of f at both, which
are those of two dependent normals: there normals are made of what is independent of both signs
(:mod:`verifier.networks.known`).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

#: E log|G| for a standard normal G.
MEAN_LOG_NORMAL = -(math.log(2.0) + float(np.euler_gamma)) / 2


def log_normal_moment(power: float) -> float:
    """log E|G|^power for a standard normal G. Raises ValueError unless power > -1."""
    if not power > -1:
        raise ValueError(f"E|G|^{power} is infinite; the power must exceed -1")
    return power / 2 * math.log(2.0) + math.lgamma((power + 1) / 2) - math.log(math.pi) / 2


def control_terms(normals: npt.ArrayLike, coefficients: npt.ArrayLike, samples: int) -> tuple[Array, Array]:
    """What to subtract from log|X|, and log g of the control g of |X|^(1/2), per sample.

    ``normals``: (samples,) or (samples, outputs), standard normal; ``coefficients``: a number or (outputs,).
    Returns Σ_d c_d (log|Z_d| - E log|G|) and log Π_d |Z_d|^(c_d/2) / E|G|^(c_d/2), each of shape (samples,).
    Raises ValueError for shapes that do not match, coefficients ≤ -1 (infinite variance) or a normal that is
    zero or not finite.
    """
    z = np.asarray(normals, dtype=np.float64)
    z = z[:, None] if z.ndim == 1 else z
    c = np.atleast_1d(np.asarray(coefficients, dtype=np.float64))
    if z.ndim != 2 or z.shape[0] != samples:
        raise ValueError(f"normals of shape {z.shape} for {samples} samples; (samples, outputs) is needed")
    if c.shape != (z.shape[1],):
        raise ValueError(f"{c.shape} coefficients for {z.shape[1]} normals a sample; one for each is needed")
    if not np.all(np.isfinite(c)) or np.any(c <= -1):
        raise ValueError(f"control coefficients {c.tolist()} must be finite and above -1")
    if not np.all(np.isfinite(z)) or np.any(z == 0):
        raise ValueError("a control normal is zero, infinite or NaN")
    logs = np.log(np.abs(z))
    shift = (logs - MEAN_LOG_NORMAL) @ c
    log_g = logs @ (c / 2) - sum(log_normal_moment(q) for q in (c / 2).tolist())
    return shift, log_g
