"""Profiles: the same lesson in seconds, in minutes, or at the papers' size; only numbers differ."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """The numbers a chapter takes from its profile.

    Attributes:
        name: The profile's name.
        images: Images over which a map is averaged.
        seeds: Independent repetitions behind a mean and its spread.
        max_depth: Deepest network that is built.
        train_steps: Optimisation steps of a network trained in the lesson.
        cell_timeout: Seconds one cell may take before a headless run gives up.
    """

    name: str
    images: int
    seeds: int
    max_depth: int
    train_steps: int
    cell_timeout: int


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("smoke", images=4, seeds=2, max_depth=16, train_steps=300, cell_timeout=300),
        Profile("laptop", images=16, seeds=5, max_depth=32, train_steps=1500, cell_timeout=3600),
        Profile("full", images=50, seeds=20, max_depth=64, train_steps=6000, cell_timeout=86400),
    )
}


def get_profile(name: str) -> Profile:
    """Return a profile by its name.

    Args:
        name: "smoke" (seconds), "laptop" (minutes) or "full" (the papers' settings).

    Raises:
        ValueError: If there is no such profile; lists those there are.
    """
    if name not in PROFILES:
        raise ValueError(f"profile {name!r} is not one of {', '.join(PROFILES)}")
    return PROFILES[name]
