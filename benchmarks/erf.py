"""Time the effective receptive field of a ResNet-18 against the usual way of computing it.

The usual way takes one 1024-pixel image at a time, whole, through the network. The library's
takes the unit's theoretical receptive field alone, several images at once. Both ways run in turn,
image set by image set, in one process, so that whatever else the machine does falls on both.

    python benchmarks/erf.py [--images N] [--out results/benchmarks/erf.json]
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import Tensor, nn

from dynconv_lite.erf import effective_receptive_field
from dynconv_lite.experiments.machine import processor

SIZE = 1024
TOLERANCE = 1e-4  # of the largest value: float32 sums in another order


def one_whole_image_at_a_time(model: nn.Module, images: Tensor) -> np.ndarray:
    """Return the mean over images of sum_c relu(ds/dx) at the last map's middle unit."""
    trunk = nn.Sequential(*list(model.children())[:-2]).eval()  # without pooling and classifier
    maps = []
    for image in images:
        x = image[None].clone().requires_grad_(True)
        features = trunk(x)
        middle = features[:, :, features.shape[2] // 2, features.shape[3] // 2]
        score = torch.relu(middle).sum()
        gradient = torch.autograd.grad(score, x)[0]
        maps.append(torch.relu(gradient).sum((0, 1)).cpu().numpy().astype(np.float64))
    return np.mean(maps, axis=0)


def cropped_and_batched(model: nn.Module, images: Tensor) -> np.ndarray:
    return effective_receptive_field(model, images).map.numpy()


def timed(compute: Callable[..., np.ndarray], *arguments: object) -> tuple[float, np.ndarray]:
    start = time.perf_counter()
    map = compute(*arguments)
    return time.perf_counter() - start, map


def measure(count: int, rounds: int) -> dict[str, object]:
    """Return the record of one run; every round is `count` images, by both ways in turn."""
    torch.manual_seed(0)
    model = torchvision.models.resnet18(weights=None)
    images = torch.rand(count, 3, SIZE, SIZE)
    for compute in (one_whole_image_at_a_time, cropped_and_batched):
        compute(model, images[:1])  # warm up
    seconds: dict[str, list[float]] = {"whole": [], "library": []}
    for _ in range(rounds):
        whole_time, whole = timed(one_whole_image_at_a_time, model, images)
        library_time, library = timed(cropped_and_batched, model, images)
        seconds["whole"].append(whole_time)
        seconds["library"].append(library_time)
    error = float(np.abs(library - whole).max() / whole.max())
    if not error < TOLERANCE:
        raise SystemExit(f"the two maps differ by {error:.1e} of their largest value")
    medians = {name: statistics.median(values) / count for name, values in seconds.items()}
    ratios = [w / o for w, o in zip(seconds["whole"], seconds["library"], strict=True)]
    return {
        "what": "effective receptive field, ResNet-18 (torchvision, random weights), float32",
        "image_size": SIZE,
        "images": count,
        "rounds": rounds,
        "seconds_per_image": {name: round(value, 4) for name, value in medians.items()},
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(ratio, 2) for ratio in ratios],
        "largest_difference": float(f"{error:.1e}"),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "cpu": processor(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=8, help="images per round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds; the median counts")
    parser.add_argument("--out", type=Path, help="write the record here as JSON")
    options = parser.parse_args()
    if min(options.images, options.rounds) < 1:
        parser.error("--images and --rounds must be at least 1")
    record = measure(options.images, options.rounds)
    print(json.dumps(record, indent=2))
    print(f"the library is {record['ratio']} times as fast; the maps agree")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
