"""Summaries on the log scale: they merge in any order, see every bad value, and keep digits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.inference.gates import decide_order
from verifier.inference.samples import LogSample, by_width, pair_differences

SEED = 20_240


def rng(key: int = 0) -> np.random.Generator:
    return np.random.default_rng([SEED, key])


def test_moments_are_those_of_the_raw_array():
    x = rng().standard_normal(5000) * 1e-7
    x[::5] = 0.0
    sample = LogSample.from_values(x)
    live = np.abs(x[x != 0])
    assert (sample.count, sample.zeros, sample.zero_fraction) == (5000, 1000, 0.2)
    assert sample.positive == np.count_nonzero(x > 0)
    first, second = sample.log_mean(), sample.log_half()
    assert first.value == pytest.approx(np.log(live).mean(), rel=1e-13)
    assert first.variance == pytest.approx(np.log(live).var(ddof=1), rel=1e-12)
    root = np.sqrt(live)
    assert second.value == pytest.approx(2 * math.log(root.mean()), rel=1e-13)
    assert second.variance == pytest.approx(4 * root.var(ddof=1) / root.mean() ** 2, rel=1e-10)


def test_controlled_moments_are_the_ratio_estimator():
    z = rng(1).standard_normal((4000, 2))
    c = np.array([2.0, 1.0])
    x = np.abs(z[:, 0]) ** 2 * z[:, 1] * np.exp(0.1 * rng(2).standard_normal(4000))
    sample = LogSample.from_values(x, normals=z, coefficients=c)
    half = np.sqrt(np.abs(x))
    g = np.abs(z[:, 0]) * np.sqrt(np.abs(z[:, 1]))
    # E|G| = sqrt(2/pi) and E|G|^(1/2) = 2^(1/4) Gamma(3/4) / sqrt(pi).
    g /= math.sqrt(2 / math.pi) * 2**0.25 * math.gamma(0.75) / math.sqrt(math.pi)
    assert sample.log_half().value == pytest.approx(2 * math.log(half.mean() / g.mean()), rel=1e-12)
    influence = 2 * (half / half.mean() - g / g.mean())
    assert sample.log_half().variance == pytest.approx(influence.var(ddof=1), rel=1e-9)


@given(st.permutations(range(6)), st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_order_of_merging_changes_nothing(order, seed):
    generator = np.random.default_rng(seed)
    parts = [LogSample.from_values(generator.standard_cauchy(50 + 10 * k)) for k in range(6)]
    forward = sum(parts[1:], parts[0])
    shuffled = [parts[k] for k in order]
    backward = sum(shuffled[1:], shuffled[0])
    assert forward.log_mean() == backward.log_mean()
    assert forward.log_half() == backward.log_half()
    assert np.array_equal(forward.keys(0.3), backward.keys(0.3))


def test_merged_decisions_are_equal_in_every_field():
    blocks = {n: [LogSample.from_values(rng(n + k).standard_normal(200) / n) for k in range(3)]
              for n in (100, 300, 1000, 5000)}  # fmt: skip
    one = decide_order({n: a + b + c for n, (a, b, c) in blocks.items()}, -1.0)
    other = decide_order([(n, c + (a + b)) for n, (a, b, c) in reversed(blocks.items())], -1.0)
    assert one == other


def test_logs_and_values_agree():
    x = rng(3).standard_normal(1000)
    x[0] = 0.0
    with np.errstate(divide="ignore"):
        logs = LogSample.from_logs(np.log(np.abs(x)), np.sign(x))
    values = LogSample.from_values(x)
    assert logs.log_mean() == values.log_mean()
    assert logs.zeros == values.zeros == 1
    assert np.array_equal(logs.keys(0.0), values.keys(0.0))


def test_keys_keep_the_order_of_signed_values():
    x = np.array([-3.0, 1e-300, 0.0, -1e-300, 2.0, 1e300, -1e300])
    keys = LogSample.from_values(x).keys(0.0)
    assert np.array_equal(np.sign(keys), np.sign(np.sort(x)))
    assert np.all(np.diff(keys) > 0)
    logs = np.array([-1e9, -5000.0, -5000.000001, 1e9, 0.0, 1e9 + 1, -math.inf])
    assert np.all(np.diff(LogSample.from_logs(logs).keys(0.0)) > 0)


def test_bad_values_are_counted_and_never_dropped():
    sample = LogSample.from_values([1.0, math.nan, math.inf, -math.inf, 0.0])
    assert (sample.invalid, sample.zeros, sample.nonzeros) == (3, 1, 1)
    assert LogSample.from_values([1e-310, 1.0]).subnormal == 1
    assert LogSample.from_logs([math.inf, math.nan, 1.0]).invalid == 2


def test_a_subsample_is_kept_by_position():
    x = np.arange(1.0, 1001.0)
    sample = LogSample.from_values(x, keep=100)
    assert sample.keys(0.0).size == 100
    assert sample.count == 1000
    # By position, so that scaling or reordering values does not change which are kept.
    scaled = LogSample.from_values(1 / x, keep=100)
    assert np.allclose(-sample.blocks[0].kept, scaled.blocks[0].kept)


def test_pairs_cancel_a_common_constant_exactly():
    x = np.full(7, 3.0)
    assert np.array_equal(pair_differences(x), np.zeros(3))
    assert pair_differences([5.0, 3.0, 10.0, 4.0]).tolist() == [2.0, 6.0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: LogSample.from_values(np.ones((2, 2))), "one-dimensional"),
        (lambda: LogSample.from_logs(np.ones(3), np.ones(2)), "signs have shape"),
        (lambda: LogSample.from_values(np.ones(3), keep=0), "keep must be at least 1"),
        (lambda: LogSample.from_values(np.ones(3), normals=np.ones(3)), "both normals and coefficients"),
        (lambda: LogSample.from_values(np.ones(3), normals=np.ones(2), coefficients=1.0), "for 3 samples"),
        (lambda: LogSample.from_values(np.ones(3), normals=np.ones(3), coefficients=[1, 2]), "one for each"),
        (lambda: LogSample.from_values(np.ones(3), normals=np.ones(3), coefficients=-1.0), "above -1"),
        (lambda: LogSample.from_values(np.ones(3), normals=np.zeros(3), coefficients=1.0), "control normal"),
        (lambda: LogSample.from_values(np.zeros(3)).log_mean(), "zero or invalid"),
        (lambda: by_width([(4, np.ones(3)), (4, np.ones(3))]), "width 4 occurs twice"),
        (lambda: by_width({2.5: np.ones(3)}), "not an integer"),
        (lambda: by_width({0: np.ones(3)}), "out of range"),
        (lambda: by_width({2**60: np.ones(3)}), "out of range"),
        (lambda: by_width({"8": np.ones(3)}), "not an integer"),
        (lambda: pair_differences(np.ones((2, 2))), "one-dimensional"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_controlled_and_plain_blocks_do_not_mix():
    plain = LogSample.from_values(np.ones(3))
    controlled = LogSample.from_values(np.ones(3), normals=np.ones(3), coefficients=1.0)
    with pytest.raises(ValueError, match="cannot be merged"):
        (plain + controlled).log_mean()
