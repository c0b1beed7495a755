"""``verifier history``: what the stored runs found, as rows, data and a picture."""

from __future__ import annotations

import json
import subprocess
import xml.dom.minidom
from pathlib import Path

import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.report.history import history, picture, rows
from verifier.sampling.store import Exponent, Store, Verdict

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three runs: verified, verified, contradicted; and one that did not end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    with Store.open(tmp_path / ".verifier", write=True) as store:
        for number, (word, estimate) in enumerate((("verified", -1.0), ("verified", -1.01), ("contradicted", -0.5)), 1):
            run = store.begin("verifier check toy", "2026-01-01")
            about = {"finished": f"2026-01-0{number}T00:00:00+00:00", "project_commit": f"{number}" * 12}
            numeric = "consistent" if word == "verified" else "contradicted"
            cell = json.dumps({"r": 1, "angle": 0})
            store.end(
                run, about, {},
                [Verdict("toy", "amended", word, "gap", numeric), Verdict(EVIL, "printed", "gap", "gap", "x")],
                [Exponent("toy", "toy.order", cell, numeric, -1.0, estimate, estimate - 0.1, estimate + 0.1, 512),
                 Exponent("toy", EVIL, cell, "consistent", -1.0, -1.0, None, None, 512)],
            )  # fmt: skip
        store.begin("killed", "2026-01-09")
    return tmp_path


def test_rows_are_the_changes_and_the_last_run(folder: Path) -> None:
    found = [row for row in rows(history()) if row[3] == "toy"]
    assert [(row[0], row[1], row[4]) for row in found] == [
        ("1", "1" * 12, "amended verified"), ("3", "3" * 12, "amended contradicted *"),
    ]  # fmt: skip
    assert len(history(last=1)) == 1
    assert [past.run.number for past in history(["toy"])] == [1, 2, 3]
    assert history(["other"]) == []


def test_the_table_fits_80_columns_and_the_json_has_it_all(folder: Path) -> None:
    run = CliRunner().invoke
    shown = run(cli, ["history", "toy", "-v"])
    assert shown.exit_code == 0, shown.output
    assert max(map(len, shown.output.splitlines())) <= 80
    assert "contradicted *" in shown.output
    assert "-0.500 [-0.600, -0.400]" in shown.output
    data = json.loads(run(cli, ["history", "--json"]).output)
    assert [r["number"] for r in data["runs"]] == [1, 2, 3]
    assert data["runs"][0]["exponents"][0]["cell"] == {"r": 1, "angle": 0}
    assert run(cli, ["history", "other"]).exit_code == 5
    assert run(cli, ["history", "-o", "h.pdf"]).exit_code == 2


def test_the_picture_is_a_file_of_its_own_and_names_are_data(folder: Path) -> None:
    text = picture(history())
    xml.dom.minidom.parseString(text)
    assert "<script" not in text
    assert text.count('class="bad"') >= 2
    assert CliRunner().invoke(cli, ["history", "-q", "-o", "h.svg"]).exit_code == 0
    assert (folder / "h.svg").read_text().startswith("<svg")
    pytest.importorskip("resvg_py")
    assert CliRunner().invoke(cli, ["history", "-q", "-o", "h.png"]).exit_code == 0
    assert (folder / "h.png").read_bytes().startswith(b"\x89PNG")


def test_without_runs_and_with_a_damaged_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli, ["history"]).exit_code == 5
    (tmp_path / ".verifier").mkdir()
    (tmp_path / ".verifier" / "store.sqlite").write_text("x" * 5000)
    result = CliRunner().invoke(cli, ["history"])
    assert (result.exit_code, "is damaged" in result.stderr) == (2, True)


def test_the_commit_of_a_project_is_recorded(tmp_path: Path) -> None:
    from verifier.report.environment import commit_of

    assert commit_of(tmp_path) is None
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    (tmp_path / "file").write_text("1")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    found = commit_of(tmp_path)
    assert found is not None
    assert len(found) == 12
    (tmp_path / "file").write_text("2")
    assert commit_of(tmp_path) == f"{found}+changes"
