"""Figure of tables that grow: a cascade's PSNR while it is trained on finer and finer grids."""

from collections.abc import Mapping

from dynconv_lite.course.plots.style import CYCLE, DASHES, GREY, Picture, canvas, picture
from dynconv_lite.experiments.records import Record
from dynconv_lite.lut import nodes


@picture
def draw_growth(record: Record, levels: Mapping[str, float]) -> Picture:
    """Draw the PSNR on Set5 over the steps of a run on its tables, each grid in its own colour.

    Args:
        record: Of the study `super_resolution`, a cascade, with a history.
        levels: PSNRs in dB to compare with, by name: dotted lines.

    Raises:
        ValueError: If the record has no history of tables.
    """
    history = [entry for entry in record.metrics.history if entry["stage"] >= 1]
    if not history:
        raise ValueError(f"record must have a history of tables, and {record.file_name} has none")
    stages = sorted({int(entry["stage"]) for entry in history})
    figure, [axes] = canvas(1, size=(6, 3.2))
    start, parts = 0.0, []
    for number, stage in enumerate(stages):
        count = nodes(int(record.config["interval"]) + stages[-1] - stage)
        own = [entry for entry in history if entry["stage"] == stage]
        steps = [start + entry["step"] for entry in own]
        heights = [entry["psnr_set5"] for entry in own]
        name = f"{count} nodes on an axis"
        axes.plot(steps, heights, DASHES[number], marker=".", color=CYCLE[number], label=name)
        parts.append(f"with {count} nodes from {heights[0]:.2f} to {heights[-1]:.2f} dB")
        start = steps[-1]
        if stage != stages[-1]:
            axes.axvline(start, color=GREY, linewidth=0.8)
    for name, level in levels.items():
        axes.axhline(level, color=GREY, linewidth=1, linestyle=":")
        axes.annotate(f"{name} {level:.2f}", (0, level), (0, 2), fontsize=8,
                      textcoords="offset points")  # fmt: skip
    axes.set(xlabel="training step", ylabel="PSNR-Y on Set5 (dB)")
    axes.margins(y=0.12)
    axes.legend(loc="center right", framealpha=1)
    marks = "".join(f"; {name}: {level:.2f} dB" for name, level in levels.items())
    return Picture(figure, f"A cascade's tables over {start:.0f} steps: {', '.join(parts)}{marks}.")
