"""Moments of T^r: tables, closed forms in the depth, identities and what a fit would see."""

from fractions import Fraction as F
from math import comb, factorial

import pytest

from verifier.exact.correlation import parse, star
from verifier.exact.moments import evaluate, leading, polynomial, polynomials_by_depth, strands_of, symbolic
from verifier.exact.rings import mask_moment
from verifier.exact.transfer import TransferMatrix

SECOND = {  # linear; exponent 0 for r = 0, else -2(r - 1); depths 1..6
    0: [1, 1, 1, 1, 1, 1],
    1: [1, 4, 9, 16, 25, 36],
    2: [0, 4, 68, 436, 1772, 5488],
    3: [0, 0, 108, 3960, 49464, 356904],
    4: [0, 0, 0, 8640, 558144, 11453184],
    5: [0, 0, 0, 0, 1512000, 152064000],
}
SECOND_RELU = {
    2: [0, 16, 272, 1744, 7088, 21952],
    3: [0, 0, 1728, 63360, 791424, 5710464],
    4: [0, 0, 0, 552960, 35721216, 733003776],
    5: [0, 0, 0, 0, 387072000, 38928384000],
}
FIRST = {1: [1, 2, 3, 4, 5, 6], 3: [0, 0, 6, 36, 126, 336], 5: [0, 0, 0, 0, 360, 3600]}
FIRST_RELU = {1: [1, 2, 3, 4, 5, 6], 3: [0, 0, 24, 144, 504, 1344], 5: [0, 0, 0, 0, 5760, 57600]}


@pytest.fixture(scope="module")
def matrix():
    return TransferMatrix()


def check(table, exponent, moment, activation, matrix):
    for r, row in table.items():
        found = polynomials_by_depth(strands_of(star(r), moment), len(row), activation, matrix)
        for depth, (p, coefficient) in enumerate(zip(found, row), start=1):
            expected = (exponent(r), F(coefficient)) if coefficient else None
            assert leading(p) == expected, (r, depth)


def test_second_moments(matrix):
    check(SECOND, lambda r: -2 * max(r - 1, 0), 2, "linear", matrix)
    relu = {**{r: SECOND[r] for r in (0, 1)}, **SECOND_RELU}
    check(relu, lambda r: -2 * max(r - 1, 0), 2, "relu", matrix)


def test_means(matrix):
    check(FIRST, lambda r: -(r - 1), 1, "linear", matrix)
    check(FIRST_RELU, lambda r: -(r - 1), 1, "relu", matrix)
    for r in (0, 2, 4):
        assert polynomials_by_depth(strands_of(star(r), 1), 6, "relu", matrix) == [{}] * 6


def test_relu_coefficient_is_a_power_of_two_times_the_linear_one(matrix):
    for r in range(6):
        strands = strands_of(star(r), 2)
        linear = polynomials_by_depth(strands, 6, "linear", matrix)
        relu = polynomials_by_depth(strands, 6, "relu", matrix)
        for p, q in zip(linear, relu):
            if p:
                power, c = leading(p)
                assert leading(q) == (power, c * F(2) ** -power)
            else:
                assert q == {}


def test_coefficients_as_polynomials_in_the_depth(matrix):
    second = polynomials_by_depth(strands_of(star(2), 2), 9, matrix=matrix)
    third = polynomials_by_depth(strands_of(star(3), 1), 9, matrix=matrix)
    for L in range(2, 10):
        assert second[L - 1][-2] == F(L * (L * L - 1) * (4 * L**3 - 2 * L * L - L - 2), 30)
        assert third[L - 1].get(-2, 0) == 6 * comb(L + 2, 5)
    fifth = polynomials_by_depth(strands_of(star(5), 1), 7, matrix=matrix)
    for L in range(5, 8):
        assert fifth[L - 1][-4] == 360 * comb(L + 4, 9)


def even_moment(k, depth, n, activation):
    """E f^{2k} at width n: (2k - 1)!! times one factor a hidden layer."""
    result = F(factorial(2 * k), 2**k * factorial(k))
    if activation == "linear":
        layer = F(1)
        for j in range(k):
            layer *= 1 + F(2 * j, n)
    else:
        # B(B + 2)...(B + 2k - 2) (2/n)^k averaged over B ~ Binomial(n, 1/2)
        layer = F(0)
        for b in range(n + 1):
            term = F(comb(n, b), 2**n) * F(2, n) ** k
            for j in range(k):
                term *= b + 2 * j
            layer += term
    return result * layer ** (depth - 1)


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_even_moments_of_the_network(activation):
    for k in range(1, 7):
        found = polynomials_by_depth(strands_of(parse("f"), 2 * k), 4, activation)
        for depth in range(1, 5):
            # A polynomial of degree 3k in 1/n is fixed by 3k + 1 widths.
            for n in range(1, 3 * k + 2):
                assert evaluate(found[depth - 1], n) == even_moment(k, depth, n, activation)


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_highest_order_is_a_power_of_f(activation, matrix):
    """T^L = L! (c^2 f)^{L-1} / prod n_l with c^2 = 1 (linear) or 2 (ReLU)."""
    for L in range(2, 7 if activation == "linear" else 6):
        left = polynomial(strands_of(star(L), 2), L, activation, matrix=matrix)
        right = polynomial(strands_of(parse("f"), 2 * (L - 1)), L, activation, matrix=matrix)
        scale = factorial(L) ** 2 * (4 if activation == "relu" else 1) ** (L - 1)
        assert left == {power - 2 * (L - 1): c * scale for power, c in right.items()}


def test_fourth_moment_of_relu(matrix):
    for L in range(1, 7):
        expected = {-k: F(3 * comb(L - 1, k) * 5**k) for k in range(L)}
        assert polynomial(strands_of(parse("f"), 4), L, "relu", matrix=matrix) == expected


def relu(text, layers=None, moment=1):
    found = polynomial(strands_of(parse(text), moment, layers=layers), 3, "relu")
    return {power: int(c) for power, c in found.items()}


def test_layer_resolved_oracles():
    assert relu("T(2) f", (1, 2)) == relu("T(2) f", (2, 3)) == {-1: 2, -2: 10}
    assert relu("T(2) f", (1, 3)) == {-1: 4, -2: 8}
    assert relu("T(2) f") == {-1: 16, -2: 56}
    assert relu("T(3)", (1, 2, 3)) == {-2: 4}
    assert relu("T(3)", (1, 2, 3), moment=2) == {-4: 48, -5: 480, -6: 1200}


def test_outputs_only_the_last_of_which_must_agree():
    """T^{l,d}: the output of the factor differentiated in the highest layer must be the root's."""
    first = "f[0](0;a,b) f[1](0;a) f[0](0;b)"
    assert relu(first, (2, 3), 2) == {-2: 4, -3: 60, -4: 176}
    assert relu(first, (1, 2), 2) == {-2: 4, -3: 28, -4: 16}
    last = "f[0](0;a,b) f[0](0;a) f[1](0;b)"
    assert relu(last, (1, 2), 2) == {-3: 8, -4: 40}
    assert relu("f[0](0;a,b) f[1](0;a) f[1](0;b)", (1, 2), 2) == {-3: 8, -4: 40}
    assert relu(last, (2, 3), 2) == {}
    theta = polynomial(strands_of(parse("f[0](0;a) f[1](0;a)"), 2), 3)
    assert theta == {-1: 5, -2: 3}


def test_exact_case_of_all_layers():
    """T^{(1,2,3)} = delta_{d_3 d} 4 f_{d_1} f_{d_2} / (n_1 n_2), widths apart, outputs apart."""
    left = symbolic(
        strands_of(parse("f[0](0;a,b,c) f[1](0;a) f[2](0;b) f[0](0;c)"), 2, layers=(1, 2, 3)),
        3,
        "relu",
        separate=True,
    )
    right = symbolic(strands_of(parse("f[1] f[2]"), 2), 3, "relu", separate=True)
    shifted = {}
    for monomial, c in right.items():
        powers = dict(monomial)
        key = tuple((name, powers.get(name, 0) - 2) for name in ("n1", "n2"))
        shifted[key] = 16 * c
    assert left == shifted
    wrong = "f[0](0;a,b,c) f[0](0;a) f[0](0;b) f[1](0;c)"
    assert symbolic(strands_of(parse(wrong), 2, layers=(1, 2, 3)), 3, "relu", separate=True) == {}


def test_two_layers_at_one_input():
    assert leading(polynomial(strands_of(star(2), 2), 2, "relu")) == (-2, 16)


def gram(**entries):
    found = {("0", "0"): F(1), ("1", "1"): F(1), ("2", "2"): F(1)}
    for key, entry in entries.items():
        found[key[1], key[2]] = F(entry)
    return found


def test_inputs_matter():
    """The n^-2 term of E (T^2)^2 is 17 |g02 x1 + g01 x2|^2 / n_0 and vanishes for orthogonal x_0."""
    c = parse("T(2)")
    for g01, g02, g12 in [("1/2", "1/3", "1/4"), ("0", "0", "1/2"), ("1", "1", "1"), ("1/2", "-1/2", "1/2")]:
        g = gram(g01=g01, g02=g02, g12=g12)
        p = polynomial(strands_of(c, 2), 3, gram=g, names=c.input_names)
        a, b, d = F(g01), F(g02), F(g12)
        assert p.get(-2, 0) == 17 * (b * b + a * a + 2 * a * b * d)
        if a == b == 0:
            assert p[-3] == 2 * (d * d + 1)
            assert polynomial(strands_of(c, 2), 2, gram=g, names=c.input_names) == {}


def test_symbolic_gram_specialises():
    c = parse("T(2)")
    terms = symbolic(strands_of(c, 2), 3, gram=True, names=c.input_names)
    g = gram(g01="1/2", g02="1/3", g12="1/4")
    total: dict[int, F] = {}
    for monomial, coefficient in terms.items():
        power = 0
        for name, k in monomial:
            if name == "n":
                power = k
            else:
                i, j = name[2:-1].split(",")
                coefficient *= g.get((i, j), g.get((j, i))) ** k
        total[power] = total.get(power, F(0)) + coefficient
    assert total == polynomial(strands_of(c, 2), 3, gram=g, names=c.input_names)


def test_slopes_mislead_at_moderate_widths(matrix):
    from verifier.exact.api import local_slope

    p = polynomial(strands_of(star(5), 2), 6, "relu", matrix=matrix)
    slopes = [round(local_slope(p, n, 2), 2) for n in (16, 64, 256, 1024)]
    assert slopes == [-6.48, -4.86, -4.24, -4.06]
    q = polynomial(strands_of(star(2), 2), 6, "relu", matrix=matrix)
    assert [round(local_slope(q, n, 2), 2) for n in (16, 64, 256)] == [-1.69, -1.19, -1.05]


def test_higher_moments():
    assert leading(polynomial(strands_of(star(2), 4), 3)) == (-4, 3 * 68**2)


def test_mask_moments_are_binomial_moments():
    for n in range(1, 6):
        for k in range(5):
            expected = sum(F(comb(n, b) * b**k, 2**n) for b in range(n + 1)) * 2**4
            assert F(int(mask_moment(k, 4)(n))) == expected


@pytest.mark.slow
def test_sixteen_strands():
    assert leading(polynomial(strands_of(star(3), 4), 4)) == (-8, 184804416)


@pytest.mark.slow
def test_every_star_to_depth_seven(matrix):
    for r in range(7):
        for depth, p in enumerate(polynomials_by_depth(strands_of(star(r), 2), 7, "relu", matrix), start=1):
            assert (leading(p)[0] == -2 * max(r - 1, 0)) if r <= depth else p == {}
