"""Outputs of a hypernetwork at two inputs, exactly in law, from the Gram matrices of its layers alone.

Given q^{L-1}(x) and q^{L-1}(x'), the entries of V are iid Gaussian pairs of covariance S = q.q'/n; given in
addition a^{l-1}(u) and a^{l-1}(u'), the preactivations g^l_i(u), g^l_i(u') are iid Gaussian pairs of covariance

    Lambda^l = S o (a^{l-1}.a^{l-1}' / m_{l-1})       (entrywise; Theorem 2, Eq. (53), before the limit)

so that one Markov chain of 2 x 2 matrices goes through f and on through g.  At infinite widths it is
deterministic and g^l is a Gaussian process, in whatever order the widths grow.  At finite widths g^l is a
Gaussian mixture: E g^4 = 3 E (Lambda^l)^2, for f itself 3 (1 + 5/n)^{L-1}.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from verifier.networks.draws import Draw, collect, implicit_inputs
from verifier.networks.gram import ENTRIES, chain_batch, gram_chain, next_gram, upper_factor
from verifier.networks.request import Widths, hidden_widths, input_pair, whole
from verifier.networks.spaces import Array

QUANTITIES = ("g(u)", "g(u')", "Lambda(u,u)", "Lambda(u,u')", "Lambda(u',u')")


def sample_outputs(
    g_depth: int,
    depth: int,
    widths: Widths,
    *,
    m: int,
    x_angle: float = 0.0,
    z_angle: float = 0.0,
    z: Sequence[Any] | None = None,
    samples: int,
    rng: np.random.Generator,
) -> Draw:
    """g^l_1(u) and g^l_1(u') at l = g_depth, and their covariance Lambda^l given the layers below.  Theorem 2.

    g_depth: l >= 1 (l = H gives h; l = 1 and z = (1, 1) gives f); m >= 1: inner width of g; depth, widths:
    of f, as in `sample_T`; x_angle, z_angle, z: as in `sample_hyperkernel`.  Time O(n + m) a sample, O(1) if u = u'.
    Means of Lambda are those of products of outputs, with less noise: E g g' = E Lambda(u,u').

    Returns a Draw with values (samples, 5).  Raises ValueError for a request outside these ranges.
    """
    g_depth, depth = whole("g_depth", g_depth, 1), whole("depth", depth, 1)
    hidden, m = hidden_widths(depth, widths), whole("m", m, 1)
    samples = whole("samples", samples, 1)
    pair = implicit_inputs(z, z_angle)
    one_x = len(input_pair(x_angle)) == 1
    start = np.array([[a @ b for b in pair] for a in pair]) / pair[0].size

    def draw(batch: int, stream: np.random.Generator) -> Array:
        weights = gram_chain(x_angle, hidden, batch, stream)
        covariance = weights * start
        for _ in range(g_depth - 1):
            covariance = weights * next_gram(covariance, m, stream)
        factor = upper_factor(covariance)
        normals = stream.standard_normal((batch, 2))
        g = np.einsum("bk,bkj->bj", normals, factor)
        return np.column_stack([g, *(covariance[:, i, j] for i, j in ENTRIES)])

    # One input needs one chi variable a layer; otherwise the neurons of the widest layer are drawn.
    one_input = bool(np.all(start == start[0, 0])) and one_x
    values = collect(samples, chain_batch(one_input, *hidden, m), rng, draw)
    meta = {
        "quantities": QUANTITIES, "g_depth": g_depth, "depth": depth, "widths": hidden, "m": m, "x_angle": x_angle,
        "z": tuple(tuple(entry.tolist()) for entry in pair),
    }  # fmt: skip
    return Draw(values, None, meta)
