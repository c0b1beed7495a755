"""What is no program, or what a program cannot do: one sentence with the user's line, exit code 2; NaN: 3."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

from verifier.cli import cli

HEAD = """\
import jax, jax.numpy as jnp, numpy as np
from verifier.programs import quantity, width
n = width("n")
W = {"W": (n, n), "x": (n,)}
"""
DECLARED = "@quantity(weights=W)\ndef f(w):\n"
#: what stands in f, from line 7 on → where and what the message says
REFUSED = {
    "Python looks at a value": (
        "    if w['x'].sum() > 0:\n        return 1.0 * w['x'].sum()\n    return w['x'].sum()",
        "model.py:7: Python or NumPy looks at a value here",
    ),
    "NumPy looks at values": ("    return np.linalg.norm(w['x'])", "model.py:7: Python or NumPy looks at a value"),
    "a bug": ("    y = w['x']\n    return w['y'].sum()", "model.py:8: KeyError: 'y'"),
    "shapes": ("    return (w['x'] @ jnp.ones(3)).sum()", "model.py:7: TypeError: "),
    "a width is returned": (
        "    return jnp.tanh(w['W'] @ w['x'])",
        "model.py:7: f returns f of shape (n,); return numbers",
    ),
    "a matrix is returned": ("    return 2 * w['W']", "model.py:7: f returns f of shape (n, n); return numbers"),
    "a weight is returned": ("    return w['x']", "model.py:5: f returns a weight as it is"),
    "a constant is returned": ("    return 1.0", "model.py:5: f does not depend on the weights"),
    "nothing is returned": ("    return None", "model.py:5: f returns nothing"),
    "an n × n array": (
        "    h = w['W'] @ w['x']\n    a = jnp.tanh(w['W'])\n    return (a @ h).sum()",
        "model.py:8: tanh: an entrywise function of a Gaussian matrix would form it",
    ),
    "eigenvalues": ("    e = jnp.linalg.eigvalsh(w['W'] + w['W'].T)\n    return e.max()", "model.py:7: "),
    "an identity": ("    a = jnp.eye(w['x'].shape[0]) @ w['x']\n    return a.sum()", "model.py:7: iota: no rule"),
    "a flat matrix": ("    a = w['W'].reshape(-1)\n    return (a ** 2).sum()", "model.py:7: reshape: a matrix of"),
    "a row": ("    r = w['W'][0]\n    return (r ** 2).sum()", "model.py:7: slice: no rule for a matrix of shape"),
    "the greatest entry": (
        "    g = jnp.outer(w['x'], w['x'])\n    return jnp.max(g)",
        "model.py:8: reduce_max: no rule for a matrix of",
    ),
    "a stack": ("    m = jnp.stack([w['W'], w['W'].T])\n    return (m @ w['x']).sum()", "model.py:7: "),
    "a norm of Gaussians": ("    return jnp.sum(w['W'] ** 2)", "model.py:7: integer_pow: the entrywise product"),
    "float32 overflows": (
        "    y = w['x'].astype(jnp.float32) * jnp.float32(1e39)\n    return y.sum()",
        "model.py:7: mul: a constant is infinite in float32",
    ),
    "another program each time": (
        "    y = w['x'] * np.random.randn()\n    return y.sum()",
        "model.py:7: f has another constant each time it is",
    ),
    "another program at each width": (
        "    y = w['x']\n    for _ in range(len(y) // 100):\n        y = jnp.sin(y)\n    return y.sum()",
        "model.py:9: f is not the same program at every width",
    ),
}


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(arguments))
    return result.exit_code, result.output


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "model.py"


@pytest.mark.parametrize("command", ["scan", "measure"])
@pytest.mark.parametrize("name", REFUSED)
def test_one_sentence_with_the_line(model: Path, name: str, command: str) -> None:
    body, sentence = REFUSED[name]
    model.write_text(HEAD + DECLARED + body)
    code, output = invoke(command, "model.py:f", "--expect", "0")
    assert code == 2, output
    assert output.count("\n") == 1
    assert sentence in output
    assert "Traceback" not in output
    assert "internal" not in output


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("@quantity(weights={'x': (3,)})\ndef f(w):\n    return 0", "model.py:5: f has no width axis; write weights="),
        ("@quantity(weights={'x': ('n',)})\ndef f(w):\n    return 0", "the weight x of f has an axis 'n'; an axis is"),
        ("@quantity(weights={'x': n})\ndef f(w):\n    return 0", "model.py:5: the weight x of f has the shape Width("),
        ("@quantity\ndef f(w):\n    return 0", "model.py: there is no program; declare one with @quantity(weights=…)"),
        ("width('1/n')", "model.py:5: ValueError: a width is called '1/n'; write a letter or a word"),
        ("@quantity(weights={'W': (3, n, n)})\ndef f(w):\n    return w['W'].sum()", "the weight W of shape (3, n, n)"),
        ("@quantity(weights=W)\ndef f(w):\n    return 1j * w['x'].sum()", "model.py:5: f is complex"),
        ("def f(w):\n    return 1.0", "model.py: there is no program; declare one with @quantity"),
        ("def f(w:", "model.py:5: SyntaxError"),
    ],
)
def test_files_that_declare_no_program(model: Path, text: str, sentence: str) -> None:
    model.write_text(HEAD + text)
    code, output = invoke("measure", "model.py", "--expect", "0", "--widths", "50,60,70,80", "--samples", "3")
    assert code == 2, output
    assert output.count("\n") == 1
    assert sentence in output
    assert "ProgramError" not in output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("scan", "nowhere.py:f"), "nowhere.py: no such file"),
        (("scan", "model.py:h"), "model.py: 'h' is no program; there are f, g: say model.py:f"),
        (("scan", "model.py"), "model.py: which program is meant; there are f, g"),
        (("scan", "model.py:f", "--widths", "10,20,30"), "3 widths (10, 20, 30); at least 4 are needed"),
        (("scan", "model.py:f", "--widths", "40,20,30,50"), "width 20 follows 40; widths must increase"),
        (("scan", "model.py:f", "--samples", "0"), "--samples 0: it must be an integer of at least 1"),
        (("scan", "model.py:f", "--expect", "y=0"), "--expect y=…: no group is called 'y'"),
        (("scan", "model.py:f", "--expect", "f=large"), "'large' is not a number"),
        (("scan", "model.py:f", "--expect", "mup", "--expect", "0"), "--expect is given for all values twice"),
        (("measure", "model.py:f", "--expect", "0", "--widths", "64,128,192,10^14"), "there is not enough memory for"),
        (("measure", "model.py:f"), "--kind order needs --expect"),
        (("measure", "model.py:f", "--expect", "0", "--expect", "1"), "--expect is given for all groups twice"),
    ],
)
def test_wrong_usage(model: Path, arguments: tuple[str, ...], sentence: str) -> None:
    model.write_text(
        HEAD + "@quantity(weights=W)\ndef f(w):\n    return jnp.mean(w['x'] ** 2)\n"
        "@quantity(weights=W)\ndef g(w):\n    return jnp.mean(w['x'] ** 4)\n"
    )
    code, output = invoke(*arguments)
    assert code == 2, output
    assert sentence in output
    assert output.count("\n") == 1


def test_nan_is_invalid_and_says_where(model: Path) -> None:
    model.write_text(
        HEAD + "@quantity(weights=W)\ndef f(w):\n    y = w['W'] @ w['x']\n    z = jnp.log(y)\n"
        "    u = w['W'] @ z\n    return {'f': jnp.mean(u), 'fine': jnp.mean(y ** 2)}\n"
    )
    few = ("--widths", "50,60,70,80", "--samples", "4", "--expect", "0")
    for command in ("scan", "measure"):
        code, output = invoke(command, "model.py:f", *few)
        assert code == 3, output
        assert "n = 50: sample 0 is not finite, first at log at model.py:8" in " ".join(output.split())
    code, output = invoke("scan", "model.py:f", *few, "--json")
    rows = {row["name"]: row for row in json.loads(output)["rows"]}
    assert code == 3
    assert rows["z"]["verdict"] == "invalid"
    assert rows["y"]["exponent"] == pytest.approx(0.5, abs=0.4)  # what comes before is still measured
    # without any expectation it is invalid all the same
    assert invoke("scan", "model.py:f", *few[:4])[0] == 3


def test_nan_in_training_names_the_step_that_made_it(model: Path) -> None:
    model.write_text(
        HEAD + "@quantity(weights=W)\ndef f(w):\n    def loss(x):\n        y = w['W'] @ x\n"
        "        return jnp.mean(y ** 4)\n    x = w['x']\n    for _ in range(8):\n"
        "        x = x - 50.0 * jax.grad(loss)(x)\n    return jnp.mean(x)\n"
    )
    code, output = invoke("measure", "model.py:f", "--widths", "50,60,70,80", "--samples", "3", "--expect", "0")
    assert code == 3
    assert re.search(r"n = 50: sample 0 is not finite, first at \w+ at model.py:\d+", " ".join(output.split()))


def test_json_and_eighty_columns(model: Path) -> None:
    model.write_text(
        HEAD + "@quantity(weights=W)\ndef f(w):\n"
        "    a_very_long_name_of_a_preactivation_that_nobody_would_choose = w['W'] @ w['x'] / 7\n"
        "    return jnp.mean(a_very_long_name_of_a_preactivation_that_nobody_would_choose ** 2)\n"
    )
    run = ("scan", "model.py:f", "--widths", "50,101,230,470", "--samples", "16")
    code, output = invoke(*run, "--expect", "f=1", "--expect", "a_*=1/2")
    assert code in (0, 3)
    assert max(map(len, output.splitlines())) <= 80
    code, output = invoke(*run, "--expect", "f=0", "--json")
    found = json.loads(output)
    assert code == 1
    assert found["verdict"] == "contradicted"
    assert found["first_departure"] == "f"
    assert [row["expect"] for row in found["rows"]] == [None, "0"]
    assert found["rows"][0]["line"] == "model.py:7"
    assert invoke(*run)[0] == 0  # nothing is expected


def test_what_a_program_prints_is_no_result(model: Path) -> None:
    model.write_text(HEAD + DECLARED + "    print('hello')\n    return jnp.mean(w['x'] ** 2)\n")
    code = f"from verifier.cli import cli; cli({['scan', 'model.py:f', '--json', '--widths', '20,30,40,50']})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["program"] == "f"
    assert "hello" in done.stderr


def test_without_jax_the_extra_is_named(model: Path) -> None:
    model.write_text(HEAD + "@quantity(weights=W)\ndef f(w):\n    return jnp.mean(w['x'] ** 2)\n")
    code = (
        "import sys; sys.modules['jax'] = None\n"
        "import verifier.programs\n"
        "from verifier.cli import cli\n"
        "cli(['scan', 'model.py:f'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "verifier: programs need JAX, which the extra [jax] brings: pip install 'wide-verifier[jax]'"
    )


def test_importing_does_not_import_jax() -> None:
    code = "import sys, verifier.programs, verifier.cli; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_module_without_pytorch_is_refused_with_the_extra(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model.write_text(HEAD + "@quantity(module=lambda n: None)\ndef f(f, w):\n    return 0.0\n")
    monkeypatch.setitem(sys.modules, "torch", None)
    code, output = invoke("scan", "model.py:f")
    assert code == 2, output
    assert "pip install 'wide-verifier[torch]'" in output
    assert output.count("\n") == 1


def test_a_program_has_weights_or_a_module(model: Path) -> None:
    model.write_text(HEAD + "@quantity(weights=W, laws={'W': 1.0})\ndef f(w):\n    return 0.0\n")
    code, output = invoke("scan", "model.py:f")
    assert code == 2, output
    assert "a program has weights={…}, or module=make and perhaps laws={…}" in output
