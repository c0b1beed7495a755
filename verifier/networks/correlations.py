"""Samplers of the correlation functions: T^r, layer-resolved T, and the hypernetwork terms K^(r).

    T^r(x_0; x_1, ..., x_r) = <grad^r f(x_0), grad f(x_1) x ... x grad f(x_r)>                     Eq. (5)
    T^{l,d}: the same with the r derivatives in given layers and given outputs of f              Eq. (7), (16)
    K^(r)(u_i, u_j) = <grad^r h(u_i), (grad h(u_j))^r>, a derivative along grad h(u_j)             Eq. (29)

All are almost-everywhere derivatives: activation patterns are held fixed.  Inputs are normalised to
|x|^2 = n_0.  Every sampler but "clt" is exact in law; they differ in cost only (see `verifier.networks.mlp`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import factorial
from typing import Any

import numpy as np

from verifier.networks import jets, known
from verifier.networks.buffers import reusing
from verifier.networks.build import APPROXIMATE, build
from verifier.networks.draws import Draw
from verifier.networks.hypernetwork import ImplicitNetwork
from verifier.networks.mlp import Direction, Network, Pass
from verifier.networks.request import (
    Widths,
    checked_orders,
    choose_sampler,
    distinct_rows,
    drawn_type,
    hidden_widths,
    input_pair,
    input_rows,
    whole,
)
from verifier.networks.spaces import Array


def _batch(kind: str, widths: Sequence[int], outputs: int) -> int:
    """Samples drawn together: a fixed function of the request, so that results depend on the rng alone."""
    widest = max(widths, default=1)
    if kind == "gram":
        return max(1, 2000 // max(1, outputs // 64))
    if kind in ("stream", "clt"):
        return max(1, min(1000, (1 << 17) // outputs))
    if kind == "lazy":
        return max(1, min(1000, (1 << 16) // max(widest, outputs)))
    sizes = [1, *widths, outputs]
    return max(1, min(2000, (1 << 18) // max(a * b for a, b in pairwise(sizes))))


def _collect(
    samples: int,
    batch: int,
    rng: np.random.Generator,
    draw: Callable[[int, np.random.Generator], tuple[Array, Array | None]],
) -> tuple[Array, Array | None]:
    """Run `draw(batch, rng)` until there are enough samples."""
    # One fast stream a call, seeded from the generator given: normals are most of the work.
    fast = np.random.Generator(np.random.SFC64([int(word) for word in rng.integers(0, 1 << 63, size=4)]))
    values, normals = [], []
    with reusing():
        for start in range(0, samples, batch):
            value, normal = draw(min(batch, samples - start), fast)
            values.append(value)
            if normal is not None:
                normals.append(normal)
    return np.concatenate(values), np.concatenate(normals) if normals else None


def _normals(network: Network, passes: Sequence[Pass], rng: np.random.Generator) -> Array | None:
    """What is known of the last layer at one input, or at two."""
    if len(passes) == 1:
        return known.at_one(network, passes[0], rng)
    return known.at_two(network, passes[0], passes[1], rng) if len(passes) == 2 else None


def _unit(batch: int, outputs: int, d: int) -> Array:
    e = np.zeros((batch, outputs))
    e[:, d] = 1.0
    return e


def star(network: Network, inputs: Array, which: Sequence[int], orders: Sequence[int]) -> tuple[Array, list[Pass]]:
    """T^r for all r in orders on a given network with one output; see `sample_T`.

    inputs: distinct rows; which: for x_0 and each direction x_1, x_2, ... the row it is.  Returns
    values (batch, orders), and the passes at all inputs.
    """
    passes = network.forward(inputs)
    top = min(max(orders), network.depth)
    used = list(dict.fromkeys(which[1 : top + 1]))
    one = np.ones((network.batch, 1))
    directions = [network.backward(passes[k], one) for k in used]
    counts = [[list(which[1 : r + 1]).count(k) for k in used] for r in range(top + 1)]
    jet = network.jet(passes[which[0]], directions, counts[top])
    values = np.zeros((network.batch, len(orders)))
    for column, r in enumerate(orders):
        index = tuple(counts[r]) if r <= top else None
        if index is not None and index in jet:
            values[:, column] = jets.derivative_factor(index) * jet[index][:, 0]
    return values, passes


def sample_T(
    depth: int,
    widths: Widths,
    orders: Sequence[int],
    *,
    angle: float = 0.0,
    inputs: Any = None,
    samples: int,
    rng: np.random.Generator,
    sampler: str = "auto",
    activation: str = "relu",
    precision: str = "double",
) -> Draw:
    """T^r for every r in orders, from the same networks and the same jets.  Eq. (5).

    depth: L >= 1.  widths: n_1..n_{L-1}, or one integer for all, 1 <= n < 2^53.  angle: degrees between
    x_0 and x_1, both with |x|^2 = n_0; x_1 is taken for every direction; 0 is one input.  inputs: rows
    x_0..x_R instead, with R >= max(orders), the directions of T^r being x_1..x_r.  sampler: "auto",
    "dense", "lazy", "gram" or "stream"; or "clt", an APPROXIMATION, which "auto" never takes.  precision:
    "double", or "single" for what lazy and stream draw.  T^0 = f, T^1 is the NTK; T^r = 0.0 exactly for r > L.

    Returns a Draw with values (samples, orders); normals (samples, 1) at one input, (samples, 2) at two, as
    :mod:`verifier.networks.known` says.  Raises ValueError for a request outside these ranges, or a sampler
    that cannot serve it.
    """
    depth = whole("depth", depth, 1)
    hidden, orders = hidden_widths(depth, widths), checked_orders(orders)
    samples = whole("samples", samples, 1)
    if inputs is None:
        rows = input_pair(angle)
        which = [0] + [len(rows) - 1] * min(max(orders), depth)
    else:
        given = input_rows(inputs)
        rows, which = distinct_rows(given[: max(orders) + 1])
        if len(given) <= max(orders):
            raise ValueError(f"inputs has {len(given)} rows: order {max(orders)} needs {max(orders) + 1}")
    if max(orders) == 0:
        rows, which = rows[:1], [0]
    kind = choose_sampler(sampler, activation, len(rows), hidden)
    dtype = drawn_type(precision, kind, activation)

    def draw(batch: int, stream: np.random.Generator) -> tuple[Array, Array | None]:
        network = build(kind, (rows.shape[1], *hidden), 1, batch, stream, activation, dtype)
        values, passes = star(network, rows, which, orders)
        return values, _normals(network, passes, stream)

    values, normals = _collect(samples, _batch(kind, hidden, 1), rng, draw)
    meta = {
        "quantities": tuple(f"T({r})" for r in orders),
        "sampler": kind,
        "exact": kind not in APPROXIMATE,
        "precision": precision,
        "depth": depth,
        "widths": hidden,
        "angle": None if inputs is not None else angle,
        "activation": activation,
    }
    return Draw(values, normals, meta)


Term = tuple[tuple[int, ...], tuple[int, ...]]  # layers l_1..l_k and outputs d_1..d_k


def layered(
    network: Network, inputs: Array, which: Sequence[int], terms: Sequence[Term], d: int, outputs: int
) -> tuple[Array, Pass]:
    """The layer-resolved terms on a given network, by Eq. (16); see `sample_layer_T`.

    which: for x_i and x_{i_1}, x_{i_2}, ... the row of inputs it is.  Returns values (batch, terms), and
    the pass at x_i.
    """
    passes = network.forward(inputs)
    base = passes[which[0]]
    gradients: dict[tuple[int, int], Direction] = {}
    pushed: dict[tuple[int, int, int, int], Array] = {}

    def delta(k: int, output: int, l: int) -> Array:
        """C^{l -> L} at input k for one output: the derivative of f^output with respect to y^l."""
        if (k, output) not in gradients:
            gradients[k, output] = network.backward(passes[k], _unit(network.batch, outputs, output))
        found = gradients[k, output].deltas[l - 1]
        assert found is not None
        return found

    values = np.zeros((network.batch, len(terms)))
    for column, (layers, ds) in enumerate(terms):
        if not layers:
            values[:, column] = base.f[:, d]
            continue
        if len(set(layers)) < len(layers):
            continue  # f is linear in each W^l: Eq. (9)
        # The derivatives commute, Eq. (8), if inputs and outputs are permuted along with the layers.
        order = sorted((l, which[t + 1], ds[t]) for t, l in enumerate(layers))
        l_1, i_1, _ = order[0]
        l_k, i_k, d_k = order[-1]
        if l_k == network.depth and d_k != d:
            continue  # the output weights of different outputs are different weights
        value = network.inner(l_1 - 1, base.q[l_1 - 1], passes[i_1].q[l_1 - 1]) / network.widths[l_1 - 1]
        value = value * network.inner(l_k, delta(which[0], d, l_k), delta(i_k, d_k, l_k))
        for (l, i, output), (l_next, i_next, _) in pairwise(order):
            key = (i, output, l, l_next - 1)
            if key not in pushed:
                pushed[key] = network.push(base, delta(i, output, l), l, l_next - 1)
            overlap = network.inner(l_next - 1, passes[i_next].q[l_next - 1], pushed[key])
            value = value * overlap / network.widths[l_next - 1]
        values[:, column] = value
    return values, base


def _terms(depth: int, layers: Any, ds: Any) -> list[Term]:
    several = len(layers) == 0 or not isinstance(layers[0], (int, np.integer))
    listed = (list(layers), list(ds)) if several else ([layers], [ds])
    if len(listed[0]) != len(listed[1]) or not listed[0]:
        raise ValueError(f"{len(listed[0])} tuples of layers and {len(listed[1])} of outputs: give one of each a term")
    terms = []
    for term, outputs in zip(*listed, strict=True):
        if len(term) != len(outputs):
            raise ValueError(f"layers {tuple(term)} and outputs {tuple(outputs)}: they must be of one length")
        for l in term:
            if whole("layer", l, 1) > depth:
                raise ValueError(f"layer is {l}: the network has layers 1 to {depth}")
        terms.append((tuple(int(l) for l in term), tuple(whole("output", e, 0) for e in outputs)))
    return terms


def sample_layer_T(
    depth: int,
    widths: Widths,
    layers: Any,
    d: int,
    ds: Any,
    *,
    angle: float = 0.0,
    inputs: Any = None,
    samples: int,
    rng: np.random.Generator,
    sampler: str = "auto",
    activation: str = "relu",
    precision: str = "double",
) -> Draw:
    """The layer-resolved T^{l,d}: derivatives in the layers l_1..l_k of f^d, along f^{d_1}..f^{d_k}.  Eqs. (7), (16).

    layers: one tuple (l_1, ..., l_k), 1 <= l_t <= L, or a list of such tuples; ds: the outputs
    (d_1, ..., d_k) of each, counted from 0, and d the output that is differentiated.  The empty tuple is
    f^d(x_i) itself; a repeated layer gives exactly 0.  The network has max(d, ds) + 1 outputs, which
    share all layers but the last.  angle: degrees between x_i and x_j, which all k directions use; or
    inputs: rows x_i, x_{i_1}, x_{i_2}, ...  The rest as in `sample_T`.

    Returns a Draw with values (samples, terms); normals (samples, outputs) at one input.  Raises
    ValueError for a request outside these ranges, or a sampler that cannot serve it.
    """
    depth = whole("depth", depth, 1)
    hidden, samples = hidden_widths(depth, widths), whole("samples", samples, 1)
    terms, d = _terms(depth, layers, ds), whole("output", d, 0)
    most = max(len(term) for term, _ in terms)
    outputs = 1 + max([d, *(e for _, out in terms for e in out)])
    if inputs is None:
        rows = input_pair(angle)
        which = [0] + [len(rows) - 1] * most
    else:
        given = input_rows(inputs)
        rows, which = distinct_rows(given[: most + 1])
        if len(given) <= most:
            raise ValueError(f"inputs has {len(given)} rows: {most} layers need {most + 1} (x_i and its directions)")
    kind = choose_sampler(sampler, activation, len(rows), hidden)
    dtype = drawn_type(precision, kind, activation)

    def draw(batch: int, stream: np.random.Generator) -> tuple[Array, Array | None]:
        network = build(kind, (rows.shape[1], *hidden), outputs, batch, stream, activation, dtype)
        values, at = layered(network, rows, which, terms, d, outputs)
        return values, known.at_one(network, at, stream) if len(rows) == 1 else None

    values, normals = _collect(samples, _batch(kind, hidden, outputs), rng, draw)
    meta = {
        "quantities": tuple(f"T{term};{d};{out}" for term, out in terms),
        "sampler": kind,
        "exact": kind not in APPROXIMATE,
        "precision": precision,
        "depth": depth,
        "widths": hidden,
        "angle": None if inputs is not None else angle,
        "activation": activation,
    }
    return Draw(values, normals, meta)


def hypernetwork_terms(
    network: Network,
    implicit: ImplicitNetwork,
    inputs: Array,
    z: tuple[Array, Array],
    orders: Sequence[int],
) -> tuple[Array, list[Pass]]:
    """K^(r) for all r in orders on a given network, and its passes; see `sample_K`.  inputs: rows x_i, x_j, or one."""
    passes = network.forward(inputs)
    at_i, at_j = passes[0], passes[-1]
    g_i = implicit.forward(z[0], at_i.f)
    top = min(max(orders), implicit.depth * network.depth)
    series = [at_i.f]
    if top:
        # grad_w h(u_j) is the gradient of <c, f(x_j)> with c = dh/df held fixed.
        direction = network.backward(at_j, implicit.gradient(implicit.forward(z[1], at_j.f)))
        jet = network.jet(at_i, [direction], [min(top, network.depth)])
        zero = np.zeros_like(at_i.f)
        series = [jet.get((k,), zero) for k in range(min(top, network.depth) + 1)]
    composed = implicit.compose(g_i, series, top)
    values = np.zeros((network.batch, len(orders)))
    for column, r in enumerate(orders):
        if r < len(composed):
            values[:, column] = factorial(r) * composed[r]
    return values, passes


def _implicit_inputs(z: Sequence[Any]) -> tuple[Array, Array]:
    if len(z) != 2:
        raise ValueError(f"z has {len(z)} entries: it must be the pair (z_i, z_j)")
    z_i, z_j = (np.atleast_1d(np.asarray(entry, dtype=float)) for entry in z)
    if z_i.ndim != 1 or z_i.shape != z_j.shape or not np.all(np.isfinite([z_i, z_j])):
        raise ValueError(f"z is {z!r}: z_i and z_j must be finite numbers or vectors of one length")
    return z_i, z_j


def sample_K(
    g_depth: int,
    depth: int,
    widths: Widths,
    orders: Sequence[int],
    *,
    m: int = 1,
    angle: float = 0.0,
    inputs: Any = None,
    z: Sequence[Any] = (1.0, 1.0),
    samples: int,
    rng: np.random.Generator,
    sampler: str = "auto",
    precision: str = "double",
) -> Draw:
    """K^(r)(u_i, u_j) for every r in orders, from the same networks and one jet.  Eq. (29).

    g_depth: H >= 1; m: the inner width of g; depth, widths, sampler as in `sample_T`.  angle: degrees
    between x_i and x_j, |x|^2 = n_0, or inputs: the rows x_i, x_j; z: the pair (z_i, z_j), numbers or
    vectors of length m_0.  K^(0) = h, K^(1) is the hyperkernel; K^(r) = 0.0 exactly for r > H L.

    Returns a Draw with values (samples, orders); at one input normals (samples, outputs of f), in the
    order V^1, ..., V^H row by row; at two twice as many, where m = m_0 = 1.  Raises ValueError for a request
    outside these ranges, or a sampler that cannot serve it.
    """
    depth, g_depth = whole("depth", depth, 1), whole("g_depth", g_depth, 1)
    hidden, orders = hidden_widths(depth, widths), checked_orders(orders)
    samples, m = whole("samples", samples, 1), whole("m", m, 1)
    pair = _implicit_inputs(z)
    rows = input_pair(angle) if inputs is None else distinct_rows(input_rows(inputs))[0]
    kind = choose_sampler(sampler, "relu", len(rows), hidden)
    dtype = drawn_type(precision, kind, "relu")
    implicit = ImplicitNetwork(g_depth, m, pair[0].size)
    by_signs = m == pair[0].size == 1  # the masks of g depend on signs of single outputs of f alone

    def draw(batch: int, stream: np.random.Generator) -> tuple[Array, Array | None]:
        network = build(kind, (rows.shape[1], *hidden), implicit.outputs, batch, stream, dtype=dtype)
        values, passes = hypernetwork_terms(network, implicit, rows, pair, orders)
        return values, _normals(network, passes, stream) if len(rows) == 1 or by_signs else None

    values, normals = _collect(samples, _batch(kind, hidden, implicit.outputs), rng, draw)
    meta = {
        "quantities": tuple(f"K({r})" for r in orders),
        "sampler": kind,
        "exact": kind not in APPROXIMATE,
        "precision": precision,
        "g_depth": g_depth,
        "depth": depth,
        "widths": hidden,
        "m": m,
        "angle": angle,
        "z": tuple(tuple(entry.tolist()) for entry in pair),
    }
    return Draw(values, normals, meta)
