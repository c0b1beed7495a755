"""Images of convergent sequences under a step function, and quantities that are claimed not to be random.

``maps``: ``function`` = [c_-, c_0, c_+] is the function s with these values on (-∞, 0), {0} and (0, ∞).  The judgment
says: for all random variables, X_n → X in distribution implies s(X_n) → s(X) in distribution; where ``jointly``,
(X_n, Y_n) → (X, Y) implies (X_n, Y_n, s(X_n)) → (X, Y, s(X)).

``constant``: for all z, z' and every number k of features in range, ``of`` takes one value almost surely.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verifier.kernel.enclosures import ball, rational
from verifier.kernel.judgments import Judgment, canonical, holds
from verifier.kernel.terms import KernelError, require, show


def _values(function: Any) -> list[Fraction]:
    ok = isinstance(function, list) and len(function) == 3
    require(ok, f"{show(function)}: a function is given by its values below, at and above 0")
    return [rational(value) for value in function]


def map_step(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, set[str]]:
    """A step function is continuous off {0}, which is null for the limit by hypothesis: Mann-Wald, jointly."""
    assumed = {p["name"] for p in premises if p["is"] == "assume"}
    require("no_mass_at_zero" in assumed, "P[X = 0] could be positive: no_mass_at_zero is not a premise")
    _values(data["function"])
    return {"is": "maps", "function": data["function"], "jointly": True, "where": []}, {"theorem mann-wald"}


def refute_sequence(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, set[str]]:
    """A sequence of numbers x_n = p(n)/q(n) with x_n → x and s(x_n) → c ≠ s(x).

    ``instance`` = {"numerator": [a_0, a_1, …], "denominator": [b_0, …]}, coefficients of powers of n, integers, those
    of q not negative.  Numbers converge in distribution if and only if they converge.
    """
    goal, instance = data["goal"], data["instance"]
    require(goal["is"] == "maps", "the claim refuted is not about images of sequences")
    canonical(goal)
    p, q = instance["numerator"], instance["denominator"]
    for coefficients in (p, q):
        require(
            isinstance(coefficients, list) and bool(coefficients) and all(type(c) is int for c in coefficients),
            f"{show(coefficients)} is not a list of integers",
        )
    require(all(c >= 0 for c in q) and any(q), f"the denominator {show(q)} could be 0")
    top, bottom = _leading(p), _leading(q)
    assert bottom is not None
    values = _values(goal["function"])
    if top is None:
        limit, sign = Fraction(0), 0
    else:
        require(top[0] <= bottom[0], "the sequence does not converge")
        limit = Fraction(top[1], bottom[1]) if top[0] == bottom[0] else Fraction(0)
        sign = 1 if top[1] > 0 else -1  # of x_n for all large n, as q(n) > 0
    reached = values[1 + sign]
    wanted = values[1 + (limit > 0) - (limit < 0)]
    require(reached != wanted, f"s(x_n) = {reached} for large n, which is s({limit})")
    return {"is": "refuted", "goal": goal, "instance": instance, "where": []}, set()


def _leading(coefficients: list[int]) -> tuple[int, int] | None:
    found = [(degree, c) for degree, c in enumerate(coefficients) if c]
    return found[-1] if found else None


def refute_constant(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, set[str]]:
    """Two draws at which a continuous function of Gaussian weights and uniform phases takes different values.

    ``instance`` = {"k", "z", "zp", "draws": two lists of k pairs [W, b]}, z and z' in dimension 1, rationals, phases b
    in multiples of π in (-1, 1).  The draws lie in the open support, so that both values have neighbourhoods of
    positive probability.
    """
    goal, instance = data["goal"], data["instance"]
    if goal["is"] != "constant" or goal["of"] != ["features", 1, 0, 1, 0, 1, 1]:
        raise KernelError(f"{show(goal)} is not a claim about (1/k) Σ cos(W·z + b) cos(W·z' + b)")
    k, draws = instance["k"], instance["draws"]
    require(type(k) is int and k >= 1 and len(draws) == 2 and all(len(draw) == k for draw in draws), "two draws of k")
    require(holds(goal["where"], {"k": k}), f"the instance lies outside {show(goal['where'])}")
    z = [rational(instance[name]) for name in ("z", "zp")]
    means = []
    for draw in draws:
        total = ball(0, {})
        for weight, phase in draw:
            w, b = rational(weight), rational(phase)
            require(abs(b) < 1, f"the phase {show(phase)} π lies outside (-π, π)")
            both = [ball(["cos", ["+", "wz", ["*", "b", ["pi"]]]], {"wz": w * x, "b": b}) for x in z]
            total = total + both[0] * both[1]
        means.append(total / k)
    require(not bool(means[0].overlaps(means[1])), "the enclosures of the two draws meet")
    return {"is": "refuted", "goal": goal, "instance": instance, "where": []}, set()


RULES = {"maps.step": map_step, "refute.sequence": refute_sequence, "refute.constant": refute_constant}
