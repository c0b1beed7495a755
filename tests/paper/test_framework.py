"""Values, constants, laws, integers and grids of widths: what is decided of samples whose law is known.

Every test that draws has a fixed seed and a false-alarm rate of 1e-3 or less of the decision in it, 1e-9 where a
decision is asked to be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sympy import Function, Rational, Symbol

from verifier.claims.statement import Claim, Form, Kind, Source, Statement
from verifier.inference.agreement import Normal, decide_law, distance_to_law
from verifier.inference.samples import LogSample
from verifier.networks.draws import Draw
from verifier.quantities.check import Check, Measure, Quantity, cells, recount
from verifier.quantities.select import Selection
from verifier.sampling.plan import RunOptions, plan
from verifier.sampling.run import run
from verifier.sampling.values import decide_atoms, decide_integer, decide_value_and_fluctuation, raw
from verifier.verify.coverage import coverage
from verifier.verify.join import statement_report
from verifier.verify.proof import Proofs

n, r = Symbol("n"), Symbol("r")
X = Function("X")(r)
WIDTHS = (128, 256, 512, 1024)


def draw(shared: Any, listed: Sequence[Any], width: int, samples: int, rng: np.random.Generator) -> Draw:
    """r + r/n + n^{-1/2} noise."""
    noise = rng.standard_normal((samples, len(listed))) / np.sqrt(width)
    return Draw(np.array([c["r"] * (1 + 1 / width) for c in listed]) + noise)


def on_grid(shared: Any, listed: Sequence[Any], width: Any, samples: int, rng: np.random.Generator) -> Draw:
    """n^{-1} m^{1/2} noise."""
    return Draw(np.repeat(rng.standard_normal((samples, 1)) * width[1] ** 0.5 / width[0], len(listed), axis=1))


QUANTITY = Quantity("X", "X", (), draw)


def verdicts(part: Measure, *claims: Claim) -> dict[str, str]:
    statement = Statement("s", "S", Source("D"), "", claims)
    check = Check("s", part)
    groups = plan(check, statement, RunOptions())
    outcome = run(groups, seed=7)
    covered = coverage(statement, check, RunOptions())
    found = statement_report(statement, outcome.answers, Proofs(), covered, options=RunOptions(), seed=7)
    assert not found.errors
    assert all(cell.reproduce.startswith("verifier check s -k") for claim in found.claims for cell in claim.cells)
    return {claim.claim.id: str(claim.numeric) for claim in found.claims}


def measure(*claims: str, **more: Any) -> Measure:
    settings = {"widths": WIDTHS, "block": 1024, "samples": 4096} | more
    return Measure(QUANTITY, cells(r=[1, 2]), claims=claims, **settings)


def test_a_value_is_a_limit_unless_the_claim_speaks_of_the_width() -> None:
    claims = (
        Claim("s.limit", Kind.VALUE, X, "", value=r), Claim("s.wrong", Kind.VALUE, X, "", value=r + Rational(1, 10)),
        Claim("s.each", Kind.VALUE, X, "", value=r + r / n, where=n >= 1),
        Claim("s.each-wrong", Kind.VALUE, X, "", value=r, where=n >= 1),
    )  # fmt: skip
    part = measure("s.limit", "s.wrong", "s.each", "s.each-wrong")
    assert verdicts(part, *claims) == {
        "s.limit": "consistent", "s.wrong": "contradicted", "s.each": "consistent", "s.each-wrong": "contradicted",
    }  # fmt: skip


def test_claims_of_values_are_asked_only_where_they_are_named() -> None:
    claim = Claim("s.limit", Kind.VALUE, X, "", value=r)
    assert verdicts(Measure(QUANTITY, cells(r=[1]), widths=WIDTHS), claim) == {"s.limit": "untested"}


def test_a_constant_is_a_limit_and_no_fluctuation() -> None:
    rng = np.random.default_rng(8)
    still = {w: LogSample.from_values(2 + rng.standard_normal(4096) / np.sqrt(w)) for w in WIDTHS}
    moving = {w: LogSample.from_values(2 + 0.1 * rng.standard_normal(4096)) for w in (128, 4096, 2**17, 2**22)}
    settings = {"alpha": 1e-3, "margin": 0.1, "looks": 1, "look": 1}
    assert str(decide_value_and_fluctuation(still, 2.0, **settings).verdict) == "consistent"
    assert str(decide_value_and_fluctuation(still, 2.3, **settings).verdict) == "contradicted"
    found = decide_value_and_fluctuation(moving, 2.0, **settings)
    assert str(found.verdict) == "contradicted"
    assert "|X - X'|" in found.reason


def test_raw_values_come_back() -> None:
    values = np.array([1.5, -2.0, 0.0, 1e-200, -1e200])
    assert raw(LogSample.from_values(values)) == pytest.approx(values, rel=1e-12)
    with pytest.raises(ValueError, match="2 of 5 samples were kept"):
        raw(LogSample.from_values(values, keep=2))


def test_an_atom_at_each_width() -> None:
    rng = np.random.default_rng(9)
    samples = {w: LogSample.from_values((rng.random(20_000) > 1 / w).astype(float)) for w in (2, 4, 8, 16)}
    settings = {"alpha": 1e-3, "margin": 0.03, "looks": 1, "look": 1}
    right, wrong = (tuple((w, c / w) for w in samples) for c in (1.0, 1.3))
    assert str(decide_atoms(samples, right, **settings).verdict) == "consistent"
    assert str(decide_atoms(samples, wrong, **settings).verdict) == "contradicted"


def test_integers_are_counted() -> None:
    claims = (
        Claim("s.square", Kind.INTEGER, X, "", value=r**2), Claim("s.double", Kind.INTEGER, X, "", value=2 * r),
    )  # fmt: skip
    part = recount("X", "r^2", lambda cell: cell["r"] ** 2, "s.square", "s.double", cells=cells(r=[0, 2, 3]))
    assert verdicts(part, *claims) == {"s.square": "consistent", "s.double": "contradicted"}
    nothing = decide_integer({1: LogSample.from_values([np.nan])}, 1.0, alpha=1e-3)
    assert str(nothing.verdict) == "invalid"


def test_a_law_is_told_from_another() -> None:
    """Normal of variance r² + 1/n about r against its limit; a shifted, a wider and a discrete law."""
    rng = np.random.default_rng(10)
    normal = {w: rng.standard_normal(20_000) * np.sqrt(1 + 1 / w) for w in WIDTHS}
    assert str(decide_law(normal, Normal(1.0), margin=0.05).verdict) == "consistent"
    for samples in (
        {w: x + 0.2 for w, x in normal.items()}, {w: 1.3 * x for w, x in normal.items()},
        {w: np.sign(x) for w, x in normal.items()},
    ):  # fmt: skip
        assert str(decide_law(samples, Normal(1.0), margin=0.05).verdict) == "contradicted"
    assert str(decide_law({w: x[:50] for w, x in normal.items()}, Normal(1.0)).verdict) == "inconclusive"
    assert distance_to_law(np.zeros(4), Normal(0.0)) == 0.0
    assert distance_to_law(np.zeros(4), Normal(1.0)) == pytest.approx(0.5)


def test_a_law_keeps_its_error_rate() -> None:
    """400 times N(0, 1) against itself at α = .2: with no allowance at most 80 + 5 standard deviations, 6e-7."""
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(400):
        samples = {w: rng.standard_normal(200) for w in (10, 20)}
        found = decide_law(samples, Normal(1.0), alpha=0.2, allowance=0.0, looks=1)
        wrong += str(found.verdict) == "contradicted"
    assert wrong <= 80 + 5 * 8


def test_exponents_in_two_widths() -> None:
    def claim(name: str, exponent: Any) -> Claim:
        return Claim(f"s.{name}", Kind.ORDER, X, "", exponent=exponent)

    grid = Quantity("X", "X on a grid", (), on_grid)
    widths = (1 << 12, 1 << 14, 1 << 16, 1 << 18)
    for axis, right, wrong in (("n", -1, Rational(-1, 2)), ("m", Rational(1, 2), 0)):
        part = Measure(grid, cells(axis=axis), widths=widths, grid=widths, block=512, samples=2048,
                       claims=("s.right", "s.wrong"))  # fmt: skip
        found = verdicts(part, claim("right", right), claim("wrong", wrong))
        assert found == {"s.right": "consistent", "s.wrong": "contradicted"}


def test_words_select_cells() -> None:
    listed = [{"axis": "n", "r": 1}, {"axis": "m", "r": 2}]
    assert [Selection("axis=m")(p) for p in listed] == [False, True]
    assert [Selection("axis!=m,r>=1")(p) for p in listed] == [True, False]
    assert [Selection("axis=1")(p) for p in listed] == [False, False]
    with pytest.raises(ValueError, match="axis=q is not measured; axis is one of m, n"):
        Selection("axis=q").require_values(listed)


def test_printed_atoms_do_not_stand_for_the_true_one() -> None:
    """A printed mass at zero that is wrong must not keep an amended order from being consistent."""
    claims = (
        Claim("s.order", Kind.ORDER, X, "", exponent=Rational(0)),
        Claim("s.atom", Kind.ATOM, X, "", value=Rational(1, 2), form=Form.PRINTED),
    )
    assert verdicts(Measure(QUANTITY, cells(r=[1]), widths=WIDTHS, correction=True, samples=4096), *claims) == {
        "s.order": "consistent", "s.atom": "contradicted",
    }  # fmt: skip
