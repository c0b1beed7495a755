"""Every erratum has a command that shows it again: each can be typed, and what it prints is what the erratum says.

The estimates have the seed of `verifier check`; with that, fixed, each is what it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lemmas import _errata
from verifier.projects.project import default_project

from .command_lines import claims, printed, problem, shows

ERRATA = {f"E{number}": erratum for number, erratum in enumerate(_errata.ERRATA, start=1)}

#: erratum -> for each command what it shows: claim, word, an estimate and how far off it may be; or a line of text.
SHOWN: dict[str, list[list[tuple[str, str, float | None, float]] | str]] = {
    "E1": [
        [("lemma1.printed-6", "contradicted", 1, 1e-9), ("lemma1.printed-6", "refuted", None, 0)],
        [("theorem1.atom.shallow", "consistent", 0.5, 0.02)],  # P[g² = 0]
    ],
    "E2": [
        [("lemma3.printed-delta", "contradicted", -1, 0.02), ("lemma3.printed-delta", "refuted", None, 0)],
        [("lemma3.other-output", "consistent", 1, 0.05)],  # over 4(1 + 15/n + 44/n²)
    ],
    "E3": [[("theorem1.printed", "invalid", None, 0), ("theorem1.exclusive", "consistent", None, 0)]],
    "E4": ["= 0 exactly"],
    "E5": ["= 4 n^-2", "= 48 n^-4 + 480 n^-5 + 1200 n^-6"],
    "E6": [
        [("lemma2.printed-covariance", "contradicted", 0.318, 0.01), ("lemma2.covariance", "consistent", 0.318, 0.01)],
    ],
    "E7": [
        [("lemma2.jacobians", "outside", 5.83, 0.06)],
        [("lemma3.ratio", "consistent", 1, 0.05), ("lemma3.ratio-square", "consistent", 1, 0.05)],
    ],
    "E8": [[("theorem1.printed", "invalid", None, 0), ("theorem1.order.shallow", "outside", None, 0)]],
    "E9": [[("theorem1.printed", "invalid", None, 0), ("theorem1.order.shallow", "outside", None, 0)]],
    "E10": [[("section3.order.deep", "outside", -1, 0.1)]],
    "E11": [
        [
            ("section3.printed-conjecture", "contradicted", -2, 1e-9), ("section3.printed-conjecture", "refuted", 0, 1),
            ("section3.exponent", "consistent", -4, 1e-9),
        ],
    ],
    "E12": [
        [("theorem3.printed-figure", "contradicted", None, 0), ("theorem3.mean", "consistent", 1, 0.05)],
        [("theorem3.printed-mean", "contradicted", 0.2097, 0.005), ("theorem3.printed-mean", "gap", -0.1367, 0.005)],
    ],
    "E13": [
        [("corollary1.printed", "contradicted", 0.3833, 0.005), ("corollary1.printed", "refuted", None, 0)],
    ],
    "E14": [
        [("theorem1.printed-atom", "contradicted", 0.75, 0.02), ("theorem1.atom.shallow", "consistent", 0.75, 0.02)],
    ],
    "E15": [[("theorem2.weights", "consistent", 0, 0.05), ("theorem2.weights", "proved", None, 0)]],
    "E16": [
        [
            ("theorem3.printed-taylor", "contradicted", -0.5, 0.03),
            ("theorem3.printed-taylor", "refuted", -0.75, 0.03),
            ("theorem3.kink.trained", "consistent", -0.5, 0.03), ("theorem3.kink.other", "consistent", -0.75, 0.03),
        ],
    ],
    "E17": [[("theorem2.printed-root", "contradicted", 1, 0.02), ("theorem2.printed-root", "refuted", None, 0)]],
    "E18": [
        [("theorem1.printed-layers", "contradicted", 1, 1e-3)],
        [("lemma5.identity", "consistent", 0, 1e-9), ("lemma5.identity", "proved", None, 0)],
    ],
    "E19": [
        [("lemma3.printed-case", "contradicted", 1 - 0.5**0.5, 1e-9)],
        [("lemma3.identity", "consistent", 0, 1e-9), ("lemma3.identity", "proved", None, 0)],
    ],
    "E20": [[("lemma4.identity", "consistent", 0, 1e-9), ("lemma4.identity", "outside", 1.88, 0.01),
         ("lemma4.identity", "outside", 0.664, 0.001)]],
    "E21": ["= 3 + 30 n^-1 + 75 n^-2"],
    "E22": [
        [("theorem3.first.m", "consistent", -1, 0.1), ("theorem3.second.m", "consistent", 0, 0.1)],
        [("theorem3.first.n", "consistent", 0, 0.1), ("theorem3.second.n", "consistent", -1, 0.1)],
    ],
    "E23": [
        [("remark1.printed-constant", "consistent", 0.30327, 0.005), ("remark1.printed-constant", "proved", None, 0)],
    ],
    # of 8,192 networks 99.45 % die; of 256, ten or more survive with a probability of 2e-6
    "E24": [
        [
            ("theorem3.printed-bounded", "contradicted", 0.5, 0.05),
            ("theorem3.printed-alive", "contradicted", 0.9945, 0.035),
            ("theorem3.printed-descent", "contradicted", 0, 0.01), ("theorem3.printed-descent", "gap", 1, 0.01),
        ],
    ],
    # 512 samples at five widths: the interval is ±.17 wide, the room a third of it
    "E25": [[("theorem1.printed", "contradicted", -0.5, 0.05), ("theorem1.order.shallow", "outside", None, 0)]],
    "E26": [[("theorem1.printed", "invalid", None, 0), ("theorem1.exclusive", "proved", None, 0)]],
    "E27": [[("theorem1.printed", "contradicted", -0.5, 0.02), ("theorem1.order.shallow", "outside", None, 0)]],
    "E28": [
        [("theorem1.printed-any-m", "contradicted", -0.5, 0.02), ("theorem1.printed-any-m", "contradicted", -1, 0.03)],
    ],
    "E29": [
        [
            # means of min((n_2 T²)²/ρ, 1), not of (n_2 T²)²; 4,096 samples decide, with intervals of ±.14
            ("section3.printed-sequential", "contradicted", 0.475, 0.07),
            ("section3.printed-sequential", "contradicted", 0.436, 0.07),
            ("section3.printed-sequential", "contradicted", 0.412, 0.07),
        ],
    ],
    "E30": [
        [
            ("theorem3.kink.other", "outside", -0.5, 0.01), ("theorem3.kink.collinear", "consistent", -0.5, 0.01),
            ("theorem3.printed-taylor", "contradicted", -0.5, 0.01),
        ],
    ],
    "E31": [
        [("lemma3.order.second", "outside", None, 0), ("lemma3.printed-order", "invalid", None, 0)],
        [("lemma3.order.second", "consistent", 0, 0.02), ("lemma3.order.second", "proved", None, 0)],
    ],
    # gradients that are slow to draw, at four widths: intervals of ±.12, and of as much outside the range
    "E32": [
        [("theorem3.first.m", "outside", 0, 0.15)],
        [("theorem3.first", "consistent", -1, 0.1)],
    ],
}  # fmt: skip
#: What the commands of witnesses print that are exact, or show a number that the witness is about.
WITNESSED = {
    'verifier exact "T(2)" --depth 3 --moment 2 --widths separate': "64  n1^-2",
    "verifier limit-kernel --depth 2 --g-depth 2 --x-angle 90 --z-angle 90": "0.101",
    'verifier check lemma1 -k "L=2,angle=60"': "0.354214",
}

BOGUS = [
    "", "verifier", "verifier chekc theorem1 -k m=2", "echo E4", "verifier check lemma9 -k L=2",
    "verifier check lemma3 -k colour=1", "verifier check theorem1 -k H=99", "verifier check theorem1 -k H=1,r=6",
    "verifier check theorem1 --angle far -k L=2", "verifier exact 'K(3)' --deep 2", "verifier check theorem3 -k mu=big",
    "verifier check theorem1 -k steps",
]  # fmt: skip


@pytest.mark.parametrize("name", ERRATA)
def test_its_commands_can_be_typed(name: str) -> None:
    assert ERRATA[name].commands
    assert [problem(command) for command in ERRATA[name].commands] == [None] * len(ERRATA[name].commands)
    assert len(SHOWN[name]) == len(ERRATA[name].commands)


@pytest.mark.parametrize("command", BOGUS)
def test_a_bogus_command_is_rejected(command: str) -> None:
    assert problem(command)


def witnesses() -> dict[str, list[tuple[str, str]]]:
    """Command -> the hypotheses, with their statements, whose witnesses name it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in default_project().names:
        for hypothesis in default_project().entry(name).statement.hypotheses:
            if hypothesis.witness.reproduce:
                found.setdefault(hypothesis.witness.reproduce, []).append((name, hypothesis.id))
    return found


def test_commands_of_witnesses_can_be_typed() -> None:
    assert len(witnesses()) > 20
    assert {command: problem(command) for command in witnesses()} == dict.fromkeys(witnesses())


@pytest.mark.slow
@pytest.mark.parametrize("command", witnesses())
def test_a_witness_is_shown(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell where the hypothesis fails, or one that contradicts the claim without it; else the text of WITNESSED."""
    monkeypatch.chdir(tmp_path)
    if command in WITNESSED:
        code, text = printed(f"{command} -q --jobs 1" if " check " in command else command)
        assert code in ((0, 3) if " check " in command else (0,)), "3: the cells that -k leaves out"
        assert WITNESSED[command] in text, text
        return
    code, found = claims(command)
    assert code in (0, 3)
    reasons = [cell["reason"] for claim in found.values() for cell in claim["cells"]]
    named = {hypothesis for _, hypothesis in witnesses()[command]}
    outside = [reason for reason in reasons if "fails here" in reason and any(name in reason for name in named)]
    assert outside or any(claim["numeric"] == "contradicted" for claim in found.values()), reasons


def test_every_erratum_is_listed_by_a_statement() -> None:
    project = default_project()
    listed = {erratum.id for name in project.names for erratum in project.entry(name).statement.own_errata}
    assert listed == set(ERRATA)


@pytest.mark.slow
@pytest.mark.parametrize("name", ERRATA)
def test_it_is_shown(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command, expected in zip(ERRATA[name].commands, SHOWN[name], strict=True):
        if isinstance(expected, str):
            code, text = printed(command)
            assert (code, expected in text) == (0, True), text
            continue
        code, found = claims(command)
        assert code in (0, 3), "3: the cells that -k leaves out make the rest inconclusive"
        for line in expected:
            assert shows(found, *line), (command, line, found.get(line[0]))


def test_what_is_shown_is_not_everything() -> None:
    """Twin: another word, another estimate, another claim are not found in the same output."""
    cell = {"verdict": "contradicted", "estimate": 0.318, "reason": "without 0.494"}
    found = {"s.printed": {"proof": "refuted", "numeric": "contradicted", "cells": [cell]}}
    assert shows(found, "s.printed", "contradicted", 0.318, 0.01)
    assert shows(found, "s.printed", "refuted", None, 0)
    for line in (
        ("s.printed", "consistent", None, 0.0), ("s.printed", "contradicted", 0.494, 0.01),
        ("s.printed", "outside", None, 0.0), ("s.amended", "contradicted", None, 0.0),
    ):  # fmt: skip
        assert not shows(found, *line)
