"""Made-up records of the jitter study: known numbers, and round maps of known width."""

from collections.abc import Iterable
from typing import Any

import torch

from dynconv_lite.experiments import config_for, config_hash
from dynconv_lite.experiments.configs.jitter import METHODS
from dynconv_lite.experiments.jitter import published
from dynconv_lite.experiments.records import Data, Map, Metrics, Record


def round_map(width: float, size: int = 32, scale: float = 1.0) -> torch.Tensor:
    """A Gaussian spot (size, size) of the given standard deviation, and its peak."""
    place = torch.arange(size) - (size - 1) / 2
    return scale * torch.exp(-0.5 * (place[:, None] ** 2 + place[None] ** 2) / width**2).double()


def finished(config: dict[str, Any], metrics: Metrics, device: str, **fields: Any) -> Record:
    """A record of two minutes' work that found these metrics."""
    return Record(
        config=config,
        config_hash=config_hash(config),
        seed=config["seed"],
        metrics=metrics,
        data=Data(name="made-up pictures", digest="abc"),
        wall_seconds=120.0,
        device=device,
        torch="2",
        python="3",
        commit="unknown",
        **fields,
    )


def jitter_run(
    method: str = "baseline",
    seed: int = 0,
    accuracy: float = 50.0,
    width: float = 4.0,
    profile: str = "laptop",
    device: str = "cpu, 2 threads, float32",
    **changes: Any,
) -> Record:
    """A finished run: accuracy rises by a point an epoch, the field by half a pixel in all."""
    config = config_for("jitter", profile, seed, method=method, **changes)
    plain = config.model_dump(mode="json")
    last, history, maps = plain["epochs"], [], {}
    for epoch in range(1, last + 1):
        entry = {"epoch": float(epoch), "test_accuracy": accuracy - (last - epoch)}
        if "learnable" in method:
            entry["offset_mean"] = 0.01 * epoch
        if epoch in plain["erf_epochs"]:
            entry["erf_width"] = width - (0.5 if epoch < last else 0.0)
            entry["erf_area_0.5"] = entry["erf_area_raw_0.5"] = entry["erf_width"] / 40
            maps[f"erf_epoch_{epoch}"] = Map.pack(round_map(entry["erf_width"], scale=10.0**seed))
        history.append(entry)
    final = {k: v for k, v in history[-1].items() if k != "epoch"}
    metrics = Metrics(final=final, history=history, maps=maps)
    return finished(plain, metrics, device, published=published(config))  # type: ignore[arg-type]


def matrix(seeds: Iterable[int] = (0, 1), methods: Iterable[str] = METHODS) -> list[Record]:
    """All methods with all seeds: each method a point below the one before, each seed 0.1 above."""
    return [
        jitter_run(method, seed, 50.0 - place + 0.1 * seed, 4.0 + 0.2 * place + 0.05 * seed)
        for place, method in enumerate(methods)
        for seed in seeds
    ]
