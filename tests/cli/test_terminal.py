"""What only a terminal or a shell sees: the pager of ``show``, completion."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Toy

COMMAND = [sys.executable, "-m", "verifier"]


def _on_a_terminal(words: list[str], **environment: str) -> tuple[int, str]:
    """Exit code and output of a command whose input, output and errors are one terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *words], stdin=slave, stdout=slave, stderr=slave, close_fds=True,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"} | environment,
    )  # fmt: skip
    os.close(slave)
    found = b""
    while True:
        try:
            read = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not read:
            break
        found += read
    os.close(master)
    return process.wait(timeout=60), found.decode("utf-8")


def test_show_goes_through_the_pager_on_a_terminal(toy: Toy, tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\nsed 's/^/PAGED /'\n")
    pager.chmod(0o755)
    code, text = _on_a_terminal(["show", "toy"], PAGER=str(pager), LINES="10")
    assert code == 0
    assert "PAGED " in text
    assert "toy.order" in text
    for words, lines in ((["show", "toy", "--no-pager"], "10"), (["show", "toy"], "500")):  # not wanted; it fits
        code, text = _on_a_terminal(words, PAGER=str(pager), LINES=lines)
        assert (code, "PAGED" in text, "toy.order" in text) == (0, False, True)


def test_in_a_pipe_nothing_is_paged_or_coloured(toy: Toy) -> None:
    done = subprocess.run(
        [*COMMAND, "show", "toy"], capture_output=True, text=True, check=True, env=os.environ | {"PAGER": "false"}
    )
    assert "toy.order" in done.stdout
    assert "\x1b" not in done.stdout


def _completed(line: str) -> list[str]:
    """What bash is offered at the end of ``line``."""
    words = line.split(" ")
    environment = os.environ | {
        "_VERIFIER_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1),
    }  # fmt: skip
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False, env=environment)
    return [entry.partition(",")[2] for entry in done.stdout.splitlines() if entry]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_is_told_how(shell: str) -> None:
    environment = os.environ | {"_VERIFIER_COMPLETE": f"{shell}_source"}
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert "_VERIFIER_COMPLETE" in done.stdout


def test_commands_statements_and_claims_are_completed(toy: Toy) -> None:
    assert _completed("verifier do") == ["doctor"]
    assert _completed("verifier check to") == ["toy"]
    assert _completed("verifier check theorem") == ["theorem1", "theorem2", "theorem3"]
    assert _completed("verifier show toy.") == ["toy.printed", "toy.order", "toy.zero"]
    assert _completed("verifier axioms toy.z") == ["toy.zero"]
    assert _completed("verifier prove toy.") == []  # proofs are of whole statements
    assert _completed("verifier check nothing.") == []
    Path("lemmas/toy.py").write_text("if x\n")
    assert _completed("verifier check toy.") == []
    assert "--samples" in _completed("verifier check --sam")
