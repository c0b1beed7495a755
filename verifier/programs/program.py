"""A quantity written as a program: a function of random weights, with the shapes of the weights.

>>> n = Width("n")
>>> @quantity(weights={"W": (n, n), "V": (n,), "x": (n,)})
... def output(w):
...     return jnp.tanh(w["W"] @ w["x"] / jnp.sqrt(len(w["x"]))) @ w["V"] / jnp.sqrt(len(w["V"]))
>>> output.sample({n: 100_000}, samples=8, seed=0)["output"].shape
(8,)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from verifier.programs import jaxfront, lazy
from verifier.programs.evaluate import NotFinite, Watch, evaluate, first_not_finite
from verifier.programs.gaussian import GaussianMatrix, normals
from verifier.programs.graph import Graph
from verifier.programs.structured import Gaussian, Structured


@dataclass(frozen=True)
class Width:
    """A width: an axis whose length grows.  ``Width("n")``."""

    name: str


Dim = Width | int


@dataclass(frozen=True)
class Given:
    """A weight that is the same number everywhere, such as a bias or the gain of a normalisation."""

    shape: tuple[Dim, ...]
    value: float


def zeros(*shape: Dim) -> Given:
    """A weight that starts at 0 (a bias)."""
    return Given(shape, 0.0)


def ones(*shape: Dim) -> Given:
    """A weight that starts at 1 (a gain)."""
    return Given(shape, 1.0)


Spec = tuple[Dim, ...] | Given


@dataclass(frozen=True, eq=False)
class Program:
    """A function of weights that returns numbers, with the shapes of its weights.

    ``weights``: name → shape (entries iid N(0, 1)) or :func:`zeros`, :func:`ones`.  ``data`` are further arguments,
    ``given`` keyword arguments.  ``line`` is where the function stands.
    """

    function: Callable[..., Any]
    weights: Mapping[str, Spec]
    data: tuple[Any, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    _graphs: dict[Any, tuple[Graph, tuple[str, ...]]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.widths:
            raise ValueError(f"{self.label} has no width: write weights={{'W': (n, n)}} with n = Width('n')")

    @property
    def label(self) -> str:
        """What it is called."""
        return self.name or getattr(self.function, "__name__", "program")

    @property
    def widths(self) -> tuple[Width, ...]:
        """Its widths, in the order in which they first occur."""
        found: dict[Width, None] = {}
        for spec in self.weights.values():
            for d in _shape(spec):
                if isinstance(d, Width):
                    found[d] = None
        return tuple(found)

    @property
    def line(self) -> str:
        """``file.py:12``, where the function is defined."""
        code = inspect.unwrap(self.function).__code__
        return f"{Path(code.co_filename).name}:{code.co_firstlineno}"

    def sizes(self, widths: Mapping[Width, int] | int) -> dict[Width, int]:
        """A size for each width; one integer is for all of them.  ValueError names one that is missing or too small."""
        found = dict.fromkeys(self.widths, widths) if isinstance(widths, int) else dict(widths)
        for w in self.widths:
            if w not in found:
                raise ValueError(f"{self.label}: no size for the width {w.name}")
            if found[w] < 1:
                raise ValueError(f"{self.label}: the width {w.name} is {found[w]}; at least 1 is allowed")
        return found

    def shapes(self, widths: Mapping[Width, int] | int) -> dict[str, tuple[int, ...]]:
        """The shapes of the weights at these widths, by name in order."""
        at = self.sizes(widths)
        return {
            name: tuple(at[d] if isinstance(d, Width) else d for d in _shape(self.weights[name]))
            for name in sorted(self.weights)
        }

    def graph(self, widths: Mapping[Width, int] | int) -> Graph:
        """Traced at these widths, once."""
        return self._traced(widths)[0]

    def outputs(self, widths: Mapping[Width, int] | int) -> tuple[str, ...]:
        """The names of what it returns: keys of a dictionary, or its own name."""
        return self._traced(widths)[1]

    def _traced(self, widths: Mapping[Width, int] | int) -> tuple[Graph, tuple[str, ...]]:
        shapes = self.shapes(widths)
        key = tuple(shapes.items())
        if key not in self._graphs:
            run = self.function
            given = dict(self.given)
            graph, tree = jaxfront.trace(lambda w, *data: run(w, *data, **given), shapes, self.data, origin=run)
            self._graphs[key] = (graph, jaxfront.names(tree, self.label))
        return self._graphs[key]

    def draw(
        self, widths: Mapping[Width, int] | int, rng: np.random.Generator, dtype: DTypeLike = np.float64
    ) -> list[Any]:
        """Arguments for the graph: dense arrays, and matrices that are met through products."""
        arguments: list[Any] = []
        for name, shape in self.shapes(widths).items():
            spec = self.weights[name]
            if isinstance(spec, Given):
                arguments.append(_constant(shape, spec.value, dtype))
            elif lazy.is_large(shape):
                if len(shape) != 2:
                    raise ValueError(
                        f"{self.label}: the weight {name} has {len(shape)} axes, two of them wide; give it one a block"
                    )
                matrix = GaussianMatrix(shape[0], shape[1], rng, dtype)
                arguments.append(Structured((shape[0], shape[1]), (Gaussian(matrix),)))
            else:
                arguments.append(normals(rng, shape, dtype))
        return arguments

    def sample(
        self, widths: Mapping[Width, int] | int, samples: int, seed: int | Sequence[int] = 0,
        dtype: DTypeLike = np.float64, watch: Watch | None = None,
    ) -> dict[str, NDArray[Any]]:  # fmt: skip
        """``samples`` independent values of each output, shape (samples, …), exact in law.

        The k-th sample has the stream (seed, widths, k).  NotFinite names the operation at which a NaN or an infinity
        first appeared, and the sample.
        """
        graph, names = self._traced(widths)
        at = self.sizes(widths)
        entropy = [*(seed if isinstance(seed, Sequence) else (seed,)), *(at[w] for w in self.widths)]
        found: dict[str, list[Any]] = {name: [] for name in names}
        for k in range(samples):
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([*entropy, k])))
            values = self.run(graph, self.draw(widths, rng, dtype), watch, k)
            for name, value in zip(names, values, strict=True):
                found[name].append(np.asarray(value))
        return {name: np.stack(values) for name, values in found.items()}

    def run(self, graph: Graph, arguments: Sequence[Any], watch: Watch | None, number: int) -> list[Any]:
        """One evaluation; NotFinite where the result is not."""
        values = evaluate(graph, arguments, watch)
        if all(np.all(np.isfinite(v)) for v in values):
            return values
        where = self._first(graph, arguments)
        raise NotFinite(f"{self.label}: sample {number} is not finite" + (f"; first at {where}" if where else ""))

    @staticmethod
    def _first(graph: Graph, arguments: Sequence[Any]) -> str:
        watch, told = first_not_finite()
        with suppress(FloatingPointError):
            evaluate(graph, arguments, watch)  # again: the same answers are recorded
        return told()


def quantity(
    weights: Mapping[str, Spec], *, data: Sequence[Any] = (), given: Mapping[str, Any] | None = None, name: str = ""
) -> Callable[[Callable[..., Any]], Program]:
    """Declare a function of weights as a quantity; see :class:`Program`."""
    return lambda function: Program(function, dict(weights), tuple(data), dict(given or {}), name)


def _shape(spec: Spec) -> tuple[Dim, ...]:
    return spec.shape if isinstance(spec, Given) else tuple(spec)


def _constant(shape: tuple[int, ...], value: float, dtype: DTypeLike) -> Any:
    from verifier.programs.structured import low_rank

    if not lazy.is_large(shape):
        return np.full(shape, value, dtype)
    if not value:
        return Structured((shape[0], shape[1]))
    return low_rank(np.full((shape[0], 1), value, dtype), np.ones((shape[1], 1), dtype))
