"""The tactics on a toy theory: what they prove is in the document, what is false they cannot prove."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from toy import B, H, L, body, d, k, m, r, toy_theory

import verifier.kernel.theory.logic  # noqa: F401
from verifier.kernel.core import check, documents
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import app, eq, forall, imp, le
from verifier.kernel.theory.writing import plus, times
from verifier.proving.tactics import Fact, Prover


@pytest.fixture(autouse=True)
def _theory() -> Iterator[None]:
    with toy_theory():
        yield


RANGES = [le(1, H), le(1, L), le(0, r)]


def _beyond(p: Prover, most: object = L) -> Fact:
    """K^(r) = 0 for r > HL, from the four rows, with parts cut at ``most``."""
    more = le(plus(times(H, L), 1), r)
    with p.given(*RANGES, more):
        series = p.by("toy.series", H=H, L=L, r=r)
        every = imp(le(1, d), le(d, H), le(plus(most, 1), k), le(k, r), eq(app(body(), d, k), 0))
        each = p.prove(
            forall([d, k], every), lambda d, k: p.evaluate(app(body(), d, k), p.by("toy.degree", H=H, L=L, d=d, k=k))
        )
        cut = p.by("toy.cut", each, H=H, r=r, m=most)
        empty = p.by("toy.empty", H=H, r=r, m=most, B=body())
        zero = p.restate(eq(app("toy_K", H, L, r), 0), p.rewrite(series, cut, empty))
    return p.close([H, L, r], [*RANGES, more], zero)


def test_a_proof_is_written_down_and_checked_again() -> None:
    p = Prover("toy")
    goal = p.goal("toy.zero", _beyond(p))
    document = documents.read(documents.load(json.dumps(p.document())))
    (result,) = check.check(document).goals
    assert result.error == ""
    assert result.prop == goal.prop
    assert {(rest.mark, rest.name) for rest in result.rests} == {
        ("theorem", "toy.series"), ("argued", "toy.degree"), ("theorem", "toy.cut"), ("theorem", "toy.empty"),
    }  # fmt: skip


def test_K_is_not_zero_from_a_cut_below_the_degree() -> None:
    p = Prover("toy")
    with pytest.raises(Refused, match=r"toy\.degree"):
        _beyond(p, plus(L, -1))


def test_arithmetic_finds_what_follows_and_nothing_else() -> None:
    p = Prover("toy")
    with p.given(le(1, H), le(plus(times(2, H), k), r)):
        p.arith(le(plus(k, 2), r))
        with pytest.raises(Refused, match="no linear argument"):
            p.arith(le(plus(k, 3), r))
        with pytest.raises(Refused, match="no linear argument"):
            p.arith(eq(k, r))


def test_second_order_unknowns_are_found_by_matching() -> None:
    p = Prover("toy")
    with p.given(le(1, H), le(0, m), le(plus(times(H, m), 1), r)):
        found = p.by("toy.empty", goal=eq(app("toy_comps", H, r, m, body()), 0))
        assert found.prop == eq(app("toy_comps", H, r, m, body()), 0)
    p.assume(eq(app("toy_comps", H, r, m, B), 0))  # a variable of a function sort is a term as well


def test_a_name_that_a_row_does_not_have_is_said() -> None:
    with pytest.raises(Refused, match=r"toy\.empty has no variable q; it has H, r, m, B"):
        Prover("toy").by("toy.empty", q=1)
