"""The transfer matrix against the literal sum over every index."""

from fractions import Fraction as F

import pytest

from tests.exact.literal import laws_under_signs, literal_moment
from verifier.exact.correlation import CorrelationError, parse
from verifier.exact.moments import evaluate, polynomial, strands_of, symbolic, value

TEXTS = [
    ("f^2", 1),
    ("f^4", 1),
    ("f(0;a) f(0;a)", 1),
    ("f(0;a) f(0;a)", 2),
    ("T(2) f", 1),
    ("T(3)", 1),
    ("f(0;a,b) f(0;a,b)", 1),
    ("f(0;a,b) f(0;b,c) f(0;c,a) f(0)", 1),
    ("f(0;a,b,c) f(0;a,b) f(0;c) f(0)", 1),
    ("f[0](0;a,b) f[1](0;a) f[0](0;b) f[1](0)", 1),
    ("f[0](0;a) f[1](0;a)", 2),
]
CASES = [
    (text, moment, widths, activation)
    for text, moment in TEXTS
    for widths in [(2,), (3,), (2, 2), (1, 3)]
    for activation in ("linear", "relu")
]


@pytest.mark.parametrize(("text", "moment", "widths", "activation"), CASES)
def test_literal_sum(text, moment, widths, activation):
    c = parse(text)
    exact = value(strands_of(c, moment), widths, activation)
    assert exact == literal_moment(c, widths, activation, moment=moment)
    # The twin: one more unit in a layer is another number (unless the moment does not depend on it).
    more = value(strands_of(c, moment), (widths[0] + 1, *widths[1:]), activation)
    constant = symbolic(strands_of(c, moment), len(widths) + 1, activation, separate=True)
    depends = any(name == "n1" for monomial in constant for name, _ in monomial)
    assert (more != exact) == depends


def test_there_are_enough_cases():
    assert len(CASES) >= 50


def test_one_layer_and_input_dimensions():
    assert literal_moment(parse("f(0;a) f(0;a)"), (), n0=3) == 1
    assert literal_moment(parse("f^4"), (2,), "relu", n0=2) == value(strands_of(parse("f^4")), (2,), "relu")
    assert literal_moment(parse("f"), (2,)) == 0


@pytest.mark.parametrize("layers", [(1, 2), (2, 1), (1, 3), (3, 2)])
@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_prescribed_layers(layers, activation):
    c = parse("T(2)")
    exact = value(strands_of(c, 1, 1, layers), (2, 3), activation)
    assert exact == literal_moment(c, (2, 3), activation, extra=1, layers=layers)
    assert exact > 0


def test_layers_add_up():
    c = parse("T(2)")
    whole = polynomial(strands_of(c, 1, 1), 3, "relu")
    parts: dict[int, F] = {}
    for i in (1, 2, 3):
        for j in (1, 2, 3):
            for power, k in polynomial(strands_of(c, 1, 1, (i, j)), 3, "relu").items():
                parts[power] = parts.get(power, F(0)) + k
    assert parts == whole
    assert polynomial(strands_of(c, 1, 1, (2, 2)), 3, "relu") == {}


INPUTS = {"0": (1, 2), "1": (3, -1), "2": (F(1, 2), 1)}


@pytest.mark.parametrize(
    ("text", "widths", "extra"),
    [("T(2)", (2,), 1), ("T(1)", (3,), 0), ("f(0;a) f(1;a) f(2) f(0)", (2,), 0), ("f(0) f(1)", (2, 2), 0)],
)
def test_distinct_inputs(text, widths, extra):
    c = parse(text)
    gram = {(i, j): F(sum(F(p) * q for p, q in zip(x, y))) / 2 for i, x in INPUTS.items() for j, y in INPUTS.items()}
    exact = value(strands_of(c, 1, extra), widths, gram=gram, names=c.input_names)
    used = {name: INPUTS[name] for name in c.input_names}
    assert exact == literal_moment(c, widths, extra=extra, inputs=used)
    assert exact != value(strands_of(c, 1, extra), widths)
    with pytest.raises(CorrelationError, match="one input"):
        literal_moment(c, widths, "relu", extra=extra, inputs=used)
    with pytest.raises(CorrelationError, match="masks of distinct inputs are dependent"):
        value(strands_of(c, 1, extra), widths, "relu", gram, c.input_names)


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_width_modes_agree(activation):
    strands = strands_of(parse("T(3)"), 2)
    p = polynomial(strands, 4, activation)
    assert evaluate(p, 5) == value(strands, (5, 5, 5), activation)
    separate = symbolic(strands, 4, activation, separate=True)
    at = {"n1": F(2), "n2": F(3), "n3": F(7)}
    total = F(0)
    for monomial, c in separate.items():
        for name, power in monomial:
            c *= at[name] ** power
        total += c
    assert total == value(strands, (2, 3, 7), activation)
    if activation == "linear":
        assert len(separate) == 38


MAGNITUDES = [[[F(1)], [F(3, 2)]], [[F(2), F(5)], [F(7), F(11, 3)]], [[F(13), F(17)]]]


def test_relu_law_by_running_through_all_signs():
    """Joint law of (f, T^1, T^2): true ReLU masks against iid masks, every sign pattern, exactly."""
    three = [parse("f"), parse("T(1)"), parse("T(2)")]
    relu, masked = laws_under_signs(three, MAGNITUDES, [F(1)])
    assert relu == masked
    assert len(relu) > 10
    assert sum(relu.values()) == 2 ** (8 + 4)
    # P[X = 0] = 1 - prod_l (1 - 2^{-n_l})
    assert F(sum(k for v, k in relu.items() if v[1] == 0), sum(relu.values())) == 1 - F(9, 16)


def test_relu_law_needs_the_masks():
    relu, masked = laws_under_signs([parse("f")], MAGNITUDES, [F(1)], true_masks=False)
    assert relu != masked
