"""Figures of enlarged pictures: a loupe over several of them, and maps of their differences."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from dynconv_lite.course.plots.style import (
    Picture,
    canvas,
    image_panel,
    outline,
    picture,
    signed_panel,
)
from dynconv_lite.metrics import psnr_y

Image = npt.NDArray[np.uint8]
TRUTH = "truth"
SHAVE = 4
MOST = 5  # pictures beside one another under the loupe


@picture
def draw_loupe(
    pictures: Mapping[str, Image], row: int = 0, column: int = 0, size: int = 64
) -> Picture:
    """Draw the same window of several enlarged pictures, and where it lies in the true one.

    Args:
        pictures: name -> uint8 (H, W, 3) or (H, W), all of one shape; one of them is "truth", with
            which the others are compared by PSNR on luma, the whole pictures without 4 pixels at
            each border. At most five.
        row: Top of the window.
        column: Left border of the window.
        size: Its side in pixels.

    Raises:
        ValueError: If the pictures do not fit, or the window leaves them.
    """
    truth = _checked(pictures)
    high, wide = truth.shape[:2]
    for name, value, most in (("row", row, high), ("column", column, wide)):
        if not 0 <= value <= most - size or size < 1:
            raise ValueError(
                f"{name} must lie from 0 to {most - size} for a window of {size} pixels, "
                f"got {value}"
            )
    window = (slice(row, row + size), slice(column, column + size))
    figure = Figure(figsize=(7, 4 if len(pictures) > 2 else 2.6), layout="constrained")
    places = figure.subplots(2 if len(pictures) > 2 else 1, 3).flat
    axes = next(places)
    image_panel(axes, truth, "where", vmin=0, vmax=255)
    outline(axes, row, column, size, size)
    told = []
    for name, image in pictures.items():
        axes = next(places)
        words = name if name == TRUTH else f"{name}, {psnr_y(image, truth, SHAVE):.2f} dB"
        image_panel(axes, image[window], words, vmin=0, vmax=255)
        told.append(words)
    for axes in places:
        axes.set_axis_off()
    for axes in figure.axes:
        axes.title.set_fontsize(9)
    alt = (
        f"A window of {size} x {size} pixels, from row {row} and column {column} of a picture of "
        f"{high} x {wide}, in {len(pictures)} versions: {'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_difference_maps(
    maps: Mapping[str, npt.NDArray[np.floating]], limit: float | None = None
) -> Picture:
    """Draw signed differences of pictures on one scale, and their root mean square (rms).

    Args:
        maps: name -> (H, W), in grey levels; at most three.
        limit: The level that is drawn in full colour; None takes the 99.5th percentile of all.

    Raises:
        ValueError: If there is no map.
    """
    if not maps:
        raise ValueError("maps must hold at least one map, got none")
    sizes = np.concatenate([np.abs(map).ravel() for map in maps.values()])
    most = limit or float(np.percentile(sizes, 99.5)) or 1.0
    figure, panels = canvas(len(maps), size=(7, 2.8))
    told = []
    for axes, (name, map) in zip(panels, maps.items(), strict=True):
        root = np.sqrt(np.mean(np.square(map)))
        shown = signed_panel(axes, map, f"{name}, rms {root:.2f}", vmin=-most, vmax=most)
        axes.title.set_fontsize(9)
        told.append(f"{name}: root of the mean square {root:.2f}, largest {np.abs(map).max():.1f}")
    bar = figure.colorbar(shown, ax=panels, shrink=0.8, pad=0.01, extend="both")
    bar.set_label("grey levels")
    alt = f"Differences of pictures in grey levels, on one scale. {'; '.join(told)}."
    return Picture(figure, alt)


def _checked(pictures: Mapping[str, Image]) -> Image:
    """Return the true picture."""
    if TRUTH not in pictures or not 2 <= len(pictures) <= MOST:
        raise ValueError(
            f"pictures must hold {TRUTH!r} and at most {MOST - 1} more, got "
            f"{', '.join(pictures) or 'none'}"
        )
    truth = pictures[TRUTH]
    for name, image in pictures.items():
        if image.shape != truth.shape or image.dtype != np.uint8:
            raise ValueError(
                f"pictures must be uint8 and of one shape, got {truth.dtype} {truth.shape} and, "
                f"for {name!r}, {image.dtype} {image.shape}"
            )
    return truth
