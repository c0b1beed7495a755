"""T^r of networks with a smooth activation: what shows that Section 3 is about ReLU networks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from verifier.check import Draw, Parameters, Quantity
from verifier.networks.smooth import sample_smooth_T


def _smooth_star(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    return sample_smooth_T(
        shared["L"], width, [cell["r"] for cell in cells], activation=shared["activation"], angle=shared["angle"],
        samples=samples, rng=rng,
    )  # fmt: skip


#: T^r(x_0; x_1, …, x_1); cells: activation, L, r, angle.
smooth_star_term = Quantity("T", "T^r, smooth", ("activation", "L", "angle"), _smooth_star)
