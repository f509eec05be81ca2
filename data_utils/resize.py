"""Bicubic resizing as MATLAB's `imresize` does it, the degradation of super-resolution benchmarks.

Every published x4 figure rests on low-resolution pictures made by this function, so one grey level
of difference changes the score. Four choices matter: the kernel is Keys' with a = -1/2, it is
stretched when a picture shrinks (antialiasing), the picture continues beyond its edges as in a
mirror, and the result is rounded to 8 bits after each of the two passes.

Source: R. Keys, Cubic convolution interpolation for digital image processing, IEEE TASSP 1981.
"""

from __future__ import annotations

from fractions import Fraction
from numbers import Real

import numpy as np
import numpy.typing as npt

SCALES = (Fraction(1, 4), Fraction(1, 3), Fraction(1, 2), Fraction(2), Fraction(3), Fraction(4))


def cubic_kernel(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Evaluate Keys' cubic convolution kernel with a = -1/2.

    Args:
        x: distances from the kernel's centre, in samples; any shape.

    Returns:
        The kernel's values, the same shape; zero where |x| >= 2.
    """
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


def weight_matrix(length: int, scale: float | Fraction) -> npt.NDArray[np.float64]:
    """Write resizing along one axis as a matrix, so that `resized = matrix @ signal`.

    Args:
        length: number of input samples.
        scale: output samples per input sample: 1/4, 1/3, 1/2, 2, 3 or 4.

    Returns:
        A matrix (ceil(length * scale), length); each row sums to 1.

    Raises:
        ValueError: if the length is not positive or the scale is not one of those allowed.
    """
    if length < 1:
        raise ValueError(f"length = {length}: at least one sample is needed")
    ratio = _as_fraction(scale)
    count = -(-length * ratio.numerator // ratio.denominator)
    stretch = min(float(ratio), 1.0)  # below 1 the kernel widens: each output averages its inputs
    # Sample i is the middle of the interval [i, i + 1], on both grids.
    centre = (np.arange(count) + 0.5) / float(ratio) - 0.5
    reach = 2 / stretch
    first = np.floor(centre - reach).astype(np.int64)
    taps = first[:, None] + np.arange(int(np.ceil(2 * reach)) + 2)
    weights = cubic_kernel((centre[:, None] - taps) * stretch)
    weights /= weights.sum(axis=1, keepdims=True)

    matrix = np.zeros((count, length))
    rows = np.broadcast_to(np.arange(count)[:, None], taps.shape)
    np.add.at(matrix, (rows, _mirror(taps, length)), weights)
    return matrix


def matlab_bicubic(image: npt.NDArray[np.uint8], scale: float | Fraction) -> npt.NDArray[np.uint8]:
    """Resize a picture as MATLAB's `imresize(image, scale, 'bicubic')` does, bit for bit.

    Args:
        image: uint8 (H, W) or (H, W, 3).
        scale: 1/4, 1/3 or 1/2 to shrink; 2, 3 or 4 to enlarge.

    Returns:
        uint8 (ceil(H * scale), ceil(W * scale)) or the same with 3 channels.

    Raises:
        ValueError: if the picture's shape or type, or the scale, is not one of those allowed.
    """
    image = np.asarray(image)
    colour = image.ndim == 3 and image.shape[2] == 3
    if image.dtype != np.uint8 or not (image.ndim == 2 or colour) or 0 in image.shape:
        raise ValueError(
            f"image of type {image.dtype} and shape {image.shape}: "
            "it must be uint8 (H, W) or (H, W, 3) and not empty"
        )
    height, width = image.shape[:2]
    down = weight_matrix(height, scale)
    across = weight_matrix(width, scale)
    tall = _to_uint8(np.tensordot(down, image, axes=(1, 0)))  # (H', W[, 3])
    wide = _to_uint8(np.tensordot(across, tall, axes=(1, 1)))  # (W', H'[, 3])
    return np.ascontiguousarray(wide.swapaxes(0, 1))


def _to_uint8(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Round halves up, as MATLAB does for positive numbers, and clip to 0..255."""
    return np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8)


def _mirror(index: npt.NDArray[np.int64], length: int) -> npt.NDArray[np.int64]:
    """Fold indices into 0..length-1 by reflection that repeats the edge: 1 0 | 0 1 2 | 2 1."""
    folded = index % (2 * length)
    return np.where(folded < length, folded, 2 * length - 1 - folded)


def _as_fraction(scale: float | Fraction) -> Fraction:
    """Recover the exact ratio from a float such as 1/3."""
    if isinstance(scale, Real):
        for allowed in SCALES:
            if abs(float(scale) - float(allowed)) < 1e-6:
                return allowed
    raise ValueError(f"scale = {scale!r}: it must be 1/4, 1/3, 1/2, 2, 3 or 4")
