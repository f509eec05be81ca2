"""Set what dynamic convolution costs beside what the static network does: MobileNetV3-Small.

Numbers that need no clock come first: parameters, multiply-adds by part, and the bytes that
training keeps. Then both networks run in turn, round by round, in one process, forward and forward
with backward, and what counts is the ratio. That both compute the same is checked on a twin whose
K kernels are copies of the static one.

    python benchmarks/cost.py [--rounds N] [--out results/benchmarks/cost.json]
"""

import statistics
import time
from collections import Counter
from typing import Any

import torch
import torchvision
from dynamic import ratio, run
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.ops import SqueezeExcitation

from dynconv_lite.cost import count_cost
from dynconv_lite.dynamic import DynamicConv2d, to_dynamic
from dynconv_lite.experiments.machine import processor

KERNELS = 4
SIZE = (3, 224, 224)
BATCHES = (1, 8)
TOLERANCE = 1e-3  # of the largest value: float32 sums in another order, through all layers
PARTS = ("convolution", "mixing", "attention", "the rest")


def multiply_adds(model: nn.Module) -> dict[str, int]:
    """Return the multiply-adds of one picture by part.

    The rest is the squeeze-and-excitation blocks, which `to_dynamic` leaves alone, and the
    classifier.
    """
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, *SIZE))
    flops = counter.get_flop_counts()
    excitations = [m for m in model.modules() if isinstance(m, SqueezeExcitation)]
    left_alone = {part for block in excitations for part in block.modules()}
    parts: Counter[str] = Counter()
    for name, module in model.named_modules():
        if module in left_alone or not isinstance(module, nn.Conv2d | DynamicConv2d):
            continue
        counts = flops[f"{type(model).__name__}.{name}"]
        kinds = Counter({str(kind).split(".")[-1]: n // 2 for kind, n in counts.items()})
        parts["convolution"] += kinds["convolution"] + kinds["bmm"]  # of one pixel: a product
        parts["mixing"] += kinds["mm"]
        parts["attention"] += kinds["addmm"]
    parts["the rest"] = sum(flops["Global"].values()) // 2 - sum(parts.values())
    return {part: parts[part] for part in PARTS}


def costs(models: dict[str, nn.Module]) -> dict[str, Any]:
    """Return what needs no clock, for each network and as a ratio."""
    found: dict[str, Any] = {}
    for name, model in models.items():
        cost, parts = count_cost(model, SIZE), multiply_adds(model)
        if sum(parts.values()) != cost.multiply_adds:
            raise SystemExit(f"the parts of the {name} network do not add up: {parts}, {cost}")
        found[name] = {
            "parameters": cost.parameters,
            "multiply_adds": cost.multiply_adds,
            "multiply_adds_by_part": parts,
            "saved_bytes": cost.saved_bytes,
        }
    keys = ("parameters", "multiply_adds", "saved_bytes")
    ratios = {key: round(found["dynamic"][key] / found["static"][key], 4) for key in keys}
    return {"costs": found, "cost_ratios": ratios}


def difference(static: nn.Module) -> float:
    """Return how far a twin of equal kernels is off, of the largest value."""
    twin = to_dynamic(static, KERNELS, start="copy").eval()
    x = torch.randn(2, *SIZE)
    with torch.no_grad():
        expected = static.eval()(x)
        return float((twin(x) - expected).abs().max() / expected.abs().max())


def timed(models: dict[str, nn.Module], batch: int, rounds: int) -> tuple[Any, Any]:
    """Return seconds per network and round, of a forward pass and of a step of training."""
    forward: dict[str, list[float]] = {name: [] for name in models}
    both: dict[str, list[float]] = {name: [] for name in models}
    x = torch.randn(batch, *SIZE)
    for number in range(rounds + 1):  # the first warms up
        for name, model in models.items():
            model.eval()
            start = time.perf_counter()
            with torch.no_grad():
                model(x)
            forward_time = time.perf_counter() - start
            model.train()
            start = time.perf_counter()
            model(x).square().mean().backward()
            both_time = time.perf_counter() - start
            model.zero_grad()
            if number:
                forward[name].append(forward_time)
                both[name].append(both_time)
    return forward, both


def measure(rounds: int) -> dict[str, Any]:
    """Return the record."""
    torch.manual_seed(0)
    static = torchvision.models.mobilenet_v3_small()
    models = {"static": static, "dynamic": to_dynamic(static, KERNELS)}
    error = difference(static)
    if not error < TOLERANCE:
        raise SystemExit(f"equal kernels differ by {error:.1e} of the largest value")
    record: dict[str, Any] = {
        "what": f"MobileNetV3-Small (torchvision), static and dynamic with K = {KERNELS}, 224 x 224"
        ", float32; multiply-adds and saved bytes of one picture",
        **costs(models),
    }
    for batch in BATCHES:
        forward, both = timed(models, batch, rounds)
        record[f"batch_{batch}"] = {
            "static_ms": [
                round(1e3 * statistics.median(seconds["static"]), 2) for seconds in (forward, both)
            ],
            "ratio": [ratio(forward, "dynamic"), ratio(both, "dynamic")],
        }
    return record | {
        "times": "[forward in eval mode, forward and backward in training mode]; the ratio is "
        "dynamic over static",
        "rounds": rounds,
        "largest_difference": float(f"{error:.1e}"),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "cpu": processor(),
    }


if __name__ == "__main__":
    run(measure, __doc__)
