"""Hypernetworks trained on values: a step against a numerical gradient, and against the limit kernel."""

from __future__ import annotations

import numpy as np
import pytest

from verifier.networks.descent_h import train
from verifier.networks.limits import Hyperkernel, Inputs
from verifier.networks.training import Hyper, initial, outputs

SEED = 20201


def shape(depth: int, n: int, g_depth: int, m: int) -> Hyper:
    return Hyper(depth, n, g_depth, m, inputs=5, g_inputs=3, outputs=1)


def points(rng: np.random.Generator, count: int = 12) -> Inputs:
    return Inputs(rng.standard_normal((4, 5)), rng.standard_normal((6, 3)), np.arange(count) % 4, np.arange(count) % 6)


def test_a_step_follows_the_gradient_of_the_mean_halved_squared_error() -> None:
    rng = np.random.default_rng(SEED)
    u, model, rate = points(rng), shape(2, 4, 2, 3), 0.05
    labels = rng.standard_normal(12)
    found = train(model, u, labels, u, rates=[rate], steps=1, batch=12, rng=np.random.default_rng(1))
    weights = [w[0].astype(float) for w in initial(model, 1, np.random.default_rng(1))]

    def h(given: list[np.ndarray]) -> np.ndarray:
        return outputs(model, given, u.x[u.image], u.z[u.place])[:, 0]

    moved = [w.copy() for w in weights]
    for w, goal in zip(weights, moved, strict=True):
        for at in np.ndindex(w.shape):
            kept, step = w[at], 1e-6
            w[at] = kept + step
            high = ((h(weights) - labels) ** 2).mean() / 2
            w[at] = kept - step
            low = ((h(weights) - labels) ** 2).mean() / 2
            w[at] = kept
            goal[at] -= rate * (high - low) / (2 * step)
    np.testing.assert_allclose(found.predictions[0, 0], h(moved), rtol=2e-4, atol=2e-5)
    assert np.abs(h(moved) - h(weights)).max() > 1e-2


def test_the_first_change_of_a_wide_network_is_that_of_the_limit_kernel() -> None:
    rng = np.random.default_rng(SEED)
    u = Inputs(rng.standard_normal((2, 5)), rng.standard_normal((2, 3)), np.array([0, 1]), np.array([0, 1]))
    model, rate, labels = shape(2, 512, 2, 128), 1e-4, np.array([100.0, 100.0])  # beside which h is small

    def run(steps: int) -> np.ndarray:
        return train(model, u, labels, u, rates=[rate], steps=steps, batch=2, samples=16,
                     rng=np.random.default_rng(SEED)).predictions[0]  # fmt: skip

    change = (run(1) - run(0)).mean(axis=0) / rate
    limit = Hyperkernel(2, 2).matrix(u) @ labels / 2
    np.testing.assert_allclose(change, limit, rtol=0.15)  # about 16^-1/2 of a tenth is seen
    other = Hyperkernel(3, 2).matrix(u) @ labels / 2
    assert (np.abs(change / other - 1) > 0.2).all()


def test_a_rate_that_diverges_is_marked_and_the_others_are_as_without_it() -> None:
    rng = np.random.default_rng(SEED)
    u, labels = points(rng), rng.standard_normal(12)

    def run(rates: list[float]) -> object:
        return train(shape(2, 8, 2, 4), u, labels, u, rates=rates, steps=30, batch=5, samples=2,
                     rng=np.random.default_rng(2))  # fmt: skip

    both, alone = run([0.05, 1e6]), run([0.05])
    assert both.diverged.tolist() == [[False, False], [True, True]]
    assert np.isnan(both.predictions[1]).all()
    np.testing.assert_allclose(both.predictions[0], alone.predictions[0], rtol=1e-4, atol=1e-5)
    assert ((both.predictions[0] - labels) ** 2).mean() < (labels**2).mean()


def test_bad_arguments_are_one_sentence() -> None:
    rng = np.random.default_rng(SEED)
    u, labels = points(rng), np.zeros(12)
    for options, sentence in (
        ({"rates": []}, "rates are"), ({"rates": [-1.0]}, r"rates are \[-1.0\]"),
        ({"batch": 13}, "a batch of 13 is more"),
        ({"steps": -1}, "steps is -1"),
        ({"model": Hyper(2, 4, 2, 3, 5, 3, 2)}, "not inputs and outputs of the sizes"),
        ({"labels": np.zeros(3)}, r"labels have shape \(3,\)"),
    ):  # fmt: skip
        given = {"model": shape(2, 4, 2, 3), "labels": labels, "rates": [0.1], "steps": 1, "batch": 2} | options
        with pytest.raises(ValueError, match=sentence):
            train(given.pop("model"), u, given.pop("labels"), u, rng=rng, **given)
