"""A function of a project that is held against its annotation keeps the names of its arguments."""

from __future__ import annotations

from inspect import signature

from lemmas._hyper_words import hyper_limit
from verifier.claims.compile import compiled
from verifier.claims.vocabulary import Value
from verifier.projects.project import default_project


def test_the_names_of_arguments_are_those_of_the_function() -> None:
    value = Value("limit", lambda H, angle: 1.0 * H * angle)
    assert value.number is not None
    assert list(signature(value.number).parameters) == ["H", "angle"]
    assert value.number(2, 3) == 6


def test_an_argument_that_only_cells_have_is_no_part_of_the_term() -> None:
    """The limit of the hyperkernel at an angle: the claim of Theorem 3 about it has a proposition."""
    assert hyper_limit.number is not None
    assert "angle" in signature(hyper_limit.number).parameters
    statement = default_project().statement("theorem3").statement
    claim = next(claim for claim in statement.claims if claim.id == "theorem3.joint-limit")
    assert compiled(claim, {h.id: h for h in statement.hypotheses}).prop is not None
