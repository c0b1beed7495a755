"""The pytest plugin, run by pytest on small test files of a user's.

Every assertion on true data is taken at alpha 1e-6 (the default) with a fixed seed, 20201 or the one named.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
import pytest

from verifier.pytest_plugin import DEFAULT_SEED, Scaling, ScalingError, assert_order

USER_FILE = '''
import pytest

def gaussian(n, samples, rng):
    return rng.standard_normal(samples) / n

def test_true(scaling):
    scaling.assert_order(gaussian, -1, name="update")
    scaling.assert_upper(gaussian, "-1/2", name="bound")

@pytest.mark.scaling(seed=5)
def test_false(scaling):
    assert scaling.seed == 5
    scaling.assert_order(gaussian, -0.5)

def test_raises(scaling):
    scaling.assert_order(lambda n, k, rng: 1 / 0, -1)

def test_other():
    pass
'''


def gaussian(n: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(samples) / n


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """pytest in ``folder``, with the plugin and no other configuration."""
    installed = any(entry.value == "verifier.pytest_plugin" for entry in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "verifier.pytest_plugin"]
    command = [sys.executable, "-m", "pytest", "--rootdir", str(folder), "-q", *plugin, *words]
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("user")
    (folder / "test_user.py").write_text(USER_FILE)
    done = run(folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "2 failed, 2 passed" in done.stdout
    return done.stdout


def test_a_failure_shows_the_table_and_the_line_that_reproduces_it(shown: str) -> None:
    assert "order 1: X ~ n^-0.5 is contradicted: the exponent lies in [" in shown
    assert "   width  samples  zeros  typical |X|" in shown
    assert "  131071      256      0" in shown
    assert "alpha 1e-06, margin 0.125, seed 5" in shown
    assert "reproduce: pytest test_user.py::test_false --scaling-seed 5" in shown
    assert "pytest_plugin.py:" not in shown  # our own frames are not the user's concern


def test_the_summary_lists_every_exponent(shown: str) -> None:
    lines = [line for line in shown.splitlines() if "samples a width" in line and "claimed" in line]
    assert len(lines) == 3
    assert lines[0].startswith("consistent   test_user.py::test_true update: claimed -1, found -")
    assert any(line.startswith("contradicted test_user.py::test_false") for line in lines)
    assert "ZeroDivisionError" in shown


def test_the_reproduce_line_reproduces(shown: str, tmp_path: Path) -> None:
    (tmp_path / "test_user.py").write_text(USER_FILE.replace("seed=5", "seed=6").replace("== 5", "== 5  # given"))
    again = run(tmp_path, "test_user.py::test_false", "--scaling-seed", "5").stdout
    wanted = next(line for line in shown.splitlines() if "is contradicted" in line)
    assert wanted in again.splitlines()


@pytest.mark.parametrize("mark", ["seed=-1", "seed='x'", "sed=1", "7"])
def test_a_bad_marker_is_a_usage_error_that_names_the_test(tmp_path: Path, mark: str) -> None:
    (tmp_path / "test_x.py").write_text(
        f"import pytest\n@pytest.mark.scaling({mark})\ndef test_it(scaling): pass\n"
    )
    done = run(tmp_path)
    assert done.returncode != 0
    assert "test_x.py::test_it: @pytest.mark.scaling takes seed=N" in done.stdout + done.stderr


def test_a_suite_without_the_fixture_shows_nothing_and_imports_nothing(tmp_path: Path) -> None:
    text = "import sys\ndef test_it(): assert not {'numpy', 'scipy', 'sympy'} & set(sys.modules)\n"
    (tmp_path / "test_x.py").write_text(text)
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "exponents" not in done.stdout


def test_true_claims_and_their_twins() -> None:
    decision = assert_order(gaussian, -1)
    assert decision.low < -1 < decision.high
    for false in (-0.5, -1.5, 0, "-3/4"):
        with pytest.raises(ScalingError, match="contradicted"):
            assert_order(gaussian, false)


def test_an_upper_bound_is_one_sided() -> None:
    Scaling().assert_upper(gaussian, -0.5)
    with pytest.raises(ScalingError, match=r"X = O\(n\^-1.5\) is contradicted"):
        Scaling().assert_upper(gaussian, -1.5)


def test_undecided_fails_and_says_how_many_samples_would_decide() -> None:
    noisy = lambda n, k, rng: np.exp(3 * rng.standard_normal(k)) / n  # noqa: E731
    with pytest.raises(ScalingError, match="is inconclusive") as caught:
        assert_order(noisy, -1, samples=512)
    needed = caught.value.decision.samples_needed
    assert needed is not None
    assert f"samples={needed}" in str(caught.value)
    assert str(assert_order(noisy, -1, samples=8 * needed).verdict) == "consistent"


def test_nan_is_invalid() -> None:
    with pytest.raises(ScalingError, match=r"is invalid: .* NaN or infinite"):
        assert_order(lambda n, k, rng: np.full(k, np.nan), -1)


def test_seeds_and_keys() -> None:
    def first(scaling: Scaling) -> float:
        return scaling.assert_order(gaussian, -1).estimate

    assert first(Scaling()) == first(Scaling(DEFAULT_SEED))
    assert first(Scaling(1)) != first(Scaling(2))
    assert first(Scaling(key="a")) != first(Scaling(key="b"))
    one = Scaling()
    assert first(one) != first(one)  # a second assertion has its own stream


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"widths": [10, 20, 30]}, r"3 widths \[10, 20, 30\]; at least 4"),
        ({"widths": [10, 20, 30, 30]}, "width 30 occurs twice"),
        ({"widths": [0, 20, 30, 40]}, "width 0 is out of range"),
        ({"widths": [1.5, 20, 30, 40]}, "width 1.5 is not an integer"),
        ({"samples": 0}, "samples is 0"),
        ({"alpha": 2}, "alpha is 2"),
        ({"margin": 0}, "margin is 0"),
    ],
)
def test_bad_arguments(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        assert_order(gaussian, -1, **settings)  # type: ignore[arg-type]


def test_bad_samplers_and_exponents() -> None:
    with pytest.raises(ValueError, match=r"returned shape \(3,\) at width 128; \(256,\) was asked for"):
        assert_order(lambda n, k, rng: np.zeros(3), -1)
    with pytest.raises(ValueError, match="'fast' is not a number"):
        assert_order(gaussian, "fast")
