"""``verifier report`` and ``verifier graph`` as they are typed, bad input included."""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.report import stored
from verifier.sampling.packing import checksum
from verifier.sampling.store import Store


def run(*words: str) -> Any:
    return CliRunner().invoke(cli, list(words))


def database(folder: Path) -> Path:
    return folder / ".verifier" / "store.sqlite"


def stored_run(folder: Path) -> dict[str, Any]:
    """What the run that ended last is stored as."""
    with Store.open(folder / ".verifier") as store:
        found: dict[str, Any] = store.document(store.runs()[0].number)
    return found


def change(folder: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    """Another record in the place of the last run's, as another version might have written it."""
    data = stored_run(folder)
    edit(data)
    text = zlib.compress(json.dumps(data).encode())
    with Store.open(folder / ".verifier", write=True) as store, store.changing() as connection:
        connection.execute("UPDATE runs SET document = ?, checksum = ?", (text, checksum(text)))


@pytest.mark.parametrize(
    ("name", "start"),
    [("r.html", "<!DOCTYPE html>"), ("r.md", "# Verification report"), ("r.tex", "\\documentclass"), ("r.json", "{")],
)
def test_formats_by_name(toy: Path, name: str, start: str) -> None:
    result = run("report", "-o", name)
    assert result.exit_code == 0, result.output
    assert (toy / name).read_text().startswith(start)
    assert "1 statement" in result.output


def test_default_name_and_standard_output(toy: Path) -> None:
    assert run("report", "-q").exit_code == 0
    assert (toy / "report.html").exists()
    result = run("report", "--format", "json", "-o", "-")
    assert json.loads(result.stdout)["counts"]["statements"] == 1


def test_json_is_the_stored_document(toy: Path) -> None:
    result = run("report", "--format", "json", "-o", "-")
    found = json.loads(result.stdout)
    assert found["run"].pop("number") == 1
    assert found.pop("hunts") == []
    assert found == stored_run(toy)


def test_without_results_it_checks_first(toy: Path) -> None:
    database(toy).unlink()
    result = run("report", "toy", "-o", "r.html")
    assert result.exit_code == 0, result.output
    assert "checking first" in result.stderr
    assert stored_run(toy)["run"]["command"] == "verifier check toy --seed 20201"


def test_the_run_that_ended_last_counts_whatever_the_clock_says(toy: Path) -> None:
    """Two runs: the one that began later ends first, and the clock is set back by years in between."""
    folder = toy / ".verifier"
    found = stored_run(toy)
    with Store.open(folder, write=True) as store:
        first, second = store.begin("a", "2999-01-01T00:00:00+00:00"), store.begin("b", "1999-01-01T00:00:00+00:00")
        for number, seed, time in (
            (second, 222, "2999-12-31T00:00:00+00:00"),
            (first, 111, "1980-01-01T00:00:00+00:00"),
        ):
            data = {**found, "run": {**found["run"], "seed": seed, "time": time}}
            store.end(number, {"finished": time}, data, [], [])
    shown = json.loads(run("report", "--format", "json", "-o", "-").stdout)["run"]
    assert (shown["seed"], shown["number"]) == (111, first)
    assert f"run {first}, the check of 1980-01-01" in run("report", "-o", "r.html").output
    assert json.loads(run("report", "--run", str(second), "--format", "json", "-o", "-").stdout)["run"]["seed"] == 222
    assert "not stored" in refused(run("report", "--run", "99"))


def refused(result: Any) -> str:
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return str(lines[0])


def test_unknown_statement(toy: Path) -> None:
    assert "did you mean toy" in refused(run("report", "toi"))


def test_statement_that_was_not_checked(toy: Path) -> None:
    assert "not in the last check" in refused(run("report", "theorem1"))


def test_a_cut_database_is_told_and_left_where_it_is(toy: Path) -> None:
    path = database(toy)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "store.sqlite is damaged" in refused(run("report"))
    assert path.exists()
    assert not (toy / "report.html").exists()


def test_a_record_whose_bytes_changed_is_told(toy: Path) -> None:
    with Store.open(toy / ".verifier", write=True) as store, store.changing() as connection:
        connection.execute("UPDATE runs SET document = substr(document, 1, 1000)")
    assert "damaged (the record of run 1)" in refused(run("report"))


def test_half_written_results(toy: Path) -> None:
    text = json.dumps(stored_run(toy))
    (toy / "half.json").write_text(text[: len(text) // 2])
    assert "half-written" in refused(run("report", "--results", "half.json"))
    (toy / "whole.json").write_text(text)
    assert run("report", "--results", "whole.json", "-q").exit_code == 0


@pytest.mark.parametrize("text", ["[]", "{}", '{"report": 3}', '"x"', "[" * 100_000])
def test_files_that_are_no_results(toy: Path, text: str) -> None:
    (toy / "other.json").write_text(text)
    assert "run verifier check again" in refused(run("report", "--results", "other.json"))


def test_runs_that_an_earlier_version_stored_as_files_are_told(toy: Path) -> None:
    old = toy / ".verifier" / "runs" / "20260101T000000-1.json"
    old.parent.mkdir()
    old.write_text(json.dumps({"report": {}, "document": stored_run(toy)}))
    database(toy).unlink()
    assert run("report", "--results", str(old), "-q").exit_code == 0
    told = run("report", "toy", "-o", "r.html").stderr
    assert "1 runs of an earlier version" in told
    assert "--results .verifier/runs/20260101T000000-1.json" in told


def test_results_of_another_format(toy: Path) -> None:
    change(toy, lambda data: data.pop("format"))
    assert "another version" in refused(run("report"))
    assert "another version" in refused(run("report", "--force"))


def test_results_of_another_version(toy: Path) -> None:
    change(toy, lambda data: data["run"]["environment"].update(version="0.0.1"))
    said = refused(run("report"))
    assert "0.0.1" in said
    assert "--force" in said
    assert run("report", "--force").exit_code == 0
    assert "0.0.1" in (toy / "report.html").read_text()


def test_results_that_lack_something(toy: Path) -> None:
    change(toy, lambda data: data["statements"][0].pop("claims"))
    assert "lacks claims" in refused(run("report"))


def test_missing_results_file(toy: Path) -> None:
    assert "cannot be read" in refused(run("report", "--results", "nowhere.json"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "no/such/folder/r.html"), "there is no directory"),
        (("-o", "."), "it is a directory"),
        (("-o", "/dev/null"), "it is a device or a pipe"),
        (("-o", "r.pdf"), "--format"),
        (("--format", "pdf"), "'pdf' is not one of"),
    ],
)
def test_bad_targets(toy: Path, words: tuple[str, ...], said: str) -> None:
    assert said in refused(run("report", *words))


def test_an_older_report_is_never_half_overwritten(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (toy / "report.html").write_text("the old one")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert "No space left" in refused(run("report"))
    assert (toy / "report.html").read_text() == "the old one"
    assert [path.name for path in toy.glob(".report*")] == []


def test_a_failure_while_rendering_leaves_the_older_report(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (toy / "report.html").write_text("the old one")
    monkeypatch.setattr("verifier.report.html.render", lambda *_: 1 / 0)
    assert run("report").exit_code == 4
    assert (toy / "report.html").read_text() == "the old one"


def test_graph(toy: Path) -> None:
    assert run("graph", "-o", "g.svg").exit_code == 0
    assert run("graph", "-o", "g.dot").exit_code == 0
    assert "toy" in (toy / "g.dot").read_text()
    svg = (toy / "g.svg").read_text()
    assert svg.startswith("<svg")
    assert "<style>" in svg
    assert "<a " not in svg  # a file of its own has nowhere to lead


def test_graph_without_results_rechecks_the_proofs(toy: Path) -> None:
    database(toy).unlink()
    assert run("graph", "toy", "-o", "g.dot").exit_code == 0
    assert not database(toy).exists()  # nothing was sampled, nothing stored


def test_graph_bad_input(toy: Path) -> None:
    assert ".svg or .dot" in refused(run("graph", "-o", "g.png"))
    assert "unknown statement" in refused(run("graph", "toi", "-o", "g.svg"))
    assert run("graph").exit_code == 2


def test_a_check_keeps_what_a_report_needs(toy: Path) -> None:
    database(toy).unlink()
    result = run("check", "toy", "-k", "r=1", "--seed", "11", "--jobs", "1", "-q")
    assert result.exit_code in (0, 3), result.output
    data = json.loads(run("report", "--format", "json", "-o", "-").stdout)
    assert data["run"]["command"] == 'verifier check toy -k "r=1" --seed 11'
    (measurement,) = data["statements"][0]["measurements"]
    assert len(measurement["evidence"]["log_mean"]) == 6


def test_nothing_is_kept_of_machine_or_user(toy: Path) -> None:
    text = json.dumps(stored_run(toy), separators=(",", ":"))
    assert str(Path.home()) not in text or str(Path.home()) == "/"
    assert os.uname().nodename not in re.sub(r'"reproduce":"[^"]*"', "", text)


def test_file_is_readable_by_others(toy: Path) -> None:
    run("report")
    assert (toy / "report.html").stat().st_mode & 0o044 == 0o044 & ~stored_umask()


def stored_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_run_that_did_not_end_is_not_the_last(toy: Path) -> None:
    with Store.open(toy / ".verifier", write=True) as store:
        store.begin("killed", "2999-01-01T00:00:00+00:00")
    last = stored.latest()
    assert last is not None
    assert last.number == 1


def test_show_has_the_numbers_of_the_last_run(toy: Path) -> None:
    text = run("show", "toy").output
    assert "numbers, from the check of" in text
    assert "contradicted / consistent" in text
    assert "[-" in text  # the words that differ, marked without colours
    assert "{+" in text


def test_show_without_a_run_says_so(toy: Path) -> None:
    database(toy).unlink()
    text = run("show", "toy").output
    assert "no numbers yet: verifier check toy draws samples" in text
    assert "numbers, from" not in text


def test_show_passes_over_runs_it_cannot_read(toy: Path) -> None:
    with Store.open(toy / ".verifier", write=True) as store:
        number = store.begin("another version", "2999-01-01T00:00:00+00:00")
        measured = store.exponents(1)
        store.end(number, {}, {"format": 1}, [], measured)
    assert "numbers, from the check of" in run("show", "toy").output
