"""Every reader with what hypothesis feeds it: how an input is made, what reads it, and what it may raise on purpose."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import numpy as np
from hypothesis import strategies as st

from verifier.commands.codes import CommandError


@dataclass(frozen=True)
class Reader:
    """``read`` takes an example of ``inputs`` and a folder; it may raise ``refusals``, and nothing else."""

    inputs: st.SearchStrategy[Any]
    read: Callable[[Any, Path], Any]
    refusals: tuple[type[BaseException], ...]
    share: int = 1  # of the slow suite's examples


def _words(alphabet: str, *tokens: str) -> st.SearchStrategy[str]:
    """Texts of tokens that mean something there, of signs, and of anything."""
    some = st.one_of(st.sampled_from(tokens), st.text(alphabet, max_size=4), st.text(max_size=3))
    return st.one_of(st.lists(some, max_size=14).map("".join), st.lists(some, max_size=14).map(" ".join), st.text())


#: Numbers as people and adversaries write them.
NUMBERS = ("0", "1", "-1", "1/2", "0.5", "1e9", "1e999999999", "-1e-999999999", "nan", "inf", "-inf", "9" * 5000,
           "2^53",
           "2^9999999", "0x10", "1_0", "١٢", "", " ", "1/0", "1..2", "--1", "+")  # fmt: skip
NAMES = ("f", "f(0)", "f(1;a)", "f(2;a,b)", "f[1](0;a)", "T(1)", "T(3)", "K(2)", "K(99)", "T(999999999)", "^2", "^999",
         "E[", "]", "*", "+", "-", "(", ")", ";", ",", "a", "b", "·")  # fmt: skip
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from([10**400, -1, 0, 2**63])
)
JSON = st.recursive(
    SCALARS, lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)),
    max_leaves=12,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, original: Callable[[], Any]) -> Any:
    """A document in which a few nodes were replaced, dropped, doubled or exchanged."""
    data = copy.deepcopy(original())
    for _ in range(draw(st.integers(1, 4))):
        node, place = None, None
        here = data
        for _ in range(draw(st.integers(1, 7))):
            if isinstance(here, dict) and here:
                step: Any = draw(st.sampled_from(sorted(here)))
            elif isinstance(here, list) and here:
                step = draw(st.integers(0, len(here) - 1))
            else:
                break
            node, place, here = here, step, here[step]
        if node is None:
            continue
        how = draw(st.sampled_from(["replace", "replace", "drop", "double", "nest", "near"]))
        if how == "drop":
            del node[place]
        elif how == "double" and isinstance(node, list):
            node.insert(place, copy.deepcopy(here))
        elif how == "nest":
            node[place] = [here]
        elif how == "near" and isinstance(here, int) and not isinstance(here, bool):
            node[place] = here + draw(st.sampled_from([-1, 1, 10**9]))
        else:
            node[place] = draw(JSON)
    return data


@cache
def proof() -> Any:
    """A proof that is short and true."""
    from verifier.projects.project import Project
    from verifier.projects.root import SHIPPED
    from verifier.verify.bundles import bundle

    return json.loads(json.dumps(bundle(Project((SHIPPED,)).statement("lemma4").statement)))


def record() -> Any:
    claim = {"proof": "gap", "numeric": "consistent"}
    return {"format": 1, "profiles": {"full": {"x": {"x.order (amended)": claim}}, "quick-512": {"y": {"y.a": claim}}}}


@cache
def stored() -> Any:
    """A run of a small project, as it is stored."""
    return json.loads((Path(__file__).parent / "stored.json").read_text(encoding="utf-8"))


def _stored(data: Any, folder: Path) -> None:
    """What is read is rendered, in every format."""
    from verifier.report import html, markdown, tex
    from verifier.report.derived import finished
    from verifier.report.schema import problem_of
    from verifier.report.stored import ResultsError

    if problem := problem_of(data):
        raise ResultsError(problem)
    found = finished(data)
    for module in (markdown, tex, html):
        module.render(found)


def tallies() -> Any:
    return {"block": {"name": "a", "first": 0, "end": 20}, "tally": {"repetitions": 20, "wrong": [0]}}


def _correlation(text: str, folder: Path) -> None:
    from verifier.exact.correlation import parse

    parse(text)


def _gram(text: str, folder: Path) -> None:
    from verifier.exact.gram import parse_gram

    parse_gram(text)


def _combination(text: str, folder: Path) -> None:
    from verifier.exact.combination import combination

    combination(text, 1, activation="linear")


def _target(example: tuple[str, str], folder: Path) -> None:
    from verifier.fits.targets import expression, number, remainder

    kind, text = example
    found: Any = {"number": number, "expression": expression, "remainder": remainder}[kind](text)
    if kind == "expression":
        found(128)


def _selection(text: str, folder: Path) -> None:
    from verifier.quantities.select import Selection

    chosen = Selection(text)
    cells = [{"H": 1, "r": 2.5, "l": (1, 2), "activation": "relu", "deep": ((1, 2), 3)}, {"H": 2}]
    for cell in cells:
        chosen(cell)
    chosen.require_names(cells)
    chosen.require_values(cells)


@cache
def _project() -> Any:
    from verifier.projects.project import Project
    from verifier.projects.root import SHIPPED

    return Project((SHIPPED,))


def _identifier(text: str, folder: Path) -> None:
    from verifier.projects.choosing import resolve

    resolve(_project(), text)


def _proof_text(data: Any, folder: Path) -> None:
    from verifier.kernel.__main__ import bundled
    from verifier.kernel.core import check, documents

    for one in bundled(data if isinstance(data, bytes) else json.dumps(data).encode()):
        check.check(documents.read(one))


def _verify(data: Any, folder: Path) -> None:
    """What ``verifier verify`` reads before the kernel does, and the door's function."""
    from verifier.verify.bundles import recheck

    recheck(data)


def _data_file(example: tuple[str, bytes], folder: Path) -> None:
    from verifier.datafiles import Layout, read_groups

    suffix, content = example
    path = folder / f"data.{suffix}"
    path.write_bytes(content)
    for layout in (Layout(), Layout(by=("who",), stderr="sd", base_width=64)):
        with suppress(ValueError):
            read_groups([path], layout)


def _fit(example: tuple[str, bytes], folder: Path) -> None:
    from verifier.datafiles import read_samples
    from verifier.fits.fitting import fit

    suffix, content = example
    path = folder / f"fit.{suffix}"
    path.write_bytes(content)
    samples = read_samples(path)
    for kind, expect in (("order", "-1"), ("limit", "0"), ("zero", None), ("atom", "0.5"), ("polynomial", "1/n")):
        with suppress(ValueError):
            fit(samples, kind, expect)


def _config(text: str, folder: Path) -> None:
    from verifier.gating.config import load

    path = folder / "pyproject.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    load(path)


def _record(data: Any, folder: Path) -> None:
    from verifier.gating.record import read

    path = folder / "record.json"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    for profile in ("full", "quick-512"):
        read(path, profile)


def _tallies(data: Any, folder: Path) -> None:
    from verifier.commands.tallies import TallyStore

    path = folder / "tallies.jsonl"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    TallyStore(path)


def _rows(data: Any, folder: Path) -> None:
    from verifier.exact.enumeration import read_rows

    path = folder / "rows.jsonl"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode() + b"\n")
    read_rows(path)


@cache
def _options() -> list[tuple[str, click.Parameter]]:
    from verifier.cli import _COMMANDS, cli

    context = click.Context(cli)
    found = []
    for name in _COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        found += [(name, p) for p in command.params if not isinstance(p.type, click.types.BoolParamType)]
    return found


def _option(example: tuple[int, str], folder: Path) -> None:
    from verifier.cli import cli, in_short

    number, text = example
    name, parameter = _options()[number % len(_options())]
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    context = click.Context(command)
    value: Any = (text,) if parameter.multiple or parameter.nargs == -1 else text
    try:
        parameter.type_cast_value(context, value)
    except (CommandError, click.ClickException) as error:
        told = error.format_message() if isinstance(error, click.ClickException) else str(error)
        raise CommandError(in_short(told)) from None


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, bytes]:
    """A data file that is nearly one: a table with odd cells, in one of the formats, perhaps damaged."""
    names = draw(st.lists(st.sampled_from(["width", "n", "value", "who", "seed", "sd", "m", "#x", "", "a b"]),
                          min_size=1, max_size=4))  # fmt: skip
    cell = st.one_of(
        st.sampled_from([128, 512, 2048, 8192, 2**53, 1]), st.floats(), st.sampled_from(NUMBERS), st.text(max_size=3)
    )
    rows = draw(st.lists(st.lists(cell, min_size=len(names), max_size=len(names)), max_size=12))
    suffix = draw(st.sampled_from(["csv", "tsv", "json", "jsonl", "npz"]))
    content: bytes
    if suffix in ("csv", "tsv"):
        mark = draw(st.sampled_from([",", ";", "\t", " "]))
        lines = [mark.join(str(entry) for entry in row) for row in [names, *rows]]
        content = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines).encode("utf-8", "surrogatepass")
    elif suffix == "npz":
        file = io.BytesIO()
        kinds = (np.float64, np.int64, np.complex128, np.str_, np.bool_, np.float16)
        with suppress(ValueError, TypeError, OverflowError):
            arrays = {name or "x": np.array([r[k] for r in rows]).astype(draw(st.sampled_from(kinds)))
                      for k, name in enumerate(names)}  # fmt: skip
            np.savez(file, **arrays)
        content = file.getvalue()
    else:
        records = [dict(zip(names, row, strict=True)) for row in rows]
        lines = [json.dumps(entry) for entry in records]
        content = ("\n".join(lines) if suffix == "jsonl" else json.dumps(records)).encode()
    if content and draw(st.booleans()):
        at = draw(st.integers(0, len(content) - 1))
        content = content[:at] + draw(st.binary(max_size=4)) + content[at + draw(st.integers(0, 4)) :]
    return suffix, content


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """TOML with the gate's own keys and odd values."""
    from verifier.gating.config import FIT_KEYS, KEYS

    value = st.one_of(
        st.sampled_from(["true", "1", "-1", "0.5", "nan", "inf", "'order'", "'x'", "[]", "['a']", "[1]", "{}", "'full'",
                         "9" * 400, "1e999999999", "1979-05-27",
                         "{amended = 'verified'}", "'\\u0000'", '"\\u001b[8m"']),
        st.integers().map(str), st.floats().map(repr), st.text(max_size=5).map(json.dumps),
    )  # fmt: skip
    lines = ["[tool.verifier]"]
    lines += [
        f"{key} = {draw(value)}" for key in draw(st.lists(st.sampled_from(sorted(KEYS)), max_size=4, unique=True))
    ]
    for _ in range(draw(st.integers(0, 2))):
        lines += ["[[tool.verifier.fits]]", *(
            f"{key} = {draw(value)}"
            for key in draw(st.lists(st.sampled_from(sorted(FIT_KEYS)), max_size=5, unique=True))
        )]  # fmt: skip
    return "\n".join(lines)


def _refusals() -> dict[str, tuple[type[BaseException], ...]]:
    from verifier.gating.config import ConfigError
    from verifier.kernel.core.sorts import Refused
    from verifier.projects.loading import LoadError
    from verifier.verify.bundles import NotAProof

    return {"config": (ConfigError,), "kernel": (Refused,), "id": (ValueError, LoadError), "proof": (NotAProof,)}


_R = _refusals()
_BYTES = st.binary(max_size=60)
_ANY = st.one_of(_BYTES, JSON)
READERS: dict[str, Reader] = {
    "correlations": Reader(_words("fTKabcd0123(),;[]^* ", *NAMES, *NUMBERS[:12]), _correlation, (ValueError,), 3),
    "combinations": Reader(
        _words("Ef01[]^+-*/ ", "E[f^2]", "E[f(0)^4]", "^2", "^99", "3", " - ", " * ", "E[", "]", "(", ")"),
        _combination, (ValueError,),
    ),
    "gram": Reader(_words("0123,;=/.-a ", "0,1=1/2", "a,b=1/0", ";", *NUMBERS), _gram, (ValueError,)),
    "targets": Reader(
        st.tuples(st.sampled_from(["number", "expression", "remainder"]),
                  _words("n0123+-*/^().eO ", "n", "1/n", "3 + 2/n", "O(n^-2)", "^100", "((", *NUMBERS)),
        _target, (ValueError,), 3,
    ),
    "selections": Reader(
        _words("Hrl=<>!,()0123 ", "H=1", "r>=2", "l=(1,2)", " and ", "activation=relu", *NUMBERS), _selection,
        (ValueError,), 3,
    ),
    "ids": Reader(_words("theorm1.:=,", "theorem1", ".zero", "::", "H=2", "lemma5", "::r=1", "\n"),
                  _identifier, _R["id"]),
    "options": Reader(
        st.tuples(st.integers(0, 10**6), _words("0123,:.^-+e=/", *NUMBERS, "128,413,1150,4690", "1,-1", "1:0,0:1",
                                                "4GB", "order", "-", "10m")),
        _option, (CommandError,), 4,
    ),
    "proofs": Reader(st.one_of(_ANY, mutated(proof)), _proof_text, _R["kernel"]),
    "bundles": Reader(st.dictionaries(st.sampled_from(["format", "documents", "requests", "terms"]), JSON, max_size=4),
                      _verify, _R["proof"]),
    "data files": Reader(tables(), _data_file, (ValueError,), 3),
    "fits": Reader(tables(), _fit, (ValueError,)),
    "bytes as data": Reader(
        st.tuples(st.sampled_from(["csv", "tsv", "json", "jsonl", "npz"]), _BYTES), _data_file, (ValueError,), 2
    ),
    "configurations": Reader(st.one_of(configurations(), st.text()), _config, _R["config"], 2),
    "records": Reader(st.one_of(_ANY, mutated(record)), _record, _R["config"], 2),
    "stored results": Reader(st.one_of(JSON, mutated(stored)), _stored, (ValueError,)),
    "tallies": Reader(st.one_of(_ANY, mutated(tallies)), _tallies, (CommandError,)),
    "rows of the study": Reader(_ANY, _rows, (ValueError,)),
}  # fmt: skip
