"""``verifier exact`` and ``verifier conjecture`` as a user meets them: refusals first."""

import csv
import io
import json
import signal
import subprocess
import sys
import time
from fractions import Fraction as F
from math import prod

import pytest
from click.testing import CliRunner

from verifier.cli import cli
from verifier.exact.enumeration import MOST_GRAPHS


def run(*args):
    return CliRunner().invoke(cli, list(args), prog_name="verifier")


def refused(*args):
    """The lines on stderr of a command that must end with exit code 2."""
    found = run(*args)
    assert found.exit_code == 2, found.output
    assert found.stdout == ""
    first, *rest = found.stderr.rstrip("\n").split("\n")
    assert first.startswith("verifier: ")
    return first.removeprefix("verifier: "), rest


@pytest.mark.parametrize(
    ("text", "reason", "caret"),
    [
        ("f(0;a)", "letter 'a' is used once", 4),
        ("f(0;a) f(1;a) f(2;a)", "letter 'a' is used three times", 18),
        ("f(0;a)\n f(0;b)", "letter 'a' is used once", 4),
        ("T(2) $", "unexpected character '$'", 5),
        ("K(2) f", "K(r) must stand alone", 0),
        ("T(99999999999)", "the order of T has 11 digits", 2),
        ("T(1000)", "1001 factors: at most 1000", 2),
        ("f^99999999", "99999999 factors: at most 1000", 2),
        ("((f^40)^40)", "1600 factors: at most 1000", 8),
        ("K(" + "9" * 5000 + ")", "the order of K has 5000 digits", 2),
        ("(" * 60 + "f" + ")" * 60, "nested more than 50 deep", 50),
    ],
)
def test_texts_refused_with_a_caret(text, reason, caret):
    message, (shown, mark) = refused("exact", text, "--depth", "3")
    assert reason in message
    assert mark == " " * (2 + caret) + "^"
    whole = "  " + text.replace("\n", " ")
    assert shown == whole if len(text) < 1000 else whole.startswith(shown[:200]) and len(shown) <= len(whole)


@pytest.mark.parametrize("text", ["", "   "])
def test_empty_correlation(text):
    message, _ = refused("exact", text, "--depth", "3")
    assert message.startswith("an empty correlation function has no moments")


GRAM = ("T(2)", "--depth", "3", "--gram")


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("T(2)", "--depth", "0"), "--depth 0: it must be an integer of at least 1"),
        (("T(2)", "--depth", "x"), "--depth x: it must be an integer"),
        (("T(2)",), "Missing option '--depth'"),
        ((*GRAM, "0,1=1/2"), "masks of distinct inputs are dependent"),
        ((*GRAM, "symbolic"), "masks of distinct inputs are dependent"),
        ((*GRAM, "0,1=1/2", "--activation", "linear"), "no entry for inputs '1' and '2'"),
        (("T(4)", "--depth", "6", "--moment", "4", "--memory", "1GB"), "GB of memory; the limit is 1.0 GB"),
        (("T(300)", "--depth", "400", "--moment", "2"), "far more than any machine has"),
        (("f^200", "--depth", "1000"), "of memory; the limit is 4.0 GB"),
        (("K(3)", "--depth", "99", "--g-depth", "1000"), "far more than any machine has"),
        (("f^200", "--depth", "2", "--moment", "1000"), "at most 100000 factors in all"),
        (("T(2)", "--depth", "3", "--memory", "lots"), "--memory lots: it must be a size"),
        (("T(2)", "--depth", "3", "--memory", "9" * 400), "it must be a size"),
        (("T(2)", "--depth", "3", "--activation", "tanh"), "'tanh' is not one of 'relu', 'linear'"),
        (("T(2)", "--depth", "3", "--widths", "3"), "1 width given: depth 3 has 2 hidden layers"),
        (("T(2)", "--depth", "2", "--widths", "3,4"), "2 widths given: depth 2 has 1 hidden layer"),
        (("T(2)", "--depth", "3", "--widths", "3,x"), "--widths 3,x: integers of at least 1"),
        (("T(2)", "--depth", "3", "--width", "0"), "--width 0: integers of at least 1"),
        (("T(2)", "--depth", "3", "--width", "4", "--widths", "3,4"), "not both"),
        (("T(2)", "--depth", "3", "--layers", "1"), "one for each of the 2 letters"),
        (("T(2)", "--depth", "3", "--layers", "1,4"), "layer 4: depth 3 has weight layers 1 to 3"),
        (("T(2)", "--depth", "3", "--g-depth", "2"), "K(r) only"),
        (("T(2)", "--depth", "3", "--trunk", "independent"), "--trunk independent: it is for K(r)"),
        (("T(2)", "--depth", "3", "--g-activation", "relu"), "--g-activation relu: it is for K(r)"),
        (("K(2)", "--depth", "3"), "K(r) needs the depth H"),
        (("K(2)", "--depth", "2", "--g-depth", "2", "--widths", "4"), "all hidden widths equal"),
    ],
)
def test_requests_refused_in_one_sentence(args, reason):
    message, rest = refused("exact", *args)
    assert reason in message
    assert rest == []


def test_gram_entries_are_refused_with_a_caret():
    for entry in ("foo", "0,1=1/0", "0,1=1e9"):
        message, (_, mark) = refused("exact", *GRAM, entry, "--activation", "linear")
        assert "write i,j=p/q" in message
        assert mark == "  ^"


def test_json():
    found = run("exact", "T(3)", "--depth", "4", "--moment", "2", "--width", "64", "--json")
    assert found.exit_code == 0
    data = json.loads(found.stdout)
    assert {"correlation", "depth", "activation", "moment", "polynomial", "leading", "value"} <= set(data)
    assert data["polynomial"]["-4"] == "63360"
    assert data["leading"] == {"power": -4, "coefficient": "63360"}
    assert F(data["value"]) == sum(F(c) * F(64) ** int(p) for p, c in data["polynomial"].items())
    bare = json.loads(run("exact", "T(3)", "--depth", "4", "--json").stdout)
    assert set(bare) == {"correlation", "depth", "activation", "moment", "polynomial", "leading"}
    at = json.loads(run("exact", "T(3)", "--depth", "3", "--widths", "4,8", "--json").stdout)
    assert at["value"] == "3/4"


def test_the_slope_a_fit_would_see():
    found = run("exact", "T(5)", "--depth", "6", "--moment", "2", "--width", "64,1024")
    assert "leading: 38928384000 n^-8" in found.stdout
    assert "at n = 64" in found.stdout
    assert "-4.8554" in found.stdout
    assert "-4.06" in found.stdout


def test_numbers_beyond_floats():
    found = run("exact", "f^40", "--depth", "15", "--width", "1", "--activation", "linear")
    value = prod(range(1, 40, 2)) ** 15
    assert value > 1e300
    assert f"at n = 1: {value} = {str(value)[0]}." in found.stdout
    assert f"e+{len(str(value)) - 1}" in found.stdout


def test_hypernetwork_options():
    shared = ("exact", "K(1)", "--depth", "2", "--g-depth", "2", "--width", "16", "--json")
    assert json.loads(run(*shared, "--g-activation", "relu").stdout)["value"] == "5"
    assert json.loads(run(*shared, "--g-activation", "relu", "--trunk", "independent").stdout)["value"] == "4"
    data = json.loads(run(*shared).stdout)
    assert (data["g_depth"], data["trunk"], data["g_activation"]) == (2, "shared", "linear")


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("--csv", "--json"), "--csv and --json exclude each other"),
        (("--factors", "0"), "--factors 0: it must be an integer"),
        (("--factors", "7"), "say how many contractions at most"),
        (("--factors", "12", "--contractions", "24"), f"at most {MOST_GRAPHS} are enumerated"),
        (("--method", "third"), "'third' is not one of 'second', 'first'"),
        (("--depth", "0"), "--depth 0: it must be an integer"),
        (("-o", "x"), "No such option '-o'"),
        (("--factors", "3", "--store", "/nonexistent/rows"), "--store /nonexistent/rows: No such file"),
    ],
)
def test_conjecture_refuses(args, reason):
    message, rest = refused("conjecture", *args)
    assert reason in message
    assert rest == []


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\n", b"nonsense\n\n", b"[1]\n\n", b'{"factors":2,"edges":[],"depth":null,"bound":"1/0"}\n\n'],
)
def test_a_store_that_is_none(tmp_path, content):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    message, _ = refused("conjecture", "--factors", "2", "--store", str(path))
    assert "rows.jsonl" in message
    assert ("UTF-8" if content.startswith(b"\xff") else "of the study") in message
    assert path.read_bytes() == content


def test_conjecture_as_data():
    rows = json.loads(run("conjecture", "--factors", "4", "--contractions", "3", "--json").stdout)
    table = list(
        csv.DictReader(io.StringIO(run("conjecture", "--factors", "4", "--contractions", "3", "--csv").stdout))
    )
    assert [row["graph"] for row in rows] == [row["graph"] for row in table]
    (star,) = [row for row in rows if row["graph"] == "4: 01 02 03"]
    assert (star["bound"], star["exponent"], star["gap"], star["violates"]) == ("-1", "-2", "1", False)
    last = run("conjecture", "--factors", "4", "--contractions", "3").stdout.splitlines()[-1]
    assert last == f"{len(rows)} graphs, no violations; exact exponent of E[C^2]"
    assert "conjectural" in run("conjecture", "--factors", "2", "--method", "first").stdout


def test_an_interrupted_study_goes_on(tmp_path):
    store = tmp_path / "rows.jsonl"
    command = [sys.executable, "-m", "verifier.cli", "conjecture", "--factors", "5", "--store", str(store)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored in a shell's background job
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not store.exists() or store.read_text().count("\n") < 7):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 3
    assert (output, errors.strip()) == ("", "verifier: interrupted")
    before = store.read_text()
    assert before.count("\n") >= 7
    found = run("conjecture", "--factors", "5", "--contractions", "3", "--store", str(store))
    assert found.exit_code == 0
    assert found.stdout.splitlines()[-1].startswith("12 graphs, no violations")
    # What was there was kept and used: at most the rows that were missing have been added.
    assert store.read_text().startswith(before[: before.rfind("\n") + 1])
