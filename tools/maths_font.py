"""Makes the maths font of the report: a subset of STIX Two Math, compressed as WOFF2.

    python tools/maths_font.py STIXTwoMath-Regular.ttf

reads the font as released (github.com/stipub/stixfonts, SIL Open Font License 1.1, version 2.11 here) and writes
``verifier/report/fonts/maths.woff2``.  It keeps the characters below, the sizes that roots, brackets and sums grow to
(the MATH table with all that it reaches) and the shapes for indices; it drops hints for screens of old.  The licence
lies beside the font.  Needs ``fonttools[woff]``.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parents[1] / "verifier" / "report" / "fonts" / "maths.woff2"

#: The subset's own name: the released font's belongs to its makers.
NAME = "Verifier Math"

#: First and last characters of ranges, as Unicode numbers.
RANGES = (
    (0x20, 0x7E),  # ASCII
    (0x391, 0x3A9),  # Greek capitals
    (0x3B1, 0x3C9),  # Greek small letters
    (0x1D400, 0x1D433),  # bold Latin
    (0x1D434, 0x1D467),  # italic Latin: what a browser shows for a letter alone
    (0x1D49C, 0x1D4B5),  # script capitals
    (0x1D538, 0x1D550),  # double-struck capitals
    (0x1D6E2, 0x1D71B),  # italic Greek
)
#: Letters of these alphabets that stand elsewhere in Unicode, and variants of Greek letters.
LETTERS = "ℎℏℓ∂∇ℬℰℱℋℐℒℳℛℂℍℕℙℚℝℤ𝟙ϑϕϵϱϖ"
SIGNS = (
    "\u00a0±×·÷−∓∗∘∙⊕⊗⊙∈∉∋⊂⊆⊃⊇∪∩∅∖∧∨¬∀∃∞∝∑∏∐∫√≤≥≠≈≍≃≅∼≡≪≫≲≳→←↔↦⟶⇒⇐⇔⟹⊥⟂⊤∣∤∥‖⌊⌋⌈⌉⟨⟩…⋯⋮⋱†‡′″‴"
    "\u02c6\u02c7\u02d9\u02dc\u00a8\u00af\u203e\u0302\u0303\u0304\u0305\u0307\u0308\u20d7⏞⏟"
)


def characters() -> set[int]:
    """The Unicode numbers that the subset shall hold."""
    listed = {code for first, last in RANGES for code in range(first, last + 1)} | {ord(c) for c in LETTERS + SIGNS}
    return {code for code in listed if unicodedata.category(chr(code)) != "Cn"}  # ranges have holes


def main(source: Path) -> int:
    """Write the subset of the font at ``source``; 1 and the missing characters if it lacks some."""
    font = TTFont(source, recalcTimestamp=False)
    missing = sorted(characters() - set(font.getBestCmap()))
    if missing:
        print("missing:", " ".join(f"U+{code:04X}" for code in missing), file=sys.stderr)
        return 1
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["DSIG"]
    maker = subset.Subsetter(options)
    maker.populate(unicodes=characters())
    maker.subset(font)
    names = {1: NAME, 3: f"{NAME}, a subset of STIX Two Math 2.11", 4: NAME, 6: NAME.replace(" ", "")}
    for entry in font["name"].names:
        if entry.nameID in names:
            entry.string = names[entry.nameID]
    font.flavor = "woff2"
    TARGET.parent.mkdir(exist_ok=True)
    font.save(TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {len(font.getGlyphOrder())} glyphs")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
