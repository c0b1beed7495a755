"""Goals of a file in the notation of claims, though a file has no names of variables."""

from __future__ import annotations

import random

import pytest

import verifier.kernel.theory  # noqa: F401
from verifier.claims.compile import compiled
from verifier.claims.expressions import CannotCompile
from verifier.claims.notation import text
from verifier.claims.sentences import sentence
from verifier.kernel.core.terms import FALSE, SIGNATURE, Term, Var, app, eq, forall, imp, le, variables
from verifier.projects.project import default_project

PROJECT = default_project()


@pytest.mark.parametrize("name", ["theorem1", "lemma2", "lemma5", "lemma6", "section3"])
def test_a_claim_s_goal_reads_as_the_claim_does(name: str) -> None:
    statement = PROJECT.statement(name).statement
    tried = 0
    for claim in statement.claims:
        try:
            target = compiled(claim, {h.id: h for h in statement.hypotheses})
        except CannotCompile:
            continue
        tried += 1
        found, denied = sentence(target.prop), sentence(target.refuted)
        assert (found.refutes, denied.refutes) == (False, True)
        assert (denied.says, denied.premises) == (found.says, found.premises)
        assert len(found.premises) >= len(target.hypotheses)
        if name in ("theorem1", "lemma5", "lemma6"):  # in the others some sizes have other letters
            assert found.says == text(target.conclusion), claim.id
    assert tried > 1


def test_two_variables_never_have_one_name() -> None:
    """f(y, x) is not f(x, x): whatever symbols variables stand under, each has a printed name of its own."""
    rnd = random.Random(5)
    heads = [h for h, (sorts, _) in SIGNATURE.items() if sum(s == "input" for s in sorts) == 2]
    tried = set()
    for _ in range(200):
        x, y = Var("first", "input"), Var("second", "input")
        head = rnd.choice(heads)

        def at(a: Term, b: Term, head: str = head) -> Term:
            inputs = iter((a, b))
            return app(head, *[next(inputs) if s == "input" else Var(f"v{n}", s)
                               for n, s in enumerate(SIGNATURE[head][0])])  # fmt: skip

        if at(x, y).sort not in ("rand", "const"):
            continue
        equations = [eq(at(*pair), at(x, y)) for pair in ((x, y), (x, x), (y, x))]
        shown = {sentence(forall(sorted(variables(p) | {x, y}, key=repr), p)).says for p in equations}
        assert len(shown) == 3, (head, shown)
        tried.add(head)
    assert len(tried) > 10


def test_premises_are_told_in_order_with_their_ranges_first() -> None:
    L, r, phi = Var("L", "int"), Var("r", "int"), Var("phi", "act")
    found = sentence(forall([phi, L, r], imp(app("relu", phi), le(1, L), le(L, r), eq(app("fact", r), 1))))
    assert found.premises == ("1 <= k <= i", "σ is the ReLU")
    assert found.says == "i! = 1"


def test_a_contradiction_under_premises_is_no_refutation_of_them() -> None:
    """For every k: 1 ≤ k ⟹ ⊥ is told as it is; the negation of a closed proposition is told as that, refuted."""
    k = Var("k", "int")
    one = forall([k], imp(le(1, k), FALSE))
    assert not sentence(one).refutes
    assert sentence(one).says == "not (1 <= k)"
    assert sentence(imp(one, FALSE)).refutes
