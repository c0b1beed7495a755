"""One claim about given samples, whatever its kind: from a name and a target to a decision.

Data that are looked at once are decided at one look.  Where corrections to scaling could fill the margin on
the given widths, the 1/n column is fitted instead of only allowed for; that choice sees the widths, not the
values, and so costs no error rate.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.datafiles import Samples
from verifier.inference import (
    DEFAULT_ALLOWANCE,
    DEFAULT_ALPHA,
    DEFAULT_MARGIN,
    Decision,
    decide_atom,
    decide_constant,
    decide_limit,
    decide_mean_zero,
    decide_order,
    decide_polynomial,
    decide_to_zero,
    decide_two_widths,
    decide_upper,
    decide_variance,
    decide_zero,
)
from verifier.inference.exponents import bias_allowance, slope_weights
from verifier.inference.gates import MIN_WIDTHS
from verifier.verdict import NumericStatus, weakest_numeric

#: kind -> what --expect means there (None: nothing is expected), and whether four widths are needed.
KINDS: dict[str, tuple[str | None, bool]] = {
    "order": ("the exponent p of X ~ n^p", True),
    "upper": ("the exponent p of X = O(n^p)", True),
    "to-zero": (None, True),
    "constant": (None, True),
    "variance": ("the exponent v of Var X ~ n^v", True),
    "limit": ("the limit of E X", True),
    "zero": (None, False),
    "mean-zero": (None, False),
    "atom": ("P(X = 0)", False),
    "polynomial": ("E X as an expression in n, as in 3 + 2/n", False),
    "two-widths": ("the exponents p,q of X ~ n^p m^q", True),
}
#: Part of the margin that the bias allowance may fill before the 1/n column is fitted.
_BIAS_SHARE = 0.25
#: Margins where the unit is not an exponent's.
_MARGINS = {"atom": 0.05, "polynomial": 0.05}


@dataclass(frozen=True)
class Fitted:
    """The decisions on one claim (two for two widths), and the samples' sizes."""

    kind: str
    decisions: tuple[Decision, ...]
    rows: int

    @property
    def verdict(self) -> NumericStatus:
        """Consistent only if every decision is; contradicted if one is."""
        return weakest_numeric(decision.verdict for decision in self.decisions)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; with two widths, the numbers are lists of two."""
        each = [decision.as_dict() for decision in self.decisions]
        if len(each) == 1:
            return {"kind": self.kind, **each[0], "rows": self.rows}
        joined = {key: [found[key] for found in each] for key in each[0]}
        shared = {key: each[0][key] for key in ("alpha", "margin", "correction", "allowance", "zero_fraction")}
        return {"kind": self.kind, **joined, **shared, "verdict": str(self.verdict), "rows": self.rows}


def fit(
    samples: Samples,
    kind: str = "order",
    expect: str | None = None,
    *,
    alpha: float = DEFAULT_ALPHA,
    margin: float | None = None,
    correction: bool | None = None,
    allowance: float = DEFAULT_ALLOWANCE,
) -> Fitted:
    """Decide one claim of ``kind`` (:data:`KINDS`) about ``samples``, in a single look.

    ``expect`` is a number, a fraction such as ``-1/2``, two of them separated by a comma, or an expression
    in n.  ``correction``: whether to fit the 1/n column; None chooses by the widths.  Raises ValueError for an
    unknown kind, a missing or unreadable target, fewer than four widths where an exponent is fitted, or
    settings out of range.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    meaning, needs_widths = KINDS[kind]
    if meaning is not None and expect is None:
        raise ValueError(f"--kind {kind} needs --expect: {meaning}")
    if meaning is None and expect not in (None, "0", "0.0"):
        raise ValueError(f"--kind {kind} takes no --expect, which is {expect}")
    room = margin if margin is not None else _MARGINS.get(kind, DEFAULT_MARGIN)
    if kind in ("atom", "mean-zero") and room > 0.5:
        raise ValueError(f"margin is {room:g}; around a probability it is at most 0.5")
    if kind == "two-widths":
        return _two_widths(samples, str(expect), alpha, room, correction, allowance)
    data = samples.by_width()
    if needs_widths and len(data) < MIN_WIDTHS:
        listed = ", ".join(str(n) for n in data)
        count = f"{len(data)} width{'s' if len(data) > 1 else ''}"
        raise ValueError(f"{count} ({listed}); at least {MIN_WIDTHS} are needed to fit an exponent")
    if correction is None:
        correction = needs_correction(sorted(data), room, allowance)
    decision = _decide(kind, data, expect, alpha, room, margin is not None, correction, allowance)
    return Fitted(kind, (decision,), samples.rows)


def _decide(
    kind: str,
    data: Mapping[int, npt.NDArray[np.float64]],
    expect: str | None,
    alpha: float,
    margin: float,
    margin_given: bool,
    correction: bool,
    allowance: float,
) -> Decision:
    scaled: dict[str, Any] = {"alpha": alpha, "correction": correction, "allowance": allowance, "looks": 1}
    if kind == "order":
        return decide_order(data, number(str(expect)), margin=margin, **scaled)
    if kind == "upper":
        return decide_upper(data, number(str(expect)), margin=margin, **scaled)
    if kind == "variance":
        return decide_variance(data, number(str(expect)), margin=margin, **scaled)
    if kind == "to-zero":
        return decide_to_zero(data, margin=margin, **scaled)
    if kind == "constant":
        return decide_constant(data, **scaled | ({"threshold": -margin} if margin_given else {}))
    if kind == "zero":
        return decide_zero(data, alpha=alpha)
    if kind == "mean-zero":
        return decide_mean_zero(data, alpha=alpha, margin=margin, looks=1)
    if kind == "atom":
        return decide_atom(data, number(str(expect)), alpha=alpha, margin=margin, looks=1)
    if kind == "limit":
        target = number(str(expect))
        absolute = margin if margin_given else 0.05 * (abs(target) or 1.0)
        return decide_limit(data, target, margin=absolute, alpha=alpha, allowance=allowance, looks=1)
    return decide_polynomial(data, expression(str(expect)), alpha=alpha, margin=margin, looks=1)


def _two_widths(
    samples: Samples, expect: str, alpha: float, margin: float, correction: bool | None, allowance: float
) -> Fitted:
    words = expect.split(",")
    if len(words) != 2:
        raise ValueError(f"--expect {expect}: two exponents p,q are needed for two widths, as in -1,-1/2")
    claimed = number(words[0]), number(words[1])
    cells = samples.by_pair()
    if correction is None:
        axes = (sorted({cell[axis] for cell in cells}) for axis in (0, 1))
        correction = any(needs_correction(widths, margin, allowance) for widths in axes)
    decisions = decide_two_widths(
        cells, claimed, alpha=alpha, margin=margin, correction=correction, allowance=allowance, looks=1
    )
    return Fitted("two-widths", decisions, samples.rows)


def needs_correction(widths: Sequence[int], margin: float, allowance: float = DEFAULT_ALLOWANCE) -> bool:
    """Whether the bias allowance C |Σ w_k/n_k| would take more than a quarter of the margin on these widths."""
    if len(widths) < MIN_WIDTHS:
        return False
    return bias_allowance(widths, slope_weights(widths), allowance) > _BIAS_SHARE * margin


def number(text: str) -> float:
    """A finite number: ``-1``, ``0.25``, ``-1/2``.  Raises ValueError naming the text."""
    try:
        value = float(Fraction(text.strip()))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f"{text!r} is not a number; write -1, 0.25 or -1/2") from None
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a finite number")
    return value


_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}


def expression(text: str) -> Callable[[int], float]:
    """A rational function of n, such as ``3 + 2/n - 4/n^2``, evaluated exactly.  Raises ValueError if it is not."""
    complaint = f"{text!r} is not an expression in n; write sums, products, quotients and powers, as in 3 + 2/n^2"
    try:
        tree = ast.parse(text.replace("^", "**").strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(complaint) from None

    def value(node: ast.expr, n: int) -> Fraction:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return Fraction(str(node.value))
        if isinstance(node, ast.Name) and node.id == "n":
            return Fraction(n)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            inner = value(node.operand, n)
            return -inner if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            result: Fraction = _OPERATORS[type(node.op)](value(node.left, n), value(node.right, n))
            return result
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            negative = isinstance(node.right, ast.UnaryOp) and isinstance(node.right.op, ast.USub)
            power = node.right.operand if isinstance(node.right, ast.UnaryOp) else node.right
            if isinstance(power, ast.Constant) and isinstance(power.value, int) and power.value <= 100:
                return value(node.left, n) ** (-power.value if negative else power.value)
        raise ValueError(complaint)

    with suppress(ZeroDivisionError):
        value(tree, 7)  # complain now, not at the first width

    def at(n: int) -> float:
        try:
            return float(value(tree, n))
        except ZeroDivisionError:
            raise ValueError(f"{text!r} divides by zero at n = {n}") from None

    return at

