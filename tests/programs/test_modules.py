"""Scans of PyTorch models from a factory: orders known by theory, wrong claims contradicted, what is refused.

Seeds are fixed.  A verdict errs at 1e-3 by design; the seeds are those of the first run, and nothing was selected.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch", reason="scans of modules need PyTorch: pip install 'wide-verifier[torch]'")
from torch import nn  # noqa: E402

from verifier.cli import cli  # noqa: E402
from verifier.programs import Factory, scan  # noqa: E402
from verifier.verdict import NumericStatus  # noqa: E402

WIDTHS = (64, 128, 192, 320)
_STREAM = torch.Generator().manual_seed(1)
X, Y = torch.randn(6, 5, generator=_STREAM), torch.randn(6, 1, generator=_STREAM)
HEAD = """\
import torch
from torch import nn
torch.set_num_threads(1)
X, Y = torch.ones(3, 2), torch.ones(3, 1)
def loss(model, batch):
    return ((model(batch[0]) - batch[1]) ** 2).mean()
def net(n):
    return nn.Sequential(nn.Linear(2, n), nn.Tanh(), nn.Linear(n, 1))
"""


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Net(nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.fc1, self.act, self.fc2 = nn.Linear(5, n, bias=False), nn.Tanh(), nn.Linear(n, n, bias=False)
        self.out = nn.Linear(n, 1, bias=False)

    def forward(self, x: Any) -> Any:
        x = self.act(self.fc1(x))
        x = self.act(self.fc2(x))
        return self.out(x)


def loss(model: nn.Module, batch: Any) -> Any:
    return (model(batch[0]) - batch[1]).square().mean()


def parametrised(width: int, mup: bool) -> Any:
    """SGD in μP (Yang and Hu, abc of Table 1 with rates by layer) or in the standard parametrisation."""
    model = Net(width)
    nn.init.normal_(model.fc1.weight, std=1.0)
    nn.init.normal_(model.fc2.weight, std=width**-0.5)
    nn.init.normal_(model.out.weight, std=1 / width if mup else width**-0.5)
    rates = (0.1 * width, 0.1, 0.1 / width) if mup else (0.1,) * 3
    layers = (model.fc1, model.fc2, model.out)
    groups = [{"params": [m.weight], "lr": rate} for m, rate in zip(layers, rates, strict=True)]
    return model, (X, Y), loss, torch.optim.SGD(groups, lr=0.1)


def mup(width: int) -> Any:
    return parametrised(width, True)


def standard(width: int) -> Any:
    return parametrised(width, False)


def test_the_first_step_has_the_exponents_of_theory() -> None:
    found = scan(Factory(mup, steps=1), widths=WIDTHS, samples=32)
    rows = {row.name: row for row in found.rows}
    theory = {
        "fc1, t=0": 0, "act, t=0": 0, "fc2, t=0": 0, "out, t=0": -0.5, "grad out, t=0": 0, "grad act#2, t=0": -1,
        "grad fc2, t=0": -1, "grad fc1, t=0": -1, "grad fc2.weight, t=0": -1, "update fc2.weight, t=1": -1,
        "update fc1.weight, t=1": 0, "change fc1, t=1": 0, "change fc2, t=1": 0, "change out, t=1": 0,
    }  # fmt: skip
    for name, p in theory.items():
        assert abs(rows[name].exponent - p) < 0.15, (name, rows[name])
    assert rows["grad fc2.weight, t=0"].shape == "(n, n)"
    assert rows["fc1, t=0"].shape == "(6, n)"
    file, line = rows["fc2, t=0"].line.split(":")
    assert file == Path(__file__).name
    assert "self.fc2(x)" in Path(__file__).read_text().splitlines()[int(line) - 1]
    wrong = scan(Factory(mup, steps=1), ["change fc2, t=1=-1/2", "fc1, t=0=0"], widths=WIDTHS, samples=32)
    assert wrong.first_departure is not None
    assert wrong.first_departure.name == "change fc2, t=1"


def test_the_table_mup_holds_of_mup_and_not_of_the_standard_parametrisation() -> None:
    """Nothing departs in the one (verdicts may be open); the other departs where its
    hidden layer moves as √n and its output as n."""
    good = scan(Factory(mup, steps=1), "mup", widths=WIDTHS, samples=32)
    assert good.first_departure is None
    claims = [row for row in good.rows if row.expect is not None]
    assert {"act, t=0", "act#2, t=0", "loss, t=0"} <= {
        row.name for row in claims if row.verdict is NumericStatus.CONSISTENT
    }
    assert [row.name for row in good.rows if row.returned] == [
        f"change {name}, t=1" for name in ("fc1", "act", "fc2", "act#2", "out")
    ]
    bad = scan(Factory(standard, steps=1), "mup", widths=WIDTHS, samples=32)
    assert bad.first_departure is not None
    assert bad.first_departure.name in ("change fc2, t=1", "out, t=1")
    assert bad.verdict is NumericStatus.CONTRADICTED


def test_seeds_decide_and_the_users_stream_is_left_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, again, other = (
        scan(Factory(mup, 1), widths=(16, 32, 48, 80), samples=3, seed=s).as_dict()["rows"] for s in (0, 0, 1)
    )
    assert first == again
    assert first != other
    assert torch.equal(before, torch.get_rng_state())


def test_without_an_optimizer_only_the_first_pass_is_seen() -> None:
    found = scan(lambda n: mup(n)[:3], widths=(16, 32, 48, 80), samples=3)
    assert {row.name.rsplit(" ", 1)[1] for row in found.rows} == {"t=0"}
    assert any(row.name == "grad fc1.weight, t=0" for row in found.rows)


class Block(nn.Module):
    """Attention with a residual and a LayerNorm: outputs that are tuples, modules that are called twice."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.embed, self.norm = nn.Embedding(11, n), nn.LayerNorm(n)
        self.attention = nn.MultiheadAttention(n, 4, batch_first=True)
        self.out = nn.Linear(n, 11)

    def forward(self, tokens: Any) -> Any:
        x = self.embed(tokens)
        for _ in range(2):
            y = self.norm(x)
            x = x + self.attention(y, y, y, need_weights=False)[0]
        return {"logits": self.out(x)}


def test_attention_with_adam() -> None:
    tokens = torch.arange(12).reshape(2, 6) % 11

    def entropy(model: Any, batch: Any) -> Any:
        return nn.functional.cross_entropy(model(batch)["logits"].flatten(0, 1), batch.flatten())

    def make(n: int) -> Any:
        model = Block(n)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        return (
            model,
            tokens,
            lambda m, b: nn.functional.cross_entropy(m(b)["logits"].flatten(0, 1), b.flatten()),
            optimizer,
        )

    rows = {row.name: row for row in scan(Factory(make, 1), "norm, t=0=0", widths=(16, 32, 48, 80), samples=3).rows}
    assert {"embed, t=0", "norm, t=0", "norm#2, t=0", "attention#2, t=1", "change out, t=1"} <= set(rows)
    assert rows["norm, t=0"].verdict is NumericStatus.CONSISTENT  # the same number in all samples
    assert rows["grad attention.in_proj_weight, t=0"].shape == "(3n, n)"
    assert rows["update out.bias, t=1"].exponent == pytest.approx(0, abs=0.05)  # Adam moves by its rate


def invoke(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, list(words))
    return result.exit_code, result.output


FEW = ("--widths", "16,32,64,128", "--samples", "3", "--steps", "2")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("return net(n)", "model.py:9: make(16) returns a torch.nn.modules.container.Sequential; return (model,"),
        ("return None", "model.py:9: make(16) returns nothing; return (model, batch, loss)"),
        ("return net(n), X", "make(16) returns 2 values; return (model, batch, loss)"),
        ("return X, X, loss", "the model that make returns is a torch.Tensor; a torch.nn.Module is needed"),
        ("return net(n), X, nn.MSELoss()", "a function loss(model, batch) is needed, as in lambda model, batch:"),
        ("return net(n), X, loss, 0.1", "the optimizer that make returns is a float; a torch.optim.Optimizer is"),
        ("return net(7), (X, Y), loss", "model.py:9: make ignores its width: every shape is the same at 16 and 32"),
        ("return net(min(n, 20)), (X, Y), loss", "ignores its width: every shape is the same at 32 and"),
        ("torch.manual_seed(0)\n    return net(n), (X, Y), loss", "two models of width 16 that make makes are equal"),
        ("return net(n), X, lambda m, b: m(b)", "gives a torch.Tensor; a tensor of one number is needed"),
        ("return net(n), X, lambda m, b: b.sum()", "the loss that make returns runs no module of its model"),
        ("return net(n).requires_grad_(False), (X, Y), loss", "depends on no parameter that is trained"),
        ("return net(n), (X, X), loss, torch.optim.LBFGS(net(n).parameters())", "model.py: TypeError: LBFGS.step()"),
        ("return net(n), (X[:, :1], Y), loss", "model.py:6: RuntimeError: mat1 and mat2 shapes cannot be multiplied"),
        ("return net(n * (n < 50) or 3), (X, Y), loss", "ignores its width: every shape is the same at 64 and 128"),
        ("return nn.Sequential(*([nn.Linear(2, n)] + [nn.Tanh()] * (n // 16)), nn.Linear(n, 1)), (X, Y), loss",
         "make makes"),
        ("return 1 / 0", "model.py:10: ZeroDivisionError"),
    ],
)  # fmt: skip
def test_factories_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, sentence: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(f"{HEAD}def make(n):\n    {body}\n")
    code, output = invoke("scan", "model.py", *FEW)
    assert code == 2, output
    assert sentence in output
    assert output.count("\n") == 1


def test_nan_names_step_module_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(
        f"{HEAD}def make(n):\n    m = net(n)\n    return m, (X, Y), loss, torch.optim.SGD(m.parameters(), lr=1e30)\n"
    )
    code, output = invoke("scan", "model.py", *FEW)
    assert code == 3
    told = " ".join(output.split())
    assert "not finite: n = 16: sample 0 is not finite, first at step 1: loss at model.py:5" in told


def test_commands_on_factories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(f"{HEAD}def other(n):\n    return net(n), (X, Y), loss\n")
    code, output = invoke("scan", "model.py:other", *FEW, "--json")
    found = json.loads(output)
    assert code == 0
    assert found["program"] == "other"
    assert found["rows"][0]["name"] == "0, t=0"
    assert found["rows"][0]["line"] == "model.py:6"
    assert invoke("scan", "model.py", *FEW)[0] == 2  # no function make
    for command in ("measure", "derive"):
        code, output = invoke(command, "model.py:other", "--widths", "16,32,64,128")
        assert code == 2
        assert "other is no program" in output
    assert "--derive needs a program in JAX" in invoke("scan", "model.py:other", "--derive")[1]


def test_without_torch_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(f"{HEAD}def make(n):\n    return 1\n")
    run = f"from verifier.cli import cli\ncli(['scan', {str(tmp_path / 'model.py')!r}])"
    code = f"import sys; sys.modules['torch'] = None\n{run}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'wide-verifier[torch]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_importing_does_not_import_torch() -> None:
    code = "import sys, verifier.programs, verifier.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
