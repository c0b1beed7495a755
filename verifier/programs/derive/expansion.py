"""Values as expansions in the width: Σ n^p · (what stays of order 1) + a remainder, the terms exact at every width.

What stays of order 1 is a polynomial in *atoms*: vectors of the program (a weight's column, a product with a matrix, an
entrywise function) and scalars (averages over coordinates, functions of them).  An atom stands for the program's own
quantity at each width, not for its limit, so that what cancels at every width cancels here.

Keys of a part are (vectors, scalars), each a tuple of (atom, exponent); a scalar has no vectors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from verifier.programs.derive.numbers import ONE, ZERO, Number

Powers = tuple[tuple["Atom", int], ...]
Product = tuple[tuple[tuple[str, int], ...], Number]
"""A number times powers of functions: (((f, exponent), …), number)."""
Key = tuple[Powers, Powers]
Part = dict[Key, Number]
Rest = tuple[Any, int]  # (q, 1): O(n^{q+ε}) for each ε > 0; (q, 0): o(n^q)
EMPTY: Key = ((), ())
#: products of sums with more terms are not multiplied out
MOST_TERMS = 400


class Underived(Exception):
    """No rule applies; the message says why."""


@dataclass(eq=False)
class Atom:
    """A vector or a scalar that is not taken apart; the same data give the same atom."""

    kind: str
    data: tuple[Any, ...]
    number: int
    scalar: bool
    uses: frozenset[Any] = frozenset()

    def __lt__(self, other: Atom) -> bool:
        return self.number < other.number

    def __repr__(self) -> str:
        return f"{self.kind}{self.number}"


@dataclass
class Atoms:
    """All atoms of a derivation."""

    made: dict[Any, Atom] = field(default_factory=dict)

    def get(self, kind: str, *data: Any, scalar: bool = False, uses: Iterable[Any] = ()) -> Atom:
        """The atom of this kind with these data, made once; ``uses`` are the random weights in it."""
        key = (kind, scalar, data)
        if key not in self.made:
            self.made[key] = Atom(kind, data, len(self.made), scalar, frozenset(uses))
        return self.made[key]


def frozen(part: Part) -> tuple[tuple[Key, Number], ...]:
    """A part as data of an atom; coefficients compare as :func:`mark` says."""
    order = sorted(part.items(), key=lambda item: _order(item[0]))
    return tuple((key, _Coefficient(number)) for key, number in order)


class _Coefficient(Number):
    """A number that equals another if it was computed in the same way; of what is not known, only itself."""

    def __init__(self, number: Number) -> None:
        super().__init__(number.ball, number.exact, number.tree, number.positive, number.scale)

    @property
    def _mark(self) -> Any:
        if self.exact is not None:
            return self.exact
        if self.tree is not None:
            return str(self.tree)
        return self.ball.str(40) if self.known else ("unknown", id(self.ball))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Coefficient) and self._mark == other._mark

    def __hash__(self) -> int:
        return hash(self._mark)


def thawed(data: Iterable[tuple[Key, Number]]) -> Part:
    """The part that was frozen."""
    return dict(data)


def _order(key: Key) -> Any:
    return tuple(tuple((atom.number, e) for atom, e in powers) for powers in key)


def joined(a: Powers, b: Powers) -> Powers:
    """The product of two monomials; a step is its own square."""
    if not a or not b:
        return a or b
    found: dict[Atom, int] = dict(a)
    for atom, e in b:
        found[atom] = 1 if atom in found and _indicator(atom) else found.get(atom, 0) + e
    return tuple(sorted(((x, e) for x, e in found.items() if e), key=lambda item: item[0].number))


def _indicator(atom: Atom) -> bool:
    """Whether it is 0 or 1; the data of other kinds begin with the names of weights."""
    return atom.kind in ("fun", "zfun", "sfun") and bool(atom.data[0] == "step")


def plus(a: Part, b: Mapping[Key, Number]) -> Part:
    """The sum of two parts, without terms that are 0."""
    out = dict(a)
    for key, number in b.items():
        total = out[key] + number if key in out else number
        if total.zero:
            out.pop(key, None)
        else:
            out[key] = total
    return out


def times(a: Part, b: Part) -> Part:
    """The product of two parts, multiplied out."""
    if min(len(a), len(b)) > 1 and len(a) * len(b) > MOST_TERMS:
        raise Underived(f"a product of sums of {len(a)} and {len(b)} terms")
    out: Part = {}
    for (v, s), x in a.items():
        for (w, t), y in b.items():
            out = plus(out, {(joined(v, w), joined(s, t)): x * y})
    return out


def scaled(a: Part, c: Number) -> Part:
    """A part times a number."""
    return {} if c.zero else {key: number * c for key, number in a.items()}


def constant(c: Number) -> Part:
    """A number as a part."""
    return {} if c.zero else {EMPTY: c}


def composed(products: Iterable[Product], inner: Part, applied: Callable[[str, Part], Part]) -> Part:
    """Σ c Π f(inner)^e of the products ((f, e), …), c; ``applied`` is f at a part, and f = "id" the part itself."""
    out: Part = {}
    for factors, c in products:
        term = constant(c)
        for name, e in factors:
            factor = inner if name == "id" else applied(name, inner)
            for _ in range(e):
                term = times(term, factor)
        out = plus(out, term)
    return out


def number_of(part: Part) -> Number | None:
    """The number that a part is, if it has no atoms."""
    if not part:
        return ZERO
    return part[EMPTY] if len(part) == 1 and EMPTY in part else None


def atoms_of(part: Part) -> set[Atom]:
    """Vectors and scalars that occur in a part."""
    return {atom for key in part for powers in key for atom, _ in powers}


def uses_of(part: Part) -> frozenset[Any]:
    """The random weights in a part, in functions and averages too."""
    return frozenset().union(*(atom.uses for atom in atoms_of(part)))


def vector(atom: Atom) -> Part:
    """A vector atom as a part."""
    return {(((atom, 1),), ()): ONE}


def scalar(atom: Atom) -> Part:
    """A scalar atom as a part."""
    return {((), ((atom, 1),)): ONE}


@dataclass(frozen=True, eq=False)
class Expansion:
    """Σ n^p terms[p] + the remainder ``rest``, in root mean square over coordinates; ``why`` it ends.

    ``least``: it is known not to be negative at any width, as a square is not.
    """

    terms: Mapping[Fraction, Part]
    rest: Rest | None = None
    why: str = ""
    least: bool = False

    @property
    def lead(self) -> Fraction | None:
        """The greatest power that is not absorbed by the remainder."""
        return max(self.terms, default=None)

    @property
    def zero(self) -> bool:
        """Whether it is 0 at every width."""
        return not self.terms and self.rest is None

    @property
    def one(self) -> bool:
        """Whether it is 1 at every width."""
        return self.rest is None and set(self.terms) == {0} and _is_one(self.terms[Fraction(0)])

    @property
    def top(self) -> Any:
        """An upper bound of its order, -∞ for 0."""
        bounds = [*self.terms, *([] if self.rest is None else [self.rest[0]])]
        return max(bounds, default=-math.inf)

    def shifted(self, p: Fraction) -> Expansion:
        """n^p times it."""
        rest = None if self.rest is None else (self.rest[0] + p, self.rest[1])
        return Expansion({q + p: part for q, part in self.terms.items()}, rest, self.why, self.least)


NOTHING = Expansion({}, least=True)


def _is_one(part: Part) -> bool:
    return set(part) == {EMPTY} and part[EMPTY].exact == 1


def made(
    terms: Mapping[Fraction, Part], rest: Rest | None, why: str, depth: Fraction, least: bool = False
) -> Expansion:
    """An expansion without what the remainder absorbs, and without orders deeper than ``depth`` below the first."""
    kept = {p: part for p, part in terms.items() if part}
    lead = max(kept, default=None)
    if lead is not None:
        deep = [p for p in kept if p < lead - depth]
        if deep:
            first = (max(deep), 1)
            if rest is None or first > rest:
                rest, why = first, "orders below were not kept"
            kept = {p: part for p, part in kept.items() if p not in deep}
    if rest is not None:
        kept = {p: part for p, part in kept.items() if p > rest[0] or (p == rest[0] and not rest[1])}
    return Expansion(dict(sorted(kept.items(), reverse=True)), rest, why if rest is not None else "", least)


def unknown(top: Any, why: str) -> Expansion:
    """Of order n^top at most, for the reason given."""
    return Expansion({}, (top, 1), why)


def greater(a: tuple[Rest | None, str], b: tuple[Rest | None, str]) -> tuple[Rest | None, str]:
    """The remainder that absorbs the other."""
    if a[0] is None or (b[0] is not None and b[0] > a[0]):
        return b
    return a


def total(values: Iterable[Expansion], depth: Fraction) -> Expansion:
    """The sum."""
    values = list(values)
    terms: dict[Fraction, Part] = {}
    rest: tuple[Rest | None, str] = (None, "")
    for value in values:
        for p, part in value.terms.items():
            terms[p] = plus(terms.get(p, {}), part)
        rest = greater(rest, (value.rest, value.why))
    return made(terms, *rest, depth, all(value.least for value in values))


def product(a: Expansion, b: Expansion, depth: Fraction) -> Expansion:
    """The product, coordinate by coordinate; 0 times what may be no number, as 1/0 is none, is not known to be 0."""
    for x in (a, b):
        if x.top == math.inf and (a.zero or b.zero):
            return unknown(math.inf, x.why)
    if a.zero or b.zero:
        return NOTHING
    rest: tuple[Rest | None, str] = (None, "")
    for x, y in ((a, b), (b, a)):
        if x.rest is not None and y.top != -math.inf:
            open_end = y.rest is not None and y.top not in y.terms
            rest = greater(rest, ((x.rest[0] + y.top, max(x.rest[1], y.rest[1] if open_end and y.rest else 0)), x.why))
    terms: dict[Fraction, Part] = {}
    lead = (a.lead or 0) + (b.lead or 0)
    for p, left in a.terms.items():
        for q, right in b.terms.items():
            if p + q < lead - depth:
                rest = greater(rest, ((p + q, 1), "orders below were not kept"))
            else:
                terms[p + q] = plus(terms.get(p + q, {}), times(left, right))
    return made(terms, *rest, depth, a.least and b.least)
