"""Natural quantities: what people measure of wide networks, each with the exponent that it has.

Their laws are those of the quantities, or close to them, with the corrections and the scatter that they bring along:
norms and traces that concentrate, losses with a floor, spectral norms with corrections of n^-2/3, logits and kernel
entries, maxima over coordinates, discrete and clipped values, and rows that are not independent though they should be.
No rule of the gate was set on them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int, int], npt.ArrayLike]

#: Widths as people choose them.
GRIDS = (
    (64, 128, 256, 512, 1024),
    (128, 256, 512, 1024, 2048),
    (256, 512, 1024, 2048, 4096, 8192),
    (128, 413, 1150, 4690, 20_011, 131_071),
)


@dataclass(frozen=True)
class Natural:
    """A quantity: ``draw(generator, width, size)``, and what is true of it.

    ``kind`` and ``truth`` are the claim that holds; ``false`` are claims of the kind that do not hold, a quarter off
    and more.  ``note`` says what there is to it.
    """

    name: str
    draw: Draw
    truth: float
    kind: str = "order"
    false: tuple[float, ...] = ()
    note: str = ""

    @property
    def wrong(self) -> tuple[float, ...]:
        """Claims that are false."""
        if self.false:
            return self.false
        if self.kind == "limit":
            return self.truth * 0.75, self.truth * 1.25
        return self.truth + 0.25, self.truth - 0.25, self.truth + 0.5, self.truth - 0.5


def _chi(rng: np.random.Generator, degrees: float, size: int) -> Array:
    return np.sqrt(rng.chisquare(degrees, size) / degrees)


def _relu_norm(rng: np.random.Generator, n: int, size: int) -> Array:
    """2|relu(G)|²/n: a chi-squared of as many terms as units are active."""
    return np.asarray(2 * rng.chisquare(np.maximum(rng.binomial(n, 0.5, size), 1)) / n)


def _largest(rng: np.random.Generator, n: int, size: int, scale: Draw | None = None) -> Array:
    """The largest of n: from one uniform variable."""
    return np.asarray(rng.random(size) ** (1 / n))


def _max_coordinate(rng: np.random.Generator, n: int, size: int) -> Array:
    return np.asarray(special.ndtri((1 + _largest(rng, n, size)) / 2))


def _min_coordinate(rng: np.random.Generator, n: int, size: int) -> Array:
    return np.asarray(special.ndtri((1 + -np.expm1(-rng.exponential(size=size) / n)) / 2))


def _tracy_widom(rng: np.random.Generator, size: int) -> Array:
    """The Tracy-Widom law of order 1, as a shifted gamma law with its first three moments (Chiani, 2014)."""
    return np.asarray(rng.gamma(46.446, 0.186054, size) - 9.84801)


def _spectral(rng: np.random.Generator, n: int, size: int) -> Array:
    """The largest singular value of an n × n matrix of variance 1/n."""
    root = 2 * np.sqrt(n - 0.5)
    sigma = root * (2 / np.sqrt(n - 0.5)) ** (1 / 3)
    return np.asarray(np.sqrt(root**2 + sigma * _tracy_widom(rng, size)) / np.sqrt(n))


def _smallest(rng: np.random.Generator, n: int, size: int) -> Array:
    """n times the smallest singular value has P[> t] = exp(-t - t²/2) (Edelman, 1988)."""
    return np.asarray((np.sqrt(1 + 2 * rng.exponential(size=size)) - 1) / n)


def _accuracy(rng: np.random.Generator, n: int, size: int) -> Array:
    return np.asarray(rng.binomial(1000, np.clip(0.1 + 0.5 / np.sqrt(n), 0, 1), size) / 1000)


def _shared_pairs(rng: np.random.Generator, n: int, size: int) -> Array:
    """Runs five and five on one draw of the data, which is most of their scatter."""
    data = np.repeat(rng.standard_normal(-(-size // 5)), 5)[:size]
    return np.asarray(np.exp(0.2 * data + 0.05 * rng.standard_normal(size)))


def _one_network(rng: np.random.Generator, n: int, size: int) -> Array:
    """Coordinates of one network: their common scale is off by 1/sqrt(n / 4)."""
    return np.asarray(np.abs(rng.standard_normal(size)) * np.exp(rng.standard_normal() / np.sqrt(n / 4)))


def _steps(rng: np.random.Generator, n: int, size: int) -> Array:
    """Successive steps of one run: an autoregression with coefficient 0.9."""
    noise = rng.standard_normal(size) * np.sqrt(1 - 0.81)
    x = np.empty(size)
    x[0] = rng.standard_normal()
    for k in range(1, size):
        x[k] = 0.9 * x[k - 1] + noise[k]
    return np.exp(0.3 * x)


def _copies(rng: np.random.Generator, n: int, size: int) -> Array:
    return np.resize(np.exp(0.5 * rng.standard_normal(max(size // 10, 1))), size)


def _around(value: Callable[[float], float], spread: Callable[[float], float]) -> Draw:
    return lambda rng, n, size: value(float(n)) + spread(float(n)) * rng.standard_normal(size)


def _times(exponent: float, draw: Draw) -> Draw:
    return lambda rng, n, size: float(n) ** exponent * np.asarray(draw(rng, n, size))


def _product(factors: int) -> Draw:
    return lambda rng, n, size: np.prod(rng.standard_normal((factors, size)), axis=0)


def _gauss(rng: np.random.Generator, n: int, size: int) -> Array:
    return rng.standard_normal(size)


def naturals() -> tuple[Natural, ...]:
    """The quantities of the table of natural quantities."""

    def of(name: str, truth: float, draw: Draw, **more: Any) -> Natural:
        return Natural(name, draw, truth, **more)

    return (
        *_norms(of),
        *_spectra(of),
        *_losses(of),
        *_outputs(of),
        *_discrete(of),
        *_dependent(of),
    )


Of = Callable[..., Natural]


def _norms(of: Of) -> tuple[Natural, ...]:
    return (
        of("|G_n| / sqrt n", 0, lambda r, n, k: _chi(r, n, k)),
        of("|G_n|", 0.5, lambda r, n, k: np.sqrt(n) * _chi(r, n, k)),
        of("|relu(G_n)|² 2/n", 0, _relu_norm),
        of("the same after two layers", 0, lambda r, n, k: _relu_norm(r, n, k) * _relu_norm(r, n, k)),
        of("the same after eight layers", 0, lambda r, n, k: np.prod([_relu_norm(r, n, k) for _ in range(8)], axis=0)),
        of("mean |coordinate|", 0, _around(lambda n: 0.798, lambda n: 0.603 / np.sqrt(n))),
        of("Frobenius norm of an update", -0.5, lambda r, n, k: _chi(r, n * n, k) / np.sqrt(n)),
        of("trace of W Wᵀ / n", 0, lambda r, n, k: _chi(r, n * n, k) ** 2),
        of("|ΔW| / |W|", -0.5, lambda r, n, k: 0.1 * _chi(r, n, k) / np.sqrt(n)),
        of("gradient norm, standard", 0.5, lambda r, n, k: np.sqrt(n) * _chi(r, n, k) * np.abs(_gauss(r, n, k))),
        of("overlap of two unit vectors", -0.5, _times(-0.5, _gauss)),
        of("squared overlap", -1, lambda r, n, k: _gauss(r, n, k) ** 2 / n),
        of("norm with 1 + 2/sqrt n", 0, lambda r, n, k: (1 + 2 / np.sqrt(n)) * np.exp(0.1 * _gauss(r, n, k))),
        of("RMS of activations after training", 0, lambda r, n, k: (1 - 1.5 / np.sqrt(n)) * _chi(r, n / 4, k)),
    )


def _spectra(of: Of) -> tuple[Natural, ...]:
    return (
        of("spectral norm", 0, _spectral, note="corrections of n^-2/3"),
        of("spectral norm → 2", 2, _spectral, kind="limit"),
        of("smallest singular value", -1, _smallest),
        of("condition number", 1, lambda r, n, k: _spectral(r, n, k) / _smallest(r, n, k), note="heavy tail"),
        of("top eigenvalue of a Gram matrix", 0, lambda r, n, k: _spectral(r, n, k) ** 2),
        of("top eigenvalue, unscaled", 1, lambda r, n, k: n * _spectral(r, n, k) ** 2),
        of("sharpness with an outlier", 0, lambda r, n, k: 5 + 2 / np.sqrt(n) + 0.3 * _gauss(r, n, k)),
        of("effective rank", 1, lambda r, n, k: n * (0.5 + 0.4 / np.sqrt(n) + 0.02 * _gauss(r, n, k))),
    )


def _losses(of: Of) -> tuple[Natural, ...]:
    floor = _around(lambda n: 2 + 4 / np.sqrt(n), lambda n: 0.02)
    return (
        of("loss 2 + 4/sqrt n", 0, floor, note="a floor"),
        of("loss → 2", 2, floor, kind="limit"),
        of("loss 0.5 + 1/sqrt n", 0, _around(lambda n: 0.5 + 1 / np.sqrt(n), lambda n: 0.03)),
        of("loss 0.5 + 1/sqrt n → 0.5", 0.5, _around(lambda n: 0.5 + 1 / np.sqrt(n), lambda n: 0.03), kind="limit"),
        of("loss 1 + 2 n^-2/3", 0, _around(lambda n: 1 + 2 * n ** (-2 / 3), lambda n: 0.05)),
        of("excess loss 3 n^-1/2", -0.5, lambda r, n, k: 3 / np.sqrt(n) * np.exp(0.1 * _gauss(r, n, k))),
        of("excess loss n^-0.3", -0.3, lambda r, n, k: float(n) ** -0.3 * np.exp(0.05 * _gauss(r, n, k))),
        of("gap 0.3 + 1/n", 0, _around(lambda n: 0.3 + 1 / n, lambda n: 0.02)),
        of("gap, both signs", -0.5, lambda r, n, k: (1 + 1 / np.sqrt(n)) * _gauss(r, n, k) / np.sqrt(n)),
    )


def _outputs(of: Of) -> tuple[Natural, ...]:
    return (
        of("logit at initialisation", 0, lambda r, n, k: _chi(r, n, k) * _gauss(r, n, k)),
        of("the same, mup", -0.5, lambda r, n, k: _chi(r, n, k) * _gauss(r, n, k) / np.sqrt(n)),
        of("logit after a step, standard", 1, lambda r, n, k: n * _chi(r, n, k) ** 2 * 0.3 + _gauss(r, n, k)),
        of("attention logit q·k / sqrt d", 0, lambda r, n, k: _chi(r, n, k) * _gauss(r, n, k)),
        of("attention logit q·k / d", -0.5, lambda r, n, k: _chi(r, n, k) * _gauss(r, n, k) / np.sqrt(n)),
        of("tangent kernel entry", 0, _around(lambda n: 1 + 3 / n, lambda n: 2 / np.sqrt(n))),
        of("tangent kernel entry → 1", 1, _around(lambda n: 1 + 3 / n, lambda n: 2 / np.sqrt(n)), kind="limit"),
        of("change of the kernel in a step", -1, lambda r, n, k: _gauss(r, n, k) ** 2 * (1 + 5 / n) / n),
        of("product of four factors", -1, _times(-1, _product(4))),
        of("gradient with tails t(2)", -1, lambda r, n, k: r.standard_t(2, k) / n),
        of("largest coordinate, upper bound n^1/4", 0.25, _max_coordinate, kind="upper", false=(-0.25, -0.5)),
        of("smallest coordinate", -1, _min_coordinate),
        of("largest of n with tails t(3)", 1 / 3, _heavy_maximum, note="corrections of n^-2/3"),
        of("n² + 50 n operations", 2, lambda r, n, k: (n**2 + 50 * n) * np.exp(0.02 * _gauss(r, n, k)),
           note="a crossover width of 50"),
    )  # fmt: skip


def _heavy_maximum(rng: np.random.Generator, n: int, size: int) -> Array:
    return np.asarray(special.stdtrit(3, (1 + _largest(rng, n, size)) / 2))


def _discrete(of: Of) -> tuple[Natural, ...]:
    return (
        of("error rate of 1000 examples", 0, _accuracy, note="a floor of 0.1 and 0.5/sqrt n, a crossover width of 25"),
        of("active part of n units", 0, lambda r, n, k: r.binomial(n, 0.5, k) / n),
        of("active part of n units → 1/2", 0.5, lambda r, n, k: r.binomial(n, 0.5, k) / n, kind="limit"),
        of("dead units", 1, lambda r, n, k: r.binomial(n, 0.1, k)),
        of("kernel entry, one half zero", -1, lambda r, n, k: (r.random(k) < 0.5) * _gauss(r, n, k) / n),
        of("clipped norm", -0.5, lambda r, n, k: np.minimum(np.abs(_gauss(r, n, k)), 1) / np.sqrt(n)),
        of("rounded to three digits", 0, lambda r, n, k: np.round(1 + 0.1 * _gauss(r, n, k), 3)),
        of("parameters n² + n", 2, lambda r, n, k: np.full(k, n * n + n), note="no scatter"),
    )


def _dependent(of: Of) -> tuple[Natural, ...]:
    return (
        of("five runs on each draw of the data", 0, _shared_pairs, note="rows are dependent"),
        of("coordinates of one network", 0, _one_network, note="rows are dependent"),
        of("steps of one run", 0, _steps, note="rows are dependent"),
        of("ten copies of each run", 0, _copies, note="rows are dependent"),
    )
