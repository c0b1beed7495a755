"""Evaluation on networks over prime fields: against exact differences, and instances that must be refused."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from kernel_documents import conclusion, rule

from tests.engines.relu_reference import Given, Reference
from verifier.kernel.extents import extent
from verifier.kernel.fields import Network, evaluate, primes_from
from verifier.kernel.terms import KernelError

P = primes_from("tests", 1)[0]


def residue(value):
    return value.numerator * pow(value.denominator, -1, P) % P if hasattr(value, "numerator") else value % P


@pytest.mark.parametrize(
    ("widths", "outputs", "seed"), [([2], 2, 1), ([2, 3], 2, 18), ([3, 2], 1, 3), ([2, 2, 2], 2, 5), ([2, 2], 3, 21)]
)
def test_every_quantity_agrees_with_differences_of_the_relu_recursion(widths, outputs, seed):
    reference = Reference(widths, outputs, seed)
    stream = Given(reference, P)
    net = Network(widths, outputs, stream)
    assert next(stream.elements, None) is None
    depth = len(widths)
    every, layers = range(1, outputs + 1), range(1, depth + 1)
    terms = [["f", u, d] for u in "ij" for d in every] + [["z", "i"], ["z", "j"], ["D", "i"], ["D", "j"]]
    terms += [["hj", d] for d in every] + [["Q", l] for l in layers]
    terms += [["a", d, k] for d in every for k in range(depth + 2)]
    terms += [["K", r] for r in range(outputs * depth + 2)]
    terms += [["C", l, d, e] for l in layers for d in every for e in every]
    terms += [["A", above, below, e] for below, above in combinations(layers, 2) for e in every]
    for length in layers:
        for chosen in combinations(layers, length):
            for ends in list(product(every, repeat=length))[:3]:
                terms += [["T", d, ["list", *chosen], ["list", *ends]] for d in every]
    nonzero = 0
    for term in terms:
        arguments = [tuple(a[1:]) if isinstance(a, list) else a for a in term[1:]]
        expected = reference.z[term[1]] if term[0] == "z" else getattr(reference, term[0])(*arguments)
        assert evaluate(term, {}, net) == residue(expected), term
        nonzero += expected != 0
    assert nonzero >= len(terms) // 4, "the chosen seed kills too much to test anything"


def certify(left, right, *sizes, primes=2):
    return rule("instance.field", (), {"left": left, "right": right, "sizes": list(sizes), "primes": primes})


SMALL = {"widths": [2, 2], "H": 2}


@pytest.mark.parametrize(
    "term",
    [
        ["f", "i", 0], ["f", "i", -1], ["f", "i", 3], ["f", "k", 1], ["f", 1, 1], ["hj", 0], ["hj", 3], ["a", 0, 1],
        ["a", 1, -1], ["K", -1], ["T", 1, ["list", 3], ["list", 1]], ["T", 1, ["list", 0], ["list", 1]],
        ["T", 1, ["list", 1], ["list", 0]], ["T", 1, ["list", 1, 2], ["list", 1]], ["Q", 0], ["Q", 3], ["C", 1, 0, 1],
        ["C", 3, 1, 1], ["A", 1, 1, 1], ["A", 1, 2, 1], ["A", 3, 1, 1], ["D", "k"], ["z", 1], ["Sig", 0], ["F", "i", 1],
        ["fact", -1], ["step", 1], ["unknown", 1], ["f", "i"], ["f", "i", ["/", 1, 2]],
    ],
)  # fmt: skip
def test_what_is_undefined_is_not_certified(term):
    # Even X = X or 0·X = 0 says that X is defined.
    for left, right in ((term, term), (["*", 0, term], 0)):
        try:
            certify(left, right, SMALL)
        except (KernelError, TypeError, KeyError, ValueError):
            continue
        assert left == ["*", 0, term], "an undefined quantity equals itself"
        pytest.fail(f"{left} = {right} was certified")


@pytest.mark.parametrize(
    "size",
    [
        {"widths": [2], "H": 1, "L": 5}, {"widths": [2], "H": 1, "i": 1}, {"widths": [True], "H": 1},
        {"widths": [2], "H": True}, {"widths": [5], "H": 1}, {"widths": [0], "H": 1}, {"widths": [], "H": 1},
        {"widths": [2], "H": 0}, {"widths": [2], "H": 4}, {"widths": [2] * 5, "H": 1}, {"widths": 2, "H": 1},
        {"widths": [2], "H": 1, "r": 1.5}, {"widths": [2], "H": 1, "r": True}, {"widths": [2], "H": 1, "r": "i"},
        {"widths": [2], "H": 1, "r": [1, None]}, {"widths": [2], "H": 1, "r": 10**18}, {"H": 1}, {"widths": [2]}, 3,
    ],
)  # fmt: skip
def test_sizes_are_small_plain_integers(size):
    with pytest.raises((KernelError, KeyError, TypeError)):
        certify(1, 1, size)


@pytest.mark.parametrize("primes", [0, 1, 5, True, None, "2"])
def test_several_primes_are_needed(primes):
    with pytest.raises(KernelError):
        certify(1, 1, SMALL, primes=primes)
    with pytest.raises(KernelError):
        rule("instance.field", (), {"left": 1, "right": 1, "sizes": [], "primes": 2})


def tower(base, levels):
    for _ in range(levels):
        base = ["^", base, 64]
    return base


def test_a_degree_that_a_prime_could_divide_is_refused():
    # x^{p-1} = 1 for every x ≠ 0, and p - 1 divides a number with enough small factors often enough to be sought.
    for left in (tower(["f", "i", 1], 4), ["^", ["^", ["^", ["f", "i", 1], "r"], "r"], "r"]):
        with pytest.raises(KernelError, match="extent"):
            certify(left, left, {**SMALL, "r": 64})
    with pytest.raises(KernelError, match="too large"):
        certify(tower(2, 5), 1, SMALL)
    assert certify(["^", ["f", "i", 1], "r"], ["*", ["f", "i", 1], ["^", ["f", "i", 1], 63]], {**SMALL, "r": 64})


def test_the_extent_bounds_degree_and_coefficients():
    env = {"L": 2, "H": 2, "r": 3}
    one = extent(["f", "i", 1], env)
    assert one >= 9  # x, and per layer a weight, a mask, √2 and 1/√n
    assert extent(["prod", "t", 1, 5, ["f", "i", 1]], env) >= 5 * one
    assert extent(["comps", "d", "k", 2, 3, 3, ["f", "i", 1]], env) >= 2 * one
    assert extent(2**1000, env) >= 1000
    assert extent(["fact", "r"], env) >= 3


# --- twins of identities


def with_sizes(statement, change, **fields):
    entry = {**conclusion(statement, "networks"), **fields}
    return certify(entry["left"], change(entry["right"]), *entry["sizes"])


def replace(term, old, new):
    if term == old:
        return new
    return [replace(part, old, new) for part in term] if isinstance(term, list) else term


def test_lemma_4_without_its_multinomial_factors_is_refused():
    with pytest.raises(KernelError, match="is not"):
        with_sizes("lemma4", lambda right: replace(right, ["/", ["a", "d", "k"], ["fact", "k"]], ["a", "d", "k"]))
    with pytest.raises(KernelError, match="is not"):
        with_sizes("lemma4", lambda right: replace(right, ["fact", "r"], 1))


def test_lemma_4_with_a_mask_or_an_input_changed_is_refused():
    for old, new in ((["D", "i"], ["D", "j"]), (["z", "i"], ["z", "j"]), (["D", "i"], 1)):
        with pytest.raises(KernelError, match="is not"):
            with_sizes("lemma4", lambda right, old=old, new=new: replace(right, old, new))


def test_a_factor_two_for_root_two_in_one_layer_is_refused():
    # √2 dropped in one layer multiplies T by a number that is not 1: no identity of free scalars survives it.
    with pytest.raises(KernelError, match="is not"):
        with_sizes("lemma3", lambda right: ["*", 2, right])
    with pytest.raises(KernelError, match="is not"):
        with_sizes("lemma5", lambda right: ["*", ["/", 1, 2], right])


def test_delta_of_all_outputs_is_refused():
    # δ(d_1 = … = d_k = d) for δ(d_k = d), E2: put beside T it kills terms that are there.
    with pytest.raises(KernelError, match="is not"):
        with_sizes("lemma3", lambda right: ["*", ["over", "e", "x", ["kron", "x", "d"]], right])


def test_the_wrong_input_or_layer_in_eq_16_is_refused():
    right = conclusion("lemma3", "networks")["right"]
    heads = {term[0] for term in right[1:]}
    assert heads == {"C", "consecutive", "Q"}
    for old, new in ((["first", "l"], ["last", "l"]), (["last", "e"], ["first", "e"])):
        with pytest.raises(KernelError, match="is not"):
            with_sizes("lemma3", lambda right, old=old, new=new: replace(right, old, new))


def test_a_series_identity_true_up_to_t5_only_is_refused():
    entry = conclusion("lemma4", "networks")
    without = ["*", entry["left"], ["-", 1, ["kron", "r", 6]]]  # the coefficient of t^6 left out
    size = {"widths": [2, 2, 2], "H": 2}
    assert certify(without, entry["right"], *({**size, "r": r} for r in range(6)))
    with pytest.raises(KernelError, match="is not"):
        certify(without, entry["right"], *({**size, "r": r} for r in range(7)))


def test_an_identity_of_one_width_or_of_equal_widths_holds_at_those_only():
    cauchy = ["-", ["*", ["f", "i", 1], ["f", "j", 2]], ["*", ["f", "i", 2], ["f", "j", 1]]]
    certify(cauchy, 0, {"widths": [2, 1], "H": 2})  # one neuron before the outputs: f_i and f_j are parallel
    with pytest.raises(KernelError, match="is not"):
        certify(cauchy, 0, {"widths": [2, 1], "H": 2}, {"widths": [2, 2], "H": 2})


def test_an_identity_modulo_one_known_prime_is_refused():
    for p in (P, 2**61 - 1):
        with pytest.raises(KernelError, match="is not"):
            certify(["*", p, ["f", "i", 1]], 0, SMALL)


def test_masks_are_free_elements_not_zeros_and_ones():
    # D² = D holds for true masks; an identity is certified for arbitrary diagonal masks only.
    with pytest.raises(KernelError, match="is not"):
        certify(["*", ["D", "i"], ["D", "i"]], ["D", "i"], SMALL)
