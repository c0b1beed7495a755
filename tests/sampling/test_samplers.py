"""Samplers: plain functions and arrays are read alike, and what is no sample is told in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sympy import Float, Integer, Symbol

from verifier.claims.statement import Claim, Kind, Source, Statement
from verifier.inputs.fields import FieldError
from verifier.networks.correlations import sample_T
from verifier.networks.draws import Draw
from verifier.quantities.check import Check, Measure, Quantity, cells
from verifier.quantities.samplers import SamplerError, quantity, read
from verifier.sampling.plan import RunOptions, plan
from verifier.sampling.run import run
from verifier.verdict import NumericStatus

WIDTHS = (128, 413, 1150, 4690)
STATEMENT = Statement(
    "s", "s", Source("doc"), "s", (Claim("s.order", Kind.ORDER, Symbol("X"), "X ~ n^-1", exponent=Integer(-1)),)
)


def outcome(of: Quantity, *, seed: int = 1, **axes: Any) -> Any:
    check = Check("s", Measure(of, cells(**axes), widths=WIDTHS, block=256, samples=1024))
    return run(plan(check, STATEMENT, RunOptions()), seed=seed).answers[0]


def drawn(of: Quantity, **cell: Any) -> Any:
    return of.draw(cell, [cell], 128, 5, np.random.default_rng(7))


def test_one_sample_and_an_array_of_them_are_the_same_law() -> None:
    @quantity("X")
    def one(n: int, rng: np.random.Generator, *, scale: float) -> Any:
        return scale * rng.standard_normal() / n

    @quantity("X")
    def many(n: int, rng: np.random.Generator, samples: int, *, scale: float) -> Any:
        return scale * rng.standard_normal(samples) / n

    assert (one.shared, many.shared) == (("scale",), ("scale",))
    np.testing.assert_array_equal(drawn(one, scale=2).values, drawn(many, scale=2).values)
    for of in (one, many):
        assert {d.verdict for d in outcome(of, scale=[1, 2]).decisions.values()} == {NumericStatus.CONSISTENT}


def test_an_array_will_do_where_there_are_no_normals() -> None:
    def array(shared: Any, found: Any, width: int, samples: int, rng: np.random.Generator) -> Any:
        return rng.standard_normal((samples, len(found))) / width

    def draw(shared: Any, found: Any, width: int, samples: int, rng: np.random.Generator) -> Any:
        return Draw(array(shared, found, width, samples, rng))

    answers = [outcome(Quantity("X", "X", (), f), k=[1, 2]) for f in (array, draw)]
    assert answers[0].decisions == answers[1].decisions
    assert answers[0].error is None


BAD: dict[str, tuple[Callable[..., Any], str]] = {
    "complex": (lambda n, rng: 1j, "returned complex numbers, such as 0+1j; real numbers are allowed"),
    "text": (lambda n, rng: "much", "returned text, 'much'; real numbers are allowed"),
    "nothing": (lambda n, rng: None, "returned an object of type NoneType; real numbers are allowed"),
    "several": (lambda n, rng: [1.0, 2.0], "returned an array of shape (2,); one real number is allowed, or give it a"),
    "ragged": (lambda n, rng, samples: [[1], [1, 2]], "returned rows of different lengths"),
    "shape": (lambda n, rng, samples: np.ones(samples + 1), "returned shape (257,); (256,) was asked for"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_sample_is_told_with_the_sampler_s_name(kind: str) -> None:
    function, message = BAD[kind]
    function.__name__ = "mine"
    answers = outcome(quantity("X")(function))
    assert answers.error.startswith(f"the sampler mine of X {message}")
    assert not answers.decisions


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (np.ones((256, 2)), "the sampler of X returned shape (256, 2); (256, 1) was asked for"),
        (np.ones(255), "the sampler of X returned shape (255, 1); (256, 1) was asked for"),
        (np.ones((256, 1), dtype=complex), "the sampler of X returned complex numbers, such as 1+0j"),
        (Draw(np.ones((256, 1)), np.ones(3)), "the sampler of X returned normals of shape (3,); (256, outputs) is"),
    ],
)
def test_arrays_likewise(found: Any, message: str) -> None:
    with pytest.raises(SamplerError) as caught:
        read(found, (256, 1), "X")
    assert str(caught.value).startswith(message)


def test_samples_of_an_approximate_law_decide_nothing() -> None:
    """What "clt" draws has another law at each width, which a verdict would show as the quantity's; its exact twin."""
    made = {}
    for sampler in ("clt", "stream"):

        def draw(shared: Any, cells: Any, width: int, samples: int, rng: Any, sampler: str = sampler) -> Any:
            return sample_T(2, width, [1], angle=60, samples=samples, rng=rng, sampler=sampler)

        made[sampler] = outcome(Quantity("X", "X", (), draw))
    assert made["clt"].error == (
        "the sampler of X returned an approximation by 'clt'; samples of the quantity's own law are allowed"
    )
    assert not made["clt"].decisions
    assert made["stream"].error is None
    assert made["stream"].decisions


def test_numbers_that_are_not_finite_are_invalid_and_the_sampler_is_named() -> None:
    answers = outcome(quantity("X")(lambda n, rng, samples: np.full(samples, np.nan)))
    (decision,) = answers.decisions.values()
    assert decision.verdict is NumericStatus.INVALID
    assert decision.reason.endswith("are NaN or infinite; the sampler of X may return finite numbers only")


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda n, rng, **more: 0.0, "takes **more; each parameter of a cell has a name"),
        (lambda rng: 0.0, "its first parameters are n and rng"),
        (lambda n, samples: 0.0, "its first parameters are n and rng"),
        (3, "is of type int; a function is needed"),
    ],
)
def test_a_function_that_is_no_sampler_is_refused_where_it_is_declared(function: Any, message: str) -> None:
    with pytest.raises(SamplerError) as caught:
        quantity("X")(function)
    assert message in str(caught.value)


def test_parameters_of_cells_are_those_of_the_function() -> None:
    @quantity("X")
    def mine(n: int, rng: np.random.Generator, *, angle: float) -> float:
        return float(rng.standard_normal()) / n

    assert "takes no parameter 'angel', which a cell has; it takes angle" in outcome(mine, angel=60).error
    assert "needs 'angle', which a cell does not have" in outcome(mine).error
    with pytest.raises(SamplerError, match="the symbol of its claims is needed"):
        quantity(lambda n, rng: 0.0)  # type: ignore[arg-type]


def _above(value: float, bounds: tuple[float, float], always: float = 0.5) -> Any:
    """What is drawn of a quantity that is always ``always``, claimed to have a mean above ``value``."""
    claim = Claim("s.above", Kind.ABOVE, Symbol("X"), "E X is large", value=Float(value))
    of = Quantity("X", "X", (), lambda *given: np.full((given[3], 1), always), bounds=bounds)
    part = Measure(of, cells(k=1), widths=WIDTHS, block=64, samples=64, claims=("s.above",))
    stated = Statement("s", "s", Source("doc"), "s", (claim,))
    return run(plan(Check("s", part), stated, RunOptions()), seed=1).answers[0]


def test_samples_outside_of_what_their_quantity_lies_between_are_told_of_the_sampler() -> None:
    """Whatever is asked of them: the bounds are what samples that are all equal are trusted by."""
    found = _above(0.4, (0.0, 1.0), always=5.0)
    assert found.error is not None
    assert "the sampler returned 5, and the quantity is said to lie between 0 and 1" in found.error
    assert _above(0.2, (0.0, 1.0)).error is None


def test_a_claim_that_nothing_could_be_against_is_refused() -> None:
    with pytest.raises(FieldError, match="above -1, and X is never below 0: nothing could be against it"):
        _above(-1.0, (0.0, 1.0))


def test_numbers_beneath_a_mask_are_no_samples() -> None:
    values = np.arange(4.0)[:, None]
    with pytest.raises(SamplerError, match="entries are masked"):
        read(np.ma.array(values, mask=values > 2), (4, 1), "X")
    assert read(np.ma.array(values), (4, 1), "X").values.shape == (4, 1)
