"""Theorems on networks of infinite width that several statements share, proved from one-layer rows by induction.

:class:`Wide` proves them inside a given proof, each at most once; all are closed facts ⋀ … ranges ⟹ hypotheses ⟹ ….
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from lemmas._reals import NONZERO, PI, RELU, L, Reals, a, c, d, e, h, i, j, k, l, omega, once, phi, plim, s, u, x, y
from verifier.kernel.core.terms import App, Term, Var, app, as_term, eq, forall, fun, imp, le
from verifier.kernel.theory.writing import many, minus, plus, times
from verifier.proving.binders import at
from verifier.proving.matching import opened
from verifier.proving.tactics import Fact


class Wide(Reals):
    """The theorems, proved in ``p``."""

    def at(self, fact: Fact, *terms: Term) -> Fact:
        """⋀… ⟹ … at ``terms``, the premises from what is in scope."""
        return at(self.p, fact, *terms)

    def flat(self, fact: Fact) -> Fact:
        """⋀ all variables. all premises ⟹ conclusion, from a fact that opens them one after the other."""
        p = self.p
        vs: list[Term] = []
        premises: list[Term] = []
        while isinstance(fact.prop, App) and fact.prop.fields[0] in ("all", "imp"):
            if fact.prop.fields[0] == "all":
                new, _ = opened(fact.prop.fields[1][0])
                vs += new
                fact = p.all_elim(fact, *new)
            else:
                premises.append(fact.prop.fields[1][0])
                fact = p.imp_elim(fact, p.assume(premises[-1]))
        return p.close(vs, premises, fact)

    def induction(
        self, k: Term, base: int | Term, body: Term, first: Callable[[], Fact], step: Callable[[Fact], Fact]
    ) -> Fact:
        """⋀k. base ≤ k ⟹ body, from ``body`` at base and, for k with ``body``, at k + 1 (a function of that fact)."""
        p, V = self.p, fun([k], body)
        start = p.restate(app(V, base), first())
        with p.given(le(base, k), body) as (_, before):
            after = p.restate(app(V, plus(k, 1)), step(before))
        after = p.imp_intro(le(base, k), p.imp_intro(body, after))
        return p.by("int.induction", start, p.all_intro([k], after), V=V, m=base)

    # -- dual activations ----------------------------------------------------------------------------------------------

    def dual_at(self, s_: Term | int, t_: Term | int, part: Term | Fraction | int, head: str = "dual") -> Fact:
        """dual(s², s t cos θ, t²) of the ReLU at θ = part·π, 0 <= part <= 1, for s, t >= 0 (> 0, for the slope)."""
        p, angle = self.p, times(as_term(part), PI)
        pi = p.by("pi.above")
        if head == "dual":
            signs = [p.arith(le(0, v)) for v in (as_term(s_), as_term(t_))]
        else:
            signs = [self.positive(v) for v in (as_term(s_), as_term(t_))]
        found = p.by(
            f"{head}.relu",
            *signs,
            p.arith(le(0, angle), pi),
            p.arith(le(angle, PI), pi),
            phi=phi,
            s=s_,
            t=t_,
            theta=angle,
        )
        return self.number(found)

    @once
    def dual_same(self) -> Fact:
        """dual(a, a, a) = a for a >= 0: relu is homogeneous and 2 E relu² = 1."""
        p, root = self.p, app("sqrt", a)
        with p.given(RELU, le(0, a)):
            p_square = p.by("sqrt.square", x=a)
            with p.using(p.by("sqrt.nonneg", x=a)):
                form = p.rewrite(self.dual_at(root, root, 0), p_square)
            inverse = self.pi_inverse()
            fact = p.arith(
                eq(app("dual", phi, a, a, a), a),
                form,
                self.scaled(p_square, PI, app("inv", PI)),
                self.scaled(inverse, a),
            )
        return p.close([phi, a], [RELU, le(0, a)], fact)

    @once
    def own_positive(self) -> Fact:
        """layer_own(c, l, s) > 0 for c, s > 0."""
        p, own = self.p, app("layer_own", phi, c, k, s)
        with p.given(RELU, app("pos", c), app("pos", s)) as (_, pos_c, pos_s):

            def step(before: Fact) -> Fact:
                product = p.by("pos.mul", pos_c, before)
                same = p.by(self.dual_same(), p.by("pos.le", product))
                return p.rewrite(product, p.flip(p.chain(p.by("layer_own.step", phi=phi, c=c, l=k, s=s), same)))

            first = lambda: p.rewrite(pos_s, p.flip(p.by("layer_own.0", phi=phi, c=c, s=s)))  # noqa: E731
            fact = self.induction(k, 0, app("pos", own), first, step)
        return self.flat(p.close([phi, c, s], [RELU, app("pos", c), app("pos", s)], fact))

    @once
    def own_is_layer(self) -> Fact:
        """layer(c, c, c, l, s, s, s) = layer_own(c, l, s): the recursion at one input."""
        p = self.p
        here, own = (lambda n: app("layer", phi, c, c, c, n, s, s, s)), (lambda n: app("layer_own", phi, c, n, s))

        def step(before: Fact) -> Fact:
            one = p.by("layer.step", phi=phi, c11=c, c12=c, c22=c, l=k, s11=s, s12=s, s22=s)
            two = p.by("layer_own.step", phi=phi, c=c, l=k, s=s)
            return p.chain(p.rewrite(one, before), p.flip(two))

        def first() -> Fact:
            one = p.by("layer.0", phi=phi, c11=c, c12=c, c22=c, s11=s, s12=s, s22=s)
            return p.chain(one, p.flip(p.by("layer_own.0", phi=phi, c=c, s=s)))

        return self.flat(p.all_intro([phi, c, s], self.induction(k, 0, eq(here(k), own(k)), first, step)))

    # -- f -------------------------------------------------------------------------------------------------------------

    @once
    def sig_own(self) -> Fact:
        """Σ^l(x, x) = layer_own(1, l, |x|²/n_0)."""
        p, norm = self.p, app("dot", x, x)
        with p.given(le(0, l)):
            fact = p.chain(
                p.by("Sig", phi=phi, l=l, x=x, y=x),
                p.by(
                    self.own_is_layer(),
                    goal=eq(app("layer", phi, 1, 1, 1, l, norm, norm, norm), app("layer_own", phi, 1, l, norm)),
                ),
            )
        return p.close([phi, l, x], [le(0, l)], fact)

    @once
    def gram(self) -> Fact:
        """Q^l → Σ^{l-1}, 1 <= l <= L, for hidden widths that tend to infinity in any manner."""
        p = self.p
        sig = lambda n, p_, q_: app("Sig", phi, n, p_, q_)  # noqa: E731
        body = imp(le(plus(k, 1), L), forall([x, y], plim(app("Q", phi, plus(k, 1), x, y), sig(k, x, y))))
        grows = app("grows", omega, L)
        with p.given(RELU, grows):

            def first() -> Fact:
                zero = p.by("Sig", phi=phi, l=0, x=x, y=y)
                zero = p.chain(zero, p.by("layer.0", goal=eq(zero.prop.fields[1][1], app("dot", x, y))))
                start = p.by("plim.const", omega=omega, c=app("dot", x, y))
                start = p.subst(p.flip(p.by("Q.first", phi=phi, x=x, y=y)), fun([h], plim(h, app("dot", x, y))), start)
                start = p.subst(p.flip(zero), fun([c], plim(app("Q", phi, 1, x, y), c)), start)
                return p.imp_intro(le(1, L), p.all_intro([x, y], start))

            def step(before: Fact) -> Fact:
                reach = le(plus(k, 2), L)
                with p.given(reach):
                    at = p.imp_elim(before, p.arith(le(plus(k, 1), L)))
                    facts = [p.all_elim(at, *pair) for pair in ((x, x), (x, y), (y, y))]
                    found = p.by("gram.step", *facts, L=L, l=plus(k, 1))
                    found = p.subst(self.sig_step(k, x, y), fun([c], plim(app("Q", phi, plus(k, 2), x, y), c)), found)
                return p.imp_intro(reach, p.all_intro([x, y], found))

            whole = self.induction(k, 0, body, first, step)
            with p.given(le(1, l), le(l, L)):
                there = p.imp_elim(p.all_elim(whole, minus(l, 1)), p.arith(le(0, minus(l, 1))))
                there = p.imp_elim(there, p.arith(le(plus(minus(l, 1), 1), L)))
                fact = p.restate(plim(app("Q", phi, l, x, y), sig(minus(l, 1), x, y)), p.all_elim(there, x, y))
        return p.close([phi, omega, L, l, x, y], [RELU, grows, le(1, l), le(l, L)], fact)

    def sig_step(self, n: Term, p_: Term, q_: Term) -> Fact:
        """dual(Σ^n(x, x), Σ^n(x, y), Σ^n(y, y)) = Σ^{n+1}(x, y), with 0 <= n in scope."""
        p = self.p
        after = p.by("Sig", phi=phi, l=plus(n, 1), x=p_, y=q_)
        entries = [app("dot", p_, p_), app("dot", p_, q_), app("dot", q_, q_)]
        after = p.chain(
            after, p.by("layer.step", phi=phi, c11=1, c12=1, c22=1, l=n, s11=entries[0], s12=entries[1], s22=entries[2])
        )
        own = [
            p.flip(
                p.by(self.sig_own(), goal=eq(app("Sig", phi, n, r, r), app("layer_own", phi, 1, n, app("dot", r, r))))
            )
            for r in (p_, q_)
        ]
        middle = p.flip(p.by("Sig", phi=phi, l=n, x=p_, y=q_))
        after = self.right(after, *own, middle)
        return p.flip(after)

    def right(self, equation: Fact, *by: Fact) -> Fact:
        """``equation`` with its right side rewritten."""
        p = self.p
        for fact in by:
            for meant in self.meant(equation.prop.fields[1][1], fact):
                equation = p.chain(equation, p.evaluate(equation.prop.fields[1][1], meant))
        return equation

    @once
    def norms(self) -> Fact:
        """Σ^l(x, x) > 0 for x ≠ 0."""
        p, norm = self.p, app("dot", x, x)
        with p.given(RELU, le(0, l), app("nonzero_input", x)):
            facts = self.positive(1), p.by("nonzero_input.pos", x=x)
            own = p.by(self.own_positive(), p.assume(RELU), *facts, goal=app("pos", app("layer_own", phi, 1, l, norm)))
            fact = p.rewrite(
                own, p.flip(p.by(self.sig_own(), goal=eq(app("Sig", phi, l, x, x), app("layer_own", phi, 1, l, norm))))
            )
        return p.close([phi, l, x], [RELU, le(0, l), app("nonzero_input", x)], fact)

    def at_pairs(self, theorem: Fact, of: Callable[[Term, Term], Term]) -> list[Fact]:
        """``theorem`` at (x, x), (x, y), (y, y)."""
        return [self.p.by(theorem, goal=of(*pair)) for pair in ((x, x), (x, y), (y, y))]

    @once
    def masks(self) -> Fact:
        """(2/n_l) Σ_a σ'(y_a) σ'(y'_a) → Σ̇^l, 1 <= l <= L - 1."""
        p, premises = self.p, [RELU, app("grows", omega, L), le(1, l), le(plus(l, 1), L), *NONZERO]
        before = minus(l, 1)
        with p.given(*premises):
            grams = self.at_pairs(self.gram(), lambda q, r: plim(app("Q", phi, l, q, r), app("Sig", phi, before, q, r)))
            signs = [p.by(self.norms(), goal=app("pos", app("Sig", phi, before, q, q))) for q in (x, y)]
            found = p.by("mask.step", *grams, *signs, L=L, l=l)
            slope = p.chain(p.by("Sigdot", phi=phi, l=l, x=x, y=y), p.by("layer_slope", goal=self.slope_of(l)))
            slope = self.right(slope, *self.folded_sig(before))
            fact = p.subst(p.flip(slope), fun([c], plim(app("Mask", phi, l, x, y), c)), found)
        return p.close([phi, omega, L, l, x, y], premises, fact)

    @staticmethod
    def slope_of(n: Term) -> Term:
        """Σ̇^n(x, y), as ``layer_slope``, as dual_slope at the layer before."""
        entries, before = [app("dot", x, x), app("dot", x, y), app("dot", y, y)], minus(n, 1)
        own = [times(1, app("layer_own", phi, 1, before, entries[k_])) for k_ in (0, 2)]
        both = times(1, app("layer", phi, 1, 1, 1, before, *entries))
        return eq(app("layer_slope", phi, 1, 1, 1, n, *entries), app("dual_slope", phi, own[0], both, own[1]))

    def folded_sig(self, n: Term) -> list[Fact]:
        """Equations from ``layer_own`` and ``layer`` back to Σ^n at (x, x), (y, y) and (x, y)."""
        p = self.p
        own = [eq(app("Sig", phi, n, q, q), app("layer_own", phi, 1, n, app("dot", q, q))) for q in (x, y)]
        return [*(p.flip(p.by(self.sig_own(), goal=o)) for o in own), p.flip(p.by("Sig", phi=phi, l=n, x=x, y=y))]

    def product(self, lo: Term, hi: Term, F: Term) -> Fact:
        """Π_{lo}^{hi} F = Π_{lo}^{hi-1} F · F(hi), with lo <= hi in scope."""
        return self.p.by("cprod.last", lo=lo, hi=hi, F=F)

    @once
    def chains(self) -> Fact:
        """Entry (d, e) of P^{u→v} P'^{u→v}ᵀ → δ Π_{t=u}^{v-1} Σ̇^t, 1 <= u <= v <= L, for fixed d and e."""
        p = self.p
        premises = [RELU, app("grows", omega, L), *NONZERO, le(1, u)]
        dots = fun([k], app("Sigdot", phi, k, x, y))

        def entry(n: Term, q: Term, r: Term) -> Term:
            return plim(app("C", phi, n, u, q, r, x, y), times(app("delta", q, r), app("Dot", phi, n, u, x, y)))

        each = lambda n: forall([d, e], imp(le(1, d), le(1, e), entry(n, d, e)))  # noqa: E731
        with p.given(*premises):

            def first() -> Fact:
                with p.given(le(u, L), le(1, d), le(1, e)):
                    one = p.chain(
                        p.by("Dot", phi=phi, L=u, l=u, x=x, y=y), p.by("cprod.empty", lo=u, hi=minus(u, 1), F=dots)
                    )
                    start = p.by("plim.const", omega=omega, c=times(app("delta", d, e), 1))
                    start = p.subst(
                        p.flip(one), fun([c], plim(app("delta", d, e), times(app("delta", d, e), c))), start
                    )
                    start = p.subst(
                        p.flip(p.by("C.output", phi=phi, L=u, d=d, e=e, x=x, y=y)),
                        fun([h], plim(h, times(app("delta", d, e), app("Dot", phi, u, u, x, y)))),
                        start,
                    )
                return self.flatten([le(u, L)], [d, e], [le(1, d), le(1, e)], start)

            def step(before: Fact) -> Fact:
                with p.given(le(plus(k, 1), L), le(1, d), le(1, e)):
                    at = p.imp_elim(before, p.arith(le(k, L)))
                    at = p.restate(forall([i, j], imp(le(1, i), le(1, j), entry(k, i, j))), at)
                    grows = p.by("grows.less", goal=app("grows", omega, plus(k, 1)), L=L)
                    mask = p.by(self.masks(), goal=plim(app("Mask", phi, k, x, y), app("Sigdot", phi, k, x, y)))
                    found = p.by("chain.step", p.assume(RELU), grows, at, mask, L=k, u=u, d=d, e=e)
                    after = p.chain(p.by("Dot", phi=phi, L=plus(k, 1), l=u, x=x, y=y), self.product(u, k, dots))
                    after = self.right(after, p.flip(p.by("Dot", phi=phi, L=k, l=u, x=x, y=y)))
                    found = p.subst(
                        p.flip(after),
                        fun([c], plim(app("C", phi, plus(k, 1), u, d, e, x, y), times(app("delta", d, e), c))),
                        found,
                    )
                return self.flatten([le(plus(k, 1), L)], [d, e], [le(1, d), le(1, e)], found)

            whole = self.induction(k, u, imp(le(k, L), each(k)), first, step)
        return self.flat(p.close([phi, omega, L, x, y, u], premises, whole))

    def flatten(self, outer: list[Term], vs: list[Term], inner: list[Term], fact: Fact) -> Fact:
        """outer ⟹ ⋀ vs. inner ⟹ fact."""
        return self.p.close([], outer, self.p.close(vs, inner, fact))

    @once
    def sums(self) -> Fact:
        """Σ_{i=lo}^{hi} X(i) → Σ F(i) if every X(i) → F(i)."""
        p, (lo, hi) = self.p, many("lo hi", "int")
        X, F = Var("X", (("int",), "rand")), Var("F", (("int",), "const"))
        each = lambda n: forall([i], imp(le(lo, i), le(i, n), plim(app(X, i), app(F, i))))  # noqa: E731
        total = lambda n: plim(app("sum", lo, n, X), app("csum", lo, n, F))  # noqa: E731

        def first() -> Fact:
            start = p.by("plim.const", omega=omega, c=0)
            start = p.subst(
                p.flip(p.by("csum.empty", lo=lo, hi=minus(lo, 1), F=F)), fun([c], plim(as_term(0), c)), start
            )
            start = p.subst(
                p.flip(p.by("sum.empty", lo=lo, hi=minus(lo, 1), F=X)),
                fun([h], plim(h, app("csum", lo, minus(lo, 1), F))),
                start,
            )
            return p.imp_intro(each(minus(lo, 1)), start)

        def step(before: Fact) -> Fact:
            with p.given(each(plus(k, 1))) as (all_,):
                fewer = p.prove(each(k), lambda n: self.at(all_, n))
                last = self.at(all_, plus(k, 1))
                both = p.by("plim.add", p.imp_elim(before, fewer), last)
                both = p.subst(
                    p.flip(p.by("csum.last", lo=lo, hi=plus(k, 1), F=F)),
                    fun([c], plim(both.prop.fields[1][1], c)),
                    both,
                )
                both = p.subst(
                    p.flip(p.by("sum.last", lo=lo, hi=plus(k, 1), F=X)), fun([h], plim(h, both.prop.fields[1][2])), both
                )
            return p.imp_intro(each(plus(k, 1)), both)

        whole = self.induction(k, minus(lo, 1), imp(each(k), total(k)), first, step)
        with p.given(le(lo, hi), each(hi)) as (_, all_):
            fact = p.imp_elim(p.imp_elim(p.all_elim(whole, hi), p.arith(le(minus(lo, 1), hi))), all_)
        return p.close([omega, lo, hi, X, F], [le(lo, hi), each(hi)], fact)

    def total(self, identity: Fact, last: Term, each: Callable[[Term], Fact]) -> Fact:
        """The limit of the left side of X = Σ_{i=1}^{last} …, whose summands have limits by ``each``."""
        p, right = self.p, identity.prop.fields[1][1]
        n = Var("n~", "int")
        with p.given(le(1, n), le(n, last)):
            one = each(n)
        limit = fun([n], one.prop.fields[1][2])
        all_ = p.close([n], [le(1, n), le(n, last)], one)
        found = p.by(self.sums(), all_, goal=plim(right, app("csum", 1, last, limit)))
        return p.subst(p.flip(identity), fun([h], plim(h, app("csum", 1, last, limit))), found)

    def to(self, fact: Fact, equation: Fact) -> Fact:
        """X → b from X → a and a = b."""
        _, of, _ = fact.prop.fields[1]
        return self.p.subst(equation, fun([c], plim(of, c)), fact)

    @once
    def tangents(self) -> Fact:
        """∂f^d/∂w·∂f'^e/∂w → δ(d, e) Θ^f(x, x')."""
        p, premises = self.p, [RELU, app("grows", omega, L), *NONZERO, le(1, L), le(1, d), le(1, e)]
        delta, sig, dot = (
            app("delta", d, e),
            (lambda n: app("Sig", phi, minus(n, 1), x, y)),
            (lambda n: app("Dot", phi, L, n, x, y)),
        )
        with p.given(*premises):

            def each(n: Term) -> Fact:
                gram = p.by(self.gram(), goal=plim(app("Q", phi, n, x, y), sig(n)))
                chain = p.by(self.chains(), goal=plim(app("C", phi, L, n, d, e, x, y), times(delta, dot(n))))
                return p.by("plim.mul", gram, chain)

            found = self.total(p.by("ntk.layers", phi=phi, L=L, d=d, e=e, x=x, y=y), L, each)
            scale = p.by("csum.scale", lo=1, hi=L, c=delta, F=fun([l], times(sig(l), dot(l))))
            scale = self.right(scale, p.flip(p.by("Theta", phi=phi, L=L, x=x, y=y)))
            fact = self.to(found, scale)
        return p.close([phi, omega, L, d, e, x, y], premises, fact)

    @once
    def outputs(self) -> Fact:
        """Outputs of f converge in law to independent Gaussian processes of covariance Σ^{L-1}."""
        p, premises = self.p, [RELU, app("grows", omega, L), le(1, L)]
        with p.given(*premises):
            gram = p.prove(
                forall([x, y], plim(app("Q", phi, L, x, y), app("Sig", phi, minus(L, 1), x, y))),
                lambda q, r: p.by(self.gram(), goal=plim(app("Q", phi, L, q, r), app("Sig", phi, minus(L, 1), q, r))),
            )
            fact = p.by("gauss.f", gram, phi=phi, omega=omega, L=L, A=fun([x, y], app("Sig", phi, minus(L, 1), x, y)))
        return p.close([phi, omega, L], premises, fact)
