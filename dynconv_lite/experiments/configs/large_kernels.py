"""Configuration of the study of large kernels."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, get_args

from pydantic import Field, field_validator, model_validator

from dynconv_lite.experiments.configs.training import Count, TrainingConfig

# In the order of their runs: a matrix that is stopped early has answered the first questions.
Method = Literal[
    "k3",
    "k7",
    "k13",
    "k31",
    "k3_no_shortcut",
    "k13_no_shortcut",
    "k13_no_small",
    "k9",
    "k9_no_small",
    "k31_no_shortcut",
    "k31_no_small",
]
METHODS: tuple[str, ...] = get_args(Method)
SMALL = 3  # side of the kernel beside a larger one, unless a method has none


class Form(NamedTuple):
    """What a method's network is made of: K, its shortcuts, and the kernel beside (0: none)."""

    kernel_size: int
    shortcut: bool
    small_kernel: int

    @property
    def has_usual_small(self) -> bool:
        """Whether the kernel beside is the usual one: 3 x 3, or none beside a 3 x 3."""
        return self.small_kernel == (SMALL if self.kernel_size > SMALL else 0)

    @property
    def title(self) -> str:
        """What to call the network: "K = 13, no shortcut"."""
        words = [f"K = {self.kernel_size}"]
        if not self.shortcut:
            words.append("no shortcut")
        if not self.has_usual_small:
            small = f"small kernel {self.small_kernel}"
            words.append(small if self.small_kernel else "no small kernel")
        return ", ".join(words)


def form_of(method: str) -> Form:
    """Return what a method's network is made of.

    Args:
        method: One of `METHODS`.
    """
    size, _, missing = method.removeprefix("k").partition("_no_")
    kernel_size = int(size)
    beside = kernel_size > SMALL and missing != "small"
    return Form(kernel_size, missing != "shortcut", SMALL if beside else 0)


class LargeKernelsConfig(TrainingConfig):
    """A RepLKNet whose depth-wise kernels all have one size K, with or without what helps them.

    Attributes:
        method: "k13" has kernels of 13 x 13, shortcuts, and a 3 x 3 kernel beside each large one;
            "k13_no_shortcut" has shortcuts nowhere, "k13_no_small" no kernel beside. "k3" has none
            beside either: it would be as large as the large one.
        kernel_size: K, odd, in every stage; the method's own unless it is given.
        shortcut: Whether blocks and ConvFFNs add their input to their output; as kernel_size.
        small_kernel: Side of the kernel beside each large one, odd and smaller; 0 for none, and
            always 0 where K is 3; as kernel_size.
        blocks: RepLK blocks of each stage, each followed by a ConvFFN.
        channels: Channels of each stage.
        stem_stride: What the stem divides the picture's side by, 1, 2 or 4; every further stage
            halves it.
        erf_images: Test pictures over which the effective receptive field is averaged.
        erf_size: Side of the pictures it is measured on, in pixels: test pictures at their own
            scale, continued by reflection.
    """

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "smoke": {
            "data": "textures",
            "train_size": 512,
            "test_size": 200,
            "blocks": (1, 1),
            "channels": (8, 16),
            "epochs": 2,
            "batch_size": 64,
            "schedule": "one_cycle",
            "erf_images": 4,
            "erf_size": 64,
        },
        "laptop": {
            "data": "cifar100",
            "blocks": (1, 2),
            "channels": (32, 64),
            "stem_stride": 2,
            "epochs": 3,
            "schedule": "one_cycle",
        },
        "full": {
            "data": "cifar100",
            "blocks": (2, 2, 6),
            "channels": (64, 128, 256),
            "epochs": 100,
            "warmup_epochs": 1,
        },
    }
    seeds: ClassVar[Mapping[str, tuple[int, ...]]] = {
        "smoke": (0,),
        "laptop": (0, 1),
        "full": (0, 1, 2),
    }

    experiment: Literal["large_kernels"] = "large_kernels"
    method: Method = "k3"
    kernel_size: Annotated[int, Field(ge=3, le=51)]
    shortcut: bool
    small_kernel: Annotated[int, Field(ge=0, le=49)]
    blocks: Annotated[tuple[Count, ...], Field(min_length=1, max_length=4)]
    channels: Annotated[tuple[Count, ...], Field(min_length=1, max_length=4)]
    stem_stride: Literal[1, 2, 4] = 1
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
        filled = {**given, **own}
        if filled["kernel_size"] == SMALL and filled["small_kernel"] == SMALL:
            filled["small_kernel"] = 0
        return filled

    @field_validator("kernel_size")
    @classmethod
    def _odd(cls, size: int) -> int:
        if size % 2 == 0:
            raise ValueError("kernel_size is odd, so that 'same' padding is symmetric")
        return size

    @model_validator(mode="after")
    def _fits(self) -> "LargeKernelsConfig":
        small, size = self.small_kernel, self.kernel_size
        if small and (small % 2 == 0 or small >= size):
            raise ValueError(f"small_kernel = {small} must be 0, or odd and below K = {size}")
        if len(self.blocks) != len(self.channels):
            raise ValueError(
                f"blocks = {self.blocks} and channels = {self.channels} must have one number a "
                "stage each"
            )
        return self

    @property
    def form(self) -> Form:
        """What the network is made of."""
        return Form(self.kernel_size, self.shortcut, self.small_kernel)
