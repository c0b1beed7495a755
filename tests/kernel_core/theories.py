"""Small theories for the tests of the core: declared in a test, gone after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from verifier.kernel.core import check, documents, sorts, table, terms
from verifier.kernel.core.terms import App, Bound, Fun, Num, Term, Var
from verifier.kernel.core.theorems import Theorem


@contextmanager
def apart() -> Iterator[None]:
    """An empty theory; what is declared inside is forgotten, and the theory that was there is back afterwards."""
    registries: tuple[Any, ...] = (sorts.MADE[-1], terms._SYMBOLS, table._ROWS, table.MEANINGS, table._MENTIONED)
    kept = [where.copy() for where in registries]
    sealed, table._sealed = table._sealed, False
    for where in registries:
        where.clear()
    try:
        yield
    finally:
        table._sealed = sealed
        for where, before in zip(registries, kept, strict=True):
            where.clear()
            where.update(before)


def declare(**symbols: tuple[tuple[Any, ...], Any]) -> None:
    """Symbols by name, with the sorts of their arguments and of their value."""
    for name, (args, result) in symbols.items():
        table.symbol(name, args, result, "a symbol of the tests")


def rows(mark: str = "theorem", **props: Term) -> None:
    """Rows by name."""
    for name, prop in props.items():
        table.row(name, prop, mark, "a row of the tests")


def plus(*ts: Any) -> Term:
    return terms.app("+", *ts)


def times(*ts: Any) -> Term:
    return terms.app("*", *ts)


def neg(t: Any) -> Term:
    return times(-1, t)


class Writer:
    """A document, written node by node without asking the core whether it may be."""

    def __init__(self) -> None:
        self.terms: list[Any] = []
        self.steps: list[Any] = []
        self.goals: list[Any] = []
        self._known: dict[str, int] = {}

    def node(self, *node: Any) -> int:
        """The number of a node of the table."""
        mark = repr(node)
        if mark not in self._known:
            self._known[mark] = len(self.terms)
            self.terms.append(list(node))
        return self._known[mark]

    def term(self, t: Term) -> int:
        """The number of a term."""
        if isinstance(t, Fun):
            return self.node("fun", [_sort(s) for s in t.fields[0]], self.term(t.fields[1]))
        if isinstance(t, App):
            head, args = t.fields
            return self.node("app", head if isinstance(head, str) else self.term(head), [self.term(a) for a in args])
        if isinstance(t, Num):
            return self.node("num", str(t.fields[0]))
        assert isinstance(t, (Var, Bound))
        return self.node(type(t).__name__.lower(), t.fields[0], _sort(t.fields[1]))

    def step(self, rule: str, *args: Any) -> int:
        """The number of a step; terms among its arguments are written, numbers stand for steps."""
        self.steps.append([rule, *(self._arg(a) for a in args)])
        return len(self.steps) - 1

    def goal(self, name: str, prop: Term | int, step: int) -> None:
        self.goals.append({"id": name, "prop": prop if isinstance(prop, int) else self.term(prop), "step": step})

    def data(self) -> dict[str, Any]:
        return {
            "format": documents.FORMAT, "statement": "of the tests", "terms": self.terms, "steps": self.steps,
            "goals": self.goals,
        }  # fmt: skip

    def _arg(self, a: Any) -> Any:
        return self.term(a) if isinstance(a, Term) else [self._arg(x) for x in a] if isinstance(a, list) else a


def _sort(s: Any) -> Any:
    return s if isinstance(s, str) else [[_sort(x) for x in s[0]], _sort(s[1])]


def checked(writer: Writer) -> check.Result:
    """The result of a written document."""
    return check.check(documents.read(writer.data()))


def elim(t: Theorem, *us: Theorem) -> Theorem:
    """t's conclusion from t and its premises."""
    from verifier.kernel.core.theorems import imp_elim

    for u in us:
        t = imp_elim(t, u)
    return t


def ints(names: str) -> Iterable[Term]:
    return [Var(n, "int") for n in names.split()]
