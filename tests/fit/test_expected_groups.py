"""What is expected of which group of a table, by name: targets, names that are no patterns, groups too short to decide.

Nothing here is a statistical test: it is about which target goes with which group.
"""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from verifier.cli import cli

LONG = "width,module,t,seed,value\n" + "".join(
    f"{n},{module},{t},{seed},{n * (t + seed)}\n"
    for seed in range(3) for n in (8, 16, 32, 64) for module in ("mlp", "attn") for t in (1, 2)
)  # fmt: skip


def _write(folder: Path, text: str) -> Path:
    path = folder / "x.csv"
    path.write_text(text, encoding="utf-8")
    return path


def _run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["fit", *(str(word) for word in words)])
    return result.exit_code, result.output


def test_expectations_of_groups(tmp_path: Path) -> None:
    path = _write(tmp_path, LONG)
    words = (path, "--by", "module,t", "--json")
    code, text = _run(*words, "--expect", 0, "--expect", "mlp=1/2", "--expect", "att*=1")
    assert code == 3
    assert [group["expect"] for group in json.loads(text)["groups"]] == ["1/2", "1/2", "1", "1"]
    for expect, sentence in (
        (["mpl=0"], "no group is called 'mpl'; did you mean 'mlp'?"),
        (["mlp=0"], "--expect says nothing of attn, t=1"),
        (["0", "1"], "--expect is given for all groups twice: 0 and 1"),
        (["m*=0", "*p=1", "*=2"], "--expect has several targets for mlp, t=1: 0, 1, 2"),
        (["mlp=fast", "0"], "'fast' is not a number"),
    ):
        code, text = _run(*words, *(word for target in expect for word in ("--expect", target)))
        assert code == 2
        assert sentence in text


def test_a_number_is_no_name_of_a_group_without_its_column(tmp_path: Path) -> None:
    """Modules 0 and 1 at steps 0 and 1: a target for module 1 must not be one for step 1."""
    rows = "".join(f"{n},{m},{t},1\n" for n in (8, 16, 32, 64) for m in (0, 1) for t in (0, 1))
    path = _write(tmp_path, "width,module,t,value\n" + rows)
    words = (path, "--by", "module,t", "--expect", 0, "--expect")
    assert "no group is called '1'" in _run(*words, "1=1/2")[1]
    code, text = _run(*words, "module=1=1/2", "--json")
    assert code == 3
    found = {tuple(group["group"].values()): group["expect"] for group in json.loads(text)["groups"]}
    assert found == {("0", "0"): "0", ("0", "1"): "0", ("1", "0"): "1/2", ("1", "1"): "1/2"}


def test_the_name_of_a_variable_is_not_a_pattern(tmp_path: Path) -> None:
    path = _write(tmp_path, "k,value\n" + "".join(f"{n},1\n{n},2\n" for n in (8, 16, 32, 64)))
    code, text = _run(path, "--width", "k", "--in", r"\1 \g<0>", "--expect", 0)
    assert code == 3
    assert r"\1 \g<0>" in text
    code, text = _run(path, "--in", " ", "--expect", 0)
    assert (code, "--in needs a name" in text) == (2, True)


def test_a_group_with_few_widths_is_invalid_and_the_others_are_decided(tmp_path: Path) -> None:
    path = _write(tmp_path, LONG + "8,new,1,0,1\n")
    code, text = _run(path, "--by", "module,t", "--expect", 1, "--json")
    assert code == 3
    groups = {group["group"]["module"]: group for group in json.loads(text)["groups"]}
    assert groups["new"]["verdict"] == "invalid"
    assert "1 width (8); at least 4 are needed" in groups["new"]["reason"]
    assert groups["mlp"]["widths"] == [8, 16, 32, 64]
