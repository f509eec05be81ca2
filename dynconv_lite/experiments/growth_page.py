"""The page of the experiment on how effective receptive fields grow."""

import itertools
from collections.abc import Sequence

from dynconv_lite.experiments.comparison import spread
from dynconv_lite.experiments.config import config_hash
from dynconv_lite.experiments.markdown import table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import PROFILES, setting_name

HEADER = ("quantity", "published", "ours", "seeds", "setting", "device", "seconds a run")
TEXT = """# How the effective receptive field grows

Made from `records/erf_growth-*.json` by `./course results`. A record comes from
`./course run --profile laptop --only erf_growth` and then `./course results --add runs/laptop`.

The width of the field is fitted as K^a L^b over kernel sizes K and depths L of random stacks of
convolutions; `exponent_kernel` is a and `exponent_depth` is b. Ours: mean ± sample standard
deviation (n - 1) over the seeds listed; (n = 1) is a single run.
"""


def growth_page(records: Sequence[Record]) -> str:
    """Write the page, in Markdown.

    Args:
        records: Records of any experiments; those of others are left out.
    """
    ours = [record for record in records if record.experiment == "erf_growth"]
    ours.sort(key=lambda r: (PROFILES.index(r.config["profile"]), _setting(r), r.seed))
    rows = []
    for _, group in itertools.groupby(ours, _setting):
        rows += _rows(list(group))
    return TEXT + "\n" + (table(HEADER, rows) if rows else "Not run here.\n")


def _setting(record: Record) -> str:
    return config_hash({**record.config, "seed": 0})


def _rows(group: list[Record]) -> list[tuple[str, ...]]:
    first = group[0]
    published = {entry.quantity: f"{entry.value:g} ({entry.source})" for entry in first.published}
    return [
        (
            f"`{quantity}`",
            published.get(quantity, "-"),
            spread([r.metrics.final[quantity] for r in group if quantity in r.metrics.final], 3),
            ", ".join(str(record.seed) for record in group),
            setting_name(first),
            "; ".join(sorted({record.device for record in group})),
            spread([record.wall_seconds for record in group], 1),
        )
        for quantity in first.metrics.final
    ]
