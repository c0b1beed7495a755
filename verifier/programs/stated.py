"""A program as a statement: what it expects as claims, its derivation as their proof, its samples as their check.

A program needs no sampler and no proof of its own: ``verifier check FILE:NAME`` shows both columns.  What is undecided
is a gap with its reason; a claim of a kind of which nothing is derived is measured only.
"""

from __future__ import annotations

import hashlib
import inspect
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import sympy

from verifier.claims.kinds import Kind
from verifier.claims.proof import Proof
from verifier.claims.statement import Claim, Source, Statement, amended
from verifier.claims.vocabulary import Quantity, variable
from verifier.datafiles import DataGroup, Samples
from verifier.engines import tensors
from verifier.engines.tensors import Answer, TensorAnswers
from verifier.fits.groups import claim_text, expectations
from verifier.inputs.numbers import fraction
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import app
from verifier.networks.draws import Draw
from verifier.programs.derive.again import again
from verifier.programs.derive.certificate import certificate, of_one
from verifier.programs.evaluate import NotFinite
from verifier.programs.graph import ProgramError
from verifier.programs.measure import MEASURE_WIDTHS, declared, labels
from verifier.programs.program import Program
from verifier.programs.proved import ReturnedNumber, prove
from verifier.projects.loading import load_file
from verifier.quantities.check import Check, Measure
from verifier.quantities.check import Quantity as Sampled

#: kinds of claims of programs that a statement can make, and what they are there
KINDS: Mapping[str, Kind] = {
    "order": Kind.ORDER, "upper": Kind.UPPER, "to-zero": Kind.VANISHES, "limit": Kind.VALUE, "zero": Kind.ZERO,
    "variance": Kind.VARIANCE, "mean-zero": Kind.MEAN_ZERO, "atom": Kind.ATOM,
}  # fmt: skip
FITS = {kind: word for word, kind in KINDS.items()}
#: kinds of which something is derived
DERIVED = (Kind.ORDER, Kind.UPPER, Kind.VANISHES, Kind.VALUE)
#: the parameter of a cell that says which of the numbers it is
WHICH = "number"
#: samples of a width: at most, and in a quick run; drawn in blocks
SAMPLES, QUICK, BLOCK = 2048, 256, 64
#: characters of a path that a statement is called by
LONGEST = 48
#: characters of a claim's name
MOST_LETTERS = 80


@dataclass(frozen=True)
class Sampler:
    """Numbers that a program returns, on the same networks for all cells.

    ``path`` and ``name`` say where the program is, in whichever process draws; without them it is ``program``.
    """

    path: Path | None
    name: str
    program: Program | None = None

    def found(self) -> Program:
        """The program, in this process.  LoadError where its file cannot be loaded any more."""
        found = self.program if self.path is None else getattr(load_file(self.path), self.name)
        assert isinstance(found, Program)
        return found

    def __call__(
        self, shared: Mapping[str, Any], cells: Sequence[Mapping[str, Any]], width: Any, samples: int,
        rng: np.random.Generator,
    ) -> Draw:  # fmt: skip
        program = self.found()
        graph = program.graph(width)
        rows = []
        for k in range(samples):
            try:
                found = program.run(graph, program.draw(width, rng), k)
            except NotFinite as error:
                found = list(error.values or ()) or [np.full(shape, np.nan) for shape in graph.results]
            numbers = np.concatenate([np.ravel(np.asarray(v, dtype=np.float64)) for v in found])
            rows.append(numbers[[int(cell[WHICH]) for cell in cells]])
        return Draw(np.array(rows).reshape(samples, len(cells)))


@dataclass(frozen=True, eq=False)
class Stated:
    """A program's statement, its check, and the numbers that claims are about, by the claims' ids."""

    statement: Statement
    check: Check
    numbers: Mapping[str, ReturnedNumber]


def stated(program: Program, path: Path | None = None, name: str = "") -> Stated:
    """What ``program``, called ``name`` in the file ``path``, expects of what it returns.

    The statement is called as a command line names it, ``FILE:NAME``, from the folder that one is in.  Raises
    ProgramError for a program that cannot be traced or claims nothing of what it returns, or what a statement cannot.
    """
    if program.kind not in KINDS:
        raise ProgramError(
            f"{program.line}: claims of kind {program.kind!r} are decided by verifier measure alone; verifier check "
            f"takes {', '.join(KINDS)}"
        )
    kind = KINDS[program.kind]
    title = _title(path, name or program.label)
    found = labels(program)
    targets = _targets(program, found)
    derivations = _derivations(program, found) if kind in DERIVED else {}
    claims, numbers = [], {}
    for k, (label, output, place) in enumerate(found):
        if label not in targets:
            continue
        identifier, target = f"{title}.{label}", targets[label]
        if len(identifier) > MOST_LETTERS or not identifier.isascii():
            raise ProgramError(
                f"{program.line}: {identifier} is the name of a claim; at most {MOST_LETTERS} letters of ASCII are read"
            )
        number = None
        if kind in DERIVED:
            graph, answers = derivations[output]
            number = ReturnedNumber(
                label, graph, k, kind, target or Fraction(0), answers.numbers[place], answers.untrue
            )
            if _random(number):
                number = None
            else:
                numbers[identifier] = number
        claims.append(_claim(identifier, kind, target, label, k, number))
    if not claims:
        raise ProgramError(f"{program.line}: {program.label} expects nothing of what it returns; say expect={{…}}")
    words = _words(program)
    statement = Statement(
        name=title, label=title, title=words, source=Source(program.line), summary=words, claims=tuple(claims),
        proof=Proof(partial(prove, claims=numbers)) if numbers else None, empirical=not numbers,
    )  # fmt: skip
    return Stated(statement, _check(program, title, path, name, claims, found), numbers)


def alone(given: Sequence[Any]) -> Stated:
    """The one program that is given; TypeError for what is none, ValueError for one among others."""
    program = next(one for one in given if not isinstance(one, str | Statement))
    if not isinstance(program, Program):
        raise TypeError(f"{type(program).__name__} is no statement; a Statement, a name or a program is needed")
    if len(given) > 1:
        raise ValueError(f"{program.label} is a program: it is checked alone")
    return stated(program)


def _title(path: Path | None, name: str) -> str:
    """``examples/model.py:change``; the file's name alone where the path is long, or no ASCII."""
    if path is None:
        return name
    here = Path.cwd()
    told = (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
    return f"{told if len(told) <= LONGEST and told.isascii() else path.name}:{name}"


def _claim(
    identifier: str, kind: Kind, target: Fraction | None, label: str, k: int, number: ReturnedNumber | None
) -> Claim:
    said: dict[str, Any] = {}
    if target is not None:
        key = "value" if kind in (Kind.VALUE, Kind.ATOM) else "exponent"
        said[key] = sympy.Rational(target.numerator, target.denominator)
    text = claim_text(FITS[kind], None if target is None else str(target), label)
    if number is not None and kind is Kind.VALUE:
        text = f"{label} → {target} in probability; what is sampled is {text}"
    return amended(identifier, kind, _word(label, kind, number)(k), text, **said)


def _word(label: str, kind: Kind, number: ReturnedNumber | None) -> Quantity:
    """The number as a word of claims; in the kernel, if something can be derived of it."""
    if number is None:
        return Quantity(label, WHICH, WHICH, symbol="")
    says = _tends(number) if kind is Kind.VALUE else None
    term = None if says else lambda env: number.term(env[WHICH])
    return Quantity(label, WHICH, WHICH, symbol="returned", term=term, says=says, widths=(("level", ""),))


def _random(number: ReturnedNumber) -> bool:
    """Whether E X → c is claimed of what is derived to stay random: that is no limit in probability."""
    return number.kind is Kind.VALUE and number.answer.exponent == 0 and not number.answer.constant


def _tends(number: ReturnedNumber) -> Any:
    return lambda env, exponent, value: app("plim", variable("omega"), number.term(env[WHICH]), value)


def _targets(program: Program, found: Sequence[tuple[str, int, int]]) -> dict[str, Fraction | None]:
    """What is expected, by the labels of numbers."""
    groups = [DataGroup((("value", label),), Samples(("n",), {})) for label, _, _ in found]
    own = declared(program, groups)
    mine = [group for group in groups if any(group.matches(name) for name in own)]
    words = [f"{name}={p}" for name, p in own.items()]
    if program.kind in ("to-zero", "zero", "mean-zero"):
        return {group.label: Fraction(0) if program.kind == "to-zero" else None for group in mine or groups}
    targets: dict[str, Fraction | None] = {}
    for group, target in zip(mine, expectations(mine, program.kind, words) if mine else (), strict=True):
        try:
            targets[group.label] = fraction(str(target))
        except ValueError as error:
            raise ProgramError(f"{program.line}: what is expected of {group.label}: {error}") from None
    return targets


def _derivations(
    program: Program, numbers: Sequence[tuple[str, int, int]]
) -> dict[int, tuple[Mapping[str, Any], TensorAnswers]]:
    """The graph of each output, and what is derived from it."""
    whole = certificate(program)
    found: dict[int, tuple[Mapping[str, Any], TensorAnswers]] = {}
    for first, (_, k, place) in enumerate(numbers):
        if place:
            continue
        graph = of_one(whole, k, first)
        try:
            found[k] = graph, again(graph)
        except Refused as error:
            count = sum(output == k for _, output, _ in numbers)
            found[k] = graph, TensorAnswers((Answer(None, None, str(error)),) * count, first=first)
    return found


def _check(
    program: Program, title: str, path: Path | None, name: str, claims: Sequence[Claim],
    found: Sequence[tuple[str, int, int]],
) -> Check:  # fmt: skip
    asked = {claim.id.removeprefix(f"{title}."): claim for claim in claims}
    cells = [{WHICH: k, "value": label} for k, (label, _, _) in enumerate(found) if label in asked]
    sampler = Sampler(path, name) if path is not None and name else Sampler(None, "", program)
    sampled = Sampled(title, title, (), sampler, version=_version(program, path))
    measure = Measure(
        sampled, cells, widths=MEASURE_WIDTHS, block=BLOCK, samples=SAMPLES, zeros=SAMPLES,
        quick_samples=QUICK, claims=tuple(claim.id for claim in claims),
    )  # fmt: skip
    return Check(title, measure)


def _version(program: Program, path: Path | None) -> str:
    """What stored samples of it are told apart by: its graph and its file; of what cannot be told, no samples are."""
    try:
        graph = tensors.code(certificate(program))
        return f"{graph:x} {hashlib.sha256(b'' if path is None else path.read_bytes()).hexdigest()}"
    except (ProgramError, OSError):
        return secrets.token_hex()


def _words(program: Program) -> str:
    """The first line that its author says of it."""
    told = inspect.getdoc(program.function) or ""
    return told.partition("\n")[0] or f"what {program.label} returns"
