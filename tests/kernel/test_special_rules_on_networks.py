"""What the rules at special inputs conclude, on real ReLU networks: by exact differences, and by all sign patterns.

The reference shares nothing with the rules but the definitions.  Its √2 and 1/√n_l are integers, so that 2 and 1/n_l
of a conclusion are their squares.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise, product
from math import factorial, prod

import pytest
from kernel_documents import assume, rule

from tests.engines.relu_reference import Reference

ONE, BOTH_MASKS, OPPOSITE = (1, 1, 1), (1, 2, 3), (1, 1, -1)
NETWORKS = [([2, 2], 2, 1), ([2, 3], 2, 4), ([3, 2], 1, 3), ([2, 2, 2], 2, 5), ([2, 2, 3], 1, 7), ([2, 2], 3, 21)]


def value(term, net, env):
    """A conclusion's term on a reference network."""
    if isinstance(term, int):
        return net.root2**2 if term == 2 else term
    if isinstance(term, str):
        return env[term]
    head, *arguments = term
    if head == "*":
        return prod(value(a, net, env) for a in arguments)
    if head == "inv":
        return net.c[index(arguments[0][1], env) + 1] ** 2  # 1/n_l stands before W^{l+1}
    if head == "fact":
        return factorial(env[arguments[0]])
    if head == "chain":
        length, _, (l1, last), (lp, lo, step), (l3, first) = arguments
        total = 0
        for layers in combinations(range(1, net.L + 1), env[length]):
            links = [value(step, net, {**env, lo: a, lp: b}) for a, b in pairwise(layers)]
            ends = value(last, net, {**env, l1: layers[-1]}) * value(first, net, {**env, l3: layers[0]})
            total += ends * prod(links)
        return total
    return getattr(net, head)(*(a if a in ("i", "j") else index(a, env) for a in arguments))


def index(term, env):
    if isinstance(term, list):
        assert term[0] == "+"
        return sum(index(t, env) for t in term[1:])
    return env.get(term, term)


@pytest.mark.parametrize("network", NETWORKS)
def test_identities_at_one_input(network):
    net = Reference(*network, inputs=ONE)
    step, of_h = (rule("eq.one_input", [assume(h) for h in ("relu", "m_is_1", "one_input")], {"of": of})
                  for of in ("step", "product"))  # fmt: skip
    for e in range(1, net.H + 1):
        assert value(of_h["left"], net, {"e": e}) == net.K(0)
        for l in range(1, net.L):
            env = {"l": l, "e": e}
            assert value(step["left"], net, env) == value(step["right"], net, env)


def test_identities_of_one_input_are_false_at_two():
    step = rule("eq.one_input", [assume("relu"), assume("one_input")], {"of": "step"})
    apart = 0
    for network in NETWORKS:
        net = Reference(*network)
        for l, e in product(range(1, net.L), range(1, net.H + 1)):
            env = {"l": l, "e": e}
            apart += value(step["left"], net, env) != value(step["right"], net, env)
    assert apart >= 5


@pytest.mark.parametrize("network", NETWORKS)
def test_no_unit_is_open_at_antiparallel_inputs(network):
    zero = rule("zero.antiparallel", [assume("antiparallel"), assume("relu")])
    opposite, same = (Reference(*network, inputs=(multiple, 1, 1)) for multiple in (-2, 2))
    for e in range(1, opposite.H + 1):
        assert value(zero["of"], opposite, {"e": e}) == 0
    if any(same.masks["i", 1]) and any(same.f("j", e) for e in range(1, same.H + 1)):
        assert any(value(zero["of"], same, {"e": e}) for e in range(1, same.H + 1))


@pytest.mark.parametrize("network", [n for n in NETWORKS if n[1] > 1])
def test_masks_that_exclude_each_other_leave_nothing(network):
    zero = rule("zero.exclusive", [assume(h) for h in ("exclusive_masks", "relu", "m_is_1")])
    for seed in range(6):
        net = Reference(*network[:2], seed, inputs=OPPOSITE)
        assert not any(value(zero["of"], net, {"r": r}) for r in range(1, net.H * net.L + 1))
    # With z of one sign some of these networks have a K^(r) that is not 0.
    assert any(Reference(*network[:2], seed, inputs=BOTH_MASKS).K(1) for seed in range(60))


@pytest.mark.parametrize("network", [n for n in NETWORKS if n[1] == 1])
def test_a_star_is_a_hypernetwork_with_one_output(network):
    star = rule("eq.star", [rule("eq.transfer", [assume("relu")], {"of": "T"})])
    for seed in range(4):
        net = Reference(*network[:2], seed, inputs=(-1, 1, 1))
        net.x["j"] = [v + 1 for v in net.x["i"]]
        net = again(net)
        for r in range(1, net.L + 1):
            assert value(star["right"], net, {"r": r}) == net.K(r)


def again(net):
    """The same network with the masks of its present inputs."""
    for u in "ij":
        q = net.x[u]
        for l in range(1, net.L):
            y = net.apply(net.W, l, q)
            net.masks[u, l] = [int(v > 0) for v in y]
            q = net.relu(u, l, y)
    return net


@pytest.mark.parametrize(("widths", "outputs"), [([2, 3], 2), ([2, 3], 3), ([2, 2, 2], 2)])
def test_the_limit_at_one_input_is_zero_where_a_mask_is_closed(widths, outputs):
    # Every sign of the rows of the last layer once, on live trunks: K^(r) = 0 for 1 - 2^{-(H-1)} of them.
    live = 0
    for seed in range(12):
        net = Reference(widths, outputs, seed, inputs=ONE)
        if not all(net.f("i", d) for d in range(1, outputs + 1)):
            continue
        live += 1
        rows, zeros = net.W[net.L], 0
        for signs in product((1, -1), repeat=outputs):
            net.W[net.L] = [[s * v for v in row] for s, row in zip(signs, rows, strict=True)]
            net.masks["i", "g"], net.masks["j", "g"] = (closed(net) for _ in "ij")
            found = [net.K(r) == 0 for r in (0, 1)]
            assert found[0] == found[1]
            zeros += found[0]
        assert Fraction(zeros, 2**outputs) == 1 - Fraction(1, 2 ** (outputs - 1))
    assert live >= 3


def closed(net):
    """The masks of g at one input, z = 1."""
    g, out = 1, []
    for d in range(1, net.H):
        out.append(int(g * net.f("i", d) > 0))
        g = max(g * net.f("i", d), 0)
    return out


@pytest.mark.parametrize("shape", [[1, 2, 1], [1, 3, 1], [2, 2, 1], [2, 3, 1], [1, 1, 2, 1], [1, 2, 2, 1]])
def test_a_network_is_dead_as_often_as_the_rule_says(shape):
    # All signs of weights of fixed sizes.
    sizes = [a * b for a, b in pairwise(shape)]
    dead = 0
    for signs in product((1, -1), repeat=sum(sizes)):
        at, q = iter(signs), [3 + 2 * k for k in range(shape[0])]
        for l, (a, b) in enumerate(pairwise(shape), start=1):
            rows = [[next(at) * (7 * (l + s) + 3 * t * t + 1) for t in range(a)] for s in range(b)]
            y = [sum(w * v for w, v in zip(row, q, strict=True)) for row in rows]
            q = [max(v, 0) for v in y] if l < len(shape) - 1 else y
        dead += q[0] == 0
    law = rule("law.sign_gauge", [assume("relu"), assume("one_input")])
    found = rule("atom.dead", [law, assume("inputs_nonzero")])["value"]
    assert found == ["-", 1, ["prod", "l", 1, ["-", "L", 1], ["-", 1, ["halves", ["n", "l"]]]]]
    assert Fraction(dead, 2 ** sum(sizes)) == 1 - prod(1 - Fraction(1, 2**n) for n in shape[1:-1])
