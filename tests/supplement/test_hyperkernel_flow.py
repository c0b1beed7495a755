"""The terms of the hyperkernel's time derivative: against finite differences, and their exponents.

Statistical tests are at rate 1e-9 each (normal approximation); seeds are the literals below.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from plain import plain
from supplement_reference import dense_h, implicit, jacobian, moved, relu_pass

from verifier.networks import hyperkernel_flow as flow
from verifier.networks.hypernetwork import ImplicitNetwork
from verifier.networks.request import distinct_rows

Z = 6.2
COVARIANCE = [[1.0, 0.7, 0.5], [0.7, 1.0, 0.6], [0.5, 0.6, 1.0]]
PLANE = ([1.0, 0.0], [0.6, 0.8], [-0.2, 1.0])


@pytest.mark.parametrize("kind", ["dense", "lazy"])
@pytest.mark.parametrize(
    ("H", "L", "n", "m", "m_0", "which"),
    [(1, 2, 4, 1, 2, (0, 1, 2)), (2, 2, 4, 3, 2, (0, 1, 2)), (3, 2, 5, 2, 1, (0, 1, 0)), (3, 3, 3, 3, 2, (0, 0, 0)),
     (2, 1, 1, 3, 2, (0, 1, 2)), (2, 4, 4, 2, 1, (0, 1, 1)), (2, 3, 4, 3, 2, (0, 0, 1)), (2, 2, 4, 3, 1, (0, 0, 0))],
)  # fmt: skip
def test_pathwise(kind, H, L, n, m, m_0, which):
    """Each term against central differences on the completed matrices; relative error 1e-6 of the largest."""
    batch, rng = 8, np.random.default_rng(400)
    x = (sqrt(2.0) * np.array([[1.0, 0.0], [0.6, 0.8], [0.8, -0.6]]))[list(which)]
    z = rng.standard_normal((3, m_0))
    if H == 2 and which[:2] == (0, 0):
        z[1] = z[0]  # u' = u
    shapes = ImplicitNetwork(H, m, m_0)
    network = plain(kind, (2, *[n] * (L - 1)), shapes.outputs, batch, rng)
    rows, index = distinct_rows(x)
    found = flow.kernel_flow(network, shapes, rows, index, z)
    matrices = [matrix.complete() for matrix in network.matrices]
    step = 1e-6
    for b in range(batch):
        weights = [w[b] for w in matrices]

        def kernel(at):
            return dense_h(at, x[0], z[0], m, H)[2] @ dense_h(at, x[1], z[1], m, H)[2]

        toward = dense_h(weights, x[2], z[2], m, H)[2]
        total = (kernel(moved(weights, toward, -step)) - kernel(moved(weights, toward, step))) / (2 * step)
        # The change of c alone: V moves by -K^f c_i, everything else stays.
        J = [jacobian(weights, row) for row in x]
        V = [relu_pass(weights, row)[2] for row in x]
        c = [implicit(v, entry, m, H)[1] for v, entry in zip(V, z, strict=True)]
        first = []
        for here, there in ((0, 1), (1, 0)):
            shift = step * (J[here] @ J[2].T @ c[2])
            change = implicit(V[here] - shift, z[here], m, H)[1] - implicit(V[here] + shift, z[here], m, H)[1]
            first.append(change @ J[here] @ J[there].T @ c[there] / (2 * step))
        expected = np.array([*first, total - sum(first), total])
        assert np.allclose(found[b], expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


def moment(values):
    """Mean square and its standard error."""
    square = values**2
    return square.mean(), square.std(ddof=1) / sqrt(len(square))


def test_O30_first_term_at_infinite_n_is_exactly_one_over_m():
    """H = 2: m^2 E first^2 is the same number at m = 16 and 256 (seed 410); rms m^(-3/4) or m^(-5/4) is not."""
    rng = np.random.default_rng(410)
    found = {}
    for m, samples in ((16, 40000), (256, 10000)):
        values = flow.sample_kernel_flow_limit(2, m=m, covariance=COVARIANCE, z=PLANE, samples=samples, rng=rng).values
        mean, error = moment(values[:, 0])
        found[m] = m**2 * mean, m**2 * error
        assert abs(values[:, 0].mean()) < Z * values[:, 0].std() / sqrt(samples)  # centred
    low, high = found[16], found[256]
    error = sqrt(low[1] ** 2 + high[1] ** 2)
    assert abs(low[0] - high[0]) < Z * error
    assert abs(low[0] - high[0] * 16**0.5) > Z * 2 * error
    assert abs(low[0] - high[0] / 16**0.5) > Z * error


def test_three_layers_tend_to_one_over_m():
    """H = 3, n = infinity: m rms(first) falls towards its limit, .70 at m = 64 to .66 at 256; slope near -1."""
    rng = np.random.default_rng(411)
    request = {"covariance": COVARIANCE, "z": PLANE, "samples": 2000, "rng": rng}
    found = [moment(flow.sample_kernel_flow_limit(3, m=m, **request).values[:, 0]) for m in (32, 256)]
    slope = np.log(found[1][0] / found[0][0]) / 2 / np.log(8)
    error = sqrt(sum((e / mean) ** 2 for mean, e in found)) / 2 / np.log(8)
    assert abs(slope + 1.0) < Z * error + 0.1
    assert Z * error + 0.1 < 0.45


def test_second_term_is_one_over_n_and_first_does_not_depend_on_n():
    """H = L = 2, m = 16, one x: slopes -1 (second) and 0 (first) between n = 10^4 and 10^8; seed 412."""
    rng = np.random.default_rng(412)
    found = {
        n: flow.sample_kernel_flow(2, 2, n, m=16, z=(1.0, 0.7, 0.5), samples=8000, rng=rng).values
        for n in (10**4, 10**8)
    }
    for column, expected in ((0, 0.0), (1, 0.0), (2, -1.0), (3, 0.0)):
        (low, low_error), (high, high_error) = (moment(found[n][:, column]) for n in (10**4, 10**8))
        slope = np.log(high / low) / 2 / np.log(10**4)
        error = sqrt((low_error / low) ** 2 + (high_error / high) ** 2) / 2 / np.log(10**4)
        assert abs(slope - expected) < Z * error + 0.01
        assert Z * error < 0.1


def test_first_term_is_one_over_n_if_m_is_larger():
    """H = L = 2: from m = 64 to 1024 |first| falls by 1.4 at n = 64 (16 at n = 10^8); seed 416.

    Medians, because few samples carry the moments at small n.  The ratio's relative error, over repetitions, is
    .03, and the bounds are more than 8 errors away: rate below 1e-9.
    """
    rng = np.random.default_rng(416)
    for n, bounds in ((64, (1.0, 4.0)), (10**8, (12.0, 20.0))):
        found = [
            flow.sample_kernel_flow(2, 2, n, m=m, z=(1.0, 0.7, 0.5), samples=3000, rng=rng).values[:, 0]
            for m in (64, 1024)
        ]
        ratio = np.median(np.abs(found[0])) / np.median(np.abs(found[1]))
        assert bounds[0] < ratio < bounds[1]


def test_second_term_does_not_depend_on_m():
    """H = L = 2, n = 10^6: n rms(second) moves by less than 2 from m = 64 to 1024, where m^(-1/2) asks for 4."""
    rng = np.random.default_rng(413)
    found = [
        moment(flow.sample_kernel_flow(2, 2, 10**6, m=m, z=(1.0, 0.7, 0.5), samples=s, rng=rng).values[:, 2])
        for m, s in ((64, 8000), (1024, 2000))
    ]
    ratio = sqrt(found[0][0] / found[1][0])
    error = ratio * sqrt(sum((e / mean) ** 2 for mean, e in found)) / 2
    assert ratio - Z * error > 1 / 2
    assert ratio + Z * error < 2


def test_finite_n_tends_to_the_process():
    """First term at n = 10^9 against n = infinity, H = 3, one x: mean squares within Z errors; seed 414."""
    rng, z = np.random.default_rng(414), PLANE
    # Theta^f = L = 2 between equal inputs.
    tangent = np.full((3, 3), 2.0)
    limit = flow.sample_kernel_flow_limit(
        3, m=8, covariance=np.ones((3, 3)), tangent=tangent, z=z, samples=20000, rng=rng
    ).values
    wide = flow.sample_kernel_flow(3, 2, 10**9, m=8, z=z, samples=20000, rng=rng).values
    for column in (0, 1):
        (a, a_error), (b, b_error) = moment(limit[:, column]), moment(wide[:, column])
        assert abs(a - b) < Z * sqrt(a_error**2 + b_error**2)
        assert Z * sqrt(a_error**2 + b_error**2) < a  # a lost factor Theta^f would show


def test_one_layer_has_no_first_term():
    """H = 1: h is linear in V; and L = 1: f is linear in w, so there is no second term.  Exactly."""
    rng = np.random.default_rng(415)
    assert not flow.sample_kernel_flow(1, 2, 8, m=1, samples=5, rng=rng).values[:, :2].any()
    assert not flow.sample_kernel_flow(2, 1, [], m=4, samples=5, rng=rng).values[:, 2].any()
    assert not flow.sample_kernel_flow_limit(1, m=3, covariance=np.eye(3), samples=5, rng=rng).values.any()


@pytest.mark.parametrize(
    ("change", "message"),
    [({"m": 0}, "m is 0"), ({"inputs": [[1.0]]}, "1 rows"), ({"z": (1.0, 2.0)}, "2 entries"),
     ({"samples": -1}, "samples is -1"), ({"widths": [3, 3]}, "2 widths")],
)  # fmt: skip
def test_bad_requests(change, message):
    request = {"g_depth": 2, "depth": 2, "widths": 8, "m": 2, "samples": 2, "rng": np.random.default_rng(0)} | change
    with pytest.raises(ValueError, match=message):
        flow.sample_kernel_flow(**request)
    with pytest.raises(ValueError, match="tangent is"):
        flow.sample_kernel_flow_limit(
            2, m=2, covariance=np.eye(3), tangent=[[1.0]], samples=1, rng=np.random.default_rng(0)
        )
