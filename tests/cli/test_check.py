"""``verifier check`` end to end.

Verdicts here come from fixed seeds: repeated runs give the same ones.  For a fresh seed the false-alarm rate
of each run is at most its alpha, 1e-3 a claim; nothing here draws fresh seeds.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from verifier.sampling.store import Store

from .conftest import Toy, cells_of

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "check.schema.json").read_text())


def test_true_claims_are_consistent_and_the_json_is_as_documented(toy: Toy) -> None:
    report = toy.check("toy")
    jsonschema.validate(report, SCHEMA)
    order = cells_of(report, "toy.order")
    assert [c["verdict"] for c in order] == ["consistent"] * 6
    for cell in order:
        assert cell["claimed"] == -cell["parameters"]["r"]
        assert cell["low"] <= cell["estimate"] <= cell["high"]
        assert cell["claimed"] - 0.125 < cell["low"]
        assert cell["high"] < cell["claimed"] + 0.125
        assert cell["zero_fraction"] == 0
        assert cell["alpha"] == pytest.approx(1e-3 / 6)


def test_zero_is_claimed_as_a_word_and_an_order_of_it_is_invalid(toy: Toy) -> None:
    report = toy.check("toy")
    zero = cells_of(report, "toy.zero")
    assert [(c["claimed"], c["verdict"], c["zero_fraction"]) for c in zero] == [("zero", "consistent", 1.0)] * 2
    asked = [c for c in cells_of(report, "toy.printed") if c["parameters"]["r"] == 3]
    assert {c["verdict"] for c in asked} == {"invalid"}
    assert all("identically zero" in c["reason"] for c in asked)


@pytest.mark.parametrize("wrong", ["1 - r", "-r - 1", "-r + 0.5"])
def test_a_wrong_exponent_is_contradicted(toy: Toy, wrong: str) -> None:
    toy.write(amended=wrong)
    report = toy.check("toy", code=1)
    assert {c["verdict"] for c in cells_of(report, "toy.order")} == {"contradicted"}
    assert report["statements"][0]["amended"]["verdict"] == "contradicted"
    assert report["exit_code"] == 1


def test_a_quantity_that_is_not_zero_is_not_called_zero(toy: Toy) -> None:
    toy.write(bad="1e-300")
    report = toy.check("toy", code=1)
    assert {c["verdict"] for c in cells_of(report, "toy.zero")} == {"contradicted"}


@pytest.mark.parametrize("bad", ["float('nan')", "float('inf')"])
def test_nan_and_infinity_are_invalid_with_a_reason(toy: Toy, bad: str) -> None:
    toy.write(bad=bad, amended="-r")
    lemma = Path("lemmas/toy.py")
    lemma.write_text(lemma.read_text().replace("Form.AMENDED: Summary.GAP", "Form.AMENDED: Summary.VERIFIED"))
    report = toy.check("toy", code=3)
    cells = cells_of(report, "toy.order")
    assert {c["verdict"] for c in cells} == {"invalid"}
    assert all("NaN or infinite" in c["reason"] for c in cells)


def test_the_reproduce_line_gives_the_same_cell_again(toy: Toy) -> None:
    toy.write(amended="-r - 0.25")
    everything = toy.check("toy", "--seed", "7", code=1)
    cell = cells_of(everything, "toy.order")[4]
    words = shlex.split(cell["reproduce"])
    assert words[:2] == ["verifier", "check"]
    again = cells_of(toy.check(*words[2:], code=1), "toy.order")
    assert again == [cell]


@pytest.mark.parametrize("reads", [True, False])
def test_lines_that_are_to_be_run_again_name_the_data_and_the_effort(toy: Toy, reads: bool) -> None:
    """In the JSON, on the terminal and in the report; twins: what reads no data, and a run without them."""
    toy.write(amended="-r - 0.25")
    path = toy.folder / "checks" / "toy.py"
    axis = ', data="digits"' if reads else ""
    path.write_text(path.read_text().replace("r=[0, 1, 2, 3])", f"r=[0, 1, 2, 3]{axis})"))
    folder = toy.folder / "of images"
    folder.mkdir()
    words = ("toy", "--data", "of images", "--effort", "paper", "--samples", "2000")
    again = f"--samples 2000 --effort paper --data '{folder}'"
    everything = toy.check(*words, code=1)
    cell = cells_of(everything, "toy.order")[4]
    line = cell["reproduce"]
    assert line.endswith(again if reads else "--samples 2000 --effort paper")
    assert cells_of(toy.check(*shlex.split(line)[2:], code=1), "toy.order") == [cell]
    assert line in toy.run("check", *words, "-q", "-j", "1").stdout
    assert toy.run("report", "-o", "out.json", "-q").exit_code == 0
    told = json.loads((toy.folder / "out.json").read_text())
    assert told["run"]["command"] == f"verifier check toy {again} --seed 20201"
    assert line in (toy.folder / "out.json").read_text().replace("\\", "")
    assert toy.run("report", "-o", "out.html", "-q").exit_code == 0
    assert "--effort paper" in (toy.folder / "out.html").read_text()
    plain = cells_of(toy.check("toy", code=1), "toy.order")[4]["reproduce"]
    assert "--data" not in plain
    assert "--effort" not in plain


@pytest.mark.parametrize("options", [(), ("--samples", "3000"), ("--widths", "32,100,333,1000,2^14")])
def test_nothing_depends_on_how_many_workers_there_are(toy: Toy, options: tuple[str, ...]) -> None:
    one = toy.run("check", "toy", "--json", "-q", "--jobs", "1", *options)
    two = toy.run("check", "toy", "--json", "-q", "--jobs", "3", *options)
    assert one.exit_code == two.exit_code
    assert one.stdout == two.stdout
    assert len(json.loads(one.stdout)["statements"][0]["claims"][0]["cells"]) == 8


def test_the_seed_matters_and_is_recorded(toy: Toy) -> None:
    first, second = toy.check("toy", "--seed", "1"), toy.check("toy", "--seed", "2")
    assert (first["seed"], second["seed"]) == (1, 2)
    assert cells_of(first, "toy.order")[0]["estimate"] != cells_of(second, "toy.order")[0]["estimate"]


def test_few_samples_are_inconclusive_and_say_what_would_decide(toy: Toy) -> None:
    lemma = Path("lemmas/toy.py")
    lemma.write_text(lemma.read_text().replace("Form.AMENDED: Summary.GAP", "Form.AMENDED: Summary.VERIFIED"))
    result = toy.run("check", "toy", "--samples", "64", "-q", "--jobs", "1")
    assert result.exit_code == 3
    text = " ".join(result.stdout.split())
    assert "about 154 samples a width would decide it, about" in text
    assert "drawn so far: 64" in text


def test_too_long_a_run_ends_with_what_is_decided(toy: Toy) -> None:
    toy.write(sleep="time.sleep(0.3 if shared['H'] == 2 else 0)")
    result = toy.run("check", "toy", "--timeout", "1.5", "-q", "--jobs", "1", "--json")
    assert result.exit_code == 3
    verdicts = {(c["parameters"]["H"], c["verdict"]) for c in cells_of(json.loads(result.stdout), "toy.order")}
    assert (1, "consistent") in verdicts
    assert (2, "untested") in verdicts


def test_the_text_shows_claims_verdicts_and_the_summary(toy: Toy) -> None:
    toy.write(amended="-r - 1")
    text = toy.run("check", "toy", "-q", "--jobs", "1").stdout
    for words in ("toy.order", "no proof is given", "contradicted", "verifier check toy -k", "--seed 20201",
                  "amended: contradicted, expected gap", "printed: gap, as expected"):  # fmt: skip
        assert words in text


def test_progress_is_plain_lines_on_stderr_when_piped(toy: Toy) -> None:
    result = toy.run("check", "toy", "--jobs", "1")
    assert "toy H=1: 4 of 4 cells decided" in result.stderr
    assert "cells decided" not in result.stdout


def test_a_run_is_stored_with_its_command_verdicts_and_exponents(toy: Toy) -> None:
    report = toy.check("toy")
    with Store.open(toy.folder / ".verifier") as store:
        (run,) = store.runs()
        document, verdicts, exponents = (store.document(1), store.verdicts(1), store.exponents(1))
    assert (run.number, run.ended, run.command, run.seed) == (1, 1, "verifier check toy --seed 20201", "20201")
    assert [s["name"] for s in document["statements"]] == ["toy"]
    assert {v.form: v.word for v in verdicts} == {"printed": "gap", "amended": "gap"}
    found = {(c["verdict"], c["estimate"]) for c in cells_of(report, "toy.order")}
    assert {(e.verdict, e.estimate) for e in exponents if e.claim == "toy.order"} == found


def test_a_user_s_statement_and_check_stand_before_the_shipped_ones(toy: Toy) -> None:
    toy.write(name="theorem1")
    report = toy.check("theorem1")
    assert report["statements"][0]["claims"][0]["id"] == "theorem1.printed"
    assert cells_of(report, "theorem1.order")[0]["parameters"] == {"H": 1, "r": 0}


def test_a_broken_file_is_named_with_its_line_and_the_others_still_run(toy: Toy) -> None:
    Path("lemmas/broken.py").write_text("x = 1\nif x\n    pass\n")
    Path("lemmas/raises.py").write_text("x = 1\n\nraise RuntimeError('no such thing')\n")
    result = toy.run("check", "broken", "raises", "toy", "--json", "-q", "--jobs", "1")
    assert result.exit_code == 2
    assert "lemmas/broken.py:2: SyntaxError" in result.stderr
    assert "lemmas/raises.py:3: RuntimeError: no such thing" in result.stderr
    report = json.loads(result.stdout)
    assert [s["name"] for s in report["statements"]] == ["toy"]
    assert report["exit_code"] == 2


def test_a_sampler_that_fails_is_told_with_its_line(toy: Toy) -> None:
    toy.write(sleep="1 / 0")
    result = toy.run("check", "toy", "-q", "--jobs", "1")
    assert result.exit_code == 2
    assert "checks/toy.py:14: ZeroDivisionError: division by zero" in " ".join(result.stdout.split())
    assert "Traceback" not in result.output


@pytest.mark.parametrize("raised", ["ValueError", "ZeroDivisionError"])
def test_a_function_of_a_check_that_raises_is_told_with_its_line(toy: Toy, raised: str) -> None:
    """Of whatever kind: options that cannot be served are a ValueError too."""
    path = toy.folder / "checks" / "toy.py"
    path.write_text(path.read_text().replace("block=256", "quick=wrong, block=256") + "\n")
    text = path.read_text().replace("X = Quantity", f"def wrong(cell):\n    raise {raised}('no')\n\nX = Quantity")
    path.write_text(text)
    line = text[: text.index("raise ")].count("\n") + 1
    result = toy.run("check", "toy", "--quick", "-q", "--jobs", "1")
    assert result.exit_code == 2
    assert result.stderr == f"verifier: checks/toy.py:{line}: {raised}: no\n"


def _selected(report: dict[str, Any]) -> set[tuple[int, int]]:
    return {(c["parameters"]["H"], c["parameters"]["r"]) for c in cells_of(report, "toy.printed")}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("H=2,r=1", {(2, 1)}),
        ("H>=2 and r<2", {(2, 0), (2, 1)}),
        ("r!=0, r<=2, H=1", {(1, 1), (1, 2)}),
    ],
)
def test_selection(toy: Toy, expression: str, expected: set[tuple[int, int]]) -> None:
    assert _selected(toy.check("toy", "-k", expression)) == expected
