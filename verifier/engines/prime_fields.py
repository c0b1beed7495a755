"""Small networks over a prime field, with all that is transcendental replaced by free elements of the field.

Masks (any diagonal matrices), √2 and 1/√n_l (any scalars) are free, so that an identity of polynomials that holds here
holds on every activation cell, at every boundary between cells and with every normalisation.  Quantities are computed
from their definitions, not from the formulas under test: ``a`` and ``K`` by truncated power series in t along
v = ∇_w h_j, ``T`` by substituting one factor a layer.
"""

from __future__ import annotations

import hashlib
from math import factorial

from verifier.kernel.core.sorts import need

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


class FieldNetwork:
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
        """T^{l,d}_{d_1..d_k}: f_i^d with ∂f_j^{d_m}/∂W^{l_m} put in the place of W^{l_m}; layers in any order."""
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

    def hyper_term(self, r: int) -> int:
        """K^(r) = d^r/dt^r h_i(w + t ∇h_j) at 0, by the recursion g^l = f^l a^{l-1}, a^l = σ'(g^l) g^l, h = g^H."""
        a = [self.z["i"]] + [0] * r
        for d in range(1, self.H + 1):
            f = [self.coefficient(d, k) for k in range(r + 1)]
            mask = self.mask_g["i", d] if d < self.H else 1
            a = [mask * sum(a[k] * f[s - k] for k in range(s + 1)) % self.p for s in range(r + 1)]
        return a[r] * factorial(r) % self.p

    def mask(self, u: str) -> int:
        """D(u), the product of the masks of g."""
        out = 1
        for t in range(1, self.H):
            out = out * self.mask_g[u, t] % self.p
        return out

    def gradients(self, l: int, d: int, e: int) -> int:
        """C(l, d, e) = ⟨∂f_i^d/∂y_i^l, ∂f_j^e/∂y_j^l⟩."""
        return self.dot(self.delta["i"][l, d], self.delta["j"][l, e])

    def gram(self, l: int) -> int:
        """Q(l) = ⟨q_i^{l-1}, q_j^{l-1}⟩/n_{l-1}."""
        return self.c[l] ** 2 * self.dot(self.q["i", l - 1], self.q["j", l - 1]) % self.p

    def step(self, above: int, below: int, e: int) -> int:
        """A(l', l, e) = ⟨q_j^{l'-1}, J_i δ_j^{l,e}⟩ / n_{l'-1}, J_i = ∂q_i^{l'-1}/∂y_i^l, for l' > l."""
        need(below < above, f"A({above}, {below}, {e}) runs down the layers")
        v = self.activate("i", below, self.delta["j"][below, e])
        for l in range(below + 1, above):
            v = self.activate("i", l, self.times(self.W[l], v, self.c[l]))
        return self.c[above] ** 2 * self.dot(self.q["j", above - 1], v) % self.p
