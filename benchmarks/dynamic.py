"""Time dynamic convolution against the static convolution of the same shape, and other ways.

All ways run in turn, round by round, in one process, on the same input and kernels; what the
dynamic ones compute is checked to be equal. A ratio of 1 means as fast as a static convolution.

    python benchmarks/dynamic.py [--rounds N] [--out results/benchmarks/dynamic.json]
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.dynamic import dynamic_conv2d
from dynconv_lite.dynamic.kernels import mix
from dynconv_lite.experiments.machine import processor

KERNELS = 4
TOLERANCE = 1e-4  # of the largest value: float32 sums in another order
# name, batch, channels in and out, kernel, groups, side
SHAPES = (
    ("3x3, B = 1", 1, 64, 64, 3, 1, 32),
    ("3x3, B = 32", 32, 64, 64, 3, 1, 32),
    ("3x3, B = 128", 128, 64, 64, 3, 1, 32),
    ("3x3 on 4 x 4 pixels, B = 32", 32, 256, 256, 3, 1, 4),
    ("1x1, B = 32", 32, 64, 128, 1, 1, 16),
    ("depth-wise 3x3, B = 32", 32, 64, 64, 3, 64, 16),
)
Way = Callable[[], Tensor]


def ways(batch: int, into: int, out: int, size: int, groups: int, side: int, last: bool) -> Any:
    """Return the ways of one shape, and the tensors that want gradients."""
    torch.manual_seed(0)
    x = torch.randn(batch, into, side, side)
    if last:
        x = x.to(memory_format=torch.channels_last)
    weight = torch.randn(KERNELS, out, into // groups, size, size) / (into * size * size) ** 0.5
    attention = torch.rand(batch, KERNELS).softmax(1)
    single = weight[0].clone()  # a leaf of its own: a view's gradient would be that of all K
    leaves = [value.requires_grad_() for value in (x, weight, attention, single)]
    how = {"padding": size // 2, "groups": groups}

    def separately() -> Tensor:
        outputs = torch.stack([F.conv2d(x, kernel, **how) for kernel in weight.unbind()], 1)
        return (attention[:, :, None, None, None] * outputs).sum(1)

    def one_by_one() -> Tensor:
        kernels = mix(weight, attention).unbind()
        return torch.cat([F.conv2d(i, k, **how) for i, k in zip(x.split(1), kernels, strict=True)])

    def in_groups() -> Tensor:
        side_by_side = x.reshape(1, -1, side, side)
        kernels = mix(weight, attention).flatten(0, 1)
        how_many = {"padding": size // 2, "groups": batch * groups}
        return F.conv2d(side_by_side, kernels, **how_many).unflatten(1, (batch, -1))[0]

    found: dict[str, Way] = {
        "static": lambda: F.conv2d(x, single, **how),
        "library": lambda: dynamic_conv2d(x, weight, None, attention, **how),
        "one call in groups": in_groups,
        "a loop over images": one_by_one,
        "K convolutions": separately,
    }
    return found, leaves


def measure(rounds: int) -> dict[str, Any]:
    """Return the record: for every shape and layout, each way's ratio to a static convolution."""
    rows, worst = [], 0.0
    for name, *shape in SHAPES:
        for layout in ("NCHW", "channels_last"):
            found, leaves = ways(*shape, last=layout == "channels_last")
            results = {way: call().detach() for way, call in found.items()}
            largest = results["library"].abs().max()
            for way in [name for name in found if name not in ("static", "library")]:
                error = float((results[way] - results["library"]).abs().max() / largest)
                worst = max(worst, error)
                if not error < TOLERANCE:
                    raise SystemExit(f"{name}: {way} differs by {error:.1e} of the largest value")
            forward, both = timed(found, leaves, rounds)
            row = {way: [ratio(forward, way), ratio(both, way)] for way in found if way != "static"}
            static = [round(1e3 * statistics.median(t["static"]), 2) for t in (forward, both)]
            rows.append({"shape": name, "layout": layout, "static_ms": static, **row})
            print(json.dumps(rows[-1]), flush=True)
    return {
        "what": f"dynamic convolution, K = {KERNELS}, float32: times a static convolution, "
        "[forward, forward + backward]",
        "rounds": rounds,
        "rows": rows,
        "largest_difference": float(f"{worst:.1e}"),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "cpu": processor(),
    }


def timed(found: dict[str, Way], leaves: list[Tensor], rounds: int) -> tuple[Any, Any]:
    """Return seconds per way and round, of the forward pass and of both passes."""
    forward: dict[str, list[float]] = {way: [] for way in found}
    both: dict[str, list[float]] = {way: [] for way in found}
    gradient = torch.randn_like(next(iter(found.values()))())
    for number in range(rounds + 1):  # the first warms up
        for way, call in found.items():
            with torch.no_grad():
                call()  # takes the memory that the way before has given back
            start = time.perf_counter()
            with torch.no_grad():
                call()
            middle = time.perf_counter()
            call().backward(gradient)
            end = time.perf_counter()
            for leaf in leaves:
                leaf.grad = None
            if number:
                forward[way].append(middle - start)
                both[way].append(end - middle)
    return forward, both


def ratio(seconds: dict[str, list[float]], way: str) -> float:
    """Return the median over rounds of a way's time over the static convolution's."""
    pairs = zip(seconds[way], seconds["static"], strict=True)
    return round(statistics.median(own / static for own, static in pairs), 2)


def run(measure: Callable[[int], dict[str, Any]], description: str) -> None:
    """Measure as often as the command line asks, and keep the record where it asks."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=11, help="rounds; the median counts")
    parser.add_argument("--out", type=Path, help="write the record here as JSON")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    record = measure(options.rounds)
    print(json.dumps(record, indent=2))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    run(measure, __doc__)
