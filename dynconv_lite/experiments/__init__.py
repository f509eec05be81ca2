"""Experiments: `run(config)` measures, and leaves a record that says how.

The same call serves a notebook under papermill, a script, and a machine that has no Jupyter.
"""

import importlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dynconv_lite.experiments.config import Config, config_for, config_hash, parse_config
from dynconv_lite.experiments.places import Places
from dynconv_lite.experiments.records import (
    Data,
    Metrics,
    Published,
    Record,
    find_record,
    write_record,
)

if TYPE_CHECKING:
    from torch import Tensor

    from dynconv_lite.experiments.job import Job

__all__ = ["Measurement", "Record", "config_for", "config_hash", "parse_config", "run"]


@dataclass(frozen=True)
class Measurement:
    """What an experiment's `measure(config, job)` returns.

    Attributes:
        metrics: What was measured.
        data: What data it was measured on.
        published: Values from the literature for the same quantities.
        device: Where it ran, and in what arithmetic.
        seconds: Time spent, over all attempts; None if there was only this one.
        weights: State dict of the trained network, if there is one.
        tables_sha256: Fingerprint of the lookup tables that were left in the job's folder, if any.
    """

    metrics: Metrics
    data: Data
    published: list[Published] = field(default_factory=list)
    device: str = "cpu"
    seconds: float | None = None
    weights: "Mapping[str, Tensor] | None" = None
    tables_sha256: str | None = None


def run(
    config: Config,
    out: str | Path | None = None,
    *,
    device: str = "auto",
    checkpoint_minutes: float = 2.0,
) -> Record:
    """Run an experiment, go on with it where it was stopped, or return its record.

    Two processes that run the same configuration into the same folder do not both measure it:
    the second waits for the first, and takes over should the first be killed.

    Args:
        config: What to run; see `config_for`.
        out: The folder of records. A record found there under the same hash is returned as it
            is; otherwise the new one is written there, with what the run needs and leaves
            beside it (see `Places`). None neither looks nor writes.
        device: "auto", "cpu" or "cuda".
        checkpoint_minutes: How much of a training a crash may cost; 0 saves after every step.

    Returns:
        The record.

    Raises:
        ValueError: If the device is not there, the interval is no number of minutes, or the
            configuration's record in `out` is broken.
        OSError: If a file cannot be written; names it. A folder that cannot be written is found
            out before any work.
        CheckpointError: If what the run left when it was stopped cannot be used.
        TrainingError: If a training fails.
    """
    from dynconv_lite.experiments.checkpoint import Checkpoints
    from dynconv_lite.experiments.job import Job, choose_device

    digest = config_hash(config)
    if not _is_finite_number(checkpoint_minutes) or checkpoint_minutes < 0:
        raise ValueError(
            f"checkpoint_minutes must be a finite number >= 0, got {checkpoint_minutes!r}"
        )
    chosen = choose_device(device)
    if out is None:
        return _measure(config, Job(digest, device=chosen))
    places = Places.of(Path(out), config.experiment, digest)
    done = find_record(places.records, digest)
    if done is not None and places.is_clean():
        return done
    with places.lock():
        record = find_record(places.records, digest)  # by whoever had the lock before
        if record is None:
            places.prepare()
            places.clear_interrupted_writes()
            job = Job(
                digest,
                checkpoints=Checkpoints(places.checkpoints),
                weights=places.weights,
                tables=places.tables,
                device=chosen,
                checkpoint_minutes=checkpoint_minutes,
                report=places.progress_writer(),
            )
            record = _measure(config, job)
            write_record(record, places.records)
        places.clean_up()  # only now: what came before the record can be had again from these
    return record


def _is_finite_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _measure(config: Config, job: "Job") -> Record:
    import platform

    import torch

    module = importlib.import_module(f"dynconv_lite.experiments.{config.experiment}")
    start = time.perf_counter()
    measured: Measurement = module.measure(config, job)
    seconds = time.perf_counter() - start if measured.seconds is None else measured.seconds
    fingerprint = None
    if measured.weights is not None:
        from dynconv_lite.experiments.weights import keep_weights

        fingerprint = keep_weights(measured.weights, job.weights)
    return Record(
        config=config.model_dump(mode="json"),
        config_hash=config_hash(config),
        seed=config.seed,
        metrics=measured.metrics,
        published=measured.published,
        data=measured.data,
        weights_sha256=fingerprint,
        tables_sha256=measured.tables_sha256,
        wall_seconds=round(seconds, 3),
        device=measured.device,
        torch=torch.__version__,
        python=platform.python_version(),
        commit=_commit(),
    )


def _commit() -> str:
    """Name the commit of the code, with `-dirty` if files differ from it; else "unknown"."""
    import subprocess

    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        answer = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return answer.stdout.strip() if answer.returncode == 0 else "unknown"
