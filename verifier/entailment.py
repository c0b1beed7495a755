"""Whether a claim follows from the goals that are proved, or is false by those that are refuted.

The kernel vouches for judgments; a claim is SymPy, and only its name joins the two.  Here both are evaluated at the
integer points of a small box.  A claim whose range has a point that no goal reaches, whose exponent there is not what
is proved, or whose proof needs a hypothesis that it does not grant, is a gap: the point is the reason.  So is one
whose counterexample lies outside its range, or is one to another exponent.  Constraints and numbers that speak of
more than the claim's parameters (lists of layers, say) are not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import isclose, log
from typing import Any

import sympy

from verifier.kernel.terms import LIST_READERS
from verifier.proofs import GoalReport
from verifier.statement import Claim, Form, Kind
from verifier.verdict import ProofStatus

Point = dict[str, int]

#: The judgments that say what a claim of a kind says; values, laws and integers are said in many ways.
SAYS: dict[Kind, tuple[str, ...]] = {
    Kind.ORDER: ("order",), Kind.UPPER: ("bounded", "scale"), Kind.ZERO: ("zero",), Kind.VANISHES: ("vanishes",),
    Kind.CONSTANT: ("plim",), Kind.MEAN_ZERO: ("mean",), Kind.ATOM: ("atom",), Kind.IDENTITY: ("eq", "instance"),
    Kind.VARIANCE: (),
}  # fmt: skip
#: Judgments from which it follows.
IMPLY: dict[Kind, tuple[str, ...]] = {
    Kind.UPPER: ("order", "vanishes", "zero"), Kind.VANISHES: ("zero",), Kind.MEAN_ZERO: ("zero",),
}  # fmt: skip
#: At most this many points are tried; with n parameters each runs over as many integers as that allows.
POINTS = 4096


def compared(claim: Claim, goals: Sequence[GoalReport]) -> tuple[GoalReport, ...]:
    """The goals of ``claim``, each a gap with a reason where together they do not say what it says."""
    goals = [_counterexample(claim, goal) if goal.status is ProofStatus.REFUTED else goal for goal in goals]
    held = [goal for goal in goals if goal.status in (ProofStatus.PROVED, ProofStatus.CITED, ProofStatus.CERTIFIED)]
    reason = _ungranted(claim, held)
    # What is refuted, missing, or certified at listed sizes says nothing of the whole range.
    whole = all(goal.judgment and goal.status in (ProofStatus.PROVED, ProofStatus.CITED) for goal in goals)
    if reason is None and held and whole:
        reason = disagreement(claim, held)
    if reason is None:
        return tuple(goals)
    return tuple(replace(goal, status=ProofStatus.GAP, error=reason) if goal in held else goal for goal in goals)


def _ungranted(claim: Claim, goals: Sequence[GoalReport]) -> str | None:
    """Hypotheses that the proof of an amended claim needs and the claim does not grant; a printed one grants none."""
    needed = {m.removeprefix("hypothesis ") for g in goals for m in g.rests_on if m.startswith("hypothesis ")}
    more = ", ".join(sorted(needed - set(claim.hypotheses)))
    return f"the proof needs {more}, which the claim does not grant" if more and claim.form is Form.AMENDED else None


def _counterexample(claim: Claim, goal: GoalReport) -> GoalReport:
    """A refuted goal, or a gap where it refutes something else than ``claim``."""
    if "goal" not in goal.judgment:
        return goal
    refuted, instance = goal.judgment["goal"], goal.judgment["instance"]
    point: Point = {name: value for name, value in instance.items() if type(value) is int}
    at = _listed(point)
    stated, reason = _stated(claim), None
    if refuted["is"] not in SAYS.get(claim.kind, (refuted["is"],)):
        reason = f"what is refuted is of kind {refuted['is']!r}, the claim is of kind {str(claim.kind)!r}"
    elif {symbol.name for symbol in claim.where.free_symbols} <= set(point) and not claim.covers(point):
        reason = f"the counterexample {at} lies outside the claim"
    elif stated is not None and {symbol.name for symbol in stated.free_symbols} <= set(point):
        said = float(stated.subs({symbol: point[symbol.name] for symbol in stated.free_symbols}))
        found = _numbers(claim.kind, refuted, point)
        if found and not any(isclose(said, value, abs_tol=1e-12) for value in found):
            reason = f"at {at} the claim says {said:g}, what is refuted {' or '.join(f'{v:g}' for v in found)}"
    return goal if reason is None else replace(goal, status=ProofStatus.GAP, error=reason)


def disagreement(claim: Claim, goals: Sequence[GoalReport]) -> str | None:
    """Where ``claim`` says something else or more than ``goals``, in words; None where nothing is found."""
    kinds = {goal.judgment["is"] for goal in goals}
    wrong = sorted(kinds - {*SAYS.get(claim.kind, kinds), *IMPLY.get(claim.kind, ())})
    if wrong:
        return f"what is proved is of kind {wrong[0]!r}, the claim is of kind {str(claim.kind)!r}"
    stated = _stated(claim)
    symbols = sorted(claim.where.free_symbols | (set() if stated is None else stated.free_symbols), key=str)
    inside, says = _evaluator(symbols, claim.where), _evaluator(symbols, stated)
    for numbers in _box(len(symbols)):
        if inside is None or not inside(*numbers):
            continue
        point: Point = {symbol.name: number for symbol, number in zip(symbols, numbers, strict=True)}
        reached = [goal.judgment for goal in goals if _admits(goal.judgment, point)]
        if not reached:
            return f"the claim speaks of {_listed(point)}, the proof does not"
        if says is None:
            continue
        said, proved = says(*numbers), [_numbers(claim.kind, judgment, point) for judgment in reached]
        if not any(_agrees(claim.kind, said, found) for found in proved):
            shown = " or ".join(dict.fromkeys(f"{value:g}" for found in proved for value in found))
            return f"{f'at {_listed(point)} ' if point else ''}the claim says {said:g}, the proof {shown}"
    return _means(claim, goals) if claim.kind is Kind.VALUE and claim.value is not None and kinds == {"mean"} else None


def _means(claim: Claim, goals: Sequence[GoalReport]) -> str | None:
    """Where a claimed E Y is not the proved E X times one power of n, Y being X so rescaled; None where it is."""
    value = sympy.sympify(claim.value)
    named = {symbol.name: symbol for symbol in (*value.free_symbols, *claim.where.free_symbols)}
    named.setdefault("n", sympy.Symbol("n"))
    says = _evaluator(list(named.values()), value)
    powers: dict[float, str] = {}
    for numbers in product(*((2, 3, 5) if name == "n" else range(1, 5) for name in named)):
        point: Point = dict(zip(named, numbers, strict=True))
        if says is None or not claim.covers(point):
            continue
        for judgment in (goal.judgment for goal in goals if _admits(goal.judgment, point)):
            proved = number(judgment["value"], point)
            if proved is None:
                return None
            ratio = says(*numbers) / proved if proved else float("nan")
            power = log(ratio, point["n"]) if ratio > 0 else float("nan")
            said = f"at {_listed(point)} the claim says {says(*numbers):g}, the proof {proved}"
            powers.setdefault(round(power, 9), said)
    fits = len(powers) <= 1 and all(power.is_integer() for power in powers)
    return None if fits else f"{next(iter(powers.values()))}: not one power of n apart"


def _listed(point: Point) -> str:
    return ", ".join(f"{name} = {number}" for name, number in point.items())


def _stated(claim: Claim) -> sympy.Expr | None:
    """The number that is compared: an exponent, a mass at zero, or the mean 0."""
    if claim.kind is Kind.MEAN_ZERO:
        return sympy.Integer(0)
    exponents = (Kind.ORDER, Kind.UPPER, Kind.VANISHES)
    return claim.value if claim.kind is Kind.ATOM else claim.exponent if claim.kind in exponents else None


def _box(parameters: int) -> list[tuple[int, ...]]:
    """Integer points from -1 upwards, the smallest first."""
    side = max(side for side in range(11) if side**parameters <= POINTS)
    return sorted(product(range(-1, side - 1), repeat=parameters), key=lambda point: (sum(map(abs, point)), point))


def _evaluator(symbols: Sequence[sympy.Symbol], expression: sympy.Basic | None) -> Callable[..., Any] | None:
    """``expression`` as a function of integers, NaN or False where it has no value; None where it is no formula."""
    if expression is None:
        return None
    try:
        function = sympy.lambdify(symbols, expression, modules=["math", {"Min": min, "Max": max}])
        with suppress(ZeroDivisionError, ValueError):  # no value there, but a formula
            function(*(1 for _ in symbols))
    except (TypeError, NameError, SyntaxError):
        return None

    def evaluated(*numbers: int) -> Any:
        try:
            return function(*numbers)
        except (ZeroDivisionError, ValueError, OverflowError):
            return float("nan") if isinstance(expression, sympy.Expr) else False

    return evaluated


def _admits(judgment: Mapping[str, Any], point: Point) -> bool:
    """Whether ``point`` lies in the judgment's range, as far as that speaks of its parameters alone."""
    for sign, left, right in judgment.get("where", []):
        low, high = number(left, point), number(right, point)
        if low is None or high is None:
            continue
        if low > high or (sign == "=" and low != high):
            return False
    return True


def _numbers(kind: Kind, judgment: Mapping[str, Any], point: Point) -> list[float]:
    """The judgment's exponents, probability or mean at ``point``; none where they are not to be had, or X is 0."""
    value = kind in (Kind.ATOM, Kind.MEAN_ZERO)
    fields = () if judgment["is"] == "zero" else ("value",) if value else ("power", "power_m")
    found = [number(judgment[name], point) for name in fields if name in judgment]
    return [float(value) for value in found if value is not None]


def _agrees(kind: Kind, said: float, found: Sequence[float]) -> bool:
    """Whether what is proved is what is said: of a bound, in n or in m, no more than that."""
    bound = kind in (Kind.UPPER, Kind.VANISHES)
    return not found or any(value <= said if bound else isclose(value, said, abs_tol=1e-12) for value in found)


def number(term: Any, point: Mapping[str, int]) -> Fraction | None:
    """A kernel term at ``point``; None where it speaks of anything else."""
    if isinstance(term, bool) or not isinstance(term, int | str | list):
        return None
    if isinstance(term, int):
        return Fraction(term)
    if isinstance(term, str):
        return Fraction(point[term]) if term in point else None
    head, *arguments = term
    if head in LIST_READERS and len(arguments) == 1:
        entries = arguments[0][1:] if isinstance(arguments[0], list) and arguments[0][:1] == ["list"] else []
        plain = head != "increasing" or all(type(entry) is int for entry in entries)
        return number(LIST_READERS[head](entries), point) if entries and plain else None
    values = [number(argument, point) for argument in arguments]
    known = [value for value in values if value is not None]
    rule = _ARITHMETIC.get(head)
    if rule is None or len(known) < len(values) or not known:
        return None
    try:
        return rule(*known)
    except (ZeroDivisionError, TypeError):
        return None


def _times(*factors: Fraction) -> Fraction:
    total = Fraction(1)
    for factor in factors:
        total *= factor
    return total


_ARITHMETIC: dict[str, Callable[..., Fraction]] = {
    "+": lambda *terms: sum(terms, Fraction(0)),
    "-": lambda first, *rest: first - sum(rest) if rest else -first,
    "*": _times,
    "/": lambda top, bottom: top / bottom,
    "min": min,
    "max": max,
    "inv": lambda base: 1 / base,
    "^": lambda base, power: base ** int(power),
    "halves": lambda count: Fraction(1, 2) ** int(count),
}
