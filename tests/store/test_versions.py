"""The version of a sampler's code changes with what it draws from, and with nothing else."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from verifier.projects.project import default_project
from verifier.sampling.versions import Unknown, version_of

HELPER = """import numpy as np

SCALE = 2.0
UNUSED = 1


def scaled(x):
    return SCALE * x


def unused(x):
    return x + 1
"""

MAIN = '''"""What it is."""

from helper_{0} import scaled, unused
import helper_{0}
import numpy as np

TABLE = {{"a": 1}}
TABLE["b"] = 2


class Base:
    def go(self, x):
        return scaled(x)


class Made(Base):
    """Words."""


def draw(n: int, rng) -> float:
    # a comment
    def inner():
        from helper_{0} import SCALE
        return TABLE["b"] * SCALE
    return Made().go(rng.standard_normal()) * inner()


def by_module(n):
    return helper_{0}.scaled(n)


def other(n):
    return unused(n)


many = (1, 2, 3)
'''


class Files:
    """Two modules, written anew under the same names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"x{abs(hash(str(folder))) % 10**8}"
        self.texts = {f"helper_{self.name}": HELPER, f"main_{self.name}": MAIN.format(self.name)}
        self._stamp = 0

    def load(self, *changes: tuple[str, str]) -> ModuleType:
        """The second module, after each text was replaced by another."""
        self._stamp += 1
        for name, text in self.texts.items():
            for old, new in changes:
                text = text.replace(old, new)
            path = self.folder / f"{name}.py"
            path.write_text(text)
            os.utime(path, ns=(self._stamp * 10**9, self._stamp * 10**9))
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module(f"main_{self.name}")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Files(tmp_path)


CHANGES = {
    "a constant that a helper uses": ("SCALE = 2.0", "SCALE = 3.0"),
    "a helper": ("return SCALE * x", "return SCALE * x * x"),
    "its own body": ("rng.standard_normal()", "rng.standard_exponential()"),
    "a table that is filled later": ('TABLE["b"] = 2', 'TABLE["b"] = 3'),
    "a method of a base class": ("return scaled(x)\n\n\nclass Made", "return -scaled(x)\n\n\nclass Made"),
    "an argument's default": ("def draw(n: int, rng)", "def draw(n: int, rng, c=1)"),
}
NO_CHANGES = {
    "a comment": ("# a comment", "# another one"),
    "a docstring": ('"""Words."""', '"""Other words."""\n    __doc__'),
    "an annotation": ("n: int, rng) -> float", "n: float, rng) -> int"),
    "layout": ("def other(n):", "\n\n\ndef other( n ) :"),
    "a name that it does not use": ("UNUSED = 1", "UNUSED = 2"),
    "a function that it does not use": ("return x + 1", "return x + 2"),
    "a function added above it": ("class Base:", "def added():\n    return 1\n\n\nclass Base:"),
    "a constant of its module that it does not use": ("many = (1, 2, 3)", "many = (1, 2)"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_a_version(files: Files, what: str) -> None:
    before = version_of(files.load().draw)
    assert version_of(files.load(CHANGES[what]).draw) != before
    assert version_of(files.load().draw) == before


@pytest.mark.parametrize("what", NO_CHANGES)
def test_what_does_not(files: Files, what: str) -> None:
    module = files.load()
    before = version_of(module.draw)
    change = NO_CHANGES[what]
    assert any(change[0] in text for text in files.texts.values())
    if what != "a docstring":
        assert version_of(files.load(change).draw) == before
    else:
        assert version_of(files.load((change[0], '"""Other words."""')).draw) == before


def test_what_is_asked_of_a_module_is_followed_alone(files: Files) -> None:
    before = version_of(files.load().by_module)
    assert version_of(files.load(("return x + 1", "return x + 2")).by_module) == before
    assert version_of(files.load(("SCALE = 2.0", "SCALE = 3.0")).by_module) != before
    other = version_of(files.load().other)
    assert version_of(files.load(("SCALE = 2.0", "SCALE = 3.0")).other) == other


def test_what_a_function_holds_counts() -> None:
    def made(held: object) -> Callable[[], object]:
        return lambda: held

    assert version_of(made(1)) == version_of(made(1))
    assert version_of(made(1)) != version_of(made(2))
    assert version_of(made(np.arange(3))) != version_of(made(np.arange(4)))
    assert version_of(partial(made, 1)) != version_of(partial(made, 2))
    assert version_of(made(1), declared="2") != version_of(made(1))


def test_what_cannot_be_told_has_no_version() -> None:
    names: dict[str, Callable[[], int]] = {}
    exec("def made():\n    return 1\n", names)
    for thing in (names["made"], partial(int, iter([1])), np.array([object()])):
        with pytest.raises(Unknown):
            version_of(thing)


def test_every_shipped_quantity_has_one_and_they_are_told_apart() -> None:
    project = default_project()
    entries = [project.entry(name) for name in project.names]
    draws = {id(p.quantity.draw): p.quantity.draw for e in entries if e.check is not None for p in e.check.parts}
    found: dict[str, set[str]] = {}
    for draw in draws.values():
        found.setdefault(version_of(draw), set()).add(f"{draw.__module__}.{getattr(draw, '__qualname__', draw)}")
    assert len(found) > 30
    assert all(len(names) == 1 for names in found.values())  # one version: made by one function of the same things
