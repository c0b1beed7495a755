"""Both checkers draw every bound of docs/proof-format.md in one place: what is just inside is accepted, no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kernel_core.test_second import compared
from tests.kernel_core.theories import apart, declare
from verifier.kernel import report
from verifier.kernel.core import check, documents

X = ["var", "x", "int"]


def document(terms: list[Any], steps: list[Any] | None = None) -> bytes:
    return json.dumps({
        "format": documents.FORMAT, "statement": "s", "terms": terms, "steps": steps or [], "goals": [],
    }).encode()  # fmt: skip


def nested(depth: int) -> bytes:
    """x, x + 0, … to a depth."""
    return document([X, ["num", "0"], *(["app", "+", [0 if i == 0 else i + 1, 1]] for i in range(depth - 1))])


def sized(size: int) -> bytes:
    """A sum of that many nodes."""
    return document([X, ["app", "+", [0] * (size - 1)]])


def sort_of(names: int) -> bytes:
    """A function sort of that many basic sorts."""
    return document([["var", "f", [["int"] * (names - 1), "rand"]]])


def binder(arguments: int) -> bytes:
    return document([X, ["fun", ["int"] * arguments, 0]])


def digits(bits: int) -> bytes:
    return document([["num", str(2 ** (bits - 2))]])  # with one bit for the denominator


def fraction(length: int) -> bytes:
    """A multiplier of that many digits, for a fact that says nothing."""
    return document([["num", "1"], ["app", "le", [0, 0]]], [["assume", 1], ["linear", [0], 1, ["9" * length]]])


def squared(bits: int) -> bytes:
    """A square with a coefficient of that many bits."""
    terms = [["num", str(2 ** ((bits - 2) // 2))], X, ["app", "*", [0, 1]], ["app", "*", [2, 2]]]
    return document(terms, [["ring", 3, 3]])


def monomials(count: int) -> bytes:
    """A product of a sum of ``count`` and one of 400."""
    variables = [["var", f"x{i}", "int"] for i in range(501)]
    terms = [*variables, ["app", "+", list(range(count))], ["app", "+", list(range(400))], ["app", "*", [501, 502]]]
    return document(terms, [["ring", 503, 503]])


def named(length: int) -> bytes:
    return document([["var", "x" * length, "int"]])


INSIDE_AND_OUTSIDE = {
    "depth": (nested(120), nested(121)),
    "size": (sized(200_000), sized(200_001)),
    "names of a sort": (sort_of(50), sort_of(51)),
    "arguments of a function": (binder(50), binder(51)),
    "bits of a number": (digits(1000), digits(1002)),
    "bits of a coefficient": (squared(1000), squared(1004)),
    "digits of a fraction": (fraction(300), fraction(401)),
    "bits of a multiplier": (fraction(300), fraction(302)),
    "characters of a name": (named(80), named(81)),
    "arguments of ⋀": (
        document([["app", "false", []], *(["var", f"x{i}", "int"] for i in range(51))],
                 [["assume", 0], ["imp_intro", 0, 0], ["all_intro", list(range(1, 51)), 1]]),
        document([["app", "false", []], *(["var", f"x{i}", "int"] for i in range(51))],
                 [["assume", 0], ["imp_intro", 0, 0], ["all_intro", list(range(1, 52)), 1]]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", INSIDE_AND_OUTSIDE)
def test_both_draw_the_bound_in_one_place(what: str) -> None:
    with apart():
        declare(fact=(("int",), "int"))
        theory = report.theory()
        inside, outside = (compared(theory, [raw]) for raw in INSIDE_AND_OUTSIDE[what])
    assert set(inside) == {"held"}  # no goals: nothing refused, no step failed
    assert set(outside) <= {"refused", "failed"}


def test_products_that_are_too_many_are_refused_before_they_are_made() -> None:
    with apart():
        theory = report.theory()
        assert set(compared(theory, [monomials(60)])) == {"held"}
        (found,) = (check.check(documents.read(json.loads(raw))).failed for raw in [monomials(501)])
        assert "too many monomials" in found
        assert set(compared(theory, [monomials(501)])) == {"failed"}


def test_copies_of_many_hypotheses_are_paid_for_before_they_are_joined() -> None:
    """20000 copies of a theorem of 4000 hypotheses, in one step of a file of 400 kB: gigabytes, were they joined."""
    terms: list[Any] = [["num", "0"], ["app", "eq", [0, 0]]]
    steps: list[Any] = []
    for i in range(4000):
        terms += [["var", f"v{i}", "const"], ["app", "eq", [len(terms), 0]]]
        steps.append(["assume", len(terms) - 1])
    steps.append(["linear", list(range(4000)), 1, ["0"] * 4000])
    steps.append(["linear", [4000] * 20_000, 1, ["0"] * 20_000])
    result = check.check(documents.read(documents.load(document(terms, steps))))
    assert len(result.steps) == 4001
    assert "more work" in result.failed
