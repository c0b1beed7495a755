"""The relu recursion of a small hypernetwork in exact integers, differentiated by differences.

On one activation cell f is affine in each layer's weights and h is a polynomial of degree at most H in any one
weight and of degree HL along any direction.  So every derivative here is read off values: of a polynomial of known
degree at enough points.  Nothing is shared with the kernel but the definitions.
"""

from __future__ import annotations

import copy
import random
from fractions import Fraction
from itertools import product
from math import factorial


def coefficients(values):
    """The coefficients of the polynomial with values[t] at t = 0, 1, …, by Lagrange's formula."""
    count = len(values)
    out = [Fraction(0)] * count
    for node in range(count):
        basis = [Fraction(values[node])]
        for other in range(count):
            if other != node:
                basis = [
                    (Fraction(low) - other * Fraction(high)) / (node - other)
                    for low, high in zip([0, *basis], [*basis, 0], strict=True)
                ]
        out = [a + b for a, b in zip(out, basis, strict=True)]
    return out


class Reference:
    """Weights, scalars for √2 and 1/√n, two inputs and their true masks; f^1..f^H and h on that cell."""

    def __init__(self, widths, outputs, seed, inputs=None):
        rng = random.Random(seed)
        draw = lambda: rng.choice([-3, -2, -1, 1, 2, 3])  # noqa: E731
        self.L, self.H, sizes = len(widths), outputs, [*widths, outputs]
        self.sizes = sizes
        self.W = {l: [[draw() for _ in range(sizes[l - 1])] for _ in range(sizes[l])] for l in range(1, self.L + 1)}
        self.c = {l: abs(draw()) for l in range(1, self.L + 1)}
        self.root2 = abs(draw())
        self.x = {u: [draw() for _ in range(sizes[0])] for u in "ij"}
        self.z = {u: draw() for u in "ij"}
        if inputs:  # special ones: x_j as a multiple of x_i, and z_i, z_j
            multiple, self.z = inputs[0], dict(zip("ij", inputs[1:], strict=True))
            self.x["j"] = [multiple * v for v in self.x["i"]]
        self.masks = {}
        for u in "ij":
            q = self.x[u]
            for l in range(1, self.L):
                y = self.apply(self.W, l, q)
                self.masks[u, l] = [int(v > 0) for v in y]
                q = self.relu(u, l, y)
            g, self.masks[u, "g"] = self.z[u], []
            for f in self.apply(self.W, self.L, q)[:-1]:
                self.masks[u, "g"].append(int(f * g > 0))
                g = max(f * g, 0)

    def apply(self, weights, l, q):
        return [self.c[l] * sum(w * v for w, v in zip(row, q, strict=True)) for row in weights[l]]

    def relu(self, u, l, y):
        return [self.root2 * m * v for m, v in zip(self.masks[u, l], y, strict=True)]

    def layers(self, u, weights=None, kick=None):
        """q^0..q^{L-1} and f, with kick = (l, vector) added to y^l."""
        weights, q, out = weights or self.W, self.x[u], [self.x[u]]
        for l in range(1, self.L + 1):
            y = self.apply(weights, l, q)
            if kick and kick[0] == l:
                y = [a + b for a, b in zip(y, kick[1], strict=True)]
            q = self.relu(u, l, y) if l < self.L else y
            out.append(q)
        return out

    def f(self, u, d, weights=None, kick=None):
        return self.layers(u, weights, kick)[-1][d - 1]

    def h(self, u, weights=None):
        out = self.z[u]
        for d in range(1, self.H + 1):
            out *= self.f(u, d, weights)
            if d < self.H:
                out *= self.masks[u, "g"][d - 1]
        return out

    def D(self, u):
        return int(all(self.masks[u, "g"]))

    def moved(self, steps):
        """The weights with multiples of directions added, one layer or all of them."""
        weights = copy.deepcopy(self.W)
        for factor, direction in steps:
            for l, rows in direction.items():
                for a, row in enumerate(rows):
                    for b, v in enumerate(row):
                        weights[l][a][b] += factor * v
        return weights

    def gradient(self, function, degree, layers=None):
        """∂function/∂W^l for every l, from values at degree + 1 points along each weight."""
        out = {}
        for l in layers or self.W:
            rows, columns = len(self.W[l]), len(self.W[l][0])
            out[l] = [[0] * columns for _ in range(rows)]
            for a, b in product(range(rows), range(columns)):
                unit = [[int((a, b) == (s, t)) for t in range(columns)] for s in range(rows)]
                values = [function(self.moved([(step, {l: unit})])) for step in range(degree + 1)]
                out[l][a][b] = coefficients(values)[1] if degree else Fraction(0)
        return out

    def along(self, function, degree, order):
        """d^order/dt^order function(w + t ∇h_j) at t = 0."""
        v = self.gradient(lambda w: self.h("j", w), self.H)
        values = [function(self.moved([(t, v)])) for t in range(degree + 1)]
        return coefficients(values)[order] * factorial(order) if order <= degree else Fraction(0)

    def a(self, d, k):
        return self.along(lambda w: self.f("i", d, w), self.L, k)

    def K(self, r):
        return self.along(lambda w: self.h("i", w), self.H * self.L, r)

    def hj(self, d):
        """∂h_j/∂f_j^d: h is affine in the output d."""
        others = [self.f("j", t) for t in range(1, self.H + 1) if t != d]
        out = self.z["j"] * self.D("j")
        for value in others:
            out *= value
        return out

    def T(self, d, layers, outputs):
        """The coefficient of s_1…s_k of f_i^d(w + Σ s_m ∂f_j^{e_m}/∂W^{l_m}), by inclusion and exclusion."""
        steps = [
            self.gradient(lambda w, e=e: self.f("j", e, w), 1, [l]) for l, e in zip(layers, outputs, strict=True)
        ]  # fmt: skip
        total = Fraction(0)
        for chosen in product((0, 1), repeat=len(steps)):
            sign = (-1) ** (len(steps) - sum(chosen))
            total += sign * self.f("i", d, self.moved(list(zip(chosen, steps, strict=True))))
        return total

    def delta(self, u, l, d):
        """∂f_u^d/∂y_u^l: f is affine in y^l on the cell."""
        unit = lambda a: [int(a == b) for b in range(self.sizes[l])]  # noqa: E731
        return [self.f(u, d, kick=(l, unit(a))) - self.f(u, d) for a in range(self.sizes[l])]

    def Q(self, l):
        left, right = self.layers("i")[l - 1], self.layers("j")[l - 1]
        return self.c[l] ** 2 * sum(a * b for a, b in zip(left, right, strict=True))

    def C(self, l, d, e):
        return sum(a * b for a, b in zip(self.delta("i", l, d), self.delta("j", l, e), strict=True))

    def A(self, above, below, e):
        kicked = self.layers("i", kick=(below, self.delta("j", below, e)))[above - 1]
        moved = [a - b for a, b in zip(kicked, self.layers("i")[above - 1], strict=True)]
        return self.c[above] ** 2 * sum(a * b for a, b in zip(self.layers("j")[above - 1], moved, strict=True))


class Given:
    """In the place of a stream: the elements of a Reference, in the order in which a network draws them."""

    def __init__(self, reference, p):
        self.p = p
        r = reference
        elements = [v for l in r.W for row in r.W[l] for v in row]
        elements += [*r.c.values(), r.root2, *r.x["i"], *r.x["j"], r.z["i"], r.z["j"]]
        elements += [m for u in "ij" for l in range(1, r.L) for m in r.masks[u, l]]
        elements += [m for u in "ij" for m in r.masks[u, "g"]]
        self.elements = iter(elements)

    def element(self):
        return next(self.elements) % self.p

    def vector(self, size):
        return [self.element() for _ in range(size)]

    def matrix(self, rows, columns):
        return [self.vector(columns) for _ in range(rows)]
