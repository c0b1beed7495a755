"""Whether this installation works: what it finds around it, and a small run of what it is for.

Each look is a function that returns plain data; nothing is printed, and nothing is left behind.
"""

from __future__ import annotations

import importlib
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import metadata, util
from pathlib import Path
from typing import Any

from verifier.projects.new import TEMPLATE
from verifier.projects.root import find

PYTHON = (3, 11)
#: The distribution and the module of what is needed; an extra's are looked for and not imported.
MODULES = {
    "click": "click", "jinja2": "jinja2", "latex2mathml": "latex2mathml", "mpmath": "mpmath", "networkx": "networkx",
    "numpy": "numpy", "pynauty": "pynauty", "python-flint": "flint", "rich": "rich", "scipy": "scipy",
    "sympy": "sympy",
}  # fmt: skip
EXTRAS = {
    "jax": "jax",
    "torch": "torch",
    "pyarrow": "pyarrow",
    "resvg-py": "resvg_py",
    "distributed": "distributed",
    "pytest": "pytest",
}
#: What each extra is for.
PURPOSES = {
    "jax": "programs (verifier scan, measure)", "torch": "scans of PyTorch models", "pyarrow": "Parquet files",
    "resvg-py": "pictures as PNG", "distributed": "Dask clusters (--scheduler)", "pytest": "the pytest plugin",
}  # fmt: skip
SEED = 20201


@dataclass(frozen=True)
class Package:
    """A package: its version (None: absent), the least one that is asked for, and what is wrong with it."""

    name: str
    version: str | None
    least: str | None
    extra: bool = False
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "version": self.version, "least": self.least, "extra": self.extra,
                "problem": self.problem or None}  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """One part of the self test: what was tried, whether it came out right, and what was found."""

    name: str
    passed: bool
    told: str

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "passed": self.passed, "told": self.told}


def packages(distribution: str = "wide-verifier") -> list[Package]:
    """What the installed distribution asks for, and its extras.  What is required is imported: then it loads."""
    least = _least(distribution)
    found = [_package(name, module, least.get(name), extra=False) for name, module in MODULES.items()]
    return found + [_package(name, module, least.get(name), extra=True) for name, module in EXTRAS.items()]


def _package(name: str, module: str, least: str | None, *, extra: bool) -> Package:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        version = None
    if version is None or util.find_spec(module) is None:
        return Package(name, None, least, extra, "" if extra else "it is not installed")
    if least is not None and _numbers(version) < _numbers(least):
        return Package(name, version, least, extra, f"{version} is older than {least}")
    if not extra:
        try:
            importlib.import_module(module)
        except Exception as error:
            return Package(name, version, least, extra, f"it cannot be imported: {' '.join(str(error).split())}")
    return Package(name, version, least, extra)


def _least(distribution: str) -> dict[str, str]:
    """The least versions that the distribution's metadata ask for; none where only its sources are there."""
    try:
        lines = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return {}
    matches = (re.match(r"([A-Za-z0-9_.-]+)\s*>=\s*([0-9.]+)", line) for line in lines)
    return {match.group(1).lower(): match.group(2) for match in matches if match}


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, which order it: 1.26.4 for 1.26.4rc1."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3])


def place() -> dict[str, Any]:
    """The project that is meant here, where results of its checks are kept, and whether they can be."""
    from verifier.report.stored import ResultsError, stored_runs
    from verifier.sampling.store import FOLDER

    root = find()
    kept = root.folder / FOLDER
    problem = unwritable(kept)
    try:
        runs = len(stored_runs(kept))
    except ResultsError as error:
        runs, problem = 0, problem or str(error)
    return {
        "project": str(root.folder) if root.found else None, "told": root.told(), "results": str(kept), "runs": runs,
        "writable": problem is None, "problem": problem,
    }  # fmt: skip


def unwritable(folder: Path) -> str | None:
    """Why no file can be made in ``folder``, or in the nearest folder above where it is to be made; None if one can."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if not there.is_dir():
        return f"{there} is not a folder"
    try:
        with tempfile.TemporaryFile(dir=there):
            return None
    except OSError as error:
        return f"{there}: {error.strerror or error}"


def machine() -> dict[str, Any]:
    """Python, the system, cores, and what standard output is encoded in."""
    from verifier.sampling.workers import available_cores

    old = tuple(sys.version_info[:2]) < PYTHON
    return {
        "python": platform.python_version(), "executable": sys.executable,
        "problem": f"Python {PYTHON[0]}.{PYTHON[1]} or newer is needed" if old else None,
        "system": f"{platform.system()} {platform.machine()}", "cores": available_cores(),
        "cores_of_the_machine": os.cpu_count() or 1, "encoding": getattr(sys.stdout, "encoding", None) or "unknown",
    }  # fmt: skip


def self_test(jobs: int = 1) -> Iterator[Trial]:
    """Re-check the example's proof and sample it; then the same claims made false, which must fail in both columns."""
    from verifier.claims.statement import Form
    from verifier.projects.project import Entry, Project
    from verifier.sampling.plan import RunOptions
    from verifier.verify.run import run_check

    project = Project((TEMPLATE,))
    entry = project.entry("one_hidden_layer")
    # Each claim says one power of the width less than it should.
    claims = tuple(
        claim if claim.exponent is None else replace(claim, exponent=claim.exponent - 1)
        for claim in entry.statement.claims
    )
    false = Entry(**vars(entry) | {"statement": replace(entry.statement, claims=claims)})
    for name, one, proofs, samples in (
        ("a true claim", entry, "proved", "consistent"), ("a false claim", false, "gap", "contradicted"),
    ):  # fmt: skip
        report = run_check(project, [one], RunOptions(quick=True), seed=SEED, jobs=jobs)
        found = report.statements[0].of_form(Form.AMENDED)
        words = {(str(claim.proof), str(claim.numeric)) for claim in found if claim.claim.exponent is not None}
        told = "; ".join(f"proof {proof}, samples {numeric}" for proof, numeric in sorted(words)) or "nothing"
        yield Trial(name, words == {(proofs, samples)}, told)
