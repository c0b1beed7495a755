"""From checks, claims and options to what is drawn: keys, shares of the error rate, selections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Function, Integer, symbols, sympify

from verifier.claims.statement import Claim, Form, Kind, Source, Statement
from verifier.claims.vocabulary import Condition
from verifier.inference.exponents import slope_weights
from verifier.inputs.fields import FieldError
from verifier.networks.draws import Draw
from verifier.quantities.check import Agreement, Check, Measure, Quantity, cells, up_to
from verifier.quantities.select import Selection, text_of
from verifier.sampling import files
from verifier.sampling.draw import fit_coefficients
from verifier.sampling.keys import canonical, group_key, stream
from verifier.sampling.plan import MOST_AVERAGED, MOST_SHARE, Group, RunOptions, allocation, evenly, plan
from verifier.sampling.run import run
from verifier.sampling.state import State
from verifier.sampling.widths import check_widths
from verifier.verdict import NumericStatus

H, r, angle = symbols("H r angle")
X = Function("X")(r)
WIDTHS = (128, 413, 1150, 4690, 20_011, 131_071)


def power(shared: Any, found: Sequence[Any], width: int, samples: int, rng: np.random.Generator) -> Draw:
    """n^-r Z⁴ Y, with the normal Z as a control, and an atom of 1/2."""
    z = rng.standard_normal((samples, 1))
    alive = (rng.random((samples, 1)) < 0.5).astype(float)
    noise = 1 + 0.1 * rng.standard_normal((samples, len(found)))
    return Draw(alive * noise * z**4 * np.array([float(width) ** -c["r"] for c in found]), z)


QUANTITY = Quantity("X", "X", ("H", "angle"), power)


def statement(*claims: Claim) -> Statement:
    return Statement("s", "S", Source("D"), "", claims)


ORDER = Claim("s.order", Kind.ORDER, X, "X ~ n^-r", exponent=-r)
PRINTED = Claim("s.printed", Kind.ORDER, X, "X ~ n^-r", exponent=-r, form=Form.PRINTED)
OTHER = Claim("s.other", Kind.ORDER, Function("Y")(r), "Y ~ 1", exponent=Integer(0))


def planned(*claims: Claim, options: RunOptions | None = None, **how: Any) -> tuple[Group, ...]:
    grid = cells(H=[1, 2], r=[0, 1, 2], angle=0)
    part = Measure(QUANTITY, grid, **{"widths": WIDTHS, "block": 256, "samples": 1 << 14, **how})
    return plan(Check("s", part), statement(*claims), options or RunOptions())


def test_one_draw_serves_all_cells_that_share_their_networks() -> None:
    groups = planned(ORDER)
    assert [group.shared for group in groups] == [{"H": 1, "angle": 0}, {"H": 2, "angle": 0}]
    assert [len(group.cells) for group in groups] == [3, 3]
    assert groups[0].key != groups[1].key


def test_printed_and_amended_that_say_the_same_are_one_question() -> None:
    cell = planned(ORDER, PRINTED)[0].cells[1]
    assert len(cell.asked) == 2
    assert len(cell.questions) == 1
    assert cell.questions[0].target == -1


def test_claims_about_another_quantity_are_not_asked() -> None:
    assert all(not cell.asked for group in planned(OTHER) for cell in group.cells)
    assert not any(group.needed for group in planned(OTHER))


def test_the_error_rate_of_a_claim_is_shared_by_all_its_cells_selected_or_not() -> None:
    part = Measure(QUANTITY, cells(H=[1, 2], r=[0, 1, 2], angle=0), widths=WIDTHS)
    groups = plan(Check("s", part), statement(ORDER), RunOptions(), select=Selection("r=1"))
    chosen = [cell for group in groups for cell in group.cells if cell.selected]
    assert [q.alpha for cell in chosen for q in cell.questions] == [pytest.approx(1e-3 / 6)] * 2
    thorough = plan(Check("s", part), statement(ORDER), RunOptions(thorough=True))
    assert thorough[0].cells[0].questions[0].alpha == pytest.approx(1e-8 / 6)


def test_a_violated_hypothesis_takes_the_cell_out_of_the_amended_claim_only() -> None:
    kernel = Condition("kernel", "r is not 1", holds=lambda cell: cell["r"] != 1).needed("r = 1")
    needs = Claim("s.order", Kind.ORDER, X, "", exponent=-r, hypotheses=("kernel", "relu"))
    free = Claim("s.free", Kind.ORDER, X, "", exponent=-r, hypotheses=("relu",))
    part = Measure(QUANTITY, cells(H=1, r=[0, 1], angle=0), widths=WIDTHS)
    stated = replace(statement(needs, PRINTED, free), hypotheses=(kernel,))
    group = plan(Check("s", part), stated, RunOptions())[0]
    outside = {asked.claim: asked.outside for asked in group.cells[1].asked}
    assert outside == {"s.order": ("kernel",), "s.printed": (), "s.free": ()}
    assert all(asked.question is not None for asked in group.cells[0].asked)


@pytest.mark.parametrize(("asked_angle", "expected"), [(None, {0, 60}), (113.218, {113.218}), (0, {0}), (60, {60})])
def test_the_angle_that_is_asked_for_is_all_that_is_measured(asked_angle: float | None, expected: set[float]) -> None:
    parts = (
        Measure(QUANTITY, cells(H=1, r=[0], angle=0), widths=WIDTHS),
        Measure(QUANTITY, cells(H=1, r=[0], angle=60), widths=WIDTHS, movable=True),
    )
    groups = plan(Check("s", *parts), statement(ORDER), RunOptions(angle=asked_angle))
    assert {group.shared["angle"] for group in groups} == expected


def test_a_width_that_the_sampler_cannot_afford_is_refused() -> None:
    wide = RunOptions(widths=(128, 400, 131_071))
    with pytest.raises(ValueError, match="width 131071 is too large for s at angle=0; at most 20011 is allowed"):
        planned(ORDER, options=wide, widths=WIDTHS[:5], largest=20_011)
    with pytest.raises(FieldError, match="s measures X at width 131071, and its largest is 1000"):
        planned(ORDER, largest=1000)


def test_small_widths_of_the_user_s_get_the_correction() -> None:
    assert planned(ORDER)[0].correction is False
    assert planned(ORDER, options=RunOptions(widths=(64, 200, 700, 2000)))[0].correction is True


@pytest.mark.parametrize("widths", [(1, 2, 3), (4, 3, 2, 1), (1, 1, 2, 3), (0, 1, 2, 3), (1, 2, 3, 2**53)])
def test_widths_that_are_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="width"):
        check_widths(widths)


def test_control_variates_save_samples_and_keep_the_estimate() -> None:
    """The same law with and without: |X| = Z⁴ Y costs many samples unless Z is taken out."""
    plain = run(planned(ORDER), seed=5).answers
    helped = run(planned(ORDER, controls=True), seed=5).answers
    for without, with_controls in zip(plain, helped, strict=True):
        assert with_controls.group.controls
        for key, decision in with_controls.decisions.items():
            assert decision.verdict is NumericStatus.CONSISTENT
            assert decision.samples < without.decisions[key].samples
            assert decision.standard_error < without.decisions[key].standard_error


def test_a_look_is_a_block_at_each_width_whatever_its_share() -> None:
    """With ``cost`` the narrow widths take more samples, and as many more are drawn at once."""
    group = planned(ORDER, cost=600.0)[0]
    assert group.shares is not None
    assert max(group.shares) > min(group.shares) == 1
    state = State(0, group, seed=5)
    for look, size in enumerate(group.schedule.sizes[:3]):
        blocks = state._next_look()
        asked = {width: sum(b.samples for b in blocks if b.width == width) for width in group.widths}
        grown = size - (group.schedule.sizes[look - 1] if look else 0)
        assert asked == {width: grown * share for width, share in zip(group.widths, group.shares, strict=True)}
        assert len(blocks) == len(group.widths) * grown // group.block


def test_fitted_coefficients_are_near_the_power_and_absent_without_data() -> None:
    rng = np.random.default_rng(3)
    z = rng.standard_normal((4096, 2))
    values = np.stack([z[:, 0] ** 4 * np.exp(0.1 * rng.standard_normal(4096)), np.zeros(4096)], axis=1)
    first, second = fit_coefficients(values, z)
    assert first == pytest.approx((4, 0), abs=0.02)
    assert second is None
    assert fit_coefficients(values, None) == (None, None)


@pytest.mark.parametrize(("atom", "verdict"), [(0.5, "consistent"), (0.75, "inconclusive"), (None, "consistent")])
def test_another_mass_at_zero_keeps_an_order_from_passing(atom: float | None, verdict: str) -> None:
    groups = planned(ORDER, atom=lambda cell: atom, controls=True)
    decisions = [d for answers in run(groups, seed=5).answers for d in answers.decisions.values()]
    assert {str(d.verdict) for d in decisions} == {verdict}
    assert all(("without 0.75" in d.reason) == (verdict == "inconclusive") for d in decisions)


@pytest.mark.parametrize(("target", "verdict"), [(-0.5, "consistent"), (-1.5, "contradicted"), (-1, "contradicted")])
def test_vanishing_on_a_scale(target: float, verdict: str) -> None:
    """X ~ 1/n is o(n^-1/2), and neither o(n^-1) nor o(n^-3/2)."""
    claim = Claim("s.small", Kind.VANISHES, X, "", exponent=sympify(target), where=(r >= 1) & (r <= 1))
    groups = planned(claim, controls=True)
    decisions = [d for answers in run(groups, seed=5).answers for d in answers.decisions.values()]
    assert [str(d.verdict) for d in decisions] == [verdict] * 2
    assert all(d.estimate == pytest.approx(-1, abs=0.05) for d in decisions)


@pytest.mark.parametrize(("error", "verdict"), [(1e-12, "consistent"), (1e-6, "contradicted"), (np.nan, "invalid")])
def test_identities_are_held_to_their_tolerance(error: float, verdict: str) -> None:
    def draw(shared: Any, found: Sequence[Any], width: int, samples: int, rng: Any) -> Draw:
        return Draw(np.where(np.arange(samples)[:, None] == 3, error, 0.0) * np.ones((1, len(found))))

    part = Agreement(Quantity("X", "X", ("H",), draw), cells(H=1, r=[0, 1]))
    claim = Claim("s.identity", Kind.IDENTITY, X, "")
    answers = run(plan(Check("s", part), statement(claim), RunOptions()), seed=1).answers
    assert {str(d.verdict) for a in answers for d in a.decisions.values()} == {verdict}


def test_streams_depend_on_every_part_of_their_key() -> None:
    key = group_key("s", "X", {"H": 1, "angle": 60})
    assert key == group_key("s", "X", {"angle": 60.0, "H": 1})
    assert key == (2851531609, 636424107, 1524264370, 3508075863)  # results of old runs stay reproducible
    arguments = [(1, key, 128, 256, 0), (2, key, 128, 256, 0), (1, (*key[:3], 0), 128, 256, 0),
                 (1, key, 129, 256, 0), (1, key, 128, 255, 0), (1, key, 128, 256, 256)]  # fmt: skip
    firsts = [stream(*given).standard_normal() for given in arguments]
    assert len(set(firsts)) == len(arguments)
    assert firsts[0] == stream(*arguments[0]).standard_normal()


def test_canonical_values() -> None:
    assert canonical({"l": (1, 2.0), "angle": 113.218}) == {"l": [1, 2], "angle": 113.218}


def test_axes() -> None:
    found = cells(H=[1, 2], L=lambda H: [3] if H == 2 else [1, 2], r=up_to(lambda H, L: H * L - 1))
    assert len(found) == 1 + 2 + 6
    with pytest.raises(ValueError, match="an axis needs L, which must come before it"):
        cells(r=up_to(lambda L: L), L=1)


@pytest.mark.parametrize(
    ("expression", "parameters", "expected"),
    [
        ("H=2", {"H": 2}, True),
        ("H==2", {"H": 2.0}, True),
        ("H!=2", {"H": 2}, False),
        ("l=(1,2),r<3", {"l": (1, 2), "r": 2}, True),
        ("l=(1,2)", {"l": (2, 1)}, False),
        ("L=2", {"H": 2}, False),
        ("angle=113.218", {"angle": 113.218}, True),
        ("r=-1", {"r": -1}, True),
    ],
)
def test_selection(expression: str, parameters: dict[str, Any], expected: bool) -> None:
    assert Selection(expression)(parameters) is expected


@pytest.mark.parametrize("expression", ["H", "H=", "=2", "H~2", "H=2;r=3", "H=(1,"])
def test_what_is_no_expression(expression: str) -> None:
    with pytest.raises(ValueError, match="-k"):
        Selection(expression)


def test_parameters_are_written_as_they_are_read() -> None:
    for value in ((1, 2), 60, 113.218, (0.5, -1)):
        assert Selection(f"x={text_of(value)}")({"x": value})


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file.json"
    files.write_atomically(target, "old")
    monkeypatch.setattr(files.Path, "replace", lambda self, other: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        files.write_atomically(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_samples_go_where_the_exponent_needs_them() -> None:
    """|w| / sqrt(cost), rounded, no width more than MOST_SHARE times another; against the variance of equal shares."""
    widths, cost = (128, 413, 1150, 4690, 20_011), 600
    shares = np.array(allocation(widths, cost))
    assert shares.max() <= MOST_SHARE
    assert shares.min() == 1
    weights, price = slope_weights(widths), 1 + np.array(widths) / cost

    def cost_of_variance(counts):
        return float(np.sum(weights**2 / counts) * np.sum(price * counts))

    assert cost_of_variance(shares) < 0.77 * cost_of_variance(np.ones(5))
    best = cost_of_variance(np.abs(weights) / np.sqrt(price))
    assert best <= cost_of_variance(shares) < 1.1 * best
    # A sample that costs the same anywhere goes where the weights are.
    assert allocation((100, 1000, 10_000), 1e12) == (MOST_SHARE, 1, MOST_SHARE)


def test_averages_take_as_many_neurons_at_every_width() -> None:
    """Of an average over n neurons the standard error, and what its skewness asks for, are then alike at all widths."""
    widths = (128, 256, 512, 1024, 2048)
    shares = evenly(widths)
    assert [n * share for n, share in zip(widths, shares, strict=True)] == [2048] * 5
    assert max(evenly((64, 1 << 20))) == MOST_AVERAGED
    group = planned(ORDER, averaged=True, widths=widths, block=64)[0]
    assert group.shares == shares
    last = group.schedule.sizes[-1]
    assert [group.drawn(place, last) for place in range(5)] == [last * share for share in shares]
    assert group.drawn(0, last) <= 1 << 14
    assert planned(ORDER, widths=widths, block=64)[0].shares is None


def test_shares_are_drawn_in_whole_blocks_and_below_the_cap() -> None:
    group = planned(ORDER, cost=600.0)[0]
    assert group.shares is not None
    last = group.schedule.sizes[-1]
    drawn = [group.drawn(place, last) for place in range(len(WIDTHS))]
    assert max(drawn) <= 1 << 14
    assert drawn == [last * share for share in group.shares]
    state = State(0, group, seed=1)
    seen: dict[int, list[tuple[int, int]]] = {}
    for _ in group.schedule.sizes:
        for block in state._next_look():
            seen.setdefault(block.width, []).append((block.number, block.samples))
    for place, width in enumerate(group.widths):
        ends = [first + samples for first, samples in seen[width]]
        assert [first for first, _ in seen[width]] == [0, *ends[:-1]]  # no sample twice, none left out
        assert ends[-1] == drawn[place]
