"""The kinds of claims about samples, and what each takes.  Nothing heavy is imported: ``--help`` lists them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KindOf:
    """What a kind of claim expects (None: nothing), whether it needs four widths, and whether it takes means."""

    expects: str | None
    widths: bool
    means: bool = False


#: The kinds of claims, by name.
KINDS: dict[str, KindOf] = {
    "order": KindOf("the exponent p of X ~ n^p", True, means=True),
    "upper": KindOf("the exponent p of X = O(n^p)", True),
    "to-zero": KindOf(None, True),
    "constant": KindOf(None, True),
    "variance": KindOf("the exponent v of Var X ~ n^v", True),
    "limit": KindOf("the limit of E X", True),
    "zero": KindOf(None, False),
    "mean-zero": KindOf(None, False, means=True),
    "symmetric": KindOf(None, False),
    "atom": KindOf("P(X = 0)", False),
    "polynomial": KindOf("E X as an expression in n, as in 3 + 2/n", False, means=True),
    "mean-order": KindOf("the exponent p of E X ~ n^p", True, means=True),
    "variance-order": KindOf("the exponent p of the second moment Var X ~ n^p, rare values included", True),
    "kappa4-order": KindOf("the exponent p of the fourth cumulant of X ~ n^p", True),
    "remainder": KindOf("a term and its remainder, as in 3/n + O(n^-2)", True),
    "two-widths": KindOf("the exponents p,q of X ~ n^p m^q", True),
}

#: Kinds that are about |X| only.
SIZES = ("order", "upper", "to-zero")
