"""Where each known value O1-O30 is a test.

O1  tests/networks/test_oracles.py test_O1_highest_order, test_O1_at_any_width; lemma3.star in test_verdicts
O2  tests/networks/test_oracles.py test_O2_all_layers; lemma3.full
O3  tests/networks/test_oracles.py test_O3_zero_by_degree; section3.zero, theorem1.zero
O4  tests/networks/test_oracles.py test_O4_parity_in_the_last_layer; section3.mean
O5  tests/networks/test_oracles.py test_O5_fourth_moment; theorem2.fourth
O6  tests/networks/test_oracles.py test_O6_second_order_at_an_angle
O7-O9  tests/networks/test_oracles.py test_O7_to_O9_covariances_with_f; lemma3.mixed, skipped, mixed-star
O10, O11  tests/networks/test_oracles.py test_O10_O11_skipped_layer; lemma3.ratio, ratio-square
O12  tests/networks/test_oracles.py test_O12_all_layers_moments; lemma3.joint-mean, joint-square
O13-O15  tests/networks/test_oracles.py test_O13_to_O15_other_outputs; lemma3.other-output, other-output-first, smaller
O16, O17  tests/networks/test_oracles.py test_O16_O17_highest_hypernetwork_term; theorem1.top
O18  tests/networks/test_oracles.py test_O18_fraction_of_zeros, test_O18_at_two_inputs_at_depth_two; theorem1.atom
O19  tests/networks/test_oracles.py test_O19_zero_preactivations
O20, O21  tests/supplement/test_gram.py test_O20_O21_mean_of_f_times_f; values below; lemma2.covariance, tangent
O22  tests/supplement/test_hyperkernel.py test_O22_limits, tests/supplement/test_process.py test_O22_covariance; below
O23  tests/supplement/test_hyperkernel.py test_O23_mean_on_the_diagonal; theorem3.mean
O24  tests/supplement/test_hyperkernel.py test_O24_three_layers_deviate_at_finite_m, test_O24_two_layers_do_not
O25  tests/networks/test_oracles.py test_O25_antiparallel_inputs
O26  tests/networks/test_oracles.py test_O26_orthogonal_and_planar_inputs, test_O26_hypernetwork_at_orthogonal_inputs
O27  tests/supplement/test_gram.py test_O27_square_matrices; lemma2.jacobians' witness in test_verdicts
O28  tests/supplement/test_step.py test_O28_training_input, test_O28_another_input; theorem3.kink
O29  tests/supplement/test_process.py test_O29_fourier_features; remark1.constant; below
O30  tests/supplement/test_hyperkernel_flow.py test_O30_first_term_at_infinite_n_is_exactly_one_over_m; theorem3.first.m
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sympy import exp

from lemmas._kernels import HyperCovariance, ImplicitTangentKernel, OutputCovariance, TangentKernel
from lemmas.remark1 import limit as fourier_limit

ROOT = Path(__file__).resolve().parents[2]


def covered() -> dict[int, list[tuple[str, str]]]:
    """Number of the oracle -> (file, test), from the table above."""
    found: dict[int, list[tuple[str, str]]] = {}
    for line in (__doc__ or "").splitlines():
        head = re.match(r"(O\d+(?:(?:-|, )O\d+)?)  ", line)
        if head is None:
            continue
        ends = [int(n) for n in re.findall(r"\d+", head[1])]
        path = ""
        for word in re.findall(r"tests/\S+\.py|test_O\w+", line):
            path = word if word.startswith("tests/") else path
            for number in range(ends[0], ends[-1] + 1):
                found.setdefault(number, [])
                if word != path:
                    found[number].append((path, word))
    return found


@pytest.mark.parametrize("number", range(1, 31))
def test_the_tests_of_an_oracle_exist(number: int) -> None:
    tests = covered().get(number, [])
    assert tests
    for path, name in tests:
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE), (path, name)


@pytest.mark.parametrize(
    ("depth", "angle", "covariance", "tangent"),
    [
        (2, 60, 0.6089977810, 0.9423311144), (3, 60, 0.6839056509, 1.3514795611),
        (2, 90, 0.3183098862, 0.3183098862), (3, 90, 0.4937310902, 0.6857086363),
    ],
)  # fmt: skip
def test_O20_O21_stated_values(depth: int, angle: int, covariance: float, tangent: float) -> None:
    """The claims' own values, which `verifier check` measures against."""
    assert float(OutputCovariance(depth, angle)) == pytest.approx(covariance, abs=1e-10)
    assert float(TangentKernel(depth, angle)) == pytest.approx(tangent, abs=1e-10)


@pytest.mark.parametrize(
    ("layers", "depth", "angle", "z_angle", "covariance", "kernel"),
    [
        (2, 2, 90, 90, 0.1013211836, 0.1013211836), (3, 2, 60, 60, 0.2924025983, 0.6806326310),
        (2, 3, 60, 60, 0.3474819448, 0.9690757118), (3, 3, 60, 120, 0.2579527286, 0.5261722622),
    ],
)  # fmt: skip
def test_O22_stated_values(layers: int, depth: int, angle: int, z_angle: int, covariance: float, kernel: float) -> None:
    assert float(HyperCovariance(layers, depth, angle, z_angle)) == pytest.approx(covariance, abs=1e-10)
    found = float(TangentKernel(depth, angle)) * float(ImplicitTangentKernel(layers, depth, angle, z_angle))
    assert found == pytest.approx(kernel, abs=1e-10)


def test_O29_stated_value() -> None:
    (distance,) = fourier_limit.free_symbols
    assert float(fourier_limit.subs(distance, 1)) == pytest.approx(0.3032653299, abs=1e-10)
    assert fourier_limit.subs(distance, 0) == exp(0) / 2
