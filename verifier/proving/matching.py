"""Matching a pattern with unknowns against a term.

First order, and second order for unknowns applied to bound variables.  An unknown is a variable in ``unknowns``.  Where
arithmetic stands between a pattern and a term the two are compared once everything else is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count, permutations

from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Sort, included
from verifier.kernel.core.terms import App, Fun, Term, Var, app, beta, fun, variables
from verifier.proving.arithmetic import tidy

Values = dict[Term, Term]
_numbers = count(1)


def fresh(sort: Sort, hint: str = "v") -> Var:
    """A variable that nothing else uses."""
    return Var(f"{hint[:40]}~{next(_numbers)}", sort)


def opened(f: Term, hints: Iterable[str] = ()) -> tuple[tuple[Term, ...], Term]:
    """Fresh variables for the arguments of a function, and its body at them."""
    hints = [*hints, *("v" for _ in f.fields[0])]
    vs = tuple(fresh(s, h) for s, h in zip(f.fields[0], hints, strict=False))
    return vs, beta(f, vs)


def substitute(t: Term, values: Values) -> Term:
    """``t`` with ``values`` for variables."""
    pairs = [(v, x) for v, x in values.items() if v in variables(t)]
    return beta(fun([v for v, _ in pairs], t), [x for _, x in pairs]) if pairs else t


class Match:
    """Unknowns with the values found so far, and comparisons put off."""

    def __init__(self, unknowns: Iterable[Term], values: Values | None = None) -> None:
        self.unknowns = frozenset(unknowns)
        self.values: Values = dict(values or {})
        self.later: list[tuple[Term, Term]] = []

    def copy(self) -> Match:
        """An independent copy, to try a branch."""
        other = Match(self.unknowns, self.values)
        other.later = list(self.later)
        return other

    def known(self, pattern: Term) -> bool:
        """Whether every unknown in ``pattern`` has a value."""
        return all(v in self.values for v in variables(pattern) & self.unknowns)

    def at(self, pattern: Term) -> Term:
        """``pattern`` with the values found so far."""
        return substitute(pattern, self.values)

    def match(self, pattern: Term, term: Term, rigid: frozenset[Term] = frozenset()) -> bool:
        """Extend the values so that ``pattern`` becomes ``term``; False where that cannot be."""
        if self.known(pattern):
            return key(self.at(pattern)) == key(term)
        if pattern in self.unknowns:
            return self._solve(pattern, term, rigid)
        if isinstance(pattern, Fun):
            if type(term) is not Fun or term.fields[0] != pattern.fields[0]:
                return False
            vs, body = opened(pattern)
            return self.match(body, beta(term, vs), rigid | set(vs))
        if not isinstance(pattern, App):
            return False
        head, args = pattern.fields
        if not isinstance(head, str):
            if head in self.unknowns and head not in self.values and len(set(args)) == len(args) and set(args) <= rigid:
                outside = (variables(term) & rigid) - set(args)
                return not outside and self._solve(head, fun(args, term), rigid - set(args))
            if head in self.values:
                return self.match(app(self.values[head], *args), term, rigid)
            self.later.append((pattern, term))
            return True
        if head in ("+", "*"):
            return self._arithmetic(pattern, term, rigid)
        if not isinstance(term, App) or term.fields[0] != head or len(term.fields[1]) != len(args):
            return False
        # what is rigid first, so that arithmetic is compared with more known
        order = sorted(range(len(args)), key=lambda k: isinstance(args[k], App) and args[k].fields[0] in ("+", "*"))
        return all(self.match(args[k], term.fields[1][k], rigid) for k in order)

    def settle(self) -> bool:
        """Whether all comparisons that were put off hold, as far as everything in them is known."""
        while self.later:
            pending, self.later = self.later, []
            before = len(pending), len(self.values)
            for pattern, term in pending:
                if not self.match(pattern, term):
                    return False
            if (len(self.later), len(self.values)) == before:
                return True
        return True

    def _solve(self, unknown: Term, term: Term, rigid: frozenset[Term]) -> bool:
        if variables(term) & rigid or not included(term.sort, unknown.sort):
            return False
        self.values[unknown] = term
        return True

    def _arithmetic(self, pattern: Term, term: Term, rigid: frozenset[Term]) -> bool:
        head, args = pattern.fields
        open_ = [a for a in args if not self.known(a)]
        if len(open_) == 1 and head == "+":
            rest = [app("*", -1, self.at(a)) for a in args if a is not open_[0]]
            difference = tidy(app("+", term, *rest))
            return self.match(open_[0], difference, rigid)
        if isinstance(term, App) and term.fields[0] == head and len(term.fields[1]) == len(args):
            for order in permutations(term.fields[1]) if len(args) <= 4 else (term.fields[1],):
                trial = self.copy()
                if all(trial.match(a, b, rigid) for a, b in zip(args, order, strict=True)) and trial.settle():
                    self.values, self.later = trial.values, trial.later
                    return True
        self.later.append((pattern, term))
        return True
