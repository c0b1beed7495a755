"""Expectations of products of bounded functions by rigorous integration: one Gaussian variable, or two by Mehler.

A function of one variable is a list of factors f(a x + b)^e, times x^k; every f is bounded by 1, so that tails are
known.  For two variables of correlation ρ, E[F(X) G(Y)] = Σ_j ρ^j F_j G_j with Hermite coefficients; what is left
after K terms is at most |ρ|^{K+1} √(E F² - Σ F_j²) √(E G² - Σ G_j²).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from flint import acb, arb

from verifier.programs.derive.functions import function
from verifier.programs.derive.numbers import precision

#: where an integral is cut off, in standard deviations
FAR = 30
#: Hermite coefficients of a function; the tail that is small enough
HERMITE, ENOUGH = 40, 1e-12
#: bits of an integral
BITS = 80

Factor = tuple[str, arb, arb, int]  # f, a, b, e


class Univariate:
    """x^k Π f(a x + b)^e as a function of z = x/σ, and its expectations under a standard normal z."""

    def __init__(self, factors: Sequence[Factor], k: int, sigma: arb) -> None:
        self.factors, self.k, self.sigma = tuple(factors), k, sigma
        self._hermite: list[arb] = []

    def _plain(self, z: Any) -> Any:
        x = z * self.sigma
        out = x**self.k if self.k else acb(1)
        for name, a, b, e in self.factors:
            if name != "step":
                out *= function(name).value(a * x + b) ** e
        return out

    def _pieces(self) -> list[tuple[arb, arb]]:
        """Where no step changes and all are 1."""
        low, high = arb(-FAR), arb(FAR)
        for name, a, b, _ in self.factors:
            if name != "step":
                continue
            at = -b / (a * self.sigma)
            if bool(a > 0):
                low = at if bool(at > low) else low
            else:
                high = at if bool(at < high) else high
        return [(low, high)] if bool(low < high) else []

    def mean(self, power: int = 1, order: int = 0) -> arb:
        """E[F^power He_order(z)], with the tails in the radius."""
        with precision(BITS):
            norm = (2 * arb.pi()).sqrt()

            def integrand(z: acb, analytic: bool) -> acb:
                del analytic  # meromorphic: a pole in the ball gives an infinite ball
                value = self._plain(z)
                return (value if power == 1 else value * value) * _hermite(order, z) * (-z * z / 2).exp() / norm

            found = arb(0)
            for low, high in self._pieces():
                found += acb.integral(integrand, low, high, rel_tol=arb(2) ** -60, abs_tol=arb(2) ** -60).real
            return found + arb(0, self._tail(power, order))

    def _tail(self, power: int, order: int) -> arb:
        """The part beyond :data:`FAR`: |He_j(z)| <= j! (1 + |z|)^j <= j! 2^j |z|^j there, and the f are at most 1."""
        degree = self.k * power + order
        front = self.sigma ** (self.k * power) * arb(2) ** order * arb(order + 1).gamma()
        beyond = (arb(FAR) ** 2 / 2).gamma_upper(arb(degree + 1) / 2)
        return (front * arb(2) ** (arb(degree) / 2) / arb.pi().sqrt() * beyond).upper()

    def coefficient(self, j: int) -> arb:
        """E[F He_j]/√j!."""
        while len(self._hermite) <= j:
            at = len(self._hermite)
            self._hermite.append(self.mean(1, at) / arb(at + 1).gamma().sqrt())
        return self._hermite[j]

    @cache  # noqa: B019
    def square(self) -> arb:
        """E F²."""
        return self.mean(2)


def _hermite(order: int, z: acb) -> acb:
    before, now = acb(0), acb(1)
    for j in range(order):
        before, now = now, z * now - j * before
    return now


def pair(F: Univariate, G: Univariate, rho: arb) -> arb:
    """E[F(X) G(Y)] at correlation ``rho``; NaN where it cannot be enclosed well."""
    size = abs(rho)
    if not bool(size < 1):
        return arb("nan")
    with precision(BITS):
        found, left, right = arb(0), F.square(), G.square()
        for j in range(HERMITE):
            a, b = F.coefficient(j), G.coefficient(j)
            found += rho**j * a * b
            left, right = left - a * a, right - b * b
            most = (abs(left) * abs(right)).upper()
            tail = size ** (j + 1) * arb(most).sqrt()
            if bool(tail < ENOUGH):
                break
        return found + arb(0, tail.upper())
