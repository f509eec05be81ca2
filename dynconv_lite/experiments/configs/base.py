"""What every experiment's configuration has in common."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

ProfileName = Literal["smoke", "laptop", "full"]
PROFILE_NAMES: tuple[str, ...] = get_args(ProfileName)


class Config(BaseModel):
    """A validated, frozen configuration: everything that decides a run's result.

    What does not change a result (the device, the folder, how often to save) is no part of it.

    Attributes:
        experiment: The experiment's name, a key of `EXPERIMENTS`.
        profile: The profile the numbers were taken from.
        seed: Seed of every random draw of the run.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]]
    seeds: ClassVar[Mapping[str, tuple[int, ...]]] = {"smoke": (0,), "laptop": (0,), "full": (0,)}
    experiment: str
    profile: ProfileName = "smoke"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
