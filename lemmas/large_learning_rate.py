"""Section 2.2 of the supplement, Figure 2: shallow networks trained with learning rate √n."""

from __future__ import annotations

from sympy import And, Eq, Gt, Lt, Symbol, symbols

from lemmas._errata import ERRATA, supplement
from verifier import Form, Kind, Statement, Summary, amended, printed
from verifier.claims.vocabulary import Quantity

entropy, epoch, epochs, kind = symbols("entropy epoch epochs kind", integer=True)
factor = Symbol("factor", real=True)

share = Quantity("share", "", "", symbol="", shown="share")()
calm = Quantity("calm", "", "", symbol="", shown="calm")()
wild = Quantity("wild", "", "", symbol="", shown="wild")()
ACCURACY, CLOSED, LOSS = Eq(kind, 0), Eq(kind, 1), Eq(kind, 2)

statement = Statement(
    name="large_learning_rate",
    label="Large learning rates",
    title="Training wide shallow networks with the learning rate √n",
    source=supplement(section="2.2"),
    summary="With the cross-entropy, whose slope in the outputs is bounded, shallow networks train at the rate √n, "
    "and better where they are wider. With the squared error they do not: the output jumps, most hidden units close, "
    "and a stable step needs μ < 2/λ_max(Θ).",
    claims=(
        printed(
            "large_learning_rate.printed-trains", Kind.ABOVE, share,
            "training is possible at the learning rate √n: the test accuracy is above .4 (chance is .1); which "
            "loss is meant is not said", value=0.4, where=And(ACCURACY, epoch >= 1), errata="E24",
            place="Section 2.2, Figure 2(a)", instead="trains",
            why="With the squared error the outputs jump at once, and most hidden units are closed from then on.",
        ),
        printed(
            "large_learning_rate.printed-wider", Kind.TREND, share,
            "the accuracy improves as the width increases", value=1, where=And(ACCURACY, Eq(epoch, epochs)),
            errata="E24", place="Section 2.2, Figure 2(a)", instead="wider",
            why="With the squared error the wider networks diverge (in single precision) or die; narrow ones do not.",
        ),
        printed(
            "large_learning_rate.printed-loss", Kind.TREND, share, "the loss improves as the width increases", value=-1,
            where=And(LOSS, Eq(epoch, epochs)), place="Section 2.2, Figure 2(b)", errata="E24", instead="loss",
            why="With the squared error the loss of the wider networks is that of no network at all, or not finite.",
        ),
        amended(
            "large_learning_rate.trains", Kind.ABOVE, share,
            "with the cross-entropy the test accuracy is above .4 at the rate √n", value=0.4,
            where=And(ACCURACY, epoch >= 1, Eq(entropy, 1)), errata="E24",
        ),
        amended(
            "large_learning_rate.wider", Kind.TREND, share,
            "with the cross-entropy the accuracy at the end is higher at the largest width than at the smallest",
            value=1, where=And(ACCURACY, Eq(epoch, epochs), Eq(entropy, 1)), errata="E24",
        ),
        amended(
            "large_learning_rate.loss", Kind.TREND, share,
            "with the cross-entropy the loss at the end is lower at the largest width than at the smallest", value=-1,
            where=And(LOSS, Eq(epoch, epochs), Eq(entropy, 1)), errata="E24",
        ),
        amended(
            "large_learning_rate.dies", Kind.ABOVE, share,
            "with the squared error more than half of the hidden units are closed at every test image after the first "
            "epoch", value=0.5, where=And(CLOSED, epoch >= 1, Eq(entropy, 0)), errata="E24",
        ),
        amended(
            "large_learning_rate.stable", Kind.ABOVE, calm,
            "full gradient descent on the squared error is stable below μ = 2/λ_max(Θ): the loss never exceeds the "
            "first one", value=0, where=And(Gt(factor, 0), Lt(factor, 1)), errata="E24",
        ),
        amended(
            "large_learning_rate.unstable", Kind.ABOVE, wild,
            "above it the loss exceeds the first one, at twice 2/λ_max(Θ) as at √n", value=0,
            where=Eq(factor, 0) | Gt(factor, 1), errata="E24",
        ),
    ),
    errata=ERRATA,
    expected={Form.PRINTED: Summary.CONTRADICTED, Form.AMENDED: Summary.MEASURED},
    group="experiments",
    empirical=True,
)  # fmt: skip
