"""How a run is carried out, as opposed to what is run: nothing here changes a result."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch

from dynconv_lite.experiments.checkpoint import Checkpoints

Report = Callable[[float, str], None]


def silent(share: float, text: str) -> None:
    """Take a report of progress and do nothing with it."""


@dataclass(frozen=True)
class Job:
    """The circumstances of one run.

    Attributes:
        config_hash: Of the configuration; a checkpoint of another one is refused.
        checkpoints: Where to keep the state; None keeps none.
        weights: File for the trained network's state dict; None writes none.
        tables: Folder for the lookup tables that a run makes; None keeps none.
        device: Where to compute.
        checkpoint_minutes: Time between checkpoints: what a crash can cost. 0 writes one after
            every step.
        report: Called with the share of the work that is done, and what is going on.
    """

    config_hash: str
    checkpoints: Checkpoints | None = None
    weights: Path | None = None
    tables: Path | None = None
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    checkpoint_minutes: float = 2.0
    report: Report = silent


def choose_device(name: str = "auto") -> torch.device:
    """Return the device of a name; "auto" is the first GPU, or else the CPU.

    Raises:
        ValueError: If the device is unknown or not there.
    """
    gpu = torch.cuda.is_available()
    if name == "auto":
        return torch.device("cuda" if gpu else "cpu")
    if name == "cpu" or (name == "cuda" and gpu):
        return torch.device(name)
    known = "auto, cpu, cuda" if gpu else "auto, cpu (no CUDA device is to be seen)"
    raise ValueError(f"device must be one of {known}; got {name!r}")
