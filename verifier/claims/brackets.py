"""Where a template sets its arguments apart, and where an argument needs brackets of its own."""

from __future__ import annotations

import re
from functools import cache
from string import Formatter


def outside(shown: str) -> str:
    """What of a text stands outside of all brackets."""
    depth, out = 0, []
    for letter in shown:
        depth += letter in "([{⟨⌊"
        if not depth:
            out.append(letter)
        depth -= letter in ")]}⟩⌋"
    return "".join(out)


#: what ends before, or begins after, an argument that needs no brackets there
_OPENS = re.compile(r"([(\[{⟨|⌊]|, |→|=|~|<=|\\to|\\sim|\\ne|\\le|\b(and|of|covariance|on|is))[ :}]*$|^$")
_CLOSES = re.compile(r"[)\]}⟩|,:]|[ \\]*(→|=|~|<=|≠|>|to|sim|ne|le|asymp|is|are|has|and|text)|$")


@cache
def bare(template: str) -> dict[str, str]:
    """The arguments that a template does not set apart: those that are ``raised``, and those ``beside`` other signs.

    Brackets set an argument apart, and so does a relation, as in ``{X} → {c}``.
    """
    found: dict[str, str] = {}
    before = ""
    last: tuple[str, str] | None = None  # an argument and the text before it, until what follows is known
    for literal, name, _, _ in [*Formatter().parse(template), ("", None, None, None)]:
        before += literal
        if last and (name or not literal):
            found |= _side(*last, before)
            last = None
        if name:
            last, before = (name, before), ""
    return found


def _side(name: str, before: str, after: str) -> dict[str, str]:
    if before[-1:] in ("^", "_"):
        return {name: "raised"}
    return {} if _OPENS.search(before) and _CLOSES.match(after) else {name: "beside"}
