"""Section 1.2, measured: kernel regression on subsets, one large solution, and the network trained on the same inputs.

Every quantity is the logarithm of a quotient of two mean squared errors over the hidden pixels of test images, so that
"smaller" is a sign.  A sample is one draw of training images, coordinates, features and initial weights, from a set of
images that stays the same: intervals are over those draws, not over sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from verifier.datafiles.images import available, stamp
from verifier.inputs.data import data_folder
from verifier.networks.regression import combined
from verifier.quantities.check import Check, Measure, Parameters, Quantity, cells
from verifier.quantities.pictures import ImageRow, Pictures, pixels

from ._completion import (
    Array,
    Problem,
    Setting,
    available_images,
    by_kernel,
    by_network,
    problem,
    ratio,
    union,
    whole_images,
)  # fmt: skip

DATA = list(available(data_folder()))
VERSION = " ".join(stamp(name, data_folder()) for name in DATA)
TASKS = ["completion", "inpainting"]
#: The text's batch size is that of ``train``; its learning rate.
RATE = 0.01
STEPS = 1000
RIDGE = Setting("completion").ridge
#: Operators: the regression on one subset, the mean or the median of those on all (the text's cannot be read), and one
#: large solution.
ONE, MEAN, MEDIAN, ALL = range(4)


def _average_error(shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: Any) -> Array:
    """log of the error of the mean training image over that of the kernel regression on ``width`` images."""
    found = []
    for _ in range(samples):
        given = problem(_setting(shared, images=width), rng)
        kernel = by_kernel(given, given.trained, RIDGE)[0]
        found.append([ratio(given.errors(given.average()), given.errors(kernel))] * len(cells))
    return np.array(found)


def _subsets(shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: Any) -> Array:
    """log of the error of the operator ``worse`` over that of ``better``."""
    found = []
    for _ in range(samples):
        given = problem(_setting(shared, images=width, subsets=shared["subsets"]), rng)
        parts = by_kernel(given, given.trained, RIDGE)
        errors = {
            ONE: given.errors(parts[0]), MEAN: given.errors(combined(parts, "mean")),
            MEDIAN: given.errors(combined(parts, "median")),
            ALL: given.errors(by_kernel(given, [union(given)], RIDGE)[0]),
        }  # fmt: skip
        found.append([ratio(errors[cell["worse"]], errors[cell["better"]]) for cell in cells])
    return np.array(found)


def _trained(shared: Parameters, cells: Sequence[Parameters], width: int, samples: int, rng: Any) -> Array:
    """log of the error of a network of this width at rate 10^-worse over that at 10^-better; 0: kernel regression."""
    found = []
    for _ in range(samples):
        given = problem(_setting(shared, images=shared["images"]), rng)
        rates = sorted({cell[side] for cell in cells for side in ("worse", "better")} - {0})
        outputs = by_network(given, [10.0**-rate for rate in rates], width, shared["steps"], rng)
        errors = {rate: given.errors(output) for rate, output in zip(rates, outputs, strict=True)}
        errors[0] = given.errors(by_kernel(given, given.trained, RIDGE)[0])
        found.append([_or_diverged(errors[cell["worse"]], errors[cell["better"]]) for cell in cells])
    return np.array(found)


def _or_diverged(worse: Array, better: Array) -> float:
    """What diverged is worse than what did not by a factor of 10^6; of two that diverged neither is."""
    one, two = np.isfinite(worse).all(), np.isfinite(better).all()
    return ratio(worse, better) if one and two else 0.0 if not one and not two else 13.8 if two else -13.8


def _setting(shared: Parameters, **sizes: int) -> Setting:
    return Setting(shared["task"], shared["data"], **sizes, coordinates=shared.get("coordinates", 20))


def _solving(shared: Parameters, width: int) -> float:
    """Operations of a Cholesky factorisation, which most of the time goes into where there are many images."""
    return (float(_setting(shared, images=width).coordinates) * width) ** 3 / 3


gain = Quantity(
    "gain", "log error of the mean image / kernel regression", ("task", "data"), _average_error, version=VERSION,
    work=_solving,
)  # fmt: skip
split = Quantity(
    "split", "log error, worse / better: 0 one subset, 1 mean, 2 median, 3 all at once", ("task", "data", "subsets"),
    _subsets, version=VERSION,
)  # fmt: skip
trained = Quantity(
    "trained", "log error at rates 10^-worse / 10^-better, 0: kernel", ("task", "data", "images", "steps"),
    _trained, version=VERSION,
)  # fmt: skip

#: Pairs (worse, better).
OPERATORS = [(ONE, MEAN), (ONE, MEDIAN), (MEAN, ALL)]
#: Exponents of learning rates; 0 stands for kernel regression.
RATES = [(3, 2), (1, 2), (2, 1), (2, 0)]


def _pairs(pairs: Sequence[tuple[Any, Any]], **axes: Any) -> list[dict[str, Any]]:
    return [{**cell, "worse": one, "better": two} for cell in cells(**axes) for one, two in pairs]


def _networks(effort: str, images: int, steps: int, widths: tuple[int, ...], samples: int) -> tuple[Measure, ...]:
    """The text's claim of its learning rate speaks of that rate alone; ours of all pairs."""
    sizes: dict[str, Any] = {
        "widths": widths, "block": 2, "samples": samples, "quick_samples": 8, "margin": 0.05, "effort": effort,
        "quick": lambda cell: cell["task"] == "inpainting",
    }  # fmt: skip
    axes: dict[str, Any] = {"task": TASKS, "data": DATA, "images": images, "steps": steps}
    return (
        Measure(trained, _pairs(RATES, **axes),
                claims=("image_completion.printed-rate", "image_completion.rate", "image_completion.network"), **sizes),
    )  # fmt: skip


def _kernels(effort: str, images: tuple[int, ...], subsets: int, each: int, samples: int) -> tuple[Measure, ...]:
    sizes: dict[str, Any] = {"block": 2, "samples": samples, "quick_samples": 8, "margin": 0.05, "effort": effort}
    return (
        Measure(gain, cells(task=TASKS, data=DATA), widths=images, width="images",
                claims=("image_completion.kernel", "image_completion.more-images"), **sizes),
        Measure(split, _pairs(OPERATORS, task=TASKS, data=DATA, subsets=subsets), widths=(each,), width="images",
                claims=("image_completion.averaged", "image_completion.large"), **sizes),
    )  # fmt: skip


#: Images a subset, subsets, and steps of training, by the effort.
PICTURED = {"quick": (100, 2, 300), "default": (100, 4, STEPS), "paper": (1000, 10, 20_000)}


def _table(data: str, task: str, contents: str, seed: int, effort: str) -> list[Pictures]:
    """Eight test images of a task: what is shown to f, both predictions, the truth."""
    images, subsets, steps = PICTURED[effort]
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, TASKS.index(task))))
    setting = Setting(task, data, images=images, subsets=max(1, min(subsets, available_images(data) // images)))
    return [_pictured(problem(setting, rng), setting, steps, rng)]


def _pictured(given: Problem, setting: Setting, steps: int, rng: np.random.Generator, count: int = 8) -> Pictures:
    every, few = whole_images(given, count)
    kernel = combined(by_kernel(given, given.trained, setting.ridge, every))
    network, faster = by_network(given, [RATE, 10 * RATE], 128, steps, rng, every)
    hidden = few.hidden.image * few.shown.size + few.hidden.place
    offset = int(every.image[0]) * few.shown.size
    rows = []
    truth = every.image * few.shown.size + every.place
    told = [few.errors(values[hidden - offset]) for values in (kernel, network, faster)]
    for k in range(count):
        part = slice(k * few.shown.size, (k + 1) * few.shown.size)
        true = given.truth.ravel()[truth[part]]
        parts = [true * few.shown, *(np.where(few.shown, true, v[part]) for v in (kernel, network, faster)), true]
        errors = " · ".join(f"{error[k]:.3f}" for error in told)
        rows.append(ImageRow(errors, tuple(pixels(part.reshape(given.shape)) for part in parts)))
    means = ", ".join(f"{e.mean():.3f} ± {2 * e.std(ddof=1) / len(e) ** 0.5:.3f}" for e in told)
    note = (
        f"{setting.data}: f is shown the first image; predictions of its hidden part are pasted into what is shown. "
        f"Kernel: the mean of {setting.subsets} regressions on {setting.images} images with {setting.coordinates} "
        f"coordinates each; networks: widths 128 and 16, {steps} steps of 20 inputs on the first of these subsets. "
        "Beside each row: the mean squared errors of the kernel and of the two networks over the hidden pixels; over "
        f"these images they are {means} (two standard errors)."
    )
    columns = ("input", "kernel regression", f"network, rate {RATE:g}", f"network, rate {10 * RATE:g}", "truth")
    return Pictures(f"Image {setting.task}", columns, tuple(rows), note)


check = Check(
    "image_completion",
    *_kernels("default", (50, 150), subsets=4, each=40, samples=16),
    *_networks("default", 100, STEPS, (128,), samples=16),
    *_kernels("paper", (250, 500, 1000), subsets=10, each=100, samples=8),
    *_networks("paper", 1000, 20_000, (256,), samples=8),
    scaled="subsets of 40 to 150 images instead of 1000, four of them instead of ten; 1000 steps of training",
    pictures=tuple(partial(_table, data, task, stamp(data, data_folder())) for data in DATA for task in TASKS),
)
