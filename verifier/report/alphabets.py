"""Letters of the alphabets of mathematics as the characters they are, and which characters a formula shows.

MathML Core knows no ``mathvariant`` but ``normal``: a script K must be U+1D4A6 itself, and a letter that stands alone
is set in italics without being told.
"""

from __future__ import annotations

from xml.etree import ElementTree

#: Where an alphabet's A, a and 0 stand in Unicode; None where it has no such letters.
_STARTS: dict[str, tuple[int | None, int | None, int | None]] = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "italic": (0x1D434, 0x1D44E, None),
    "bold-italic": (0x1D468, 0x1D482, None),
    "script": (0x1D49C, 0x1D4B6, None),
    "fraktur": (0x1D504, 0x1D51E, None),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8),
}
#: Α and α of the alphabets that have Greek letters; capitals and small letters have the order of the Greek block.
_GREEK = {"bold": (0x1D6A8, 0x1D6C2), "italic": (0x1D6E2, 0x1D6FC), "bold-italic": (0x1D71C, 0x1D736)}
#: Letters that had places in Unicode before their alphabets did.
_ELSEWHERE = {
    0x1D455: "ℎ", 0x1D49D: "ℬ", 0x1D4A0: "ℰ", 0x1D4A1: "ℱ", 0x1D4A3: "ℋ", 0x1D4A4: "ℐ", 0x1D4A7: "ℒ", 0x1D4A8: "ℳ",
    0x1D4AD: "ℛ", 0x1D4BA: "ℯ", 0x1D4BC: "ℊ", 0x1D4C4: "ℴ", 0x1D506: "ℭ", 0x1D50B: "ℌ", 0x1D50C: "ℑ", 0x1D515: "ℜ",
    0x1D51D: "ℨ", 0x1D53A: "ℂ", 0x1D53F: "ℍ", 0x1D545: "ℕ", 0x1D547: "ℙ", 0x1D548: "ℚ", 0x1D549: "ℝ", 0x1D551: "ℤ",
}  # fmt: skip


def letter(plain: str, alphabet: str) -> str:
    """A letter or digit in an alphabet (``script``, ``bold``, …); as it was where the alphabet has none."""
    starts = (*_STARTS.get(alphabet, (None, None, None)), *_GREEK.get(alphabet, (None, None)))
    for start, ends in zip(starts, ("AZ", "az", "09", "ΑΩ", "αω"), strict=True):
        first, last = ends[0], ends[1]
        if start is not None and len(plain) == 1 and first <= plain <= last:
            code = start + ord(plain) - ord(first)
            return _ELSEWHERE.get(code, chr(code))
    return plain


def settle(element: ElementTree.Element) -> None:
    """Replace an element's alphabet by the letters it means; capital Greek letters stand upright, as in TeX."""
    alphabet = element.attrib.get("mathvariant", "normal")
    if alphabet != "normal":
        del element.attrib["mathvariant"]
        element.text = "".join(letter(c, alphabet) for c in element.text or "")
    elif element.tag == "mi" and len(element.text or "") == 1 and "Α" <= (element.text or "") <= "Ω":
        element.attrib["mathvariant"] = "normal"


def characters(formula: str) -> set[str]:
    """The characters that a browser shows for a formula in MathML."""
    found: set[str] = set()
    for element in ElementTree.fromstring(formula).iter():
        text = element.text or ""
        alone = element.tag.rpartition("}")[2] == "mi" and len(text) == 1 and "mathvariant" not in element.attrib
        found |= {letter(text, "italic")} if alone else set(text)
        found |= set(element.tail or "")
    return found - set(" \n")
