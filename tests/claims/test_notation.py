"""Different propositions are printed differently: an operation inside a symbol's argument, and the same one outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import verifier.kernel.theory  # noqa: F401
from verifier.claims.notation import NOTATIONS, latex, text
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import SIGNATURE, Term, Var, app, eq, fun, imp, le

NUMBERS = ("int", "const", "fin", "rand", "lim")


def argument(head: str, place: int, inner: Term) -> Term:
    """The symbol at variables, with ``inner`` (a number, or the body of a function) in one place."""
    sorts, _ = SIGNATURE[head]
    names = NOTATIONS[head].args if head in NOTATIONS else [f"a{n}" for n in range(len(sorts))]
    filled: list[Term] = []
    for n, (name, sort) in enumerate(zip(names, sorts, strict=True)):
        if n != place:
            filled.append(Var(name, sort))
        else:
            own = [] if isinstance(sort, str) else [Var(f"q{k}", s) for k, s in enumerate(sort[0])]
            filled.append(fun(own, inner) if own else inner)
    return app(head, *filled)


def pairs() -> Iterator[tuple[str, Term, Term]]:
    """A symbol of u, and then an operation; the operation on u, and then the symbol."""
    for head, (sorts, result) in SIGNATURE.items():
        for place, sort in enumerate(sorts):
            number = sort if isinstance(sort, str) else sort[1]
            if number not in NUMBERS or result not in NUMBERS:
                continue
            u = Var("u", number)
            other = Var("v", number)
            operations: list[Callable[[Term], Term]] = [
                lambda t: app("+", t, 3), lambda t: app("*", t, 3), lambda t: app("*", 3, t),
                lambda t, v=other: app("+", t, v), lambda t, v=other: app("*", v, t), lambda t: app("fact", t),
                lambda t: app("inv", t), lambda t: app("half", t), lambda t: app("mean", t),
                lambda t: app("power", t, 2),
            ]  # fmt: skip
            for operation in operations:
                try:
                    yield f"{head} {place}", operation(argument(head, place, u)), argument(head, place, operation(u))
                except Refused:  # of another sort
                    continue


@pytest.mark.parametrize("shown", [text, latex])
def test_what_is_inside_an_argument_is_told_from_what_is_outside(shown: Callable[[Term], str]) -> None:
    tried = 0
    for place, outside, inside in pairs():
        if key(outside) != key(inside):
            tried += 1
            assert shown(outside) != shown(inside), place
    assert tried > 300


@pytest.mark.parametrize("shown", [text, latex])
def test_no_two_symbols_are_printed_alike(shown: Callable[[Term], str]) -> None:
    """The Jacobians of f and those of g were: of two different products one sentence said both."""
    seen: dict[tuple[str, object], str] = {}
    for head, (sorts, result) in SIGNATURE.items():
        names = NOTATIONS[head].args if head in NOTATIONS else [f"a{n}" for n in range(len(sorts))]
        if len(names) != len(sorts) or head in ("+", "*", "le", "eq", "imp", "and", "or", "all"):
            continue
        said = shown(app(head, *[Var(n, s) for n, s in zip(names, sorts, strict=True)]))
        kind = "number" if result in NUMBERS else result
        other = seen.setdefault((said, kind), head)
        # sums and products of numbers, of samples and of limits are one notion on three sorts
        assert other == head or other.lstrip("cl") == head.lstrip("cl"), (head, other, said)
    assert len(seen) > 100


k, l, c = Var("k", "int"), Var("l", "int"), Var("c", "const")
READ = {
    "(1/k!) l": app("*", app("invfact", k), l),
    "1/(kl)!": app("invfact", app("*", k, l)),
    "(1/k!) l!": app("*", app("invfact", k), app("fact", l)),
    "1/(k!)!": app("invfact", app("fact", k)),
    "l (1/k!)": app("*", l, app("invfact", k)),
    "1/(1/k!)": app("inv", app("invfact", k)),
    "1/(x·x'/n_0)": app("inv", app("dot", Var("x", "input"), Var("y", "input"))),
    "k = 1 if (l = 1 if k = l)": imp(imp(eq(k, l), eq(l, 1)), eq(k, 1)),
    "k = 2 and (k = 3 if 100 <= k)": app("and", eq(k, 2), imp(le(100, k), eq(k, 3))),
}  # fmt: skip


@pytest.mark.parametrize("said", READ)
def test_brackets_are_where_reading_needs_them(said: str) -> None:
    found = text(READ[said])
    assert found in (said, said.replace("l (1/k!)", "l 1/k!"))
