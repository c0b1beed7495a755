"""Which cells a check covers: nothing that the supplement measures is in vain, and what is in vain is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from verifier.projects.project import default_project
from verifier.quantities.check import Check
from verifier.sampling.plan import RunOptions
from verifier.verify.coverage import coverage

PROJECT = default_project()


@pytest.mark.parametrize("name", PROJECT.names)
def test_no_part_of_the_supplement_is_in_vain(name: str) -> None:
    entry = PROJECT.entry(name)
    assert coverage(entry.statement, entry.check, RunOptions()).problems == ()


def test_a_part_without_cells_is_in_vain_unless_it_is_searched() -> None:
    entry = PROJECT.entry("section3")
    assert entry.check is not None
    searched = [part for part in entry.check.parts if not part.cells]
    assert searched
    bare = Check("section3", *(replace(part, space=None) for part in entry.check.parts))
    (problem, *_) = coverage(entry.statement, bare, RunOptions()).problems
    assert "measured in 0 cells" in problem
