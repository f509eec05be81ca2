"""Made-up records of the rotation study: known numbers, and round maps of known width."""

from collections.abc import Iterable
from typing import Any

from jitter_runs import finished, round_map

from dynconv_lite.experiments import config_for
from dynconv_lite.experiments.configs.rotation import METHODS
from dynconv_lite.experiments.records import Data, Map, Metrics, Record
from dynconv_lite.experiments.rotation import published


def rotation_run(
    method: str = "sw_erasing",
    seed: int = 0,
    accuracy: float = 50.0,
    profile: str = "laptop",
    device: str = "cpu, 2 threads, float32",
    final: dict[str, float] | None = None,
    **changes: Any,
) -> Record:
    """A finished run: textures are told apart half as often as pictures, and so are angles.

    A turned or diagonal layer has less along the axes.
    """
    config = config_for("rotation", profile, seed, method=method, **changes)
    plain = config.model_dump(mode="json")
    last = plain["epochs"]
    history = [
        {"epoch": float(epoch), "test_accuracy": accuracy - (last - epoch)}
        for epoch in range(1, last + 1)
    ]
    ratio = {"sw": 2.0, "rot": 1.5, "dia": 0.5, "diarot": 0.4}[method.partition("_")[0]]
    numbers = {
        "test_accuracy": accuracy,
        "parameters": 20_000.0,
        "parameters_fused": 25_000.0,
        "multiply_adds_fused": 3e6,
        "fused_difference": 2e-7 * (1 + seed),
        "transfer_classes": 10.0,
        "transfer_knn": accuracy / 2,
        "transfer_linear": accuracy / 2 + 1,
        "angle_all": accuracy / 2,
        "angle_axis": accuracy / 2 + ratio,
        "angle_diagonal": accuracy / 2,
        "erf_width": 4.0 + 0.1 * seed,
        "erf_area_0.2": 0.01,
        "erf_area_0.5": 0.001 * accuracy,
        "erf_anisotropy": ratio,
        "erf_anisotropy_far": ratio**2,
    }
    kept = {k: v for k, v in (numbers | (final or {})).items() if v is not None}
    metrics = Metrics(final=kept, history=history, maps={"erf": Map.pack(round_map(4.0))})
    run = finished(plain, metrics, device, published=published(config))
    name = "made-up pictures; made-up test; DTD-10 test"
    return run.model_copy(update={"data": Data(name=name, digest="abc")})


def rotation_matrix(
    seeds: Iterable[int] = (0, 1), methods: Iterable[str] = METHODS
) -> list[Record]:
    """All methods with all seeds: each method a point above the one before, each seed 0.1 above."""
    return [
        rotation_run(method, seed, 50.0 + place + 0.1 * seed)
        for place, method in enumerate(methods)
        for seed in seeds
    ]
