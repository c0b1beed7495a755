"""The numeric verdicts of a quick run of every shipped check, claim by claim, as they are recorded here."""

from __future__ import annotations

import pytest
from sympy import Rational

from verifier.sampling.plan import RunOptions

from .runs import project, report, statuses, twin

#: statement -> status -> claims, for `verifier check --quick`
RECORDED = {
    "corollary1": {"contradicted": "printed", "consistent": "function"},
    "dyer_gur_ari": {"consistent": "bound tight loose star-exponent", "untested": "stronger"},
    "lemma1": {
        "untested": "printed sign", "contradicted": "printed-6", "consistent": "probabilities outputs",
    },
    "lemma2": {
        "consistent": "printed-jacobians printed-gradients printed-gram jacobians gradients gram covariance tangent "
        "closed-gram closed-masks",
        "contradicted": "printed-covariance",
    },
    "lemma3": {
        "consistent": "printed-identity identity order.shallow order.deep order.second order.later elsewhere "
        "smaller.shallow smaller.deep smaller full star skipped mixed mixed-star joint-mean joint-square ratio "
        "ratio-square other-output other-output-first",
        "invalid": "printed-order",  # what is zero at x_j = 0 has no exponent
        "contradicted": "printed-delta printed-case",
        "untested": "joint.shallow joint.deep",
    },
    "lemma4": {"consistent": "printed identity"},
    "lemma5": {"consistent": "printed identity"},
    "lemma6": {
        "contradicted": "printed-jacobians printed-gradient printed-root", "consistent": "jacobians one-input gradient",
    },
    "relu_law": {"untested": "law patterns", "consistent": "dead"},
    "remark1": {"untested": "printed printed-finite", "consistent": "printed-constant constant norm function"},
    "section3": {
        "invalid": "printed",  # K^(r) = 0 beyond r = L has no exponent
        "contradicted": "printed-conjecture printed-sequential", "untested": "printed-stronger stronger",
        "consistent": "order.shallow order.deep zero tight mean exponent",
    },
    "theorem1": {
        "invalid": "printed", "contradicted": "printed-limit printed-atom",
        "consistent": "order.shallow order.deep output.shallow output.deep zero top atom.shallow atom.deep squares "
        "exclusive",
        "untested": "printed-any-m printed-layers",
    },
    "theorem2": {
        "contradicted": "printed printed-weights printed-root", "consistent": "weights activations process fourth",
    },
    "theorem3": {
        "consistent": "printed-limit printed-first printed-second limit joint-limit first first.m first.n second.m "
        "second.n kink.trained kink.collinear kink.other mean opposite opposite-limit",
        "contradicted": "printed-figure printed-mean printed-taylor printed-descent printed-alive printed-bounded",
    },
}  # fmt: skip
#: Claims that a quick run leaves out and a whole one does not.
WHOLE = {
    "theorem1": {"contradicted": "printed-any-m printed-layers"},
}
SLOW = ("lemma2", "lemma3", "lemma4", "section3", "theorem1", "theorem3")


def recorded(name: str, whole: bool = False) -> dict[str, str]:
    found = {claim: status for status, claims in RECORDED[name].items() for claim in claims.split()}
    extra = WHOLE.get(name, {}) if whole else {}
    return found | {claim: status for status, claims in extra.items() for claim in claims.split()}


def test_every_check_is_recorded() -> None:
    usual = project().usual(project().names)  # experiments have a file of their own
    assert set(RECORDED) == {name for name in usual if project().entry(name).check is not None}


@pytest.mark.parametrize("name", [n if n not in SLOW else pytest.param(n, marks=pytest.mark.slow) for n in RECORDED])
def test_quick_verdicts(name: str) -> None:
    assert statuses(report(project().entry(name))) == recorded(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDED)
def test_whole_verdicts(name: str) -> None:
    assert statuses(report(project().entry(name), options=RunOptions())) == recorded(name, whole=True)


#: One claim changed by this much, at the cells selected: the samples contradict it.
TWINS = {
    "lemma1": ("outputs", {"value": lambda v: v + Rational(1, 20)}, lambda p: p.get("angle") == 60),
    "lemma2 gram": ("gram", {"value": lambda v: v * Rational(11, 10)}, lambda p: p["angle"] == 60 and "v" in p),
    "lemma2 gradients": ("gradients", {"value": lambda v: v * Rational(5, 4)}, lambda p: p["angle"] == 60),
    "lemma2 tangent": ("tangent", {"value": lambda v: v - Rational(1, 4)}, lambda p: p["angle"] == 60),
    "lemma2 closed-gram": ("closed-gram", {"value": lambda v: 2 * v}, lambda p: p.get("s") == 2),
    "lemma3 skipped": ("skipped", {"value": lambda v: v / 2}, lambda p: True),  # the sequential limit, E7
    "lemma3 star": ("star", {"value": lambda v: v + 1}, lambda p: True),
    "lemma3 order": ("order.shallow", {"exponent": lambda e: e - Rational(1, 2)}, lambda p: p.get("angle") == 0),
    "lemma6": ("gradient", {"value": lambda v: v * Rational(3, 2)}, lambda p: True),
    "theorem1 top": ("top", {"value": lambda v: v + 1}, lambda p: True),
    "theorem1 factor of top": ("top", {"value": lambda v: v / 2}, lambda p: True),
    "theorem1 atom": ("atom.shallow", {"value": lambda v: v / 2}, lambda p: p["angle"] == 0 and p["H"] == 2),
    "theorem2 process": ("process", {"value": lambda v: v + Rational(2, 5)}, lambda p: p.get("z_angle") == 0),
    "theorem2 fourth": ("fourth", {"value": lambda v: v + Rational(1, 2)}, lambda p: True),
    "theorem3 mean": ("mean", {"value": lambda v: v - 1}, lambda p: True),
    "theorem3 first.n": ("first.n", {"exponent": lambda e: e - Rational(1, 2)}, lambda p: True),
    "theorem3 kink": ("kink.other", {"exponent": lambda e: e - Rational(1, 4)}, lambda p: True),
    "theorem3 descent": ("printed-descent", {"value": lambda v: v - Rational(1, 5)}, lambda p: p.get("mu") == "half"),
    "lemma1 probabilities": (
        "probabilities",
        {"value": lambda v: v + Rational(1, 5)},
        lambda p: p.get("sequence") == "output",
    ),
    "theorem3 alive": ("printed-alive", {"value": lambda v: v + Rational(1, 5)}, lambda p: p.get("mu") == "half"),
    "theorem3 mean at H = 2": ("printed-mean", {"value": lambda v: v + Rational(1, 10)}, lambda p: p["H"] == 2),
    "corollary1": ("function", {"value": lambda v: v + Rational(1, 10)}, lambda p: p["H"] == 2),
    "remark1": ("constant", {"value": lambda v: v * Rational(6, 5)}, lambda p: p["distance"] < 2),
    "section3 mean": ("exponent", {"value": lambda v: v - 1}, lambda p: True),
    "section3 order": ("order.deep", {"exponent": lambda e: e + Rational(1, 2)}, lambda p: p["angle"] == 0),
    "relu_law": ("dead", {"value": lambda v: v + Rational(1, 10)}, lambda p: p["L"] > 1),
    "dyer_gur_ari bound": ("bound", {"exponent": lambda e: e - 1}, lambda p: "angle" in p),
    "dyer_gur_ari tight": ("tight", {"value": lambda v: v + 1}, lambda p: p.get("L") == 8),
}


#: Printed claims that samples contradict, changed into what is true there: the samples agree.
CORRECTED = {
    "theorem3 mean": ("printed-mean", {"value": lambda v: v - Rational(525, 10_000)}, lambda p: p["H"] == 3),
    "theorem3 taylor": (
        "printed-taylor", {"exponent": lambda e: e / 2}, lambda p: p.get("step") == 1 and p["angle"] == 0,
    ),
    "theorem3 descent": ("printed-descent", {"value": lambda v: v - 1}, lambda p: p.get("mu") == "sqrt_n"),
    "lemma1": ("printed-6", {"value": lambda v: v + 1}, lambda p: p.get("sequence") == "reciprocal"),
    "theorem1 any m": (
        "printed-any-m", {"exponent": lambda e: e - Rational(1, 2)}, lambda p: p.get("m") == 2 and p["r"] == 1,
    ),
    "theorem3 alive": ("printed-alive", {"value": lambda v: v + 1}, lambda p: p.get("mu") == "sqrt_n"),
    "theorem3 bounded": (
        "printed-bounded", {"exponent": lambda e: e + Rational(1, 2)}, lambda p: p.get("mu") == "sqrt_n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("label", CORRECTED)
def test_a_corrected_claim_is_consistent(label: str) -> None:
    claim, changes, select = CORRECTED[label]
    entry, _ = twin(label.split()[0], claim, **changes)
    (found,) = report(entry, select, RunOptions()).claims
    assert {str(cell.verdict) for cell in found.cells} == {"consistent"}, [cell.reason for cell in found.cells]
    assert str(found.numeric) in ("consistent", "inconclusive"), "inconclusive where cells are not selected"


@pytest.mark.parametrize("label", TWINS)
def test_a_changed_claim_is_contradicted(label: str) -> None:
    claim, changes, select = TWINS[label]
    entry, changed = twin(label.split()[0], claim, **changes)
    (found,) = report(entry, select).claims
    assert found.claim == changed
    assert str(found.numeric) == "contradicted", [cell.reason for cell in found.cells]


def test_cells_that_violate_a_hypothesis_are_shown_and_count_for_nothing() -> None:
    """E7: the largest eigenvalue of a square product is (1 + √2)², and the claim on finitely many rows stands."""
    entry, _ = twin("lemma2", "jacobians")
    (found,) = report(entry, lambda parameters: parameters.get("square") == 1).claims
    (cell,) = found.cells
    assert cell.outside == ("rows_fixed",)
    assert (str(found.numeric), str(cell.verdict)) == ("untested", "untested")
    assert cell.low < (1 + 2**0.5) ** 2 < cell.high
    assert "measured as its witness" in cell.reason


@pytest.mark.parametrize(
    ("name", "parameters", "hypothesis"),
    [
        ("theorem1", {"H": 1, "L": 2, "r": 2, "angle": 180, "m": 1, "z": (1, 1)}, "not_antiparallel"),
        ("theorem1", {"H": 2, "L": 2, "r": 1, "angle": 0, "m": 2, "z": (1, 1)}, "m_is_1"),
        ("theorem1", {"H": 2, "L": 2, "r": 1, "angle": 0, "m": 1, "z": (1, 0)}, "z_nonzero"),
        ("lemma3", {"L": 2, "l_1": 1, "k": 2, "angle": 90}, "not_orthogonal"),
        ("section3", {"L": 2, "r": 2, "angle": 180}, "not_antiparallel"),
        ("lemma6", {"z": (1, 0)}, "z_nonzero"),
        ("theorem3", {"time": 1}, "initialisation"),
        ("theorem2", {"L": 9, "n": 8}, "widths_grow"),
        ("remark1", {"fixed_k": 1}, "many_features"),
        ("relu_law", {"angle": 180}, "one_input"),
    ],
)
def test_parameters_that_violate_a_hypothesis_are_named(
    name: str, parameters: dict[str, object], hypothesis: str
) -> None:
    assert hypothesis in project().entry(name).statement.violated(parameters)
