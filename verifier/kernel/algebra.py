"""Rules that conclude identities: power series, multilinear forms, products of rank-one factors, degrees.

Each rule computes its conclusion from the definitions, the premises and the step's data; the
caller compares it with what the step states.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from verifier.kernel import definitions, judgments
from verifier.kernel.extents import extent
from verifier.kernel.fields import Network, Stream, evaluate, primes_from
from verifier.kernel.judgments import Judgment, canonical, join
from verifier.kernel.terms import RESERVED, KernelError, Term, flatten, free_variables, require, same, show, substitute

#: The largest extent (see kernel/extents.py) of a side: at most one point in 2^40 modulo a prime of 61 bits is a
#: zero of a polynomial of such degree that is not 0 there, and at most 2^20/60 such primes divide its coefficients.
LARGEST_EXTENT = 1 << 20
LARGEST = {"width": 4, "depth": 4, "outputs": 3, "index": 64}


def definition(table: dict[str, dict[str, Any]], name: Any, what: str) -> dict[str, Any]:
    """The record of ``name`` in one of the tables of definitions."""
    if not isinstance(name, str) or name not in table:
        raise KernelError(f"{show(name)} has no definition as {what}; known: {', '.join(sorted(table))}")
    return table[name]


def series_product(name: Any) -> Judgment:
    """X(r) = c Σ_{k_1+..+k_H=r} r!/(k_1!…k_H!) Π_d factor(d, k_d), from Σ X(r) t^r/r! = c Π_d Σ_k factor(d,k) t^k/k!.

    This is Lemma 4, Eq. (29), with K for X.
    """
    record = definition(definitions.SERIES_PRODUCTS, name, "a product of series")
    d, k = record["index"]
    order, count = record["order"], record["count"]
    body = ["/", record["factor"], ["fact", k]]
    right = ["*", ["fact", order], record["coefficient"], ["comps", d, k, count, order, order, body]]
    return {"is": "eq", "left": record["of"], "right": right, "where": [["<=", 1, count], ["<=", 0, order]]}


def multilinear(name: Any) -> Judgment:
    """⟨M, v^{⊗k}⟩ = Σ_{l∈[L]^k} Σ_{e∈[H]^k} Π_m weight(e_m) ⟨M, u(l_1,e_1)⊗…⊗u(l_k,e_k)⟩ for v = Σ weight(e) u(l,e).

    This is Lemma 5, Eq. (34).
    """
    record = definition(definitions.FORMS, name, "a form contracted with a power")
    (x, weight), (ls, es, polar) = record["weight"], record["polar"]
    order, layers, outputs = record["order"], record["layers"], record["outputs"]
    body = ["*", ["over", es, "x", substitute(weight, {x: "x"})], polar]
    right = ["tuples", ls, layers, order, ["tuples", es, outputs, order, body]]
    where = [["<=", 1, order], ["<=", 1, layers], ["<=", 1, outputs]]
    return {"is": "eq", "left": record["of"], "right": right, "where": where}


def transfer(name: Any) -> Judgment:
    """A product of affine factors differentiated along rank-one directions, neighbours contracted: Eq. (16).

    For ``T`` (distinct layers in increasing order) one summand; for ``a`` the sum over all of them,
    k! Σ_{l_1<…<l_k} left(l_k) Π between(l_{m+1}, l_m) right(l_1).
    """
    record = definition(definitions.LAYERED, name, "a product of layers")
    l, d, e, left = record["left"]
    lp, lo, eo, between = record["between"]
    r, right = record["right"]
    if name == "T":
        value = [
            "*", substitute(left, {l: ["last", "l"], d: "d", e: ["last", "e"]}),
            ["consecutive", "l", "e", [lp, "l0", "e0"], substitute(between, {lo: "l0", eo: "e0"})],
            substitute(right, {r: ["first", "l"]}),
        ]  # fmt: skip
        where = [["=", ["increasing", "l"], 1], ["=", ["len", "e"], ["len", "l"]]]
        for end in ("first", "last"):
            where += [["<=", 1, [end, "l"]], ["<=", [end, "l"], "L"], ["<=", 1, [end, "e"]], ["<=", [end, "e"], "H"]]
        return {"is": "eq", "left": record["of"], "right": value, "where": where}
    x, weight = record["weight"]
    outputs, layers, order = record["outputs"], record["layers"], record["order"]

    def summed(term: Term, index: str) -> Term:
        return ["sum", index, 1, outputs, ["*", substitute(weight, {x: index}), term]]

    chain = ["chain", order, layers, [l, summed(left, e)], [lp, lo, summed(between, eo)], [r, right]]
    where = [["<=", 1, order], ["<=", order, layers], ["<=", 1, outputs]]
    return {"is": "eq", "left": record["of"], "right": ["*", ["fact", order], chain], "where": where}


def gather(form: Judgment, term: Judgment) -> Judgment:
    """Lemma 5's sum over all tuples of layers, with Eq. (16) put in: the sum over increasing tuples.

    ``form`` is X(k) = Σ_{l∈[L]^k} Σ_{e∈[H]^k} Π weight(e_m) T(l, e), ``term`` is T(l, e) for increasing l.  T is a
    derivative, so it is symmetric in the pairs (l_m, e_m), and 0 if a layer occurs twice (f is affine in each
    W^l).  So each increasing tuple stands for k! of all, and the sum over e_m goes to the link it belongs to.
    """
    names = [name for name in definitions.FORMS if name in definitions.LAYERED]
    found = [name for name in names if canonical(form) == canonical(multilinear(name))]
    require(len(found) == 1, f"{show(form)} is not a form expanded over layers and outputs")
    require(canonical(term) == canonical(transfer("T")), f"{show(term)} is not the layer-resolved term")
    return transfer(found[0])


def zeroth(name: Any) -> Judgment:
    """The term of order 0 of a layered product: the network's output itself."""
    record = definition(definitions.LAYERED, name, "a product of layers")
    require("zeroth" in record, f"{name} has no term of order 0")
    left = substitute(record["of"], {record["order"]: 0})
    return {"is": "eq", "left": left, "right": record["zeroth"], "where": []}


def degree(name: Any) -> Judgment:
    """A coefficient beyond the degree of a polynomial is zero."""
    record = definition(definitions.DEGREES, name, "a polynomial")
    order, top = record["order"], record["degree"]
    return {"is": "zero", "of": record["of"], "where": [["<=", ["+", top, 1], order], ["<=", 1, "L"], ["<=", 1, "H"]]}


def output_row(name: Any) -> Judgment:
    """f^d is the d-th entry of y^L, so that C(L, d, e) = ∂f^d/∂y^L · ∂f^e/∂y^L is Kronecker's delta."""
    require(name == "C", f"{show(name)} has no value at the last layer")
    return {"is": "eq", "left": ["C", "L", "d", "e"], "right": ["kron", "d", "e"], "where": [["<=", 1, "L"]]}


def vanishing_factor(eq: Judgment, factor: Judgment, equations: Any) -> Judgment:
    """X = Π factors is zero where one of them is, by ``factor`` (left = right) and ``equations`` between indices.

    Each equation is ["=", a, b]: indices that are identified, or ["=", right side, 0] at them.
    """
    require(eq["is"] == "eq" and factor["is"] == "eq", "identities at every size are needed")
    factors = flatten(eq["right"])
    pairs = [(e[1], e[2]) for e in equations if e[0] == "="]
    head, *names = factor["left"]
    found = [t for t in factors if isinstance(t, list) and t[0] == head]
    require(len(found) == 1, f"{show(eq['right'])} has not exactly one factor {head}")
    require(all(isinstance(name, str) for name in names), f"{show(factor['left'])} is not stated in parameters")
    require(len(set(names)) == len(names), f"{show(factor['left'])} repeats a parameter")
    values = dict(zip(names, found[0][1:], strict=True))
    fixed = [(name, values.pop(name)) for name in ("H", "L") if name in values]
    reached_all = all(same(name, given) or (given, name) in pairs for name, given in fixed)
    require(reached_all, f"{show(found[0])} is not {show(factor['left'])}")
    reached = substitute(factor["right"], values)
    require(any(same(a, reached) and same(b, 0) for a, b in pairs), f"{show(reached)} is not given to be 0")
    there = [substitute(constraint, values) for constraint in factor["where"]]
    where = join(eq["where"], there, [["=", a, b] for a, b in pairs])
    return {"is": "zero", "of": eq["left"], "where": where}


def truncate(eq: Judgment, zero: Judgment) -> Judgment:
    """In X = c Σ_{k_1+..+k_H=r} Π_d body(d, k_d) drop the parts beyond the order from which body vanishes."""
    factors = eq["right"]
    require(isinstance(factors, list) and factors[0] == "*", "the right side is not a product")
    where = [i for i, t in enumerate(factors) if isinstance(t, list) and t and t[0] == "comps"]
    require(len(where) == 1, "the right side has not exactly one sum over compositions")
    _, d, k, count, total, most, body = factors[where[0]]
    require(same(most, total), "the parts are bounded already")
    # The body must be the vanishing quantity at the part's own indices, times or over something finite.
    wanted = zero["of"]
    require(isinstance(body, list) and body[0] in ("*", "/") and same(body[1], wanted), "another quantity vanishes")
    require(isinstance(wanted, list) and wanted[-1] == k and d in wanted, f"{show(wanted)} is not indexed by {d}, {k}")
    bounds = [c for c in zero["where"] if k in free_variables(c)]
    require(len(bounds) == 1 and bounds[0][0] == "<=" and bounds[0][2] == k, "no order to cut at")
    cut = ["-", bounds[0][1], 1]
    new = [*factors]
    new[where[0]] = ["comps", d, k, count, total, cut, body]
    rest = [c for c in zero["where"] if c is not bounds[0]]
    require(d not in free_variables(["list", cut, *(part for c in rest for part in c[1:])]), f"{d} is not free here")
    return {"is": "eq", "left": eq["left"], "right": new, "where": join(eq["where"], rest)}


def instance(data: dict[str, Any]) -> Judgment:
    """Both sides evaluated on networks over prime fields derived from the statement itself.

    ``data``: left, right, sizes = [{widths: [n_0..n_{L-1}], H, indices...}], primes (how many).
    The free variables of the two sides are the indices listed with each size.
    """
    left, right, sizes, primes = data["left"], data["right"], data["sizes"], data["primes"]
    require(isinstance(primes, int) and 2 <= primes <= 4, f"{show(primes)} primes: 2 to 4 are allowed")
    require(isinstance(sizes, list) and bool(sizes), "an instance identity needs at least one size")
    conclusion = {"is": "instance", "left": left, "right": right, "sizes": sizes, "primes": primes, "where": []}
    mark = judgments.digest(canonical(conclusion))
    fields = primes_from(mark, primes)
    for number, size in enumerate(sizes):
        for p in fields:
            _compare(left, right, size, p, f"{mark}:{number}")
    return conclusion


def _compare(left: Term, right: Term, size: dict[str, Any], p: int, seed: str) -> None:
    widths, outputs = size["widths"], size["H"]
    require(
        isinstance(widths, list) and 1 <= len(widths) <= LARGEST["depth"]
        and all(_within(w, 1, LARGEST["width"]) for w in widths) and _within(outputs, 1, LARGEST["outputs"]),
        f"{show(size)}: widths 1..{LARGEST['width']}, depth 1..{LARGEST['depth']}, H 1..{LARGEST['outputs']}",
    )  # fmt: skip
    env: dict[str, Any] = {"L": len(widths), "H": outputs}
    for name, value in size.items():
        if name not in ("widths", "H"):
            require(name not in RESERVED, f"{show(size)}: {name} is given by the widths")
            entries = value if isinstance(value, list) else [value]
            right_size = all(_within(entry, -LARGEST["index"], LARGEST["index"]) for entry in entries)
            require(right_size, f"{show(size)}: {name} is neither an integer nor integers of a tuple, up to 64")
            env[name] = tuple(value) if isinstance(value, list) else value
    for side in (left, right):
        found = extent(side, env)
        require(found <= LARGEST_EXTENT, f"degree and coefficients of extent {found}: {LARGEST_EXTENT} is allowed")
    net = _network(tuple(widths), outputs, seed, p)
    values = evaluate(left, env, net), evaluate(right, env, net)
    require(values[0] == values[1], f"at {show(size)} modulo {p}: {values[0]} is not {values[1]}")


def _within(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


@lru_cache(maxsize=512)
def _network(widths: tuple[int, ...], outputs: int, seed: str, p: int) -> Network:
    return Network(list(widths), outputs, Stream(seed, p))
