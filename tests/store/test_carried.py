"""What samplers carry beside their source is part of their version: samples of another are never taken for theirs."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from verifier.networks import correlations, mlp
from verifier.sampling.versions import Unknown, version_of

Load = Callable[[str, str], ModuleType]

#: Files of which each draws something else once HELD, which the environment says, is another.
CARRIED = {
    "an attribute of a list": (
        "class P(list): pass\ndef made(held):\n    return lambda n: held.s\np = P()\np.s = HELD\ndraw = made(p)"
    ),
    "the function that fills a table": (
        "from collections import defaultdict\nT = defaultdict({'1': lambda: 1, '2': lambda: 2}[HELD])\n"
        "def draw(n): return T[n]"
    ),
    "a method of a table": "look = {1: HELD}.get\ndef draw(n): return look(1)",
    "a number of a class of its own": "class S(float): pass\nX = S(HELD)\ndef draw(n): return X * n",
    "how an array lies": (
        "import numpy as np\nX = np.array([[1.0, 2], [3, 4]], order={'1': 'C', '2': 'F'}[HELD])\n"
        "def draw(n): return X.ravel(order='K')"
    ),
    "an object of a class": (
        "class T:\n    def __init__(self, x): self.x = x\nclass P:\n    t = T(HELD)\ndef draw(n): return P.t.x"
    ),
    "a set of a class": "class P:\n    t = {HELD}\ndef draw(n): return P.t",
    "a function of a class with its first argument": (
        "from functools import partial\nclass P:\n    t = staticmethod(partial(pow, int(HELD)))\n"
        "def draw(n): return P.t(n)"
    ),
    "a cached function of a class": (
        "from functools import cache\ndef made(h):\n    @cache\n    def f(n): return h\n    return f\n"
        "class P:\n    t = staticmethod(made(HELD))\ndef draw(n): return P.t(n)"
    ),
    "a cached property": (
        "from functools import cached_property\ndef made(h):\n    return lambda self: h\n"
        "class P: pass\nP.t = cached_property(made(HELD))\ndef draw(n): return P().t"
    ),
    "a class within a class": "class P:\n    class Q:\n        x = HELD\ndef draw(n): return P.Q.x",
    "a class that is made of another": (
        "def made(h):\n    class B:\n        x = h\n    return B\nclass P(made(HELD)): pass\ndef draw(n): return P.x"
    ),
    "which of two classes of one name": (
        "def made(h):\n    class B:\n        x = h\n    return B\nA, B = made(1), made(2)\n"
        "def last(a, b): return lambda n: b.x\ndraw = last(A, B) if HELD == '1' else last(B, A)"
    ),
    "what a field of a data class begins with": (
        "from dataclasses import dataclass, field\n@dataclass\nclass P:\n"
        "    a: list = field(default_factory=lambda h=HELD: [h])\ndef draw(n): return P().a"
    ),
    "a default of a data class with slots": (
        "from dataclasses import dataclass\n@dataclass(slots=True)\nclass P:\n    a: str = HELD\n"
        "def draw(n): return P().a"
    ),
    "one function of NumPy in place of another": (
        "import numpy as np\nnp.held_a = {'1': np.sin, '2': np.cos}[HELD]\ndef draw(n): return np.held_a(n)"
    ),
    "a number of NumPy's in its module": (
        "import numpy as np\nnp.held_b = np.float64(HELD)\ndef draw(n): return np.held_b"
    ),
    "a class in another package's module": (
        "import numpy as np\nclass A: x = 1\nclass B: x = 2\nnp.held_c = {'1': A, '2': B}[HELD]\n"
        "def draw(n): return np.held_c.x"
    ),
    "a function with its first argument in another package's module": (
        "import numpy as np\nfrom functools import partial\nnp.held_d = partial(pow, int(HELD))\n"
        "def draw(n): return np.held_d(2)"
    ),
    "one of Python's own names": (
        "import builtins\nbuiltins.held_e = {'1': min, '2': max}[HELD]\ndef draw(n): return held_e([n, 1])"
    ),
    "the code of a function": "def f(n): return 1\ndef g(n): return 2\nif HELD == '2':\n    f.__code__ = g.__code__\n"
    "def draw(n): return f(n)",
    "a constant in the code of a function": (
        "def f(n): return 100\nf.__code__ = f.__code__.replace(co_consts=tuple(\n"
        "    int(HELD) if c == 100 else c for c in f.__code__.co_consts))\ndef draw(n): return f(n)"
    ),
}  # fmt: skip

#: What nobody can follow, so that its samples are not kept.
UNKNOWN = {
    "a generator of one's own": (
        "import random\nclass R(random.Random): pass\nX = R(int(HELD))\ndef draw(n): return X.random()"
    ),
    "a masked array": (
        "import numpy as np\nX = np.ma.array([1.0, 2.0], mask=[HELD == '1', False])\ndef draw(n): return X.sum()"
    ),
    "a method made of text": "class P: pass\nP.go = eval(f'lambda self: {HELD}')\ndef draw(n): return P().go()",
    "a function that is chosen by the type": (
        "from functools import singledispatch\n@singledispatch\ndef f(n): return 1\n@f.register\n"
        "def _(n: int): return 2\ndef draw(n): return f(n)"
    ),
    "a function of NumPy that is made of another's": (
        "import numpy as np\ng = np.frompyfunc(lambda n: HELD, 1, 1)\ndef draw(n): return g(n)"
    ),
    "a name that is made when it runs": "def f1(n): return 1\ndef draw(n): return globals()['f' + HELD](n)",
    "a text that is run": "def f1(n): return 1\ndef draw(n): return eval('f' + HELD)(n)",
    "a module of a name that is made": (
        "import importlib\ndef draw(n): return importlib.import_module('held' + HELD).f(n)"
    ),
    "a module from the table of all": (
        "import sys\ndef f1(n): return 1\ndef draw(n): return sys.modules[__name__].f1(n)"
    ),
    "whatever was made of a class": "class B: pass\nclass A(B): x = 1\ndef draw(n): return B.__subclasses__()[0].x",
    "its own text": "def f(n):\n    '1'\ndef draw(n): return int(f.__doc__)",
}  # fmt: skip


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    name = f"carried_{abs(hash(str(tmp_path))) % 10**8}"
    stamps = iter(range(1, 100))

    def loaded(text: str, held: str) -> ModuleType:
        monkeypatch.setenv("HELD", held)
        path = tmp_path / f"{name}.py"
        path.write_text(f"import os\nHELD = os.environ['HELD']\n{text}\n")
        os.utime(path, (stamp := next(stamps), stamp))
        sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    return loaded


@pytest.mark.parametrize("what", CARRIED)
def test_samples_of_what_was_carried_before(load: Load, what: str) -> None:
    found = [version_of(load(CARRIED[what], held).draw) for held in ("1", "2", "1")]
    assert found[0] == found[2] != found[1]


@pytest.mark.parametrize("what", UNKNOWN)
def test_samples_of_code_that_cannot_be_followed(load: Load, what: str) -> None:
    with pytest.raises(Unknown):
        version_of(load(UNKNOWN[what], "1").draw)


def test_names_that_are_made_at_run_time_count_by_what_is_declared(load: Load) -> None:
    draw = load(UNKNOWN["a name that is made when it runs"], "1").draw
    assert version_of(draw, declared="1") != version_of(draw, declared="2")


def test_samples_of_the_file_as_it_was_before_it_was_edited(load: Load) -> None:
    """What was loaded is not what the file says now, so that it has not the version of what the file says."""
    text = "def draw(n): return {}"
    old = load(text.format(1), "1").draw
    new = load(text.format(2), "1").draw
    after = version_of(new)
    sys.modules[new.__module__].__dict__.clear()
    sys.modules[new.__module__].__dict__.update(old.__globals__)
    assert version_of(old) != after


@pytest.mark.parametrize("place", [(correlations, "star"), (mlp.Network, "forward")], ids=["function", "method"])
def test_samples_of_the_package_with_something_of_a_project_in_place(load: Load, place: tuple[Any, str]) -> None:
    made = load("def made(held):\n    return lambda *given: held", "1").made
    assert place[1] in vars(place[0])
    before = version_of(correlations.sample_T)
    found = [before]
    with pytest.MonkeyPatch.context() as patch:
        for held in (1.0, 2.0):
            patch.setattr(*place, made(held))
            found.append(version_of(correlations.sample_T))
    assert len(set(found)) == 3
    assert version_of(correlations.sample_T) == before
