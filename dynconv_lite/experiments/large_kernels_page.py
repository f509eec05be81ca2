"""The page of the study of large kernels: what K, shortcuts and small kernels add."""

from collections.abc import Callable, Sequence

from dynconv_lite.experiments.comparison import Paired, spread
from dynconv_lite.experiments.configs.large_kernels import METHODS, Form, form_of
from dynconv_lite.experiments.large_kernels_table import (
    FULL,
    NAME,
    PLAIN,
    by_form,
    large_kernels_table,
)
from dynconv_lite.experiments.markdown import table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import setting_name, settings

INTRODUCTION = """# Large kernels: how large, and with what beside them

Made from `records/large_kernels-*.json` alone, by `./course results`; `./course results --check`
says whether this page still fits them. New records come from

```sh
./course experiment large_kernels --profile laptop  # or full, on a GPU
./course results --add runs/laptop                  # copies finished records, writes this page
```

A small RepLKNet whose depth-wise kernels all have one size K, for pictures of 32 x 32. The
published network's stem divides a picture's side by 4; ours keeps it or halves it, as each table
says, and each further stage halves it once more. K is clipped in no stage: from every place of a
16 x 16 map a 31 x 31 reaches all of it, with 705 of its 961 taps on the zeros outside. "No
shortcut": neither the RepLK blocks nor the ConvFFNs add their input to their output. A small kernel
is a 3 x 3 beside every large one; K = 3 has none, since it would be of the same size.

Published: Ding et al. 2022, "Scaling Up Your Kernels to 31x31" (arXiv 2203.06717), measured on
ImageNet: in MobileNetV2 with its shortcuts, kernels of 13 gain 0.77 points over those of 3; in a
RepLKNet, kernels of 31, 29, 27 and 13 in place of 3 cost 18.6 % more FLOPs. **Compare its sign, no
more**: pictures, networks and training are others. For CIFAR-100 our sources hold no value.

Ours: test accuracy in percent after the last epoch (not the best one), mean ± sample standard
deviation (n - 1) over the seeds listed; (n = 1) is a single run. Trained → used: before and after
all small kernels and all batch normalisations but the last, which no kernel follows, were merged
into kernels; "differs by" is how far that moved a logit of a test picture at most, as a share of
the largest logit, in float32. Multiply-adds are for one picture and count each weight once for each
place of the output, taps on zeros included, however that was computed. Minutes are wall time.
"""
SHORTCUTS = """## Guideline 2: are shortcuts vital?

The paper finds that they are, the more so the larger the kernels. Its one figure that our sources
hold stands beside ours for its sign alone. What shortcuts add is a difference between runs of one
seed; mean ± sample standard deviation of the differences.
"""
BESIDE = """## Guideline 3: does a small kernel beside the large one help?

The paper finds that a small kernel, merged away after the training, mends what large kernels of 9
and 13 lose in optimisation; our sources hold no figure of it. Differences are between runs of one
seed, as above.
"""
SIZES = """## Accuracy against K

Networks with shortcuts and with a small kernel beside each larger one. All share their seeds: the
same pictures in the same order, augmented alike. The first weights cannot be shared, since larger
kernels draw more numbers. Each run is compared with the K = 3 of its seed.
"""
FIELDS = """## Effective receptive field

Of the last map's centre unit, on test pictures continued by reflection, so that a kernel reaches
further than in training. Its width is a standard deviation in pixels; r(t) is the share of the
picture's area that holds the share t of the contribution, of the map divided by its mean, so that
networks whose gradients differ in size compare. A share that no square reaches has no number.
"""
AREAS = ("erf_area_0.2", "erf_area_0.5", "erf_area_0.99")
PUBLISHED_GAIN = {13: "+0.77"}  # K -> what it gains over 3, with shortcuts

Forms = dict[str, dict[Form, list[Record]]]  # setting -> network -> runs


def large_kernels_page(records: Sequence[Record]) -> str:
    """Write the page, in Markdown.

    Args:
        records: Records of any experiments; those of others are left out.
    """
    groups: dict[str, list[Record]] = {FULL: [], **settings(records, NAME)}
    forms = {setting: by_form(runs) for setting, runs in groups.items()}
    parts = [INTRODUCTION, large_kernels_table(records)]
    parts += [_sizes(forms), _shortcuts(forms), _beside(forms), _fields(forms)]
    if shown := pictured(records):
        parts.append(_pictures(shown))
    return "\n".join(parts)


def pictured(records: Sequence[Record]) -> list[Record]:
    """Return the runs that the page shows in pictures: of the setting with most runs."""
    return max(settings(records, NAME).values(), key=len, default=[])


def _sizes(forms: Forms) -> str:
    rows = []
    for setting, found in forms.items():
        for made in _known(found, lambda made: made.shortcut and made.has_usual_small):
            gain = paired(found, made, PLAIN)
            each = ("-", "-") if made == PLAIN else (str(gain), gain.by_seed or "-")
            rows.append((f"`{setting}`", str(made.kernel_size), _accuracy(found, made), *each))
    header = ("setting", "K", "accuracy (%)", "minus K = 3's (points)", "by seed")
    return SIZES + "\n" + table(header, rows)


def _shortcuts(forms: Forms) -> str:
    rows = []
    for setting, found in forms.items():
        for made in _known(found, lambda made: not made.shortcut and made.has_usual_small):
            size, whole = made.kernel_size, made._replace(shortcut=True)
            add = paired(found, whole, made)
            gains = [
                "-" if size == PLAIN.kernel_size else str(paired(found, one, other))
                for one, other in ((whole, PLAIN), (made, PLAIN._replace(shortcut=False)))
            ]
            told = (_accuracy(found, whole), _accuracy(found, made), str(add), add.by_seed or "-")
            published = PUBLISHED_GAIN.get(size, "none")
            rows.append((f"`{setting}`", str(size), *told, gains[0], published, gains[1]))
    header = (
        "setting",
        "K",
        "with shortcuts",
        "without",
        "shortcuts add (points)",
        "by seed",
        "over K = 3, with shortcuts",
        "published: MobileNetV2, ImageNet",
        "over K = 3, without",
    )
    return SHORTCUTS + "\n" + table(header, rows)


def _beside(forms: Forms) -> str:
    rows = []
    for setting, found in forms.items():
        for made in _known(found, lambda made: made.shortcut and not made.has_usual_small):
            if made.small_kernel:
                continue  # of another size: it has its row in the first table
            whole = form_of(f"k{made.kernel_size}")
            add = paired(found, whole, made)
            told = (_accuracy(found, whole), _accuracy(found, made), str(add), add.by_seed or "-")
            rows.append((f"`{setting}`", str(made.kernel_size), *told))
    header = ("setting", "K", "with a small kernel", "without", "it adds (points)", "by seed")
    return BESIDE + "\n" + table(header, rows)


def _fields(forms: Forms) -> str:
    rows = []
    for setting, found in forms.items():
        for made, runs in found.items():
            finals = [run.metrics.final for run in runs]
            widths = [final["erf_width"] for final in finals if "erf_width" in final]
            areas = [[100 * f[area] for f in finals if area in f] for area in AREAS]
            told = [f"{_plain(area)} %" if area else "-" for area in areas]
            rows.append((f"`{setting}`", made.title, _plain(widths, 2), *told))
    header = ("setting", "network", "width (px)", "r(0.2)", "r(0.5)", "r(0.99)")
    return FIELDS + "\n" + (table(header, rows) if rows else "Not run here.\n")


def paired(found: dict[Form, list[Record]], one: Form, other: Form) -> Paired:
    """Return how much more accurate one network is than another, seed by seed, in points."""
    ours, theirs = (
        {run.seed: run.metrics.final["test_accuracy"] for run in found.get(made, [])}
        for made in (one, other)
    )
    return Paired({seed: ours[seed] - theirs[seed] for seed in sorted({*ours} & {*theirs})})


def _known(found: dict[Form, list[Record]], kind: Callable[[Form], bool]) -> list[Form]:
    """Return the networks of a kind, run or not, by K."""
    return sorted(made for made in {*map(form_of, METHODS), *found} if kind(made))


def _accuracy(found: dict[Form, list[Record]], made: Form) -> str:
    runs = found.get(made, [])
    return spread([run.metrics.final["test_accuracy"] for run in runs]) if runs else "not run here"


def _plain(values: Sequence[float], digits: int = 1) -> str:
    return spread(values, digits).removesuffix(" (n = 1)")


def _pictures(records: Sequence[Record]) -> str:
    text = (
        f"## Pictures\n\nOf the setting with most runs, `{setting_name(records[0])}`; the numbers "
        "are in the tables above.\n\n"
        "![Test accuracy of every run against K, with shortcuts and small kernels, without "
        "shortcuts, and without small kernels; all are in the tables.](large_kernels_accuracy.png)"
        "\n"
    )
    if not any(record.metrics.maps for record in records):
        return text
    return text + (
        "\n![Effective receptive fields of all networks, mean over seeds, on one logarithmic "
        "scale; their widths are in the table.](large_kernels_erf.png)\n"
    )
