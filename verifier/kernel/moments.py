"""Rules on moments: exact means, growth, two-sided tightness, and what they refute.

``inv(n(l))`` is 1/n_l, and ``inv(n)`` is 1/n where all hidden widths are n; ``S(r)`` is T^r(x_i; x_j, …, x_j)
of Eq. (5) for the first output; ``Kh`` is the hyperkernel <∂h_i, ∂h_j> with the √2 of Eq. (66), that is 2^{H-1} K(1).

============  ==========================================================================================
``mean``      E ``of`` = ``value``, at every width in range
``growth``    E ``of`` = c n^``power`` (1 + O(1/n)), c = ``coefficient`` > 0, for a network with this ``activation``,
              all hidden widths n, at one input
``theta``     ``of`` / n^``power`` and n^``power`` / ``of`` are both tight; this says nothing of convergence
============  ==========================================================================================

Orders from moments.  For ReLU a correlation function is, given its masks, a polynomial of bounded degree in
Gaussians, not one without that condition: a mask alone makes B·N have a bounded ratio E X⁴/(E X²)² while n^p/X is
not tight.  So the lower half of ``theta`` conditions on the numbers B_l of open masks.  On B_l >= n_l/4 for all l,
of probability 1 - o(1), the conditional second moment is at least 2^{-(number of factors)·(L-1)} times that of
the linear network of the same widths: the prefactor Π (2B_l/n_l)^m is that large, and the linear second moment is
a sum of positive multiples of Π B_l^{-c}, c >= 0, so it does not grow with B_l <= n_l.  Carbery and Wright then
bound P(|X| <= ε √E[X²|B] | B) <= C k ε^{1/k}.  The upper half is Markov's inequality.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from verifier.kernel.judgments import Judgment, at, constraint_key, instance_of
from verifier.kernel.terms import Term, constant, flatten, polynomial, require, same, show
from verifier.kernel.wick import Polynomial, equal_widths, moment, strands_of

#: Depth and order up to which growth is looked up in verifier.exact.
LARGEST = {"depth": 6, "order": 6}
Marks = set[str]


def assumed(premises: list[Judgment]) -> set[str]:
    """The names of the hypotheses among the premises."""
    return {p["name"] for p in premises if p["is"] == "assume"}


def needs(premises: list[Judgment], *names: str) -> None:
    """Raise KernelError unless these hypotheses are premises."""
    for name in names:
        require(name in assumed(premises), f"the hypothesis {name} is not a premise")


def number(value: Fraction) -> Term:
    """A fraction as a term."""
    return value.numerator if value.denominator == 1 else ["/", value.numerator, value.denominator]


def whole(value: Any, what: str) -> int:
    """An integer of the data, not a truth value."""
    require(isinstance(value, int) and not isinstance(value, bool), f"{what} {show(value)} is no integer")
    return int(value)


def _mean_wick(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """E of a product of f, T, S, K, Kh, corr at one input, as a polynomial in the reciprocal widths."""
    needs(premises, "relu", "one_input")
    depth, outputs = whole(data["L"], "depth"), whole(data["H"], "H")
    if strands_of(data["of"], outputs)[1]:
        needs(premises, "m_is_1")
    found = moment(data["of"], depth, outputs, relu=True)
    if data["widths"] == "equal":
        needs(premises, "equal_widths")
        powers: Polynomial = {(a,): c for a, c in equal_widths(found).items()}
        names: list[Term] = [["inv", "n"]]
    else:
        require(data["widths"] == "separate", f"widths {show(data['widths'])}: equal or separate")
        powers, names = found, [["inv", ["n", l]] for l in range(1, depth)]
    value: list[Any] = ["+", 0]
    for exponents, coefficient in sorted(powers.items(), reverse=True):
        require(all(a <= 0 for a in exponents), "a positive power of a width in a moment")
        factors = [["^", name, -a] for name, a in zip(names, exponents, strict=True) if a]
        value.append(["*", number(coefficient), *factors])
    where = [["=", "L", depth], ["=", "H", outputs]]
    return {"is": "mean", "of": data["of"], "value": value, "where": where}, {"theorem wick"}


def _mean_odd(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """E X = 0 for a product of an odd number of copies of f: W^L → -W^L keeps the law and changes the sign.

    A contraction in layer L changes two signs; the masks do not look at W^L.  X is a polynomial on each cell, so
    that its expectation exists.
    """
    needs(premises, "relu")
    strands: list[Any] = ["+", 0]
    for factor in flatten(data["of"]):
        known = isinstance(factor, list) and {"f": 3, "S": 2, "T": 4}.get(factor[0]) == len(factor)
        require(known, f"{show(factor)} is no product of outputs")
        leaves = {"f": 0, "S": factor[1], "T": ["len", factor[-2]]}[factor[0]]
        strands.append(["+", leaves, 1])
    odd = polynomial(["/", ["-", strands, 1], 2])
    integral = all(c.denominator == 1 and all(a[0] == "var" for a, _ in m) for m, c in odd.items())
    require(integral, f"{show(data['of'])} is not known to have an odd number of factors")
    return {"is": "mean", "of": data["of"], "value": 0, "where": list(data.get("where", []))}, set()


def _star_growth(order: int, activation: str, depth: int) -> tuple[int, Fraction] | None:
    from verifier.exact.moments import leading

    # One sweep serves all depths.
    return leading(_star_sweep(order, activation)[depth - 1])


@lru_cache(maxsize=32)
def _star_sweep(order: int, activation: str) -> Any:
    from verifier.exact.correlation import star
    from verifier.exact.moments import polynomials_by_depth, strands_of

    return polynomials_by_depth(strands_of(star(order), 2), LARGEST["depth"], activation)  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def _hyper_growth(order: int, outputs: int, depth: int) -> tuple[int, Fraction] | None:
    from verifier.exact.hypernetwork import hypernetwork_moments_by_depth
    from verifier.exact.moments import leading

    found = leading(
        hypernetwork_moments_by_depth(order, outputs, depth, moment=2, activation="relu", g_activation="relu")[-1]
    )
    # verifier.exact has the √2 of Eq. (66) in g; K(r) of the definitions has none, in any of its r + 1 copies of h.
    return found and (found[0], found[1] / Fraction(2) ** ((outputs - 1) * (order + 1)))


def _growth(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """The leading term of E X² for X = S(r) or K(r), from :mod:`verifier.exact`, which is trusted for it."""
    needs(premises, "one_input", "equal_widths")
    depth, activation = whole(data["L"], "depth"), data["activation"]
    require(activation in ("relu", "linear"), f"activation {show(activation)}: relu or linear")
    if activation == "relu":
        needs(premises, "relu")
    head, order = data["of"]
    order = whole(order, "order")
    within = 1 <= depth <= LARGEST["depth"] and 0 <= order <= LARGEST["order"]
    require(within, f"depth {depth}, order {order}: up to {LARGEST} are looked up")
    where = [["=", "L", depth]]
    if head == "S":
        found = _star_growth(order, activation, depth)
    else:
        outputs = whole(data["H"], "H")
        small = outputs == 1 or (outputs == 2 and depth == 2 and order <= 4) or (outputs <= 3 and order == 1)
        require(head == "K" and activation == "relu" and small, f"{show(data['of'])} is not looked up here")
        needs(premises, "m_is_1")
        found = _hyper_growth(order, outputs, depth)
        where.append(["=", "H", outputs])
    require(found is not None, f"{show(data['of'])} is identically 0 at depth {depth}")
    assert found is not None
    power, coefficient = found
    conclusion = {
        "is": "growth", "of": ["^", data["of"], 2], "power": power, "activation": activation,
        "coefficient": [coefficient.numerator, coefficient.denominator], "where": where,
    }  # fmt: skip
    size = ", ".join(f"{c[1]} = {c[2]}" for c in where)
    return conclusion, {f"sizes {head}({order}), {activation}, {size}", "computed exact moments (verifier.exact)"}


def _theta(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """Two-sided tightness from E X², and from E[X² | masks] through the linear network's second moment."""
    needs(premises, "relu", "one_input", "equal_widths")
    growths = {p["activation"]: p for p in premises if p["is"] == "growth"}
    laws = [p for p in premises if p["is"] == "law"]
    require("relu" in growths, "no second moment of the ReLU network is a premise")
    require("linear" in growths, "no second moment given the masks (that of the linear network) is a premise")
    require(len(laws) == 1 and laws[0]["as"] == "binomial-widths", "the law given the masks is not a premise")
    relu, linear = growths["relu"], growths["linear"]
    require(same(relu["of"], linear["of"]), f"{show(relu['of'])} and {show(linear['of'])} are two quantities")
    for premise in (relu, linear):
        require(premise["coefficient"][0] > 0, "the leading coefficient is not positive")
    require(same(relu["power"], linear["power"]), "the second moment given the masks is of another order")
    head, of, power = relu["of"]
    require(head == "^" and power == 2 and of[0] == "S", f"{show(of)} may be more than a polynomial in Gaussians")
    ranges = [sorted(repr(constraint_key(c)) for c in p["where"]) for p in (relu, linear)]
    require(ranges[0] == ranges[1], "the two moments are at different depths")
    conclusion = {"is": "theta", "of": of, "power": ["/", relu["power"], 2], "where": relu["where"]}
    return conclusion, {"theorem carbery-wright", "theorem markov", "theorem lln"}


def powers_of_n(value: Term) -> dict[int, Fraction]:
    """A polynomial in inv(n) by power of n; KernelError for anything else."""
    (inverse,) = {m[0][0] for m in polynomial(["inv", "n"])}
    result: dict[int, Fraction] = {}
    for monomial, coefficient in polynomial(value).items():
        require(all(atom == inverse for atom, _ in monomial), f"{show(value)} is not a polynomial in 1/n")
        result[-sum(power for _, power in monomial)] = coefficient
    return result


def _second_moment(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """n^{-p} X → 0 in probability is false where E (n^{-p} X)² → c > 0 and E (n^{-p} X)⁴ stays bounded.

    Bounded fourth moments make the squares uniformly integrable: with convergence in probability to 0 their
    expectations would tend to 0.
    """
    goal, instance = data["goal"], data["instance"]
    require(goal["is"] == "vanishes", "the claim refuted is not one of vanishing")
    special = instance_of(goal, instance)
    power = constant(special["power"])
    require(power is not None, f"the power {show(special['power'])} is not a number")
    assert power is not None
    found: dict[int, dict[int, Fraction]] = {}
    for premise in premises:
        if premise["is"] != "mean":
            continue
        here = at(premise, instance)
        require(not here["where"], f"the moment is known only where {show(here['where'])}")
        for degree in (2, 4):
            if same(here["of"], ["^", special["of"], degree]):
                found[degree] = powers_of_n(here["value"])
    require(set(found) == {2, 4}, f"second and fourth moments of {show(special['of'])} are not both premises")
    require(found[2].get(int(2 * power), 0) > 0 and max(found[2]) == 2 * power, "the second moment is of another order")
    require(max(found[4]) <= 4 * power, "the fourth moment is not bounded in these units")
    return {"is": "refuted", "goal": goal, "instance": dict(instance), "where": []}, set()


def fold(term: Term) -> Term:
    """1/n at a number n."""
    if not isinstance(term, list):
        return term
    folded = [term[0], *(fold(t) for t in term[1:])]
    if folded[0] == "inv" and isinstance(folded[1], int) and folded[1] > 0:
        return ["/", 1, folded[1]]
    return folded


def _value(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """A claimed value of an expectation, an exponent or a probability that is another number at an instance."""
    goal, instance = data["goal"], data["instance"]
    fields = {"mean": ("of", "value"), "atom": ("of", "value"), "eq": ("left", "right")}
    require(goal["is"] in fields, f"a claim of kind {show(goal['is'])} has no value")
    of, value = fields[goal["is"]]
    (premise,) = [p for p in premises if p["is"] == goal["is"]]
    special, here = instance_of(goal, instance), at(premise, instance)
    require(not here["where"], f"the value is known only where {show(here['where'])}")
    require(same(here[of], special[of]), f"{show(here[of])} is not {show(special[of])}")
    true, claimed = (constant(fold(side[value])) for side in (here, special))
    require(true is not None and claimed is not None, "the two values are not numbers here")
    require(true != claimed, f"both values are {show(number(true or Fraction(0)))}")
    return {"is": "refuted", "goal": goal, "instance": dict(instance), "where": []}, set()


def _zero_mean(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """What is almost surely 0 has mean 0."""
    (zero,) = [p for p in premises if p["is"] == "zero"]
    return {"is": "mean", "of": zero["of"], "value": 0, "where": zero["where"]}, set()


RULES = {
    "mean.wick": _mean_wick,
    "mean.odd": _mean_odd,
    "mean.zero": _zero_mean,
    "growth.exact": _growth,
    "theta.moments": _theta,
    "refute.second_moment": _second_moment,
    "refute.number": _value,
}
