"""The identities of Lemmas 3, 4 and 5 evaluated on networks over prime fields: sizes one by one, each certified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from lemmas import _proof_lemma3, _proof_lemma4, _proof_lemma5
from verifier.engines.fields import written
from verifier.engines.requests import sequence
from verifier.kernel.core.terms import Term, app, as_term
from verifier.kernel.theory.hyper import A_of, H, K_of, L, d, es, k, ls, m, mask, r, x, z
from verifier.kernel.theory.writing import times
from verifier.proving.matching import substitute
from verifier.proving.tactics import Fact, Prover

Shape = tuple[Sequence[int], int]  # n_0, …, n_{L-1}, and the number of outputs


def equal_at(p: Prover, left: Term, right: Term, shape: Shape, values: Mapping[Any, Term | int] | None = None) -> Fact:
    """left = right on networks of one shape, with ``values`` for variables; H and L are the shape's, m is 1."""
    widths, outputs = shape
    at = {m: 1, H: outputs, L: len(widths), **(values or {})}
    sides = [written(substitute(side, {v: as_term(value) for v, value in at.items()})) for side in (left, right)]
    request = {"left": sides[0], "right": sides[1], "widths": list(widths), "outputs": outputs}
    return p.by_engine("fields", request)


def layer_terms(p: Prover) -> Iterator[Fact]:
    """Eq. (16)."""
    for widths in ((3,), (2, 4), (4, 2, 3), (2, 3, 2, 4)):
        for length in range(1, len(widths) + 1):
            for layers in combinations(range(1, len(widths) + 1), length):
                for outputs in list(product((1, 2), repeat=length))[:4]:
                    for output in (1, 2):
                        values = {ls: sequence(layers), es: sequence(outputs), d: output}
                        sides = _proof_lemma3.tensor(ls, es), _proof_lemma3.factors(ls, es)
                        yield equal_at(p, *sides, (widths, 2), values)


def compositions(p: Prover) -> Iterator[Fact]:
    """Eq. (29)."""
    right = times(app("fact", r), z, mask(x, z), _proof_lemma4.sum_over(H, r, r))
    for shape in (((2,), 2), ((3, 2), 2), ((2, 3, 4), 2), ((2, 2, 3, 2), 1), ((3, 2), 3)):
        for order in range(shape[1] * len(shape[0]) + 2):
            yield equal_at(p, K_of(r), right, shape, {r: order})


def tuples(p: Prover) -> Iterator[Fact]:
    """Eq. (34)."""
    for shape in (((3,), 2), ((2, 4), 2), ((3, 2, 2), 2), ((2, 3, 2, 2), 1)):
        for order in range(1, len(shape[0]) + 1):
            for output in range(1, shape[1] + 1):
                values = {k: order, d: output}
                yield equal_at(p, A_of(d, k), _proof_lemma5.spread(k), shape, values)
