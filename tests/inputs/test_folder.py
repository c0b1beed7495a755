"""Nothing in the current folder changes a run: every command in a folder full of modules that would take the place of
Python's own, of its libraries' and of the kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = [str(Path(sys.executable).with_name("verifier"))]
#: What says that it ran, and then takes the place of what was meant.
BODY = "import builtins\nbuiltins.open(__file__ + '.ran', 'a').close()\n"
FORGED = BODY + "raise SystemExit(0)\n"
#: The kernel of an earlier version was replaced so: a goal that nobody proved was 'proved'.
KERNEL = BODY + (
    "def main(arguments):\n"
    "    import json\n"
    "    print(json.dumps([{'statement': 'theorem1', 'id': 'theorem1.everything', 'status': 'proved', 'error': '',"
    "'says': '1 = 2', 'for': [], 'if': [], 'then': '1 = 2', 'rests': [], 'digest': '0' * 64}]))\n"
    "    return 0\n"
)
MODULES = [
    "random", "types", "json", "re", "os", "io", "abc", "ast", "site", "sitecustomize", "usercustomize", "conftest",
    "encodings", "codecs", "enum", "typing", "inspect", "dataclasses", "pathlib", "subprocess", "multiprocessing",
    "signal", "threading", "queue", "socket", "struct", "pickle", "numbers", "fractions", "decimal", "math",
    "statistics", "secrets", "hashlib", "tempfile", "shutil", "stat", "tomllib", "csv", "zipfile", "sqlite3",
    "logging", "warnings", "html", "click", "rich", "numpy", "scipy", "sympy", "mpmath", "networkx", "flint",
    "pynauty", "jinja2", "latex2mathml", "jax", "pyarrow", "joblib", "threadpoolctl", "distributed", "lemmas",
    "checks", "_helper",
]  # fmt: skip
COMMANDS = {
    "list": ["list"],
    "show": ["show", "lemma5", "--no-pager"],
    "check": ["check", "lemma5", "--quick", "-q", "-j", "2"],
    "check in one process": ["check", "lemma5", "--quick", "-q", "-j", "1"],
    "prove": ["prove", "lemma5"],
    "verify": ["verify", "proof.json"],
    "axioms": ["axioms", "lemma5"],
    "rules": ["rules"],
    "report": ["report", "-o", "-", "--format", "md", "lemma5"],
    "graph": ["graph", "-o", "graph.dot"],
    "gate": ["gate", "lemma5", "--quick", "-q", "-j", "2"],
    "fit": ["fit", "data.csv", "--expect", "-1"],
    "sample": ["sample", "T(1)", "--depth", "2", "--width", "128", "--samples", "16", "-o", "x.npz"],
    "exact": ["exact", "f^4", "--depth", "3"],
    "conjecture": ["conjecture", "--factors", "2", "--contractions", "2", "--depth", "2"],
    "limit-kernel": ["limit-kernel", "--depth", "3", "--g-depth", "2", "--x-angle", "60", "--z-angle", "30"],
    "doctor": ["doctor"],
    "new": ["new", "mine"],
    "help": ["--help"],
}
FAST = ("check", "verify", "fit")


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A folder with what the commands read, and nothing else."""
    folder = tmp_path / "clean"
    folder.mkdir()
    rows = [f"{n},{(1 + k / 200) / n}" for n in (128, 512, 2048, 8192, 32768) for k in range(7)]
    (folder / "data.csv").write_text("\n".join(["width,value", *rows]) + "\n")
    done = subprocess.run([*SCRIPT, "prove", "lemma5", "-o", "proof.json"], cwd=folder, check=True, capture_output=True)
    assert b"goals" in done.stdout
    return folder


@pytest.fixture
def hostile(tmp_path: Path, clean: Path) -> Path:
    """The same folder, full of modules that nobody asked for."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in ("data.csv", "proof.json"):
        (folder / name).write_bytes((clean / name).read_bytes())
    for name in MODULES:
        (folder / f"{name}.py").write_text(FORGED)
    kernel = folder / "verifier" / "kernel"
    kernel.mkdir(parents=True)
    for path in (kernel.parent / "__init__.py", kernel / "__init__.py", kernel / "proof.py"):
        path.write_text(BODY)
    (kernel / "__main__.py").write_text(KERNEL)
    (kernel.parent / "cli.py").write_text(FORGED)
    return folder


def _run(command: list[str], folder: Path, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, env=os.environ | environment, check=False
    )
    return done.returncode, done.stdout + done.stderr


def _ran(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.ran"))


@pytest.mark.parametrize("name", [n if n in FAST else pytest.param(n, marks=pytest.mark.slow) for n in COMMANDS])
def test_no_file_of_the_current_folder_takes_part(clean: Path, hostile: Path, name: str) -> None:
    wanted = _run([*SCRIPT, *COMMANDS[name]], clean)
    found = _run([*SCRIPT, *COMMANDS[name]], hostile)
    assert _ran(hostile) == []
    assert wanted[0] in (0, 1, 3), wanted[1]
    assert found[0] == wanted[0], found[1]
    if name not in ("doctor", "report", "new"):  # which tell times and places
        seconds = [[line for line in text.splitlines() if " s" not in line] for _, text in (wanted, found)]
        assert seconds[0] == seconds[1]


def test_python_m_takes_no_module_of_the_current_folder(hostile: Path) -> None:
    """Where the folder has no package of this name: which one ``python -m verifier`` runs is Python's choice."""
    (hostile / "verifier").rename(hostile / "elsewhere")
    for name in ("warnings", "types"):  # which Python itself imports for -m, before anything else is run
        (hostile / f"{name}.py").unlink()
    code, text = _run([sys.executable, "-m", "verifier", "check", "lemma5", "--quick", "-q", "-j", "2"], hostile)
    assert code == 0, text
    assert _ran(hostile) == []
    (hostile / "elsewhere").rename(hostile / "verifier")
    code, text = _run([sys.executable, "-P", "-m", "verifier.kernel", "proof.json"], hostile)
    assert code == 0, text
    assert _ran(hostile) == []


def test_a_kernel_in_the_current_folder_proves_nothing(hostile: Path) -> None:
    """What an earlier version believed: 'proved theorem1.everything, says 1 = 2'; also where PYTHONPATH names it."""
    for environment in ({}, {"PYTHONPATH": str(hostile)}, {"PYTHONPATH": ""}):
        command = [sys.executable, "-I", "-c", "import sys; from verifier.cli import main; sys.argv[1:] = "
                   "['verify', 'proof.json', '--json']; main()"]  # fmt: skip
        done = subprocess.run(
            command, cwd=hostile, capture_output=True, text=True, env=os.environ | environment, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "everything" not in done.stdout
        assert {goal["status"] for goal in json.loads(done.stdout)["goals"]} <= {"proved", "cited", "certified"}
    assert _ran(hostile) == []


def test_a_stored_compilation_does_not_speak_for_a_file(tmp_path: Path) -> None:
    """``__pycache__`` of a project may hold other code than the file says, with the file's size and time."""
    import importlib.util
    import py_compile

    lemmas = tmp_path / "lemmas"
    lemmas.mkdir()
    path = lemmas / "mine.py"
    honest = "x = 'honest'\n"
    path.write_text(honest.replace("honest", "forged"))
    os.utime(path, (1, 1))
    py_compile.compile(str(path), cfile=importlib.util.cache_from_source(str(path)))
    path.write_text(honest)
    os.utime(path, (1, 1))
    from verifier.projects.loading import load_file

    assert load_file(path).x == "honest"
