"""Every intermediate's exponent: a coordinate check that decides.

The root mean square over an intermediate's entries is recorded in each sample at each width; log rms against log width
goes to the same gate as any other claim.  Where the mean over the entries is not small beside it, as of activations of
one sign, it has a row of its own.  A matrix of low rank, such as a gradient, is measured by its factors; one
that holds a Gaussian matrix is not, and is counted.  A factory of PyTorch modules is run as it stands
(:mod:`verifier.programs.modules`) and judged alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import numpy as np

from verifier.datafiles import DataGroup, Samples
from verifier.fits.fitting import Finding, FitSettings, assess, number
from verifier.fits.groups import expectations
from verifier.inference.moment_orders import Mean
from verifier.inputs.numbers import fraction
from verifier.programs.graph import ProgramError, WidthAxis, shown
from verifier.programs.intermediates import Intermediate
from verifier.programs.modules import MODULE_SAMPLES, MODULE_WIDTHS, Factory, ModelValue, ModuleRecord
from verifier.programs.program import Program
from verifier.programs.recording import Recorded
from verifier.sampling.widths import check_widths
from verifier.verdict import NumericStatus, weakest_numeric
from verifier.verdict.shapes import Count, NumericWord, OneOf, Width

if TYPE_CHECKING:
    from verifier.programs.derive import Derived

#: Multiples of 64, for heads; ratios are not equal: a grid of equal ratios is blind to log-periodic factors.
SCAN_WIDTHS = (256, 1088, 4032, 16448, 65536)
SCAN_SAMPLES = 64
#: Values whose logarithms differ by less in all samples are the same number, rounded.
SAME = 1e-9
#: A mean of which no typical one at the largest width is this part of the root mean square is small.
SMALL = 0.1
#: Named tables of expectations: what is claimed of what is returned, and of everything else in a forward pass.
TABLES: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {"mup": (("order", "0"), ("upper", "0"))}
_ANY = "?"


class ScanRowJson(TypedDict):
    """A value of a program, or a module of a model."""

    name: str
    shape: Annotated[str, "with n where it grows"]
    line: str
    returned: bool
    backward: bool
    mean: Annotated[bool, "whether it is the mean over the entries, not their root mean square"]
    exponent: Annotated[float | None, "of the root mean square in the width, or of the mean without its sign"]
    low: float | None
    high: float | None
    decided: bool
    kind: Annotated[str, OneOf(("order", "upper"))] | None
    expect: Annotated[str | None, "an exponent, as it was written"]
    verdict: NumericWord
    reason: str
    mark: Annotated[str, "few seeds, or empty"]
    derived: str | None
    disagrees: Annotated[bool, "whether what was measured contradicts what was derived"]


class ScanJson(TypedDict):
    """The exponent of every value of a program, or of every module of a model."""

    program: str
    line: Annotated[str, "file.py:12, where it is defined"]
    widths: list[Width]
    samples: Annotated[Width, "a width"]
    seed: Count
    verdict: NumericWord
    first_departure: Annotated[str | None, "the first row that is contradicted"]
    first_in_theory: Annotated[str | None, "the first row of which something else is derived than is expected"]
    not_finite: Annotated[str | None, "where a NaN or an infinity first appeared"]
    unmeasured: Annotated[Count, "values of which no root mean square was taken"]
    rows: list[ScanRowJson]


@dataclass(frozen=True)
class ScanRow:
    """An intermediate: its name, shape and line, its exponent, and what was found of what is expected of it.

    ``size`` is the finding that its exponent is what it is estimated to be: *consistent* where the interval reaches no
    farther than the margin to both sides, and the data are a power law.  ``kind`` and ``expect`` are the claim,
    ``order`` or ``upper`` and an exponent, and ``finding`` is on that; None where nothing is expected.  Where there is
    nothing to decide there is a ``problem`` instead.  ``derived`` is the exponent by :func:`verifier.programs.derive`,
    and ``agreement`` the finding on that; None where it is undecided, or nothing was derived.  ``mean``: the row is of
    the mean over the entries, of which nothing is expected.
    """

    name: str
    shape: str
    line: str
    returned: bool
    backward: bool
    kind: str
    expect: str | None
    size: Finding | None
    finding: Finding | None = None
    problem: str = ""
    derived: str | None = None
    agreement: Finding | None = None
    mean: bool = False

    @property
    def disagrees(self) -> bool:
        """Whether what was measured contradicts what was derived."""
        return self.agreement is not None and self.agreement.status is NumericStatus.CONTRADICTED

    @property
    def departs_in_theory(self) -> bool:
        """Whether what was derived is other than what is expected, whatever samples say."""
        if self.derived is None or self.expect is None:
            return False
        theory, claimed = Fraction(self.derived), fraction(self.expect)
        return theory > claimed if self.kind == "upper" else theory != claimed

    @property
    def verdict(self) -> NumericStatus:
        """On what is expected; untested where nothing is."""
        if self.size is None or self.size.status is NumericStatus.INVALID:
            return NumericStatus.INVALID
        return NumericStatus.UNTESTED if self.finding is None else self.finding.status

    @property
    def decided(self) -> bool:
        """Whether the exponent is known as well as the margin asks."""
        return self.size is not None and self.size.status is NumericStatus.CONSISTENT

    @property
    def exponent(self) -> float:
        return math.nan if self.size is None else self.size.estimate

    @property
    def interval(self) -> tuple[float, float]:
        return (math.nan, math.nan) if self.size is None else (self.size.low, self.size.high)

    @property
    def reason(self) -> str:
        """Why the verdict is what it is; without one, why the exponent is not decided."""
        found = self.finding or self.size
        return self.problem if found is None else "; ".join(found.reasons)

    def as_dict(self) -> ScanRowJson:
        """Plain data for JSON; numbers that do not exist are null."""
        exponent, low, high = (x if math.isfinite(x) else None for x in (self.exponent, *self.interval))
        return {
            "name": self.name, "shape": self.shape, "line": self.line, "returned": self.returned,
            "backward": self.backward, "mean": self.mean, "exponent": exponent, "low": low, "high": high,
            "decided": self.decided, "kind": None if self.expect is None else self.kind, "expect": self.expect,
            "verdict": str(self.verdict), "reason": self.reason,
            "mark": "" if self.size is None else self.size.mark, "derived": self.derived, "disagrees": self.disagrees,
        }  # fmt: skip


@dataclass(frozen=True)
class Scan:
    """All rows in the order in which a program makes them.

    ``unmeasured``: intermediates that are matrices with a Gaussian part, of which no rms was taken.  ``not_finite``:
    where a NaN or an infinity first appeared; empty if none did.
    """

    program: Program | Factory
    widths: tuple[int, ...]
    samples: int
    seed: int
    rows: tuple[ScanRow, ...]
    unmeasured: int
    not_finite: str

    @property
    def verdict(self) -> NumericStatus:
        """Of the rows of which something is expected; invalid where something was not finite.

        What is derived and contradicted by what was measured is contradicted.
        """
        if self.disagreements:
            return NumericStatus.CONTRADICTED
        found = [row.verdict for row in self.rows if row.expect is not None]
        return weakest_numeric([*found, *([NumericStatus.INVALID] if self.not_finite else [])])

    @property
    def disagreements(self) -> tuple[ScanRow, ...]:
        """The rows in which what was measured contradicts what was derived."""
        return tuple(row for row in self.rows if row.disagrees)

    @property
    def first_departure(self) -> ScanRow | None:
        """The first row that contradicts what is expected of it."""
        return next((row for row in self.rows if row.verdict is NumericStatus.CONTRADICTED), None)

    @property
    def first_in_theory(self) -> ScanRow | None:
        """The first row of which something else is derived than is expected of it."""
        return next((row for row in self.rows if row.departs_in_theory), None)

    def as_dict(self) -> ScanJson:
        """Plain data for JSON."""
        first, theory = self.first_departure, self.first_in_theory
        return {
            "program": self.program.label, "line": self.program.line, "widths": list(self.widths),
            "samples": self.samples, "seed": self.seed, "verdict": str(self.verdict),
            "first_departure": None if first is None else first.name,
            "first_in_theory": None if theory is None else theory.name, "not_finite": self.not_finite or None,
            "unmeasured": self.unmeasured, "rows": [row.as_dict() for row in self.rows],
        }  # fmt: skip


def scan(
    program: Program | Factory | Callable[[int], Any], expect: str | float | Sequence[str] | None = None, *,
    widths: Sequence[int] | None = None, samples: int | None = None, seed: int = 0, settings: FitSettings | None = None,
    progress: Callable[[int, int], None] | None = None, derived: Derived | None = None,
) -> Scan:  # fmt: skip
    """The exponent of every intermediate of ``program``, and a verdict where one is expected.

    ``program`` is a :class:`Program`, or a factory ``make(width) -> (model, batch, loss, optimizer)`` of PyTorch
    modules, whose models are built and trained; ``samples`` are then seeds.
    ``expect``: an exponent for all, ``NAME=P`` for one or for those that match, as in ``h*=0``, or a table by its name
    (``mup``: what is returned has order 0, and no value of a forward pass grows); by default what the program declares.
    ``derived``: what :func:`verifier.programs.derive` found, held against what is measured row by row.
    All widths of the program have the same size.  Raises ValueError for widths, samples or expectations that are
    none, and ProgramError for a program that cannot be traced or would form a matrix.
    """
    lazy = isinstance(program, Program)
    if not isinstance(program, Program | Factory):
        program = Factory(program)
    sizes = check_widths(widths or (SCAN_WIDTHS if lazy else MODULE_WIDTHS))
    samples = (SCAN_SAMPLES if lazy else MODULE_SAMPLES) if samples is None else samples
    if samples < 1:
        raise ValueError(f"{samples} samples a width; at least 1 is needed")
    chosen = settings or FitSettings()
    record: Any = Recorded(samples) if lazy else ModuleRecord(samples)
    for done, n in enumerate(sizes):
        if progress is not None:
            progress(done, n)
        record.at(program, n, seed)
    names = record.names()
    if not names:
        raise ProgramError(f"{program.line}: {program.label} makes no number that depends on its weights")
    items = [record.items[k] for k, _ in names]
    absent = np.full(samples, np.nan)  # a sample that broke off earlier
    groups = [
        DataGroup(
            (("value", name), ("line", item.line)),
            Samples(("n",), {(n,): record.columns[key].get(n, absent) for n in sizes}),
        )
        for (key, name), item in zip(names.items(), items, strict=True)
    ]
    claims = _claims(items, groups, _words(program, expect))
    rows: list[ScanRow] = []
    for (key, name), item, group, claim in zip(names.items(), items, groups, claims, strict=True):
        always = record.always(key)
        rows.append(_compared(_row(item, group, claim, chosen, always), group, derived, name, chosen))
        mean = _mean(item, group, {n: record.means[key].get(n, absent) for n in sizes})
        if mean is not None and always:
            rows.append(replace(_row(item, mean, None, chosen, always), mean=True))
    return Scan(program, sizes, samples, seed, tuple(rows), len(record.unmeasured), record.not_finite)


def _mean(item: Intermediate | ModelValue, group: DataGroup, means: Mapping[int, Any]) -> DataGroup | None:
    """The means without their signs, where they are not small; None too for what has no axis that grows."""
    assert isinstance(group.data, Samples)
    sizes = group.data.by_width()
    largest = max(sizes)
    grows = any(isinstance(d, WidthAxis) for d in item.dims)
    if not grows or not all(np.all(np.isfinite(x)) for x in (*sizes.values(), *means.values())):
        return None
    if not np.median(np.abs(means[largest])) > SMALL * np.median(sizes[largest]):
        return None
    (_, name), *rest = group.key
    return DataGroup((("value", f"mean {name}"), *rest), Samples(("n",), {(n,): np.abs(x) for n, x in means.items()}))


def _words(program: Program | Factory, expect: str | float | Sequence[str] | None) -> list[str]:
    if expect is None or (not isinstance(expect, str | float | int) and not expect):
        if not isinstance(program, Program) or program.kind != "order":
            return []
        return [f"{name}={p}" for name, p in program.expect.items()]
    return [str(expect)] if isinstance(expect, str | float | int) else list(expect)


def _claims(
    items: Sequence[Intermediate | ModelValue], groups: Sequence[DataGroup], words: Sequence[str]
) -> list[tuple[str, str] | None]:
    """(kind, exponent) for each; None where nothing is expected.  ValueError as of :func:`expectations`."""
    tables = [word for word in words if word in TABLES]
    rest = [word for word in words if word not in TABLES]
    if len(tables) > 1 or (tables and any("=" not in word for word in rest)):
        raise ValueError(f"--expect is given for all values twice: {' and '.join(words)}")
    if not any("=" not in word for word in rest):
        rest.append(_ANY)
    found: list[tuple[str, str] | None] = []
    for item, target in zip(items, expectations(groups, "order", rest), strict=True):
        if target not in (None, _ANY):
            number(str(target))
            found.append(("order", str(target)))
        elif tables and not item.backward:
            found.append(TABLES[tables[0]][0 if item.returned else 1])
        else:
            found.append(None)
    return found


def _row(
    item: Intermediate | ModelValue,
    group: DataGroup,
    claim: tuple[str, str] | None,
    settings: FitSettings,
    always: bool,
) -> ScanRow:
    assert isinstance(group.data, Samples)
    kind, expect = claim or ("order", None)
    made = partial(ScanRow, group.key[0][1], shown(item.dims), item.line, item.returned, item.backward, kind, expect)
    data = group.data.by_width()
    if not always:
        return made(None, problem="it is made in some samples only: a branch decides")
    if all(np.all(x == 0) for x in data.values()):
        return made(None, problem="it is exactly zero in every sample")
    finding = None if expect is None else assess(_given(data, kind), kind, expect, settings)
    given = _given(data, "order")
    first = finding if finding is not None and kind == "order" else assess(given, "order", 0, settings)
    size = assess(given, "order", repr(first.estimate), settings) if math.isfinite(first.estimate) else first
    return made(size, finding)


def _compared(row: ScanRow, group: DataGroup, derived: Derived | None, name: str, settings: FitSettings) -> ScanRow:
    """The row with what was derived for it, and whether that is what was measured."""
    exponent = None if derived is None else derived.exponents.get(name)
    if exponent is None:
        return row
    assert isinstance(group.data, Samples)
    data = group.data.by_width()
    if row.problem:
        return replace(row, derived=str(exponent))
    return replace(
        row, derived=str(exponent), agreement=assess(_given(data, "order"), "order", str(exponent), settings)
    )


def _given(data: Mapping[int, Any], kind: str) -> Any:
    """The samples; where they are one number at each width, that number, exact but for rounding."""
    same = kind == "order" and all(np.all(x > 0) and np.ptp(np.log(x)) < SAME for x in data.values())
    return {n: Mean(float(np.mean(x)), SAME * float(np.mean(x))) for n, x in data.items()} if same else data
