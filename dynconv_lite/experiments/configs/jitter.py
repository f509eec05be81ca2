"""Configuration of the study of channel jitter."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, FiniteFloat, model_validator

from dynconv_lite.experiments.configs.training import Count, Share, TrainingConfig

Method = Literal[
    "baseline",
    "shift_det",
    "shift_learnable",
    "shift_float_0.5",
    "shift_int",
    "shift_int_fading",
    "shift_learnable_stable",
]
METHODS: tuple[str, ...] = get_args(Method)


class JitterConfig(TrainingConfig):
    """A ResNet-18 whose channels are moved behind the stem, by one of seven methods.

    Attributes:
        method: The first five are the talk's; the last two answer its open questions.
            "shift_int_fading" is shift_int whose steps shorten linearly, from one pixel to none;
            "shift_learnable_stable" is shift_learnable with a learning rate of its own for the
            offsets, which start to move late.
        width: Channels of the stem; 64 is ResNet-18's own. A multiple of 4.
        fade_until: Share of the training after which "shift_int_fading" has faded out.
        offset_lr: Learning rate of learned offsets, in multiples of the network's; None for the
            method's own: 1, or 0.01 in "shift_learnable_stable".
        offset_wait: Share of the training for which learned offsets stay at 0; None for the
            method's own: 0, or 0.2 in "shift_learnable_stable".
        erf_epochs: Epochs after which the effective receptive field is measured.
        erf_images: Test pictures over which it is averaged.
        erf_size: Side of the pictures it is measured on, in pixels: test pictures at their own
            scale, continued by reflection.
    """

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "smoke": {
            "data": "textures",
            "train_size": 512,
            "test_size": 200,
            "width": 8,
            "epochs": 2,
            "batch_size": 64,
            "schedule": "one_cycle",
            "erf_epochs": (1, 2),
            "erf_images": 8,
            "erf_size": 64,
        },
        "laptop": {
            "data": "cifar100",
            "width": 16,
            "epochs": 6,
            "schedule": "one_cycle",
            "erf_epochs": (1, 6),
        },
        "full": {
            "data": "cifar100",
            "width": 64,
            "epochs": 120,
            "warmup_epochs": 1,
            "erf_epochs": (20, 120),
        },
    }
    seeds: ClassVar[Mapping[str, tuple[int, ...]]] = {
        "smoke": (0,),
        "laptop": (0, 1),
        "full": (0, 1, 2, 3),
    }

    experiment: Literal["jitter"] = "jitter"
    method: Method = "baseline"
    width: Annotated[int, Field(ge=4, le=512, multiple_of=4)]
    fade_until: Share = 1.0
    offset_lr: Annotated[FiniteFloat, Field(ge=0)] | None = None
    offset_wait: Share | None = None
    erf_epochs: tuple[Count, ...]
    erf_images: Count = 100
    erf_size: Annotated[int, Field(ge=32, le=256, multiple_of=8)] = 96

    @model_validator(mode="after")
    def _epochs_happen(self) -> "JitterConfig":
        late = [epoch for epoch in self.erf_epochs if epoch > self.epochs]
        if late or list(self.erf_epochs) != sorted(set(self.erf_epochs)):
            raise ValueError(
                f"erf_epochs = {self.erf_epochs} must rise and not pass epochs = {self.epochs}"
            )
        return self
