"""The page of the study of dynamic convolution: what it gains, what it costs, how it attends."""

from collections.abc import Sequence

from dynconv_lite.experiments.comparison import Paired, paired_differences, spread
from dynconv_lite.experiments.dynamic_table import NAME, dynamic_table
from dynconv_lite.experiments.markdown import table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import series, setting_name, settings

INTRODUCTION = """# Dynamic convolution: one kernel a layer, or K

Made from `records/dynamic_conv-*.json` alone, by `./course results`; `./course results --check`
says whether this page still fits them. New records come from

```sh
./course experiment dynamic_conv --profile laptop   # or full, on a GPU
./course results --add runs/laptop                  # copies finished records, then writes this page
```

Published: Chen et al. 2020, "Dynamic Convolution: Attention over Convolution Kernels" (arXiv
1912.03458), measured on ImageNet: MobileNetV3-Small gains 2.9 points top-1 for 4 % more FLOPs.
**Nothing below compares with that**: pictures, networks and training are others. For CIFAR-100 our
sources hold no published value, so that column says none.

Ours: test accuracy in percent after the last epoch (not the best one), mean ± sample standard
deviation (n - 1) over the seeds listed; (n = 1) is a single run. K: kernels of every layer but the
first. Multiply-adds: of convolutions and matrix products for one picture, the mixing of kernels
among them. Attention, over test pictures and layers: its entropy is 1 where every kernel gets the
same share and 0 where one gets all; its spread is the standard deviation of a share over pictures,
0 where all pictures get the same mixture, after the last epoch. Minutes are wall time, whatever
else the machine did.
"""
WORTH = """## What the attention is worth

The same weights, tested with another attention: every layer's mean over the test pictures, given to
all of them, which makes the network static; and that of another test picture. A difference of 0
says that no picture needed a mixture of its own. Of the class: the part of the attention's variance
over pictures that lies between the means of the classes, on average over layers. Were the two
unrelated, it would be about (classes - 1) / (pictures - 1): 1 % of CIFAR-100's test pictures.
"""


def dynamic_page(records: Sequence[Record]) -> str:
    """Write the page, in Markdown.

    Args:
        records: Records of any experiments; those of others are left out.
    """
    groups = settings(records, NAME)
    parts = [INTRODUCTION, dynamic_table(records)]
    if groups:
        parts += [_pairs(groups), _worth(groups), _pictures(pictured(records))]
    return "\n".join(parts)


def pictured(records: Sequence[Record]) -> list[Record]:
    """Return the runs that the page shows in pictures: of the setting with most runs."""
    return max(settings(records, NAME).values(), key=len, default=[])


def _pairs(groups: dict[str, list[Record]]) -> str:
    rows = [
        (f"`{setting}`", name, str(found), found.by_seed)
        for setting, group in groups.items()
        for name, found in paired_differences(group, "test_accuracy", NAME).items()
        if found.n
    ]
    header = ("setting", "method", "accuracy minus static's (points)", "by seed")
    return (
        "## Seed by seed against static\n\n"
        "All methods share their seeds: the same pictures in the same order, augmented alike. The "
        "first weights cannot be shared, since a dynamic layer has K times as many. Each run is "
        "compared with the static one of its seed; mean ± sample standard deviation of the "
        "differences.\n\n"
        + (table(header, rows) if rows else "No method shares a seed with a static run yet.\n")
    )


def _worth(groups: dict[str, list[Record]]) -> str:
    rows = []
    for setting, group in groups.items():
        for name, runs in series(group).items():
            known = [run for run in runs if "attention_of_class" in run.metrics.final]
            if known:
                of_class = [100 * run.metrics.final["attention_of_class"] for run in known]
                changed = [str(_changed(known, attention)) for attention in ("mean", "swapped")]
                share = f"{spread(of_class, 1).removesuffix(' (n = 1)')} %"
                rows.append((f"`{setting}`", name, *changed, share))
    header = (
        "setting",
        "method",
        "accuracy with the mean attention, minus its own (points)",
        "with another picture's, minus its own",
        "of the class",
    )
    return WORTH + "\n" + (table(header, rows) if rows else "Not measured here yet.\n")


def _changed(runs: list[Record], attention: str) -> Paired:
    """Return what another attention changes in the accuracy of each run."""
    name = f"test_accuracy_{attention}_attention"
    finals = {run.seed: run.metrics.final for run in runs if name in run.metrics.final}
    return Paired({seed: final[name] - final["test_accuracy"] for seed, final in finals.items()})


def _pictures(records: Sequence[Record]) -> str:
    text = (
        f"## Pictures\n\nOf the setting with most runs, `{setting_name(records[0])}`; the numbers "
        "are in the tables above.\n\n"
        "![Test accuracy of every run against the multiply-adds of its network for one picture, "
        "and against its parameters; both are in the table.](dynamic_conv_cost.png)\n"
    )
    if not attending(records):
        return text
    return text + (
        "\n![Entropy of the attention after every epoch, mean over seeds with a band from least "
        "to largest, on a scale that begins near the least value, beside the temperature; first "
        "and last values are in the table.](dynamic_conv_attention.png)\n"
    )


def attending(records: Sequence[Record]) -> bool:
    """Tell whether any of the runs has measured attention, which a static network has not."""
    return any("attention_entropy" in entry for r in records for entry in r.metrics.history)
