"""What a program returns, measured: samples at several widths, and the gate's verdict on a claim about each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any

import numpy as np

from verifier.datafiles import DataGroup, Grouped, Plan, Samples
from verifier.fits.fitting import FitSettings
from verifier.fits.groups import GroupFit, fit_groups, overall
from verifier.programs.evaluate import NotFinite
from verifier.programs.graph import ProgramError
from verifier.programs.intermediates import intermediates
from verifier.programs.program import Program
from verifier.sampling.widths import check_widths
from verifier.verdict import NumericStatus
from verifier.verdict.display import line

#: Multiples of 64, for heads; ratios are not equal: a grid of equal ratios is blind to log-periodic factors.
MEASURE_WIDTHS = (128, 448, 1216, 4672, 20032)
#: From here on a verdict assumes nothing about the scatter.
MEASURE_SAMPLES = 128
#: Numbers that one program may return.
MOST_NUMBERS = 1000
#: the number of one of several values of a name, as in ``h[2]``
NUMBERED = re.compile(r"\[\d+\]$")


@dataclass(frozen=True, repr=False)
class Measured:
    """A program's results as groups of samples, the claims' kind, and a verdict for each group."""

    program: Program
    kind: str
    data: Grouped
    fits: tuple[GroupFit, ...]

    def __repr__(self) -> str:
        """``<Measured loss: consistent -0.003; …>``: the numbers that it returns, with verdicts and estimates."""
        told = "; ".join(f"{found.group.label}: {found.word} {found.estimate:.4g}" for found in self.fits)
        return f"<{line(f'Measured {told}', 190)}>"

    @property
    def verdict(self) -> NumericStatus:
        """Contradicted if one is; consistent only if all are."""
        return overall(self.fits)


def measure(
    program: Program, expect: float | str | Sequence[str] | None = None, kind: str | None = None, *,
    widths: Sequence[int] = MEASURE_WIDTHS, samples: int = MEASURE_SAMPLES, seed: int = 0,
    settings: FitSettings | None = None,
) -> Measured:  # fmt: skip
    """Sample a program and decide a claim of ``kind``, by default its own, about each number that it returns.

    ``expect`` is as in :func:`verifier.fits.groups.fit_groups`: an exponent, or ``NAME=P`` for each; by default what
    the program declares.  All widths of the program have the same size.  NaN makes a verdict invalid, and a note says
    where it came from.  Raises ValueError for widths, samples or expectations that are none, and ProgramError for a
    program that cannot be traced or would form a matrix.
    """
    data = drawn(program, check_widths(widths), samples, seed)
    chosen = kind or program.kind
    return Measured(program, chosen, data, fit_groups(data, chosen, words(program, expect, data, chosen), settings))


def words(program: Program, expect: float | str | Sequence[str] | None, data: Grouped, kind: str) -> tuple[str, ...]:
    """Expectations as ``verifier fit`` takes them: what is given, else what is declared of what the program returns.

    What is declared of another kind of claim is not asked for.
    """
    if expect is None or (not isinstance(expect, str | float | int) and not expect):
        own = declared(program, data.groups)
        return tuple(f"{name}={p}" for name, p in own.items()) if kind == program.kind else ()
    return (str(expect),) if isinstance(expect, str | float | int | Fraction) else tuple(expect)


def declared(program: Program, groups: Sequence[DataGroup]) -> dict[str, Any]:
    """What the program expects of the numbers of ``groups``, by name or pattern.

    Raises ProgramError for the name of nothing that it makes, returned or on the way: a claim that is misspelled would
    never be tested.
    """
    own = {name: p for name, p in program.expect.items() if any(g.matches(name) for g in groups)}
    if len(own) < len(program.expect):
        at = MEASURE_WIDTHS[0]
        names = {item.name for item in intermediates(program.graph(at), program.outputs(at))}
        for name in program.expect:
            told = (name, NUMBERED.sub("", name))
            if name not in own and not any(fnmatchcase(made, pattern) for made in names for pattern in told):
                raise ProgramError(
                    f"{program.line}: {program.label} expects something of {name!r}, and makes no such value; it "
                    f"returns {', '.join(group.label for group in groups)}"
                )
    return own


def labels(program: Program) -> list[tuple[str, int, int]]:
    """The numbers that a program returns, in order: what each is called, the output that it is of, its place there."""
    at = MEASURE_WIDTHS[0]
    shapes = zip(program.outputs(at), program.graph(at).results, strict=True)
    return [
        (label, output, place)
        for output, (name, shape) in enumerate(shapes)
        for place, (label, _) in enumerate(_numbers(name, np.zeros((1, *shape))))
    ]


def drawn(program: Program, widths: Sequence[int], samples: int, seed: int) -> Grouped:
    """One group of samples for each number that the program returns."""
    if samples < 1:
        raise ValueError(f"{samples} samples a width; at least 1 is needed")
    columns: dict[str, dict[tuple[int, ...], np.ndarray]] = {}
    notes: list[str] = []
    for n in widths:
        graph, names = program.graph(n), program.outputs(n)
        rows = []
        for k, arguments in enumerate(program.arguments(n, samples, seed)):
            try:
                rows.append(program.run(graph, arguments, k))
            except NotFinite as error:
                notes = notes or [f"n = {n}: {error}"]
                broken = [np.full(shape, np.nan) for shape in graph.results]
                rows.append(broken if error.values is None else list(error.values))
        for name, stack in zip(names, map(np.stack, zip(*rows, strict=True)), strict=True):
            if np.iscomplexobj(stack):
                raise ProgramError(f"{program.line}: {name} is complex; return its modulus, or both parts")
            for label, values in _numbers(name, stack):
                columns.setdefault(label, {})[(n,)] = values
    if len(columns) > MOST_NUMBERS:
        raise ValueError(f"{program.line}: {program.label} returns {len(columns)} numbers; at most {MOST_NUMBERS}")
    axis = program.widths[0].name if len(program.widths) == 1 else "n"
    groups = tuple(DataGroup((("value", name),), Samples((axis,), cells)) for name, cells in columns.items())
    plan = Plan((axis,), ("value",), ("value",), None)
    return Grouped(groups, plan, "width", samples * len(widths), tuple(notes))


def _numbers(name: str, stack: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """The entries of an output by name, each with its samples."""
    if stack.ndim == 1:
        return [(name, stack.astype(np.float64))]
    return [
        (f"{name}[{','.join(map(str, place))}]", stack[(slice(None), *place)].astype(np.float64))
        for place in np.ndindex(stack.shape[1:])
    ]
