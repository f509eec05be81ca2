"""The table of the rotation study: what the talk reports, beside what the records say."""

from collections.abc import Mapping, Sequence
from typing import Any

from dynconv_lite.experiments.comparison import spread
from dynconv_lite.experiments.config import config_for
from dynconv_lite.experiments.configs.rotation import METHODS, title_of
from dynconv_lite.experiments.markdown import provenance, table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.rotation import PUBLISHED
from dynconv_lite.experiments.series import method_rank, series, settings

NAME, FULL = "rotation", "full"
NOT_RUN = "not run here"
COLUMNS = (
    "method",
    "published: CIFAR-100",
    'published: DTD, "zero-shot"',
    "ours: test accuracy",
    "ours: frozen features, nearest neighbours",
    "ours: frozen features, linear probe",
    "textures of these two",
    "seeds",
    "parameters (thousands)",
    "multiply-adds, fused (millions)",
    "fused differs by",
    "epochs",
    "device, arithmetic",
    "minutes a run",
)


def rotation_table(records: Sequence[Record]) -> str:
    """Write one table for each setting, in Markdown: a row a method, published beside ours.

    The profile `full` comes first, whether or not it was run; a method without a run says so.

    Args:
        records: Records of any experiments; those of others are left out.
    """
    groups = {FULL: [], **settings(records, NAME)}
    return "\n".join(_section(name, group) for name, group in groups.items())


def with_missing(group: list[Record]) -> dict[str, list[Record]]:
    """Return the series of a setting, and an empty one for each method that was not run."""
    found = series(group)
    names = sorted({*METHODS, *found}, key=lambda name: method_rank(name, NAME))
    return {name: found.get(name, []) for name in names}


def title(name: str) -> str:
    """Name a series as the talk does, with its changes: "SW + erasing, erasing = 0.25"."""
    method, *changed = name.split(", ", 1)
    return ", ".join([title_of(method), *changed])


def values(runs: Sequence[Record], quantity: str, scale: float = 1) -> list[float]:
    """Return a final metric of the runs that have it."""
    finals = [run.metrics.final for run in runs]
    return [scale * final[quantity] for final in finals if quantity in final]


def _section(name: str, group: list[Record]) -> str:
    config = group[0].config if group else config_for(NAME, name).model_dump(mode="json")
    rows = [_row(method, runs, config) for method, runs in with_missing(group).items()]
    told = [*_words(name, config), *([provenance(group)] if group else [])]
    return "\n".join([*told, table(COLUMNS, rows)])


def _words(name: str, config: Mapping[str, Any]) -> list[str]:
    heading = f"Profile `{name}`" if name == FULL else f"A setting of our own: `{name}`"
    network = (
        f"Width {config['width']}, {config['blocks']} blocks, pieces of "
        f"{config['small_kernel']} x {config['small_kernel']} that reach at least "
        f"{config['large_kernel']} pixels of a map, maps of the picture's side over "
        f"{config['stem_stride']}; {config['epochs']} epochs."
    )
    warning = (
        "The talk tells neither its network's size nor its training, so even here ours is "
        "another experiment than the published one."
        if name == FULL
        else "**Not comparable with the published columns**, which are repeated for their order "
        "only. Compare these rows with each other."
    )
    return [f"## {heading}\n", f"{network} {warning}\n"]


def _row(name: str, runs: list[Record], config: Mapping[str, Any]) -> tuple[str, ...]:
    published = ("not in the talk",) * 2
    if name in PUBLISHED:
        published = tuple(f"{value:.2f}" for value in PUBLISHED[name])  # type: ignore[assignment]
    first, epochs = (title(name), *published), str(config["epochs"])
    if not runs:
        return (*first, NOT_RUN, *["-"] * 7, epochs, "-", "-")
    worst = max(values(runs, "fused_difference"), default=None)
    return (
        *first,
        spread(values(runs, "test_accuracy")),
        spread(values(runs, "transfer_knn")),
        spread(values(runs, "transfer_linear")),
        "; ".join(sorted({_textures(run) for run in runs})),
        ", ".join(str(run.seed) for run in runs),
        _equal(runs, "parameters", 1e3),
        _equal(runs, "multiply_adds_fused", 1e6),
        "-" if worst is None else f"{worst:.0e}",
        epochs,
        "; ".join(sorted({run.device for run in runs})),
        spread([run.wall_seconds / 60 for run in runs], 1),
    )


def _textures(run: Record) -> str:
    """Name the textures that features were tried on, as their loader does, and their classes."""
    name = run.data.name.split("; ")[-1].removesuffix(" test")
    classes = run.metrics.final.get("transfer_classes")
    return name if classes is None else f"{name} ({classes:.0f} classes)"


def _equal(runs: list[Record], quantity: str, unit: float) -> str:
    """Write a cost, which equal networks share."""
    found = values(runs, quantity, 1 / unit)
    return f"{found[0]:.2f}" if found else "-"
