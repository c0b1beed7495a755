"""Compiled sums over streamed neurons are NumPy's, bit by bit; another bit or another order of adding would be seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from verifier.networks import fused, joint, loops, sectors
from verifier.networks.buffers import reusing
from verifier.networks.correlations import sample_K, sample_T

KERNELS = fused.compiled()
needs_numba = pytest.mark.skipif(KERNELS is None, reason="numba is not installed")

C, LEAF, PADDED = sectors.CHUNK, loops.LEAF, loops.PADDED
#: Numbers of neurons at and beside the ends of chunks, of the pieces that NumPy halves, and of compiled loops.
COUNTS = {
    "none": [0, 0, 0],
    "one": [1],
    "ends of loops": [0, 7, 8, 9, PADDED - 1, PADDED, PADDED + 1, 0],
    "ends of what is halved": [LEAF - 1, LEAF, LEAF + 1, LEAF + 2, 2 * LEAF + 1, 2 * LEAF + 2, 1365, 5 * LEAF + 3],
    "ends of chunks": [C - 1, 1, C, 0, C + 1, 2 * C - 2, 1, 1, 3],
    "over several chunks": [3 * C + 17, 5, 0, C - 1, 4099],
    "many small ones": list(np.random.default_rng(1).integers(0, 60, 900)),
}


def drawn(counts, kind, dtype, compiled):
    """The sums, and the state of the generator after them."""
    counts = np.array(counts, np.int64)
    width = np.random.default_rng(2).random(counts.size) * np.pi / 2
    rng = np.random.Generator(kind(3))
    if compiled:
        return np.array(sectors._weighted_sums(counts, width, rng, dtype)), rng.bit_generator.state
    with fused.reference():
        return np.array(sectors._weighted_sums(counts, width, rng, dtype)), rng.bit_generator.state


@needs_numba
@pytest.mark.parametrize("counts", COUNTS.values(), ids=COUNTS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", [np.random.SFC64, np.random.PCG64])
def test_compiled_sums_are_numpy_s(counts, kind, dtype):
    """And so is what is drawn after them.  PCG64 and single precision are drawn by NumPy in both."""
    (found, after), (expected, state) = (drawn(counts, kind, dtype, compiled) for compiled in (True, False))
    assert found.tobytes() == expected.tobytes()
    assert str(after) == str(state)
    assert np.any(found[0]) == (sum(counts) > 0)


@needs_numba
@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_calls_of_compiled_code_go_on_where_the_last_one_ended(monkeypatch, chunks):
    expected, state = drawn(COUNTS["over several chunks"], np.random.SFC64, np.float64, compiled=False)
    monkeypatch.setattr(sectors, "PATIENCE", chunks * C)
    found, after = drawn(COUNTS["over several chunks"], np.random.SFC64, np.float64, compiled=True)
    assert found.tobytes() == expected.tobytes()
    assert str(after) == str(state)


@needs_numba
def test_the_compiled_code_draws_itself():
    assert KERNELS.draws


@pytest.mark.parametrize("size", [*range(1, 300), 1000, 1365, C - 1, C, C + 9])
def test_numbers_are_added_as_numpy_adds_them(size):
    numbers = np.random.default_rng(size).standard_exponential(size)
    assert added(numbers) == np.add.reduceat(numbers, [0])[0]


@pytest.mark.parametrize("leaf", [64, 256])
def test_another_order_of_adding_is_seen(monkeypatch, leaf):
    """The twin: halved down to 64 or to 256 numbers, a tenth at least of the sums have other last bits."""
    numbers = np.random.default_rng(4).standard_exponential((60, 1000))
    expected = np.array([np.add.reduceat(row, [0])[0] for row in numbers])
    monkeypatch.setattr(loops, "LEAF", leaf)
    found = np.array([added(row) for row in numbers])
    assert np.allclose(found, expected, rtol=1e-13, atol=0.0)
    assert np.count_nonzero(found != expected) >= 6


def added(numbers):
    room = np.zeros(loops.DEEP, np.int64), np.zeros(loops.DEEP, np.int64), np.zeros(loops.DEEP)
    return loops.total(numbers, *room)


@needs_numba
@pytest.mark.parametrize("what", ["width of a layer", "where the tail begins", "words within a layer", "density"])
def test_drawing_that_is_not_numpy_s_is_not_used(monkeypatch, what):
    """One last bit, an eighth of a layer's words, or 2 % of a density: NumPy draws, and the sums stay the same."""
    within, edge, height, end = (np.copy(table) for table in KERNELS.ziggurat)
    if what == "width of a layer":
        edge[17] = np.nextafter(edge[17], 1.0)
    elif what == "where the tail begins":
        end = np.nextafter(end, 0.0)
    elif what == "words within a layer":
        within[200] += np.uint64(1 << 50)
    else:
        height[100:] *= 1.02
    tables = within, edge, height, float(end)
    assert fused._draws_alike(KERNELS.streamed, KERNELS.ziggurat)
    assert not fused._draws_alike(KERNELS.streamed, tables)
    others = replace(KERNELS, ziggurat=tables, draws=False)
    monkeypatch.setattr(fused, "_compile", lambda: others)
    counts = COUNTS["over several chunks"]
    found, plain = (drawn(counts, np.random.SFC64, np.float64, compiled) for compiled in (True, False))
    assert found[0].tobytes() == plain[0].tobytes()
    # The twin: tables that are used are seen in the sums.
    wide = replace(others, ziggurat=(within, 1.01 * edge, height, float(end)), draws=True)
    monkeypatch.setattr(fused, "_compile", lambda: wide)
    assert drawn(counts, np.random.SFC64, np.float64, compiled=True)[0].tobytes() != plain[0].tobytes()


@needs_numba
def test_compiled_code_that_adds_otherwise_is_not_used():
    """One last bit of one sum is enough."""

    def off(*arguments):
        KERNELS.streamed(*arguments)
        arguments[-1][0, -1] = np.nextafter(arguments[-1][0, -1], 0.0)

    fused._try(KERNELS)
    with pytest.raises(ValueError, match="another order"):
        fused._try(replace(KERNELS, streamed=off))


@needs_numba
@pytest.mark.parametrize("n", [1, 2, 61, 700, 4097])
@pytest.mark.parametrize("batch", [1, 3, 40])
def test_samples_are_the_same(n, batch):
    found = []
    for off in (False, True):
        with fused.reference() if off else reusing():
            rng = np.random.default_rng(5)
            one = sample_T(4, n, range(5), angle=60, samples=batch, rng=rng, sampler="stream")
            two = sample_K(2, 3, n, range(7), angle=100, samples=batch, rng=rng, sampler="stream")
            found.append(b"".join(part.tobytes() for draw in (one, two) for part in (draw.values, draw.normals)))
    assert found[0] == found[1]


def test_masks_are_as_long_as_a_space_grows(monkeypatch):
    """Whether written out beforehand for one basis vector of each pattern, for two, or for many."""
    found = []
    for tiled in (1, 2, 16):
        monkeypatch.setattr(joint, "MOST_TILED", tiled)
        rng = np.random.default_rng(6)
        found.append(sample_T(6, 40, range(7), angle=60, samples=50, rng=rng, sampler="stream").values.tobytes())
    assert len(set(found)) == 1
