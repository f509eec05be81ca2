"""What the super-resolution study measures of a way to enlarge: how well, and how fast."""

import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch

from data_utils import photo
from dynconv_lite.experiments.super_resolution_data import TestSet
from dynconv_lite.experiments.super_resolution_methods import Picture
from dynconv_lite.metrics import psnr_y, ssim_y

HIGH, WIDE = 180, 320
PHOTOGRAPH = "coffee"  # 400 x 600, inside scikit-image
LEAST, MOST, ENOUGH = 3, 11, 2.0  # calls to time: at least, at most, and seconds for all
Enlarge = Callable[[Picture], Picture]


def quality(
    enlarge: Enlarge, sets: Sequence[TestSet], scale: int, ending: str = "", *, ssim: bool = True
) -> dict[str, float]:
    """Measure how near enlarged pictures come to the originals, on luma, borders cut off.

    Args:
        enlarge: From low resolution to high.
        sets: Pictures.
        scale: Pixels that are cut off at every border.
        ending: Of the metrics' names.
        ssim: Measure the structural similarity, too.

    Returns:
        `psnr_<set><ending>` in dB and `ssim_<set><ending>`: means over the pictures of a set.
    """
    measures = {"psnr": psnr_y, "ssim": ssim_y} if ssim else {"psnr": psnr_y}
    found: dict[str, float] = {}
    for test_set in sets:
        values: dict[str, list[float]] = {name: [] for name in measures}
        for pair in test_set.pairs:
            picture = enlarge(pair.lr)
            for name, measure in measures.items():
                values[name].append(measure(picture, pair.hr, scale))
        for name, each in values.items():
            found[f"{name}_{test_set.key}{ending}"] = statistics.fmean(each)
    return found


def milliseconds(enlarge: Enlarge, device: torch.device) -> float:
    """Time a way to enlarge a fixed picture of 320 x 180 pixels, RGB: the median of several calls.

    The first call, in which code may be compiled, does not count.

    Args:
        enlarge: What is timed, from array to array.
        device: Waited for, so that nothing is left undone.
    """
    picture = photograph()
    seconds: list[float] = []
    enlarge(picture)
    while len(seconds) < LEAST or (len(seconds) < MOST and sum(seconds) < ENOUGH):
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        start = time.perf_counter()
        enlarge(picture)
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - start)
    return 1000 * statistics.median(seconds)


def photograph() -> Picture:
    """Return the picture that is enlarged for timing, uint8 (180, 320, 3)."""
    return np.ascontiguousarray(photo(PHOTOGRAPH).image[100 : 100 + HIGH, 140 : 140 + WIDE])
