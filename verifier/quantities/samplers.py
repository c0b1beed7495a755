"""Samplers: a plain function as a quantity of a check, and what any sampler returns, read as real numbers.

@quantity("T")
def second(n, rng, *, angle=60):           # one sample at width n
    ...

@quantity("T")
def second(n, rng, samples, *, angle=60):  # an array of them: the parameter `samples` says how many
    ...

check = Check("mine", Measure(second, cells(angle=[0, 60])))
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.quantities.check import Draw, Parameters, Quantity

Array = npt.NDArray[np.float64]
#: The name that asks for many samples at once.
SAMPLES = "samples"


class SamplerError(ValueError):
    """A sampler cannot be called, or returned something else than real numbers of the shape it was asked for."""


def quantity(
    symbol: str,
    text: str = "",
    *,
    bounds: tuple[float, float] | None = None,
    constant: bool = False,
    allowance: Callable[[Parameters], float] | None = None,
    version: str = "",
) -> Callable[[Callable[..., Any]], Quantity]:
    """Make a function of a width and a generator the sampler of a quantity.

    The function takes the width n and a NumPy generator, in this order, and returns one real number; with a parameter
    ``samples`` it returns an array of shape (samples,).  Its other parameters are those of a cell, and are passed by
    name.  All that is random must come from the generator.  ``symbol`` is the head of the claims it belongs to,
    ``text`` what tables call it; the rest is as for :class:`verifier.quantities.check.Quantity`.  Raises SamplerError
    for a function that cannot be called so.

    >>> @quantity("m")
    ... def mean(n, rng, samples, *, scale=1.0):
    ...     return scale * rng.standard_normal((samples, n)).mean(axis=1)
    >>> mean.shared
    ('scale',)
    >>> mean.draw({"scale": 2.0}, [{"scale": 2.0}], 100, 5, np.random.default_rng(0)).values.shape
    (5, 1)
    """
    if not isinstance(symbol, str) or not symbol:
        raise SamplerError(f"quantity({_short(symbol)}): the symbol of its claims is needed, as in @quantity('T')")

    def declare(function: Callable[..., Any]) -> Quantity:
        draw = Function.of(function, symbol)
        return Quantity(symbol, text or symbol, draw.parameters, draw, bounds, constant, allowance, version)

    return declare


@dataclass(frozen=True)
class Function:
    """A user's function as a :data:`verifier.quantities.check.Sampler`.  Cells are drawn one after the other."""

    function: Callable[..., Any]
    name: str
    parameters: tuple[str, ...]
    required: frozenset[str]
    many: bool

    @classmethod
    def of(cls, function: Callable[..., Any], symbol: str) -> Function:
        """What the signature says.  SamplerError for one that is none of a sampler."""
        name = f"the sampler {getattr(function, '__name__', '?')} of {symbol}"
        if not callable(function):
            raise SamplerError(f"a sampler of {symbol} is of type {type(function).__name__}; a function is needed")
        given = list(inspect.signature(function).parameters.values())
        odd = [p for p in given if p.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)]
        positional = [p for p in given if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        if odd:
            raise SamplerError(f"{name} takes {odd[0]}; each parameter of a cell has a name, as in (n, rng, *, angle)")
        if len(positional) < 2 or SAMPLES in [p.name for p in positional[:2]]:
            raise SamplerError(f"{name} takes {inspect.signature(function)}; its first parameters are n and rng")
        own = [p for p in given if p not in positional[:2] and p.name != SAMPLES]
        for p in own:
            if p.kind is inspect.Parameter.POSITIONAL_ONLY:
                raise SamplerError(f"{name} takes {p.name} by position; parameters of a cell are passed by name")
        required = frozenset(p.name for p in own if p.default is inspect.Parameter.empty)
        return cls(function, name, tuple(p.name for p in own), required, SAMPLES in [p.name for p in given])

    def __call__(
        self, shared: Parameters, cells: Sequence[Parameters], width: Any, samples: int, rng: np.random.Generator
    ) -> Draw:
        return Draw(np.stack([self._column(cell, width, samples, rng) for cell in cells], axis=1))

    def _column(self, cell: Parameters, width: Any, samples: int, rng: np.random.Generator) -> Array:
        self._require(cell)
        if self.many:
            return numbers(self.function(width, rng, **{SAMPLES: samples}, **cell), (samples,), self.name)
        return np.array([self._one(self.function(width, rng, **cell)) for _ in range(samples)], dtype=np.float64)

    def _one(self, found: Any) -> float:
        shape = _array(found, f"{self.name} returned").shape
        if shape != ():
            hint = f"one real number is allowed, or give it a parameter {SAMPLES!r} and return that many"
            raise SamplerError(f"{self.name} returned an array of shape {shape}; {hint}")
        return float(numbers(found, (), self.name))

    def _require(self, cell: Parameters) -> None:
        """SamplerError for a parameter that the cell lacks, or has and the function does not take."""
        known = ", ".join(self.parameters) or "none"
        for word in cell:
            if word not in self.parameters:
                raise SamplerError(f"{self.name} takes no parameter {word!r}, which a cell has; it takes {known}")
        for word in sorted(self.required - set(cell)):
            raise SamplerError(f"{self.name} needs {word!r}, which a cell does not have; cells({word}=…) gives it one")


def read(found: Any, shape: tuple[int, int], text: str) -> Draw:
    """What a :data:`verifier.quantities.check.Sampler` returned: a Draw, or an array; (samples,) for a single cell.

    Raises SamplerError, which names the sampler of ``text`` and what is allowed: a Draw whose ``meta`` says that it is
    not exact has another law than the quantity, which no number of samples tells, so nothing is decided from it.
    """
    name = f"the sampler of {text}"
    known = hasattr(found, "values") and not callable(found.values)
    values = found.values if known else found
    meta = getattr(found, "meta", None) if known else None
    if isinstance(meta, Mapping) and not meta.get("exact", True):
        how = f" by {_short(str(meta['sampler']))}" if "sampler" in meta else ""
        raise SamplerError(f"{name} returned an approximation{how}; samples of the quantity's own law are allowed")
    if shape[1] == 1 and np.ndim(_array(values, f"{name} returned")) == 1:
        values = np.asarray(values)[:, None]
    normals = getattr(found, "normals", None) if known else None
    if normals is not None:
        normals = numbers(normals, None, f"{name}, for its normals,")
        if normals.ndim != 2 or normals.shape[0] != shape[0]:
            raise SamplerError(f"{name} returned normals of shape {normals.shape}; ({shape[0]}, outputs) is allowed")
    return Draw(numbers(values, shape, name), normals)


def numbers(found: Any, shape: tuple[int, ...] | None, name: str, verb: str = "returned") -> Array:
    """``found`` as real numbers of ``shape`` (None: any), a copy.

    Raises SamplerError, a sentence that begins with ``name``, which is the sampler's, and the ``verb``.
    """
    array = _array(found, f"{name} {verb}")
    if shape is not None and array.shape != shape:
        raise SamplerError(f"{name} {verb} shape {array.shape}; {shape} was asked for")
    if array.dtype.kind == "c":
        raise SamplerError(f"{name} {verb} complex numbers, such as {array.flat[0]:.4g}; real numbers are allowed")
    if array.dtype.kind in "biuf":
        return np.array(array, dtype=np.float64)
    for entry in array.flat:
        if not isinstance(entry, Real):
            text = isinstance(entry, str)
            shown = f"text, {_short(str(entry))}" if text else f"an object of type {type(entry).__name__}"
            raise SamplerError(f"{name} {verb} {shown}; real numbers are allowed")
    return np.array([float(entry) for entry in array.flat], dtype=np.float64).reshape(array.shape)


def _array(found: Any, subject: str) -> npt.NDArray[Any]:
    if np.ma.is_masked(found):  # what is masked has a number beneath, which is none of the samples
        raise SamplerError(f"{subject} an array of which entries are masked; an array of real numbers is allowed")
    try:
        return np.asarray(found)
    except ValueError:  # of NumPy, whose words are about itself
        raise SamplerError(f"{subject} rows of different lengths; an array of real numbers is allowed") from None
    except TypeError as error:
        raise SamplerError(f"{subject} what is no array: {error}; real numbers are allowed") from None


def _short(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"
