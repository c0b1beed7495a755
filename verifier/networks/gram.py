"""Draws for the laws of large numbers of one layer: Gram matrices, exactly in law.

    q_i^v.q_j^v / n_v                                  -> Sigma^v_ij                              Lemma 2 (3)
    <C_{i,d}^{u -> L}, C_{j,d'}^{u -> L}>              -> delta_{d d'} prod_{u<=l<L} dSigma^l_ij  Lemma 2 (2)
    P_i^{u -> v} (P_j^{u -> v})^T, n_v fixed           -> I prod_{u<=l<v} dSigma^l_ij             Lemma 2 (1)
    extreme eigenvalues of (2/n) W Z_i Z_j W^T         -> (1 + sqrt 2)^2 for square W, i = j

Given the Gram matrix of q^{l-1} at two inputs, the rows of y^l are iid Gaussian pairs, so the Gram matrices of
the layers are a Markov chain: at two inputs its steps are sums over the neurons, streamed; at one input
|q^l|^2 / n_l = |q^{l-1}|^2 / n_{l-1} * (2/n_l) chi^2 with Bin(n_l, 1/2) degrees of freedom, at no cost in n.
The matrix P^{u -> v} is the derivative of y^v in y^u, so it is C^{u -> L} of a network of depth v with n_v
outputs.  Its eigenvalues come from the bidiagonal form of a Gaussian matrix, whose entries are independent
chi variables: O(n) numbers for an n x n matrix.
"""

from __future__ import annotations

from math import acos, pi

import numpy as np
from scipy.linalg import eigh_tridiagonal

from verifier.networks.build import build
from verifier.networks.draws import Draw, batch_size, collect
from verifier.networks.request import Widths, choose_sampler, hidden_widths, input_pair, whole
from verifier.networks.sectors import PATTERNS, pattern_coordinates
from verifier.networks.spaces import Array

ENTRIES = ((0, 0), (0, 1), (1, 1))


def upper_factor(gram: Array) -> Array:
    """R upper triangular with R^T R = gram, batchwise for 2 x 2 Gram matrices, singular ones too."""
    factor = np.zeros_like(gram)
    first = np.sqrt(gram[:, 0, 0])
    factor[:, 0, 0] = first
    factor[:, 0, 1] = np.divide(gram[:, 0, 1], first, out=np.zeros_like(first), where=first > 0.0)
    rest = gram[:, 1, 1] - factor[:, 0, 1] ** 2
    # Below rounding error nothing is left: its root would not be small.
    factor[:, 1, 1] = np.sqrt(np.where(rest > 1e-14 * gram[:, 1, 1], rest, 0.0))
    return factor


def next_gram(covariance: Array, width: int, rng: np.random.Generator) -> Array:
    """(2/n) sum_a relu(y_a) relu(y'_a) over n = width iid pairs (y_a, y'_a) of the given covariance.

    covariance: (batch, 2, 2), all with equal inputs (all four entries equal) or not; returns (batch, 2, 2).
    """
    if np.all(covariance == covariance[:, :1, :1]):
        active = rng.binomial(width, 0.5, size=len(covariance))
        return covariance * (4.0 * rng.standard_gamma(0.5 * active) / width)[:, None, None]
    factor = upper_factor(covariance)
    _, first, second = pattern_coordinates(factor, width, rng)
    bits = np.array(PATTERNS, dtype=float)
    # A zero row of the factor belongs to a query that is not there: its answer is not used.
    q = [(factor[:, 0, j, None] * first + factor[:, 1, j, None] * second) * np.tile(bits[:, j], 2) for j in range(2)]
    found = np.empty_like(covariance)
    for i, j in ENTRIES:
        found[:, i, j] = found[:, j, i] = 2.0 * np.einsum("bd,bd->b", q[i], q[j]) / width
    return found


def gram_chain(angle: float, widths: tuple[int, ...], batch: int, rng: np.random.Generator) -> Array:
    """q^l.q'^l / n_l after the layers of these widths, from inputs of mean square 1; shape (batch, 2, 2)."""
    rows = input_pair(angle)
    rows = rows if len(rows) == 2 else np.vstack([rows, rows])
    gram = np.broadcast_to(rows @ rows.T / rows.shape[1], (batch, 2, 2)).copy()
    for width in widths:
        gram = next_gram(gram, width, rng)
    return gram


def chain_batch(one_input: bool, *widths: int) -> int:
    """Samples drawn together by a chain of `next_gram` with these widths."""
    return 4096 if one_input else batch_size(*widths, most=4096)


def sample_layer_gram(
    depth: int, widths: Widths, *, angle: float = 0.0, samples: int, rng: np.random.Generator
) -> Draw:
    """q.q, q.q', q'.q' over n of the last hidden layer l = L - 1: the covariance of f given the layers below it.

    depth: L >= 1; widths: n_1..n_{L-1} or one integer for all; angle: degrees between x and x', both of mean
    square 1.  E of the second entry is E f(x) f(x'), with far less noise than products of outputs have; its
    limit is S^{L-1}.  Returns a Draw with values (samples, 3).  Raises ValueError outside these ranges.
    """
    depth, samples = whole("depth", depth, 1), whole("samples", samples, 1)
    hidden = hidden_widths(depth, widths)
    one_input = len(input_pair(angle)) == 1

    def draw(batch: int, stream: np.random.Generator) -> Array:
        gram = gram_chain(angle, hidden, batch, stream)
        return np.stack([gram[:, i, j] for i, j in ENTRIES], axis=1)

    values = collect(samples, chain_batch(one_input, *hidden), rng, draw)
    meta = {"quantities": ("q.q/n", "q.q'/n", "q'.q'/n"), "depth": depth, "widths": hidden, "angle": angle}
    return Draw(values, None, meta)


def sample_jacobian_gram(
    depth: int,
    widths: Widths,
    *,
    layer: int,
    outputs: int = 1,
    angle: float = 0.0,
    samples: int,
    rng: np.random.Generator,
    sampler: str = "auto",
) -> Draw:
    """<C_{i,d}^{u -> L}, C_{j,d'}^{u -> L}> for u = layer < L and all d, d' < outputs, row by row; i, j the inputs.

    The rows of C are the derivatives of f^d in y^u, so this is P_i P_j^T for P = P^{u -> v}, v = L, n_v =
    outputs.  Arguments as in `sample_T`.  Returns a Draw with values (samples, outputs^2).  Raises ValueError
    outside these ranges.
    """
    depth, samples, outputs = whole("depth", depth, 2), whole("samples", samples, 1), whole("outputs", outputs, 1)
    hidden, rows = hidden_widths(depth, widths), input_pair(angle)
    if whole("layer", layer, 1) >= depth:
        raise ValueError(f"layer is {layer}: it must be below the depth, {depth}")
    kind = choose_sampler(sampler, "relu", len(rows), hidden)

    def draw(batch: int, stream: np.random.Generator) -> Array:
        network = build(kind, (rows.shape[1], *hidden), outputs, batch, stream)
        passes = network.forward(rows)
        units = np.eye(outputs)[:, None, :].repeat(batch, axis=1)
        found = []
        for at in (passes[0], passes[-1])[: len(rows)]:
            found.append([network.backward(at, unit).deltas[layer - 1] for unit in units])
        values = []
        for a in found[0]:
            for b in found[-1]:
                assert a is not None
                assert b is not None
                values.append(network.inner(layer, a, b))
        return np.stack(values, axis=1)

    widest = max(hidden)
    size = {"dense": widest * max(widest, outputs), "gram": 1}.get(kind, widest)
    values = collect(samples, batch_size(size * outputs), rng, draw)
    meta = {
        "quantities": tuple(f"C_{a}.C'_{b}" for a in range(outputs) for b in range(outputs)), "sampler": kind,
        "depth": depth, "widths": hidden, "layer": layer, "angle": angle,
    }  # fmt: skip
    return Draw(values, None, meta)


def sample_extreme_eigenvalues(
    rows: int, columns: int, *, angle: float = 0.0, samples: int, rng: np.random.Generator
) -> Draw:
    """Smallest and largest eigenvalue of (2/n_1) W Z_i Z_j W^T, for W rows x n_1, n_1 = columns >= 1.

    Z_i, Z_j: the masks of the first layer at two inputs `angle` degrees apart (0: one input), which both are
    active at Bin(n_1, (pi - theta) / 2 pi) neurons.  As n_1 -> infinity with rows/n_1 -> rho and angle 0 they tend
    to (1 -+ sqrt(2 rho))^2, the smallest to 0 if 2 rho >= 1: to the identity only if rho = 0.  O(n) a sample, from
    the tridiagonal form of W W^T.  Returns a Draw with values (samples, 2).  Raises ValueError outside these
    ranges.
    """
    rows, columns = whole("rows", rows, 1), whole("columns", columns, 1)
    samples = whole("samples", samples, 1)
    pair = input_pair(angle)
    cosine = 1.0 if len(pair) == 1 else float(pair[0] @ pair[1]) / 2.0
    both = (pi - acos(max(-1.0, min(1.0, cosine)))) / (2.0 * pi)
    values = np.zeros((samples, 2))
    for k, active in enumerate(rng.binomial(columns, both, size=samples)):
        short, long = sorted((rows, int(active)))
        if short == 0:
            continue
        # Dumitriu and Edelman: diagonal chi_long, chi_{long - 1}, ..., below it chi_{short - 1}, ..., chi_1.
        square = 2.0 * rng.standard_gamma(0.5 * (long - np.arange(short)))
        below = 2.0 * rng.standard_gamma(0.5 * np.arange(short - 1, 0, -1))
        diagonal = square.copy()
        diagonal[1:] += below
        off = np.sqrt(square[:-1] * below)
        for column, index in ((0, 0), (1, short - 1)):
            if column == 1 or rows <= active:  # otherwise the kernel is not trivial, and the smallest is 0
                ends = eigh_tridiagonal(diagonal, off, eigvals_only=True, select="i", select_range=(index, index))
                values[k, column] = 2.0 * max(float(ends[0]), 0.0) / columns
    meta = {"quantities": ("smallest", "largest"), "rows": rows, "columns": columns, "angle": angle}
    return Draw(values, None, meta)
