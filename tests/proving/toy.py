"""A theory of four rows, enough for K^(r) = 0 beyond HL; its symbols live as long as a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from verifier.kernel.core import sorts, table, terms
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory import writing
from verifier.kernel.theory.writing import law, many, plus, times

H, L, r, m, d, k = many("H L r m d k", "int")
B = Var("B", (("int", "int"), "rand"))


def body() -> Term:
    """λd k. a(d, k)/k!"""
    return fun([d, k], times(app("toy_a", H, L, d, k), app("toy_invfact", k)))


@contextmanager
def toy_theory() -> Iterator[None]:
    """Declare the toy rows, and take them away again."""
    registries = (
        sorts.MADE[-1], terms._SYMBOLS, table._ROWS, table.MEANINGS, table._MENTIONED, writing.NAMES, writing.PAGES,
    )  # fmt: skip
    kept = [(where, where.copy()) for where in registries]
    sealed, table._sealed = table._sealed, False
    try:
        for name, args, result in (
            ("toy_K", ("int",) * 3, "rand"), ("toy_a", ("int",) * 4, "rand"), ("toy_D", ("int",), "rand"),
            ("toy_invfact", ("int",), "const"), ("toy_comps", ("int", "int", "int", (("int", "int"), "rand")), "rand"),
        ):  # fmt: skip
            table.symbol(name, args, result, "a symbol of the tests")
        every = imp(le(1, d), le(d, H), le(plus(m, 1), k), le(k, r), eq(app(B, d, k), 0))
        law(
            "toy.series",
            [H, L, r],
            le(1, H),
            le(1, L),
            le(0, r),
            eq(app("toy_K", H, L, r), times(app("toy_D", H), app("toy_comps", H, r, r, body()))),
            mark="theorem",
            why="t",
        )
        law(
            "toy.degree",
            [H, L, d, k],
            le(1, L),
            le(1, d),
            le(d, H),
            le(plus(L, 1), k),
            eq(app("toy_a", H, L, d, k), 0),
            mark="argued",
            why="t",
        )
        law(
            "toy.cut",
            [H, r, m, B],
            le(1, H),
            le(0, r),
            le(0, m),
            forall([d, k], every),
            eq(app("toy_comps", H, r, r, B), app("toy_comps", H, r, m, B)),
            mark="theorem",
            why="t",
        )
        law("toy.empty", [H, r, m, B], le(1, H), le(0, m), le(plus(times(H, m), 1), r),
            eq(app("toy_comps", H, r, m, B), 0), mark="theorem", why="t")  # fmt: skip
        yield
    finally:
        table._sealed = sealed
        for where, before in kept:
            where.clear()
            where.update(before)
