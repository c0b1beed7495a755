"""PyTorch modules of the tests: a function of the width each, with what they are given (points, or tokens)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

POINTS = np.array([[1.0, 0.5], [-0.3, 1.1], [0.7, -0.7], [-1.0, -0.4]])
TOKENS = np.array([3, 1, 4, 1])


class MLP(nn.Module):
    def __init__(self, n: int, activation: Callable[[Any], Any]) -> None:
        super().__init__()
        self.first, self.second, self.out = nn.Linear(2, n), nn.Linear(n, n, bias=False), nn.Linear(n, 1)
        self.activation = activation

    def forward(self, x: Any) -> Any:
        h = self.activation(self.first(x))
        h = self.activation(self.second(h))
        return self.out(h)


class Residual(nn.Module):
    """A branch that is scaled in place; a readout with a factor of its own."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n, self.first = n, nn.Linear(2, n)
        self.blocks = nn.ModuleList(nn.Linear(n, n) for _ in range(2))
        self.out = nn.Parameter(torch.randn(n))

    def forward(self, x: Any) -> Any:
        h = self.first(x)
        for block in self.blocks:
            branch = F.gelu(block(h), approximate="tanh")
            branch *= 0.5
            h = h + branch
        return h @ self.out / self.n


class Normed(nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.first, self.second, self.out = nn.Linear(2, n), nn.Linear(n, 2 * n), nn.Linear(2 * n, 1)
        self.norm, self.other = nn.LayerNorm(n), nn.RMSNorm(2 * n, eps=1e-6)

    def forward(self, x: Any) -> Any:
        h = F.silu(self.norm(self.first(x)))
        return self.out(torch.tanh(self.other(self.second(h)))).squeeze(-1)


class Attention(nn.Module):
    """One head over four tokens; positions are a table of numbers."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.embed = nn.Linear(2, n)
        self.q, self.k, self.u = (nn.Linear(n, n, bias=False) for _ in range(3))
        self.out = nn.Linear(n, 1)
        angles = torch.arange(4)[:, None] / 10 ** torch.linspace(0, 1, n)
        self.register_buffer("positions", torch.sin(angles))

    def forward(self, x: Any) -> Any:
        h = self.embed(x) + self.positions
        q, k, u = self.q(h), self.k(h), self.u(h)
        scores = torch.softmax(q @ k.T / q.shape[-1] ** 0.5, dim=-1)
        return self.out(h + scores @ u)


class Heads(nn.Module):
    """Blocks of PyTorch: four heads, a hidden layer of 4n, packed weights of 3n × n, a causal mask."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(7, n)
        self.block = nn.TransformerEncoderLayer(n, 4, 4 * n, dropout=0.0, batch_first=True, norm_first=True)
        self.register_buffer("mask", torch.triu(torch.ones(4, 4, dtype=torch.bool), 1))

    def forward(self, tokens: Any) -> Any:
        h = self.block(self.embed(tokens)[None], src_mask=self.mask)
        return (h[0] @ self.embed.weight.T).logsumexp(-1)


class Tied(nn.Module):
    """The decoder is the transposed encoder; products written as sums over letters."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.first, self.code = nn.Linear(2, n), nn.Parameter(torch.empty(n, n))
        self.back = nn.Linear(n, n)
        nn.init.kaiming_normal_(self.code)
        self.last = nn.Linear(n, n)
        self.last.weight = self.back.weight

    def forward(self, x: Any) -> Any:
        h = torch.erf(torch.einsum("bi,ji->bj", self.first(x), self.code))
        h = torch.einsum("bj,ji->bi", h, self.code)
        h = self.last(torch.sigmoid(self.back(h)))
        return torch.cat([h.mean(-1), h.pow(2).mean(dim=1)])


class Recurrent(nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.cell, self.memory, self.out = nn.RNNCell(2, n), nn.GRUCell(2, n), nn.Linear(n, 1)

    def forward(self, x: Any) -> Any:
        h = torch.zeros(1, self.out.in_features, dtype=x.dtype)
        for point in x.unbind(0):
            h = self.cell(point[None], h)
            h = self.memory(point[None], h)
        return self.out(h)[0]


class Stopped(nn.Module):
    """Derivatives that PyTorch does not take."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.first, self.second, self.out = nn.Linear(2, n), nn.Linear(n, n), nn.Linear(n, 1)

    def forward(self, x: Any) -> Any:
        h = torch.cos(self.first(x))
        with torch.no_grad():
            size = h.abs().mean(-1, keepdim=True)
        h = self.second(h / size)
        return self.out(torch.sin(h) * h.detach() + h.var(-1, keepdim=True))


def sequential(n: int) -> nn.Module:
    """No line names what is in it."""
    last = nn.Linear(n, 1)
    nn.init.zeros_(last.bias)
    half = nn.Linear(n, n // 2, bias=False)
    nn.init.normal_(half.weight, std=n**-0.5)
    return nn.Sequential(nn.Linear(2, n), nn.BatchNorm1d(n), nn.ReLU(), nn.Sequential(half, nn.Hardtanh()),
                         nn.Linear(n // 2, n), nn.Dropout(), nn.LeakyReLU(), last).eval()  # fmt: skip


MODULES: dict[str, tuple[Callable[[int], nn.Module], Any]] = {
    **{name: (lambda n, f=f: MLP(n, f), POINTS) for name, f in (
        ("relu", F.relu), ("tanh", torch.tanh), ("gelu", F.gelu), ("erf", torch.erf), ("softplus", F.softplus))},
    "residual": (Residual, POINTS), "norms": (Normed, POINTS), "attention": (Attention, POINTS),
    "heads": (Heads, TOKENS), "tied": (Tied, POINTS), "recurrent": (Recurrent, POINTS),
    "stopped": (Stopped, POINTS), "sequential": (sequential, POINTS),
}  # fmt: skip
