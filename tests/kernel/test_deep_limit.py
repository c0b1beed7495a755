"""What is cited of the joint limit at L >= 3 about its support, measured on real networks (docs/deep_limit.md).

One network each, seed 20260311, width 400.  Entries of a correlation matrix fluctuate by about 1/√400 = .05 at
most; the bounds below leave a multiple of that.  The seed is fixed, so a run repeats exactly.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

SEED = 20260311


def correlations(depth: int, degrees: float, width: int = 400, *, disjoint: bool = False) -> npt.NDArray[np.float64]:
    """The correlation matrix of (F_i, F_j, Γ(l', l), ...) given one draw of the layers below the last."""
    rng = np.random.default_rng([SEED, depth, int(degrees)])
    angle = np.radians(degrees)
    q = {("i", 0): np.sqrt(2) * np.array([1.0, 0.0]), ("j", 0): np.sqrt(2) * np.array([np.cos(angle), np.sin(angle)])}
    weights = {k: rng.standard_normal((width, 2 if k == 1 else width)) for k in range(1, depth)}
    masks = {}
    for u in "ij":
        for k in range(1, depth):
            y = weights[k] @ q[u, k - 1] / np.sqrt(q[u, k - 1].size)
            masks[u, k] = np.sqrt(2) * (y > 0)
            q[u, k] = masks[u, k] * y
    if disjoint:
        masks["i", 1] = np.sqrt(2) - masks["j", 1]
    vectors = [q["i", depth - 1], q["j", depth - 1]]
    for lower in range(1, depth):
        for upper in range(lower + 1, depth + 1):
            v = masks["i", upper - 1] * q["j", upper - 1]
            for k in range(upper - 1, lower, -1):
                v = masks["i", k - 1] * (weights[k].T @ v) / np.sqrt(width)
            v = masks["j", lower] * v
            for k in range(lower + 1, depth):
                v = masks["j", k] * (weights[k] @ v) / np.sqrt(width)
            vectors.append(v)
    gram = np.array(vectors) @ np.array(vectors).T
    norms = np.sqrt(np.diag(gram))
    norms[norms == 0] = 1.0
    return np.asarray(gram / np.outer(norms, norms))


@pytest.mark.parametrize(("depth", "degrees"), [(3, 60), (3, 113), (3, 150), (4, 100), (4, 113)])
def test_support_is_full_and_covariances_with_f_j_are_positive(depth: int, degrees: float) -> None:
    matrix = correlations(depth, degrees)
    assert np.linalg.eigvalsh(matrix)[0] > 0.01
    assert matrix[1].min() > 0.05


def test_at_one_input_the_support_is_smaller() -> None:
    """So claiming full support there would be wrong: f_i, f_j and the neighbouring Γ are one and the same."""
    matrix = correlations(3, 0)
    assert np.linalg.matrix_rank(matrix, tol=1e-8) == 2
    assert matrix[1].min() > 0.5


def test_twin_disjoint_masks_lose_the_covariance() -> None:
    """Masks of the first layer that never overlap, as for antiparallel inputs: Γ(2, 1) vanishes."""
    assert correlations(3, 60, disjoint=True)[1].min() < 0.05
