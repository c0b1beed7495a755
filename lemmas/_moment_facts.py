"""Facts on exact moments at one input, |x|² = n_0, for the proofs of the supplement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import need
from verifier.kernel.core.terms import App, Num, Term, Var, app, eq, fun, le, num
from verifier.kernel.theory.writing import times
from verifier.proving.tactics import Fact, Prover, replaced

Facts = dict[str, list[Fact]]

phi, x, n = Var("phi", "act"), Var("x", "input"), Var("n", "int")
N, rho = Var("N", (("int",), "int")), Var("rho", "const")
#: what is granted at one input
ONE_INPUT = [app("relu", phi), eq(app("dot", x, x), 1)]

F1 = ["f", 1]


def leaf(layers: Sequence[int], outputs: Sequence[int], d: int = 1) -> list[Any]:
    """T^{l,d} in a request."""
    return ["T", d, list(layers), list(outputs)]


def request(of: Sequence[Any], depth: int, say: str, activation: str = "relu") -> dict[str, Any]:
    """A request for the engine of moments."""
    return {"of": list(of), "depth": depth, "activation": activation, "say": say}


def computed(p: Prover, of: Sequence[Any], depth: int, say: str, *at: Term) -> Fact:
    """A moment at phi and x, with |x|² = n_0 put in; the facts ONE_INPUT, and 1 ≤ n for ``equal``, are in scope."""
    relu, one = (p.assume(given) for given in ONE_INPUT)
    fact = p.all_elim(p.by_engine("moments", request(of, depth, say)), phi, x, *at)
    fact = p.imp_elim(fact, relu)
    if say == "equal":
        fact = p.imp_elim(fact, p.arith(le(1, at[0])))
    return p.rewrite(fact, one)


def equal_widths(p: Prover, of: Sequence[Any], depth: int, power: int, value: Term) -> Fact:
    """⋀phi x n. relu(phi) ⟹ |x|² = n_0 ⟹ 1 ≤ n ⟹ n^power · (E of the product where all widths are n) = value"""
    granted = [*ONE_INPUT, le(1, n)]
    with p.given(*granted):
        fact = in_units(p, n, power, computed(p, of, depth, "equal", n), value)
    return p.close([phi, x, n], granted, fact)


def in_units(p: Prover, size: Term, power: int, fact: Fact, value: Term) -> Fact:
    """size^power · a = value from a = b, a polynomial in 1/size; 1 ≤ size in scope."""
    quantity = times(*[size] * power, fact.prop.fields[1][0])
    whole = p.evaluate(quantity, fact)
    powers = range(1, 13) if power else range(0)
    return p.arith(eq(quantity, value), whole, *(cancelled(p, size, power, k) for k in powers))


def inverse(p: Prover, size: Term) -> Fact:
    """size · inv(size) = 1, for 1 ≤ size in scope."""
    zero = eq(size, 0)
    with p.given(zero) as (fact,):
        never = p.by("one.positive", p.arith(le(1, 0), fact))
    return p.by("inv", p.by("nonzero.intro", p.imp_intro(zero, never), x=size), x=size)


def cancelled(p: Prover, size: Term, power: int, k: int) -> Fact:
    """size^power · inv(size)^k without what cancels, for 1 ≤ size in scope."""
    one, both = inverse(p, size), times(size, app("inv", size))
    shared = min(power, k)
    rest = [size] * (power - shared) + [app("inv", size)] * (k - shared)
    return p.evaluate(times(*[both] * shared, *rest), one)


def at_widths(p: Prover, t: Term, widths: Term, sizes: Fact, *known: Fact) -> Fact:
    """at(t, widths) = the number, for a polynomial t in functions whose values are in ``known`` or have a row."""
    left = app("at", t, widths)
    for fact in known:
        if key(fact.prop.fields[1][0]) == key(left):
            return fact
    if t.sort in ("int", "const"):
        return p.by("at.const", sizes, c=t, N=widths)
    assert isinstance(t, App)
    head, args = t.fields
    if head in ("inv_width", "halves"):
        return p.by(f"at.{head}", sizes, p.arith(le(1, args[0])), l=args[0], N=widths)
    if len(args) == 1:
        return at_widths(p, args[0], widths, sizes, *known)
    first, rest = args[0], (args[1] if len(args) == 2 else app(head, *args[1:]))
    whole = p.by({"+": "at.add", "*": "at.mul"}[head], sizes, X=first, Y=rest, N=widths)
    parts = [at_widths(p, part, widths, sizes, *known) for part in (first, rest)]
    done = p.chain(whole, p.evaluate(whole.prop.fields[1][1], *parts))
    return p.restate(eq(left, app(head, *(part.prop.fields[1][1] for part in parts))), done)


def ratio(p: Prover, of: Sequence[Any], power: int, value: Term) -> Fact:
    """⋀phi x N rho. … n_2 = rho n_1 ⟹ n_2^power · (E of the product at widths N) = value, depth 3"""
    n_1, n_2 = app(N, 1), app(N, 2)
    granted = [*ONE_INPUT, app("sizes", N), eq(n_2, times(rho, n_1))]
    with p.given(*granted) as (*_, sizes, proportion):
        every = p.by("sizes.elim", sizes)
        with p.using(*(p.imp_elim(p.all_elim(every, l), p.arith(le(1, num(l)))) for l in (1, 2))):
            fact = computed(p, of, 3, "separate")
            quantity, polynomial = fact.prop.fields[1]
            here = p.evaluate(app("at", quantity, N), fact)
            here = p.chain(here, at_widths(p, polynomial, N, sizes))
            first = _first_inverse(p, n_1, n_2, proportion)
            here = p.chain(here, p.evaluate(here.prop.fields[1][1], first))
            whole = p.evaluate(times(*[n_2] * power, app("at", quantity, N)), here)
            target = eq(times(*[n_2] * power, app("at", quantity, N)), value)
            fact = _by_monomials(p, target, whole, n_2, power)
    return p.close([phi, x, N, rho], granted, fact)


def _first_inverse(p: Prover, n_1: Term, n_2: Term, proportion: Fact) -> Fact:
    """1/n_1 = rho/n_2, from n_2 = rho n_1."""
    one_1, one_2 = inverse(p, n_1), inverse(p, n_2)
    i_1, i_2 = app("inv", n_1), app("inv", n_2)
    # i_1 = i_1 (n_2 i_2) = i_1 rho n_1 i_2 = rho i_2
    left = p.evaluate(times(i_1, times(n_2, i_2)), one_2)
    right = p.evaluate(times(times(n_1, i_1), rho, i_2), one_1)
    hole, whole = Var("hole", "const"), times(i_1, n_2, i_2)
    middle = p.subst(proportion, fun([hole], eq(whole, times(i_1, hole, i_2))), p.ring(whole, whole))
    return p.arith(eq(i_1, times(rho, i_2)), left, middle, right)


def _by_monomials(p: Prover, target: Term, whole: Fact, size: Term, power: int) -> Fact:
    """``target`` from ``whole``, powers of size · inv(size) cancelled beside powers of rho."""
    facts = []
    for k in range(1, 5):
        base = cancelled(p, size, power, k)
        left, _ = base.prop.fields[1]
        for j in range(4):
            factor = [rho] * j
            facts.append(p.evaluate(times(left, *factor), base) if j else base)
    return p.arith(target, whole, *facts)


def homogeneous(p: Prover, kind: Fact) -> Fact:
    """homogeneous(phi) from relu(phi) or linear(phi)."""
    return p.by(f"{kind.prop.fields[0]}.homogeneous", kind)


def piecewise(p: Prover, kind: Fact) -> Fact:
    """piecewise(phi) from relu(phi) or linear(phi)."""
    return p.by("homogeneous.piecewise", homogeneous(p, kind))


def leading_of(p: Prover, of: Sequence[Any], depth: int) -> Fact:
    """leading(E of the product, p, c) at phi and x, ONE_INPUT in scope."""
    return computed(p, of, depth, "leading")


def positive(p: Prover, number: Term) -> Fact:
    """pos(number), for a numeral above 0."""
    need(isinstance(number, Num) and number.fields[0] > 0, f"{number!r} is no number above 0")
    small = le(number, 0)
    with p.given(small) as (fact,):
        never = p.by("one.positive", p.linear([fact], le(1, 0), [1 / number.fields[0]]))
    return p.by("pos.intro", p.imp_intro(small, never), x=number)


def covered(
    p: Prover, target: Term, ranges: Sequence[tuple[Term, int, int]], known: Callable[[tuple[int, ...]], Fact | None],
    *premises: Fact,
) -> Fact:  # fmt: skip
    """``target`` for integer variables in ranges, value by value; the bounds of the ranges are in scope.

    ``known`` gives the target at values, or None where ``premises`` exclude them.
    """

    def split(k: int, goal: Term, values: tuple[int, ...], found: tuple[Fact, ...]) -> Fact:
        if k == len(ranges):
            fact = known(values)
            return fact if fact is not None else _excluded(p, goal, premises, found)
        name, low, high = ranges[k]
        return one(k, goal, values, found, name, low, high)

    def one(
        k: int, goal: Term, values: tuple[int, ...], found: tuple[Fact, ...], name: Term, low: int, high: int
    ) -> Fact:
        if low == high:
            same = p.by("le.antisymmetric", x=low, y=name)
            hole = Var("hole", "int")
            context = fun([hole], replaced(goal, name, hole))
            here = split(k + 1, app(context, low), (*values, low), (*found, p.flip(same)))
            return p.subst(same, context, here)
        below, above = le(name, low), le(low + 1, name)
        with p.given(below):
            first = p.imp_intro(below, one(k, goal, values, found, name, low, low))
        with p.given(above):
            rest = p.imp_intro(above, one(k, goal, values, found, name, low + 1, high))
        return p.by("int.cases", first, rest, a=name, b=low, P=goal)

    return split(0, target, (), ())


def _excluded(p: Prover, goal: Term, premises: Sequence[Fact], equations: Sequence[Fact]) -> Fact:
    """``goal`` where ``premises`` are false at the values that ``equations`` say."""
    here = [p.rewrite(premise, *equations) for premise in premises]
    return p.by("false", p.by("one.positive", p.arith(le(1, 0), *here, *equations)), P=goal)


def renamed(p: Prover, fact: Fact, of: Callable[..., Term], *equations: Fact) -> Fact:
    """of(a, b, …) from of(a', b', …), where ``equations`` say a = a', b = b', …."""
    right = [equation.prop.fields[1][1] for equation in equations]
    left = [equation.prop.fields[1][0] for equation in equations]
    for k, equation in enumerate(equations):
        hole = Var("hole", left[k].sort)
        context = fun([hole], of(*left[:k], hole, *right[k + 1 :]))
        fact = p.subst(p.flip(equation), context, p.restate(app(context, right[k]), fact))
    return fact
