"""The prose of docs/calibration.md: what the tables are, and what they do not show."""

INTRODUCTION = """# Calibration

How often is the gate wrong? Every family below has a known exponent; the gate that is run on it is the one
that `verifier check`, `verifier gate` and the pytest plugin run, look by look (256 samples a width, then
doubling), on the widths 128, 413, 1150, 4690, 20011, 131071 unless the family names its own. This page is what

    {command}

writes, and depends on nothing but that command (seed {seed}). `--jobs` spreads it over cores and `--store FILE` keeps
what is finished of the first tables.

* **false pass**: *consistent* for the claim moved by exactly the margin, above or below the truth; these are the
  hardest false claims that have to be refused. For a family whose own claim is false: *consistent* for that claim.
* **false fail**: *contradicted* for a true claim.
* **misses**: the reported interval, at the look where the run stopped, is without the truth. Its coverage is the
  rest, and has to be at least 1 - alpha.
* **within alpha**: *yes* if the upper end of every rate of the row is below alpha, *no* if the lower end of one is
  above, else *not shown*.
* **undecided**: runs in per cent that end inconclusive or invalid for the family's own claim.
* **samples**: a width, the mean and the most.

Errors are counts; in brackets is the Clopper-Pearson interval of their rate, in per cent.
"""

PLANNED = """
**How many runs** is fixed by alpha, before anything is seen: 5/alpha, at least 1000, of a claim that holds within the
assumption. If such a row does not show all its rates to be within alpha, it is run once more as long, on the same
stream, and then stays as it is. So that either stage may be reported, the intervals have confidence 97.5 %, and both
together 95 %. Other rows have 1000 runs, those of other kinds of claims 500: at 1e-3 they speak only together. Both
levels of alpha see the same samples.
Of the eight looks, each at an eighth of alpha, the six up to 8192 samples are taken: errors at the last two are not
counted here.
"""

FIXED = """
**How many runs**: {runs} of every row, as `--repetitions` says; without it there are 5/alpha of a claim that holds, and
1000 or 500 of others, which takes hours. A row without errors then shows a rate below {bound} %, which at 1e-3 says
something of all rows together only. Both levels of alpha see the same samples; intervals have confidence 97.5 %.
Of the eight looks, each at an eighth of alpha, the six up to 8192 samples are taken: errors at the last two are not
counted here.
"""

KINDS = """Claims with known truth: true ones, false ones that are off by exactly the margin or more, and one on the
line between, where either decision is an error. Where differences X - X' are taken, pairs are counted as samples.
"""

LIMITS = """## What this does not show

* **alpha = 1e-8.** Rates this small cannot be counted: no error in R runs only shows a rate below 4.4/R. At
  1e-8 the promise rests on theory: the estimator is a fixed linear contrast of means of log|X|, so its tail is
  that of a studentised mean of at least 128 terms with all moments. A saddlepoint evaluation of the tail of such
  a contrast at six standard errors, for products of Gaussians at 256 samples a width, exceeds the normal tail by
  a factor of 1.25, and of 1.7 with the 1/n column; read 1e-8 as "at most about 2e-8". Nothing between 1e-3 and
  1e-8 was counted here.
* **One row at a small alpha.** A row of 5000 runs without errors shows a rate below 0.088 %; one of 1000 runs, below
  0.44 %, which says nothing about 1e-3. There the false claims speak only together, and so do the other kinds: their
  mean rate is bounded, not that of each. With so many intervals of 97.5 % some do not cover their rate.
* **The assumption.** The scale is n^p times 1 + (c/n)^q with q one of 1, 2/3, 1/2 and |c| <= 10 (6 for the slower
  two). The second table breaks it on purpose. Where a true correction is larger or of another order, an interval may
  miss the truth; it then contradicts a true claim only if it also reaches beyond the margin and no misfit is seen.
  Every verdict therefore names the corrections that it allows for.
* **An interval of one functional.** Where 7 of 8 samples are near-zeros of another order, log-means follow those, and
  the reported interval misses the exponent of the law in every run. The second functional disagrees, so the claim is
  neither passed nor contradicted.
* **What no sample can show.** A term such as 1e-4 n^-1/2 beside n^-1 dominates only beyond n = 10^8: the claim
  n^-1 is then false, and it passes at every smaller width. A law that changes between or beyond the widths of the
  grid passes as well, and so does a factor that is periodic in log n if the widths are whole periods apart.
  *Consistent* is a statement about the widths that were sampled, never a proof.
* **Slow factors.** sqrt(log n) and log log n move the exponent by less than the margin on these widths. With many
  samples they are seen to be no power law, but some runs stop before that: the table says how many. Refusing them is
  not promised, and neither is a *contradicted* where data are no power law: that ends inconclusive.
* **Rare non-zeros.** With an atom of 511/512 there are too few non-zero samples to decide; where the first look has
  none at all, the run ends there as *invalid*, "identically zero", though the quantity is not. Neither passes.
* **False claims that stay open.** A false claim that is never passed need not be contradicted: a log-periodic factor,
  a random exponent and an atom that grows with n end undecided.
* **What a plain slope gets right.** Of claims that the rule "polyfit ± 1/8" gets right `fit` leaves nearly half open.
  Most of those would be open even if the scatter were known, as `benchmarks/practice_results.md` counts: at this error
  rate the samples do not carry the answer, and the rule does not know where it is wrong.
* **Few rows that are dependent.** Five successive steps of one run at each width look like five seeds, and nothing in
  so few rows tells them apart: with another seed than the page's, one such set contradicted its true claim. Averages of
  a run, one number each, are what the mark "few seeds" is for.
* **Laws that are not here.** The rates are measured on these families and no others.
"""
