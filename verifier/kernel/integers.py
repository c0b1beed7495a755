"""Statements about all integers in a range, from multipliers that are re-checked with fractions.

Facts and goals are linear forms that are >= 0; products such as H·L count as one unknown.  A goal
follows when goal = Σ λ_i fact_i + c with λ_i >= 0 and c > -1: the goal takes integer values, so
goal > -1 means goal >= 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from verifier.kernel.fields import compositions
from verifier.kernel.terms import (
    Poly,
    Term,
    add,
    free_variables,
    key,
    polynomial,
    require,
    same,
    scale,
    show,
    substitute,
)

Obligation = tuple[list[Poly], Poly]


def ge(left: Term, right: Term) -> Poly:
    """The form that says left >= right."""
    return polynomial(["-", left, right])


def check_farkas(obligation: Obligation, multipliers: Sequence[Any], what: str, *, rounding: bool = True) -> None:
    """Raise KernelError unless the multipliers prove the obligation's goal from its facts.

    ``rounding`` is for unknowns that are integers, so that a goal > -1 is >= 0.
    """
    facts, goal = obligation
    require(len(multipliers) == len(facts), f"{what}: {len(multipliers)} multipliers for {len(facts)} facts")
    values = [fraction(m) for m in multipliers]
    require(all(value >= 0 for value in values), f"{what}: a multiplier is negative")
    whole = rounding and all(coefficient.denominator == 1 for coefficient in goal.values())
    rest = add(goal, *[scale(fact, -value) for fact, value in zip(facts, values, strict=True)])
    slack = rest.get((), Fraction(0))
    require(set(rest) <= {()}, f"{what}: the multipliers leave a term over")
    require(slack >= 0 or (whole and slack > -1), f"{what}: the multipliers prove it only up to {slack}")


def fraction(value: Any) -> Fraction:
    """An integer, or a pair [numerator, denominator], as a fraction."""
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, int) for v in value) and value[1] > 0:
        return Fraction(value[0], value[1])
    require(isinstance(value, int) and not isinstance(value, bool), f"{show(value)} is not a multiplier")
    return Fraction(value)


def integral(term: Term) -> bool:
    """Whether a linear or polynomial form takes integer values at integers: all its coefficients are integers."""
    return all(coefficient.denominator == 1 for coefficient in polynomial(term).values())


def branches(term: Term) -> list[Term]:
    """A minimum of linear forms as the list of them; any other term stands for itself."""
    return list(term[1:]) if isinstance(term, list) and term and term[0] == "min" else [term]


def fold_obligations(claim: dict[str, Any], cases: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """What an induction on H must show for ``claim`` (a ``fold`` judgment), in a fixed order.

    With P for H·L, carried as an unknown with P_1 = L, P_{H+1} = P_H + L and the invariant P >= H,
    V(H, r) the claimed maximum and w the weight:

    * ``upper``: w(a) + V(H, r - a) <= each branch of V(H+1, r);
    * ``inside``: in each case lo <= r <= hi the witness a has 0 <= a <= L and 0 <= r - a <= P;
    * ``lower``: there, for each pair of branches of w(a) and V(H, r - a), one branch of V(H+1, r) lies below
      (a list of candidate goals, of which the proof names one);
    * ``invariant``: P_1 >= 1 and P_H + L >= H + 1.
    """
    name, weight = claim["weight"]
    count, most, total, value = claim["count"], claim["most"], claim["total"], claim["value"]
    require(isinstance(count, str) and isinstance(total, str), "a fold is over named parameters")
    at = lambda term, **v: substitute(term, v)  # noqa: E731
    base = [ge(count, 1), ge(most, 1), ge("P", count)]
    after = branches(at(value, **{count: ["+", count, 1]}))
    before = [at(b, **{total: ["-", total, "a"]}) for b in branches(value)]
    weights = [at(b, **{name: "a"}) for b in branches(weight)]

    bounds = [ge(w, "W") for w in weights] + [ge(v, "V") for v in before]
    inside = [ge("a", 0), ge(most, "a"), ge(["-", total, "a"], 0), ge("P", ["-", total, "a"])]
    upper: list[Any] = [(base + bounds + inside, ge(g, ["+", "W", "V"])) for g in after]

    within: list[Any] = []
    lower: list[Any] = []
    for case in cases:
        facts = [*base, ge(total, case["lo"]), ge(case["hi"], total)]
        rest = ["-", total, case["a"]]
        goals = [ge(case["a"], 0), ge(most, case["a"]), ge(rest, 0), ge("P", rest)]
        within += [(facts, goal) for goal in goals]
        for w, v in product(weights, before):
            reached = ["+", at(w, a=case["a"]), at(v, a=case["a"])]
            lower.append([(facts, ge(reached, g)) for g in after])
    invariant: list[Any] = [([ge(most, 1)], ge(most, 1)), (base, ge(["+", "P", most], ["+", count, 1]))]
    return {"upper": upper, "inside": within, "lower": lower, "invariant": invariant}


def check_fold(claim: dict[str, Any], data: dict[str, Any]) -> None:
    """Re-check an induction for ``claim``; see :func:`fold_obligations`."""
    count, most, total = claim["count"], claim["most"], claim["total"]
    name, weight = claim["weight"]
    cases = data["cases"]
    require(isinstance(cases, list) and bool(cases), "an induction needs at least one case for its witness")
    # Rounding, and steps from one case to the next, are for integers only.
    whole = [*branches(claim["value"]), *branches(weight), *(case[end] for case in cases for end in ("lo", "hi", "a"))]
    require(all(integral(term) for term in whole), "value, weight, cases and witness must be integers")
    plain = (isinstance(most, int) and not isinstance(most, bool)) or isinstance(most, str)
    require(plain and len({count, most, total}) == 3, f"{show(most)} is no bound that stays as {show(count)} grows")
    # The unknowns of the induction step must be fresh.
    known = free_variables(claim["value"]) | (free_variables(weight) - {name})
    require(known <= {count, most, total}, f"a fold over {sorted(known)}: only its own parameters may occur")
    require(not {count, most, total, name} & {"P", "W", "V", "a"}, "P, W, V and a are names of the induction step")
    # H = 1: one part, so V(1, r) is the weight of r.
    first = {key(b) for b in branches(substitute(claim["value"], {count: 1}))}
    require(first == {key(b) for b in branches(substitute(weight, {name: total}))}, "the base case H = 1 fails")
    # The cases cover 0 <= r <= P + L without a hole.
    require(same(cases[0]["lo"], 0) and same(cases[-1]["hi"], ["+", "P", most]), "the cases leave out an end")
    for left, right in pairwise(cases):
        require(same(right["lo"], ["+", left["hi"], 1]), f"a hole between {show(left['hi'])} and {show(right['lo'])}")
    obligations = fold_obligations(claim, cases)
    for group in ("upper", "inside", "invariant"):
        given = data[group]
        require(len(given) == len(obligations[group]), f"{group}: {len(given)} multiplier lists")
        for number, (obligation, multipliers) in enumerate(zip(obligations[group], given, strict=True)):
            check_farkas(obligation, multipliers, f"{group} {number}")
    require(len(data["lower"]) == len(obligations["lower"]), "lower: a pair of branches is missing")
    for number, (candidates, given) in enumerate(zip(obligations["lower"], data["lower"], strict=True)):
        branch = given["branch"]
        require(isinstance(branch, int) and 0 <= branch < len(candidates), f"lower {number}: no branch {branch}")
        check_farkas(candidates[branch], given["farkas"], f"lower {number}")
    _enumerate(claim)


def _enumerate(claim: dict[str, Any]) -> None:
    """The same on a box, by brute force: a disagreement would be a fault of the kernel itself."""
    name, weight = claim["weight"]
    bounds = range(1, 4) if isinstance(claim["most"], str) else [claim["most"]]
    for parts, most in product(range(1, 4), bounds):
        for total in range(parts * most + 1):
            best = max(
                sum(_number(substitute(weight, {name: k})) for k in ks) for ks in compositions(parts, total, most)
            )
            values = {claim["count"]: parts, claim["total"]: total}
            if isinstance(claim["most"], str):
                values[claim["most"]] = most
            claimed = _number(substitute(claim["value"], values))
            if best != claimed:
                raise AssertionError(f"induction and enumeration disagree at {values}: {claimed} against {best}")


def _number(term: Term) -> Fraction:
    form = polynomial(term)
    require(set(form) <= {()}, f"{show(term)} is not a number")
    return form.get((), Fraction(0))
