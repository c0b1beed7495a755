"""Formulas for a page of any width: broken where lines may break, and never wider than what they stand in.

A browser breaks no line inside a MathML formula, so a long one is several: each begins at a relation, a sum's sign or
after a comma.  Each piece that is long still carries its width in ems, as estimated here, and the style sheet shrinks
it where the page is narrower (``--w``).
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from functools import lru_cache
from xml.etree import ElementTree

from verifier.report.mathtext import mathml

Element = ElementTree.Element

#: Signs before which a line may break always, and those before which it may in a long formula.
RELATIONS = frozenset("=∼~≍≈≠<>≤≥→∈⟂⊥∝⇒")
SIGNS = frozenset("+−-")
#: Width of what stands before, in ems, from which a line may break before a relation, before a sign, and after a factor
#: in brackets; and the width from which a piece carries it.
RELATES, BREAKS, FACTORS, CARRIES = 3.2, 12.0, 7.0, 9.0
PAUSES = (",", ";", ":")
#: How much wider than estimated a piece may be, at most.
SPARE = 1.12
_SCRIPT = 0.72


@lru_cache(maxsize=4096)
def fitted(latex: str) -> str | None:
    """LaTeX as HTML whose pieces of MathML fit into narrow places; None if it cannot be read."""
    found = mathml(latex)
    if found is None:
        return None
    parts = _flat(ElementTree.fromstring(found))
    shown = ""
    for piece in _pieces(parts):
        shown += _piece(piece) + (" " if (piece[-1].text or "") in (",", ";", ":") else "<wbr>")
    return shown.removesuffix("<wbr>").rstrip()


def of(latex: str) -> str:
    """The same; as code where the library cannot read it."""
    found = fitted(latex)
    return found if found is not None else f"<code>{html.escape(latex)}</code>"


def _flat(root: Element) -> list[Element]:
    """The elements of a formula side by side, without rows that only group the whole."""
    parts = list(root)
    while len(parts) == 1 and parts[0].tag == "mrow":
        parts = list(parts[0])
    return [inner for part in parts for inner in _opened(part)]


def _opened(part: Element) -> Iterator[Element]:
    """A row without brackets that stretch is opened: what stands in it stands side by side all the same."""
    if part.tag == "mrow" and not any(inner.get("stretchy") for inner in part):
        for inner in part:
            yield from _opened(inner)
    else:
        yield part


def _pieces(parts: Sequence[Element]) -> Iterator[list[Element]]:
    """The elements in groups between which a line may break; inside of brackets only where they are long."""
    found: list[Element] = []
    depth = 0
    for number, part in enumerate(parts):
        text, closed = (part.text or "") if part.tag == "mo" else "", _base(part)
        factor = part.tag == "mrow" and bool(found) and found[-1].tag != "mo"
        says = part.tag == "mtext" and bool((part.text or "").strip()) and not _hangs(part)
        depth += (closed in ("(", "[", "{", "⟨")) - (closed in (")", "]", "}", "⟩"))
        wide = sum(map(width, found))
        before = found and (
            (text in RELATIONS and wide > (BREAKS if depth else RELATES))
            or (text in SIGNS and not _is_sign(found) and wide > BREAKS)
            or (factor and wide > BREAKS)
            or says
        )
        if before:
            if text:
                part.set("form", "infix")
            yield found
            found = []
        found.append(part)
        follows = parts[number + 1] if number + 1 < len(parts) else None
        after = (
            (text in PAUSES and (not depth or wide > BREAKS))
            or (closed in (")", "]", "}", "⟩") and not depth and wide > FACTORS)
            or part.tag == "mtext"
        )
        if after and follows is not None and not _hangs(follows):
            yield found
            found = []
    if found:
        yield found


def _base(part: Element) -> str:
    """The sign that an element is, or that carries its indices."""
    while part.tag in ("msub", "msup", "msubsup") and len(part):
        part = part[0]
    return (part.text or "") if part.tag == "mo" else ""


def _hangs(part: Element) -> bool:
    """Whether no line begins with an element: a comma, a space or another closing bracket."""
    text = (part.text or "").strip()
    return (part.tag == "mtext" and not text) or text.startswith(PAUSES) or _base(part) in (")", "]", "}", "⟩", "!")


def _is_sign(before: Sequence[Element]) -> bool:
    """Whether a plus or minus after these is a number's own sign."""
    return before[-1].tag == "mo" and before[-1].text not in (")", "]", "}", "⟩", "!")


def _piece(parts: Sequence[Element]) -> str:
    math = Element("math")
    math.set("displaystyle", "true")
    row = ElementTree.SubElement(math, "mrow")
    row.extend(parts)
    wide = width(row) * SPARE
    if wide > CARRIES:
        math.set("style", f"--w:{wide:.1f}")
    return ElementTree.tostring(math, encoding="unicode")


def width(element: Element) -> float:
    """About how wide an element of MathML is, in ems of the maths font, in display style."""
    parts = [width(inner) for inner in element]
    tag, text = element.tag, element.text or ""
    if tag == "mi":
        return _letter(text) if len(text) == 1 else 0.52 * len(text)
    if tag == "mn":
        return 0.5 * len(text)
    if tag == "mo":
        return _sign(text, element)
    if tag == "mtext":
        return 0.5 * len(text)
    if tag == "mspace":
        given = element.get("width", "0")
        return float(given.removesuffix("em")) if given.endswith("em") else 0.0
    if tag in ("msub", "msup", "msubsup"):
        return parts[0] + _SCRIPT * max(parts[1:], default=0.0) + 0.06
    if tag in ("munder", "mover", "munderover"):
        return max(parts[0], *(_SCRIPT * part for part in parts[1:]))
    if tag == "mfrac":
        return max(parts) + 0.25
    if tag == "msqrt":
        return sum(parts) + 0.95
    if tag == "mtable":
        rows = [[width(cell) for cell in row] for row in element]
        return sum(max(column) + 0.8 for column in zip(*rows, strict=False)) if rows else 0.0
    return sum(parts)


def _letter(text: str) -> float:
    if text.isupper() or text in "mwM":
        return 0.78
    return 0.38 if text in "ijlftr′" else 0.56


def _sign(text: str, element: Element) -> float:
    if text in RELATIONS or text in ("⟶", "↦"):
        return 1.25
    if text in ("+", "−", "-", "·", "×", "⋅", "⊗"):
        return 0.8 if text == "·" or text == "⋅" else 1.1
    if text in ("∑", "∏", "∫"):
        return 1.5
    if text in (",", ";"):
        return 0.45
    if text in "()[]{}|⟨⟩⌊⌋‖":
        return 0.6 if element.get("stretchy") else 0.36
    return 0.5 if len(text) < 2 else 0.55 * len(text) + 0.2
