"""Exact moments and the Dyer-Gur-Ari study, as a program would ask for them.

``exact_moment`` reads a correlation function, checks the request, refuses what would not fit in memory
and returns an ``ExactMoment``; ``conjecture_rows`` (from :mod:`verifier.exact.enumeration`) decides
cluster graphs one at a time.  Nothing here prints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations_with_replacement
from math import log2
from typing import Any, Literal

from verifier.exact import alike, alike_size, written
from verifier.exact.correlation import Correlation, CorrelationError, HypernetworkTerm, parse
from verifier.exact.enumeration import ConjectureRow, conjecture_rows
from verifier.exact.estimate import (
    BASE_BYTES,
    BYTES_PER_STATE,
    MOST_STRANDS,
    MOST_TOUCHED,
    estimated_bytes,
    estimated_states_of_stars,
)
from verifier.exact.gram import completed_gram, parse_gram
from verifier.exact.hypernetwork import (
    HypernetworkMoments,
    Trunk,
    compositions,
    hypernetwork_moments_by_depth,
)
from verifier.exact.moments import (
    RELU_GRAM,
    Activation,
    Strands,
    evaluate,
    leading,
    polynomial,
    possible_layers,
    strands_of,
    symbolic,
    value,
)
from verifier.exact.transfer import StateLimitError, TransferMatrix
from verifier.exact.walk import WalkSearch, exponent
from verifier.verdict.display import line

__all__ = [
    "DEFAULT_MEMORY",
    "ConjectureRow",
    "CorrelationError",
    "ExactMoment",
    "conjecture_rows",
    "exact_moment",
    "leading_power",
    "local_slope",
    "parse_gram",
]

DEFAULT_MEMORY = 4_000_000_000
"""Bytes a moment may take unless the caller says otherwise."""


@dataclass(frozen=True, repr=False)
class ExactMoment:
    """An exact moment E[C^p].

    ``polynomial`` maps powers of the common hidden width n to coefficients (None when the widths are
    given separately or the Gram matrix is symbolic); ``monomials`` then maps monomials such as
    ``n1^-1 n2^-2 g[0,1]^2`` to coefficients.  ``values`` are the moment at given widths, ``slopes`` the
    local slopes of |E C^p|^{1/p} between n and 2n.
    """

    correlation: str
    depth: int
    activation: Activation
    moment: int
    polynomial: Mapping[int, Fraction] | None = None
    monomials: Mapping[str, Fraction] | None = None
    widths: tuple[int, ...] = ()
    value: Fraction | None = None
    values: Mapping[int, Fraction] = field(default_factory=dict)
    slopes: Mapping[int, float] = field(default_factory=dict)
    g_depth: int | None = None
    trunk: Trunk | None = None
    layers: tuple[int, ...] | None = None
    g_activation: Activation | None = None

    def __repr__(self) -> str:
        """``<E[(T(3))^2] = 60 n^-2 + …>``, the highest powers of n first."""
        power = "" if self.moment == 1 else f"^{self.moment}"
        return f"<{line(f'E[({self.correlation}){power}] = {self._terms()}', 190)}>"

    def _repr_latex_(self) -> str | None:
        """The polynomial; None where there is none in one width."""
        return None if self.polynomial is None else f"${written.latex(self.polynomial)}$"

    def _terms(self) -> str:
        if self.polynomial is not None:
            return written.text({f"n^{p}" if p else "": c for p, c in sorted(self.polynomial.items(), reverse=True)})
        return str(self.value) if self.monomials is None else written.text(self.monomials)

    @property
    def leading(self) -> tuple[int, Fraction] | None:
        """(power of n, coefficient) of the leading term; None if the moment vanishes identically."""
        return None if self.polynomial is None else leading(self.polynomial)

    @property
    def is_zero(self) -> bool:
        """Whether the moment vanishes at every width (at the given widths, if only those were asked)."""
        if self.polynomial is not None:
            return not self.polynomial
        if self.monomials is not None:
            return not self.monomials
        return self.value == 0

    def at(self, width: int) -> Fraction:
        """Return the moment with all hidden widths equal to ``width``."""
        if self.polynomial is None:
            raise CorrelationError("this moment is not a polynomial in one width")
        return evaluate(self.polynomial, width)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object; coefficients and values are strings ``p`` or ``p/q``."""
        data: dict[str, Any] = {
            "correlation": self.correlation,
            "depth": self.depth,
            "activation": self.activation,
            "moment": self.moment,
        }
        if self.g_depth is not None:
            data["g_depth"], data["trunk"], data["g_activation"] = self.g_depth, self.trunk, self.g_activation
        if self.layers is not None:
            data["layers"] = list(self.layers)
        if self.polynomial is not None:
            ordered = sorted(self.polynomial.items(), reverse=True)
            data["polynomial"] = {str(power): str(c) for power, c in ordered}
            lead = self.leading
            data["leading"] = lead and {"power": lead[0], "coefficient": str(lead[1])}
        if self.monomials is not None:
            data["monomials"] = {key: str(c) for key, c in self.monomials.items()}
        if self.widths:
            data["widths"] = list(self.widths)
        if self.value is not None:
            data["value"] = str(self.value)
        if len(self.values) > 1:
            data["values"] = {str(n): str(v) for n, v in self.values.items()}
        if self.slopes:
            data["slopes"] = {str(n): slope for n, slope in self.slopes.items()}
        return data


def local_slope(polynomial: Mapping[int, Fraction], width: int, moment: int = 1) -> float | None:
    """Return the slope of log |E C^p|^{1/p} in log n between ``width`` and twice it.

    None if either value is 0.  This is what a log-log fit over those two widths would report.
    """
    low, high = abs(evaluate(polynomial, width)), abs(evaluate(polynomial, 2 * width))
    if not low or not high:
        return None
    ratio = high / low
    # Numerator and denominator may exceed the range of a float; their logarithms do not.
    return (log2(ratio.numerator) - log2(ratio.denominator)) / moment


def _refuse_beyond(memory: int, estimates: Sequence[float], what: str) -> TransferMatrix:
    estimate = max(estimates, default=0.0)
    if estimate > memory:
        size = "far more than any machine has" if estimate > 1e15 else f"about {estimate / 1e9:.1f} GB"
        raise CorrelationError(f"{what} would need {size} of memory; the limit is {memory / 1e9:.1f} GB")
    return TransferMatrix(limit=max(1_000, int((memory - BASE_BYTES) / BYTES_PER_STATE)))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def exact_moment(
    correlation: str | Correlation | HypernetworkTerm,
    depth: int,
    *,
    g_depth: int | None = None,
    activation: Activation = "linear",
    moment: int = 1,
    width: int | Sequence[int] | None = None,
    widths: Sequence[int] | Literal["separate"] | None = None,
    gram: Mapping[tuple[str, str], Any] | Literal["symbolic"] | None = None,
    layers: Sequence[int] | None = None,
    trunk: Trunk = "shared",
    g_activation: Activation = "linear",
    memory: int = DEFAULT_MEMORY,
) -> ExactMoment:
    """Return E[C^moment] of a network of ``depth`` weight layers.

    ``correlation`` is a text, or a parsed object; K(r) needs ``g_depth`` = H (scalar g-layers, z = 1) and
    takes ``trunk`` and ``g_activation``.  Without ``gram`` every input label is one input with
    |x|^2 = n_0; with it (linear networks only) entries are x_i.x_j / n_0, or symbols.  ``width`` asks for
    values and local slopes with all hidden widths equal, ``widths`` for the value at separate hidden
    widths n_1, ..., n_{L-1}, or ("separate") for the polynomial in them.  ``layers`` gives the weight
    layer of every letter, in order of first appearance.  ``memory`` is in bytes.

    Raises ``CorrelationError`` for anything that cannot be read or does not fit together, and before any
    work if the estimated memory exceeds ``memory``.
    """
    if isinstance(correlation, str):
        correlation = parse(correlation)
    if depth < 1:
        raise CorrelationError(f"depth {depth}: a network has at least one layer")
    if moment < 1:
        raise CorrelationError(f"moment {moment}: it must be 1 or more")
    for name in (activation, g_activation):
        if name not in ("linear", "relu"):
            raise CorrelationError(f"activation {name!r}: it is 'linear' or 'relu'")
    shown_widths = tuple(width) if isinstance(width, Sequence) else () if width is None else (width,)
    for n in (*shown_widths, *(() if widths in (None, "separate") else widths or ())):
        if n != int(n) or n < 1:
            raise CorrelationError(f"width {n}: a hidden layer has a whole number of units, at least one")
    if shown_widths and widths is not None:
        raise CorrelationError("give either one width or separate widths, not both")
    if widths not in (None, "separate") and len(widths or ()) != depth - 1:
        given, wanted = _counted(len(widths or ()), "width"), _counted(depth - 1, "hidden layer")
        raise CorrelationError(f"{given} given: depth {depth} has {wanted}")
    if layers is not None:
        for layer in layers:
            if not 1 <= layer <= depth:
                raise CorrelationError(f"layer {layer}: depth {depth} has weight layers 1 to {depth}")
    about = ExactMoment(str(correlation), depth, activation, moment, layers=None if layers is None else tuple(layers))
    if isinstance(correlation, HypernetworkTerm):
        if widths is not None or gram is not None or layers is not None:
            raise CorrelationError("K(r) is computed at one input with all hidden widths equal")
        found = _hypernetwork(correlation, depth, g_depth, activation, moment, trunk, g_activation, memory)
        about = replace(about, g_depth=g_depth, trunk=trunk, g_activation=g_activation)
        return _finish(about, found, shown_widths)
    if g_depth is not None:
        raise CorrelationError("a depth of g makes sense for K(r) only")
    if gram is not None and activation != "linear":
        raise CorrelationError(RELU_GRAM)
    names = correlation.input_names
    if moment * len(correlation.factors) > MOST_STRANDS:
        raise CorrelationError(
            f"moment {moment} of {len(correlation.factors)} factors: at most {MOST_STRANDS} factors in all"
        )
    strands = strands_of(correlation, moment, layers=layers)
    # A moment that vanishes because the contractions do not fit into the layers costs nothing.
    numeric = widths is not None and widths != "separate"
    by_alike = widths is None and gram is None and alike.serves(strands)
    estimates = []
    if possible_layers(strands, depth):
        if by_alike:
            estimates = [alike_size.estimated_bytes(strands, depth)]
        else:
            estimates = [estimated_bytes(strands, None if numeric else depth)]
    matrix = _refuse_beyond(memory, estimates, f"E[({correlation})^{moment}]")
    entries = None if gram is None or gram == "symbolic" else completed_gram(gram, names)
    try:
        if gram == "symbolic" or widths == "separate":
            if gram is not None and gram != "symbolic":
                raise CorrelationError("separate symbolic widths go with a symbolic Gram matrix or none")
            terms = symbolic(
                strands,
                depth,
                activation,
                separate=widths == "separate",
                gram=gram == "symbolic",
                names=names,
                matrix=matrix,
            )
            return replace(about, monomials=written.monomials(terms))
        if widths is not None:
            hidden = tuple(int(n) for n in widths)
            return replace(about, widths=hidden, value=value(strands, hidden, activation, entries, names, matrix))
        if by_alike:
            limit = max(1_000, int((memory - BASE_BYTES) / alike_size.BYTES_PER_ENTRY))
            found = alike.polynomials_by_depth(strands, depth, activation, limit)[-1]
        else:
            found = polynomial(strands, depth, activation, entries, names, matrix)
    except StateLimitError as error:
        raise CorrelationError(
            f"E[({correlation})^{moment}] outgrew the memory limit of {memory / 1e9:.1f} GB: {error}"
        ) from error
    return _finish(about, found, shown_widths)


def leading_power(
    correlation: str | Correlation, depth: int | None = None, *, moment: int = 1, search: WalkSearch | None = None
) -> int | None:
    """Return the exact power of n of E[C^moment] without its polynomial; None if it is identically 0.

    Linear or ReLU network, one input, one output, equal widths; ``depth=None`` asks for all large depths.
    Reaches further than ``exact_moment`` (:mod:`verifier.exact.walk`), but gives no coefficient.
    """
    if isinstance(correlation, str):
        found = parse(correlation)
        if isinstance(found, HypernetworkTerm):
            raise CorrelationError("K(r) is a sum of correlation functions: ask for its moments instead")
        correlation = found
    if depth is not None and depth < 1:
        raise CorrelationError(f"depth {depth}: a network has at least one layer")
    return exponent(strands_of(correlation, moment), depth, search)


def _hypernetwork(
    term: HypernetworkTerm,
    depth: int,
    g_depth: int | None,
    activation: Activation,
    moment: int,
    trunk: Trunk,
    g_activation: Activation,
    memory: int,
) -> dict[int, Fraction]:
    r = term.order
    if g_depth is None:
        raise CorrelationError("K(r) needs the depth H of the implicit network g")
    if g_depth < 1:
        raise CorrelationError(f"g depth {g_depth}: the implicit network has at least one layer")
    what = f"E[({term})^{moment}] at H = {g_depth}"
    if r > g_depth * depth:
        return {}
    size = moment * (r + 1) * (g_depth if trunk == "shared" else 1)
    contracted = size if trunk == "shared" else moment * (min(r, depth) + 1)
    if contracted > MOST_TOUCHED or size > MOST_STRANDS:
        estimates = [float("inf")]
    elif trunk == "independent":
        labels = ((0, 0),) * (moment * (r + 1))
        a = min(r, depth)
        edges = tuple((c * (r + 1), c * (r + 1) + j, 0, 1) for c in range(moment) for j in range(1, a + 1))
        estimates = [estimated_bytes(Strands(labels, edges))]
    else:
        copy = {tuple(sorted(alpha)) for alpha in compositions(r, g_depth, depth)}
        if len(copy) ** moment > 10_000:
            estimates = [float("inf")]
        else:
            shapes = (sum(several, ()) for several in combinations_with_replacement(sorted(copy), moment))
            estimates = [BASE_BYTES + BYTES_PER_STATE * estimated_states_of_stars(shapes, size)]
    matrix = _refuse_beyond(memory, estimates, what)
    try:
        engine = HypernetworkMoments(depth, activation, matrix)
        return hypernetwork_moments_by_depth(
            r,
            g_depth,
            depth,
            moment=moment,
            activation=activation,
            trunk=trunk,
            g_activation=g_activation,
            engine=engine,
        )[-1]
    except StateLimitError as error:
        raise CorrelationError(f"{what} outgrew the memory limit of {memory / 1e9:.1f} GB: {error}") from error


def _finish(about: ExactMoment, found: Mapping[int, Fraction], shown_widths: tuple[int, ...]) -> ExactMoment:
    """The moment whose polynomial is ``found``, with its values and local slopes at widths."""
    values = {n: evaluate(found, n) for n in shown_widths}
    slopes = {n: slope for n in shown_widths if (slope := local_slope(found, n, about.moment)) is not None}
    return replace(
        about, polynomial=dict(sorted(found.items(), reverse=True)), values=values, slopes=slopes,
        value=values[shown_widths[0]] if len(shown_widths) == 1 else None,
    )  # fmt: skip
