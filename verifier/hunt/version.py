"""The version of all code that an outcome of a hunt depends on: what is kept of another version is not used."""

from __future__ import annotations

import uuid

from verifier.hunt.fresh import outcomes
from verifier.hunt.jobs import follow, narrow
from verifier.hunt.screening import screened
from verifier.hunt.symptoms import symptom
from verifier.hunt.target import Target
from verifier.sampling.questions import question_of
from verifier.sampling.versions import Unknown, version_of

#: What looks and decides, whatever the target.
_LOOKS = (outcomes, symptom, screened, follow, narrow, question_of)


def version(target: Target, *sampler: object) -> str:
    """That of all code that an outcome depends on: the sampler's, what derives parameters, allowances, the conditions
    of hypotheses, the space, and this package's that looks and decides.

    ``sampler`` takes the place of a sampler that is made of a program.  Where it cannot be told: a version that no
    later run has.
    """
    part, hypotheses = target.part, target.statement.hypotheses
    tests = [(h.id, str(h.when), getattr(h.condition, "holds", None)) for h in hypotheses]
    says = (part.quantity.allowance, part.derived, getattr(part, "atom", None), part.space, tests)
    try:
        return version_of(*(sampler or (part.quantity.draw,)), *says, _LOOKS, declared=part.quantity.version)
    except (Unknown, RecursionError):
        return uuid.uuid4().hex
