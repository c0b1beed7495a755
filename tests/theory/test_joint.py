"""The rows of the page of joint limits, on networks.

Given the layers below the last, f, n A and √n C are Gaussian or sums of products of Gaussians, with Gram matrices that
are averages over neurons: those are measured, at one draw of many neurons.  All seeds are fixed.  Bounds are 7 standard
errors (2.6e-12 each; some 200 numbers: under 1e-9 together) unless said otherwise.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import tests.theory.limit_meanings  # noqa: F401
from tests.theory import asymptotic
from tests.theory import test_joint_signs as signs
from tests.theory.asymptotic import Sampled
from tests.theory.joint_networks import (
    POINTS,
    SEED,
    close,
    gram,
    homogeneous,
    inputs,
    layers,
    on,
    relu,
)
from tests.theory.test_layers import RELU, _case
from tests.theory.test_signs import _G as _GENERATORS
from tests.theory.test_signs import _is_polynomial
from verifier.kernel.theory.writing import NAMES, PAGES
from verifier.networks.kernels import nngp, ntk


@pytest.mark.parametrize("which", POINTS)
def test_two_layers_gram_matrices_and_averages(which):
    """joint.two: given the first layer the covariances of f, n A, √n C are averages over neurons, with these limits."""
    x, y = POINTS[which]
    rng = np.random.default_rng([SEED, 1])
    (u, v), _ = layers(rng, [400_000], (x, y))[0][0], None
    qx, qy, step = np.sqrt(2) * relu(u), np.sqrt(2) * relu(v), 2 * np.sqrt(2) * on(u) * relu(v)
    limits = nngp(2, gram(x, y))
    close(qx * qx, limits[0, 0])
    close(qy * qy, limits[1, 1])
    close(qx * qy, limits[0, 1], "Sig(1)")
    close(2 * on(u) * on(v), homogeneous(x, y, lambda a, b: 2 * on(a) * on(b), 0), "Dot(1)")
    close(step * step, homogeneous(x, y, lambda a, b: 8 * on(a) * relu(b) ** 2, 2), "Gam")
    close(step * qy, homogeneous(x, y, lambda a, b: 4 * on(a) * relu(b) ** 2, 2), "Cov(Gam, F(y))")
    close(step * qx, homogeneous(x, y, lambda a, b: 4 * relu(a) * relu(b), 2), "Cov(Gam, F(x))")


@pytest.mark.parametrize("which", ["60°", "113°, longer", "180°"])
def test_two_layers_the_laws_are_gaussian(which):
    """joint.two: √n C(1, d, e) for d ≠ e by its moments, not correlated with f; the rest is Gaussian given W^1."""
    x, y = POINTS[which]
    rng = np.random.default_rng([SEED, 2])
    n, samples = 2000, 6000
    (u, v), _ = layers(rng, [n], (x, y))[0][0], None
    W = rng.standard_normal((2, samples, n))
    f = (W[0] * np.sqrt(2) * relu(u)).sum(axis=1) / np.sqrt(n)
    psi = (W[0] * W[1] * 2 * on(u) * on(v)).sum(axis=1) / np.sqrt(n)
    variance = (4 * on(u) * on(v)).mean()
    close(psi, 0.0)
    close(psi**2, variance)
    if variance:
        close(psi**4 / variance**2, 3.0 + 3 * (1 / (on(u) * on(v)).sum()) * 2, "no excess but O(1/n)")
    close(f * psi, 0.0)
    close(psi * W[0, :, 0], 0.0)


def test_two_layers_definitions_of_the_factors():
    """The sums of ``joint.two`` are Q, C and A: compared with the finite model's meanings of them."""
    from tests.theory.model import MEANINGS, World, vector

    world = World(SEED, widths={0: 2, 1: 7})
    phi = RELU["phi"](None, [world], {}) if callable(RELU["phi"]) else RELU["phi"]
    x, y = inputs(70, 1.5)
    n, W = 7, world.weight(1)
    u, v = W @ x / np.sqrt(2), W @ y / np.sqrt(2)
    rows = [world.row(2, d) for d in (1, 2)]
    close_to = partial(np.testing.assert_allclose, rtol=1e-9, atol=1e-12)
    X, Y = vector(x), vector(y)
    close_to(MEANINGS["f"](world, phi, 2, X, 1), (rows[0] * np.sqrt(2) * relu(u)).sum() / np.sqrt(n))
    close_to(MEANINGS["Q"](world, phi, 2, X, Y), (2 * relu(u) * relu(v)).mean())
    close_to(MEANINGS["A"](world, phi, 2, 2, 1, 2, X, Y) * n,
             (rows[1] * 2 * np.sqrt(2) * on(u) * relu(v)).sum() / np.sqrt(n))  # fmt: skip
    close_to(MEANINGS["C"](world, phi, 2, 1, 1, 2, X, Y), (rows[0] * rows[1] * 2 * on(u) * on(v)).mean())


def test_one_layer():
    """joint.one: f is Gaussian of covariance x·y/n_0 at every width, and C = δ."""
    from tests.theory.model import MEANINGS, vector
    from tests.theory.model import World as W

    x, y = inputs(70, 1.5)
    world = W(SEED, widths={0: 2})
    phi = RELU["phi"](None, [world], {}) if callable(RELU["phi"]) else RELU["phi"]
    X, Y = vector(x), vector(y)
    assert MEANINGS["f"](world, phi, 1, X, 1) == pytest.approx(float(world.row(1, 1) @ x / np.sqrt(2)))
    assert MEANINGS["C"](world, phi, 1, 1, 1, 2, X, Y) == 0
    assert MEANINGS["C"](world, phi, 1, 1, 2, 2, X, Y) == 1
    assert MEANINGS["Q"](world, phi, 1, X, Y) == pytest.approx(float(x @ y / 2))


# -- three layers and more: what is cited and argued -------------------------------------------------------------------


def deep(depth, degrees, width, seed=0):
    """The Gram matrix of (q(x), q(y), vectors of n A(l', l)) over n, and |B|²/n of √n C, at one draw."""
    rng = np.random.default_rng([SEED, depth, int(degrees), width, seed])
    pre, weights = layers(rng, [width] * (depth - 1), inputs(degrees))
    mask = [[np.sqrt(2) * (y > 0) for y in pair] for pair in pre]
    q = [[np.sqrt(2) * relu(y) for y in pair] for pair in pre]
    vectors = [q[-1][0], q[-1][1]]
    for low in range(1, depth):
        for high in range(low + 1, depth + 1):
            v = mask[high - 2][0] * q[high - 2][1]
            for k in range(high - 1, low, -1):
                v = mask[k - 2][0] * (weights[k - 1].T @ v) / np.sqrt(width)
            v = mask[low - 1][1] * v
            for k in range(low + 1, depth):
                v = mask[k - 1][1] * (weights[k - 1] @ v) / np.sqrt(width)
            vectors.append(v)
    squares = []
    for low in range(1, depth):
        both = []
        for point in (0, 1):
            J = np.diag(mask[low - 1][point])
            for k in range(low + 1, depth):
                J = (mask[k - 1][point][:, None] * weights[k - 1] / np.sqrt(width)) @ J
            both.append(J)
        B = both[0] @ both[1].T
        squares.append(((B**2).sum() / width, np.trace(B) / width))
    V = np.array(vectors)
    return V @ V.T / width, squares


def correlations(matrix):
    norms = np.sqrt(np.diag(matrix))
    return matrix / np.outer(norms, norms)


@pytest.mark.parametrize(("depth", "degrees"), [(3, 60), (3, 113), (3, 150), (4, 100), (4, 113)])
def test_deep_support_covariances_and_squares(depth, degrees):
    """joint.deep, Gam.never0.deep, Psi.never0.deep, orthant.alive.deep: fixed seeds, so that a run repeats exactly."""
    matrix, squares = deep(depth, degrees, 1200)
    found = correlations(matrix)
    assert np.linalg.eigvalsh(found)[0] > 0.01  # full support for inputs at an angle
    assert found[1].min() > 0.05  # positive covariances with F(y)
    limits = nngp(depth, gram(*inputs(degrees)))
    np.testing.assert_allclose(matrix[:2, :2], limits, atol=0.25)
    for square, trace in squares:
        assert square > 0.9 * trace**2 > 0


def test_deep_gram_matrices_settle():
    """joint.deep: two draws agree better at larger widths, in all entries taken together."""
    apart = [
        np.mean([np.abs(deep(3, 113, n, 2 * s)[0] - deep(3, 113, n, 2 * s + 1)[0]).mean() for s in range(6)])
        for n in (50, 800)
    ]
    assert apart[1] < apart[0] / 2  # 1/4 by the square root; fixed seeds


def test_deep_at_one_input_the_support_is_smaller():
    """Twin: full support at one input would be wrong, so ``orthant.alive.deep`` grants g > 0 alone there."""
    found = correlations(deep(3, 0, 400)[0])
    assert np.linalg.matrix_rank(found, tol=1e-8) == 2
    assert found[1].min() > 0.5


def test_twin_antiparallel_inputs_have_no_common_units():
    """At 180° Gam(2, 1) and Dot(1) are 0: the hypothesis is needed."""
    x, y = inputs(180)
    (u, v), _ = layers(np.random.default_rng(SEED), [1000], (x, y))[0][0], None
    assert not (on(u) * on(v)).any()
    matrix, _ = deep(3, 180, 200)
    assert matrix[2, 2] == 0  # Gam(2, 1)


# -- numbers -----------------------------------------------------------------------------------------------------------

ANGLES = [*np.linspace(0, 175, 36), 179, 179.99]


def test_kernels_are_positive():
    """Sig.pos, Dot.pos, Theta.deep: at angles up to nearly 180°, at depths up to 6, at inputs of other lengths too."""
    for degrees in ANGLES:
        for scale in (1.0, 0.1, 5.0):
            G = gram(*inputs(degrees, scale))
            for level in range(1, 6):
                assert nngp(level + 1, G)[0, 1] > 0
            for depth in range(3, 7):
                assert ntk(depth, G)[0, 1] > 0.2 * scale
    assert homogeneous(*inputs(179.9), lambda a, b: on(a) * on(b), 0) > 0


def test_twins_of_positive_kernels():
    """Σ^1 and Σ̇^1 are 0 at 180°; Θ at depth 2 is 0 near 113.2° and negative beyond."""
    G = gram(*inputs(180))
    assert abs(nngp(2, G)[0, 1]) < 1e-12
    assert ntk(2, gram(*inputs(113)))[0, 1] > 0 > ntk(2, gram(*inputs(114)))[0, 1]


def _by(*tests):
    """The row is tried by tests of this module."""
    return lambda: [t.__name__ for t in tests]


def _count(low, high):
    return lambda rng, env: int(rng.integers(low, high + 1))


#: rows that say what a symbol means
MEANING = (
    "coupled.mode", "paired.mode", "poly.F.x", "poly.F.y", "poly.Gam",
    "orthant.output", "orthant.both", "orthant.first", "orthant.later",
)  # fmt: skip
SIZES = {
    "L": _count(0, 4),
    "H": _count(0, 3),
    "d": _count(0, 3),
    "e": _count(0, 3),
    "l1": _count(0, 3),
    "l2": _count(0, 4),
}


def _sampled(name):
    """A row of what symbols mean, tried on samples."""
    return Sampled(**{n: draw for n, draw in SIZES.items() if n in NAMES[name]}, times=400)


_TWO = _by(test_two_layers_gram_matrices_and_averages, test_two_layers_the_laws_are_gaussian)
_DEEP = _by(test_deep_support_covariances_and_squares, test_deep_gram_matrices_settle)
COVERS = {
    "D.steps": _case("D.steps", **RELU),
    **{name: _sampled(name) for name in MEANING},
    "joint.intro": _TWO, "joint.elim": _TWO, "joint.one": _by(test_one_layer), "joint.two": _TWO, "joint.deep": _DEEP,
    "F.never0.x": _by(signs.test_masks), "F.never0.y": _by(signs.test_masks),
    "Gam.never0": _TWO, "Gam.never0.deep": _DEEP,
    "Psi.never0": _TWO, "Psi.never0.deep": _DEEP, "Sig.pos": _by(test_kernels_are_positive),
    "Dot.pos": _by(test_kernels_are_positive), "Theta.deep": _by(test_kernels_are_positive),
    "mask.alive": _by(signs.test_masks), "mask.mass": _by(signs.test_masks), "overlap.alive": _by(signs.test_overlap),
    "overlap.none": _by(signs.test_overlap), "overlap.same": _by(signs.test_overlap),
    "orthant.alive": _by(signs.test_orthants_are_alive), "orthant.alive.deep": _DEEP,
    "paired.tends.x": _by(signs.test_outputs_alone), "paired.tends.y": _by(signs.test_outputs_alone),
    "paired.never0.x": _by(signs.test_masks), "paired.never0.y": _by(signs.test_masks),
    "paired.chance": _by(signs.test_both_outputs_positive),
}  # fmt: skip


def test_masks_of_the_finite_network():
    """D.steps, on random networks."""
    from tests.theory.model import tried

    tried("D.steps", COVERS["D.steps"])


def _variable(*indices):
    """A variable of the limit's space, one for each name and indices; None of them is 0."""
    return asymptotic._WORLD.rng("variable", *map(str, indices)).standard_normal(asymptotic.SAMPLES)


def _orthant(b, L, x, y, H, s, g):
    """The indicator, condition by condition."""
    F = partial(_variable, "F", b)
    holds = [float(s) * np.prod([F(y, d) for d in range(1, H + 1)], axis=0) > 0]
    for d in range(1, H + 1):
        holds += [F(x, d) * F(y, d) > 0]
        for high in range(2, L + 1):
            holds += [float(g) * _variable("Gam", b, high, 1, d) * F(y, d) > 0]
            holds += [_variable("Gam", b, high, low, d) * F(y, d) > 0 for low in range(2, high)]
    return np.all(np.broadcast_arrays(*holds), axis=0).astype(float)


@pytest.mark.parametrize("name", MEANING)
def test_what_symbols_mean(name, monkeypatch):
    """coupled, paired, poly, orthant: the rows that repeat their meanings."""
    is_poly = name.startswith("poly")
    meanings = {
        "coupled": lambda *args: "base", "paired": lambda *args: "base", "orthant": _orthant,
        "F": lambda *a: _GENERATORS[0] if is_poly else _variable("F", *a),
        "Gam": lambda *a: _GENERATORS[1] if is_poly else _variable("Gam", *a),
    }  # fmt: skip
    for symbol, function in meanings.items():
        monkeypatch.setitem(asymptotic.FUNCTIONS, symbol, function)
    monkeypatch.setitem(asymptotic.PREDICATES, "poly", _is_polynomial)
    COVERS[name](name)


def test_the_page_is_covered():
    assert {name for name, page in PAGES.items() if page == "joint"} == set(COVERS)
