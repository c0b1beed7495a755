"""The time derivative of the hyperkernel at initialisation, term by term, exactly in law.

Under gradient flow on one training input u_i with residual 1, dw/dt = -grad h(u_i), and masks fixed,

    d/dt K^h(u, u') = d/dt [c K^f(x, x') c'^T],    c = dh/dV at u                                    Eq. (78)
        first   = -g''(u)[K^f(x, x_i) c_i, K^f(x, x') c']        from the change of c; O_p(1/m)      Eqs. (80)-(81)
        first'  = the same with u and u' exchanged, from the change of c'                            Eq. (79)
        second  = -c.f''(x)[grad h(u_i), grad h(u')] - (u <-> u')    from that of K^f; O_p(1/n)      Eqs. (84)-(88)

where g'' is the second derivative in the weights V of g, and f'' that of the outputs of f in w.  At
infinite n, K^f = Theta^f I, so that first = -Theta^f(x_i, x) Theta^f(x, x') g''(u)[c_i, c'] and second = 0.
At finite n the fluctuations of K^f add terms of order 1/sqrt(n m) and 1/n to first, so that it is of order
1/m only while n is much larger than m; the sum of all terms is O_p(1/m) + O_p(1/n) regardless.
At H = 2, g''(u)[c_i, c'] is m^{-3/2} times a sum over the m neurons of g of independent centred terms, so
that its root mean square is exactly proportional to 1/m.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np

from verifier.networks.build import build
from verifier.networks.draws import Draw, batch_size, collect, covariance_matrix, implicit_inputs
from verifier.networks.hyperkernel import DENSE_G, Implicit, process_mixing
from verifier.networks.hypernetwork import GAIN, ImplicitNetwork, ImplicitPass
from verifier.networks.mlp import Network
from verifier.networks.request import Widths, choose_sampler, distinct_rows, hidden_widths, input_rows, whole
from verifier.networks.spaces import Array

QUANTITIES = ("first", "first'", "second", "total")


def second_derivative(implicit: ImplicitNetwork, at: ImplicitPass, a: Array, b: Array) -> Array:
    """g''[a, b]: the mixed derivative of h along two directions of its weights, masks fixed; shape (batch,).

    a, b: shape (batch, outputs of f).
    """
    along_a, along_b = implicit.reshape(a), implicit.reshape(b)
    zero = np.zeros_like(at.activations[0])
    q_a, q_b, q_ab = zero, zero, zero
    for l, weight in enumerate(at.weights):
        q, scale = at.activations[l], sqrt(weight.shape[2])

        def times(matrix: Array, vector: Array, scale: float = scale) -> Array:
            return np.einsum("bij,bj->bi", matrix, vector) / scale

        y_ab = times(weight, q_ab) + times(along_a[l], q_b) + times(along_b[l], q_a)
        y_a = times(weight, q_a) + times(along_a[l], q)
        y_b = times(weight, q_b) + times(along_b[l], q)
        if l == implicit.depth - 1:
            return np.asarray(y_ab[:, 0])
        q_a, q_b, q_ab = (GAIN * at.masks[l] * y for y in (y_a, y_b, y_ab))
    raise AssertionError("unreachable: g has at least one layer")


def kernel_flow(
    network: Network, implicit: ImplicitNetwork, inputs: Array, which: Sequence[int], z: Sequence[Array]
) -> Array:
    """first, first', second, total on a given network with all outputs of f; see `sample_kernel_flow`.

    inputs: distinct rows; which: the rows that x, x' and x_i are.  Returns shape (batch, 4).
    """
    passes = network.forward(inputs)
    points = [(row, tuple(entry.tolist())) for row, entry in zip(which, z, strict=True)]
    distinct = dict.fromkeys(points)  # what is the same at two of them is worked out once
    found = {}
    for row, entry in distinct:
        g = implicit.forward(np.array(entry), passes[row].f)
        cotangent = implicit.gradient(g)
        found[row, entry] = passes[row], g, cotangent, network.backward(passes[row], cotangent)
    at, implicit_at, c, gradients = zip(*(found[point] for point in points), strict=True)
    first, second = [], np.zeros(network.batch)
    for here, there in ((0, 1), (1, 0)) if points[0] != points[1] else ((0, 1),):
        jet = network.jet(at[here], [gradients[2], gradients[there]], [1, 1])
        first.append(-second_derivative(implicit, implicit_at[here], jet[1, 0], jet[0, 1]))
        if (1, 1) in jet:  # absent where f is linear in w
            second -= np.einsum("bp,bp->b", c[here], jet[1, 1])
    if points[0] == points[1]:  # u' = u: both halves are alike
        first, second = first * 2, 2.0 * second
    return np.stack([*first, second, first[0] + first[1] + second], axis=1)


def sample_kernel_flow(
    g_depth: int,
    depth: int,
    widths: Widths,
    *,
    m: int,
    inputs: Any = None,
    z: Sequence[Any] = (1.0, 1.0, 1.0),
    samples: int,
    rng: np.random.Generator,
    sampler: str = "auto",
) -> Draw:
    """The terms of d/dt K^h(u, u') at t = 0 for one training input u_i with residual 1.  Eqs. (78)-(88).

    inputs: the three rows x, x', x_i; None: one input of mean square 1 for all.  z: z, z', z_i, numbers or
    vectors of one length; the rest as in `sample_hyperkernel`.  Widths enter the cost as in `sample_T`: with
    one x it does not depend on n.  All outputs of f are formed: m^2 (H - 2) + m (m_0 + 1) numbers a vector.

    Returns a Draw with values (samples, 4): first, first', second and their sum, the derivative itself.
    Raises ValueError for a request outside these ranges.
    """
    g_depth, depth = whole("g_depth", g_depth, 1), whole("depth", depth, 1)
    hidden, m = hidden_widths(depth, widths), whole("m", m, 1)
    samples = whole("samples", samples, 1)
    given = input_rows([[1.0]] * 3 if inputs is None else inputs)
    if len(given) != 3:
        raise ValueError(f"inputs has {len(given)} rows: it must have 3, x and x' and x_i")
    rows, which = distinct_rows(given)
    triple = implicit_inputs(z, 0.0, count=3)
    kind = choose_sampler(sampler, "relu", len(rows), hidden)
    implicit = ImplicitNetwork(g_depth, m, triple[0].size)

    def draw(batch: int, stream: np.random.Generator) -> Array:
        network = build(kind, (rows.shape[1], *hidden), implicit.outputs, batch, stream)
        return kernel_flow(network, implicit, rows, which, triple)

    widest = max(hidden, default=1)
    size = {"dense": widest * max(widest, implicit.outputs), "gram": 1}.get(kind, widest)
    values = collect(samples, batch_size(size, implicit.outputs), rng, draw)
    meta = {
        "quantities": QUANTITIES, "sampler": kind, "g_depth": g_depth, "depth": depth, "widths": hidden, "m": m,
        "inputs": tuple(map(tuple, given.tolist())), "z": tuple(tuple(entry.tolist()) for entry in triple),
    }  # fmt: skip
    return Draw(values, None, meta)


def sample_kernel_flow_limit(
    g_depth: int,
    *,
    m: int,
    covariance: Any,
    tangent: Any = ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
    z: Sequence[Any] = (1.0, 1.0, 1.0),
    samples: int,
    rng: np.random.Generator,
) -> Draw:
    """first and first' at n = infinity: weights V from the Gaussian process, K^f = Theta^f I.  Eq. (81).

    covariance, tangent: S^{L-1} and Theta^f of (x, x', x_i), 3 x 3 matrices; z: z, z', z_i.  O(m) a sample.

    Returns a Draw with values (samples, 2).  Raises ValueError for a request outside these ranges.
    """
    g_depth, m, samples = whole("g_depth", g_depth, 1), whole("m", m, 1), whole("samples", samples, 1)
    given, theta = covariance_matrix("covariance", covariance, 3), covariance_matrix("tangent", tangent, 3)
    triple, mixing = implicit_inputs(z, 0.0, count=3), process_mixing(given)

    def draw(batch: int, stream: np.random.Generator) -> Array:
        g = Implicit.draw(g_depth, m, triple[0].size, np.broadcast_to(mixing, (batch, *mixing.shape)), stream)
        found = [g.gradient(j, entry) for j, entry in enumerate(triple)]
        values = np.zeros((batch, 2))
        for here, there in ((0, 1), (1, 0)):
            jet = g.networks[here].jet(found[here][0], [found[2][1], found[there][1]], [1, 1])
            if (1, 1) in jet:
                values[:, here] = -theta[2, here] * theta[here, there] * jet[1, 1][:, 0]
        return values

    values = collect(samples, batch_size(m if m > DENSE_G else m**2), rng, draw)
    meta = {
        "quantities": QUANTITIES[:2], "g_depth": g_depth, "m": m, "covariance": tuple(map(tuple, given.tolist())),
        "tangent": tuple(map(tuple, theta.tolist())), "z": tuple(tuple(entry.tolist()) for entry in triple),
    }  # fmt: skip
    return Draw(values, None, meta)
