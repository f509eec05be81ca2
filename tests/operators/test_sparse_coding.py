"""Pieces of dictionary methods: windows, features, pursuit, embedding weights, ridge regression."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge, orthogonal_mp

from data_utils import matlab_bicubic
from dynconv_lite.sparse_coding import (
    anchored_projection,
    cut_patches,
    enlarge_plain,
    gradient_features,
    join_patches,
    lle_weights,
    matching_pursuit,
)


def draw(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def unit_rows(seed: int, *shape: int) -> np.ndarray:
    rows = draw(seed, *shape)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@st.composite
def grids(draw_from) -> tuple[tuple[int, int], int, int]:
    side = draw_from(st.integers(1, 7))
    step = draw_from(st.integers(1, side))
    counts = draw_from(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    return (side + step * (counts[0] - 1), side + step * (counts[1] - 1)), side, step


@given(grids(), st.integers(0, 99))
def test_joining_cut_windows_gives_the_picture(grid, seed) -> None:
    shape, side, step = grid
    picture = draw(seed, *shape)
    patches = cut_patches(picture[None], side, step)
    np.testing.assert_allclose(join_patches(patches, shape, side, step), picture, atol=1e-12)


@given(grids())
def test_windows_are_slices_in_rows(grid) -> None:
    shape, side, step = grid
    maps = draw(1, 3, *shape)
    corners = [
        (top, left)
        for top in range(0, shape[0] - side + 1, step)
        for left in range(0, shape[1] - side + 1, step)
    ]
    expected = [maps[:, i : i + side, j : j + side].ravel() for i, j in corners]
    np.testing.assert_array_equal(cut_patches(maps, side, step), expected)


def test_overlaps_are_averaged_by_hand() -> None:
    # windows of 2 beside each other with step 1: 0 | (1 + 4) / 2 | 9, in both rows
    patches = np.array([[0.0, 1, 0, 1], [4, 9, 4, 9]])
    np.testing.assert_array_equal(join_patches(patches, (2, 3), 2, 1), [[0, 2.5, 9]] * 2)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_plain_enlargement_rounds_to_matlabs(scale) -> None:
    # MATLAB rounds after both passes. The kernel's absolute weights sum to 1.25 at most, so half a
    # level of the first pass becomes at most 0.625, and up to 0.5 comes after it
    middle = np.random.default_rng(0).integers(100, 156, (7, 5), dtype=np.uint8)  # never clipped
    plain = enlarge_plain(middle.astype(float), scale)
    assert np.abs(plain - matlab_bicubic(middle, scale)).max() <= 1.125


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_slopes_of_a_ramp_are_constant_and_bends_zero(scale) -> None:
    rows, columns = np.mgrid[0:21, 0:24].astype(float)
    maps = gradient_features(0.5 * columns - 0.25 * rows, scale)
    inside = maps[:, scale:-scale, scale:-scale]
    expected = np.array([0.5 * scale, -0.25 * scale, 0, 0])[:, None, None]
    np.testing.assert_allclose(inside, np.broadcast_to(expected, inside.shape), atol=1e-6)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_bends_of_a_parabola_are_its_second_derivative(scale) -> None:
    rows, columns = np.mgrid[0:21, 0:24].astype(float)
    maps = gradient_features(3 * columns**2 - rows**2, scale)
    # (f(x - r) - 2 f(x) + f(x + r)) / 2 = a r^2 for f = a x^2
    inside = maps[2:, scale:-scale, scale:-scale]
    expected = np.array([3.0 * scale**2, -(scale**2)])[:, None, None]
    np.testing.assert_allclose(inside, np.broadcast_to(expected, inside.shape), rtol=1e-6)


@given(seed=st.integers(0, 99), scale=st.sampled_from([2, 3, 4]))
@settings(max_examples=20)
def test_features_ignore_brightness_and_turn_with_the_picture(seed, scale) -> None:
    mid = draw(seed, 9, 11)
    maps = gradient_features(mid, scale)
    np.testing.assert_allclose(gradient_features(mid + 7.0, scale), maps, atol=1e-5)
    np.testing.assert_array_equal(
        gradient_features(mid.T, scale), maps[[1, 0, 3, 2]].swapaxes(1, 2)
    )


@given(seed=st.integers(0, 99), nonzeros=st.integers(1, 4))
@settings(max_examples=25)
def test_pursuit_is_scikit_learns(seed, nonzeros) -> None:
    signals, atoms = draw(seed, 6, 8), unit_rows(seed + 1000, 20, 8)
    indices, coefficients = matching_pursuit(signals, atoms, nonzeros)
    dense = np.zeros((6, 20))
    np.put_along_axis(dense, indices, coefficients, 1)
    expected = orthogonal_mp(atoms.T, signals.T, n_nonzero_coefs=nonzeros).T
    np.testing.assert_allclose(dense, expected.reshape(6, 20), atol=1e-7)


def test_pursuit_finds_the_atoms_of_a_sum_and_survives_zero() -> None:
    atoms = np.linalg.qr(draw(0, 8, 8))[0]  # orthonormal rows: the answer is the inner products
    signals = np.stack([3 * atoms[5] - 2 * atoms[1], np.zeros(8)])
    indices, coefficients = matching_pursuit(signals, atoms, 3)
    assert indices[0, :2].tolist() == [5, 1]
    np.testing.assert_allclose(coefficients, [[3, -2, 0], [0, 0, 0]], atol=1e-8)
    assert all(len(set(row)) == 3 for row in indices.tolist())


def constrained_least_squares(x, neighbours, ridge) -> np.ndarray:
    """Solve min |x - N^T w|^2 + ridge |w|^2 with sum w = 1 by its optimality conditions."""
    count = len(neighbours)
    system = np.zeros((count + 1, count + 1))
    system[:count, :count] = 2 * (neighbours @ neighbours.T + ridge * np.eye(count))
    system[:count, count] = system[count, :count] = 1
    right = np.append(2 * neighbours @ x, 1)
    return np.linalg.solve(system, right)[:count]


@given(seed=st.integers(0, 99), k=st.integers(1, 9), d=st.integers(1, 6))
@settings(max_examples=40)
def test_embedding_weights_solve_their_problem(seed, k, d) -> None:
    x, neighbours = draw(seed, d), draw(seed + 1000, k, d)
    weights = lle_weights(x, neighbours, 1e-3)
    ridge = 1e-3 * ((neighbours - x) ** 2).sum()
    assert weights.sum() == pytest.approx(1)
    np.testing.assert_allclose(
        weights, constrained_least_squares(x, neighbours, ridge), rtol=1e-6, atol=1e-8
    )


@given(seed=st.integers(0, 99), size=st.floats(0.01, 100))
@settings(max_examples=25)
def test_embedding_weights_do_not_change_with_the_frame(seed, size) -> None:
    x, neighbours = draw(seed, 4), draw(seed + 1000, 6, 4)
    turn, shift = np.linalg.qr(draw(seed + 2000, 4, 4))[0], draw(seed + 3000, 4)
    moved = lle_weights(size * x @ turn + shift, size * neighbours @ turn + shift)
    np.testing.assert_allclose(moved, lle_weights(x, neighbours), rtol=1e-4, atol=1e-6)


def test_embedding_weights_by_hand() -> None:
    # a quarter of the way from the first neighbour to the second
    weights = lle_weights(np.array([1.0, 0]), np.array([[0.0, 0], [4, 0]]), 1e-9)
    np.testing.assert_allclose(weights, [0.75, 0.25], atol=1e-6)
    np.testing.assert_allclose(lle_weights(np.ones(2), np.ones((3, 2))), np.full(3, 1 / 3))


@given(
    seed=st.integers(0, 99),
    count=st.integers(1, 12),
    size=st.integers(1, 6),
    penalty=st.sampled_from([0.01, 0.1, 3.0]),
)
@settings(max_examples=40)
def test_projection_is_ridge_regression(seed, count, size, penalty) -> None:
    low, high = draw(seed, count, size), draw(seed + 1000, count, 5)
    found = anchored_projection(low, high, penalty)
    fitted = Ridge(alpha=penalty, fit_intercept=False, solver="svd").fit(low, high)
    np.testing.assert_allclose(found, fitted.coef_, atol=1e-9)
    inverse = np.linalg.inv(low @ low.T + penalty * np.eye(count))
    np.testing.assert_allclose(found, high.T @ inverse @ low, atol=1e-9)


def test_a_sample_and_its_negative_lead_to_the_same_projection() -> None:
    low, high, signs = draw(0, 9, 4), draw(1, 9, 5), np.where(draw(2, 9, 1) > 0, 1, -1)
    flipped = anchored_projection(signs * low, signs * high, 0.1)
    np.testing.assert_allclose(flipped, anchored_projection(low, high, 0.1), atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cut_patches(np.zeros((4, 4)), 2, 1), r"maps must be .*, got \(4, 4\)"),
        (lambda: cut_patches(np.zeros((1, 5, 4)), 2, 2), r"2 \+ a multiple of 2.*got \(5, 4\)"),
        (lambda: cut_patches(np.zeros((1, 5, 5)), 2, 3), "step must be <= side = 2.*got 3"),
        (lambda: cut_patches(np.zeros((1, 5, 5)), 0, 1), "side must be an integer >= 1, got 0"),
        (lambda: join_patches(np.zeros((3, 4)), (3, 3), 2, 1), r"must be \(4, 4\).*got \(3, 4\)"),
        (lambda: enlarge_plain(np.zeros((2, 2), int), 4), "y must be a numpy array of floats"),
        (lambda: enlarge_plain(np.zeros((2, 2)), 5), "scale must be 2, 3 or 4, got 5"),
        (lambda: gradient_features(np.zeros(3), 4), r"mid must be \(H, W\)"),
        (lambda: gradient_features(np.full((3, 3), np.nan), 4), "mid holds NaN"),
        (lambda: lle_weights(np.zeros(3), np.zeros((2, 4))), r"got \(3,\) and \(2, 4\)"),
        (lambda: lle_weights(np.zeros(3), np.zeros((2, 3)), 0), "regularisation must be .* got 0"),
        (lambda: anchored_projection(np.zeros((2, 3)), np.zeros((3, 3)), 0.1), "low and high must"),
        (lambda: anchored_projection(np.zeros((2, 3)), np.zeros((2, 3)), -1), "penalty must be"),
        (lambda: matching_pursuit(np.zeros((2, 3)), np.zeros((9, 4)), 1), "signals and atoms must"),
        (lambda: matching_pursuit(np.zeros((2, 3)), np.zeros((9, 3)), 4), "nonzeros must be at"),
    ],
)
def test_bad_input_is_named(call, message) -> None:
    with pytest.raises(ValueError, match=message):
        call()
