"""The exponent of every value that a program makes, derived from its graph, or why it is undecided."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any

from verifier.programs.axes import held
from verifier.programs.derive.algebra import Algebra
from verifier.programs.derive.arrays import Known, Matrix, Values, inputs, lost
from verifier.programs.derive.constants import WIDTHS
from verifier.programs.derive.decisions import Found
from verifier.programs.derive.expansion import Expansion, Part, Underived, number_of, times
from verifier.programs.derive.interpret import PLACED, Interpreter
from verifier.programs.derive.numbers import ZERO, Number, precision
from verifier.programs.graph import Graph, Op, ProgramError, WidthAxis, shown
from verifier.programs.intermediates import Intermediate, intermediates, numbered
from verifier.programs.program import Given, Program, dims_of
from verifier.verdict import NumericStatus
from verifier.verdict.display import line

if TYPE_CHECKING:
    from verifier.programs.scan import Scan

#: seconds that a derivation may take
SECONDS = 120.0
#: how many powers of n below the first are kept, one after the other until nothing is cut off
DEPTHS = (Fraction(1), Fraction(2))
#: terms of a vector whose mean square is worked out
FEW = 6
DECIDED = (NumericStatus.CONSISTENT, NumericStatus.CONTRADICTED)
#: what is said of an exact zero
EXACTLY = "it is 0 at every width"
STATUS = "derived (cited: the master theorem of tensor programs; not re-checked by the kernel)"


@dataclass(frozen=True)
class DerivedRow:
    """An intermediate: name, shape and line, and the exponent p of its root mean square, n^p times ``constant``.

    ``exponent`` is None where it is undecided, and ``reason`` says why; ``at_most`` is an upper bound of it then, or
    None.  ``exact`` says whether ``constant`` is exact; it is empty where the constant is random or not enclosed.
    ``zero``: it is 0 at every width.
    """

    name: str
    shape: str
    line: str
    returned: bool
    backward: bool
    exponent: Fraction | None
    constant: str = ""
    value: float | None = None
    exact: bool = False
    rule: str = ""
    reason: str = ""
    at_most: Fraction | None = None
    zero: bool = False

    @property
    def decided(self) -> bool:
        """Whether there is an exponent."""
        return self.exponent is not None

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; exponents are fractions as text."""
        return {
            "name": self.name, "shape": self.shape, "line": self.line, "returned": self.returned,
            "backward": self.backward, "exponent": None if self.exponent is None else str(self.exponent),
            "constant": self.constant or None, "value": self.value, "exact": self.exact, "rule": self.rule,
            "reason": self.reason, "at_most": None if self.at_most is None else str(self.at_most), "zero": self.zero,
        }  # fmt: skip


@dataclass(frozen=True, repr=False)
class Derived:
    """All rows, in the order in which the program makes the values."""

    program: Program
    rows: tuple[DerivedRow, ...]

    def __repr__(self) -> str:
        """``<Derived change: df 0, dh2 -1/2; 20 of 23 derived>``: what it returns, and how much is decided."""
        told = ", ".join(f"{row.name} {'?' if row.exponent is None else row.exponent}" for row in self.returned)
        done = sum(row.decided or row.zero for row in self.rows)
        return f"<{line(f'Derived {self.program.label}: {told}; {done} of {len(self.rows)} derived', 190)}>"

    @property
    def returned(self) -> tuple[DerivedRow, ...]:
        """The rows of what the program returns."""
        return tuple(row for row in self.rows if row.returned)

    @property
    def exponents(self) -> Mapping[str, Fraction]:
        """Exponents by name, of what is decided."""
        return {row.name: row.exponent for row in self.rows if row.exponent is not None}

    @property
    def first_growing(self) -> DerivedRow | None:
        """The first value of a forward pass, returned or not, that grows with the width."""
        return next(
            (row for row in self.rows if row.exponent is not None and row.exponent > 0 and not row.backward), None
        )

    def row(self, name: str) -> DerivedRow:
        """The row of this name.  KeyError names those that there are."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"no value {name!r}; there are {', '.join(row.name for row in self.rows)}")

    def unconfirmed(self, scan: Scan) -> dict[str, str]:
        """What the program returns whose derived exponent the samples of ``scan`` neither agree with nor contradict.

        By name, with the reason.  A value derived to be 0 agrees with samples that are exactly 0 alone: others may be
        rounding, which is not modelled, or show that it is not 0.
        """
        measured = {row.name: row for row in scan.rows}
        found = {}
        for row in self.returned:
            seen = measured.get(row.name)
            if not row.decided and not row.zero:
                continue
            if seen is None:
                found[row.name] = "it was not measured"
            elif row.zero and seen.size is not None:
                found[row.name] = "it is derived to be 0, and its samples are not: by rounding, or because it is not"
            elif row.decided and seen.agreement is None:
                found[row.name] = seen.problem or "its samples decide nothing"
            elif seen.agreement is not None and seen.agreement.status not in DECIDED:
                found[row.name] = "; ".join(seen.agreement.reasons)
        return found

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "program": self.program.label, "line": self.program.line, "status": STATUS,
            "rows": [row.as_dict() for row in self.rows],
        }  # fmt: skip


def derive(program: Program, *, seconds: float = SECONDS) -> Derived:
    """Exponents and leading constants of everything that ``program`` makes, by the tensor-program rules.

    All widths of the program grow together, equal.  What no rule decides is undecided, with the reason and the line.
    Raises ProgramError for a program that cannot be traced.  After ``seconds`` the rest is undecided.

    >>> derive(change).exponents["dh2"]                                                              # doctest: +SKIP
    Fraction(-1, 2)
    """
    until = time.monotonic() + seconds
    found: tuple[DerivedRow, ...] = ()
    with precision():
        for depth in DEPTHS:
            made = _derived(program, Algebra(depth, until))
            if not found or sum(r.decided for r in made) > sum(r.decided for r in found):
                found = made
            if not any("orders below were not kept" in row.reason for row in made) or time.monotonic() > until:
                break
    if not found:
        raise ProgramError(f"{program.line}: {program.label} makes no number that depends on its weights")
    return Derived(program, found)


def _derived(program: Program, algebra: Algebra) -> tuple[DerivedRow, ...]:
    graphs = held([program.graph(n) for n in WIDTHS], WIDTHS, [w.name for w in program.widths])
    items = intermediates(graphs[0], program.outputs(WIDTHS[0]))
    places = {(id(item.op), item.number): k for k, item in enumerate(items)}
    rows: dict[tuple[int, int], DerivedRow] = {}
    turns: dict[int, int] = {}

    def watch(op: Op, number: int, value: Known | Values) -> None:
        k = places.get((id(op), number))
        if k is None or isinstance(value, Known) or not measured(value) or _truth(op):
            return
        turn = turns.get(k, 0)
        turns[k] = turn + 1
        try:
            algebra.check_time()
            rows[k, turn] = _row(algebra, items[k], value)
        except Underived as error:
            rows[k, turn] = _undecided(items[k], str(error), math.inf)

    names = [w.name for w in program.widths]
    dims = [_dims(program, name) for name in sorted(program.weights)]
    arguments: list[Known | Values] = []
    for name, shape in zip(sorted(program.weights), dims, strict=True):
        spec = program.weights[name]
        try:
            arguments.append(inputs(algebra, name, shape, spec.value if isinstance(spec, Given) else None))
        except Underived as error:
            arguments.append(lost(shape, f"{program.line}: {error}"))
    results = Interpreter(algebra, names, watch).run(graphs, arguments, dims)
    for item, value in _others(graphs[0], program.outputs(WIDTHS[0]), items, results):
        items.append(item)
        try:
            rows[len(items) - 1, 0] = _row(algebra, item, value)
        except Underived as error:
            rows[len(items) - 1, 0] = _undecided(item, str(error), math.inf)
    told = numbered(rows, [item.name for item in items])
    return tuple(replace(rows[key], name=told[key]) for key in rows)


def _others(
    graph: Graph, names: Sequence[str], items: Sequence[Intermediate], results: Sequence[tuple[Any, Any]]
) -> list[tuple[Intermediate, Values]]:
    """What is returned and is no intermediate: the result of a loop or a branch, or a value under a second name."""
    told = {item.name for item in items if item.returned}
    makers = {target: op for op in graph.ops for target in op.outputs}
    found = []
    for name, operand, (value, dims) in zip(names, graph.outputs, results, strict=True):
        op = makers.get(operand) if isinstance(operand, int) else None
        if name in told or op is None or isinstance(value, Known):
            continue
        found.append((Intermediate(op, op.outputs.index(operand), name, tuple(dims), op.line, False, True), value))
    return found


def _dims(program: Program, name: str) -> tuple[Any, ...]:
    return tuple(d if isinstance(d, int) else WidthAxis(str(d)) for d in dims_of(program.weights[name]))


def measured(value: Values) -> bool:
    """Whether a scan takes its root mean square: not of matrices with a Gaussian part."""
    return not any(isinstance(e, Matrix) and e.gaussian for e in value.data.flat)


def _truth(op: Op) -> bool:
    return op.name in ("gt", "lt", "ge", "le", "eq", "ne", "and", "or", "not", "is_finite")


def _undecided(item: Intermediate, reason: str, top: Any) -> DerivedRow:
    most = None if not isinstance(top, Fraction | int) else Fraction(top)
    return DerivedRow(item.name, shown(item.dims), item.line, item.returned, item.backward, None,
                      reason=_placed(item, reason), at_most=most)  # fmt: skip


def _placed(item: Intermediate, reason: str) -> str:
    return reason if not item.line or PLACED.match(reason) else f"{item.line}: {reason}"


def _row(algebra: Algebra, item: Intermediate, value: Values) -> DerivedRow:
    """The leading order of the largest entries, if one of them is separated from zero."""
    entries = [_Leading.of(algebra, e, value.degree) for e in value.data.flat]
    top = max((e.top for e in entries), default=-math.inf)
    if top == -math.inf and (why := next((e.why for e in entries if e.why), "")):
        return _undecided(item, f"smaller than every power of the width: {why}", top)
    if top == -math.inf:
        return DerivedRow(item.name, shown(item.dims), item.line, item.returned, item.backward, None,
                          rule="exact", zero=True, reason=_placed(item, EXACTLY))  # fmt: skip
    first = [e for e in entries if e.top == top]
    blurred = next((e for e in first if e.power != top), None)
    sharp = [e for e in first if e.power == top]
    decided: list[tuple[_Leading, Found]] = []
    reason = ""
    for entry in sharp:
        found = entry.decide()
        if found.nonzero:
            decided.append((entry, found))
        else:
            reason = reason or found.reason
    if not decided or (blurred is not None and blurred.open_end):
        why = blurred.why if blurred is not None and (not decided or blurred.open_end) else reason
        return _undecided(item, why or "no rule decides", top)
    number = _constant(entries, top)
    rule = decided[0][0].rule(decided[0][1])
    return DerivedRow(
        item.name, shown(item.dims), item.line, item.returned, item.backward, Fraction(top),
        str(number) if number is not None and number.known else "",
        None if number is None else number.approximate, number is not None and number.tree is not None, rule,
    )  # fmt: skip


@dataclass(frozen=True)
class Lead:
    """What stands first of a number: its ``power`` of n and, where it is no random scalar, the limit there.

    ``power`` is None where it is undecided, and ``reason`` says why.
    """

    power: Fraction | None
    number: Number | None = None
    reason: str = ""


def leading(algebra: Algebra, entry: Expansion) -> Lead:
    """The first order of a number, if it is separated from zero.  Underived where no rule applies."""
    first = _Leading.of(algebra, entry, 0)
    if first.top == -math.inf:
        return Lead(None, reason=f"smaller than every power of the width: {first.why}" if first.why else EXACTLY)
    if first.power is None or first.power != first.top:
        return Lead(None, reason=first.why or "no rule decides")
    found = first.decide()
    if not found.nonzero:
        return Lead(None, reason=found.reason or "no rule decides")
    return Lead(Fraction(first.power), None if found.random else found.number)


@dataclass(frozen=True, eq=False)
class _Leading:
    """The first order of an entry: its power, what it consists of, and the bound of the rest."""

    algebra: Algebra
    degree: int
    power: Any
    parts: tuple[Any, ...]
    top: Any
    open_end: bool
    why: str

    @classmethod
    def of(cls, algebra: Algebra, entry: Expansion | Matrix, degree: int) -> _Leading:
        if isinstance(entry, Expansion):
            parts = (entry.terms[entry.lead],) if entry.lead is not None else ()
            power = entry.lead
            top = entry.top
            if entry.rest is not None and power is not None and power > entry.rest[0]:
                top = power
            return cls(algebra, degree, power, parts, top, power is None, entry.why)
        orders: dict[Fraction, list[tuple[Part, Part]]] = {}
        rest: Any = -math.inf
        why = ""
        for a, b in entry.low:
            for p, x in a.terms.items():
                for q, y in b.terms.items():
                    orders.setdefault(p + q, []).append((x, y))
            for one, other in ((a, b), (b, a)):
                if one.rest is not None and other.top != -math.inf and one.rest[0] + other.top > rest:
                    rest, why = one.rest[0] + other.top, one.why
        power = max(orders, default=None)
        if power is None or rest >= power:
            return cls(algebra, degree, None, (), rest, rest > -math.inf, why)
        return cls(algebra, degree, power, tuple(orders[power]), power, False, "")

    def decide(self) -> Found:
        if self.degree == 2:
            return self.algebra.decisions.outer(self.parts)
        return (
            self.algebra.decisions.vector(self.parts[0])
            if self.degree
            else (self.algebra.decisions.scalar(self.parts[0]))
        )

    def rule(self, found: Found) -> str:
        """In words."""
        if self.degree:
            return "outer products" if self.degree == 2 else "coordinates"
        return "random scalar" if found.random else "expectation"

    def square(self) -> Number | None:
        """The limit of the mean square at its order, where it is a number."""
        if self.power is None:
            return None
        try:
            return self._square()
        except Underived:
            return None

    def _square(self) -> Number | None:
        g = self.algebra
        if self.degree == 0:
            found = g.decisions.scalar(self.parts[0])
            return None if found.number is None else found.number * found.number
        if self.degree == 1:
            return _mean_square(g, self.parts[0])
        if len(self.parts) > 3:
            return None
        zs = [(g.coordinates.of(a), g.coordinates.of(b)) for a, b in self.parts]
        total: Number | None = ZERO
        for a, b in zs:
            for c, d in zs:
                left, right = (_number(g.expectations.mean(times(x, y))) for x, y in ((a, c), (b, d)))
                total = None if total is None or left is None or right is None else total + left * right
        return total


def _mean_square(g: Algebra, part: Part) -> Number | None:
    z = g.coordinates.of(part)
    return _number(g.expectations.mean(times(z, z))) if len(z) <= FEW else None


def _number(part: Part) -> Number | None:
    found = number_of(part)
    return found if found is not None and found.known else None


def _constant(entries: Sequence[_Leading], top: Any) -> Number | None:
    """The root mean square over entries of the leading constants."""
    squares = [entry.square() if entry.power == top else ZERO for entry in entries]
    if any(s is None for s in squares):
        return None
    whole = reduce(lambda a, b: a + b, [s for s in squares if s is not None])
    return (whole * Number.of(Fraction(1, len(entries)))).root()
