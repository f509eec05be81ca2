"""Made-up records of the super-resolution study: known numbers."""

from collections.abc import Iterable
from typing import Any

from jitter_runs import finished

from dynconv_lite.experiments import config_for
from dynconv_lite.experiments.configs.super_resolution import METHODS, OPTIONS
from dynconv_lite.experiments.records import Data, Metrics, Record
from dynconv_lite.experiments.super_resolution_published import published_of


def resolution_run(
    method: str = "srlut_s",
    seed: int = 0,
    psnr: float = 29.0,
    profile: str = "laptop",
    device: str = "cpu, 2 threads, float32",
    final: dict[str, float | None] | None = None,
    sets: Iterable[str] = ("set5", "set14"),
    **changes: Any,
) -> Record:
    """A finished run: networks are 0.2 dB better than tables, and sampling costs 0.5 dB.

    Set14 lies 2 dB below Set5, and SSIM is 0.03 for each decibel.
    """
    config = config_for("super_resolution", profile, seed, method=method, **changes)
    plain = config.model_dump(mode="json")
    numbers: dict[str, float] = {"milliseconds": 10.0 + METHODS.index(method)}
    tabled = OPTIONS[method].tables
    for place, name in enumerate(sets):
        value = psnr - 2 * place
        numbers |= {f"psnr_{name}": value, f"ssim_{name}": 0.03 * value}
        if tabled and plain["network_steps"]:
            numbers |= {f"psnr_{name}_network": value + 0.2, f"psnr_{name}_sampled": value - 0.3}
            numbers[f"ssim_{name}_network"] = 0.03 * (value + 0.2)
    if plain["kind"] != "interpolation":
        numbers |= {"bytes": 2048.0 * (1 + METHODS.index(method)), "parameters": 12_345.0}
    if tabled and plain["network_steps"]:
        numbers["milliseconds_network"] = 1000.0
    kept = {k: v for k, v in (numbers | (final or {})).items() if v is not None}
    history = [
        {"stage": float(stage), "step": float(plain[steps]), "loss": 0.01, "psnr_set5": psnr}
        for stage, steps in enumerate(("network_steps", "table_steps"))
        if plain[steps]
    ]
    run = finished(
        plain,
        Metrics(final=kept, history=history),
        device,
        published=published_of(config),  # type: ignore[arg-type]
    )
    return run.model_copy(update={"data": Data(name="BSDS400 x4; test Set5", digest="abc")})


def resolution_matrix(
    seeds: Iterable[int] = (0,), methods: Iterable[str] = METHODS
) -> list[Record]:
    """All methods with all seeds: each method 0.1 dB above the one before, each seed 0.01."""
    return [
        resolution_run(method, seed, 26.0 + 0.1 * place + 0.01 * seed)
        for place, method in enumerate(methods)
        for seed in seeds
    ]
