"""The answers of a lazily revealed matrix are those of some drawn matrix, and the jets are its derivatives."""

from __future__ import annotations

import networks_reference as reference
import numpy as np
import pytest
from plain import plain

from verifier.networks import correlations, mlp
from verifier.networks.build import build
from verifier.networks.gaussian import DenseGaussian
from verifier.networks.hypernetwork import ImplicitNetwork

BATCH = 3
THREE = np.random.default_rng(11).standard_normal((4, 3))


def lazy(widths, outputs, seed, activation="relu"):
    return plain("lazy", widths, outputs, BATCH, np.random.default_rng(seed), activation)


def redone(network):
    """The same networks with every entry drawn given what was revealed."""
    matrices = [DenseGaussian(matrix.complete()) for matrix in network.matrices]
    dense = mlp.Network(network.widths, matrices, network.batch)
    dense.gain, dense.masked = network.gain, network.masked
    return dense


def entries(network, sample):
    return [matrix.complete()[sample] for matrix in network.matrices]


def close(a, b, relative=1e-12):
    return np.all(np.abs(a - b) <= relative * (1.0 + np.abs(b)))


CASES = [
    ((1, 5, 4), np.array([[1.0]]), [0, 0, 0, 0]),
    ((2, 4, 5, 3), np.array([[1.0, 1.0], [1.2, -0.7]]), [0, 1, 1, 1]),
    ((3, 5, 4, 4), THREE, [0, 1, 2, 3]),
    ((3, 3, 1, 2), THREE, [0, 1, 1, 2]),
    ((2, 6), THREE[:2, :2], [0, 1, 1, 1]),
    ((3,), THREE[:2], [0, 1, 1, 1]),
]


@pytest.mark.parametrize(("widths", "inputs", "which"), CASES)
@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_star_of_a_completed_network(widths, inputs, which, activation):
    network = lazy(widths, 1, 3, activation)
    orders = [0, 1, 2, 3]
    values, _ = correlations.star(network, inputs, which, orders)
    dense = redone(network)
    again, _ = correlations.star(dense, inputs, which, orders)
    assert close(values, again)
    rows = np.array([inputs[k] for k in which])
    for sample in range(BATCH):
        expected = [reference.star(entries(dense, sample), rows, r, network.gain, activation == "relu") for r in orders]
        assert close(values[sample], np.array(expected), 1e-10)


def test_a_dropped_root_two_is_seen():
    network = lazy((2, 4, 5), 1, 3)
    inputs = np.array([[1.0, 1.0]])
    values, _ = correlations.star(network, inputs, [0, 0, 0], [1, 2])
    wrong = [reference.star(entries(network, 0), np.repeat(inputs, 3, axis=0), r, 1.0) for r in (1, 2)]
    assert not close(values[0], np.array(wrong), 1e-3)


@pytest.mark.parametrize(
    ("g_depth", "m", "widths", "equal"),
    [
        (1, 1, (2, 4, 3), True),
        (2, 1, (2, 4), False),
        (2, 3, (2, 3, 3), False),
        (3, 2, (2, 4), True),
        (3, 1, (2, 3), False),
    ],
)
def test_hypernetwork_terms_of_a_completed_network(g_depth, m, widths, equal):
    z = (np.array([0.7, 1.1]), np.array([0.7, 1.1]) if equal else np.array([1.0, 0.4]))
    inputs = np.array([[1.0, 1.0]]) if equal else np.array([[1.0, 1.0], [1.3, 0.2]])
    implicit = ImplicitNetwork(g_depth, m, 2)
    orders = list(range(g_depth * len(widths) + 2))
    seen = 0
    for seed in (4, 5, 6):
        network = lazy(widths, implicit.outputs, seed)
        values, _ = correlations.hypernetwork_terms(network, implicit, inputs, z, orders)
        dense = redone(network)
        assert close(values, correlations.hypernetwork_terms(dense, implicit, inputs, z, orders)[0])
        weights = entries(dense, 0)
        xs = (inputs[0], inputs[-1])
        expected = [reference.hypernetwork_term(weights, xs, z, m, g_depth, r) for r in orders]
        assert close(values[0], np.array(expected), 1e-9)
        assert np.all(values[:, -1] == 0.0)  # r = H L + 1, by degree
        seen += int(np.any(values[:, 1:] != 0.0))
    assert seen  # not only dead networks


def test_layers_sum_to_the_star():
    """T^r is the sum over all ordered choices of layers: Eq. (16) against the jets, which do not use it."""
    widths, which = (3, 5, 4, 4), [0, 1, 2, 3]
    network = lazy(widths, 1, 8)
    total, _ = correlations.star(network, THREE, which, [3])
    choices = list(np.ndindex(4, 4, 4))
    terms = [(tuple(l + 1 for l in c), (0, 0, 0)) for c in choices]
    values, _ = correlations.layered(redone(network), THREE, which, terms, 0, 1)
    assert close(values.sum(axis=1), total[:, 0])
    assert np.any(np.abs(values) > 1e-3)


def test_layer_resolved_terms_are_derivatives():
    """Eq. (16) with several outputs against derivatives in single layers of a drawn network."""
    widths = (3, 5, 4)
    network = lazy(widths, 3, 9)
    values, _ = correlations.layered(
        network, THREE, [0, 1, 2], [((1, 3), (1, 2)), ((2, 3), (2, 0)), ((3, 1), (0, 1))], 0, 3
    )
    for sample in range(BATCH):
        weights = entries(network, sample)
        masks = reference.masks_of(weights, THREE[0])
        for column, (layers, ds) in enumerate([((1, 3), (1, 2)), ((2, 3), (2, 0)), ((3, 1), (0, 1))]):
            vs = []
            for l, d, x in zip(layers, ds, THREE[1:], strict=False):
                own = reference.masks_of(weights, x)
                g = reference.gradient(weights, lambda w, x=x, own=own, d=d: reference.f_frozen(w, x, own)[d])
                vs.append([g[k] if k == l - 1 else np.zeros_like(g[k]) for k in range(3)])
            coefficient = reference.taylor(
                lambda t, vs=vs, weights=weights, masks=masks: reference.f_frozen(
                    reference.move(weights, vs, t), THREE[0], masks
                )[0],
                3,
                2,
            )[1, 1]
            assert abs(values[sample, column] - coefficient) < 1e-10


@pytest.mark.parametrize(
    ("kind", "n"), [("gram", 10**15), *((kind, n) for kind in ("gram", "stream", "lazy") for n in (1, 3, 1000))]
)
def test_euler_identity(kind, n):
    """<y^l, dT/dy^l> = f in every layer, however the coordinates are kept: f is linear in each y^l."""
    rows = np.array([[1.0]]) if kind == "gram" else np.array([[1.0, 1.0], [0.3, 1.4]])
    network = build(kind, (rows.shape[1], n, n, n), 1, 200, np.random.default_rng(5))
    for at in network.forward(rows):
        direction = network.backward(at, np.ones((200, 1)))
        for l in (1, 2, 3):
            active = network._activate(direction.deltas[l - 1], at.masks[l - 1]) / network.gain
            product = network.inner(l, at.q[l], active) / network.gain
            assert np.all(np.abs(product - at.f[:, 0]) <= 1e-11 * (1.0 + np.abs(at.f[:, 0])))
