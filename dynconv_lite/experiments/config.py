"""What an experiment may be asked: one validated, frozen configuration per experiment."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

ProfileName = Literal["smoke", "laptop", "full"]
PROFILE_NAMES: tuple[str, ...] = get_args(ProfileName)

Odd = Annotated[int, Field(ge=3, le=63)]
Depth = Annotated[int, Field(ge=1, le=256)]


class Config(BaseModel):
    """What every experiment's configuration has in common.

    Attributes:
        experiment: The experiment's name, a key of `EXPERIMENTS`.
        profile: The profile the numbers were taken from.
        seed: Seed of every random draw of the run.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]]
    experiment: str
    profile: ProfileName = "smoke"
    seed: Annotated[int, Field(ge=0)] = 0


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


# name -> configuration; the module `dynconv_lite.experiments.<name>` holds its `measure(config)`
EXPERIMENTS: dict[str, type[Config]] = {
    "erf_growth": ErfGrowthConfig,
}


def config_for(experiment: str, profile: str = "smoke", seed: int = 0, **changes: Any) -> Config:
    """Build an experiment's configuration from a profile.

    Args:
        experiment: A key of `EXPERIMENTS`.
        profile: "smoke", "laptop" or "full".
        seed: Seed of the run.
        changes: Fields to set otherwise than the profile does.

    Returns:
        The validated configuration.

    Raises:
        ValueError: If a name or a value is not allowed; says what is.
    """
    kind = _kind(experiment)
    if profile not in PROFILE_NAMES:
        raise ValueError(f"profile {profile!r} is not one of {', '.join(PROFILE_NAMES)}")
    numbers = {**kind.profiles[profile], **changes}
    return parse_config(
        {"experiment": experiment, "profile": profile, "seed": seed, **numbers},
    )


def parse_config(mapping: Mapping[str, Any]) -> Config:
    """Validate a mapping as the configuration of the experiment it names.

    Raises:
        ValueError: If the experiment or a field is unknown, or a value is not allowed.
    """
    kind = _kind(mapping.get("experiment"))
    unknown = sorted(set(mapping) - set(kind.model_fields))
    if unknown:
        raise ValueError(
            f"{mapping['experiment']} has no field {', '.join(map(repr, unknown))}; "
            f"its fields are {', '.join(kind.model_fields)}"
        )
    try:
        return kind.model_validate(dict(mapping))
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))} = {fault.get('input')!r}: {fault['msg']}"
            for fault in error.errors()
        )
        raise ValueError(f"{mapping['experiment']}: {faults}") from error


def config_hash(config: Config | Mapping[str, Any]) -> str:
    """Identify a configuration: the sha256, in hex, of its canonical JSON.

    Args:
        config: A configuration, or the mapping a record keeps of one.
    """
    plain = config.model_dump(mode="json") if isinstance(config, Config) else dict(config)
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _kind(experiment: Any) -> type[Config]:
    if not isinstance(experiment, str) or experiment not in EXPERIMENTS:
        raise ValueError(f"experiment {experiment!r} is not one of {', '.join(EXPERIMENTS)}")
    return EXPERIMENTS[experiment]
