"""Programs of which something false was once derived, each with a neighbour of which the truth is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
jnp = jax.numpy

from verifier.cli import cli  # noqa: E402
from verifier.programs import Derived, derive, quantity, width  # noqa: E402

n = width("n")
Weights = dict[str, Any]
VECTORS = {"W": (n, n), "x": (n,), "v": (n,), "u": (n,), "A": (n, 2)}


def derived(function: Callable[[Weights], Any], weights: Any = None) -> Derived:
    return derive(quantity(weights=weights or VECTORS, name="f")(function))


def undecided(function: Callable[[Weights], Any], why: str) -> None:
    row = derived(function).row("f")
    assert row.exponent is None
    assert not row.zero
    assert why in row.reason


def random_scalar(w: Weights) -> Any:
    return jnp.sum(w["x"] * w["v"]) / jnp.sqrt(len(w["x"]))


def test_the_sign_of_what_is_0_at_times_is_not_1_in_mean_square() -> None:
    assert derived(lambda w: jnp.mean(jnp.sign(jax.nn.relu(w["x"])) ** 2)).row("f").constant == "1/2"
    assert derived(lambda w: jnp.mean(jnp.sign(w["x"]) ** 2)).row("f").constant == "1"


def test_numbers_cut_to_integers_are_not_themselves() -> None:
    undecided(lambda w: jnp.mean(w["x"].astype(int).astype(float) ** 2), "cut to integers")
    undecided(lambda w: jnp.mean(~(w["x"] > 0).astype(int) * 1.0), "not of integers")
    assert derived(lambda w: jnp.mean((w["x"] > 0).astype(int) * 1.0)).row("f").constant == "1/2"
    assert derived(lambda w: jnp.mean(~(w["x"] > 0) * 1.0)).row("f").constant == "1/2"


@pytest.mark.parametrize("name", ["step", "x"])
def test_a_weight_called_step_is_not_its_own_square(name: str) -> None:
    row = derived(lambda w: jnp.mean(w[name] ** 2), {name: (n,)}).row("f")
    assert (row.exponent, row.constant) == (0, "1")


def test_a_matrix_moved_to_the_other_factor_is_no_new_random_scalar() -> None:
    """v·Wφ(x) and φ(x)·Wᵀv are the same number."""

    def difference(w: Weights, other: str) -> Any:
        y = jnp.tanh(w["x"])
        return (w["v"] @ (w["W"] @ y) - (w[other] @ w["W"]) @ y) / len(y)

    undecided(lambda w: difference(w, "v"), "linearly independent")
    undecided(lambda w: w["x"] @ ((w["W"] - w["W"].T) @ w["x"]) / len(w["x"]), "linearly independent")
    row = derived(lambda w: (w["v"] @ (w["W"] @ w["x"]) - w["u"] @ (w["W"] @ w["x"])) / len(w["x"])).row("f")
    assert row.exponent == 0


def softplus(y: Any) -> Any:
    return jnp.log(1 + jnp.exp(y))


def test_an_unknown_expectation_may_be_the_random_scalar_it_is_taken_from() -> None:
    """log(1+e^y) - log(1+e^-y) is y, so that with y = u + f its mean is f in the limit."""

    def centred(w: Weights) -> Any:
        y = w["u"] + random_scalar(w)
        return jnp.mean(softplus(y) - softplus(-y)) - random_scalar(w)

    undecided(centred, "depends on random scalars")


def test_a_slope_in_a_random_scalar_that_is_inside_a_function_too_says_nothing() -> None:
    def vector(w: Weights) -> Any:
        y = w["u"] + random_scalar(w)
        g = softplus(y) - softplus(-y) - y
        return jnp.mean(g**2)

    assert derived(vector).row("f").exponent is None


def test_two_unknown_numbers_are_not_equal() -> None:
    def one(w: Weights) -> Any:
        a, b, c = w["x"], w["v"], w["u"]
        t, f = jnp.tanh, random_scalar(w)
        first = jnp.mean(t(a) * t(a + b) * t(a + b + c) * t(c + a))
        other = jnp.mean(t(a) * t(a - b) * t(2 * a + b + c) * t(a + c))
        return t(f * first) - t(f * other) + 1

    row = derived(one).row("f")
    assert row.constant == ""


def test_a_reshape_that_mixes_coordinates_is_no_transposition() -> None:
    undecided(lambda w: jnp.mean(w["A"].reshape(2, -1)[0] * w["A"][:, 0]), "a reshape")
    assert derived(lambda w: jnp.mean(w["A"].reshape(-1, 1, 2)[:, 0, 0] * w["A"][:, 0])).row("f").constant == "1"


def test_a_vector_copied_to_a_matrix_is_undecided_and_no_crash() -> None:
    def mean(w: Weights) -> Any:
        size = len(w["x"])
        return jnp.mean((jnp.broadcast_to(w["x"][None, :], (size, size)) @ w["v"] / size) ** 2)

    undecided(mean, "copied to a matrix")


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (
            lambda w: jnp.mean(jax.lax.fori_loop(0, len(w["x"]), lambda k, c: c + w["x"] / len(w["x"]), w["v"]) ** 2),
            "a loop with as many steps",
        ),
        (lambda w: jnp.mean(w["x"] ** (2 if len(w["x"]) < 1000 else 4)), "y that depends on the width"),
        (
            lambda w: 1.0 * jax.lax.cond(len(w["x"]) > 1000, lambda: jnp.mean(w["x"]), lambda: jnp.mean(w["x"] ** 2)),
            "a branch that depends on the width",
        ),
        (lambda w: jnp.mean(w["x"] ** 2) * (len(w["x"]) ** 0.5 - int(len(w["x"]) ** 0.5)), "a constant that is"),
    ],
)
def test_what_the_width_changes_is_not_read_at_the_first_width(function: Callable[[Any], Any], why: str) -> None:
    undecided(function, why)


def test_a_loop_of_fixed_length_is_derived() -> None:
    row = derived(lambda w: jnp.mean(jax.lax.fori_loop(0, 3, lambda k, c: c + w["x"], w["v"]) ** 2)).row("f")
    assert (row.exponent, row.constant) == (Fraction(0), "10")


RETURNED = """
import jax, jax.numpy as jnp
from verifier.programs import quantity, width
n = width("n")

@quantity(weights={"v": (n,), "x": (n,)})
def unknown(w):
    return {"d": jax.lax.while_loop(lambda c: c < 5, lambda c: c * 2 + 1, jnp.mean(w["v"] ** 2)),
            "o": jnp.mean(w["x"] ** 2)}

@quantity(weights={"v": (n,), "x": (n,)})
def known(w):
    return {"d": jax.lax.fori_loop(0, 2, lambda k, c: c * jnp.mean(w["x"] ** 2), jnp.mean(w["v"] ** 2)),
            "o": jnp.mean(w["x"] ** 2)}
"""


def test_what_a_loop_returns_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(RETURNED)
    lost = CliRunner().invoke(cli, ["derive", f"{tmp_path / 'model.py'}:unknown"])
    assert lost.exit_code == 3
    assert "d: undecided" in lost.output
    found = CliRunner().invoke(cli, ["derive", f"{tmp_path / 'model.py'}:known"])
    assert found.exit_code == 0, found.output
    assert any(text.split()[:1] == ["d"] for text in found.output.splitlines())
