"""Lemmas 4, 5 and Eq. (16) on small networks; a wrong formula must be seen at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from checks import _identities as identities
from checks._identities import layer_error, lemma4_error, lemma5_error
from verifier.quantities.check import Quantity, cells, up_to

TOLERANCE = 1e-9
WRONG = 1e-3  # what a wrong formula must at least be off by, on some network


def errors(quantity: Quantity, found: Sequence[dict[str, Any]], width: int = 4, samples: int = 12) -> float:
    values = quantity.draw(found[0], found, width, samples, np.random.default_rng(11)).values
    assert values.shape == (samples, len(found))
    return float(values.max())


LEMMA4 = cells(H=2, L=3, r=up_to(lambda H, L: H * L + 1), angle=60)
LEMMA5 = cells(H=2, L=3, k=[0, 1, 2, 3], angle=60)
EQ16 = cells(L=3, d=0, l=[(1, 2), (1, 3), (1, 2, 3)], ds=lambda l: [(0,) * len(l), (1, *(0,) * (len(l) - 1))], angle=60)


@pytest.mark.parametrize(("quantity", "found"), [(lemma4_error, LEMMA4), (lemma5_error, LEMMA5), (layer_error, EQ16)])
@pytest.mark.parametrize("width", [1, 2, 5])
def test_the_identities_hold(quantity: Quantity, found: tuple[dict[str, Any], ...], width: int) -> None:
    assert errors(quantity, found, width) < TOLERANCE


def test_without_the_multinomial_factors_lemma_4_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identities, "multinomial", lambda alpha: 1)
    assert errors(lemma4_error, LEMMA4) > WRONG


def test_without_the_bound_on_parts_nothing_changes_but_with_a_lower_one_lemma_4_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = identities.compositions
    monkeypatch.setattr(identities, "compositions", lambda r, parts, largest: original(r, parts, largest - 1))
    assert errors(lemma4_error, LEMMA4) > WRONG


def test_with_the_printed_delta_lemma_5_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terms only where all outputs are equal, as the printed Lemma 3 has it."""
    original = identities.layered

    def printed(network: Any, inputs: Any, which: Any, terms: Any, d: int, outputs: int) -> Any:
        values, at = original(network, inputs, which, terms, d, outputs)
        return values * np.array([all(output == d for output in ds) for _, ds in terms]), at

    monkeypatch.setattr(identities, "layered", printed)
    assert errors(lemma5_error, LEMMA5) > WRONG


@pytest.mark.parametrize(("quantity", "found"), [(lemma4_error, LEMMA4), (layer_error, EQ16)])
def test_without_the_root_of_two_in_the_samplers_the_identities_fail(
    monkeypatch: pytest.MonkeyPatch, quantity: Quantity, found: tuple[dict[str, Any], ...]
) -> None:
    """The networks of the samplers, with √2 dropped from each layer."""
    original = identities.as_network

    def dropped(network: Any) -> Any:
        made = original(network)
        made.gain = 1.0
        return made

    monkeypatch.setattr(identities, "as_network", dropped)
    assert errors(quantity, found) > WRONG


def test_compositions_and_multinomials() -> None:
    found = list(identities.compositions(3, 2, 2))
    assert found == [(1, 2), (2, 1)]
    assert sum(map(identities.multinomial, identities.compositions(5, 3, 5))) == 3**5
    assert identities.multinomial((2, 1, 0)) == 3
