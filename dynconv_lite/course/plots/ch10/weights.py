"""Figure of what a shrunken pixel is made of, by several people's idea of "bicubic"."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.style import CYCLE, DASHES, GREY, Picture, canvas, picture

MARKERS = ("o", "s", "^", "x", "D", "v")


@picture
def draw_weights(matrices: Mapping[str, Tensor]) -> Picture:
    """Draw the weights of a pixel inside a shrunken row, and of the first one.

    Args:
        matrices: name -> (new pixels, old pixels), all of one shape; at most six.

    Raises:
        ValueError: If there are none, or their shapes differ.
    """
    shapes = {tuple(matrix.shape) for matrix in matrices.values()}
    if len(shapes) != 1:
        raise ValueError(f"matrices must be of one shape, got {sorted(shapes) or 'none'}")
    ((rows, columns),) = shapes
    scale, middle = columns // rows, rows // 2
    figure, panels = canvas(2, size=(7, 2.9), sharey=True)
    told = []
    for axes, row in zip(panels, (middle, 0), strict=True):
        centre = (row + 0.5) * scale - 0.5
        left = max(0, int(centre) - 2 * scale - 1)
        places = np.arange(left, min(columns, left + 4 * scale + 4))
        axes.axhline(0, color=GREY, linewidth=1)
        axes.axvline(centre, color=GREY, linewidth=1, linestyle=":")
        for index, (name, matrix) in enumerate(matrices.items()):
            weights = matrix[row].double().numpy()
            axes.plot(
                places, weights[places], DASHES[index % len(DASHES)], label=name,
                color=CYCLE[index % len(CYCLE)], marker=MARKERS[index % len(MARKERS)],
                markersize=4.5 if index else 8, linewidth=1.3,
                markerfacecolor=None if index else "none",  # so that what it hides shows
            )  # fmt: skip
            if row:
                taps = int((np.abs(weights) > 1e-9).sum())
                told.append(f"{name} {taps} pixels, the largest weight {weights.max():.3f}")
            else:
                told.append(f"{name} {weights[0]:.3f}")
        axes.set(xlabel="old pixel", title=f"new pixel {row}")
    panels[0].set_ylabel("weight")
    panels[0].legend(fontsize=8)
    alt = (
        f"Weights of old pixels in a new one, {scale} times smaller. Inside the row: "
        f"{'; '.join(told[: len(matrices)])}. Weight of the first old pixel in the first new one: "
        f"{'; '.join(told[len(matrices) :])}."
    )
    return Picture(figure, alt)
