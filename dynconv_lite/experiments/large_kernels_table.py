"""The table of the study of large kernels: accuracy and cost of every network."""

from collections.abc import Mapping, Sequence
from typing import Any

from dynconv_lite.experiments.comparison import spread
from dynconv_lite.experiments.config import config_for
from dynconv_lite.experiments.configs.large_kernels import METHODS, Form, form_of
from dynconv_lite.experiments.markdown import provenance, table
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import settings

NAME, FULL = "large_kernels", "full"
PLAIN = form_of("k3")
PICTURE = 32  # side of the pictures, in pixels
COLUMNS = (
    "network",
    "published (CIFAR-100)",
    "ours",
    "seeds",
    "parameters (thousands), trained → used",
    "multiply-adds (millions), trained → used",
    "multiply-adds used, of K = 3's",
    "used differs from trained by",
    "epochs",
    "device, arithmetic",
    "minutes a run",
)


def form(run: Record) -> Form:
    """Return what a run's network is made of."""
    return Form(*(run.config[name] for name in Form._fields))


def by_form(records: Sequence[Record]) -> dict[Form, list[Record]]:
    """Sort the runs of one setting by network, as they are shown, and by seed; each seed once.

    Networks with everything come first, then those without shortcuts, then those without a small
    kernel, each by K.
    """
    found: dict[Form, dict[int, Record]] = {}
    for run in sorted(records, key=lambda run: (run.seed, run.config["method"])):
        found.setdefault(form(run), {}).setdefault(run.seed, run)
    return {made: list(found[made].values()) for made in sorted(found, key=_place)}


def _place(made: Form) -> tuple[int, int, int]:
    lacks = (not made.shortcut) + 2 * (not made.has_usual_small)
    return (lacks, made.small_kernel, made.kernel_size)


def large_kernels_table(records: Sequence[Record]) -> str:
    """Write one table for each setting, in Markdown: a row a network.

    The profile `full` comes first, whether or not it was run; a network without a run says so.

    Args:
        records: Records of any experiments; those of others are left out.
    """
    groups = {FULL: [], **settings(records, NAME)}
    return "\n".join(_section(name, group) for name, group in groups.items())


def _section(name: str, group: list[Record]) -> str:
    config = group[0].config if group else config_for(NAME, name).model_dump(mode="json")
    found = by_form(group)
    shown = sorted({*map(form_of, METHODS), *found}, key=_place)
    plain = _cost(found.get(PLAIN, []), "multiply_adds_fused")
    rows = [_row(made, found.get(made, []), config, plain) for made in shown]
    told = [
        f"## Profile `{name}`\n" if name == FULL else f"## A setting of our own: `{name}`\n",
        f"{_network(config)}, {config['epochs']} epochs. Compare these rows with each other and "
        "with no other table; they differ in nothing but what the first column says.\n",
        *([provenance(group)] if group else []),
    ]
    return "\n".join([*told, table(COLUMNS, rows)])


def _network(config: Mapping[str, Any]) -> str:
    stages = len(config["blocks"])
    blocks, channels = (_listed(config[name]) for name in ("blocks", "channels"))
    sides = [-(-PICTURE // (config["stem_stride"] * 2**stage)) for stage in range(stages)]
    return (
        f"A stem of stride {config['stem_stride']}; {stages} stage{'s' * (stages != 1)} of "
        f"{channels} channels and {blocks} RepLK blocks, whose maps are "
        f"{_listed([f'{side} x {side}' for side in sides])} for a picture of "
        f"{PICTURE} x {PICTURE}"
    )


def _listed(things: Sequence[Any]) -> str:
    *first, last = map(str, things)
    return f"{', '.join(first)} and {last}" if first else last


def _row(
    made: Form, runs: list[Record], config: Mapping[str, Any], plain: float | None
) -> tuple[str, ...]:
    epochs = str(config["epochs"])
    if not runs:
        return (made.title, "none", "not run here", *["-"] * 5, epochs, "-", "-")
    finals = [run.metrics.final for run in runs]
    used = _cost(runs, "multiply_adds_fused")
    worst = max((f["fused_difference"] for f in finals if "fused_difference" in f), default=None)
    return (
        made.title,
        "none",
        spread([final["test_accuracy"] for final in finals]),
        ", ".join(str(run.seed) for run in runs),
        _both(runs, "parameters", 1e3, 1),
        _both(runs, "multiply_adds", 1e6, 2),
        f"{100 * used / plain:.1f} %" if used and plain else "-",
        "-" if worst is None else f"{worst:.0e}",
        epochs,
        "; ".join(sorted({run.device for run in runs})),
        spread([run.wall_seconds / 60 for run in runs], 1),
    )


def _both(runs: list[Record], quantity: str, unit: float, digits: int) -> str:
    """Write a cost as a network is trained and as it is used."""
    costs = [_cost(runs, f"{quantity}{suffix}") for suffix in ("", "_fused")]
    told = [f"{cost / unit:.{digits}f}" for cost in costs if cost is not None]
    return " → ".join(told) or "-"


def _cost(runs: list[Record], quantity: str) -> float | None:
    """Return a cost of equal networks; None without a run."""
    return runs[0].metrics.final.get(quantity) if runs else None
