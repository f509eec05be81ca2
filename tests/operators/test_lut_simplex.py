"""The interpolation: exact where it has to be, continuous, linear, and with exact gradients."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from lut_by_hand import read

from dynconv_lite.lut import LookupTable, Pattern, interpolate, nodes, simplex_weights
from dynconv_lite.lut.exact import add_corners, key_bits
from dynconv_lite.lut.simplex import interpolate_integers

FINE = (3, 4, 5, 6, 7, 8)
TAPS = ((0, 0), (0, 1), (1, 0), (1, 1))


def random_values(dims, interval, outputs=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(-128, 128, (nodes(interval) ** dims, outputs), generator=generator)


@given(
    dims=st.integers(1, 4),
    interval=st.sampled_from((5, 6, 7, 8)),
    seed=st.integers(0, 99),
    point=st.lists(st.integers(0, 255), min_size=4, max_size=4),
)
@settings(max_examples=150)
def test_it_is_the_mean_over_thresholds(dims, interval, seed, point):
    """By hand nothing is sorted: see `read`."""
    values, point = random_values(dims, interval, 4, seed).to(torch.int8), point[:dims]
    table = LookupTable(values.numpy(), Pattern("t", TAPS[:dims]), interval)
    expected = read(table, point)
    found = interpolate_integers(values, torch.tensor(point, dtype=torch.int32).split(1), interval)
    assert found.dtype == torch.int32
    assert np.array_equal(found[0].numpy(), expected * 2**interval)
    exact = interpolate(values.double(), torch.tensor(point), interval)
    assert np.array_equal(exact.numpy(), expected)


@pytest.mark.parametrize("longest, kind", [(2**22, torch.int32), (2**23, torch.int64)])
def test_keys_are_as_long_as_the_steps_need(longest, kind):
    """Two tables of two axes in one bag, by hand; keys in one integer with steps of any length."""
    assert key_bits([1, longest // 2, longest])[1] == kind
    bits = key_bits([longest])[0]
    values = torch.tensor([[3.0], [5], [7], [-128], [11], [127], [-2], [9]])
    # per table: the lowest corner, and on both axes the fraction and the step
    row = torch.tensor([[0], [4]], dtype=kind)
    fractions, steps = torch.tensor([[[40], [255]], [[250], [0]]]), (2, 1)
    keys = [(f << bits | step).to(kind) for f, step in zip(fractions, steps, strict=True)]
    # the first steps by 1, then by 2: rows 0, 1, 3; the second by 2, then by 1: rows 4, 6, 7
    expected = (5 * 3 + 210 * 5 + 40 * -128) + (0 * 11 + 255 * -2 + 0 * 9)
    assert add_corners(values, row, keys, bits, 255).tolist() == [[expected]]


def test_the_compiled_walk_takes_the_longest_step():
    from dynconv_lite.lut import mixed_kernels

    codes = np.array([255 * 256 + 3, 100 * 256 + 0], np.uint16)  # fraction * 256 + cell
    keys, row = np.zeros((1, 2), np.uint32), np.full((2, 2), 7, np.uint32)
    weight = np.zeros((2, 2), np.uint16)
    mixed_kernels.enter(codes, np.uint32(2**24), keys[0], row[0])
    mixed_kernels.climb(keys, row, weight)
    assert row.tolist() == [[7 + 3 * 2**24, 7], [7 + 4 * 2**24, 7 + 2**24]]
    assert weight.tolist() == [[0, 155], [255, 100]]


@pytest.mark.parametrize("interval", FINE)
def test_nodes_give_the_entries_themselves(interval):
    size, dims = nodes(interval), 2 if interval < 5 else 4
    values = random_values(dims, interval).double()
    index = torch.cartesian_prod(*[torch.arange(size) * 2**interval] * dims)  # 256 among them
    assert torch.equal(interpolate(values, index, interval), values)


@given(
    interval=st.sampled_from(FINE),
    slopes=st.lists(st.integers(-5, 5), min_size=3, max_size=3),
    point=st.lists(st.integers(0, 256), min_size=3, max_size=3),
)
def test_a_linear_function_is_reproduced(interval, slopes, point):
    index = torch.cartesian_prod(*[torch.arange(nodes(interval)) * 2**interval] * 3).double()
    slope = torch.tensor(slopes).double()
    found = interpolate((index @ slope + 7)[:, None], torch.tensor(point), interval)
    assert found.item() == torch.tensor(point).double() @ slope + 7


@pytest.mark.parametrize("interval", [0, *FINE])
def test_all_pixel_values_of_a_small_table_agree_with_the_full_one(interval):
    """f(a, b) = min(a, b) is linear in every simplex: 257 nodes and 2 nodes give the same."""
    grid = torch.cartesian_prod(*[torch.arange(nodes(interval)) * 2**interval] * 2).double()
    index = torch.cartesian_prod(torch.arange(256), torch.arange(256))
    found = interpolate(grid.amin(1, keepdim=True), index, interval)
    assert torch.equal(found[:, 0], index.amin(1).double())


def test_it_is_continuous_across_the_borders_of_simplices_and_cells():
    """Between points a distance d apart it moves by at most d times its steepest slope."""
    interval, dims, tiny = 6, 4, 1e-6
    values = random_values(dims, interval).double()
    generator = torch.Generator().manual_seed(1)
    points = torch.randint(0, 256, (4000, dims), generator=generator).double()
    points[:2000] = (points[:2000] / 64).round() * 64  # corners of cells
    points[1000:3000, 1] = points[1000:3000, 3]  # where fractions are equal
    points[2500:, 2] = points[2500:, 0]
    steepest = 255 / 2**interval * dims
    for seed in range(8):
        move = torch.rand(points.shape, generator=generator, dtype=torch.double) * 2 - 1
        beside = (points + tiny * move).clamp(0, 256)
        difference = interpolate(values, beside, interval) - interpolate(values, points, interval)
        assert difference.abs().max() <= steepest * tiny * 1.01, seed


def test_all_orders_of_four_fractions():
    """Weights q - f1, f1 - f2, f2 - f3, f3 - f4, f4 on the walk of the largest first."""
    for fractions in itertools.permutations((13, 7, 4, 2)):
        order, weights = simplex_weights(torch.tensor(fractions), 16)
        assert [fractions[axis] for axis in order] == [13, 7, 4, 2]
        assert weights.tolist() == [3, 6, 3, 2, 2]


def test_equal_fractions_keep_the_order_of_the_axes():
    order, weights = simplex_weights(torch.tensor([[5, 5, 5, 5], [0, 9, 0, 9]]), 16)
    assert order.tolist() == [[0, 1, 2, 3], [1, 3, 0, 2]]
    assert weights.tolist() == [[11, 0, 0, 0, 5], [7, 0, 9, 0, 0]]


@given(
    fractions=st.lists(st.floats(0, 16, width=32), min_size=1, max_size=4),
)
def test_weights_are_shares_of_the_spacing_that_find_the_point_again(fractions):
    point = torch.tensor(fractions, dtype=torch.double)
    order, weights = simplex_weights(point, 16)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(16)
    corner, mean = torch.zeros_like(point), torch.zeros_like(point)
    for axis, weight in zip(order, weights[1:], strict=True):
        corner[axis] = 1
        mean += weight * corner
    assert torch.allclose(mean, point, rtol=0, atol=1e-12)


def test_the_simplex_of_the_public_code_differs_where_c_d_a_b_and_nowhere_else():
    """The test code published with SR-LUT has one wrong case of 24.

    Where c > d > a > b, it walks along c, a, d, b, as is right for c > a > d > b, and so gives
    corner (1, 0, 1, 0) the negative weight a - d. Source: github.com/yhjo09/SR-LUT,
    3_Test_using_LUT/Test_Model_S.py: among its cases with c >= a > b, it asks for c > d before it
    asks for a > d. Written here from the order of the walk alone.
    """
    values, q = random_values(4, 4, 1).double(), 16
    strides = (17**3, 17**2, 17, 1)
    wrong = []
    for fractions in itertools.permutations((11, 8, 5, 1)):
        order = sorted(range(4), key=lambda axis: -fractions[axis])
        taken = [2, 0, 3, 1] if order == [2, 3, 0, 1] else order
        steps = [q, *(fractions[axis] for axis in taken), 0]
        rows = np.cumsum([0, *(strides[axis] for axis in taken)])
        public = sum(
            (before - after) * values[row]
            for (before, after), row in zip(itertools.pairwise(steps), rows, strict=True)
        )
        ours = interpolate(values, torch.tensor(fractions), 4)
        if not torch.equal(ours, public / q):
            wrong.append("".join("abcd"[axis] for axis in order))
    assert wrong == ["cdab"]


@pytest.mark.parametrize("dims", [1, 2, 3, 4])
def test_gradients_of_table_and_index_are_exact(dims):
    values = torch.randn(3**dims, 3, dtype=torch.double, requires_grad=True)
    index = (torch.rand(9, dims, dtype=torch.double) * 256).requires_grad_()
    assert torch.autograd.gradcheck(lambda v, i: interpolate(v, i, 7), (values, index))


def test_any_leading_shape_and_floats_of_one_half():
    values = random_values(3, 7).float()
    index = torch.randint(0, 256, (2, 3, 4, 3))
    found = interpolate(values, index + 0.5, 7)
    assert found.shape == (2, 3, 4, 2) and found.dtype == torch.float32
    assert torch.equal(found[1, 2, 3], interpolate(values, index[1, 2, 3] + 0.5, 7))
    assert interpolate(values, index[:0], 7).shape == (0, 3, 4, 2)


@pytest.mark.parametrize(
    "values, index, words",
    [
        (torch.zeros(80, 1), torch.zeros(1, 4), r"values must be \(3\*\*D, outputs\)"),
        (torch.zeros(81), torch.zeros(1, 4), r"got \(81,\)"),
        (torch.zeros(81, 1), torch.tensor(3), "for an index"),
        (torch.zeros(81, 1).to(torch.int8), torch.zeros(1, 4), "got torch.int8 and"),
        (torch.zeros(81, 1), torch.zeros(1, 4) > 0, "and torch.bool"),
        (torch.zeros(81, 1), torch.full((1, 4), 257), "index must be from 0 to 256, got 257"),
        (torch.zeros(81, 1), torch.full((1, 4), -1), "got -1"),
        (torch.zeros(81, 1), torch.full((1, 4), float("nan")), "got nan"),
    ],
)
def test_wrong_arguments_are_named(values, index, words):
    with pytest.raises(ValueError, match=words):
        interpolate(values, index, 7)
