"""Assertions about how random quantities scale: drawn by a sampler until they are decided, or from data that exist.

    Scaling().assert_order(lambda n, samples, rng: rng.standard_normal(samples) / n, -1)

A sampler returns ``samples`` values at width ``n``, drawn with ``rng`` alone, or a mapping of names to such values, and
then every name has a verdict of its own.  Nothing here needs pytest; its plugin makes a fixture of :class:`Scaling`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, Unpack

from verifier.fits.drawing import Drawing, cells_of, drawn, given

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from verifier.datafiles import Grouped, Layout
    from verifier.fits.groups import GroupFit
    from verifier.hunt.finding import Hunted
    from verifier.hunt.space import Space
    from verifier.inference import Decision

DEFAULT_SEED = 20201
#: Error rate of one assertion, a false failure or a false pass; few seeds are calibrated at 1e-3 and not below.
DEFAULT_ALPHA = 1e-6
FEW_ALPHA = 1e-3
DEFAULT_SAMPLES = 1 << 15
FEW_SAMPLES = 5
#: Widths of a hunt, which are those of a first look as well.
HUNTED_WIDTHS = (128, 413, 1150, 4690)

#: sampler(width, samples, rng): ``samples`` values of the quantity at this width, or {name: values}.
Sampler: TypeAlias = "Callable[[int, int, np.random.Generator], npt.ArrayLike | Mapping[str, npt.ArrayLike]]"
#: sampler(n, m, samples, rng), for two widths.
Sampler2: TypeAlias = "Callable[[int, int, int, np.random.Generator], npt.ArrayLike | Mapping[str, npt.ArrayLike]]"
Target: TypeAlias = float | str | Fraction
#: One target for all groups, or {group or pattern: target}.
Expect: TypeAlias = Target | Mapping[str, Target] | None


class Options(TypedDict, total=False):
    """What every assertion takes.

    ``margin``: room around the claim, 1/8 for exponents.  ``alpha``: the error rate, 1e-6 (1e-3 for few seeds).
    ``samples``: the most that a width may take, 32768 (for few seeds: how many there are, 5).  ``correction``: fit c in
    1 + c/n; None: where the widths are small.  ``seeds``: "few" accepts the verdicts of 3 to 127 samples a width, which
    are marked as such.  ``name``: what the assertion is called in messages.
    """

    margin: float | None
    alpha: float
    samples: int
    correction: bool | None
    seeds: Literal["many", "few"]
    name: str


class ScalingError(AssertionError):
    """The data contradict the claim, or do not decide it; ``decision`` says which, ``decisions`` of which group."""

    def __init__(self, message: str, decisions: Mapping[str, Decision]) -> None:
        super().__init__(message)
        self.decisions = dict(decisions)

    @property
    def decision(self) -> Decision | None:
        """That of the first group that is not as expected; None where it has too few widths for one."""
        return next(iter(self.decisions.values()), None)


@dataclass
class Scaling:
    """Assertions with one seed; what the ``scaling`` fixture gives.

    ``key`` tells this test's random streams from others'; ``reproduce`` is the line that failures end with; ``plots``
    the folder that pictures of failures are written to, if any.  Every assertion returns its decision (that of the
    first group where there are several), raises :class:`ScalingError`, an AssertionError, unless the data are
    consistent with the claim, and ValueError for bad arguments.
    """

    seed: int = DEFAULT_SEED
    key: str = field(default="", repr=False)
    reproduce: str = field(default="", repr=False)
    plots: Path | None = field(default=None, repr=False)
    decisions: list[tuple[str, Decision]] = field(default_factory=list, repr=False)  # a failure shows the fixture
    pictures: list[Path] = field(default_factory=list, repr=False)
    _count: int = field(default=0, repr=False)

    def assert_order(
        self, sampler: Sampler, exponent: Expect, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert X_n ~ n^exponent: X_n / n^exponent converges in law to a variable that is not 0.

        ``widths``: at least four; 128 … 131071 by default.
        """
        __tracebackhide__ = True
        return self._draw("order", sampler, exponent, widths, settings)

    def assert_upper(
        self, sampler: Sampler, exponent: Expect, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert X_n = O(n^exponent) in probability."""
        __tracebackhide__ = True
        return self._draw("upper", sampler, exponent, widths, settings)

    def assert_to_zero(
        self, sampler: Sampler, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert X_n → 0 in probability, as a power of n."""
        __tracebackhide__ = True
        return self._draw("to-zero", sampler, None, widths, settings)

    def assert_constant(
        self, sampler: Sampler, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert that X_n converges in probability to some constant."""
        __tracebackhide__ = True
        return self._draw("constant", sampler, None, widths, settings)

    def assert_variance(
        self, sampler: Sampler, exponent: Expect, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert Var X_n ~ n^exponent, on the scale of the law."""
        __tracebackhide__ = True
        return self._draw("variance", sampler, exponent, widths, settings)

    def assert_limit(
        self, sampler: Sampler, limit: Expect, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert E X_n → limit, within ``margin`` in the units of X (5 % of the limit)."""
        __tracebackhide__ = True
        return self._draw("limit", sampler, limit, widths, settings)

    def assert_zero(
        self, sampler: Sampler, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert X_n = 0: every sample is."""
        __tracebackhide__ = True
        return self._draw("zero", sampler, None, widths, settings)

    def assert_mean_zero(
        self, sampler: Sampler, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert E X_n = 0 at every width."""
        __tracebackhide__ = True
        return self._draw("mean-zero", sampler, None, widths, settings)

    def assert_symmetric(
        self, sampler: Sampler, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert P(X_n > 0 given X_n ≠ 0) = 1/2 at every width, as for an odd quantity."""
        __tracebackhide__ = True
        return self._draw("symmetric", sampler, None, widths, settings)

    def assert_atom(
        self, sampler: Sampler, probability: Expect, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert P(X_n = 0) = probability at every width."""
        __tracebackhide__ = True
        return self._draw("atom", sampler, probability, widths, settings)

    def assert_polynomial(
        self, sampler: Sampler, mean: Expect, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert that E X_n is an expression in n at every width, as in ``"3 + 2/n"``."""
        __tracebackhide__ = True
        return self._draw("polynomial", sampler, mean, widths, settings)

    def assert_mean_order(
        self, sampler: Sampler, exponent: Expect, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert E X_n ~ n^exponent."""
        __tracebackhide__ = True
        return self._draw("mean-order", sampler, exponent, widths, settings)

    def assert_variance_order(
        self, sampler: Sampler, exponent: Expect, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert E (X_n - E X_n)^2 ~ n^exponent, rare values included; :meth:`assert_variance` is about the law."""
        __tracebackhide__ = True
        return self._draw("variance-order", sampler, exponent, widths, settings)

    def assert_kappa4_order(
        self, sampler: Sampler, exponent: Expect, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert that the fourth cumulant of X_n is of order n^exponent."""
        __tracebackhide__ = True
        return self._draw("kappa4-order", sampler, exponent, widths, settings)

    def assert_remainder(
        self, sampler: Sampler, mean: Expect, widths: Sequence[int] | None = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert that E X_n is a term with a remainder, as in ``"3/n + O(n^-2)"``."""
        __tracebackhide__ = True
        return self._draw("remainder", sampler, mean, widths, settings)

    def assert_two_widths(
        self, sampler: Sampler2, exponents: Expect, widths: tuple[Sequence[int], Sequence[int]] | None = None,
        **settings: Unpack[Options],
    ) -> Decision:  # fmt: skip
        """Assert X ~ n^p m^q with ``exponents`` as in ``"-1,-1/2"``; ``widths`` are those of n and those of m."""
        __tracebackhide__ = True
        return self._draw("two-widths", sampler, exponents, widths, settings)

    def assert_kind(
        self, kind: str, sampler: Sampler, expect: Expect = None, widths: Sequence[int] | None = None,
        **settings: Unpack[Options],
    ) -> Decision:  # fmt: skip
        """Assert a claim of any kind that ``verifier fit --kind`` knows."""
        __tracebackhide__ = True
        return self._draw(kind, sampler, expect, widths, settings)

    def assert_data(
        self, data: Mapping[Any, Any], kind: str, expect: Expect = None, **settings: Unpack[Options]
    ) -> Decision:
        """Assert a claim about data that exist: {width: values} or {group: {width: values}}."""
        __tracebackhide__ = True
        request = self._request(kind, expect, settings)
        return self._conclude(request, given(data))

    def assert_file(
        self, path: str | Path, kind: str, expect: Expect = None, layout: Layout | None = None,
        **settings: Unpack[Options],
    ) -> Decision:  # fmt: skip
        """Assert a claim about a file as ``verifier fit`` reads it: ``layout`` names its columns."""
        __tracebackhide__ = True
        from verifier.datafiles import Layout, read_groups

        request = self._request(kind, expect, settings)
        return self._conclude(request, read_groups([Path(path)], Layout() if layout is None else layout))

    def hunt(
        self, sampler: Callable[..., Any], exponent: Target | None, space: Space, *, kind: str = "order",
        budget: float = 20.0, widths: Sequence[int] = HUNTED_WIDTHS, samples: int = 1 << 13, alpha: float = 1e-4,
    ) -> Hunted:  # fmt: skip
        """Look for the smallest instance of ``space`` at which X_n ~ n^exponent fails, and fail with it.

        ``sampler(n, rng, …)``, or with a parameter ``samples`` for an array of them, takes the axes of the space as
        keyword arguments.  ``kind``: "order", "upper" or "zero".  ``budget``: seconds of computing time, ``alpha``: the
        error rate of the whole hunt.  A budget that ends before all corners were tried fails, too.
        """
        __tracebackhide__ = True
        from verifier.hunt.of_function import of_function
        from verifier.hunt.run import hunt
        from verifier.report.hunt_text import lines, too_small

        self._count += 1
        target = of_function(sampler, exponent, space, kind=kind, widths=widths, samples=samples)
        found = hunt([target], budget=budget, seed=self.seed, alpha=alpha)
        if found.findings:
            told = [line for f in found.findings for line in (f.text, *(f"  {more}" for more in lines(f)[:-2]))]
            raise ScalingError("\n".join([*told, *([f"reproduce: {self.reproduce}"] if self.reproduce else [])]), {})
        if not found.corners_done:
            failed = found.counts["failed"]
            why = f"nothing could be looked at: {failed[0]['error']}" if found.blind and failed else too_small(found)
            raise ScalingError(why, {})
        return found

    def _request(self, kind: str, expect: Expect, settings: Options) -> _Request:
        self._count += 1
        return _request(kind, expect, settings, f"{kind} {self._count}")

    def _draw(self, kind: str, sampler: Any, expect: Expect, widths: Any, settings: Options) -> Decision:
        __tracebackhide__ = True
        request = self._request(kind, expect, settings)
        key = (self.key, str(self._count - 1))
        drawing = Drawing(cells_of(kind, widths), request.samples, request.few, self.seed, key)
        data, fits = drawn(drawing, sampler, lambda data, looks: request.decide(data, request.alpha / looks))
        return self._concluded(request, data, fits)

    def _conclude(self, request: _Request, data: Grouped) -> Decision:
        __tracebackhide__ = True
        return self._concluded(request, data, request.decide(data, request.alpha))

    def _concluded(self, request: _Request, data: Grouped, fits: Sequence[GroupFit]) -> Decision:
        """Note the decisions, and raise where one is not as expected."""
        __tracebackhide__ = True
        from verifier.fits.groups import by_interest
        from verifier.report.scaling_text import Asserted, failure

        for found in fits:
            if found.fitted is not None:
                label = f"{request.name}: {found.group.label}" if found.group.label else request.name
                self.decisions += [(label, decision) for decision in found.fitted.decisions]
        odd = [found for found in by_interest(fits) if not request.accepts(found)]
        if odd:
            picture = self._picture(request, data, fits)
            asserted = Asserted(request.name, request.kind, request.alpha, request.samples, self.seed, self.reproduce)
            raise ScalingError(
                failure(asserted, fits, odd, picture),
                {found.group.label: found.fitted.decisions[0] for found in odd if found.fitted is not None},
            )
        first = fits[0].fitted
        assert first is not None
        return first.decisions[0]

    def _picture(self, request: _Request, data: Grouped, fits: Sequence[GroupFit]) -> Path | None:
        """The picture of a failure; None where nothing can be drawn or no folder was given."""
        from verifier.report.fit_plot import DRAWN, save

        if self.plots is None or request.kind not in DRAWN:
            return None
        plain = "".join(c if c.isalnum() or c in "._-" else "-" for c in f"{self.key}-{request.name}".strip("-"))
        path = self.plots / f"{plain[-120:]}-{zlib.crc32(f'{self.key} {request.name}'.encode()):08x}.svg"
        try:
            self.plots.mkdir(parents=True, exist_ok=True)
            save(path, data, request.kind, fits)
        except (OSError, ValueError):
            return None  # a picture that fails must not hide why the test fails
        self.pictures.append(path)
        return path


def assert_order(
    sampler: Sampler,
    exponent: Expect,
    widths: Sequence[int] | None = None,
    *,
    seed: int = DEFAULT_SEED,
    **settings: Unpack[Options],
) -> Decision:
    """:meth:`Scaling.assert_order` without the fixture: in a script, or in a test that needs no summary."""
    __tracebackhide__ = True
    return Scaling(seed).assert_order(sampler, exponent, widths, **settings)


@dataclass(frozen=True)
class _Request:
    kind: str
    expect: tuple[str, ...]
    margin: float | None
    alpha: float
    samples: int
    correction: bool | None
    few: bool
    name: str

    def decide(self, data: Grouped, alpha: float) -> tuple[GroupFit, ...]:
        """The verdicts, in one look at level ``alpha``."""
        from verifier.fits.fitting import FitSettings
        from verifier.fits.groups import fit_groups

        return fit_groups(
            data, self.kind, self.expect,
            FitSettings(alpha=alpha, margin=self.margin, correction=self.correction, few=self.few),
        )  # fmt: skip

    def accepts(self, found: GroupFit) -> bool:
        return str(found.verdict) == "consistent"


def _request(kind: str, expect: Expect, settings: Options, name: str) -> _Request:
    unknown = sorted(set(settings) - set(Options.__annotations__))
    if unknown:
        raise TypeError(f"there is no setting {unknown[0]!r}; there are {', '.join(Options.__annotations__)}")
    seeds = settings.get("seeds", "many")
    if seeds not in ("many", "few"):
        raise ValueError(f"seeds is {seeds!r}; it is 'many' or 'few'")
    few = seeds == "few"
    request = _Request(
        kind, _targets(expect), settings.get("margin"), settings.get("alpha", FEW_ALPHA if few else DEFAULT_ALPHA),
        settings.get("samples", FEW_SAMPLES if few else DEFAULT_SAMPLES), settings.get("correction"), few,
        " ".join(settings.get("name", "").split()) or name,
    )  # fmt: skip
    if not 0 < request.alpha < 0.5:
        raise ValueError(f"alpha is {request.alpha:g}; it must lie above 0 and below 1/2")
    if request.samples < 1:
        raise ValueError(f"samples is {request.samples}; it must be at least 1")
    return request


def _targets(expect: Expect) -> tuple[str, ...]:
    """As ``--expect`` has them."""
    if expect is None:
        return ()
    if isinstance(expect, Mapping):
        return tuple(f"{label}={_target(target)}" for label, target in expect.items())
    return (_target(expect),)


def _target(target: Target) -> str:
    return target if isinstance(target, str) else str(target)
