"""What is computed twice is done once, and is the same number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
jnp = jax.numpy

from verifier.programs import quantity, scan, width  # noqa: E402

n = width("n")


def test_the_same_operation_is_done_once() -> None:
    @quantity(weights={"W": (n, n), "x": (n,)})
    def twice(w: Any) -> Any:
        one = jnp.tanh(w["W"] @ w["x"])
        two = jnp.tanh(w["W"] @ w["x"])
        other = jnp.tanh(w["W"].T @ w["x"])
        return {"zero": jnp.mean((one - two) ** 2), "not": jnp.mean((one - other) ** 2)}

    names = [op.name for op in twice.graph(50).ops]
    assert names.count("dot_general") == names.count("tanh") == 2
    found = twice.sample(50, 4)
    assert np.all(found["zero"] == 0)
    assert np.all(found["not"] > 0)
    rows = scan(twice, widths=(20, 40, 80, 160), samples=3).rows
    assert [row.name for row in rows] == ["one", "other", "zero", "not"]


def test_a_constant_that_is_the_width_by_chance_is_not_the_width() -> None:
    """At n = 40 both quotients are the same; the program is still the same one at every width."""

    @quantity(weights={"x": (n,)})
    def scaled(w: Any) -> Any:
        by_width = w["x"] / w["x"].shape[0]
        by_number = w["x"] / 40
        return {"a": jnp.sum(by_width**2), "b": jnp.sum(by_number**2)}

    assert len(scaled.graph(40).ops) == len(scaled.graph(41).ops)
    at = scaled.sample(41, 2)
    np.testing.assert_allclose(at["b"] / at["a"], (41 / 40) ** 2)
    found = scan(scaled, ["a=-1", "b=1"], widths=(40, 800, 8000, 80000), samples=64)
    assert [str(row.verdict) for row in found.rows if row.returned] == ["consistent"] * 2


def test_what_nobody_takes_is_not_done() -> None:
    @quantity(weights={"W": (n, n), "x": (n,)})
    def wasteful(w: Any) -> Any:
        unused = jnp.tanh(w["W"]) @ w["x"]  # this would form the matrix
        return jnp.mean(w["x"] ** 2) + 0.0 * len(unused)

    assert "tanh" not in [op.name for op in wasteful.graph(50).ops]
    assert wasteful.sample(50, 2)["wasteful"].shape == (2,)


def test_operations_that_differ_in_what_is_not_plain_data_are_not_the_same() -> None:
    @quantity(weights={"x": (n,)})
    def reductions(w: Any) -> Any:
        one = jax.lax.reduce(w["x"], 0.0, lambda a, b: a + b * b, (0,))
        two = jax.lax.reduce(w["x"], 0.0, lambda a, b: jnp.maximum(a, b), (0,))
        three = jax.lax.cond(w["x"][0] > 0, lambda x: x.sum(), lambda x: x.max(), w["x"])
        four = jax.lax.cond(w["x"][0] > 0, lambda x: x.max(), lambda x: x.sum(), w["x"])
        return {"apart": jnp.abs(one - two), "branches": jnp.abs(three - four)}

    for values in reductions.sample(50, 4).values():
        assert np.all(values > 0)
