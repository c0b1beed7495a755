"""Many dense networks of a program at once, at widths small enough for that: many samples, many parameters, quickly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verifier.programs import jaxfront
from verifier.programs.graph import ProgramError
from verifier.programs.program import Given, Program

#: Entries of all weights that are drawn at a time.
ENTRIES = 1 << 23


class Batches:
    """Dense samples of one program; what is compiled is kept for other values of real parameters."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._compiled: dict[tuple[tuple[str, str], ...], Callable[..., Any]] = {}

    def sample(
        self, width: int, samples: int, rng: np.random.Generator, given: Mapping[str, Any]
    ) -> dict[str, NDArray[np.float64]]:
        """``samples`` values of each number that the program returns, shape (samples,).

        All widths are ``width``; ``given`` are keyword arguments, beside the program's own.  Weights are drawn one
        network after the other, so that the k-th network is the same whatever ``given``.  Raises ProgramError for
        what is no number.
        """
        shapes = self.program.shapes(width)
        entries = sum(int(np.prod(shape)) for shape in shapes.values())
        step = max(1, min(samples, ENTRIES // entries))
        numbers = {k: float(v) for k, v in given.items() if isinstance(v, float)}
        fixed = {**self.program.given, **{k: v for k, v in given.items() if k not in numbers}}
        for name in numbers:
            fixed.pop(name, None)
        run = self._function(fixed)
        found: dict[str, list[NDArray[np.float64]]] = {}
        for start in range(0, samples, step):
            weights = self._weights(shapes, min(step, samples - start), entries, rng)
            for name, values in self._named(run(weights, numbers)).items():
                found.setdefault(name, []).append(values)
        return {name: np.concatenate(parts) for name, parts in found.items()}

    def _function(self, fixed: Mapping[str, Any]) -> Callable[..., Any]:
        key = tuple(sorted((name, repr(value)) for name, value in fixed.items()))
        if key not in self._compiled:
            self._compiled[key] = jaxfront.batched(self.program.function, self.program.data, fixed)
        return self._compiled[key]

    def _weights(
        self, shapes: Mapping[str, tuple[int, ...]], count: int, entries: int, rng: np.random.Generator
    ) -> dict[str, NDArray[np.float64]]:
        drawn = rng.standard_normal((count, entries))
        weights, at = {}, 0
        for name, shape in shapes.items():
            size = int(np.prod(shape))
            spec = self.program.weights[name]
            part = drawn[:, at : at + size]
            weights[name] = (np.full_like(part, spec.value) if isinstance(spec, Given) else part).reshape(count, *shape)
            at += size
        return weights

    def _named(self, returned: Any) -> dict[str, NDArray[np.float64]]:
        label = self.program.label
        named = returned if isinstance(returned, Mapping) else {label: returned}
        for name, values in named.items():
            if np.ndim(values) != 1:
                raise ProgramError(f"{self.program.line}: {name} has shape {np.shape(values)[1:]}; return numbers")
        return {name: np.asarray(values, dtype=np.float64) for name, values in named.items()}
