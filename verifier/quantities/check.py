"""What a check file says: which quantity to sample, in which cells, at which widths.

A check knows nothing of the statement it belongs to.  The two are paired by name, and what a cell must show
is the statement's claim evaluated at the cell's parameters.

    check = Check(
        "theorem1",
        Measure(hypernetwork_term, cells(H=[1, 2, 3], L=[2, 3], r=up_to(lambda H, L: H * L + 1)), widths=WIDE),
    )
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from verifier.inputs.fields import Line, Text, Wrong, checked, fitted, within
from verifier.inputs.numbers import too_near
from verifier.networks.draws import Draw
from verifier.quantities.pictures import Maker

#: A cell's parameters: numbers, or tuples of numbers.
Parameters = Mapping[str, Any]

#: One-input widths, for a sampler whose cost does not depend on the width: jittered ratios, mixed parity.
WIDE = (2053, 130_987, 8_388_619, 536_870_896, 34_359_738_421, 2_199_023_255_552)
#: Two-input widths, for samplers whose cost is proportional to the width.
MODERATE = (128, 413, 1150, 4690, 20_011)
#: Widths of networks small enough to be drawn whole.
SMALL = (3, 4, 7, 16)

#: What a part may say of when it is measured.
EFFORTS = ("", "default", "paper")

#: Beyond this a width is not an exact float, and the samplers' counts are no longer integers.
LARGEST_WIDTH = 2**53


#: draw(shared, cells, width, samples, rng): the cells share their networks.  The width is a pair on a grid.  An array
#: of shape (samples, cells) will do where there are no normals; :func:`verifier.quantities.samplers.quantity` makes a
#: sampler of a plain function.
Sampler = Callable[[Parameters, Sequence[Parameters], Any, int, np.random.Generator], Draw | npt.ArrayLike]


def _widths(value: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Networks have a width, and it is exact in floating point."""
    if value is not None and not (
        value and all(1 <= n < LARGEST_WIDTH for n in value) and all(a < b for a, b in pairwise(value))
    ):
        raise Wrong("a tuple of increasing widths from 1 to 2^53 - 1")
    if value is not None and too_near(value) is not None:
        raise Wrong("a tuple of widths whose logarithms differ")
    return value


def _bounds(value: tuple[float, float] | None) -> tuple[float, float] | None:
    if value is not None and not value[0] < value[1]:
        raise Wrong("a pair (low, high) with low < high")
    return value


def _law(value: Any) -> Any:
    """A :class:`verifier.inference.agreement.Law`."""
    if not callable(getattr(value, "cdf", None)):
        raise Wrong("a law, which has a distribution function cdf,")
    return value


def _space(value: Any) -> Any:
    """A :class:`verifier.hunt.space.Space`, which stands above this room."""
    if value is not None and not (hasattr(value, "axes") and hasattr(value, "frames")):
        raise Wrong("a Space of instances")
    return value


def _effort(value: str) -> str:
    if value not in EFFORTS:
        raise Wrong('"default", "paper" or, for both, ""')
    return value


def _makers(value: Any) -> Any:
    if not isinstance(value, tuple) or not all(callable(one) for one in value):
        raise Wrong("a function of a seed and an effort, a tuple of such, or None,")
    return value


def _powers(value: tuple[float, ...] | None) -> tuple[float, ...] | None:
    if value is not None and not (value and all(0 < q <= 100 for q in value)):
        raise Wrong("a tuple of positive exponents q of n^-q, at most 100")
    return value


def _parameter(value: Any) -> Any:
    """What a cell may say of itself: a number, a word, or a tuple of such."""
    if isinstance(value, list | tuple):
        return tuple(_parameter(entry) for entry in value)
    if isinstance(value, str | bool):
        return fitted(Line, value) if isinstance(value, str) else value
    try:
        return fitted(float, value)
    except Wrong:
        raise Wrong("a finite number, a word or a tuple of such") from None


def _cost(value: float | None) -> float | None:
    if value is not None and not 1 <= value <= LARGEST_WIDTH:
        raise Wrong("a width from 1 to 2^53, or None")
    return value


def _named(value: str) -> str:
    if not value.isidentifier():
        raise Wrong("the name of a parameter, such as H or angle,")
    return value


Widths = Annotated[tuple[int, ...], _widths]
#: Numbers of samples.
Count = Annotated[int, within(1, 1 << 40)]
Cells = Sequence[dict[Annotated[str, _named], Annotated[Any, _parameter]]]


@checked
@dataclass(frozen=True)
class Quantity:
    """A random quantity of a random network.

    ``symbol`` is the head of the claims it belongs to (``K`` in ``K(r)``).  Cells that agree in the ``shared``
    parameters are read off the same networks.  ``bounds``: two numbers that the quantity always lies between, where
    there are such; without them the mean of samples that are all equal is not known.  ``constant``: a claim of its
    value is that it *is* that number (in the limit), and not that its mean is.  ``squares``: it is a product of
    averages of squares, as Gram matrices, Jacobians and kernels are, of which a claim in probability is judged on the
    scale of :mod:`verifier.inference.wilson_hilferty`.  ``allowance``: the largest c of the
    corrections c/n that follow from the limit formula of the quantity at a cell, large where its leading coefficient is
    nearly zero; every check of an order of the quantity grants it.  ``version``: to be raised where what the sampler
    draws changes and its source does not, say a file that it reads: stored samples are then drawn anew.
    ``work``: of the shared parameters and a width, what a sample costs beside others (operations, say): by it the time
    that a run takes is foreseen from the blocks that were drawn.  ``trial``: of the same, does a small part of it and
    returns the seconds it took and how much work it was: a run of pieces that take long each begins with it.
    """

    symbol: Line
    text: Text
    shared: tuple[Line, ...]
    draw: Sampler
    bounds: Annotated[tuple[float, float] | None, _bounds] = None
    constant: bool = False
    allowance: Callable[[Parameters], float] | None = None
    version: str = ""
    work: Callable[[Parameters, Any], float] | None = None
    trial: Callable[[Parameters, Any], tuple[float, float]] | None = None
    squares: bool = False


@checked
@dataclass(frozen=True)
class Measure:
    """A quantity, the cells it is measured in, and how.

    ``correction`` adds the 1/n column to the fit; None takes it where the honest interval is shorter with it.
    ``cost`` is the width at which a sample takes twice as long as at a narrow one: widths then get samples in
    proportion to their weight in the exponent over the root of their cost, and ``samples`` is the most that any of them
    may take; None draws alike at all.  ``controls`` removes the known noise of the outputs, of which the sampler
    returns normals.  ``averaged`` says that a sample is an average over the neurons of its width (an entry of a Gram
    matrix, a kernel): as many neurons are then drawn at each width.  ``block`` samples are drawn at a time (a part of
    the random key), with ``cost`` or ``averaged`` as many times more as a width takes; ``samples``
    is the most a width may take.  ``quick`` says which cells ``--quick`` keeps; ``largest`` is the widest
    network that the sampler can afford; ``movable`` cells are those that ``--angle`` moves.  ``derived``
    adds parameters that claims speak of and that follow from the cell's own.  ``atom`` is the probability of
    being exactly zero that the cell must show: one that is surely another keeps an order from counting as
    consistent.

    Without ``claims`` a measure speaks to the claims of its symbol that are about scales, zeros and signs.  With
    it, to those named alone, whatever their kind: a value is the limit of the mean, or the mean at every width
    where the claim speaks of the width, which it calls ``width``; a constant is that limit and a fluctuation that
    vanishes; for a law, ``law`` makes a distribution of a cell and the claim's value.  ``margin`` is how far off,
    in the units of X (relatively, for means at every width; in probability, for a law), a consistent cell may be.
    ``grid`` lists widths m besides, for exponents in n and in m on all pairs; the cell's ``axis`` says which.
    ``powers`` are the exponents q of the corrections n^-q that are tried, by default all that
    :mod:`verifier.inference.corrections` has.  ``floor`` is what the mean must surely exceed at some width of a cell:
    else nothing is learned there, and no trend is asked of it.  ``effort`` is "paper" for what ``--effort paper`` alone
    measures, at a text's own sizes, and "default" for what is measured otherwise.
    ``witness`` names hypotheses that the cells violate on purpose: what they show is reported beside the claim and
    counts for nothing.  ``space`` (:class:`verifier.hunt.Space`) says which instances the claims speak of: those are
    hunted (``verifier hunt``), at these widths.
    """

    quantity: Quantity
    cells: Cells = ()
    widths: Widths = WIDE
    correction: bool | None = False
    cost: Annotated[float | None, _cost] = None
    averaged: bool = False
    controls: bool = False
    block: Count = 1024
    samples: Count = 1 << 17
    zeros: Annotated[int, within(0, 1 << 40)] = 2048
    quick: Callable[[Parameters], bool] | None = None
    quick_samples: Count = 1 << 14
    largest: Annotated[int, within(1, LARGEST_WIDTH - 1)] = LARGEST_WIDTH - 1
    movable: bool = False
    derived: Callable[[Parameters], Mapping[str, Any]] | None = None
    atom: Callable[[Parameters], float | None] | None = None
    claims: tuple[Line, ...] | None = None
    width: Line = "n"
    law: Callable[[Parameters, float], Annotated[Any, _law]] | None = None
    margin: Annotated[float, within(0)] = 0.05
    grid: Annotated[tuple[int, ...] | None, _widths] = None
    powers: Annotated[tuple[float, ...] | None, _powers] = None
    floor: Callable[[Parameters], float] | None = None
    effort: Annotated[str, _effort] = ""
    witness: tuple[Line, ...] = ()
    space: Annotated[Any, _space] = None


@checked
@dataclass(frozen=True)
class Agreement:
    """An identity at finite width, evaluated in two ways on the same networks.

    The quantity draws relative errors; the identity holds if none exceeds ``tolerance``.  Without ``claims`` it
    speaks to every identity of its statement; ``witness`` and ``space`` as for a :class:`Measure`.
    """

    quantity: Quantity
    cells: Cells = ()
    widths: Widths = SMALL
    tolerance: Annotated[float, within(0)] = 1e-9
    block: Count = 64
    samples: Count = 64
    quick: Callable[[Parameters], bool] | None = None
    quick_samples: Count = 16
    largest: Annotated[int, within(1, LARGEST_WIDTH - 1)] = 256
    movable: bool = False
    derived: Callable[[Parameters], Mapping[str, Any]] | None = None
    claims: tuple[Line, ...] | None = None
    witness: tuple[Line, ...] = ()
    space: Annotated[Any, _space] = None


Part = Measure | Agreement


def recount(
    symbol: str, text: str, count: Callable[[Parameters], int | Fraction], *claims: str, cells: Any, space: Any = None
) -> Measure:
    """Integer claims, counted again: nothing random is drawn.  ``count`` maps a cell to the number."""

    def draw(shared: Parameters, listed: Sequence[Parameters], width: Any, samples: int, rng: Any) -> Draw:
        return Draw(np.tile(np.array([float(count(cell)) for cell in listed]), (samples, 1)))

    return Measure(Quantity(symbol, text, (), draw), cells, widths=(1,), block=1, samples=1, quick_samples=1,
                   claims=claims, space=space)  # fmt: skip


@checked
@dataclass(frozen=True, init=False)
class Check:
    """Everything that is measured for one statement.

    ``scaled`` says in a sentence what is smaller than in the text unless ``--effort paper`` is asked for; ``pictures``
    (:mod:`verifier.quantities.pictures`) are shown beside the numbers, and are made one function after the other.
    """

    name: Line
    parts: tuple[Part, ...]
    scaled: Text = ""
    pictures: Annotated[Any, _makers] = ()

    def __init__(
        self, name: str, *parts: Part, scaled: str = "", pictures: Maker | tuple[Maker, ...] | None = None
    ) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "scaled", scaled)
        given = () if pictures is None else (pictures,) if callable(pictures) else pictures
        object.__setattr__(self, "pictures", given)


def cells(**axes: Any) -> tuple[dict[str, Any], ...]:
    """All combinations of the axes, later axes varying fastest.

    An axis is a list of values, a single value, or a function of earlier axes that returns either:
    ``cells(H=[1, 2], r=up_to(lambda H: 2 * H))``.
    """
    found: list[dict[str, Any]] = [{}]
    for name, axis in axes.items():
        found = [{**cell, name: value} for cell in found for value in _values(axis, cell)]
    return tuple(found)


def up_to(bound: Callable[..., int]) -> Callable[..., list[int]]:
    """An axis that runs from 0 to ``bound``, a function of earlier axes, inclusive."""

    def axis(**cell: Any) -> list[int]:
        return list(range(_call(bound, cell) + 1))

    return axis


def _values(axis: Any, cell: dict[str, Any]) -> Iterable[Any]:
    value = _call(axis, cell) if callable(axis) else axis
    return value if isinstance(value, list | range) else [value]


def _call(function: Callable[..., Any], cell: Mapping[str, Any]) -> Any:
    wanted = inspect.signature(function).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in wanted.values()):
        return function(**cell)
    missing = [name for name in wanted if name not in cell]
    if missing:
        raise ValueError(f"an axis needs {', '.join(missing)}, which must come before it")
    return function(**{name: cell[name] for name in wanted})
