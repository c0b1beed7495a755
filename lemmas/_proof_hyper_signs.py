"""The dominant terms of K^(r) do not cancel.

Where the masks are 1 the limit is a polynomial in Gaussian variables.  It is alive, since on an event of positive
probability all its terms have one sign once they are multiplied by F(y, 1)·…·F(y, H): then a part k ≥ 1 becomes h times
a sum over increasing layers of products of steps Σ_e h^e Gam(l', l, e), with h = w F(y, 1)·…·F(y, H), and h h^e F(y, e)
= h² > 0 tells the sign of every step.  Hence it is almost surely not 0, and so the limit is not 0 where masks are 1.
"""

from __future__ import annotations

from collections.abc import Callable

from lemmas._limits import Tuple, anything, at, cases, equal, product, use
from lemmas._proof_hyper_limits import (
    B,
    F,
    bracket_limit,
    inner_limit,
    part_limit,
    slope_limit,
)
from lemmas._proof_hyper_masks import links_of
from lemmas._proof_lemma3_limits import sigma_0
from verifier.kernel.core.terms import Term, Var, app, eq, fun, le
from verifier.kernel.theory.joint import product as range_product
from verifier.kernel.theory.writing import many, minus, plus, times
from verifier.proving.binders import lemma
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover

phi, omega = Var("phi", "act"), Var("omega", "mode")
x, y = many("x y", "input")
z, w = many("z w", "const")
ls, es, s = many("ls es s", "seq")
m, H, L, r, d, e, k, i, l, l1, l2 = many("m H L r d e k i l l1 l2", "int")
AT = {"omega": omega, "phi": phi, "L": L, "x": x, "y": y}
DOT, THETA = app("dot", x, y), app("Theta", phi, L, x, y)
#: F(y, 1)·…·F(y, H), and what h is on the limit's space where its mask is 1
ALL = range_product("F", (B, y), 1, H, limit=True)
OUT = times(w, ALL)


def scaled_part(d: Term, k: Term | int) -> Term:
    """F(y, d) times the limit of a part, its masks 1."""
    return times(F(y, d), part_limit(d, k, False))


def core_body(ls: Term, k: Term | int, s: Term) -> Term:
    """Π_{i<k} h^{s_i} · Dot(l_k) · Π_{i<k} Gam(l_{i+1}, l_i, s_i) · Σ^{l_1 - 1}"""
    slopes = app("lprod", 1, minus(k, 1), fun([i], slope_limit(app("entry", s, i), False)))
    return times(
        slopes, app("Dot", phi, L, app("last", ls), x, y), app("lprod", 1, minus(k, 1), links_of(ls, s)),
        app("Sig", phi, minus(app("first", ls), 1), x, y),
    )  # fmt: skip


def core(ls: Term, k: Term | int) -> Term:
    """The sum of ``core_body`` over outputs."""
    return app("ltuples", minus(k, 1), H, fun([s], core_body(ls, k, s)))


def chain_function(k: Term | int) -> Term:
    """l ↦ h times its core"""
    return fun([ls], times(OUT, core(ls, k)))


def own_output(p: Prover, d: Term) -> Fact:
    """F(y, d) h^d = h without masks, for 1 ≤ d ≤ H in scope."""
    G = fun([i], F(y, i))
    with p.using(p.arith(le(1, plus(minus(d, 1), 1))), p.arith(le(minus(d, 1), H))):
        split = use(p, "lprod.split", {"lo": 1, "m": minus(d, 1), "hi": H, "F": G})
    first = use(p, "lprod.first", {"lo": d, "hi": H, "F": G})
    below, above = (app("lprod", lo, hi, G) for lo, hi in ((1, minus(d, 1)), (plus(d, 1), H)))
    hole = fresh("lim")
    rest = app("lprod", d, H, G)
    split = p.restate(eq(ALL, times(below, rest)), split)
    whole = p.subst(first, fun([hole], eq(ALL, times(below, hole))), split)
    start = p.ring(times(F(y, d), slope_limit(d, False)), times(w, below, F(y, d), above))
    return p.subst(
        p.flip(whole), fun([hole], eq(times(F(y, d), slope_limit(d, False)), times(w, hole))),
        p.restate(eq(times(F(y, d), slope_limit(d, False)), times(w, whole.prop.fields[1][1])), start),
    )  # fmt: skip


def longer(p: Prover, s: Term, e: Term, size: Term) -> tuple[Fact, Fact]:
    """Entry ``size`` + 1 of (s, e) is e, and so is its last, where len(s) = ``size`` is in scope."""
    more = app("snoc", s, e)
    at_end = use(p, "entry.last", {"s": s, "k": e})
    same = p.assume(eq(app("len", s), size))
    at_end_size = p.rewrite(at_end, same)
    last = p.rewrite(use(p, "last", {"s": more}), use(p, "len.snoc", {"s": s, "k": e}), at_end)
    return at_end_size, last


def peeled(p: Prover, d: Term, k: Term, ls: Term) -> Fact:
    """The sum over outputs, the last of which is d: inner(d, k, ls) = h^d·core(ls, k); 1 ≤ k, 1 ≤ d ≤ H in scope."""
    inner = inner_limit(d, k, ls, False)
    body = inner.fields[1][2]
    less = minus(k, 1)
    step = use(p, "ltuples.step", {"k": less, "hi": H, "F": body})
    step = p.restate(eq(inner, step.prop.fields[1][1]), step)
    spread = step.prop.fields[1][1].fields[1][2]
    own = slope_limit(d, False)
    target = fun([s], times(own, core_body(ls, k, s)))

    def each(s: Term) -> Fact:
        value_at = fun([e], times(slope_limit(e, False), core_body(ls, k, s)))
        picked = fun([e], times(app("delta", d, e), app(value_at, e)))

        def term(e: Term) -> Fact:
            more = app("snoc", s, e)
            top, last = longer(p, s, e, less)
            at = lambda t, i: app("entry", t, i)  # noqa: E731
            slopes = [fun([i], slope_limit(at(t, i), False)) for t in (more, s)]
            size = p.assume(eq(app("len", s), less))

            def before(i: Term) -> Fact:
                with p.using(size, p.arith(le(i, app("len", s)), size)):
                    return use(p, "entry.before", {"s": s, "k": e, "i": i})

            ends = use(p, "lprod.last", {"lo": 1, "hi": k, "F": slopes[0]})
            congruent = {"lo": 1, "hi": less, "F": slopes[0], "G": slopes[1]}
            same = use(p, "lprod.congruent", congruent, lambda i: p.evaluate(app(slopes[0], i), before(i)))
            upper = links_of(ls, more)
            links = {"lo": 1, "hi": less, "F": upper, "G": links_of(ls, s)}
            same_links = use(p, "lprod.congruent", links, lambda i: p.evaluate(app(upper, i), before(i)))
            top = p.restate(eq(at(more, k), e), top)
            found = p.evaluate(app(body, more), ends, same, top, same_links, last)
            return p.restate(eq(app(body, more), app(picked, e)), found)

        here = app(spread, s)
        congruent = {"lo": 1, "hi": H, "F": here.fields[1][2], "G": picked}
        one = use(p, "lsum.congruent", congruent, term)
        two = use(p, "lsum.pick", {"lo": 1, "hi": H, "d": d, "G": value_at})
        return p.restate(eq(here, app(target, s)), p.chain(one, two))

    one = use(p, "ltuples.congruent", {"k": less, "hi": H, "F": spread, "G": target}, each)
    two = use(p, "ltuples.scale", {"k": less, "hi": H, "c": own, "F": fun([s], core_body(ls, k, s))})
    return p.chain(step, one, two)


@lemma
def scaled_bracket(p: Prover) -> Fact:
    """⋀d k. 1 ≤ d ⟹ d ≤ H ⟹ 1 ≤ k ⟹ F(y, d)·part(d, k) = Σ over l_1 < … < l_k of h·core(l, k)."""
    premises = (le(1, d), le(d, H), le(1, k))
    with p.given(*premises):
        zero = use(p, "delta.more", {"a": k, "b": 0})
        bracket = bracket_limit(d, k, False)
        chains = bracket.fields[1][3]
        start = p.restate(eq(scaled_part(d, k), times(F(y, d), bracket)), p.evaluate(scaled_part(d, k), zero))
        inward = fun([ls], times(F(y, d), app(chains, ls)))
        at: dict[str, Term | int] = {"k": k, "lo": 1, "hi": L}
        scale = p.flip(use(p, "lchains.scale", {**at, "c": F(y, d), "F": chains}))
        own = own_output(p, d)

        def each(ls: Term) -> Fact:
            peel = peeled(p, d, k, ls)
            left = times(F(y, d), peel.prop.fields[1][0])
            one = p.evaluate(left, peel)
            rest, hole = core(ls, k), fresh("lim")
            two = p.restate(eq(left, times(times(F(y, d), slope_limit(d, False)), rest)), one)
            return p.subst(own, fun([hole], eq(left, times(hole, rest))), two)

        same = use(p, "lchains.congruent", {**at, "F": inward, "G": chain_function(k)}, each)
        fact = p.chain(start, p.restate(eq(times(F(y, d), bracket), app("lchains", k, 1, L, inward)), scale), same)
    return p.close([omega, phi, H, L, x, y, w, d, k], premises, fact)


@lemma
def single(p: Prover) -> Fact:
    """⋀ … 1 ≤ L ⟹ Σ over l_1 of h·core = h Θ: a part of size 1."""
    with p.given(le(1, L)):
        fact = _single(p)
    return p.close([omega, phi, H, L, x, y, w], [le(1, L)], fact)


def _single(p: Prover) -> Fact:
    G = chain_function(1)
    step = use(p, "lchains.step", {"k": 0, "lo": 1, "hi": L, "F": G})
    step = p.restate(eq(app("lchains", 1, 1, L, G), step.prop.fields[1][1]), step)
    spread = step.prop.fields[1][1].fields[1][2]
    kernel = fun([l], times(app("Sig", phi, minus(l, 1), x, y), app("Dot", phi, L, l, x, y)))
    target = fun([l], times(OUT, app(kernel, l)))
    nil = app("nil")

    def each(l: Term) -> Fact:
        one = app("snoc", nil, l)
        inside = app(spread, l).fields[1][3]
        none = use(p, "lchains.0", {"lo": 1, "hi": minus(l, 1), "F": inside})
        size = use(p, "len.snoc", {"s": nil, "k": l})
        only = use(p, "entry.last", {"s": nil, "k": l})
        length0 = p.row("len.nil")
        only = p.rewrite(only, length0)
        first = p.chain(use(p, "first", {"s": one}), p.restate(eq(app("entry", one, 1), l), only))
        last = p.rewrite(use(p, "last", {"s": one}), size, length0)
        last = p.chain(last, p.restate(eq(last.prop.fields[1][1], l), only))
        body = fun([s], core_body(one, 1, s))
        tuple0 = use(p, "ltuples.0", {"hi": H, "F": body})
        empty = [
            use(p, "lprod.empty", {"lo": 1, "hi": 0, "F": of})
            for of in (fun([i], slope_limit(app("entry", nil, i), False)), links_of(one, nil))
        ]
        tuple0 = p.restate(eq(core(one, 1), app(body, nil)), tuple0)
        found = p.evaluate(app(spread, l), none, tuple0, *empty, first, last)
        return p.restate(eq(app(spread, l), app(target, l)), found)

    same = use(p, "lsum.congruent", {"lo": 1, "hi": L, "F": spread, "G": target}, each)
    scale = use(p, "lsum.scale", {"lo": 1, "hi": L, "c": OUT, "F": kernel})
    numbers = p.flip(use(p, "csum.lim", {"lo": 1, "hi": L, "F": kernel}))
    theta = p.flip(use(p, "Theta", {"phi": phi, "L": L, "x": x, "y": y}))
    theta = p.restate(eq(app("csum", 1, L, kernel), THETA), theta)
    return p.rewrite(p.chain(step, same, scale), numbers, theta)


class Signs:
    """Signs on one orthant(…, σ w, g); in scope: what the joint limit needs, 1 ≤ r, and σ h Θ's sign.

    ``sigma``: 1 where Θ > 0, -1 where Θ < 0 (then L ≤ 2).  ``g``: x·y where that is not 0, and 1 where it is.
    """

    def __init__(self, p: Prover, sigma: int, orthogonal: bool) -> None:
        self.p, self.sigma, self.orthogonal = p, sigma, orthogonal
        self.s = w if sigma > 0 else times(-1, w)
        self.g: Term | int = 1 if orthogonal else DOT
        self.where: dict[str, Term | int] = {"b": B, "L": L, "x": x, "y": y, "H": H, "s": self.s, "g": self.g}
        self.O = app("orthant", *self.where.values())
        self._bracket = scaled_bracket(p)
        out = use(p, "orthant.output", self.where)
        self.out = p.restate(self.on(times(sigma, OUT)), out)
        self.square = p.restate(self.on(times(OUT, OUT)), p.by("positive.mul", self.out, self.out))

    def bracket(self, d: Term, k: Term | int) -> Fact:
        """F(y, d)·part(d, k) as a sum over increasing layers; 1 ≤ d ≤ H and 1 ≤ k in scope."""
        return at(self.p, self._bracket, omega, phi, H, L, x, y, w, d, k)

    def on(self, Y: Term) -> Term:
        """Y > 0 on the orthant."""
        return app("positive", self.O, Y)

    def number(self, pos: Fact) -> Fact:
        """A positive number."""
        return self.p.by("positive.const", pos, E=self.O)

    def step(self, above: Term, below: Term, e: Term, first: bool) -> Fact:
        """h·h^e·γ Gam(l', l, e) > 0, γ = g at l = 1 and 1 elsewhere; ranges in scope."""
        p = self.p
        gam = app("Gam", B, above, 1 if first else below, e)
        if first:
            sign = use(p, "orthant.first", {**self.where, "l2": above, "d": e})
            gam = times(self.g, gam)
        else:
            sign = use(p, "orthant.later", {**self.where, "l2": above, "l1": below, "d": e})
        own = p.flip(own_output(p, e))
        hole = fresh("lim")
        left = times(OUT, slope_limit(e, False))
        square = p.subst(own, fun([hole], self.on(times(OUT, hole))), self.square)
        one = p.restate(self.on(times(left, F(y, e))), square)
        two = p.restate(self.on(times(gam, F(y, e))), sign)
        at = {"E": self.O, "Y": left, "Y2": gam, "Z": F(y, e)}
        return use(p, "positive.cancel", at, one, two)

    def core(self, k: Term, chain: Tuple, least: int) -> Fact:
        """h·core(l, k) > 0 for 2 ≤ k ≤ L, least ≤ l_1 in scope."""
        p, ls = self.p, chain.s
        first, last = use(p, "first", {"s": ls}), use(p, "last", {"s": ls})
        size = p.assume(eq(app("len", ls), k))
        last = p.rewrite(last, size)
        at = lambda i: app("entry", ls, i)  # noqa: E731

        def each(s: Term) -> Fact:
            inside = p.by("within.elim", s=s, lo=1, hi=H)

            def output(i: Term | int) -> list[Fact]:
                both = p.by(p.all_elim(inside, i))
                return [p.by("and.left", both), p.by("and.right", both)]

            slopes = fun([i], slope_limit(app("entry", s, i), False))
            links = links_of(ls, s)
            steps = fun([i], times(app(slopes, i), app(links, i)))

            def later(i: Term) -> Fact:
                goal = self.on(app(steps, i))
                if self.sigma < 0:
                    return anything(p, goal)
                ranges = [*chain.inside(i), *chain.inside(plus(i, 1)), chain.step(i), *output(i)]
                with p.using(*ranges, *self._above_1(chain, i)):
                    sign = self.step(at(plus(i, 1)), at(i), app("entry", s, i), first=False)
                zed = {"E": self.O, "Y": app(steps, i), "Y2": 1, "Z": OUT}
                one = p.restate(self.on(times(app(steps, i), OUT)), sign)
                two = p.restate(self.on(times(1, OUT)), self.out)
                return p.restate(goal, use(p, "positive.cancel", zed, one, two))

            G = {"E": self.O, "lo": 2, "hi": minus(k, 1), "G": steps}
            rest = use(p, "positive.prod", G, later)
            start = self._first(chain, s, output, least)
            with p.using(*chain.inside(k)):
                dot = self.number(use(p, "Dot.pos", {"phi": phi, "L": L, "l": at(k), "x": x, "y": y}))
            whole = product(p, "positive.mul", start, rest, dot)
            split = use(p, "lprod.first", {"lo": 1, "hi": minus(k, 1), "F": steps})
            both = use(p, "lprod.both", {"lo": 1, "hi": minus(k, 1), "F": slopes, "G": links})
            both = p.chain(p.flip(both), split)
            goal = times(OUT, core_body(ls, k, s))
            found = p.evaluate(goal, first, last)
            a, b = both.prop.fields[1]
            sig = app("Sig", phi, minus(at(1), 1), x, y)
            around = lambda t: times(OUT, t, app("Dot", phi, L, at(k), x, y), sig)  # noqa: E731
            hole = fresh("lim")
            found = p.subst(both, fun([hole], eq(goal, around(hole))), p.restate(eq(goal, around(a)), found))
            hole = fresh("lim")
            return p.subst(p.flip(found), fun([hole], self.on(hole)), p.restate(self.on(around(b)), whole))

        body = fun([s], core_body(ls, k, s))
        outside = fun([s], times(OUT, core_body(ls, k, s)))
        sign = use(p, "positive.tuples", {"E": self.O, "k": minus(k, 1), "hi": H, "G": outside}, each)
        scale = use(p, "ltuples.scale", {"k": minus(k, 1), "hi": H, "c": OUT, "F": body})
        hole = fresh("lim")
        return p.subst(scale, fun([hole], self.on(hole)), sign)

    def _above_1(self, chain: Tuple, i: Term) -> list[Fact]:
        """2 ≤ l_i for 2 ≤ i."""
        p = self.p
        below = minus(i, 1)
        with p.using(p.arith(le(1, below))):
            facts = [*chain.inside(below), chain.step(below)]
        with p.using(*facts):
            up = p.arith(le(plus(app("entry", chain.s, below), 1), app("entry", chain.s, i)))
            return [p.arith(le(2, app("entry", chain.s, i)), up)]

    def _first(self, chain: Tuple, s: Term, output: Callable[[Term | int], list[Fact]], least: int) -> Fact:
        """h·h^{s_1} Gam(l_2, l_1, s_1)·Σ^{l_1-1} > 0"""
        p, ls = self.p, chain.s
        at = lambda i: app("entry", ls, i)  # noqa: E731
        e = app("entry", s, 1)
        ranges = [*chain.inside(1), *chain.inside(2), chain.step(1), *output(1)]
        before = times(OUT, slope_limit(e, False))

        def goal(l: Term) -> Term:
            return self.on(times(before, app("Gam", B, at(2), l, e), app("Sig", phi, minus(l, 1), x, y)))

        def from_layer_1() -> Fact:
            one = equal(p, at(1), 1)
            sign = self.step(at(2), at(1), e, first=True)
            hole = fresh("const")
            gam = app("Gam", B, at(2), 1, e)
            body = lambda c: self.on(times(OUT, slope_limit(e, False), gam, c))  # noqa: E731
            sign = p.subst(p.flip(sigma_0(p)), fun([hole], body(hole)), p.restate(body(DOT), sign))
            hole = fresh("int")
            return p.subst(p.flip(one), fun([hole], goal(hole)), p.restate(goal(app("+", 1)), sign))

        def from_above() -> Fact:
            sign = self.step(at(2), at(1), e, first=False)
            sig = self.number(use(p, "Sig.pos", {"phi": phi, "l": minus(at(1), 1), "x": x, "y": y}))
            return p.restate(goal(at(1)), p.by("positive.mul", sign, sig))

        with p.using(*ranges, p.arith(le(2, at(2)), *ranges)):
            if least > 1:
                return from_above()
            return cases(p, at(1), 1, goal(at(1)), from_layer_1, from_above)

    def empty_part(self, d: Term) -> Fact:
        """F(y, d)·F(x, d) > 0, a part of size 0."""
        p = self.p
        both = use(p, "orthant.both", {**self.where, "d": d})
        same = use(p, "delta.same", {"a": 0})
        value_ = p.restate(eq(scaled_part(d, 0), times(F(x, d), F(y, d))), p.evaluate(scaled_part(d, 0), same))
        hole = fresh("lim")
        return p.subst(p.flip(value_), fun([hole], self.on(hole)), both)

    def single_part(self, d: Term, theta: Fact) -> Fact:
        """h Θ > 0, a part of size 1; ``theta``: σ Θ > 0."""
        p = self.p
        found = p.restate(self.on(times(OUT, THETA)), p.by("positive.mul", self.out, self.number(theta)))
        hole = fresh("lim")
        one = self.bracket(d, 1)
        whole = p.chain(one, at(p, single(p), omega, phi, H, L, x, y, w))
        return p.subst(p.flip(whole), fun([hole], self.on(hole)), found)

    def larger_part(self, d: Term, k: Term) -> Fact:
        """A part of size 2 ≤ k is positive, k ≤ L (k + 1 ≤ L for orthogonal inputs)."""
        p = self.p
        value_ = self.bracket(d, k)
        least = 1
        if self.orthogonal:
            value_, least = p.chain(value_, self.raised(k)), 2

        def each(ls: Term) -> Fact:
            chain = Tuple(p, p.assume(app("increasing", ls, least, L)))
            return self.core(k, chain, least)

        at = {"E": self.O, "k": k, "lo": least, "hi": L, "G": chain_function(k)}
        sign = use(p, "positive.chains", at, each)
        hole = fresh("lim")
        return p.subst(p.flip(value_), fun([hole], self.on(hole)), sign)

    def raised(self, k: Term) -> Fact:
        """Orthogonal inputs: tuples that start at layer 1 add nothing; 1 ≤ k and x·y = 0 in scope."""
        p = self.p

        def each(ls: Term) -> Fact:
            first = p.chain(use(p, "first", {"s": ls}), p.assume(eq(app("entry", ls, 1), 1)))
            sig = p.chain(sigma_0(p), p.assume(eq(DOT, 0)))

            def zero(s: Term) -> Fact:
                body = core_body(ls, k, s)
                at_1 = p.evaluate(body, first)
                at_1 = p.restate(eq(body, times(app("Sig", phi, 0, x, y), *body.fields[1][:-1])), at_1)
                return p.restate(eq(body, 0), p.rewrite(at_1, sig))

            none = use(p, "ltuples.zero", {"k": minus(k, 1), "hi": H, "F": fun([s], core_body(ls, k, s))}, zero)
            return p.restate(eq(app(chain_function(k), ls), 0), p.evaluate(app(chain_function(k), ls), none))

        at = {"k": k, "lo": 1, "hi": L, "G": chain_function(k)}
        raised = use(p, "lchains.raise", at, each)
        both = (app("lchains", k, lo, L, chain_function(k)) for lo in (1, 2))
        return p.restate(eq(*both), raised)
