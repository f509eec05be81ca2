"""PSNR and SSIM on luma equal what their papers define, computed here once more with scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import correlate1d

from dynconv_lite.metrics import luma, psnr_y, ssim_y


def pictures(*shape, seed=0, spread=20):
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 256, shape)
    b = np.clip(a + rng.integers(-spread, spread + 1, shape), 0, 255)
    return a.astype(np.uint8), b.astype(np.uint8)


def y_of(image):
    """BT.601: weights 0.299, 0.587, 0.114 on a scale of 219 grey levels from 16.

    The published coefficients 65.481, 128.553, 24.966 are 219 times those weights.
    """
    weights = 219 * np.array([0.299, 0.587, 0.114])
    return 16 + (image.astype(np.float64) / 255 * weights).sum(-1)


def ssim_by_scipy(a, b):
    """Wang et al. 2004, equation 13, with the Gaussian window of their section III.B."""
    taps = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    taps /= taps.sum()

    def mean(x):
        return correlate1d(correlate1d(x, taps, 0), taps, 1)[5:-5, 5:-5]

    ma, mb = mean(a), mean(b)
    va, vb, cov = mean(a * a) - ma**2, mean(b * b) - mb**2, mean(a * b) - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    found = (2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
    return found.mean()


def test_luma_runs_from_16_to_235():
    corners = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]])
    expected = [[16, 235, 81.481, 144.553, 40.966]]  # rgb2ycbcr of MATLAB's documentation
    assert luma(corners.astype(np.uint8)) == pytest.approx(np.array(expected))
    assert np.array_equal(luma(corners.astype(np.uint8), rounded=True), [[16, 235, 81, 145, 41]])


def test_grey_is_three_equal_colours():
    grey, other = pictures(30, 20)
    colour = [np.repeat(x[..., None], 3, 2) for x in (grey, other)]
    assert luma(grey) == pytest.approx(luma(colour[0]))
    assert psnr_y(grey, other) == pytest.approx(psnr_y(*colour))
    assert ssim_y(grey, other) == pytest.approx(ssim_y(*colour))


@given(seed=st.integers(0, 99), shave=st.integers(0, 5), spread=st.integers(1, 200))
def test_psnr_is_its_definition(seed, shave, spread):
    a, b = pictures(13, 17, 3, seed=seed, spread=spread)
    inner = (slice(shave, 13 - shave), slice(shave, 17 - shave))
    error = np.mean((y_of(a)[inner] - y_of(b)[inner]) ** 2)
    assert psnr_y(a, b, shave) == pytest.approx(10 * math.log10(255**2 / error))


@given(seed=st.integers(0, 99), shave=st.integers(0, 4), spread=st.integers(1, 200))
def test_ssim_is_its_definition_on_whole_windows(seed, shave, spread):
    a, b = pictures(19, 23, 3, seed=seed, spread=spread)
    inner = (slice(shave, 19 - shave), slice(shave, 23 - shave))
    expected = ssim_by_scipy(y_of(a)[inner], y_of(b)[inner])
    assert ssim_y(a, b, shave) == pytest.approx(expected, abs=1e-9)


def test_rounding_luma_adds_the_error_of_rounding():
    """A difference of one grey level in blue is 0.098 in luma: rounded, 0 or 1."""
    a = np.full((20, 20, 3), 100, np.uint8)
    b = a.copy()
    b[..., 2] += 1
    assert psnr_y(a, b) == pytest.approx(20 * math.log10(255 / (24.966 / 255)))
    rounded = luma(a, rounded=True) - luma(b, rounded=True)
    assert np.array_equal(rounded, np.zeros((20, 20)))
    assert psnr_y(a, b, rounded=True) == math.inf
    c, d = pictures(40, 40, 3)
    error = np.mean((np.floor(y_of(c) + 0.5) - np.floor(y_of(d) + 0.5))[4:-4, 4:-4] ** 2)
    assert psnr_y(c, d, rounded=True) == pytest.approx(10 * math.log10(255**2 / error))


def test_equal_pictures():
    a, _ = pictures(25, 25, 3)
    assert psnr_y(a, a.copy()) == math.inf
    assert ssim_y(a, a.copy()) == pytest.approx(1)


def test_only_the_shaved_border_differs():
    a, _ = pictures(25, 30, 3)
    b = a.copy()
    b[:4], b[-4:], b[:, :4], b[:, -4:] = 0, 0, 0, 0
    assert psnr_y(a, b) == math.inf
    assert psnr_y(a, b, 3) < 40


@pytest.mark.parametrize("metric", [psnr_y, ssim_y])
def test_wrong_arguments_are_named(metric):
    a, b = pictures(30, 30, 3)
    for wrong, words in [
        (a.astype(float), "b must be a numpy array of uint8, got float64"),
        (a.tolist(), "b must be a numpy array of uint8, got list"),
        (a[..., :2], r"b must be \(H, W\) or \(H, W, 3\)"),
        (a[:0], "not empty"),
        (a[1:], "the same shape"),
        (a[..., 0], "the same shape"),
    ]:
        with pytest.raises(ValueError, match=words):
            metric(a, wrong)
    for shave in (-1, 1.0, None, True):
        with pytest.raises(ValueError, match="shave must be an integer >= 0"):
            metric(a, b, shave)
    with pytest.raises(ValueError, match="must keep at least"):
        metric(a, b, 15)


def test_ssim_needs_a_whole_window():
    a, b = pictures(19, 18, 3)
    with pytest.raises(ValueError, match="at least 11 rows and columns within borders of 4"):
        ssim_y(a, b)
    assert ssim_y(a, b, 3) < 1
