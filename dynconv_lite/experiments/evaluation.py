"""Testing a classifier: pictures made ready for it, its loss and its accuracy."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.experiments.arithmetic import Arithmetic
from dynconv_lite.experiments.pictures import Pictures


class Normalise:
    """Turn 8-bit pictures (B, 3, H, W) into float32 with mean 0 and deviation 1 per colour.

    Args:
        mean, std: Per colour, (3,), of values from 0 to 1.
        device: Where the pictures are.
    """

    def __init__(self, mean: Tensor, std: Tensor, device: torch.device) -> None:
        self.scale = (1 / (255 * std)).view(3, 1, 1).to(device)
        self.offset = (-mean / std).view(3, 1, 1).to(device)

    def __call__(self, images: Tensor) -> Tensor:
        """Return the pictures normalised."""
        return images.float() * self.scale + self.offset


def evaluate(
    network: nn.Module, pictures: Pictures, normalise: Normalise, arithmetic: Arithmetic
) -> dict[str, float]:
    """Return `test_loss` and `test_accuracy` (percent) of a network in eval mode."""
    was_training = network.training
    network.eval()
    loss = torch.zeros((), dtype=torch.float64, device=pictures.labels.device)
    right = torch.zeros((), dtype=torch.long, device=pictures.labels.device)
    with torch.inference_mode():
        for images, labels in zip(
            pictures.images.split(500), pictures.labels.split(500), strict=True
        ):
            with arithmetic.autocast():
                logits = network(normalise(images.permute(0, 3, 1, 2)))
            loss += F.cross_entropy(logits.float(), labels, reduction="sum")
            right += (logits.argmax(1) == labels).sum()
    network.train(was_training)
    return {
        "test_loss": float(loss) / len(pictures),
        "test_accuracy": 100 * int(right) / len(pictures),
    }
