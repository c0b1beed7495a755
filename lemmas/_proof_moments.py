"""Proofs that rest on exact moments: values of Lemma 3, second moments of Theorem 1, fourth moments of Theorem 2,
the hyperkernel's mean of Theorem 3, and the law of a ReLU network at one input."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from lemmas._moment_facts import (
    F1,
    ONE_INPUT,
    Facts,
    N,
    at_widths,
    covered,
    equal_widths,
    in_units,
    inverse,
    leading_of,
    leaf,
    n,
    phi,
    piecewise,
    positive,
    ratio,
    renamed,
    rho,
    x,
)
from lemmas._proof_given_tuples import leaves, listed, tuple_facts
from lemmas._proof_one_input import term_of_all, written_out
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.writing import plus, times
from verifier.proving.arithmetic import tidy
from verifier.proving.tactics import Fact, Prover, replaced

omega = Var("omega", "mode")
L, H, d, k, l = (Var(name, "int") for name in "LHdkl")

_I = app("inv", n)
_R = app("inv", app(N, 2))


def _squared(t: Term) -> Term:
    return times(t, t)


#: claim → (product, power of n in front, value), at three layers and equal widths
VALUES: tuple[tuple[str, list[Any], int, Term], ...] = (
    ("mixed", [F1, leaf((1, 2), (1, 1))], 1, times(2, plus(1, times(5, _I)))),
    ("mixed", [F1, leaf((2, 3), (1, 1))], 1, times(2, plus(1, times(5, _I)))),
    ("skipped", [F1, leaf((1, 3), (1, 1))], 1, times(4, plus(1, times(2, _I)))),
    ("mixed-star", [F1, ["S", 2]], 1, plus(16, times(56, _I))),
    ("other-output", [leaf((2, 3), (2, 1))] * 2, 2, times(4, plus(1, times(15, _I), times(44, _I, _I)))),
    ("other-output-first", [leaf((1, 2), (2, 1))] * 2, 2, plus(4, times(28, _I), times(16, _I, _I))),
    ("smaller", [leaf((1, 2), (1, 2))] * 2, 2, plus(times(8, _I), times(40, _I, _I))),
    ("smaller", [leaf((1, 2), (2, 2))] * 2, 2, plus(times(8, _I), times(40, _I, _I))),
)  # fmt: skip


def prove_lemma3(p: Prover) -> Facts:
    """The values of Lemma 3 at one input, and its printed δ refuted by moments."""
    found: Facts = {}
    for claim, of, power, value in VALUES:
        found.setdefault(f"lemma3.{claim}", []).append(equal_widths(p, of, 3, power, value))
    skipped = leaf((1, 3), (1, 1))
    slope = plus(times(2, plus(1, rho)), times(8, rho, _R))
    square = plus(
        times(4, plus(1, times(3, rho), times(rho, rho))),
        times(48, rho, plus(1, rho), _R),
        times(124, rho, rho, _R, _R),
    )
    found["lemma3.ratio"] = [ratio(p, [F1, skipped], 1, slope)]
    found["lemma3.ratio-square"] = [ratio(p, [skipped] * 2, 2, square)]
    found["lemma3.joint-mean"] = [joint(p, 1, num(4))]
    found["lemma3.joint-square"] = [joint(p, 2, times(48, _squared(plus(1, times(5, _I)))))]
    found["lemma3.printed-delta"] = [no_delta(p)]
    return found


def no_delta(p: Prover) -> Fact:
    """⋀phi x omega. relu ⟹ |x|² = n_0 ⟹ level(omega) ⟹ ¬ n T^{(2,3)} → 0 with outputs (1; 2, 1), at three layers

    E (nT)² → 4 and E (nT)⁴ is bounded, though d_1 = 2 is not d = 1.
    """
    term = leaf((2, 3), (2, 1))
    of = app("T", phi, 3, 1, listed(2, 3), listed(2, 1), x, x)
    granted = [*ONE_INPUT, app("level", omega), app("vanishes", omega, of, -1)]
    with p.given(*granted) as (relu, _, level, vanishes):
        two, four = (leading_of(p, [term] * power, 3) for power in (2, 4))
        with p.using(piecewise(p, relu), *leaves(p, (2, 3), (2, 1), 3)):
            has = p.by("has_moments.T", goal=app("has_moments", of))
        above = positive(p, tidy(two.prop.fields[1][2]))
        fact = p.by("vanishes.moments", level, has, two, above, four, vanishes, p=-1)
    return p.close([phi, x, omega], granted, fact)


# -- Lemma 3: T^{(1,2,3)} at one input, proved -------------------------------------------------------------------------


def chain_of_three(p: Prover) -> Fact:
    """T^{(1,2,3)} = 4 f²/(n_1 n_2) for outputs (1; 1, 1, 1), ONE_INPUT in scope."""
    layers, outputs = (1, 2, 3), (1, 1, 1)
    with p.using(*leaves(p, layers, outputs, 3)):
        whole = p.by(p.all_elim(term_of_all(p), phi, 3, 1, listed(*layers), listed(*outputs), x))
        product = next(t for t in whole.prop.fields[1][1].fields[1] if getattr(t, "fields", ("",))[0] == "prod")
        facts = [f for f in tuple_facts(p, *outputs) if f.prop.fields[1][0].fields[0] in ("entry", "last")]
    written = p.restate(eq(product, app("prod", 1, 2, product.fields[1][2])), p.ring(product, product))
    written = p.chain(written, written_out(p, app("prod", 1, 2, product.fields[1][2])))
    found = p.rewrite(whole, written, *facts, p.by("delta.same", a=1), p.assume(ONE_INPUT[1]))
    f = app("f", phi, 3, x, 1)
    value = times(times(4, app("inv_width", 1), app("inv_width", 2)), f, f)
    return p.restate(eq(found.prop.fields[1][0], value), found)


def joint(p: Prover, power: int, value: Term) -> Fact:
    """⋀phi x n. relu ⟹ |x|² = n_0 ⟹ 1 ≤ n ⟹ n^{2 power} E (T^{(1,2,3)})^power = value where all widths are n

    ``power`` is 1 or 2: the moments of f² are those of the Gram entries, layer by layer.
    """
    granted = [*ONE_INPUT, le(1, n)]
    of = app("T", phi, 3, 1, listed(1, 2, 3), listed(1, 1, 1), x, x)
    f = app("f", phi, 3, x, 1)
    scale = times(4, app("inv_width", 1), app("inv_width", 2))
    with p.given(*granted) as (relu, *_):
        known = p.evaluate(app("mean", times(*[of] * power)), chain_of_three(p))
        factor, output = times(*[scale] * power), times(*[f] * (2 * power))
        with p.using(piecewise(p, relu)):
            has = p.by("has_moments.f", goal=app("has_moments", f))
        for _ in range(power):
            has = p.by("has_moments.mul", has, has)
        out = p.by("mean.scale", p.restate(app("has_moments", output), has), A=factor, X=output)
        left = app("mean", times(*[of] * power))
        moment = _second(p, relu) if power == 1 else _fourth(p, relu)
        known = p.chain(known, out, p.evaluate(out.prop.fields[1][1], moment))
        sizes, widths = level_sizes(p)
        here = p.evaluate(app("flat", left, n), p.by("flat", X=left, n=n), known)
        here = p.chain(here, at_widths(p, known.prop.fields[1][1], widths, sizes))
        fact = in_units(p, n, 2 * power, here, value)
    return p.close([phi, x, n], granted, fact)


def _second(p: Prover, relu: Fact) -> Fact:
    """E f² = 1 at three layers."""
    fact = p.by("second.output", piecewise(p, relu), L=3, x=x, d=1)
    grams = [p.by("second.gram", relu, l=l, x=x) for l in (2, 1)]
    first = p.by("Q.first", phi=phi, x=x, y=x)
    return p.rewrite(fact, *grams, first, p.by("mean.fin", A=app("dot", x, x)), p.assume(ONE_INPUT[1]))


def _fourth(p: Prover, relu: Fact) -> Fact:
    """E f⁴ = 3 (1 + 5/n_1)(1 + 5/n_2) at three layers."""
    fact = p.imp_elim(p.all_elim(fourth(p), phi, x, 3, 1), relu, p.arith(le(1, num(3))), p.arith(le(1, num(1))))
    factors = [p.by("fprod.step", p.arith(le(0, num(k))), k=k, F=_growth()) for k in (1, 0)]
    return p.rewrite(fact, *factors, p.by("fprod.0", F=_growth()), p.assume(ONE_INPUT[1]))


# -- Theorem 1: second moments -----------------------------------------------------------------------------------------

#: least and greatest H, L, r of the second moments; r ≤ HL
SQUARES = ((1, 2), (2, 3), (1, 4))


def prove_theorem1(p: Prover) -> Facts:
    """√E (K^(r))² is of exact order n^{min(0, H-r)} at one input, for 1 ≤ H ≤ 2 ≤ L ≤ 3, 1 ≤ r ≤ 4, r ≤ HL and
    H r (L - 1) ≤ 8."""
    H, L, r = (Var(name, "int") for name in "HLr")
    ranges = [(v, low, high) for v, (low, high) in zip((H, L, r), SQUARES, strict=True)]
    bounds = [part for v, low, high in ranges for part in (le(low, v), le(v, high))]
    granted = [*ONE_INPUT, *bounds, le(r, times(H, L)), le(times(H, r, plus(L, -1)), 8)]
    power = app("min", 0, plus(H, times(-1, r)))
    target = app("exact_rms", app("K", phi, 1, H, L, r, x, x, 1, 1), power)

    def known(values: tuple[int, ...]) -> Fact | None:
        outputs, depth, order = values
        if values not in facts:
            return None
        fact = p.imp_elim(p.all_elim(facts[values], phi, x), relu, one)
        number = p.by("min.left" if outputs >= order else "min.right", a=0, b=outputs - order)
        of = app("K", phi, 1, outputs, depth, order, x, x, 1, 1)
        smallest = p.restate(eq(app("min", 0, plus(outputs, times(-1, order))), min(0, outputs - order)), number)
        return p.subst(p.flip(smallest), fun([hole := Var("hole", "const")], app("exact_rms", of, hole)), fact)

    sizes = [(a, b, c) for a in (1, 2) for b in (2, 3) for c in range(1, 5) if c <= a * b and a * c * (b - 1) <= 8]
    facts = {size: square(p, *size) for size in sizes}
    with p.given(*granted) as (relu, one, *_, most, together):
        fact = covered(p, target, ranges, known, most, together)
    general = p.close([phi, x, H, L, r], granted, fact)
    return {"theorem1.squares": [*_in_words(p, general, granted), general]}


def _in_words(p: Prover, general: Fact, granted: list[Term]) -> list[Fact]:
    """The same with y = x, z = w = 1 and m = 1 as premises: K^(r) = O_p(n^{min(0, H-r)}) along equal widths, and its
    exact order in mean square."""
    H, L, r, m = (Var(name, "int") for name in "HLrm")
    y, z, w = Var("y", "input"), Var("z", "const"), Var("w", "const")
    words = [eq(m, 1), eq(y, x), eq(z, 1), eq(w, 1)]
    power = app("min", 0, plus(H, times(-1, r)))
    of = lambda m, y, z, w: app("K", phi, m, H, L, r, x, y, z, w)  # noqa: E731
    level = app("level", omega)
    with p.given(*granted, *words, level) as facts:
        equations, (relu, given_level) = facts[len(granted) : -1], (facts[0], facts[-1])
        exact_ = p.imp_elim(p.all_elim(general, phi, x, H, L, r), *facts[: len(granted)])
        with p.using(piecewise(p, relu), p.arith(le(1, L)), p.arith(le(0, r))):
            has = p.by("has_moments.K", goal=app("has_moments", of(1, x, 1, 1)))
        both = p.by("exact_rms.elim", exact_, X=of(1, x, 1, 1), p=power)
        first, second = both.prop.fields[1]
        upper = p.by("rms.upper", given_level, has, p.by("and.left", both, P=first, Q=second))
        exact_ = renamed(p, exact_, lambda *at: app("exact_rms", of(*at), power), *equations)
        upper = renamed(p, upper, lambda *at: app("upper", omega, of(*at), power), *equations)
    vs = [phi, m, H, L, r, x, y, z, w]
    return [p.close([*vs, omega], [*granted, *words, level], upper), p.close(vs, [*granted, *words], exact_)]


def square(p: Prover, outputs: int, depth: int, r: int) -> Fact:
    """⋀phi x. relu ⟹ |x|² = n_0 ⟹ exact_rms(K^(r), min(0, H - r)) at (H, L, r) = (outputs, depth, r)"""
    of = app("K", phi, 1, outputs, depth, r, x, x, 1, 1)
    power = min(0, outputs - r)
    with p.given(*ONE_INPUT) as (relu, _):
        fact = leading_of(p, [["K", outputs, r]] * 2, depth)
        with p.using(piecewise(p, relu)):
            has = p.by("has_moments.K", goal=app("has_moments", of))
        fact = exact(p, of, power, has, fact)
    return p.close([phi, x], ONE_INPUT, fact)


def exact(p: Prover, of: Term, power: int, has: Fact, leading: Fact) -> Fact:
    """exact_rms(of, power) from the leading term of E of²."""
    above = positive(p, tidy(leading.prop.fields[1][2]))
    parts = p.by("rms.leading", has, leading, p=power), p.by("low_rms.leading", has, leading, above, p=power)
    both = p.by("and.intro", *parts, P=parts[0].prop, Q=parts[1].prop)
    return p.by("exact_rms.intro", both, X=of, p=power)


# -- Theorem 2: the fourth moment of an output -------------------------------------------------------------------------


def prove_theorem2(p: Prover) -> Facts:
    """E f⁴ at all widths, and where all are n."""
    general = fourth(p)
    return {"theorem2.fourth": [fourth_at_n(p, general), general]}


def _growth() -> Term:
    return fun([l], plus(1, times(5, app("inv_width", l))))


def fourth(p: Prover) -> Fact:
    """⋀phi x L d. relu ⟹ 1 ≤ L ⟹ 1 ≤ d ⟹ E f⁴ = 3 (|x|²/n_0)² Π_{l<L} (1 + 5/n_l)"""
    one = app("dot", x, x)
    square = lambda depth: app("mean", _squared(app("Q", phi, depth, x, x)))  # noqa: E731
    value = lambda depth: times(one, one, app("fprod", plus(depth, -1), _growth()))  # noqa: E731
    relu = app("relu", phi)
    with p.given(relu) as (given,):
        holds = fun([L], eq(square(L), value(L)))
        start = p.evaluate(square(1), p.by("Q.first", phi=phi, x=x, y=x))
        start = p.chain(start, p.by("mean.fin", A=_squared(one)))
        start = p.arith(eq(square(1), value(1)), start, _scaled(p, p.by("fprod.0", F=_growth()), times(one, one)))
        with p.given(le(1, k), eq(square(k), value(k))) as (positive_, known):
            step = p.by("fourth.gram", given, l=k, x=x)
            step = p.evaluate(square(plus(k, 1)), step, known)
            more = p.by("fprod.step", p.arith(le(0, plus(k, -1))), k=plus(k, -1), F=_growth())
            fact = p.arith(eq(square(plus(k, 1)), value(plus(k, 1))), step, _scaled(p, more, times(one, one)))
        step = p.close([k], [positive_.prop, known.prop], fact)
        every = p.by("int.induction", start, step, V=holds, m=1)
        with p.given(le(1, L), le(1, d)) as (deep, output):
            gram = p.imp_elim(p.all_elim(every, L), deep)
            fact = p.by("fourth.output", piecewise(p, given), deep, output, x=x)
            of = fact.prop.fields[1][0]
            fact = p.arith(eq(of, times(3, value(L))), fact, gram)
    return p.close([phi, x, L, d], [relu, le(1, L), le(1, d)], fact)


def _scaled(p: Prover, equation: Fact, factor: Term) -> Fact:
    """factor · a = factor · b from a = b."""
    return p.evaluate(times(factor, equation.prop.fields[1][0]), equation)


def fourth_at_n(p: Prover, general: Fact) -> Fact:
    """⋀phi x L d n. … |x|² = n_0 ⟹ 1 ≤ n ⟹ E f⁴ = 3 (1 + 5/n)^{L-1} where all widths are n"""
    granted = [*ONE_INPUT, le(1, L), le(1, d), le(1, n)]
    base = plus(1, times(5, app("inv", n)))
    with p.given(*granted) as (relu, one, deep, output, _):
        fact = p.rewrite(p.imp_elim(p.all_elim(general, phi, x, L, d), relu, deep, output), one)
        of = fact.prop.fields[1][0]
        sizes, widths = level_sizes(p)
        product = level_product(p, plus(L, -1), _growth(), base, sizes, widths)
        three = app("at", times(3, app("fprod", plus(L, -1), _growth())), widths)
        value = p.by("at.mul", sizes, X=3, Y=app("fprod", plus(L, -1), _growth()), N=widths)
        value = p.evaluate(value.prop.fields[1][0], value, p.by("at.const", sizes, c=3, N=widths), product)
        here = p.evaluate(app("flat", of, n), p.by("flat", X=of, n=n), fact)
        here = p.chain(here, p.restate(eq(three, value.prop.fields[1][1]), value))
        fact = p.restate(eq(app("flat", of, n), times(3, app("power", base, plus(L, -1)))), here)
    return p.close([phi, x, L, d, n], granted, fact)


def level_sizes(p: Prover) -> tuple[Fact, Term]:
    """sizes(N) and N for the widths that are all n, with 1 ≤ n in scope."""
    widths = fun([l], n)
    return p.by("sizes.intro", p.prove(forall([l], imp(le(1, l), le(1, n)))), N=widths), widths


def level_product(p: Prover, count: Term, factors: Term, base: Term, sizes: Fact, widths: Term) -> Fact:
    """at(fprod(count, factors), widths) = power(base, count), each factor being ``base`` there; 0 ≤ count in scope."""
    product = lambda k: app("at", app("fprod", k, factors), widths)  # noqa: E731
    holds = fun([k], eq(product(k), app("power", base, k)))
    start = p.evaluate(product(num(0)), p.by("fprod.0", F=factors), p.by("at.const", sizes, c=1, N=widths))
    start = p.restate(app(holds, 0), p.chain(start, p.flip(p.by("power.0", c=base))))
    with p.given(le(0, k), app(holds, k)) as (low, known):
        last = app(factors, plus(k, 1))
        step = p.evaluate(product(plus(k, 1)), p.by("fprod.step", low, F=factors),
                          p.by("at.mul", sizes, X=app("fprod", k, factors), Y=last, N=widths), known)  # fmt: skip
        with p.using(p.arith(le(1, plus(k, 1)))):
            step = p.chain(step, p.evaluate(step.prop.fields[1][1], at_widths(p, last, widths, sizes)))
        fact = p.restate(app(holds, plus(k, 1)), p.chain(step, p.flip(p.by("power.step", low, c=base))))
    step = p.close([k], [low.prop, known.prop], fact)
    every = p.by("int.induction", start, step, V=holds, m=0)
    return p.imp_elim(p.all_elim(every, count), p.arith(le(0, count)))


# -- Theorem 3: the hyperkernel's mean ---------------------------------------------------------------------------------


def prove_theorem3(p: Prover) -> Facts:
    """E K^h(u, u) = 4 + 16/n at H = L = 2, which is not 4; K^h = 2^{H-1} K^(1)."""
    mean = equal_widths(p, [["K", 2, 1]], 2, 0, plus(2, times(8, _I)))
    granted = [*ONE_INPUT, le(1, n)]
    quantity = app("flat", app("mean", app("K", phi, 1, 2, 2, 1, x, x, 1, 1)), n)
    with p.given(*granted) as facts:
        known = p.imp_elim(p.all_elim(mean, phi, x, n), *facts)
        twice = p.arith(eq(times(2, quantity), plus(4, times(16, _I))), known)
        claimed = eq(times(2, quantity), 4)
        with p.given(claimed) as (claim,):
            zero = p.arith(eq(_I, 0), twice, claim)
            one = p.evaluate(times(n, _I), zero)
            never = p.by("one.positive", p.arith(le(1, 0), one, inverse(p, n)))
        never = p.imp_intro(claimed, never)
    return {
        "theorem3.mean": [p.close([phi, x, n], granted, twice)],
        "theorem3.printed-figure": [p.close([phi, x, n], granted, never)],
    }


# -- the law of a ReLU network at one input ----------------------------------------------------------------------------

#: n_0, …, n_{L-1} of the networks whose sign patterns are all gone through
SIZES = ((1, 2), (1, 3), (2, 2), (2, 3), (1, 1, 2), (1, 2, 2))


def prove_relu_law(p: Prover) -> Facts:
    """The law, its exhaustive checks, and the probability that f = 0, at all widths and where all are n."""
    with p.given(app("relu", phi), le(1, L)) as facts:
        law = p.by("gauge", *facts, x=x)
    law = p.close([phi, L, x], [f.prop for f in facts], law)
    general, flat = dead(p)
    return {
        "relu_law.law": [law],
        "relu_law.patterns": [p.by_engine("patterns", {"sizes": list(sizes)}) for sizes in SIZES],
        "relu_law.dead": [flat, general],
    }


def dead(p: Prover) -> tuple[Fact, Fact]:
    """P[f = 0] = 1 - Π_{l<L} (1 - 2^{-n_l}), and 1 - (1 - 2^{-n})^{L-1} where all widths are n."""
    granted = [app("relu", phi), app("nonzero_input", x), le(1, L), le(1, d)]
    open_ = fun([l], plus(1, times(-1, app("halves", l))))
    with p.given(*granted) as (relu, nonzero, deep, output):
        fact = p.by("dead", p.by("gauge", relu, deep, x=x), deep, output, nonzero)
        general = p.close([phi, x, L, d], granted, fact)
        with p.given(le(1, n)) as (low,):
            sizes, widths = level_sizes(p)
            base = plus(1, times(-1, app("power", app("inv", 2), n)))
            product = level_product(p, plus(L, -1), open_, base, sizes, widths)
            of, value = fact.prop.fields[1]
            here = p.evaluate(app("flat", of, n), p.by("flat", X=of, n=n), fact)
            here = p.chain(here, at_widths(p, value, widths, sizes, product))
            half, hole = app("inv", 2), Var("hole", "const")
            decimal = p.arith(eq(half, Fraction(1, 2)), inverse(p, num(2)))
            here = p.subst(decimal, fun([hole], replaced(here.prop, half, hole)), here)
        flat = p.close([phi, x, L, d, n], [*granted, low.prop], here)
    return general, flat
