"""Lemma 3, measured: the order of T^(l,d) in n for chosen layers l and outputs d; and Eq. (16) on small networks.

The outputs are those in which printed and amended claims differ: it is the output d_k that belongs to the
largest layer which must equal d, and no other.
"""

from verifier.check import MODERATE, WIDE, Agreement, Check, Measure, cells
from verifier.identities import layer_error
from verifier.quantities import layer_parameters, layer_term

layers = {2: [(1,), (2,), (1, 2)], 3: [(1,), (2,), (3,), (1, 2), (1, 3), (2, 3), (1, 2, 3)]}
outputs = {
    1: [(0,)],
    2: [(0, 0), (1, 0), (0, 1), (1, 1)],
    3: [(0, 0, 0), (1, 1, 0), (0, 1, 1)],
}

check = Check(
    "lemma3",
    Measure(
        layer_term,
        cells(L=[2, 3], d=0, l=lambda L: layers[L], ds=lambda l: outputs[len(l)], angle=0),
        widths=WIDE,
        derived=layer_parameters,
    ),
    Measure(
        layer_term,
        cells(L=[2, 3], d=0, l=lambda L: layers[L], ds=lambda l: outputs[len(l)], angle=60),
        widths=MODERATE,
        correction=True,
        block=256,
        samples=1 << 15,
        largest=1 << 20,
        derived=layer_parameters,
        movable=True,
        quick=lambda cell: len(cell["l"]) == 2,
    ),
    Agreement(
        layer_error,
        cells(L=[2, 3], d=0, l=lambda L: layers[L], ds=lambda l: outputs[len(l)], angle=[0, 60]),
    ),
)
