"""Lemma 3, measured: the order of T^(l,d) in n for chosen layers l and outputs d; exact means at one input; Eq. (16).

The outputs are those in which printed and amended claims differ: it is the output d_k that belongs to the
largest layer which must equal d, and no other.
"""

from itertools import combinations, product
from typing import Any

from checks._identities import layer_error
from checks._identities_printed import printed_case_error
from checks._shared import TWO_INPUTS
from verifier.hunt import Space, angles, integers, listed, norms
from verifier.quantities.check import WIDE, Agreement, Check, Measure, cells
from verifier.quantities.exact import full_ratio, layer_product, star_product, star_ratio
from verifier.quantities.terms import layer_parameters, layer_term, zero_input_term

layers = {2: [(1,), (2,), (1, 2)], 3: [(1,), (2,), (3,), (1, 2), (1, 3), (2, 3), (1, 2, 3)]}
outputs = {
    1: [(0,), (1,)],
    2: [(0, 0), (1, 0), (0, 1), (1, 1)],
    3: [(0, 0, 0), (1, 1, 0), (0, 1, 1)],
}


def same(l):
    """All outputs equal to d = 0."""
    return [(0,) * len(l)]


def subsets(L):
    """All increasing layers, the fewest first."""
    return [l for k in range(1, L + 1) for l in combinations(range(1, L + 1), k)]


def outputs_of(l):
    """Outputs 0 and 1 for each layer."""
    return list(product((0, 1), repeat=len(l)))


#: The instances that Lemma 3 speaks of, for d = 0.
TERMS = Space(L=integers(1, 3), d=listed((0,)), l=listed(subsets), ds=listed(outputs_of), angle=angles(), norm=norms())
EXACT: dict[str, Any] = {"widths": (64, 128, 256, 512), "block": 1 << 15, "samples": 1 << 17, "margin": 0.12}


def mean(claim, powers, *terms, samples=1 << 17, **more):
    """E f^a (n^{k-1} T^{l,d})^b at L = 3, one input, for the terms (l, ds) a claim names."""
    listed = [{"L": 3, "l": l, "ds": ds, "powers": powers, **more} for l, ds in terms]
    settings = {**EXACT, "samples": samples, "quick_samples": samples}
    return Measure(layer_product, listed, claims=(claim,), quick=lambda cell: cell.get("rho", 1) == 1, **settings)


check = Check(
    "lemma3",
    Measure(
        layer_term,
        TERMS.cells(L=[2, 3], d=0, l=lambda L: layers[L], ds=lambda l: outputs[len(l)], angle=0),
        widths=WIDE,
        derived=layer_parameters,
    ),
    Measure(
        layer_term,
        TERMS.cells(L=[2, 3], d=0, l=lambda L: layers[L], ds=lambda l: outputs[len(l)], angle=60),
        samples=1 << 15,
        derived=layer_parameters,
        movable=True,
        quick=lambda cell: cell["L"] == 2 and len(cell["l"]) == 2,
        space=TERMS,
        **TWO_INPUTS,
    ),
    # E31: orthogonal inputs, l_1 >= 2; and x_j = 0, which no angle tells.
    Measure(
        layer_term,
        [*cells(L=2, d=0, l=[(2,)], ds=[(0,)], angle=90), *cells(L=3, d=0, l=[(2,), (3,), (2, 3)], ds=same, angle=90)],
        samples=1 << 15,
        derived=layer_parameters,
        quick=lambda cell: len(cell["l"]) == 1,
        **TWO_INPUTS,
    ),
    Measure(
        zero_input_term,
        cells(L=2, d=0, l=[(2,)], ds=[(0,)], x_j=0),
        widths=(128, 512, 2048, 8192),
        samples=2048,
        derived=layer_parameters,
        witness=("inputs_nonzero",),
    ),
    Agreement(
        layer_error,
        cells(L=[2, 3], d=0, l=lambda L: layers[L], ds=lambda l: outputs[len(l)], angle=[0, 60]),
        claims=("lemma3.printed-identity", "lemma3.identity"),
        derived=layer_parameters,
    ),
    # E19: Eq. (12) as printed; it speaks of l_k = L.
    Agreement(
        printed_case_error,
        cells(H=1, L=3, d=0, l=[(1, 3), (2, 3), (1, 2, 3)], ds=same, angle=0, cases="printed"),
        claims=("lemma3.printed-case",),
        derived=layer_parameters,
        space=Space(
            H=listed((1,)),
            L=integers(2, 3),
            d=listed((0,)),
            l=listed(subsets),
            ds=listed(outputs_of),
            angle=listed((0,)),
            cases=listed(("printed",)),
        ),
    ),
    # At one input: T^(1..L) and T^L themselves, then means at every width.
    Measure(full_ratio, cells(L=[2, 3, 4]), widths=WIDE, block=256, samples=1024, claims=("lemma3.full",)),
    Measure(star_ratio, cells(L=[1, 2, 3, 4, 5]), widths=WIDE, block=256, samples=1024, claims=("lemma3.star",)),
    mean("lemma3.mixed", (1, 1), ((1, 2), (0, 0)), ((2, 3), (0, 0))),
    mean("lemma3.skipped", (1, 1), ((1, 3), (0, 0))),
    Measure(star_product, cells(L=3, r=2), claims=("lemma3.mixed-star",), quick_samples=1 << 17, **EXACT),
    # E7: n_2 = ρ n_1.
    *[
        mean(claim, powers, ((1, 3), (0, 0)), rho=rho)
        for rho in (0.25, 1, 4)
        for claim, powers in (("lemma3.ratio", (1, 1)), ("lemma3.ratio-square", (0, 2)))
    ],
    # E5: no independence.  E2: an output d_j other than d.
    mean("lemma3.joint-mean", (0, 1), ((1, 2, 3), (0, 0, 0))),
    mean("lemma3.joint-square", (0, 2), ((1, 2, 3), (0, 0, 0)), samples=1 << 19),
    mean("lemma3.other-output", (0, 2), ((2, 3), (1, 0))),
    mean("lemma3.other-output-first", (0, 2), ((1, 2), (1, 0))),
    mean("lemma3.smaller", (0, 2), ((1, 2), (0, 1)), ((1, 2), (1, 1)), samples=1 << 19),
)
