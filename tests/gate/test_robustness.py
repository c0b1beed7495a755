"""What must not be green: samplers that leave, files that nobody reads, records that outlive what they record.

As in test_gate the seed is fixed, so nothing here is random.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from verifier.cli import cli

from .conftest import Toy, _forget

ORDER = "toy.order (amended)"
NAN = "return Sample(np.full((samples, len(cells)), np.nan))"


def _edit(path: str, old: str, new: str) -> None:
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new))
    _forget()


@pytest.mark.parametrize("effect", ["raise SystemExit(0)", "raise SystemExit('bye')", "raise GeneratorExit"])
def test_a_sampler_that_leaves_the_interpreter_fails_its_claim_alone(toy: Toy, effect: str) -> None:
    toy.write("other", effect=effect)
    found = toy.findings(code=2)
    assert found[ORDER]["outcome"] == "expected"
    assert found["other.order (amended)"]["outcome"] == "failed"
    assert "record" not in found["other.order (amended)"]["message"]  # there is nothing to record


def test_a_statement_that_leaves_the_interpreter_is_unreadable(toy: Toy) -> None:
    Path("lemmas/other.py").write_text("import sys\nsys.exit(0)\n")
    found = toy.findings(code=2)
    assert found[ORDER]["outcome"] == "expected"
    assert "lemmas/other.py:2: SystemExit: 0" in found["other"]["message"]


def test_what_a_user_s_files_print_is_not_in_the_json(toy: Toy) -> None:
    toy.write(effect="print('drawn')")
    _edit("lemmas/toy.py", "X = Function", "print('loaded')\nX = Function")
    result = toy.gate("--json", "-", "--github", code=0)
    assert json.loads(result.stdout)["exit_code"] == 0
    assert "drawn" in result.stderr
    assert "loaded" in result.stderr


def test_a_helper_of_a_statement_that_raises_is_unreadable_and_the_rest_runs(toy: Toy) -> None:
    toy.write("other")
    path = Path("lemmas/other.py")
    flat = "Condition('flat', 'no angle', holds=lambda cell: cell['angle'] == 0).needed('an angle')"
    text = path.read_text().replace("expected={", f"hypotheses=({flat},),\n    expected={{")
    path.write_text(f"from verifier.claims.vocabulary import Condition\n{text}")
    found = toy.findings(code=2)
    assert found[ORDER]["outcome"] == "expected"
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if "cell['angle']" in text)
    assert found["other"]["message"] == f"lemmas/other.py:{line}: KeyError: 'angle'"
    path.write_text(path.read_text().replace("cell['angle'] == 0", "True"))
    _forget()
    toy.gate(code=0)


def test_a_check_without_a_statement_is_named(toy: Toy) -> None:
    Path("checks/_helper.py").write_text("")
    toy.gate(code=0)
    Path("checks/typo.py").write_text("")
    found = toy.findings(code=2)
    assert "write lemmas/typo.py" in found["typo"]["message"]
    assert found[ORDER]["outcome"] == "expected"


def test_a_recorded_statement_that_vanishes_is_a_change(toy: Toy) -> None:
    toy.write("other")
    toy.gate("--record", code=0)
    for folder in ("lemmas", "checks"):
        Path(folder, "other.py").unlink()
    found = toy.findings(code=1)
    assert found["other"]["found"] == "not stated"
    assert (found["other"]["file"], found["other"]["line"]) == ("verifier-gate.json", 5)
    assert found[ORDER]["outcome"] == "expected"
    toy.gate("toy", code=0)  # the others were not asked for
    toy.gate("--record", code=0)
    toy.gate(code=0)


@pytest.mark.parametrize(("sampled", "settings"), [("invalid", {"effect": NAN}), ("inconclusive", {"noise": "* np.exp("
                         "40 * rng.standard_normal((samples, 1)))"})])  # fmt: skip
def test_an_expected_gap_says_nothing_of_the_samples(toy: Toy, sampled: str, settings: dict[str, Any]) -> None:
    toy.write(**settings)
    claim = toy.findings(code=3)[ORDER]
    assert claim["found"] == f"gap, {sampled}"
    assert "says nothing of the samples" in claim["message"]
    toy.gate("--record", code=0)
    toy.gate(code=0)


def test_nothing_is_recorded_of_an_incomplete_run(toy: Toy) -> None:
    toy.write(effect="raise ValueError('no')")
    result = toy.gate("--record", code=2)
    assert "nothing is recorded: a sampler of toy failed" in result.stderr
    assert not Path("verifier-gate.json").exists()


def test_inside_a_project_is_not_outside_one(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.config("[tool.verifier]\nseed = 7\n")
    monkeypatch.chdir(toy.folder / "lemmas")
    result = toy.gate("--json", "-", code=0)
    assert result.stderr.splitlines() == [f"verifier: the project is {toy.folder}, found from lemmas/"]
    report = json.loads(result.stdout)
    assert (report["seed"], [claim["name"] for claim in report["claims"]]) == (7, [ORDER])
    assert ORDER in toy.findings("--config", "../pyproject.toml", code=0)


def test_the_command_of_a_fit_is_complete(toy: Toy) -> None:
    Path("my data.csv").write_text("n,value\n" + "".join(f"{n},{n % 7 - 3}\n" * 9 for n in range(3, 90)))
    toy.config(
        "[[tool.verifier.fits]]\nfile = 'my data.csv'\nkind = 'upper'\nexpect = -1\nalpha = 0.01\nmargin = 0.2\n"
        "allowance = 0\ncorrection = false\nwhere = 'value=-3'\nwidth = 'n'\nbase_width = 2\nin = 'depth'\n"
    )
    claim = toy.findings(code=3)["my data.csv"]
    assert claim["reproduce"] == (
        "verifier fit 'my data.csv' --kind upper --expect -1 --margin 0.2 --alpha 0.01 --allowance 0 --no-correction "
        "--width n --where value=-3 --base-width 2 --seeds many --in depth"
    )


def test_two_runs_and_any_number_of_workers_agree_to_the_byte(toy: Toy) -> None:
    toy.write("steep", exponent="-2")
    toy.write("nothing", effect=NAN)
    runs = [CliRunner().invoke(cli, ["gate", "-q", "--jobs", jobs, "--json", "-"]) for jobs in ("1", "2", "3")]
    assert {run.exit_code for run in runs} == {1}
    assert len({run.stdout for run in runs}) == 1
    other = CliRunner().invoke(cli, ["gate", "-q", "--jobs", "2", "--seed", "3", "--json", "-"])
    assert other.stdout != runs[0].stdout


@pytest.mark.slow
def test_a_worker_that_dies_is_an_internal_error_and_what_was_decided_is_shown(toy: Toy) -> None:
    toy.write("other", effect="import os; os._exit(0)")
    result = CliRunner().invoke(cli, ["gate", "-q", "--jobs", "2", "--json", "-"])
    assert result.exit_code == 4
    found = {claim["name"]: claim for claim in json.loads(result.stdout)["claims"]}
    assert "the run is incomplete: a worker process ended" in found["other.order (amended)"]["message"]
