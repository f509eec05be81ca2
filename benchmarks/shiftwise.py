"""Compare the forms of a shift-wise layer: shifted maps, large kernels, one fused kernel.

All in eval mode on the same maps, where they compute the same, which is checked; a training step
besides, of the two forms that can train. Numbers are milliseconds, and ratios to the shifted maps.

    python benchmarks/shiftwise.py [--rounds N] [--out results/benchmarks/shiftwise.json]
"""

import statistics
from typing import Any

import torch
from dynamic import run, timed

from dynconv_lite.experiments.machine import processor
from dynconv_lite.shiftwise import ShiftwiseConv2d, by_shifts

SHAPE = (1, 64, 56, 56)
SIZES = ((13, 3), (31, 3), (51, 5))
TOLERANCE = 1e-4  # of the largest value


def measure(rounds: int) -> dict[str, Any]:
    """Return the record: for every size, the times of every form."""
    rows, worst = [], 0.0
    for large, small in SIZES:
        for rotate in (False, True):
            torch.manual_seed(0)
            layer = ShiftwiseConv2d(SHAPE[1], large, small, rotate=rotate).eval()
            x = torch.randn(SHAPE, requires_grad=True)
            fused = layer.fuse()
            found = {
                "shifted maps": lambda net=layer, x=x: by_shifts(net, x),
                "library": lambda net=layer, x=x: net(x),
                "fused": lambda net=fused, x=x: net(x),
            }
            with torch.no_grad():
                outputs = {name: call() for name, call in found.items()}
            expected = outputs["shifted maps"]
            for y in outputs.values():
                worst = max(worst, float((y - expected).abs().max() / expected.abs().max()))
            if not worst < TOLERANCE:
                raise SystemExit(f"M = {large}: differs by {worst:.1e} of the largest value")
            leaves = [x, *layer.parameters(), *fused.parameters()]
            times = timed(found, leaves, rounds)
            row: dict[str, Any] = {"large_kernel": large, "small_kernel": small, "rotate": rotate}
            for pass_name, seconds in zip(("forward", "forward + backward"), times, strict=True):
                medians = {name: statistics.median(values) for name, values in seconds.items()}
                row[pass_name] = {name: round(1e3 * value, 2) for name, value in medians.items()}
                slow = medians["shifted maps"]
                row[f"{pass_name}: shifted maps / it"] = {
                    name: round(slow / medians[name], 1) for name in ("library", "fused")
                }
            rows.append(row)
            print(row, flush=True)
    return {
        "what": f"a shift-wise layer on x {SHAPE}, two paths, four repeats, float32: milliseconds",
        "rounds": rounds,
        "rows": rows,
        "largest_difference": float(f"{worst:.1e}"),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "cpu": processor(),
    }


if __name__ == "__main__":
    run(measure, __doc__)
