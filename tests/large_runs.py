"""Made-up records of the study of large kernels: known numbers, and round maps of known width."""

from collections.abc import Iterable
from typing import Any

from jitter_runs import finished, round_map

from dynconv_lite.experiments import config_for
from dynconv_lite.experiments.configs.large_kernels import METHODS
from dynconv_lite.experiments.records import Map, Metrics, Record


def large_run(
    method: str = "k3",
    seed: int = 0,
    accuracy: float = 50.0,
    profile: str = "laptop",
    device: str = "cpu, 2 threads, float32",
    **changes: Any,
) -> Record:
    """A finished run: accuracy rises by a point an epoch, a field is as wide as half its kernel.

    Used, a network costs a million multiply-adds and 10,000 a tap, and 20 thousand parameters and
    10 a tap; trained, twice the taps of the small kernel more.
    """
    config = config_for("large_kernels", profile, seed, method=method, **changes)
    plain = config.model_dump(mode="json")
    last = plain["epochs"]
    history = [
        {"epoch": float(epoch), "test_accuracy": accuracy - (last - epoch)}
        for epoch in range(1, last + 1)
    ]
    taps, more = plain["kernel_size"] ** 2, 2 * plain["small_kernel"] ** 2
    width = plain["kernel_size"] / 2
    final = {
        "test_accuracy": accuracy,
        "parameters": 20_000.0 + 10 * (taps + more),
        "parameters_fused": 20_000.0 + 10 * taps,
        "multiply_adds": 1e6 + 10_000 * (taps + more),
        "multiply_adds_fused": 1e6 + 10_000 * taps,
        "fused_difference": 2e-7 * (1 + seed),
        "erf_width": width,
        "erf_area_0.2": 0.01 * width,
        "erf_area_0.5": 0.02 * width,
    }
    maps = {"erf": Map.pack(round_map(width, scale=10.0**seed))}
    return finished(plain, Metrics(final=final, history=history, maps=maps), device)


def large_matrix(seeds: Iterable[int] = (0, 1), methods: Iterable[str] = METHODS) -> list[Record]:
    """All methods with all seeds: each method a point above the one before, each seed 0.1 above."""
    return [
        large_run(method, seed, 50.0 + place + 0.1 * seed)
        for place, method in enumerate(methods)
        for seed in seeds
    ]
