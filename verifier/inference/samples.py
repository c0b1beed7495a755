"""What a set of samples of X at one width is reduced to: counts and log-scale sums that merge exactly.

Exponents are read off log|X|, so everything is kept in log space: X of size n^-60 is as good as X of size 1.
A :class:`LogSample` is a bag of block summaries. Sums over blocks are taken with ``math.fsum``, which rounds
once and so does not depend on the order of its arguments: the order of merging cannot change a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from verifier.inference.controls import control_terms
from verifier.inference.sums import exact_sum

Array = npt.NDArray[np.float64]

#: Values of a block that are kept for the tests of whole laws (every value, up to this many).
KEEP = 65_536
_SMALLEST_NORMAL = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class Pooled:
    """What several widths' scatter was pooled from: degrees of freedom, (variance, degrees) of each half, the half.

    Without halves each width has a scatter of its own, and ``degrees`` are the fewest of them. A variance is that of
    residuals in units of the scatter that is expected of their width, whose square is ``factor``; ``share`` of an error
    rate is what an interval may use.
    """

    degrees: float
    halves: tuple[tuple[float, float], ...]
    half: int
    factor: float = 1.0
    share: float = 0.5


@dataclass(frozen=True)
class Moments:
    """A location on the log scale with the variance of one sample's influence on it.

    ``value`` estimates a functional of the law of X given X ≠ 0; its variance is ``variance / count``.  With a
    ``pool`` the variance is that of all widths together.
    """

    value: float
    variance: float
    count: int
    pool: Pooled | None = None


@dataclass(frozen=True)
class BlockSums:
    """Sums over a block: ``h`` is |X|^(1/2), ``g`` the normalised control, both over X ≠ 0."""

    count: int
    zeros: int
    positive: int
    invalid: int
    subnormal: int
    mean: float  # of log|X|, less the control variate if there is one
    squares: float  # Σ (that - mean)²
    log_h: float  # log Σ h
    log_hh: float  # log Σ h²
    log_g: float  # log Σ g
    log_gg: float  # log Σ g²
    log_hg: float  # log Σ h g
    controlled: bool
    kept: Array = field(compare=False, repr=False)  # log|X| (-inf at X = 0) of the kept samples
    kept_sign: npt.NDArray[np.int8] = field(compare=False, repr=False)

    @property
    def nonzeros(self) -> int:
        return self.count - self.zeros - self.invalid


@dataclass(frozen=True)
class LogSample:
    """Samples of X at one width, summarised on the log scale. Add two to merge them."""

    blocks: tuple[BlockSums, ...]

    @classmethod
    def from_values(
        cls,
        values: npt.ArrayLike,
        *,
        normals: npt.ArrayLike | None = None,
        coefficients: npt.ArrayLike | None = None,
        keep: int = KEEP,
    ) -> LogSample:
        """Summarise an array of samples.

        ``normals`` (samples, outputs) and ``coefficients`` (outputs,) switch the control variate on: see
        :mod:`verifier.inference.controls`. At most ``keep`` values, chosen by position, stay for tests of
        laws. Raises ValueError when an array is not one-dimensional or the control's shape does not match.
        """
        x = np.asarray(values, dtype=np.float64)
        if x.ndim != 1:
            raise ValueError(f"samples must be a one-dimensional array, not one of shape {x.shape}")
        size = np.abs(x)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(size)
        subnormal = int(np.count_nonzero((size > 0) & (size < _SMALLEST_NORMAL)))
        return cls._build(logs, np.sign(x), subnormal, normals, coefficients, keep)

    @classmethod
    def from_logs(
        cls,
        log_abs: npt.ArrayLike,
        signs: npt.ArrayLike | None = None,
        *,
        normals: npt.ArrayLike | None = None,
        coefficients: npt.ArrayLike | None = None,
        keep: int = KEEP,
    ) -> LogSample:
        """As :meth:`from_values`, from log|X| (``-inf`` is X = 0) and, optionally, the signs of X."""
        logs = np.asarray(log_abs, dtype=np.float64)
        if logs.ndim != 1:
            raise ValueError(f"samples must be a one-dimensional array, not one of shape {logs.shape}")
        sign = np.ones_like(logs) if signs is None else np.sign(np.asarray(signs, dtype=np.float64))
        if sign.shape != logs.shape:
            raise ValueError(f"signs have shape {sign.shape}, the logarithms {logs.shape}")
        return cls._build(logs, sign, 0, normals, coefficients, keep)

    @classmethod
    def from_pairs(cls, values: npt.ArrayLike, *, keep: int = KEEP) -> LogSample:
        """The differences X - X' of disjoint pairs: their scale is that of X's fluctuation."""
        return cls.from_values(pair_differences(values), keep=keep)

    @classmethod
    def _build(
        cls,
        logs: Array,
        signs: Array,
        subnormal: int,
        normals: npt.ArrayLike | None,
        coefficients: npt.ArrayLike | None,
        keep: int,
    ) -> LogSample:
        if keep < 1:
            raise ValueError(f"keep must be at least 1, not {keep}")
        if not logs.size:
            return cls(())
        bad = np.isnan(logs) | np.isposinf(logs)
        zero = np.isneginf(logs)
        live = ~(bad | zero)
        y = logs[live]
        log_h = _log_sum(y / 2)
        controlled = normals is not None or coefficients is not None
        if controlled:
            if normals is None or coefficients is None:
                raise ValueError("the control variate needs both normals and coefficients")
            shift, log_control = control_terms(normals, coefficients, logs.size)
            y_controlled, log_g = y - shift[live], log_control[live]
            sums = _log_sum(log_g), _log_sum(2 * log_g), _log_sum(y / 2 + log_g)
        else:  # g = 1
            y_controlled = y
            ones = math.log(y.size) if y.size else -math.inf
            sums = ones, ones, log_h
        mean, squares = _centred(y_controlled)
        # A stride is chosen by position and count alone, so what is kept is a fair subsample.
        step = -(-logs.size // keep)
        block = BlockSums(
            count=int(logs.size),
            zeros=int(np.count_nonzero(zero)),
            positive=int(np.count_nonzero(signs[live] > 0)),
            invalid=int(np.count_nonzero(bad)),
            subnormal=subnormal,
            mean=mean,
            squares=squares,
            log_h=log_h,
            log_hh=_log_sum(y),
            log_g=sums[0],
            log_gg=sums[1],
            log_hg=sums[2],
            controlled=controlled,
            kept=logs[::step],
            kept_sign=np.where(bad, 0.0, signs)[::step].astype(np.int8),
        )
        return cls((block,))

    def __add__(self, other: LogSample) -> LogSample:
        return LogSample(self.blocks + other.blocks)

    @property
    def count(self) -> int:
        return sum(b.count for b in self.blocks)

    @property
    def zeros(self) -> int:
        return sum(b.zeros for b in self.blocks)

    @property
    def nonzeros(self) -> int:
        return sum(b.nonzeros for b in self.blocks)

    @property
    def positive(self) -> int:
        return sum(b.positive for b in self.blocks)

    @property
    def invalid(self) -> int:
        return sum(b.invalid for b in self.blocks)

    @property
    def subnormal(self) -> int:
        return sum(b.subnormal for b in self.blocks)

    @property
    def zero_fraction(self) -> float:
        return self.zeros / self.count if self.count else math.nan

    def log_mean(self) -> Moments:
        """E[log|X| | X ≠ 0], with the control variate subtracted if there is one."""
        live = self._live()
        n = sum(b.nonzeros for b in live)
        means = {b.mean for b in live}
        # One mean is kept as it is, so that a constant stays one.
        mean = means.pop() if len(means) == 1 else math.fsum(b.nonzeros * b.mean for b in live) / n
        squares = math.fsum(b.squares for b in live)
        squares += math.fsum(b.nonzeros * (b.mean - mean) ** 2 for b in live)
        return Moments(mean, squares / (n - 1) if n > 1 else math.nan, n)

    def log_half(self) -> Moments:
        """2 log E[|X|^(1/2) | X ≠ 0], the logarithm of the L_{1/2} scale, with its delta-method variance.

        With a control g (mean one, by construction) the ratio mean(|X|^(1/2)) / mean(g) takes the place of
        mean(|X|^(1/2)): it has the same limit, and where |X| = Y g² with Y nearly constant almost no noise.
        """
        live = self._live()
        n = sum(b.nonzeros for b in live)
        h, hh = _merge([b.log_h for b in live]), _merge([b.log_hh for b in live])
        g, gg = _merge([b.log_g for b in live]), _merge([b.log_gg for b in live])
        hg = _merge([b.log_hg for b in live])
        # log E h - log E g; without a control every g is 1 and the second logarithm vanishes.
        value = 2 * (h - g)
        if self.log_mean().variance == 0:  # a constant, whose variance below would be that of rounding
            return Moments(value, 0.0, n)
        log_n = math.log(n)
        relative = math.exp(log_n + hh - 2 * h) + math.exp(log_n + gg - 2 * g) - 2 * math.exp(log_n + hg - h - g)
        return Moments(value, 4 * max(relative, 0.0) * n / (n - 1) if n > 1 else math.nan, n)

    def beyond(self, tolerance: float) -> int:
        """How many samples are larger than ``tolerance``; of the kept ones, where it is not 0."""
        if not tolerance:
            return self.nonzeros
        return sum(int(np.count_nonzero(b.kept > math.log(tolerance) + 1e-12)) for b in self.blocks)

    def logs(self) -> Array:
        """The kept log|X| of the samples that are not zero, in the order they came."""
        kept = np.concatenate([b.kept for b in self.blocks]) if self.blocks else np.empty(0)
        return np.asarray(kept[np.isfinite(kept)])

    def keys(self, log_scale: float, shift: float = 0.0) -> Array:
        """The kept samples of X / exp(log_scale) as numbers in the same order, zeros at 0, sorted.

        Only the order matters to a Kolmogorov-Smirnov distance; working on logarithms avoids underflow.  ``shift``
        moves each sample up, a positive one by the factor exp(shift), a negative one by exp(-shift).
        """
        sign = np.concatenate([b.kept_sign for b in self.blocks]).astype(np.float64)
        logs = np.concatenate([b.kept for b in self.blocks]) - log_scale + shift * sign
        keys = sign * _positive(logs)
        keys.sort()
        return keys

    def _live(self) -> list[BlockSums]:
        live = [b for b in self.blocks if b.nonzeros]
        if not live:
            raise ValueError("every sample is zero or invalid: the law of log|X| does not exist")
        if len({b.controlled for b in live}) > 1:
            raise ValueError("blocks with and without a control variate cannot be merged")
        return live


def rescaled(sample: LogSample, log_scale: float) -> LogSample:
    """The sample of X / exp(log_scale)."""
    return LogSample(
        tuple(
            replace(
                block,
                mean=block.mean - log_scale,
                log_h=block.log_h - log_scale / 2,
                log_hh=block.log_hh - log_scale,
                log_hg=block.log_hg - log_scale / 2,
                kept=block.kept - log_scale,
            )
            for block in sample.blocks
        )
    )


def _positive(logs: Array) -> Array:
    """log|X| ↦ l + sqrt(l² + 1): increasing, positive, 0 at -inf, and neither overflows nor loses digits."""
    finite = np.where(np.isneginf(logs), 0.0, logs)
    large = np.hypot(finite, 1.0) + np.abs(finite)
    return np.where(np.isneginf(logs), 0.0, np.where(finite < 0, 1 / large, large))


def pair_differences(values: npt.ArrayLike) -> Array:
    """X_1 - X_2, X_3 - X_4, … (an odd last sample is left out). Raises ValueError if not one-dimensional."""
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1:
        raise ValueError(f"samples must be a one-dimensional array, not one of shape {x.shape}")
    even = x.size - x.size % 2
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, and is reported as invalid later
        return x[:even:2] - x[1:even:2]


Samples = Mapping[int, "LogSample | npt.ArrayLike"] | Iterable[tuple[int, "LogSample | npt.ArrayLike"]]


def by_width(samples: Samples) -> tuple[tuple[int, ...], tuple[LogSample, ...]]:
    """Widths in increasing order and their samples, arrays summarised.

    Raises ValueError for a width that is not an integer from 1 to 2^53 or that occurs twice.
    """
    pairs = list(samples.items() if isinstance(samples, Mapping) else samples)
    found: dict[int, LogSample] = {}
    for width, sample in pairs:
        n = check_width(width)
        if n in found:
            raise ValueError(f"width {n} occurs twice: merge its samples first")
        found[n] = sample if isinstance(sample, LogSample) else LogSample.from_values(sample)
    widths = tuple(sorted(found))
    return widths, tuple(found[n] for n in widths)


def check_width(width: object) -> int:
    """``width`` as an int; ValueError unless it is an integer from 1 to 2^53."""
    try:
        n = int(width)  # type: ignore[call-overload]
        if isinstance(width, bool | str) or n != width:
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"width {width!r} is not an integer; widths are integers from 1 to 2^53") from None
    if not 1 <= n <= 2**53:
        raise ValueError(f"width {n} is out of range; widths are integers from 1 to 2^53")
    return n


def _centred(y: Array) -> tuple[float, float]:
    """Mean and centred sum of squares, independent of the order of ``y``."""
    if not y.size:
        return 0.0, 0.0
    low, high = float(y.min()), float(y.max())
    if low == high:  # exact, so that a constant is recognised as one
        return low, 0.0
    mean = exact_sum(y) / y.size
    return mean, exact_sum(np.square(y - mean))


def _log_sum(logs: Array) -> float:
    """log Σ exp(logs), independent of the order of ``logs``; -inf for none."""
    if not logs.size:
        return -math.inf
    top = float(logs.max())
    return top + math.log(exact_sum(np.exp(logs - top)))


def _merge(logs: list[float]) -> float:
    top = max(logs)
    return top + math.log(math.fsum(math.exp(v - top) for v in logs))
