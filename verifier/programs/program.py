"""A quantity written as a program: a function of random weights, with the shapes of the weights.

>>> n = width("n")
>>> @quantity(weights={"W": (n, n), "V": (n,), "x": (n,)})
... def output(w):
...     return jnp.tanh(w["W"] @ w["x"] / jnp.sqrt(len(w["x"]))) @ w["V"] / jnp.sqrt(len(w["V"]))
>>> output.sample(100_000, samples=8, seed=0)["output"].shape
(8,)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verifier.fits.kinds import KINDS
from verifier.programs import jaxfront, modules
from verifier.programs.axes import FACTORS, check_steady, like, marked, multiple
from verifier.programs.evaluate import NotFinite, Overflow, Watch, evaluate, first_not_finite
from verifier.programs.gaussian import RevealedByProducts
from verifier.programs.graph import Dim, Graph, ProgramError, WidthAxis, is_large, shown
from verifier.programs.sharing import merged, shared
from verifier.programs.structured import Gaussian, Structured, low_rank


@dataclass(frozen=True)
class Width:
    """A width: an axis whose length grows.  ``4 * n`` and ``n / 4`` are axes in proportion to it."""

    name: str
    times: Fraction = Fraction(1)

    @property
    def base(self) -> Width:
        """The width that it is in proportion to: n for 4 n."""
        return Width(self.name)

    def __mul__(self, factor: int | Fraction) -> Width:
        return Width(self.name, self.times * Fraction(factor))

    __rmul__ = __mul__

    def __truediv__(self, factor: int) -> Width:
        return Width(self.name, self.times / Fraction(factor))

    def __str__(self) -> str:
        return multiple(self.times, self.name)


def width(name: str) -> Width:
    """A width by its name: ``n = width("n")``.  Two weights that share it have the same length there."""
    if not name.isidentifier():
        raise ValueError(f"a width is called {name!r}; write a letter or a word, as in width('n')")
    return Width(name)


Length = Width | int


@dataclass(frozen=True)
class Given:
    """A weight that is the same number everywhere, such as a bias or the gain of a normalisation."""

    shape: tuple[Length, ...]
    value: float


def zeros(*shape: Length) -> Given:
    """A weight that starts at 0 (a bias)."""
    return Given(shape, 0.0)


def ones(*shape: Length) -> Given:
    """A weight that starts at 1 (a gain)."""
    return Given(shape, 1.0)


Spec = Sequence[Length] | Given
Sizes = Mapping[Width, int] | int


@dataclass(frozen=True, eq=False)
class Program:
    """A function of weights that returns numbers, with the shapes of its weights; made by :func:`quantity`.

    ``weights``: name → shape (entries iid N(0, 1)) or :func:`zeros`, :func:`ones`.  ``data`` are further arguments,
    ``given`` keyword arguments.  ``expect`` holds exponents of what it returns and of its intermediates, by name; of
    another ``kind`` of claim than ``order`` (:mod:`verifier.fits.kinds`) what that kind takes, of what it returns.
    ``space`` (:class:`verifier.hunt.Space`) says which keyword arguments its claims speak of, for ``verifier hunt``.
    """

    function: Callable[..., Any]
    weights: Mapping[str, Spec]
    data: tuple[Any, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    expect: Mapping[str, Any] = field(default_factory=dict)
    space: Any = None
    kind: str = "order"
    _graphs: dict[Any, tuple[Graph, tuple[str, ...]]] = field(default_factory=dict, repr=False)
    _patterns: list[tuple[Graph, tuple[int | None, ...]]] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ProgramError(f"{self.line}: there is no kind {self.kind!r} of claims; there are {', '.join(KINDS)}")
        for key, spec in self.weights.items():
            if isinstance(spec, str) or not isinstance(spec, Given | Sequence):
                raise ProgramError(
                    f"{self.line}: the weight {key} of {self.label} has the shape {spec!r}; a shape is a tuple of "
                    "widths and positive integers, as in (n,) or (n, 2)"
                )
            for d in dims_of(spec):
                if isinstance(d, bool) or not isinstance(d, Width | int) or (isinstance(d, int) and d < 1):
                    raise ProgramError(
                        f"{self.line}: the weight {key} of {self.label} has an axis {d!r}; an axis is a width or a "
                        "positive integer, as in (n, 2) with n = width('n')"
                    )
        if not self.widths:
            raise ProgramError(
                f"{self.line}: {self.label} has no width axis; write weights={{'W': (n, n)}} with n = width('n')"
            )
        if len(self.widths) > len(FACTORS):
            raise ProgramError(f"{self.line}: {self.label} has {len(self.widths)} widths; at most {len(FACTORS)}")

    @property
    def label(self) -> str:
        """What it is called."""
        return self.name or getattr(self.function, "__name__", "program")

    @property
    def widths(self) -> tuple[Width, ...]:
        """Its widths, in the order in which they first occur."""
        axes = (d for spec in self.weights.values() for d in dims_of(spec))
        return tuple(dict.fromkeys(d.base for d in axes if isinstance(d, Width)))

    @property
    def line(self) -> str:
        """``file.py:12``, where the function is defined."""
        code = getattr(inspect.unwrap(self.function), "__code__", None)
        return "the program" if code is None else f"{Path(code.co_filename).name}:{code.co_firstlineno}"

    def sizes(self, widths: Sizes) -> dict[Width, int]:
        """A size for each width; one integer is for all of them.  ValueError names one that is missing or too small."""
        found = dict.fromkeys(self.widths, widths) if isinstance(widths, int) else dict(widths)
        for w in self.widths:
            if w not in found:
                raise ValueError(f"{self.label}: no size for the width {w.name}")
            if found[w] < 1:
                raise ValueError(f"{self.label}: the width {w.name} is {found[w]}; at least 1 is allowed")
        return found

    def shapes(self, widths: Sizes) -> dict[str, tuple[int, ...]]:
        """The shapes of the weights at these widths, by name in order."""
        at = self.sizes(widths)
        return {
            name: tuple(self._length(name, d, at) for d in dims_of(self.weights[name])) for name in sorted(self.weights)
        }

    def _length(self, name: str, d: Length, at: Mapping[Width, int]) -> int:
        if not isinstance(d, Width):
            return d
        length = at[d.base] * d.times
        if length.denominator != 1 or length < 1:
            raise ProgramError(f"{self.line}: the weight {name} of {self.label} has an axis {d}, which is no length at "
                               f"{d.name} = {at[d.base]}")  # fmt: skip
        return int(length)

    def graph(self, widths: Sizes) -> Graph:
        """Traced at these widths, once; width axes are marked."""
        return self._traced(widths)[0]

    def outputs(self, widths: Sizes) -> tuple[str, ...]:
        """The names of what it returns: keys of a dictionary, or its own name."""
        return self._traced(widths)[1]

    def _traced(self, widths: Sizes) -> tuple[Graph, tuple[str, ...]]:
        at = self.sizes(widths)
        key = tuple(at[w] for w in self.widths)
        if key not in self._graphs:
            graph, names = self._trace(at)
            if not self._patterns:
                larger = {w: at[w] * factor for w, factor in zip(self.widths, FACTORS, strict=False)}
                other = self._trace(larger)[0]
                check_steady(graph, self._trace(at)[0], self.label)
                graph = marked(graph, other, {w.name: at[w] for w in self.widths}, self.label)
                self._patterns.append((graph, shared(graph, other)))
            pattern, earlier = self._patterns[0]
            graph = merged(like(graph, pattern, self.label), earlier, self.label)
            self._check_outputs(graph, names)
            for _, others in self._graphs.values():
                if names != others:
                    raise ProgramError(
                        f"{self.line}: {self.label} is not the same program at every width: it returns "
                        f"{', '.join(others)} at one and {', '.join(names)} at another"
                    )
            self._graphs[key] = (graph, names)
        return self._graphs[key]

    def _trace(self, at: Mapping[Width, int]) -> tuple[Graph, tuple[str, ...]]:
        run, given = self.function, dict(self.given)
        shapes = self.shapes(at)
        graph, tree = jaxfront.trace(lambda w, *data: run(w, *data, **given), shapes, self.data, origin=run)
        return graph, jaxfront.names(tree, self.label)

    def _check_outputs(self, graph: Graph, names: Sequence[str]) -> None:
        if not names:
            raise ProgramError(f"{self.line}: {self.label} returns nothing; return numbers by name")
        made = {number: (op, dims) for op in graph.ops for number, dims in zip(op.outputs, op.dims, strict=True)}
        for name, operand in zip(names, graph.outputs, strict=True):
            if isinstance(operand, int) and operand < len(graph.inputs):
                raise ProgramError(f"{self.line}: {self.label} returns a weight as it is ({name}); return numbers")
            if not isinstance(operand, int):
                raise ProgramError(f"{self.line}: {name} does not depend on the weights")
            op, dims = made[operand]
            if any(isinstance(d, WidthAxis) for d in dims):
                raise ProgramError(
                    f"{op.line or self.line}: {self.label} returns {name} of shape {shown(dims)}; return numbers, such "
                    "as the mean square over the width"
                )

    def draw(self, widths: Sizes, rng: np.random.Generator) -> list[Any]:
        """Arguments for the graph: dense arrays, and matrices that are met through products."""
        return [self._drawn(name, shape, rng) for name, shape in self.shapes(widths).items()]

    def _drawn(self, name: str, shape: tuple[int, ...], rng: np.random.Generator) -> Any:
        spec = self.weights[name]
        dims: list[Dim] = [WidthAxis(str(d)) if isinstance(d, Width) else d for d in dims_of(spec)]
        if not is_large(dims):
            return np.full(shape, spec.value) if isinstance(spec, Given) else rng.standard_normal(shape)
        if len(shape) != 2:
            raise ProgramError(
                f"{self.line}: the weight {name} of shape {shown(dims)} has {len(shape)} axes, two of them widths; "
                "give each block a weight of its own"
            )
        plane = (shape[0], shape[1])
        if not isinstance(spec, Given):
            return Structured(plane, (Gaussian(RevealedByProducts(*plane, rng)),))
        if not spec.value:
            return Structured(plane)
        return low_rank(np.full((shape[0], 1), spec.value), np.ones((shape[1], 1)))

    def arguments(self, widths: Sizes, samples: int, seed: int | Sequence[int] = 0) -> Iterator[list[Any]]:
        """Weights of ``samples`` independent networks; the k-th has the stream (seed, widths, k)."""
        at = self.sizes(widths)
        entropy = [*(seed if isinstance(seed, Sequence) else (seed,)), *(at[w] for w in self.widths)]
        for k in range(samples):
            rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence([*entropy, k])))
            yield self.draw(widths, rng)

    def sample(self, widths: Sizes, samples: int, seed: int | Sequence[int] = 0) -> dict[str, NDArray[Any]]:
        """``samples`` independent values of each output, shape (samples, …), exact in law.

        The first samples of a longer run are those of a shorter one.  NotFinite names the operation at which a NaN or
        an infinity first appeared, and the sample.
        """
        graph, names = self._traced(widths)
        found: dict[str, list[Any]] = {name: [] for name in names}
        for k, arguments in enumerate(self.arguments(widths, samples, seed)):
            for name, value in zip(names, self.run(graph, arguments, k), strict=True):
                found[name].append(np.asarray(value))
        return {name: np.stack(values) for name, values in found.items()}

    def run(self, graph: Graph, arguments: Sequence[Any], number: int, watch: Watch | None = None) -> list[Any]:
        """One evaluation; NotFinite where the result is not."""
        values = None
        with suppress(Overflow):  # a matrix cannot be applied to what is not finite
            values = evaluate(graph, arguments, watch)
        if values is not None and all(np.all(np.isfinite(v)) for v in values):
            return values
        raise NotFinite(f"sample {number} is not finite, first at {self._first(graph, arguments)}", values)

    @staticmethod
    def _first(graph: Graph, arguments: Sequence[Any]) -> str:
        watch, told = first_not_finite()
        try:
            evaluate(graph, arguments, watch)  # again: the same answers are recorded
        except Overflow as error:
            return told() or str(error)
        return told() or "the result"


def quantity(
    weights: Mapping[str, Spec] | None = None, *, module: Callable[[int], Any] | None = None,
    laws: Mapping[str, Any] | None = None, data: Sequence[Any] = (), given: Mapping[str, Any] | None = None,
    name: str = "", expect: Mapping[str, Any] | None = None, space: Any = None, kind: str = "order",
) -> Callable[[Callable[..., Any]], Program]:  # fmt: skip
    """Declare a function of weights as a quantity; see :class:`Program`.

    With ``module``, a function ``make(width)`` that returns a ``torch.nn.Module``, it is a function ``(f, w)``:
    ``f(w, *inputs)`` is the forward pass at the parameters ``w``, a dictionary by PyTorch's names.  Their laws are read
    from how the module initialises them; ``laws`` gives others, by names or patterns: a standard deviation of normal
    entries, perhaps as a function of the width, or ``"gaussian"``, normal of the same variance.
    """
    if (weights is None) == (module is None) or (laws is not None and module is None):
        raise ProgramError("a program has weights={…}, or module=make and perhaps laws={…}")

    def declare(function: Callable[..., Any]) -> Program:
        run, specs = function, weights
        if module is not None:
            modules.require()
            jaxfront.require()
            from verifier.programs.torchfront import declared

            run, specs = declared(function, module, laws)
        return Program(run, dict(specs or {}), tuple(data), dict(given or {}), name, dict(expect or {}), space, kind)

    return declare


def dims_of(spec: Spec) -> tuple[Length, ...]:
    """The shape of a weight, widths and numbers."""
    return spec.shape if isinstance(spec, Given) else tuple(spec)
