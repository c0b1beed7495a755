"""Scan and measure on the parametrisations of examples/programs, at small widths; wrong claims are contradicted.

Seeds are fixed.  A verdict errs at 1e-3 by design; the seeds are those of the first run, and nothing was selected.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
jnp = jax.numpy

from scipy import stats  # noqa: E402

from verifier.fits.fitting import FitSettings  # noqa: E402
from verifier.programs import Program, measure, quantity, scan, width, zeros  # noqa: E402
from verifier.programs.recording import root_mean_square  # noqa: E402
from verifier.programs.structured import low_rank  # noqa: E402
from verifier.projects.loading import load_file  # noqa: E402
from verifier.verdict import NumericStatus  # noqa: E402

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "programs" / "coordinate.py"
WIDTHS = (128, 401, 1301, 4001, 12007)
n = width("n")

#: exponents of rms by name in the two parametrisations, [0] at the start: tensor programs; of grad, of the loss
THEORY = {
    "mup": {"h1": 0, "x1": 0, "h2": 0, "x2": 0, "error": 0, "grad f": 0, "grad in f": -1, "grad x2": -1,
            "grad h2": -1, "grad x1": -1, "grad in h2": -1.5, "grad h1": -1, "grad in h1": -1, "w": 0,
            "df": 0, "dh2": 0, "dh1": 0},
    "ntp": {"h1": 0, "x1": 0, "h2": 0, "x2": 0, "error": 0, "grad f": 0, "grad in f": -0.5, "grad x2": -0.5,
            "grad h2": -0.5, "grad x1": -0.5, "grad in h2": -1, "grad h1": -0.5, "grad in h1": -0.5, "w": 0,
            "f": 0, "df": 0, "dh2": -0.5, "dh1": -0.5},
}  # fmt: skip

#: exponents that 32 samples decide at these widths; the output's scatter is in all gradients of the second
DECIDED = {"mup": 50, "ntp": 35}
#: rows of which the theory above speaks; the output's first ones in μP are of another order than later ones
NAMED = {"mup": 52, "ntp": 56}


def program(name: str) -> Program:
    found = getattr(load_file(EXAMPLE), name)
    assert isinstance(found, Program)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", THEORY)
def test_exponents_of_all_intermediates(name: str) -> None:
    found = scan(program(name), widths=WIDTHS, samples=32)
    expected = [(row, THEORY[name].get(row.name.split("[")[0])) for row in found.rows]
    known = [(row, p) for row, p in expected if p is not None]
    assert len(found.rows) == 56
    assert len(known) == NAMED[name]
    for row, p in known:
        assert abs(row.exponent - p) < 0.15, row  # four standard errors of the least certain ones
        low, high = row.interval
        assert not (row.decided and high - low < 0.05) or abs(row.exponent - p) < 0.03, row
    assert sum(row.decided for row in found.rows) >= DECIDED[name]
    assert found.verdict is not NumericStatus.CONTRADICTED
    assert found.first_departure is None
    assert found.unmeasured == 3


def test_names_shapes_and_lines() -> None:
    found = scan(program("mup"), widths=WIDTHS[:4], samples=3)
    rows = {row.name: row for row in found.rows}
    lines = EXAMPLE.read_text().splitlines()
    for name, shape, text in (
        ("h1[1]", "(4, n)", "h1 = X @"), ("h2[3]", "(4, n)", "h2 = x1 @"), ("grad x1[2]", "(4, n)", "h2 = x1 @"),
        ("grad in h2[1]", "(n, n)", "h2 = x1 @"), ("w[2]", "(n, 2)", "w = {k"), ("f[4]", "(4,)", "f = x2"),
        ("df", "()", "df, dh2, dh1 ="),
    ):  # fmt: skip
        file, number = rows[name].line.split(":")
        assert file == "coordinate.py"
        assert text in lines[int(number) - 1], (name, number)
        assert rows[name].shape == shape
    assert [row.name for row in found.rows if row.returned] == ["df", "dh2", "dh1"]


def test_wrong_claims_are_contradicted_and_the_first_is_named() -> None:
    lazy_training = scan(program("mup"), ["dh2=-1/2", "dh1=-1/2", "df=0"], widths=WIDTHS, samples=32)
    assert lazy_training.verdict is NumericStatus.CONTRADICTED
    assert lazy_training.first_departure is not None
    assert lazy_training.first_departure.name == "dh2"  # made before dh1
    standard = scan(program("sp"), "mup", widths=WIDTHS, samples=32)
    assert standard.first_departure is not None
    assert standard.first_departure.name == "w[1]"  # the readout, which one step makes as large as √n
    measured = measure(program("mup"), ["dh1=0", "dh2=-1/2", "df=1/2"], widths=WIDTHS, samples=32)
    assert {f.group.label: str(f.verdict) for f in measured.fits} == {
        "dh1": "consistent", "dh2": "contradicted", "df": "contradicted",
    }  # fmt: skip
    assert measured.verdict is NumericStatus.CONTRADICTED


def test_the_table_mup_holds_of_mup() -> None:
    found = scan(program("mup"), "mup", widths=WIDTHS, samples=32)
    claims = [row for row in found.rows if row.expect is not None]
    assert {row.kind for row in claims} == {"order", "upper"}
    assert not any(row.backward for row in claims)
    assert found.first_departure is None
    assert sum(row.verdict is NumericStatus.CONSISTENT for row in claims) >= len(claims) - 1 == 31


@pytest.mark.slow
def test_declared_expectations_are_used_and_replaced() -> None:
    few = {"widths": WIDTHS, "samples": 32}
    declared = measure(program("mup"), **few)
    assert [fit.expect for fit in declared.fits] == ["0", "0", "0"]
    assert declared.verdict is NumericStatus.CONSISTENT
    replaced = measure(program("mup"), "-1/2", **few)
    assert [str(fit.verdict) for fit in replaced.fits] == ["contradicted"] * 3


def test_the_transpose_is_of_the_same_matrix() -> None:
    """E |WᵀWx|²/n → 2 for entries of variance 1/n; with a second matrix in the place of Wᵀ it is 1."""

    @quantity(weights={"A": (n, n), "B": (n, n), "x": (n,)})
    def back(w: Any) -> Any:
        x = w["x"] / jnp.sqrt(jnp.mean(w["x"] ** 2))
        y = w["A"] @ x / jnp.sqrt(len(x))
        tied, free = (jnp.mean((M @ y) ** 2) / len(x) for M in (w["A"].T, w["B"]))
        return {"tied": tied, "free": free}

    both = measure(back, ["tied=2", "free=1"], "limit", widths=WIDTHS)
    assert both.verdict is NumericStatus.CONSISTENT
    swapped = measure(back, ["tied=1", "free=2"], "limit", widths=WIDTHS)
    assert [str(fit.verdict) for fit in swapped.fits] == ["contradicted"] * 2


def test_a_declared_claim_of_another_kind_is_measured_and_is_no_exponent_of_a_scan() -> None:
    declare = quantity(weights={"x": (n,)}, kind="limit", expect={"size": 3})
    three = declare(lambda w: {"size": 3 * jnp.mean(w["x"] ** 2)})
    found = measure(three, widths=WIDTHS)
    assert (found.kind, found.verdict) == ("limit", NumericStatus.CONSISTENT)
    one = declare(lambda w: {"size": jnp.mean(w["x"] ** 2)})
    assert measure(one, widths=WIDTHS).verdict is NumericStatus.CONTRADICTED
    assert [fit.expect for fit in measure(one, 0, "order", widths=WIDTHS).fits] == ["0"]
    assert measure(one, kind="constant", widths=WIDTHS).fits[0].expect is None
    assert [row.expect for row in scan(three, widths=WIDTHS, samples=8).rows] == [None]
    with pytest.raises(ValueError, match="there is no kind 'size' of claims; there are order, upper"):
        quantity(weights={"x": (n,)}, kind="size")(lambda w: w["x"].mean())


def test_a_branch_that_some_samples_take_has_no_verdict() -> None:
    @quantity(weights={"W": (n, n), "x": (n,)})
    def forked(w: Any) -> Any:
        y = w["W"] @ w["x"]
        z = jax.lax.cond(y[0] > 0, lambda y: 2 * y, jnp.sin, y)
        return jnp.mean(z**2)

    found = scan(forked, "1/2", widths=WIDTHS[:4], samples=8)
    rows = {row.name: row for row in found.rows}
    assert rows["y"].verdict is not NumericStatus.INVALID
    assert {row.problem for name, row in rows.items() if name.startswith("z")} == {
        "it is made in some samples only: a branch decides"
    }
    assert found.not_finite == ""
    assert found.verdict is NumericStatus.INVALID


def test_whole_numbers_are_numbers() -> None:
    @quantity(weights={"x": (n,)})
    def count(w: Any) -> Any:
        return jnp.sum(w["x"] > 0)

    assert scan(count, 1, widths=WIDTHS[:4], samples=32).verdict is NumericStatus.CONSISTENT
    assert scan(count, 0, widths=WIDTHS[:4], samples=32).verdict is NumericStatus.CONTRADICTED


@pytest.mark.slow
def test_samples_have_the_law_of_dense_runs() -> None:
    """Two-sample Kolmogorov–Smirnov tests at n = 32, three of them, each at 1e-8 (seeds 1 and 2)."""
    chosen = program("mup")
    lazy = chosen.sample(32, 400, seed=1)
    run = jax.jit(jax.vmap(chosen.function))
    rng = np.random.default_rng(2)
    weights = {k: rng.standard_normal((400, *shape)) for k, shape in chosen.shapes(32).items()}
    with jax.enable_x64(True):
        dense = run({k: jnp.asarray(w) for k, w in weights.items()})
    for name, values in lazy.items():
        assert stats.ks_2samp(values, np.asarray(dense[name])).pvalue > 1e-8
        assert stats.ks_2samp(2 * values, np.asarray(dense[name])).pvalue < 1e-8


def test_a_long_axis_that_does_not_grow_is_no_width() -> None:
    data = np.random.default_rng(0).standard_normal((150, 3))

    @quantity(weights={"W": (n, n), "W1": (n, 3), "b": zeros(n)}, data=(data,))
    def norm(w: Any, X: Any) -> Any:
        h = jnp.tanh(X @ w["W1"].T + w["b"])
        h = h @ w["W"].T / jnp.sqrt(w["b"].shape[0])
        return jnp.mean(h**2)

    found = scan(norm, 0, widths=WIDTHS[:4], samples=8)
    assert {row.shape for row in found.rows} == {"(150, n)", "()"}
    assert found.verdict is NumericStatus.CONSISTENT
    assert norm.sample(30, 3)["norm"].shape == (3,)  # also where n is the shorter one


def test_names_of_statements(tmp_path: Path) -> None:
    """What is assigned, over several lines and in parts; of what is returned, the function's name."""
    (tmp_path / "names.py").write_text(
        "import jax.numpy as jnp\nfrom verifier.programs import quantity, width\nn = width('n')\n"
        "def inner(x):\n    def most(y):\n        return jnp.cos(y)\n    return sum(most(x) for _ in range(1)) + x\n"
        "@quantity(weights={'x': (n,)})\ndef f(w):\n    a, b = jnp.sin(w['x']), jnp.tan(\n        w['x'])\n"
        "    c: object = inner(a) * b\n    c += 1\n    return jnp.mean(c ** 2)\n"
    )
    rows = scan(load_file(tmp_path / "names.py").f, widths=(20, 30, 40, 50), samples=2).rows
    assert [(row.name, row.line.split(":")[1]) for row in rows if not row.mean] == [
        ("a, b[1]", "10"), ("a, b[2]", "10"), ("most", "6"), ("inner", "7"), ("c[1]", "12"), ("c[2]", "13"),
        ("f", "14"),
    ]  # fmt: skip


def test_a_mean_that_is_not_small_has_a_row() -> None:
    """n^-1/4 + tanh of a Gaussian: the rms does not tell that its mean falls; of tanh alone the mean is small."""

    @quantity(weights={"x": (n,)})
    def shifted(w: Any) -> Any:
        h = jnp.tanh(w["x"])
        y = h + w["x"].shape[0] ** -0.25
        s = jnp.abs(h)
        return jnp.mean(y * s)

    rows = {row.name: row for row in scan(shifted, widths=(128, 448, 1216, 4672), samples=128).rows}
    assert rows["mean y"].interval[0] < -0.25 < rows["mean y"].interval[1] < -0.125
    assert abs(rows["y"].exponent) < 0.05
    assert abs(rows["mean s"].exponent) < 0.02
    assert "mean h" not in rows
    assert rows["mean y"].mean
    assert rows["mean y"].expect is None
    assert rows["mean y"].as_dict()["mean"]


def test_names_of_what_is_returned() -> None:
    def named(value: Any) -> list[str]:
        return list(quantity(weights={"x": (n,)}, name="q")(lambda w: value(w["x"])).outputs(20))

    assert named(lambda x: x.sum()) == ["q"]
    assert named(lambda x: (x.sum(), {"a": x.max()})) == ["q[0]", "q[1.a]"]
    assert named(lambda x: {"b": x.sum(), "a": [x.max(), x.min()]}) == ["a.0", "a.1", "b"]
    pair = quantity(weights={"x": (n,)}, name="q")(lambda w: jnp.stack([w["x"].sum(), w["x"].max()]))
    assert [g.label for g in measure(pair, 0, widths=(20, 30, 40, 50), samples=3).data.groups] == ["q[0]", "q[1]"]


def test_one_seed_gives_one_result_and_longer_runs_begin_alike() -> None:
    chosen = program("mup")
    first, second, other = (chosen.sample(200, k, seed=s)["df"] for k, s in ((5, 3), (8, 3), (5, 4)))
    np.testing.assert_array_equal(first, second[:5])
    assert not np.any(first == other)


def test_what_is_the_same_number_in_all_samples_is_decided() -> None:
    """A normalised vector has rms 1, and n times it rms n, without any scatter."""

    @quantity(weights={"x": (n,)})
    def normed(w: Any) -> Any:
        unit = w["x"] / jnp.sqrt(jnp.mean(w["x"] ** 2))
        large = w["x"].shape[0] * unit
        return {"one": jnp.mean(unit**2), "many": jnp.mean(large**2)}

    found = scan(normed, ["unit=0", "large=1", "one=0", "many=2"], widths=WIDTHS[:4], samples=4)
    assert [str(row.verdict) for row in found.rows] == ["consistent"] * 4
    wrong = scan(normed, ["unit=0", "large=0"], widths=WIDTHS[:4], samples=4)
    assert wrong.first_departure is not None
    assert wrong.first_departure.name == "large"


def test_zero_is_neither_consistent_nor_an_exponent() -> None:
    @quantity(weights={"x": (n,)})
    def cancelled(w: Any) -> Any:
        gone = w["x"] - w["x"]
        return jnp.mean(gone**2) + jnp.mean(w["x"] ** 2)

    found = scan(cancelled, "gone=0", widths=WIDTHS[:4], samples=4)
    assert found.rows[0].problem == "it is exactly zero in every sample"
    assert found.verdict is NumericStatus.INVALID


@pytest.mark.slow
def test_settings_reach_the_gate() -> None:
    found = scan(program("mup"), widths=WIDTHS, samples=32, settings=FitSettings(margin=0.01))
    assert found.verdict is NumericStatus.INCONCLUSIVE


def test_root_mean_square() -> None:
    rng = np.random.default_rng(5)
    A, B = rng.standard_normal((30, 3)), rng.standard_normal((20, 3))
    both = low_rank(A, B).plus(low_rank(B[:1].repeat(30, 0), A[:20]).scaled(-2.0))
    full = A @ B.T - 2 * B[:1].repeat(30, 0) @ A[:20].T
    assert root_mean_square(both) == pytest.approx(np.sqrt(np.mean(full**2)), rel=1e-12)
    assert root_mean_square(np.full(9, 1e300)) == pytest.approx(1e300)
    assert root_mean_square(np.full(9, 1e-300)) == pytest.approx(1e-300)
    assert root_mean_square(np.zeros(3)) == 0
    assert root_mean_square(np.array([True])) is None
    assert np.isnan(root_mean_square(np.array([np.nan, 1.0])) or 0.0)


def test_a_loop_over_layers_has_a_row_for_each_layer() -> None:
    """The loop is one statement; an execution of it is told from the next, forward and backward."""

    @quantity(weights={"E": (n, 2), "A": (n, n), "B": (n, n), "V": (n,)})
    def deep(w: Any) -> Any:
        size = w["V"].shape[0]

        def net(w: Any) -> Any:
            h = jnp.ones((4, 2)) @ w["E"].T
            for name in "AB":
                h = jnp.tanh(h @ w[name].T / jnp.sqrt(size))
            for _ in range(2):
                u = h = jnp.exp(-h)
            return u @ w["V"] / size

        start = net(w)
        g = jax.grad(lambda w: jnp.mean(net(w) ** 2))(w)
        return jnp.mean(start**2) + jnp.mean(g["V"] ** 2) + jnp.mean(g["E"] ** 2)

    rows = [row for row in scan(deep, widths=WIDTHS[:4], samples=3).rows if not row.returned]
    assert [r.name for r in rows if r.name.startswith("h")] == ["h[1]", "h[2]", "h[3]"]
    assert [r.name for r in rows if r.name.startswith("u")] == ["u[1]", "u[2]"]
    assert [r.name for r in rows if r.name.startswith("grad h")] == ["grad h[1]", "grad h[2]", "grad h[3]"]
    assert [r.shape for r in rows if r.name.startswith("grad in h")] == ["(n, 2)"]  # the others are not used


def test_training_in_a_loop_of_jax() -> None:
    """A scan is evaluated turn by turn; each turn of its body has rows, and they are those of a Python loop."""

    def network(w: Any) -> Any:
        return jnp.tanh(jnp.ones((4, 2)) @ w["E"].T) @ w["W"].T @ w["V"] / w["V"].shape[0]

    def step(w: Any, _: Any) -> tuple[Any, Any]:
        g = jax.grad(lambda w: jnp.mean((network(w) - 1) ** 2))(w)
        return {k: w[k] - 0.1 * g[k] for k in w}, jnp.mean(network(w))

    weights = {"E": (n, 2), "W": (n, n), "V": (n,)}

    @quantity(weights=weights)
    def scanned(w: Any) -> Any:
        end, seen = jax.lax.scan(step, w, None, length=3)
        return {"first": seen[0], "last": jnp.mean(network(end))}

    @quantity(weights=weights)
    def unrolled(w: Any) -> Any:
        seen = []
        for _ in range(3):
            w, y = step(w, None)
            seen.append(y)
        return {"first": seen[0], "last": jnp.mean(network(w))}

    one, two = scanned.sample(60, 3), unrolled.sample(60, 3)
    for name in one:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-9)
    assert len(scan(scanned, widths=WIDTHS[:4], samples=2).rows) >= 3 * 4


@pytest.mark.slow
@pytest.mark.parametrize("name", THEORY)
def test_every_claimed_exponent_is_decided_and_right_to_three_hundredths(name: str) -> None:
    """Widths 256 … 65,536 and 64 samples, as ``verifier scan`` has them by default."""
    found = scan(program(name))
    claimed = [row for row in found.rows if row.expect is not None]
    assert [row.name for row in claimed] == ["df", "dh2", "dh1"]
    assert found.verdict is NumericStatus.CONSISTENT
    known = [(row, p) for row in found.rows if (p := THEORY[name].get(row.name.split("[")[0])) is not None]
    assert len(known) == NAMED[name]
    assert all(abs(row.exponent - p) < 0.03 for row, p in known if row in claimed)
    for row, p in known:
        assert row.decided, row
        assert abs(row.exponent - p) < 0.06, row  # of the output, four numbers, the standard error is 0.022
