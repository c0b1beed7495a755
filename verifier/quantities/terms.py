"""The random quantities that checks are written about, each read off networks that are exact in law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from verifier.networks.correlations import sample_K, sample_layer_T, sample_T
from verifier.networks.kernels import tangent_correction
from verifier.networks.smooth import sample_smooth_T
from verifier.quantities.check import Draw, Parameters, Quantity
from verifier.quantities.inputs import hidden_of, rows_of


def _hypernetwork_term(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    return sample_K(
        shared["H"], shared["L"], width, [cell["r"] for cell in cells],
        m=shared.get("m", 1), angle=shared.get("angle", 0), inputs=rows_of(shared, 1), z=shared.get("z", (1, 1)),
        samples=samples, rng=rng,
    )  # fmt: skip


def _star_term(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    orders, angle = [cell["r"] for cell in cells], shared.get("angle", 0)
    activation = shared.get("activation", "relu")
    if activation != "relu":
        usual = {"norm": 1, "other": None, "mode": "together"}
        if any(shared.get(name, value) != value for name, value in usual.items()):
            raise ValueError(f"T^r of {activation} networks is sampled at two inputs of one norm and at equal widths")
        return sample_smooth_T(shared["L"], width, orders, activation=activation, angle=angle, samples=samples, rng=rng)
    return sample_T(
        shared["L"], hidden_of(shared, width), orders, angle=angle, inputs=rows_of(shared, max(1, *orders)),
        samples=samples, rng=rng,
    )  # fmt: skip


def _layer_term(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    return sample_layer_T(
        shared["L"], width, [cell["l"] for cell in cells], shared.get("d", 0), [cell["ds"] for cell in cells],
        angle=shared.get("angle", 0), inputs=rows_of(shared, max(len(cell["l"]) for cell in cells)), samples=samples,
        rng=rng,
    )  # fmt: skip


def _zero_input_term(
    shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: np.random.Generator
) -> Draw:
    rows = np.array([[1.0], [0.0]])
    return sample_layer_T(
        shared["L"], width, [cell["l"] for cell in cells], shared.get("d", 0), [cell["ds"] for cell in cells],
        inputs=rows, samples=samples, rng=rng,
    )  # fmt: skip


def _hypernetwork_correction(cell: Parameters) -> float:
    """Up to H factors T^1, each with its correction; near 113.218° no width that can be sampled is large enough."""
    if not 1 <= cell["r"] < 2 * cell["H"]:
        return 0.0
    return float(cell["H"] * tangent_correction(cell["L"], cell.get("angle", 0)))


def _star_correction(cell: Parameters) -> float:
    """T^1 tends to Θ^f, which is nearly 0 near 113.218° at L = 2."""
    return tangent_correction(cell["L"], cell.get("angle", 0)) if cell["r"] == 1 else 0.0


#: K^(r)(u_i, u_j) of a hypernetwork with H layers, Eq. (29); cells: H, L, r and optionally m, angle, z,
#: norm (of x_j, in units of that of x_i).
hypernetwork_term = Quantity("K", "K^(r)", ("H", "L", "m", "angle", "z", "norm"), _hypernetwork_term,
                             allowance=_hypernetwork_correction)  # fmt: skip

#: T^r(x_0; x_1, …, x_1), Eq. (5); cells: L, r and optionally angle; norm of x_1; other, the angle of x_2 = … = x_r;
#: activation; mode: "first" or "last" for a first or last hidden width that is the square of the others.
star_term = Quantity("T", "T^r", ("L", "angle", "other", "norm", "mode", "activation"), _star_term,
                     allowance=_star_correction)  # fmt: skip

#: T^{l,d} of Lemma 3, Eq. (7); cells: L, l = (l_1, …, l_k), ds = (d_1, …, d_k) and optionally d, angle,
#: norm of x_j.
layer_term = Quantity("T", "T^(l,d)", ("L", "d", "angle", "norm"), _layer_term)

#: T^{(l_1),d} with x_j = 0 for the direction; cells: L, l = (l_1,), ds = (d_1,) and optionally d.
zero_input_term = Quantity("T", "T^(l,d), x_j = 0", ("L", "d"), _zero_input_term)


def layer_parameters(cell: Parameters) -> dict[str, Any]:
    """What the claims on T^{l,d} speak of: k, the last layer and output, whether all outputs agree."""
    layers, outputs, d = tuple(cell["l"]), tuple(cell["ds"]), cell.get("d", 0)
    order = sorted(zip(layers, outputs, strict=True))
    return {
        "k": len(layers),
        "l_1": order[0][0] if order else 0,
        "l_k": order[-1][0] if order else 0,
        "d_k": order[-1][1] if order else d,
        "last_equal": int(not order or order[-1][1] == d),
        "all_equal": int(all(output == d for output in outputs)),
        "distinct": int(len(set(layers)) == len(layers)),
    }
