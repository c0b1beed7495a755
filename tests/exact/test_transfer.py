"""The states of the transfer matrix: as few as the symmetry allows, and none that differ by what is used up."""

from fractions import Fraction

import pytest

from verifier.exact.components import UNMATCHED, Component, canonical
from verifier.exact.correlation import parse
from verifier.exact.hypernetwork import HypernetworkMoments
from verifier.exact.moments import leading, polynomials_by_depth, strands_of
from verifier.exact.transfer import Labels, TransferMatrix


class Kept(TransferMatrix):
    """Remembers which states stood between layers."""

    def __init__(self) -> None:
        super().__init__()
        self.between: set[int] = set()

    def complete(self, number: int, pairs: int) -> int:
        found = super().complete(number, pairs)
        self.between.add(found)
        return found

    def all_pending(self, contractions: int) -> int:
        """How many of them have realised no contraction."""
        return sum(
            contractions == sum(edge[3] for c in self.states[n][1:] for edge in self.table.components[c].edges)
            for n in self.between
        )


@pytest.mark.parametrize(("moment", "partitions"), [(2, 2), (3, 3), (4, 5), (5, 7)])
def test_pairings_of_one_contracted_pair_of_factors_are_partitions(moment: int, partitions: int) -> None:
    """The (2p - 1)!! pairings of (f(0;a) f(1;a))^p are its coset types: the partitions of p."""
    matrix = Kept()
    polynomials_by_depth(strands_of(parse("f(0;a) f(1;a)"), moment), 4, matrix=matrix)
    assert matrix.all_pending(moment) == partitions


def test_labels_that_are_used_tell_no_states_apart() -> None:
    """Were outputs kept until the end of their layer, the states of K(3), H = 2 would be 228,053 in place of 35,972."""
    engine = HypernetworkMoments(3)
    found = engine.shared(2, 3, 2)
    assert leading(found[2]) == (-2, Fraction(754272))
    assert len(engine.matrix) < 20_000
    assert sum(any(c.label[v] for v, done in enumerate(c.done) if done) for c in engine.matrix.table.components) == 0


def test_layers_of_another_rule_share_no_transitions() -> None:
    """Strands of labels 1 and 2 are joined by a layer that allows it, after one that does not, and again."""
    matrix = TransferMatrix()
    start = matrix.start([1, 1, 2, 2], [])

    class Ones:
        def loop(self, value: int) -> int:
            return value

        def close(self, value: int) -> int:
            return value

    def pairings(weight) -> int:
        labels = Labels(weight, {1: 0, 2: 0})
        return sum(matrix.sweep({start: 1}, Ones(), strands=4, remaining=0, labels=labels).values())

    for _ in range(2):
        assert pairings(lambda x, y: 1 if x == y else None) == 1
        assert pairings(lambda x, y: 1) == 3
        assert pairings(lambda x, y: 3 if x == y else 5) == 3 * 3 + 2 * 5 * 5


def test_canonical_forms_of_renumbered_components_agree() -> None:
    first = Component((1, 0, UNMATCHED), (False, True, False), (0, 0, 2), ((0, 1, 0, 2), (1, 2, 0, 1)))
    second = Component((UNMATCHED, 2, 1), (False, True, False), (2, 0, 0), ((0, 1, 0, 1), (1, 2, 0, 2)))
    other = Component((UNMATCHED, 2, 1), (False, True, False), (2, 0, 0), ((0, 2, 0, 1), (1, 2, 0, 2)))
    assert canonical(first) == canonical(second) != canonical(other)
