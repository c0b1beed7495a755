"""Lemma 4, evaluated: both sides of Eq. (29) on small networks, and the jets that the samplers use."""

from typing import Any

from checks._identities import lemma4_error
from checks._identities_printed import no_factors_error, ordered_error
from verifier.quantities.check import Agreement, Check, Quantity, cells, up_to


def witness(quantity: Quantity, form: str, hypothesis: str) -> Agreement:
    """Another reading of Eq. (30), which fails."""
    listed: Any = [*cells(H=2, L=1, r=2, angle=0, form=form), *cells(H=2, L=3, r=3, angle=0, form=form)]
    return Agreement(quantity, listed, claims=("lemma4.identity",), witness=(hypothesis,))


check = Check(
    "lemma4",
    Agreement(lemma4_error, cells(H=[1, 2, 3], L=[1, 2, 3], r=up_to(lambda H, L: H * L + 1), angle=[0, 60])),
    # E20: as an equality of ordered tensors, and without the multinomial factors.
    witness(ordered_error, "ordered", "symmetric_argument"),
    witness(no_factors_error, "no_factors", "multinomial_factors"),
)
