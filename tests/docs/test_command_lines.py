"""The command lines that README and documentation show can be typed, and print what is shown beside them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from verifier.cli import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "verifier/projects/template/README.md.in", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def lines(text: str) -> Iterator[str]:
    """The command lines of a page: after ``$ `` in console blocks, and in blocks that are only indented."""
    for language, block in FENCE.findall(text):
        if language == "console":
            yield from (line[2:] for line in block.splitlines() if line.startswith("$ "))
    for line in FENCE.sub("", text).splitlines():
        if re.match(r"    (verifier|\w+ \| verifier) ", line + " "):
            yield line.strip()


def commands(line: str) -> Iterator[list[str]]:
    """The words of each call of verifier in a line."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;")
    lexer.whitespace_split = True
    words, call = list(lexer), []
    for word in [*words, "&&"]:
        if word in ("&&", "|", ";"):
            if call[:1] == ["verifier"]:
                yield call[1:]
            call = []
        else:
            call.append(word)


def problem(words: list[str]) -> str | None:
    """Why this cannot be typed: no such command, or one that does not take these options; None where it can."""
    if not words:
        return None
    command = cli.get_command(click.Context(cli), words[0])
    if command is None:
        return f"{words[0]} is not a command"
    try:
        command.make_parser(click.Context(command)).parse_args(words[1:])
    except click.UsageError as error:
        return error.format_message()
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_command_line_can_be_typed(page: Path) -> None:
    found = [words for line in lines(page.read_text(encoding="utf-8")) for words in commands(line)]
    assert {" ".join(words): problem(words) for words in found if problem(words)} == {}


def test_there_are_command_lines_and_a_wrong_one_is_seen() -> None:
    assert sum(len(list(lines(page.read_text(encoding="utf-8")))) for page in PAGES) > 50
    (left, right) = commands("verifier chek lemma4 && verifier fit 'a b.csv' --expct 0  # a comment; of two")
    assert problem(left) == "chek is not a command"
    assert right == ["fit", "a b.csv", "--expct", "0"]
    assert "--expct" in (problem(right) or "")
    assert list(lines("```console\n$ verifier list\n4\n```\n\n    verifier gate\n\n    other gate\n")) == [
        "verifier list", "verifier gate",
    ]  # fmt: skip


def shown(text: str) -> list[tuple[str, str]]:
    """Commands with what the page says they print, where it says so."""
    blocks = "".join(f"{block}$ \n" for language, block in FENCE.findall(text) if language == "console")
    found = re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)+)", blocks, re.MULTILINE)
    return [(command, output) for command, output in found if re.match("verifier (exact|conjecture) ", command)]


@pytest.mark.parametrize(("command", "output"), shown((ROOT / "docs" / "exact.md").read_text(encoding="utf-8")))
def test_what_is_shown_is_printed(command: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact results: every digit is the same everywhere.  What is left out is shown as ``…``."""
    monkeypatch.setenv("COLUMNS", "80")
    (words,) = commands(command)
    printed = CliRunner().invoke(cli, words).output
    assert re.fullmatch(".*".join(map(re.escape, output.split("…"))), printed, re.DOTALL), printed


#: command lines that need no file and are run as they stand, with their exit codes; 3: cells that were not selected
RUN = {
    "list": 0, "show theorem1": 0, "show theorem1.zero": 0, "check theorem1.zero": 0, "check theorem1::H=2,r=3": 3,
    "check theorem1.zero::H=2 lemma4": 3, "axioms theorem1.zero": 0, "gate theorem1.zero": 0, "rules order": 0,
    "rules joint.two": 0, "rules A": 0, "exact T(3) --depth 4 --activation relu --moment 2": 0,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("line", RUN)
def test_a_command_line_that_is_shown_does_what_is_said(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside of any project, so that the shipped statements are meant; the seed is the command's own."""
    shown_lines = [words for page in PAGES for x in lines(page.read_text(encoding="utf-8")) for words in commands(x)]
    (words, *_) = [words for words in shown_lines if " ".join(words) == line]
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli, words).exit_code == RUN[line]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_python_that_is_shown_is_python(page: Path) -> None:
    for language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "python" and ">>> " not in block:
            compile(block, page.name, "exec")
