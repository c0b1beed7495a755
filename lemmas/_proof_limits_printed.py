"""What is printed of limits and is false: instances of Theorem 1 and Section 3, each ⟹ falsity.

Every fact is (what is printed, at one network and at inputs that exist) ⟹ falsity, without hypotheses.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from lemmas._limits import equals, no_order_of_zero, not_zero, number, pos_add, positive
from lemmas._proof_as_printed import ratio
from lemmas._proof_theorem1_exact import zero
from lemmas._proof_theorem1_limits import atom_shallow, order_shallow
from verifier.kernel.core.terms import FALSE, Term, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.hyper import L, l, phi, x, y
from verifier.kernel.theory.limits import omega
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.binders import apply, at
from verifier.proving.tactics import Fact, Prover

RELU = app("relu", phi)


def scaled(depth: int) -> Term:
    """n, the smallest width of a network of this depth, tends to infinity."""
    return app("scaled", omega, depth)


def unit(u: Term) -> Term:
    """|u|² = n_0"""
    return eq(app("dot", u, u), 1)


def somewhere(p: Prover, refute: Callable[[], Fact]) -> Fact:
    """Falsity, from ``refute`` with a mode, a ReLU and x, y with |x|² = |y|² = x·y = n_0 in scope."""
    widths = [forall([L], imp(le(1, L), app(s, omega, L))) for s in ("scaled", "proportional")]
    points = (unit(x), unit(y), eq(app("dot", x, y), 1))
    with p.given(*widths) as given, p.given(RELU, *points):
        scales = [at(p, fact, depth) for fact in given for depth in (1, 2)]
        with p.using(*scales):
            false = refute()
    false = p.by("angle.exists", p.close([x, y], points, false), c=1, P=FALSE)
    false = p.by("relu.exists", p.close([phi], [RELU], false), P=FALSE)
    return p.by("mode.exists", p.close([omega], widths, false), P=FALSE)


def closed(p: Prover, claim: Term, refute: Callable[[Fact], Fact]) -> Fact:
    """claim ⟹ falsity"""
    with p.alone(), p.given(claim) as (printed,):
        false = somewhere(p, lambda: refute(printed))
    return p.imp_intro(claim, false)


def one_input(p: Prover, x: Term = x) -> list[Fact]:
    """At |x|² = n_0, in scope: x ≠ 0, x is not opposite to itself, and x·x ≠ 0."""
    own = p.by("nonzero_input.intro", positive(p, app("dot", x, x)), x=x)
    with p.given(app("antiparallel", x, x)):
        low = p.by("antiparallel.negative", x=x, y=x)
        false = p.imp_elim(p.all_elim(p.row("pos.elim"), app("dot", x, x)), p.by("nonzero_input.pos", own, x=x), low)
    apart = p.imp_intro(app("antiparallel", x, x), false)
    return [own, apart, not_zero(p, p.by("nonzero_input.pos", own, x=x))]


def printed_limit(p: Prover) -> Fact:
    """n² (K^(4) - K_same^(4)) does not tend to 0 at H = L = 2: K^(4) is four times what (48) makes of it."""
    K = app("K", phi, 1, 2, 2, 4, x, x, 1, 1)
    same = app("K_same", phi, 1, 2, 2, 4, x, x, 1, 1)
    order_ = app("min", 0, minus(2, 4))
    claim = forall([omega, phi, x], imp(scaled(2), RELU, unit(x), app("vanishes", omega, minus(K, same), order_)))

    def refute(printed: Fact) -> Fact:
        factor = at(p, ratio(p), phi, 1, 2, 2, x, 1, 1)
        four = factor.prop.fields[1][1].fields[1][0]
        twice = fun([l], num(2))
        inner = p.chain(
            apply(p, "prod.first", lo=1, hi=1, F=twice),
            p.evaluate(times(2, app("prod", 2, 1, twice)), apply(p, "prod.empty", lo=2, hi=1, F=twice)),
        )
        inner = p.restate(eq(app("prod", 1, 1, twice), 2), inner)
        outer = four.fields[1][2]
        whole = apply(p, "prod.first", lo=1, hi=2, F=outer)
        second = apply(p, "prod.first", lo=2, hi=2, F=outer)
        empty = apply(p, "prod.empty", lo=3, hi=2, F=outer)
        value = p.evaluate(four, whole, second, empty, inner)
        factor = p.restate(eq(K, times(4, same)), p.rewrite(p.restate(eq(K, times(four, same)), factor), value))
        small = at(p, printed, omega, phi, x)
        difference = p.restate(eq(minus(K, same), times(3, same)), p.evaluate(minus(K, same), factor))
        small = p.rewrite(small, difference)
        back = p.by("vanishes.mul", small, p.by("upper.const", omega=omega, c=num(Fraction(4, 3))))
        back = p.restate(app("vanishes", omega, times(4, same), order_), back)
        back = equals(p, factor, back)
        return p.by("order.vanishes", order_at_one_input(p, 4), back, P=FALSE)

    return closed(p, claim, refute)


def order_at_one_input(p: Prover, r: int) -> Fact:
    """K^(r) ~ n^{min(0, 2-r)} at H = L = 2, at one input, |x|² = n_0 and z = 1."""
    own, apart, oblique = one_input(p)
    kernel = tangent(p, own, apart)
    overlap = overlapping(p)
    facts = [own, apart, number(p, 1), p.ring(1, 1), overlap]
    facts.append(p.imp_intro(le(plus(times(2, minus(2, 1)), 1), r), oblique))
    facts.append(p.imp_intro(le(1, r), p.imp_intro(le(plus(r, 1), times(2, 2)), kernel)))
    with p.using(*facts):
        return at(p, order_shallow(p), omega, phi, 1, 2, 2, r, x, x, 1, 1)


def overlapping(p: Prover) -> Fact:
    """At one point the masks are one mask."""
    own = p.by("nonzero_input.intro", positive(p, app("dot", x, x)), x=x)
    return p.by("overlap.same", own, number(p, 1), phi=phi, m=1, H=2, L=2, x=x, z=1)


def tangent(p: Prover, own: Fact, apart: Fact) -> Fact:
    """Θ(x, x) ≠ 0 at depth 2: Σ^0 Σ̇^1 + Σ^1."""
    theta = app("Theta", phi, 2, x, x)
    kernel = fun([l], times(app("Sig", phi, minus(l, 1), x, x), app("Dot", phi, 2, l, x, x)))
    whole = apply(p, "Theta", phi=phi, L=2, x=x, y=x)
    whole = p.restate(eq(theta, app("csum", 1, 2, kernel)), whole)
    parts = [
        apply(p, "csum.first", lo=lo, hi=2, F=kernel) for lo in (1, 2)
    ] + [apply(p, "csum.empty", lo=3, hi=2, F=kernel)]  # fmt: skip
    value = p.chain(whole, p.evaluate(app("csum", 1, 2, kernel), *parts))
    with p.using(own, apart):
        dots = [apply(p, "Dot.pos", phi=phi, L=2, l=l_, x=x, y=x) for l_ in (1, 2)]
        second = p.by("pos.mul", apply(p, "Sig.pos", phi=phi, l=1, x=x, y=x), dots[1])
    sigma = apply(p, "Sig", phi=phi, l=0, x=x, y=x)
    names = ("phi", "c11", "c12", "c22", "l", "s11", "s12", "s22")
    at_0 = dict(zip(names, sigma.prop.fields[1][1].fields[1], strict=True))
    del at_0["l"]
    sigma = p.chain(sigma, apply(p, "layer.0", **at_0))
    first = equals(p, sigma, p.by("nonzero_input.pos", own, x=x))
    first = p.by("pos.mul", first, dots[0])
    both = pos_add(p, first, second)
    return not_zero(p, equals(p, p.restate(eq(theta, both.prop.fields[1][0]), value), both))


def printed_atom(p: Prover) -> Fact:
    """Half of all networks have lim K^(1) = 0 at H = L = 2, at one input; printed, with sgn for σ': none."""
    K = app("K", phi, 1, 2, 2, 1, x, x, 1, 1)
    claim = forall([omega, phi, x], imp(scaled(2), RELU, unit(x), app("atom", omega, K, 0, 0)))

    def refute(printed: Fact) -> Fact:
        own, apart, _ = one_input(p)
        kernel = tangent(p, own, apart)
        conditional = p.imp_intro(le(1, 1), p.imp_intro(le(plus(1, 1), times(2, 2)), kernel))
        with p.using(own, number(p, 1), p.ring(1, 1), conditional):
            atom = at(p, atom_shallow(p), omega, phi, 1, 2, 2, 1, x, 1)
        half = num(Fraction(1, 2))
        mass = [apply(p, "power.step", c=half, k=0), apply(p, "power.0", c=half)]
        weight = apply(p, "min.left", a=0, b=minus(2, 1))
        atom = p.rewrite(atom, *mass, weight)
        same = p.by("atom.unique", atom, at(p, printed, omega, phi, x))
        return p.imp_elim(p.row("one.positive"), p.arith(le(1, 0), same))

    return closed(p, claim, refute)


def printed_range(p: Prover) -> Fact:
    """K^(2) = 0 at H = L = 1: it has no order."""
    K = app("K", phi, 1, 1, 1, 2, x, x, 1, 1)
    claim = forall([omega, phi, x], imp(scaled(1), RELU, unit(x), app("order", omega, K, app("min", 0, minus(1, 2)))))

    def refute(printed: Fact) -> Fact:
        return no_order_of_zero(p, p.rewrite(at(p, printed, omega, phi, x), _beyond(p)))

    return closed(p, claim, refute)


def _beyond(p: Prover) -> Fact:
    homogeneous = p.by("relu.homogeneous", phi=phi)
    with p.using(homogeneous, p.by("homogeneous.piecewise", homogeneous), p.ring(1, 1)):
        return at(p, zero(p), phi, 1, 1, 1, 2, x, x, 1, 1)


def printed_star(p: Prover) -> Fact:
    """T^2 = 0 at L = 1: it has no order."""
    S = app("S", phi, 1, 2, x, x)
    claim = forall([omega, phi, x], imp(scaled(1), RELU, unit(x), app("order", omega, S, app("min", 0, minus(1, 2)))))

    def refute(printed: Fact) -> Fact:
        star = apply(p, "S", phi=phi, L=1, r=2, x=x, y=x)
        return no_order_of_zero(p, p.rewrite(at(p, printed, omega, phi, x), star, _beyond(p)))

    return closed(p, claim, refute)


def prove_limits_printed(p: Prover) -> dict[str, list[Fact]]:
    """Refutations by claim, each (instance of what is printed) ⟹ falsity."""
    return {
        "theorem1.printed": [printed_range(p)],
        "theorem1.printed-limit": [printed_limit(p)],
        "theorem1.printed-atom": [printed_atom(p)],
        "section3.printed": [printed_star(p)],
    }
