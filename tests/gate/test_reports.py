"""What the gate writes for other programs: JUnit against a schema, GitHub against golden text, the action's script."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from verifier.gating.compare import Gated, Outcome, exit_code
from verifier.gating.github import annotate, summary
from verifier.gating.junit import junit
from verifier.gating.lines import claim_line, statement_line

from .conftest import Toy

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WHEN = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)

FINDINGS = [
    Gated("toy", "toy.order (amended)", Outcome.EXPECTED, "amended: verified", "proved, consistent"),
    Gated(
        "toy", "toy.second (amended)", Outcome.UNEXPECTED, "amended: verified", "proved, contradicted",
        "X ~ n^-1: 100% of it\nangle=60: the exponent lies in [-2.1, -1.9], without -1",
        'verifier check toy -k "angle=60" --seed 20201', Path("lemmas/toy.py"), 11,
    ),
    Gated(
        "a|b", "a|b, c", Outcome.UNDECIDED, "proved, consistent", "proved, inconclusive", "", "", Path("l/a.py"), 3
    ),
    Gated("bad", "bad", Outcome.UNREADABLE, "readable", "unreadable", "lemmas/bad.py:2: SyntaxError: \x00 <&>", "",
            Path("lemmas/bad.py"), 2),
    Gated("other", "other.x (printed)", Outcome.FAILED, "gap, consistent", "gap, invalid", "1 / 0"),
]  # fmt: skip


def _schema() -> object:
    xmlschema = pytest.importorskip("xmlschema")
    return xmlschema.XMLSchema(str(HERE / "junit.xsd"))


def test_junit_is_accepted_by_the_schema_and_counts_right() -> None:
    text = junit(FINDINGS, seed=7, seconds=1.5, time=WHEN)
    schema = _schema()
    schema.validate(text)  # type: ignore[attr-defined]
    assert text.count("<failure ") == 2
    assert text.count("<error ") == 2
    assert 'tests="2" failures="1" errors="0"' in text
    assert "lemmas/toy.py:11" in text
    assert "\x00" not in text


@pytest.mark.parametrize(
    ("old", "new"),
    [('type="unexpected"', ""), ("<system-out />", ""), ('id="1"', 'id="0"'), ('tests="2"', 'tests="-2"'),
     ("testcase", "test"), ("2024-02-03T04:05:06", "yesterday")],
)  # fmt: skip
def test_the_schema_refuses_what_is_no_junit(old: str, new: str) -> None:
    text = junit(FINDINGS, seed=7, seconds=1.5, time=WHEN)
    assert old in text
    assert not _schema().is_valid(text.replace(old, new))  # type: ignore[attr-defined]


def test_the_gate_s_own_file_is_accepted(toy: Toy) -> None:
    toy.write("other", exponent="-2")
    Path("lemmas/broken.py").write_text("if\n")
    toy.gate("--junit", "x.xml", code=2)
    text = Path("x.xml").read_text()
    _schema().validate(text)  # type: ignore[attr-defined]
    assert text.count("<testcase ") == 3
    assert 'type="unexpected"' in text
    assert 'type="unreadable"' in text


def test_annotations_are_the_golden_text() -> None:
    found = "\n".join(annotate(FINDINGS, Path())) + "\n"
    assert found == (HERE / "golden" / "annotations.txt").read_text()


def test_the_summary_is_the_golden_text() -> None:
    found = summary(FINDINGS, seed=7, profile="full", seconds=12.4)
    assert found == (HERE / "golden" / "summary.md").read_text()


def test_annotations_stand_at_the_claim_s_own_line(toy: Toy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    toy.write(exponent="-2")
    target = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(target))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    shown = toy.gate("--github", code=1).stdout.splitlines()
    (line,) = [text for text in shown if text.startswith("::")]
    assert line.startswith("::error file=lemmas/toy.py,line=11,title=toy.order (amended)%3A changed::expected amended")
    stated = Path("lemmas/toy.py").read_text().splitlines()[10]
    assert '"toy.order"' in stated
    assert target.read_text().startswith("### verifier gate: 1 claim, 1 not as recorded")
    toy.write()
    assert "::error" not in toy.gate("--github", code=0).stdout


def test_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text('NAME = "x.b"\n\nstatement = S(\n  claims=(\n    s.Claim(id="x.a"),\n    Claim("x.b"),\n))\n')
    assert [claim_line(path, name) for name in ("x.a", "x.b", "x.c")] == [5, 6, 1]
    assert statement_line(path) == 3
    assert claim_line(tmp_path / "none.py", "x.a") == 1


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], 0),
        (["expected"], 0),
        (["expected", "undecided"], 3),
        (["undecided", "failed"], 2),
        (["failed", "unexpected"], 2),
        (["unexpected", "unreadable", "failed", "undecided"], 2),
    ],
)
def test_exit_codes_in_their_order(outcomes: list[str], code: int) -> None:
    assert exit_code(Gated("s", "n", Outcome(word), "", "") for word in outcomes) == code


def _script() -> str:
    """The last step's script of action.yml."""
    text = (ROOT / "action.yml").read_text()
    block = text[text.rindex("run: |\n") + len("run: |\n") :]
    return "\n".join(line.removeprefix("        ") for line in block.splitlines())


@pytest.mark.parametrize(
    ("given", "expected", "code"),
    [
        ({}, "gate --github --junit j.xml --quiet --config pyproject.toml --", 0),
        ({"PROFILE": "fresh", "NAMES": "a b"},
         "gate --github --junit j.xml --quiet --config pyproject.toml --fresh -- a b", 0),
        # A configuration that is not there must not become a green run of the shipped statements.
        ({"CONFIG": "none.toml", "TIMEOUT": "5"},
         "gate --github --junit j.xml --quiet --config none.toml --timeout 5 --", 0),
        ({"PROFILE": "slow"}, "::error::profile is 'slow'; it must be quick, full, thorough or fresh", 2),
    ],
)  # fmt: skip
def test_the_action_s_script(tmp_path: Path, given: dict[str, str], expected: str, code: int) -> None:
    stub = tmp_path / "verifier"
    stub.write_text('#!/bin/sh\necho "$@"\n')
    stub.chmod(0o755)
    (tmp_path / "pyproject.toml").write_text("")
    base = {"CONFIG": "pyproject.toml", "NAMES": "", "PROFILE": "full", "JUNIT": "j.xml", "TIMEOUT": ""}
    environment = base | given | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-e", "-c", _script()], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == expected, done.stderr
    assert done.returncode == code


def test_every_input_of_the_action_is_used() -> None:
    text = (ROOT / "action.yml").read_text()
    block = text[text.index("inputs:") : text.index("outputs:")]
    for name in re.findall(r"^  ([\w-]+):$", block, re.MULTILINE):
        assert f"inputs.{name}" in text


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    program = (
        "import sys, time; start = time.process_time()\n"
        "from click.testing import CliRunner; from verifier.cli import cli\n"
        "result = CliRunner().invoke(cli, ['--help'])\n"
        "heavy = [m for m in ('numpy', 'scipy', 'sympy', 'pytest', 'rich') if m in sys.modules]\n"
        "print(result.exit_code, time.process_time() - start, heavy)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    code, seconds, heavy = done.stdout.split(maxsplit=2)
    assert (code, heavy.strip()) == ("0", "[]")
    assert float(seconds) < 0.5
