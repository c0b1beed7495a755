"""Image completion, Section 1.2: what f is shown, operators on subsets, errors; and claims with their opposites.

Statistical tests have fixed seeds; for a fresh one the false-alarm rate of each is at most 1e-3.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from verifier.inference.trends import decide_above, decide_trend
from verifier.inputs.data import DATA, MEMORY, memory_limit, size_of
from verifier.networks.limits import Hyperkernel
from verifier.projects.project import default_project
from verifier.sampling.versions import version_of

SEED = 20201
completion = default_project().entry("image_completion")


def _module(name: str) -> ModuleType:
    """A module beside the shipped checks, as it was loaded for them."""
    assert completion.check is not None
    draw = completion.check.parts[0].quantity.draw
    return sys.modules[f"{draw.__module__.rpartition('.')[0]}.{name}"]  # type: ignore[attr-defined]


setup, check = _module("_completion"), _module("image_completion")


def small(task: str = "completion", **sizes: Any) -> Any:
    given = {"images": 6, "subsets": 3, "coordinates": 5, "features": 8, "tests": 4} | sizes
    return setup.problem(setup.Setting(task, **given), np.random.default_rng(SEED))


@pytest.mark.parametrize(("task", "hidden"), [("completion", 32), ("inpainting", 16)])
def test_hidden_pixels_are_not_shown_and_all_of_them_are_asked_for(task: str, hidden: int) -> None:
    given = small(task)
    assert (~given.shown).sum() == hidden
    assert not given.x[:, ~given.shown].any()
    np.testing.assert_allclose((given.x**2).mean(axis=1), 1.0)
    raw = given.truth * given.shown
    np.testing.assert_allclose(given.x * np.sqrt((raw**2).mean(axis=1, keepdims=True)), raw, atol=1e-12)
    assert len(given.hidden) == 4 * hidden
    assert set(given.hidden.place) == set(np.flatnonzero(~given.shown))
    np.testing.assert_array_equal(given.target, given.truth[-4:][:, ~given.shown])
    assert given.errors(given.labels(given.hidden)[:, 0]).tolist() == [0.0] * 4
    assert (given.errors(given.average()) > 0).all()


def test_subsets_have_images_of_their_own_and_so_many_coordinates_of_each() -> None:
    given = small()
    owners = [set(u.image) for u in given.trained]
    assert [len(o) for o in owners] == [6, 6, 6]
    assert len(set.union(*owners)) == 18
    for u in given.trained:
        assert len({(i, k) for i, k in zip(u.image, u.place, strict=True)}) == len(u) == 30
    assert not set(given.hidden.image) & set.union(*owners)
    assert len(setup.union(given)) == 90


def test_the_operators_are_those_of_plain_solutions() -> None:
    given, kernel = small(), Hyperkernel(3, 2)

    def plain(u: Any) -> np.ndarray:
        matrix = kernel.matrix(u) + 1e-2 * np.eye(len(u))
        return (kernel.matrix(given.hidden, u) @ np.linalg.solve(matrix, given.labels(u)))[:, 0]

    parts = setup.by_kernel(given, given.trained, 1e-2)
    for found, u in zip(parts, given.trained, strict=True):
        np.testing.assert_allclose(found, plain(u), rtol=1e-7, atol=1e-9)
    (whole,) = setup.by_kernel(given, [setup.union(given)], 1e-2)
    np.testing.assert_allclose(whole, plain(setup.union(given)), rtol=1e-7, atol=1e-9)
    assert np.abs(whole - np.mean(parts, axis=0)).max() > 1e-2  # the two are not the same


def test_features_are_of_mean_square_one_and_tell_channels_apart() -> None:
    z = setup.features((4, 4, 3), 4096, 2.0, np.random.default_rng(1))
    assert z.shape == (48, 4096)
    np.testing.assert_allclose((z**2).mean(axis=1), 1.0, atol=0.1)
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, k) for k in (4, 4, 3)], indexing="ij"), -1).reshape(-1, 3)
    distance = ((grid[:, None] - grid[None]) ** 2).sum(-1)
    np.testing.assert_allclose(z @ z.T / 4096, np.exp(-4 * distance / 2), atol=0.1)  # Eq. (65), of this frequency


def test_real_files_take_the_place_of_the_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    for name, count in (("train", 30), ("t10k", 5)):
        images, labels = rng.integers(0, 256, (count, 28, 28)), rng.integers(0, 10, count)
        for kind, values in (("images-idx3", images), ("labels-idx1", labels)):
            head = struct.pack(f">{1 + values.ndim}I", 0x800 + values.ndim, *values.shape)
            (tmp_path / f"{name}-{kind}-ubyte").write_bytes(head + values.astype(np.uint8).tobytes())
    monkeypatch.setenv(DATA, str(tmp_path))
    given = small(data="mnist")
    assert given.shape == (28, 28, 1)
    assert (~given.shown).sum() == 392
    with pytest.raises(ValueError, match="has no 300 images for training and 4 for tests"):
        small(data="mnist", images=100)


def test_memory_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MEMORY, "1.5G")
    assert memory_limit() == 1_500_000_000
    assert [size_of(text) for text in ("500M", "2gb", "4096")] == [500_000_000, 2_000_000_000, 4096]
    for text in ("-1G", "G", "1e30", "lots"):
        with pytest.raises(ValueError):  # noqa: PT011 - two sentences, of numbers and of sizes
            size_of(text)


def test_samples_are_stored_and_of_these_data() -> None:
    assert completion.check is not None
    for part in completion.check.parts:
        assert version_of(part.quantity.draw, declared=part.quantity.version)
        assert "digits" in part.quantity.version


def test_diverged_networks_are_worse_than_others() -> None:
    fine, lost = np.ones(3), np.array([1.0, np.nan, 1.0])
    assert check._or_diverged(lost, fine) > 13 > -13 > check._or_diverged(fine, lost)
    assert check._or_diverged(lost, lost) == 0.0


def drawn(quantity: Any, cells: list[dict[str, Any]], width: int, samples: int, **sizes: int) -> np.ndarray:
    shared = {name: cells[0][name] for name in quantity.shared} | sizes
    return np.asarray(quantity.draw(shared, cells, width, samples, np.random.default_rng(SEED)))


def test_kernel_regression_beats_the_mean_image_and_the_opposite_is_contradicted() -> None:
    found = drawn(check.gain, [{"task": "inpainting", "data": "digits"}], 80, 6)[:, 0]
    assert str(decide_above({80: found}, 0.0, margin=0.05).verdict) == "consistent"
    assert str(decide_above({80: -found}, 0.0, margin=0.05).verdict) == "contradicted"
    few = drawn(check.gain, [{"task": "inpainting", "data": "digits"}], 10, 6)[:, 0]
    assert str(decide_trend({10: few, 80: found}, +1, margin=0.05).verdict) == "consistent"
    assert str(decide_trend({10: few, 80: found}, -1, margin=0.05).verdict) == "contradicted"


@pytest.mark.slow
def test_one_large_solution_beats_the_mean_of_subsets_which_beats_one_of_them() -> None:
    cells = [{"task": "inpainting", "data": "digits", "subsets": 4, "worse": one, "better": two}
             for one, two in check.OPERATORS]  # fmt: skip
    found = drawn(check.split, cells, 20, 8, coordinates=12)
    for column in found.T[[0, 2]]:
        assert str(decide_above({20: column}, 0.0, margin=0.05).verdict) == "consistent"
        assert str(decide_above({20: -column}, 0.0, margin=0.05).verdict) == "contradicted"


def test_a_larger_rate_does_better_and_the_printed_rate_is_not_best() -> None:
    axes = {"task": "inpainting", "data": "digits", "images": 20, "steps": 60}
    cells = [{**axes, "worse": one, "better": two} for one, two in ((1, 2), (2, 1), (2, 0))]
    found = drawn(check.trained, cells, 32, 8)
    verdicts = [str(decide_above({32: column}, 0.0, margin=0.05).verdict) for column in found.T]
    assert verdicts == ["contradicted", "consistent", "consistent"]


def test_pictures_show_what_is_shown_and_what_is_true() -> None:
    given = small(images=8, subsets=2, tests=8)
    setting = setup.Setting("completion", images=8, subsets=2, coordinates=5)
    table = check._pictured(given, setting, 3, np.random.default_rng(0))
    assert len(table.rows) == 8
    assert table.columns[0] == "input"
    assert table.columns[-1] == "truth"
    for row in table.rows:
        shown, *middle, true = row.images
        np.testing.assert_array_equal(shown[:4], true[:4])
        assert not shown[4:].any()
        for image in middle:
            np.testing.assert_array_equal(image[:4], true[:4])
            assert (image[4:] != true[4:]).any()
    assert "two standard errors" in table.note


@pytest.mark.slow
def test_the_whole_check_resumes_after_a_kill_and_decides_every_claim(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "verifier", "check", "image_completion"]
    first = subprocess.Popen([*words, "-v"], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
                             start_new_session=True)  # fmt: skip
    assert first.stderr is not None
    try:
        assert any("cells decided" in line for line in first.stderr)  # reads as far as the first
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    second = subprocess.run([*words, "-v"], cwd=tmp_path, capture_output=True, text=True, check=False)
    kept = next(line for line in second.stderr.splitlines() if "blocks of samples were in the store" in line)
    assert int(kept.split()[0]) > 0, kept
    assert second.returncode == 0, second.stdout
    third = subprocess.run([*words, "--json", "-q"], cwd=tmp_path, capture_output=True, text=True, check=False)
    (statement,) = json.loads(third.stdout)["statements"]
    assert {c["id"].partition(".")[2]: c["numeric"] for c in statement["claims"]} == {
        "printed-rate": "contradicted", "rate": "consistent", "network": "consistent", "kernel": "consistent",
        "more-images": "consistent", "averaged": "consistent", "large": "consistent",
    }  # fmt: skip
