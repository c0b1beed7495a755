"""Matrices with two width axes that are never formed: sums of terms that know how to meet a vector.

A term is a Gaussian matrix between diagonal ones, a low-rank A Bᵀ, an entrywise expression of low-rank matrices
(evaluated in blocks of rows), an entrywise product of a Gaussian with a low-rank matrix, or a product of two sums.
Blocks of vectors are rows: ``apply(V)`` is (M Vᵀ)ᵀ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from verifier.programs.gaussian import RevealedByProducts, parts

Array = NDArray[Any]
#: entries of a block of rows that an entrywise expression is evaluated in
BLOCK = 4_000_000


class CannotForm(ValueError):
    """What is asked for would need the whole matrix; the message says what would do instead."""


class MatrixTerm(Protocol):
    """A matrix that can be applied, transposed and scaled."""

    def apply(self, V: Array) -> Array: ...
    def transposed(self) -> MatrixTerm: ...
    def scaled(self, c: float) -> MatrixTerm: ...
    def diagonal(self, left: Array | None, right: Array | None) -> MatrixTerm: ...


def _times(a: Array | None, b: Array | None) -> Array | None:
    return b if a is None else a if b is None else a * b


@dataclass(frozen=True)
class Gaussian:
    """c diag(left) W^(T) diag(right)."""

    matrix: RevealedByProducts
    turned: bool = False
    c: float = 1.0
    left: Array | None = None
    right: Array | None = None

    def apply(self, V: Array) -> Array:
        V = V if self.right is None else V * self.right
        out = self.matrix.apply_transposed(V) if self.turned else self.matrix.apply(V)
        if self.c != 1.0:
            out *= self.c
        return out if self.left is None else out * self.left

    def transposed(self) -> Gaussian:
        return Gaussian(self.matrix, not self.turned, self.c, self.right, self.left)

    def scaled(self, c: float) -> Gaussian:
        return replace(self, c=self.c * c)

    def diagonal(self, left: Array | None, right: Array | None) -> Gaussian:
        return replace(self, left=_times(self.left, left), right=_times(self.right, right))


@dataclass(frozen=True)
class LowRank:
    """c A Bᵀ, as rows: A of shape (k, rows), B of shape (k, columns)."""

    A: Array
    B: Array
    c: float = 1.0

    def apply(self, V: Array) -> Array:
        found: Array = ((V @ self.B.T) * self.c) @ self.A
        return found

    def transposed(self) -> LowRank:
        return LowRank(self.B, self.A, self.c)

    def scaled(self, c: float) -> LowRank:
        return replace(self, c=self.c * c)

    def diagonal(self, left: Array | None, right: Array | None) -> LowRank:
        A = self.A if left is None else self.A * left
        return LowRank(A, self.B if right is None else self.B * right, self.c)

    def rows(self, start: int, stop: int) -> Array:
        """The entries of some rows."""
        found: Array = (self.c * self.A[:, start:stop]).T @ self.B
        return found


@dataclass(frozen=True)
class Entrywise:
    """c f(M_1, …, M_k) entry by entry; an argument is a sum of low-rank matrices, an array that broadcasts, or this."""

    function: Callable[..., Array]
    arguments: tuple[Any, ...]
    shape: tuple[int, int]
    c: float = 1.0
    turned: bool = False

    def rows(self, start: int, stop: int) -> Array:
        """The entries of some rows of the matrix as it stands before ``turned``."""
        parts = [_block(a, start, stop, self.shape) for a in self.arguments]
        found: Array = np.broadcast_to(self.function(*parts), (stop - start, self.shape[1]))
        return found if self.c == 1 else self.c * found  # truth values stay what they are

    def apply(self, V: Array) -> Array:
        rows, columns = self.shape
        step = max(1, BLOCK // max(columns, 1))
        out = np.zeros((len(V), columns if self.turned else rows))
        for start in range(0, rows, step):
            stop = min(rows, start + step)
            block = self.rows(start, stop)
            if self.turned:
                out += V[:, start:stop] @ block
            else:
                out[:, start:stop] = V @ block.T
        return out

    def transposed(self) -> Entrywise:
        return replace(self, turned=not self.turned)

    def scaled(self, c: float) -> Entrywise:
        return replace(self, c=self.c * c)

    def diagonal(self, left: Array | None, right: Array | None) -> Entrywise:
        if self.turned:
            left, right = right, left
        column = None if left is None else left[:, None]
        row = None if right is None else right[None, :]
        arguments = (replace(self, turned=False, c=1.0), *(x for x in (column, row) if x is not None))
        return Entrywise(_product, arguments, self.shape, self.c, self.turned)

    def total(self, power: int = 1) -> float:
        """The sum of all entries, or of their squares."""
        rows, columns = self.shape
        step, found = max(1, BLOCK // max(columns, 1)), 0.0
        for start in range(0, rows, step):
            found += float(np.sum(np.asarray(self.rows(start, min(rows, start + step)), np.float64) ** power))
        return found


def _product(*parts: Array) -> Array:
    out = parts[0]
    for part in parts[1:]:
        out = out * part
    return out


def _block(a: Any, start: int, stop: int, shape: tuple[int, int]) -> Array:
    if isinstance(a, Structured):
        return a.rows(start, stop)
    if isinstance(a, Entrywise):
        if a.turned:
            raise CannotForm("an entrywise function of a matrix and of the transpose of another")
        return a.rows(start, stop)
    a = np.asarray(a)
    if a.ndim == 2 and a.shape[0] == shape[0] and a.shape[0] != 1:
        return a[start:stop]
    return a


@dataclass(frozen=True)
class Hadamard:
    """c G ∘ (A Bᵀ) with G a Gaussian term: met as Σ_k diag(A_k) G diag(B_k)."""

    gaussian: Gaussian
    factor: LowRank
    c: float = 1.0

    def apply(self, V: Array) -> Array:
        out: Array | None = None
        for A, B in zip(self.factor.A, self.factor.B, strict=True):
            part = A * self.gaussian.apply(V * B)
            out = part if out is None else out + part
        assert out is not None
        return out * (self.c * self.factor.c)

    def transposed(self) -> Hadamard:
        return Hadamard(self.gaussian.transposed(), self.factor.transposed(), self.c)

    def scaled(self, c: float) -> Hadamard:
        return replace(self, c=self.c * c)

    def diagonal(self, left: Array | None, right: Array | None) -> Hadamard:
        return replace(self, factor=self.factor.diagonal(left, right))


@dataclass(frozen=True)
class Chain:
    """c M N, a product of two sums that waits for a vector."""

    first: Structured
    second: Structured
    c: float = 1.0

    def apply(self, V: Array) -> Array:
        return self.first.apply(self.second.apply(V)) * self.c

    def transposed(self) -> Chain:
        return Chain(self.second.transposed(), self.first.transposed(), self.c)

    def scaled(self, c: float) -> Chain:
        return replace(self, c=self.c * c)

    def diagonal(self, left: Array | None, right: Array | None) -> Chain:
        return Chain(self.first.diagonal(left, None), self.second.diagonal(None, right), self.c)


@dataclass(frozen=True)
class Structured:
    """A sum of terms of one shape."""

    shape: tuple[int, int]
    terms: tuple[Any, ...] = ()

    ndim = 2

    def apply(self, V: Array) -> Array:
        """(M Vᵀ)ᵀ for the rows of V, a new array."""
        found = [t.apply(V) for t in self.terms if not isinstance(t, LowRank)]
        out: Array = found[0] if found else np.zeros((len(V), self.shape[0]))
        for other in found[1:]:
            out += other
        _add_low_rank(out, [t for t in self.terms if isinstance(t, LowRank)], V)
        return out

    def transposed(self) -> Structured:
        return Structured(self.shape[::-1], tuple(t.transposed() for t in self.terms))

    def scaled(self, c: float) -> Structured:
        return Structured(self.shape, tuple(t.scaled(c) for t in self.terms)) if c else Structured(self.shape)

    def diagonal(self, left: Array | None, right: Array | None) -> Structured:
        return Structured(self.shape, tuple(t.diagonal(left, right) for t in self.terms))

    def plus(self, other: Structured) -> Structured:
        return Structured(self.shape, (*self.terms, *other.terms))

    @property
    def low_rank(self) -> bool:
        """Whether its entries can be worked out block by block."""
        return all(isinstance(t, LowRank) or (isinstance(t, Entrywise) and not t.turned) for t in self.terms)

    def rows(self, start: int, stop: int) -> Array:
        """The entries of some rows, where there is no Gaussian in it."""
        if len(self.terms) == 1:
            one: Array = self.terms[0].rows(start, stop)
            return one
        out = np.zeros((stop - start, self.shape[1]))
        for term in self.terms:
            out += term.rows(start, stop)
        return out

    def total(self) -> float:
        """The sum of all entries."""
        ones = np.ones((1, self.shape[1]))
        return float(np.sum(self.apply(ones)))

    def times(self, other: Structured) -> Structured:
        """The entrywise product, which waits for a contraction.  CannotForm for two Gaussians."""
        found: list[Any] = []
        for a in self.terms:
            for b in other.terms:
                found.append(_entrywise_product(a, b, self.shape))
        return Structured(self.shape, tuple(found))

    def inner(self, other: Structured) -> float:
        """Σ_ij M_ij N_ij, low-rank parts by their factors.  CannotForm for two Gaussians."""
        found = 0.0
        for a in self.terms:
            for b in other.terms:
                found += _inner(a, b, self.shape)
        return found


def _add_low_rank(out: Array, terms: Sequence[LowRank], V: Array) -> None:
    """Add what the terms make of V to ``out``, of all of them together for columns that stay in the cache."""
    small = [np.zeros((len(V), len(t.B))) for t in terms]
    for part in parts(V.shape[1]):
        for c, t in zip(small, terms, strict=True):
            c += V[:, part] @ t.B[:, part].T
    for c, t in zip(small, terms, strict=True):
        c *= t.c
    for part in parts(out.shape[1]):
        for c, t in zip(small, terms, strict=True):
            out[:, part] += c @ t.A[:, part]


def low_rank(A: Array, B: Array) -> Structured:
    """A Bᵀ for A of shape (rows, k), B of shape (columns, k)."""
    shape = (A.shape[0], B.shape[0])
    return Structured(shape, (LowRank(np.ascontiguousarray(A.T), np.ascontiguousarray(B.T)),))


def _entrywise_product(a: Any, b: Any, shape: tuple[int, int]) -> Any:
    if isinstance(b, Gaussian) and not isinstance(a, Gaussian):
        a, b = b, a
    if isinstance(a, LowRank) and isinstance(b, LowRank):
        A = (a.A[:, None] * b.A[None]).reshape(-1, shape[0])
        return LowRank(A, (a.B[:, None] * b.B[None]).reshape(-1, shape[1]), a.c * b.c)
    if isinstance(a, Gaussian) and isinstance(b, LowRank):
        return Hadamard(a, b)
    if isinstance(b, Hadamard):
        a, b = b, a
    if isinstance(a, Hadamard) and isinstance(b, LowRank):
        return Hadamard(a.gaussian, _entrywise_product(a.factor, b, shape), a.c)
    both = Structured(shape, (a, b))
    if both.low_rank:
        parts = (Structured(shape, (a,)), Structured(shape, (b,)))
        return Entrywise(_product, parts, shape)
    raise CannotForm("the entrywise product of two matrices that are both met through products only")


def _inner(a: Any, b: Any, shape: tuple[int, int]) -> float:
    if isinstance(b, LowRank) and not isinstance(a, LowRank):
        a, b = b, a
    if isinstance(a, LowRank):
        if isinstance(b, LowRank):
            return float(a.c * b.c * np.sum((a.A @ b.A.T) * (a.B @ b.B.T)))
        return float(a.c * np.sum(a.A * b.apply(a.B)))
    product = _entrywise_product(a, b, shape)
    if isinstance(product, Entrywise):
        return product.total()
    return Structured(shape, (product,)).total()


def applied(function: Callable[..., Array], arguments: Sequence[Any], shape: tuple[int, int]) -> Structured:
    """f entry by entry of matrices and arrays that broadcast to ``shape``.  CannotForm where one holds a Gaussian."""
    for a in arguments:
        if isinstance(a, Structured) and not a.low_rank:
            raise CannotForm("an entrywise function of a Gaussian matrix would form it")
    return Structured(shape, (Entrywise(function, tuple(arguments), shape),))
