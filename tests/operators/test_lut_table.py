"""Tables: their shape, their nodes, and what they refuse."""

import numpy as np
import pytest

from dynconv_lite.lut import PATTERNS, LookupTable, Pattern, nodes
from dynconv_lite.lut.patterns import strides


def table_values(rows, *outputs):
    return np.random.default_rng(0).integers(-128, 128, (rows, *outputs)).astype(np.int8)


def test_the_patterns_are_those_of_the_papers():
    """Taps (dy, dx), as the public test code of SR-LUT and MuLUT reads them."""
    taps = {name: pattern.taps for name, pattern in PATTERNS.items()}
    assert taps == {
        "s": ((0, 0), (0, 1), (1, 0), (1, 1)),
        "d": ((0, 0), (0, 2), (2, 0), (2, 2)),
        "y": ((0, 0), (1, 1), (1, 2), (2, 1)),
        "f": ((0, 0), (0, 1), (0, 2)),
        "v": ((0, 0), (0, 1)),
    }
    assert {name: p.reach for name, p in PATTERNS.items()} == {
        "s": 1,
        "d": 2,
        "y": 2,
        "f": 2,
        "v": 1,
    }


@pytest.mark.parametrize("interval, count", [(0, 257), (3, 33), (4, 17), (5, 9), (7, 3), (8, 2)])
def test_nodes_cover_the_values_from_0_to_256(interval, count):
    assert nodes(interval) == count
    assert (count - 1) * 2**interval == 256


def test_rows_follow_the_axes_with_the_last_one_fastest():
    values = np.arange(3**4, dtype=np.int8)[:, None]
    table = LookupTable(values, "s", interval=7)
    for index in np.ndindex(3, 3, 3, 3):
        assert table.at(index) == [np.ravel_multi_index(index, (3, 3, 3, 3))]
    everywhere = np.stack(np.meshgrid(*[np.arange(3)] * 4, indexing="ij"), -1)
    assert np.array_equal(table.at(everywhere).reshape(81, 1), values)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_blocks_are_flattened_row_by_row(scale):
    blocks = table_values(25, 1, scale, scale)
    table = LookupTable(blocks, "v", interval=6)
    assert table.scale == scale
    assert table.values.shape == (25, scale**2)
    assert table.nbytes == 25 * scale**2
    assert np.array_equal(table.at([2, 3]), blocks[13, 0].ravel())


def test_the_published_sizes():
    """17^4 rows of 16 bytes: 1.274 MB, in units of 2**20, as Jo & Kim 2021 print it."""
    table = LookupTable(np.zeros((17**4, 1, 4, 4), np.int8), "s")
    assert table.nbytes / 2**20 == pytest.approx(1.274, abs=5e-4)


def test_a_table_keeps_its_own_values():
    values = table_values(4, 1)
    table = LookupTable(values, "v", interval=8)
    first = table.values[0, 0]
    values[0, 0] ^= 1
    assert table.values[0, 0] == first
    with pytest.raises(ValueError, match="read-only"):
        table.values[0, 0] = 0


@pytest.mark.parametrize("ending", [".npy", ".npz"])
@pytest.mark.parametrize("interval", [3, 4, 5, 6, 7, 8])
def test_a_table_comes_back_from_its_file(ending, interval, tmp_path):
    table = LookupTable(table_values(nodes(interval) ** 3, 4), "f", interval)
    path = tmp_path / f"folder/table{ending}"
    table.save(path)
    found = LookupTable.load(path, "f")
    assert np.array_equal(found.values, table.values)
    assert (found.interval, found.step, found.pattern) == (interval, 1.0, PATTERNS["f"])


def test_the_full_table_and_a_step_size_come_back(tmp_path):
    table = LookupTable(table_values(257**2, 1), "v", 0, step=0.1)
    table.save(tmp_path / "table.npz")
    found = LookupTable.load(str(tmp_path / "table.npz"), "v")
    assert (found.interval, found.step) == (0, 0.1)
    assert np.array_equal(found.values, table.values)


def test_the_same_table_makes_the_same_file(tmp_path):
    for name in ("one.npz", "two.npz"):
        LookupTable(table_values(9, 1), "v", 7, step=0.1).save(tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


@pytest.mark.parametrize(
    "values, words",
    [
        (np.zeros((81, 1), np.uint8), "values must be a numpy array of int8, got uint8"),
        (np.zeros((81, 1)), "got float64"),
        ([[0]], "got list"),
        (np.zeros((80, 1), np.int8), r"values must be \(81, outputs\).*got \(80, 1\)"),
        (np.zeros((81, 2), np.int8), r"got \(81, 2\)"),
        (np.zeros((81, 25), np.int8), r"got \(81, 25\)"),
        (np.zeros((81, 2, 2), np.int8), r"got \(81, 2, 2\)"),
        (np.zeros((81, 1, 1, 4), np.int8), r"got \(81, 1, 1, 4\)"),
        (np.zeros(81, np.int8), r"got \(81,\)"),
    ],
)
def test_wrong_values_are_named(values, words):
    with pytest.raises(ValueError, match=words):
        LookupTable(values, "s", interval=7)


@pytest.mark.parametrize("interval", [1, 2, 9, -1, 4.0, True, "4"])
def test_wrong_intervals_are_named(interval):
    with pytest.raises(ValueError, match=f"interval must be .*got {interval!r}"):
        LookupTable(np.zeros((81, 1), np.int8), "s", interval)


def test_a_full_table_of_four_taps_is_refused():
    with pytest.raises(ValueError, match=r"interval 0 with the 4 taps .* 4362470401 rows"):
        strides(PATTERNS["s"], 0)


@pytest.mark.parametrize("step", [0, -1.0, float("inf"), float("nan"), "1", None, True])
def test_wrong_steps_are_named(step):
    with pytest.raises(ValueError, match="step must be a finite number > 0"):
        LookupTable(np.zeros((81, 1), np.int8), "s", 7, step=step)


@pytest.mark.parametrize("pattern", ["S", "", "x", None, 4])
def test_wrong_patterns_are_named(pattern):
    with pytest.raises(ValueError, match="pattern must be one of s, d, y, f, v, got"):
        LookupTable(np.zeros((81, 1), np.int8), pattern, 7)


@pytest.mark.parametrize("index", [[0, 0, 0], [0, 0, 0, 3], [0, 0, 0, -1], [0.0] * 4, 0])
def test_an_index_outside_the_table_is_refused(index):
    with pytest.raises(ValueError, match="index must be"):
        LookupTable(np.zeros((81, 1), np.int8), "s", 7).at(index)


def test_a_pattern_of_ones_own():
    row = Pattern("h", ((0, 0), (0, 3)))
    assert (row.dims, row.reach) == (2, 3)
    assert LookupTable(table_values(9, 4), row, 7).pattern is row
