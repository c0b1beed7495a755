"""SymPy expressions and conditions as terms and propositions of the kernel; what has no counterpart is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from inspect import signature
from typing import Any

import sympy
from sympy.logic.boolalg import BooleanAtom

from verifier.claims.vocabulary import CELL_ONLY, Env, Quantity, Value, variable
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import NUMBERS, Refused, Sort
from verifier.kernel.core.terms import FALSE, App, Term, Var, app, eq, fun, imp, le, num


class CannotCompile(ValueError):
    """A part of a claim has no counterpart in the kernel; the message names it and what would have one."""


class MeasuredOnly(CannotCompile):
    """The claim is of a kind, or of a quantity, that is measured and never proved."""


_OPERATORS: dict[Any, str] = {
    sympy.Add: "+", sympy.Mul: "*", sympy.Min: "min", sympy.Max: "max", sympy.factorial: "fact",
}  # fmt: skip


_FUNCTIONS: dict[Any, str] = {sympy.sin: "sin", sympy.cos: "cos", sympy.acos: "acos", sympy.exp: "exp"}


def names_of(env: Mapping[str, Term], symbol: sympy.Symbol) -> Term:
    """The term that a SymPy symbol stands for.  CannotCompile where SymPy takes it for more, or less, than it is."""
    found = env.get(symbol.name, variable(symbol.name, bool(symbol.is_integer)))
    if symbol not in _known(symbol.name):
        raise CannotCompile(f"{symbol.name} is declared as more than integer or real: its range is said in where")
    if (found.sort == "int") != bool(symbol.is_integer) and found.sort in ("int", "const", "rand", "lim"):
        what = "an integer: declare it with integer=True" if found.sort == "int" else "no integer"
        raise CannotCompile(f"{symbol.name} is {what}, or call it by another name")
    return found


def _known(name: str) -> tuple[sympy.Symbol, ...]:
    return sympy.Symbol(name), sympy.Symbol(name, integer=True), sympy.Symbol(name, real=True)


def leaves_out(build: Callable[[Term], Term], sort: Sort) -> bool:
    """Whether what ``build`` makes of a term does not depend on it; so is what refuses terms that it does not expect.

    ``0·e`` depends on no e, and e ≤ e says nothing of it: what is made of two terms is compared as numbers are.
    """
    try:
        one, other = (build(Var(name, sort)) for name in ("mark", "other"))
    except (CannotCompile, Refused):
        return True
    return essence(one) == essence(other)


def essence(t: Term) -> Any:
    """What a proposition says, as far as algebra sees: of a comparison the difference of its sides."""
    if isinstance(t, App) and t.fields[0] in ("le", "eq") and all(a.sort in NUMBERS for a in t.fields[1]):
        return t.fields[0], key(app("+", t.fields[1][1], app("*", -1, t.fields[1][0])))
    if isinstance(t, App) and t.fields[0] in ("imp", "and", "or"):
        return t.fields[0], *map(essence, t.fields[1])
    return key(t)


def stands_for_itself(given: Any, name: str) -> bool:
    """Whether an argument is the variable of its own name; one that cells alone have may be left out so."""
    return isinstance(given, sympy.Symbol) and given.name == name


def to_term(expression: Any, env: Env) -> Term:
    """A SymPy expression as a term; ``env`` maps names of symbols to terms."""
    expression = sympy.sympify(expression)
    if isinstance(expression, sympy.Rational):
        return num(Fraction(int(expression.p), int(expression.q)))
    if isinstance(expression, sympy.Symbol):
        return names_of(env, expression)
    if expression.func in _OPERATORS:
        head, args = _OPERATORS[expression.func], [to_term(a, env) for a in expression.args]
        while len(args) > 2 and head in ("min", "max"):
            args = [app(head, args[0], args[1]), *args[2:]]
        return app(head, *args)
    if isinstance(expression, sympy.Pow):
        return _power(expression, env)
    if isinstance(expression, sympy.floor):
        return app("half", to_term(2 * expression.args[0], env))
    if expression is sympy.pi:
        return app("pi")
    if expression.func in _FUNCTIONS:
        return app(_FUNCTIONS[expression.func], to_term(expression.args[0], env))
    if isinstance(expression, sympy.Sum | sympy.Product):
        return _range(expression, env)
    if isinstance(expression, Compositions):
        function, *rest = expression.args
        return app("comps", *(to_term(a, env) for a in rest), bound(function, env))
    if isinstance(expression, Tuples):
        return _tuples(expression, env)
    declaration = getattr(expression.func, "declaration", None)
    if isinstance(declaration, Quantity):
        return quantity_term(expression, env)
    if isinstance(declaration, Value):
        if declaration.term is None:
            raise CannotCompile(f"{declaration.name} has no counterpart in the kernel: give its declaration a term")
        return _value_term(expression, env)
    raise CannotCompile(f"{expression} has no counterpart in the kernel: sums, products, powers, Min, Max, factorials "
                        "and declared quantities and values have one")  # fmt: skip


def _power(expression: sympy.Pow, env: Env) -> Term:
    base, exponent = expression.args
    if isinstance(base, sympy.factorial) and exponent == -1:
        return app("invfact", to_term(base.args[0], env))
    if isinstance(exponent, sympy.Integer) and abs(int(exponent)) <= 64:
        part = to_term(base, env)
        return app("*", *[part if exponent >= 0 else app("inv", part)] * abs(int(exponent)))
    if exponent == sympy.Rational(1, 2):
        return app("sqrt", to_term(base, env))
    power = to_term(exponent, env)
    if power.sort == "int":
        return app("power", to_term(base, env), power)
    raise CannotCompile(f"the power {expression} has no counterpart: exponents are integers, or 1/2")


def _value_term(expression: sympy.Basic, env: Env) -> Term:
    """A value at its arguments, each of which is part of the term unless only cells have it."""
    declaration: Value = expression.func.declaration
    assert declaration.term is not None
    args = [to_term(a, env) for a in expression.args]
    names = list(signature(declaration.number).parameters) if declaration.number is not None else []
    cells = [name if name in CELL_ONLY else "" for name in names] + [""] * len(args)
    for place, given in enumerate(expression.args):

        def at(t: Term, place: int = place) -> Term:
            return declaration.term(env, *args[:place], t, *args[place + 1 :])  # type: ignore[misc]

        if not stands_for_itself(given, cells[place]) and leaves_out(at, args[place].sort):
            raise CannotCompile(f"{declaration.name} is the same in the kernel whatever its argument {given} is")
    return declaration.term(env, *args)


def quantity_term(expression: sympy.Basic, env: Env) -> Term:
    """A quantity at its arguments."""
    declaration: Quantity = expression.func.declaration
    if not declaration.head:
        raise MeasuredOnly(f"{declaration.name} has no counterpart in the kernel; it is measured, not proved")
    names = declaration.arguments.split()
    if len(names) != len(expression.args):
        raise CannotCompile(f"{declaration.name} takes {', '.join(names)}, not {expression.args}")
    given = {name: to_term(a, env) for name, a in zip(names, expression.args, strict=True)}

    def at(of: Mapping[str, Term]) -> Term:
        if declaration.term is not None:
            return declaration.term({**env, **of})
        parts = [of.get(name, env.get(name, variable(name))) for name in declaration.takes.split()]
        return app(declaration.head, *parts)

    require_arguments(declaration, expression, given, at)
    return at(given)


def require_arguments(
    declaration: Quantity, expression: sympy.Basic, given: Mapping[str, Term], at: Callable[[Mapping[str, Term]], Term]
) -> None:
    """CannotCompile where an argument that is written, and no plain variable, is no part of what ``at`` makes of it."""
    for name, argument in zip(declaration.arguments.split(), expression.args, strict=True):

        def with_(t: Term, name: str = name) -> Term:
            return at({**given, name: t})

        if not stands_for_itself(argument, name) and leaves_out(with_, given[name].sort):
            raise CannotCompile(f"{declaration.name} is the same in the kernel whatever its argument {argument} is")


def to_propositions(condition: Any, env: Env) -> list[Term]:
    """A conjunction of comparisons as propositions, one each."""
    condition = sympy.sympify(condition)
    if condition is sympy.true:
        return []
    if isinstance(condition, sympy.And):
        return [p for part in sorted(condition.args, key=sympy.default_sort_key) for p in to_propositions(part, env)]
    if isinstance(condition, BooleanAtom) or not isinstance(condition, sympy.core.relational.Relational):
        raise CannotCompile(f"the range {condition} is no conjunction of comparisons")
    if isinstance(condition, sympy.Eq) and isinstance(condition.lhs, sympy.Mod) and condition.rhs == 0:
        k, two = condition.lhs.args
        if two == 2:
            return [eq(to_term(k, env), app("*", 2, app("half", to_term(k, env))))]
    left, right = (to_term(a, env) for a in condition.args)
    if isinstance(condition, sympy.Eq) and left.sort == "prop":  # a flag of cells: 1 where it is so, 0 where not
        if condition.rhs not in (0, 1):
            raise CannotCompile(f"the flag {condition.lhs} is 0 or 1, not {condition.rhs}")
        return [left if condition.rhs == 1 else imp(left, FALSE)]
    if isinstance(condition, sympy.Eq):
        return [eq(left, right)]
    strict = isinstance(condition, sympy.Lt | sympy.Gt)
    if isinstance(condition, sympy.Ge | sympy.Gt):
        left, right = right, left
    elif not isinstance(condition, sympy.Le | sympy.Lt):
        raise CannotCompile(f"the comparison {condition} has no counterpart: <=, <, >=, > and Eq have one")
    if not strict:
        return [le(left, right)]
    if left.sort == right.sort == "int":
        return [le(app("+", left, 1), right)]
    return [app("pos", app("+", right, app("*", -1, left)))]


def conjunction(props: Sequence[Term]) -> Term:
    """All of ``props`` at once, as a balanced tree of ``and``."""
    if len(props) == 1:
        return props[0]
    half = len(props) // 2
    return app("and", conjunction(props[:half]), conjunction(props[half:]))


class Compositions(sympy.Function):
    """Σ over α_1 + … + α_H = r, 0 ≤ α_d ≤ m, of Π_d body(d, α_d): ``Compositions(Lambda((d, k), body), H, r, m)``."""

    nargs = 4


class Tuples(sympy.Function):
    """Σ over l in [L]^k and e in [H]^k of body(l, e): ``Tuples(Lambda((ls, es), body), k, L, H)``."""

    nargs = 4


def _range(expression: Any, env: Env) -> Term:
    """Σ or Π over one integer, in the sort of its terms."""
    body, *limits = expression.args
    if len(limits) != 1 or len(limits[0]) != 3:
        raise CannotCompile(f"{expression} is no sum or product over one integer with two ends")
    index, low, high = limits[0]
    function = bound(sympy.Lambda(index, body), env)
    head = "sum" if isinstance(expression, sympy.Sum) else "prod"
    prefix = {"int": "c", "const": "c", "lim": "l"}.get(str(function.fields[1].sort), "")
    return app(prefix + head, to_term(low, env), to_term(high, env), function)


def _tuples(expression: Any, env: Env) -> Term:
    function, length, layers, outputs = expression.args
    first, second = (variable(s.name) for s in function.variables)
    inner = {**env, first.fields[0]: first, second.fields[0]: second}
    of = [to_term(a, env) for a in (length, layers, outputs)]
    body = to_term(function.expr, inner)
    return app("tuples", of[0], of[1], fun([first], app("tuples", of[0], of[2], fun([second], body))))


def bound(function: sympy.Lambda, env: Env) -> Term:
    """A SymPy Lambda as a function of the kernel."""
    names = [variable(s.name, bool(s.is_integer)) for s in function.variables]
    for s in function.variables:
        if any(s.name == other.name for other in function.expr.free_symbols - {s}):
            raise CannotCompile(f"two symbols are called {s.name} in {function.expr}, one of them bound")
    inner = {**env, **{v.fields[0]: v for v in names}}
    return fun(names, to_term(function.expr, inner))
