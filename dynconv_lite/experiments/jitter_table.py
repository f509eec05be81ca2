"""The table of the jitter study: what the talk reports, beside what the records say."""

from collections.abc import Mapping, Sequence
from typing import Any

from dynconv_lite.experiments.comparison import first_to_last, spread
from dynconv_lite.experiments.config import config_for
from dynconv_lite.experiments.configs.jitter import METHODS
from dynconv_lite.experiments.jitter import PUBLISHED
from dynconv_lite.experiments.markdown import provenance, table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import method_rank, series, settings

TALKS_SETTING = "full"
COLUMNS = (
    "method",
    "published (talk: 120 epochs, width 64, 4 seeds)",
    "ours",
    "seeds",
    "epochs",
    "width",
    "data",
    "device, arithmetic",
    "ERF width (px), first → last epoch measured",
    "ERF area r(0.5), first → last",
    "minutes a run",
)


def jitter_table(records: Sequence[Record]) -> str:
    """Write one table for each setting, in Markdown: a row a method, published beside ours.

    The talk's setting comes first, whether or not it was run; a method without a run says so.

    Args:
        records: Records of any experiments; those of others are left out.
    """
    groups = {TALKS_SETTING: [], **settings(records)}
    return "\n".join(_section(name, group) for name, group in groups.items())


def _section(name: str, group: list[Record]) -> str:
    config = group[0].config if group else config_for("jitter", name).model_dump(mode="json")
    rows = [_row(method, runs, config) for method, runs in _with_missing(group).items()]
    told = [*_words(name, config), *([provenance(group)] if group else [])]
    return "\n".join([*told, table(COLUMNS, rows)])


def _with_missing(group: list[Record]) -> dict[str, list[Record]]:
    """Return the series of a setting, and an empty one for each method that was not run."""
    found = series(group)
    names = sorted({*METHODS, *found}, key=method_rank)
    return {name: found.get(name, []) for name in names}


def _words(name: str, config: Mapping[str, Any]) -> list[str]:
    if name == TALKS_SETTING:
        return [
            f"## The talk's setting (profile `{name}`)\n",
            "ResNet-18 of width 64, 120 epochs. Here, and in no other table, ours stands for the "
            "same as published; what the talk does not tell (learning rate, schedule, batch size) "
            "is ours.\n",
        ]
    return [
        f"## A setting of our own: `{name}`\n",
        f"ResNet-18 of width {config['width']}, {config['epochs']} epochs: **not comparable with "
        "the published column**, which is repeated for its order only. Compare these rows with "
        "each other; they differ in nothing but the method.\n",
    ]


def _row(name: str, runs: list[Record], config: Mapping[str, Any]) -> tuple[str, ...]:
    method, *changed = name.split(", ")
    title = ", ".join([f"`{method}`", *changed])
    published = "not in the talk"
    if name in PUBLISHED:
        mean, std = PUBLISHED[name]
        published = f"{mean:.2f} ± {std:.2f}"
    asked = (str(config["epochs"]), str(config["width"]))
    if not runs:
        return (title, published, "not run here", "-", *asked, "-", "-", "-", "-", "-")
    return (
        title,
        published,
        spread([r.metrics.final["test_accuracy"] for r in runs]),
        ", ".join(str(r.seed) for r in runs),
        *asked,
        "; ".join(sorted({r.data.name for r in runs})),
        "; ".join(sorted({r.device for r in runs})),
        first_to_last(runs, "erf_width", 1, 2),
        first_to_last(runs, "erf_area_0.5", 100, 1, " %"),
        spread([r.wall_seconds / 60 for r in runs], 1),
    )
