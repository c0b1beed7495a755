"""Tensor programs: what their rules derive of the numbers that a program returns.

A request:

    {"program": {"format": "verifier tensor program 1", …}, "say": "hypotheses"}
    {"program": {…}, "say": "order", "number": 0}

``program`` is a graph as data (:mod:`verifier.programs.derive.certificate`); its name in the proposition, ``code``, is
the digest of this data, so that a fact about one program is none about another.  ``say`` is

``hypotheses``  those of the master theorem that can be read off the graph and its derivation, all of them
``order``       what stands first of a number that it returns: ``leads``
``limit``       the rational number that it tends to: ``settles``

The derivation is made by :mod:`verifier.programs.derive`, which stands above this room and says so with
:func:`answered_by` when it is loaded.  What it leaves undecided is refused with its reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from verifier.engines.requests import chosen, fields_of, whole
from verifier.kernel.core.sorts import Refused, need
from verifier.kernel.core.terms import Term, app, num
from verifier.kernel.theory.programs import HYPOTHESES

NAME, VERSION = "tensors", "1"


@dataclass(frozen=True)
class Answer:
    """What is derived of a number: the exponent of its first order, and what stands there.

    ``exponent`` is None where it is undecided, for the ``reason`` given.  ``limit`` is the leading constant where it is
    rational: at exponent 0 the number tends to it.  ``constant`` is it for reading, where it is no random number.
    """

    exponent: Fraction | None
    limit: Fraction | None
    reason: str = ""
    constant: str = ""


@dataclass(frozen=True)
class TensorAnswers:
    """One for each number that a graph holds, counted from ``first``, and why the hypotheses do not hold; empty where
    they do."""

    numbers: tuple[Answer, ...]
    untrue: str = ""
    first: int = 0

    @property
    def decided(self) -> int:
        """How many numbers have an exponent."""
        return sum(answer.exponent is not None for answer in self.numbers)


_RULES: list[Callable[[Any], TensorAnswers]] = []


def answered_by(rules: Callable[[Any], TensorAnswers]) -> None:
    """Have ``rules`` derive what is asked of this engine."""
    _RULES[:] = [rules]


def code(program: Any) -> int:
    """What a program is called in propositions: the SHA-256 digest of its graph as compact JSON, read as a number."""
    text = json.dumps(program, sort_keys=True, separators=(",", ":"))
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def compute(request: Mapping[str, Any]) -> Term:
    """The fact that is asked for; Refused where nothing is derived, or the request is none."""
    names = ("program", "say") if isinstance(request, Mapping) and "number" not in request else (
        "program", "say", "number")  # fmt: skip
    program, say, *number = fields_of(request, *names)
    chosen(say, "say", ("order", "limit") if number else ("hypotheses",))
    need(bool(_RULES), "the rules of tensor programs are not loaded: import verifier.programs")
    answers = _RULES[0](program)
    name = num(code(program))
    if not number:
        need(not answers.untrue, answers.untrue)
        return reduce(lambda a, b: app("and", b, a), [app(head, name) for head in reversed(HYPOTHESES)])
    k = whole(number[0], "number", answers.first, answers.first + len(answers.numbers) - 1)
    answer = answers.numbers[k - answers.first]
    if answer.exponent is None:
        raise Refused(f"undecided: {answer.reason}")
    if say == "order":
        return app("leads", name, k, answer.exponent)
    told = answer.constant or "it is a random number, or its order is not n^0"
    need(answer.exponent == 0 and answer.limit is not None, f"no rational limit is derived: {told}")
    return app("settles", name, k, num(answer.limit or 0))
