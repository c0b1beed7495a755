"""Every intermediate's exponent: a coordinate check that decides.

The root mean square over an intermediate's entries is recorded in each sample at each width; log rms against log width
goes to the same gate as any other claim.  A matrix of low rank, such as a gradient, is measured by its factors; one
that holds a Gaussian matrix is not, and is counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from verifier.datafiles import Group, Samples
from verifier.fitting import Finding, Settings, assess, number
from verifier.groupfits import expectations
from verifier.inference.moment_orders import Mean
from verifier.programs.graph import shown
from verifier.programs.intermediates import Intermediate
from verifier.programs.program import Program
from verifier.programs.recording import Recorded
from verifier.sampling.plan import check_widths
from verifier.verdict import NumericStatus, weakest_numeric

SCAN_WIDTHS = (256, 1031, 4099, 16381, 65536)
SCAN_SAMPLES = 32
#: Values whose logarithms differ by less in all samples are the same number, rounded.
SAME = 1e-9
#: Named tables of expectations: what is claimed of what is returned, and of everything else in a forward pass.
TABLES: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {"mup": (("order", "0"), ("upper", "0"))}
_ANY = "?"


@dataclass(frozen=True)
class Row:
    """An intermediate: its name, shape and line, what is expected of it, and what was found.

    ``kind`` and ``expect``: the claim, ``order`` or ``upper`` and an exponent; None where nothing is expected.
    ``finding`` is None where there is nothing to decide, for ``problem``.
    """

    name: str
    shape: str
    line: str
    returned: bool
    backward: bool
    kind: str
    expect: str | None
    finding: Finding | None
    problem: str = ""

    @property
    def verdict(self) -> NumericStatus:
        """On what is expected; untested where nothing is."""
        if self.finding is None:
            return NumericStatus.INVALID
        return NumericStatus.UNTESTED if self.expect is None else self.finding.status

    @property
    def decided(self) -> bool:
        """Whether the exponent is known: its interval is no longer than the margin to both sides."""
        if self.finding is None or self.finding.status is NumericStatus.INVALID:
            return False
        if self.finding.status is NumericStatus.INCONCLUSIVE:
            return False
        return self.finding.high - self.finding.low <= 2 * self.finding.margin

    @property
    def exponent(self) -> float:
        return math.nan if self.finding is None else self.finding.estimate

    @property
    def interval(self) -> tuple[float, float]:
        return (math.nan, math.nan) if self.finding is None else (self.finding.low, self.finding.high)

    @property
    def reason(self) -> str:
        return self.problem if self.finding is None else "; ".join(self.finding.reasons)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; numbers that do not exist are null."""
        low, high = (None if math.isnan(x) else x for x in self.interval)
        return {
            "name": self.name, "shape": self.shape, "line": self.line, "returned": self.returned,
            "backward": self.backward, "exponent": None if math.isnan(self.exponent) else self.exponent,
            "low": low, "high": high, "decided": self.decided, "kind": None if self.expect is None else self.kind,
            "expect": self.expect, "verdict": str(self.verdict), "reason": self.reason,
            "mark": "" if self.finding is None else self.finding.mark,
        }  # fmt: skip


@dataclass(frozen=True)
class Scan:
    """All rows in the order in which a program makes them.

    ``unmeasured``: intermediates that are matrices with a Gaussian part, of which no rms was taken.  ``not_finite``:
    where a NaN or an infinity first appeared; empty if none did.
    """

    program: Program
    widths: tuple[int, ...]
    samples: int
    seed: int
    rows: tuple[Row, ...]
    unmeasured: int
    not_finite: str

    @property
    def verdict(self) -> NumericStatus:
        """Of the rows of which something is expected; invalid where something was not finite."""
        found = [row.verdict for row in self.rows if row.expect is not None]
        return weakest_numeric([*found, *([NumericStatus.INVALID] if self.not_finite else [])])

    @property
    def first_departure(self) -> Row | None:
        """The first row that contradicts what is expected of it."""
        return next((row for row in self.rows if row.verdict is NumericStatus.CONTRADICTED), None)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        first = self.first_departure
        return {
            "program": self.program.label, "line": self.program.line, "widths": list(self.widths),
            "samples": self.samples, "seed": self.seed, "verdict": str(self.verdict),
            "first_departure": None if first is None else first.name, "not_finite": self.not_finite or None,
            "unmeasured": self.unmeasured, "rows": [row.as_dict() for row in self.rows],
        }  # fmt: skip


def scan(
    program: Program, expect: str | float | Sequence[str] | None = None, *, widths: Sequence[int] = SCAN_WIDTHS,
    samples: int = SCAN_SAMPLES, seed: int = 0, settings: Settings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Scan:  # fmt: skip
    """The exponent of every intermediate of ``program``, and a verdict where one is expected.

    ``expect``: an exponent for all, ``NAME=P`` for one or for those that match, as in ``h*=0``, or a table by its name
    (``mup``: what is returned has order 0, and no value of a forward pass grows); by default what the program declares.
    All widths of the program have the same size.  Raises ValueError for widths, samples or expectations that are
    none, and ProgramError for a program that cannot be traced or would form a matrix.
    """
    sizes = check_widths(widths)
    if samples < 1:
        raise ValueError(f"{samples} samples a width; at least 1 is needed")
    chosen = settings or Settings()
    record = Recorded(samples)
    for done, n in enumerate(sizes):
        if progress is not None:
            progress(done, n)
        record.at(program, n, seed)
    names = record.names()
    items = [record.items[k] for k, _ in names]
    absent = np.full(samples, np.nan)  # a sample that broke off earlier
    groups = [
        Group(
            (("value", name), ("line", item.line)),
            Samples(("n",), {(n,): record.columns[key].get(n, absent) for n in sizes}),
        )
        for (key, name), item in zip(names.items(), items, strict=True)
    ]
    claims = _claims(items, groups, _words(program, expect))
    rows = tuple(_row(*parts, chosen) for parts in zip(items, groups, claims, strict=True))
    return Scan(program, sizes, samples, seed, rows, len(record.unmeasured), record.not_finite)


def _words(program: Program, expect: str | float | Sequence[str] | None) -> list[str]:
    if expect is None or (not isinstance(expect, str | float | int) and not expect):
        return [f"{name}={p}" for name, p in program.expect.items()]
    return [str(expect)] if isinstance(expect, str | float | int) else list(expect)


def _claims(
    items: Sequence[Intermediate], groups: Sequence[Group], words: Sequence[str]
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


def _row(item: Intermediate, group: Group, claim: tuple[str, str] | None, settings: Settings) -> Row:
    assert isinstance(group.data, Samples)
    kind, expect = claim or ("order", None)
    made = partial(Row, group.key[0][1], shown(item.dims), item.line, item.returned, item.backward, kind, expect)
    data = group.data.by_width()
    if all(np.all(x == 0) for x in data.values()):
        return made(None, "it is exactly zero in every sample")
    return made(_decided(data, kind, expect, settings))


def _decided(data: Mapping[int, Any], kind: str, expect: str | None, settings: Settings) -> Finding:
    """The gate's finding; where nothing is expected, on the nearest multiple of 1/2, for the sake of its interval."""
    same = kind == "order" and all(np.all(x > 0) and np.ptp(np.log(x)) < SAME for x in data.values())
    given: Any = {n: Mean(float(np.mean(x)), SAME * float(np.mean(x))) for n, x in data.items()} if same else data
    target = "0" if expect is None else expect
    finding = assess(given, kind, target, settings)
    if expect is None and math.isfinite(finding.estimate):
        nearest = round(2 * finding.estimate) / 2
        finding = assess(given, kind, nearest, settings) if nearest else finding
    return finding
