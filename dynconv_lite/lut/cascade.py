"""Stages of plain tables: what fits together, how much it enlarges, and how far it sees."""

import math
from collections.abc import Sequence

from dynconv_lite.lut.patterns import PATTERNS
from dynconv_lite.lut.stage import Stage
from dynconv_lite.lut.table import LookupTable

Stages = Sequence[Sequence[LookupTable]]

MOST_STAGES = 9


def checked_stages(tables: LookupTable | Stages) -> list[list[LookupTable]]:
    """Return plain tables as stages, if they can be saved and used as such.

    Args:
        tables: A table, or stages, each a table or a list of tables with different patterns.

    Raises:
        ValueError: If they cannot.
    """
    if isinstance(tables, LookupTable):
        return checked_stages([[tables]])
    if not isinstance(tables, list | tuple) or not tables:
        raise ValueError(f"tables must be tables, or stages of them, got {tables!r}")
    stages = []
    for number, stage in enumerate(tables, 1):
        own = [stage] if isinstance(stage, LookupTable) else stage
        if not isinstance(own, list | tuple) or not own:
            raise ValueError(f"stage {number} must hold at least one table, got {stage!r}")
        if any(not isinstance(table, LookupTable) for table in own):
            raise ValueError(f"stage {number} must hold plain tables alone, got {own!r}")
        Stage(tuple(own))  # refuses mixed scales
        patterns = [table.pattern for table in own]
        if patterns != [pattern for pattern in PATTERNS.values() if pattern in patterns]:
            raise ValueError(
                f"stage {number} must hold each pattern once, in the order {', '.join(PATTERNS)}, "
                f"got {', '.join(pattern.name for pattern in patterns)}"
            )
        stages.append(list(own))
    if len(stages) > MOST_STAGES:
        raise ValueError(f"tables must have at most {MOST_STAGES} stages, got {len(stages)}")
    return stages


def cascade_scale(stages: Stages) -> int:
    """Return how many pixels, along each axis, one pixel becomes."""
    return math.prod(stage[0].scale for stage in stages)


def cascade_reach(stages: Stages) -> int:
    """Return how many pixels of the small picture a result depends on to every side."""
    total, scale = 0, 1
    for stage in stages:
        # behind a stage that enlarges, pixels are smaller
        total += -(-max(table.pattern.reach for table in stage) // scale)
        scale *= stage[0].scale
    return total
