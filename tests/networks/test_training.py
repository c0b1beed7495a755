"""Training in JAX, against the networks of this package, finite differences and one run at a time.

Fixed seeds: nothing here is random.
"""

from __future__ import annotations

import sys

import numpy as np
import pytest

from verifier.networks import training
from verifier.networks.gaussian import DenseGaussian
from verifier.networks.mlp import Network
from verifier.networks.training import Examples, Hyper, NoJax, Plain, initial, outputs, train

PLAIN = Plain(3, 7, 4, 3)
HYPER = Hyper(2, 6, 2, 4, 5, 4, 2)


def network(weights, at: int) -> Network:
    """The run ``at`` as a network of the package."""
    matrices = [DenseGaussian(np.asarray(w[at : at + 1], dtype=float)) for w in weights]
    return Network([w.shape[2] for w in weights], matrices, 1)


def examples(count: int = 16, seed: int = 0) -> Examples:
    rng = np.random.default_rng(seed)
    x, z = rng.standard_normal((count, 5)).astype(np.float32), rng.standard_normal((count, 4)).astype(np.float32)
    return Examples(x, (x[:, 0] * z[:, 0] > 0).astype(np.int32), z)


def test_outputs_are_those_of_the_networks_of_the_package_on_the_same_weights() -> None:
    weights = initial(PLAIN, 2, np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((5, 4))
    for run in range(2):
        expected = [at.f[0] for at in network(weights, run).forward(x)]
        np.testing.assert_allclose(outputs(PLAIN, [w[run] for w in weights], x), expected, rtol=1e-5, atol=1e-6)


def test_a_hypernetwork_is_its_implicit_network_at_the_weights_that_f_gives() -> None:
    weights = initial(HYPER, 1, np.random.default_rng(0))
    data = examples(3)
    found = outputs(HYPER, [w[0] for w in weights], data.x, data.z)
    for row in range(3):
        flat = network(weights, 0).forward(np.asarray(data.x[row : row + 1], dtype=float))[0].f[0]
        start, parts = 0, []
        for rows, columns in HYPER.g.shapes:
            parts.append(flat[None, start : start + rows * columns].reshape(1, rows, columns))
            start += rows * columns
        assert start == flat.size
        expected = network(parts, 0).forward(np.asarray(data.z[row : row + 1], dtype=float))[0].f[0]
        np.testing.assert_allclose(found[row], expected, rtol=1e-4, atol=1e-5)


def losses(model, weights, data: Examples, loss: str) -> float:
    """The mean loss, written out."""
    f = outputs(model, weights, data.x.astype(float), None if data.z is None else data.z.astype(float))
    if loss == "squared":
        return float((np.square(f - np.eye(f.shape[1])[data.y]).sum(axis=1) / 2).mean())
    log = f - np.log(np.exp(f - f.max(1, keepdims=True)).sum(1, keepdims=True)) - f.max(1, keepdims=True)
    return float(-log[np.arange(len(data.y)), data.y].mean())


@pytest.mark.parametrize("loss", training.LOSSES)
def test_a_step_is_down_the_slope_that_differences_find(loss: str) -> None:
    """One step on all examples, its loss against that of W - mu dW with dW by central differences."""
    data, rate = examples(8), 0.1
    weights = [w[0].astype(float) for w in initial(HYPER, 1, np.random.default_rng(4))]
    moved = []
    for w in weights:
        slope = np.empty_like(w)
        for at in np.ndindex(*w.shape):
            kept = w[at]
            w[at] = kept + 1e-5
            up = losses(HYPER, weights, data, loss)
            w[at] = kept - 1e-5
            slope[at] = (up - losses(HYPER, weights, data, loss)) / 2e-5
            w[at] = kept
        moved.append(w - rate * slope)
    start = [w[None].astype(np.float32) for w in weights]
    found = train(HYPER, data, data, rates=[rate], runs=1, epochs=1, batch=8, loss=loss, weights=start,
                  rng=np.random.default_rng(0))  # fmt: skip
    assert found.loss[0, 0, 0] == pytest.approx(losses(HYPER, weights, data, loss), rel=1e-4)
    assert found.loss[0, 0, 1] == pytest.approx(losses(HYPER, moved, data, loss), rel=1e-4)
    assert found.loss[0, 0, 1] < found.loss[0, 0, 0]


#: One compiled program serves the tests of whole runs: two runs, two rates, two passes.
WHOLE = {"runs": 2, "rates": [0.3, 1e12], "epochs": 2, "batch": 8}


class Keys:
    """In the place of the generator of the orders: a row of keys for each run."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows

    def integers(self, *_: object, **__: object) -> np.ndarray:
        return self.rows


def test_a_run_of_a_batch_does_not_depend_on_the_others() -> None:
    data = examples(16)
    weights = initial(HYPER, 3, np.random.default_rng(7))
    keys = np.arange(6, dtype=np.uint32).reshape(3, 2)
    found = {}
    for pair in ((0, 1), (1, 2)):
        rows = list(pair)
        trained = train(HYPER, data, data, weights=[w[rows] for w in weights], rng=Keys(keys[rows]),
                        **WHOLE)  # type: ignore[arg-type]  # fmt: skip
        assert trained.accuracy.shape == (2, 2, 3)
        found[pair] = trained.loss[:, 0]
    np.testing.assert_allclose(found[0, 1][1], found[1, 2][0], rtol=1e-5)
    assert not np.allclose(found[0, 1][0], found[0, 1][1])


def test_the_same_generator_gives_the_same_runs_and_another_one_others() -> None:
    data = examples(16)
    one, two, other = (train(HYPER, data, data, rng=np.random.default_rng(s), **WHOLE).loss for s in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.allclose(one[:, 0], other[:, 0])


def test_a_run_that_diverges_is_recorded_as_diverged_beside_one_that_does_not() -> None:
    data = examples(16)
    found = train(HYPER, data, data, rng=np.random.default_rng(0), **WHOLE)
    np.testing.assert_array_equal(found.diverged, [[False, True]] * 2)
    assert (found.accuracy[:, 1, 2] == 0).all()
    assert np.isfinite(found.loss[:, 0]).all()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rates": []}, "rates are"), ({"rates": [0.0]}, "above 0"), ({"runs": 0}, "runs is 0"),
        ({"batch": 17}, "there are 16 examples"), ({"loss": "hinge"}, "cross-entropy, squared"),
    ],
)  # fmt: skip
def test_what_cannot_be_trained_is_refused(change: dict, told: str) -> None:
    settings = {"rates": [0.1], "runs": 1, "epochs": 1, "batch": 4} | change
    with pytest.raises(ValueError, match=told):
        train(HYPER, examples(16), examples(16), rng=np.random.default_rng(0), **settings)


def test_inputs_of_g_belong_to_hypernetworks_alone() -> None:
    with pytest.raises(ValueError, match="needs inputs z"):
        train(PLAIN, examples(4), examples(4), rates=[0.1], runs=1, epochs=1, batch=2, rng=np.random.default_rng(0))


def test_without_jax_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(NoJax, match=r"wide-verifier\[experiments\]"):
        train(HYPER, examples(4), examples(4), rates=[0.1], runs=1, epochs=1, batch=2, rng=np.random.default_rng(0))
