"""Time super-resolution by lookup tables beside bicubic interpolation, 320 x 180 to 1280 x 720.

SR-LUT's table S and MuLUT's two stages of S, D and Y, on 17 nodes an axis, pixel-mix with two
features, and four layers of sums of one-index tables, by both backends, which are checked to give
the same picture to the bit. The tables are random functions as smooth as trained ones: what a table
holds does not change what is computed, only where it is read. Every way enlarges the same
photograph, in turn, in one process. OpenCV comes with the extra `dev`.

    python benchmarks/lut.py [--rounds N] [--out results/benchmarks/lut.json]
"""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numba
import numpy as np
import torch
from dynamic import run
from PIL import Image

from data_utils import photos
from dynconv_lite.experiments.machine import processor
from dynconv_lite.lut import (
    PATTERNS,
    LookupTable,
    MixedTables,
    nodes,
    super_resolve,
    super_resolve_mixed,
)
from dynconv_lite.lut.additive import AdditiveTables
from dynconv_lite.lut.additive_forward import super_resolve_additive
from dynconv_lite.lut.mixed import FIRST_NODES
from dynconv_lite.pixel_mix import SQUARE

WIDE, HIGH, SCALE = 320, 180, 4
INTERVAL = 4
LAYERS = ((12, 3, 17), (12, 3, 6), (12, 3, 6), (SCALE**2, 3, 6))  # outputs, side, nodes
MODELS = ("S", "MuLUT", "pixel-mix", "sums")
PHOTOGRAPH = "coffee"  # 600 x 400, from scikit-image


def table(pattern: str, scale: int, seed: int) -> LookupTable:
    """Return a table of a random function that is near a multiple of the mean of its taps."""
    counts = (nodes(INTERVAL),) * PATTERNS[pattern].dims
    return LookupTable(random_values(counts, scale**2, (0, 64), seed), pattern, INTERVAL)


def mixed_tables() -> MixedTables:
    """Return tables of pixel-mix, as random as the others, in the default sizes."""
    features, mixed_nodes = 2, 7
    first = random_values(FIRST_NODES, features, (-100, 100), 0)
    shape = (mixed_nodes,) * len(SQUARE)
    mixed = [random_values(shape, SCALE**2, (-100, 100), seed) for seed in range(features)]
    return MixedTables(first, np.stack(mixed), (1.0, 0.3, 0.3), FIRST_NODES, mixed_nodes)


def additive_tables() -> AdditiveTables:
    """Return layers of one-index tables, whose sums change a byte by about 20 levels at most."""
    channels, layers, steps = 1, [], []
    for seed, (outputs, side, count) in enumerate(LAYERS):
        number = channels * side**2
        values = random_values((count,), number * outputs, (-100, 100), seed)
        shape = (count, channels, side, side, outputs)
        layers.append(np.moveaxis(values.reshape(shape), 0, 3))
        steps.append(20 / (100 * number))
        channels = outputs
    return AdditiveTables(layers, steps)


def random_values(
    counts: Sequence[int], outputs: int, ends: tuple[int, int], seed: int
) -> np.ndarray:
    """Return int8 (product of counts, outputs) that rise along all axes, with noise.

    Args:
        counts: Nodes of each axis.
        outputs: Values per node.
        ends: Mean values where all axes are at their first node, and at their last.
        seed: Of the noise.
    """
    axes = np.meshgrid(*[np.linspace(0, 1, count) for count in counts], indexing="ij")
    mean = np.mean(axes, 0).ravel()[:, None]  # 0..1
    noise = np.random.default_rng(seed).normal(0, 4, (len(mean), outputs))
    values = np.rint(ends[0] + mean * (ends[1] - ends[0]) + noise)
    return np.clip(values, -128, 127).astype(np.int8)


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
    mixed, sums = mixed_tables(), additive_tables()
    target = (WIDE * SCALE, HIGH * SCALE)
    picture = Image.fromarray(image)
    return {
        "S, numba": lambda: super_resolve(image, single, backend="numba"),
        "S, torch": lambda: super_resolve(image, single, backend="torch"),
        "MuLUT, numba": lambda: super_resolve(image, cascade, padding="edge", backend="numba"),
        "MuLUT, torch": lambda: super_resolve(image, cascade, padding="edge", backend="torch"),
        "pixel-mix, numba": lambda: super_resolve_mixed(image, mixed, backend="numba"),
        "pixel-mix, torch": lambda: super_resolve_mixed(image, mixed, backend="torch"),
        "sums, numba": lambda: super_resolve_additive(image, sums, backend="numba"),
        "sums, torch": lambda: super_resolve_additive(image, sums, backend="torch"),
        "OpenCV bicubic": lambda: cv2.resize(image, target, interpolation=cv2.INTER_CUBIC),
        "Pillow bicubic": lambda: np.asarray(picture.resize(target, Image.Resampling.BICUBIC)),
    }


def measure(rounds: int) -> dict[str, Any]:
    """Return the record: milliseconds of every way, and ratios."""
    found = ways(photograph())
    results = {name: call() for name, call in found.items()}  # compiles, and warms up
    for model in MODELS:
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
        **{
            f"{model}: torch / numba": ratio(f"{model}, torch", f"{model}, numba")
            for model in MODELS
        },
        "numba: pixel-mix / S": ratio("pixel-mix, numba", "S, numba"),
        "numba: sums / S": ratio("sums, numba", "S, numba"),
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
