"""Printed forms of identities: wrong where an erratum says so, and right where the printed and the true form agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from checks._identities_printed import (
    misprinted_layers_error,
    no_factors_error,
    ordered_error,
    printed_case_error,
)
from verifier.quantities.check import Quantity
from verifier.quantities.implicit import trained_fit, trained_output
from verifier.quantities.layers import positive
from verifier.quantities.smooth import tanh_both_positive, tanh_gram, tanh_slopes


def errors(quantity: Quantity, shared: dict[str, Any], **cell: Any) -> np.ndarray:
    """Relative errors on 30 networks of width 5; seed 900."""
    return quantity.draw({"angle": 60, **shared}, [cell], 5, 30, np.random.default_rng(900)).values[:, 0]


WRONG: dict[str, tuple[Quantity, dict[str, int], dict[str, Any]]] = {
    "E20 ordered": (ordered_error, {"H": 2, "L": 1}, {"r": 2}),
    "E20 no factors": (no_factors_error, {"H": 2, "L": 2}, {"r": 3}),
    "E18 H < L": (misprinted_layers_error, {"H": 1, "L": 2}, {"k": 2}),
    "E19 l_k = L": (printed_case_error, {"H": 1, "L": 3}, {"l": (1, 3)}),
}
#: One output, one direction, H = L, or l_k < L: nothing is misprinted there.
RIGHT: dict[str, tuple[Quantity, dict[str, int], dict[str, Any]]] = {
    "E20 ordered, r = 1": (ordered_error, {"H": 3, "L": 2}, {"r": 1}),
    "E20 ordered, H = 1": (ordered_error, {"H": 1, "L": 3}, {"r": 3}),
    "E20 no factors, H = 1": (no_factors_error, {"H": 1, "L": 3}, {"r": 2}),
    "E18 H = L": (misprinted_layers_error, {"H": 2, "L": 2}, {"k": 2}),
    "E19 l_k < L": (printed_case_error, {"H": 1, "L": 4}, {"l": (1, 2, 3)}),
    "E19 k = 1": (printed_case_error, {"H": 1, "L": 3}, {"l": (3,)}),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_as_printed(name: str) -> None:
    quantity, shared, cell = WRONG[name]
    assert np.median(errors(quantity, shared, **cell)) > 0.05


@pytest.mark.parametrize("name", RIGHT)
def test_right_where_nothing_is_misprinted(name: str) -> None:
    quantity, shared, cell = RIGHT[name]
    assert errors(quantity, shared, **cell).max() < 1e-10


def test_the_missing_factor_of_E19_is_the_root_of_two_at_one_input() -> None:
    found = errors(printed_case_error, {"H": 1, "L": 3, "angle": 0}, l=(2, 3))
    assert found[found > 0] == pytest.approx(1 - 0.5**0.5)


def test_quantities_of_witnesses() -> None:
    """tanh: .789, .929 and 1/4 within .01, hundreds of standard errors from what ReLU networks give; seed 910."""

    def mean(quantity: Quantity, width: int = 4096, samples: int = 64, **cell: Any) -> float:
        values = quantity.draw({}, [cell], width, samples, np.random.default_rng(910)).values
        assert values.shape == (samples, 1)
        return float(values.mean())

    assert mean(tanh_gram, sd=1, c=1) == pytest.approx(0.789, abs=0.01)
    assert mean(tanh_gram, sd=1, c=0) == pytest.approx(0, abs=0.01)
    assert mean(tanh_slopes, sd=1, c=1) == pytest.approx(0.929, abs=0.01)
    assert mean(tanh_both_positive, sd=1, c=0) == pytest.approx(0.25, abs=0.01)
    assert mean(tanh_both_positive, sd=1, c=0.5) > 0.3
    assert mean(positive, sequence="reciprocal") == 1
    assert 0.2 < mean(positive, sequence="output") < 0.8
    assert mean(trained_fit, 512, mu="half", steps=30) == 1
    assert mean(trained_fit, 512, mu="sqrt_n", steps=30) < 0.1
    assert mean(trained_output, 512, mu="half", steps=30) == pytest.approx(1, abs=1e-6)
