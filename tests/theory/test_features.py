"""The rows of the page of features: Gram entries of random Fourier features, sampled and integrated.

Means of 64 draws of 20,000 features are compared within 8 standard errors (Student with 63 degrees: 4e-11 each).
"""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.stats import kstest

import tests.theory.meanings
import tests.theory.meanings_reals
import tests.theory.wide  # noqa: F401
from tests.theory.implicit import very_wide
from tests.theory.model import ACTIVATIONS, MEANINGS, Case, World, draw, means, tried, vector
from tests.theory.wide import ONES, layers
from verifier.kernel.theory.writing import PAGES

SEED = 20260112


def _distance2(z, w):
    return float(np.sum((np.array(z) - np.array(w)) ** 2))


def _mean(z, w):
    """E cos(W·z + b) cos(W·w + b): by quadrature on the circle and on a grid for W."""
    points = np.array([z, w])
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    grid = np.stack(np.meshgrid(*[nodes] * points.shape[1], indexing="ij"), axis=-1).reshape(-1, points.shape[1])
    mass = np.prod(
        np.stack(np.meshgrid(*[weights] * points.shape[1], indexing="ij"), axis=-1).reshape(-1, points.shape[1]), axis=1
    )
    phases = 2 * np.pi * np.arange(8) / 8  # exact for trigonometric polynomials of degree 2
    product = np.cos(grid @ points[0] + phases[:, None]) * np.cos(grid @ points[1] + phases[:, None])
    return float(np.mean(product, axis=0) @ mass / mass.sum())


def _gram(rng, k, z, w):
    W, b = rng.standard_normal((k, len(z))), rng.uniform(0, 2 * np.pi, k)
    return float(np.mean(np.cos(W @ np.array(z) + b) * np.cos(W @ np.array(w) + b)))


def _input(rng, worlds, values):
    return vector(0.7 * rng.standard_normal(worlds[0].width(0)) * (rng.random() > 0.1))


def _second(rng, worlds, values):
    return values["z"] if rng.random() < 0.2 else _input(rng, worlds, values)


def _limit(of=_mean):
    rng = np.random.default_rng(SEED)
    for z, w in (
        ((0.0, 0.0), (0.0, 0.0)),
        ((1.0, 0.5), (1.0, 0.5)),
        ((1.0, 0.0), (0.0, 0.3)),
        ((2.0, 1.0), (-1.0, 1.0)),
    ):
        samples = [_gram(rng, 20_000, z, w) for _ in range(64)]
        if abs(np.mean(samples) - of(z, w)) > 8 * np.std(samples, ddof=1) / sqrt(64) + 1e-12:
            return False
    return True


def _random():
    """feature_gram.random: at every k two draws differ, also at z = z' = 0."""
    rng = np.random.default_rng(SEED)
    points = ((0.0, 0.0), (1.0, -0.5))
    return all(_gram(rng, k, z, w) != _gram(rng, k, z, w) for k in (1, 2, 100) for z in points for w in points)


X, Y = (sqrt(2), 0.0), (0.7, 1.2)
Z, W = (1.0, 0.2), (0.1, -0.4)


def _entries(x, y):
    return tuple(float(np.dot(p, q)) / len(p) for p, q in ((x, x), (x, y), (y, y)))


def _over(z=Z, w=W):
    """Σ^0, Σ^1 and Σ^2 of g over features, at depth 2 of f."""
    copies = layers(ONES, _entries(X, Y), 1)[-1]
    start = tuple(exp(-_distance2(p, q) / 2) / 2 for p, q in ((z, z), (z, w), (w, w)))
    return copies, layers(copies, start, 2)


def _step(kernels=_over):
    """FQ at layers 2 and 3 for three ways to grow; a bias of 10 over the smallest number is left."""
    _, expected = kernels()
    for n, k, m in ((4_000, 4_000, 4_000), (1_500, 4_000, 8_000), (8_000, 1_500, 4_000)):
        found = very_wide(SEED, X, Y, (m, m), (Z, W, (n,), k))
        for l in (1, 2):
            for i, pair in enumerate(("xx", "xy", "yy")):
                samples = found["Q", l + 1, pair]
                error = np.std(samples, ddof=1) / sqrt(len(samples))
                if abs(np.mean(samples) - expected[l][i]) > 8 * error + 10 / min(n, k, m):
                    return False
    return True


def _gauss():
    """A unit of layer 2 at both inputs: covariances, and one law (4000 samples: 2 exp(-8000·.05²) = 4e-9)."""
    copies, expected = _over()
    lam = [c * s for c, s in zip(copies, expected[1], strict=True)]
    found = very_wide(SEED + 1, X, Y, (200, 200), (Z, W, (200,), 200), networks=4_000)["unit", 2]
    for i, j, limit in ((0, 0, lam[0]), (0, 1, lam[1]), (1, 1, lam[2])):
        product = found[:, i] * found[:, j]
        if abs(np.mean(product) - limit) > 8 * np.std(product) / sqrt(4_000) + 10 / 200:
            return False
    mixed = (found[:, 0] - 2 * found[:, 1]) / sqrt(lam[0] - 4 * lam[1] + 4 * lam[2])
    return kstest(mixed, "norm").statistic < 0.07


def _count(low, high):
    return lambda rng, worlds, values: int(rng.integers(low, high + 1))


COVERS = {
    "distance2.same": Case({"z": _input}),
    "distance2.nonneg": Case({"z": _input, "w": _second}),
    "distance2.symmetric": Case({"z": _input, "w": _second}),
    "feature_gram.limit": _limit,
    "feature_mean": Case({"z": _input, "w": _second}, times=25),
    "feature_gram.random": _random,
    "features.first": Case({"phi": lambda rng, worlds, values: ACTIVATIONS[0], "L": _count(0, 2)}),
    "features.step": _step,
    "features.gauss": _gauss,
    "Lam_features": Case(
        {"phi": lambda rng, worlds, values: ACTIVATIONS[0], "L": _count(0, 2), "l": _count(0, 3), "x": _input,
         "y": _input, "z": _input, "w": _second}, times=30,
    ),
}  # fmt: skip


def _register():
    """Meanings of this page's symbols, once."""
    if "distance2" in MEANINGS:
        return
    means("distance2")(lambda world, z, w: _distance2(z, w))
    means("feature_mean")(lambda world, z, w: _mean(z, w))

    @means("feature_gram")
    def _feature_gram(world: World, z, w):
        k, size = 3, len(z)
        draw = world.kept(("features", size), lambda: world.rng("features", size).standard_normal((k, size + 1)))
        return float(
            np.mean(np.cos(draw[:, 1:] @ np.array(z) + draw[:, 0]) * np.cos(draw[:, 1:] @ np.array(w) + draw[:, 0]))
        )

    @means("FQ")
    def _fq(world: World, phi, L, l, x, y, z, w):
        inside = L >= 1 and l == 1
        return _feature_gram(world, z, w) if inside else world.junk("FQ", phi, L, l, x, y, z, w)

    @means("Lam_features")
    def _lam(world: World, phi, L, l, x, y, z, w):
        if L < 1 or l < 1:
            return world.junk("Lam_features", phi, L, l, x, y, z, w, shared=True)
        from tests.theory.wide import ONES, _copies, _entries, _layer

        copies = _copies(world, phi, L, x, y)
        assert copies[1] == _layer(world, phi, *ONES, L - 1, *_entries(x, y))
        start = [exp(-_distance2(p, q) / 2) / 2 for p, q in ((z, z), (z, w), (w, w))]
        return copies[1] * _layer(world, phi, *copies, l - 1, *start)


_register()


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    case = COVERS[name]
    if isinstance(case, Case):
        tried(name, case)
    else:
        assert case()


def test_all_rows_of_the_page_are_there():
    assert sorted(COVERS) == sorted(name for name, page in PAGES.items() if page == "features")


@pytest.mark.parametrize("wrong", [lambda z, w: exp(-_distance2(z, w) / 2), lambda z, w: exp(-_distance2(z, w)) / 2])
def test_a_false_mean_is_noticed(wrong):
    """Twins: the factor 1/2 forgotten, |z - z'|² for |z - z'|²/2."""
    assert not _limit(wrong)
    assert abs(wrong((1.0, 0.0), (0.0, 0.3)) - _mean((1.0, 0.0), (0.0, 0.3))) > 1e-3


def test_the_kernel_of_other_distances_is_noticed():
    """Twin: the features of z and z where those of z and z' are meant."""
    assert not _step(lambda: _over(w=Z))


def test_the_mean_by_another_integral():
    """In one dimension, over W and b."""
    z, w = 0.8, -0.5
    found, _ = dblquad(
        lambda b, g: np.cos(g * z + b) * np.cos(g * w + b) * exp(-g * g / 2) / sqrt(2 * np.pi) / (2 * np.pi),
        -9, 9, 0, 2 * np.pi,
    )  # fmt: skip
    assert found == pytest.approx(_mean((z,), (w,)), abs=1e-9)
    assert found == pytest.approx(exp(-((z - w) ** 2) / 2) / 2, abs=1e-9)
    assert draw(1)[0].width(0) >= 2
