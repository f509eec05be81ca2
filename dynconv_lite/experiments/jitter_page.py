"""The page of the jitter study: its table, what goes with accuracy, and seed against seed."""

from collections.abc import Sequence

from dynconv_lite.experiments.comparison import paired_differences, rank_correlation
from dynconv_lite.experiments.jitter import TALK
from dynconv_lite.experiments.jitter_table import jitter_table
from dynconv_lite.experiments.markdown import table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import setting_name, settings

INTRODUCTION = f"""# Channel jitter: the talk's table and ours

Made from `records/jitter-*.json` alone, by `./course results`; `./course results --check` says
whether this page still fits them. New records come from

```sh
./course experiment jitter --profile laptop   # or full, on a GPU
./course results --add runs/laptop            # copies finished records, then writes this page
```

Published: {TALK};
test accuracy in percent. Ours: test accuracy in percent after the last epoch
(not the best one), mean ± sample standard deviation (n - 1) over the seeds listed; (n = 1) is a
single run. ERF: effective receptive field of the last stage's centre unit. Its width is a standard
deviation in pixels; its area ratio r(0.5) is taken of the map divided by its mean, so that networks
whose gradients differ in size compare. Minutes are wall time, whatever else the machine did.
"""
QUANTITIES = {
    "erf_width": "ERF width",
    "erf_area_0.5": "ERF area r(0.5), map at mean 1",
    "erf_area_raw_0.5": "ERF area r(0.5), map as it is (the published script's)",
}


def jitter_page(records: Sequence[Record]) -> str:
    """Write the page, in Markdown.

    Args:
        records: Records of any experiments; those of others are left out.
    """
    groups = settings(records)
    parts = [INTRODUCTION, jitter_table(records)]
    if groups:
        parts += [_correlations(groups), _pairs(groups)]
    if shown := pictured(records):
        parts.append(_pictures(shown))
    return "\n".join(parts)


def pictured(records: Sequence[Record]) -> list[Record]:
    """Return the runs that the page shows in pictures: of the setting with most runs with maps."""
    groups = [[r for r in group if r.metrics.maps] for group in settings(records).values()]
    return max(groups, key=len, default=[])


def _correlations(groups: dict[str, list[Record]]) -> str:
    rows = [
        (f"`{name}`", words, str(rank_correlation(group, quantity)))
        for name, group in groups.items()
        for quantity, words in QUANTITIES.items()
    ]
    header = ("setting", "quantity", "Spearman's rho with the test accuracy")
    return (
        "## Does a wider field go with a better network?\n\n"
        "Rank correlation over all runs of a setting, one point a run. p takes runs as "
        "independent; runs of one method are alike, so the true p is larger. "
        "Area ratios take few values, since the square grows by two pixels at a time.\n\n"
        + table(header, rows)
    )


def _pairs(groups: dict[str, list[Record]]) -> str:
    rows = []
    for setting, group in groups.items():
        accuracy = paired_differences(group, "test_accuracy")
        width = paired_differences(group, "erf_width")
        for name, found in accuracy.items():
            if found.n:
                each = (str(found), found.by_seed, str(width[name]))
                rows.append((f"`{setting}`", name, *each))
    header = (
        "setting",
        "method",
        "accuracy minus the baseline's (points)",
        "by seed",
        "ERF width minus the baseline's (px)",
    )
    return (
        "## Seed by seed against the baseline\n\n"
        "All methods share their seeds: the same first weights and the same order of pictures. So "
        "each run is compared with the baseline of its seed; mean ± sample standard deviation of "
        "the differences.\n\n"
        + (table(header, rows) if rows else "No method shares a seed with a baseline yet.\n")
    )


def _pictures(records: Sequence[Record]) -> str:
    return (
        f"## Pictures\n\nOf the setting with most runs, `{setting_name(records[0])}`; the numbers "
        "are in the tables above.\n\n"
        "![Effective receptive fields of all methods after the first and the last measured epoch, "
        "mean over seeds, one logarithmic scale; their widths are in the table.](jitter_erf.png)\n"
        "\n![Test accuracy of every run against the width of its effective receptive field; the "
        "rank correlation is in the table.](jitter_scatter.png)\n"
    )
