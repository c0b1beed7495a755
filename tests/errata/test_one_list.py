"""The errata of a statement are those that its claims and hypotheses name: nobody lists them a second time."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy

from lemmas._errata import ERRATA
from verifier.claims.statement import Claim, Erratum, Hypothesis, Kind, Source, Statement, Witness
from verifier.claims.wellformed import flaws
from verifier.projects.project import default_project
from verifier.report.errata import errata

r = sympy.Symbol("r")
E1, E2, E3, E4 = (Erratum(f"E{k}", "(1)", "n", "It is n².", "n = 2.", "n²", "None.") for k in range(1, 5))
CLAIM = Claim("toy.order", Kind.ORDER, sympy.Function("X")(r), "", exponent=-r, errata=("E3",))
NEEDS = Hypothesis("small", "r is small", Witness("r = 9"), errata=("E1",))
TOY = Statement("toy", "A toy", Source("Nowhere"), "", (CLAIM,), (NEEDS,), errata=(E1, E2, E3, E4))


def test_a_statement_has_what_its_parts_name_and_what_is_besides() -> None:
    assert TOY.own_errata == (E1, E3)
    assert replace(TOY, besides=("E4",)).own_errata == (E1, E3, E4)
    assert not list(flaws(replace(TOY, besides=("E4",))))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (replace(TOY, errata=(E1, E2)), "claim 'toy.order' names the erratum 'E3'; there are E1, E2"),
        (replace(TOY, errata=(E2, E3)), "hypothesis 'small' names the erratum 'E1'; there are E2, E3"),
        (replace(TOY, errata=()), "hypothesis 'small' names the erratum 'E1'; there are none"),
        (replace(TOY, besides=("E9",)), "it names the erratum 'E9'; there are E1, E2, E3, E4"),
        (replace(TOY, besides=("E1",)), "hypothesis 'small' names the erratum 'E1', which is among those besides"),
        (replace(TOY, errata=(E1, E3, E3)), "two errata are called 'E3'"),
    ],
)
def test_what_is_named_and_not_there_or_said_twice_is_refused(changed: Statement, told: str) -> None:
    assert told in list(flaws(changed))


def test_what_a_part_of_the_supplement_names_is_an_erratum_of_its_statement() -> None:
    """Six statements had lists of their own that lacked some of them, such as E9 of dyer_gur_ari."""
    project = default_project()
    statements = [project.entry(name).statement for name in project.names]
    data = [
        {"name": s.name, "errata": [e.id for e in s.own_errata], "hypotheses": [], "claims": []} for s in statements
    ]
    shown = {entry["id"]: entry["statements"] for entry in errata(statements, data)}
    for statement in statements:
        for part in (*statement.claims, *statement.hypotheses):
            assert all(statement.name in shown[name] for name in part.errata), part.id
    assert "dyer_gur_ari" in shown["E9"]
    assert "lemma6" in shown["E26"]
    assert set(shown) == {erratum.id for erratum in ERRATA}
