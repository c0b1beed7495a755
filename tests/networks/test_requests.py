"""Which sampler serves what, and what is refused in one sentence."""

from __future__ import annotations

import numpy as np
import pytest

from verifier.networks.correlations import choose_sampler, sample_K, sample_layer_T, sample_T

RNG = np.random.default_rng(60)


def T(depth=2, widths=8, orders=(1,), **more):
    return sample_T(depth, widths, orders, **({"samples": 2, "rng": RNG} | more))


def K(g_depth=2, depth=2, widths=8, orders=(1,), **more):
    return sample_K(g_depth, depth, widths, orders, **({"samples": 2, "rng": RNG} | more))


def layered(layers, d, ds, **more):
    return sample_layer_T(3, 8, layers, d, ds, samples=2, rng=RNG, **more)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: T(depth=0), "depth is 0: it must be an integer >= 1"),
        (lambda: T(widths=0), "width is 0: it must be an integer >= 1 and < 2\\^53"),
        (lambda: T(widths=2**53), "width is 9007199254740992"),
        (lambda: T(widths=8.5), "width is 8.5"),
        (lambda: T(widths=[8, 8]), "2 widths were given: depth 2 has 1 hidden layers"),
        (lambda: T(orders=[-1]), "order is -1"),
        (lambda: T(orders=[]), "orders is empty"),
        (lambda: T(orders=[True]), "order is True"),
        (lambda: T(samples=0), "samples is 0"),
        (lambda: T(angle=float("nan")), "angle is nan"),
        (lambda: T(inputs=np.ones(3)), "one input a row"),
        (lambda: T(inputs=np.eye(2), orders=[2]), "inputs has 2 rows: order 2 needs 3"),
        (lambda: T(sampler="fast"), "sampler is 'fast'"),
        (lambda: T(sampler="clt"), "'clt' serves two relu inputs, not 1"),
        (lambda: T(precision="half"), "precision is 'half'"),
        (lambda: T(precision="single", sampler="dense"), "for the samplers lazy and stream of relu, not 'dense'"),
        (lambda: T(activation="tanh"), "activation is 'tanh'"),
        (lambda: T(sampler="gram", angle=60), "one relu input, not 2: their masks are dependent"),
        (lambda: T(sampler="stream"), "2 to 6 relu inputs, not 1"),
        (lambda: T(sampler="stream", angle=60, activation="linear"), "relu inputs, not 2 linear"),
        (lambda: T(sampler="dense", widths=10**6), "'dense' serves widths up to 32768, not 1000000"),
        (lambda: T(angle=60, widths=2**40), "'stream' serves widths up to"),
        (lambda: K(g_depth=0), "g_depth is 0"),
        (lambda: K(m=0), "m is 0"),
        (lambda: K(z=(1.0,)), "z has 1 entries"),
        (lambda: K(z=(1.0, [1.0, 2.0])), "of one length"),
        (lambda: K(z=(1.0, float("inf"))), "finite"),
        (lambda: K(sampler="gram", angle=60), "dependent"),
        (lambda: layered((1, 4), 0, (0, 0)), "layer is 4: the network has layers 1 to 3"),
        (lambda: layered((0, 1), 0, (0, 0)), "layer is 0"),
        (lambda: layered((1, 2), 0, (0,)), "of one length"),
        (lambda: layered((1, 2), -1, (0, 0)), "output is -1"),
        (lambda: layered([(1, 2)], 0, []), "one of each a term"),
        (lambda: layered((1, 2), 0, (0, 0), inputs=np.eye(2)), "inputs has 2 rows: 2 layers need 3"),
    ],
)
def test_refused(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("activation", "inputs", "widths", "kind"),
    [
        ("relu", 1, (4096,), "gram"), ("relu", 2, (4096, 9), "stream"), ("relu", 4, (4096,), "stream"),
        ("relu", 5, (4096,), "lazy"),
        ("linear", 5, (4096,), "gram"), ("relu", 1, (16, 16), "dense"), ("relu", 2, (8,), "dense"),
        ("relu", 1, (), "dense"),
    ],
)  # fmt: skip
def test_chosen(activation, inputs, widths, kind):
    assert choose_sampler("auto", activation, inputs, widths) == kind


def test_shapes_and_meta():
    draw = T(depth=3, widths=(30, 40), orders=(0, 3, 1), samples=7)
    assert draw.values.shape == (7, 3)
    assert draw.normals.shape == (7, 1)
    assert draw.meta["sampler"] == "gram"
    assert draw.meta["quantities"] == ("T(0)", "T(3)", "T(1)")
    draw = K(g_depth=3, m=2, z=([1.0, 2.0, 0.5], [1.0, 0.0, 0.0]), orders=range(3), samples=5)
    assert draw.values.shape == (5, 3)
    assert draw.normals.shape == (5, 3 * 2 + 2 * 2 + 2)


def test_depth_one_and_equal_rows():
    values = T(depth=1, widths=[], orders=(0, 1, 2), samples=4).values
    assert np.all(values[:, 1] == 1.0)
    assert np.all(values[:, 2] == 0.0)
    equal = T(widths=40, inputs=np.ones((3, 2)), orders=(2,), samples=4)
    assert equal.meta["sampler"] == "gram"


def test_many_outputs():
    """A wide implicit network: 10^4 + 200 outputs of f, met through products as well."""
    draw = K(g_depth=3, m=100, widths=10**6, orders=(0, 1), samples=2)
    assert draw.meta["sampler"] == "gram"
    assert np.all(np.isfinite(draw.values))
