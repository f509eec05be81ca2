"""Configuration of an experiment that trains a classifier."""

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat

from dynconv_lite.experiments.configs.base import Config

DataName = Literal["textures", "photo_patches", "cifar100"]
Schedule = Literal["constant", "cosine", "one_cycle"]
Precision = Literal["auto", "float32", "bfloat16"]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
Positive = Annotated[FiniteFloat, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class TrainingConfig(Config):
    """A training: the data, the optimiser, the augmentation and the arithmetic.

    Attributes:
        data: "textures" (synthetic, drawn from a seed), "photo_patches" or "cifar100".
        train_size: How many training pictures, the same ones for every seed; None for all.
        test_size: How many test pictures; None for all.
        epochs: Passes over the training pictures.
        batch_size: Pictures a step; what is left over at the end of an epoch is not used.
        lr: Largest learning rate of SGD with Nesterov momentum.
        momentum: Of SGD.
        weight_decay: Of SGD.
        schedule: "cosine" falls from lr to 0; "one_cycle" first rises, for 30 % of the steps.
        warmup_epochs: The learning rate rises linearly at the start of "constant" and "cosine".
        label_smoothing: Share of the target that is spread over all classes.
        crop: Pixels of black frame from which a random crop is taken; 0 for none.
        flip: Mirror half of the pictures.
        cutout: Side of the square that is blanked in every picture; 0 for none.
        erasing: Probability that a picture loses a random rectangle.
        mixup: alpha of mixup; 0 for none.
        cutmix: alpha of cutmix; 0 for none. With both, each batch takes one of them by lot.
        precision: "bfloat16" runs convolutions in bfloat16 (autocast) and keeps weights in
            float32; "auto" does so where the device is fast at it.
        compile: "auto" compiles the network on a GPU.
    """

    data: DataName
    train_size: Count | None = None
    test_size: Count | None = None
    epochs: Annotated[int, Field(ge=1, le=10_000)]
    batch_size: Annotated[int, Field(ge=2)] = 128
    lr: Positive = 0.1
    momentum: Annotated[FiniteFloat, Field(gt=0, lt=1)] = 0.9
    weight_decay: Annotated[FiniteFloat, Field(ge=0)] = 5e-4
    schedule: Schedule = "cosine"
    warmup_epochs: Annotated[FiniteFloat, Field(ge=0)] = 0
    label_smoothing: Annotated[FiniteFloat, Field(ge=0, lt=1)] = 0
    crop: Annotated[int, Field(ge=0, le=16)] = 4
    flip: bool = True
    cutout: Annotated[int, Field(ge=0, le=32)] = 0
    erasing: Share = 0
    mixup: Annotated[FiniteFloat, Field(ge=0)] = 0
    cutmix: Annotated[FiniteFloat, Field(ge=0)] = 0
    precision: Precision = "auto"
    compile: Literal["auto", "off"] = "auto"
