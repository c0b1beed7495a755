"""Printed claims that are false by algebra: refuted by the kernel, from documents, and true ones are not."""

from __future__ import annotations

import json

import pytest

from lemmas import _proof_refuted as refuted
from verifier.kernel.core import check, documents
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory.writing import many, minus, times
from verifier.proving.tactics import Prover

phi, omega = Var("phi", "act"), Var("omega", "mode")
H, L, m, r, d, i, k = many("H L m r d i k", "int")
x, y = many("x y", "input")
z, w = many("z w", "const")
ls, es = many("ls es", "seq")

LEAVES = [phi, omega, L, d, ls, es, x, y]
WIDE = (app("scaled", omega, L), app("relu", phi))


def lemma3(*premises: Term) -> Term:
    """Lemma 3's order as printed, under more premises."""
    of = app("T", phi, L, d, ls, es, x, y)
    ranges = [le(1, L), le(1, d), le(1, app("len", ls)), eq(app("len", ls), app("len", es))]
    shape = [app("increasing", ls, 1, L), app("outputs", es)]
    return forall(LEAVES, imp(*WIDE, *ranges, *shape, *premises, app("order", omega, of, minus(1, app("len", ls)))))


def lemma5(layers: Term) -> Term:
    """Eq. (34) with l in [layers]^k."""
    slopes = app("prod", 1, k, fun([i], app("hj", phi, m, H, L, y, w, app("entry", es, i))))
    body = times(slopes, app("T", phi, L, d, ls, es, x, y))
    total = app("tuples", k, layers, fun([ls], app("tuples", k, H, fun([es], body))))
    ranges = [app("relu", phi), eq(m, 1), le(1, H), le(1, L), le(1, d), le(0, k)]
    return forall([phi, m, H, L, d, k, x, y, w], imp(*ranges, eq(app("a", phi, m, H, L, d, k, x, y, w), total)))


def eq12(head: str) -> Term:
    """Eq. (16) with another last link, for l_k = L and k ≥ 2."""
    n, at = app("len", ls), lambda j: app("entry", ls, j)
    link = fun([i], app("A", phi, L, at(app("+", i, 1)), at(i), app("entry", es, i), x, y))
    last = app(head, phi, L, app("last", ls), at(minus(n, 1)), app("entry", es, minus(n, 1)), x, y)
    right = times(
        app("C", phi, L, app("last", ls), d, app("last", es), x, y), app("prod", 1, minus(n, 2), link), last,
        app("Q", phi, app("first", ls), x, y),
    )  # fmt: skip
    ranges = [app("relu", phi), le(1, L), le(1, d), le(2, n), eq(n, app("len", es)), eq(app("last", ls), L)]
    shape = [app("increasing", ls, 1, L), app("outputs", es)]
    return forall([phi, L, d, ls, es, x, y], imp(*ranges, *shape, eq(app("T", phi, L, d, ls, es, x, y), right)))


NAMES16 = [phi, L, d, ls, es, x, y]
NAMES5 = [phi, m, H, L, d, k, x, y, w]
CASES = {
    "lemma3, orthogonal": lambda p: (lemma3(), refuted.lemma3_degenerate(p, lemma3(), LEAVES, 0)),
    "lemma3, antiparallel": lambda p: (lemma3(), refuted.lemma3_degenerate(p, lemma3(), LEAVES, -1)),
    "cases of (12)": lambda p: (eq12("A_printed"), refuted.cases_of_12(p, eq12("A_printed"), NAMES16)),
    "layers of (40)": lambda p: (lemma5(H), refuted.other_layers(p, lemma5(H), NAMES5)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_claim_is_refuted(case):
    p = Prover("refuted")
    claim, fact = CASES[case](p)
    p.goal(case, p.restate(imp(claim, FALSE), fact))
    result = check.check(documents.read(documents.load(json.dumps(p.document()))))
    assert [goal.error for goal in result.goals] == [""]
    assert {rest.mark for goal in result.goals for rest in goal.rests} <= {"definition", "theorem"}


TWINS = {
    "inputs at no right angle": lambda p: refuted.lemma3_degenerate(
        p, lemma3(app("nonzero", app("dot", x, y))), LEAVES, 0
    ),
    "equal inputs": lambda p: refuted.lemma3_degenerate(p, lemma3(), LEAVES, 1),
    "the right last link": lambda p: refuted.cases_of_12(p, eq12("A"), NAMES16),
    "layers up to L": lambda p: refuted.other_layers(p, lemma5(L), NAMES5),
}  # fmt: skip


@pytest.mark.parametrize("case", TWINS)
def test_what_is_true_is_not_refuted(case):
    with pytest.raises(Refused):
        TWINS[case](Prover("twin"))
