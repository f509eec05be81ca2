"""Figures of the effective receptive fields that the runs of the jitter study kept."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from dynconv_lite.course.plots.ch07.looks import looks, narrow, short
from dynconv_lite.course.plots.style import GREY, Picture, canvas, image_panel, picture
from dynconv_lite.erf import log_scaled
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import by_epoch, of_one_setting, series_name

PREFIX = "erf_epoch_"


def erf_map(record: Record, epoch: int) -> Tensor | None:
    """Return a run's map (H, W) after an epoch, divided by its mean; None if it has none."""
    kept = record.metrics.maps.get(f"{PREFIX}{epoch}")
    if kept is None:
        return None
    plain = torch.from_numpy(kept.array())
    return plain / plain.mean().clamp(min=1e-300)


def erf_epochs(records: Sequence[Record]) -> list[int]:
    """Return the epochs, in order, after which any of the runs kept a map."""
    names = {name for record in records for name in record.metrics.maps}
    return sorted(int(n.removeprefix(PREFIX)) for n in names if n.startswith(PREFIX))


def mean_map(records: Sequence[Record], epoch: int) -> Tensor | None:
    """Return the mean (H, W) of the runs' maps after an epoch, each of mean 1."""
    found = [map for map in (erf_map(record, epoch) for record in records) if map is not None]
    return torch.stack(found).mean(dim=0) if found else None


def on_one_scale(maps: Sequence[Tensor]) -> list[Tensor]:
    """Scale maps (H, W) as `log_scaled` does, but all by the largest value of them all."""
    return list(log_scaled(torch.cat(list(maps), dim=1)).split([m.shape[1] for m in maps], dim=1))


@picture
def draw_erf_grid(records: Sequence[Record], seed: int | None = None) -> Picture:
    """Draw the receptive fields of all methods, a row for each measured epoch, on one scale.

    Args:
        records: runs of one setting of the jitter study.
        seed: of the runs to show; None for the mean over all seeds, of maps divided by their
            means.

    Raises:
        ValueError: if the records are not of one setting, or none has a map (of this seed).
    """
    groups = of_one_setting([r for r in records if seed is None or r.seed == seed])
    epochs = erf_epochs(records)
    cells = {(e, name): mean_map(group, e) for e in epochs for name, group in groups.items()}
    maps = {place: map for place, map in cells.items() if map is not None}
    if not maps:
        raise ValueError("records hold no map of an effective receptive field")
    shown = dict(zip(maps, on_one_scale(list(maps.values())), strict=True))
    columns, rows = len(groups), len(epochs)
    titles = {name: narrow(name, max(11, 84 // columns)) for name in groups}
    lines = 1 + max(title.count("\n") for title in titles.values())
    height = min(4.0, rows * (6.6 / columns + 0.3) + 0.16 * lines)
    figure, axes = canvas(columns, rows, size=(min(7.0, 2 * columns + 0.5), height))
    told = []
    for panel, (epoch, name) in zip(axes, cells, strict=True):
        title = titles[name] if epoch == epochs[0] else ""
        if (epoch, name) not in shown:
            panel.set_axis_off()
            panel.set_title(title, fontsize=8)
            continue
        image_panel(panel, shown[epoch, name], cmap="viridis", vmin=0, vmax=1)
        panel.set_title(title, fontsize=8)
        widths = [by_epoch(record, "erf_width").get(epoch) for record in groups[name]]
        known = [width for width in widths if width is not None]
        width = f"{np.mean(known):.2f}" if known else "none"  # a map of zeros has no width
        panel.set_xlabel(f"{width} px" if known else width, fontsize=9)
        told.append(f"{name}, epoch {epoch}: {width}")
    for panel, epoch in zip(axes[::columns], epochs, strict=True):
        panel.set_ylabel(f"epoch {epoch}", fontsize=9)
    over = "mean over seeds" if seed is None else f"seed {seed}"
    alt = (
        f"Maps of effective receptive fields on one logarithmic scale, {over}; widths (standard "
        f"deviations) in pixels: {'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_erf(records: Sequence[Record], method: str, epoch: int, seed: int) -> Picture:
    """Draw the receptive field of one run, and its profile beside the baseline's.

    Args:
        records: runs of one setting of the jitter study.
        method: name of a series.
        epoch: after which it was measured.
        seed: of the run.

    Raises:
        ValueError: if there is no such run, or it has no map of this epoch.
    """
    runs = {(series_name(r), r.seed): r for rs in of_one_setting(records).values() for r in rs}
    run = runs.get((method, seed))
    map = None if run is None else erf_map(run, epoch)
    if run is None or map is None:
        raise ValueError(f"there is no map of {method}, seed {seed}, after epoch {epoch}")
    base = runs.get(("baseline", seed))
    reference = None if base is None else erf_map(base, epoch)
    shown = on_one_scale([map] if reference is None else [map, reference])
    figure, (panel, profile) = canvas(2, size=(7, 3.2), width_ratios=(1, 1.5))
    image_panel(panel, shown[0], f"{short(method)}\nepoch {epoch}, seed {seed}", cmap="viridis",
                vmin=0, vmax=1)  # fmt: skip
    pixels = np.arange(map.shape[1]) - (map.shape[1] - 1) / 2
    if reference is not None and method != "baseline":
        profile.plot(pixels, reference.mean(dim=0), color=GREY, linewidth=4, label="baseline")
    colour = looks([method])[method].colour
    profile.plot(pixels, map.mean(dim=0), color=colour, label=short(method))
    profile.set(xlabel="pixels from the middle of the picture", ylabel="mean of the column")
    profile.legend(fontsize=9)
    alt = f"{method}, seed {seed}, after epoch {epoch}: {_numbers(run, epoch)}."
    if base is not None and reference is not None and method != "baseline":
        alt += f" The baseline of the same seed: {_numbers(base, epoch)}."
    return Picture(figure, alt)


def _numbers(record: Record, epoch: int) -> str:
    entry = next(e for e in record.metrics.history if int(e["epoch"]) == epoch)
    forms = {
        "erf_width": "width {:.2f} pixels",
        "erf_area_0.5": "area ratio r(0.5) {:.1%} at mean 1",
        "test_accuracy": "test accuracy {:.2f} %",
    }
    return ", ".join(form.format(entry[name]) for name, form in forms.items() if name in entry)
