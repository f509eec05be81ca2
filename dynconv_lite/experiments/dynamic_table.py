"""The table of the study of dynamic convolution: accuracy, cost and attention of every series."""

from collections.abc import Mapping, Sequence
from typing import Any

from dynconv_lite.experiments.comparison import first_to_last, spread
from dynconv_lite.experiments.config import config_for
from dynconv_lite.experiments.markdown import provenance, table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import STUDIES, method_rank, series, settings

NAME, FULL = "dynamic_conv", "full"
STUDY = STUDIES[NAME]
COLUMNS = (
    "method",
    "published (CIFAR-100)",
    "ours",
    "seeds",
    "K",
    "parameters (thousands)",
    "multiply-adds (millions)",
    "multiply-adds, of static's",
    "attention entropy, first → last epoch",
    "attention spread",
    "epochs",
    "device, arithmetic",
    "minutes a run",
)
NETWORKS = {"resnet10": "ResNet-10", "resnet18": "ResNet-18", "mobilenet_v2": "MobileNetV2"}


def dynamic_table(records: Sequence[Record]) -> str:
    """Write one table for each setting, in Markdown: a row a series.

    The profile `full` comes first, whether or not it was run; a method without a run says so.

    Args:
        records: Records of any experiments; those of others are left out.
    """
    groups = {FULL: [], **settings(records, NAME)}
    return "\n".join(_section(name, group) for name, group in groups.items())


def _section(name: str, group: list[Record]) -> str:
    config = group[0].config if group else config_for(NAME, name).model_dump(mode="json")
    found = series(group)
    names = sorted({*STUDY.methods, *found}, key=lambda name: method_rank(name, NAME))
    static = _cost(found.get(STUDY.baseline, []), "multiply_adds")
    rows = [_row(series_name, found.get(series_name, []), config, static) for series_name in names]
    told = [
        f"## Profile `{name}`\n" if name == FULL else f"## A setting of our own: `{name}`\n",
        f"{_network(config)}, {config['epochs']} epochs. Compare these rows with each other and "
        "with no other table; they differ in nothing but the method.\n",
        *([provenance(group)] if group else []),
    ]
    return "\n".join([*told, table(COLUMNS, rows)])


def _network(config: Mapping[str, Any]) -> str:
    factor = config["width_mult"]
    times = "" if factor == 1 else f"{factor:g} x "
    return f"{NETWORKS[config['network']]} at {times}its own width"


def _row(
    name: str, runs: list[Record], config: Mapping[str, Any], static: float | None
) -> tuple[str, ...]:
    method, *changed = name.split(", ")
    title = ", ".join([f"`{method}`", *changed])
    ours = runs[0].config if runs else config
    kernels = "1" if method == STUDY.baseline else str(ours["num_kernels"])
    epochs = str(config["epochs"])
    if not runs:
        return (title, "none", "not run here", "-", kernels, *["-"] * 5, epochs, "-", "-")
    finals = [run.metrics.final for run in runs]
    parameters, cost = _cost(runs, "parameters"), _cost(runs, "multiply_adds")
    spreads = [final["attention_spread"] for final in finals if "attention_spread" in final]
    return (
        title,
        "none",
        spread([final["test_accuracy"] for final in finals]),
        ", ".join(str(run.seed) for run in runs),
        kernels,
        f"{parameters / 1e3:.1f}" if parameters else "-",
        f"{cost / 1e6:.2f}" if cost else "-",
        f"{100 * cost / static:.1f} %" if cost and static else "-",
        first_to_last(runs, "attention_entropy", digits=4),
        spread(spreads, 4).removesuffix(" (n = 1)"),
        epochs,
        "; ".join(sorted({run.device for run in runs})),
        spread([run.wall_seconds / 60 for run in runs], 1),
    )


def _cost(runs: list[Record], quantity: str) -> float | None:
    """Return a cost of the networks of one series, which all have the same; None without a run."""
    return runs[0].metrics.final.get(quantity) if runs else None
