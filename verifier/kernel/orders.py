"""The calculus of joint limits X_n / n^p → Y, and the orders that follow from it.

A ``conv`` judgment is about one family, jointly over all its entries; rules extend the family by
continuous functions of it.  A family is never put together from single limits: that is where
"X_n Y_n ~ a_n b_n" goes wrong (E3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verifier.kernel import definitions
from verifier.kernel.judgments import Constraint, Judgment, at, gap, join
from verifier.kernel.terms import (
    RESERVED,
    KernelError,
    Term,
    add,
    constant,
    flatten,
    free_variables,
    is_name,
    polynomial,
    require,
    require_index,
    same,
    scale,
    show,
    substitute,
)

Scope = dict[str, tuple[Term, Term]]
Limit = tuple[Term, Term]  # (power of n, limit)


def family(depth: Term, first: int) -> list[dict[str, Any]]:
    """The limits of the building blocks of f at depth ``depth``, by name (see :mod:`definitions`)."""
    outputs = lambda *names: [[name, 1, "H"] for name in names]  # noqa: E731
    entries = [
        {"for": outputs("d"), "x": ["f", "i", "d"], "p": 0, "y": ["F", "i", "d"]},
        {"for": outputs("d"), "x": ["f", "j", "d"], "p": 0, "y": ["F", "j", "d"]},
        {"for": [["l", 1, depth]], "x": ["Q", "l"], "p": 0, "y": ["Sig", ["-", "l", 1]]},
        {"for": [["l", 1, depth], *outputs("d", "e")], "x": ["C", "l", "d", "e"], "p": 0,
         "y": ["*", ["kron", "d", "e"], ["Dot", "l"]]},
    ]  # fmt: skip
    if first > 1:
        span = [["l", 1, ["-", depth, 1]], ["lp", ["+", "l", 1], depth], *outputs("e")]
        entries.append({"for": span, "x": ["A", "lp", "l", "e"], "p": -1, "y": ["Gam", "lp", "l", "e"]})
    return entries


def two_layer(depth: Any) -> Judgment:
    """The joint limit at depth 1 or 2, from the definitions of the network.

    Depth 1: nothing depends on n, and f(u, d) is exactly Gaussian.  Depth 2: given by sums over the
    n hidden neurons, iid over a, of monomials in W_{d,a}, σ(y_{u,a}), σ'(y_{u,a}): the law of large
    numbers for n^{-1} Σ, the central limit theorem for n^{-1/2} Σ W_{d,a} φ(y_a), Slutsky for both together.
    """
    require(depth in (1, 2) and not isinstance(depth, bool), f"depth {show(depth)}: 1 or 2 is allowed")
    if depth == 2:
        for quantity, power in (("f", 0), ("Q", 0), ("C", 0), ("A", -1)):
            sums, weights = NEURON_SUMS[quantity]
            # A mean has power 0; a sum of centred terms, one factor W each, n^{-1/2} Σ, has power 0 too.
            reached = sums["power"] + (2 if weights != 1 else 1)
            require(reached == 2 * power, f"{quantity}: n^{sums['power']}/2 Σ does not have order n^{power}")
    base = {"kind": "two-layer", "depth": depth}
    where = [["<=", 1, "H"], ["=", "L", depth]]
    return {"is": "conv", "entries": family(depth, depth), "base": base, "where": where}


def _vector(power: int, **factors: int) -> dict[str, int]:
    return {"power": power, **factors}


def _inner(power: int, *vectors: dict[str, int]) -> dict[str, int]:
    out: dict[str, int] = {"power": power}
    for vector in vectors:
        for name, exponent in vector.items():
            out[name] = out.get(name, 0) + exponent
    return out


# One hidden layer, neuron by neuron; "power" counts half powers of n, "W" the factors W_{d,a}.
_Q = {u: _vector(0, root2=1, **{f"relu_{u}": 1}) for u in "ij"}  # q_u = √2 σ(y_u)
_DELTA = {u: _vector(-1, root2=1, W=1, **{f"step_{u}": 1}) for u in "ij"}  # ∂f/∂y_u = n^{-1/2} √2 σ'(y_u) W_d
_JACOBIAN = _vector(0, root2=1, step_i=1)  # ∂q_i/∂y_i
#: quantity -> (its summand, how many factors W each summand has)
NEURON_SUMS = {
    name: (summand, summand.get("W", 0))
    for name, summand in {
        "f": _inner(-1, _vector(0, W=1), _Q["i"]),  # n^{-1/2} Σ W q
        "Q": _inner(-2, _Q["i"], _Q["j"]),  # n^{-1} Σ q_i q_j
        "C": _inner(0, _DELTA["i"], _DELTA["j"]),  # Σ δ_i δ_j
        "A": _inner(-2, _Q["j"], _JACOBIAN, _DELTA["j"]),  # n^{-1} Σ q_j J_i δ_j
    }.items()
}


def gram_law() -> Judgment:
    """The joint limit at every depth L >= 3: cited, not proved here."""
    base = {"kind": "cited", "name": "gram-lln"}
    return {"is": "conv", "entries": family("L", 3), "base": base, "where": [["<=", 1, "H"], ["<=", 3, "L"]]}


def compose(conv: Judgment, name: Any, label: Any, assumed: set[str]) -> Judgment:
    """Extend a family by D(u) or h_j^d: continuous off a null set of the limit (Mann-Wald)."""
    require(isinstance(name, str) and name in definitions.COMPOSITES, f"{show(name)} is no composite")
    record = definitions.COMPOSITES[name]
    of, value = record["of"], record["is"]
    binders: list[Any] = []
    if name == "D":
        require(label in ("i", "j"), f"input {show(label)}: i or j is allowed")
        of, value = substitute(of, {"u": label}), substitute(value, {"u": label})
    elif name == "hj":
        binders = [["d", 1, "H"]]
    power, limit = _limit(value, conv, {name: (lo, hi) for name, lo, hi in binders}, assumed)
    entry = {"for": binders, "x": of, "p": power, "y": limit}
    return {**conv, "entries": [*conv["entries"], entry]}


def rewrite(conv: Judgment, eq: Judgment, binders: Any, assumed: set[str]) -> Judgment:
    """Extend a family by the left side of an identity whose right side is continuous in the family.

    ``binders`` [[variable, low, high], ...] lists the indices it is wanted for; the identity must hold there.
    """
    scope: Scope = {}
    for name, lo, hi in binders:
        require(is_name(name) and name not in RESERVED, f"{show(name)} cannot be bound")
        scope = _inside(scope, {name: (lo, hi)})
    rest = []
    for constraint in eq["where"]:
        if not _entailed(constraint, scope, conv["where"]):
            require(not free_variables(constraint) & set(scope), f"the identity needs {show(constraint)}")
            rest.append(constraint)
    ranged = {**conv, "where": join(conv["where"], rest)}
    power, limit = _limit(eq["right"], ranged, scope, assumed)
    entry = {"for": binders, "x": eq["left"], "p": power, "y": limit}
    return {**ranged, "entries": [*conv["entries"], entry]}


def sum_of_orders(conv: Judgment, eq: Judgment, fold: Judgment, assumed: set[str]) -> Judgment:
    """X = c Σ_{k_1+..+k_H=r} Π_d body(d, k_d): the summands of greatest order decide, jointly.

    The number of summands does not depend on n.  The fold says what the greatest order is and that
    it is attained; the limit is the sum of the limits of just those summands.
    """
    factors = eq["right"]
    require(isinstance(factors, list) and factors[0] == "*", "the right side is not a product")
    sums = [t for t in factors[1:] if isinstance(t, list) and t and t[0] == "comps"]
    require(len(sums) == 1, "the right side has not exactly one sum over compositions")
    _, d, k, count, total, most, body = sums[0]
    for left, right in ((count, fold["count"]), (total, fold["total"]), (most, fold["most"])):
        require(same(left, right), f"the sum runs over {show(left)}, the integer statement over {show(right)}")
    name, weight = fold["weight"]
    require(name == k and k not in free_variables(count), f"the parts are called {k} here and {name} there")
    at_zero = _limit(substitute(body, {k: 0}), conv, {d: (1, count)}, assumed)
    beyond = _limit(body, conv, _inside({d: (1, count)}, {k: (1, most)}), assumed)
    require(same(at_zero[0], substitute(weight, {k: 0})), "the weight of an empty part is not its order")
    _is_branch(beyond[0], weight, k)
    power, outer = _limit(["*", *[t for t in factors[1:] if t is not sums[0]]], conv, {}, assumed)
    require(same(power, 0), "the factor outside the sum depends on n")
    dominant = ["dominant", d, k, count, total, most, weight, at_zero[1], beyond[1]]
    entry = {"for": [], "x": eq["left"], "p": fold["value"], "y": ["*", outer, dominant]}
    where = join(conv["where"], eq["where"], fold["where"])
    return {"is": "conv", "entries": [entry], "base": conv["base"], "where": where}


def _is_branch(power: Term, weight: Term, k: str) -> None:
    """``weight`` is a minimum that equals ``power`` for every k >= 1."""
    branches = weight[1:] if isinstance(weight, list) and weight[0] == "min" else [weight]
    require(any(same(branch, power) for branch in branches), f"{show(power)} is no branch of {show(weight)}")
    for branch in branches:
        excess = polynomial(substitute(["-", branch, power], {k: ["+", k, 1]}))
        require(
            all(c >= 0 and all(atom == ("var", k) for atom, _ in m) for m, c in excess.items()),
            f"{show(weight)} is not {show(power)} for {k} >= 1",
        )


def _limit(term: Term, conv: Judgment, scope: Scope, assumed: set[str]) -> Limit:
    """Power and limit of a term that is built continuously from the family's entries.

    What counts as a constant, and how many summands there are, must not depend on the widths.
    """
    if isinstance(term, int | str):
        require(isinstance(term, int) or term not in ("n",), "n cannot stand in a limit")
        return 0, term
    head, arguments = term[0], term[1:]
    if head in ("fact", "kron", "Sig", "Dot"):
        for argument in arguments:
            require_index(argument)
        return 0, term
    if head == "z":
        require(arguments in (["i"], ["j"]), f"{show(term)}: the inputs are i and j")
        return 0, term
    if head in ("*", "+"):
        parts = [_limit(t, conv, scope, assumed) for t in arguments]
        if head == "*":
            return ["+", 0, *[p for p, _ in parts]], ["*", 1, *[y for _, y in parts]]
        require(all(same(p, parts[0][0]) for p, _ in parts), f"{show(term)} adds different orders")
        return parts[0][0], ["+", *[y for _, y in parts]]
    if head == "/":
        power, limit = _limit(arguments[0], conv, scope, assumed)
        _, below = _limit(arguments[1], conv, scope, assumed)
        require(same(below, arguments[1]), f"{show(term)} is not divided by a constant")
        return power, ["/", limit, arguments[1]]
    if head in ("sum", "prod", "prodexcept"):
        name, lo, hi, *skip, body = arguments
        require_index(["list", lo, hi, *skip])
        power, limit = _limit(body, conv, _inside(scope, {name: (lo, hi)}), assumed)
        require(name not in free_variables(power), f"{show(term)}: the order depends on {name}")
        require(head == "sum" or same(power, 0), f"{show(term)}: a product of factors that depend on n")
        return power, [head, name, lo, hi, *skip, limit]
    if head == "chain":
        return _chain_limit(term, conv, scope, assumed)
    if head == "consecutive":
        ls, es, (lp, lo, eo), body = arguments
        require_index(["list", ls, es])
        for given in (["=", ["increasing", ls], 1], ["=", ["len", es], ["len", ls]], ["<=", 1, ["first", ls]],
                      ["<=", ["last", ls], _depth(conv)]):  # fmt: skip
            require(_entailed(given, {}, conv["where"]), f"{show(term)}: {show(given)} is not known")
        if same(["len", ls], 1):
            return 0, 1
        names: Scope = {lo: (1, ["-", _depth(conv), 1]), lp: (["+", lo, 1], _depth(conv)), eo: (1, "H")}
        inner = _inside(scope, names)
        power, limit = _limit(body, conv, inner, assumed)
        require(not free_variables(power) & {lp, lo, eo}, f"{show(term)}: the order depends on the layers")
        return ["*", ["-", ["len", ls], 1], power], [head, ls, es, [lp, lo, eo], limit]
    if head == "step":
        power, limit = _limit(arguments[0], conv, scope, assumed)
        require(same(power, 0), f"{show(term)}: a step of something that depends on n")
        # A step is discontinuous at 0 alone; the limit must have no mass there (Lemma 1, E1).
        never_zero(limit, conv["base"], assumed)
        return 0, ["step", limit]
    return _lookup(term, conv, scope)


def _depth(conv: Judgment) -> Term:
    return conv["base"]["depth"] if conv["base"]["kind"] == "two-layer" else "L"


def _inside(scope: Scope, names: Scope) -> Scope:
    """The ranges of bound variables inside one more binder; a name has one range at a time."""
    require(not set(scope) & set(names), f"{sorted(set(scope) & set(names))} is bound twice")
    return {**scope, **names}


def _chain_limit(term: Term, conv: Judgment, scope: Scope, assumed: set[str]) -> Limit:
    _, k, depth, (l1, last), (lp, l2, step), (l3, first) = term
    require_index(["list", k, depth])
    at_last = _limit(last, conv, _inside(scope, {l1: (1, depth)}), assumed)
    at_first = _limit(first, conv, _inside(scope, {l3: (1, depth)}), assumed)
    if same(depth, 1):  # one layer: chains of one link, no step; with k = 1 the power (k - 1)(-1) is 0 all the same
        between: Limit = (-1, 0)
    else:
        inner = _inside(scope, {l2: (1, ["-", depth, 1]), lp: (["+", l2, 1], depth)})
        between = _limit(step, conv, inner, assumed)
    for power, names in ((at_last[0], {l1}), (at_first[0], {l3}), (between[0], {lp, l2})):
        require(not free_variables(power) & names, f"{show(term)}: the order depends on the layers")
    power = ["+", at_last[0], at_first[0], ["*", ["-", k, 1], between[0]]]
    limit = ["chain", k, depth, [l1, at_last[1]], [lp, l2, between[1]], [l3, at_first[1]]]
    return power, limit


def _lookup(term: Term, conv: Judgment, scope: Scope) -> Limit:
    for entry in conv["entries"]:
        x = entry["x"]
        if x[0] != term[0] or len(x) != len(term):
            continue
        names = {name for name, _, _ in entry["for"]}
        fields = ["list", x, entry["p"], entry["y"], *(end for _, lo, hi in entry["for"] for end in (lo, hi))]
        if (free_variables(fields) - names) & set(scope):
            continue  # it is about one value of a parameter that is bound here
        values: dict[str, Term] = {}
        for pattern, given in zip(x[1:], term[1:], strict=True):
            if isinstance(pattern, str) and pattern in names and pattern not in values:
                values[pattern] = given
            elif not same(substitute(pattern, values), given):
                break
        else:
            ok = names == set(values) and all(
                _entailed(["<=", substitute(lo, values), values[v]], scope, conv["where"])
                and _entailed(["<=", values[v], substitute(hi, values)], scope, conv["where"])
                for v, lo, hi in entry["for"]
            )
            if ok:
                return substitute(entry["p"], values), substitute(entry["y"], values)
    raise KernelError(f"{show(term)} has no limit in this family, or is indexed outside its range")


def _entailed(constraint: Constraint, scope: Scope, where: Sequence[Constraint]) -> bool:
    """Whether ``a <= b`` follows from the ranges of the bound variables and one known constraint at most."""
    where = [known for known in where if not free_variables(["list", *known[1:]]) & set(scope)]
    if constraint[0] != "<=":
        return not gap(constraint) or any(gap(constraint) == gap(known) for known in where if known[0] == "=")
    form = gap(constraint)
    for name, (lo, hi) in reversed(list(scope.items())):
        coefficient = form.get(((("var", name), 1),))
        if coefficient is not None and all(("var", name) not in dict(m) or m == ((("var", name), 1),) for m in form):
            # b - a is linear in the variable: its least value is at one end of its range.
            end = polynomial(lo if coefficient > 0 else hi)
            rest = {m: c for m, c in form.items() if m != ((("var", name), 1),)}
            form = add(rest, scale(end, coefficient))
    candidates = [form, *(add(form, scale(gap(known), -1)) for known in where if known[0] == "<=")]
    return any(set(c) <= {()} and c.get((), 0) >= 0 for c in candidates)


def never_zero(term: Term, base: Mapping[str, Any], assumed: set[str]) -> None:
    """Raise KernelError unless a limit is almost surely not 0: a product of constants and Gaussians that are not 0."""
    if isinstance(term, list) and term:
        head, arguments = term[0], term[1:]
        if head == "*":
            for factor in arguments:
                never_zero(factor, base, assumed)
            return
        if head in ("prod", "prodexcept"):
            never_zero(arguments[-1], base, assumed)
            return
        if head == "consecutive":
            never_zero(arguments[3], base, assumed)
            return
        if head == "z":
            require("z_nonzero" in assumed, "z_i, z_j could be 0: the hypothesis z_nonzero is not a premise")
            return
        if head == "F":  # a Gaussian of variance |x_u|²/n_0, or Sig(L-1) at (x_u, x_u)
            require("inputs_nonzero" in assumed, "x_i, x_j could be 0: the hypothesis inputs_nonzero is not a premise")
            return
        if head in ("Gam", "Dot"):  # E of a square, or of a product, that is positive where y_i, y_j > 0
            _common_units(term, assumed)
            return
        if head == "Sig":
            level = constant(arguments[0])
            if level is None or level == 0:
                require("not_orthogonal" in assumed, f"{show(term)} could be 0: not_orthogonal is not a premise")
            if level != 0:
                _common_units(term, assumed)
            return
    require(constant(term) not in (None, 0), f"{show(term)} could be 0")


def _common_units(term: Term, assumed: set[str]) -> None:
    """P[y_i > 0, y_j > 0] > 0 in every layer: neither input is 0, nor one a negative multiple of the other."""
    require("not_antiparallel" in assumed, "the masks could be disjoint: not_antiparallel is not a premise")
    # inputs whose product is not 0 are not 0 themselves
    nonzero = assumed & {"inputs_nonzero", "not_orthogonal"}
    require(bool(nonzero), f"{show(term)} could be 0: the hypothesis inputs_nonzero is not a premise")


def indicator(u: str, conv: Judgment, assumed: set[str]) -> Term:
    """The limit of D(u), a product of steps: the only factors with values 0 and 1 there are."""
    entry = {"for": [["d", 1, "H"]], "x": ["f", u, "d"], "p": 0, "y": ["F", u, "d"]}
    value = substitute(definitions.COMPOSITES["D"]["is"], {"u": u})
    return _limit(value, {**conv, "entries": [entry]}, {}, assumed)[1]


def nonzero_product(conv: Judgment, assumed: set[str]) -> Judgment:
    """The only entry's limit is a product of factors none of which is ever 0; such products compose.

    One factor more may be the limit of D(i): the F(i, d) are independent and symmetric, so that
    P[D(i) = 1] = 2^{-(H-1)} > 0.
    """
    require(len(conv["entries"]) == 1 and not conv["entries"][0]["for"], "one limit is needed, not a family")
    limit = conv["entries"][0]["y"]
    mask = indicator("i", conv, assumed) if {"z_nonzero", "inputs_nonzero"} <= assumed else None
    for factor in flatten(limit):
        if mask is None or not same(factor, mask):
            never_zero(factor, conv["base"], assumed)
    return {"is": "nonzero", "of": limit, "where": conv["where"]}


def select(conv: Judgment, x: Term, values: Mapping[str, Term]) -> Judgment:
    """One member of a family, at given indices."""
    at_values = at(conv, {})
    power, limit = _lookup(substitute(x, values), at_values, {})
    entry = {"for": [], "x": substitute(x, values), "p": power, "y": limit}
    return {**conv, "entries": [entry]}


def order(conv: Judgment, nonzero: Judgment) -> Judgment:
    """Order(X, p) from X/n^p → Y in distribution and P[Y ≠ 0] > 0."""
    require(len(conv["entries"]) == 1 and not conv["entries"][0]["for"], "one limit is needed, not a family")
    entry = conv["entries"][0]
    require(same(entry["y"], nonzero["of"]), f"{show(nonzero['of'])} is not the limit {show(entry['y'])}")
    where = join(conv["where"], nonzero["where"])
    return {"is": "order", "of": entry["x"], "power": entry["p"], "where": where}
