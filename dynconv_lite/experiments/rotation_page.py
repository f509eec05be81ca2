"""The page of the rotation study: its table, what a form adds, its fields, and what goes along."""

from collections.abc import Sequence

from dynconv_lite.experiments.comparison import Paired, rank_correlation, spread
from dynconv_lite.experiments.configs.rotation import AUGMENTATIONS, LAYERS, NAMES
from dynconv_lite.experiments.markdown import table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.rotation import FAR, TALK
from dynconv_lite.experiments.rotation_table import (
    NAME,
    NOT_RUN,
    rotation_table,
    title,
    values,
)
from dynconv_lite.experiments.series import series, setting_name, settings

INTRODUCTION = f"""# Shift-wise layers along diagonals, and turned: the talk's table and ours

Made from `records/rotation-*.json` alone, by `./course results`; `./course results --check` says
whether this page still fits them. New records come from

```sh
./course experiment rotation --profile laptop  # or full, on a GPU
./course results --add runs/laptop             # copies finished records, writes this page
```

SW shifts small kernels along rows and columns; DiaSW along both diagonals. RotSW and DiaRotSW add
every kernel to itself in all four turns; DiaRotSW's pieces lie along one diagonal before that. All
four have the pipeline that the talk shows for DiaRotSW (3 x 3 stem, 5 x 5 to more channels, shift
and sum, pointwise), in small networks of our own. They draw the same first weights, and their
numbers of parameters differ by the normalisation of one direction alone.

Published: {TALK}: accuracy in percent on
CIFAR-100 and, "zero-shot", on DTD. It says neither how many runs these are nor what network,
training and picture size they come from, nor how a classifier of other classes is tested on DTD
without any training. **Ours is not zero-shot**: the features of the trained network, averaged over
the map, are frozen, and a vote of the nearest neighbours (their number chosen on validation
pictures) and a logistic regression (its regularisation chosen there) learn from the labels of
training pictures. DTD-10 has ten of DTD's 47 classes: chance is 10 % there and 2 % for the talk.

Ours: percent of test pictures, after the last epoch (not the best one), mean ± sample standard
deviation (n - 1) over the seeds listed; (n = 1) is a single run. "Fused": the whole network with
one kernel a layer and no normalisation; "differs by" is how far that moved a logit of a test
picture at most, as a share of the largest logit. Minutes are wall time, of the training alone.
"""
EFFECTS = """## What diagonals and turns add

A layer against SW with the same augmentation, run by run of one seed: the same first weights and
the same batches. Mean ± sample standard deviation of the differences, in points.
"""
FIELDS = f"""## Effective receptive field

Of the last map's centre unit, on test pictures continued by reflection. Its width is a standard
deviation in pixels; r(t) is the share of the picture's area that holds the share t of the
contribution, of the map divided by its mean. Along axes / diagonals: the mean of the map within
22.5 degrees of a row or column over that within 22.5 degrees of a diagonal, in the largest disc
that the map holds; above 1, more lies in rows and columns. The middle pixel is left out; in the
last column, everything within {FAR} pixels of it.
"""
ANGLES = """## Which angles do the features tell apart?

A linear probe of frozen features on synthetic gratings of 16 angles, 11.25 degrees apart: percent
of test pictures whose angle is found, over the six angles next to a row or column and over the six
next to a diagonal; chance is 6.25 %. The grid of pixels is itself no friend of diagonals: read a
column downwards before reading across.
"""
CORRELATIONS = """## What goes with a better network?

Spearman's rank correlation over all runs of a setting, one point a run, networks and augmentations
together. p takes runs as independent; runs of one method are alike, so the true p is larger, and
among so many numbers some are small by chance. Area ratios take few values.
"""
AREAS = ("erf_area_0.2", "erf_area_0.5", "erf_area_0.99")
QUANTITIES = {
    "erf_width": "ERF width",
    "erf_area_0.5": "ERF area r(0.5)",
    "erf_area_0.99": "ERF area r(0.99)",
    "erf_anisotropy": "ERF along axes / diagonals",
    "erf_anisotropy_far": f"the same beyond {FAR} pixels",
}
TARGETS = {
    "test_accuracy": "test accuracy",
    "transfer_knn": "textures, nearest neighbours",
    "transfer_linear": "textures, linear probe",
    "angle_axis": "angles near the axes",
    "angle_diagonal": "angles near the diagonals",
}

Groups = dict[str, list[Record]]  # setting -> its runs


def rotation_page(records: Sequence[Record]) -> str:
    """Write the page, in Markdown.

    Args:
        records: Records of any experiments; those of others are left out.
    """
    groups = settings(records, NAME)
    parts = [INTRODUCTION, rotation_table(records)]
    parts += [_effects(groups), _fields(groups), _angles(groups), _correlations(groups)]
    if shown := pictured(records):
        parts.append(_pictures(shown))
    return "\n".join(parts)


def pictured(records: Sequence[Record]) -> list[Record]:
    """Return the runs that the page shows in pictures: of the setting with most runs."""
    return max(settings(records, NAME).values(), key=len, default=[])


def paired(runs: Sequence[Record], one: str, other: str, quantity: str) -> Paired:
    """Return how much more of a quantity one method has than another, seed by seed.

    Args:
        runs: Of one setting.
        one: A series, as `series` names it.
        other: The one it is compared with.
        quantity: Name of a final metric.
    """
    found = series(runs)
    ours, theirs = (
        {r.seed: r.metrics.final[quantity] for r in found.get(name, [])
         if quantity in r.metrics.final}
        for name in (one, other)
    )  # fmt: skip
    return Paired({seed: ours[seed] - theirs[seed] for seed in sorted({*ours} & {*theirs})})


def _effects(groups: Groups) -> str:
    rows = []
    for setting, runs in groups.items():
        for augmentation in AUGMENTATIONS:
            for layer in [name for name in LAYERS if name != "sw"]:
                pair = (f"{layer}_{augmentation}", f"sw_{augmentation}")
                accuracy = paired(runs, *pair, "test_accuracy")
                others = [paired(runs, *pair, name) for name in list(TARGETS)[1:]]
                if accuracy.n:
                    told = (str(accuracy), accuracy.by_seed, *map(str, others))
                    rows.append((f"`{setting}`", augmentation, NAMES[layer], *told))
    header = (
        "setting",
        "augmentation",
        "layer, minus SW",
        "test accuracy",
        "by seed",
        *list(TARGETS.values())[1:],
    )
    none = "No method shares a seed and an augmentation with SW yet.\n"
    return EFFECTS + "\n" + (table(header, rows) if rows else none)


def _fields(groups: Groups) -> str:
    rows = [
        (
            f"`{setting}`",
            title(name),
            _plain(values(runs, "erf_width")),
            *(_share(values(runs, area, 100)) for area in AREAS),
            _plain(values(runs, "erf_anisotropy")),
            _plain(values(runs, "erf_anisotropy_far")),
        )
        for setting, group in groups.items()
        for name, runs in series(group).items()
    ]
    header = (
        "setting",
        "method",
        "width (px)",
        "r(0.2)",
        "r(0.5)",
        "r(0.99)",
        "along axes / diagonals",
        f"beyond {FAR} px",
    )
    return _table_or_none(FIELDS, header, rows)


def _angles(groups: Groups) -> str:
    names = ("angle_all", "angle_axis", "angle_diagonal")
    rows = []
    for setting, group in groups.items():
        for name, runs in series(group).items():
            finals = [run.metrics.final for run in runs if {*names} <= {*run.metrics.final}]
            gaps = [final["angle_axis"] - final["angle_diagonal"] for final in finals]
            told = (*(_plain(values(runs, each)) for each in names), _plain(gaps))
            rows.append((f"`{setting}`", title(name), *told))
    header = ("setting", "method", "all", "near the axes", "near the diagonals", "difference")
    return _table_or_none(ANGLES, header, rows)


def _correlations(groups: Groups) -> str:
    rows = [
        (f"`{setting}`", words, *(str(rank_correlation(runs, quantity, t)) for t in TARGETS))
        for setting, runs in groups.items()
        for quantity, words in QUANTITIES.items()
    ]
    return _table_or_none(CORRELATIONS, ("setting", "quantity", *TARGETS.values()), rows)


def _pictures(records: Sequence[Record]) -> str:
    text = (
        f"## Pictures\n\nOf the setting with most runs, `{setting_name(records[0])}`; the numbers "
        "are in the tables above.\n\n"
        "![What every layer has more than SW of the same augmentation and seed, a point a pair of "
        "runs; means are in the table.](rotation_differences.png)\n"
        "\n![Test accuracy of every run against its effective receptive field; the rank "
        "correlations are in the table.](rotation_scatter.png)\n"
    )
    if not any(record.metrics.maps for record in records):
        return text
    return text + (
        "\n![Effective receptive fields of the four layers, mean over their runs, over three "
        f"decades, and their strength by angle beyond {FAR} pixels.](rotation_erf.png)\n"
    )


def _table_or_none(text: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return text + "\n" + (table(header, rows) if rows else f"{NOT_RUN.capitalize()}.\n")


def _share(found: Sequence[float]) -> str:
    return f"{_plain(found, 1)} %" if found else "-"


def _plain(found: Sequence[float], digits: int = 2) -> str:
    return spread(found, digits).removesuffix(" (n = 1)")
