"""Rules that rewrite identities: literal binders written out, substitution under a product, linear combinations.

They know nothing of networks.  ``eq.combination`` is the general one: an identity follows from
others when the difference of its sides is a combination of theirs, as polynomials over terms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise, product
from math import factorial
from typing import Any

from verifier.kernel.fields import compositions
from verifier.kernel.judgments import Judgment, at, gap, join
from verifier.kernel.terms import (
    Term,
    add,
    constant,
    flatten,
    free_variables,
    multiply,
    polynomial,
    require,
    same,
    scale,
    show,
    substitute,
)

#: Written out, a binder may have this many summands or factors.
LARGEST_EXPANSION = 4096


def fix(premise: Judgment, values: Mapping[str, Any]) -> Judgment:
    """The judgment at fixed numbers, which its range goes on to name.

    Quantities such as K(r) depend on H and L without mentioning them, so that a judgment in which
    H was replaced by 2 must still say that it is about H = 2.
    """
    require(bool(values), "no parameter is fixed")
    for name, value in values.items():
        require(isinstance(value, int) and not isinstance(value, bool), f"{name} = {show(value)} is no integer")
    here = at(premise, values)
    return {**here, "where": join(here["where"], [["=", name, value] for name, value in values.items()])}


def expand(term: Term) -> Term:
    """The term with every binder over a literal range, and factorials, written out; other binders stay."""
    if not isinstance(term, list) or not term:
        return term
    head, arguments = term[0], term[1:]
    if head in ("sum", "prod", "prodexcept"):
        name, lo, hi, *skip, body = arguments
        bounds = [constant(b) for b in (lo, hi, *skip)]
        if any(b is None or b.denominator != 1 for b in bounds):
            return term
        low, high, *avoid = (int(b) for b in bounds if b is not None)
        _small(high - low + 1)
        parts = [expand(substitute(body, {name: v})) for v in range(low, high + 1) if v not in avoid]
        return ["+", 0, *parts] if head == "sum" else ["*", 1, *parts]
    if head == "comps":
        d, k, count, total, most, body = arguments
        sizes = [constant(b) for b in (count, total, most)]
        if any(b is None or b.denominator != 1 for b in sizes):
            return term
        parts_all = list(compositions(*(int(b) for b in sizes if b is not None)))
        _small(len(parts_all))
        return ["+", 0, *[
            ["*", 1, *[expand(substitute(body, {d: m, k: part})) for m, part in enumerate(parts, start=1)]]
            for parts in parts_all
        ]]  # fmt: skip
    if head == "chain":
        k, depth, (l1, last), (lp, lo_, step), (l3, first) = arguments
        length, top = constant(k), constant(depth)
        if length is None or top is None or length.denominator != 1 or top.denominator != 1 or length < 1:
            return term
        chains = list(combinations(range(1, int(top) + 1), int(length)))
        _small(len(chains))
        return ["+", 0, *[
            ["*", expand(substitute(last, {l1: ls[-1]})),
             *[expand(substitute(step, {lo_: low, lp: high})) for low, high in pairwise(ls)],
             expand(substitute(first, {l3: ls[0]}))]
            for ls in chains
        ]]  # fmt: skip
    if head == "tuples":
        name, size, k, body = arguments
        length, top = constant(k), constant(size)
        if length is None or top is None or length.denominator != 1 or top.denominator != 1 or length < 0:
            return term
        _small(int(top) ** int(length))
        span = product(range(1, int(top) + 1), repeat=int(length))
        return ["+", 0, *[expand(substitute(body, {name: ["list", *values]})) for values in span]]
    if head == "over":
        entries, name, body = arguments
        if not (isinstance(entries, list) and entries[:1] == ["list"]):
            return term
        return ["*", 1, *[expand(substitute(body, {name: entry})) for entry in entries[1:]]]
    if head == "consecutive":
        ls, es, (lp, lo_, eo), body = arguments
        if not all(isinstance(x, list) and x[:1] == ["list"] for x in (ls, es)):
            return term
        require(len(ls) == len(es), f"{show(term)}: tuples of different lengths")
        links = [
            expand(substitute(body, {lo_: ls[m], lp: ls[m + 1], eo: es[m]})) for m in range(1, len(ls) - 1)
        ]
        return ["*", 1, *links]
    if head == "dominant":
        return term
    if head == "fact":
        k = constant(arguments[0])
        if k is None or k.denominator != 1 or not 0 <= k <= 64:
            return term
        return factorial(int(k))
    return [head, *(expand(argument) for argument in arguments)]


def _small(count: int) -> None:
    require(count <= LARGEST_EXPANSION, f"{count} terms to write out; {LARGEST_EXPANSION} are allowed")


def expansion(eq: Judgment) -> Judgment:
    """An identity with the literal binders of its right side written out."""
    return {**eq, "right": expand(eq["right"])}


def full_chain(eq: Judgment) -> Judgment:
    """A chain as long as the depth has one summand: Σ_{1<=l_1<…<l_L<=L} is the sum over (1, …, L) alone."""
    factors = flatten(eq["right"])
    found = [t for t in factors if isinstance(t, list) and t[:1] == ["chain"]]
    require(len(found) == 1, f"{show(eq['right'])} has not exactly one chain")
    _, k, depth, (l1, last), (lp, lo, step), (l3, first) = found[0]
    require(same(k, depth), f"the chain has {show(k)} links in {show(depth)} layers")
    link = "m"
    require(link not in free_variables(step), f"{link} is free in {show(step)}")
    between = ["prod", link, 1, ["-", depth, 1], substitute(step, {lo: link, lp: ["+", link, 1]})]
    written = ["*", substitute(last, {l1: depth}), between, substitute(first, {l3: 1})]
    others = [t for t in factors if t is not found[0]]
    return {**eq, "right": ["*", 1, *others, written], "where": join(eq["where"], [["<=", 1, depth]])}


def under_product(eq: Judgment, name: Any, low: Term, high: Term) -> Judgment:
    """From a(v) = b(v) for every v in range: Π_{v=lo}^{hi} a(v) = Π_{v=lo}^{hi} b(v)."""
    require(isinstance(name, str), f"{show(name)} is not a variable")
    rest = []
    for constraint in eq["where"]:
        form = gap(constraint)
        mentions = [m for m in form if ("var", name) in dict(m)]
        if not mentions and name not in free_variables(constraint):
            rest.append(constraint)
            continue
        # lo <= v <= hi must give the constraint: it is linear in v, and holds at the end where it is least.
        linear = mentions == [((("var", name), 1),)]
        require(constraint[0] == "<=" and linear, f"the identity needs {show(constraint)}")
        slope = form[mentions[0]]
        end = polynomial(low if slope > 0 else high)
        least = add({m: c for m, c in form.items() if m != mentions[0]}, scale(end, slope))
        require(set(least) <= {()} and least.get((), 0) >= 0, f"the identity needs {show(constraint)}")
    binder = ["prod", name, low, high]
    return {"is": "eq", "left": [*binder, eq["left"]], "right": [*binder, eq["right"]], "where": join(rest)}


def combination(premises: Sequence[Judgment], left: Term, right: Term, multipliers: Sequence[Term]) -> Judgment:
    """left = right, because left - right = Σ_i c_i (left_i - right_i) for premises left_i = right_i and terms c_i."""
    require(all(p["is"] in ("eq", "zero") for p in premises), "only identities and zeros are combined")
    require(len(premises) == len(multipliers) > 0, f"{len(multipliers)} multipliers for {len(premises)} identities")
    sides = [(p["left"], p["right"]) if p["is"] == "eq" else (p["of"], 0) for p in premises]
    parts = [
        multiply(polynomial(c), add(polynomial(a), scale(polynomial(b), -1)))
        for c, (a, b) in zip(multipliers, sides, strict=True)
    ]
    rest = add(polynomial(left), scale(polynomial(right), -1), *[scale(part, -1) for part in parts])
    require(not rest, f"{show(left)} = {show(right)} leaves {len(rest)} terms over")
    where = join(*[p["where"] for p in premises])
    if all(p["is"] == "eq" for p in premises):
        return {"is": "eq", "left": left, "right": right, "where": where}
    # What holds almost surely is stated as such.
    require(same(right, 0), "from a quantity that is almost surely 0 only such a quantity follows")
    return {"is": "zero", "of": left, "where": where}
