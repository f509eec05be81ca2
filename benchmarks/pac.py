"""Compare pixel-adaptive convolution with a plain one, and with cutting out all windows.

Time and peak memory of the forward pass, and of a training step, as multiples of a plain
convolution of the same shape: (4, 16, 64, 64), 16 channels out, K = 5, a guide of 16 channels.

    python benchmarks/pac.py [--rounds N] [--out results/benchmarks/pac.json]
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from dynamic import ratio, run, timed
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from dynconv_lite.experiments.machine import processor
from dynconv_lite.pac import adaptive_kernel, pixel_adaptive_conv2d

SHAPE, SIZE = (4, 16, 64, 64), 5
TOLERANCE = 1e-4  # of the largest value


def measure(rounds: int) -> dict[str, Any]:
    """Return the record: each way's time and peak memory over a plain convolution's."""
    torch.manual_seed(0)
    x, guide = (torch.randn(SHAPE, requires_grad=True) for _ in range(2))
    weight = torch.randn(16, 16, SIZE, SIZE, requires_grad=True)
    half = SIZE // 2

    def all_windows() -> Tensor:
        factors = adaptive_kernel(guide, SIZE, padding=half).flatten(1, 2)  # (B, K * K, H, W)
        seen = F.unfold(x, SIZE, padding=half).unflatten(1, (16, -1)).unflatten(3, SHAPE[2:])
        return torch.einsum("bcthw,bthw,oct->bohw", seen, factors, weight.flatten(2))

    found = {
        "static": lambda: F.conv2d(x, weight, padding=half),
        "library": lambda: pixel_adaptive_conv2d(x, guide, weight, padding=half),
        "all windows": all_windows,
    }
    outputs = {name: found[name]().detach() for name in ("library", "all windows")}
    expected = outputs["library"]
    worst = float((outputs["all windows"] - expected).abs().max() / expected.abs().max())
    if not worst < TOLERANCE:
        raise SystemExit(f"all windows: differs by {worst:.1e} of the largest value")
    forward, both = timed(found, [x, guide, weight], rounds)
    plain = [peak(found["static"], training) for training in (False, True)]
    rows = {}
    for name in ("library", "all windows"):
        memory = [peak(found[name], training) for training in (False, True)]
        rows[name] = {
            "time": [ratio(forward, name), ratio(both, name)],
            "memory": [round(a / b, 2) for a, b in zip(memory, plain, strict=True)],
            "MB": [round(value / 1e6, 2) for value in memory],
        }
    return {
        "what": f"pixel-adaptive convolution, x {SHAPE}, K = {SIZE}, float32: times a plain "
        "convolution, [forward, forward + backward]",
        "rounds": rounds,
        "rows": rows,
        "plain_MB": [round(value / 1e6, 2) for value in plain],
        "largest_difference": float(f"{worst:.1e}"),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "cpu": processor(),
    }


def peak(call: Callable[[], Tensor], training: bool) -> int:
    """Return the most bytes that torch holds at a time for a call, its output among them."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        with torch.set_grad_enabled(training):
            y = call()
        if training:
            y.sum().backward()
    held = most = 0
    for event in seen.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    return most


if __name__ == "__main__":
    run(measure, __doc__)
