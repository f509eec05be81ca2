"""Batches of a training: cut out of the set on the device, augmented and normalised there."""

import torch
from torch import Tensor

from dynconv_lite.experiments import augment
from dynconv_lite.experiments.configs.training import TrainingConfig
from dynconv_lite.experiments.evaluation import Normalise
from dynconv_lite.experiments.pictures import Pictures

Target = tuple[Tensor | float, Tensor]  # a share, one number or (B,), and labels (B,)


class Source:
    """The training pictures, and how batches are made of them.

    Args:
        config: Which augmentation.
        pictures: The training set, on the device; kept in 8 bits, with its black frame.
        normalise: From 8-bit pictures to what the network takes.
    """

    def __init__(self, config: TrainingConfig, pictures: Pictures, normalise: Normalise) -> None:
        self.config, self.normalise = config, normalise
        self.side = pictures.images.shape[1]
        self.padded = augment.pad_images(pictures.images, config.crop)
        self.labels = pictures.labels

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, index: Tensor, generator: torch.Generator) -> tuple[Tensor, list[Target]]:
        """Make a batch.

        Args:
            index: Which pictures, (B,), on the device.
            generator: On the CPU; what is random is drawn from it.

        Returns:
            Pictures (B, 3, H, W), and labels (B,) with the share of each: two where pictures
            are mixed, else one.
        """
        config = self.config
        images = self.normalise(
            augment.crop_and_flip(
                self.padded, index, self.side, generator, crop=config.crop > 0, flip=config.flip
            )
        )
        labels = self.labels[index]
        if config.cutout:
            images = augment.cutout(images, config.cutout, generator)
        if config.erasing:
            images = augment.random_erasing(images, config.erasing, generator)
        if not config.mixup and not config.cutmix:
            return images, [(1.0, labels)]
        both = config.mixup > 0 and config.cutmix > 0
        blend = float(torch.rand((), generator=generator)) < 0.5 if both else config.mixup > 0
        if blend:
            mixed = augment.mixup(images, config.mixup, generator)
        else:
            mixed = augment.cutmix(images, config.cutmix, generator)
        return mixed.images, [(mixed.share, labels), (1 - mixed.share, labels[mixed.partner])]
