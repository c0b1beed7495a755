"""``verifier new``: the project checks and gates itself, and turns red when its exponent is broken.

The gate's seed is the project's own, 20201: nothing here is random.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.newproject.following import LEMMA, edit, follow_readme
from verifier.cli import cli


def _verifier(*words: str, cwd: Path, code: int, executable: str = sys.executable) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONPATH", None)
    command = [executable, "-m", "verifier.cli", *words]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def project(tmp_path: Path) -> Path:
    _verifier("new", "My Claims", cwd=tmp_path, code=0)
    return tmp_path / "My Claims"


def test_what_is_written(project: Path) -> None:
    files = sorted(str(path.relative_to(project)) for path in project.rglob("*") if path.is_file())
    assert files == [
        ".github/workflows/claims.yml", ".gitignore", "README.md", "checks/one_hidden_layer.py", LEMMA,
        "pyproject.toml",
    ]  # fmt: skip
    data = tomllib.loads((project / "pyproject.toml").read_text())
    assert data["project"]["name"] == "my-claims"
    assert set(data["tool"]["verifier"]) == {"seed", "timeout"}
    assert not any("@NAME@" in (project / name).read_text() for name in files)


def test_a_claim_that_says_more_than_its_proof_is_a_gap(project: Path) -> None:
    """The goal is the claim's own proposition: the theorem that T ~ 1/n does not reach another exponent."""
    shown = " ".join(_verifier("check", "-q", "-j", "1", "--quick", cwd=project, code=0).stdout.split())
    assert shown.count("proof proved") == 2
    assert "(A^(2,1)_(1)(x, x') [L = 2]) x·x'/n_0 ~ n^{-1}" in shown
    edit(project / LEMMA, "exponent=Integer(-1)", "exponent=Integer(-2)")
    shown = " ".join(_verifier("check", "-q", "-j", "1", "--quick", cwd=project, code=1).stdout.split())
    assert shown.count("proof proved") == 1
    assert "the claim says (A^(2,1)_(1)(x, x') [L = 2]) x·x'/n_0 ~ n^{-2}; what is proved is for every" in shown


def test_what_the_kernel_proves_is_checked_again_without_the_project(project: Path) -> None:
    """``prove`` writes goals that ``verify`` holds against the claims; without a premise they are other goals."""
    _verifier("prove", "one_hidden_layer", "-o", "proof.json", cwd=project, code=0)
    verify = ("verify", "proof.json", "--statement", "one_hidden_layer")
    shown = _verifier(*verify, cwd=project, code=0).stdout
    assert shown.count("proved  one_hidden_layer") == 4  # two goals, two claims
    edit(project / LEMMA, ' not_orthogonal",\n', '",\n')
    shown = _verifier(*verify, cwd=project, code=1).stdout
    assert "its goal is another proposition" in " ".join(shown.split())


@pytest.mark.slow
def test_check_and_gate_pass_and_a_broken_exponent_is_red(project: Path) -> None:
    report = json.loads(_verifier("check", "--json", "-q", "-j", "1", cwd=project, code=0).stdout)
    (statement,) = report["statements"]
    assert statement["name"] == "one_hidden_layer"
    assert {(c["proof"], c["numeric"]) for c in statement["claims"]} == {("proved", "consistent")}
    _verifier("gate", "-q", "-j", "1", cwd=project, code=0)

    edit(project / LEMMA, "exponent=Integer(-1)", "exponent=Integer(-2)")
    found = json.loads(_verifier("gate", "-q", "-j", "1", "--json", "-", cwd=project, code=1).stdout)
    broken = {claim["name"]: claim for claim in found["claims"] if claim["outcome"] != "expected"}
    assert set(broken) == {"one_hidden_layer.second (amended)"}
    assert broken["one_hidden_layer.second (amended)"]["found"] == "gap, contradicted"

    shown = _verifier("gate", "-q", "-j", "1", "--github", cwd=project, code=1).stdout
    lines = (project / LEMMA).read_text().splitlines()
    line = next(k for k, text in enumerate(lines) if '"one_hidden_layer.second", Kind.ORDER' in text)  # Claim( is above
    assert f"::error file={LEMMA},line={line}," in shown


@pytest.mark.slow
def test_either_side_alone_is_red(project: Path) -> None:
    """Twins: a wrong sampler with a right proof, and a right sampler with a proof that lacks a step."""
    edit(project / "checks/one_hidden_layer.py", "(2 / n) ** 1.5", "(2 / n) ** 1.0")
    _verifier("gate", "-q", "-j", "1", cwd=project, code=1)
    edit(project / "checks/one_hidden_layer.py", "(2 / n) ** 1.0", "(2 / n) ** 1.5")
    edit(project / LEMMA, 'p.by("never0.const", c=DOT)', 'p.by("never0.const", c=1)')
    found = json.loads(_verifier("gate", "-q", "-j", "1", "--json", "-", cwd=project, code=3).stdout)
    assert "gap, consistent" in {claim["found"] for claim in found["claims"]}


def test_the_template_s_sampler_is_the_network_s(project: Path) -> None:
    """The closed sum against a central difference of the gradient of one drawn network."""
    rng = np.random.default_rng(20_201)
    n, angle = 7, np.deg2rad(60)
    x_i, x_j = np.sqrt(2) * np.array([[1.0, 0.0], [np.cos(angle), np.sin(angle)]])
    w, v = rng.standard_normal((n, 2)), rng.standard_normal(n)

    def grad(x: np.ndarray, w: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        y = w @ x / np.sqrt(2)
        return np.sqrt(2 / n) * np.outer(v * (y > 0), x) / np.sqrt(2), np.sqrt(2 / n) * np.maximum(y, 0)

    along_w, along_v = grad(x_j, w, v)
    step = 1e-6
    # d/ds of ∂_v f(x_i) as w moves along ∇_w f(x_j), contracted with ∇_v f(x_j).
    plus, minus = grad(x_i, w + step * along_w, v)[1], grad(x_i, w - step * along_w, v)[1]
    direct = float((plus - minus) @ along_v) / (2 * step)
    y_i, y_j = w @ x_i / np.sqrt(2), w @ x_j / np.sqrt(2)
    closed = np.cos(angle) * (2 / n) ** 1.5 * np.sum(v * np.maximum(y_j, 0) * (y_i > 0))
    assert direct == pytest.approx(closed, rel=1e-6)


def test_the_readme_s_own_claim_is_measured_and_contradicted_when_changed(project: Path) -> None:
    """The README as a reader follows it: two files, a helper, one command; its twin says n^-1.  The seed is fixed."""
    follow_readme(project)
    report = json.loads(_verifier("check", "mean", "--json", "-q", "-j", "1", cwd=project, code=0).stdout)
    (claim,) = report["statements"][0]["claims"]
    assert (claim["proof"], claim["numeric"]) == ("gap", "consistent")
    assert [cell["parameters"] for cell in claim["cells"]] == [{"scale": 1}, {"scale": 3}]
    edit(project / "lemmas/mean.py", "v.Rational(-1, 2)", "v.Rational(-1)")
    assert "contradicted" in _verifier("check", "mean", "-q", "-j", "1", cwd=project, code=1).stdout


@pytest.mark.parametrize("kind", ["file", "not empty"])
def test_nothing_is_overwritten(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "x"
    if kind == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "mine").write_text("mine")
    result = CliRunner().invoke(cli, ["new", str(target)])
    assert result.exit_code == 2
    assert "name a new" in result.stderr
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


def test_an_empty_directory_or_a_new_repository_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["new", "."])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "next: verifier check && verifier gate"
    named = CliRunner().invoke(cli, ["new", "my paper"])
    assert named.stdout.splitlines()[-1] == "next: cd 'my paper' && verifier check && verifier gate"
