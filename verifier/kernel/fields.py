"""Terms evaluated on real small networks over a prime field.

A network here is the paper's recursion with every transcendental thing replaced by free field
elements: masks Z (any diagonal matrix), √2 and 1/√n_l (any scalars).  An identity that holds for
these holds on every activation cell and with every normalisation, so nothing is lost by it.

The quantities are computed from their definitions, not from the formulas under test: ``a`` and
``K`` by truncated power series in t along v = ∇_w h_j, ``T`` by substituting one factor per layer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise, product
from typing import Any

from verifier.kernel.terms import KernelError, Term, require, show

Vector = list[int]
Matrix = list[Vector]


def primes_from(digest: str, count: int) -> tuple[int, ...]:
    """``count`` primes of 61 bits that depend on ``digest`` alone."""
    found: list[int] = []
    counter = 0
    while len(found) < count:
        block = hashlib.sha256(f"prime:{digest}:{counter}".encode()).digest()
        candidate = (int.from_bytes(block[:8], "big") >> 3) | (1 << 60) | 1
        while not _is_prime(candidate):
            candidate += 2
        if candidate not in found:
            found.append(candidate)
        counter += 1
    return tuple(found)


def _is_prime(number: int) -> bool:
    """Miller-Rabin with the twelve bases that are exact below 3.3e24."""
    for small in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if number % small == 0:
            return number == small
    odd, shift = number - 1, 0
    while odd % 2 == 0:
        odd, shift = odd // 2, shift + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(base, odd, number)
        if x in (1, number - 1):
            continue
        if all((x := x * x % number) != number - 1 for _ in range(shift - 1)):
            return False
    return True


class Stream:
    """Field elements drawn from SHA-256 in counter mode: a function of the digest alone."""

    def __init__(self, digest: str, p: int) -> None:
        self.p, self._digest, self._counter = p, digest, 0

    def element(self) -> int:
        self._counter += 1
        block = hashlib.sha256(f"{self._digest}:{self.p}:{self._counter}".encode()).digest()
        return int.from_bytes(block[:16], "big") % self.p

    def vector(self, size: int) -> Vector:
        return [self.element() for _ in range(size)]

    def matrix(self, rows: int, columns: int) -> Matrix:
        return [self.vector(columns) for _ in range(rows)]


class Network:
    """One hypernetwork with m = 1 at two inputs i, j: depth L, widths n_0..n_{L-1}, H outputs of f."""

    def __init__(self, widths: list[int], outputs: int, stream: Stream) -> None:
        self.p, self.L, self.H = stream.p, len(widths), outputs
        sizes = [*widths, outputs]
        self.W = {l: stream.matrix(sizes[l], sizes[l - 1]) for l in range(1, self.L + 1)}
        self.c = {l: stream.element() for l in range(1, self.L + 1)}  # stands for 1/√n_{l-1}
        self.root2 = stream.element()  # stands for √2
        self.x = {u: stream.vector(sizes[0]) for u in "ij"}
        self.z = {u: stream.element() for u in "ij"}
        self.Z = {(u, l): stream.vector(sizes[l]) for u in "ij" for l in range(1, self.L)}
        self.mask_g = {(u, t): stream.element() for u in "ij" for t in range(1, outputs)}
        self.q: dict[tuple[str, int], Vector] = {}
        for u in "ij":
            self.q[u, 0] = self.x[u]
            for l in range(1, self.L + 1):
                y = self.times(self.W[l], self.q[u, l - 1], self.c[l])
                self.q[u, l] = self.activate(u, l, y) if l < self.L else y
        self.delta = {u: self._backward(u) for u in "ij"}
        self.h = [self._h(d) for d in range(1, outputs + 1)]
        self._series: list[list[int]] | None = None

    def times(self, matrix: Matrix, vector: Vector, factor: int = 1) -> Vector:
        return [factor * sum(a * b for a, b in zip(row, vector, strict=True)) % self.p for row in matrix]

    def activate(self, u: str, l: int, y: Vector) -> Vector:
        return [self.root2 * a * b % self.p for a, b in zip(self.Z[u, l], y, strict=True)]

    def dot(self, left: Vector, right: Vector) -> int:
        return sum(a * b for a, b in zip(left, right, strict=True)) % self.p

    def _backward(self, u: str) -> dict[tuple[int, int], Vector]:
        """δ^{l,d} = ∂f^d/∂y^l."""
        out: dict[tuple[int, int], Vector] = {}
        for d in range(1, self.H + 1):
            out[self.L, d] = [int(k == d) for k in range(1, self.H + 1)]
            for l in range(self.L - 1, 0, -1):
                columns = [list(column) for column in zip(*self.W[l + 1], strict=True)]
                out[l, d] = self.activate(u, l, self.times(columns, out[l + 1, d], self.c[l + 1]))
        return out

    def _h(self, d: int) -> int:
        """h_j^d = a_j^{d-1} Π_{t=d}^{H-1} f_j^{t+1} σ'(g_j^t), Eq. (33), with a^l = σ(g^l)."""
        f, a = self.q["j", self.L], self.z["j"]
        for t in range(1, d):
            a = a * f[t - 1] * self.mask_g["j", t] % self.p
        for t in range(d, self.H):
            a = a * f[t] * self.mask_g["j", t] % self.p
        return a

    def output_series(self) -> list[list[int]]:
        """The coefficients of f_i^d(w + t v) in t up to order L + 1, v = ∇_w h_j, for each d."""
        if self._series is None:
            order = self.L + 2
            q: list[Vector] = [self.x["i"]] + [[0] * len(self.x["i"])] * (order - 1)
            for l in range(1, self.L + 1):
                push = [0] * len(self.W[l])
                for d in range(1, self.H + 1):
                    push = [(a + self.h[d - 1] * b) % self.p for a, b in zip(push, self.delta["j"][l, d], strict=True)]
                y = []
                for k in range(order):
                    forward = self.times(self.W[l], q[k], self.c[l])
                    if k:
                        inner = self.c[l] ** 2 * self.dot(self.q["j", l - 1], q[k - 1])
                        forward = [(a + inner * b) % self.p for a, b in zip(forward, push, strict=True)]
                    y.append(forward)
                q = [self.activate("i", l, v) for v in y] if l < self.L else y
            self._series = [[q[k][d] for k in range(order)] for d in range(self.H)]
        return self._series

    def coefficient(self, d: int, k: int) -> int:
        series = self.output_series()[d - 1]
        return series[k] if k < len(series) else 0

    def layer_term(self, d: int, layers: tuple[int, ...], outputs: tuple[int, ...]) -> int:
        """T^{l,d}_{d_1..d_k}: f_i^d with ∂f_j^{d_m}/∂W^{l_m} put in the place of W^{l_m}."""
        if len(set(layers)) < len(layers):
            return 0
        at = dict(zip(layers, outputs, strict=True))
        q = self.x["i"]
        for l in range(1, self.L + 1):
            if l in at:
                inner = self.c[l] ** 2 * self.dot(self.q["j", l - 1], q) % self.p
                y = [inner * b % self.p for b in self.delta["j"][l, at[l]]]
            else:
                y = self.times(self.W[l], q, self.c[l])
            q = self.activate("i", l, y) if l < self.L else y
        return q[d - 1]

    def step(self, above: int, below: int, e: int) -> int:
        """A(l', l, e) = ⟨q_j^{l'-1}, J_i δ_j^{l,e}⟩ / n_{l'-1}, J_i = ∂q_i^{l'-1}/∂y_i^l, for l' > l."""
        require(below < above, f"A({above}, {below}, {e}) runs down the layers")
        v = self.activate("i", below, self.delta["j"][below, e])
        for l in range(below + 1, above):
            v = self.activate("i", l, self.times(self.W[l], v, self.c[l]))
        return self.c[above] ** 2 * self.dot(self.q["j", above - 1], v) % self.p


    def quantity(self, name: str, indices: list[Any]) -> int:
        """A quantity of the definitions at indices in their ranges; KernelError for any other."""
        require(name in _SYMBOLS, f"no network quantity is called {name}")
        kinds, symbol = _SYMBOLS[name]
        require(len(kinds) == len(indices), f"{name} has {len(kinds)} indices, not {len(indices)}")
        for kind, value in zip(kinds, indices, strict=True):
            entries = value if kind in "le" and isinstance(value, tuple) else (value,)
            require(all(self._in_range(kind, entry) for entry in entries), f"{name}: {value} is no index {kind}")
        return symbol(self, *indices)

    def _in_range(self, kind: str, value: Any) -> bool:
        """u an input, d and e outputs, l a layer, k an order."""
        if kind == "u":
            return value in ("i", "j")
        last = {"d": self.H, "e": self.H, "l": self.L}.get(kind)
        integer = isinstance(value, int) and not isinstance(value, bool)
        return integer and (value >= 0 if last is None else 1 <= value <= last)


def compositions(parts: int, total: int, most: int) -> Iterator[tuple[int, ...]]:
    """All (k_1..k_H) with 0 <= k_d <= most and Σ k_d = total."""
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(min(most, total) + 1):
        for rest in compositions(parts - 1, total - first, most):
            yield (first, *rest)


def evaluate(term: Term, env: Mapping[str, Any], net: Network) -> int:
    """The value of a term in the field; variables are integers or tuples of them in ``env``."""
    p = net.p
    if isinstance(term, int):
        return term % p
    if isinstance(term, str):
        require(term in env and isinstance(env[term], int), f"{term} has no value here")
        return int(env[term]) % p
    head, arguments = term[0], term[1:]
    rule = _OPERATORS.get(head)
    if rule is not None:
        return rule(arguments, env, net) % p
    return net.quantity(head, [index(argument, env) for argument in arguments]) % p


def index(term: Term, env: Mapping[str, Any]) -> Any:
    """An integer, a tuple of indices or an input label, evaluated over the integers."""
    if isinstance(term, int):
        return term
    if isinstance(term, str):
        return term if term in ("i", "j") else env[term]
    head, arguments = term[0], term[1:]
    if head == "list":
        return tuple(index(argument, env) for argument in arguments)
    values = [index(argument, env) for argument in arguments]
    if head == "first":
        return values[0][0]
    if head == "last":
        return values[0][-1]
    if head == "len":
        return len(values[0])
    if head == "+":
        return sum(values)
    if head == "-":
        return -values[0] if len(values) == 1 else values[0] - sum(values[1:])
    if head == "*":
        out = 1
        for value in values:
            out *= value
        return out
    if head in ("min", "max"):
        return min(values) if head == "min" else max(values)
    raise KernelError(f"{show(term)} is not an index")


Operator = Callable[[list[Any], Mapping[str, Any], Network], int]


def _sum(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    name, lo, hi, body = a
    return sum(evaluate(body, {**env, name: v}, net) for v in range(index(lo, env), index(hi, env) + 1))


def _product_of(values: Iterator[int], p: int) -> int:
    out = 1
    for value in values:
        out = out * value % p
    return out


def _prod(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    name, lo, hi, *skip, body = a
    avoid = index(skip[0], env) if skip else None
    span = (v for v in range(index(lo, env), index(hi, env) + 1) if v != avoid)
    return _product_of((evaluate(body, {**env, name: v}, net) for v in span), net.p)


def _comps(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    d, k, parts, total, most, body = a
    out = 0
    for parts_k in compositions(index(parts, env), index(total, env), index(most, env)):
        out += _product_of(
            (evaluate(body, {**env, d: m, k: v}, net) for m, v in enumerate(parts_k, start=1)), net.p
        )
    return out


def _chain(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    k, depth, (l1, last), (lp, l2, step), (l3, first) = a
    out = 0
    for layers in product(range(1, index(depth, env) + 1), repeat=index(k, env)):
        if all(x < y for x, y in pairwise(layers)):
            value = evaluate(last, {**env, l1: layers[-1]}, net) * evaluate(first, {**env, l3: layers[0]}, net)
            steps = (evaluate(step, {**env, l2: x, lp: y}, net) for x, y in pairwise(layers))
            out += value * _product_of(steps, net.p)
    return out


def _tuples(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    name, size, k, body = a
    span = product(range(1, index(size, env) + 1), repeat=index(k, env))
    return sum(evaluate(body, {**env, name: v}, net) for v in span)


def _over(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    ts, name, body = a
    return _product_of((evaluate(body, {**env, name: v}, net) for v in index(ts, env)), net.p)


def _consecutive(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    ls, es, (lp, lo, eo), body = a
    l, e = index(ls, env), index(es, env)
    factors = (evaluate(body, {**env, lo: l[m], lp: l[m + 1], eo: e[m]}, net) for m in range(len(l) - 1))
    return _product_of(factors, net.p)


def _fact(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    require(index(a[0], env) >= 0, f"the factorial of {show(a[0])} is that of a negative number")
    return _product_of(iter(range(1, index(a[0], env) + 1)), net.p)


def _power(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    return pow(evaluate(a[0], env, net), index(a[1], env), net.p)


def _divide(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    return evaluate(a[0], env, net) * pow(evaluate(a[1], env, net), -1, net.p)


def _minus(a: list[Any], env: Mapping[str, Any], net: Network) -> int:
    values = [evaluate(t, env, net) for t in a]
    return -values[0] if len(values) == 1 else values[0] - sum(values[1:])


_OPERATORS: dict[str, Operator] = {
    "+": lambda a, env, net: sum(evaluate(t, env, net) for t in a),
    "-": _minus,
    "*": lambda a, env, net: _product_of((evaluate(t, env, net) for t in a), net.p),
    "/": _divide,
    "^": _power,
    "fact": _fact,
    "sum": _sum,
    "prod": _prod,
    "prodexcept": _prod,
    "comps": _comps,
    "chain": _chain,
    "tuples": _tuples,
    "over": _over,
    "consecutive": _consecutive,
    "kron": lambda a, env, net: int(index(a[0], env) == index(a[1], env)),
}


def _fold_mask(net: Network, u: str) -> int:
    return _product_of((net.mask_g[u, t] for t in range(1, net.H)), net.p)


def _factorial(k: int) -> int:
    out = 1
    for v in range(2, k + 1):
        out *= v
    return out


def _hyper_term(net: Network, r: int) -> int:
    """K^(r) = d^r/dt^r h_i(w + t ∇h_j) at 0, by the recursion g^l = f^l a^{l-1}, a^l = σ'(g^l) g^l, h = g^H."""
    a = [net.z["i"]] + [0] * r
    for d in range(1, net.H + 1):
        f = [net.coefficient(d, k) for k in range(r + 1)]
        mask = net.mask_g["i", d] if d < net.H else 1
        a = [mask * sum(a[k] * f[s - k] for k in range(s + 1)) % net.p for s in range(r + 1)]
    return a[r] * _factorial(r)


def _layer_T(net: Network, d: int, layers: tuple[int, ...], outputs: tuple[int, ...]) -> int:
    pairs = sorted(zip(layers, outputs, strict=True))
    return net.layer_term(d, tuple(l for l, _ in pairs), tuple(e for _, e in pairs))


#: name -> (kinds of its indices, value)
_SYMBOLS: dict[str, tuple[str, Callable[..., int]]] = {
    "f": ("ud", lambda net, u, d: net.q[u, net.L][d - 1]),
    "z": ("u", lambda net, u: net.z[u]),
    "D": ("u", _fold_mask),
    "hj": ("d", lambda net, d: net.h[d - 1]),
    "a": ("dk", lambda net, d, k: net.coefficient(d, k) * _factorial(k)),
    "K": ("k", _hyper_term),
    "T": ("dle", _layer_T),
    "Q": ("l", lambda net, l: net.c[l] ** 2 * net.dot(net.q["i", l - 1], net.q["j", l - 1])),
    "C": ("lde", lambda net, l, d, e: net.dot(net.delta["i"][l, d], net.delta["j"][l, e])),
    "A": ("lle", lambda net, lp, l, e: net.step(lp, l, e)),
}
