"""The root mean square and the mean of every intermediate of a program, in each sample, as it is run."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from verifier.programs.evaluate import NotFinite, Watch
from verifier.programs.graph import Op
from verifier.programs.intermediates import Intermediate, intermediates, numbered
from verifier.programs.program import Program
from verifier.programs.structured import LowRank, Structured

#: An intermediate, and how often a loop had made it before.
Key = tuple[int, int]


@dataclass
class Recorded:
    """rms by intermediate and width, one number a sample, and as well the mean; NaN where a sample did not get so far.

    ``made`` counts in how many of the ``finished`` samples an intermediate was made: not in all where a branch is taken
    in some only.
    """

    samples: int
    items: list[Intermediate] = field(default_factory=list)
    columns: dict[Key, dict[int, npt.NDArray[np.float64]]] = field(default_factory=dict)
    means: dict[Key, dict[int, npt.NDArray[np.float64]]] = field(default_factory=dict)
    unmeasured: set[int] = field(default_factory=set)
    not_finite: str = ""
    made: Counter[Key] = field(default_factory=Counter)
    finished: int = 0

    def at(self, program: Program, n: int, seed: int) -> None:
        """Run ``program`` at width n."""
        graph = program.graph(n)
        self.items = intermediates(graph, program.outputs(n))
        numbers = {(id(item.op), item.number): k for k, item in enumerate(self.items)}
        for sample, arguments in enumerate(program.arguments(n, self.samples, seed)):
            turns: Counter[int] = Counter()
            try:
                program.run(graph, arguments, sample, self._watch(numbers, turns, n, sample))
            except NotFinite as error:
                self.not_finite = self.not_finite or f"n = {n}: {error}"
            else:
                self.finished += 1
                self.made.update((k, turn) for k, count in turns.items() for turn in range(count))

    def _watch(self, numbers: dict[tuple[int, int], int], turns: Counter[int], n: int, sample: int) -> Watch:

        def watch(op: Op, number: int, value: object) -> None:
            k = numbers.get((id(op), number))
            if k is None:
                return
            size = root_mean_square(value)
            if size is None:
                self.unmeasured.add(k)
                return
            for columns, found in ((self.columns, size), (self.means, mean(value))):
                cells = columns.setdefault((k, turns[k]), {})
                cells.setdefault(n, np.full(self.samples, np.nan))[sample] = found
            turns[k] += 1

        return watch

    def always(self, key: Key) -> bool:
        """Whether it was made in every sample that came to its end."""
        return self.made[key] == self.finished

    def names(self) -> dict[Key, str]:
        """``h``, or ``h[1]``, ``h[2]``, … where several values are called h, in the order in which they are made."""
        return numbered(self.columns, [item.name for item in self.items])


def root_mean_square(value: object) -> float | None:
    """√(mean of squares) over the entries, without overflow; None for what is no number or has a Gaussian part."""
    if isinstance(value, Structured):
        if not all(isinstance(term, LowRank) for term in value.terms):
            return None
        with np.errstate(all="ignore"):
            return math.sqrt(max(value.inner(value), 0.0) / (value.shape[0] * value.shape[1]))
    array = np.asarray(value)
    if array.dtype.kind not in "fiuc" or not array.size:
        return None
    array = np.abs(array.astype(np.float64) if array.dtype.kind in "iu" else array)
    largest = float(np.max(array))
    if largest == 0 or not math.isfinite(largest):
        return largest
    return largest * math.sqrt(float(np.mean(np.square(array / largest))))


def mean(value: object) -> float:
    """The mean of the entries, with its sign; NaN for complex numbers."""
    if isinstance(value, Structured):
        with np.errstate(all="ignore"):
            return value.total() / (value.shape[0] * value.shape[1])
    array = np.asarray(value)
    if array.dtype.kind == "c":
        return math.nan
    with np.errstate(all="ignore"):
        return float(np.mean(array, dtype=np.float64))
