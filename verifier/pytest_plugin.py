"""pytest plugin: assert the order of a random quantity in a test.

    def test_update_is_small(scaling):
        scaling.assert_order(lambda n, samples, rng: my_samples(n, samples, rng), -1/2)

A sampler returns ``samples`` values at width ``n``, drawn with ``rng``.  Samples are doubled until the exponent
is decided; an undecided claim fails like a false one, with another message.  Seeds are fixed, so a test passes
or fails the same each time; ``--scaling-seed`` and ``@pytest.mark.scaling(seed=...)`` choose another.
"""

from __future__ import annotations

import itertools
import math
import shlex
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from verifier.inference import Decision, LogSample

__all__ = ["Scaling", "ScalingError", "assert_order"]

DEFAULT_SEED = 20201
#: Error rate of one assertion, a false failure or a false pass.
DEFAULT_ALPHA = 1e-6
DEFAULT_SAMPLES = 1 << 15
FIRST_LOOK = 256
_PROPERTY = "verifier-scaling"

#: sampler(width, samples, rng): ``samples`` values of the quantity at this width.
Sampler = Callable[[int, int, "np.random.Generator"], "npt.ArrayLike"]


class ScalingError(AssertionError):
    """The samples contradict the claim, or do not decide it; ``decision`` says which."""

    def __init__(self, message: str, decision: Decision) -> None:
        super().__init__(message)
        self.decision = decision


@dataclass
class Scaling:
    """Assertions about orders, with one seed; what the ``scaling`` fixture gives.

    ``key`` tells this test's random streams from others'; ``reproduce`` is the line that failures end with.
    """

    seed: int = DEFAULT_SEED
    key: str = field(default="", repr=False)
    reproduce: str = field(default="", repr=False)
    decisions: list[tuple[str, Decision]] = field(default_factory=list, repr=False)  # a failure shows the fixture

    def assert_order(
        self,
        sampler: Sampler,
        exponent: float | str | Fraction,
        widths: Sequence[int] | None = None,
        *,
        margin: float = 0.125,
        alpha: float = DEFAULT_ALPHA,
        samples: int = DEFAULT_SAMPLES,
        correction: bool | None = None,
        name: str = "",
    ) -> Decision:
        """Assert X_n ~ n^exponent: X_n / n^exponent converges in law to a variable that is not 0.

        ``widths``: at least four; 128 … 131071 by default.  ``samples``: the most a width may take.
        ``correction``: fit c in 1 + c/n; None: where the widths are small.  Raises ScalingError, an
        AssertionError, unless the data are consistent with the claim; ValueError for bad arguments.
        """
        __tracebackhide__ = True
        return self._assert("order", sampler, exponent, widths, margin, alpha, samples, correction, name)

    def assert_upper(
        self,
        sampler: Sampler,
        exponent: float | str | Fraction,
        widths: Sequence[int] | None = None,
        *,
        margin: float = 0.125,
        alpha: float = DEFAULT_ALPHA,
        samples: int = DEFAULT_SAMPLES,
        correction: bool | None = None,
        name: str = "",
    ) -> Decision:
        """Assert X_n = O(n^exponent) in probability; the rest as :meth:`assert_order`."""
        __tracebackhide__ = True
        return self._assert("upper", sampler, exponent, widths, margin, alpha, samples, correction, name)

    def _assert(
        self, kind: str, sampler: Sampler, exponent: float | str | Fraction, widths: Sequence[int] | None,
        margin: float, alpha: float, samples: int, correction: bool | None, name: str,
    ) -> Decision:  # fmt: skip
        __tracebackhide__ = True
        from verifier.fitting import number
        from verifier.inference import DEFAULT_WIDTHS
        from verifier.verdict import NumericStatus

        claimed = number(exponent) if isinstance(exponent, str) else float(exponent)
        chosen = _checked_widths(DEFAULT_WIDTHS if widths is None else widths)
        label = name or f"{kind} {len(self.decisions) + 1}"
        request = _Request(kind, claimed, chosen, margin, alpha, samples, correction)
        decision, drawn = _decide(request, sampler, self.seed, (self.key, str(len(self.decisions))))
        self.decisions.append((label, decision))
        if decision.verdict is not NumericStatus.CONSISTENT:
            raise ScalingError(_message(label, request, decision, drawn, self.seed, self.reproduce), decision)
        return decision


def assert_order(
    sampler: Sampler,
    exponent: float | str | Fraction,
    widths: Sequence[int] | None = None,
    *,
    seed: int = DEFAULT_SEED,
    **settings: Any,
) -> Decision:
    """:meth:`Scaling.assert_order` without the fixture: in a script, or in a test that needs no summary."""
    __tracebackhide__ = True
    return Scaling(seed).assert_order(sampler, exponent, widths, **settings)


@dataclass(frozen=True)
class _Request:
    kind: str
    exponent: float
    widths: tuple[int, ...]
    margin: float
    alpha: float
    samples: int
    correction: bool | None


def _checked_widths(widths: Sequence[int]) -> tuple[int, ...]:
    from verifier.inference.gates import MIN_WIDTHS
    from verifier.inference.samples import check_width

    chosen = tuple(sorted(check_width(n) for n in widths))
    repeated = [n for n, after in itertools.pairwise(chosen) if n == after]
    if repeated:
        raise ValueError(f"width {repeated[0]} occurs twice")
    if len(chosen) < MIN_WIDTHS:
        raise ValueError(f"{len(chosen)} widths {list(chosen)}; at least {MIN_WIDTHS} are needed to fit an exponent")
    return chosen


def _decide(
    request: _Request, sampler: Sampler, seed: int, key: Sequence[str]
) -> tuple[Decision, dict[int, LogSample]]:
    """Draw and look, at sizes that double, until it is decided or the samples are used up."""
    __tracebackhide__ = True
    import numpy as np

    from verifier.inference import LogSample, Schedule, decide_order, decide_upper

    if request.samples < 1:
        raise ValueError(f"samples is {request.samples}; it must be at least 1")
    looks = max(1, math.ceil(math.log2(max(request.samples / FIRST_LOOK, 1))) + 1)
    plan = Schedule(min(FIRST_LOOK, request.samples), looks, request.samples)
    word = zlib.crc32("\n".join(key).encode())
    drawn: dict[int, LogSample] = {n: LogSample(()) for n in request.widths}
    decision: Decision | None = None
    while (size := plan.next_size(decision)) is not None:
        look = plan.look_at(size)
        for n in request.widths:
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(word, n, look))))
            fresh = size - drawn[n].count
            values = np.asarray(sampler(n, fresh, rng), dtype=np.float64)
            if values.shape != (fresh,):
                raise ValueError(f"the sampler returned shape {values.shape} at width {n}; ({fresh},) was asked for")
            drawn[n] = drawn[n] + LogSample.from_values(values)
        settings: dict[str, Any] = {
            "alpha": request.alpha, "margin": request.margin, "correction": request.correction,
            "looks": len(plan.sizes), "look": look,
        }  # fmt: skip
        decide = decide_order if request.kind == "order" else decide_upper
        decision = decide(drawn, request.exponent, **settings)
    assert decision is not None  # a plan has at least one look
    return decision, drawn


def _message(
    label: str, request: _Request, decision: Decision, drawn: dict[int, LogSample], seed: int, reproduce: str
) -> str:
    claim = f"X ~ n^{request.exponent:g}" if request.kind == "order" else f"X = O(n^{request.exponent:g})"
    lines = [f"{label}: {claim} is {decision.verdict}: {decision.reason}", "", "   width  samples  zeros  typical |X|"]
    for n, sample in drawn.items():
        live = sample.nonzeros > 0 and not sample.invalid
        typical = f"{math.exp(sample.log_mean().value):.4g}" if live else "-"
        lines.append(f"{n:8}  {sample.count:7}  {sample.zeros:5}  {typical:>11}")
    lines += ["", f"alpha {request.alpha:g}, margin {request.margin:g}, seed {seed}"]
    if decision.samples_needed and decision.samples_needed > request.samples:
        lines.append(f"about {decision.samples_needed} samples a width would decide: samples={decision.samples_needed}")
    if reproduce:
        lines.append(f"reproduce: {reproduce}")
    return "\n".join(lines)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("verifier", "orders of random quantities in the width")
    group.addoption("--scaling-seed", type=int, default=None, metavar="N", help="The seed of the scaling fixture.")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "scaling(seed=N): the seed of this test's scaling fixture")
    seed = config.getoption("--scaling-seed")
    if seed is not None and seed < 0:
        raise pytest.UsageError(f"--scaling-seed {seed}: it must be at least 0")


@pytest.fixture
def scaling(request: pytest.FixtureRequest) -> Iterator[Scaling]:
    """Assertions about orders in the width; see :class:`verifier.pytest_plugin.Scaling`."""
    seed = _seed(request)
    name = request.node.nodeid
    found = Scaling(seed, name, f"pytest {shlex.quote(name)} --scaling-seed {seed}")
    yield found
    for label, decision in found.decisions:
        row = [label, decision.claimed, decision.estimate, decision.low, decision.high, decision.samples]
        request.node.user_properties.append((_PROPERTY, [*row, str(decision.verdict)]))


def _seed(request: pytest.FixtureRequest) -> int:
    """The command line's seed, else the marker's, else the default."""
    given = request.config.getoption("--scaling-seed")
    if given is not None:
        return int(given)
    marker = request.node.get_closest_marker("scaling")
    if marker is None:
        return DEFAULT_SEED
    unknown = sorted(set(marker.kwargs) - {"seed"})
    seed = marker.kwargs.get("seed", DEFAULT_SEED)
    if unknown or marker.args or not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise pytest.UsageError(
            f"{request.node.nodeid}: @pytest.mark.scaling takes seed=N, an integer of at least 0, and nothing else"
        )
    return seed


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The exponents of all tests that used the fixture."""
    rows = [
        (report.nodeid, row)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "teardown"
        for name, row in report.user_properties
        if name == _PROPERTY
    ]
    if not rows:
        return
    terminalreporter.section("exponents")
    for nodeid, (label, claimed, estimate, low, high, samples, verdict) in rows:
        interval = "no estimate" if math.isnan(estimate) else f"{estimate:+.4f} [{low:+.4f}, {high:+.4f}]"
        terminalreporter.write_line(
            f"{verdict:12} {nodeid} {label}: claimed {claimed:+g}, found {interval}, {samples} samples a width"
        )
