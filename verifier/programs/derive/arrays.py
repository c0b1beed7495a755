"""Values of a program in a derivation: what is known at each width, and arrays of expansions.

An axis that grows with the width has length 1 here: an entry stands for all coordinates.  An entry with two such axes
is a :class:`Matrix`, which is never formed either: Gaussian matrices between scalars, and sums of outer products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from verifier.programs.derive.algebra import Algebra
from verifier.programs.derive.constants import WIDTHS, read, single_precision
from verifier.programs.derive.expansion import NOTHING, Expansion, Underived, unknown
from verifier.programs.derive.numbers import ONE
from verifier.programs.graph import Dim, WidthAxis

Word = tuple[tuple[str, bool], ...]  # matrices from left to right, and whether each is transposed


@dataclass(frozen=True, eq=False)
class Known:
    """What does not depend on the weights: an array for each of :data:`WIDTHS`."""

    at: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Matrix:
    """Σ c·(product of Gaussian matrices) + Σ a bᵀ."""

    gaussian: tuple[tuple[Expansion, Word], ...] = ()
    low: tuple[tuple[Expansion, Expansion], ...] = ()

    def transposed(self) -> Matrix:
        turned = tuple((c, tuple((w, not t) for w, t in reversed(word))) for c, word in self.gaussian)
        return Matrix(turned, tuple((b, a) for a, b in self.low))

    def plus(self, other: Matrix) -> Matrix:
        return Matrix((*self.gaussian, *other.gaussian), (*self.low, *other.low))

    def scaled(self, algebra: Algebra, c: Expansion) -> Matrix:
        return Matrix(tuple((algebra.mul(x, c), word) for x, word in self.gaussian),
                      tuple((algebra.mul(a, c), b) for a, b in self.low))  # fmt: skip

    def apply(self, algebra: Algebra, x: Expansion) -> Expansion:
        """M x."""
        found = NOTHING
        for c, word in self.gaussian:
            y = x
            for name, turned in reversed(word):
                y = algebra.matvec(name, turned, y)
            found = algebra.add(found, algebra.mul(c, y))
        for a, b in self.low:
            found = algebra.add(found, algebra.mul(a, algebra.inner(b, x)))
        return found

    def times(self, algebra: Algebra, other: Matrix) -> Matrix:
        """The product of two matrices."""
        words = tuple((algebra.mul(c, d), (*v, *w)) for c, v in self.gaussian for d, w in other.gaussian)
        low = [(a, other.transposed().apply(algebra, b)) for a, b in self.low]
        only = Matrix(self.gaussian)
        low += [(only.apply(algebra, a), b) for a, b in other.low]
        return Matrix(words, tuple(low))

    def inner(self, algebra: Algebra, other: Matrix) -> Expansion:
        """Σ_ij M_ij N_ij."""
        if self.gaussian and other.gaussian:
            raise Underived("the inner product of two matrices that both hold a Gaussian one")
        found = NOTHING
        for a, b in self.low:
            found = algebra.add(found, algebra.inner(a, other.apply(algebra, b)))
        only = Matrix(self.gaussian)
        for a, b in other.low if self.gaussian else ():
            found = algebra.add(found, algebra.inner(a, only.apply(algebra, b)))
        return found

    def entrywise(self, algebra: Algebra, other: Matrix) -> Matrix:
        """The product entry by entry, of low rank."""
        if self.gaussian or other.gaussian:
            raise Underived("an entrywise product with a Gaussian matrix")
        if len(self.low) * len(other.low) > 100:
            raise Underived("an entrywise product of matrices of many terms")
        return Matrix((), tuple((algebra.mul(a, c), algebra.mul(b, d)) for a, b in self.low for c, d in other.low))


Entry = Expansion | Matrix


@dataclass(frozen=True, eq=False)
class Values:
    """An array of entries, of shape ``dims`` with width axes of length 1."""

    dims: tuple[Dim, ...]
    data: Any

    @property
    def degree(self) -> int:
        """How many axes grow."""
        return sum(isinstance(d, WidthAxis) for d in self.dims)


def shape_of(dims: Sequence[Dim]) -> tuple[int, ...]:
    """The shape of the array of entries."""
    return tuple(1 if isinstance(d, WidthAxis) else d for d in dims)


def filled(dims: Sequence[Dim], entry: Entry) -> Values:
    """An array of the same entry everywhere."""
    data = np.empty(shape_of(dims), object)
    for place in np.ndindex(data.shape):
        data[place] = entry
    return Values(tuple(dims), data)


def lost(dims: Sequence[Dim], why: str) -> Values:
    """An array of which nothing is known, for the reason given."""
    nothing = unknown(float("inf"), why)
    large = sum(isinstance(d, WidthAxis) for d in dims) > 1
    return filled(dims, Matrix((), ((nothing, nothing),)) if large else nothing)


def check_dims(dims: Sequence[Dim], widths: Sequence[str]) -> None:
    """Underived for axes such as 2n or n/4, which no rule speaks of."""
    for d in dims:
        if isinstance(d, WidthAxis) and (d.degree != 1 or d.name not in widths):
            raise Underived(f"an axis of length {d.name}")
    if sum(isinstance(d, WidthAxis) for d in dims) > 2:
        raise Underived("an array with more than two axes that grow")


def expanded(known: Known, dims: Sequence[Dim], algebra: Algebra) -> Values:
    """Constants as expansions: each entry is c n^p."""
    arrays = [np.asarray(a) for a in known.at]
    growing = tuple(k for k, d in enumerate(dims) if isinstance(d, WidthAxis))
    if growing:
        for a in arrays:
            first = a
            for k in growing:
                first = np.take(first, [0], axis=k)
            if a.size and not np.all(a == first):
                raise Underived("a constant vector with different entries")
        arrays = [_first(a, growing) for a in arrays]
    data = np.empty(shape_of(dims), object)
    kind = arrays[0].dtype.kind
    if kind not in "fiub":
        raise Underived(f"a constant of type {arrays[0].dtype}")
    single = single_precision(np.stack([a.astype(np.float64) if kind in "iub" else a for a in arrays]))
    for place in np.ndindex(data.shape):
        p, c = read([float(a[place]) for a in arrays], single)
        found = algebra.number(c, p)
        data[place] = found if len(growing) < 2 else Matrix((), ((found, algebra.number(ONE)),))
    return Values(tuple(dims), data)


def _first(a: Any, growing: Sequence[int]) -> Any:
    for k in growing:
        a = np.take(a, [0], axis=k)
    return a


def inputs(algebra: Algebra, name: str, dims: Sequence[Dim], given: float | None) -> Values:
    """A weight: columns of standard normal entries, one matrix, or the number that it starts at."""
    growing = [isinstance(d, WidthAxis) for d in dims]
    if given is not None:
        number = algebra.number(read([given] * len(WIDTHS))[1])
        if sum(growing) < 2:
            return filled(dims, number)
        return filled(dims, Matrix() if given == 0 else Matrix((), ((number, algebra.number(ONE)),)))
    if sum(growing) == 2:
        if len(dims) != 2:
            raise Underived(f"the weight {name} has more than two axes")
        return filled(dims, Matrix(((algebra.number(ONE), ((name, False),)),)))
    data = np.empty(shape_of(dims), object)
    for place in np.ndindex(data.shape):
        data[place] = algebra.gauss(name, place) if any(growing) else algebra.coin(name, place)
    return Values(tuple(dims), data)
