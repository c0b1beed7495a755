"""The theorems on wide networks: their documents are read and checked anew, and rest on what they say they rest on."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module

import pytest

import verifier.kernel.theory  # noqa: F401
from verifier.kernel.core import check, documents
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Var, app, eq, num
from verifier.proving.tactics import Prover

STATEMENTS = ("lemma2", "theorem2", "lemma6", "corollary1", "remark1", "theorem3")
#: claims that rest on rows with a sketch for a proof
ARGUED = (
    "theorem3.first",
    "theorem3.second",
    "theorem3.sum",
    "theorem3.kink",
    "theorem3.printed-taylor",
    "theorem3.printed-first",
)


@cache
def proved(name):
    """The facts of a statement and the checked document that has them all as goals."""
    p = Prover(name)
    facts = getattr(import_module(f"lemmas._proof_{name}"), f"prove_{name}")(p)
    for claim, found in facts.items():
        for fact in found:
            p.goal(claim, fact)
    document = documents.read(documents.load(json.dumps(p.document())))
    return facts, check.check(document)


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_document_proves_every_claim(name):
    facts, result = proved(name)
    assert all(facts.values())
    for goal in result.goals:
        assert not goal.error, (goal.id, goal.error)
        marks = {rest.mark for rest in goal.rests}
        argued = {"argued"} if goal.id.startswith(ARGUED) else set()
        assert argued <= marks <= {"definition", "theorem"} | argued, (goal.id, marks)


@pytest.mark.parametrize("name", STATEMENTS)
def test_what_is_printed_and_false_is_refuted(name):
    """The refutations are of the form claim ⟹ falsity, with no hypothesis left."""
    facts, _ = proved(name)
    for claim, found in facts.items():
        false = "printed" in claim and claim not in TRUE_AS_PRINTED
        for fact in found:
            assert (fact.prop.fields[0] == "imp" and fact.prop.fields[1][1] == FALSE) == false, claim
            assert not fact.theorem.hyps


TRUE_AS_PRINTED = (
    "lemma2.printed-jacobians", "lemma2.printed-gradients", "lemma2.printed-gram", "remark1.printed-constant",
    "theorem3.printed-limit",
)  # fmt: skip


def test_a_zero_input_proves_no_mask():
    """Attack: masks at x = 0, whose hypothesis is refused; 2 P[0 > 0, y > 0] is not (π - θ)/π."""
    from lemmas._reals import phi, x, y
    from lemmas._wide import Wide

    p = Prover("attack")
    known = Wide(p)
    zero = eq(app("dot", x, x), 0)
    with p.given(app("relu", phi), zero, app("nonzero_input", y)), pytest.raises(Refused, match="nonzero_input"):
        p.by(known.norms(), goal=app("pos", app("Sig", phi, 1, x, x)))
    with p.given(app("relu", phi)), pytest.raises(Refused):
        p.by("dual_slope.relu", phi=phi, s=0, t=1, theta=0)


def test_a_growing_number_of_rows_cannot_be_written():
    """Attack (E7): P Pᵀ → I as matrices; an index that is a width is no ``int``."""
    from lemmas._reals import omega, phi, x, y
    from lemmas._wide import Wide

    p = Prover("attack")
    wide = Var("n", "width")
    with pytest.raises(Refused, match="sort width"):
        p.all_elim(Wide(p).chains(), phi, omega, num(2), x, y, num(1), num(2), wide, wide)


def test_no_index_beyond_the_depth():
    """Attack: layer 3 of a network of depth 2."""
    from lemmas._reals import L, omega, phi, plim, x, y
    from lemmas._wide import Wide

    p = Prover("attack")
    with p.given(app("relu", phi), app("grows", omega, 2)), pytest.raises(Refused):
        p.by(Wide(p).gram(), goal=plim(app("Q", phi, 3, x, y), app("Sig", phi, 2, x, y)))
    assert L.sort == "int"


def test_a_stronger_claim_is_refuted_too():
    """A printed claim with fewer premises, its variables in another order and named otherwise."""
    from verifier.kernel.core.terms import forall, fun, imp, le

    p = Prover("printed")
    act, way, depth, layers = Var("s", "act"), Var("way", "mode"), Var("depth", "int"), Var("layers", "int")
    unit, x, z, y, w = Var("a", "int"), *(Var(n, "input") for n in "xzyw")

    def claim(index):
        family = fun([unit, x, z], app("G", act, depth, layers, x, z, unit))
        law = app("gauss", way, family, fun([x, z, y, w], app("Lam", act, index, layers, x, y, z, w)))
        ranges = [le(1, layers), le(1, depth), app("grows_g", way, layers), app("grows", way, depth), app("relu", act)]
        return forall([layers, depth, way, act], imp(*ranges, law))

    refutation = again(p, "theorem2", "theorem2.printed")
    found = p.contradict(claim(app("+", depth, 1)), refutation)
    assert found.prop == imp(claim(app("+", depth, 1)), FALSE)
    assert not found.theorem.hyps
    with pytest.raises(Refused, match="nothing that"):  # what is true is not refuted so
        p.contradict(claim(depth), refutation)
    with pytest.raises(Refused, match="is no refutation"):
        p.contradict(claim(depth), p.row("false"))


def again(p, name, claim):
    """The first fact for a claim, proved in ``p``."""
    return getattr(import_module(f"lemmas._proof_{name}"), f"prove_{name}")(p)[claim][0]
