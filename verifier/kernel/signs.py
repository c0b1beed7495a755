"""Non-cancellation: the sum of the dominant limits is not zero, all sums done.

On the event that all masks are 1 the limit is a polynomial in a Gaussian vector.  Such a
polynomial is almost surely not 0 as soon as it is not 0 at one point of the Gaussian's support,
so it is enough to exhibit a point at which all its summands have one sign and one is not 0.

The point is given by signs.  At it every F is positive and the Gam(l',l,·) are positive, except
that those with l = 1 may be negative, or large against all others, where the support allows it:

* ``covariance``: the point Cov(·, F_j), which always lies in the support;
* ``full``: the inputs are linearly independent, and the support contains a point of every sign.

What is not known of the constants is gone through case by case: the signs of Sig(0), of the limit
kernel Θ = Σ_l Dot(l) Sig(l-1) and of z_j.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from verifier.kernel.judgments import Constraint, Judgment, gap, join
from verifier.kernel.orders import NEURON_SUMS, indicator
from verifier.kernel.terms import Poly, Term, add, constant, flatten, key, require, resolve, same, scale, show

SIGNS = {"+": 1, "0": 0, "-": -1}
SIG0: Term = ["Sig", 0]


def limit_kernel(depth: Term) -> Term:
    """Θ = Σ_{l=1}^{L} Dot(l) Sig(l-1), the limit of the neural tangent kernel at (x_i, x_j)."""
    return ["sum", "l", 1, depth, ["*", ["Dot", "l"], ["Sig", ["-", "l", 1]]]]


def nonzero_signs(conv: Judgment, ifzero: Sequence[Judgment], assumed: set[str], cases: Any) -> Judgment:
    """P[Y ≠ 0] > 0 for the limit Y = c · indicators · Σ_dominant Π_d part(d, k_d) of a ``conv`` judgment."""
    require(len(conv["entries"]) == 1 and not conv["entries"][0]["for"], "one limit is needed, not a family")
    require("masks_overlap" in assumed, "the masks could exclude each other: masks_overlap is not a premise")
    require("not_antiparallel" in assumed, "limits could vanish: not_antiparallel is not a premise")
    require("inputs_nonzero" in assumed, "limits could vanish: inputs_nonzero is not a premise")
    limit = conv["entries"][0]["y"]
    indicators = {key(indicator(u, conv, assumed)) for u in "ij"}
    sums = []
    for factor in flatten(limit):
        if isinstance(factor, list) and factor[0] == "dominant":
            sums.append(factor)
        elif isinstance(factor, list) and factor[0] == "z":
            require("z_nonzero" in assumed, "z_i could be 0: z_nonzero is not a premise")
        elif key(factor) not in indicators:
            positive = isinstance(factor, list) and factor[0] == "fact"
            require(positive or constant(factor) not in (None, 0), f"the factor {show(factor)} could be 0")
    require(len(sums) == 1, "the limit has not exactly one sum of dominant terms")
    _, d, k, count, total, most, weight, at_zero, beyond = sums[0]
    require(count == "H", f"{show(count)} factors: d must run over 1..H")
    # At depth 1 Θ is Sig(0), and can be 0 with it; this is seen from the bound on the parts.
    one_layer = conv["base"].get("depth") == 1
    require(one_layer == same(most, 1), f"parts up to {show(most)} in a family of another depth")
    # k minus this weight's opposite tells empty parts from others: [k >= 1] = k + weight(k).  Both add up to
    # fixed numbers over the dominant summands, so all of them have one and the same number of non-empty parts.
    require(same(weight, ["min", 0, ["-", 1, k]]), f"the weight {show(weight)} does not count the empty parts")
    table = {(case["Sig0"], case["Theta"], case["zj"]): case for case in cases}
    require(len(table) == len(cases), "a case is given twice")
    for sig0, theta, zj in product(SIGNS, SIGNS, "+-"):
        extra = _constraints(ifzero, most, sig0, theta)
        if not _consistent(most, sig0, theta) or (extra and _infeasible([*conv["where"], *extra])):
            continue
        name = f"Sig(0) {sig0}, Θ {theta}, z_j {zj}"
        require((sig0, theta, zj) in table, f"the case {name} is neither covered nor excluded")
        case = table[sig0, theta, zj]
        point = _Point(SIGNS[sig0], SIGNS[theta], SIGNS[zj], case, conv["base"], indicators, name)
        require(point.sign(at_zero) == 1, f"{name}: the sign of an empty part is not +")
        point.parts(beyond, k, d, most)
        _nonempty(SIGNS[sig0], SIGNS[theta], count, total, most, extra, name)
    where = join(conv["where"], *(hypothesis.get("where", []) for hypothesis in ifzero))
    return {"is": "nonzero", "of": limit, "where": where}


def _constraints(ifzero: Iterable[Judgment], depth: Term, sig0: str, theta: str) -> list[Constraint]:
    out: list[Constraint] = []
    for hypothesis in ifzero:
        of = hypothesis["of"]
        if (sig0 == "0" and same(of, SIG0)) or (theta == "0" and same(of, limit_kernel(depth))):
            out += hypothesis["then"]
    return out


def _consistent(depth: Term, sig0: str, theta: str) -> bool:
    """Θ has the sign of Sig(0) at depth 1; beyond, Sig(l) > 0 for l >= 1, so Θ > 0 unless Sig(0) < 0."""
    if same(depth, 1):
        return sig0 == theta
    return theta == "+" or sig0 == "-"


def _infeasible(constraints: Iterable[Constraint]) -> bool:
    """Whether some of the constraints, each taken up to twice, add up to a contradiction."""
    forms = [gap(c) for c in join(constraints) if c[0] == "<="][-6:]
    for factors in product(range(3), repeat=len(forms)):
        total: Poly = add(*[scale(form, f) for form, f in zip(forms, factors, strict=True)])
        if set(total) == {()} and total[()] < 0:
            return True
    return False


class _Point:
    """Signs of terms at the exhibited point, in one case."""

    def __init__(
        self, sig0: int, theta: int, zj: int, case: Mapping[str, Any], base: Mapping[str, Any],
        indicators: set[Any], name: str,
    ) -> None:  # fmt: skip
        self.sig0, self.theta, self.zj, self.name, self.indicators = sig0, theta, zj, name, indicators
        self.gam1, self.large = SIGNS[case["Gam1"]], case["large"]
        require(self.gam1 != 0 and isinstance(self.large, bool), f"{name}: Gam1 is + or -, large is true or false")
        if case["support"] == "covariance":
            require(self.gam1 == 1 and not self.large, f"{name}: at Cov(·, F_j) every Gam is +, none large")
            _covariance(base, sig0, name)
        else:
            require(case["support"] == "full", f"{name}: support {show(case['support'])}: covariance or full")
            require(sig0 <= 0, f"{name}: the inputs may be parallel, so the support may be smaller")
            _full_support(base, name)

    def sign(self, term: Term, gam: int = 1) -> int:
        """The sign of a term that does not mention a chain; ``gam`` is the sign of the Gam in it."""
        if isinstance(term, int):
            return (term > 0) - (term < 0)
        require(isinstance(term, list), f"{self.name}: the sign of {show(term)} is not known")
        head, arguments = term[0], term[1:]
        if head == "prod" and arguments[3][0] == "step":
            require(key(term) in self.indicators, f"{self.name}: {show(term)} is not the limit of D(i) or D(j)")
            return 1  # the event is that all masks are 1
        if head == "*":
            out = 1
            for factor in arguments:
                out *= self.sign(factor, gam)
            return out
        if head == "/":
            return self.sign(arguments[0], gam)
        if head == "sum":
            require(arguments[1:3] == [1, "H"], f"{self.name}: {show(term)} may be an empty sum")
            return self.sign(arguments[3], gam)
        if head in ("prod", "prodexcept"):
            require(self.sign(arguments[-1], gam) == 1, f"{self.name}: a factor of {show(term)} is not positive")
            return 1
        if head == "z" and arguments == ["j"]:
            return self.zj
        if head in ("F", "Dot", "fact"):
            return 1
        require(head == "Gam", f"{self.name}: the sign of {show(term)} is not known")
        return gam

    def parts(self, body: Term, k: str, d: str, most: Term) -> None:
        """Every part k = 1..most that is not 0 has the sign c · u^k, with one c and one u."""
        factors = flatten(body[1]) if isinstance(body, list) and body[0] == "/" else flatten(body)
        chains = [t for t in factors if isinstance(t, list) and t[0] == "chain"]
        require(len(chains) == 1, f"{self.name}: {show(body)} has not exactly one chain")
        outside = self.sign(["*", 1, *[t for t in factors if t is not chains[0]]])
        _, length, depth, (l1, last), (_, _, step), (l3, first) = chains[0]
        require(same(length, k) and same(depth, most), f"{self.name}: the chain is not as long as the part is large")
        require(same(first, ["Sig", ["-", l3, 1]]), f"{self.name}: chains do not start with Sig")
        others = [t for t in flatten(resolve(last, d)) if not (isinstance(t, list) and t == ["Dot", l1])]
        require(len(others) == len(flatten(resolve(last, d))) - 1, f"{self.name}: chains do not end with Dot")
        ends = outside * self.sign(["*", 1, *others])
        require(ends != 0, f"{self.name}: a chain ends with 0")
        if same(depth, 1):
            return
        u, u1 = self.sign(resolve(step, d)), self.sign(resolve(step, d), self.gam1)
        # k >= 2, up to the factor u^k: chains that start at layer 1, and those that do not.
        c1, c2 = ends * u1 * self.sig0, ends * u
        only_first = same(depth, 2)
        if self.sig0 == 0:
            c = c2
        else:
            require(only_first or c1 == c2 or self.large, f"{self.name}: chains from layer 1 and others may cancel")
            c = c1
        if self.theta and not (only_first and self.sig0 == 0):
            require(ends * self.theta == c * u, f"{self.name}: parts of size 1 and larger ones differ in sign")


def _nonempty(
    sig0: int, theta: int, count: Term, total: Term, most: Term, extra: Sequence[Constraint], name: str
) -> None:
    """Some dominant summand has no vanishing part.

    The dominant summands are those with all parts >= 1 if r >= H, and with all parts <= 1 if r <= H;
    r is a sum of H numbers in [lo, hi] exactly if H lo <= r <= H hi.
    """
    known = [gap(c) for c in extra]

    def given(low: Term, high: Term) -> bool:
        return gap(["<=", low, high]) in known

    if theta == 0:  # parts of size 1 vanish
        enough = given(["*", 2, count], total)
        require(enough, f"{name}: parts of size 1 vanish, and r >= 2H is not a premise")
    if sig0 == 0 and not same(most, 1):  # chains through all layers start at layer 1
        enough = given(total, ["*", count, ["-", most, 1]])
        require(enough, f"{name}: parts of size L vanish, and r <= H(L-1) is not a premise")


def _covariance(base: Mapping[str, Any], sig0: int, name: str) -> None:
    """Cov(·, F_j) is positive in every coordinate."""
    if base["kind"] == "cited":
        return  # part of what is cited
    if base["depth"] == 1:
        require(sig0 > 0, f"{name}: at depth 1, Cov(F_i, F_j) = Sig(0) is not positive")
        return
    # E[φ φ'] of monomials in σ(y), σ'(y): never negative, and positive where both y_i and y_j are.
    for summand, _ in NEURON_SUMS.values():
        require(
            set(summand) <= {"power", "root2", "W", "relu_i", "relu_j", "step_i", "step_j"},
            "a summand could be negative",
        )


def _full_support(base: Mapping[str, Any], name: str) -> None:
    """The functions behind F_i, F_j, Gam are linearly independent: at some points their values are."""
    if base["kind"] == "cited" or base["depth"] == 1:
        return  # cited; or F_u = y_u itself, independent as the inputs are
    functions = [{"relu_i": 1}, {"relu_j": 1}, NEURON_SUMS["A"][0]]
    points = [(1, -1), (-1, 1), (1, 1)]
    rows = [[_value(function, yi, yj) for function in functions] for yi, yj in points]
    (a, b, c), (e, f, g), (h, i, j) = rows
    require(a * (f * j - g * i) - b * (e * j - g * h) + c * (e * i - f * h) != 0, f"{name}: the support is not full")


def _value(monomial: Mapping[str, int], yi: int, yj: int) -> int:
    values = {"relu_i": max(yi, 0), "relu_j": max(yj, 0), "step_i": int(yi > 0), "step_j": int(yj > 0)}
    out = 1
    for factor, exponent in monomial.items():
        out *= values.get(factor, 1) ** (exponent if factor in values else 0)
    return out
