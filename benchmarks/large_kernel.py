"""Time depth-wise convolution with large kernels: torch's own call, three ways round it, ours.

For every size the ways run in turn, round by round, in one process, on the same maps and kernels;
their outputs and gradients are checked to be equal. Numbers are milliseconds, and ratios of the
library to the best of the three ways.

    python benchmarks/large_kernel.py [--rounds N] [--out results/benchmarks/large_kernel.json]
"""

import itertools
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from dynamic import run
from torch import Tensor

from dynconv_lite.depthwise import depthwise_conv2d
from dynconv_lite.experiments.machine import processor

CHANNELS = 64
KERNELS = (3, 7, 13, 31, 51)
SIDES = (14, 28, 56, 112)
BATCHES = (1, 8)
BUDGET = 0.7  # seconds for all rounds of one way; one round is always run
SHORT = 0.05  # seconds: what is shorter is called twice, and the second call counts
TOLERANCE = 1e-3  # of the largest value: float32, sums of up to 100,000 products
WAYS = ("explicit padding", "channels_last", "FFT")
Way = Callable[[], Tensor]


def ways(x: Tensor, weight: Tensor) -> dict[str, Way]:
    """Return the ways to one sum: x (B, C, H, W), weight (C, 1, K, K)."""
    size, channels, last = weight.shape[-1], x.shape[1], torch.channels_last
    half = size // 2

    def padded() -> Tensor:
        wide = F.pad(x, (half, half))
        return F.conv2d(wide, weight, padding=(half, 0), groups=channels)

    def channels_last() -> Tensor:
        maps = x.contiguous(memory_format=last)
        return F.conv2d(maps, weight, padding=half, groups=channels).contiguous()

    def fft() -> Tensor:
        wide = [side + size - 1 for side in x.shape[2:]]
        spectrum = torch.fft.rfft2(F.pad(x, (half, half, half, half)), wide)
        kernel = torch.fft.rfft2(weight[:, 0], wide)
        y = torch.fft.irfft2(spectrum * kernel.conj(), wide)
        return y[..., : x.shape[2], : x.shape[3]].contiguous()

    return {
        "conv2d": lambda: F.conv2d(x, weight, padding=half, groups=channels),
        "explicit padding": padded,
        "channels_last": channels_last,
        "FFT": fft,
        "library": lambda: depthwise_conv2d(x, weight),
    }


def measure(rounds: int) -> dict[str, Any]:
    """Return the record: for every size and way, the medians of both passes."""
    rows, worst = [], 0.0
    for batch, side, size in itertools.product(BATCHES, SIDES, KERNELS):
        torch.manual_seed(0)
        x = torch.randn(batch, CHANNELS, side, side, requires_grad=True)
        weight = (torch.randn(CHANNELS, 1, size, size) / size).requires_grad_()
        found = ways(x, weight)
        worst = max(worst, difference(found, x, weight))
        row: dict[str, Any] = {"batch": batch, "side": side, "kernel_size": size}
        for name, both in (("forward", False), ("forward + backward", True)):
            seconds = timed(found, (x, weight), rounds, both)
            best = min(seconds[way] for way in WAYS)
            row[name] = {way: round(1e3 * value, 3) for way, value in seconds.items()}
            row[f"{name}: library / best"] = round(seconds["library"] / best, 2)
            row[f"{name}: conv2d / library"] = round(seconds["conv2d"] / seconds["library"], 1)
        rows.append(row)
        print(json.dumps(row), flush=True)
    return {
        "what": f"depth-wise convolution, {CHANNELS} channels, float32, NCHW: milliseconds",
        "rounds": rounds,
        "rows": rows,
        "largest_difference": float(f"{worst:.1e}"),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "cpu": processor(),
    }


def difference(found: dict[str, Way], x: Tensor, weight: Tensor) -> float:
    """Return how far any way is from the library, as a share of the largest value."""
    gradient, worst, expected = torch.randn_like(x), 0.0, None
    for way in ("library", *WAYS):
        y = found[way]()
        values = (y.detach(), *torch.autograd.grad(y, (x, weight), gradient))
        expected = expected or values
        for value, own in zip(values, expected, strict=True):
            worst = max(worst, float((value - own).abs().max() / own.abs().max()))
            if not worst < TOLERANCE:
                raise SystemExit(f"{way} differs by {worst:.1e} of the largest value")
    return worst


def timed(
    found: dict[str, Way], leaves: tuple[Tensor, ...], rounds: int, both: bool
) -> dict[str, float]:
    """Return the median seconds of every way, of the forward pass or of both passes."""
    gradient = torch.randn_like(leaves[0])

    def once(call: Way) -> float:
        for leaf in leaves:
            leaf.grad = None
        start = time.perf_counter()
        with torch.set_grad_enabled(both):
            y = call()
        if both:
            y.backward(gradient)
        return time.perf_counter() - start

    first = {way: once(call) for way, call in found.items()}  # warms up
    left = {way: min(rounds, int(BUDGET / seconds)) for way, seconds in first.items()}
    kept: dict[str, list[float]] = {
        way: [] if left[way] else [seconds] for way, seconds in first.items()
    }
    for number in range(rounds):
        for way, call in found.items():
            if number < left[way]:
                if first[way] < SHORT:
                    once(call)  # takes back the memory and the caches that the way before has used
                kept[way].append(once(call))
    return {way: statistics.median(seconds) for way, seconds in kept.items()}


if __name__ == "__main__":
    run(measure, __doc__)
