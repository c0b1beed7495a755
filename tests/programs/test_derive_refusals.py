"""Programs of which something false was once derived, each with a neighbour of which the truth is."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
jnp = jax.numpy

from verifier.cli import cli  # noqa: E402
from verifier.programs import Derived, ProgramError, derive, measure, quantity, width  # noqa: E402
from verifier.programs.stated import stated  # noqa: E402

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


# -- what the width changes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "lengths"),
    [
        (lambda w: jnp.sum(w["x"][1:] * w["x"][:-1]) / len(w["x"]), "63, 46655"),
        (lambda w: jnp.sum(jnp.broadcast_to(jnp.mean(w["x"] ** 2), (math.isqrt(len(w["x"])),))), "8, 216"),
        (lambda w: jnp.sum(jnp.broadcast_to(jnp.mean(w["x"] ** 2), (len(w["x"]) + 1,))), "65, 46657"),
        (lambda w: jnp.sum(jnp.broadcast_to(jnp.mean(w["x"] ** 2), (min(len(w["x"]), 10**4),))), "64, 10000"),
        (lambda w: jnp.sum(jnp.broadcast_to(jnp.mean(w["x"] ** 2), (max(len(w["x"]) // 10**5, 1),))), "1, 1, 1, 2"),
    ],
    ids=["n - 1", "root", "n + 1", "at most 10000", "from 200000 on"],
)
def test_an_axis_of_another_length_is_not_taken_for_the_width(function: Callable[[Any], Any], lengths: str) -> None:
    """Σ x_i x_{i+1}/n → 0 was derived to tend to 1."""
    undecided(function, f"an axis of length {lengths}")


def test_an_axis_that_is_no_width_is_not_called_one() -> None:
    program = quantity(weights=VECTORS, name="f")(lambda w: jnp.sum(w["x"][1:]))
    assert [str(d) for op in program.graph(64).ops for dims in op.dims for d in dims] == ["n-1"]


def returned_by_width(w: Weights) -> Any:
    small = jnp.mean(w["x"] ** 2)
    large = small / len(w["x"])
    return {"s": small if len(w["x"]) <= 10**5 else large, "t": large}


def taken_by_width(w: Weights) -> Any:
    small = jnp.mean(w["x"] ** 2)
    large = small / len(w["x"])
    return {"s": 2 * (small if len(w["x"]) <= 10**5 else large), "t": large + small}


def equal_by_width(w: Weights) -> Any:
    """a·2 - a·3 from n = 10,001 on, which was taken, and sampled, as a·2 - a·2."""
    a = jnp.mean(w["x"] ** 2)
    return {"s": a * 2.0 - a * (2.0 if len(w["x"]) <= 10**4 else 3.0) + a / len(w["x"])}


def named_by_width(w: Weights) -> Any:
    return {"s" if len(w["x"]) <= 10**5 else "t": jnp.mean(w["x"] ** 2)}


@pytest.mark.parametrize("function", [returned_by_width, taken_by_width, equal_by_width, named_by_width])
def test_what_other_values_are_taken_at_other_widths_is_no_program(function: Callable[[Any], Any]) -> None:
    program = quantity(weights=VECTORS, name="f", expect={"s": 0})(function)
    for read in (derive, stated, lambda p: [p.graph(n) for n in (128, 2 * 10**5)]):
        with pytest.raises(ProgramError, match="not the same program at every width"):
            read(program)


# -- numbers that are no real numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda w: jnp.sum(w["x"] > 0, dtype=jnp.int8).astype(float), "of integers, which may wrap around"),
        (lambda w: jnp.mean(((w["x"] > 0).astype(jnp.uint8) - jnp.uint8(1)).astype(float)), "which may wrap around"),
        (lambda w: jnp.mean(jnp.where(w["x"] > 0, 300, 1).astype(jnp.uint8).astype(float)), "of one type made those"),
        (lambda w: ((w["x"] > 0) @ (w["v"] > 0)).astype(float), "of truth values"),
    ],
    ids=["sum modulo 256", "0 - 1 = 255", "300 = 44", "or of ands"],
)
def test_integers_that_wrap_around_are_not_real_numbers(function: Callable[[Any], Any], why: str) -> None:
    """The sum of n bits modulo 256 was derived to be n/2."""
    undecided(function, why)


@pytest.mark.parametrize(
    "function",
    [
        lambda w: jnp.mean(w["x"] ** 2) + 0.0 / (jnp.mean(w["x"]) - jnp.mean(w["x"])),
        lambda w: jnp.mean(w["x"] ** 2) + 0.0 * jnp.sqrt(-jnp.mean(w["v"] ** 2)),
        lambda w: jnp.mean(w["x"] ** 2) + 0.0 * jnp.sqrt(jnp.mean(w["v"] ** 2) - 1),
        lambda w: jnp.where(jnp.isfinite(1 / (jnp.mean(w["x"]) - jnp.mean(w["x"]))), 5.0, jnp.mean(w["x"])),
    ],
    ids=["0/0", "0 times the root of -1", "0 times the root of what may be negative", "isfinite(1/0)"],
)
def test_nothing_times_no_number_is_not_nothing(function: Callable[[Any], Any]) -> None:
    """1 + 0/0 was derived to tend to 1, and isfinite(1/0) to be true."""
    assert derived(function).row("f").exponent is None


def test_a_root_of_what_may_be_negative_has_no_bound_and_that_of_a_mean_square_has() -> None:
    """n + √(mean x) was derived to be n^1: half of the time it is no number."""
    x = derived(lambda w: len(w["x"]) * jnp.mean(w["v"] ** 2) + jnp.sqrt(jnp.mean(jnp.tanh(w["x"])))).row("f")
    assert (x.exponent, x.at_most) == (None, None)

    def hidden_zero(w: Weights) -> Any:
        d = jnp.tanh(w["x"]) * (jnp.sin(w["v"]) ** 2 + jnp.cos(w["v"]) ** 2 - 1)
        return jnp.sqrt(jnp.mean(d**2) / 3)

    y = derived(hidden_zero).row("f")
    assert (y.exponent, y.at_most) == (None, 0)


def test_a_constant_choice_leaves_what_is_not_chosen_unknown() -> None:
    def chosen(w: Weights) -> Any:
        a = jnp.mean(w["x"] ** 2)
        return jnp.where(jnp.array([True, False])[0], a, jnp.max(w["x"]))

    assert derived(chosen).row("f").constant == "1"


@pytest.mark.parametrize(
    "modulus", [lambda b: jnp.sqrt(b**2), lambda b: jnp.exp(jnp.log(b**2) / 2)], ids=["root", "logarithm"]
)
def test_a_root_that_is_a_modulus_is_not_analytic(modulus: Callable[[Any], Any]) -> None:
    """1/(√(b²) - b) was derived to be of order 1: for b > 0 it is 1/0."""
    weights = {"x": (n,), "b": ()}
    quotient = derived(lambda w: 1 / (modulus(w["b"]) - w["b"]) + jnp.mean(w["x"]), weights).row("f")
    assert quotient.exponent is None
    positive = derived(lambda w: 1 / (jnp.sqrt(jnp.exp(w["b"])) - w["b"] / 9) + jnp.mean(w["x"]), weights).row("f")
    assert positive.exponent == 0


def test_what_is_0_with_great_probability_is_not_called_0_at_every_width() -> None:
    def below(w: Weights) -> Any:
        y = 1 + 20 * w["x"] / jnp.sqrt(len(w["x"]))
        return jnp.mean(jax.nn.relu(y) - y)

    undecided(below, "smaller than every power of the width")


def test_a_power_that_is_not_to_be_multiplied_out_is_undecided() -> None:
    undecided(lambda w: jnp.mean(w["x"] ** 2) ** 10**6, "a power of")


def test_a_mask_of_a_matrix_is_undecided_and_takes_no_memory() -> None:
    """The triangle of a matrix was worked out at n = 262,144."""
    undecided(lambda w: jnp.mean((jnp.tril(w["W"]) @ w["x"]) ** 2), "of a matrix")
    program = quantity(weights=VECTORS, expect={"s": 1})(lambda w: {"s": jnp.mean((jnp.tril(w["W"]) @ w["x"]) ** 2)})
    assert "undecided" in next(iter(stated(program).numbers.values())).derived


# -- claims ------------------------------------------------------------------------------------------------------------


def test_a_claim_that_is_misspelled_is_not_passed_over() -> None:
    program = quantity(weights=VECTORS, expect={"size": 0, "sise": 5})(lambda w: {"size": jnp.mean(w["x"] ** 2)})
    for read in (stated, lambda p: measure(p, widths=(64, 128, 256, 512), samples=8)):
        with pytest.raises(ProgramError, match="'sise', and makes no such value; it returns size"):
            read(program)


def test_an_expectation_that_is_infinite_is_not_said_to_tend() -> None:
    """E exp(2b²) is infinite: the sentence was E s → 1, where a limit in probability is derived."""

    def heavy(w: Weights) -> Any:
        return {"s": jnp.mean(w["x"] ** 2) + jnp.exp(2 * w["b"] ** 2) / len(w["x"])}

    program = quantity(weights={"x": (n,), "b": ()}, expect={"s": 1}, kind="limit", name="f")(heavy)
    (claim,) = stated(program).statement.claims
    assert claim.text.startswith("s → 1 in probability")


PROVED = """
import jax.numpy as jnp
from verifier.programs import quantity, width
n = width("n")

@quantity(weights={"x": (n,)}, expect={"size": 0})
def model(w):
    return {"size": jnp.mean(w["x"] ** 2)}
"""


@pytest.mark.parametrize(
    ("old", "new", "code", "told"),
    [
        ("** 2", "** 2", 0, "cited"),
        ("** 2", "** 4", 1, "model.py:model.size"),
        ('"size": 0}', '"size": -1}', 1, "model.py:model.size"),
        ("model(w)", "other(w)", 1, "the file has no goal of model.py:other"),
    ],
    ids=["the same", "another program", "another claim", "another name"],
)
def test_a_proof_of_what_the_file_said_before_is_held_against_what_it_says_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, code: int, told: str
) -> None:
    for folder, text in (("before", PROVED), ("now", PROVED.replace(old, new))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "model.py").write_text(text)
    monkeypatch.chdir(tmp_path / "before")
    assert CliRunner().invoke(cli, ["prove", "model.py:model", "-o", "../proof.json"]).exit_code == 0
    monkeypatch.chdir(tmp_path / "now")
    name = "other" if "other" in new else "model"
    found = CliRunner().invoke(cli, ["verify", "../proof.json", "--statement", f"model.py:{name}"])
    assert found.exit_code == code, found.output
    assert told in found.output
