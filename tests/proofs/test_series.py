"""What is proved by algebra at every width: checked again from the document, and true on random networks."""

from __future__ import annotations

import json
from fractions import Fraction
from importlib import import_module

import pytest

import tests.theory.networks  # noqa: F401
from tests.theory.model import Case, tried_proposition
from tests.theory.test_layers import DRAWN, _count
from verifier.kernel.core import check, documents
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import Term, app, eq
from verifier.proving.tactics import Prover

PROOFS = ("compositions", "lemma4", "lemma5", "lemma3", "gather")


@pytest.fixture(scope="module", params=PROOFS)
def proof(request):
    """A prover that has proved everything of one module, and its facts."""
    p = Prover(request.param)
    found = getattr(import_module(f"lemmas._proof_{request.param}"), f"prove_{request.param}")(p)
    for claim, facts in found.items():
        for fact in facts:
            p.goal(claim, fact)
    return p, found


def test_the_document_is_checked_again(proof):
    p, found = proof
    document = documents.read(documents.load(json.dumps(p.document())))
    result = check.check(document)
    assert [goal.error for goal in result.goals] == [""] * sum(map(len, found.values()))
    assert {rest.mark for goal in result.goals for rest in goal.rests} <= {"definition", "theorem"}


def _names(prop: Term, names: list[str]) -> list[str]:
    count = len(prop.fields[1][0].fields[0])
    assert len(names) == count
    return names


SMALL = {"H": _count(0, 2), "L": _count(0, 3), "r": _count(-1, 4), "k": _count(0, 3), "z": DRAWN["z"], "w": DRAWN["w"]}
HYPER = ["phi", "m", "H", "L", "r", "x", "y", "z", "w"]
#: module → what is tried on networks: names of the variables, and how often
TRIED = {
    "lemma4": ("lemma4.identity", HYPER, 60),
    "lemma5": ("lemma5.identity", ["phi", "m", "H", "L", "d", "k", "x", "y", "w"], 60),
    "gather": ("gather", ["phi", "m", "H", "L", "d", "k", "x", "y", "w"], 60),
}


@pytest.mark.parametrize("module", TRIED)
def test_it_is_true_on_networks(module):
    claim, names, times = TRIED[module]
    (fact,) = getattr(import_module(f"lemmas._proof_{module}"), f"prove_{module}")(Prover(module))[claim]
    draws = DRAWN | SMALL
    case = Case({name: draws[name] for name in names if name in draws}, times=times, least=5)
    tried_proposition(claim, fact.prop, _names(fact.prop, names), case)


def _increasing(rng, worlds, values):
    most = max(values["L"], 1)
    return tuple(sorted({int(l) for l in rng.integers(1, most + 1, size=rng.integers(1, 4))}))


def test_eq_16_is_true_on_networks():
    from lemmas._proof_lemma3 import transfer

    names = ["phi", "L", "d", "ls", "es", "x", "y"]
    draws = DRAWN | {"ls": _increasing}
    case = Case({name: draws[name] for name in names if name in draws}, times=150, least=15)
    tried_proposition("lemma3.identity", transfer(Prover("lemma3")).prop, names, case)


def test_without_multinomial_factors_lemma_4_is_not_proved():
    """Twin: 1 in the place of 1/α_d!."""
    from lemmas._proof_lemma4 import prove_lemma4

    p = Prover("twin")
    (fact,) = prove_lemma4(p)["lemma4.identity"]
    wrong = _replaced(fact.prop, "invfact", 1)
    with pytest.raises(Refused):
        p.restate(wrong, fact)
    case = Case({n: (DRAWN | SMALL)[n] for n in HYPER if n in DRAWN}, times=120, least=5)
    with pytest.raises(AssertionError, match="is false at"):
        tried_proposition("twin", wrong, HYPER, case)


def _replaced(t: Term, head: str, by: int) -> Term:
    from verifier.kernel.core.terms import App, Fun, num

    if isinstance(t, Fun):
        return Fun(t.fields[0], _replaced(t.fields[1], head, by))
    if isinstance(t, App):
        if t.fields[0] == head:
            return num(Fraction(by))
        args = [_replaced(a, head, by) for a in t.fields[1]]
        return app(t.fields[0], *args)
    return t


def test_a_larger_weight_is_not_attained():
    """Twin: one more than the largest weight has no proof to be restated as, and is false."""
    from lemmas._proof_compositions import prove_compositions

    p = Prover("twin")
    found = prove_compositions(p)
    for fact in (*found["bounded"], *found["attained"]):
        wrong = _raised(fact.prop)
        with pytest.raises(Refused):
            p.restate(wrong, fact)
    case = Case({"H": _count(0, 3), "r": _count(0, 4), "L": _count(1, 2)}, times=60, least=5)
    with pytest.raises(AssertionError, match="is false at"):
        tried_proposition("twin", _raised(found["attained"][0].prop), ["H", "r", "L"], case)


def _raised(t: Term) -> Term:
    from verifier.kernel.core.terms import App, Fun

    if isinstance(t, Fun):
        return Fun(t.fields[0], _raised(t.fields[1]))
    if isinstance(t, App) and t.fields[0] in ("attained", "bounded"):
        *rest, v = t.fields[1]
        return app(t.fields[0], *rest, app("+", v, 1 if t.fields[0] == "attained" else -1))
    if isinstance(t, App):
        return app(t.fields[0], *map(_raised, t.fields[1]))
    return t


def test_the_other_sum_is_not_lemma_5():
    """Twin: outputs and layers exchanged, as (40), (46) and (48) print it."""
    from lemmas._proof_lemma5 import prove_lemma5

    p = Prover("twin")
    (fact,) = prove_lemma5(p)["lemma5.identity"]
    at = p.all_elim(fact, *_point())
    right = at.prop
    while right.fields[0] == "imp":
        right = right.fields[1][1]
    a, total = right.fields[1]
    k, _, F = total.fields[1]
    with pytest.raises(Refused):
        p.restate(eq(a, app("tuples", k, _point()[2], F)), p.assume(right))


def _point() -> list[Term]:
    from lemmas._proof_lemma5 import POINT

    return list(POINT)
