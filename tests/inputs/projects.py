"""A project whose files use every public class that statements and checks are made of, field by field.

Each field stands in a line of its own, so that any of them can be replaced by a value that it cannot hold.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Fields = dict[str, str]

#: The calls of a lemma file: name → (class, its fields as they are written).
LEMMA_CALLS: dict[str, tuple[str, Fields]] = {
    "declared": ("Quantity", {
        "name": "'K'", "takes": "'n r'", "arguments": "'r'", "symbol": "''", "shown": "'K^({r})'", "latex": "'K'",
        "derived": "{}", "says": "None", "apart": "''", "widths": "(('scaled', 'L'),)", "ranges": "None",
        "term": "None",
    }),
    "number": ("Value", {"name": "'half'", "number": "lambda r: 0.5", "term": "None", "latex": "'h'"}),
    "condition": ("Condition", {
        "id": "'small'", "text": "'r is small'", "latex": "'r'", "proposition": "None", "holds": "lambda p: True",
    }),
    "source": ("Source", {"document": "'A paper'", "equations": "('1', '2')", "section": "'3'"}),
    "erratum": ("Erratum", {
        "id": "'E1'", "where": "'page 1'", "printed": "'n'", "why": "'a slip'", "counterexample": "'n = 1'",
        "amended": "'1/n'", "effect": "'none'", "reproduce": "'verifier check x'",
    }),
    "witness": ("Witness", {
        "text": "'at r = 9'", "parameters": "{'r': 9}", "claim": "'x.order'", "proof": "''", "reproduce": "''",
    }),
    "hypothesis": ("Hypothesis", {
        "id": "'small'", "text": "'r is small'", "witness": "witness", "latex": "'r'", "when": "r > 0",
        "errata": "('E1',)", "stated": "False", "condition": "condition",
    }),
    "printed": ("Claim", {
        "id": "'x.printed'", "kind": "Kind.ORDER", "quantity": "declared(r)", "text": "'as printed'",
        "exponent": "-2 * r", "value": "None", "where": "r > 0", "form": "Form.PRINTED", "latex": "'K'",
        "hypotheses": "()", "errata": "('E1',)", "instead": "('x.order',)", "severity": "None",
    }),
    "claim": ("Claim", {
        "id": "'x.order'", "kind": "Kind.ORDER", "quantity": "declared(r)", "text": "'as amended'",
        "exponent": "-r", "value": "None", "where": "r > 0", "form": "Form.AMENDED", "latex": "'K'",
        "hypotheses": "('small',)", "errata": "()", "instead": "()", "severity": "None",
    }),
    "valued": ("Claim", {
        "id": "'x.value'", "kind": "Kind.VALUE", "quantity": "sympy.Function('m')(r)", "text": "'a value'",
        "exponent": "None", "value": "number(r)", "where": "True", "form": "Form.AMENDED", "latex": "'m'",
        "hypotheses": "()", "errata": "()", "instead": "()", "severity": "None",
    }),
    "identity": ("Claim", {
        "id": "'x.identity'", "kind": "Kind.IDENTITY", "quantity": "sympy.Function('i')(r)", "text": "'an identity'",
        "exponent": "None", "value": "None", "where": "True", "form": "Form.AMENDED", "latex": "'i'",
        "hypotheses": "()", "errata": "()", "instead": "()", "severity": "None",
    }),
    "proof": ("Proof", {"prove": "prove", "uses": "()"}),
    "statement": ("Statement", {
        "name": "'x'", "title": "'A toy'", "source": "source", "summary": "'K ~ n^-r.'",
        "claims": "(printed, claim, valued, identity)", "hypotheses": "(hypothesis,)", "errata": "(erratum,)",
        "besides": "()", "proof": "proof", "expected": "{}", "label": "'Toy 1'",
    }),
}  # fmt: skip

CHECK_CALLS: dict[str, tuple[str, Fields]] = {
    "quantity": ("Quantity", {
        "symbol": "'K'", "text": "'K'", "shared": "('H',)", "draw": "draw", "bounds": "None", "constant": "False",
        "allowance": "None",
    }),
    "mean": ("Quantity", {
        "symbol": "'m'", "text": "'m'", "shared": "()", "draw": "half", "bounds": "(-9, 9)", "constant": "False",
        "allowance": "None",
    }),
    "error": ("Quantity", {
        "symbol": "'i'", "text": "'i'", "shared": "()", "draw": "nothing", "bounds": "None", "constant": "False",
        "allowance": "None",
    }),
    "measure": ("Measure", {
        "quantity": "quantity", "cells": "cells(H=[1], r=[1, 2])", "widths": "(128, 413, 1150, 4690, 20011)",
        "correction": "False", "controls": "False", "block": "64", "samples": "256", "zeros": "64",
        "quick": "lambda p: True", "quick_samples": "128", "largest": "1 << 40", "movable": "False",
        "derived": "lambda p: {}", "atom": "lambda p: None", "claims": "None", "width": "'n'", "law": "None",
        "margin": "0.05", "grid": "None", "powers": "None", "witness": "()",
    }),
    "means": ("Measure", {
        "quantity": "mean", "cells": "cells(r=[1])", "widths": "(128, 413, 1150, 4690)", "correction": "False",
        "controls": "False", "block": "64", "samples": "256", "zeros": "64", "quick": "None",
        "quick_samples": "128", "largest": "1 << 40", "movable": "False", "derived": "None", "atom": "None",
        "claims": "('x.value',)", "width": "'n'", "law": "None", "margin": "0.5", "grid": "None", "powers": "None",
        "witness": "()",
    }),
    "agreement": ("Agreement", {
        "quantity": "error", "cells": "cells(r=[1])", "widths": "(3, 4)", "tolerance": "1e-9", "block": "4",
        "samples": "8", "quick": "None", "quick_samples": "4", "largest": "256", "movable": "False",
        "derived": "None", "claims": "None", "witness": "()",
    }),
    "check": ("Check", {"": "'x'", " ": "measure", "  ": "means", "   ": "agreement"}),
}  # fmt: skip

_LEMMA_HEAD = """import sympy
from fractions import Fraction
from verifier.claims.proof import Proof
from verifier.claims.vocabulary import Condition, Quantity, Value
from verifier.claims.statement import Claim, Erratum, Form, Hypothesis, Kind, Source, Statement, Witness

r = sympy.Symbol("r", integer=True)

def prove(author):
    pass

"""
_CHECK_HEAD = """import numpy as np
import sympy
from fractions import Fraction
from verifier.quantities.check import Agreement, Check, Measure, Quantity, cells

def draw(shared, cells, width, samples, rng):
    scale = [float(width) ** -c["r"] for c in cells]
    return rng.standard_normal((samples, len(cells))) * np.array(scale)

def half(shared, cells, width, samples, rng):
    return 0.5 + rng.uniform(-1, 1, (samples, len(cells)))

def nothing(shared, cells, width, samples, rng):
    return np.zeros((samples, len(cells)))

"""

#: What no field of that kind should hold, as it is written in Python.
WRONG = (
    "None", "5", "-1", "0", "3.5", "float('nan')", "float('inf')", "10**400", "True", "''", "'a word'",
    "'two\\nlines'", "'\\x1b[8mhidden'", "'\\ud800'", "'\\u202edevorp'", "b'bytes'", "[]", "()", "{}", "[1, 2]",
    "('a', 3)", "{'a': 1}", "{1: 2}", "object()", "lambda: 0", "lambda *a, **k: 1 / 0", "lambda *a, **k: 'word'",
    "int", "sympy.Symbol('q')", "sympy.nan", "sympy.oo", "sympy.I", "sympy.Symbol('q') > 1", "1j", "Fraction(1, 3)",
    "range(3)", "{1, 2}", "(1, 2, 4, 8)", "[None]",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One field of one call, and what is written there instead."""

    file: str
    call: str
    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.call}.{self.field.strip() or f'part{len(self.field)}'}={self.value}"


def cases() -> Iterator[Case]:
    """Every field of every class with every wrong value."""
    for file, calls in (("lemmas/x.py", LEMMA_CALLS), ("checks/x.py", CHECK_CALLS)):
        for call, (_, fields) in calls.items():
            for field in fields:
                for value in WRONG:
                    yield Case(file, call, field, value)


def write(folder: Path, case: Case | None = None) -> None:
    """The project, with the one field of ``case`` replaced."""
    for file, head, calls in (("lemmas/x.py", _LEMMA_HEAD, LEMMA_CALLS), ("checks/x.py", _CHECK_HEAD, CHECK_CALLS)):
        text = head
        for call, (name, fields) in calls.items():
            given = dict(fields)
            if case is not None and (case.file, case.call) == (file, call):
                given[case.field] = case.value
            lines = "".join(f"    {f'{field}=' if field.strip() else ''}{value},\n" for field, value in given.items())
            text += f"{call} = {name}(\n{lines})\n"
        path = folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    forget(folder)


def forget(folder: Path) -> None:
    """Files are loaded once a process; here they change."""
    from verifier.sampling import draw

    draw._loaded.cache_clear()
    for name, module in list(sys.modules.items()):
        if name.startswith("_verifier_") and str(folder) in str(getattr(module, "__file__", "") or module.__path__):
            del sys.modules[name]
