"""Lemma 5, evaluated: both sides of Eq. (34) on small networks, the layers' terms by Eq. (16)."""

from checks._identities import lemma5_error
from verifier.quantities.check import Agreement, Check, cells, up_to

check = Check(
    "lemma5",
    # The error is that of the first output, d = 1.
    Agreement(
        lemma5_error,
        cells(H=[1, 2], L=[1, 2, 3], k=up_to(lambda L: L), angle=[0, 60]),
        derived=lambda cell: {"d": 1},
    ),
)
