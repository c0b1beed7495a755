"""Lemma 5, evaluated: both sides of Eq. (34) on small networks, the layers' terms by Eq. (16), at the first output."""

from verifier.check import Agreement, Check, cells, up_to
from verifier.identities import lemma5_error

check = Check(
    "lemma5",
    Agreement(lemma5_error, cells(d=1, H=[1, 2], L=[1, 2, 3], k=up_to(lambda L: L), angle=[0, 60])),
)
