"""The rows of the page of gram: identities on small networks, limits on wide ones drawn with all their weights.

A mean of 64 networks is compared with its limit within 8 standard errors (Student with 63 degrees: 4e-11) and a bias
of at most 4/width; about 250 comparisons, so that a false alarm of the whole module is under 1e-7.  That quantities
converge, not their means alone, is seen in their spread, which has to fall when all widths grow fourfold.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt

import numpy as np
import pytest
from scipy.stats import kstest

import tests.theory.implicit
import tests.theory.wide  # noqa: F401
from tests.theory.implicit import very_wide, wide, wide_g
from tests.theory.model import ACTIVATIONS, Case, tried, vector
from tests.theory.wide import ONES, dual, dual_slope, layers, slope, tangent
from verifier.kernel.core.table import TABLE, heads
from verifier.kernel.core.terms import App
from verifier.kernel.theory.writing import PAGES
from verifier.networks.hyperkernel import sample_hyperkernel, sample_tangent_kernel

SEED = 20260111
PAIRS = ("xx", "xy", "yy")


def close(samples, limit, width):
    """Whether the mean of samples is the limit, up to chance and a bias of order 1/width."""
    error = float(np.std(samples, ddof=1)) / sqrt(len(samples))
    return bool(abs(float(np.mean(samples)) - limit) <= 8 * error + 4 / width)


def at_angle(degrees, first=1.0, second=1.0):
    """Two inputs of R² at an angle, of mean squares first² and second²."""
    t = degrees * pi / 180
    return (first * sqrt(2), 0.0), (second * sqrt(2) * cos(t), second * sqrt(2) * sin(t))


def entries(x, y):
    return tuple(float(np.dot(p, q)) / len(p) for p, q in ((x, x), (x, y), (y, y)))


#: equal, at angles, opposite, of other lengths, and one that is 0
POINTS = [at_angle(0), at_angle(60), at_angle(110, 1.5, 0.5), at_angle(180), ((1.0, 1.0), (0.0, 0.0))]
#: both ways for widths to differ
WIDTHS, LARGE = [(200, 100), (100, 200)], [(20_000, 4_000), (4_000, 20_000)]


def _gram_step(kernel=lambda start, l: layers(ONES, start, l)[-1]):
    return all(
        close(very_wide(SEED, x, y, widths)["Q", l + 1, pair], kernel(entries(x, y), l)[k], min(widths))
        for widths in LARGE for x, y in POINTS for l in (1, 2) for k, pair in enumerate(PAIRS)
    )  # fmt: skip


def _mask_step(of=dual_slope):
    return all(
        close(very_wide(SEED, x, y, widths)["Mask", l], of(*layers(ONES, entries(x, y), l - 1)[-1]), min(widths))
        for widths in LARGE for x, y in POINTS if any(y) for l in (1, 2)
    )  # fmt: skip


def _chain_step(last=3):
    def limit(start, v, u):
        return float(np.prod([slope(ONES, start, t) for t in range(u, min(v, last))]))

    return all(
        close(wide(SEED, widths, x, y)["C", v, u, d, e], (d == e) * limit(entries(x, y), v, u), min(widths))
        for widths in WIDTHS for x, y in POINTS if any(y)
        for v, u in ((2, 1), (3, 1), (3, 2)) for d in (1, 2) for e in (1, 3)
    )  # fmt: skip


def _gauss_f():
    """Outputs at two inputs and units: covariances, independence of units, and one law by Kolmogorov and Smirnov."""
    x, y = at_angle(60)
    found = wide(SEED + 1, (400,), x, y, networks=4000, jacobians=False)
    covariance = layers(ONES, entries(x, y), 1)[-1]
    f = [found["f", 1, "x"], found["f", 1, "y"], found["f", 2, "x"], found["f", 2, "y"]]
    expected = np.kron(np.eye(2), [[covariance[0], covariance[1]], [covariance[1], covariance[2]]])
    fine = all(close(f[i] * f[j], expected[i, j], 400) for i in range(4) for j in range(4))
    mixed = (f[0] - 2 * f[1] + f[3]) / sqrt(covariance[0] - 4 * covariance[1] + 5 * covariance[2])
    return fine and kstest(mixed, "norm").statistic < 0.06  # 2 exp(-2·4000·.05²) = 4e-9, and .01 for n = 400


def _unique():
    """A covariance is what the samples say: two that fit are one."""
    rng = np.random.default_rng(SEED)
    for _ in range(20):
        root = rng.standard_normal((2, 2))
        samples = rng.standard_normal((20_000, 2)) @ root.T
        fits = lambda k: all(close(samples[:, i] * samples[:, j], k[i, j], 1e9) for i in range(2) for j in range(2))  # noqa: B023, E731
        if not fits(root @ root.T) or fits(root @ root.T + 1.0):
            return False
    return True


ALL = [(*at_angle(60), *at_angle(60)), (*at_angle(90), *at_angle(0)), (*at_angle(0), *at_angle(120, 1.0, 2.0)),
       (*at_angle(180), *at_angle(45))]  # fmt: skip
N, M = 400, (100, 60)


def _copies(x, y):
    return layers(ONES, entries(x, y), 1)[-1]


def _gram_g_step(copies=_copies):
    return all(
        close(
            very_wide(SEED, x, y, m, (z, w, n, 0))["Q", l + 1, pair],
            layers(copies(x, y), entries(z, w), l)[-1][k], 2_000,
        )
        for n, m in (((20_000,), (2_000, 4_000)), ((2_000,), (20_000, 4_000)))
        for x, y, z, w in ALL for l in (1, 2) for k, pair in enumerate(PAIRS)
    )  # fmt: skip


def _mask_g_step():
    return all(
        close(
            very_wide(SEED, x, y, (4_000, 4_000), (z, w, (4_000,), 0))["Mask", l],
            slope(_copies(x, y), entries(z, w), l), 4_000,
        )
        for x, y, z, w in ALL for l in (1, 2)
    )  # fmt: skip


def _chain_g_step(lost=False):
    def limit(p, v, u):
        copies = _copies(*p[:2])
        return float(np.prod([(1 if lost else copies[1]) * slope(copies, entries(*p[2:]), t) for t in range(u, v)]))

    return all(
        close(wide_g(SEED, N, M, *p)["GC", v, u, d, e], (d == e) * limit(p, v, u), min(M))
        for p in ALL for v, u in ((2, 1), (3, 1), (3, 2)) for d in (1, 2) for e in (1, 2)
    )  # fmt: skip


def _gauss_g():
    x, y, z, w = ALL[0]
    found = wide_g(SEED + 2, 400, (100,), x, y, z, w, networks=4000)
    copies = _copies(x, y)
    lam = [c * s for c, s in zip(copies, layers(copies, entries(z, w), 1)[-1], strict=True)]
    g = [found["G", 2, 1, "x"], found["G", 2, 1, "y"], found["G", 2, 2, "x"], found["G", 2, 2, "y"]]
    expected = np.kron(np.eye(2), [[lam[0], lam[1]], [lam[1], lam[2]]])
    fine = all(close(g[i] * g[j], expected[i, j], 100) for i in range(4) for j in range(4))
    mixed = (g[0] + g[1]) / sqrt(lam[0] + 2 * lam[1] + lam[2])
    return fine and kstest(mixed, "norm").statistic < 0.08  # .05 by chance, .03 for the widths


def _hyper_step(index=0):
    """K^h → Θ^f Θ^g, both widths large in either order; ``index`` counts layers that S is off."""
    for (n, m), (degrees, turned), (L, H) in (
        ((4000, 500), (60, 60), (2, 2)), ((500, 4000), (60, 60), (2, 2)), ((2000, 500), (90, 60), (2, 3)),
        ((1000, 500), (60, 0), (1, 2)), ((1000, 500), (120, 60), (3, 2)), ((1000, 500), (60, 60), (2, 1)),
    ):  # fmt: skip
        draw = sample_hyperkernel(
            H, L, n, m=m, x_angle=degrees, z_angle=turned, samples=800, rng=np.random.default_rng([SEED, n, L, H])
        )
        x, z = entries(*at_angle(degrees)), entries(*at_angle(turned))
        limit = tangent(ONES, x, L) * tangent(layers(ONES, x, L - 1 + index)[-1], z, H)
        if not close(draw.values[:, 0], limit, min(n if L > 1 else m, m if H > 1 else n)):
            return False
    return True


def _modes():
    """mode.grows, grows.less and grows_g.less: sequences of widths by layer and step."""
    for fast in (lambda l, k: k, lambda l, k: k ** (1 + l), lambda l, k: k if l != 2 else 5):
        grows = {L: all(fast(l, 10**9) > 100 * fast(l, 10**6) for l in range(1, L)) for L in range(1, 6)}
        if any(grows[L] and not grows[l] for L in grows for l in range(1, L + 1)):
            return False
    return all(k < k + 1 for k in range(1, 9))  # equal widths 1, 2, 3, …


def _input(rng, worlds, values):
    return vector(rng.standard_normal(worlds[0].width(0)) * (rng.random() > 0.1))


def _phi(rng, worlds, values):
    return ACTIVATIONS[0] if rng.random() < 0.9 else ACTIVATIONS[1]


def _count(low, high):
    return lambda rng, worlds, values: int(rng.integers(low, high + 1))


_AT = {"phi": _phi, "L": _count(0, 3), "x": _input, "y": lambda rng, worlds, values: (
    vector(-2 * np.array(values["x"])) if rng.random() < 0.2 else _input(rng, worlds, values))}  # fmt: skip
_UNITS = {"d": _count(0, 3), "e": _count(0, 3)}
_G = {**_AT, "L": _count(0, 2), "z": _input, "w": _input}
COVERS = {
    "grows.less": _modes,
    "grows_g.less": _modes,
    "mode.grows": _modes,
    "gram.step": _gram_step,
    "mask.step": _mask_step,
    "chain.step": _chain_step,
    "ntk.layers": Case({**_AT, **_UNITS}, times=40),
    "gauss.f": _gauss_f,
    "gauss.unique": _unique,
    "gauss.congruent": _unique,
    "gauss.g": _gauss_g,
    "gram_g.first": Case(_G),
    "gram_g.step": _gram_g_step,
    "mask_g.step": _mask_g_step,
    "chain_g.top": Case({**_G, "u": _count(0, 2), **_UNITS}),
    "chain_g.step": _chain_g_step,
    "ntk_g.layers": Case({**_G, "H": _count(0, 3), **_UNITS}, times=40),
    "hyper.layers": Case({**_G, "H": _count(0, 2)}, times=20),
    "hyper.step": _hyper_step,
}


@pytest.mark.parametrize("name", COVERS)
def test_the_row_holds(name):
    case = COVERS[name]
    if isinstance(case, Case):
        tried(name, case)
    else:
        assert case()


def test_all_rows_of_the_page_are_there():
    assert sorted(COVERS) == sorted(name for name, page in PAGES.items() if page == "gram")


def test_spreads_fall_with_the_widths():
    """Convergence in probability: the spread at widths four times as large is under .8 of it; it is about .5."""
    x, y = at_angle(60)
    small, large = (wide(SEED + 3, widths, x, y, networks=150) for widths in ((40, 40), (160, 160)))
    for name in (("Q", 3, "xy"), ("Mask", 2), ("C", 3, 1, 1, 1), ("C", 3, 1, 1, 2)):
        assert np.std(large[name]) < 0.8 * np.std(small[name]), name


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: _gram_step(lambda start, l: layers(ONES, start, l + 1)[-1]),  # S^L for S^{L-1}
        lambda: _gram_step(lambda start, l: [sqrt(2) / 2 * v for v in layers(ONES, start, l)[-1]]),  # √2 for 2
        lambda: _mask_step(dual),
        lambda: _chain_step(last=2),  # the last layer forgotten
        lambda: _chain_g_step(lost=True),  # the factor S forgotten
        lambda: _gram_g_step(lambda x, y: layers(ONES, entries(x, y), 2)[-1]),
        lambda: _hyper_step(index=1),
    ],
)
def test_a_false_limit_is_noticed(wrong):
    """Twins."""
    assert not wrong()


def test_as_matrices_products_do_not_converge():
    """E7: at n_2 = n_1 the largest eigenvalue of P Pᵀ is near (1 + √2)² = 5.83, though every entry tends to δ."""
    rng = np.random.default_rng(SEED)
    n = 400
    W, open_ = rng.standard_normal((n, n)), rng.random(n) < 0.5
    product = 2 / n * (W[:, open_] @ W[:, open_].T)
    assert 5.3 < np.linalg.eigvalsh(product)[-1] < 6.3
    assert abs(product[0, 0] - 1) < 0.5


def test_tangent_kernels_by_another_sampler():
    for degrees, L in ((60, 2), (120, 3), (0, 3)):
        draw = sample_tangent_kernel(L, 400, x_angle=degrees, samples=400, rng=np.random.default_rng(SEED))
        limit = tangent(ONES, entries(*at_angle(degrees)), L)
        assert close(draw.values[:, 0], limit, 400), degrees
        assert close(draw.values[:, 2], 0.0, 400), degrees  # another output


def test_from_a_law_nothing_but_laws_follows():
    """Attack: with a way from a law to a coupling, F and -F would both be limits of f, and 0 of order 1."""
    for name, found in TABLE.items():
        prop, premises = found.prop, []
        while isinstance(prop, App) and prop.fields[0] in ("all", "imp"):
            if prop.fields[0] == "all":
                prop = prop.fields[1][0].fields[1]
            else:
                premises.append(prop.fields[1][0])
                prop = prop.fields[1][1]
        if any("gauss" in heads(p) for p in premises):
            assert prop.fields[0] in ("gauss", "eq"), name


def test_no_limit_holds_without_its_widths():
    """Attack: every row of this page that concludes a limit asks for widths that grow, or for another limit."""
    for name in COVERS:
        text = repr(TABLE[name].prop)
        if "plim" in text or "gauss" in text:
            assert "grows" in text or name.startswith("gauss."), name
