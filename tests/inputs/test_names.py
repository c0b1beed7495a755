"""Names that come from files: what a terminal, a log, a runner or a page would obey is shown, and never obeyed."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.commands.terminal import Outlet
from verifier.inputs.visible import one_line, visible

SCRIPT = str(Path(sys.executable).with_name("verifier"))
#: Hidden text, a title, a link, a cleared screen, a turned direction, a return to the line's start, a line of its own.
HOSTILE = (
    "a\x1b[8m", "a\x1b]0;title\x07", "a\x1b]8;;http://example.org\x1b\\b", "a\x1b[2J", "a\u202edevorp", "a\rproved b",
    "a\nproved theorem1", "a\x9b8m", "a\u2066b", "a\x7f", "a\u200bb", "a\ufeffb", "a\u2028b", "a\x00b", "a\u0085b",
)  # fmt: skip
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_obeyed_is_shown_as_its_number(text: str) -> None:
    assert not OBEYED.search(visible(text))
    assert not OBEYED.search(one_line(text))
    assert "\n" not in one_line(text)
    assert visible(visible(text)) == visible(text)
    assert visible("Θ(x, x′) ≤ √n · ñ עברית\u2009%") == "Θ(x, x′) ≤ √n · ñ עברית\u2009%"


def _on_a_terminal(words: list[str], folder: Path) -> str:
    master, slave = pty.openpty()
    process = subprocess.Popen([SCRIPT, *words], stdin=slave, stdout=slave, stderr=slave, close_fds=True, cwd=folder,
                               env=os.environ | {"TERM": "xterm", "COLUMNS": "80", "PAGER": "cat"})  # fmt: skip
    os.close(slave)
    found = b""
    while True:
        try:
            read = os.read(master, 65536)
        except OSError:
            break
        if not read:
            break
        found += read
    os.close(master)
    process.wait(timeout=100)
    return found.decode("utf-8")


#: Colours and the like that rich writes on its own account.
_COLOURS = re.compile("\x1b\\[[0-9;]*m|\r\n|\x1b\\[\\?25[hl]|\x1b\\[2K|\x1b\\[1A|\r")


def test_no_name_of_a_file_or_a_group_reaches_a_terminal_as_it_is(tmp_path: Path) -> None:
    """All of them in one name, whose lines and signs are looked at one by one."""
    text = "".join(HOSTILE).replace("\x00", "")
    name = text.replace("/", ":")
    (tmp_path / "data.json").write_text(json.dumps([{"width": n, "value": (1 + k / 9) / n, text: text}
                                                    for n in (128, 512, 2048, 8192) for k in range(9)]))  # fmt: skip
    (tmp_path / f"{name}.csv").write_text("width,value\n1,2\n")
    for words in (["fit", "data.json", "--expect", "-1", "--by", text], ["fit", f"{name}.csv", "--expect", "-1"],
                  ["show", name], ["check", name], ["gate", "--config", name], ["verify", name],
                  ["sample", name, "--depth", "2", "--width", "9", "--samples", "2", "-o", "x.npz"]):  # fmt: skip
        found = _on_a_terminal(words, tmp_path)
        plain = _COLOURS.sub("\n", found)
        assert not OBEYED.search(plain), repr(plain)
        assert not any(line.strip().startswith("proved") for line in plain.splitlines()), repr(plain)
        assert "\x1b[8m" not in found


def test_a_proof_with_a_forged_name_is_no_proof(tmp_path: Path) -> None:
    """An earlier version printed the 'goal' below as two, the second of them never proved."""
    goal = "theorem1.order.deep\x1b[22m (amended)\n\x1b[2m  says      \x1b[0morder K(r) power min(0, (H - r))\n\x1b[8m"
    path = tmp_path / "forged.json"
    subprocess.run([SCRIPT, "prove", "lemma5", "-o", str(path)], check=True, capture_output=True)
    data = json.loads(path.read_text())
    data["documents"][-1]["goals"][0]["id"] = goal
    path.write_text(json.dumps(data))
    done = subprocess.run([SCRIPT, "verify", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr
    assert "no name" in done.stderr


LEMMA = """from sympy import Function, Symbol
from verifier.claims.statement import Claim, Erratum, Form, Hypothesis, Kind, Source, Statement, Witness
r = Symbol("r")
TEXT = @TEXT
statement = Statement(
    name="x", title=TEXT, source=Source(TEXT, (TEXT,), TEXT), summary=TEXT, label=TEXT,
    claims=(
        Claim("x.order", Kind.ORDER, Function("X")(r), TEXT, exponent=-r, latex=TEXT, hypotheses=("h",)),
        Claim("x.printed", Kind.ORDER, Function("X")(r), TEXT, exponent=-2 * r, form=Form.PRINTED, errata=("E1",),
              instead=("x.order",)),
    ),
    hypotheses=(Hypothesis("h", TEXT, Witness(TEXT, claim="x.order", reproduce=TEXT), latex=TEXT),),
    errata=(Erratum("E1", TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT),),
)
"""
CHECK = """import numpy as np
from verifier.quantities.check import Check, Measure, Quantity, cells
def draw(shared, cells, width, samples, rng):
    return rng.standard_normal((samples, len(cells))) / width
check = Check("x", Measure(Quantity("X", @TEXT, (), draw), cells(r=[1]), widths=(128, 413, 1150, 4690, 20011),
                           block=256, samples=512))
"""
#: What a page, a formula, a table or a log could take for its own.
MARKUP = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</style><script>alert(1)</script>",
    "javascript:alert(1)", "&lt;b&gt; ]]> <!-- --> {{ 7 * 7 }} {% raw %}", "\\input{/etc/passwd} \\write18{id} $x$ % #",
    "\\href{javascript:alert(1)}{x}", "| a | b |\n|---|---|", "::error::forged %0A::warning::x",
    "`x` @mention #1 ![x](y)",
    "pad " * 12 + "::error file=x,line=1::forged " * 5, "##[error]forged",
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from .projects import forget

    monkeypatch.chdir(tmp_path)
    forget(tmp_path)
    for sub in ("lemmas", "checks"):
        (tmp_path / sub).mkdir()
    return tmp_path


def _write(folder: Path, text: str) -> None:
    from .projects import forget

    for sub, source in (("lemmas", LEMMA), ("checks", CHECK)):
        (folder / sub / "x.py").write_text(source.replace("@TEXT", repr(text)))
    forget(folder)


def _run(*words: str) -> str:
    result = CliRunner().invoke(cli, list(words))
    assert result.exit_code in (0, 1, 3), result.output[-600:]
    return result.stdout


@pytest.mark.parametrize("text", HOSTILE)
def test_fields_with_what_a_terminal_obeys_are_refused(project: Path, text: str) -> None:
    _write(project, text)
    result = CliRunner().invoke(cli, ["check", "x", "-q", "-j", "1"])
    if "\n" in text:
        assert not any(line.startswith("proved theorem1") for line in result.stdout.splitlines() if "x.order" in line)
        return
    assert result.exit_code == 2
    assert "lemmas/x.py" in result.stderr
    assert not OBEYED.search(result.output)


@pytest.mark.parametrize("text", MARKUP)
def test_a_report_has_no_script_no_link_and_no_command_of_a_field(project: Path, text: str) -> None:
    import html5lib

    _write(project, text)
    _run("check", "x", "-q", "-j", "1", "--quick")
    _run("report", "-o", "r.html", "-q", "x")
    page = Path("r.html").read_text()
    parsed = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False).parse(page)
    tags = {str(element.tag).lower() for element in parsed.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "iframe", "object", "embed", "base", "form", "input", "audio", "video"}
    for element in parsed.iter():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.attrib.items():
            assert not str(name).lower().startswith("on"), (element.tag, name)
            if str(name).lower().endswith(("href", "src")):
                assert value.startswith(("#", "data:", "http://www.w3.org/", "https://")), (element.tag, name, value)
                assert "javascript" not in value.lower()
    policies = [e.attrib["content"] for e in parsed.iter("meta") if e.attrib.get("http-equiv")]
    assert policies
    assert "default-src 'none'" in policies[0]
    assert "script-src" not in policies[0] or "script-src 'none'" in policies[0]
    _run("report", "-o", "r.tex", "-q", "x")
    tex = Path("r.tex").read_text()
    assert not re.search(
        r"\\(input|include|write|openout|openin|read|immediate|catcode|csname|directlua|def|href\{java)", tex
    )
    _run("report", "-o", "r.md", "-q", "x")
    shown = re.sub(r"(`+).*?\1|\\.", "", Path("r.md").read_text())  # without code, and what a backslash makes text
    assert "<script" not in shown
    assert "![x](y)" not in shown


@pytest.mark.parametrize("text", MARKUP)
def test_no_line_of_text_becomes_a_command_of_a_runner(
    project: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """However it came to stand at the start of a line: by a newline, by wrapping, or behind blanks."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project / "summary.md"))
    _write(project, text)
    result = CliRunner().invoke(
        cli, ["gate", "-q", "-j", "1", "--quick", "--github", "--junit", "j.xml", "--json", "g.json"]
    )
    assert result.exit_code in (0, 1, 3), result.output[-600:]
    commands = [line for line in result.output.splitlines() if line.lstrip().startswith(("::", "##["))]
    assert all(line.startswith("::error file=lemmas/x.py,line=") for line in commands)
    assert all(line.count("::") >= 2 for line in commands)
    claims = json.loads(Path("g.json").read_text())["claims"]
    assert len(commands) == sum(claim["outcome"] != "expected" for claim in claims) > 0
    cases = list(ElementTree.parse("j.xml").iter("testcase"))
    assert len(cases) == len(claims)
    summary = Path("summary.md").read_text()
    assert "<script" not in summary
    assert len([line for line in summary.splitlines() if line.startswith("|---")]) == 2


def test_the_outlet_writes_commands_of_its_own_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    stream = io.StringIO()
    outlet = Outlet(stream)
    for text in (
        "a ::error::b\n",
        "  ::error::c\n",
        "  ",
        "::error::d\n",
        "e",
        "::f\n",
        "##[group]g\n",
        "\n::h\n:",
        ":i\n",
    ):
        outlet.write(text)
    assert not [line for line in stream.getvalue().splitlines() if line.lstrip().startswith(("::", "##["))]
    outlet.write_command("::error::own\n")
    assert stream.getvalue().endswith("\n::error::own\n")


def test_every_console_is_a_screen_and_every_line_passes_the_outlet() -> None:
    """No other way to a terminal is opened: rich's own console, ``print``, or a stream that was kept."""
    package = Path(__file__).resolve().parents[2] / "verifier"
    way = re.compile(r"(?<![\w.])(print|Console)\(|sys\.__std(out|err)__|os\.write\(")
    found = []
    for path in package.rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            told = line.lstrip().startswith((">>>", "...", "#", "class "))
            if way.search(line) and not told and path.parts[-2] not in ("kernel", "template"):
                found.append(f"{path.relative_to(package)}: {line.strip()}")
    assert found == []


def test_the_action_passes_its_inputs_by_the_environment_alone() -> None:
    """An input in the text of a script is run by the shell: `${{ inputs.names }}` could be `$(curl …)`."""
    text = (Path(__file__).resolve().parents[2] / "action.yml").read_text(encoding="utf-8")
    scripts = re.findall(r"^( +)run: (.*(?:\n(?:\1 +.*)?)*)", text, re.MULTILINE)
    assert len(scripts) >= 2
    for _, script in scripts:
        assert "${{" not in script
    gate = next(script for _, script in scripts if "verifier gate" in script)
    assert "eval" not in gate
    assert re.search(r"-- *\"\$\{names\[@\]\}\"", gate)
    assert "set -f" in gate or "read -r" in gate
