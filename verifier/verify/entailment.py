"""Whether a claim follows from the goals that are proved, or is false by those that are refuted.

The kernel vouches for judgments; a claim is SymPy, and only its name joins the two.  Here both are evaluated at the
integer points of a small box.  A claim whose range has a point that no goal reaches, whose exponent there is not what
is proved, or whose proof needs a hypothesis that it does not grant, is a gap: the point is the reason.  So is one
whose counterexample lies outside its range, or is one to another exponent.  Where more is said than can be compared
in this way (lists of layers, values, laws), the statement must quote what is proved: see ``Statement.readings``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import isclose, log
from typing import Any

import sympy

from verifier.kernel.judgments import digest
from verifier.kernel.terms import LIST_READERS
from verifier.statement import Claim, Form, Kind, Statement
from verifier.verdict import ProofStatus
from verifier.verify.recheck import GoalReport
from verifier.verify.sentences import sentence

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
#: Integers that are tried besides the small ones.
FAR = (13, 50, 100, 1000)
#: Sentences longer than this are cut.
LONGEST = 300


def compared(statement: Statement, claim: Claim, goals: Sequence[GoalReport]) -> tuple[GoalReport, ...]:
    """The goals of ``claim``, each a gap with a reason where together they do not say what it says.

    What cannot be compared is a gap too, unless the statement's ``readings`` quote what is proved, word for word.
    """
    goals = [_counterexample(claim, goal) if goal.status is ProofStatus.REFUTED else goal for goal in goals]
    held = [goal for goal in goals if goal.status in (ProofStatus.PROVED, ProofStatus.CITED, ProofStatus.CERTIFIED)]
    reason = _ungranted(statement, claim, held)
    # What is refuted, missing, or certified at listed sizes says nothing of the whole range.
    whole = all(goal.judgment and goal.status in (ProofStatus.PROVED, ProofStatus.CITED) for goal in goals)
    if reason is None and held:
        reason = (disagreement(claim, held) if whole else None) or unread(statement, claim, held)
    if reason is None:
        return tuple(goals)
    return tuple(replace(goal, status=ProofStatus.GAP, error=reason) if goal in held else goal for goal in goals)


def unread(statement: Statement, claim: Claim, goals: Sequence[GoalReport]) -> str | None:
    """Why it cannot be told that ``goals`` say what ``claim`` says; None where all was compared, or is quoted."""
    if all(_same_subject(claim, goal.judgment) for goal in goals) and _all_compared(claim, goals):
        if _somewhere(claim):
            return None
        return f"no instance of the claim's range, {claim.where}, was found at which to compare it with what is proved"
    quoted, proved = statement.readings.get(claim.id, ()), quotations(goal.judgment for goal in goals)
    if quoted and tuple(quoted) == proved:
        return None
    if quoted:
        other = next((s for s in proved if s not in quoted), None) or next(s for s in quoted if s not in proved)
        return f"the claim is read as {quoted[0]!r}, and what is proved is not that: {other!r}"
    return f"it cannot be told that the claim is what is proved: {proved[0]!r}"


def quotations(proved: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What goals state, each as it is to be quoted."""
    return tuple(dict.fromkeys(quotation(judgment) for judgment in proved))


def quotation(judgment: Mapping[str, Any]) -> str:
    """A judgment as a sentence; where that is long, or leaves something out, it is cut and ends in a digest."""
    text = sentence(judgment)
    if len(text) <= LONGEST and judgment.get("is") != "instance":
        return text
    return f"{text[: LONGEST - 16]} … {digest(judgment)[:12]}"


def _same_subject(claim: Claim, judgment: Mapping[str, Any]) -> bool:
    """Whether the claim and the judgment are about the same quantity, in the same letters."""
    of, quantity = judgment.get("of"), claim.quantity
    if not isinstance(of, list) or not of or quantity.is_Symbol:
        return of == str(quantity)
    head = str(getattr(quantity.func, "__name__", quantity.func))
    if of[0] != head or len(of) - 1 != len(quantity.args):
        return False
    return all(_same(a, b) for a, b in zip(quantity.args, of[1:], strict=True))


def _same(argument: sympy.Basic, term: Any) -> bool:
    """Whether an argument is written alike on both sides: a letter, an integer, or a list of such."""
    if isinstance(argument, sympy.Tuple):
        listed = isinstance(term, list) and len(term) == len(argument.args) + 1 and term[0] == "list"
        return listed and all(_same(a, b) for a, b in zip(argument.args, term[1:], strict=True))
    if isinstance(argument, sympy.Integer):
        return type(term) is int and int(argument) == term
    return isinstance(argument, sympy.Symbol) and argument.name == term


def _all_compared(claim: Claim, goals: Sequence[GoalReport]) -> bool:
    """Whether :func:`disagreement` looked at everything: kinds it knows, and numbers that are all to be had."""
    if claim.kind not in SAYS or claim.kind is Kind.IDENTITY:
        return False
    known = {symbol.name for symbol in _symbols(claim)}
    return all(
        goal.status in (ProofStatus.PROVED, ProofStatus.CITED)
        and goal.judgment["is"] in (*SAYS[claim.kind], *IMPLY.get(claim.kind, ()))
        and number(goal.judgment.get("power_m", 0), {}) == 0  # a rate in m is not told apart from one in n
        and all(
            _letters(part) <= known
            for key in ("where", "power", "power_m", "value")
            for part in [goal.judgment.get(key, [])]
        )
        for goal in goals
    )


def _somewhere(claim: Claim) -> bool:
    """Whether any of the points that are tried lies in the claim's range."""
    symbols = sorted(_symbols(claim), key=str)
    inside = _evaluator(symbols, claim.where)
    return inside is not None and any(inside(*numbers) for numbers in _box(len(symbols)))


def _symbols(claim: Claim) -> set[sympy.Symbol]:
    """The parameters that a claim says something of, beside its quantity."""
    parts = (claim.where, *(sympy.sympify(e) for e in (claim.exponent, claim.value) if e is not None))
    return set().union(*(part.free_symbols for part in parts))


def _letters(term: Any) -> set[str]:
    """The letters of a kernel term; heads that cannot be evaluated count as letters no claim has."""
    if isinstance(term, str):
        return {term}
    if not isinstance(term, list) or not term:
        return set()
    head, *arguments = term
    if not isinstance(head, str):
        return set().union(*(_letters(part) for part in term))
    own = set() if head in _ARITHMETIC or head in ("<=", "=") else {f"{head}(…)"}
    return own.union(*(_letters(part) for part in arguments))


def _ungranted(statement: Statement, claim: Claim, goals: Sequence[GoalReport]) -> str | None:
    """A hypothesis that the proof of an amended claim needs and the claim does not grant, or not where it is needed.

    A printed claim grants none, and what is proved of it is not held against it.
    """
    if claim.form is not Form.AMENDED:
        return None
    needed = {m.removeprefix("hypothesis ") for g in goals for m in g.rests_on if m.startswith("hypothesis ")}
    more = ", ".join(sorted(needed - set(claim.hypotheses)))
    if more:
        return f"the proof needs {more}, which the claim does not grant"
    contents = {h["id"]: h["judgment"] for h in _document(statement).get("hypotheses", [])}
    for hypothesis in statement.hypotheses:
        if hypothesis.id in needed and hypothesis.when is not sympy.true:
            demanded = contents.get(hypothesis.id, {})
            where = _beyond(claim, hypothesis.when, demanded.get("then") if demanded.get("is") == "ifzero" else None)
            if where is not None:
                granted = f"the claim grants it only where {hypothesis.when}"
                return f"the proof needs {hypothesis.id} {where}; {granted}"
    return None


def _document(statement: Statement) -> Mapping[str, Any]:
    return statement.proof if isinstance(statement.proof, Mapping) else {}


def _beyond(claim: Claim, when: sympy.Basic, then: Sequence[Any] | None) -> str | None:
    """Where a hypothesis is needed and not granted; ``then``: it is not needed where these constraints hold."""
    symbols = sorted(claim.where.free_symbols | when.free_symbols, key=str)
    if not when.free_symbols <= claim.where.free_symbols:
        return "everywhere"
    inside, granted = _evaluator(symbols, claim.where), _evaluator(symbols, when)
    if inside is None or granted is None:
        return "everywhere"
    for numbers in _box(len(symbols)):
        point: Point = {symbol.name: number for symbol, number in zip(symbols, numbers, strict=True)}
        if inside(*numbers) and not granted(*numbers) and not (then and _admits({"where": then}, point)):
            return f"at {_listed(point)}"
    return None


def _counterexample(claim: Claim, goal: GoalReport) -> GoalReport:
    """A refuted goal, or a gap where it refutes something else than ``claim``."""
    reason: str | None
    if claim.hypotheses:
        reason = f"it is not shown that the counterexample satisfies {', '.join(claim.hypotheses)}"
        return replace(goal, status=ProofStatus.GAP, error=reason)
    if "goal" not in goal.judgment:
        return goal
    refuted, instance = goal.judgment["goal"], goal.judgment["instance"]
    point: Point = {name: value for name, value in instance.items() if type(value) is int}
    at = _listed(point)
    stated = _stated(claim)
    reason = None
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
    """Integer points from -1 upwards and a few that are far out, the smallest first."""
    side = max(side for side in range(15) if side**parameters <= POINTS)
    near = side - len(FAR) if side > 2 * len(FAR) else side
    values = (*range(-1, near - 1), *(FAR if near < side else ()))
    return sorted(product(values, repeat=parameters), key=lambda point: (sum(map(abs, point)), point))


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
    if isinstance(of := judgment.get("of"), list) and of[:1] == ["*"]:
        return []  # of a multiple of X: another number, and the judgment must be quoted
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
