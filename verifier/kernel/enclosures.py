"""Refutations by enclosures: two numbers whose balls do not meet are not equal.

Kernels at an instance are 2×2 matrices over the inputs u, u'.  An instance gives the depths and indices as integers,
and the input Gram matrices Gx, Gz as rationals, each the Gram matrix of some two vectors as it is positive definite
or has rank one.  Closed forms of dual_relu and dual_step are not trusted: they are premises (``expect``).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from verifier.kernel.expectations import closed_form
from verifier.kernel.judgments import Judgment, holds
from verifier.kernel.processes import RECURSIONS
from verifier.kernel.terms import Term, constant, require, same, show, substitute

BITS = 160
Matrix = tuple[tuple[Any, Any], tuple[Any, Any]]  # entries are balls
PAIRS = ((0, 0), (0, 1), (1, 0), (1, 1))


@lru_cache(maxsize=1)
def _arb() -> Any:
    from flint import arb, ctx, fmpq

    ctx.prec = BITS
    return lambda value: arb(fmpq(value.numerator, value.denominator)) if isinstance(value, Fraction) else arb(value)


def ball(term: Term, values: Mapping[str, Any]) -> Any:
    """A ball that contains the real number a term denotes; KernelError for a term it cannot evaluate."""
    arb = _arb()
    if isinstance(term, bool):
        require(False, f"{show(term)} is not a term")
    if isinstance(term, int):
        return arb(term)
    if isinstance(term, str):
        require(term in values, f"{term} has no value here")
        given = values[term]
        return arb(given) if isinstance(given, int | Fraction) else given
    head, parts = term[0], [ball(t, values) for t in term[1:]]
    if head == "+" and parts:
        return sum(parts[1:], parts[0])
    if head == "*" and parts:
        out = parts[0]
        for part in parts[1:]:
            out = out * part
        return out
    if head == "-" and len(parts) in (1, 2):
        return -parts[0] if len(parts) == 1 else parts[0] - parts[1]
    if head == "/" and len(parts) == 2:
        return _finite(parts[0] / parts[1], term)
    if head == "^" and len(parts) == 2 and isinstance(term[2], int):
        return parts[0] ** term[2]
    if head == "pi" and not parts:
        return arb(-1).acos()
    require(len(parts) == 1 and head in ("inv", "sqrt", "acos", "exp", "cos"), f"{show(term)} has no enclosure")
    if head == "inv":
        return _finite(1 / parts[0], term)
    return _finite(getattr(parts[0], head)(), term)


def _finite(value: Any, term: Term) -> Any:
    require(bool(value.is_finite()), f"{show(term)} is undefined or too close to where it is")
    return value


def rational(value: Any) -> Fraction:
    """An integer, or [p, q], as a fraction."""
    if type(value) is int:
        return Fraction(value)
    ok = isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value) and value[1] > 0
    require(ok, f"{show(value)} is not an integer or a pair [p, q] with q > 0")
    return Fraction(value[0], value[1])


class Instance:
    """Depths, indices and input Gram matrices, with the closed forms that kernels are evaluated by."""

    def __init__(self, data: Mapping[str, Any], closed: Mapping[str, Term]) -> None:
        self.integers = {k: v for k, v in data.items() if type(v) is int}
        self.grams = {k: v for k, v in data.items() if k in ("Gx", "Gz")}
        require(set(data) == set(self.integers) | set(self.grams), f"{show(dict(data))} is no instance")
        require(all(0 <= v <= 8 for v in self.integers.values()), "depths and indices of an instance are 0 to 8")
        require(all(self.integers.get(size, 1) >= 1 for size in ("H", "L")), f"{show(self.integers)}: no layer")
        require(not {"i", "j", "n", "m"} & set(self.integers), f"{show(self.integers)} fixes an input or a width")
        self.closed = closed
        self.input: dict[str, tuple[Fraction, Fraction, Fraction]] = {}
        for name, rows in self.grams.items():
            (a, b), (c, d) = [[rational(x) for x in row] for row in rows]
            require(b == c and a > 0 and d > 0 and a * d >= b * b, f"{name} = {show(rows)} is no Gram matrix")
            self.input[name] = (a, b, d)
        self._known: dict[str, Matrix] = {}

    def matrix(self, term: Term, bound: Mapping[str, int] | None = None) -> Matrix:
        """The 2×2 matrix of balls that a kernel term denotes; a number is a constant kernel."""
        values = {**self.integers, **(bound or {})}
        if isinstance(term, int | str):
            number = ball(term, values)
            return ((number, number), (number, number))
        head, arguments = term[0], term[1:]
        if head in self.input or head in ("Gx", "Gz"):
            require(head in self.input, f"the instance gives no {head}")
            a, b, d = (_arb()(x) for x in self.input[head])
            return ((a, b), (b, d))
        if head in RECURSIONS:
            record = RECURSIONS[head]
            require(len(arguments) == len(record["over"]), f"{show(term)} has not the arguments {record['over']}")
            at = {name: self._integer(t, values) for name, t in zip(record["over"], arguments, strict=True)}
            name, body = record["next"]
            require(all(level >= 0 for level in at.values()), f"{show(term)}: level {at}")
            mark = f"{head} {at}"
            if mark not in self._known:
                before = {**at, name: at[name] - 1}
                self._known[mark] = self.matrix(record["zero"] if at[name] == 0 else substitute(body, before))
            return self._known[mark]
        if head in ("dual_relu", "dual_step"):
            return self._dual(head.removeprefix("dual_"), self.matrix(arguments[0], bound))
        if head == "entry":
            require(arguments[1:] == [1, 2], f"{show(term)}: (1, 2) is the entry at two inputs")
            return self.matrix_of(self.matrix(arguments[0], bound)[0][1])
        if head in ("sum", "prod"):
            name, lo, hi, body = arguments
            first, last = self._integer(lo, values), self._integer(hi, values)
            require(last - first <= 64, f"{show(term)} is too long")
            out = self.matrix(0 if head == "sum" else 1)
            for index in range(first, last + 1):
                out = _combine("+" if head == "sum" else "*", out, self.matrix(body, {**(bound or {}), name: index}))
            return out
        if head == "kron":
            left, right = (self._integer(t, values) for t in arguments)
            return self.matrix(int(left == right))
        if head in ("+", "*", "-") and arguments:
            parts = [self.matrix(t, bound) for t in arguments]
            if head == "-" and len(parts) == 1:
                parts = [self.matrix(0), *parts]
            out = parts[0]
            for part in parts[1:]:
                out = _combine(head, out, part)
            return out
        if head == "/" and isinstance(arguments[1], int) and arguments[1]:
            return _combine("*", self.matrix(arguments[0], bound), self.matrix_of(1 / _arb()(arguments[1])))
        return self.matrix_of(ball(term, values))

    @staticmethod
    def matrix_of(number: Any) -> Matrix:
        """A constant kernel."""
        return ((number, number), (number, number))

    @staticmethod
    def _integer(term: Term, values: Mapping[str, int]) -> int:
        number = constant(substitute(term, values))
        require(number is not None and number.denominator == 1, f"{show(term)} is not an integer here")
        assert number is not None
        return int(number)

    def _dual(self, name: str, c: Matrix) -> Matrix:
        require(name in self.closed, f"the closed form of dual_{name} is not a premise")
        deviations = [c[i][i].sqrt() for i in (0, 1)]
        require(all(bool(x > 0) for x in deviations), f"dual_{name}: a variance that may be 0")

        def entry(i: int, j: int) -> Any:
            s, t = deviations[i], deviations[j]
            rho = _arb()(1) if i == j else c[i][j] / (s * t)
            require(i == j or bool(abs(rho) < 1), f"dual_{name}: a correlation that may be 1 or -1")
            return ball(self.closed[name], {"rho": rho, "s": s, "t": t})

        return ((entry(0, 0), entry(0, 1)), (entry(1, 0), entry(1, 1)))

    def argument(self, term: Term) -> Any:
        """A value that two instances share only if the argument is the same number at both.

        Entries of input matrices are rational.  An off-diagonal entry of S(v) is determined by the product of the
        diagonal entries and the off-diagonal entry before: dual_relu keeps the diagonal and is homogeneous.
        """
        require(isinstance(term, list) and term[0] == "entry" and term[2:] == [1, 2], f"{show(term)}: (1, 2) entries")
        inner = term[1]
        if inner[0] in self.input:
            return self.input[inner[0]][1]
        require(inner[0] == "S" and "Gx" in self.input, f"{show(term)} has no exact value")
        a, b, d = self.input["Gx"]
        level = self._integer(inner[1], self.integers)
        require(level >= 0, f"{show(term)}: level {level}")
        return (level, a * d if level else None, b)


def _combine(head: str, left: Matrix, right: Matrix) -> Matrix:
    def at(i: int, j: int) -> Any:
        a, b = left[i][j], right[i][j]
        return a + b if head == "+" else a * b if head == "*" else a - b

    return ((at(0, 0), at(0, 1)), (at(1, 0), at(1, 1)))


def closed_forms(premises: list[Judgment]) -> dict[str, Term]:
    """The closed forms among the premises, by the name of the activation."""
    return dict(closed_form(p) for p in premises if p["is"] == "expect" and p["of"][0].startswith("E_"))


def _differ(left: Matrix, right: Matrix, what: str) -> None:
    apart = any(not bool(left[i][j].overlaps(right[i][j])) for i, j in PAIRS)
    require(apart, f"{what}: the enclosures meet in every entry")


def refute_value(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, set[str]]:
    """A claimed limit (``plim``) or limit covariance (``gp``) that differs from the true one at an instance.

    Limits in probability, and covariances of Gaussian limits, are unique.
    """
    goal, instance = data["goal"], data["instance"]
    field = {"plim": "to", "gp": "cov"}.get(goal["is"])
    require(field is not None, "the claim refuted is not a limit")
    assert field is not None
    true = [p for p in premises if p["is"] == goal["is"]]
    require(len(true) == 1, f"exactly one premise of kind {goal['is']} is needed, not {len(true)}")
    here = Instance(instance, closed_forms(premises))
    # Both ranges must hold the instance, and both must be about the same quantity there.
    for judgment in (goal, true[0]):
        require(holds(judgment["where"], here.integers), f"the instance lies outside {show(judgment['where'])}")
    left, right = (substitute(j["of"], here.integers) for j in (goal, true[0]))
    require(same(left, right), f"{show(left)} is not {show(right)}")
    require(set(true[0]["as"]) <= set(goal["as"]), "the true limit needs widths that the claim keeps fixed")
    _differ(here.matrix(goal[field]), here.matrix(true[0][field]), show(left))
    return {"is": "refuted", "goal": goal, "instance": instance, "where": []}, set()


def refute_function(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, set[str]]:
    """A claim to be a function of certain arguments: two instances at which these agree and the values do not.

    data: goal, instance = {"first": …, "second": …}; the ``gp`` premise says that the kernel is the limit covariance.
    """
    goal, instance = data["goal"], data["instance"]
    require(goal["is"] == "function" and goal["domain"] in ("any", "fourier"), "the claim refuted is not a function")
    true = [p for p in premises if p["is"] == "gp"]
    of = goal["of"]
    kernel = of[1] if isinstance(of, list) and of[0] == "entry" and of[2:] == [1, 2] else of
    require(len(true) == 1 and same(kernel, true[0]["cov"]), f"{show(kernel)} is not the limit's covariance")
    closed = closed_forms(premises)
    first, second = Instance(instance["first"], closed), Instance(instance["second"], closed)
    require(first.integers == second.integers, "the instances differ in a depth or index")
    for judgment in (goal, true[0]):
        require(holds(judgment["where"], first.integers), f"the instance lies outside {show(judgment['where'])}")
    if goal["domain"] == "fourier":
        for case in (first, second):
            a, b, d = case.input["Gz"]
            require(a == d == Fraction(1, 2) and 0 < b <= a, "features have the Gram matrix ((1/2, e), (e, 1/2))")
    arguments = goal["arguments"]
    require(isinstance(arguments, list) and arguments[0] == "list", "arguments are a list")
    for argument in arguments[1:]:
        require(first.argument(argument) == second.argument(argument), f"{show(argument)} differs")
    _differ(first.matrix(goal["of"]), second.matrix(goal["of"]), show(goal["of"]))
    return {"is": "refuted", "goal": goal, "instance": instance, "where": []}, set()


RULES = {"refute.value": refute_value, "refute.function": refute_function}
