"""Time the course's training loop against the usual one, on the same network and machine.

The usual loop cuts, mirrors and normalises one PIL picture at a time by torchvision's transforms,
in a DataLoader, and trains in float32 and NCHW. The library's keeps the whole set as 8-bit values
on the device and augments a batch at once. Between the two stands a ladder that changes one thing
a rung; the last rung is the library's own `train`. All rungs run in turn, round by round, in one
process, so that whatever else the machine does falls on all of them. `loops.py` has the rungs.

    python benchmarks/training.py [--device cuda] [--out results/benchmarks/training.json]
    python benchmarks/training.py --accuracy [--data cifar100]

The second form trains in float32 and in bfloat16 from the same seeds: the price of precision.
"""

import argparse
import json
import os
import statistics
from pathlib import Path
from typing import Any

import torch
from loops import Bench

from data_utils import DataError
from dynconv_lite.experiments.arithmetic import choose_arithmetic
from dynconv_lite.experiments.config import JitterConfig, config_for
from dynconv_lite.experiments.job import Job, choose_device
from dynconv_lite.experiments.machine import processor
from dynconv_lite.experiments.pictures import load_pictures
from dynconv_lite.experiments.training import seeded, train
from dynconv_lite.models.resnet import CifarResNet


def measure_speed(options: argparse.Namespace, device: torch.device) -> dict[str, Any]:
    """Return the record of all rungs, timed in turn."""
    bench = Bench(device, options.pictures, options.batch, options.width)
    error = bench.check()
    rungs = bench.rungs(options.workers)
    speeds: dict[str, list[float]] = {name: [] for name in rungs}
    with torch.backends.cudnn.flags(benchmark=True):  # for every rung, as the library has it
        for round_number in range(options.rounds + 1):  # the first warms up and does not count
            for name, steps in rungs.items():
                seconds = steps(options.warm_up, options.steps)
                if round_number:
                    speeds[name].append(options.steps * options.batch / seconds)
    usual = [name for name in rungs if name.startswith("usual")]
    peer = max(usual, key=lambda name: statistics.median(speeds[name]))
    library = list(rungs)[-1]
    ratios = [ours / p for ours, p in zip(speeds[library], speeds[peer], strict=True)]
    return {
        "what": f"training, CifarResNet of width {options.width}, batch {options.batch}, 32 x 32",
        "peer": peer,
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(ratio, 2) for ratio in ratios],
        "images_per_second": {
            name: {
                "median": round(statistics.median(values), 1),
                "min": round(min(values), 1),
                "max": round(max(values), 1),
                "times_peer": round(
                    statistics.median(v / p for v, p in zip(values, speeds[peer], strict=True)),
                    2,
                ),
            }
            for name, values in speeds.items()
        },
        "pictures": options.pictures,
        "steps": options.steps,
        "rounds": options.rounds,
        "largest_difference_of_pictures": float(f"{error:.1e}"),
        **machine(device),
        "arithmetic": str(choose_arithmetic(bench.config(), device)),
    }


def measure_precision(options: argparse.Namespace, device: torch.device) -> dict[str, Any]:
    """Return the test accuracies of trainings in float32 and in bfloat16, seed by seed."""
    settings = {
        "data": options.data,
        "train_size": options.train_size,
        "test_size": options.test_size,
        "width": options.width,
        "batch_size": options.batch,
        "epochs": options.epochs,
        "erf_epochs": (),
        "compile": "off",
    }
    accuracy: dict[str, list[float]] = {"float32": [], "bfloat16": []}
    names: list[str] = []
    for seed in range(options.seeds):
        for precision, values in accuracy.items():
            config = config_for("jitter", "laptop", seed, precision=precision, **settings)
            assert isinstance(config, JitterConfig)
            train_set, test_set = load_pictures(config)
            names = [train_set.name, test_set.name]
            with seeded(seed, device):
                model = CifarResNet(train_set.classes, config.width)
                job = Job("benchmark", device=device)
                last = train(config, model, train_set, test_set, job).history[-1]
            values.append(round(last["test_accuracy"], 2))
            print(f"seed {seed}, {precision}: {values[-1]:.2f} %", flush=True)
    gaps = [b - f for f, b in zip(accuracy["float32"], accuracy["bfloat16"], strict=True)]
    return {
        "what": f"price of precision, CifarResNet of width {options.width}, one cycle",
        "data": names,
        "epochs": options.epochs,
        "test_accuracy_percent": accuracy,
        "bfloat16_minus_float32": {
            "mean": round(statistics.mean(gaps), 2),
            "each": [round(gap, 2) for gap in gaps],
        },
        **machine(device),
    }


def machine(device: torch.device) -> dict[str, Any]:
    """Say what a record was made with."""
    named: dict[str, Any] = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    named |= {"cpu": processor(), "cores": os.cpu_count()}
    if device.type == "cuda":
        named["gpu"] = torch.cuda.get_device_name(device)
    return named


def table(record: dict[str, Any]) -> str:
    """Return the ladder as text."""
    rows = record["images_per_second"]
    wide = max(map(len, rows))
    lines = [f"{'images per second':<{wide}}    median       min       max   times the peer"]
    for name, row in rows.items():
        numbers = "".join(f"{row[key]:>10.0f}" for key in ("median", "min", "max"))
        mark = "  <- peer" if name == record["peer"] else ""
        lines.append(f"{name:<{wide}}{numbers}{row['times_peer']:>11.2f}{mark}")
    return "\n".join(lines)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--device", default="cpu", help="cpu (default), cuda or auto")
    add("--width", type=int, default=16, help="channels of the stem, a multiple of 4")
    add("--batch", type=int, default=128)
    add("--pictures", type=int, default=50_000, help="in the set that is timed")
    add("--warm-up", type=int, default=5, help="steps before the clock starts")
    add("--steps", type=int, default=40, help="steps that are timed in a round")
    add("--rounds", type=int, default=5, help="rounds; the median counts")
    add("--workers", type=int, nargs="+", default=[0, 2], help="of the usual loop; the best counts")
    add("--accuracy", action="store_true", help="measure the price of bfloat16 instead")
    add("--data", default="cifar100", help="for --accuracy; textures, where it cannot be had")
    add("--train-size", type=int, help="for --accuracy: how many training pictures")
    add("--test-size", type=int, help="for --accuracy: how many test pictures")
    add("--epochs", type=int, default=4, help="for --accuracy")
    add("--seeds", type=int, default=3, help="for --accuracy")
    add("--out", type=Path, help="write the record here as JSON")
    options = parser.parse_args()
    for name in ("batch", "steps", "rounds", "epochs", "seeds"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1")
    if min(options.workers) < 0 or options.warm_up < 0:
        parser.error("--workers and --warm-up must not be negative")
    if options.pictures < max(options.batch, 64):
        parser.error("--pictures must be at least 64, and a batch")
    return options


def main() -> None:
    options = parse()
    try:
        device = choose_device(options.device)
        if options.accuracy:
            try:
                record = measure_precision(options, device)
            except DataError as error:
                print(f"{error}\nTextures, which a program draws, take its place.")
                options.data, options.train_size, options.test_size = "textures", None, None
                record = measure_precision(options, device)
        else:
            record = measure_speed(options, device)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    print(json.dumps(record, indent=2))
    if not options.accuracy:
        print(table(record))
        print(f"the library trains {record['ratio']} times as fast as: {record['peer']}")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
