"""Time super-resolution by lookup tables beside bicubic interpolation, 320 x 180 to 1280 x 720.

SR-LUT's table S and MuLUT's two stages of S, D and Y, on 17 nodes an axis, by both backends, which
are checked to give the same picture to the bit. The tables are random functions as smooth as
trained ones: what a table holds does not change what is computed, only where it is read. Every
way enlarges the same photograph, in turn, in one process. OpenCV comes with the extra `dev`.

    python benchmarks/lut.py [--rounds N] [--out results/benchmarks/lut.json]
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import torch
from dynamic import run
from erf import processor
from PIL import Image

from data_utils import photos
from dynconv_lite.lut import PATTERNS, LookupTable, nodes, super_resolve

WIDE, HIGH, SCALE = 320, 180, 4
INTERVAL = 4
PHOTOGRAPH = "coffee"  # 600 x 400, from scikit-image


def table(pattern: str, scale: int, seed: int) -> LookupTable:
    """Return a table of a random function that is near a multiple of the mean of its taps."""
    rng, size = np.random.default_rng(seed), nodes(INTERVAL)
    axes = np.meshgrid(*[np.arange(size)] * PATTERNS[pattern].dims, indexing="ij")
    mean = np.mean(axes, 0).ravel()[:, None] / (size - 1)  # 0..1
    noise = rng.normal(0, 4, (len(mean), scale**2))
    values = np.clip(np.rint(mean * 64 + noise), -128, 127)
    return LookupTable(values.astype(np.int8), pattern, INTERVAL)


def photograph() -> np.ndarray:
    """Return a photograph of the size that is enlarged."""
    found = {photo.name: photo for split in ("train", "test") for photo in photos(split)}
    picture = Image.fromarray(found[PHOTOGRAPH].image)
    return np.array(picture.resize((WIDE, HIGH), Image.Resampling.BICUBIC))


def ways(image: np.ndarray) -> dict[str, Callable[[], np.ndarray]]:
    """Return every way to enlarge the picture by 4."""
    import cv2  # not in the package's own requirements

    cv2.setNumThreads(torch.get_num_threads())
    single = [table("s", SCALE, 0)]
    cascade = [[table(p, r, seed) for seed, p in enumerate("sdy")] for r in (1, SCALE)]
    target = (WIDE * SCALE, HIGH * SCALE)
    picture = Image.fromarray(image)
    return {
        "S, numba": lambda: super_resolve(image, single, backend="numba"),
        "S, torch": lambda: super_resolve(image, single, backend="torch"),
        "MuLUT, numba": lambda: super_resolve(image, cascade, padding="edge", backend="numba"),
        "MuLUT, torch": lambda: super_resolve(image, cascade, padding="edge", backend="torch"),
        "OpenCV bicubic": lambda: cv2.resize(image, target, interpolation=cv2.INTER_CUBIC),
        "Pillow bicubic": lambda: np.asarray(picture.resize(target, Image.Resampling.BICUBIC)),
    }


def measure(rounds: int) -> dict[str, Any]:
    """Return the record: milliseconds of every way, and ratios."""
    found = ways(photograph())
    results = {name: call() for name, call in found.items()}  # compiles, and warms up
    for model in ("S", "MuLUT"):
        if not np.array_equal(results[f"{model}, numba"], results[f"{model}, torch"]):
            raise SystemExit(f"{model}: the two backends differ")
    seconds: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, call in found.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in seconds.items()}

    def ratio(slow: str, fast: str) -> float:
        pairs = zip(seconds[slow], seconds[fast], strict=True)
        return round(statistics.median(a / b for a, b in pairs), 2)

    return {
        "what": f"{WIDE} x {HIGH} RGB to {WIDE * SCALE} x {HIGH * SCALE}: milliseconds",
        "rounds": rounds,
        "milliseconds": {name: round(1e3 * value, 2) for name, value in medians.items()},
        "fastest": {name: round(1e3 * min(values), 2) for name, values in seconds.items()},
        "S: torch / numba": ratio("S, torch", "S, numba"),
        "MuLUT: torch / numba": ratio("MuLUT, torch", "MuLUT, numba"),
        "numba: MuLUT / S": ratio("MuLUT, numba", "S, numba"),
        "S, numba / OpenCV bicubic": ratio("S, numba", "OpenCV bicubic"),
        "S, numba / Pillow bicubic": ratio("S, numba", "Pillow bicubic"),
        "torch": torch.__version__,
        "numba": numba.__version__,
        "threads": torch.get_num_threads(),
        "cpu": processor(),
    }


if __name__ == "__main__":
    run(measure, __doc__)
