"""Configuration of the experiment on how the effective receptive field grows."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from dynconv_lite.experiments.configs.base import Config

Odd = Annotated[int, Field(ge=3, le=63)]
Depth = Annotated[int, Field(ge=1, le=256)]


class ErfGrowthConfig(Config):
    """How wide the effective receptive field of a stack of convolutions becomes.

    Attributes:
        kernel_sizes: Kernel sizes K, odd; at least two, or no exponent can be fitted.
        depths: Depths L; at least two.
        channels: Channels of every layer.
        size: Side of the square input, in pixels.
        networks: Random networks over which a map is averaged.
        images: Random images shown to each network.
        nonlinearity: What follows each convolution.
        weights: "random", or "uniform" for the equal weights of the theory.
    """

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "smoke": {"kernel_sizes": (3, 5), "depths": (4, 8, 16, 32), "size": 97, "networks": 4},
        "laptop": {"kernel_sizes": (3, 5, 7, 9), "depths": (4, 8, 16, 32), "size": 161},
        "full": {"kernel_sizes": (3, 5, 7, 9, 13), "depths": (4, 8, 16, 32, 64), "size": 257},
    }

    experiment: Literal["erf_growth"] = "erf_growth"
    kernel_sizes: tuple[Odd, ...] = Field(min_length=2)
    depths: tuple[Depth, ...] = Field(min_length=2)
    channels: Annotated[int, Field(ge=1, le=512)] = 8
    size: Annotated[int, Field(ge=9, le=2048)]
    networks: Annotated[int, Field(ge=1)] = 8
    images: Annotated[int, Field(ge=1)] = 1
    nonlinearity: Literal["linear", "relu", "tanh", "gelu"] = "relu"
    weights: Literal["random", "uniform"] = "random"

    @field_validator("kernel_sizes")
    @classmethod
    def _odd(cls, sizes: tuple[int, ...]) -> tuple[int, ...]:
        if any(size % 2 == 0 for size in sizes):
            raise ValueError("kernel sizes are odd, so that 'same' padding is symmetric")
        return sizes

    @field_validator("kernel_sizes", "depths")
    @classmethod
    def _distinct(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(values)) != len(values):
            raise ValueError("values must differ from each other")
        return values
