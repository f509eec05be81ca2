"""The pictures of a training as tensors: the whole data set, 8 bits a value, on the device."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from data_utils import ImageSet, cifar100, photo_patches, textures
from dynconv_lite.experiments.configs.training import TrainingConfig

LOADERS: dict[str, Callable[[str], ImageSet]] = {
    "textures": textures,
    "photo_patches": photo_patches,
    "cifar100": cifar100,
}


@dataclass(frozen=True)
class Pictures:
    """A labelled set on a device.

    Attributes:
        images: uint8 (N, H, W, 3).
        labels: int64 (N,).
        classes: How many classes there are.
        name: What to call the set in a record.
        digest: Fingerprint of the pictures and labels.
    """

    images: Tensor
    labels: Tensor
    classes: int
    name: str
    digest: str

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> "Pictures":
        """Return the set on another device."""
        moved = self.images.to(device), self.labels.to(device)
        return Pictures(*moved, self.classes, self.name, self.digest)

    def statistics(self) -> tuple[Tensor, Tensor]:
        """Return mean and standard deviation per colour, (3,) each, of values from 0 to 1."""
        flat = self.images.cpu().reshape(-1, 3)
        # in 8 bits a histogram holds everything, and its sums are exact on any machine
        counts = torch.stack([torch.bincount(flat[:, c].int(), minlength=256) for c in range(3)])
        value = torch.arange(256, dtype=torch.float64) / 255
        share = counts.double() / len(flat)
        mean = share @ value
        std = (share @ value**2 - mean**2).clamp_min(1e-12).sqrt()
        return mean.float(), std.float()


def load_pictures(config: TrainingConfig) -> tuple[Pictures, Pictures]:
    """Load the training and the test pictures of a configuration.

    A smaller set is the same for every seed: seeds then differ in training alone.

    Raises:
        ValueError: If more pictures are asked for than there are, or a batch is larger than the
            training set.
        DataError: If the data cannot be had.
    """
    train = _load(config.data, "train", config.train_size)
    test = _load(config.data, "test", config.test_size)
    if config.batch_size > len(train):
        raise ValueError(
            f"batch_size = {config.batch_size} is larger than the {len(train)} training pictures"
        )
    return train, test


def _load(data: str, split: str, size: int | None) -> Pictures:
    found = LOADERS[data](split)
    count = len(found.images)
    if size is not None and size > count:
        raise ValueError(f"{split}_size = {size}: {found.name} has {count} pictures")
    images, labels, name, digest = found.images, found.labels, found.name, found.digest
    if size is not None and size < count:
        chosen = np.sort(np.random.default_rng(0).permutation(count)[:size])
        images, labels = images[chosen], labels[chosen]
        name = f"{name}, {size} of {count}"
        digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()[:16]
    return Pictures(
        torch.from_numpy(images), torch.from_numpy(labels), len(found.classes), name, digest
    )
