"""What only shows in a process of its own: imports, interrupts, pipes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from .conftest import Toy, cells_of

COMMAND = [sys.executable, "-m", "verifier.cli"]


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys, verifier.cli, verifier.commands.check, verifier.commands.proofs, verifier.commands.inspect\n"
        "print(sorted({'numpy', 'scipy', 'sympy', 'rich', 'flint', 'mpmath', 'networkx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_workers_import_no_computer_algebra() -> None:
    program = "import sys, verifier.sampling.draw, verifier.verify.goals; print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_command_has_help_and_the_exit_codes_are_told() -> None:
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert "Exit codes" in done.stdout
    for command in ("list", "show", "check", "prove", "verify", "axioms"):
        assert command in done.stdout
        shown = subprocess.run([*COMMAND, command, "--help"], capture_output=True, text=True, check=True)
        assert "--help" in shown.stdout


def interruptible() -> None:
    """A shell's background job ignores the interrupt, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_prints_what_is_decided_and_exits_3(toy: Toy) -> None:
    """Cells of H = 1 take no time, those of H = 2 for ever; the interrupt comes in between."""
    toy.write(sleep="time.sleep(3600 if shared['H'] == 2 else 0)")
    for jobs in ("1", "2"):
        command = [*COMMAND, "check", "toy", "--json", "--samples", "256", "--jobs", jobs]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=interruptible
        )
        assert process.stderr is not None
        begun = process.stderr.readline()
        line = next(line for line in process.stderr if "pieces" not in line)  # nor what is to come, after 5 seconds
        assert begun == f"checking toy in {toy.folder}, seed 20201\n"  # at once, before anything is loaded
        assert "H=1: 4 of 4 cells decided" in line  # H = 1 is through
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
        assert process.returncode == 3, errors
        assert "Traceback" not in errors
        report = json.loads(output)
        verdicts = {(c["parameters"]["H"], c["verdict"]) for c in cells_of(report, "toy.order")}
        assert verdicts == {(1, "consistent"), (2, "untested")}
        assert report["exit_code"] == 3


def test_a_reader_that_goes_away_is_not_an_error(toy: Toy) -> None:
    command = [*COMMAND, "show", "lemma4"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors
    assert process.returncode == 0


def test_the_exit_code_is_that_of_the_verdict_whether_or_not_it_is_read(toy: Toy) -> None:
    """Contradicted (1) and as expected (0), read to its first line, and by nobody."""
    for exponent, code in (("-r - 1", 1), ("-r", 0)):
        toy.write(amended=exponent)
        for lines in (1, 0):
            command = [*COMMAND, "check", "toy", "-q", "--jobs", "1", "-k", "H=1"] if code else [
                *COMMAND, "check", "toy", "-q", "--jobs", "1"
            ]  # fmt: skip
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            assert process.stdout is not None
            if lines:
                process.stdout.readline()
            process.stdout.close()
            assert process.wait(timeout=60) == code, (exponent, lines)


@pytest.mark.parametrize(
    "words", [["check", "nothing"], ["list"], pytest.param(["check", "toy", "--jobs", "1"], marks=pytest.mark.slow)]
)
def test_nor_does_it_matter_who_reads_the_progress(toy: Toy, words: list[str]) -> None:
    """As in ``verifier check 2>&1 | head -1``: progress and messages go to a pipe that nobody reads."""
    read = subprocess.run([*COMMAND, *words], capture_output=True, check=False)
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=60) == read.returncode


@pytest.mark.parametrize(
    "encoding", ["cp1252", *(pytest.param(e, marks=pytest.mark.slow) for e in ("ascii", "utf-16"))]
)
def test_output_is_utf_8_whatever_the_console(toy: Toy, encoding: str) -> None:
    """A claim has characters that neither cp1252 nor ASCII has."""
    environment = os.environ | {"PYTHONIOENCODING": encoding, "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = subprocess.run([*COMMAND, "show", "lemma4"], capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "∇" in done.stdout.decode("utf-8")
    wrong = subprocess.run([*COMMAND, "check", b"\xce\xb5\xff"], capture_output=True, env=environment, check=False)
    assert wrong.returncode == 2  # what cannot be decoded is shown as numbers
    assert "unknown statement" in wrong.stderr.decode("utf-8")


def test_alone_it_says_what_to_type_first_and_exits_2() -> None:
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert 8 <= len(lines) <= 15
    assert all(len(line) <= 80 for line in lines)
    named = [line.split()[1] for line in lines if line.startswith("  verifier ")]
    assert named == ["list", "check", "show", "fit", "gate", "new", "doctor"]
    for name in named:
        assert subprocess.run([*COMMAND, name, "--help"], capture_output=True, check=False).returncode == 0, name


def test_an_unknown_option_alone_is_a_line() -> None:
    done = subprocess.run([*COMMAND, "--sed"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
