"""Derived exponents: those that theory knows, what must be undecided, and twins that must come out otherwise.

Samples have fixed seeds; where they are held against a derived limit the distance is given in standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
jnp = jax.numpy

import derived_programs as examples  # noqa: E402

from verifier.programs import Derived, derive, quantity, scan, width, zeros  # noqa: E402

n = width("n")
HALF = Fraction(1, 2)

#: what theory says of the changes in one step: df, dh1, dh2; None: undecided, with the upper bound
ONE_STEP: dict[str, tuple[Any, Any, Any]] = {
    "ntp relu": (0, -HALF, -HALF),
    "mup relu": (None, 0, 0),
    "sp relu, rate 1/n": (0, Fraction(-3, 2), -HALF),
}
SLOW_STEP: dict[str, tuple[Any, Any, Any]] = {
    "ntp tanh": (0, -HALF, -HALF),
    "mup tanh": (None, 0, 0),
    "sp relu, rate 1": (None, -HALF, HALF),
    "sp tanh, rate 1": (None, -HALF, HALF),
    "sp tanh, rate 1/n": (0, Fraction(-3, 2), -HALF),
}


def check_step(name: str, expected: tuple[Any, Any, Any]) -> None:
    found = derive(examples.PROGRAMS[name]())
    assert tuple(found.row(key).exponent for key in ("df", "dh1", "dh2")) == expected
    for row in found.rows:
        assert row.decided or row.zero or (row.reason.startswith(row.line.split(":")[0]) and row.at_most is not None)


@pytest.mark.parametrize("name", ONE_STEP)
def test_one_step_of_training(name: str) -> None:
    check_step(name, ONE_STEP[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW_STEP)
def test_one_step_of_training_with_integrals(name: str) -> None:
    check_step(name, SLOW_STEP[name])


def test_a_smooth_network_at_one_input_in_the_fast_suite() -> None:
    @quantity(weights={"w": (n,), "v": (n,)})
    def change(w: dict[str, Any]) -> Any:
        size = w["v"].shape[0]
        net = lambda w: jnp.tanh(w["w"]) @ w["v"] / jnp.sqrt(size)  # noqa: E731
        g = jax.grad(lambda w: 0.5 * (net(w) - 1.0) ** 2)(w)
        difference = net({k: w[k] - 0.3 * g[k] for k in w}) - net(w)
        return difference

    assert derive(change).exponents["change"] == 0


def one_input(activation: Callable[[Any], Any]) -> Any:
    """A step of gradient descent of two hidden layers in μP, at the one input 1 with the target 1."""

    def net(w: dict[str, Any]) -> tuple[Any, Any]:
        size = w["V"].shape[0]
        h2 = w["W2"] @ activation(w["W1"]) / jnp.sqrt(size)
        return activation(h2) @ w["V"] / size, h2

    @quantity(weights={"W1": (n,), "W2": (n, n), "V": (n,)})
    def change(w: dict[str, Any]) -> Any:
        g = jax.grad(lambda w: 0.5 * (net(w)[0] - 1.0) ** 2)(w)
        new = {k: w[k] - 0.3 * len(w["V"]) * g[k] for k in w}
        df, dh2 = (jnp.sqrt(jnp.mean((b - a) ** 2)) for a, b in zip(net(w), net(new), strict=True))
        return {"df": df, "dh2": dh2}

    return change


def test_the_output_of_mup_moves_by_order_1_at_one_input() -> None:
    """df tends to E[(V + .3 tanh G) tanh(G' + c V tanh'(G))]: three variables, and c and their covariance over two.

    Twins: samples lie in the enclosure; and where more inputs make more variables it is undecided.
    """
    program = one_input(jnp.tanh)
    row = derive(program).row("df")
    assert row.exponent == 0
    assert row.value is None  # the enclosure is wide, and no digits are shown that are not known
    middle, radius = (float(x) for x in row.constant.split(" ± "))
    assert 0 < radius < middle
    sampled = program.sample(16384, samples=32, seed=2)["df"]
    assert abs(sampled.mean() - middle) < radius
    assert derive(one_input(jax.nn.relu)).row("df").exponent is None  # a kink of a function of functions


def value(name: str, key: str) -> tuple[Fraction | None, str, float | None]:
    row = derive(examples.PROGRAMS[name]()).row(key)
    return row.exponent, row.constant, row.value


def test_attention_logits() -> None:
    assert value("logits, independent", "logit")[0] == -HALF
    assert value("logits, tied", "logit") == (0, "1/4", 0.25)  # x_1·x_2 = -0.3 + 0.55


def test_a_transposed_matrix_that_is_met_again() -> None:
    assert value("gram", "size") == (0, "2", 2.0)


def test_tied_weights_as_if_they_were_independent_are_caught_by_dense_samples() -> None:
    """The wrong rule, without the correction, gives 1: 64 dense matrices at n = 256 tell, at 20 standard errors."""
    wrong = derive(examples.gram_with_other()).row("size")
    assert (wrong.constant, wrong.value) == ("1", 1.0)
    rng = np.random.default_rng(7)
    found = []
    for _ in range(64):
        W, x = rng.standard_normal((256, 256)) / 16, rng.standard_normal(256)
        found.append(np.mean((W.T @ (W @ x)) ** 2))
    error = np.std(found) / 8
    assert abs(np.mean(found) - 2) < 6 * error + 0.05  # 1/n
    assert abs(np.mean(found) - 1) > 20 * error


@pytest.mark.parametrize("power", [1, 2, 3])
def test_a_step_is_its_own_power(power: int) -> None:
    """x·Wᵀ step(W x)/n tends to E[G; G > 0] = 1/√(2π), whatever the power of the step."""

    def f(w: dict[str, Any]) -> Any:
        size = len(w["x"])
        y = jnp.where(w["W"] @ w["x"] / jnp.sqrt(size) > 0, 1.0, 0.0) ** power
        return jnp.mean(w["x"] * (w["W"].T @ y) / jnp.sqrt(size))

    row = small(f).row("f")
    assert row.exponent == 0
    assert row.value is not None
    assert abs(row.value - 1 / math.sqrt(2 * math.pi)) < 1e-12


def test_a_nonlinear_autoencoder_has_the_derivative_as_overlap() -> None:
    exponent, _, overlap = value("tied", "overlap")
    assert exponent == 0
    assert overlap is not None
    assert abs(overlap - math.exp(-0.5)) < 1e-12  # E cos(Z)
    sampled = examples.tied().sample(4096, samples=32, seed=3)["overlap"]
    assert abs(sampled.mean() - overlap) < 6 * sampled.std() / math.sqrt(32)


@pytest.mark.parametrize("degrees", [0.0, 60.0, 113.0, 150.0])
def test_the_tangent_kernel_of_two_layers(degrees: float) -> None:
    row = derive(examples.kernel(degrees)).row("tangent")
    t = math.radians(degrees)
    assert row.exponent == 0
    assert row.value is not None
    assert abs(row.value - abs(math.sin(t) + 2 * (math.pi - t) * math.cos(t)) / math.pi) < 1e-6  # single precision


@pytest.mark.parametrize("degrees", [113.218, 113.21826332336072])
def test_where_the_tangent_kernel_vanishes_it_is_undecided(degrees: float) -> None:
    row = derive(examples.kernel(degrees)).row("tangent")
    assert row.exponent is None
    assert row.at_most == 0
    assert "not separated from 0" in row.reason
    assert row.reason.startswith("derived_programs.py:")
    deeper = derive(examples.kernel(degrees, 3)).row("tangent")  # and with three layers it does not vanish
    assert deeper.exponent == 0


@pytest.mark.parametrize("name", ["norms", "recurrent", "residual", "deep kernel"])
def test_order_one(name: str) -> None:
    assert all(row.exponent == 0 for row in derive(examples.PROGRAMS[name]()).returned)


# -- twins: another scaling, another exponent --------------------------------------------------------------------------


@pytest.mark.parametrize("power", [-1.5, -0.25, 0.0, 0.5])
def test_another_output_scale_is_another_exponent(power: float) -> None:
    @quantity(weights={"w": (n,), "v": (n,)})
    def output(w: dict[str, Any]) -> Any:
        return jax.nn.relu(w["w"]) @ w["v"] * w["v"].shape[0] ** power

    row = derive(output).row("output")
    assert row.exponent == Fraction(power) + HALF


def test_another_learning_rate_is_another_exponent() -> None:
    slower = derive(examples.trained(jax.nn.relu, -1.0, 0.5))
    assert slower.exponents["dh1"] == -HALF
    assert slower.exponents["dh2"] == -HALF


def small(function: Callable[[Any], Any]) -> Derived:
    return derive(quantity(weights={"W": (n, n), "x": (n,), "y": (n,), "b": zeros(n)}, name="f")(function))


def test_means_that_vanish_have_the_central_limit_order_or_none() -> None:
    assert small(lambda w: jnp.mean(w["x"] * jnp.cos(w["y"]))).exponents["f"] == -HALF
    assert small(lambda w: jnp.mean(w["x"] * w["x"] - 1.0)).row("f").exponent is None  # centred, but no factor is
    assert small(lambda w: jnp.mean(jnp.sin(w["x"]) ** 3)).row("f").exponent is None
    assert small(lambda w: jnp.mean(jnp.sin(w["x"]) ** 3) + 0.001).exponents["f"] == 0


def test_what_cancels_at_every_width_is_exactly_zero() -> None:
    def f(w: dict[str, Any]) -> Any:
        h = w["W"] @ w["x"] / jnp.sqrt(len(w["x"]))
        return jnp.mean((jnp.tanh(h + w["b"]) - jnp.tanh(h)) ** 2)

    row = small(f).row("f")
    assert row.zero
    assert row.exponent is None


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda w: jnp.mean(jnp.sort(w["x"])), "no rule for sort"),
        (lambda w: jnp.max(w["x"]), "over an axis that grows"),
        (lambda w: jnp.mean(1 / w["x"]), "near 0"),
        (lambda w: jnp.mean(jnp.exp(w["x"] ** 2 / 8)), "master theorem"),
        (lambda w: jnp.sum(jnp.clip(jnp.outer(w["x"], w["y"]), -1, 1)), "of a matrix, entry by entry"),
        (lambda w: jnp.mean(w["x"] ** 2) * math.log(len(w["x"])), "no power of the width"),
        (lambda w: jnp.mean(w["x"][: len(w["x"]) // 2] ** 2), "an axis of length|a part of a vector"),
        (lambda w: jnp.linalg.norm(w["W"]), "hold a Gaussian|Gaussian matrix"),
    ],
)
def test_where_no_rule_applies_it_is_undecided_with_the_line(function: Callable[[Any], Any], why: str) -> None:
    import re

    row = small(function).rows[-1]
    assert row.exponent is None
    assert re.search(why, row.reason), row.reason
    assert row.reason.startswith(Path(__file__).name + ":")


def test_dependent_gaussians_are_not_taken_as_independent() -> None:
    """relu(x) - relu(-x) - x is 0: the three products with W are linearly dependent, and nothing is claimed."""

    def f(w: dict[str, Any]) -> Any:
        parts = [w["W"] @ v / jnp.sqrt(len(w["x"])) for v in (jax.nn.relu(w["x"]), jax.nn.relu(-w["x"]), w["x"])]
        return jnp.mean((parts[0] - parts[1] - parts[2]) ** 2)

    assert small(f).row("f").exponent is None


# -- derived against measured ------------------------------------------------------------------------------------------

WIDTHS = (128, 401, 1301, 4001)


def compared(name: str, widths: tuple[int, ...], samples: int, seed: int, alpha: float) -> None:
    from verifier.fits.fitting import FitSettings

    program = examples.PROGRAMS[name]()
    found = derive(program)
    measured = scan(
        program, widths=widths, samples=samples, seed=seed, derived=found, settings=FitSettings(alpha=alpha)
    )
    print(f"{name}: seed {seed}, error rate {alpha} a row")
    assert [row.name for row in measured.disagreements] == []
    assert sum(row.agreement is not None for row in measured.rows) == len(found.exponents)
    assert all(abs(row.exponent - float(Fraction(row.derived))) < 0.2 for row in measured.rows if row.derived)
    agree = [row.agreement is not None and row.agreement.status == "consistent" for row in measured.rows]
    assert any(agree)


@pytest.mark.parametrize("name", ["gram", "logits, tied", "norms", "recurrent", "residual"])
def test_derived_exponents_are_those_that_are_measured(name: str) -> None:
    """128 samples a width: a false alarm has probability 1e-9 a row."""
    compared(name, WIDTHS, 128, 11, 1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("name", examples.PROGRAMS)
def test_derived_exponents_are_those_that_are_measured_at_large_widths(name: str) -> None:
    """With few samples a verdict errs at 1e-3; the seed is that of the first run, and nothing was selected."""
    compared(name, (256, 1088, 4032, 16448, 65536), 24, 12, 1e-3)


def test_a_wrong_derivation_is_loud() -> None:
    program = examples.PROGRAMS["gram"]()
    found = derive(program)
    wrong = replace(found, rows=tuple(replace(r, exponent=HALF) if r.name == "size" else r for r in found.rows))
    measured = scan(program, widths=WIDTHS, samples=32, seed=5, derived=wrong)
    assert [row.name for row in measured.disagreements] == ["size"]
    assert measured.verdict == "contradicted"


def test_the_result_is_frozen_and_short() -> None:
    found = derive(examples.PROGRAMS["logits, tied"]())
    assert repr(found) == "<Derived logit: logit 0; 3 of 3 derived>"
    assert found.as_dict()["rows"][-1]["constant"] == "1/4"
    with pytest.raises(KeyError, match="there are x, q, logit"):
        found.row("nothing")
