"""A network and pictures so small that a training takes a fraction of a second."""

from typing import Any

import torch
from torch import Tensor, nn

from dynconv_lite.experiments.config import JitterConfig, config_for
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.pictures import Pictures
from dynconv_lite.experiments.training import Extras, Trained, seeded, train

CLASSES = 4


def pictures(count: int = 40, side: int = 12, seed: int = 0) -> Pictures:
    """Noisy pictures whose class is their colour."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, CLASSES, (count,), generator=generator)
    noise = torch.randint(0, 128, (count, side, side, 3), generator=generator)
    tint = 100 * torch.tensor([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])[labels]
    images = (noise + tint[:, None, None]).to(torch.uint8)
    return Pictures(images, labels, CLASSES, "made up", f"{count} {seed}")


def network(seed: int = 0) -> nn.Module:
    """A convolution, a normalisation and a classifier, with weights drawn from a seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(8, CLASSES),
        )


def config(**changes: Any) -> JitterConfig:
    """The smoke profile in 8 pictures a step, float32."""
    plain = {"batch_size": 8, "epochs": 2, "erf_epochs": (), "crop": 2, "precision": "float32"}
    made = config_for("jitter", "smoke", **(plain | changes))
    assert isinstance(made, JitterConfig)
    return made


def trained(
    settings: JitterConfig, model: nn.Module, extras: Extras | None = None, **job: Any
) -> Trained:
    """Train a model as an experiment does."""
    with seeded(settings.seed, torch.device("cpu")):
        return train(settings, model, pictures(), pictures(30, seed=1), Job("hash", **job), extras)


def batches_seen(model: nn.Module) -> list[Tensor]:
    """Return a list that fills with the batches a model is trained on."""
    seen: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple[Tensor]) -> None:
        if module.training:
            seen.append(inputs[0].detach().clone())

    model.register_forward_pre_hook(keep)
    return seen


def same_weights(a: nn.Module, b: nn.Module) -> bool:
    """Tell whether all weights and statistics are equal to the bit."""
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)
