"""Theorem 1's orders and atoms, from the limit of K^(r) and the signs of its terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from lemmas._limits import (
    anything,
    at,
    cases,
    equal,
    equals,
    never0,
    not_zero,
    number,
    order,
    positive,
    product,
    use,
)
from lemmas._proof_compositions import WEIGHT, prove_compositions, value
from lemmas._proof_hyper_limits import MX, MY, NUMBERS, ONE, B, F, HyperLimits, K, dominant, part_function
from lemmas._proof_hyper_parts import expanded, gathered
from lemmas._proof_hyper_signs import (
    ALL,
    DOT,
    THETA,
    Polynomial,
    Signs,
    Unmasked,
    chain_function,
    idempotent_mask,
    scaled_part,
)
from lemmas._proof_lemma3_limits import DEEP, SHALLOW, deep_joint, identity, shallow_joint
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, fun, imp, le, num
from verifier.kernel.theory.joint import APART, INPUTS, JOINT
from verifier.kernel.theory.joint import product as range_product
from verifier.kernel.theory.writing import many, minus, plus, times
from verifier.proving.binders import lemma
from verifier.proving.matching import fresh, substitute
from verifier.proving.tactics import Fact, Prover

phi, omega = Var("phi", "act"), Var("omega", "mode")
x, y = many("x y", "input")
z, w = many("z w", "const")
m, H, L, r, d, k, i, t = many("m H L r d k i t", "int")
POINT = [omega, phi, m, H, L, r, x, y, z, w]
RANGE = (le(1, r), le(r, times(H, L)))
#: x·y ≠ 0 if r > H(L-1), and Θ ≠ 0 if 1 ≤ r < 2H
NOT_ORTHOGONAL = imp(le(plus(times(H, minus(L, 1)), 1), r), app("nonzero", DOT))
NTK = imp(le(1, r), le(plus(r, 1), times(2, H)), app("nonzero", THETA))
OVERLAP = app("overlap", phi, m, H, L, x, y, z, w)
V = value(H, r)
LIMIT = times(app("fact", r), z, MX, dominant(True))
ALIVE = app("alive", dominant(False))


def classical(p: Prover, prop: Term, goal: Term, yes: Callable[[], Fact], no: Callable[[Fact], Fact]) -> Fact:
    """``goal`` where ``prop`` holds and where it does not (``no`` gets prop ⟹ falsity)."""
    with p.given(prop):
        first = p.imp_intro(prop, p.restate(goal, yes()))
    denied = imp(prop, FALSE)
    with p.given(denied) as (fact,):
        second = p.imp_intro(denied, p.restate(goal, no(fact)))
    return p.by("classical", first, second, P=prop, Q=goal)


def contradiction(p: Prover, goal: Term, nonzero: Fact, zero: Fact) -> Fact:
    """``goal`` from c ≠ 0 and c = 0."""
    (c,) = nonzero.prop.fields[1]
    false = p.imp_elim(p.all_elim(p.row("nonzero.elim"), c), nonzero, zero)
    return p.by("false", false, P=goal)


def by_sign(p: Prover, nonzero: Fact, goal: Term, above: Callable[[Fact], Fact], below: Callable[[Fact], Fact]) -> Fact:
    """``goal`` from c > 0 and from -c > 0, where c ≠ 0."""
    (c,) = nonzero.prop.fields[1]

    def strict(other: Term) -> Fact:
        with p.given(le(other, 0)):
            zero = p.by("le.antisymmetric", x=c, y=0)
            false = p.imp_elim(p.all_elim(p.row("nonzero.elim"), c), nonzero, zero)
        return p.by("pos.intro", p.imp_intro(le(other, 0), false), x=other)

    found = []
    for premise, how, sign in ((le(0, c), above, c), (le(c, 0), below, times(-1, c))):
        with p.given(premise):
            found.append(p.imp_intro(premise, p.restate(goal, how(strict(sign)))))
    return p.by("le.total", *found, x=0, y=c, P=goal)


class Alive:
    """The dominant terms without masks are not almost surely 0."""

    def __init__(self, p: Prover, attained: Fact, deep: bool) -> None:
        self.p, self.attained, self.deep = p, attained, deep

    def prove(self) -> Fact:
        """⋀ … ⟹ alive, for 1 ≤ r ≤ HL; without ``NTK`` for L ≥ 3, where Θ > 0."""
        p = self.p
        premises = (*ONE[:1], *ONE[2:], *INPUTS, APART, *NUMBERS, *(DEEP if self.deep else SHALLOW), *RANGE,
                    NOT_ORTHOGONAL, *(() if self.deep else (NTK,)))  # fmt: skip
        with p.alone(), p.given(*premises):
            widths = [] if self.deep else [p.by("scaled.proportional", omega=omega, L=L)]
            with p.using(*widths):
                fact = classical(p, eq(DOT, 0), ALIVE, self._orthogonal, self._oblique)
        return p.close([omega, phi, H, L, r, x, y, z, w], premises, fact)

    def _theta(self, goal: Term, how: Callable[[int, Fact], Fact], nonzero: Callable[[], Fact]) -> Fact:
        if self.deep:
            return how(1, use(self.p, "Theta.deep", {"phi": phi, "L": L, "x": x, "y": y}))
        return by_sign(self.p, nonzero(), goal, lambda pos: how(1, pos), lambda pos: how(-1, pos))

    def _ntk(self) -> Fact:
        return self.p.by(self.p.assume(NTK))

    def _orthogonal(self) -> Fact:
        p = self.p
        most = times(H, minus(L, 1))
        small = le(r, most)

        def inside() -> Fact:
            given = p.assume(small)

            def one() -> Fact:
                return anything(p, ALIVE, p.rewrite(given, equal(p, L, 1)))

            def several() -> Fact:
                def nonzero() -> Fact:
                    with p.using(p.rewrite(given, equal(p, L, 2))):
                        return self._ntk()

                return self._theta(ALIVE, lambda sigma, theta: self.signed(sigma, theta, orthogonal=True), nonzero)

            return cases(p, L, 1, ALIVE, one, several)

        def outside() -> Fact:
            return contradiction(p, ALIVE, p.by(p.assume(NOT_ORTHOGONAL)), p.assume(eq(DOT, 0)))

        return cases(p, r, most, ALIVE, inside, outside)

    def _oblique(self, not_0: Fact) -> Fact:
        p = self.p
        nonzero = p.by("nonzero.intro", not_0, x=DOT)
        with p.using(nonzero):
            if self.deep:
                return self._theta(ALIVE, self.signed, self._ntk)
            return classical(
                p, eq(THETA, 0), ALIVE, self._top,
                lambda no: self._theta(ALIVE, self.signed, lambda: p.by("nonzero.intro", no, x=THETA)),
            )  # fmt: skip

    def _orthant(self, signs: Signs) -> Fact:
        p = self.p
        s = p.assume(NUMBERS[1])
        if signs.sigma < 0:
            s = p.by("nonzero.mul", number(p, -1), s)
        if signs.orthogonal:
            some = p.by("or.left", positive(p, 1), P=app("pos", 1), Q=app("pos", times(1, DOT)))
        else:
            some = p.by("or.right", self._square(), P=app("pos", DOT), Q=app("pos", times(DOT, DOT)))
        at = {"omega": omega, "phi": phi, "L": L, "x": x, "y": y, "H": H, "s": signs.s, "g": signs.g}
        return use(p, "orthant.alive.deep" if self.deep else "orthant.alive", at, some, s)

    def _square(self) -> Fact:
        p = self.p
        nonzero = p.by("nonzero.mul", *[p.prove(app("nonzero", DOT))] * 2)
        with p.given(le(times(DOT, DOT), 0)):
            zero = p.by("le.antisymmetric", p.assume(le(times(DOT, DOT), 0)), use(p, "square.nonneg", {"x": DOT}))
            false = p.imp_elim(p.all_elim(p.row("nonzero.elim"), times(DOT, DOT)), nonzero, zero)
        return p.by("pos.intro", p.imp_intro(le(times(DOT, DOT), 0), false), x=times(DOT, DOT))

    def signed(self, sigma: int, theta: Fact, orthogonal: bool = False) -> Fact:
        """alive, from σΘ > 0: all terms are positive on an orthant."""
        p = self.p
        signs = Signs(p, sigma, orthogonal)
        most = minus(L, 1) if orthogonal else L
        scaled = fun([d, k], scaled_part(d, k))

        def each(d: Term, k: Term) -> Fact:
            goal = lambda k: signs.on(scaled_part(d, k))  # noqa: E731

            def at(number_: int, found: Fact) -> Fact:
                same, hole = equal(p, k, number_), fresh("int")
                return p.subst(p.flip(same), fun([hole], goal(hole)), p.restate(goal(num(number_)), found))

            def not_empty() -> Fact:
                return cases(
                    p, k, 1, goal(k), lambda: at(1, signs.single_part(d, theta)), lambda: signs.larger_part(d, k)
                )

            return cases(p, k, 0, goal(k), lambda: at(0, signs.empty_part(d)), not_empty)

        best = p.by(p.all_elim(self.attained, H, r, most))
        where = {"E": signs.O, "H": H, "r": r, "m": most, "W": WEIGHT, "v": V, "C": scaled}
        sign = use(p, "positive.dominant", where, best, each)
        if orthogonal:
            cut = self._cut(signs, scaled)
            hole = fresh("lim")
            sign = p.subst(p.flip(cut), fun([hole], signs.on(hole)), sign)
        return self._unscaled(signs, p.by("positive.alive", self._orthant(signs), sign), scaled)

    def _cut(self, signs: Signs, scaled: Term) -> Fact:
        p = self.p

        def zero(d: Term, k: Term) -> Fact:
            with p.using(p.arith(le(1, k))):
                value_ = p.chain(signs.bracket(d, k), signs.raised(k))
                none = use(p, "lchains.empty", {"k": k, "lo": 2, "hi": L, "F": chain_function(k)})
            return p.chain(value_, none)

        at = {"H": H, "r": r, "m": minus(L, 1), "hi": L, "W": WEIGHT, "v": V, "C": scaled}
        return use(p, "dominant.cut", at, zero)

    def _unscaled(self, signs: Signs, alive: Fact, scaled: Term) -> Fact:
        p = self.p
        g = fun([d], F(y, d))
        at = {"H": H, "r": r, "m": L, "W": WEIGHT, "v": V, "g": g, "C": part_function(False)}
        scale = use(p, "dominant.scale", at)
        hole = fresh("lim")
        alive = p.restate(app("alive", scale.prop.fields[1][0]), alive)
        both = p.subst(scale, fun([hole], app("alive", hole)), alive)
        return p.by("alive.factor", p.restate(app("alive", times(dominant(False), ALL)), both))

    def _top(self) -> Fact:
        """Θ = 0: then r = 2H and L = 2, and every part is 2."""
        p = self.p

        def small() -> Fact:
            return contradiction(p, ALIVE, self._ntk(), p.assume(eq(THETA, 0)))

        def large() -> Fact:
            bound = p.assume(RANGE[1])

            def one() -> Fact:
                return anything(p, ALIVE, p.rewrite(bound, equal(p, L, 1)))

            def two() -> Fact:
                depth = equal(p, L, 2)
                return self._all_2(depth, self._full(bound, depth))

            return cases(p, L, 1, ALIVE, one, two)

        return cases(p, plus(r, 1), times(2, H), ALIVE, small, large)

    def _full(self, bound: Fact, depth: Fact) -> Fact:
        """r = H L"""
        p = self.p
        with p.using(p.rewrite(bound, depth)):
            same = equal(p, r, times(2, H))
        hole = fresh("int")
        return p.subst(p.flip(depth), fun([hole], eq(r, times(hole, H))), p.restate(eq(r, times(2, H)), same))

    def _all_2(self, depth: Fact, full: Fact) -> Fact:
        p = self.p
        signs = Signs(p, 1, False)
        scaled = fun([d, k], scaled_part(d, k))
        top = fun([d], scaled_part(d, L))
        with p.using(depth):
            at = {"E": signs.O, "lo": 1, "hi": H, "G": top}
            sign = use(p, "positive.prod", at, lambda d: signs.larger_part(d, L))
        weights = fun([d], app(WEIGHT, d, L))
        constant = use(p, "csum.constant", {"lo": 1, "hi": H, "c": app(WEIGHT, 1, L)})
        low = use(p, "min.right", {"a": 0, "b": minus(1, L)})
        with p.using(full, p.assume(RANGE[1]), depth):
            best = use(p, "min.right", {"a": 0, "b": minus(H, r)})
        total = p.restate(eq(app("csum", 1, H, weights), times(H, app(WEIGHT, 1, L))), constant)
        total = p.chain(total, p.evaluate(times(H, app(WEIGHT, 1, L)), low))
        goal = eq(app("csum", 1, H, weights), V)
        hole = fresh("int")
        turned = p.subst(p.flip(full), fun([hole], eq(app("csum", 1, H, weights), minus(H, hole))),
                         p.restate(eq(app("csum", 1, H, weights), minus(H, times(L, H))), total))  # fmt: skip
        total = p.restate(goal, p.chain(turned, p.flip(best)))
        at = {"H": H, "m": L, "W": WEIGHT, "v": V, "C": scaled}
        only = use(p, "dominant.full", at, total)
        only = p.restate(eq(app("dominant", H, times(L, H), L, WEIGHT, V, scaled), app("lprod", 1, H, top)), only)
        alive = p.by("positive.alive", self._orthant(signs), sign)
        hole = fresh("lim")
        alive = p.subst(p.flip(only), fun([hole], app("alive", hole)), alive)
        hole = fresh("int")
        alive = p.subst(p.flip(full), fun([hole], app("alive", app("dominant", H, hole, L, WEIGHT, V, scaled))), alive)
        return self._unscaled(signs, alive, scaled)


class Theorem1:
    """Theorem 1 at L ≤ 2, proved, or at L ≥ 3, cited; facts of other lemmas are given."""

    def __init__(self, p: Prover, identity: Fact, expanded: Fact, gathered: Fact, deep: bool) -> None:
        self.p, self.deep = p, deep
        self.identity, self.expanded, self.gathered = identity, expanded, gathered
        compositions = prove_compositions(p)
        self.bounded, self.attained = compositions["bounded"][0], compositions["attained"][0]
        self.joint = (deep_joint if deep else shallow_joint)(p)
        self.widths = DEEP if deep else SHALLOW
        self.limit = self._limit()
        self.unmasked = self._unmasked()
        self.polynomial = self._polynomial()
        self.alive = Alive(p, self.attained, deep).prove()

    def _family(self) -> list[Fact]:
        p = self.p
        return [p.by(self.joint, goal=JOINT), p.arith(le(1, L))]

    def _limit(self) -> Fact:
        """⋀ … 0 ≤ r ⟹ n^{-v} K^(r) → LIMIT."""
        p = self.p
        premises = (*ONE[:3], *INPUTS, *NUMBERS, *self.widths, le(0, r))
        with p.alone(), p.given(*premises), p.using(*self._family()):
            hyper = HyperLimits(p, p.by(self.joint, goal=JOINT), self.identity, self.gathered, self.deep)
            fact = hyper.whole(self.expanded, self.bounded)
        return p.close(POINT, premises, fact)

    def _unmasked(self) -> Fact:
        """⋀ … M_y·(dominant terms) = M_y·(dominant terms without masks)"""
        p = self.p
        premises = (le(1, H),)
        with p.alone(), p.given(*premises):
            same = idempotent_mask(p, MY)
            fact = Unmasked(p, MY, same, same).dominant()
        return p.close([omega, phi, H, L, r, x, y, w], premises, fact)

    def _polynomial(self) -> Fact:
        p = self.p
        premises = (le(1, H), le(1, L))
        with p.alone(), p.given(*premises):
            fact = Polynomial(p).dominant()
        return p.close([omega, phi, H, L, r, x, y, w], premises, fact)

    def never0(self) -> Fact:
        """The dominant terms without masks are almost surely not 0, in scope of what ``Alive`` needs."""
        p = self.p
        alive = at(p, self.alive, omega, phi, H, L, r, x, y, z, w)
        poly = at(p, self.polynomial, omega, phi, H, L, r, x, y, w)
        return p.by("poly.never0", poly, alive)

    def same(self) -> Fact:
        """M_y·D = M_y·D°"""
        return at(self.p, self.unmasked, omega, phi, H, L, r, x, y, w)

    def tends(self) -> Fact:
        """The limit of K^(r)."""
        return at(self.p, self.limit, *POINT)

    def order(self) -> Fact:
        """K^(r) ~ n^{min(0, H-r)} for 1 ≤ r ≤ HL."""
        p = self.p
        premises = (*ONE[:3], *self.widths, *RANGE, *INPUTS, *NUMBERS, APART, OVERLAP, NOT_ORTHOGONAL,
                    *(() if self.deep else (NTK,)))  # fmt: skip
        with p.alone(), p.given(*premises), p.using(p.arith(le(1, L)), p.arith(le(0, r))):
            never = self.never0()
            open_ = p.by("overlap.alive", omega=omega, phi=phi, m=m, H=H, L=L, x=x, y=y, z=z, w=w)
            both = p.by("alive.mul", open_, never)
            hole = fresh("lim")
            around = fun([hole], app("alive", times(MX, hole)))
            both = p.subst(p.flip(self.same()), around, p.restate(app(around, times(MY, dominant(False))), both))
            found = p.by("alive.factor", p.restate(app("alive", times(times(MX, dominant(True)), MY)), both))
            constants = p.by("never0.mul", self._factorial(), never0(p, p.assume(NUMBERS[0])))
            whole = p.restate(app("alive", LIMIT), p.by("alive.mul", found, constants))
            mode = p.by("coupled.mode", omega=omega, phi=phi, L=L, x=x, y=y)
            fact = order(p, mode, self.tends(), whole)
        return p.close(POINT, premises, fact)

    def _factorial(self) -> Fact:
        p = self.p
        return never0(p, positive(p, app("fact", r), use(p, "fact.pos", {"k": r})))

    def atom(self) -> Fact:
        """At one input the limit is 0 with probability 1 - 2^{-(H-1)}: ⋀ω φ m H L r x z. … ⟹ atom."""
        p = self.p
        mass = minus(1, app("power", num(Fraction(1, 2)), minus(H, 1)))
        one = lambda q: _at(q, {y: x, w: z})  # noqa: E731
        premises = tuple(dict.fromkeys(
            one(q) for q in (*ONE[:3], *self.widths, *RANGE, INPUTS[0], NUMBERS[0], *(() if self.deep else (NTK,)))
        ))  # fmt: skip
        with p.alone(), p.given(*premises), p.using(p.arith(le(1, L)), p.arith(le(0, r))):
            own = not_zero(p, p.by("nonzero_input.pos", x=x))
            with p.given(app("antiparallel", x, x)):
                low = p.by("antiparallel.negative", x=x, y=x)
                false = p.imp_elim(p.all_elim(p.row("pos.elim"), app("dot", x, x)), p.by("nonzero_input.pos", x=x), low)
            apart = p.imp_intro(app("antiparallel", x, x), false)
            oblique = p.imp_intro(one(NOT_ORTHOGONAL).fields[1][0], own)
            with p.using(apart, oblique):
                alive = at(p, self.alive, omega, phi, H, L, r, x, x, z, z)
            poly = at(p, self.polynomial, omega, phi, H, L, r, x, x, z)
            never = p.by("poly.never0", poly, alive)
            same = at(p, self.unmasked, omega, phi, H, L, r, x, x, z)
            tends = at(p, self.limit, *(one(v) for v in POINT))
            constants = times(app("fact", r), z)
            hole = fresh("lim")
            around = fun([hole], app("tends", one(B), one(K), V, times(constants, hole)))
            tends = p.restate(app(around, one(times(MY, dominant(True)))), tends)
            tends = p.subst(same, around, tends)
            zero = p.by("mask.mass", omega=omega, phi=phi, H=H, L=L, x=x, y=x, z=z)
            numbers = p.by("never0.mul", self._factorial(), never0(p, p.assume(NUMBERS[0])))
            zero = p.by("zeromass.mul", zero, p.by("never0.mul", numbers, never))
            limit = tends.prop.fields[1][3]
            zero = p.restate(app("zeromass", limit, mass), zero)
            found = p.by("atom.intro", tends, zero)
            fact = p.rewrite(found, p.by("coupled.mode", omega=omega, phi=phi, L=L, x=x, y=x))
        return p.close([omega, phi, m, H, L, r, x, z], premises, fact)

    def atom_at_one(self, whole: Fact) -> Fact:
        """The same in other words: y = x, |x|² = n_0, z = w = 1."""
        p = self.p
        same, unit, z_1, w_1 = eq(y, x), eq(app("dot", x, x), 1), eq(z, 1), eq(w, 1)
        premises = (*ONE[:3], *self.widths, *RANGE, same, unit, z_1, w_1, *(() if self.deep else (NTK,)))
        with p.alone(), p.given(*premises):
            own = p.by("nonzero_input.intro", positive(p, app("dot", x, x)), x=x)
            kernel = [] if self.deep else [p.rewrite(p.assume(NTK), p.assume(same))]
            with p.using(own, number(p, 1), *kernel):
                fact = at(p, whole, omega, phi, m, H, L, r, x, 1)
            order_, mass = fact.prop.fields[1][2:]
            values: dict[Term, Term] = {y: x, z: num(1), w: num(1)}
            for equation in (same, z_1, w_1):  # one of them after the other is a variable again
                v = equation.fields[1][0]
                hole = fresh(v.sort)
                context = fun([hole], app("atom", omega, _at(K, values | {v: hole}), order_, mass))
                fact = p.subst(p.flip(p.assume(equation)), context, fact)
                del values[v]
        return p.close(POINT, premises, fact)

    def output(self) -> Fact:
        """K^(0) = h ~ 1"""
        p = self.p
        at_0 = _at(K, {r: num(0)})
        premises = (*ONE[:3], *self.widths, *INPUTS, *NUMBERS)
        with p.alone(), p.given(*premises), p.using(p.arith(le(1, L))):
            joint = p.by(self.joint, goal=JOINT)
            hyper = HyperLimits(p, joint, self.identity, self.gathered, self.deep)
            with p.using(p.arith(le(1, plus(H, 1)))):
                outputs = hyper.product(x, 1, H)
            tends = product(p, "tends.mul", p.by("tends.const", b=B, c=z), hyper.mask(x, z), outputs)
            with p.using(p.by("relu.homogeneous", phi=phi)):
                h = use(p, "h.product", {"phi": phi, "m": m, "H": H, "L": L, "x": x, "z": z})
            none = p.by("K.none", phi=phi, m=m, H=H, L=L, x=x, y=y, z=z, w=w)
            X = tends.prop.fields[1][1]
            limit = times(z, MX, range_product("F", (B, x), 1, H, limit=True))
            tends = p.restate(app("tends", B, X, 0, limit), tends)
            identity = p.restate(eq(at_0, X), p.chain(none, h))
            tends = equals(p, identity, tends)
            open_ = p.by("mask.alive", omega=omega, phi=phi, H=H, L=L, x=x, y=y, z=z)
            at = {"omega": omega, "phi": phi, "L": L, "x": x, "y": y}
            G = fun([i], F(x, i))
            all_ = use(p, "never0.prod", {"lo": 1, "hi": H, "G": G}, lambda i: p.by("F.never0.x", **at, d=i))
            rest = p.by("never0.mul", never0(p, p.assume(NUMBERS[0])), all_)
            alive = p.restate(app("alive", limit), p.by("alive.mul", open_, rest))
            fact = order(p, p.by("coupled.mode", omega=omega, phi=phi, L=L, x=x, y=y), tends, alive)
        return p.close([omega, phi, m, H, L, x, y, z, w], premises, fact)


def _at(t: Term, values: Mapping[Any, Term]) -> Term:
    return substitute(t, dict(values))


def theorem1(p: Prover, deep: bool) -> Theorem1:
    """Theorem 1's limits at L ≤ 2 or at L ≥ 3, made once in a proof."""
    known: dict[bool, Theorem1] = p.__dict__.setdefault("theorem1_limits", {})
    if deep not in known:
        parts = gathered(p)
        known[deep] = Theorem1(p, identity(p), expanded(p, parts), parts, deep)
    return known[deep]


@lemma
def order_shallow(p: Prover) -> Fact:
    """K^(r) ~ n^{min(0, H-r)}, L ≤ 2."""
    return theorem1(p, deep=False).order()


@lemma
def order_deep(p: Prover) -> Fact:
    """K^(r) ~ n^{min(0, H-r)}, L ≥ 3."""
    return theorem1(p, deep=True).order()


@lemma
def atom_shallow(p: Prover) -> Fact:
    """The atom at one input, L ≤ 2."""
    return theorem1(p, deep=False).atom()


def prove_theorem1_limits(p: Prover) -> dict[str, list[Fact]]:
    """Facts by claim; what is printed is refuted in :mod:`lemmas._proof_limits_printed`."""
    small, large = order_shallow(p), order_deep(p)
    deep = theorem1(p, deep=True).atom()
    return {
        "theorem1.order.shallow": [small],
        "theorem1.order.deep": [large],
        "theorem1.output.shallow": [theorem1(p, deep=False).output()],
        "theorem1.output.deep": [theorem1(p, deep=True).output()],
        "theorem1.atom.shallow": [theorem1(p, deep=False).atom_at_one(atom_shallow(p)), atom_shallow(p)],
        "theorem1.atom.deep": [theorem1(p, deep=True).atom_at_one(deep), deep],
    }


def prove_section3_limits(p: Prover) -> dict[str, list[Fact]]:
    """``section3.order.shallow`` and ``.deep``: T^r is K^(r) at H = 1, z = w = 1."""
    return {
        "section3.order.shallow": [_star(p, order_shallow(p), deep=False)],
        "section3.order.deep": [_star(p, order_deep(p), deep=True)],
    }


def _star(p: Prover, whole: Fact, deep: bool) -> Fact:
    """T^r ~ n^{-(r-1)} for 1 ≤ r ≤ L; x·y ≠ 0 if r = L, and Θ ≠ 0 if r = 1."""
    ranges = (le(1, r), le(r, L))
    orthogonal, kernel = imp(eq(r, L), app("nonzero", DOT)), imp(eq(r, 1), app("nonzero", THETA))
    premises = (ONE[0], *(DEEP if deep else SHALLOW), *ranges, *INPUTS, APART, orthogonal, *(() if deep else (kernel,)))
    one = {H: num(1), m: num(1), z: num(1), w: num(1)}
    with p.alone(), p.given(*premises):
        none = use(p, "overlap.none", {"phi": phi, "m": 1, "L": L, "x": x, "y": y, "z": 1, "w": 1})
        facts = [none, number(p, 1), p.arith(le(r, times(1, L))), p.ring(1, 1)]
        with p.given(_at(NOT_ORTHOGONAL.fields[1][0], one)) as (high,):
            facts.append(p.imp_intro(high.prop, p.by(p.assume(orthogonal), equal(p, r, L))))
        if not deep:
            low, high_ = (_at(NTK, one).fields[1][0], _at(NTK, one).fields[1][1].fields[1][0])
            with p.given(low, high_):
                found = p.by(p.assume(kernel), equal(p, r, 1))
            facts.append(p.imp_intro(low, p.imp_intro(high_, found)))
        with p.using(*facts):
            found = at(p, whole, omega, phi, 1, 1, L, r, x, y, 1, 1)
        star = use(p, "S", {"phi": phi, "L": L, "r": r, "x": x, "y": y})
        fact = equals(p, star, found)
    return p.close([omega, phi, L, r, x, y], premises, fact)
