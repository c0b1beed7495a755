"""The version of a sampler's code changes with what it draws from, and with nothing else."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from verifier.networks import fused
from verifier.projects.loading import forget, load_file
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


def test_a_file_beside_a_model_that_it_imports_by_name_counts(tmp_path: Path) -> None:
    """Stored samples of a model are none of it once the file beside it says something else."""
    (tmp_path / "model.py").write_text(
        "import rest\nfrom netz import SCALE, other\n\n\ndef draw():\n    return SCALE\n"
    )
    (tmp_path / "rest.py").write_text("")

    def version(scale: int, other: int) -> str:
        (tmp_path / "netz.py").write_text(f"SCALE = {scale}\n\n\ndef other():\n    return {other}\n")
        forget()
        return version_of(load_file(tmp_path / "model.py").draw)

    before = version(2, 0)
    assert version(3, 0) != before
    assert version(2, 1) == before  # not used
    assert version(2, 0) == before


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


#: What two samplers differ in whose definitions read the same: what their names hold, and what they carry.
LOADED = {
    "a number from the environment": "import os\nS = float(os.environ['HELD'])\ndef draw(n): return S * n",
    "a table from the environment": "import os\nS = {'a': [os.environ['HELD']]}\ndef draw(n): return S['a']",
    "an object that was made from it": (
        "import os\nclass P:\n    def __init__(self, x): self.x = x\nS = P(os.environ['HELD'])\n"
        "def draw(n): return S.x"
    ),
    "a function of several in one statement": (
        "import os\nif os.environ['HELD'] == '1':\n    def f(n): return 1\nelse:\n    def f(n): return 2\n"
        "def draw(n): return f(n)"
    ),
    "a function chosen when it is loaded": (
        "import os\ndef f(n): return 1\ndef g(n): return 2\nh = {'1': f, '2': g}[os.environ['HELD']]\n"
        "def draw(n): return h(n)"
    ),
    "a default of a function that it calls": (
        "import os\ndef f(n, s=os.environ['HELD']): return s\ndef draw(n): return f(n)"
    ),
    "what a function that it calls holds": (
        "import os\ndef made(s):\n    return lambda n: s\nf = made(os.environ['HELD'])\ndef draw(n): return f(n)"
    ),
    "an attribute of a class": "import os\nclass P:\n    x = os.environ['HELD']\ndef draw(n): return P.x",
    "a global of a function that is called once": (
        "import os\nS = 1\ndef begin():\n    global S\n    S = os.environ['HELD']\nbegin()\ndef draw(n): return S"
    ),
    "what a decorator's object carries": (
        "import functools, os\nclass Scaled:\n    def __init__(self, f, s):\n"
        "        functools.update_wrapper(self, f)\n"
        "        self.s = s\n    def __call__(self, n): return self.s * self.__wrapped__(n)\ndef base(n): return n\n"
        "draw = Scaled(base, os.environ['HELD'])"
    ),
    "an attribute beside a data class's fields": (
        "import os\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    a: int = 0\n"
        "    def __call__(self, n): return self.s\ndraw = P()\ndraw.s = os.environ['HELD']"
    ),
    "a slot of a base class": (
        "import os\nclass P:\n    __slots__ = ('s',)\nclass Q(P):\n    def __call__(self, n): return self.s\n"
        "draw = Q()\ndraw.s = os.environ['HELD']"
    ),
    "which of two objects comes again": (
        "import os\nfrom functools import partial\nclass P:\n    def __init__(self, x): self.x = x\n"
        "a, b = P(1), P(2)\ndef f(x, y, z): return z.x\ndraw = partial(f, a, b, {'1': a, '2': b}[os.environ['HELD']])"
    ),
    "what a third module puts in place of a constant": (
        "import os, sys, types\nh = sys.modules.setdefault('held_{0}', types.ModuleType('held_{0}'))\n"
        "h.__file__ = __file__\nh.S = os.environ['HELD']\nimport held_{0} as other\ndef draw(n): return other.S"
    ),
    "what is put in place of a package's constant": (
        "import os\nimport numpy\nsetattr(*[numpy][:1], 'held_{0}', os.environ['HELD'])\n"
        "def draw(n): return numpy.held_{0}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LOADED)
def test_samples_are_not_taken_for_those_of_other(files: Files, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    files.texts = {f"main_{files.name}": LOADED[what].replace("{0}", files.name)}
    found = []
    for held in ("1", "2", "1"):
        monkeypatch.setenv("HELD", held)
        sys.modules.pop(f"held_{files.name}", None)
        found.append(version_of(files.load().draw))
    assert found[0] == found[2] != found[1]


PATCHES = {
    "a constant of a helper": ("import helper_{0}\nhelper_{0}.SCALE = 5.0", "5.0", "6.0"),
    "a helper": ("import helper_{0}\nhelper_{0}.scaled.__globals__['scaled'] = lambda x: 5.0", "5.0", "6.0"),
    "a method of its class": ("import helper_{0}\nhelper_{0}.P.go = lambda self, x: 5.0", "5.0", "6.0"),
}


@pytest.mark.parametrize("what", PATCHES)
def test_what_a_module_that_it_never_names_puts_in_place(files: Files, what: str) -> None:
    patch, old, new = PATCHES[what]
    helper = HELPER + "\n\nclass P:\n    def go(self, x):\n        return scaled(x)\n"
    main = "import helper_{0}\nimport patch_{0}\ndef draw(x):\n    return helper_{0}.P().go(helper_{0}.scaled(x))\n"
    files.texts = {
        f"helper_{files.name}": helper, f"patch_{files.name}": patch.replace("{0}", files.name),
        f"main_{files.name}": main.replace("{0}", files.name),
    }  # fmt: skip
    before = version_of(files.load().draw)
    assert version_of(files.load((old, new)).draw) != before


def test_functions_of_one_line_are_told_apart(files: Files) -> None:
    files.texts = {f"main_{files.name}": "f = lambda n: 1; draw = lambda n: 2\n"}
    assert version_of(files.load().draw) != version_of(files.load(("n: 2", "n: 3")).draw)


def test_code_of_no_file_is_not_taken_for_what_stands_in_its_line(files: Files) -> None:
    files.texts = {f"main_{files.name}": "def draw(n): return 1\nexec('def draw(n): return 2')\n"}
    with pytest.raises(Unknown):
        version_of(files.load().draw)


def test_samplers_as_a_new_project_writes_them_have_a_version(files: Files) -> None:
    """Without one nothing of theirs is stored: ``import verifier as v`` leads nowhere but to what is used of it."""
    text = "import verifier as v\n@v.quantity('T')\ndef draw(n, rng):\n    return rng.standard_normal() / n\n"
    files.texts = {f"main_{files.name}": text}
    before = version_of(files.load().draw)
    assert version_of(files.load().draw) == before
    assert version_of(files.load(("/ n", "/ n**2")).draw) != before


def test_drawing_changes_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A count of the package's own (how much was worked on before numba is loaded) is no part of what is drawn."""
    check = default_project().entry("theorem1").check
    assert check is not None
    part = next(part for part in check.parts if any(cell.get("angle") for cell in part.cells))
    cell = dict(next(cell for cell in part.cells if cell.get("angle")))
    shared = {name: cell[name] for name in part.quantity.shared if name in cell}
    monkeypatch.setattr(fused, "_done", 0)  # tests before may have counted to the end
    before = version_of(part.quantity.draw)
    part.quantity.draw(shared, (cell,), 64, 4, np.random.default_rng(3))
    assert fused._done > 0
    assert version_of(part.quantity.draw) == before


def test_a_version_is_told_without_what_compiles() -> None:
    """Loading numba takes half a second; what else samplers may use counts by the version of its package."""
    code = (
        "import sys\nfrom verifier.networks.correlations import sample_T\n"
        "from verifier.sampling.versions import version_of\nversion_of(sample_T)\nprint('numba' in sys.modules)\n"
        "from verifier.networks import fused\nprint((fused.compiled() is not None) == ('numba' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
