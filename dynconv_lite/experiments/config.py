"""From names and values to a configuration, and from a configuration to its hash."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from dynconv_lite.experiments.configs.base import PROFILE_NAMES, Config, ProfileName
from dynconv_lite.experiments.configs.dynamic_conv import DynamicConvConfig
from dynconv_lite.experiments.configs.erf_growth import ErfGrowthConfig
from dynconv_lite.experiments.configs.jitter import JitterConfig
from dynconv_lite.experiments.configs.large_kernels import LargeKernelsConfig
from dynconv_lite.experiments.configs.rotation import RotationConfig
from dynconv_lite.experiments.configs.super_resolution import SuperResolutionConfig
from dynconv_lite.experiments.configs.training import TrainingConfig

__all__ = [
    "EXPERIMENTS",
    "PROFILE_NAMES",
    "Config",
    "DynamicConvConfig",
    "ErfGrowthConfig",
    "JitterConfig",
    "LargeKernelsConfig",
    "ProfileName",
    "RotationConfig",
    "SuperResolutionConfig",
    "TrainingConfig",
    "config_for",
    "config_hash",
    "parse_config",
]

# name -> configuration; the module `dynconv_lite.experiments.<name>` holds its `measure(config)`
EXPERIMENTS: dict[str, type[Config]] = {
    "erf_growth": ErfGrowthConfig,
    "jitter": JitterConfig,
    "dynamic_conv": DynamicConvConfig,
    "large_kernels": LargeKernelsConfig,
    "rotation": RotationConfig,
    "super_resolution": SuperResolutionConfig,
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
