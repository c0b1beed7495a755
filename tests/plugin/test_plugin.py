"""The pytest plugin, run by pytest on small test files of a user's.

Every assertion on true data is taken at alpha 1e-6 (the default) with a fixed seed, 20201 or the one named.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from verifier.gating.pytest_plugin import DEFAULT_SEED, Scaling, ScalingError, assert_order

USER_FILE = """
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
"""


def gaussian(n: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(samples) / n


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """pytest in ``folder``, with the plugin and no other configuration."""
    installed = any(entry.value == "verifier.gating.pytest_plugin" for entry in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "verifier.gating.pytest_plugin"]
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
    (tmp_path / "test_x.py").write_text(f"import pytest\n@pytest.mark.scaling({mark})\ndef test_it(scaling): pass\n")
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
    with pytest.raises(ValueError, match=r"at width 128 the sampler returned shape \(3,\); \(256,\) was asked for"):
        assert_order(lambda n, k, rng: np.zeros(3), -1)
    with pytest.raises(ValueError, match="'fast' is not a number"):
        assert_order(gaussian, "fast")


def around(mean: float, power: float) -> Any:
    return lambda n, k, rng: mean + rng.standard_normal(k) * float(n) ** power


def bernoulli(p: float) -> Any:
    return lambda n, k, rng: (rng.random(k) < p) * 1.0


#: kind, the assertion's name, its target if any, a sampler that obeys it, one that does not (the twin), settings
KINDS: list[tuple[str, str, tuple[Any, ...], Any, Any, dict[str, Any]]] = [
    ("order", "assert_order", (-1,), gaussian, around(0, -0.5), {}),
    ("upper", "assert_upper", ("-1/2",), gaussian, around(0, 0), {}),
    ("to-zero", "assert_to_zero", (), around(0, -0.5), around(0, 0.5), {}),
    ("constant", "assert_constant", (), around(1, -0.5), around(1, 0), {}),
    ("variance", "assert_variance", (-1,), around(3, -0.5), around(3, 0), {}),
    ("limit", "assert_limit", (2,), around(2, -0.5), around(2.5, -0.5), {}),
    ("zero", "assert_zero", (), lambda n, k, rng: np.zeros(k), gaussian, {}),
    ("mean-zero", "assert_mean_zero", (), around(0, 0), around(1, 0), {}),
    ("symmetric", "assert_symmetric", (), around(0, 0), around(1, 0), {}),
    ("atom", "assert_atom", (0.5,), bernoulli(0.5), bernoulli(0.9), {}),
    ("polynomial", "assert_polynomial", ("3 + 2/n",), lambda n, k, rng: 3 + 2 / n + rng.standard_normal(k) / 10,
     around(4, -0.5), {}),
    ("mean-order", "assert_mean_order", (-0.5,), lambda n, k, rng: (1 + rng.standard_normal(k) / 10) * n**-0.5,
     around(1, -1), {}),
    ("variance-order", "assert_variance_order", (-1,), around(3, -0.5), around(3, 0), {"samples": 1 << 17}),
    ("kappa4-order", "assert_kappa4_order", (-2,), lambda n, k, rng: rng.uniform(-1, 1, k) * n**-0.5,
     lambda n, k, rng: rng.uniform(-1, 1, k), {"samples": 1 << 17}),
    ("remainder", "assert_remainder", ("3/n + O(n^-2)",), lambda n, k, rng: (3 + rng.standard_normal(k) / 20) / n,
     lambda n, k, rng: (4 + rng.standard_normal(k) / 20) / n, {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "target", "law", "twin", "settings"), KINDS, ids=[k[0] for k in KINDS])
def test_every_kind_and_its_twin(
    kind: str, name: str, target: tuple[Any, ...], law: Any, twin: Any, settings: dict[str, Any]
) -> None:
    assert str(getattr(Scaling(), name)(law, *target, **settings).verdict) == "consistent"
    with pytest.raises(ScalingError, match="contradicted"):
        getattr(Scaling(), name)(twin, *target, **settings)
    assert str(Scaling().assert_kind(kind, law, *target, **settings).verdict) == "consistent"


def test_every_kind_has_an_assertion() -> None:
    from verifier.commands.fit import KINDS as NAMED
    from verifier.commands.fit import SIZES
    from verifier.fits.fitting import KINDS as KNOWN

    assert {kind for kind, *_ in KINDS} | {"two-widths"} == set(KNOWN)
    assert list(NAMED) == list(KNOWN)
    assert set(SIZES) < set(KNOWN)
    assert all(hasattr(Scaling, f"assert_{kind.replace('-', '_')}") for kind in KNOWN)


def test_two_widths() -> None:
    def law(n: int, m: int, samples: int, rng: np.random.Generator) -> np.ndarray:
        return rng.standard_normal(samples) / n / m**0.5

    Scaling().assert_two_widths(law, "-1,-1/2", samples=1 << 12)
    with pytest.raises(ScalingError, match="contradicted"):
        Scaling().assert_two_widths(law, "-1/2,-1/2", samples=1 << 12)


FEW_WIDTHS = [128, 256, 512, 1024, 2048]


def seeds(power: float) -> Any:
    """Scatter of 3 %, as coordinate checks have it."""
    return lambda n, k, rng: np.exp(0.03 * rng.standard_normal(k)) * float(n) ** power


def test_few_seeds_are_accepted_when_asked_and_not_otherwise() -> None:
    decision = Scaling().assert_order(seeds(0), 0, FEW_WIDTHS, seeds="few", samples=10)
    assert (decision.mark, decision.samples) == ("few seeds", 10)
    with pytest.raises(ScalingError, match=r"contradicted \(few seeds\)"):
        Scaling().assert_order(seeds(1), 0, FEW_WIDTHS, seeds="few")
    with pytest.raises(ScalingError, match=r"is inconclusive: .*128"):
        Scaling().assert_order(seeds(0), 0, FEW_WIDTHS, samples=10)
    with pytest.raises(ValueError, match="seeds is 'some'; it is 'many' or 'few'"):
        Scaling().assert_order(seeds(0), 0, FEW_WIDTHS, seeds="some")  # type: ignore[arg-type]


def test_data_that_exist() -> None:
    rng = np.random.default_rng(7)
    data = {name: {n: seeds(p)(n, 10, rng) for n in FEW_WIDTHS} for name, p in (("mlp", 0), ("readout", -0.5))}
    scaling = Scaling()
    scaling.assert_data(data["mlp"], "order", 0, seeds="few")
    scaling.assert_data(data, "order", {"mlp": 0, "readout": "-1/2"}, seeds="few")
    assert [label for label, _ in scaling.decisions] == ["order 1", "order 2: mlp", "order 2: readout"]
    with pytest.raises(ScalingError, match=r"readout: X ~ n\^0 is contradicted \(few seeds\)") as caught:
        scaling.assert_data(data, "order", 0, seeds="few")
    assert "1 of 2 groups are not as expected; as expected: mlp" in str(caught.value)
    assert set(caught.value.decisions) == {"readout"}
    with pytest.raises(ValueError, match="no group is called 'mpl'; did you mean 'mlp'"):
        scaling.assert_data(data, "order", {"mpl": 0, "readout": 0})
    for bad in ({}, {"a": {}}, {"a": {64: [[1]]}}, {64: [[1.0]]}):
        with pytest.raises(ValueError, match=r"shape|no data|width"):
            scaling.assert_data(bad, "order", 0)


def test_a_file(tmp_path: Path) -> None:
    from verifier.datafiles import Layout

    path = tmp_path / "x.csv"
    rng = np.random.default_rng(7)
    rows = [
        f"{n},{m},{x!r}" for m, p in (("a", 0), ("b", 1)) for n in FEW_WIDTHS for x in seeds(p)(n, 10, rng).tolist()
    ]
    path.write_text("\n".join(["width,module,value", *rows, ""]))
    layout = Layout(by=("module",))
    Scaling().assert_file(path, "order", {"a": 0, "b": 1}, layout, seeds="few")
    with pytest.raises(ScalingError, match=r"b: .*contradicted"):
        Scaling().assert_file(path, "order", 0, layout, seeds="few")
    with pytest.raises(ValueError, match="varies within width 128"):
        Scaling().assert_file(path, "order", 0, seeds="few")


def test_a_table_of_means(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("width,value,stderr\n" + "".join(f"{n},{n**-0.5},{0.01 * n**-0.5}\n" for n in FEW_WIDTHS))
    Scaling().assert_file(path, "order", "-1/2")
    with pytest.raises(ScalingError, match="is contradicted") as caught:
        Scaling().assert_file(path, "order", 0)
    assert "width         mean  standard error" in str(caught.value)


def test_a_group_of_few_widths_fails_although_the_others_are_as_expected() -> None:
    rng = np.random.default_rng(7)
    data = {"a": {n: seeds(0)(n, 10, rng) for n in FEW_WIDTHS}, "b": {128: [1.0, 1.1, 1.2]}}
    with pytest.raises(ScalingError, match=r"b: X ~ n\^0 is invalid: 1 width \(128\)") as caught:
        Scaling().assert_data(data, "order", 0, seeds="few")
    assert caught.value.decision is None


def test_a_sampler_of_several_quantities() -> None:
    def both(n: int, samples: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        x = rng.standard_normal(samples)
        return {"first": x / n, "second": x}

    scaling = Scaling()
    scaling.assert_order(both, {"first": -1, "second": 0})
    assert [label for label, _ in scaling.decisions] == ["order 1: first", "order 1: second"]
    with pytest.raises(ScalingError, match=r"order 2: second: X ~ n\^-1 is contradicted"):
        scaling.assert_order(both, -1)
    with pytest.raises(ValueError, match=r"returned \['a'\] at width 413 and \['b'\] before"):
        scaling.assert_order(lambda n, k, rng: {"b" if n == 128 else "a": rng.standard_normal(k)}, 0)


def test_a_sampler_that_ignores_its_generator_reproduces_nothing() -> None:
    shared = np.random.default_rng(3)
    with pytest.raises(ValueError, match="returned other numbers for the same rng at width 128"):
        assert_order(lambda n, k, rng: shared.standard_normal(k) / n, -1)


def test_a_sampler_that_repeats_itself_is_not_believed() -> None:
    """Twenty values, copied until they are enough: the interval would be too short by the root of the copies."""
    drawn: dict[int, np.ndarray] = {}

    def copies(n: int, k: int, rng: np.random.Generator) -> np.ndarray:
        if n not in drawn:
            drawn[n] = np.exp(0.8 * rng.standard_normal(20))
        return np.resize(drawn[n], k)

    with pytest.raises(ScalingError, match="rows look dependent"):
        assert_order(copies, 0)


def test_a_buffer_that_is_used_again_is_copied() -> None:
    buffer = np.empty(1 << 15)

    def reused(n: int, k: int, rng: np.random.Generator) -> np.ndarray:
        rng.standard_normal(out=buffer[:k])
        buffer[:k] /= n
        return buffer[:k]

    assert assert_order(reused, -1).estimate == assert_order(gaussian, -1).estimate


def test_a_name_is_one_line_of_the_summary() -> None:
    scaling = Scaling()
    scaling.assert_order(gaussian, -1, name="a|b % :: ,\nx")
    assert [label for label, _ in scaling.decisions] == ["a|b % :: , x"]


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(TypeError, match="there is no setting 'sample'; there are margin, alpha, samples"):
        assert_order(gaussian, -1, sample=5)  # type: ignore[call-arg]


def test_the_picture_of_a_failure_is_saved_and_named(shown: str, tmp_path: Path) -> None:
    assert "picture: " in shown
    (tmp_path / "test_user.py").write_text(USER_FILE)
    text = run(tmp_path, "--scaling-plots", "pictures").stdout
    path = Path(text.split("picture: ", 1)[1].split("\n", 1)[0].strip())
    assert (tmp_path / path).is_file()
    assert path.parent.name == "pictures"
    drawn = (tmp_path / path).read_text()
    assert drawn.startswith("<svg")
    assert "contradicted" in drawn
    assert len(list((tmp_path / "pictures").iterdir())) == 1  # of what failed by a verdict, and of nothing else


def test_pytest_html_has_the_picture(tmp_path: Path) -> None:
    pytest.importorskip("pytest_html")
    (tmp_path / "test_user.py").write_text(USER_FILE)
    run(tmp_path, "--html", "report.html")
    assert list(tmp_path.glob("assets/*.svg"))
    run(tmp_path, "--html", "other.html", "--self-contained-html", "-k", "test_false")
    assert "data:image/svg" in (tmp_path / "other.html").read_text()


def test_without_a_cache_there_is_no_picture_and_the_failure_is_the_same(shown: str, tmp_path: Path) -> None:
    (tmp_path / "test_user.py").write_text(USER_FILE)
    text = run(tmp_path, "-p", "no:cacheprovider").stdout
    assert "picture: " not in text
    wanted = next(line for line in shown.splitlines() if "is contradicted" in line)
    assert wanted in text.splitlines()


def test_the_examples_of_the_page_run() -> None:
    """docs/pytest.md: what it shows, as it is."""
    page = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    *blocks, hunting = blocks
    exec(hunting, {})  # its sampler is left to the reader: tests/hunt has one
    assert len(blocks) == 2
    for block in blocks:
        names: dict[str, Any] = {}
        exec(block, names)
        tests = [value for name, value in names.items() if name.startswith("test_")]
        assert len(tests) == 1
        tests[0](Scaling())
