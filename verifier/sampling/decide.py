"""The answer to a question from the samples of one cell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from verifier.claims.statement import Kind
from verifier.inference.agreement import decide_law
from verifier.inference.atoms import decide_atom, decide_symmetric, decide_zero
from verifier.inference.averages import decide_mean_zero
from verifier.inference.decisions import Decision
from verifier.inference.exponents import DEFAULT_ALLOWANCE
from verifier.inference.gates import decide_order
from verifier.inference.kinds import decide_to_zero, decide_upper, decide_variance
from verifier.inference.laws import kolmogorov_distance, kolmogorov_threshold
from verifier.inference.presence import binomial_interval
from verifier.inference.samples import LogSample, rescaled
from verifier.inference.surfaces import decide_surface
from verifier.inference.trends import decide_above, decide_trend
from verifier.inference.two_widths import decide_two_widths
from verifier.sampling.plan import Group
from verifier.sampling.questions import Question
from verifier.sampling.values import decide_atoms, decide_integer, decide_value_and_fluctuation, decide_values, raw
from verifier.verdict import NumericStatus


def decide(group: Group, question: Question, samples: Mapping[Any, LogSample], largest: float, look: int) -> Decision:
    """Decide ``question`` from ``samples`` by width (by pair of widths, on a grid), at this look of the schedule.

    ``largest`` is the largest |value| of all samples, NaN where one is.
    """
    found = _decided(group, question, samples, largest, look)
    if math.isfinite(largest) or found.verdict is not NumericStatus.INVALID:
        return found
    return replace(found, reason=f"{found.reason}; the sampler of {group.quantity} may return finite numbers only")


def _decided(group: Group, question: Question, samples: Mapping[Any, LogSample], largest: float, look: int) -> Decision:
    looks = len(group.schedule.sizes)
    alpha = question.alpha
    if question.kind is Kind.IDENTITY:
        return _identity(question, samples, largest)
    if question.kind is Kind.ZERO:
        return decide_zero(samples, alpha=alpha)
    if question.kind is Kind.MEAN_ZERO:
        return _mean_zero(samples, alpha=alpha, looks=looks, look=look)
    assert question.target is not None
    averaging: dict[str, Any] = {"alpha": alpha, "margin": question.margin, "looks": looks, "look": look}
    if question.kind is Kind.INTEGER:
        return decide_integer(samples, question.target, alpha=alpha)
    if question.kind is Kind.CONSTANT or (question.constant and question.kind is Kind.VALUE and not question.values):
        return decide_value_and_fluctuation(
            samples, question.target, squares=question.squares, powers=question.powers, **averaging
        )
    if question.kind is Kind.VALUE:
        return decide_values(samples, question, **averaging)
    if question.kind is Kind.SURFACE:
        return decide_surface({place: raw(s) for place, s in samples.items()}, question.terms, **averaging)
    if question.kind in (Kind.TREND, Kind.ABOVE):
        arrays = {n: raw(s) for n, s in samples.items()}
        averaging["bounds"] = question.bounds
        if question.kind is Kind.ABOVE:
            return decide_above(arrays, question.target, **averaging)
        return decide_trend(arrays, question.target, floor=question.floor, **averaging)
    if question.kind is Kind.LAW:
        assert question.law is not None
        return decide_law({n: raw(s) for n, s in samples.items()}, question.law, **averaging)
    if question.kind is Kind.ATOM and question.values:
        return decide_atoms(samples, question.values, **averaging)
    if question.kind is Kind.ATOM:
        # The claimed probability does not depend on the width: it is that of the limit.
        return decide_atom(samples, question.target, allowance=DEFAULT_ALLOWANCE, **averaging)
    settings: dict[str, Any] = {
        "alpha": alpha, "margin": question.margin, "correction": group.correction,
        "allowance": question.allowance, "powers": question.powers, "looks": looks, "look": look,
    }  # fmt: skip
    if question.axis is not None:
        return _on_grid(question, samples, settings)
    if question.kind is Kind.VANISHES:
        divided = {n: rescaled(s, question.target * math.log(n)) for n, s in samples.items()}
        found = decide_to_zero(divided, **settings)
        # Reported as the exponent of X itself, beside the claim that it lies below the target.
        shift = question.target
        return replace(
            found, claimed=shift, estimate=found.estimate + shift, low=found.low + shift, high=found.high + shift,
            reason=f"for X / n^{shift:g} {found.reason}",
        )  # fmt: skip
    if question.kind is Kind.UPPER:
        return decide_upper(samples, question.target, **settings)
    if question.kind is Kind.VARIANCE:
        return _variance(samples, question.target, settings)
    found = decide_order(samples, question.target, **settings)
    return found if question.atom is None else _with_atom(found, question.atom, samples, alpha / looks)


def _mean_zero(samples: Mapping[Any, LogSample], **settings: Any) -> Decision:
    """E X = 0: by the mean where the law lets one be taken, else by what the claims rest on, X and -X of one law.

    The means of heavy tails are refused at any affordable number of samples.  There the law of X is compared with that
    of -X: agreement is consistent with the claim, and disagreement says nothing of the mean.
    """
    mean = decide_mean_zero({n: raw(s) for n, s in samples.items()}, **settings)
    if mean.verdict is not NumericStatus.INCONCLUSIVE:
        return mean
    signs = decide_symmetric(samples, **settings)
    level = signs.alpha / signs.looks / len(samples)
    drift = max((_asymmetry(s, level) for s in samples.values() if s.count), default=0.0)
    if signs.verdict is NumericStatus.CONSISTENT and drift <= 1:
        return replace(signs, reason=f"X and -X have one law, as far as is seen: {signs.reason}")
    if signs.verdict is NumericStatus.INCONCLUSIVE:
        return signs
    return replace(mean, reason=f"{mean.reason}; and the laws of X and -X differ, which does not say that the means do")


def _asymmetry(sample: LogSample, level: float) -> float:
    """The Kolmogorov distance of X and -X, over its threshold."""
    keys = sample.keys(0.0)
    return kolmogorov_distance(keys, -keys[::-1]) / (2 * kolmogorov_threshold(keys.size, keys.size, level))


def _on_grid(question: Question, samples: Mapping[Any, LogSample], settings: Mapping[str, Any]) -> Decision:
    """An exponent in n or in m, from all pairs; as of an exact order."""
    assert question.target is not None
    axis = {"n": 0, "m": 1}[question.axis or "n"]
    claimed = (question.target, 0.0) if axis == 0 else (0.0, question.target)
    # Both exponents are fitted and each gets half of alpha, as another cell asks for the other one.
    return decide_two_widths(samples, claimed, **settings)[axis]


def _variance(samples: Mapping[Any, LogSample], claimed: float, settings: Mapping[str, Any]) -> Decision:
    """The exponent of Var X, and all numbers in its units: twice those of the differences X - X' of disjoint pairs."""
    halved = {**settings, "margin": settings["margin"] / 2}
    found = decide_variance({n: raw(s) for n, s in samples.items()}, claimed, **halved)
    needed = None if found.samples_needed is None else 2 * found.samples_needed
    return replace(
        found, quantity="exponent of Var X", claimed=claimed, margin=settings["margin"], samples_needed=needed,
        samples_by_width=tuple(s.count for s in samples.values()), estimate=2 * found.estimate, low=2 * found.low,
        high=2 * found.high, standard_error=2 * found.standard_error, second_estimate=2 * found.second_estimate,
        second_low=2 * found.second_low, second_high=2 * found.second_high, bias=2 * found.bias,
        reason=f"for X - X', of order n^{claimed / 2:g}, {found.reason}",
    )  # fmt: skip


def settled(group: Group, question: Question, decision: Decision) -> bool:
    """Whether more samples are not needed, or of no use.  A claim of zero is settled at a fixed number of samples."""
    if question.kind is Kind.ZERO and decision.verdict is NumericStatus.CONSISTENT:
        return decision.samples >= group.zeros
    return decision.decided or decision.hopeless


def _with_atom(found: Decision, atom: float, samples: Mapping[int, LogSample], level: float) -> Decision:
    """``found``, unless it is consistent and the mass at zero is surely not ``atom``: then inconclusive.

    A quantity with another atom is not the one that was meant, but that does not contradict its order.
    """
    zeros, count = sum(s.zeros for s in samples.values()), sum(s.count for s in samples.values())
    if found.verdict is not NumericStatus.CONSISTENT or not count:
        return found
    low, high = binomial_interval(zeros, count, level)
    room = DEFAULT_ALLOWANCE / min(samples)
    if low - room <= atom <= high + room:
        return found
    reason = f"the exponent agrees, but P(X = 0) lies in [{low:.4f}, {high:.4f}], without {atom:g}"
    return replace(found, verdict=NumericStatus.INCONCLUSIVE, reason=reason)


def _identity(question: Question, samples: Mapping[int, LogSample], largest: float) -> Decision:
    """An identity holds if no relative error exceeds the tolerance."""
    tolerance = question.margin
    counts = tuple(sample.count for sample in samples.values())
    if math.isnan(largest) or math.isinf(largest):
        verdict, reason = NumericStatus.INVALID, f"a relative error is {largest}"
    elif largest <= tolerance:
        verdict = NumericStatus.CONSISTENT
        reason = f"both sides agree on all {sum(counts)} networks, to a relative error of {largest:.1e}"
    else:
        verdict = NumericStatus.CONTRADICTED
        reason = f"the two sides differ by a relative error of {largest:.3g}; {tolerance:g} is allowed"
    return Decision(
        verdict, reason, "relative error", 0.0, question.alpha, tolerance, tuple(samples), counts,
        zero_fraction=math.nan, estimate=largest, low=0.0, high=tolerance, looks=1,
    )  # fmt: skip
