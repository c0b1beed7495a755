"""pytest plugin: assert how random quantities scale, in a test.

    def test_update_is_small(scaling):
        scaling.assert_order(lambda n, samples, rng: my_samples(n, samples, rng), -1/2)

A sampler returns ``samples`` values at width ``n``, drawn with ``rng``.  Samples are doubled until the exponent
is decided; an undecided claim fails like a false one, with another message.  Seeds are fixed, so a test passes
or fails the same each time; ``--scaling-seed`` and ``@pytest.mark.scaling(seed=...)`` choose another.  The picture of
a failure is saved in ``--scaling-plots`` (pytest's cache, by default), named in the message, and attached to the
report of pytest-html.
"""

from __future__ import annotations

import base64
import math
import shlex
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from verifier.gating.assertions import DEFAULT_SEED, Scaling, ScalingError, assert_order

__all__ = ["DEFAULT_SEED", "Scaling", "ScalingError", "assert_order"]

_PROPERTY = "verifier-scaling"
_PICTURES = pytest.StashKey[list[Path]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("verifier", "orders of random quantities in the width")
    group.addoption("--scaling-seed", type=int, default=None, metavar="N", help="The seed of the scaling fixture.")
    group.addoption(
        "--scaling-plots", default=None, metavar="DIR", help="Where pictures of failures go; pytest's cache by default."
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "scaling(seed=N): the seed of this test's scaling fixture")
    seed = config.getoption("--scaling-seed")
    if seed is not None and seed < 0:
        raise pytest.UsageError(f"--scaling-seed {seed}: it must be at least 0")


@pytest.fixture
def scaling(request: pytest.FixtureRequest) -> Iterator[Scaling]:
    """Assertions about scaling with the width; see :class:`verifier.gating.assertions.Scaling`."""
    seed = _seed(request)
    name = request.node.nodeid
    found = Scaling(seed, name, f"pytest {shlex.quote(name)} --scaling-seed {seed}", _folder(request.config))
    request.node.stash[_PICTURES] = found.pictures
    yield found
    for label, decision in found.decisions:
        row = [label, decision.claimed, decision.estimate, decision.low, decision.high, decision.samples]
        word = f"{decision.verdict} ({decision.mark})" if decision.mark else str(decision.verdict)
        request.node.user_properties.append((_PROPERTY, [*row, word]))


def _folder(config: pytest.Config) -> Path | None:
    """Where pictures go; None where there is no cache either."""
    given = config.getoption("--scaling-plots")
    if given is not None:
        return Path(given)
    cache = getattr(config, "cache", None)
    return None if cache is None else Path(cache.mkdir("verifier-scaling"))


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the pictures of a failed test for pytest-html, where that is used."""
    report = yield
    pictures = item.stash.get(_PICTURES, [])
    if report.when == "call" and report.failed and pictures and item.config.pluginmanager.hasplugin("html"):
        from pytest_html import extras

        # Pictures are handed over in base 64; anything else is taken for a link.
        coded = [(path, base64.b64encode(path.read_bytes()).decode()) for path in pictures if path.is_file()]
        found = [extras.svg(text, name=path.stem) for path, text in coded]
        report.extras = [*getattr(report, "extras", []), *found]  # type: ignore[attr-defined]
    return report


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
