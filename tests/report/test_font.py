"""The maths font in the page: embedded, with what makes roots and braces grow and every character of a formula."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from verifier.claims import symbols  # noqa: F401  (how all symbols are printed)
from verifier.claims.notation import NOTATIONS
from verifier.report.alphabets import characters, letter
from verifier.report.html import formula, render
from verifier.report.mathtext import _SIGNS, latex, mathml

ttLib = pytest.importorskip("fontTools.ttLib", reason="fontTools reads the font; it comes with the test extra")

FONT = Path(str(files("verifier.report"))) / "fonts" / "maths.woff2"
EXAMPLE = Path(__file__).parents[2] / "docs" / "example" / "report.html"


@pytest.fixture(scope="module")
def font() -> Any:
    return ttLib.TTFont(FONT)


@pytest.fixture(scope="module")
def known(font: Any) -> set[str]:
    return {chr(code) for code in font.getBestCmap()}


def missing(page: str, known: set[str]) -> dict[str, str]:
    """Characters of the page's formulas that the font lacks, each with a formula that shows it."""
    formulas = re.findall(r"<math.*?</math>", page, flags=re.S)
    return {c: text for text in formulas for c in characters(re.sub("&nbsp;", "\u00a0", text)) - known}


def test_the_page_carries_the_font(toy_document: dict[str, Any]) -> None:
    page = render(toy_document)
    (data,) = re.findall(r"url\(\"data:font/woff2;base64,([^\"]+)\"\)", page)
    assert base64.b64decode(data) == FONT.read_bytes()
    assert re.search(r'math \{ font-family: "Verifier Math"', page)


def test_small_with_its_licence(font: Any) -> None:
    assert FONT.stat().st_size < 60_000
    assert "SIL OPEN FONT LICENSE" in (FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    names = {entry.nameID: entry.toUnicode() for entry in font["name"].names}
    assert names[1] == "Verifier Math"  # not the name of the font that it is a part of
    assert "STIX Fonts Project Authors" in names[0]
    assert "SIL Open Font License" in names[13]


@pytest.mark.parametrize("sign", "√(){}[]|⟨⟩⌊⌋")
def test_roots_and_brackets_grow(font: Any, sign: str) -> None:
    variants = font["MATH"].table.MathVariants
    glyph = font.getBestCmap()[ord(sign)]
    place = variants.VertGlyphCoverage.glyphs.index(glyph)
    built = variants.VertGlyphConstruction[place]
    assert built.VariantCount >= 3 or built.GlyphAssembly is not None
    held = set(font.getGlyphOrder())
    assert {record.VariantGlyph for record in built.MathGlyphVariantRecord} <= held
    if sign not in "⟨⟩":  # these are drawn in sizes; the others grow without end
        assert {part.glyph for part in built.GlyphAssembly.PartRecords} <= held


def test_every_character_of_the_formulas_is_in_it(shipped: dict[str, Any], known: set[str]) -> None:
    page = render(shipped)
    assert page.count("<math") > 200
    assert missing(page, known) == {}
    assert missing(EXAMPLE.read_text(encoding="utf-8"), known) == {}


def test_a_missing_character_is_found(known: set[str]) -> None:
    page = f"<p>{formula('K')}{formula(chr(0x2135))}</p>"
    assert set(missing(page, known)) == {"ℵ"}
    assert set(missing(f"<p>{formula('K')}</p>", known - {"𝐾"})) == {"𝐾"}


def test_all_signs_and_notation_are_in_it(known: set[str]) -> None:
    numbered = [entry.latex.format_map(defaultdict(lambda: "1")) for entry in NOTATIONS.values()]
    sources = [latex(sign) for sign in _SIGNS] + numbered
    shown = [mathml(source) for source in sources if not source.endswith(("_", "^"))]
    found = [text for text in shown if text is not None]
    assert len(found) > 100
    assert missing("".join(found), known) == {}


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"\mathcal K", "𝒦"), (r"\mathcal B", "ℬ"), (r"\mathbb E", "𝔼"), (r"\mathbb R", "ℝ"), (r"\mathbb 1", "𝟙"),
        (r"\mathbf x", "𝐱"), ("x", "𝑥"), ("h", "ℎ"), (r"\theta", "𝜃"), (r"\Sigma", "Σ"), (r"\mathrm{same}", "m"),
    ],
)  # fmt: skip
def test_alphabets_are_letters(source: str, shown: str) -> None:
    found = mathml(source)
    assert found is not None
    assert not re.search(r'mathvariant="(?!normal)', found)  # browsers know no other
    assert shown in characters(found)


def test_what_an_alphabet_lacks_stays() -> None:
    assert letter("+", "script") == "+"
    assert letter("1", "script") == "1"
    assert letter("K", "unheard-of") == "K"
