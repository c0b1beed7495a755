"""One claim about given samples, whatever its kind: from a name and a target to a finding.

:func:`assess` takes what people have: any number of samples a width from one on, or means with standard errors.  Data
that are looked at once are decided at one look.  A :class:`Finding` says which of *consistent*, *contradicted*,
*inconclusive* and *invalid* it is, with the mark "few seeds" where that has the weaker guarantee of few samples, and
names what it assumes.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.datafiles import Samples
from verifier.fits.kinds import KINDS
from verifier.fits.targets import expression, number, remainder
from verifier.inference import (
    DEFAULT_ALLOWANCE,
    DEFAULT_ALPHA,
    DEFAULT_MARGIN,
    FREE_POWERS,
    Decision,
    decide_atom,
    decide_constant,
    decide_limit,
    decide_mean_zero,
    decide_polynomial,
    decide_symmetric,
    decide_to_zero,
    decide_two_widths,
    decide_upper,
    decide_variance,
    decide_zero,
)
from verifier.inference.decisions import MIN_WIDTHS
from verifier.inference.dependence import ADVICE, dependence
from verifier.inference.logs import decide_log_order
from verifier.inference.moment_orders import Mean, decide_mean_values, decide_means, decide_moment_order
from verifier.inputs.numbers import too_near
from verifier.verdict import NumericStatus, weakest_numeric
from verifier.verdict.display import line, table

Array = npt.NDArray[np.float64]


#: Margins where the unit is not an exponent's.
_MARGINS = {"atom": 0.05, "polynomial": 0.05, "remainder": 0.05}


@dataclass(frozen=True, repr=False)
class Finding:
    """What given data say of one claim.

    ``status`` with its ``mark`` ("few seeds", or empty) is the verdict.  ``estimate``, ``low`` and ``high`` are of
    ``quantity``, beside the ``claimed`` value and its ``margin``; NaN where there is none.  ``assumption`` names the
    corrections that the interval allows for, ``reasons`` are sentences, ``advice`` is what would decide (empty if
    nothing is open).  ``decision`` has all other numbers.
    """

    kind: str
    status: NumericStatus
    mark: str
    quantity: str
    claimed: float
    margin: float
    alpha: float
    estimate: float
    low: float
    high: float
    widths: tuple[int, ...]
    counts: tuple[int, ...]
    assumption: str
    reasons: tuple[str, ...]
    advice: str
    samples_needed: int | None
    decision: Decision

    def __repr__(self) -> str:
        """``<consistent: exponent -1.002 [-1.087, -0.918], claimed -1 ± 0.125, 8192 samples a width>``."""
        told = f"{self.verdict}: {self.quantity} {self.estimate:.4g} [{self.low:.4g}, {self.high:.4g}]"
        told += f", claimed {self.claimed:g} ± {self.margin:g}, {min(self.counts, default=0)} samples a width"
        why = "" if self.status is NumericStatus.CONSISTENT else "; " + "; ".join(self.reasons)
        return f"<{line(told + why, 190)}>"

    def _repr_html_(self) -> str:
        rows = [(str(self.verdict), f"{self.estimate:.4g} [{self.low:.4g}, {self.high:.4g}]",
                 f"{self.claimed:g} ± {self.margin:g}", html.escape("; ".join(self.reasons)))]  # fmt: skip
        return table(self.kind, ("verdict", self.quantity, "claimed", "why"), rows)

    @property
    def verdict(self) -> str:
        """The word that is shown: ``consistent (few seeds)``."""
        return f"{self.status} ({self.mark})" if self.mark else str(self.status)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON: everything the decision holds, and the words of this finding."""
        words = {"kind": self.kind, "status": str(self.status), "reasons": list(self.reasons)}
        return {**self.decision.as_dict(), **words, "assumption": self.assumption, "advice": self.advice}


@dataclass(frozen=True)
class Fitted:
    """The findings on one claim (two for two widths), and the number of rows they are from."""

    kind: str
    findings: tuple[Finding, ...]
    rows: int

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(finding.decision for finding in self.findings)

    @property
    def verdict(self) -> NumericStatus:
        """Consistent only if every decision is; contradicted if one is."""
        return weakest_numeric(finding.status for finding in self.findings)

    @property
    def mark(self) -> str:
        """ "few seeds" where one of the findings has it."""
        return next((finding.mark for finding in self.findings if finding.mark), "")

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; with two widths, the numbers are lists of two."""
        each = [finding.as_dict() for finding in self.findings]
        if len(each) == 1:
            return {"kind": self.kind, **each[0], "rows": self.rows}
        joined = {key: [found[key] for found in each] for key in each[0]}
        shared = {key: each[0][key] for key in ("alpha", "margin", "correction", "allowance", "zero_fraction")}
        return {**joined, **shared, "kind": self.kind, "verdict": str(self.verdict), "rows": self.rows}


@dataclass(frozen=True)
class FitSettings:
    """How a claim is decided.

    ``alpha``: the error rate.  ``margin``: the room around the claim, by default 1/8 for exponents.  ``powers``: the
    exponents of corrections that are tried; ``correction``: whether they are fitted (None: where that is shorter);
    ``allowance``: the crossover width C in (C/n)^q that they stay below.  ``few``: whether fewer than 128 samples a
    width may be decided.  ``atol``, ``scale``: for claims of zero, see :func:`decide_zero`.  ``bounds``: two
    numbers that X lies between, for claims about its mean.  ``log_power``: q in n^p (log n)^q.
    """

    alpha: float = DEFAULT_ALPHA
    margin: float | None = None
    correction: bool | None = None
    allowance: float = DEFAULT_ALLOWANCE
    powers: tuple[float, ...] = FREE_POWERS
    few: bool = True
    atol: float | None = None
    scale: float | None = None
    bounds: tuple[float, float] | None = None
    log_power: float = 0.0

    @property
    def scaling(self) -> dict[str, Any]:
        """What decisions about exponents take."""
        return {
            "alpha": self.alpha, "correction": self.correction, "allowance": self.allowance, "powers": self.powers,
        }  # fmt: skip


def assess(
    data: Mapping[int, npt.ArrayLike] | Mapping[int, Mean],
    kind: str,
    expect: str | float | None = None,
    settings: FitSettings | None = None,
    *,
    labels: Mapping[str, Mapping[int, Sequence[object]]] | None = None,
    ordered: bool = True,
) -> Finding:
    """Decide one claim of ``kind`` (:data:`KINDS`) about ``data`` by width, in a single look.

    ``data`` holds arrays of samples, in the order of the file, or a :class:`Mean` with its standard error for each
    width.  ``expect`` is a number, a fraction such as ``-1/2``, or an expression in n.  ``labels`` are those of each
    grouping column, by width, row by row: rows that look dependent make the finding inconclusive.  ``ordered``: the
    order of the rows is that in which they were drawn.  Raises ValueError for an unknown kind, a missing or unreadable
    target, too few widths, or settings out of range.

    >>> assess({n: [1.0, 1.1, 0.9, 1.05, 0.98] for n in (128, 256, 512, 1024, 2048)}, "order", 0).verdict
    'consistent (few seeds)'
    """
    chosen = settings or FitSettings()
    target = _target(kind, expect)
    margin = _margin(kind, chosen.margin)
    if not data:
        raise ValueError("there are no samples")
    needs = KINDS[kind].widths
    if needs and len(data) < MIN_WIDTHS:
        listed = ", ".join(str(n) for n in sorted(data))
        count = f"{len(data)} width{'s' if len(data) > 1 else ''}"
        raise ValueError(f"{count} ({listed}); at least {MIN_WIDTHS} are needed to fit an exponent")
    if needs:
        _require_apart(data)
    given = {n: m for n, m in data.items() if isinstance(m, Mean)}
    if given and len(given) < len(data):
        raise ValueError("some widths have a mean with a standard error and some have samples")
    if given:
        return _finding(kind, _decide_means(kind, given, target, margin, chosen))
    arrays = {n: np.asarray(x, dtype=np.float64) for n, x in sorted(data.items())}
    decision = _decide(kind, arrays, target, margin, chosen)
    finding = _finding(kind, decision)
    warning = dependence(arrays, chosen.alpha, labels) if ordered or labels else None
    if warning is None or finding.status in (NumericStatus.INVALID, NumericStatus.UNTESTED) or kind == "zero":
        return finding
    reasons = (warning, *finding.reasons)
    stopped = replace(decision, verdict=NumericStatus.INCONCLUSIVE, reason=f"{warning}; {decision.reason}", mark="")
    return replace(
        finding, status=NumericStatus.INCONCLUSIVE, mark="", reasons=reasons, advice=ADVICE, samples_needed=None,
        decision=replace(stopped, advice=ADVICE, samples_needed=None),
    )  # fmt: skip


def fit(
    samples: Samples,
    kind: str = "order",
    expect: str | None = None,
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float | None = None,
    correction: bool | None = None,
    allowance: float = DEFAULT_ALLOWANCE,
    **more: Any,
) -> Fitted:
    """Decide one claim of ``kind`` about ``samples`` of a file; see :func:`assess` and :class:`FitSettings`."""
    settings = FitSettings(alpha=alpha, margin=margin, correction=correction, allowance=allowance, **more)
    if kind == "two-widths":
        return _two_widths(samples, _target(kind, expect), settings)
    _target(kind, expect)
    return Fitted(kind, (assess(samples.by_width(), kind, expect, settings),), samples.rows)


def _require_apart(widths: Iterable[int]) -> None:
    if (near := too_near(widths)) is not None:
        raise ValueError(
            f"widths {near[0]} and {near[1]} have one logarithm in floating point: no exponent can be fitted"
        )


def _target(kind: str, expect: str | float | None) -> str:
    """What is expected, as text; ValueError where a kind needs it and it is missing, or the other way round."""
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    meaning = KINDS[kind].expects
    if meaning is not None and expect is None:
        raise ValueError(f"--kind {kind} needs --expect: {meaning}")
    if meaning is None and expect not in (None, "0", "0.0", 0):
        raise ValueError(f"--kind {kind} takes no --expect, which is {expect}")
    return str(expect)


def _margin(kind: str, margin: float | None) -> float:
    room = margin if margin is not None else _MARGINS.get(kind, DEFAULT_MARGIN)
    if kind in ("atom", "symmetric") and room > 0.5:
        raise ValueError(f"margin is {room:g}; around a probability it is at most 0.5")
    return room


def _finding(kind: str, decision: Decision) -> Finding:
    return Finding(
        kind, decision.verdict, decision.mark, decision.quantity, decision.claimed, decision.margin, decision.alpha,
        decision.estimate, decision.low, decision.high, decision.widths, decision.samples_by_width,
        decision.assumption, (decision.reason,), advice_of(decision), decision.samples_needed, decision,
    )  # fmt: skip


def advice_of(decision: Decision) -> str:
    """What would decide an open claim."""
    if decision.verdict is not NumericStatus.INCONCLUSIVE:
        return ""
    if decision.advice:
        return decision.advice
    needed = decision.samples_needed
    return f"about {needed} samples a width would decide" if needed else ""


def _decide(kind: str, data: Mapping[int, Array], expect: str, margin: float, chosen: FitSettings) -> Decision:
    once: dict[str, Any] = {"looks": 1, "few": chosen.few}
    scaled = {**chosen.scaling, **once}
    if kind == "order":
        return decide_log_order(data, number(expect), chosen.log_power, margin=margin, **scaled)
    if kind == "upper":
        return decide_upper(data, number(expect), margin=margin, **scaled)
    if kind == "variance":
        return decide_variance(data, number(expect), margin=margin, **scaled)
    if kind == "to-zero":
        return decide_to_zero(data, margin=margin, **scaled)
    if kind == "constant":
        return decide_constant(data, **scaled | ({"threshold": -margin} if chosen.margin is not None else {}))
    if kind == "zero":
        return decide_zero(data, alpha=chosen.alpha, atol=chosen.atol, scale=chosen.scale)
    if kind == "mean-zero":
        return decide_mean_zero(data, alpha=chosen.alpha, margin=margin, **once)
    if kind == "symmetric":
        return decide_symmetric(data, alpha=chosen.alpha, margin=margin, looks=1)
    if kind == "atom":
        return decide_atom(data, number(expect), alpha=chosen.alpha, margin=margin, looks=1)
    if kind in _MOMENTS:
        return decide_moment_order(data, _MOMENTS[kind], number(expect), margin=margin, looks=1, **chosen.scaling)
    if kind == "limit":
        target = number(expect)
        absolute = margin if chosen.margin is not None else 0.05 * (abs(target) or 1.0)
        return decide_limit(
            data, target, margin=absolute, alpha=chosen.alpha, allowance=chosen.allowance, powers=chosen.powers,
            bounds=chosen.bounds, **once,
        )  # fmt: skip
    if kind == "remainder":
        return _remainder(data, remainder(expect), margin, chosen)
    return decide_polynomial(data, expression(expect), alpha=chosen.alpha, margin=margin, bounds=chosen.bounds, **once)


_MOMENTS = {"mean-order": "mean", "variance-order": "variance", "kappa4-order": "kappa4"}


def _decide_means(kind: str, data: Mapping[int, Mean], expect: str, margin: float, chosen: FitSettings) -> Decision:
    """The same for means with standard errors, where the claim is one about the mean."""
    if not KINDS[kind].means:
        able = ", ".join(name for name, about in KINDS.items() if about.means)
        raise ValueError(f"--kind {kind} needs samples; means with standard errors can speak to {able}")
    if kind in ("order", "mean-order"):
        if chosen.log_power:
            raise ValueError("a power of log n needs samples, not means with standard errors")
        return decide_means(data, number(expect), margin=margin, **chosen.scaling)
    if kind == "mean-zero":
        return decide_mean_values(data, lambda n: 0.0, "1 + E X / max |E X|", alpha=chosen.alpha, margin=margin)
    return decide_mean_values(data, expression(expect), "E X / expected", alpha=chosen.alpha, margin=margin)


def _remainder(
    data: Mapping[int, Array], claim: tuple[float, Fraction, Fraction], margin: float, chosen: FitSettings
) -> Decision:
    """E X = c n^-s + O(n^-t): n^s E X tends to c with corrections of the order n^(s-t), and of no slower one."""
    c, s, t = claim
    scaled = {n: x * float(n) ** float(s) for n, x in data.items()}
    found = decide_limit(
        scaled, c, margin=margin * (abs(c) or 1.0), alpha=chosen.alpha, allowance=chosen.allowance,
        powers=(float(t - s),), looks=1, few=chosen.few,
    )  # fmt: skip
    power = "" if s == 0 else f"n^{s} "
    return replace(found, quantity=f"lim {power}E X", reason=found.reason.replace("lim E X", f"lim {power}E X"))


def _two_widths(samples: Samples, expect: str, chosen: FitSettings) -> Fitted:
    words = expect.split(",")
    if len(words) != 2:
        raise ValueError(f"--expect {expect}: two exponents p,q are needed for two widths, as in -1,-1/2")
    claimed = number(words[0]), number(words[1])
    for side in (0, 1):
        _require_apart(pair[side] for pair in samples.by_pair())
    decisions = decide_two_widths(
        samples.by_pair(), claimed, margin=_margin("two-widths", chosen.margin), looks=1, **chosen.scaling
    )
    return Fitted("two-widths", tuple(_finding("two-widths", d) for d in decisions), samples.rows)
