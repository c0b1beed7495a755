"""What is proved by algebra at every width: checked again from the document, and true on random networks."""

from __future__ import annotations

import json
from fractions import Fraction
from importlib import import_module

import numpy as np
import pytest

import tests.theory.networks  # noqa: F401
from tests.theory.model import ACTIVATIONS, Case, tried_proposition
from tests.theory.test_layers import DRAWN, _count, _layers, _opposite, _second
from verifier.kernel.core import check, documents
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import Term, app, eq
from verifier.proving.tactics import Prover

PROOFS = (
    "compositions",
    "lemma4",
    "lemma5",
    "lemma3",
    "gather",
    "theorem1_exact",
    "one_input",
    "as_printed",
    "exact_claims",
)


#: Modules whose facts are used by other proofs alone: by what is tried of them.
PARTS = {
    "gather": {"gather": "gathered"},
    "one_input": {"theorem1.top": "top", "lemma3.full": "term_of_all", "lemma3.star": "star"},
    "as_printed": {"theorem1.same": "same_top", "theorem1.ratio": "ratio"},
}


def facts_of(module, p):
    """What a module proves, by claim or part."""
    room = import_module(f"lemmas._proof_{module}")
    if module in PARTS:
        return {name: [getattr(room, fact)(p)] for name, fact in PARTS[module].items()}
    return getattr(room, f"prove_{module}")(p)


@pytest.fixture(scope="module", params=PROOFS)
def proof(request):
    """A prover that has proved everything of one module, and its facts."""
    p = Prover(request.param)
    found = facts_of(request.param, p)
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
RELU = lambda rng, worlds, values: ACTIVATIONS[0] if rng.random() < 0.9 else ACTIVATIONS[3]  # noqa: E731
LAYERED = ["phi", "L", "d", "ls", "es", "x", "y"]
BRACKET = ["phi", "m", "H", "L", "d", "k", "x", "y", "w"]


def _increasing(rng, worlds, values):
    most = max(values["L"], 1)
    return tuple(sorted({int(l) for l in rng.integers(1, most + 1, size=rng.integers(1, 4))}))


def _right_angle(rng, worlds, values):
    x = values["x"]
    return (-x[1], x[0], *(0.0 * v for v in x[2:]))


def _same_input(rng, worlds, values):
    return values["x"] if rng.random() < 0.9 else _second(rng, worlds, values)


def _unit(rng, worlds, values):
    n = worlds[0].width(0)
    x = rng.standard_normal(n)
    return tuple(float(v) for v in x * np.sqrt(n / (x @ x)))


def _is(value):
    return lambda rng, worlds, values: value


def _all_layers(rng, worlds, values):
    return tuple(range(1, values["L"] + 1)) if rng.random() < 0.9 else _layers(rng, worlds, values)


def _outputs(rng, worlds, values):
    return tuple(int(e) for e in rng.integers(1, 3, size=len(values["ls"])))


def _from_first(rng, worlds, values):
    return tuple(sorted({1, *_increasing(rng, worlds, values)}))


def _to_last(rng, worlds, values):
    return tuple(sorted({max(values["L"], 1), *_increasing(rng, worlds, values)}))


#: claim → module, names of its variables, how often it is tried, and how its variables are drawn
TRIED = {
    "lemma4.identity": ("lemma4", HYPER, 60, {}),
    "lemma5.identity": ("lemma5", BRACKET, 60, {}),
    "gather": ("gather", BRACKET, 60, {}),
    "theorem1.cut": ("theorem1_exact", HYPER, 80, {}),
    "theorem1.zero": ("theorem1_exact", HYPER, 150, {"r": _count(0, 5)}),
    "exclusive": ("theorem1_exact", HYPER, 200, {"phi": RELU, "y": _same_input, "H": _count(1, 3)}),
    "theorem1.top": ("one_input", ["phi", "m", "H", "L", "x", "z", "w"], 40, {"phi": RELU}),
    "lemma3.full": ("one_input", ["phi", "L", "d", "ls", "es", "x"], 100,
                    {"phi": RELU, "ls": _all_layers, "es": _outputs}),
    "lemma3.star": ("one_input", ["phi", "L", "x"], 40, {"phi": RELU, "L": _count(0, 4)}),
    "theorem1.same": ("as_printed", ["phi", "m", "H", "L", "x", "z", "w"], 20, {"phi": RELU}),
    "theorem1.ratio": ("as_printed", ["phi", "m", "H", "L", "x", "z", "w"], 20, {"phi": RELU}),
    "claim lemma3.full": ("exact_claims", LAYERED,
                          100, {"phi": RELU, "x": _unit, "ls": _all_layers, "es": _outputs, "y": _same_input}),
    "claim lemma3.star": ("exact_claims", ["phi", "L", "x", "y"], 30,
                          {"phi": RELU, "L": _count(0, 3), "x": _unit, "y": _same_input}),
    "claim theorem1.top": ("exact_claims", ["phi", "m", "H", "L", "x", "y", "z", "w"], 20,
                           {"phi": RELU, "x": _unit, "y": _same_input}),
    "claim theorem1.exclusive": ("exact_claims", HYPER, 100,
                                 {"phi": RELU, "y": _same_input, "z": _is(1), "w": _is(-1), "H": _count(1, 3)}),
    "lemma3.identity": ("lemma3", LAYERED, 150, {"ls": _increasing}),
    "lemma3.elsewhere": ("lemma3", LAYERED, 200, {"ls": _to_last, "es": _outputs}),
    "lemma3.orthogonal": ("lemma3", LAYERED, 300, {"ls": _from_first, "es": _outputs, "y": _right_angle}),
    "lemma3.antiparallel": ("lemma3", LAYERED, 300, {"phi": RELU, "ls": _from_first, "es": _outputs, "y": _opposite}),
}  # fmt: skip


@pytest.mark.parametrize("claim", TRIED)
def test_it_is_true_on_networks(claim):
    module, names, times, more = TRIED[claim]
    found = facts_of(module, Prover(module))
    fact = found[claim.removeprefix("claim ")][0]
    draws = DRAWN | SMALL | more
    case = Case({name: draws[name] for name in names if name in draws}, times=times, least=5)
    tried_proposition(claim, fact.prop, _names(fact.prop, names), case)


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
