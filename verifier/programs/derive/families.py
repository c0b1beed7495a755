"""Gaussians by families: those of one matrix, of weights, of central-limit sums; others are independent."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.programs.derive.expansion import Atom, Powers, atoms_of, thawed


def source_of(atom: Atom) -> Powers:
    """What a matrix was applied to, or what a Gaussian scalar is the average of."""
    found: Powers = atom.data[0] if atom.kind == "clt" else atom.data[0].data[2]
    return found


def both_ways(group: Iterable[Atom]) -> bool:
    """Whether one central-limit sum contains a matrix and another its transpose: v·Wx and x·Wᵀv are the same sum."""
    uses = [_products(a for a, _ in source_of(atom)) for atom in group]
    return any((matrix, not turned) in b for k, a in enumerate(uses) for matrix, turned in a
               for j, b in enumerate(uses) if j != k)  # fmt: skip


def _products(atoms: Iterable[Atom]) -> set[tuple[str, bool]]:
    """The matrices in vectors, in functions, averages and other products too, and whether they are transposed."""
    found: set[tuple[str, bool]] = set()
    todo, seen = list(atoms), set()
    while todo:
        atom = todo.pop()
        if atom in seen:
            continue
        seen.add(atom)
        if atom.kind == "mat":
            found.add(atom.data[:2])
            todo += [a for a, _ in atom.data[2]]
        elif atom.kind in ("avg", "mean", "clt"):
            todo += [a for a, _ in atom.data[0]]
        elif atom.kind == "hat":
            todo.append(atom.data[0])
        elif atom.kind in ("fun", "sfun", "zfun"):
            todo += atoms_of(thawed(atom.data[1]))
    return found


def families(variables: Iterable[Atom]) -> list[list[Atom]]:
    found: dict[object, list[Atom]] = {}
    for atom in sorted(variables):
        key = atom.data[0].data[:2] if atom.kind == "hat" else atom.kind
        found.setdefault(key, []).append(atom)
    return list(found.values())
