"""Sums of one-index tables by numba: equal to the bit to torch's operators, and to numpy."""

import itertools

import numpy as np
import pytest
import torch
from additive_by_hand import random_image, random_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from dynconv_lite.lut.additive import AdditiveTables
from dynconv_lite.lut.additive_fast import LINES, lines_of
from dynconv_lite.lut.additive_forward import super_resolve_additive

COLOURS = st.sampled_from([(), (3,)])


@given(data=st.data(), seed=st.integers(0, 99))
@settings(max_examples=60)
def test_both_backends_give_the_same_to_the_bit(data, seed) -> None:
    """Any tables and picture; `test_additive` compares both with a loop."""
    draw = data.draw
    layer = st.tuples(st.integers(1, 19), st.sampled_from((1, 3, 5)), st.integers(2, 256))
    side, nodes = draw(st.sampled_from((1, 3))), draw(st.integers(2, 256))
    last = (draw(st.sampled_from((4, 9, 16))), side, nodes)
    shapes = (*draw(st.lists(layer, max_size=3)), last)
    tables = random_tables(seed, shapes, draw(st.sampled_from((1, 4))))
    image = random_image(seed, (*draw(st.tuples(*[st.integers(1, 13)] * 2)), *draw(COLOURS)))
    padding = draw(st.sampled_from(("edge", "reflect")))
    found = super_resolve_additive(image, tables, padding=padding, backend="numba")
    assert np.array_equal(found, super_resolve_additive(image, tables, padding=padding))
    expected = super_resolve_additive(image, tables, padding=padding, backend="torch")
    assert found.dtype == np.uint8 and np.array_equal(found, expected)


@pytest.mark.parametrize("turns", [1, 4])
def test_pictures_higher_than_a_strip(turns) -> None:
    tables, image = random_tables(1, turns=turns), random_image(1, (150, 7, 3))
    found = super_resolve_additive(image, tables, backend="numba")
    assert np.array_equal(found, super_resolve_additive(image, tables, backend="torch"))


def test_the_result_does_not_depend_on_the_number_of_threads() -> None:
    tables, image = random_tables(2), random_image(2, (41, 11, 3))
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            found.append(super_resolve_additive(image, tables, backend="numba"))
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[0], found[2])


@pytest.mark.parametrize("value", [-128, 127])
@pytest.mark.parametrize("turns", [1, 4])
def test_the_largest_sums_do_not_run_over(value, turns) -> None:
    """Constant tables: every sum is 255 times their value times their number, in every turn."""
    outputs, steps = 57, (0.01, 0.001)  # 57 * 9 = 513 tables a sum: one more channel is too many
    layers = [
        np.full((1, 3, 3, 2, outputs), value, np.int8),
        np.full((outputs, 3, 3, 6, 16), value, np.int8),
    ]
    with pytest.raises(ValueError, match="C k k <= 514"):
        AdditiveTables([layers[0].repeat(2, 4), layers[1].repeat(2, 0)], steps, turns)
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    addend = outputs * 9 * value * steps[1]  # whatever the bytes are
    expected = (image + addend).round().clip(0, 255).repeat(4, 0).repeat(4, 1)
    for backend in ("numba", "torch"):
        found = super_resolve_additive(image, AdditiveTables(layers, steps, turns), backend=backend)
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("step", [1e-300, 1e300])
def test_levels_beyond_all_bytes(step) -> None:
    tables, image = random_tables(3), random_image(3, (6, 5))
    tables = AdditiveTables(tables.layers, [step] * 3)
    found = super_resolve_additive(image, tables, backend="numba")
    assert np.array_equal(found, super_resolve_additive(image, tables, backend="torch"))


def test_halves_go_to_even_bytes() -> None:
    """Two nodes of the same value: half a grey level more at every byte, in both roundings."""
    half = np.full((1, 1, 1, 2, 1), 1, np.int8), np.full((1, 1, 1, 2, 4), 1, np.int8)
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    even = np.where(image % 2, np.minimum(image.astype(int) + 1, 255), image)
    last = AdditiveTables([half[1]], [0.5], 4)
    assert np.array_equal(super_resolve_additive(image, last, backend="numba")[::2, ::2], even)
    # the first layer rounds half a level, and the last shows whether its byte is 128 or more
    shown = np.where(np.arange(256)[:, None] < 128, -128, 127).astype(np.int8)
    both = AdditiveTables([half[0], shown.reshape(1, 1, 1, 256, 1).repeat(4, 4)], [0.5, 9.0], 1)
    found = super_resolve_additive(image, both, backend="numba")[::2, ::2]
    assert np.array_equal(found, np.where(even < 128, 0, 255))


@given(
    seed=st.integers(0, 99),
    nodes=st.integers(2, 256),
    channels=st.integers(1, 3),
    side=st.sampled_from((1, 3)),
    turn=st.integers(0, 3),
)
@settings(max_examples=30)
def test_lines_are_the_interpolated_entries_of_a_turned_window(
    seed, nodes, channels, side, turn
) -> None:
    layer = np.random.default_rng(seed).integers(-128, 128, (channels, side, side, nodes, 3))
    rows, lines = lines_of(layer.astype(np.int8), turn)
    assert len(rows) == len(lines) == -(-channels * side // LINES) * LINES
    numbers = lines.reshape(len(lines), 256, side, 8)  # three outputs, and five zeros behind
    assert not numbers[channels * side :].any() and not numbers[..., 3:].any()
    turned = np.rot90(layer, -turn, (1, 2))
    node = np.linspace(0, 255, nodes)
    for p, dx, o in itertools.product(range(channels * side), range(side), range(3)):
        entries = turned[rows[p, 0], rows[p, 1], dx, :, o]
        expected = 255 * np.interp(np.arange(256), node, entries)
        assert np.abs(numbers[p, :, side - 1 - dx, o] - expected).max() < 1e-6


def test_bad_backends() -> None:
    tables, image = random_tables(), np.zeros((3, 3), np.uint8)
    with pytest.raises(ValueError, match="backend must be one of auto, numba, torch, got 'c'"):
        super_resolve_additive(image, tables, backend="c")
    with pytest.raises(ValueError, match="device must be the CPU for backend 'numba', got meta"):
        super_resolve_additive(image, tables, backend="numba", device="meta")
