"""What the hunt finds of made-up statements, and that it finds nothing where nothing is wrong.

Each hunt decides at a total error rate of 1e-4 on fixed seeds: a finding that is none would show at every run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sympy import Integer

from verifier.hunt.field import Candidate
from verifier.hunt.fresh import Decided
from verifier.hunt.keep import JsonLines, Remembered
from verifier.hunt.lab import Lab
from verifier.hunt.run import decide_at, hunt
from verifier.hunt.search import Search
from verifier.hunt.target import NoSpace, targets
from verifier.quantities.check import Check, Measure
from verifier.sampling.workers import Here

from .made_up import HIDDEN, MINUS_ONE, N_R, SPACES, WIDTHS, searched, statement, violated


def test_the_hidden_zero_and_the_range_are_found() -> None:
    found = searched("X", N_R, seed=1)
    zeros = [f for f in found.findings if f.zero is not None]
    ranges = [f for f in found.findings if f.zero is None]
    assert len(zeros) == len(ranges) == 1
    (root,) = zeros
    assert root.zero is not None
    assert abs(root.zero.at - HIDDEN) < 5 * root.zero.error < 0.2
    assert root.instance["r"] == 1
    assert abs(root.instance["angle"] - HIDDEN) < 0.2
    assert root.outcomes[0].estimate == pytest.approx(-1.5, abs=0.05)
    assert dict(ranges[0].instance) == {"r": 3, "angle": 0}
    assert ranges[0].outcomes[0].what == "zero"
    assert ranges[0].proposed == "r <= 2"
    assert ranges[0].excluded_by == ("range",)


def test_what_hypotheses_exclude_is_not_found() -> None:
    """The twin of the test above: the same numbers, and a statement that grants what it needs."""
    found = searched("X", N_R, seed=1, hypotheses=("not_hidden", "range"))
    assert found.findings == ()
    assert found.corners_done


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_found_where_nothing_is_wrong(seed: int) -> None:
    found = searched("Y", MINUS_ONE, seed=seed)
    assert found.findings == ()
    assert found.doubtful == ()
    assert found.counts["instances"] == 12  # generic, five angles, a sign, and both at once
    assert found.counts["lines"] >= 1


def test_a_wrong_exponent_is_found_everywhere_and_told_once() -> None:
    (finding,) = searched("Y", Integer(-2), seed=1).findings
    assert finding.special == {}
    assert finding.outcomes[0].estimate == pytest.approx(-1, abs=0.05)
    assert dict(finding.instance) == {"angle": 0, "sign": 1}


def test_two_special_values_that_are_both_needed() -> None:
    """Each of them alone is harmless; the smallest depth at which it happens is 2."""
    (finding,) = searched("Z", Integer(0), seed=1).findings
    assert dict(finding.instance) == {"depth": 2, "angle": 0, "sign": -1}
    assert set(finding.special) == {"angle", "sign"}
    assert finding.outcomes[0].what == "zero"


def test_a_longer_hunt_goes_on_where_a_shorter_one_ended(tmp_path) -> None:
    path = tmp_path / "hunt.jsonl"
    first = searched("Z", Integer(0), seed=1, keep=JsonLines(path), stages=("corners",))
    again = searched("Z", Integer(0), seed=1, keep=JsonLines(path))
    alone = searched("Z", Integer(0), seed=1, keep=Remembered())
    assert [f.as_dict() for f in again.findings] == [f.as_dict() for f in alone.findings]
    assert again.counts["instances"] == alone.counts["instances"] > first.counts["instances"]
    # What was kept is not drawn again.
    assert again.counts["samples"] < alone.counts["samples"]


def test_a_budget_that_ends_before_the_corners_says_so() -> None:
    found = searched("Z", Integer(0), seed=1, budget=1e-6)
    assert not found.corners_done
    assert found.stopped == "the budget is spent"
    assert found.findings == ()


def test_one_instance_is_decided_again() -> None:
    quantity, space = SPACES["Z"]
    made = targets(
        statement("Z", Integer(0)), Check("Z", Measure(quantity, widths=WIDTHS, block=256, samples=4096, space=space)),
        violated=violated,
    )  # fmt: skip
    (finding,) = decide_at(made, {"depth": 2, "angle": 0, "sign": -1}, seed=5).findings
    assert finding.outcomes[0].what == "zero"
    assert decide_at(made, {"depth": 1, "angle": 0, "sign": -1}, seed=5).findings == ()
    with pytest.raises(ValueError, match="depth is 7; an integer from 1 to 3"):
        decide_at(made, {"depth": 7, "angle": 0}, seed=5)
    with pytest.raises(ValueError, match="'height' is no parameter; it has depth, angle, sign"):
        decide_at(made, {"depth": 1, "height": 0}, seed=5)


def test_a_statement_without_a_space_says_how_to_declare_one() -> None:
    quantity, _ = SPACES["Z"]
    check = Check("Z", Measure(quantity, [{"depth": 1, "angle": 60, "sign": 1}], widths=WIDTHS))
    with pytest.raises(NoSpace, match=r"space=Space\(depth=integers\(1, 3\), angle=angles\(\), sign=integers"):
        targets(statement("Z", Integer(0)), check)


def test_a_sampler_that_fails_at_a_corner_is_recorded_and_the_search_goes_on() -> None:
    import verifier as v
    from verifier.hunt import Space, angles, integers

    @v.quantity("Z")
    def breaks(n, rng, samples, *, angle, depth):
        if angle == 180:
            raise ZeroDivisionError("no network at 180°")
        return rng.standard_normal(samples) * (angle != 90)

    space = Space(depth=integers(1, 2), angle=angles())
    made = targets(statement("Z", Integer(0)), Check("Z", Measure(breaks, widths=WIDTHS, samples=1024, space=space)))
    found = hunt(made, budget=30, seed=1, stages=("corners",))
    assert [f["error"] for f in found.counts["failed"]] == ["ZeroDivisionError: no network at 180°"] * 2
    assert "angle=180" in found.counts["failed"][0]["instance"]
    assert [dict(f.instance) for f in found.findings] == [{"depth": 1, "angle": 90}]


@pytest.mark.parametrize(("settings", "said"), [({"budget": 0}, "budget is 0"), ({"alpha": 1}, "alpha is 1"),
                                                ({"jobs": 0}, "jobs is 0")])  # fmt: skip
def test_settings_out_of_range(settings: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        searched("Z", Integer(0), seed=1, **settings)


def _silent(sampler: Any, violated: Any = lambda parameters: (), **more: Any) -> Any:
    """A hunt of X ~ n^0 over angles, by a sampler that shows nothing."""
    from verifier.hunt import Space, angles
    from verifier.quantities.samplers import quantity

    measure = Measure(quantity("Z")(sampler), widths=WIDTHS, samples=1024, space=Space(angle=angles()))
    made = targets(statement("Z", Integer(0), **more), Check("Z", measure), violated=violated)
    return hunt(made, budget=30, seed=1, stages=("corners", "zeros"))


def _raises(n, rng, samples, *, angle):
    raise ZeroDivisionError("no network")


def _no_number(n, rng, samples, *, angle):
    return np.full(samples, np.nan)


def _normal(n, rng, samples, *, angle):
    return rng.standard_normal(samples)


def _no_condition(parameters: Any) -> list[str]:
    raise ValueError("cannot be told")


@pytest.mark.parametrize(
    ("sampler", "more"),
    [
        (_raises, {}),
        (_no_number, {}),
        (_normal, {"violated": lambda parameters: ["range"], "hypotheses": ("range",)}),
        (_normal, {"violated": _no_condition}),
    ],
    ids=["a sampler that fails everywhere", "one without numbers", "hypotheses that exclude all", "and that fail"],
)
def test_a_hunt_that_looked_at_nothing_does_not_say_that_nothing_was_found(sampler: Any, more: dict[str, Any]) -> None:
    from verifier.commands.hunt import _code
    from verifier.commands.screen import Screen
    from verifier.report.hunt_text import render

    found = _silent(sampler, **more)
    assert found.unlooked == ("Z.order",)
    assert not found.corners_done
    assert found.counts["instances"] == 0
    assert _code(found, one=False) == 3
    screen = Screen()
    with screen.capture() as told:
        render(found, screen)
    assert "Nothing was looked at" in told.get()
    assert "Nothing was found" not in told.get()
    # The twin: a sampler of the same space that works.
    looked = _silent(_normal)
    assert looked.unlooked == ()
    assert looked.corners_done
    assert _code(looked, one=False) == 0


def test_an_instance_at_which_a_claim_stands_is_told() -> None:
    quantity, space = SPACES["Y"]
    check = Check("Y", Measure(quantity, widths=WIDTHS, block=256, samples=4096, space=space))
    made = targets(statement("Y", MINUS_ONE), check)
    (told,) = decide_at(made, {"angle": 60}, seed=5).stands
    assert told.startswith("Y.order at angle=60")
    with pytest.raises(ValueError, match="'height' is no real parameter; it has angle"):
        decide_at(made, {"angle": 60}, seed=5, zero_of="height")


def test_what_is_kept_is_not_used_once_a_condition_is_another() -> None:
    """It stands in a file that the statement's own file only imports."""
    from verifier.claims.vocabulary import Condition
    from verifier.hunt.version import version

    quantity, space = SPACES["Z"]
    check = Check("Z", Measure(quantity, widths=WIDTHS, space=space))

    def made(holds: Any) -> str:
        hypothesis = Condition("range", "", holds=holds).needed("made up")
        (target,) = targets(replace(statement("Z", Integer(0)), hypotheses=(hypothesis,)), check)
        return version(target)

    def first(cell: Any) -> bool:
        return True

    def other(cell: Any) -> bool:
        return cell["depth"] < 2

    assert made(first) == made(first) != made(other)


def test_what_fails_in_a_region_is_shown_inside_of_it() -> None:
    """The simplest number at which it fails is another failure, of one point."""
    (finding, *others) = searched("R", Integer(0), seed=2).findings
    assert dict(finding.instance) == {"angle": 90}
    assert finding.special == {}
    assert all(dict(f.instance) == {"angle": 60} for f in others)


def test_a_size_that_dips_to_zero_at_no_common_random_numbers_is_found() -> None:
    (finding,) = [f for f in searched("D", MINUS_ONE, seed=1).findings if f.zero is not None]
    assert finding.zero is not None
    assert finding.zero.at == pytest.approx(HIDDEN, abs=3)
    assert "a coefficient too small for these widths would look alike" in finding.zero.text
    assert finding.outcomes[0].estimate == pytest.approx(-1.5, abs=0.1)


def test_a_size_that_is_small_somewhere_and_not_zero_is_no_zero() -> None:
    """The twin of the test above: its dip is as deep at every width."""
    assert searched("E", MINUS_ONE, seed=1).findings == ()


def test_a_coefficient_that_is_too_small_for_the_widths_is_not_told_as_surely_zero() -> None:
    """A true claim: the floor of .02 is still below the correction at width 1024, so that the order looks wrong."""
    (finding,) = searched("F", MINUS_ONE, seed=1).findings
    assert finding.zero is not None
    assert "a coefficient too small for these widths would look alike" in finding.proposed


def test_a_simple_value_counts_as_special_for_the_claims_that_need_it_alone(monkeypatch) -> None:
    """Of two claims that fail at angle 0, one fails at a generic angle as well."""
    quantity, space = SPACES["Z"]
    measure = Measure(quantity, widths=WIDTHS, block=256, samples=1 << 12, space=space)
    (target,) = targets(statement("Z", Integer(0)), Check("Z", measure))
    search = Search(Lab(Here(), 60.0, 1), target, 1e-4)
    fails = {c: Decided(c, "contradicted", "made up", 1e-6, 0.0, 1.0) for c in ("Z.order", "Z.atom")}
    monkeypatch.setattr(search, "_decide", lambda small, chosen: [fails["Z.atom"]])
    small = Candidate({"depth": 2}, {"sign": -1}, ("Z.order", "Z.atom"), "off")
    search._tell(small, {"angle": 0}, list(fails.values()))
    assert [(f.claims, set(f.special)) for f in search.findings] == [
        (("Z.atom",), {"sign"}), (("Z.order",), {"sign", "angle"}),
    ]  # fmt: skip
    assert all(f.instance["angle"] == 0 for f in search.findings)
