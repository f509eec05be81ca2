"""Experiments: `run(config)` measures, and leaves a record that says how.

The same call serves a notebook under papermill, a script, and a machine that has no Jupyter.
"""

import importlib
import time
from dataclasses import dataclass, field
from pathlib import Path

from dynconv_lite.experiments.config import Config, config_for, config_hash, parse_config
from dynconv_lite.experiments.records import (
    Data,
    Metrics,
    Published,
    Record,
    find_record,
    write_record,
)

__all__ = ["Measurement", "Record", "config_for", "config_hash", "parse_config", "run"]


@dataclass(frozen=True)
class Measurement:
    """What an experiment's `measure(config)` returns.

    Attributes:
        metrics: What was measured.
        data: What data it was measured on.
        published: Values from the literature for the same quantities.
        device: Where it ran.
    """

    metrics: Metrics
    data: Data
    published: list[Published] = field(default_factory=list)
    device: str = "cpu"


def run(config: Config, out: str | Path | None = None) -> Record:
    """Run an experiment, or return its record if it has been run.

    Args:
        config: What to run; see `config_for`.
        out: The folder of records. A record found there under the same hash is returned as it
            is; otherwise the new one is written there. None neither looks nor writes.

    Returns:
        The record.

    Raises:
        ValueError: If the configuration's record in `out` is broken.
    """
    import platform

    import torch

    digest = config_hash(config)
    done = find_record(Path(out), digest) if out is not None else None
    if done is not None:
        return done
    module = importlib.import_module(f"dynconv_lite.experiments.{config.experiment}")
    start = time.perf_counter()
    measured: Measurement = module.measure(config)
    record = Record(
        config=config.model_dump(mode="json"),
        config_hash=digest,
        seed=config.seed,
        metrics=measured.metrics,
        published=measured.published,
        data=measured.data,
        wall_seconds=round(time.perf_counter() - start, 3),
        device=measured.device,
        torch=torch.__version__,
        python=platform.python_version(),
        commit=_commit(),
    )
    if out is not None:
        write_record(record, Path(out))
    return record


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
