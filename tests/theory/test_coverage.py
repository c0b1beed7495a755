"""Every row of the table is tried in some module of this folder; a row without a test fails here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import verifier.kernel.theory  # noqa: F401
from tests.theory.model import Case
from verifier.kernel.core.table import TABLE


def covered() -> dict[str, str]:
    """Row → the module whose ``COVERS`` has a case for it; every module tries all of its cases."""
    found: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path.stem != Path(__file__).stem:
            cases = getattr(import_module(f"tests.theory.{path.stem}"), "COVERS", {})
            assert all(isinstance(case, Case) or callable(case) for case in cases.values()), path.stem
            found |= dict.fromkeys(cases, path.stem)
    return found


def test_every_row_is_tried():
    assert sorted(set(TABLE) - set(covered())) == []


def test_no_case_is_of_a_row_that_is_gone():
    assert sorted(set(covered()) - set(TABLE)) == []
