"""The words of claims: variables, quantities, values and conditions, each with its counterpart in the kernel.

>>> K = Quantity("K", "phi m H L r x y z w", "r", shown="K^({r})", latex=r"\\mathcal K^{{({r})}}")
>>> r = sympy.Symbol("r", integer=True)
>>> K(r).declaration.symbol
'K'

A project declares its own; what has no counterpart in the kernel (``symbol=""``) can be measured, never proved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy

from verifier.claims.statement import Hypothesis, Witness
from verifier.inputs.fields import Line, Text, checked
from verifier.kernel.core.sorts import Sort
from verifier.kernel.core.terms import Term, Var

#: the variables of the theory by name; other integer symbols are ``int``, other real ones ``const``
SORTS: dict[str, Sort] = {
    "phi": "act", "omega": "mode", "x": "input", "y": "input", "zi": "input", "wi": "input", "xp": "input",
    "yp": "input", "zp": "input", "wp": "input", "z": "const", "w": "const", "ls": "seq", "es": "seq",
    "X": "rand", "Y": "lim",
}  # fmt: skip
_INTEGERS = "m n H L r d e k l u v i j n_e n_o"
SORTS |= dict.fromkeys(_INTEGERS.split(), "int")

#: parameters of cells that say where inputs lie; in the kernel the inputs themselves are variables
CELL_ONLY = {"angle", "z_angle", "distance"}

Env = Mapping[str, Term]
Says = Callable[[Env, Term | None, Term | None], Term]


def variable(name: str, integer: bool = False) -> Var:
    """The kernel's variable of this name."""
    return Var(name, SORTS.get(name, "int" if integer else "const"))


class _Word(sympy.Function):
    """A SymPy function that carries its declaration."""

    declaration: Any = None

    @classmethod
    def eval(cls, *arguments: Any) -> Any:
        return None


@checked
@dataclass(frozen=True)
class Quantity:
    """A quantity that claims speak of.

    ``takes`` lists the arguments of its kernel symbol by name, ``arguments`` those that are written in SymPy.
    ``derived`` gives the parameters of cells that are functions of others (``l_k``, the last of ``ls``);
    a flag, 0 or 1, is the proposition that it stands for.
    ``term`` makes its term where that is no symbol at ``takes``, from the variables by name; kinds say the same of it.
    ``says`` replaces what the kind says by default; it gets the variables, the exponent and the value.
    It must use the exponent and the value of the claim, which samples are compared with; ``apart`` is the reason where
    they are compared with a number that is no part of what is proved.
    ``widths`` are the premises on the mode: pairs of a predicate and a variable's name.  ``ranges`` are those of
    variables that only the kernel sees, such as the two units of an entry.
    """

    name: Line
    takes: Text
    arguments: Text
    symbol: Text | None = None  # by default the name; "" where the kernel has none
    shown: Text = ""
    latex: Text = ""
    derived: Mapping[str, Callable[[Env], Term]] = field(default_factory=dict)
    says: Says | None = None
    apart: Text = ""
    widths: tuple[tuple[Line, Text], ...] = (("scaled", "L"),)
    ranges: Callable[[Env], Sequence[Term]] | None = None
    term: Callable[[Env], Term] | None = None

    @property
    def head(self) -> str:
        """The kernel's symbol."""
        return self.name if self.symbol is None else self.symbol

    def __call__(self, *arguments: Any) -> sympy.Basic:
        """The quantity at arguments, as SymPy."""
        return self.word(*arguments)

    @property
    def word(self) -> Any:
        """The SymPy function, one object a declaration."""
        if "_word" not in self.__dict__:
            object.__setattr__(self, "_word", type(self.name, (_Word,), {"declaration": self}))
        return self.__dict__["_word"]


@checked
@dataclass(frozen=True)
class Value:
    """A number or a kernel of the limit, as a function: evaluated for samples, and a term for proofs."""

    name: Line
    number: Callable[..., float] | None = None
    term: Callable[..., Term] | None = None  # of the variables by name and the SymPy arguments as terms
    latex: Text = ""

    def __call__(self, *arguments: Any) -> sympy.Basic:
        """The value at arguments, as SymPy; a number where all arguments are."""
        return self.word(*arguments)

    @property
    def word(self) -> Any:
        """The SymPy function, one object a declaration."""
        if "_word" not in self.__dict__:
            number = self.number

            def evaluate(cls: Any, *arguments: Any) -> Any:
                if number is None or not all(getattr(a, "is_number", False) for a in arguments):
                    return None
                return sympy.Float(number(*arguments))

            made = type(self.name, (_Word,), {"declaration": self, "eval": classmethod(evaluate)})
            object.__setattr__(self, "_word", made)
        return self.__dict__["_word"]


@checked
@dataclass(frozen=True)
class Condition:
    """A hypothesis, written once: text, LaTeX, the proposition that it is, and when it holds at a cell's parameters.

    ``proposition`` gives the premises that it is; it is None where the condition is a reading of the quantities (of
    what is measured), which adds nothing to what is proved.  ``holds`` is None where no cell can violate it.
    """

    id: Line
    text: Text
    latex: Text = ""
    proposition: Callable[[Env], Term | Sequence[Term]] | None = None
    holds: Callable[[Mapping[str, Any]], bool] | None = None

    def needed(
        self,
        why: str,
        cell: Mapping[str, Any] | None = None,
        *,
        claim: str = "",
        proof: str = "",
        show: str = "",
        text: str = "",
        when: Any = sympy.true,
        errata: str = "",
        stated: bool = False,
    ) -> Hypothesis:
        """The hypothesis of a statement that this condition is, with the witness that shows that it is needed.

        ``why`` is the witness in words, ``cell`` its parameters, ``claim`` what it violates; ``proof`` the goal that
        re-checks it, ``show`` the command that shows it.  ``text`` where the statement words it otherwise.
        """
        witness = Witness(why, cell or {}, claim, proof, show)
        words = tuple(errata.split())
        latex = "" if text else self.latex
        return Hypothesis(self.id, text or self.text, witness, latex, when, words, stated, condition=self)
