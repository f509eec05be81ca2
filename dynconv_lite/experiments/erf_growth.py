"""How the effective receptive field grows with depth and kernel size, and with what exponents.

A stack of L convolutions K x K spreads a unit's gradient like a random walk: the width of the map
is sqrt(L (K^2 - 1) / 12) for a linear network whose weights are all alike, and of the order
K sqrt(L) in general (Luo et al. 2016, arXiv 1701.04128; Ding et al. 2022, arXiv 2203.06717). The
experiment measures the width over a grid of K and L and fits both exponents.

With random weights it is the variance of the gradient, not its mean, that spreads so; the map
shows its size, the square root of a Gaussian, which is sqrt(2) times as wide. One layer alone is
a flat box and has no such factor, so it climbs from 1 to sqrt(2) with depth, and the exponent
fitted at moderate depth lies a little above 1/2.
"""

import hashlib
import itertools
import math

import numpy as np
import torch
from torch import Tensor

from dynconv_lite.experiments import Measurement
from dynconv_lite.experiments.config import ErfGrowthConfig
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.records import Data, Metrics, Published

LUO = "Luo et al. 2016, arXiv 1701.04128"
DING = "Ding et al. 2022, arXiv 2203.06717"


def measure(config: ErfGrowthConfig, job: Job) -> Measurement:
    """Measure the width for every kernel size and depth, and fit width ~ K^a L^b.

    Args:
        config: The grid, the networks and the images.
        job: How to carry it out; this experiment takes seconds and keeps no state.

    Returns:
        Final metrics as of `fit_exponents`, and `width_over_uniform`: the mean, at the largest
        depth, of the width over that of equal weights. The history holds one entry per
        (kernel_size, depth) with its width in pixels.
    """
    generator = torch.Generator().manual_seed(config.seed)
    # from 0 to 1, as pixels are: noise around 0 would leave half of the units switched off
    images = torch.rand(config.images, 3, config.size, config.size, generator=generator)
    grid = list(itertools.product(config.kernel_sizes, config.depths))
    history = []
    for k, d in grid:
        width = erf_std(config, images, k, d)
        history.append({"kernel_size": float(k), "depth": float(d), "width": width})
        job.report(len(history) / len(grid), f"{k} x {k}, {d} layers")
    deepest = [entry for entry in history if entry["depth"] == max(config.depths)]
    ratios = [e["width"] / uniform_width(e["kernel_size"], e["depth"]) for e in deepest]
    final = {**fit_exponents(history), "width_over_uniform": float(np.mean(ratios))}
    return Measurement(
        metrics=Metrics(final=final, history=history),
        data=Data(name="synthetic uniform noise", digest=_digest(images)),
        published=[
            Published(quantity="exponent_kernel", value=1.0, source=f"O(K sqrt(L)): {DING}"),
            Published(quantity="exponent_depth", value=0.5, source=f"O(sqrt(L)): {LUO}"),
        ],
        device=f"cpu, {torch.get_num_threads()} threads",
    )


def erf_std(config: ErfGrowthConfig, images: Tensor, kernel_size: int, depth: int) -> float:
    """Measure the width of the mean map of several random stacks.

    Args:
        config: The networks to draw.
        images: Tensor (N, 3, H, W).
        kernel_size: K.
        depth: L.

    Returns:
        The standard deviation of the map in pixels.
    """
    from dynconv_lite.erf import effective_receptive_field, erf_width
    from dynconv_lite.models.plain import PlainStack

    maps = [
        effective_receptive_field(
            PlainStack(
                kernel_size=kernel_size,
                depth=depth,
                channels=config.channels,
                nonlinearity=config.nonlinearity,
                weights=config.weights,
                seed=_seed(config.seed, kernel_size, depth, network),
            ),
            images,
        ).map
        for network in range(config.networks)
    ]
    # a map is a distribution over pixels: normalised, so that no network outweighs another
    return float(erf_width(torch.stack([m / m.sum().clamp_min(1e-300) for m in maps]).mean(0)))


def fit_exponents(history: list[dict[str, float]]) -> dict[str, float]:
    """Fit log width = c + a log sqrt(K^2 - 1) + b log L by least squares.

    Theory gives the width in sqrt(K^2 - 1), which is K itself only for large kernels.

    Args:
        history: Entries with `kernel_size`, `depth` and `width`.

    Returns:
        `exponent_kernel` (a), `exponent_depth` (b) and `r_squared`, the share of the variance of
        log width that the fit explains.
    """
    rows = [
        [1.0, 0.5 * math.log(entry["kernel_size"] ** 2 - 1), math.log(entry["depth"])]
        for entry in history
    ]
    target = np.log([entry["width"] for entry in history])
    coefficients, *_ = np.linalg.lstsq(np.array(rows), target, rcond=None)
    left = target - np.array(rows) @ coefficients
    spread = target - target.mean()
    return {
        "exponent_kernel": float(coefficients[1]),
        "exponent_depth": float(coefficients[2]),
        "r_squared": float(1 - (left @ left) / (spread @ spread)),
    }


def uniform_width(kernel_size: float, depth: float) -> float:
    """Return sqrt(L (K^2 - 1) / 12): the width, in pixels, if all weights are equal.

    One layer's uniform kernel has the variance (K^2 - 1) / 12, and variances add (Luo et al.
    2016, section 2).
    """
    return math.sqrt(depth * (kernel_size**2 - 1) / 12)


def _seed(*numbers: int) -> int:
    """Mix the grid's coordinates into a seed, so that no network of the grid is drawn twice."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0] >> 1)


def _digest(images: Tensor) -> str:
    return hashlib.sha256(images.numpy().tobytes()).hexdigest()[:16]
