"""Lemma 4, evaluated: both sides of Eq. (29) on small networks, and the jets that the samplers use."""

from verifier.check import Agreement, Check, cells, up_to
from verifier.identities import lemma4_error

check = Check(
    "lemma4",
    Agreement(lemma4_error, cells(H=[1, 2, 3], L=[1, 2, 3], r=up_to(lambda H, L: H * L + 1), angle=[0, 60])),
)
