"""Kernels at inputs where they are plain numbers, and refutations at such inputs.

Angles of 0°, 90° and 180° suffice: there 2 E[σσ] = s t, s t/π and 0, and 2 E[σ'σ'] = 1, 1/2 and 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

from lemmas._implicit import H, Implicit, L, omega, phi, x, y, z
from lemmas._reals import PI, RELU, l, once, plim
from verifier.kernel.core.sorts import need
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.binders import falsity
from verifier.proving.tactics import Fact

Number = int | Fraction
#: numbers; what only the last step meets can be another term
Entries = tuple[Any, Any, Any]
INVERSE = app("inv", PI)


def root(a: Number) -> Fraction:
    """The square root of a square."""
    a = Fraction(a)
    out = Fraction(isqrt(a.numerator), isqrt(a.denominator))
    need(out * out == a, f"{a} is no square")
    return out


class Values(Implicit):
    """Values of kernels, with relu(phi) in scope."""

    def dual_value(self, head: str, entries: Entries) -> Fact:
        """dual or dual_slope at numbers of correlation 1, 0 or -1."""
        p, (a, b, c) = self.p, entries
        s, t = root(a), root(c)
        part = {s * t: Fraction(0), Fraction(0): Fraction(1, 2), -s * t: Fraction(1)}[Fraction(b)]
        found = self.dual_at(num(s), num(t), part, head)
        value = (
            {0: num(1), Fraction(1, 2): num(Fraction(1, 2)), 1: num(0)}[part]
            if head == "dual_slope"
            else ({0: num(s * t), Fraction(1, 2): times(num(s * t), INVERSE), 1: num(0)}[part])
        )
        term = app(head, phi, *map(num, entries))
        return p.arith(eq(term, value), p.restate(eq(term, found.prop.fields[1][1]), found), self.pi_inverse())

    def own_value(self, c: Number, n: int, s: Number) -> Fact:
        """layer_own(c, n, s) = c^n s."""
        p, own = self.p, lambda n_: app("layer_own", phi, c, n_, s)
        if n == 0:
            return p.by("layer_own.0", phi=phi, c=c, s=s)
        before = self.own_value(c, n - 1, s)
        step = self.right(p.by("layer_own.step", phi=phi, c=c, l=n - 1, s=s), before)
        value = num(Fraction(c) ** n * s)
        same = p.by(self.dual_same(), goal=eq(app("dual", phi, value, value, value), value))
        return p.restate(eq(own(n), value), p.chain(step, same))

    def layer_value(self, cs: Entries, n: int, ss: Entries) -> Fact:
        """layer(c11, c12, c22, n, s11, s12, s22) as a number; only the last step may be a multiple of 1/π."""
        p = self.p
        if n == 0:
            return self.row_at("layer.0", cs, ss)
        before = self.layer_value(cs, n - 1, ss)
        own = [self.own_value(cs[i], n - 1, ss[i]) for i in (0, 2)]
        step = self.right(self.row_at("layer.step", cs, ss, l=n - 1), before, *own)
        return p.restate(*self.joined(step, self.dual_value("dual", self.entries(cs, before, own))))

    def slope_value(self, cs: Entries, n: int, ss: Entries) -> Fact:
        """layer_slope(c11, c12, c22, n, s11, s12, s22) as a number."""
        p = self.p
        before = self.layer_value(cs, n - 1, ss)
        own = [self.own_value(cs[i], n - 1, ss[i]) for i in (0, 2)]
        step = self.right(self.row_at("layer_slope", cs, ss, l=n), before, *own)
        return p.restate(*self.joined(step, self.dual_value("dual_slope", self.entries(cs, before, own))))

    def joined(self, step: Fact, value: Fact) -> tuple[Term, Fact]:
        """a = c from a = b and b = c."""
        return eq(step.prop.fields[1][0], value.prop.fields[1][1]), self.p.chain(step, value)

    @staticmethod
    def entries(cs: Entries, before: Fact, own: Sequence[Fact]) -> Entries:
        """The Gram entries of the next pre-activations."""
        values = [f.prop.fields[1][1].fields[0] for f in (own[0], before, own[1])]
        need(all(isinstance(v, Fraction) for v in values), "a layer that is no number is the last one")
        a, b, c = (Fraction(c) * v if v else Fraction(0) for c, v in zip(cs, values, strict=True))
        return a, b, c

    def row_at(self, name: str, cs: Entries, ss: Entries, **more: Any) -> Fact:
        """A row on ``layer`` or its kin at these entries."""
        values: dict[str, Any] = dict(zip(("c11", "c12", "c22", "s11", "s12", "s22"), (*cs, *ss), strict=True))
        return self.p.by(name, phi=phi, **values, **more)

    # -- at inputs -----------------------------------------------------------------------------------------------------

    def sig_value(self, n: int, pair: tuple[Term, Term], entries: Entries, dots: Sequence[Fact]) -> Fact:
        """Σ^n of f at inputs whose Gram entries are numbers."""
        p = self.p
        found = self.right(p.by("Sig", phi=phi, l=n, x=pair[0], y=pair[1]), *dots)
        return p.restate(*self.joined(found, self.layer_value((1, 1, 1), n, entries)))

    def passed_value(self, cs: Entries, ss: Entries) -> Fact:
        """c12 Σ̇^1 = Π_{t=1}^{1} c12 Σ̇^t."""
        p = self.p
        k = Var("k", "int")
        body = fun([k], times(cs[1], app("layer_slope", phi, *cs, k, *ss)))
        found = p.chain(self.row_at("passed", cs, ss, v=2, u=1), self.product(num(1), num(1), body))
        found = self.right(found, p.by("cprod.empty", lo=1, hi=0, F=body), self.slope_value(cs, 1, ss))
        return found

    def tangent_value(self, cs: Entries, ss: Entries) -> Fact:
        """The tangent kernel at depth 2: s12 c12 Σ̇^1 + Σ^1."""
        p = self.p
        k = Var("k", "int")
        body = fun([k], times(app("layer", phi, *cs, minus(k, 1), *ss), app("passed", phi, *cs, 2, k, *ss)))
        factor = fun([k], times(cs[1], app("layer_slope", phi, *cs, k, *ss)))
        found = p.chain(self.row_at("tangent", cs, ss, l=2), p.by("csum.last", lo=1, hi=2, F=body))
        found = self.right(found, p.by("csum.last", lo=1, hi=1, F=body), p.by("csum.empty", lo=1, hi=0, F=body))
        none = p.chain(self.row_at("passed", cs, ss, v=2, u=2), p.by("cprod.empty", lo=2, hi=1, F=factor))
        return self.right(
            found, none, self.passed_value(cs, ss), self.layer_value(cs, 0, ss), self.layer_value(cs, 1, ss)
        )

    # -- what exists ---------------------------------------------------------------------------------------------------

    def inputs(
        self,
        entries: Sequence[Term | Number],
        how: Callable[[], Fact],
        pair: tuple[Var, Var] = (x, y),
        facts: Sequence[Fact] = (),
    ) -> Fact:
        """Falsity, if it follows by ``how`` from two inputs with these Gram entries, in scope as ``pair``."""
        p, (q, r) = self.p, pair
        dots = [eq(app("dot", q, q), entries[0]), eq(app("dot", q, r), entries[1]), eq(app("dot", r, r), entries[2])]
        with p.given(*dots):
            false = how()
        closed = p.close([q, r], dots, false)
        a, b, c = entries
        with p.using(*facts):
            return p.by("inputs.exist", closed, a=a, b=b, c=c, P=FALSE)

    def everywhere(self, how: Callable[[], Fact]) -> Fact:
        """Falsity, if it follows by ``how`` from a ReLU and a mode in which all widths grow, in scope."""
        p, n = self.p, Var("n", "int")
        grow = [forall([n], imp(le(1, n), app(g, omega, n))) for g in ("grows", "grows_g")]
        with p.given(RELU, *grow):
            false = how()
        inner = p.by("mode.grows", p.close([omega], grow, false), P=FALSE)
        return p.by("relu.exists", p.close([phi], [RELU], inner), P=FALSE)

    def refuted(self, printed: Term, how: Callable[[Fact], Fact]) -> Fact:
        """printed ⟹ falsity, closed; ``how`` leads from ``printed`` to falsity with a ReLU and a mode in scope."""
        p = self.p
        assumed = p.assume(printed)
        return p.imp_intro(printed, self.everywhere(lambda: how(assumed)))

    def nonzero_inputs(self, *inputs: Term) -> list[Fact]:
        """q ≠ 0 for inputs whose |q|²/n_0 is a positive number by an equation in scope."""
        p = self.p
        return [p.by("nonzero_input.intro", self.positive_dot(q), x=q) for q in inputs]

    def positive_dot(self, q: Term) -> Fact:
        """|q|²/n_0 > 0, by an equation in scope with a number on its right."""
        p, norm = self.p, app("dot", q, q)
        same = next(f for f in self.all_dots() if f.prop.fields[1][0] == norm)
        return p.rewrite(self.positive(same.prop.fields[1][1]), p.flip(same))

    def all_dots(self) -> list[Fact]:
        """The equations for inner products in scope."""
        return [f for f in self.p.in_scope("eq") if getattr(f.prop.fields[1][0], "fields", ("",))[0] == "dot"]

    @once
    def own_one(self) -> Fact:
        """layer_own(1, l, 1) = 1."""
        p, own = self.p, lambda n: app("layer_own", phi, 1, n, 1)
        k = Var("k", "int")
        with p.given(RELU):
            same = p.by(self.dual_same(), goal=eq(app("dual", phi, 1, 1, 1), 1))

            def step(before: Fact) -> Fact:
                found = self.right(p.by("layer_own.step", phi=phi, c=1, l=k, s=1), before)
                return p.restate(eq(own(plus(k, 1)), 1), p.chain(found, same))

            whole = self.induction(k, 0, eq(own(k), 1), lambda: p.by("layer_own.0", phi=phi, c=1, s=1), step)
        return self.flat(p.close([phi], [RELU], whole))

    @once
    def sig_one(self) -> Fact:
        """Σ^l(x, x) = 1 for |x|² = n_0."""
        p, premises = self.p, [RELU, le(0, l), eq(app("dot", x, x), 1)]
        with p.given(*premises) as (_, _, unit):
            found = self.right(
                p.by(self.sig_own(), goal=eq(app("Sig", phi, l, x, x), app("layer_own", phi, 1, l, app("dot", x, x)))),
                unit,
            )
            fact = p.chain(found, p.by(self.own_one(), goal=eq(app("layer_own", phi, 1, l, 1), 1)))
        return p.close([phi, l, x], premises, fact)

    @once
    def activations_one(self) -> Fact:
        """a^{l-1}·a^{l-1}/m_{l-1} → 1 at one input of unit norms."""
        p = self.p
        premises = [RELU, le(1, L), app("grows", omega, L), app("grows_g", omega, H), le(1, l), le(l, H),
                    eq(app("dot", x, x), 1), eq(app("dot", z, z), 1)]  # fmt: skip
        with p.given(*premises) as (*_, unit):
            found = p.by(
                self.gram_g(), goal=plim(app("GQ", phi, L, l, x, x, z, z), app("GSig", phi, L, minus(l, 1), x, x, z, z))
            )
            own = self.right(self.own_at(minus(l, 1), x, z), unit,
                             p.by(self.sig_one(), goal=eq(app("Sig", phi, minus(L, 1), x, x), 1)),
                             p.by(self.own_one(), goal=eq(app("layer_own", phi, 1, minus(l, 1), 1), 1)))  # fmt: skip
            fact = self.to(found, own)
        return p.close([phi, omega, L, H, l, x, z], premises, fact)

    def absurd_root(self, same: Fact, root_: Term) -> Fact:
        """Falsity from 1 = √2/2: √2 = 2, and its square is 2, not 4."""
        p = self.p
        two = p.arith(eq(root_, 2), same)
        square = p.by("sqrt.square", x=2)
        return falsity(p, p.rewrite(square, two))
