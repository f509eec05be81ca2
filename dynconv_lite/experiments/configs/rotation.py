"""Configuration of the study of shift-wise layers along the diagonals, and turned."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, get_args

from pydantic import Field, field_validator, model_validator

from dynconv_lite.experiments.configs.training import Count, TrainingConfig

# The talk's six rows in its order, then what it left out.
Method = Literal[
    "sw_erasing",
    "rot_cutmix",
    "rot_erasing",
    "diarot_mixup",
    "diarot_erasing",
    "dia_erasing",
    "sw_cutmix",
    "sw_mixup",
    "rot_mixup",
    "dia_cutmix",
    "dia_mixup",
    "diarot_cutmix",
]
METHODS: tuple[str, ...] = get_args(Method)
Direction = Literal["horizontal", "vertical", "diagonal", "anti-diagonal"]
AXES: tuple[Direction, ...] = ("horizontal", "vertical")
DIAGONALS: tuple[Direction, ...] = ("diagonal", "anti-diagonal")
NAMES = {"sw": "SW", "rot": "RotSW", "dia": "DiaSW", "diarot": "DiaRotSW"}  # as in the talk
LAYERS: dict[str, tuple[tuple[Direction, ...], bool]] = {
    "sw": (AXES, False),
    "rot": (AXES, True),
    "dia": (DIAGONALS, False),
    "diarot": (DIAGONALS[:1], True),  # turned by 90 degrees it is the other diagonal
}
AUGMENTATIONS = {  # the talk gives no strengths: these are the papers' own for CIFAR
    "erasing": 0.5,  # the probability
    "cutmix": 1.0,  # alpha, and so mixup's
    "mixup": 1.0,
}


class Form(NamedTuple):
    """What a method stands for: the layers' directions, whether they turn, the augmentation."""

    directions: tuple[Direction, ...]
    rotate: bool
    erasing: float
    cutmix: float
    mixup: float


def form_of(method: str) -> Form:
    """Return what a method stands for.

    Args:
        method: One of `METHODS`.
    """
    layer, _, augmentation = method.partition("_")
    strengths = (AUGMENTATIONS[name] * (name == augmentation) for name in AUGMENTATIONS)
    return Form(*LAYERS[layer], *strengths)


def title_of(method: str) -> str:
    """Return what the talk calls a method: "DiaRotSW + mixup"."""
    layer, _, augmentation = method.partition("_")
    return f"{NAMES[layer]} + {augmentation}"


class RotationConfig(TrainingConfig):
    """A small network of shift-wise layers, and one augmentation.

    Attributes:
        method: Network and augmentation: "sw" shifts along rows and columns, "dia" along both
            diagonals; "rot" and "diarot" add every kernel to itself in all four turns. Each with
            "_erasing", "_cutmix" or "_mixup".
        directions: Of the layers; the method's own unless given.
        rotate: Whether kernels are turned and added; as directions.
        erasing, cutmix, mixup: As in every training; the method's own unless given.
        width: Channels of the blocks, even.
        blocks: How many blocks of a shift-wise layer and two pointwise convolutions.
        large_kernel: What a layer's shifted pieces reach together, odd, in pixels of its map.
        small_kernel: Side of a piece, odd.
        expansion: Hidden channels between the pointwise convolutions, as a multiple of width.
        stem_stride: What the stem divides the picture's side by, 1, 2 or 4.
        transfer: Textures that the frozen features are tried on: "dtd", or, where no data root is
            wanted, "photo_patches".
        angle_pictures: Oriented textures to fit the probe of angles on; as many to test it, and
            half as many to choose its strength of regularisation.
        erf_images: Test pictures over which the effective receptive field is averaged.
        erf_size: Side of the pictures it is measured on, in pixels: test pictures at their own
            scale, continued by reflection.
    """

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "smoke": {
            "data": "textures",
            "train_size": 512,
            "test_size": 200,
            "width": 8,
            "blocks": 2,
            "large_kernel": 9,
            "expansion": 2,
            "stem_stride": 2,
            "epochs": 2,
            "batch_size": 64,
            "schedule": "one_cycle",
            "transfer": "photo_patches",
            "angle_pictures": 320,
            "erf_images": 4,
            "erf_size": 64,
        },
        "laptop": {
            "data": "cifar100",
            "width": 32,
            "blocks": 3,
            "large_kernel": 9,
            "expansion": 2,
            "stem_stride": 2,
            "epochs": 2,
            "schedule": "one_cycle",
        },
        "full": {
            "data": "cifar100",
            "width": 256,
            "blocks": 8,
            "large_kernel": 13,
            "stem_stride": 2,
            "epochs": 120,
            "warmup_epochs": 1,
        },
    }
    seeds: ClassVar[Mapping[str, tuple[int, ...]]] = {
        "smoke": (0,),
        "laptop": (0, 1),
        "full": (0, 1, 2, 3),
    }

    experiment: Literal["rotation"] = "rotation"
    method: Method = "sw_erasing"
    directions: Annotated[tuple[Direction, ...], Field(min_length=1, max_length=4)]
    rotate: bool
    width: Annotated[int, Field(ge=4, le=1024, multiple_of=2)]
    blocks: Annotated[int, Field(ge=1, le=64)]
    large_kernel: Annotated[int, Field(ge=3, le=51)]
    small_kernel: Annotated[int, Field(ge=1, le=51)] = 3
    expansion: Annotated[int, Field(ge=1, le=8)] = 4
    stem_stride: Literal[1, 2, 4] = 1
    transfer: Literal["dtd", "photo_patches"] = "dtd"
    angle_pictures: Annotated[int, Field(ge=64, le=100_000)] = 2000
    erf_images: Count = 100
    erf_size: Annotated[int, Field(ge=32, le=256, multiple_of=8)] = 96

    @model_validator(mode="before")
    @classmethod
    def _of_the_method(cls, given: Any) -> Any:
        """Fill in what the method says, so that a record tells it whole."""
        method = given.get("method", METHODS[0])
        if method not in METHODS:
            return given  # refused with the methods that there are
        own = {k: v for k, v in form_of(method)._asdict().items() if given.get(k) is None}
        return {**given, **own}

    @field_validator("directions")
    @classmethod
    def _none_twice(cls, directions: tuple[Direction, ...]) -> tuple[Direction, ...]:
        if len(set(directions)) < len(directions):
            raise ValueError("directions name none twice")
        return directions

    @field_validator("large_kernel", "small_kernel")
    @classmethod
    def _odd(cls, size: int) -> int:
        if size % 2 == 0:
            raise ValueError("it must be odd")
        return size

    @model_validator(mode="after")
    def _fits(self) -> "RotationConfig":
        if self.small_kernel > self.large_kernel:
            raise ValueError(
                f"small_kernel = {self.small_kernel} must not be larger than large_kernel = "
                f"{self.large_kernel}"
            )
        return self
