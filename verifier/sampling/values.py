"""Decisions about stated values, from samples that are kept whole: means, constants, atoms, integers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.inference.atoms import decide_atom
from verifier.inference.averages import decide_limit, decide_polynomial
from verifier.inference.decisions import Decision
from verifier.inference.kinds import decide_constant
from verifier.inference.samples import LogSample
from verifier.inference.wilson_hilferty import symmetric
from verifier.sampling.questions import Question
from verifier.verdict import NumericStatus

Array = npt.NDArray[np.float64]
Samples = Mapping[Any, LogSample]
Values = tuple[tuple[int, float], ...]


def raw(sample: LogSample) -> npt.NDArray[np.float64]:
    """The values themselves, in the order they were drawn.  Raises ValueError where some were not kept."""
    if not sample.blocks:
        return np.empty(0)
    logs = np.concatenate([block.kept for block in sample.blocks])
    signs = np.concatenate([block.kept_sign for block in sample.blocks])
    if logs.size != sample.count:
        raise ValueError(f"{logs.size} of {sample.count} samples were kept; all are needed (use smaller blocks)")
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(signs == 0, np.where(np.isnan(logs), logs, 0.0), signs * np.exp(logs)))


def decide_values(samples: Samples, question: Question, **settings: Any) -> Decision:
    """E X_n at each width, where the question states one for each; else the limit of E X_n, which is its target."""
    arrays = {n: raw(s) for n, s in samples.items()}
    if question.values:
        return decide_polynomial(arrays, dict(question.values), bounds=question.bounds, **settings)
    assert question.target is not None
    return decide_limit(arrays, question.target, bounds=question.bounds, powers=question.powers, **settings)


def decide_value_and_fluctuation(
    samples: Samples, target: float, *, alpha: float, squares: bool = False, **settings: Any
) -> Decision:
    """X_n → target in probability: the limit of E X_n is the target, and X_n - X_n' vanishes; half of alpha each.

    The mean of products of averages of ``squares`` is that of f(X_n), f the scale of
    :mod:`verifier.inference.wilson_hilferty`, on which they are far less skewed.  The numbers shown are those of the
    limit.  A difference of pairs that does not vanish contradicts as well: the mean alone may be the target although
    X_n is never near it.
    """
    arrays = {n: raw(s) for n, s in samples.items()}
    half: dict[str, Any] = settings | {"alpha": alpha / 2}
    mean = _limit(arrays, target, **half) if squares else decide_limit(arrays, target, in_probability=True, **half)
    if all(x.size and np.all(x == x[0]) for x in arrays.values()):
        return replace(mean, alpha=alpha)  # no pair differs: what equal samples leave open, the limit's decision says
    looks = {name: settings[name] for name in ("looks", "look", "powers") if name in settings}
    spread = decide_constant(arrays, alpha=alpha / 2, **looks)
    found = {mean.verdict, spread.verdict}
    order = (NumericStatus.UNTESTED, NumericStatus.CONTRADICTED, NumericStatus.INVALID, NumericStatus.INCONCLUSIVE)
    verdict = next((v for v in order if v in found), NumericStatus.CONSISTENT)
    needed = [d.samples_needed for d in (mean, spread) if d.verdict is verdict]
    budget = max((n for n in needed if n is not None), default=None)
    reason = f"{mean.reason}; {spread.reason}"
    return replace(mean, verdict=verdict, reason=reason, alpha=alpha, samples_needed=budget)


def _limit(arrays: Mapping[int, Array], target: float, *, margin: float, **settings: Any) -> Decision:
    """The limit of X_n in probability, judged on the scale on which X is least skewed and shown on that of X."""
    scale = symmetric(target, margin)
    settings["in_probability"] = True
    if scale is None:
        return decide_limit(arrays, target, margin=margin, **settings)
    curved = {n: scale.of(x) for n, x in arrays.items()}
    found = decide_limit(curved, target, margin=scale.margin(margin), **settings)
    return replace(
        found, quantity="limit of X", margin=margin, estimate=scale.back(found.estimate), low=scale.back(found.low),
        high=scale.back(found.high), reason=f"on a scale on which X is nearly symmetric {found.reason}",
    )  # fmt: skip


def decide_atoms(samples: Samples, values: Values, *, alpha: float, **settings: Any) -> Decision:
    """P[X_n = 0] at each width, Bonferroni over the widths; the numbers shown are those of the worst width."""
    expected = dict(values)
    found = [decide_atom({n: s}, expected[n], alpha=alpha / len(samples), **settings) for n, s in samples.items()]
    order = (NumericStatus.INVALID, NumericStatus.CONTRADICTED, NumericStatus.UNTESTED, NumericStatus.INCONCLUSIVE)
    verdict = next((v for v in order if any(d.verdict is v for d in found)), NumericStatus.CONSISTENT)
    worst = max((d for d in found if d.verdict is verdict), key=lambda d: max(d.high - d.claimed, d.claimed - d.low))
    return replace(
        worst, alpha=alpha, widths=tuple(samples), samples_by_width=tuple(s.count for s in samples.values()),
        reason=f"at width {worst.widths[0]} {worst.reason}" if verdict is not NumericStatus.CONSISTENT else
        f"P(X = 0) agrees with what is claimed at each of the widths {', '.join(str(n) for n in samples)}",
    )  # fmt: skip


def decide_integer(samples: Samples, target: float, *, alpha: float) -> Decision:
    """Whether the integer that was counted is the one claimed: exact, nothing is sampled."""
    counted = np.concatenate([np.round(raw(s), 6) for s in samples.values()])
    base = Decision(
        NumericStatus.INVALID, "", "integer", target, alpha, 0.0, tuple(samples),
        tuple(s.count for s in samples.values()), zero_fraction=math.nan, looks=1,
    )  # fmt: skip
    if not counted.size or not np.isfinite(counted).all():
        return replace(base, reason="nothing was counted")
    first = float(counted[0])
    base = replace(base, estimate=first, low=float(counted.min()), high=float(counted.max()))
    if np.all(counted == target):
        return replace(base, verdict=NumericStatus.CONSISTENT, reason=f"counted again: {first:g}")
    return replace(base, verdict=NumericStatus.CONTRADICTED, reason=f"counted again: {first:g}, not {target:g}")
