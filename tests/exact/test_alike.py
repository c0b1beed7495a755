"""Strands alike before and after their contractions: against the transfer matrix, and how few states are left."""

from __future__ import annotations

from math import prod

import pytest

from verifier.exact import alike, alike_size
from verifier.exact.api import exact_moment
from verifier.exact.correlation import CorrelationError, parse, star
from verifier.exact.estimate import estimated_bytes
from verifier.exact.moments import Strands, leading, polynomials_by_depth, strands_of
from verifier.exact.transfer import StateLimitError

CASES = [
    ("f", 6, 3), ("T(1)", 3, 4), ("T(2)", 1, 3), ("T(2)", 2, 4), ("T(3)", 1, 5), ("T(3)", 2, 5), ("T(4)", 2, 4),
    ("T(1)", 6, 6), ("f(0;a,b) f(0;a,b)", 3, 4), ("f(0;a,b,c) f(0;a,b,c)", 2, 4),
    ("f(0;a,b) f(0;a,c) f(0;b,c)", 2, 4), ("f(0;a) f(0;a,b) f(0;b)", 2, 4), ("f(0;a) f(0;a) f(0)", 2, 3),
    ("f(0;a) f(0;a,b) f(0;b,c) f(0;c)", 1, 4), ("f(0;a,b) f(0;a,b) f(0;c) f(0;c)", 1, 4),
    ("f(0;a,b) f(0;a) f(0;b) f(0)", 1, 4), ("f(0;a,b) f(0;a,b,c) f(0;c) f(0)", 1, 5), ("f(0;a) f(0;a) f(0)", 4, 3),
]  # fmt: skip


def _strands(text: str, moment: int) -> Strands:
    found = parse(text)
    return strands_of(found, moment)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "moment", "depth"), CASES)
def test_every_moment_is_that_of_the_transfer_matrix(text: str, moment: int, depth: int) -> None:
    strands = _strands(text, moment)
    for activation in ("linear", "relu"):
        expected = polynomials_by_depth(strands, depth, activation)  # type: ignore[arg-type]
        assert alike.polynomials_by_depth(strands, depth, activation) == expected  # type: ignore[arg-type]
    assert expected[-1] or text == "T(2)"  # the mean of T^2 is 0


def test_strands_between_are_not_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what is known of the partners of strands that some contraction has touched is forgotten."""
    monkeypatch.setattr(alike, "_after", lambda made, edges: alike._component({}, edges))
    strands = _strands("T(2)", 2)
    assert alike.polynomials_by_depth(strands, 4) != polynomials_by_depth(strands, 4)


@pytest.mark.parametrize("pairs", range(1, 9))
def test_contracted_pairs_need_a_state_for_each_partition_into_two_parts(pairs: int) -> None:
    """(⌊p/2⌋ + 1)(⌈p/2⌉ + 1) states between layers, where the coset types of all pending ones are partitions."""
    pairings = alike.Pairings(2 * pairs)
    reached = {pairings.start(_strands("T(1)", pairs).edges)}
    todo = list(reached)
    while todo:
        new = set(pairings.row(todo.pop())) - reached
        reached |= new
        todo += new
    between = {target for state in reached for target in pairings.row(state)}
    assert len(between) == (pairs // 2 + 1) * ((pairs + 1) // 2 + 1)


def test_leading_terms_of_larger_moments() -> None:
    assert leading(alike.polynomials_by_depth(strands_of(star(5), 2), 6, "relu")[-1]) == (-8, 38928384000)
    assert leading(alike.polynomials_by_depth(strands_of(star(2), 4), 3)[-1]) == (-4, 3 * 68**2)


def test_many_strands_that_no_contraction_touches_are_no_recursion() -> None:
    """E f^2400 = 2399!! at L = 1; beside contractions, what the transfer matrix has."""
    assert alike.polynomials_by_depth(_strands("f", 2400), 1) == [{0: prod(range(1, 2400, 2))}]
    beside = strands_of(star(1), 2, extra=1200)
    assert alike.polynomials_by_depth(beside, 1) == polynomials_by_depth(beside, 1)


def test_no_more_is_kept_than_the_limit() -> None:
    """Of E[(T^2)^2], rows and partial states together: beyond the limit by the longest row at most."""
    for limit in range(5, 150, 5):
        pairings = alike.Pairings(6, limit)
        start = pairings.start(strands_of(star(2), 2).edges)
        todo, reached, longest = [start], {start}, 0
        try:
            while todo:
                row = pairings.row(todo.pop())
                todo += set(row) - reached
                reached |= set(row)
                longest = max(longest, len(row))
        except StateLimitError:
            assert pairings.size <= limit + longest
            continue
        assert pairings.size <= limit + longest
        assert limit > 20
        return
    raise AssertionError("all limits were refused")


@pytest.mark.slow
def test_sixteen_strands() -> None:
    """E[(T^3)^4] at L = 4, of which the transfer matrix has 387,404 partial states."""
    assert leading(alike.polynomials_by_depth(_strands("T(3)", 4), 4)[-1]) == (-8, 184804416)


def test_what_it_does_not_serve_and_its_limit() -> None:
    assert alike.serves(strands_of(star(2), 2))
    assert not alike.serves(strands_of(star(2), 1, layers=(1, 2)))
    assert not alike.serves(_strands("f[0](0;a) f[1](0;a)", 2))
    with pytest.raises(StateLimitError):
        alike.polynomials_by_depth(strands_of(star(3), 2), 5, limit=20)
    with pytest.raises(CorrelationError, match="memory"):
        exact_moment("T(3)", 4, moment=4, memory=70_000_000)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("T(2)", 4), ("T(3)", 2), ("T(4)", 2), ("T(6)", 2), ("T(1)", 8), ("f(0;a,b) f(0;a,b)", 3),
        ("f(0;a) f(0;a) f(0)", 4),
    ],
)  # fmt: skip
def test_states_are_foreseen_within_a_factor_three(monkeypatch: pytest.MonkeyPatch, text: str, moment: int) -> None:
    """At a depth at which all of them occur; entries of rows are less than the square of what is foreseen."""
    made: list[alike.Pairings] = []

    class Kept(alike.Pairings):
        def __init__(self, strands: int, limit: int | None = None) -> None:
            super().__init__(strands, limit)
            made.append(self)

    monkeypatch.setattr(alike, "Pairings", Kept)
    strands = _strands(text, moment)
    alike.polynomials_by_depth(strands, 9)
    foreseen = alike_size.estimated_states(strands)
    assert 1 / 3 < foreseen / len(made[0]) < 3
    assert made[0].size < foreseen**2


def test_what_fits_is_not_refused_for_what_the_transfer_matrix_would_need() -> None:
    strands, memory = _strands("T(2)", 4), 80_000_000
    assert alike_size.estimated_bytes(strands, 4) < memory < estimated_bytes(strands, 4)
    found = exact_moment("T(2)", 4, moment=4, memory=memory)
    assert found.polynomial == polynomials_by_depth(strands, 4)[-1]
    with pytest.raises(CorrelationError, match=r"would need about 1\.\d GB of memory; the limit is 1\.0 GB"):
        exact_moment("T(4)", 6, moment=4, memory=10**9)
