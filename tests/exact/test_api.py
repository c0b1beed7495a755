"""The entry point: its data, its refusals, its memory estimate."""

import json
from fractions import Fraction as F

import pytest

from verifier.exact.api import CorrelationError, exact_moment, leading_power, local_slope, parse_gram
from verifier.exact.correlation import parse
from verifier.exact.estimate import estimated_bytes, estimated_states, matchings
from verifier.exact.moments import polynomials_by_depth, strands_of
from verifier.exact.transfer import StateLimitError, TransferMatrix


def test_json():
    found = exact_moment("T(3)", 4, activation="relu", moment=2, width=64)
    data = json.loads(json.dumps(found.to_json()))
    assert data["correlation"] == "T(3)"
    assert (data["depth"], data["activation"], data["moment"]) == (4, "relu", 2)
    assert data["polynomial"]["-4"] == "63360"
    assert data["leading"] == {"power": -4, "coefficient": "63360"}
    assert F(data["value"]) == found.at(64)
    assert data["slopes"]["64"] == pytest.approx(-2.1516, abs=1e-4)
    zero = exact_moment("T(3)", 2, width=8).to_json()
    assert zero["polynomial"] == {}
    assert zero["leading"] is None
    assert zero["value"] == "0"
    assert "slopes" not in zero


def test_widths():
    several = exact_moment("T(2)", 3, moment=2, width=(8, 16))
    assert several.value is None
    assert set(several.to_json()["values"]) == {"8", "16"}
    separate = exact_moment("T(2)", 3, moment=2, widths=(5, 5))
    assert separate.value == exact_moment("T(2)", 3, moment=2).at(5)
    assert separate.polynomial is None
    symbols = exact_moment("T(2)", 2, moment=2, widths="separate")
    assert symbols.monomials == {"n1^-2": F(4)}
    with pytest.raises(CorrelationError, match="not a polynomial in one width"):
        symbols.at(3)


def test_gram():
    orthogonal = exact_moment("T(2)", 3, moment=2, gram=parse_gram("0,1=0; 0,2=0; 1,2=1/2"))
    assert orthogonal.leading == (-3, F(5, 2))
    assert parse_gram("0,1=0.25 1,0=1/4") == {("0", "1"): F(1, 4)}
    symbolic = exact_moment("f(0) f(1)", 2, gram="symbolic").monomials
    assert list(symbolic.values()) == [1]
    assert set(symbolic) <= {"g[0,1]", "g[1,0]"}


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"depth": 0}, "depth 0"),
        ({"depth": 2, "moment": 0}, "moment 0"),
        ({"depth": 2, "activation": "tanh"}, "'tanh'"),
        ({"depth": 2, "width": 0}, "width 0"),
        ({"depth": 2, "width": 2.5}, "width 2.5"),
        ({"depth": 3, "widths": (4,)}, "1 width given: depth 3 has 2 hidden layers"),
        ({"depth": 3, "widths": (4, 0)}, "width 0"),
        ({"depth": 3, "widths": (4, 4), "width": 4}, "not both"),
        ({"depth": 3, "layers": (1,)}, "layers 1: there must be one for each of the 2 letters"),
        ({"depth": 3, "layers": (1, 4)}, "weight layers 1 to 3"),
        ({"depth": 3, "gram": {("0", "1"): 1}, "activation": "relu"}, "masks of distinct inputs are dependent"),
        ({"depth": 3, "gram": "symbolic", "activation": "relu"}, "masks of distinct inputs are dependent"),
        ({"depth": 3, "gram": {("0", "1"): 1}}, "no entry for inputs"),
        ({"depth": 3, "gram": {("0", "x"): 1}}, "names input 'x'"),
        ({"depth": 3, "gram": parse_gram("0,1=2; 0,2=0; 1,2=0")}, "not positive semidefinite"),
        ({"depth": 3, "gram": parse_gram("0,1=1; 0,2=1; 1,2=-1")}, "not positive semidefinite"),
        ({"depth": 3, "gram": "symbolic", "g_depth": 2}, "K\\(r\\) only"),
    ],
)
def test_refused(keywords, message):
    with pytest.raises(CorrelationError, match=message):
        exact_moment("T(2)", **keywords)


@pytest.mark.parametrize("text", ["0,1", "0,1=x", "0=1", "0,1=1/0"])
def test_gram_refused(text):
    with pytest.raises(CorrelationError, match="write i,j=p/q"):
        parse_gram(text)
    with pytest.raises(CorrelationError, match="contradicts"):
        parse_gram("0,1=1/2 1,0=1/3")


def test_too_large_is_refused_beforehand():
    with pytest.raises(CorrelationError, match=r"would need about \d+\.\d GB of memory; the limit is 1\.0 GB"):
        exact_moment("T(4)", 6, moment=4, memory=10**9)
    with pytest.raises(CorrelationError, match="memory"):
        exact_moment("T(25)", 30, moment=2)
    # Nothing is refused that is 0 for lack of layers.
    assert exact_moment("T(25)", 20, moment=2).is_zero
    # The same moment is nothing when all that is asked fits.
    assert exact_moment("T(3)", 6, moment=2, memory=10**9).leading == (-4, 356904)


def test_estimates_are_of_the_right_size():
    for text, moment, depth in [("T(3)", 2, 8), ("T(4)", 2, 8), ("T(1)", 6, 5)]:
        matrix = TransferMatrix()
        strands = strands_of(parse(text), moment)
        polynomials_by_depth(strands, depth, matrix=matrix)
        assert 1 / 3 < estimated_states(strands) / len(matrix) < 3
    assert matchings(4, 4) == 3
    assert matchings(1, 6) == 1


def test_strands_without_contractions_cost_little():
    matrix = TransferMatrix()
    strands = strands_of(parse("f^30 T(1)"), 1)
    polynomials_by_depth(strands, 4, matrix=matrix)
    assert len(matrix) < estimated_states(strands) < 10 * len(matrix)
    assert exact_moment("f^30 T(1)", 2, memory=10**8).leading[0] == 0


def test_long_coefficients_count_as_memory():
    with pytest.raises(CorrelationError, match=r"would need about \d+\.\d GB"):
        exact_moment("f^200", 1000)
    # A number is short where a polynomial is not.
    strands = strands_of(parse("f^200"))
    assert estimated_bytes(strands) < 10**8 < estimated_bytes(strands, 1000)


def test_symbols_are_in_order():
    found = exact_moment("T(2)", 2, moment=2, gram="symbolic").monomials
    assert found == {"n^-2 g[0,1] g[0,2] g[1,2]": 2, "n^-2 g[0,1]^2 g[2,2]": 1, "n^-2 g[0,2]^2 g[1,1]": 1}


def test_the_limit_is_kept():
    with pytest.raises(StateLimitError):
        polynomials_by_depth(strands_of(parse("T(3)"), 2), 5, matrix=TransferMatrix(limit=50))


def test_leading_power():
    assert leading_power("T(4)", 4, moment=2) == exact_moment("T(4)", 4, moment=2).leading[0] == -6
    assert leading_power("T(4)", 3, moment=2) is None
    assert leading_power("T(2)") is None
    assert leading_power("T(5)", moment=2) == -8
    with pytest.raises(CorrelationError, match="sum of correlation functions"):
        leading_power("K(2)")
    with pytest.raises(CorrelationError, match="depth 0"):
        leading_power("T(2)", 0)


def test_local_slope():
    assert local_slope({-2: F(3)}, 10, 2) == pytest.approx(-1)
    assert local_slope({}, 10) is None
    assert local_slope({0: F(1), -1: F(-10)}, 10) is None
    huge = {-400: F(10) ** 400, -401: F(1)}
    assert local_slope(huge, 10**4) == pytest.approx(-400)
