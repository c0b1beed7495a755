"""What is no document is refused with its place, soon, and with exit code 2; what the checker imports and prints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.kernel_core.theories import Writer, apart, checked, declare, plus, rows, times
from verifier.kernel import report
from verifier.kernel.__main__ import bundled
from verifier.kernel.core import check, documents, table, theorems
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Var, app, eq, forall, imp, le, num

ROOT = Path(__file__).resolve().parents[2]


def document(terms: list[Any], steps: list[Any] = (), goals: list[Any] = (), **more: Any) -> dict[str, Any]:  # type: ignore[assignment]
    return {
        "format": documents.FORMAT, "statement": "s", "terms": list(terms), "steps": list(steps), "goals": list(goals),
        **more,
    }  # fmt: skip


def text(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


X = ["var", "x", "int"]
VARIABLES = [["var", f"x{i}", "rand"] for i in range(30)]
SUM = ["app", "+", list(range(30))]


def doubled(times_: int) -> list[Any]:
    """x + x, twice that, and so on."""
    return [X, *(["app", "+", [i, i]] for i in range(times_))]


def _instances() -> str:
    """One ⋀ over a proposition of 65,000 nodes, instantiated 2000 times, each time at another term."""
    terms: list[Any] = [["bound", 0, "int"], *(["app", "+", [i, i]] for i in range(14)), ["app", "le", [14, 14]]]
    terms += [["fun", ["int"], 15], ["app", "all", [16]], X]
    steps = [["assume", 17], *(["all_elim", 0, [18]] for _ in range(2000))]
    return text(document(terms, steps))


def _products() -> str:
    """200 products of five sums of eight: none too large by itself."""
    terms: list[Any] = [*VARIABLES[:8], ["app", "+", list(range(8))]]
    steps = []
    for i in range(200):
        terms += [["var", f"y{i}", "rand"], ["app", "*", [8] * 5 + [len(terms)]]]
        steps.append(["ring", len(terms) - 1, len(terms) - 1])
    return text(document(terms, steps))


def _hypotheses() -> str:
    """A chain of 3000 modus ponens, each with one hypothesis more."""
    n = 3000
    terms: list[Any] = [["var", f"p{i}", "prop"] for i in range(n)]
    terms += [["app", "imp", [i, i + 1]] for i in range(n - 1)]
    steps: list[Any] = [["assume", i] for i in range(2 * n - 1)]
    last = 0
    for i in range(n - 1):
        steps.append(["imp_elim", n + i, last])
        last = len(steps) - 1
    return text(document(terms, steps))


def _church() -> str:
    """Forty applications of λf x. f(f(x)) to itself by one instantiation: 2^40 nodes in 1 kB."""
    ii = [["int"], "int"]
    terms: list[Any] = [["bound", 0, [[ii], ii]], ["var", "s", ii], ["var", "z", "int"]]
    at = 1
    for _ in range(40):
        terms.append(["app", 0, [at]])
        at = len(terms) - 1
    terms += [["app", at, [2]], ["app", "le", [at + 1, 2]], ["fun", [[[ii], ii]], at + 2], ["app", "all", [at + 3]]]
    terms += [["bound", 1, ii], ["bound", 0, "int"], ["app", at + 5, [at + 6]], ["app", at + 5, [at + 7]]]
    terms += [["fun", ["int"], at + 8], ["fun", [ii], at + 9]]
    return text(document(terms, [["assume", at + 4], ["all_elim", 0, [at + 10]]]))


#: what is wrong → the file, and what the sentence says
BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "no JSON"),
    "no text": (b"\xff\xfe{\x00}\x00", "no JSON"),
    "a list": ("[]", "the document"),
    "another format": (text(document([], format="verifier proof 9")), r"the document: format 'verifier proof 9'"),
    "a format that is a number": ('{"format":3,"statement":"s","terms":[],"steps":[],"goals":[]}', "the document"),
    "unknown symbol": (text(document([["app", "nosuch", []]])), "term 0: .*'nosuch'"),
    "unknown head that the first kernel made": (text(document([["num", "3"], ["app", "1/", [0]]])), "term 1: .*'1/'"),
    "wrong sort": (text(document([["num", "1/2"], ["app", "fact", [0]]])), "term 1: 1/2 is of sort const"),
    "no such sort": (text(document([["var", "x", "number"]])), "term 0: .*sort"),
    "a wrong number of arguments": (text(document([["app", "fact", []]])), "term 0: fact takes 1 arguments, not 0"),
    "index out of range": (text(document([["app", "+", [7]]])), "term 0: '7' is no earlier entry"),
    "its own index": (text(document([["app", "+", [0]]])), "term 0: '0' is no earlier entry"),
    "negative index": (text(document([X, ["app", "+", [-1]]])), "-1 is no integer"),
    "step out of range": (text(document([], [["imp_elim", 0, 0]])), "step 0: '0' is no earlier entry"),
    "goal out of range": (text(document([X], [], [{"id": "g", "prop": 0, "step": 0}])), "goal 0: "),
    "duplicate keys": ('{"format":"a","format":"b"}', "a key is there twice among 'format, format'"),
    "float": (text(document([["bound", 1.5, "int"]])), "1.5 is no integer"),
    "float without a fraction": (text(document([["bound", 1e3, "int"]])), "1000.0 is no integer"),
    "NaN": ('{"format":NaN}', "NaN is no integer"),
    "boolean": (text(document([["bound", True, "int"]])), "term 0: a bound variable"),
    "boolean index": (text(document([X, ["app", "+", [False]]])), "term 1: 'False' is no earlier entry"),
    "a million brackets": ("[" * 10**6, "nested too deep"),
    "a million brackets inside": ('{"format":' + "[" * 10**6 + "]" * 10**6 + "}", "nested too deep"),
    "a sort of 300 levels": (
        text(document([["var", "x", json.loads('[["int"],' * 300 + '"int"' + "]" * 300)]])), "term 0: a sort"
    ),
    "unknown field": (text(document([], more=1)), "the document"),
    "missing field": ('{"format":"verifier proof 2"}', "the document"),
    "unknown inference": (text(document([], [["magic"]])), "step 0: "),
    "inference with more than it takes": (text(document([X], [["assume", 0, 0]])), "step 0: "),
    "name that turns the line": (text(document([["var", "a\u202eb", "int"]])), "term 0: .* is no name"),
    "name with a line break": (text(document([["var", "a\nb", "int"]])), "term 0: .* is no name"),
    "half of a character": (text(document([["var", "\ud800", "int"]])), "term 0: .* is no name"),
    "fraction not in lowest terms": (text(document([["num", "2/4"]])), "term 0: '2/4' is no fraction"),
    "denominator 0": (text(document([["num", "1/0"]])), "term 0: '1/0' is no fraction"),
    "minus 0": (text(document([["num", "-0"]])), "term 0: '-0' is no fraction"),
    "decimal": (text(document([["num", "0.5"]])), "term 0: '0.5' is no fraction"),
    "underscore": (text(document([["num", "1_0"]])), "term 0: '1_0' is no fraction"),
    "digits of another script": (text(document([["num", "\u0663"]])), "term 0: .* is no fraction"),
    "long number": (text(document([["num", "9" * 399]])), "term 0: too large"),
    "an integer of 5000 digits": ('{"format":' + "9" * 5000 + "}", "is no integer"),
    "bound variable of another sort": (
        text(document([["bound", 0, "int"], ["app", "le", [0, 0]], ["fun", ["const"], 1]])), "term 2: "
    ),
    "one index, two sorts": (
        text(document([["bound", 0, "int"], ["bound", 0, "const"], ["app", "le", [0, 1]]])), "term 2: one bound"
    ),
    "function applied unreduced": (
        text(document([["bound", 0, "int"], ["fun", ["int"], 0], X, ["app", 1, [2]]])), "term 3: .*reduced"
    ),
    "⋀ of what is no proposition": (
        text(document([["bound", 0, "int"], ["fun", ["int"], 0], ["app", "all", [1]]])), "term 2: ⋀ binds a proposition"
    ),
    "⋀ of a variable": (text(document([["var", "Q", [["int"], "prop"]], ["app", "all", [0]]])), "term 1: ⋀ binds"),
    "lim equal to rand": (
        text(document([["var", "a", "lim"], ["var", "b", "rand"], ["app", "eq", [0, 1]]])), "term 2: .*lim and rand"
    ),
    "equal propositions": (text(document([["app", "false", []], ["app", "eq", [0, 0]]])), "term 1: .*prop"),
    "a random range": (text(document([["var", "f", "rand"], ["num", "1"], ["app", "le", [1, 0]]])), "term 2: .*rand"),
    "2^200 nodes": (text(document(doubled(200))), "term 17: too large when multiplied out"),
    "((x_0 + … + x_29)^8)^8": (
        text(document([*VARIABLES, SUM, ["app", "*", [30] * 8], ["app", "*", [31] * 8]], [["ring", 32, 32]])),
        r"step 0 \(ring\): too large when multiplied out",
    ),
    "a number squared 12 times": (
        text(document([["num", "9" * 100], *(["app", "*", [i, i]] for i in range(12))], [["ring", 12, 12]])),
        r"step 0 \(ring\): too large when multiplied out",
    ),
    "instances": (_instances(), r"step \d+ \(all_elim\): too large when multiplied out"),
    "products": (_products(), r"step \d+ \(ring\): too large when multiplied out"),
    "hypotheses": (_hypotheses(), r"step \d+ \(imp_elim\): too large when multiplied out"),
    "reductions": (_church(), r"step 1 \(all_elim\): too large when multiplied out"),
    "200,000 fractions": (text(document([["num", "1"]], [["linear", [], 0, ["1"] * 200_000]])), r"step 0 \(linear\)"),
    "150,000 arguments": (text(document([["num", "1"], ["fun", ["int"] * 150_000, 0]])), "term 1: .*50 arguments"),
    "5 MB": (" " * 5_000_000, "a file of more than 4000000 bytes"),
    "no such row": (text(document([], [["row", "nosuch"]])), r"step 0 \(row\): there is no row 'nosuch'"),
    "no such goal": (text(document([], [["use", "0" * 64]])), r"step 0 \(use\): no goal with digest"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_with_its_place(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from verifier.kernel.__main__ import main

    raw, says = BAD[what]
    path = tmp_path / "proof.json"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass"))
    sealed = table._sealed
    before = time.process_time()
    try:
        assert main([str(path)]) == 2
    finally:
        table._sealed = sealed
    took = time.process_time() - before
    out, err = capsys.readouterr()
    assert re.search(says, err), err
    assert len(err.splitlines()) == 1
    assert "proved" not in out
    assert took < 2, f"{took:.1f} s of computing"


def test_the_command_prints_goals_in_sentences_and_imports_the_kernel_alone(tmp_path: Path) -> None:
    r, x = Var("r", "int"), Var("x", "int")
    with apart():
        pass  # the theory is untouched by the tests before
    w = Writer()
    claim = forall([r], imp(le(0, r), le(0, plus(r, 1))))
    step = w.step("linear", [w.step("assume", le(0, r))], le(0, plus(r, 1)), ["1"])
    whole = w.step("all_intro", [r], w.step("imp_intro", le(0, r), step))
    w.goal("good", claim, whole)
    w.goal("other", forall([x], le(0, x)), whole)
    w.goal("computed", forall([r], le(r, r)), w.step("computed", "engine 1", forall([r], le(r, r))))
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(w.data()))
    code = (
        "import sys, runpy; sys.argv = ['verifier.kernel', sys.argv[1]]\n"
        "try: runpy.run_module('verifier.kernel', run_name='__main__')\n"
        "except SystemExit as end: code = end.code\n"
        "names = {m for m in sys.modules if m.split('.')[0] not in sys.stdlib_module_names and m != '__main__'}\n"
        "print('EXIT', code, sorted(n for n in names - {'verifier'} if not n.startswith(('_', 'verifier.kernel'))))"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=60, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert run.stdout.splitlines()[-1] == "EXIT 3 ['verifier.inputs', 'verifier.inputs.start']"
    out = run.stdout
    assert "good: proved\n  for every x0:int\n  if    (0 ≤ x0)\n  then  (0 ≤ (x0 + 1))\n" in out
    assert "other: gap\n" in out
    assert "computed: certified\n" in out
    assert "rests on computed, not run again here: engine 1" in out
    assert not run.stderr


def test_a_goal_of_an_earlier_document_can_be_used() -> None:
    x = Var("x", "int")
    first, second = Writer(), Writer()
    claim = forall([x], le(x, plus(x, 1)))
    first.goal("a", claim, first.step("all_intro", [x], first.step("linear", [], le(x, plus(x, 1)), [])))
    held = check.proved(documents.read(first.data()), checked(first))
    assert list(held) == [table.digest(claim)]
    second.goal("b", le(3, 4), second.step("all_elim", second.step("use", table.digest(claim)), [num(3)]))
    document_ = documents.read(second.data())
    assert not check.check(document_, held).goals[0].error
    assert "no goal with digest" in check.check(document_).goals[0].error


def test_words_follow_the_marks() -> None:
    with apart():
        declare(c=((), "int"), d=((), "int"), e=((), "int"), f=((), "int"))
        for name, mark in (("c", "theorem"), ("d", "argued"), ("e", "cited")):
            rows(mark, **{name: le(0, app(name))})
        table.define("f", [], num(3))
        words = {}
        for first, second in (("c", "f"), ("c", "d"), ("c", "e"), ("d", "engine"), ("c", "engine")):
            w = Writer()
            a = w.step("row", first)
            more = w.step("computed", "e 1", le(0, 5)) if second == "engine" else w.step("row", second)
            goal = imp(le(0, app(first)), le(0, 5)) if second == "engine" else None
            if goal is not None:
                w.goal("g", goal, w.step("imp_intro", le(0, app(first)), more))
                total = le(0, plus(5, app(first)))
                w.goal("h", total, w.step("linear", [a, more], total, ["1", "1"]))
            elif second == "f":
                total = le(3, plus(app("f"), app("c")))
                w.goal("h", total, w.step("linear", [a, more], total, ["1", "-1"]))
            else:
                total = le(0, plus(app(first), app(second)))
                w.goal("h", total, w.step("linear", [a, more], total, ["1", "1"]))
            result = checked(w)
            assert not result.failed
            words[first, second] = report.status(result.goals[-1])
            if (first, second) == ("c", "engine"):
                assert report.status(result.goals[0]) == "certified"
        assert words == {
            ("c", "f"): "proved", ("c", "d"): "cited", ("c", "e"): "cited", ("d", "engine"): "cited",
            ("c", "engine"): "certified",
        }  # fmt: skip


def test_axioms_say_what_must_be_read() -> None:
    with apart():
        declare(c=((), "int"))
        rows("cited", low=le(0, app("c")))
        w = Writer()
        w.goal("g", le(-1, app("c")), w.step("linear", [w.step("row", "low")], le(-1, app("c")), ["1"]))
        result = checked(w)
        (entry,) = report.axioms(result.goals)
        assert (entry["mark"], entry["name"], entry["says"]) == ("cited", "low", "(0 ≤ c)")
        assert entry["why"] == "a row of the tests"
        (goal,) = result.goals
    with apart():
        assert report.status(goal) == "cited"
        declare(c=((), "int"))
        rows("theorem", low=le(0, app("c")))
        assert report.status(goal) == "cited"  # resting on what this table does not have: never proved


def test_digests_are_of_terms_and_definitions_and_of_no_wording() -> None:
    def digest_of(why: str, value: int, sort: str = "int") -> str:
        with apart():
            table.symbol("c", (), sort, why)
            table.define("c", [], num(value), why=why)
            table.row("low", le(0, app("c")), "theorem", why)
            w = Writer()
            w.goal("g", le(-1, app("c")), w.step("linear", [w.step("row", "low")], le(-1, app("c")), ["1"]))
            return report.goal_digest(checked(w).goals[0])

    assert digest_of("a", 3) == digest_of("another text", 3)
    assert digest_of("a", 3) != digest_of("a", 3, "const")  # the same terms, of other sorts
    assert digest_of("a", 3) != digest_of("a", 4)  # the proof uses no definition, but the goal says another thing


def test_the_example_digest_of_the_page() -> None:
    x = Var("x", "int")
    digest = table.digest(forall([x], le(0, x)))
    assert f"`{digest}`" in (ROOT / "docs" / "proof-format.md").read_text(encoding="utf-8")


def test_after_the_seal_nothing_is_added() -> None:
    with apart():
        declare(c=((), "int"))
        table.seal()
        with pytest.raises(Refused, match="seal"):
            declare(d=((), "int"))
        with pytest.raises(Refused, match="seal"):
            table.row("evil", FALSE, "theorem", "because")
        with pytest.raises(Refused, match="seal"):
            table.define("c", [], num(1))
        with pytest.raises(TypeError):
            table.TABLE["evil"] = None  # type: ignore[index]
        assert "evil" not in table.TABLE


def test_the_core_is_short_and_imports_the_standard_library_alone() -> None:
    core = ROOT / "verifier" / "kernel" / "core"
    sources = {path.name: path.read_text(encoding="utf-8").splitlines() for path in core.glob("*.py")}
    assert sum(map(len, sources.values())) <= 800
    assert max(len(line) for lines in sources.values() for line in lines) <= 120
    for lines in sources.values():
        ours = [line for line in lines if re.match(r"\s*(import|from) verifier", line)]
        assert all(line.startswith("from verifier.kernel.core") for line in ours)
        imported = {m[1].split(".")[0] for line in lines if (m := re.match(r"\s*(?:from|import) ([\w.]+)", line))}
        assert imported <= sys.stdlib_module_names | {"verifier"}


def test_the_work_for_a_document_is_taken_from_its_own_budget() -> None:
    """After a document that was refused for its work, honest ones are read and checked as before."""
    with pytest.raises(Refused):
        documents.read(documents.load(text(document([*doubled(17), *VARIABLES]))))
    result = check.check(documents.read(documents.load(_products())))
    assert "more work" in result.failed
    x = Var("x", "rand")
    assert theorems.ring(plus(x, x), times(2, x)).prop == eq(plus(x, x), times(2, x))


def test_a_name_of_the_document_is_not_taken_for_a_word_of_ours() -> None:
    w = Writer()
    w.goal("x: proved", le(0, 5), w.step("computed", "one, theorem two", le(0, 5)))
    (goal,) = checked(w).goals
    first, *others = report.lines(goal)
    assert first == '"x: proved": certified'
    assert '  rests on computed, not run again here: "one, theorem two"' in others
    assert report.computations(documents.read(w.data())) == [("one, theorem two", le(0, 5))]


@pytest.mark.parametrize(
    "wrong",
    [
        {"documents": []},
        {"documents": {}},
        {"documents": [1], "more": 1},
    ],
)
def test_a_bundle_has_documents_and_requests_and_nothing_else(wrong: dict[str, Any]) -> None:
    bundle = {"format": "verifier bundle 2", "documents": [{"format": "x"}], "requests": {}}
    assert bundled(json.dumps(bundle).encode()) == [{"format": "x"}]
    with pytest.raises(Refused, match="a bundle has"):
        bundled(json.dumps(bundle | wrong).encode())
