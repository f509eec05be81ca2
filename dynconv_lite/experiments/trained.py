"""The network that a run has left, taken up again: to look into it, or to measure more."""

import importlib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from dynconv_lite.experiments.config import TrainingConfig, config_hash
from dynconv_lite.experiments.evaluation import Normalise
from dynconv_lite.experiments.pictures import Pictures, load_pictures
from dynconv_lite.experiments.places import Places


@dataclass(frozen=True)
class TrainedNetwork:
    """A trained network in eval mode, and the pictures it was tested on.

    Attributes:
        model: (B, 3, H, W), normalised, to logits (B, classes).
        test_set: The test pictures.
        normalise: From 8-bit pictures (B, 3, H, W) to what the model takes.
    """

    model: nn.Module
    test_set: Pictures
    normalise: Normalise

    def batch(self, count: int) -> tuple[Tensor, Tensor]:
        """Return the first test pictures, normalised (count, 3, H, W), and labels (count,)."""
        images = self.test_set.images[:count].permute(0, 3, 1, 2)
        return self.normalise(images), self.test_set.labels[:count]


def trained_network(config: TrainingConfig, out: str | Path) -> TrainedNetwork:
    """Load the network of a finished run, on the CPU.

    Args:
        config: What was run.
        out: The folder of records it was run into.

    Raises:
        ValueError: If the run has left no weights there; names the file.
    """
    path = Places.of(Path(out), config.experiment, config_hash(config)).weights
    if not path.is_file():
        raise ValueError(f"{path} does not exist: run the configuration into {out} first")
    experiment = importlib.import_module(f"dynconv_lite.experiments.{config.experiment}")
    train_set, test_set = load_pictures(config)
    with torch.random.fork_rng(devices=[]):
        model = experiment.build(config, train_set.classes)
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    normalise = Normalise(*train_set.statistics(), torch.device("cpu"))
    return TrainedNetwork(model.eval(), test_set, normalise)
