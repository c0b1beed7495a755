"""What a claim says, for readers: the sentence printed from its proposition, with the author's words beside it.

>>> from lemmas.lemma4 import statement
>>> wording(statement.claims[0], statement.hypotheses).text[:30]
'K^(r) = r! Σ_(α_1+…+α_H=r, α<='
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from verifier.claims.compile import compiled, declared
from verifier.claims.expressions import CannotCompile
from verifier.claims.notation import latex, ranges, text
from verifier.claims.statement import Claim, Hypothesis

#: formulas longer than this are not typeset
LONGEST = 700


@dataclass(frozen=True)
class Wording:
    """A claim in words: ``text`` is what it says and for which range, ``premises`` what is granted of the widths and by
    each hypothesis, printed from the proposition that it is; ``gloss`` is what its author adds, and why samples
    are held against a number that is no part of it.

    ``latex`` is the sentence without its range, which is ``range_latex``.
    Of a claim that has no proposition ``text`` is what its author says, and ``printed`` is False.
    """

    text: str
    latex: str
    gloss: str = ""
    premises: tuple[tuple[str, str], ...] = ()
    printed: bool = False
    range_latex: str = ""


def wording(claim: Claim, hypotheses: Iterable[Hypothesis]) -> Wording:
    """How ``claim`` is told: printed from its proposition where it has one."""
    try:
        found = compiled(claim, {h.id: h for h in hypotheses})
    except CannotCompile:
        return Wording(claim.text, claim.latex)
    said, formula = text(found.conclusion), latex(found.conclusion)
    where = ranges(found.ranges)
    where_latex = ranges(found.ranges, as_latex=True)
    whole = f"{said}, for {where}" if where else said
    given: dict[str, list[str]] = {}
    if found.widths:
        given["widths"] = [text(premise, premise=True) for premise in found.widths]
    for name, premise in found.hypotheses:
        given.setdefault(name, []).append(text(premise, premise=True))
    premises = tuple((name, ", ".join(parts)) for name, parts in given.items())
    apart = declared(claim).apart
    gloss = "; ".join(part for part in (claim.text, f"of the samples: {apart}" if apart else "") if part)
    typeset = len(formula) <= LONGEST
    return Wording(whole, formula if typeset else "", gloss, premises, True, where_latex if typeset else "")
