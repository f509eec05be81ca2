"""Made-up records of the study of dynamic convolution: known numbers."""

from collections.abc import Iterable
from typing import Any

from jitter_runs import finished

from dynconv_lite.experiments import config_for
from dynconv_lite.experiments.configs.dynamic_conv import METHODS
from dynconv_lite.experiments.records import Metrics, Record

STATIC_COST = {"parameters": 320_000.0, "multiply_adds": 16e6}


def dynamic_run(
    method: str = "static",
    seed: int = 0,
    accuracy: float = 50.0,
    entropy: float = 0.8,
    profile: str = "laptop",
    device: str = "cpu, 2 threads, float32",
    **changes: Any,
) -> Record:
    """A finished run: accuracy rises by a point an epoch; entropy falls to its last value from 1.

    A dynamic network has K times the parameters, and 2 % more multiply-adds for each kernel. With
    another attention it is worse by 2 points and the seed (mean) or by 5 (swapped).
    """
    plain = config_for("dynamic_conv", profile, seed, method=method, **changes).model_dump(
        mode="json"
    )
    last, history, final = plain["epochs"], [], dict(STATIC_COST)
    for epoch in range(1, last + 1):
        entry = {"epoch": float(epoch), "test_accuracy": accuracy - (last - epoch)}
        if method != "static":
            entry["attention_entropy"] = 1 - (1 - entropy) * (epoch - 1) / (last - 1)
            entry["attention_spread"] = 0.01 * epoch
        if method in ("dynamic", "dynamic_t1"):
            cooled = min(1.0, epoch / max(plain["temperature_epochs"], 1e-9))
            start = plain["temperature"] if method == "dynamic" else 1.0
            entry["temperature"] = start + cooled * (1 - start)
        history.append(entry)
    final |= {k: v for k, v in history[-1].items() if k not in ("epoch", "temperature")}
    if method != "static":
        final["parameters"] *= plain["num_kernels"]
        final["multiply_adds"] *= 1 + 0.02 * plain["num_kernels"]
        final |= {"attention_entropy.layer1.0.conv1": entropy, "attention_spread.fc": 0.1}
        final["attention_of_class"] = 0.25
        final["test_accuracy_mean_attention"] = accuracy - 2.0 - seed
        final["test_accuracy_swapped_attention"] = accuracy - 5.0
    return finished(plain, Metrics(final=final, history=history), device)


def dynamic_matrix(seeds: Iterable[int] = (0, 1), methods: Iterable[str] = METHODS) -> list[Record]:
    """All methods with all seeds: each method a point above the one before, each seed 0.1 above."""
    return [
        dynamic_run(method, seed, 50.0 + place + 0.1 * seed, 0.9 - 0.1 * place + 0.02 * seed)
        for place, method in enumerate(methods)
        for seed in seeds
    ]
