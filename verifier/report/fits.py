"""Verdicts about groups of measurements as one object: of a file, or by name; in a notebook a table and a picture.

>>> import numpy as np
>>> import verifier as v
>>> rng = np.random.default_rng(20201)
>>> sizes = {n: 1 + 0.01 * rng.standard_normal(5) for n in (128, 256, 512, 1024)}
>>> found = v.fit({"hidden": sizes, "readout": {n: x / n for n, x in sizes.items()}}, v.order == 0)
>>> found
<2 groups of X ~ n^0: 1 contradicted, 1 consistent; contradicted: readout>
>>> found["hidden"].verdict
'consistent (few seeds)'
"""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy.typing as npt

from verifier.datafiles import Grouped, Layout, read_groups
from verifier.fits.drawing import given
from verifier.fits.fitting import Finding, FitSettings
from verifier.fits.groups import GroupFit, by_interest, claim_text, fit_groups, overall
from verifier.fits.kinds import SIZES
from verifier.verdict import NumericStatus
from verifier.verdict.display import line, table

#: What is fitted group by group: the path of a file that ``verifier fit`` reads, or {group: {width: values}}.
Groups = str | Path | Mapping[str, Mapping[int, npt.ArrayLike]]


@dataclass(frozen=True)
class Picture:
    """A drawing; ``svg`` is a document of its own, and a notebook shows it."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<picture: {len(self.svg)} characters of SVG>"


@dataclass(frozen=True, repr=False)
class Fits:
    """What measurements say of one claim, group by group, in the order of the file.

    ``fits`` has for each group its label, what was expected of it and the findings; ``found[label]`` is the finding of
    one group.  KeyError names the groups there are.
    """

    data: Grouped
    kind: str
    fits: tuple[GroupFit, ...]

    @property
    def verdict(self) -> NumericStatus:
        """Contradicted if one group is; consistent only if all are."""
        return overall(self.fits)

    def __getitem__(self, label: str) -> Finding:
        known = {found.group.label: found for found in self.fits}
        if label not in known:
            raise KeyError(f"there is no group {label!r}; there are {', '.join(known)}")
        found = known[label]
        if found.fitted is None:
            raise ValueError(f"{label}: {found.problem}")
        return found.findings[0]

    def picture(self) -> Picture:
        """Every group on log-log axes of one scale, with its claim as a band and the fit.

        ValueError for a kind of claim that has no picture.
        """
        from verifier.report.fit_plot import DRAWN, picture

        if self.kind not in DRAWN:
            raise ValueError(f"a claim of kind {self.kind!r} has no picture; {', '.join(DRAWN)} have")
        return Picture(picture(self.data, self.kind, self.fits))

    @property
    def _claim(self) -> str:
        quantity = self.data.plan.values[0] if len(self.data.plan.values) == 1 else "X"
        targets = {found.expect for found in self.fits}
        return claim_text(self.kind, next(iter(targets)) if len(targets) == 1 else "p", quantity)

    def __repr__(self) -> str:
        several = "" if len(self.fits) == 1 else "s"
        counts = ", ".join(f"{n} {word}" for word, n in Counter(str(f.verdict) for f in by_interest(self.fits)).items())
        odd: dict[str, list[str]] = {}
        for found in by_interest(self.fits):
            if found.verdict is not NumericStatus.CONSISTENT:
                odd.setdefault(str(found.verdict), []).append(found.group.label)
        told = "".join(f"; {word}: {', '.join(labels)}" for word, labels in odd.items())
        return f"<{line(f'{len(self.fits)} group{several} of {self._claim}: {counts}{told}', 190)}>"

    def _repr_html_(self) -> str:
        rows = []
        for found in self.fits:
            figures = ("", "") if math.isnan(found.estimate) else _figures(found.findings[0])
            why = "" if found.verdict is NumericStatus.CONSISTENT else found.reason
            rows.append((html.escape(found.group.label), *figures, html.escape(found.word), html.escape(why)))
        return table(self._claim, ("group", "estimate", "claimed", "verdict", "why"), rows)


def _figures(found: Finding) -> tuple[str, str]:
    return f"{found.estimate:+.3f} [{found.low:+.3f}, {found.high:+.3f}]", f"{found.claimed:g} ± {found.margin:g}"


def fits_of(
    data: Groups, kind: str, expect: str | None, unless: Mapping[str, str | None], layout: Layout | None,
    settings: FitSettings,
) -> Fits:  # fmt: skip
    """Read and decide.  ``expect`` is of all groups but those that ``unless`` names, by label or pattern.

    Raises ValueError, naming the file or the group, for what cannot be read, grouped or decided.
    """
    targets = () if expect is None else (expect, *(f"{name}={target}" for name, target in unless.items()))
    if isinstance(data, str | Path):
        found = read_groups([Path(data)], replace(layout or Layout(), sizes=kind in SIZES))
    else:
        found = given(data)
    return Fits(found, kind, fit_groups(found, kind, targets, settings))
