"""The table ``[tool.verifier]`` of a pyproject.toml: what a project gates, and against which verdicts."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verifier.claims.statement import Form
from verifier.datafiles import Layout
from verifier.fits.kinds import KINDS, SIZES
from verifier.inputs.files import Unreadable, read_text, toml_of
from verifier.inputs.numbers import shortened
from verifier.projects.root import CONFIG, LARGEST_CONFIG, find
from verifier.verdict import NumericStatus, Summary

DEFAULT_RECORD = "verifier-gate.json"
KEYS = {
    "statements": list, "shipped": bool, "seed": int, "samples": int, "quick": bool, "thorough": bool,
    "timeout": (int, float), "jobs": int, "record": str, "expect": dict, "fits": list,
}  # fmt: skip
FIT_KEYS = {
    "name": str, "file": (str, list), "kind": str, "expect": (str, int, float, list), "margin": (int, float),
    "alpha": (int, float), "correction": bool, "allowance": (int, float), "verdict": str,
    "width": (str, list), "value": (str, list), "by": (str, list), "where": (str, list), "group_by": (str, list),
    "stderr": str, "ignore": (str, list), "skip": (str, list), "base_width": int, "in": str, "seeds": str,
}  # fmt: skip


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names the file and the key."""


@dataclass(frozen=True)
class FitClaim:
    """A claim about data files: as the options of ``verifier fit``, with the verdict that is expected."""

    name: str
    files: tuple[Path, ...]
    kind: str = "order"
    expect: tuple[str, ...] = ()
    margin: float | None = None
    alpha: float = 1e-3
    correction: bool | None = None
    allowance: float = 10.0
    verdict: NumericStatus = NumericStatus.CONSISTENT
    layout: Layout = field(default_factory=Layout)
    seeds: str = "many"


@dataclass(frozen=True)
class Config:
    """What to gate.  ``path`` is the file it was read from, ``root`` the project's folder.

    ``statements`` None: the project's own, or the shipped ones where it has none.  ``expect`` overrides the
    verdicts recorded in the statements' files.  ``samples`` a width at most; ``timeout`` in seconds for each
    sampler.
    """

    root: Path
    path: Path | None = None
    statements: tuple[str, ...] | None = None
    shipped: bool = False
    seed: int | None = None
    samples: int | None = None
    quick: bool = False
    thorough: bool = False
    timeout: float | None = None
    jobs: int | None = None
    record: Path = Path(DEFAULT_RECORD)
    expect: Mapping[str, Mapping[Form, Summary]] = field(default_factory=dict)
    fits: tuple[FitClaim, ...] = ()


def load(path: Path | None) -> Config:
    """The configuration in ``path``; by default that of the project's pyproject.toml, or none if there is no such file.

    Raises ConfigError for a file that cannot be read, an unknown key (with the nearest known one) or a value
    of the wrong type.
    """
    if path is None:
        folder = find().folder
        path = Path(os.path.relpath(folder / CONFIG))
        if not path.is_file():
            return Config(folder, record=folder / DEFAULT_RECORD)
    root = path.parent.resolve()
    try:
        data = toml_of(read_text(path, LARGEST_CONFIG), str(path))
    except Unreadable as error:
        raise ConfigError(str(error)) from None
    tool = data.get("tool", {})
    table = tool.get("verifier", {}) if isinstance(tool, dict) else {}
    where = f"{path}: [tool.verifier]"
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is not a table")
    _check_keys(where, table, KEYS)
    for key, low, high in (("seed", 0, 2**128 - 1), ("samples", 1, 10**12), ("jobs", 1, 4096)):
        if key in table and not low <= table[key] <= high:
            allowed = f"at least {low}" if table[key] < low else f"at most {high}"
            raise ConfigError(f"{where} {key} is {_told(table[key])}; it must be {allowed}")
    if not 0 < table.get("timeout", 1) <= 1e9:
        raise ConfigError(f"{where} timeout is {_told(table['timeout'])}; it must be positive")
    if table.get("quick") and table.get("thorough"):
        raise ConfigError(f"{where} quick and thorough exclude each other")
    return Config(
        root=root,
        path=path,
        statements=tuple(_strings(where, "statements", table["statements"])) if "statements" in table else None,
        shipped=table.get("shipped", False),
        seed=table.get("seed"),
        samples=table.get("samples"),
        quick=table.get("quick", False),
        thorough=table.get("thorough", False),
        timeout=table.get("timeout"),
        jobs=table.get("jobs"),
        record=root / table.get("record", DEFAULT_RECORD),
        expect={name: _expected(f"{where} expect.{name}", value) for name, value in table.get("expect", {}).items()},
        fits=tuple(_fit(f"{where} fits[{k}]", entry, root) for k, entry in enumerate(table.get("fits", []))),
    )


def _check_keys(where: str, table: Any, known: Mapping[str, Any]) -> None:
    for key, value in table.items():
        if key not in known:
            raise ConfigError(f"{where} has an unknown key {key!r}; {nearest(key, known)}")
        kind = known[key]
        # bool is an int in Python, but not here.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ConfigError(f"{where} {key} is {_told(value)}; {_type_name(kind)} is needed")
        if isinstance(value, int | float) and not abs(value) < 1e300 and key != "timeout":
            raise ConfigError(f"{where} {key} is {_told(value)}; a finite number of ordinary size is needed")


def _told(value: Any) -> str:
    return shortened(repr(value)) if not isinstance(value, int) or abs(value) < 10**60 else "an integer of many digits"


def _type_name(kind: Any) -> str:
    names = {list: "a list", bool: "true or false", int: "an integer", str: "a string", dict: "a table"}
    if isinstance(kind, tuple):
        return "a number" if kind == (int, float) else " or ".join(_type_name(k) for k in kind if k is not float)
    return names[kind]


def nearest(key: str, known: Iterable[str]) -> str:
    """``did you mean …?``, or all there are."""
    near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"


def _strings(where: str, key: str, value: list[Any]) -> list[str]:
    for entry in value:
        if not isinstance(entry, str):
            raise ConfigError(f"{where} {key} holds {_told(entry)}; a list of strings is needed")
    return value


def _expected(where: str, value: Any) -> dict[Form, Summary]:
    """``"verified"`` is about the amended form; a table names both."""
    forms = {str(form) for form in Form}
    table = {"amended": value} if isinstance(value, str) else value
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is {_told(value)}; a word or a table with printed and amended is needed")
    found = {}
    for form, word in table.items():
        if form not in forms:
            raise ConfigError(f"{where} has an unknown key {form!r}; {nearest(form, sorted(forms))}")
        if word not in {str(summary) for summary in Summary}:
            raise ConfigError(f"{where} is {_told(word)}; {nearest(str(word), [str(summary) for summary in Summary])}")
        found[Form(form)] = Summary(word)
    return found


def _fit(where: str, entry: Any, root: Path) -> FitClaim:
    if not isinstance(entry, dict):
        raise ConfigError(f"{where} is not a table")
    _check_keys(where, entry, FIT_KEYS)
    if "file" not in entry:
        raise ConfigError(f"{where} has no key 'file'")
    files = entry["file"] if isinstance(entry["file"], list) else [entry["file"]]
    files = _strings(where, "file", files)
    verdict = entry.get("verdict", str(NumericStatus.CONSISTENT))
    words = [str(status) for status in NumericStatus]
    if verdict not in words:
        raise ConfigError(f"{where} verdict is {_told(verdict)}; {nearest(verdict, words)}")
    kind = entry.get("kind", "order")
    if kind not in KINDS:
        raise ConfigError(f"{where} kind is {_told(kind)}; {nearest(kind, KINDS)}")
    seeds = entry.get("seeds", "many")
    if seeds not in ("few", "many"):
        raise ConfigError(f"{where} seeds is {_told(seeds)}; {nearest(seeds, ('few', 'many'))}")
    expect = entry.get("expect", [])
    base = entry.get("base_width")
    if base is not None and base < 1:
        raise ConfigError(f"{where} base_width is {base}; it must be at least 1")
    layout = Layout(
        width=_names(where, entry, "width"),
        values=_names(where, entry, "value"),
        by=_names(where, entry, "by"),
        where=tuple(_condition(where, word) for word in _names(where, entry, "where")),
        group_by=_names(where, entry, "group_by"),
        stderr=entry.get("stderr"),
        ignore=_names(where, entry, "ignore"),
        base_width=base,
        variable=entry.get("in", "width"),
        sizes=kind in SIZES,
        skip=_names(where, entry, "skip"),
    )
    return FitClaim(
        name=entry.get("name", ", ".join(files)),
        files=tuple(root / name for name in files),
        kind=kind,
        expect=tuple(str(target) for target in (expect if isinstance(expect, list) else [expect])),
        margin=entry.get("margin"),
        alpha=entry.get("alpha", 1e-3),
        correction=entry.get("correction"),
        allowance=entry.get("allowance", 10.0),
        verdict=NumericStatus(verdict),
        layout=layout,
        seeds=seeds,
    )


def _names(where: str, entry: dict[str, Any], key: str) -> tuple[str, ...]:
    """One name or a list of them."""
    value = entry.get(key, [])
    return tuple(_strings(where, key, value)) if isinstance(value, list) else (str(value),)


def _condition(where: str, word: str) -> tuple[str, str]:
    name, equals, label = word.partition("=")
    if not equals or not name.strip():
        raise ConfigError(f"{where} where is {_told(word)}; a column and a label are needed, as in 'module=readout'")
    return name.strip(), label.strip()
