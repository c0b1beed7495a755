"""Numbers, formulas, plots, and the two formats for text."""

from __future__ import annotations

import re
from typing import Any

import pytest

from verifier.report import forests, markdown, mathtext, plots, tex
from verifier.report.exact import SecondMoments
from verifier.report.judgments import readable
from verifier.report.mathtext import latex, mathml, tokens
from verifier.report.numbers import claimed, measured


@pytest.mark.parametrize(
    ("estimate", "half", "shown"),
    [
        (-1.0034, 0.012, "−1.003(12)"),
        (-0.5, 0.1, "−0.50(10)"),
        (2.00006, 0.00035, "2.00006(35)"),
        (0.25, 0.0996, "0.25(10)"),
        (-1.2, 3.4, "−1.2(3.4)"),
        (-1.0, 0.0, "−1.000000(1)"),
    ],
)
def test_measured(estimate: float, half: float, shown: str) -> None:
    assert measured({"estimate": estimate, "low": estimate - half, "high": estimate + half}) == shown


def test_claimed_keeps_the_sign_of_a_bound() -> None:
    assert claimed({"claimed": -1.0, "kind": "order"}) == "−1"
    assert claimed({"claimed": -1.0, "kind": "vanishes"}) == "< −1"
    assert claimed({"claimed": -0.5, "kind": "upper"}) == "≤ −0.5"
    assert claimed({"claimed": "zero", "kind": "zero"}) == "zero"


def pieces(text: str) -> list[str]:
    return [run.text for run in mathtext.runs(tokens(text)) if run.math]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("n^{k-1} T^{l,d} has a limit only if d_k = d.", ["n^{k-1} T^{l,d}", "d_k = d"]),
        ("K^(r) ~ n^{min(0, H-r)} for 1 <= r <= HL; L <= 2", ["K^(r) ~ n^{min(0, H-r)}", "1 <= r <= HL", "L <= 2"]),
        ("It is a limit, as in Lemma 4 (16).", []),
        ("theorem1.order.shallow and not_orthogonal", []),
        ("x_i·x_j ≠ 0 if r > H(L-1)", ["x_i·x_j ≠ 0", "r > H(L-1)"]),
        ("exponents -.483(10), -.975(15)", []),
    ],
)
def test_formulas_are_found(text: str, formulas: list[str]) -> None:
    assert pieces(text) == formulas
    assert "".join(t.glue + t.text for t in tokens(text)) == text


def test_all_formulas_of_the_shipped_statements_are_typeset(shipped: dict[str, Any]) -> None:
    texts = [c["text"] for s in shipped["statements"] for c in s["claims"]]
    texts += [h["text"] + ". " + h["witness"]["text"] for s in shipped["statements"] for h in s["hypotheses"]]
    texts += [e[k] for e in shipped["errata"] for k in ("printed", "why", "counterexample", "amended", "effect")]
    found = [piece for text in texts for piece in pieces(text)]
    assert len(found) > 100
    assert [piece for piece in found if mathml(latex(piece)) is None] == []


def test_what_is_no_latex_is_not_typeset() -> None:
    assert mathml(r"\nosuchcommand x") is None


def test_differences() -> None:
    old, new = mathtext.compared("K^(r) ~ n^{H-r} if r > H", "K^(r) ~ n^{min(0, H-r)} if r <= HL")
    assert [t.text for t in old if t.mark] == ["n^{H-r}", ">", "H"]
    assert [t.text for t in new if t.mark] == ["n^{min(0, H-r)}", "<=", "HL"]


def test_conclusions_are_formulas_or_words() -> None:
    proposition = {"is": "proposition", "text": "K^(r) = 0", "latex": "K^{(r)}=0"}
    assert readable(proposition) == ("", "K^{(r)}=0")
    assert readable(proposition | {"latex": "x" * 701}) == ("K^(r) = 0", "")
    assert readable({"is": "cites", "statement": "s", "claim": "s.one"}) == ("s.one of s", "")
    assert readable({"is": "no such kind"}) == ("", "")


def test_conclusions_of_shipped_proofs_are_typeset(shipped: dict[str, Any]) -> None:
    shown = [readable(step["conclusion"])[1] for s in shipped["statements"] for step in s["steps"]]
    claims = [c for s in shipped["statements"] for c in s["claims"] if c["proof"] != "gap"]
    assert sum(bool(formula) for formula in shown) >= len(claims) > 30
    assert [formula for formula in shown if formula and mathml(formula) is None] == []


def first_measured(document: dict[str, Any], quantity: str, **parameters: Any) -> dict[str, Any]:
    found: dict[str, Any] = next(
        m for s in document["statements"] for m in s["measurements"]
        if m["quantity"] == quantity and parameters.items() <= m["parameters"].items()
    )  # fmt: skip
    return found


def test_tile(shipped: dict[str, Any]) -> None:
    drawn = plots.tile(first_measured(shipped, "K^(r)", H=1, L=2, r=1, angle=0), "p", {0: 4.0, -1: 12.0})
    assert drawn is not None
    for style in ("band", "fit", "claim", "exact", "point", "law w7"):
        assert f'class="{style}' in drawn, style
    assert len(drawn) < 12_000


def test_no_tile_where_everything_is_zero(shipped: dict[str, Any]) -> None:
    assert plots.tile(first_measured(shipped, "K^(r)", H=1, L=2, r=3, angle=0), "p") is None


def test_forest_shows_every_exponent(toy_document: dict[str, Any]) -> None:
    measurements = toy_document["statements"][0]["measurements"]
    rows = forests.exponent_rows(measurements, "printed")
    assert [row["verdict"] for row in rows] == ["consistent", "contradicted", "contradicted"]
    drawn = forests.forest(rows, "f")
    assert drawn is not None
    assert drawn.count("bar bad") == 2
    assert "bad" not in str(forests.forest(forests.exponent_rows(measurements, "amended"), "f"))


def test_exact_second_moments() -> None:
    moments = SecondMoments()
    # Two layers, one input: E (K^(1))² = E (K^(1))² of the tangent kernel, 4 + 12/n.
    assert moments("K^(r)", {"H": 1, "L": 2, "r": 1, "angle": 0, "m": 1, "z": [1, 1]}) == {0: 4.0, -1: 12.0}
    assert moments("K^(r)", {"H": 1, "L": 2, "r": 1, "angle": 60, "m": 1, "z": [1, 1]}) is None
    assert moments("K^(r)", {"H": 3, "L": 3, "r": 7, "angle": 0, "m": 1, "z": [1, 1]}) is None
    assert moments("K^(r)", {"H": 1, "L": 2, "r": 3, "angle": 0, "m": 1, "z": [1, 1]}) is None  # it is zero
    assert moments("unknown", {"H": 1}) is None


def test_markdown(shipped: dict[str, Any], toy_document: dict[str, Any]) -> None:
    for data in (shipped, toy_document):
        page = markdown.render(data)
        lines = page.splitlines()
        for number, line in enumerate(lines):
            if set(line) == {"|", "-"}:  # the second line of a table
                width = line.count("|")
                assert lines[number - 2] == "", lines[number - 1]
                for row in lines[number - 1 :]:
                    if not row.startswith("|"):
                        break
                    assert len(re.findall(r"(?<!\\)\|", row)) == width, row
    assert "## Wrong as printed" in markdown.render(shipped)
    assert r"A toy \<with\> & signs" in markdown.render(toy_document)


def test_tex(shipped: dict[str, Any], toy_document: dict[str, Any]) -> None:
    for data in (shipped, toy_document):
        page = tex.render(data)
        bare = re.sub(r"\\[\\{}$%&#_]", "", page)
        assert bare.count("{") == bare.count("}")
        assert bare.count("$") % 2 == 0
        for name in set(re.findall(r"\\begin\{(\w+)\}", page)):
            assert page.count(rf"\begin{{{name}}}") == page.count(rf"\end{{{name}}}")
        assert page.rstrip().endswith(r"\end{document}")
    assert tex.escaped("50% of a_b & {c}") == r"50\% of a\_b \& \{c\}"
    assert r"\mathcal" in tex.render(shipped)


def test_the_templates_are_packaged() -> None:
    from importlib.resources import files

    names = {entry.name for entry in (files("verifier.report") / "templates").iterdir()}
    assert {"report.html.j2", "report.css", "report.md.j2", "report.tex.j2", "graph.css"} <= names
