"""What is released: wheel and sdist, built, installed outside the tree in a fresh environment, and used there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import time
import venv
import zipfile
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from tests.newproject.following import LEMMA, edit, follow_readme
from verifier import __version__
from verifier.projects.project import default_project

ROOT = Path(__file__).resolve().parents[2]
NAME = f"wide_verifier-{__version__}"

pytestmark = pytest.mark.slow


def run(*words: str | Path, cwd: Path, code: int = 0) -> str:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(list(map(str, words)), cwd=cwd, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with wheel and sdist; the wheel is made from the sdist, as installers do it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def scripts(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a fresh environment in which the wheel is installed, and pytest."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    run(folder / "bin" / "python", "-m", "pip", "install", "-q", built / f"{NAME}-py3-none-any.whl", "pytest",
        cwd=folder)  # fmt: skip
    return folder / "bin"


def test_what_is_in_the_wheel_and_the_sdist(built: Path) -> None:
    wheel = zipfile.ZipFile(built / f"{NAME}-py3-none-any.whl").namelist()
    assert {name.split("/")[0] for name in wheel} == {"verifier", f"{NAME}.dist-info"}
    for folder in ("lemmas", "checks"):
        shipped = {f"verifier/papers/hypernetworks/{folder}/{path.name}" for path in (ROOT / folder).glob("*.py")}
        assert shipped <= set(wheel)
    assert "verifier/projects/template/README.md.in" in wheel
    assert "verifier/py.typed" in wheel
    with tarfile.open(built / f"{NAME}.tar.gz") as archive:
        source = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    assert {"pyproject.toml", "CHANGELOG.md", "lemmas/lemma4.py", "checks/lemma4.py", "docs/trust.md"} <= source


def test_installed_outside_the_tree(scripts: Path, tmp_path: Path) -> None:
    """Nothing at top level but verifier; the shipped statements are checked, also beside a package called lemmas."""
    (site,) = (scripts.parent / "lib").glob("python*/site-packages")
    (found,) = [d for d in Distribution.discover(path=[str(site)]) if d.name == "wide-verifier"]
    top = {path.parts[0] for path in found.files or () if path.parts[0] != ".."}
    assert top == {"verifier", f"{NAME}.dist-info"}
    (site / "lemmas").mkdir()
    (site / "lemmas" / "__init__.py").write_text("raise RuntimeError('another package')\n")
    assert run(scripts / "verifier", "--version", cwd=tmp_path).split() == ["verifier", __version__]
    listed = run(scripts / "verifier", "list", cwd=tmp_path)
    assert all(name in listed for name in default_project().names)
    shown = run(scripts / "verifier", "check", "lemma4", "--quick", "-q", cwd=tmp_path)
    assert "verified" in shown
    code = "import verifier as v; print(v.check('lemma5', quick=True)); print(v.recheck(v.prove('lemma4')).holds)"
    assert run(scripts / "python", "-c", code, cwd=tmp_path).split()[-1] == "True"


def test_a_project_of_one_s_own(scripts: Path, tmp_path: Path) -> None:
    """As a user: a new project, its dependencies, the gate, the plugin, a claim with a helper; red when changed."""
    run(scripts / "verifier", "new", "mine", cwd=tmp_path)
    project = tmp_path / "mine"
    run(scripts / "python", "-m", "pip", "install", "-q", ".", cwd=project)
    gate = [scripts / "verifier", "gate", "-q", "--junit", "x.xml"]
    run(*gate, cwd=project)
    (project / "test_claim.py").write_text(
        "def test_it(scaling): scaling.assert_order(lambda n, k, rng: rng.standard_normal(k) / n, -1)\n"
    )
    tested = run(scripts / "python", "-m", "pytest", "-q", cwd=project)
    assert "consistent   test_claim.py::test_it" in tested
    follow_readme(project)
    run(scripts / "verifier", "check", "mean", "-q", cwd=project)
    run(*gate, cwd=project)
    edit(project / LEMMA, "exponent=Integer(-1)", "exponent=Integer(-2)")
    run(*gate, cwd=project, code=1)


def test_a_newcomer_with_the_readme_alone(scripts: Path, tmp_path: Path) -> None:
    """The README's lines as they stand there, then the three files of the project's README, in ten minutes.

    The claim is measured, contradicted once its exponent is changed, and gated.  Seeds are the project's own.
    """
    begun = time.monotonic()
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## A claim of your own")[1]
    lines = re.findall(r"^\$ (.*)$", section.split("```console")[1].split("```")[0], re.MULTILINE)
    assert [line.split("#")[0].strip() for line in lines] == [
        "verifier new mypaper && cd mypaper", "verifier check", "verifier gate",
    ]  # fmt: skip
    path = f"PATH={scripts}:{os.environ['PATH']}"
    told = run("env", path, "bash", "-ec", "\n".join(lines), cwd=tmp_path)
    assert "one_hidden_layer.second" in told
    project = tmp_path / "mypaper"
    follow_readme(project)
    assert "consistent" in run("env", path, "verifier", "check", "mean", "-q", cwd=project)
    run("env", path, "verifier", "gate", "-q", cwd=project)
    edit(project / "lemmas/mean.py", "v.Rational(-1, 2)", "v.Rational(-1)")
    assert "contradicted" in run("env", path, "verifier", "check", "mean", "-q", cwd=project, code=1)
    assert "mean.order" in run("env", path, "verifier", "gate", "-q", cwd=project, code=1)
    assert time.monotonic() - begun < 600


def test_the_sdist_installs_the_same_files(built: Path, scripts: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    run(scripts / "python", "-m", "pip", "install", "-q", "--no-deps", "--target", target, built / f"{NAME}.tar.gz",
        cwd=tmp_path)  # fmt: skip
    wheel = zipfile.ZipFile(built / f"{NAME}-py3-none-any.whl").namelist()
    for name in wheel:
        if name.startswith("verifier/"):
            assert (target / name).is_file(), name
    assert not (target / "lemmas").exists()
