"""Section 2.1 of the supplement, Figure 1: hypernetworks that predict rotations, against the learning rate."""

from __future__ import annotations

from sympy import Eq, Symbol, symbols

from lemmas._errata import supplement
from verifier import Form, Kind, Statement, Summary, printed
from verifier.claims.vocabulary import Quantity

final, rate = symbols("final rate")
at_end = Symbol("final", integer=True)
accuracy = Quantity("accuracy", "", "", symbol="", shown="accuracy")()

statement = Statement(
    name="sensitivity",
    label="Sensitivity",
    title="Rotation prediction: the width and the depth of g, at each learning rate",
    source=supplement(section="2.1"),
    summary="f reads an image and gives the weights of g, which reads the image turned and says by how much. Claims "
    "are about the learning rates at which something is learned; the others are marked, and no trend is asked of them.",
    claims=(
        printed(
            "sensitivity.printed-width", Kind.TREND, accuracy,
            "with f wide and fixed, the test accuracy increases with the width of g, for every learning rate at which "
            "the networks learn", value=1, place="Section 2.1, Figure 1",
        ),
        printed(
            "sensitivity.printed-slower", Kind.TREND, accuracy,
            "with f wide and fixed, a deeper g trains more slowly: the accuracy averaged over the epochs falls with "
            "the depth of g", value=-1, where=Eq(at_end, 0), place="Section 2.1",
        ),
        printed(
            "sensitivity.printed-lower", Kind.TREND, accuracy,
            "with f wide and fixed, a deeper g has a lower test accuracy at the end", value=-1, where=Eq(at_end, 1),
            place="Section 2.1",
        ),
    ),
    expected={Form.PRINTED: Summary.MEASURED},
    group="experiments",
    empirical=True,
)  # fmt: skip
