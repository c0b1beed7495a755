"""Operations of PyTorch's, value and derivative, against PyTorch itself; every rule is met."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="programs of modules need PyTorch: pip install 'wide-verifier[torch]'")
jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")

from torch.nn import functional as F  # noqa: E402

from verifier.programs import aten, torchtensor  # noqa: E402
from verifier.programs.graph import ProgramError  # noqa: E402

X = np.random.default_rng(20261128).standard_normal((4, 6)) * 1.3
I = torch.tensor([[0, 2], [1, 1]])
UP = torch.arange(24.0, dtype=torch.float64).reshape(4, 6) / 24 - 0.3


def _tripled(y: Any) -> Any:
    with torch.no_grad():
        y.mul_(3)
    return y


def _many(y: Any) -> Any:
    several = F.softmax(y, 1) + F.gelu(y) + F.layer_norm(y, (6,)) + torch.tanh(y).sigmoid() + y.relu() + F.softplus(y)
    return several[1:, :4].square()[:, 2].sum()


def _overwritten(y: Any) -> Any:
    with torch.no_grad():
        return y.fill_(2.0)


CASES: dict[str, Callable[[Any], Any]] = {
    **{name: lambda x, name=name: getattr(torch, name)(x) for name in (
        "abs", "exp", "exp2", "expm1", "sin", "cos", "tan", "tanh", "sinh", "cosh", "sign", "floor", "ceil", "erf",
        "erfc", "sigmoid", "relu", "reciprocal", "square", "neg", "ones_like", "zeros_like", "logical_not", "isnan",
        "isfinite", "positive", "asinh", "round", "trunc", "atan",
    )},
    **{name: lambda x, name=name: getattr(torch, name)(x.abs() + 1.1) for name in (
        "log", "log1p", "log2", "log10", "sqrt", "rsqrt", "acosh",
    )},
    **{name: lambda x, name=name: getattr(F, name)(x) for name in (
        "silu", "gelu", "elu", "selu", "celu", "softplus", "leaky_relu", "hardtanh", "hardswish", "mish", "logsigmoid",
        "relu6", "tanhshrink", "softsign", "normalize",
    )},
    "inverses": lambda x: torch.asin(x / 9) + torch.acos(x / 9) + torch.atanh(x / 9),
    "gelu, tanh": lambda x: F.gelu(x, approximate="tanh"), "glu": lambda x: F.glu(x, -1),
    "add": lambda x: torch.add(x, UP, alpha=2) + 3, "sub": lambda x: torch.sub(x, UP, alpha=2) - 1,
    "rsub": lambda x: 2 - x, "div": lambda x: x / UP + 1 / x, "floor division": lambda x: (x.detach() // 0.3) * x,
    "truncated": lambda x: torch.div(x, 0.3, rounding_mode="trunc"), "atan2": lambda x: torch.atan2(x, UP),
    "pow": lambda x: x**3 + x**2.0 + x.abs() ** 1.5 + 2**x + x**-1, "lerp": lambda x: torch.lerp(x, UP, 0.3),
    "addcmul": lambda x: torch.addcmul(x, UP, x, value=0.5), "maximum": lambda x: torch.maximum(x, UP) - x.minimum(UP),
    "clamp": lambda x: x.clamp(-0.5, 0.7) + x.clamp(min=0.1) + x.clamp_max(0.2) + torch.clamp_min(x, 0.3),
    "compare": lambda x: ((x > 0) & (x <= 1) | (x < -1) ^ (x == UP)) * x + (x >= UP) * (x != 0) * ~(x > 1),
    "logical": lambda x: (x > 0).logical_and(x < 1).logical_or(x < -2).logical_xor(x > 3) * x,
    "where": lambda x: torch.where(x > 0, x, 0.1 * x) + x.masked_fill(x < 0.5, -2.0),
    "sum": lambda x: x.sum() + x.sum(1, keepdim=True) + x.sum((0, 1)) + x.sum(-1)[:, None] + x.sum(dim=[]),
    "mean": lambda x: x.mean() + x.mean((0,), keepdim=True) + x.mean(-1, True),
    "var": lambda x: x.var() + x.var(unbiased=False) + x.var(1, keepdim=True) + x.var(0, correction=0) + x.std(),
    "var_mean": lambda x: sum(torch.var_mean(x, 1)) + sum(torch.var_mean(x, 1, unbiased=False)) + x.std(-1).sum(),
    "extremes": lambda x: x.amax(1) + x.amin(1) + x.amax() + x.amin((0, 1)) + x.max() - x.min()
    + x.max(0)[0][:4] + x.min(1).values,
    "prod": lambda x: x.prod() + x.prod(1),
    "norms": lambda x: x.norm() + x.norm(dim=1) + torch.linalg.vector_norm(x, 1),
    "any": lambda x: (x > 0).any(1) * x.sum() + (x > -9).all(0, keepdim=True).sum() * x[0, 0],
    "logsumexp": lambda x: torch.logsumexp(x, 1) + x.logsumexp((0, 1)), "cumsum": lambda x: x.cumsum(1),
    "softmax": lambda x: F.softmax(x, 0) + F.log_softmax(x, -1) + torch.softmax(x, 1, dtype=torch.float64),
    "losses": lambda x: F.mse_loss(x, UP) + F.l1_loss(x, UP) + F.huber_loss(x, UP) + F.smooth_l1_loss(x, UP),
    "classes": lambda x: F.cross_entropy(x, torch.tensor([1, 0, 5, 2])),
    "binary": lambda x: F.binary_cross_entropy_with_logits(x, (UP > 0).to(x.dtype))
    + F.kl_div(x, UP.exp(), reduction="batchmean"),
    "layer_norm": lambda x: F.layer_norm(x, (6,)) + F.layer_norm(x, (4, 6), UP, UP),
    "rms": lambda x: F.rms_norm(x, (6,)),
    "groups": lambda x: F.group_norm(x[..., None], 3), "batch": lambda x: F.batch_norm(x, None, None, training=True),
    "instances": lambda x: F.instance_norm(x[None]), "cosine": lambda x: F.cosine_similarity(x, UP),
    "mm": lambda x: x @ x.T + torch.mm(x, UP.T) + x.mv(x[0])[:, None] + x[0].dot(x[1]) + torch.outer(x[:, 0], x[:, 1]),
    "addmm": lambda x: torch.addmm(x[:, :4], x, x.T, beta=2, alpha=0.5) + torch.addmv(x[:, 0], x, x[0]),
    "bmm": lambda x: torch.bmm(x.view(2, 2, 6), x.view(2, 6, 2))
    + torch.baddbmm(x[None, :, :4], x[None], x.T[None])[0, :2, :2],
    "linear": lambda x: F.linear(x, x, x[:, 0]) + F.linear(x[None], x)[0], "bilinear": lambda x: torch.inner(x, x),
    "einsum": lambda x: torch.einsum("ij,kj->ik", x, x) + torch.einsum("ij,ij->", [x, x]),
    "attention": lambda x: F.scaled_dot_product_attention(x[None], x[None], x[None], is_causal=True),
    "masked": lambda x: F.scaled_dot_product_attention(x[None], x[None], x[None], (UP[:, :4] > -0.2)[None]),
    "shapes": lambda x: x.T.reshape(3, 8).view(-1, 4).transpose(0, 1).permute(1, 0).contiguous().flatten(),
    "axes": lambda x: x.unsqueeze(0).squeeze(0).unsqueeze(-1).squeeze().expand(2, -1, 6).movedim(0, 2) * x[:, :, None],
    "slices": lambda x: x[1:3, ::2] * x[-1, -1] + x.narrow(1, 2, 3)[:2] + x.select(0, 1)[3:],
    "flip": lambda x: x.flip(0),
    "roll": lambda x: x.roll(1, 0) + x.roll(2), "repeat": lambda x: x.repeat(2, 1) * x.tile(2, 1), "tri": lambda x:
    x.tril() * 2 + x.triu(1), "diagonal": lambda x: x.diagonal() + x.diagonal(1)[:4] + torch.diag(x[:, :4]) + x.trace(),
    "split": lambda x: x.split(2, 1)[1] * x.chunk(3, 1)[0] + x.split([1, 5], 1)[0] + x.tensor_split(3, 1)[2],
    "unsafe": lambda x: x.unsafe_chunk(2, 1)[0] + x.unsafe_split_with_sizes([3, 3], 1)[1],
    "cat": lambda x: torch.cat([x, UP, torch.empty(0)]) + torch.stack([x, x], 1).view(8, 6)
    + torch.hstack([x, x])[:1, :6],
    "not recorded": lambda x: _tripled(2 * x),
    "unbind": lambda x: x.unbind(1)[2] * x.unbind()[0][0], "pad": lambda x: F.pad(x, (1, 2)),
    "index": lambda x: x[I, 1] + x[I][..., 0] + x[:, I].sum(0)[..., None].sum(-1), "gather": lambda x: x.gather(0, I),
    "embedding": lambda x: F.embedding(I, x), "index_select": lambda x: x.index_select(1, I[0]),
    "in place": lambda x: (x * 1).add_(UP).mul_(2).clamp_(-1, 2).masked_fill_(x > 1, 0.5).fill_(0.3).copy_(x).tanh_(),
    "zero": lambda x: (x * 1).zero_() + torch.full_like(x, 2.0) + x.new_ones(4, 1) + x.new_zeros(1), "clone": lambda x:
    x.clone() * x.detach() + x.to(torch.float64) + (x > 0).to(x.dtype) + x.data,
    "own derivative": lambda x: torch.func.grad(lambda y: (y**3).sum())(x),
    "alias": lambda x: x + torch.ops.aten.alias(x),
    "vectors": lambda x: (x[0] @ x.T + F.linear(x[0], x) + F.linear(x[0], x, x[:, 0])) * torch.matmul(x[0], x[1]),
}  # fmt: skip


#: where these have kinks: exact zeros are usual, as the outputs of a readout that starts at zero
KINKS = np.array([[0.0, 1.0, -1.0, 3.0, -3.0, 6.0], [0.0, 0.5, 0.0, -0.5, 0.0, 0.0], [1.0, 1.0, 1.0, 2.0, 2.0, 0.0]])
EVEN = torch.tensor(KINKS[::-1].copy())
TIES: dict[str, Callable[[Any], Any]] = {
    **{name: lambda x, name=name: getattr(F, name)(x) for name in (
        "relu", "relu6", "hardtanh", "hardswish", "hardsigmoid", "leaky_relu", "elu", "selu", "softshrink",
        "hardshrink", "logsigmoid", "softplus", "softsign",
    )},
    "abs": torch.abs, "clamp": lambda x: x.clamp(-1, 1), "clamp below": lambda x: x.clamp(min=0),
    "clamp_min": lambda x: x.clamp_min(0), "clamp_max": lambda x: x.clamp_max(0.5),
    "clamp by a tensor": lambda x: torch.clamp(EVEN, x, x + 1) + x.clamp(min=EVEN) + torch.clamp(x, x + 1, x - 1),
    "max": lambda x: x.max(-1)[0].sum() + x.min(0, keepdim=True).values, "all of max": lambda x: x.max() + x.amax(1),
    "maximum": lambda x: torch.maximum(x, EVEN) + torch.minimum(x, torch.zeros(())),
    "norm 1": lambda x: x.norm(p=1, dim=-1), "norm inf": lambda x: x.norm(p=float("inf"), dim=0),
    "losses": lambda x: F.l1_loss(x, EVEN) + F.smooth_l1_loss(x, EVEN) + F.huber_loss(x, EVEN),
    "binary": lambda x: F.binary_cross_entropy_with_logits(x, (EVEN > 0).double()),
    "all masked": lambda x: F.scaled_dot_product_attention(x[None], x[None], x[None], torch.ones(3, 3).tril(-1) > 0),
    "padding": lambda x: F.embedding(torch.tensor([1, 2, 1, 0]), x, padding_idx=1) + F.embedding(I, x, -1).sum(0)[:1],
    "small whole numbers": lambda x: ((x > -9).to(torch.int8) * 100).cumsum(-1) * x,
    "copied into truth values": lambda x: (x > 0).copy_(x) * x,
    "filled": lambda x: x.long().masked_fill(x > 0, 1.7) * x,
    "thresholds": lambda x: F.threshold(x, 0.5, 2.0) + F.prelu(x, x[0, 1:2]) + F.soft_margin_loss(x, EVEN.sign()),
    "replaced": lambda x: (x / EVEN.abs()).nan_to_num(1.0, 2.0, 3.0) * 1e-3 + x.frac() + x.sgn() + x * x.isinf(),
    "padded": lambda x: F.pad(x, (1, 1), mode="reflect") + F.pad(x[None], (1, 1), mode="replicate")[0],
    "scattered": lambda x: x.select_scatter(2 * x[0], 0, 1) + x.slice_scatter(2 * x[:2], 0, 0, 2) + x.rot90(2),
    "rearranged": lambda x: torch.block_diag(x, x)[:3, :6] + x.diag_embed().sum(1) + x.take(I)[:1, :1],
    "shuffled": lambda x: F.pixel_shuffle(x[None, :, :, None].expand(1, 3, 6, 4).reshape(1, 12, 3, 2), 2).cumsum(-1),
    "spread": lambda x: sum(torch.std_mean(x, 1)) + F.binary_cross_entropy((x / 9).sigmoid(), (EVEN > 0).double()),
    "products": lambda x: torch.addcdiv(x, x, EVEN + 9, value=2) + x.addr(x[:, 0], x[0]) * torch.vdot(x[0], x[2]),
    "weights of a norm": lambda x: torch._weight_norm(x + 1, x[:, :1].abs() + 1, 0) + torch.logaddexp(x, EVEN),
    "nothing": lambda x: x + torch.empty_like(x[:, :0]).sum() + x.new_empty(0).sum(),
    "own derivatives": lambda x: torch.func.grad(_many)(x),
    "truth values that are divided": lambda x: (x > 0) / 0.3 * x + torch.atan2(x > 0, torch.tensor(3)) * x,
    "small whole numbers that wrap": lambda x: ((x > 0).to(torch.uint8) - torch.tensor(1)) * x,
    "small numbers of larger ones": lambda x: (100 * x.long()).to(torch.int8) * x,
    "truth values that are counted": lambda x: (x > 0).sum(1, dtype=torch.float64) / 7 * x.sum(1),
    "whole numbers added up as small ones": lambda x: (99 * x.long()).sum(dtype=torch.int8) * x,
    "whole numbers that are cut off": lambda x: torch.div(x.long(), 2, rounding_mode="trunc") / 2 * x,
    "powers of whole numbers": lambda x: (2 ** x.long() + torch.tensor(-1) ** x.long() + x.long() ** 2.0) * x,
    "truth values and a factor": lambda x: torch.add(x > 0, x > 1, alpha=2) * x,
    "compared in place": lambda x: (x * 1).gt_(0).add_(1) * x,
    "a mask of small numbers": lambda x: x[torch.tensor([1, 0, 1], dtype=torch.uint8)] * x[1:],
    "any of small numbers": lambda x: -(x > 0).to(torch.uint8).any(1) * x[:, 0],
    "not looked at": lambda x: torch.addmm(torch.full((3, 3), torch.inf).double(), x, x.T, beta=0),
    "overwritten, not recorded": lambda x: _overwritten(1e20 * x) * x + _overwritten(x.exp() / 0) * x,
}  # fmt: skip


class _Of(torch.nn.Module):
    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *x: Any) -> Any:
        return self.function(*x)


class _Rules(dict[str, Any]):
    """Those that are asked for are noted."""

    def __init__(self, met: set[str]) -> None:
        super().__init__(aten.RULES)
        self.met = met

    def __getitem__(self, key: str) -> Any:
        self.met.add(key)
        return super().__getitem__(key)


class _Parts(dict[Any, Any]):
    """PyTorch's operations that are taken apart are noted."""

    def __init__(self, met: set[str]) -> None:
        super().__init__(torchtensor.decomposition_table)
        self.met = met

    def get(self, key: Any, default: Any = None) -> Any:
        self.met.add(key.__name__.partition(".")[0])
        return super().get(key, default)


@pytest.fixture(scope="module")
def met() -> Iterator[set[str]]:
    names: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torchtensor, "decomposition_table", _Parts(names))
        yield names


@pytest.mark.parametrize("name", CASES)
def test_value_and_derivative_are_those_of_pytorch(name: str, met: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torchtensor, "RULES", _Rules(met))
    module = _Of(CASES[name])
    x = torch.tensor(X, requires_grad=True)
    value = module(x)
    weights = torch.cos(torch.arange(float(value.numel()), dtype=torch.float64)).reshape(value.shape)
    (slope,) = torch.autograd.grad((value * weights).sum(), x, allow_unused=True) if value.requires_grad else (None,)
    with jax.enable_x64(True):
        found = torchtensor.run(module, {}, {}, [X], {})
        np.testing.assert_allclose(np.asarray(found), value.detach().numpy(), rtol=1e-11, atol=1e-11)
        assert np.shape(found) == tuple(value.shape)
        mine = jax.grad(lambda x: (torchtensor.run(module, {}, {}, [x], {}) * weights.numpy()).sum() + 0.0 * x.sum())(X)
    np.testing.assert_allclose(mine, np.zeros_like(X) if slope is None else slope.numpy(), rtol=1e-10, atol=1e-10)


@pytest.fixture
def double() -> Iterator[None]:
    """PyTorch divides whole numbers in double precision, as it is done here."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("name", TIES)
def test_the_derivative_at_a_kink_is_the_one_that_pytorch_takes(
    name: str, met: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not half of both sides, nor one side: a step from zeros would be another one.

    PyTorch has the slope 1/6 of hardsigmoid in float32.
    """
    monkeypatch.setattr(torchtensor, "RULES", _Rules(met))
    x = torch.tensor(KINKS, requires_grad=True)
    value = TIES[name](x)
    weights = torch.cos(torch.arange(float(value.numel()), dtype=torch.float64)).reshape(value.shape)
    (slope,) = torch.autograd.grad((value * weights).sum(), x)
    with jax.enable_x64(True):
        mine = jax.grad(lambda x: (torchtensor.run(_Of(TIES[name]), {}, {}, [x], {}) * weights.numpy()).sum())(KINKS)
        found = torchtensor.run(_Of(TIES[name]), {}, {}, [KINKS], {})
    np.testing.assert_allclose(np.asarray(found), value.detach().numpy(), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(mine, slope.numpy(), rtol=1e-7, atol=1e-10)


#: what PyTorch refuses, or does otherwise than can be done here → what is said
TAKEN_BEFORE: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a place outside": (lambda x: x[torch.tensor([9])], "index of shapes .*: the index 9 is out of bounds"),
    "a token outside": (lambda x: F.embedding(torch.tensor([9]), x), "embedding of .*: the index 9 is out of bounds"),
    "a token below 0": (lambda x: F.embedding(torch.tensor([-1]), x), "embedding of .*: the index -1 is out of bounds"),
    "gathered outside": (lambda x: x.gather(0, torch.tensor([[7]])), "gather of .*: the index 7 is out of bounds"),
    "a class outside": (lambda x: F.cross_entropy(x, torch.tensor([1, 0, 9, 2])), "the index 9 is out of bounds"),
    "a mean of whole numbers": (lambda x: x.long().mean(), r"mean of shapes \(4, 6\): .*dtype"),
    "whole numbers over 0": (lambda x: x.long() // torch.tensor(0), "whole numbers are divided by 0"),
    "fractions into whole numbers": (lambda x: x.long().mul_(0.5), "in place the result type torch.float64 can't"),
    "complex numbers": (lambda x: (x * 1j).abs(), "complex numbers are not taken"),
    "its derivative is stopped in place": (lambda x: (x * 1).detach_(), "detach_ is of PyTorch's derivatives"),
    "it asks for a derivative": (lambda x: (x * 1).requires_grad_(), "requires_grad_ is of PyTorch's derivatives"),
    "a logical one in place": (lambda x: (x * 1).logical_not_(), "logical_not_ keeps in PyTorch the derivative"),
    "a copy of Python's": (lambda x: copy.deepcopy(x), "a copy by Python's copy or pickle has no derivative"),
    "its place in memory": (lambda x: x * x.T.stride(0), r"how a tensor lies in memory \(.stride\)"),
    "it lies in one piece": (lambda x: x * x.T.is_contiguous(), r"how a tensor lies in memory \(.is_contiguous\)"),
    "another slope at its kink": (lambda x: F.multi_margin_loss(x, torch.tensor([1, 0, 5, 2])), "is not known here"),
    "not differentiable": (lambda x: torch.native_layer_norm(x, (6,), None, None, 0.1)[1], "no derivative of the mean"),
    "a mask of values": (lambda x: x[x > 0], "Python looks at a value here"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAKEN_BEFORE)
def test_what_has_no_such_value_or_derivative_in_pytorch_is_refused(name: str) -> None:
    function, sentence = TAKEN_BEFORE[name]
    with jax.enable_x64(True), pytest.raises(ProgramError, match=sentence):
        torchtensor.run(_Of(function), {}, {}, [X], {})


def test_a_weight_is_a_parameter_to_python() -> None:
    class Asks(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = torch.nn.Parameter(torch.ones(6))

        def forward(self, x: Any) -> Any:
            return self.w * x if isinstance(self.w, torch.nn.Parameter) and not isinstance(x, torch.nn.Parameter) else x

    with jax.enable_x64(True):
        found = torchtensor.run(Asks(), {"w": np.full(6, 2.0)}, {}, [X], {})
    np.testing.assert_array_equal(found, 2 * X)


def test_a_place_that_is_not_known_when_it_is_traced_gives_no_number_outside() -> None:
    """JAX would take the nearest one, or count from the end."""

    def found(x: Any, places: Any) -> Any:
        of = [lambda x, i: F.embedding(i, x), lambda x, i: x[i], lambda x, i: x.gather(0, i[:, None])]
        return [torchtensor.run(_Of(f), {}, {}, [x, places], {}) for f in of]

    with jax.enable_x64(True):
        embedded, indexed, gathered = jax.jit(found)(X, np.array([3, 4, -1]))
        with pytest.raises(ProgramError, match="looked up at places that are not known"):
            jax.jit(found)((100 * X).astype(int), np.array([3, 4, -1]))
    np.testing.assert_array_equal(embedded, [X[3], np.full(6, np.nan), np.full(6, np.nan)])
    np.testing.assert_array_equal(indexed, [X[3], np.full(6, np.nan), X[-1]])
    np.testing.assert_array_equal(gathered, [[X[3, 0]], [np.nan], [np.nan]])


def test_every_rule_was_met(met: set[str]) -> None:
    """Run after the cases, in one process with them."""
    if len(met) < 20:
        pytest.skip("the cases were run elsewhere")
    assert sorted((set(aten.RULES) | aten.TAKEN_APART) - met) == []


def test_an_operation_of_somebody_else_is_not_taken_for_one_of_pytorch() -> None:
    library = torch.library.Library("theirs", "DEF")
    library.define("relu(Tensor x) -> Tensor")
    library.impl("relu", lambda x: -x, "CPU")
    with pytest.raises(ProgramError, match=r"PyTorch's theirs.relu.default is not known here"):
        torchtensor.run(_Of(lambda x: torch.ops.theirs.relu(x)), {}, {}, [X], {})
