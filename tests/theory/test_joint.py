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
from tests.theory.asymptotic import Sampled
from tests.theory.test_layers import RELU, _case
from tests.theory.test_signs import _G as _GENERATORS
from tests.theory.test_signs import _is_polynomial
from verifier.kernel.theory.writing import NAMES, PAGES
from verifier.networks.kernels import nngp, ntk

SEED = 20260310
SIGMAS = 7.0


def inputs(degrees, scale=1.0):
    """Two inputs of n_0 = 2, |x|² = n_0, |y| = scale |x|, at an angle."""
    a = np.radians(degrees)
    return np.sqrt(2) * np.array([1.0, 0.0]), scale * np.sqrt(2) * np.array([np.cos(a), np.sin(a)])


def gram(x, y):
    """The Gram matrix of inputs, over n_0."""
    both = np.array([x, y])
    return both @ both.T / 2


def layers(rng, widths, points):
    """Pre-activations of all hidden layers at all points, and the weights."""
    q, found, weights = [np.asarray(p) for p in points], [], []
    for n in widths:
        W = rng.standard_normal((n, q[0].size))
        y = [W @ v / np.sqrt(v.size) for v in q]
        found.append(y)
        weights.append(W)
        q = [np.sqrt(2) * np.maximum(v, 0) for v in y]
    return found, weights


def close(samples, value, what=""):
    """The mean of independent samples is ``value``, up to SIGMAS standard errors."""
    error = samples.std() / np.sqrt(samples.size) + 1e-12
    assert abs(samples.mean() - value) <= SIGMAS * error, (what, samples.mean(), value, error)


def expected(u, v, function):
    """E of a function of two jointly Gaussian variables given by two standard ones, on a fine grid of angles."""
    theta = (np.arange(400_000) + 0.5) * (2 * np.pi / 400_000)
    a, b = np.cos(theta), np.sin(theta)
    return function(u[0] * a + u[1] * b, v[0] * a + v[1] * b).mean()


def homogeneous(x, y, function, degree):
    """E of a function of (u, v), homogeneous of this degree, with the covariance of the inputs: radius times angle."""
    radius = {0: 1.0, 1: np.sqrt(np.pi / 2), 2: 2.0, 4: 8.0}[degree]
    return radius * expected(x / np.sqrt(2), y / np.sqrt(2), function)


relu, on = lambda t: np.maximum(t, 0), lambda t: (t > 0).astype(float)
POINTS = {
    "60°": inputs(60), "113°, longer": inputs(113.2, 2.0), "180°": inputs(180), "one input": inputs(0),
    "90°": inputs(90), "a zero input": (inputs(0)[0], np.zeros(2)),
}  # fmt: skip


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


# -- masks and orthants ------------------------------------------------------------------------------------------------


def outputs(rng, depth, x, y, count, samples):
    """F(x, d), F(y, d) for d = 1, …, count: (2, count, samples)."""
    S = nngp(depth, gram(x, y))
    root = np.linalg.cholesky(S + 1e-13 * np.eye(2))
    return np.einsum("ij,jds->ids", root, rng.standard_normal((2, count, samples)))


def masks(F, z):
    """Π_{t<H} 1[z F(1)·…·F(t) > 0]"""
    H = F.shape[0]
    return np.prod([z * np.prod(F[:t], axis=0) > 0 for t in range(1, H)], axis=0) if H > 1 else np.ones(F.shape[1])


@pytest.mark.parametrize("z", [1.0, -0.5])
@pytest.mark.parametrize("H", [1, 2, 3, 4])
def test_masks(H, z):
    """mask.mass, mask.alive, F.never0, paired.never0: 1 with probability 2^{-(H-1)}."""
    F = outputs(np.random.default_rng([SEED, H]), 2, *inputs(60), H, 200_000)
    assert (F != 0).all()
    close(np.asarray(masks(F[0], z), dtype=float), 2.0 ** -(H - 1))


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("degrees", [0, 60, 150, 170])
def test_overlap(depth, degrees):
    """overlap.alive: both masks are 1 with positive probability, unless H ≥ 2, one direction and z w < 0."""
    for H in (1, 2, 3):
        F = outputs(np.random.default_rng([SEED, H, depth]), depth, *inputs(degrees, 2.0), H, 100_000)
        if degrees == 0:
            F[1] = 2 * F[0]
        for w in (2.0, -1.0):
            both = masks(F[0], 1.0) * masks(F[1], w)
            excluded = H >= 2 and degrees == 0 and w < 0
            assert both.any() != excluded


def orthant(F, G, s, g):
    """The indicator of ``orthant`` at depth 2: F (2, H, samples), G = Gam(2, 1, ·) (H, samples), or None at depth 1."""
    found = (s * np.prod(F[1], axis=0) > 0) & (F[0] * F[1] > 0).all(axis=0)
    return found if G is None else found & (g * G * F[1] > 0).all(axis=0)


@pytest.mark.parametrize("degrees", [0, 60, 90, 113, 150])
@pytest.mark.parametrize("H", [1, 2])
def test_orthants_are_alive(degrees, H):
    """orthant.alive at depths 1 and 2, and what it contains: signs of products of positive probability."""
    x, y = inputs(degrees, 1.5)
    rng = np.random.default_rng([SEED, H, degrees])
    cosine = float(x @ y)
    F = outputs(rng, 1, x, y, H, 200_000)
    for s in (1.0, -2.0):
        assert orthant(F, None, s, 1.0).sum() > 20
    neurons = layers(rng, [60], (x, y))[0][0]  # a finite network: its outputs given one layer have the full support too
    u, v = neurons
    W = rng.standard_normal((H, 100_000, 60))
    q = [np.sqrt(2) * relu(t) for t in (u, v)]
    F = np.array([W @ t for t in q])
    G = W @ (2 * np.sqrt(2) * on(u) * relu(v))
    allowed = [1.0] + ([-1.0] if cosine < -1e-9 else [])
    for g in allowed:
        for s in (1.0, -2.0):
            assert orthant(F, G, s, g).sum() > 20, (g, s)


def test_twin_an_orthant_that_the_support_excludes():
    """At one input Gam(2, 1) = 2F: g < 0 is nowhere."""
    x, _ = inputs(0)
    rng = np.random.default_rng(SEED)
    u = layers(rng, [60], (x, x))[0][0][0]
    W = rng.standard_normal((1, 10_000, 60))
    F = np.array([W @ (np.sqrt(2) * relu(u))] * 2)
    G = W @ (2 * np.sqrt(2) * on(u) * relu(u))
    assert not orthant(F, G, 1.0, -1.0).any()


# -- outputs alone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("widths", [[], [200_000], [3000, 3000], [200, 40_000], [40_000, 400]])
def test_outputs_alone(widths):
    """paired.tends: given the last hidden layer outputs are Gaussian of covariance Q(L) → Σ^{L-1}, at any ratios.

    A mean over the last layer, given the one before, has SIGMAS standard errors; the one before moves it by as much of
    its own, 1/√n each: 12/√n at the smallest width.
    """
    x, y = inputs(70, 1.5)
    rng = np.random.default_rng([SEED, 7])
    q = [np.sqrt(2) * relu(t) for t in layers(rng, widths, (x, y))[0][-1]] if widths else [x, y]
    limits = nngp(len(widths) + 1, gram(x, y))
    found = np.array([[a @ b / a.size for a in q] for b in q])
    slack = 12 * 2.25 / np.sqrt(min(widths)) if widths else 1e-12
    assert np.abs(found - limits).max() < slack


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_both_outputs_positive(depth):
    """paired.chance: half of Σ̇^L, (π - θ)/2π with cos θ the correlation of Σ^{L-1}."""
    x, y = inputs(100, 3.0)
    F = outputs(np.random.default_rng([SEED, depth, 9]), depth, x, y, 1, 400_000)
    S = nngp(depth, gram(x, y))
    theta = np.arccos(S[0, 1] / np.sqrt(S[0, 0] * S[1, 1]))
    close(((F[0, 0] > 0) & (F[1, 0] > 0)).astype(float), (np.pi - theta) / (2 * np.pi))


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
    "F.never0.x": _by(test_masks), "F.never0.y": _by(test_masks), "Gam.never0": _TWO, "Gam.never0.deep": _DEEP,
    "Psi.never0": _TWO, "Psi.never0.deep": _DEEP, "Sig.pos": _by(test_kernels_are_positive),
    "Dot.pos": _by(test_kernels_are_positive), "Theta.deep": _by(test_kernels_are_positive),
    "mask.alive": _by(test_masks), "mask.mass": _by(test_masks), "overlap.alive": _by(test_overlap),
    "overlap.none": _by(test_overlap), "overlap.same": _by(test_overlap),
    "orthant.alive": _by(test_orthants_are_alive), "orthant.alive.deep": _DEEP,
    "paired.tends.x": _by(test_outputs_alone), "paired.tends.y": _by(test_outputs_alone),
    "paired.never0.x": _by(test_masks), "paired.never0.y": _by(test_masks),
    "paired.chance": _by(test_both_outputs_positive),
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
