"""What is claimed: statements, claims, hypotheses, errata and sources, as frozen data.

Claims hold SymPy expressions: the exponent of Theorem 1 is ``Min(0, H - r)``, not a number.
A claim is evaluated at a cell's parameters to say what the samples must show there.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Number
from typing import Annotated, Any, Self

import sympy
from sympy.logic.boolalg import Boolean

from verifier.claims.kinds import Form, Kind, terms_of
from verifier.inputs.fields import Before, FieldError, Line, Text, Wrong, checked
from verifier.verdict import Severity, Summary
from verifier.verdict.display import formula, line, table


def _expression(value: Any) -> Any:
    """A number as SymPy; texts, which SymPy would evaluate, are refused."""
    if isinstance(value, Number) and not isinstance(value, bool):
        try:
            value = sympy.sympify(value, strict=True)
        except (sympy.SympifyError, ValueError, TypeError, OverflowError):
            raise Wrong("a real number or a SymPy expression") from None
    if not isinstance(value, sympy.Expr):
        return value
    # SymPy calls a sum with a function of a Lambda not real: it does not know that it commutes.
    if (value.is_extended_real is False and value.is_commutative) or value in (sympy.nan, sympy.zoo):
        raise Wrong("a real number or a SymPy expression")
    return value


def _condition(value: Any) -> Any:
    """A truth value as SymPy."""
    return sympy.sympify(value) if isinstance(value, bool) else value


def _quantity(value: Any) -> Any:
    if isinstance(value, sympy.Number | sympy.NumberSymbol):
        raise Wrong("a quantity such as K(r)")
    return value


def _condition_of_a_vocabulary(value: Any) -> Any:
    from verifier.claims.vocabulary import Condition  # here: it imports the kernel

    if value is not None and not isinstance(value, Condition):
        raise Wrong("a Condition of a vocabulary")
    return value


#: A SymPy expression in a statement's parameters, or a real number.
Expression = Annotated[sympy.Expr, Before(_expression)]
#: A SymPy condition on a statement's parameters, or True or False.
Where = Annotated[Boolean, Before(_condition)]


@checked
@dataclass(frozen=True)
class Source:
    """Where a statement is printed."""

    document: Text
    equations: tuple[Text, ...] = ()
    section: Text = ""


@checked
@dataclass(frozen=True)
class Erratum:
    """One entry of the errata: what is printed, why it is wrong, and what is true."""

    id: Line  # "E4"
    where: Text
    printed: Text
    why: Text
    counterexample: Text
    amended: Text
    effect: Text
    reproduce: Text | tuple[Text, ...] = ()  # the commands that show it again, if there are any

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands that show it again."""
        listed = (self.reproduce,) if isinstance(self.reproduce, str) else self.reproduce
        return tuple(command for command in listed if command)


@checked
@dataclass(frozen=True)
class Witness:
    """An instance that satisfies every other hypothesis and violates the claim."""

    text: Text
    parameters: Mapping[str, Any] = field(default_factory=dict)
    claim: Text = ""  # the claim it violates
    proof: Text = ""  # the goal of the statement's proof that re-checks it, if it is re-checked exactly
    reproduce: Text = ""  # the command that shows it, if it is measured


@checked
@dataclass(frozen=True)
class Hypothesis:
    """A condition of an amended claim, with the witness that shows it is needed.

    ``when`` limits it to some parameters, as in "Θ(x_i, x_j) ≠ 0 when r < 2H".  ``stated``: the printed statement
    grants it too.
    """

    id: Line
    text: Text
    witness: Witness
    latex: Text = ""
    when: Where = sympy.true
    errata: tuple[Line, ...] = ()
    stated: bool = False
    condition: Annotated[Any, _condition_of_a_vocabulary] = None  # its entry in a vocabulary

    def fails_at(self, parameters: Mapping[str, Any]) -> bool:
        """Whether it is needed at a cell's parameters and does not hold there; a condition that no cell can violate, or
        that there is not, never fails."""
        test = getattr(self.condition, "holds", None)
        return test is not None and evaluated(self.when, parameters) is not sympy.false and not test(parameters)


@dataclass(frozen=True)
class Expectation:
    """What a claim says at one cell: an exponent, exactly zero, or a value."""

    claim: str
    form: Form
    kind: Kind
    exponent: float | None = None
    value: float | None = None
    terms: tuple[tuple[float, float], ...] = ()  # of a surface, the exponents of n and m


@checked
@dataclass(frozen=True, repr=False)
class Claim:
    """One thing a statement says.

    ``quantity`` is a SymPy function application such as ``K(r)``; ``exponent`` and ``value`` are
    SymPy expressions in the statement's parameters; ``where`` is the range of the claim.  A printed claim names in
    ``instead`` the amended ones that take its place: they are what it is compared with.  How wrong it is follows from
    that; ``severity`` says it where it cannot be computed (:mod:`verifier.claims.severity`).  ``place`` is where it is
    printed, and ``why`` tells why it fails: of this claim alone, where an erratum may concern many.
    """

    id: Line  # "theorem1.order"
    kind: Kind
    quantity: Annotated[sympy.Expr, _quantity]
    text: Text = ""  # in words, beside the sentence that is printed from the claim
    exponent: Expression | None = None
    value: Expression | None = None
    where: Where = sympy.true
    form: Form = Form.AMENDED
    latex: Text = ""
    hypotheses: tuple[Line, ...] = ()
    errata: tuple[Line, ...] = ()  # of a printed claim, first the one that tells why it is wrong
    instead: tuple[Line, ...] = ()
    severity: Severity | None = None
    place: str = ""  # "Eq. (39)"
    why: str = ""

    def __repr__(self) -> str:
        """One line: ``<Claim theorem1.order (amended): order of K(r), n^(Min(0, H - r)) where …>``."""
        told = f"{self.kind} of {self.quantity}"
        told += "" if self.exponent is None else f", exponent {self.exponent}"
        told += "" if self.value is None or len(str(self.value)) > 60 else f", value {self.value}"
        told += "" if self.where is sympy.true else f", where {self.where}"
        return f"<Claim {line(f'{self.id} ({self.form}): {told}', 190)}>"

    def _repr_latex_(self) -> str | None:
        """The sentence that is printed from its proposition, without what its hypotheses grant; None where it has
        none."""
        from verifier.claims.wording import wording  # here: most statements are never typeset, and it is slow to load

        latex = wording(replace(self, hypotheses=()), ()).latex
        return f"${latex}$" if latex else None

    def _repr_html_(self) -> str:
        latex = self._repr_latex_()
        said = latex.strip("$") if latex else ""
        return f"<code>{html.escape(self.id)}</code> {formula(said) if said else html.escape(self.text or repr(self))}"

    @property
    def symbol(self) -> str:
        """``K`` for a claim about K(r)."""
        function = self.quantity.func
        return str(self.quantity) if self.quantity.is_Symbol else str(getattr(function, "__name__", function))

    def when(self, *conditions: Boolean) -> Self:
        """The same claim on a smaller range of parameters."""
        return replace(self, where=sympy.And(self.where, *conditions))

    def covers(self, parameters: Mapping[str, Any]) -> bool:
        """Whether ``parameters`` lie in the claim's range; a parameter it needs and lacks means no."""
        outcome = evaluated(self.where, parameters)
        return outcome is sympy.true or outcome is True

    def at(self, parameters: Mapping[str, Any]) -> Expectation | None:
        """What the claim says at ``parameters``; ``None`` outside its range."""
        if not self.covers(parameters):
            return None
        return Expectation(
            claim=self.id,
            form=self.form,
            kind=self.kind,
            exponent=_number(self.exponent, parameters),
            value=None if self.kind in (Kind.IDENTITY, Kind.SURFACE) else _number(self.value, parameters),
            terms=terms_of(self.value) if self.kind is Kind.SURFACE and self.value is not None else (),
        )


@checked
@dataclass(frozen=True, repr=False)
class Statement:
    """A lemma, theorem or corollary: printed and amended claims, hypotheses, errata, and a proof.

    ``proof`` is a :class:`verifier.claims.proof.Proof`.  ``expected`` records the verdicts that a gate compares with;
    the verdicts themselves are always recomputed.  ``errata`` are those that may be named, as a paper's whole list;
    ``own_errata`` are those that its claims and hypotheses name, and, by id, those ``besides`` that concern none of
    them.  ``label`` is what readers call it, by default the name in words (``Theorem 1``).  Statements
    of a ``group``, such as experiments, are listed under it and checked when they or it are named.  ``empirical``: no
    proof is offered; the word of what its samples agree with is "measured".
    """

    name: Line
    title: Text
    source: Source
    summary: Text
    claims: tuple[Claim, ...]
    hypotheses: tuple[Hypothesis, ...] = ()
    errata: tuple[Erratum, ...] = ()
    besides: tuple[Line, ...] = ()
    proof: Any = None  # a verifier.claims.proof.Proof; claims do not know their proofs
    expected: Mapping[Form, Summary] = field(default_factory=dict)
    label: Text = ""
    group: Text = ""
    empirical: bool = False

    @property
    def called(self) -> str:
        """What readers call it: its label, or its name in words."""
        return self.label or label_of(self.name)

    def __repr__(self) -> str:
        """One line: ``<Statement theorem1: Theorem 1 · …; 10 claims; recorded: printed refuted>``."""
        recorded = "; recorded: " * bool(self.expected) + ", ".join(f"{f} {word}" for f, word in self.expected.items())
        claims = "1 claim" if len(self.claims) == 1 else f"{len(self.claims)} claims"
        title = line(f"{self.name}: {self.called} · {self.title}", 110)
        return f"<Statement {line(f'{title}; {claims}{recorded}', 180)}>"

    def _repr_html_(self) -> str:
        """A table of its claims."""
        rows = [
            (html.escape(claim.id), str(claim.form), str(claim.kind), _typeset(claim), html.escape(claim.text))
            for claim in self.claims
        ]
        return table(f"{self.called} · {self.title}", ("claim", "form", "kind", "says", "in words"), rows)

    def _repr_latex_(self) -> str | None:
        """Its claims, one below the other; None where none is printed from a proposition."""
        shown = [latex.strip("$") for claim in self.claims if (latex := claim._repr_latex_())]
        return "$$\\begin{gathered}" + r" \\ ".join(shown) + "\\end{gathered}$$" if shown else None

    @property
    def own_errata(self) -> tuple[Erratum, ...]:
        """The errata that its claims and hypotheses name, and those besides, in the order of ``errata``."""
        naming = [*(claim.errata for claim in self.claims), *(h.errata for h in self.hypotheses), self.besides]
        named = {name for names in naming for name in names}
        return tuple(erratum for erratum in self.errata if erratum.id in named)

    def of_form(self, form: Form) -> tuple[Claim, ...]:
        """The claims of one form, in the order they are written."""
        return tuple(claim for claim in self.claims if claim.form is form)

    def granted(self, claim: Claim) -> frozenset[str]:
        """Ids of the hypotheses under which a claim is made: its own and, of a printed one, those that are stated.

        A claim that is measured only, of a quantity that the kernel does not have, has its own alone.
        """
        provable = getattr(getattr(claim.quantity.func, "declaration", None), "head", "")
        stated = (h.id for h in self.hypotheses if h.stated) if claim.form is Form.PRINTED and provable else ()
        return frozenset((*claim.hypotheses, *stated))

    def violated(self, parameters: Mapping[str, Any]) -> list[str]:
        """The ids of the hypotheses that fail at a cell's parameters."""
        return [h.id for h in self.hypotheses if h.fails_at(parameters)]

    def hypothesis(self, identifier: str) -> Hypothesis:
        """The hypothesis with this id; KeyError where there is none."""
        for hypothesis in self.hypotheses:
            if hypothesis.id == identifier:
                return hypothesis
        raise KeyError(identifier)


def printed(
    identifier: str, kind: Kind, quantity: sympy.Basic, text: str = "", *, instead: str = "", **more: Any
) -> Claim:
    """A claim as the paper prints it, with the words of :func:`amended` besides.

    ``instead`` names claims of the same statement without its name: ``"order.shallow order.deep"``.
    """
    statement = identifier.partition(".")[0]
    true = tuple(f"{statement}.{name}" for name in instead.split())
    return amended(identifier, kind, quantity, text, form=Form.PRINTED, instead=true, **more)


def amended(
    identifier: str,
    kind: Kind,
    quantity: sympy.Basic,
    text: str = "",
    *,
    given: str | Sequence[str] = (),
    errata: str = "",
    **more: Any,
) -> Claim:
    """A claim that is true; ids of hypotheses and errata are words: ``given="relu one_input"``."""
    hypotheses = tuple(given.split()) if isinstance(given, str) else tuple(given)
    return Claim(identifier, kind, quantity, text, hypotheses=hypotheses, errata=tuple(errata.split()), **more)


def label_of(name: str) -> str:
    """``Theorem 1`` for theorem1; names without a number stay, capitalised."""
    word = name.rstrip("0123456789")
    words = " ".join(part.capitalize() for part in word.split("_"))
    return f"{words} {name[len(word) :]}".strip()


def _typeset(claim: Claim) -> str:
    latex = claim._repr_latex_()
    return formula(latex.strip("$")) if latex else ""


#: Expressions that are kept with what they are at integers, and such values of each: a bound on memory.
_MOST_KNOWN = 10_000
#: By identity, each with the expression, which keeps that so, its symbols by name, and its values.
_KNOWN: dict[int, tuple[sympy.Basic, dict[str, sympy.Symbol], dict[tuple[tuple[str, int], ...], Any]]] = {}


def evaluated(expression: sympy.Basic, parameters: Mapping[str, Any]) -> Any:
    """``expression`` at those of the parameters that it names.

    What it is at integers is kept: a plan asks for it twice, and the report of what was planned twice again.
    """
    if id(expression) not in _KNOWN:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[id(expression)] = expression, {symbol.name: symbol for symbol in expression.free_symbols}, {}
    _, symbols, known = _KNOWN[id(expression)]
    at = tuple([(name, value) for name, value in parameters.items() if name in symbols])
    if any(type(value) is not int for _, value in at):  # 1.0 and True are equal to 1, and are not what it is
        return expression.subs({symbols[name]: value for name, value in at})
    if at not in known:
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[at] = expression.subs({symbols[name]: value for name, value in at})
    return known[at]


def _term_by_term(expression: sympy.Basic) -> sympy.Basic:
    """Sums and products between integers, one term after the other: without terms they are 0 and 1, at every depth,
    where SymPy extends them otherwise."""
    if isinstance(expression, sympy.Sum | sympy.Product):
        *inner, (index, low, high) = expression.limits
        low, high = _term_by_term(low), _term_by_term(high)
        if not all(b.is_number and b.is_real and b.is_finite and b == int(b) for b in (low, high)):
            return expression
        body = expression.func(expression.function, *inner) if inner else expression.function
        terms = [_term_by_term(body.subs(index, k)) for k in range(int(low), int(high) + 1)]
        return sympy.Add(*terms) if isinstance(expression, sympy.Sum) else sympy.Mul(*terms)
    if not expression.args or not expression.has(sympy.Sum, sympy.Product):
        return expression
    return expression.func(*[_term_by_term(part) for part in expression.args])


def _number(expression: sympy.Expr | None, parameters: Mapping[str, Any]) -> float | None:
    if expression is None:
        return None
    value = _term_by_term(evaluated(sympy.sympify(expression), parameters))
    if value.free_symbols:
        missing = ", ".join(sorted(symbol.name for symbol in value.free_symbols))
        raise FieldError(f"the parameters {dict(parameters)} leave {missing} open in {expression}")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):  # a ValueError: of a sum that diverges
        raise FieldError(f"{expression} is no real number at the parameters {dict(parameters)}") from None
