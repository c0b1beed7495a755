"""Everything a proof can use, in words: primitives, tactics, symbols and rows, from the code that runs.

>>> entry("linear").kind
'primitive'
"""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass

from verifier.claims.notation import text
from verifier.kernel.core import table, theorems
from verifier.kernel.core.documents import STEPS
from verifier.kernel.core.terms import App, Fun, Term, Var, beta
from verifier.kernel.show import named
from verifier.kernel.theory.writing import NAMES, PAGES
from verifier.proving.tactics import Prover


@dataclass(frozen=True)
class CatalogueEntry:
    """A rule: its ``name``, ``kind`` (primitive, tactic, row, symbol), what it takes, what it says, and why."""

    name: str
    kind: str
    page: str
    variables: str
    premises: tuple[str, ...]
    conclusion: str
    mark: str
    why: str
    source: str = ""


def entries() -> list[CatalogueEntry]:
    """All primitives, tactics, symbols and rows."""
    import verifier.kernel.theory  # noqa: F401  (its pages fill the table)

    return [*_primitives(), *_tactics(), *_symbols(), *map(_row, table.TABLE.values())]


def entry(name: str) -> CatalogueEntry:
    """The rule ``name``; KeyError with the nearest names where there is none."""
    found = {e.name: e for e in reversed(entries())}
    if name not in found:
        near = difflib.get_close_matches(name, list(found), n=4, cutoff=0.5)
        inside = [n for n in found if name and name in n][:4]
        names = list(dict.fromkeys([*near, *inside]))
        told = f"near it: {', '.join(names)}" if names else "`verifier rules` lists all"
        raise KeyError(f"there is no rule {name!r}; {told}")
    return found[name]


def opened(name: str, prop: Term) -> tuple[list[Term], list[Term], Term]:
    """A row's variables under the names it was written with, its premises and its conclusion."""
    vs: list[Term] = []
    if isinstance(prop, App) and prop.fields[0] == "all":
        f: Fun = prop.fields[1][0]
        names = NAMES.get(name, ()) or tuple(f"v{k}" for k, _ in enumerate(f.fields[0]))
        vs = [Var(n, s) for n, s in zip(names, f.fields[0], strict=True)]
        prop = beta(f, vs)
    premises = []
    while isinstance(prop, App) and prop.fields[0] == "imp":
        premises.append(prop.fields[1][0])
        prop = prop.fields[1][1]
    return vs, premises, prop


def _row(row: table.Row) -> CatalogueEntry:
    vs, premises, conclusion = opened(row.name, row.prop)
    shown = ", ".join(f"{text(v)}: {named(v.sort)}" for v in vs)
    given, said = tuple(map(text, premises)), text(conclusion)
    return CatalogueEntry(row.name, "row", PAGES.get(row.name, ""), shown, given, said, row.mark, row.why, row.source)


def _symbols() -> list[CatalogueEntry]:
    found = []
    for name, (args, result) in table.SIGNATURE.items():
        takes = ", ".join(map(named, args))
        found.append(CatalogueEntry(name, "symbol", "", takes, (), named(result), "", table.MEANINGS.get(name, "")))
    return found


_SHAPES = {"s": "a step", "S": "steps", "t": "a term", "T": "terms", "n": "a name", "F": "fractions"}


def _primitives() -> list[CatalogueEntry]:
    found = []
    for name, (shape, _) in STEPS.items():
        function = getattr(theorems, name, None)
        why = " ".join((inspect.getdoc(function) or "").split()) if function else "A goal of an earlier document."
        found.append(CatalogueEntry(name, "primitive", "core", ", ".join(_SHAPES[s] for s in shape), (), "", "", why))
    return found


def _tactics() -> list[CatalogueEntry]:
    from verifier.claims.author import Author

    found = []
    for owner in (Prover, Author):
        for name, function in vars(owner).items():
            if name.startswith("_") or not inspect.isfunction(inspect.unwrap(function)) or name in STEPS:
                continue
            signature = str(inspect.signature(inspect.unwrap(function))).replace("self, ", "").replace("(self)", "()")
            why = " ".join((inspect.getdoc(function) or "").split())
            found.append(CatalogueEntry(name, "tactic", owner.__name__, signature, (), "", "", why))
    return found


def markdown() -> str:
    """The page docs/rules.md."""
    every = entries()
    out = [
        "# Rules",
        "",
        "Written by `verifier rules --markdown`; do not edit.  `verifier rules NAME` prints one entry.",
        "",
        "A proof is made of primitives; rows are what it starts from; tactics find primitives and are not trusted.",
        "",
    ]
    for kind, title in (("primitive", "Primitives"), ("tactic", "Tactics"), ("symbol", "Symbols")):
        out += [f"## {title}", ""]
        for e in every:
            if e.kind == kind:
                takes = f" `{e.variables if kind == 'tactic' else f'({e.variables})'}`" if e.variables else ""
                result = f" → {e.conclusion}" if e.conclusion else ""
                out.append(f"- **{e.name}**{takes}{result}: {e.why}")
        out.append("")
    pages = list(dict.fromkeys(e.page for e in every if e.kind == "row"))
    for page in pages:
        out += [f"## Rows: {page}", ""]
        for e in every:
            if e.kind == "row" and e.page == page:
                out += _row_lines(e)
    return "\n".join(out).rstrip() + "\n"


def _row_lines(e: CatalogueEntry) -> list[str]:
    lines = [f"### {e.name}", "", f"*{e.mark}*" + (f" · for {e.variables}" if e.variables else ""), ""]
    if e.premises:
        lines += ["If " + "; ".join(f"`{p}`" for p in e.premises) + f", then `{e.conclusion}`.", ""]
    else:
        lines += [f"`{e.conclusion}`", ""]
    return [*lines, e.why + (f"  Source: {e.source}." if e.source else ""), ""]


def lines(e: CatalogueEntry) -> list[str]:
    """One entry for a terminal."""
    head = f"{e.name} ({e.mark or e.kind}{', ' + e.page if e.page else ''})"
    out = [head]
    if e.kind == "row":
        if e.variables:
            out.append(f"  for  {e.variables}")
        out += [f"  if   {p}" for p in e.premises]
        out.append(f"  then {e.conclusion}" if e.premises else f"  {e.conclusion}")
    elif e.variables:
        out.append(f"  takes {e.variables}" + (f", gives {e.conclusion}" if e.conclusion else ""))
    out.append(f"  {e.why}" + (f"  [{e.source}]" if e.source else ""))
    return out
