"""PyTorch modules sampled exactly: as PyTorch computes them on the same weights; their laws; what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

torch = pytest.importorskip("torch", reason="programs of modules need PyTorch: pip install 'wide-verifier[torch]'")
jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

import jax.numpy as jnp  # noqa: E402
from torch_networks import MODULES  # noqa: E402

from verifier.cli import cli  # noqa: E402
from verifier.programs import quantity, scan  # noqa: E402
from verifier.programs.evaluate import evaluate  # noqa: E402
from verifier.programs.program import Width  # noqa: E402
from verifier.programs.structured import Structured  # noqa: E402

N = 32
RATE = 0.3


def completed(argument: Any) -> Any:
    return argument.terms[0].matrix.completed() if isinstance(argument, Structured) and argument.terms else argument


@pytest.mark.parametrize("name", MODULES)
def test_a_step_of_training_is_that_of_pytorch(name: str) -> None:
    """Outputs, a loss and the outputs after a step by its gradient, with respect to all parameters, by autograd."""
    make, given = MODULES[name]
    functions: list[Any] = []

    @quantity(module=make, laws={"*": "gaussian"})
    def trained(f: Any, w: Any) -> Any:
        functions.append(f)

        def loss(w: Any) -> Any:
            return jnp.mean((f(w, given) - 0.5) ** 2)

        g = jax.grad(loss)(w)
        return f(w, given), loss(w), f({k: w[k] - RATE * g[k] for k in w}, given)

    (arguments,) = trained.arguments(N, 1, seed=20261128)
    found = evaluate(trained.graph(N), arguments)
    assert any(isinstance(a, Structured) for a in arguments)

    full = {k: np.asarray(completed(a)) for k, a in zip(trained.shapes(N), arguments, strict=True)}
    module = make(N).double()
    with torch.no_grad():
        for key, parameter in module.named_parameters():
            parameter.copy_(torch.from_numpy(np.array(functions[0].parameters(full)[key], dtype=np.float64)))
    inputs = torch.from_numpy(given)
    first = module(inputs)
    loss = ((first - 0.5) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter -= RATE * parameter.grad
        after = module(inputs)
    for lazy, reference in zip(found, (first.detach(), loss.detach(), after), strict=True):
        np.testing.assert_allclose(lazy, reference.numpy(), rtol=1e-11, atol=1e-11 * float(reference.abs().max()))
    assert float((after - first.detach()).abs().max()) > 1e-3


POINTS = np.array([[1.0, 0.5], [-0.3, 1.1]])


class MeanField(torch.nn.Module):
    """Normal weights, and a readout that is divided by the width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = torch.nn.Linear(2, width, bias=False)
        self.second = torch.nn.Linear(width, width)
        self.out = torch.nn.Parameter(torch.randn(width) / 2)
        torch.nn.init.normal_(self.first.weight)
        torch.nn.init.kaiming_normal_(self.second.weight, nonlinearity="linear")
        torch.nn.init.zeros_(self.second.bias)

    def forward(self, x: Any) -> Any:
        x = torch.tanh(self.first(x))
        hidden = torch.tanh(self.second(x))
        return hidden @ self.out / self.out.numel()


def change(f: Any, w: Any, rates: dict[str, float]) -> dict[str, Any]:
    """How far the output moves in a step of gradient descent at these rates."""
    g = jax.grad(lambda w: jnp.mean((f(w, POINTS) - 1.0) ** 2))(w)
    after = {k: w[k] - rates[k] * g[k] for k in w}
    return {"moved": jnp.mean(jnp.abs(f(after, POINTS) - f(w, POINTS)))}


@quantity(module=MeanField, expect={"moved": 0})
def scaled(f: Any, w: Any) -> Any:
    n = w["out"].size
    return change(f, w, {"first.weight": n, "second.weight": 1.0, "second.bias": n, "out": n})


@quantity(module=MeanField, expect={"moved": 0})
def fixed(f: Any, w: Any) -> Any:
    n = w["out"].size
    return change(f, w, {"first.weight": 1.0, "second.weight": 1 / n, "second.bias": 1.0, "out": 1.0})


def test_exponents_at_widths_that_are_never_formed() -> None:
    """The maximal-update rates of this model move its output by order 1; rates that are n times smaller do not."""
    widths = (256, 1088, 4032, 16448)
    found = scan(scaled, widths=widths, samples=16, seed=20261128)
    rows = {row.name: row for row in found.rows}
    assert str(rows["moved"].verdict) == "consistent"
    assert rows["hidden[1]"].shape == "(2, n)"
    assert rows["hidden[1]"].line == f"test_torchfront.py:{MeanField.forward.__code__.co_firstlineno + 2}"
    other = scan(fixed, widths=widths, samples=16, seed=20261128)
    assert other.first_departure is not None
    assert other.first_departure.name == "moved"
    assert abs(other.first_departure.exponent + 1) < 0.1


def test_nothing_is_allocated_when_it_is_traced() -> None:
    graph = scaled.graph(10**6)  # its matrix would have 8 terabytes
    assert (10**6, 10**6) in graph.inputs


def test_parts_that_no_line_names_are_named_by_their_places() -> None:
    make, points = MODULES["sequential"]

    @quantity(module=make, laws={"*": "gaussian"})
    def output(f: Any, w: Any) -> Any:
        return jnp.mean(f(w, points) ** 2)

    rows = scan(output, widths=(64, 128, 192, 256), samples=3).rows
    assert [row.name for row in rows if not row.name.startswith("mean ")] == [
        "0", "1", "2", "3.0", "3.1", "4", "6", "7", "output",
    ]  # fmt: skip
    assert output.weights["3.0.weight"] == (Width("n") / 2, Width("n"))


class Drawn(torch.nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.uniform = torch.nn.Linear(n, n)
        self.normal = torch.nn.Linear(n, n)
        self.own = torch.nn.Parameter(3 * torch.randn(n, n) / n)
        self.gain = torch.nn.Parameter(torch.full((n,), 0.25))
        self.tiny = torch.nn.Parameter(torch.empty(4 * n).uniform_(-0.5, 0.5))
        torch.nn.init.xavier_normal_(self.normal.weight)
        torch.nn.init.zeros_(self.normal.bias)
        with torch.no_grad():
            self.normal.weight *= 0.5


def test_laws_are_those_of_what_pytorch_draws() -> None:
    """What is read of the initialisation against the parameters of a module that is built."""
    from verifier.programs.torchfront import ModuleFunction

    n = 448
    given = {"uniform.*": "gaussian", "tiny": lambda n: 1.5 / n}
    found = ModuleFunction(Drawn, given, "here").parameters(_ones(Drawn(n)))
    torch.manual_seed(20261128)
    built = {name: p.detach().double() for name, p in Drawn(n).named_parameters()}
    for name in ("uniform.weight", "uniform.bias", "normal.weight", "own"):
        size = built[name].numel()
        assert float(found[name].flat[0]) == pytest.approx(float(built[name].square().mean()) ** 0.5, rel=6 / size**0.5)
    assert float(found["gain"].flat[0]) == 0.25
    assert float(found["tiny"].flat[0]) == 1.5 / n


def _ones(module: Any) -> dict[str, Any]:
    return {name: np.ones(tuple(p.shape)) for name, p in module.named_parameters()}


def test_values_are_distributed_as_those_of_modules_that_pytorch_draws() -> None:
    """400 of each at a small width, a step of training included; it fails by chance with probability 1e-7."""
    n, count = 32, 400
    torch.manual_seed(20261128)
    built = []
    for _ in range(count):
        module = MeanField(n)
        inputs = torch.tensor(POINTS, dtype=torch.float32)
        first = module(inputs)
        ((first - 1.0) ** 2).mean().backward()
        with torch.no_grad():
            for name, parameter in module.named_parameters():
                parameter -= (1.0 if name == "second.weight" else n) * parameter.grad
            built.append(float((module(inputs) - first).abs().mean()))
    sampled = scaled.sample(n, count, seed=20261128)["moved"]
    assert stats.ks_2samp(sampled, built).pvalue > 1e-7
    assert stats.ks_2samp(1.5 * sampled, built).pvalue < 1e-7  # another standard deviation would be seen


def test_a_parameter_that_is_not_trained_has_no_derivative() -> None:
    """PyTorch leaves it as it is; a step by JAX's derivative would move it."""

    def make(n: int) -> Any:
        module = MeanField(n)
        module.second.weight.requires_grad_(False)
        return module

    @quantity(module=make)
    def slopes(f: Any, w: Any) -> Any:
        g = jax.grad(lambda w: jnp.mean(f(w, POINTS) ** 2))(w)
        return {"fixed": jnp.sum(g["second.weight"] ** 2), "moves": jnp.sum(g["first.weight"] ** 2)}

    found = slopes.sample(32, 2, seed=20261128)
    assert (found["fixed"] == 0).all()
    assert (found["moves"] > 0).all()


def test_a_part_at_two_places_has_its_derivative_in_each_call() -> None:
    """PyTorch leaves it changed after the first one."""

    class Twice(torch.nn.Module):
        def __init__(self, n: int) -> None:
            super().__init__()
            self.first, part = torch.nn.Parameter(torch.randn(2, n)), torch.nn.Linear(n, n, bias=False)
            self.parts = torch.nn.ModuleList([part, part])

        def forward(self, x: Any) -> Any:
            return self.parts[1](torch.tanh(self.parts[0](x @ self.first)))

    @quantity(module=Twice, laws={"parts.*": lambda n: n**-0.5})
    def slopes(f: Any, w: Any) -> Any:
        once = jnp.sum(f(w, POINTS) ** 2)
        g = jax.grad(lambda w: jnp.sum(f(w, POINTS) ** 2))(w)
        rate = 1e-6
        moved = jnp.sum(f({k: w[k] + rate * g[k] for k in w}, POINTS) ** 2) - once
        size = {name: jnp.sum(x**2) for name, x in g.items()}
        return {"ratio": moved / rate / sum(size.values()), "of it": size["parts.0.weight"]}

    found = slopes.sample(32, 2, seed=20261128)
    assert found["ratio"] == pytest.approx(1.0, abs=1e-3)
    assert (found["of it"] > 0).all()


def test_what_is_computed_anew_in_each_call_is_no_change() -> None:
    """A weight that a hook writes before each call, as weight_norm does."""

    def make(n: int) -> Any:
        module = MeanField(n)
        module.scale = torch.zeros(())  # type: ignore[assignment]

        def before(part: Any, given: Any) -> None:
            part.scale = part.out.sum()

        module.register_forward_pre_hook(before)
        return module

    @quantity(module=make)
    def value(f: Any, w: Any) -> Any:
        return {"twice": jnp.mean((f(w, POINTS) - f(w, POINTS)) ** 2)}

    assert (value.sample(32, 2, seed=20261128)["twice"] == 0).all()


HEAD = """\
import jax, jax.numpy as jnp, torch
from torch import nn
from verifier.programs import quantity
COUNT = [0]
class Straight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return torch.sign(x)
class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.a, self.b = nn.Linear(2, n), nn.Linear(n, 1)
        {init}
    def forward(self, x):
        h = torch.tanh(self.a(x))
        {line}
        return self.b(h)
@quantity(module={make}, laws={laws})
def f(f, w):
    return jnp.mean(f(w, jnp.ones((4, 2))) ** 2)
"""
LINE, NEXT, MADE = "m.py:15: ", "m.py:16: ", "m.py:17: "
LOOKS = LINE + "Python looks at a value here"
UNREAD = MADE + "the law of the parameter c cannot be read"
CHANGES = MADE + "the module changes its %s"
SEEDED = ("torch.manual_seed(0); self.c = nn.Parameter(torch.randn(%s)); torch.manual_seed(0); "
          "self.d = nn.Parameter(torch.randn(%s))")  # fmt: skip


def own(entries: str) -> dict[str, str]:
    return {"init": f"self.c = nn.Parameter({entries})"}


#: what differs from a model that is taken → what is said
REFUSED = {
    "uniform": ({"laws": "None"}, MADE + "the parameter a.weight starts uniform (PyTorch's default)"),
    "orthogonal": ({"init": "nn.init.orthogonal_(self.a.weight)"}, MADE + "the law of the parameter a.weight cannot"),
    "orthogonal at large widths": ({"init": "n > 64 and nn.init.orthogonal_(self.a.weight)"},
                                   MADE + "the law of the parameter a.weight cannot"),
    "truncated, imported": ({"init": "from torch.nn.init import trunc_normal_ as t; n > 64 and t(self.a.weight)"},
                            MADE + "the law of the parameter a.weight cannot"),
    "truncated": ({"init": "nn.init.trunc_normal_(self.a.weight)"}, MADE + "the law of the parameter a.weight cannot"),
    "an identity": ({"init": "nn.init.eye_(self.b.weight)"}, MADE + "the law of the parameter b.weight cannot"),
    "several": ({"init": "torch._foreach_mul_([self.a.weight.data], 2.0)"}, MADE + "the law of the parameter a.weight"),
    "a part": ({"init": "nn.init.zeros_(self.a.weight[0])"}, MADE + "the law of the parameter a.weight cannot"),
    "copies": ({"init": "import copy; self.c = copy.deepcopy(self.a)"}, "is initialised (a copy of another one)"),
    "views": ({"init": "self.c = nn.Parameter(self.a.weight.T)"}, MADE + "two parameters that Net makes are views"),
    "no such parameter": ({"laws": "{'c.*': 1.0}"}, MADE + "laws: 'c.*' is no parameter; there are a.weight, a.bias"),
    "a law below 0": ({"laws": "{'*': -1.0}"}, MADE + "laws: a.weight has -1.0; a law is a standard deviation"),
    "no law": ({"laws": "{'*': lambda n: 'x'}"}, MADE + "laws: a.weight has 'x'; a law is"),
    "an instance": ({"make": "Net(64)"}, MADE + "module= is a Net, which has one width; give the function that"),
    "no module": ({"make": "lambda n: (Net(n), 1)"}, MADE + "<lambda>(64) returns a tuple; return a torch.nn.Module"),
    "n + 1": ({"init": "self.c = nn.Linear(n + 1, 2)"}, "c.weight is not in proportion to the width: 65 at 64, 193 at"),
    "no width": ({"make": "lambda n: Net(64)"}, MADE + "<lambda> ignores its width"),
    "another one": ({"make": "lambda n: Net(min(n, 448))"}, MADE + "<lambda>(8960) has other parameters, or"),
    "a random buffer": ({"init": "self.register_buffer('r', torch.randn(3))"}, MADE + "the buffer r of shape (3,) has"),
    "a convolution": ({"init": "self.c = nn.Conv1d(n, n, 3)"}, MADE + "the weight c.weight of shape (n, n, 3) has 3"),
    "an unknown operation": ({"line": "h = torch.fft.fft(h).real"}, LINE + "PyTorch's aten._fft_r2c.default is not"),
    "if": ({"line": "h = h if h.sum() > 0 else -h"}, LOOKS),
    "a number": ({"line": "h = h * h.mean().item()"}, LOOKS),
    "NumPy": ({"line": "h = torch.from_numpy(h.numpy())"}, LOOKS),
    "dropout": ({"line": "h = nn.functional.dropout(h)"}, LINE + "bernoulli_ draws random numbers"),
    "noise": ({"line": "h = h + torch.randn(1)"}, LINE + "randn draws random numbers"),
    "running means": ({"init": "self.c = nn.BatchNorm1d(n)", "line": "h = self.c(h)"}, LINE + "copy_ writes what"),
    "a view": ({"line": "h[:, 0] = 0.0; h = 2 * h"}, LINE + "a tensor is used of which a part or another view was"),
    "not registered": ({"init": "self.c = [nn.Parameter(torch.zeros(n))]", "line": "h = h + self.c[0]"},
                       LINE + "a parameter of shape (64,) is not one of the module's"),
    "another view": ({"line": "h.detach().mul_(2)"}, NEXT + "a tensor is used of which a part or another view was"),
    "data": ({"line": "h.data = 2 * h"}, LINE + ".data of what depends on the weights is replaced"),
    "a derivative": ({"line": "h = Straight.apply(h)"}, LINE + "a torch.autograd.Function has a"),
    "shapes": ({"line": "h = h @ torch.ones(3)"}, LINE + "mv of shapes (4, 64) and (3,): "),
    "a large constant": ({"line": "h = h @ torch.ones(h.shape[-1], 10**9)"}, LINE + "a tensor of shape (64, 1000"),
    "n × n": ({"line": "h = h @ torch.tanh(self.c)", "init": "self.c = nn.Parameter(torch.randn(n, n))"},
              LINE + "tanh: an entrywise function of a Gaussian matrix would form it"),
    # laws that were read as those of independent normal entries, and are other ones
    "a row n times": (own("torch.randn(1, n).expand(n, n).clone()"), UNREAD),
    "a row n times, scaled": (own("torch.randn(1, n).expand(n, n) * 0.5"), UNREAD),
    "a row n times, of n * n numbers": (own("torch.randn(n * n)[:n].expand(n, n)"), UNREAD),
    "a Toeplitz matrix": (own("torch.randn(2 * n).unfold(0, n, 1)[:n].clone()"), UNREAD),
    "integers": (own("torch.randn(n, n).int().float()"), UNREAD),
    "signs": (own("torch.randn(n, n).bool().float()"), UNREAD),
    "rounded": (own("torch.div(torch.randn(n, n), 0.5, rounding_mode='trunc')"), UNREAD),
    "complex": (own("torch.randn(n, n, dtype=torch.complex64)"), UNREAD),
    "one seed": ({"init": SEEDED % ("n, n", "n, 2 * n")}, "(the same random numbers as c, of the same seed)"),
    "one seed, few numbers": ({"init": SEEDED % ("1", "1")}, "(the same random numbers as c"),
    "one seed, scaled": ({"init": SEEDED % ("n, n", "n") + "; self.d.data *= 3"}, "(the same random numbers as c"),
    "one seed, uniform": ({"init": "torch.manual_seed(0); self.a.reset_parameters(); torch.manual_seed(0); "
                           "self.c = nn.Linear(2, n)"}, "(the same random numbers as a.weight"),
    "NumPy writes": (own("torch.zeros(n)") | {"init": "import numpy; self.c = nn.Parameter(torch.zeros(n)); "
                     "self.c.detach().numpy()[:] = numpy.arange(n)"}, "(written otherwise than by"),
    "bytes are written": ({"init": "self.c = nn.Parameter(torch.zeros(n)); self.c.data.untyped_storage().fill_(63)"},
                          "(written otherwise than by PyTorch's operations)"),
    "a buffer of NumPy's": ({"init": "import numpy as np; self.register_buffer('r', torch.tensor(np.random.randn(n)))"},
                            MADE + "Net makes another r each time"),
    "a number of Python's": ({"init": "import random; self.r = random.random()"}, MADE + "Net makes another r each"),
    "lazy": ({"init": "self.c = nn.LazyLinear(n)"}, MADE + "Net makes a module that is lazy"),
    # derivatives that PyTorch changes
    "a hook of a parameter": ({"init": "self.a.weight.register_hook(lambda g: 0 * g)"}, MADE + "a.weight has a hook"),
    "a hook of a part": ({"init": "self.a.register_full_backward_hook(lambda m, a, b: None)"}, MADE + "a has a hook"),
    "a hook of a value": ({"line": "h.register_hook(lambda g: 0 * g)"}, LINE + "register_hook is of PyTorch's"),
    "whether it is recorded": ({"line": "h = h if h.requires_grad else 2 * h"}, LINE + "Python asks whether PyTorch"),
    "by count": ({"line": "h = h + nn.functional.embedding(torch.tensor([0]), self.b.weight, scale_grad_by_freq=True)"},
                 LINE + "embedding of shapes (1, 64) and (1,): scale_grad_by_freq"),
    # modules that are another function when they are called again
    "counts": ({"init": "self.k = 0", "line": "self.k += 1; h = h * self.k"}, MADE + "the module changes its k"),
    "counts in a list": ({"init": "self.k = [0]", "line": "self.k[0] += 1; h = h * self.k[0]"}, CHANGES % "k"),
    "counts elsewhere": ({"line": "COUNT[0] += 1; h = h * COUNT[0]"}, MADE + "the module is another function each"),
    "a clock": ({"line": "import time; h = h * time.time()"}, MADE + "the module is another function each time"),
    "Python's random numbers": ({"line": "import random; h = h * random.random()"}, MADE + "the module is another"),
    "remembers": ({"init": "self.k = None", "line": "self.k = h if self.k is None else self.k; h = h - self.k"},
                  CHANGES % "k"),
    "a mean that runs": ({"init": "self.k = torch.zeros(())", "line": "self.k = 0.9 * self.k + h.mean()"},
                         LINE + "a tensor of an earlier call is used"),
    "a buffer is replaced": ({"init": "self.register_buffer('k', torch.zeros(()))", "line": "self.k = h.mean()"},
                             CHANGES % "k"),
    "a buffer by .data": ({"init": "self.register_buffer('k', torch.zeros(()))", "line": "self.k.data += 1"},
                          CHANGES % "k"),
    "a parameter is clamped": ({"line": "self.b.weight.mul_(2)"}, CHANGES % "b.weight"),
    "a parameter is replaced": ({"line": "self.b.weight = nn.Parameter(2 * self.b.weight)"}, CHANGES % "b.weight"),
    "its mode": ({"line": "self.train(not self.training)"}, CHANGES % "training"),
    "its input": ({"line": "x.mul_(2)"}, MADE + "the module changes what it is given in place"),
    # numbers of another type, which are a copy in PyTorch or are not
    "float()": ({"line": "y = h.float(); y.mul_(2); h = h + y"}, LINE + "a tensor is used of which"),
    "double()": ({"line": "y = h.double(); y.mul_(2); h = h + y"}, LINE + "a tensor is used of which"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_one_sentence_with_the_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    what, sentence = REFUSED[name]
    monkeypatch.chdir(tmp_path)
    parts = {"laws": "{'*': 'gaussian'}", "init": "pass", "line": "pass", "make": "Net"} | what
    Path("m.py").write_text(HEAD.format(**parts))
    result = CliRunner().invoke(cli, ["scan", "m.py:f", "--widths", "64,128,192,8960", "--samples", "1"])
    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert result.output.count("\n") == 1
