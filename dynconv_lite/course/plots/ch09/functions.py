"""Figures of functions in the place of weights: what one-index tables say to their byte."""

import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.style import BLUE, GREY, Picture, canvas, picture


@picture
def draw_functions(table: Tensor, channel: int = 0) -> Picture:
    """Draw the functions of all places of a window, for one output channel.

    Args:
        table: (k, k, L, O) in grey levels: of one input channel.
        channel: The output channel.

    Raises:
        ValueError: If the table has another shape or the channel does not exist.
    """
    if table.ndim != 4 or table.shape[0] != table.shape[1]:
        raise ValueError(f"table must be (k, k, L, O), got {tuple(table.shape)}")
    if not 0 <= channel < table.shape[3]:
        raise ValueError(f"channel must lie from 0 to {table.shape[3] - 1}, got {channel}")
    size, nodes = table.shape[0], table.shape[2]
    values = table[..., channel].double().numpy()  # (k, k, L)
    byte = np.linspace(0, 255, nodes)
    figure, panels = canvas(size, size, size=(6, 4), sharex=True, sharey=True)
    told = []
    for place, axes in enumerate(panels):
        row, column = divmod(place, size)
        curve = values[row, column]
        axes.axhline(0, color=GREY, linewidth=0.8)
        axes.plot(byte, curve, ".-", color=BLUE, markersize=5, linewidth=1.4)
        axes.set_title(f"({row - size // 2}, {column - size // 2})", fontsize=8)
        axes.set_xticks((0, 128, 255))
        axes.tick_params(labelsize=8)
        line = np.polyval(np.polyfit(byte, curve, 1), byte)
        off = float(np.abs(curve - line).max())
        told.append(f"({row - size // 2}, {column - size // 2}) {np.ptp(curve):.0f} and {off:.0f}")
    figure.supxlabel("byte that stands there", fontsize=9)
    figure.supylabel("added (grey levels)", fontsize=9)
    alt = (
        f"{size * size} functions with {nodes} nodes, from a byte to grey levels. By place, how "
        f"far its values lie apart, and how far from the best straight line: {'; '.join(told)}."
    )
    return Picture(figure, alt)
