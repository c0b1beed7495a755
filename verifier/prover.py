"""Building proof documents: untrusted help for those who write them.

The kernel decides; what stands here only saves typing.  A :class:`ProofBuilder` asks the kernel's
own rule what a step concludes and writes that down; :func:`farkas` looks for multipliers by linear
programming and rounds them to fractions; :func:`term` turns SymPy expressions into kernel terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import sympy
from sympy.logic.boolalg import Boolean

from verifier.kernel import integers
from verifier.kernel.judgments import Judgment, holds, join
from verifier.kernel.proof import FORMAT, check_bundle, goal_digest
from verifier.kernel.rules import RULES, Checked, Context
from verifier.kernel.terms import KernelError, Poly, Term
from verifier.statement import Claim, Kind


class ProofBuilder:
    """Collects hypotheses, steps and goals of one statement's proof document.

    ``uses`` holds documents that :meth:`use` may refer to, dependencies first.
    """

    def __init__(self, statement: str, uses: Sequence[Mapping[str, Any]] = ()) -> None:
        self.statement = statement
        self._hypotheses: dict[str, dict[str, Any]] = {}
        self._steps: list[dict[str, Any]] = []
        self._goals: list[dict[str, Any]] = []
        self._done: dict[str, Judgment] = {}
        self._uses = list(uses)

    def hypothesis(self, identifier: str, judgment: Judgment | None = None) -> str:
        """Declare a hypothesis (by default one the rules know by this name) and the step that invokes it."""
        judgment = judgment or {"is": "assume", "name": identifier}
        self._hypotheses[identifier] = {"id": identifier, "judgment": judgment}
        return self.step(f"hyp-{identifier}", "hypothesis", (), {"hypothesis": identifier})

    def step(
        self, identifier: str, rule: str, premises: Sequence[str] = (), data: Mapping[str, Any] | None = None,
        *, where: Sequence[Any] = (), note: str = "",
    ) -> str:  # fmt: skip
        """Append a step whose conclusion the kernel's rule computes, on the range ``where`` besides; returns its id."""
        data = dict(data or {})
        hypotheses = {name: h["judgment"] for name, h in self._hypotheses.items()}
        earlier: dict[tuple[str, str, str], Checked] = {}
        if rule == "use":
            judgment = self._goal_used(data)
            earlier[data["statement"], data["claim"], data["digest"]] = Checked(judgment, frozenset())
        given = [self._done[p] for p in premises]
        if rule == "instance.field":  # what it concludes is known; evaluating it is left to the check
            conclusion = {"is": "instance", **data, "where": []}
        else:
            conclusion, _ = RULES[rule](given, data, Context(hypotheses, earlier))
        if where:
            conclusion = {**conclusion, "where": join(conclusion["where"], where)}
        entry: dict[str, Any] = {
            "id": identifier, "rule": rule, "premises": list(premises), "data": data, "conclusion": conclusion,
        }  # fmt: skip
        if note:
            entry["note"] = note
        self._steps.append(entry)
        self._done[identifier] = conclusion
        return identifier

    def stated(
        self, identifier: str, rule: str, premises: Sequence[str], data: Mapping[str, Any], conclusion: Judgment,
    ) -> str:  # fmt: skip
        """Append a step whose conclusion is written down, not computed: for rules that take long.

        The kernel computes it when it checks the document.
        """
        entry = {
            "id": identifier, "rule": rule, "premises": list(premises), "data": dict(data), "conclusion": conclusion,
        }  # fmt: skip
        self._steps.append(entry)
        self._done[identifier] = conclusion
        return identifier

    def use(self, statement: str, claim: str, number: int = 0) -> str:
        """Import the ``number``-th goal of a claim of an earlier statement."""
        document = next(d for d in self._uses if d["statement"] == statement)
        goals = [g for g in document["goals"] if g["claim"] == claim]
        data = {"statement": statement, "claim": claim, "digest": goals[number]["digest"]}
        return self.step(f"use-{claim}" + (f"-{number}" if number else ""), "use", (), data)

    def _goal_used(self, data: Mapping[str, Any]) -> Judgment:
        for document in self._uses:
            for goal in document["goals"]:
                if (document["statement"], goal["claim"], goal["digest"]) == tuple(
                    data[k] for k in ("statement", "claim", "digest")
                ):
                    found: Judgment = goal["judgment"]
                    return found
        raise KernelError(f"{data['statement']}.{data['claim']} is not among the documents in use")

    def goal(
        self, claim: str, step: str, hypotheses: Sequence[str] = (), *, form: str = "amended",
        judgment: Judgment | None = None,
    ) -> None:  # fmt: skip
        """State that ``step`` proves ``claim``, granting these hypotheses and no others."""
        stated = judgment or self._done[step]
        listed = [self._hypotheses[h]["judgment"] for h in hypotheses]
        mark = goal_digest(claim, form, stated, listed)
        self._goals.append(
            {"claim": claim, "form": form, "step": step, "judgment": stated, "hypotheses": list(hypotheses),
             "digest": mark}
        )  # fmt: skip

    def conclusion(self, step: str) -> Judgment:
        """What a step concludes."""
        return self._done[step]

    def document(self) -> dict[str, Any]:
        """The finished document."""
        return {
            "statement": self.statement,
            "hypotheses": list(self._hypotheses.values()),
            "steps": self._steps,
            "goals": self._goals,
        }


def bundle(*documents: Mapping[str, Any]) -> dict[str, Any]:
    """A bundle of documents, dependencies first."""
    return {"format": FORMAT, "documents": list(documents)}


def check(*documents: Mapping[str, Any]) -> Any:
    """Check documents together; see :func:`verifier.kernel.proof.check_bundle`."""
    return check_bundle(bundle(*documents))


def counterexamples(
    goal: Judgment, fact: Judgment, parameters: Sequence[str], last: str, most: int = 4
) -> Iterator[dict[str, int]]:  # fmt: skip
    """Instances in the ranges of both a printed ``goal`` and a ``fact`` that contradicts it, smallest sum first.

    Parameters run over 0..``most``; of instances that differ in ``last`` alone only the first is given.  The
    kernel's refutation rules re-check each instance that is used.
    """
    seen = set()
    points = product(range(most + 1), repeat=len(parameters))
    for point in sorted(points, key=lambda p: (sum(p), p)):
        values = dict(zip(parameters, point, strict=True))
        try:
            rest = tuple(value for name, value in values.items() if name != last)
            if rest not in seen and holds(goal["where"], values) and holds(fact["where"], values):
                seen.add(rest)
                yield values
        except KernelError:  # a parameter is left open: no instance of this fact
            return


def farkas(obligation: integers.Obligation) -> list[Any] | None:
    """Multipliers λ >= 0 with goal - Σ λ fact a constant that is as large as can be; None where there are none.

    Nearly always a few facts simply add up to the goal, so sums of at most four are tried before linear programming.
    """
    return _few(obligation) or _program(obligation)


def _few(obligation: integers.Obligation) -> list[Any] | None:
    facts, goal = obligation
    monomials = sorted({m for form in (*facts, goal) for m in form if m != ()}, key=repr)
    rows = [[fact.get(m, Fraction(0)) for m in monomials] for fact in facts]
    wanted = [goal.get(m, Fraction(0)) for m in monomials]
    for size in range(5):
        for chosen in combinations(range(len(facts)), size):
            if all(sum(rows[i][k] for i in chosen) == w for k, w in enumerate(wanted)):
                multipliers = [int(i in chosen) for i in range(len(facts))]
                with suppress(KernelError):
                    integers.check_farkas(obligation, multipliers, "search")
                    return multipliers
    return None


def _program(obligation: integers.Obligation) -> list[Any] | None:
    from scipy.optimize import linprog

    facts, goal = obligation
    monomials = sorted({m for form in (*facts, goal) for m in form if m != ()}, key=repr)
    rows = [[float(fact.get(m, 0)) for fact in facts] for m in monomials]
    right = [float(goal.get(m, 0)) for m in monomials]
    cost = [float(fact.get((), 0)) for fact in facts]
    found = linprog(cost, A_eq=rows or None, b_eq=right or None, bounds=[(0, None)] * len(facts), method="highs")
    if not found.success:
        return None
    multipliers = [_plain(Fraction(float(x)).limit_denominator(64)) for x in found.x]
    try:
        integers.check_farkas(obligation, multipliers, "search")
    except KernelError:
        return None
    return multipliers


def _plain(value: Fraction) -> Any:
    return int(value) if value.denominator == 1 else [value.numerator, value.denominator]


def induction(claim: dict[str, Any], cases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The data of an ``int.induction`` step, multipliers found by linear programming."""
    obligations = integers.fold_obligations(claim, cases)
    data: dict[str, Any] = {"claim": claim, "cases": list(cases)}
    for group in ("upper", "inside", "invariant"):
        data[group] = [_found(obligation, group) for obligation in obligations[group]]
    lower = []
    for candidates in obligations["lower"]:
        tried = [_few(candidate) for candidate in candidates]
        if not any(tried):  # None, or the empty list where there are no facts
            tried = [farkas(candidate) for candidate in candidates]
        branch = next((i for i, multipliers in enumerate(tried) if multipliers is not None), None)
        if branch is None:
            raise KernelError("no branch of the claimed value lies below the witness in some case")
        lower.append({"branch": branch, "farkas": tried[branch]})
    data["lower"] = lower
    return data


def _found(obligation: tuple[list[Poly], Poly], group: str) -> list[Any]:
    multipliers = farkas(obligation)
    if multipliers is None:
        raise KernelError(f"{group}: no multipliers exist; the integer statement is false or needs another case")
    return multipliers


_HEADS = {sympy.Add: "+", sympy.Mul: "*", sympy.Min: "min", sympy.Max: "max"}


def term(expression: Any) -> Term:
    """A SymPy expression as a kernel term: integers, symbols, + · min max, and applied functions."""
    expression = sympy.sympify(expression)
    if isinstance(expression, sympy.Integer):
        return int(expression)
    if isinstance(expression, sympy.Rational):
        return ["/", int(expression.p), int(expression.q)]
    if isinstance(expression, sympy.Symbol):
        return str(expression.name)
    if expression.func in _HEADS:
        return [_HEADS[expression.func], *(term(a) for a in expression.args)]
    if isinstance(expression, sympy.Pow) and expression.exp.is_Integer and expression.exp > 0:
        return ["^", term(expression.base), int(expression.exp)]
    if isinstance(expression, sympy.core.function.AppliedUndef):
        return [expression.func.__name__, *(term(a) for a in expression.args)]
    raise ValueError(f"{expression} has no counterpart among the kernel's terms")


def constraints(condition: Boolean) -> list[Any]:
    """A conjunction of comparisons as kernel constraints."""
    condition = sympy.sympify(condition)
    if condition is sympy.true:
        return []
    if isinstance(condition, sympy.And):
        return [c for part in condition.args for c in constraints(part)]
    left, right = (term(a) for a in condition.args)
    if isinstance(condition, sympy.Le):
        return [["<=", left, right]]
    if isinstance(condition, sympy.Ge):
        return [["<=", right, left]]
    if isinstance(condition, sympy.Lt):
        return [["<=", ["+", left, 1], right]]
    if isinstance(condition, sympy.Gt):
        return [["<=", ["+", right, 1], left]]
    if isinstance(condition, sympy.Eq):
        return [["=", left, right]]
    raise ValueError(f"{condition} is not a conjunction of comparisons")


def formal(claim: Claim) -> Judgment:
    """The judgment that an ``order``, ``zero`` or ``vanishes`` claim states, from its SymPy expressions."""
    of, where = term(claim.quantity), constraints(claim.where)
    if claim.kind is Kind.ZERO:
        return {"is": "zero", "of": of, "where": where}
    names = {Kind.ORDER: "order", Kind.VANISHES: "vanishes"}
    if claim.kind not in names or claim.exponent is None:
        raise ValueError(f"a claim of kind {claim.kind} with exponent {claim.exponent} has no single judgment")
    return {"is": names[claim.kind], "of": of, "power": term(claim.exponent), "where": where}
