"""``import verifier as v``: what it offers, that it is quick and silent, how objects show themselves.

Statistical tests have fixed seeds: nothing here is random.
"""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Integer, Symbol

import verifier as v

ROOT = Path(__file__).resolve().parents[2]
SHOWN = 200
LIGHT = """
import sys, verifier
assert not {"numpy", "sympy", "scipy", "rich", "click", "jax"} & set(sys.modules), sorted(sys.modules)
for name in verifier.__all__:
    getattr(verifier, name)
assert "jax" not in sys.modules
import verifier.exact.api
assert callable(verifier.exact)
from verifier.quantities.check import Measure
assert Measure is verifier.Measure
"""


@v.quantity("X")
def mean(n: int, rng: np.random.Generator, samples: int, *, scale: float = 1.0) -> Any:
    return scale * rng.standard_normal(samples) / n**0.5


def stated(exponent: int) -> v.Statement:
    claim = v.Claim("own.order", v.Kind.ORDER, Symbol("X"), "", exponent=v.Rational(exponent, 2))
    return v.Statement("own", "A mean", v.Source("Nowhere"), "", (claim,), expected={v.Form.AMENDED: v.Summary.GAP})


def test_nothing_heavy_is_imported_and_every_name_is_there() -> None:
    subprocess.run([sys.executable, "-c", LIGHT], check=True, cwd=ROOT)
    assert set(v.__all__) <= set(dir(v))
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        v.chekc  # noqa: B018


@pytest.mark.parametrize("name", ["door", "fits.dataclaims", "quantities.samplers", "verdict.display", "exact.written"])
def test_the_examples_of_docstrings(name: str) -> None:
    module = __import__(f"verifier.{name}", fromlist=["*"])
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed


def test_every_function_of_the_door_has_an_example() -> None:
    for name in ("check", "exact", "fit", "load", "measure", "prove", "quantity", "recheck"):
        assert ">>> " in (getattr(v, name).__doc__ or ""), name


def test_a_statement_of_one_s_own_is_measured_and_its_twin_contradicted(capfd: pytest.CaptureFixture[str]) -> None:
    by = v.Check("own", v.Measure(mean, v.cells(scale=[1, 2]), widths=(128, 413, 1150, 4690), samples=2048))
    true, false = (v.check(stated(p), measured_by=by) for p in (-1, -2))
    assert [report.statements[0].claims[0].numeric for report in (true, false)] == ["consistent", "contradicted"]
    assert (true.exit_code, false.exit_code) == (0, 1)
    assert capfd.readouterr() == ("", "")


def test_measure_and_fit_decide_alike_and_their_twins_do_not() -> None:
    assert v.measure(mean, v.order == -0.5).verdict == "consistent"
    assert v.measure(mean, v.order == v.Rational(-1, 2), at={"scale": 3}).verdict == "consistent"
    assert v.measure(mean, v.order == -1).verdict == "contradicted"
    assert v.measure(mean, v.order <= 0).verdict == "consistent"
    rng = np.random.default_rng(20_201)
    data = {n: rng.standard_normal(1024) / n**0.5 for n in (128, 413, 1150, 4690)}
    assert v.fit(data, v.order == -0.5).verdict == "consistent"
    assert v.fit(data, v.order == 0).verdict == "contradicted"
    assert v.fit(data, v.limit == 0).verdict == "consistent"


def test_groups_and_files_are_fitted_one_by_one() -> None:
    """The file of docs/fit.md: its readout is of order n^(-1/2) at t = 1, and all else of order 1."""
    path = ROOT / "docs" / "fit" / "mup.csv"
    plain = v.fit(path, v.order == 0)
    assert plain.verdict == "contradicted"
    assert repr(plain) == "<9 groups of l1 ~ n^0: 1 contradicted, 8 consistent; contradicted: readout, t=1>"
    known = v.fit(str(path), v.order == 0, unless={"readout, t=1": v.order == v.Rational(-1, 2)})
    assert known.verdict == "consistent"
    assert known["readout, t=1"].claimed == -0.5
    assert "<td>readout, t=1</td>" in known._repr_html_()
    assert known.picture()._repr_svg_().startswith("<svg")
    sizes = {n: 1 + 0.01 * np.random.default_rng(n).standard_normal(5) for n in (128, 256, 512, 1024)}
    given = v.fit({"hidden": sizes, "readout": {n: x / n for n, x in sizes.items()}}, v.order == 0)
    assert (given["hidden"].verdict, given["readout"].verdict) == ("consistent (few seeds)", "contradicted (few seeds)")


def test_a_proof_is_plain_data_and_one_that_lacks_a_step_is_none() -> None:
    proof = v.prove("lemma4")
    found = v.recheck(json.loads(json.dumps(proof)))
    assert found.holds
    assert set(found.statuses.values()) == {"proved"}
    document = proof["documents"][-1]
    document["goals"][0]["step"] = 0  # an assumption, which is not the goal
    broken = v.recheck(proof)
    assert not broken.holds
    assert broken.statuses[document["goals"][0]["id"]] == "gap"
    document["steps"].pop(3)
    with pytest.raises(v.errors.NotAProof, match="no earlier entry"):
        v.recheck(proof)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: v.load("theorm1"), ValueError, "did you mean theorem1"),
        (lambda: v.check("lemma4.identiti"), ValueError, "did you mean lemma4.identity"),
        (lambda: v.check("lemma4::H=9"), ValueError, "H=9 is not measured"),
        (lambda: v.check("lemma4", quick=True, thorough=True), ValueError, "exclude each other"),
        (lambda: v.check("lemma4", select="H=9"), ValueError, "H"),
        (lambda: v.check("lemma4", jobs=0), ValueError, "jobs is 0; it must be at least 1"),
        (lambda: v.check(3), TypeError, "a Statement, a name or a program is needed"),
        (lambda: v.fit([1, 2], v.zero), TypeError, "{width: samples} or the path of a file is needed"),
        (lambda: v.fit({n: [1j] for n in (1, 2, 3, 4)}, v.order == 0), ValueError, "complex numbers, such as 0\\+1j"),
        (lambda: v.fit({1: [1.0]}, v.order == 0), ValueError, "at least 4 are needed"),
        (lambda: v.fit({1: [1.0]}, v.order), TypeError, "write order == -1"),
        (lambda: v.order == "fast", TypeError, "a real number is needed"),
        (lambda: v.order == float("nan"), TypeError, "a real number is needed"),
        (lambda: v.limit <= 1, TypeError, "is an equation"),
        (lambda: v.DataClaim("ordr", "1"), ValueError, "there is no kind 'ordr'"),
        (lambda: v.DataClaim("order"), ValueError, "needs the exponent"),
        (lambda: v.fit("nowhere.csv", v.order == 0), ValueError, "nowhere.csv: cannot be read"),
        (lambda: v.fit({"a": {1: [1.0]}}, v.order == 0), ValueError, "at least 4 are needed"),
        (lambda: v.fit({"a": {1: ["x"]}}, v.order == 0), ValueError, "the data of width 1 of a hold text"),
        (lambda: v.fit({4: [1.0]}, v.order == 0, unless={"a": v.order == 1}), TypeError, "are of groups and files"),
        (lambda: v.fit("x.csv", v.order == 0, unless={"a": v.limit == 1}), ValueError, "is of another kind than"),
        (lambda: v.measure(mean, v.order == 0, widths=(1, 2)), ValueError, "at least 4 are needed"),
        (lambda: v.measure(mean, v.order == 0, samples=0), ValueError, "samples is 0"),
        (lambda: v.measure(len, v.order == 0), TypeError, "is no quantity"),
        (lambda: v.exact("T(", depth=2), ValueError, "T\\("),
        (lambda: v.prove(stated(-1)), ValueError, "own has no proof"),
        (lambda: v.recheck({"format": "poem"}), ValueError, "not a proof"),
        (lambda: v.recheck("nowhere.json"), ValueError, "nowhere.json: cannot be read"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_claim_by_its_id_is_not_its_statement() -> None:
    report = v.check("lemma4.identity", quick=True)
    assert report.exit_code == 0
    (statement,) = report.statements
    assert [claim.claim.id for claim in statement.claims] == ["lemma4.identity"]
    assert "lemma4.printed" in [claim.id for claim in statement.left_out]
    assert repr(statement) == "<lemma4: amended verified, printed not asked>"
    (part,) = v.check("theorem1.exclusive", quick=True).statements
    assert "amended verified (1 of its 10 amended claims), printed not asked" in repr(part)
    assert "all as expected" in repr(report)


def test_every_object_shows_itself_shortly() -> None:
    thm = v.load("theorem1")
    report = v.check("lemma5", quick=True)
    shown = [thm, *thm.claims, report, *report.statements, v.measure(mean, v.order == -1), v.order, v.order == -1,
             v.exact("T(3)", depth=4, activation="relu", moment=2), v.recheck(v.prove("lemma4"))]  # fmt: skip
    for one in shown:
        assert 0 < len(repr(one)) <= SHOWN, repr(one)
        assert "\n" not in repr(one) or one is report
    assert repr(thm).startswith("<Statement theorem1: Theorem 1 · Higher-order terms for hypernetworks; 15 claims")
    assert "1 statement, all as expected" in repr(report)


def test_notebooks_get_tables_and_formulas() -> None:
    thm = v.load("theorem1")
    order = next(claim for claim in thm.claims if claim.id == "theorem1.order.shallow")
    assert order._repr_latex_() == r"$\mathcal K^{(r)}\sim n^{\min(0, H - r)}$"
    assert r"$\mathcal K^{(r)}\sim n^{\min(0, H - r)}$" in thm._repr_html_()
    assert thm._repr_html_().count("<tr>") == 1 + len(thm.claims)
    assert (thm._repr_latex_() or "").startswith("$$")
    report = v.check("lemma5", quick=True)
    assert "<td>lemma5</td>" in report._repr_html_()
    assert "<td>proved</td>" in report.statements[0]._repr_html_()
    assert v.Claim("a.x", v.Kind.ORDER, Symbol("X"), "a < b", exponent=Integer(0))._repr_latex_() is None
    assert "a &lt; b" in v.Claim("a.x", v.Kind.ORDER, Symbol("X"), "a < b", exponent=Integer(0))._repr_html_()


def test_a_program_goes_through_the_same_door() -> None:
    pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
    n = v.width("n")

    @v.quantity(weights={"V": (n,)}, expect={"mean": -0.5})
    def mean_of(w: Any) -> Any:
        return {"mean": w["V"].mean()}

    found = v.measure(mean_of, samples=1024)
    assert found.verdict == "consistent"
    assert repr(found).startswith("<Measured mean: consistent -0.")
    assert v.measure(mean_of, v.order == -1, samples=1024).verdict == "contradicted"


@pytest.mark.slow
def test_the_door_and_the_kernel_are_typed() -> None:
    """As strictly as mypy can, with all that a lemma or a check file imports from the door."""
    files = [
        "__init__", "door", "errors", "claims/statement", "fits/dataclaims", "quantities/check", "quantities/samplers",
        "report/fits", "verdict/__init__", "verdict/display", "verify/bundles",
    ]  # fmt: skip
    kernel = sorted((ROOT / "verifier" / "kernel").rglob("*.py"))
    words = [sys.executable, "-m", "mypy", "--strict", *(f"verifier/{name}.py" for name in files), *map(str, kernel)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
