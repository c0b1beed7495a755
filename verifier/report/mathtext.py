"""Formulas in plain text: where they are, how they read in LaTeX and in MathML.

Statements are written as people type them, ``n^{k-1} T^{l,d} has a limit only if d_k = d``.  :func:`tokens`
splits such a sentence into words and pieces of formulas, which every renderer shows in its own way.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from xml.etree import ElementTree

from verifier.report.allowed import allowed
from verifier.report.alphabets import settle

PRIME = "\u2032"
_NAMES = "min|max|sgn|log|exp|cos|erf|tanh|lim|Cov|Var|sup|inf|tr|Lambda|Sigma|Theta"
_SIGNS = {
    "<=": r"\le ", ">=": r"\ge ", "!=": r"\ne ", "->": r"\to ", "~": r"\sim ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ",
    "→": r"\to ", "⇒": r"\Rightarrow ", "·": r"\cdot ", "×": r"\times ", "…": r"\dots ", "⟨": r"\langle ",
    "⟩": r"\rangle ", "⊗": r"\otimes ", "∇": r"\nabla ", "∂": r"\partial ", "∞": r"\infty ", "∈": r"\in ",
    "⟂": r"\perp ", "√": r"\surd ", "Π": r"\prod ", "Σ": r"\Sigma ", "Θ": r"\Theta ", "Λ": r"\Lambda ", "Γ": r"\Gamma ",
    "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ", "δ": r"\delta ", "ε": r"\varepsilon ", "θ": r"\theta ",
    "λ": r"\lambda ", "μ": r"\mu ", "π": r"\pi ", "ρ": r"\rho ", "σ": r"\sigma ", "τ": r"\tau ", "φ": r"\varphi ",
    "ω": r"\omega ", "Ω": r"\Omega ", "Δ": r"\Delta ", "Φ": r"\Phi ", "Ξ": r"\Xi ", "η": r"\eta ", "κ": r"\kappa ",
    "ℓ": r"\ell ", "±": r"\pm ", "−": "-", "⌊": r"\lfloor ", "⌋": r"\rfloor ", "∘": r"\circ ", "≈": r"\approx ",
    "∫": r"\int ", "⊙": r"\odot ", "½": r"\tfrac{1}{2}", "′": "'", "∧": r"\wedge ", "∪": r"\cup ", "ξ": r"\xi ",
    "ψ": r"\psi ", "χ": r"\chi ", "ζ": r"\zeta ", "ν": r"\nu ", "Ψ": r"\Psi ", "∑": r"\sum ", "∏": r"\prod ",
}  # fmt: skip
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_ALLOWED = re.compile(
    r"[A-Za-z0-9\s_^{}()\[\],;.'|/+\-*=<>!:²³¹⁰⁴-⁹⁻ᵀ\u0307"
    + re.escape("".join(c for c in _SIGNS if len(c) == 1))
    + r"]+\Z"
)
_RELATION = re.compile(r"<=|>=|!=|->|[~≤≥≠→⇒=<>±·×/+∈⟂≈]\Z|[-−]\Z")
_TRAILING = ".,;:"


@dataclass(frozen=True)
class Token:
    """A word, or a piece of a formula; ``glue`` is the white space before it."""

    text: str
    math: bool
    glue: str = ""
    mark: str = ""  # "del" or "ins", where two texts are compared


def tokens(text: str) -> list[Token]:
    """``text`` in words and formula pieces; joined with their glue they give the text back."""
    return list(_tokens(text))


@lru_cache(maxsize=8192)
def _tokens(text: str) -> tuple[Token, ...]:
    found: list[Token] = []
    for glue, word in _words(text):
        core = word.rstrip(_TRAILING) if not word.endswith("…") else word
        tail = word[len(core) :]
        opening = "(" if core.startswith("(") and core.count("(") > core.count(")") else ""
        core = core[len(opening) :]
        closing = ")" if core.endswith(")") and core.count(")") > core.count("(") else ""
        core = core[: len(core) - len(closing)]
        if opening:
            found.append(Token(opening, False, glue))
            glue = ""
        if core:
            found.append(Token(core, _is_math(core), glue))
            glue = ""
        if closing + tail:
            found.append(Token(closing + tail, False, glue))
    return tuple(_with_neighbours(found))


def _words(text: str) -> list[tuple[str, str]]:
    """(white space, word) pairs; braces, and parentheses or brackets that belong to a formula, hold a word together."""
    pieces = re.findall(r"(\s*)(\S+)", text)
    found: list[tuple[str, str]] = []
    for glue, word in pieces:
        if found:
            before = found[-1][1]
            open_brace = before.count("{") > before.count("}")
            applied = re.search(r"(?:[A-Za-zΑ-ω}\])]|\^)[(\[][^)\]\s]*(?:[,;=~+\-·|<>]|\s)*[^)\]]*\Z", before)
            open_call = applied is not None and re.search(r"[_^=~⟨|]|\A\W*(?:[A-Za-zΑ-ω]|min|max|sgn)[(\[]", before)
            open_angle = before.count("⟨") > before.count("⟩")
            if open_brace or open_angle or (open_call and _balance(before) > 0 and len(before) < 80):
                found[-1] = found[-1][0], f"{before}{glue}{word}"
                continue
        found.append((glue, word))
    return found


def _balance(word: str) -> int:
    return word.count("(") + word.count("[") - word.count(")") - word.count("]")


def _is_math(word: str) -> bool:
    """Whether a word is a piece of a formula by itself."""
    if not _ALLOWED.match(word) or word.count("{") != word.count("}"):
        return False
    if re.fullmatch(r"\w+'s\w*|\(?[\d.,%:]+\)?", word):
        return False
    if re.fullmatch(r"[a-zA-Z][-+]\d", word):
        return True
    if re.search(r"[A-Za-z]\.[A-Za-z]|\A-(?!⌊)|--|[A-Za-z]-[A-Za-z]{2}", word):
        return bool(re.fullmatch(r"-[A-Za-z](?:[_^]\w+|\{[^}]*\})*", word))
    bare = re.sub(rf"(?:\b|(?<=_))(?:{_NAMES})\b", "", word)
    bare = re.sub(r"\A([A-Z])_[a-z]{3,}(?=\^|\Z)", r"\1", bare)
    bare = re.sub(r"[_^]\{[^}]*\}|[_^]\([^)]*\)|[_^](?:[a-z]{2}\b|\w'?)", "", bare)
    runs = re.findall(r"[A-Za-z]+", bare)
    if any(len(run) > 1 and not run.isupper() and not re.fullmatch(r"n[A-Z]", run) for run in runs):
        return False
    if any(len(run) > 2 for run in runs):
        return False
    if re.fullmatch(r"[A-Z]\d+|[aAI]|[A-Z]{2}|[()\[\],;.:'|/+\-*!]+|…", word):
        return False
    return bool(re.search(r"[_^=~≤≥≠<>→⟂⟨⟩∇∂·⊗√∞²³⁴-⁹ᵀΑ-ω()\[\]'/+]|\A[A-Za-z]\Z", word))


def _with_neighbours(found: list[Token]) -> list[Token]:
    """Numbers, products such as HL and signs are formula pieces where they stand beside one."""
    for _ in range(2):
        for k, token in enumerate(found):
            if token.math or not re.fullmatch(r"\d*[A-Z]{1,2}|[()]|-?[.\d]+(?:/\d+)?|[-+/…]|-?[a-zA-Z]", token.text):
                continue
            if token.text in ("a", "A", "I") and not (k + 1 < len(found) and _RELATION.match(found[k + 1].text)):
                continue
            if token.text in "-+" and k and k + 1 < len(found) and _between(found[k - 1], found[k + 1]):
                found[k] = replace(token, math=True)
                continue
            before = found[k - 1].text if k else ""
            after = found[k + 1].text if k + 1 < len(found) else ""
            if (
                (_RELATION.match(before) and found[k - 1].math)
                or (_RELATION.match(after) and found[k + 1].math)
                or (token.text in "()-+/…" and k and found[k - 1].math and k + 1 < len(found) and found[k + 1].math)
            ):
                found[k] = replace(token, math=True)
    return _closed(found)


def _between(before: Token, after: Token) -> bool:
    """Whether a sign between two words subtracts or adds: one is a formula, the other one too, or a number."""

    def fits(token: Token) -> bool:
        return token.math or bool(re.fullmatch(r"[.\d]+|[()]", token.text))

    return (before.math or after.math) and fits(before) and fits(after)


def _closed(found: list[Token]) -> list[Token]:
    """Parentheses that a formula opens or closes without the other one belong to the sentence."""
    start = 0
    for k in range(len(found) + 1):
        if k < len(found) and found[k].math:
            continue
        open_: list[int] = []
        loose: list[int] = []
        for i in range(start, k):
            for letter in found[i].text:
                if letter == "(":
                    open_.append(i)
                elif letter == ")" and open_:
                    open_.pop()
                elif letter == ")":
                    loose.append(i)
        for i in (*open_, *loose):
            if found[i].text in "()":
                found[i] = replace(found[i], math=False)
        start = k + 1
    return found


def compared(before: str, after: str) -> tuple[list[Token], list[Token]]:
    """The tokens of two texts, those that are in one only marked "del" and "ins"."""
    from difflib import SequenceMatcher

    old, new = tokens(before), tokens(after)
    matcher = SequenceMatcher(None, [t.text for t in old], [t.text for t in new], autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "equal":
            old[i1:i2] = [replace(t, mark="del") for t in old[i1:i2]]
            new[j1:j2] = [replace(t, mark="ins") for t in new[j1:j2]]
    return old, new


@lru_cache(maxsize=8192)
def similarity(first: str, second: str) -> float:
    """How much of two texts is the same, from 0 to 1."""
    from difflib import SequenceMatcher

    old, new = ([t.text for t in tokens(text)] for text in (first, second))
    return SequenceMatcher(None, old, new, autojunk=False).ratio()


def runs(found: Sequence[Token]) -> list[Token]:
    """Neighbouring tokens of one kind and mark as one."""
    merged: list[Token] = []
    for token in found:
        last = merged[-1] if merged else None
        if last and last.math == token.math and last.mark == token.mark:
            merged[-1] = replace(last, text=f"{last.text}{token.glue}{token.text}")
        else:
            merged.append(token)
    return merged


#: A longer formula in a sentence is set in pieces, so that a line can end between them.
UNBROKEN = 24


def _lines(merged: Sequence[Token], found: Sequence[Token]) -> list[Token]:
    """The runs, long formulas among them in their tokens where these have all their brackets."""
    parts: list[Token] = []
    rest = list(found)
    for run in merged:
        own: list[Token] = []
        while sum(len(t.glue) + len(t.text) for t in own) - (len(own[0].glue) if own else 0) < len(run.text):
            own.append(rest.pop(0))
        whole = all(_balance(token.text) == 0 and token.text.count("⟨") == token.text.count("⟩") for token in own)
        parts += own if run.math and len(run.text) > UNBROKEN and whole else [run]
    return parts


@lru_cache(maxsize=4096)
def latex(piece: str) -> str:
    """A formula piece in LaTeX."""
    text = re.sub(r"[²³¹⁰⁴-⁹⁻]+", lambda m: "^{" + _superscript(m.group()) + "}", piece)
    text = re.sub("(.)\u0307", r"\\dot{\1}", text).replace("ᵀ", "{}^{T}").replace("Σ_", r"\sum _")
    text = text.replace("..", r"\dots ")
    text = re.sub(r"([_^])\(([^()]*)\)", r"\1{(\2)}", text)
    text = re.sub(r"(?<![A-Za-z])([A-Z])_([a-z]{3,})", r"\1_{\\text{\2}}", text)
    text = re.sub(r"([_^])(-?\d+|[a-z]{2}(?![A-Za-z])|[A-Za-z]')", r"\1{\2}", text)
    text = re.sub(r"√E ([A-Za-z](?:\^\{\d+\})?)(?![\w(])", r"\\sqrt{E \1}", text)
    text = re.sub(r"√(\w|\([^()]*\))", lambda m: r"\sqrt{" + m.group(1).strip("()") + "}", text)
    text = re.sub(rf"_({_NAMES})(?![A-Za-z])", r"_{\1}", text)
    text = re.sub(rf"(?<![A-Za-z\\])({_NAMES})(?![A-Za-z])", lambda m: _function(m.group(1)), text)
    for sign in ("<=", ">=", "!=", "->"):
        text = text.replace(sign, _SIGNS[sign])
    text = "".join(_SIGNS.get(letter, letter) for letter in text)
    return re.sub(r"\*", r"\\cdot ", text).replace("%", r"\%").replace("#", r"\#")


def _superscript(text: str) -> str:
    plain = {"²": "2", "³": "3", "¹": "1"}
    return "".join(plain.get(c, c) for c in text).translate(_POWERS)


def _function(name: str) -> str:
    return (
        rf"\{name} "
        if name
        in (
            "min",
            "max",
            "log",
            "exp",
            "cos",
            "lim",
            "tanh",
            "sup",
            "inf",
            "Lambda",
            "Sigma",
            "Theta",
        )
        else (r"\operatorname{" + name + "}")
    )


@lru_cache(maxsize=4096)
def mathml(source: str, display: str = "inline") -> str | None:
    """LaTeX as a MathML element, for readers that see it and those that hear it; None if it cannot be read."""
    from latex2mathml.converter import convert

    if not allowed(source):
        return None
    try:
        found = str(convert(source, display=display))
    except Exception:  # the library raises errors of many kinds for what it cannot read
        return None
    if "\\" in re.sub(r"<[^>]*>", "", found):
        return None
    found = found.replace("<mi>&#x0007E;</mi>", "<mo>&#x0223C;</mo>")  # the library takes \\sim for a letter
    root = ElementTree.fromstring(found.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "", 1))
    for element in list(root.iter()):
        settle(element)
        _mend(element)
    return ElementTree.tostring(root, encoding="unicode")


def _mend(element: ElementTree.Element) -> None:
    """Names of functions are no operators with space around; primes are raised already, so are no superscripts."""
    if element.tag == "mo" and re.fullmatch(r"[a-z]{2,}", element.text or "") and "movablelimits" not in element.attrib:
        element.tag = "mi"
    if element.tag == "mo" and element.text == "|":  # of a size or a norm, not "divides"
        element.attrib |= {"lspace": "0", "rspace": "0"}
    if element.tag == "mo" and element.text == "∞":
        element.tag = "mi"
    place = {"msup": 1, "msubsup": 2}.get(element.tag)
    if place is None or len(element) <= place:
        return
    upper = element[place]
    marks = [upper] if upper.tag == "mi" else list(upper) if upper.tag == "mrow" else []
    primes = 0
    while primes < len(marks) and marks[primes].tag in ("mi", "mo") and set(marks[primes].text or "") == {PRIME}:
        primes += 1
    if not primes:
        return
    raised = "".join(mark.text or "" for mark in marks[:primes])
    base, tail = ElementTree.Element("mrow"), element.tail
    base.append(element[0])
    ElementTree.SubElement(base, "mo", {"lspace": "0", "rspace": "0"}).text = raised
    rest, below = marks[primes:], [element[1]] if place == 2 else []
    element.clear()
    element.tail = tail
    over = [_row(rest)] if rest else []
    element.tag = {(0, 0): "mrow", (1, 0): "msub", (0, 1): "msup", (1, 1): "msubsup"}[len(below), len(over)]
    element.extend([base, *below, *over])


def _row(parts: Sequence[ElementTree.Element]) -> ElementTree.Element:
    if len(parts) == 1:
        return parts[0]
    row = ElementTree.Element("mrow")
    row.extend(parts)
    return row


def marked(found: Sequence[Token]) -> str:
    """Tokens as they were typed, in HTML, differences as <del> and <ins>."""
    parts: list[str] = []
    for mark, group in groupby(found, key=lambda token: token.mark):
        members = list(group)
        body = html.escape("".join(token.glue + token.text for token in members), quote=False)
        inner = body.lstrip()
        space = body[: len(body) - len(inner)]
        parts.append(f"{space}<{mark}>{inner}</{mark}>" if mark else body)
    return "".join(parts)


def to_html(found: Sequence[Token]) -> str:
    """Tokens as HTML with MathML, differences as <del> and <ins>."""
    parts: list[str] = []
    for run in _lines(runs(found), found):
        shown = mathml(latex(run.text)) if run.math else None
        plain = re.sub(r"(?<![\w^_{])-(?=[.\d])", "\u2212", run.text)
        stop = ""
        if parts and not run.math and not run.glue and not run.mark and parts[-1].endswith("</math>"):
            stop = plain[: len(plain) - len(plain.lstrip(".,;:!?)"))]
        if stop:  # a line ends after a formula's punctuation, not before it
            space, formula = (" ", parts[-1][1:]) if parts[-1].startswith(" ") else ("", parts[-1])
            parts[-1] = f'{space}<span class="nobr">{formula}{stop}</span>'
        body = shown if shown is not None else html.escape(plain[len(stop) :], quote=False)
        body = f"<{run.mark}>{body}</{run.mark}>" if run.mark else body
        parts.append((" " if run.glue else "") + body)
    return "".join(parts)
