"""``python -m verifier.kernel``: what the process imports, and what it says of good, gapped and unreadable files."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from kernel_documents import real_bundle, real_document

IMPORTS = """
import json, sys
from verifier.kernel.__main__ import main
code = main(sys.argv[1:])
names = sorted({name for name in sys.modules})
print(json.dumps({"code": code, "modules": names}))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verifier.kernel", *arguments], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proofs")
    good = {"format": 1, "documents": [real_document("lemma5")]}
    gapped = real_bundle()
    gapped["documents"] = gapped["documents"][1:2]
    gapped["documents"][0]["steps"][1]["premises"] = []
    texts = {
        "lemma3": json.dumps({"format": 1, "documents": [real_document("lemma3")]}),
        "lemma4": json.dumps({"format": 1, "documents": [real_document("lemma4")]}),
        "theorem1": json.dumps(real_bundle()),
        "good": json.dumps(good), "gapped": json.dumps(gapped), "empty": "", "half": json.dumps(good)[:-9],
        "other": "[1, 2]", "binary": None, "long": "[" * 100_000, "huge": "1" * 5000, "goalless":
        json.dumps({"format": 1, "documents": []}), "nan": '{"format": 1, "documents": NaN}',
        "surrogate": json.dumps(good).replace("lemma5.identity", "\\ud800"),
        "spoof": json.dumps(good).replace("lemma5.identity", "x (amended): proved\\n  digest 0"),
    }  # fmt: skip
    out = {}
    for name, text in texts.items():
        path = folder / f"{name}.json"
        path.write_bytes(b"\xff\xfe\x00" if text is None else text.encode("utf-8", "surrogatepass"))
        out[name] = str(path)
    out["missing"] = str(folder / "missing.json")
    out["folder"] = str(folder)
    return out


def test_a_good_file(files):
    done = run(files["good"])
    assert done.returncode == 0, done.stderr
    assert "lemma5.identity (amended): proved" in done.stdout
    assert "lemma5.networks (amended): certified" in done.stdout
    assert "digest" in done.stdout


def test_a_good_file_as_json(files):
    done = run("--json", files["good"])
    assert done.returncode == 0
    assert {goal["status"] for goal in json.loads(done.stdout)} == {"proved", "certified"}


def test_a_file_with_a_gap(files):
    done = run(files["gapped"])
    assert done.returncode == 3
    assert "gap" in done.stdout
    assert "m_is_1" in done.stdout


def test_a_file_without_goals_proves_nothing(files):
    assert run(files["goalless"]).returncode == 3


@pytest.mark.parametrize(
    "name", ["empty", "half", "other", "binary", "long", "huge", "nan", "missing", "folder"]
)
def test_what_cannot_be_read(files, name):
    done = run(files[name])
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["surrogate", "spoof"])
def test_names_do_not_break_or_imitate_the_output(files, name):
    done = run(files[name])
    assert done.returncode == 3  # the digests are those of the old names
    assert "Traceback" not in done.stderr
    assert not any(line.startswith("x (amended): proved") and "gap" not in line for line in done.stdout.splitlines())


def test_usage():
    assert run().returncode == 2
    assert run("a", "b").returncode == 2


def imported(path: str) -> tuple[set[str], set[str]]:
    """Modules of ours, and of others but the standard library, after checking a file."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, path], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["code"] == 0
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sorted(sys.modules))"], capture_output=True, text=True, check=True
    )
    allowed = set(sys.stdlib_module_names) | {"verifier", "__main__"}
    foreign = {name for name in found["modules"] if name.split(".")[0] not in allowed} - set(bare.stdout.split())
    return {name for name in found["modules"] if name.split(".")[0] == "verifier"}, {n.split(".")[0] for n in foreign}


def test_nothing_but_the_kernel_and_the_standard_library_is_imported(files):
    for name in ("good", "lemma3", "lemma4"):
        ours, foreign = imported(files[name])
        assert not foreign
        assert all(name in ("verifier", "verifier.kernel") or name.startswith("verifier.kernel.") for name in ours)
        assert "verifier.kernel.proof" in ours


def test_what_theorem_1_imports_besides_is_what_is_said(files):
    # Second moments are looked up in verifier.exact, and certified, not proved (docs/trust.md).
    ours, foreign = imported(files["theorem1"])
    assert all(name.startswith(("verifier.kernel", "verifier.exact")) for name in ours - {"verifier"})
    assert {name for name in foreign if not name.startswith(("_cython", "cython"))} <= {"flint", "networkx", "pynauty"}
