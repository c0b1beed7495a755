"""Shallow networks trained at large learning rates: accuracy, loss, open units, and whether a step is stable."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.networks.training import Examples, Plain, Trained, train
from verifier.quantities.check import Parameters, Quantity

from ._training import KNOWN, classified

CLASSES = 10
#: Images for training and for tests (0: all), and examples a step, by the name of the sizes.
SIZES = {"small": (256, 256, 32), "paper": (0, 0, 64), "tiny": (64, 64, 32)}
#: Steps of gradient descent on the whole of the training images, where stability is looked at.
STEPS = 20


def largest_eigenvalue(x: npt.NDArray[np.float32]) -> float:
    """λ_max of the limit kernel Θ of a shallow network over examples, |x|² = n_0, divided by their number.

    That is the curvature of the squared loss, averaged over the examples: gradient descent is stable for a learning
    rate below 2/λ_max.
    """
    c = np.clip(x.astype(float) @ x.T.astype(float) / x.shape[1], -1.0, 1.0)
    angle = np.arccos(c)
    theta = (np.sqrt(1 - c * c) + (np.pi - angle) * c) / np.pi + c * (np.pi - angle) / np.pi
    return float(np.linalg.eigvalsh(theta)[-1] / len(x))


@lru_cache(maxsize=8)
def _stable(data: str, sizes: str) -> float:
    return 2.0 / largest_eigenvalue(classified(data, *SIZES[sizes][:2])[0].x)


def _runs(shared: Parameters, losses: str, n: int, samples: int, rng: np.random.Generator) -> Trained:
    training, test = classified(shared["data"], *SIZES[shared["sizes"]][:2])
    model = Plain(2, n, training.x.shape[1], CLASSES)
    return train(
        model, training, test, rates=[float(n) ** 0.5], runs=samples, epochs=shared["epochs"],
        batch=SIZES[shared["sizes"]][2], rng=rng, loss=losses,
    )  # fmt: skip


def _draw(shared: Parameters, listed: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator) -> Any:
    """A column a cell, after its epoch and at the rate √n: 0 the accuracy, 1 the closed units, 2 loss/(1 + loss)."""
    found = _runs(shared, shared["loss"], width, samples, rng)
    with np.errstate(invalid="ignore"):
        loss = np.where(np.isfinite(found.loss), found.loss / (1.0 + found.loss), 1.0)  # 1: the run has diverged
    by_kind = {0: found.accuracy, 1: 1.0 - found.open, 2: loss}
    return np.stack([by_kind[int(cell["kind"])][:, 0, cell["epoch"]] for cell in listed], axis=1)


def _steps(shared: Parameters, cell: Parameters, width: int, samples: int, rng: np.random.Generator) -> Any:
    """-log10 of the largest loss after a step over the first one, in full gradient descent on the squared loss."""
    training, _ = classified(shared["data"], *SIZES[shared["sizes"]][:2])
    # 2/λ times the cell's factor, or √n
    rate = width**0.5 if cell["factor"] == 0 else cell["factor"] * _stable(shared["data"], shared["sizes"])
    small = Examples(training.x, training.y)
    found = train(
        Plain(2, width, training.x.shape[1], CLASSES), small, small, rates=[rate], runs=samples, epochs=STEPS,
        batch=len(training.x), rng=rng, loss="squared",
    )  # fmt: skip
    worst = np.where(np.isfinite(found.loss), found.loss, 1e30)[:, 0, 1:].max(axis=1)
    return np.log10(found.loss[:, 0, 0] / worst)


def _calm(shared: Parameters, listed: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator) -> Any:
    return np.stack([_steps(shared, cell, width, samples, rng) for cell in listed], axis=1)


def _wild(shared: Parameters, listed: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator) -> Any:
    return -_calm(shared, listed, width, samples, rng)


def work(shared: Parameters, width: Any) -> float:
    """Weights times the examples that they meet."""
    pixels, images = KNOWN[shared["data"]]
    return float(width * (pixels + CLASSES)) * shared["epochs"] * (SIZES[shared["sizes"]][0] or images)


_SHARED = ("sizes", "data", "loss", "epochs")
#: Of test images; cells: loss, epochs, epoch, kind (0 accuracy, 1 closed units, 2 loss/(1 + loss)), sizes, data.
share = Quantity(
    "share",
    "accuracy, closed units, loss/(1 + loss); μ = √n",
    _SHARED,
    _draw,
    bounds=(0.0, 1.0),
    version="1",
    work=work,
)
#: Cells: factor of 2/λ_max(Θ) (0: the rate is √n), sizes, data.
calm = Quantity("calm", "log10 of the first loss over the largest", ("sizes", "data"), _calm, version="1")
wild = Quantity("wild", "log10 of the largest loss over the first", ("sizes", "data"), _wild, version="1")
