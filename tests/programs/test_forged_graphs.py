"""Graphs as data that were derived as other programs than they are; each test is named by the false thing it allowed.

A graph is written by hand or changed after it was traced, or a program is not what rules took it for.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
jnp, lax = jax.numpy, jax.lax

from verifier.engines import tensors  # noqa: E402
from verifier.kernel.core.sorts import Refused  # noqa: E402
from verifier.programs import Program, ProgramError, quantity, width  # noqa: E402
from verifier.programs.derive.again import again  # noqa: E402
from verifier.programs.derive.certificate import certificate  # noqa: E402

n = width("n")
NUMBER: list[Any] = []
VECTOR = [["w", "n", 1]]
#: what one network may return that is no mean of an unsteady operation
STEPS = jnp.array([1.0, 2.0, 0.0])


def program(function: Callable[[Any], Any]) -> Program:
    return quantity(weights={"x": (n,), "y": (n, 2)}, name="told")(function)


def derived(function: Callable[[Any], Any]) -> Any:
    (answer,) = again(json.loads(json.dumps(certificate(program(function))))).numbers
    return answer


def mean_square(x: Any) -> Any:
    return jnp.mean(x.astype(float) ** 2)


# -- programs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["int2", "int4", "uint4", "float8_e4m3fn", "float4_e2m1fn", "float8_e8m0fnu"])
def test_numbers_cut_to_few_bits_had_a_mean_square_of_1(kind: str) -> None:
    """Twin: of numbers that are rounded to 16 bits rounding is not seen, as the page on derivations says."""
    found = derived(lambda w: mean_square(w["x"].astype(getattr(jnp, kind))))
    assert found.exponent is None
    assert "cut to integers" in found.reason or f"numbers made {kind}" in found.reason
    assert derived(lambda w: mean_square(w["x"].astype(jnp.bfloat16))).limit == 1


def test_samples_of_negative_numbers_made_unsigned_were_wrapped_around() -> None:
    """JAX makes 0 of them: the mean square of max(⌊x⌋, 0) is Σ k² P[k ≤ x < k + 1] = 0.2390…, and was above 30."""
    found = program(lambda w: mean_square(w["x"].astype(jnp.uint4))).sample(4096, samples=4, seed=3)["told"]
    assert abs(found - 0.239).max() < 0.1  # its standard deviation is 0.6/√4096: ten of them


def test_a_loop_that_runs_backwards_at_large_widths_was_that_of_the_smallest() -> None:
    """4 times the mean square at n > 64, told to tend to 1; twin: one direction at all widths."""

    def run(w: Any, backwards: bool) -> Any:
        start = jnp.mean(w["x"] ** 2)
        return lax.scan(lambda c, k: (k * c + start, None), start, STEPS, reverse=backwards)[0]

    found = derived(lambda w: run(w, len(w["x"]) > 64))
    assert found.exponent is None
    assert "reverse that depends on the width" in found.reason
    assert [derived(lambda w, b=b: run(w, b)).limit for b in (False, True)] == [1, 4]


@pytest.mark.parametrize(
    ("product", "asked"),
    [(lambda x, y: lax.mul(x, y, out_dtype=jnp.int32), "mul: out_dtype makes int32"),
     (lambda x, y: lax.dot(x, y, preferred_element_type=jnp.int32), "dot_general: preferred_element_type makes int32")],
)  # fmt: skip
def test_a_product_that_makes_integers_was_one_of_real_numbers(product: Callable[..., Any], asked: str) -> None:
    with pytest.raises(ProgramError, match=asked):
        certificate(program(lambda w: mean_square(product(w["x"], w["x"]))))


def test_a_barrier_around_two_values_is_none() -> None:
    """It was an internal error."""
    found = program(lambda w: mean_square(sum(lax.optimization_barrier((w["x"], 2 * w["y"][:, 0])))))
    assert again(certificate(found)).numbers[0].limit == 5
    assert abs(found.sample(4096, samples=4, seed=1)["told"] - 5).max() < 1.2  # ten standard deviations of 5·√(2/4096)


# -- programs of one name ----------------------------------------------------------------------------------------------


def entries(w: Any) -> Any:
    return jnp.arange(len(w["x"])) * 1.0


def solved(by: float) -> Callable[[Any], Any]:
    return lambda w: lax.custom_linear_solve(lambda v: by * v, jnp.mean(w["x"]), lambda _, b: b / by)


def called(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda w: jax.pure_callback(f, jax.ShapeDtypeStruct((), jnp.float64), w["x"])


def looped(body: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    return lambda w: jnp.mean(lax.scan(lambda c, k: (c, (body(c, k), entries(w))), w["x"], STEPS)[1][0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (lambda w: jnp.mean((w["x"] * entries(w)) ** 2), lambda w: jnp.mean((w["x"] + entries(w)) ** 2)),
        (lambda w: jnp.mean(w["x"] - entries(w)), lambda w: jnp.mean(entries(w) - w["x"])),
        (lambda w: jnp.mean(w["x"] * entries(w)), lambda w: jnp.mean(w["x"] * jnp.minimum(entries(w), 63.0))),
        (lambda w: lax.reduce(w["x"], 0.0, lambda a, b: a + 2 * b, (0,)),
         lambda w: lax.reduce(w["x"], 0.0, lambda a, b: a + b * b, (0,))),
        (looped(lambda c, k: c * k), looped(lambda c, k: c + k)),
        (solved(2.0), solved(3.0)),
        (called(lambda x: x.sum()), called(lambda x: x.max())),
    ],
    ids=["operation", "order", "beyond 64", "reduction", "loop", "solver", "callback"],
)  # fmt: skip
def test_programs_that_differ_in_what_no_rule_speaks_of_had_one_name(
    one: Callable[[Any], Any], other: Callable[[Any], Any]
) -> None:
    """Of one name are claims and stored samples: of a function in another file they were those of what it had been."""
    assert tensors.code(certificate(program(one))) != tensors.code(certificate(program(other)))


@pytest.mark.parametrize(
    "function",
    [lambda w: jnp.mean(w["x"] * entries(w)), lambda w: lax.reduce(w["x"], 0.0, lambda a, b: a + 2 * b, (0,))],
)
def test_a_program_has_one_name_all_the_same(function: Callable[[Any], Any]) -> None:
    """Twin: stored samples are not drawn anew each time."""
    assert tensors.code(certificate(program(function))) == tensors.code(certificate(program(function)))


# -- data --------------------------------------------------------------------------------------------------------------


def op(name: str, inputs: list[Any], made: int, dims: list[Any], kinds: str = "f", **params: Any) -> dict[str, Any]:
    return {
        "name": name, "inputs": inputs, "outputs": [made], "dims": [dims], "kinds": kinds, "subgraphs": [],
        "params": params,
    }  # fmt: skip


def value(*entries: Any, dims: list[Any] = NUMBER, kind: str = "float64") -> dict[str, Any]:
    return {"type": kind, "dims": dims, "at": [[["f", repr(float(x))] for x in entries]]}


def whole(*numbers: int) -> list[Any]:
    return ["t", *(["i", str(k)] for k in numbers)]


SIZE = {"type": "float64", "dims": [], "at": [[["f", repr(float(k))]] for k in (64, 46656, 65344, 262144)]}


def graph(*ops: dict[str, Any], returned: int) -> dict[str, Any]:
    return {
        "format": "verifier tensor program 1", "first": 0, "widths": ["n"],
        "weights": [["x", VECTOR, "gaussian"], ["y", [*VECTOR, 2], "gaussian"]],
        "graph": {"inputs": 2, "ops": list(ops), "outputs": [returned]},
    }  # fmt: skip


def mean_of_square(of: int) -> list[dict[str, Any]]:
    return [
        op("integer_pow", [of], 90, VECTOR, y=[["i", "2"]]),
        op("reduce_sum", [90], 91, NUMBER, axes=[whole(0)]),
        op("div", [91, SIZE], 92, NUMBER, "ff"),
    ]


INTEGERS, FLOATS = {"new_dtype": [["d", "int32"]]}, {"new_dtype": [["d", "float64"]]}
PAIR = value(1.0, 2.0, dims=[2])
LOOP = {
    **op("scan", [5, PAIR], 6, NUMBER, "ff", length=[["i", "2"]], num_consts=[["i", "0"]], num_carry=[["i", "1"]],
         reverse=[["b", "False"]]),
    "subgraphs": [{"inputs": 2, "ops": [op("mul", [0, 1], 2, NUMBER, "ff")], "outputs": [2]}],
}  # fmt: skip
FORGED = {
    "numbers cut to integers, said to be truth values": (
        [
            op("convert_element_type", [0], 4, VECTOR, "b", **INTEGERS),
            op("convert_element_type", [4], 5, VECTOR, "i", **FLOATS),
            *mean_of_square(5),
        ],
        92,
        "of type 'f', and not 'b'",
    ),
    "sums of integers, said to be numbers": (
        [
            op("gt", [0, value(0)], 3, VECTOR, "ff"),
            op("convert_element_type", [3], 4, VECTOR, "b", new_dtype=[["d", "int8"]]),
            op("reduce_sum", [4], 5, NUMBER, axes=[whole(0)]),
            op("convert_element_type", [5], 6, NUMBER, "i", **FLOATS),
        ],
        6,
        "of type 'i', and not 'f'",
    ),
    "sums of integers, said to be of a type that nobody knows": (
        [
            op("gt", [0, value(0)], 3, VECTOR, "ff"),
            op("convert_element_type", [3], 4, VECTOR, "b", new_dtype=[["d", "int8"]]),
            op("reduce_sum", [4], 5, NUMBER, "?", axes=[whole(0)]),
            op("convert_element_type", [5], 6, NUMBER, "i", **FLOATS),
        ],
        6,
        "of type 'i', and not '\\?'",
    ),
    "a vector said to be a number": ([op("neg", [0], 4, [1])], 4, "different shapes, or it makes another"),
    "the bits of real numbers": ([op("and", [0, 0], 4, VECTOR, "ff"), *mean_of_square(4)], 92, "and of type 'f'"),
    "a choice by a real number": (
        [op("select_n", [0, 0, value(2.0)], 4, VECTOR, "fff"), *mean_of_square(4)],
        92,
        "select_n of type 'f'",
    ),
    "a comparison of numbers with truth values": (
        [
            op("gt", [0, value(0)], 3, VECTOR, "ff"),
            op("gt", [0, 3], 4, VECTOR, "fb"),
            op("convert_element_type", [4], 5, VECTOR, "b", **FLOATS),
            *mean_of_square(5),
        ],
        92,
        "gt of values of types f, b",
    ),
    "half a vector said to be the whole": (
        [
            op(
                "slice",
                [0],
                4,
                VECTOR,
                limit_indices=[whole(k // 2) for k in (64, 46656, 65344, 262144)],
                start_indices=[whole(0)],
                strides=[["none"]],
            ),
            *mean_of_square(4),
        ],
        92,
        "another shape",
    ),
    "every second entry at all widths but the first": (
        [
            op(
                "slice",
                [0],
                4,
                VECTOR,
                limit_indices=[whole(k) for k in (64, 46656, 65344, 262144)],
                start_indices=[whole(0)],
                strides=[["none"], whole(2), whole(2), whole(2)],
            ),
            *mean_of_square(4),
        ],
        92,
        "another shape",
    ),
    "a product with a parameter that no rule knows": (
        [op("mul", [0, 0], 4, VECTOR, "ff", cut=[["b", "True"]]), *mean_of_square(4)],
        92,
        "",
    ),
}
#: refused before too, but for what Python made of them
MALFORMED = {
    "the mean over the other axis": (
        [op("reduce_sum", [1], 4, NUMBER, axes=[whole(0)]), op("div", [4, SIZE], 5, NUMBER, "ff")],
        5,
        "another shape",
    ),
    "a sum over one axis twice": (
        [op("reduce_sum", [0], 4, NUMBER, axes=[whole(0, 0)]), op("div", [4, SIZE], 5, NUMBER, "ff")],
        5,
        "another shape",
    ),
    "two entries that are one": (
        [*mean_of_square(0), op("add", [92, PAIR], 5, [2], "ff"), op("reduce_max", [5], 6, [2], axes=[whole(0)])],
        6,
        "another shape",
    ),
    "a loop over three rows of two": (
        [
            *mean_of_square(0),
            op("neg", [92], 5, NUMBER),
            {**LOOP, "params": {**LOOP["params"], "length": [["i", "3"]]}},
        ],
        6,
        "rows of another number",
    ),
    "a function with an input too many": ([op("tanh", [0, 0], 4, VECTOR, "f"), *mean_of_square(4)], 92, "a type for"),
    "a permutation that repeats an axis": (
        [op("transpose", [1], 4, [2, 2], permutation=[whole(1, 1)])],
        4,
        "another shape",
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_data_that_are_no_program_had_a_limit(name: str) -> None:
    check(*FORGED[name])


@pytest.mark.parametrize("name", MALFORMED)
def test_data_without_a_shape_are_refused_by_the_operation(name: str) -> None:
    check(*MALFORMED[name])


def check(ops: list[dict[str, Any]], returned: int, told: str) -> None:
    data = json.loads(json.dumps(graph(*ops, returned=returned)))
    if told:
        with pytest.raises(Refused, match=told):
            again(data)
    else:
        assert again(data).numbers[0].exponent is None


def test_data_that_are_a_program_have_one() -> None:
    """Twin of those above: what they are changed from."""
    assert again(graph(*mean_of_square(0), returned=92)).numbers[0].limit == 1
    loop = [*mean_of_square(0), op("neg", [92], 5, NUMBER), copy.deepcopy(LOOP)]
    assert again(graph(*loop, returned=6)).numbers[0].limit == -2


@pytest.mark.parametrize(
    "entry", [["b", "true"], ["i", " 2"], ["i", "\u0662"], ["i", "2.0"], ["f", "1_0.0"], ["f", "2"]]
)
def test_true_was_read_as_false(entry: list[str]) -> None:
    """What is no value as they are written is none; numbers in other signs were read as numbers."""
    ops = [*mean_of_square(0), op("neg", [92], 5, NUMBER), {**LOOP, "params": {**LOOP["params"], "reverse": [entry]}}]
    with pytest.raises(Refused, match="is not how a value is written"):
        again(graph(*ops, returned=6))
