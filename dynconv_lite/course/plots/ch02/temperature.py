"""A figure of the softmax: shares against the temperature."""

import numpy as np
import torch
from torch import Tensor

from dynconv_lite.course.plots.style import CYCLE, DASHES, GREY, Picture, canvas, picture


@picture
def draw_temperatures(logits: Tensor, temperatures: Tensor, marks: tuple[float, ...]) -> Picture:
    """Draw the shares of a softmax against its temperature, from a single kernel to an even mean.

    Args:
        logits: (K,).
        temperatures: (M,), above 0 and rising.
        marks: Temperatures to be marked, and told in words.

    Raises:
        ValueError: If a shape does not fit or a temperature is not above 0.
    """
    if logits.ndim != 1 or temperatures.ndim != 1 or float(temperatures.min()) <= 0:
        raise ValueError("logits must be (K,) and temperatures (M,), all above 0")
    shares = torch.softmax(logits / temperatures[:, None], dim=1)  # (M, K)
    figure, (axes,) = canvas(1, size=(6.4, 3.0))
    x = np.asarray(temperatures, dtype=float)
    for k, share in enumerate(np.asarray(shares, dtype=float).T):
        axes.plot(x, share, color=CYCLE[k % len(CYCLE)], linestyle=DASHES[k % 4],
                  label=f"W{k + 1}: logit {float(logits[k]):g}")  # fmt: skip
    axes.axhline(1 / len(logits), color=GREY, linewidth=1, linestyle=":")
    told = []
    for mark in marks:
        axes.axvline(mark, color=GREY, linewidth=1, linestyle=":")
        axes.text(mark, 1.02, f"T = {mark:g}", ha="center", fontsize=9,
                  transform=axes.get_xaxis_transform())  # fmt: skip
        values = torch.softmax(logits / mark, dim=0).tolist()
        told.append(f"at {mark:g}: {', '.join(f'{value:.2f}' for value in values)}")
    axes.set(xscale="log", xlabel="temperature T", ylabel="share", ylim=(-0.03, 1.03))
    axes.legend(loc="upper right")
    alt = (
        f"Shares of {len(logits)} kernels against the temperature from {x[0]:g} to {x[-1]:g}, from "
        f"one kernel alone to {1 / len(logits):.2f} each. Shares {'; '.join(told)}."
    )
    return Picture(figure, alt)
