"""MATLAB's bicubic resizing: its weights, small cases by hand, and the published pictures."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from data_utils import matlab_bicubic
from data_utils.resize import SCALES, cubic_kernel, weight_matrix

scales = st.sampled_from(SCALES)


@given(length=st.integers(1, 60), scale=scales)
def test_weights_sum_to_one_and_are_symmetric(length: int, scale: Fraction) -> None:
    matrix = weight_matrix(length, scale)
    assert matrix.shape == (-(-length * scale.numerator // scale.denominator), length)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-12)
    if (length * scale).denominator == 1:  # otherwise the last sample reaches over the edge
        np.testing.assert_allclose(matrix, matrix[::-1, ::-1], atol=1e-12)


@given(level=st.integers(0, 255), scale=scales, shape=st.tuples(st.integers(1, 9), st.just(7)))
def test_a_constant_picture_stays_constant(
    level: int, scale: Fraction, shape: tuple[int, int]
) -> None:
    resized = matlab_bicubic(np.full(shape, level, np.uint8), scale)
    assert (resized == level).all()


@settings(max_examples=30)
@given(seed=st.integers(0, 1000), scale=scales)
def test_channels_are_independent(seed: int, scale: Fraction) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (12, 8, 3), dtype=np.uint8)
    together = matlab_bicubic(image, scale)
    for channel in range(3):
        np.testing.assert_array_equal(
            together[..., channel], matlab_bicubic(image[..., channel], scale)
        )


def test_the_kernel_by_hand() -> None:
    at = np.array([0, 0.5, 1, 1.5, 2, 3, -0.5])
    np.testing.assert_allclose(cubic_kernel(at), [1, 0.5625, 0, -0.0625, 0, 0, 0.5625])


def test_doubling_by_hand() -> None:
    # The first output sample lies at -1/4: its taps are mirrored samples 1, 0 and 0, 1, and the
    # kernel at 1.75, 0.75, 0.25, 1.25 gives -0.0234375, 0.2265625, 0.8671875, -0.0703125.
    row = weight_matrix(4, 2)[0]
    np.testing.assert_allclose(row, [0.2265625 + 0.8671875, -0.0234375 - 0.0703125, 0, 0])
    # 100 * 1.09375 - 20 * 0.09375 = 107.5, a half, which MATLAB rounds up.
    image = np.array([[100, 20, 20, 20]], np.uint8)
    assert matlab_bicubic(image, 2)[0, 0] == 108


@pytest.mark.parametrize("scale", [1 / 4, 1 / 2, 2, 3, 4])
def test_rows_go_first_and_each_pass_is_rounded(scale: float) -> None:
    def rounded(values: np.ndarray) -> np.ndarray:
        return np.clip(np.floor(values + 0.5), 0, 255)

    image = np.random.default_rng(1).integers(0, 256, (24, 36), dtype=np.uint8)
    down, across = weight_matrix(24, scale), weight_matrix(36, scale)
    right = rounded(rounded(down @ image) @ across.T)
    np.testing.assert_array_equal(matlab_bicubic(image, scale), right)
    # Neither rounding once nor the other order would do: the pictures differ.
    assert (right != rounded(down @ image @ across.T)).any()
    assert (right != rounded(down @ rounded(image @ across.T))).any()


def test_floats_and_fractions_mean_the_same() -> None:
    image = np.random.default_rng(0).integers(0, 256, (12, 12), dtype=np.uint8)
    np.testing.assert_array_equal(
        matlab_bicubic(image, 1 / 3), matlab_bicubic(image, Fraction(1, 3))
    )


@pytest.mark.parametrize("scale", [0, -2, 1, 0.3, 5, 1.0001, float("nan"), float("inf"), None, "4"])
def test_other_scales_are_refused(scale: object) -> None:
    with pytest.raises(ValueError, match="scale = "):
        matlab_bicubic(np.zeros((8, 8), np.uint8), scale)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((8, 8)),
        np.zeros((8, 8, 4), np.uint8),
        np.zeros((0, 8), np.uint8),
        np.zeros(8, np.uint8),
    ],
)
def test_other_pictures_are_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="image of type"):
        matlab_bicubic(image, 4)


@pytest.mark.parametrize("name", ["Set5", "Set14"])
def test_bit_exact_with_the_published_low_resolution(
    real_root: Callable[[str], Path], name: str
) -> None:
    folder = real_root(f"sr/{name}/LR_bicubic_X4") / "sr" / name
    files = sorted((folder / "HR").iterdir())
    assert len(files) == {"Set5": 5, "Set14": 14}[name]
    for file in files:
        high, low = (
            np.asarray(Image.open(folder / kind / file.name).convert("RGB"))
            for kind in ("HR", "LR_bicubic_X4")
        )
        np.testing.assert_array_equal(matlab_bicubic(high, 1 / 4), low, err_msg=file.name)
