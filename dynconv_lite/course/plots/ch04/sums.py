"""Small kernels with their numbers, and their sum."""

from collections.abc import Mapping

import torch
from torch import Tensor

from dynconv_lite.course.plots.style import Picture, canvas, picture, signed_panel, write_numbers

ROWS = 5  # of the largest kernel whose numbers are written into it


@picture
def draw_sum(kernels: Mapping[str, Tensor]) -> Picture:
    """Draw kernels of one size, with their numbers, and at the right their sum.

    Args:
        kernels: By name, (k, k).
    """
    total = torch.stack(list(kernels.values())).sum(0)
    shown = {**kernels, "sum": total}
    figure, panels = canvas(len(shown), size=(7, 2.1))
    limit = float(torch.stack(list(shown.values())).abs().max()) or 1.0
    for index, (panel, (name, kernel)) in enumerate(zip(panels, shown.items(), strict=True)):
        signed_panel(panel, kernel, name, vmin=-limit, vmax=limit)
        if len(kernel) <= ROWS:
            write_numbers(panel, kernel, "{:.2g}")
        if index:
            sign = "=" if name == "sum" else "+"
            panel.text(-0.14, 0.5, sign, transform=panel.transAxes, ha="center", va="center",
                       fontsize=16)  # fmt: skip
    told = "; ".join(f"{name}: {_rows(kernel)}" for name, kernel in shown.items())
    size = f"{total.shape[0]} x {total.shape[1]}"
    return Picture(figure, f"{len(kernels)} kernels of {size} and their sum, row by row. {told}.")


@picture
def draw_kernels(kernels: Tensor, groups: int = 1) -> Picture:
    """Draw all kernels of a layer as a table: a row for each output, a column for each input.

    Where a group of channels sees no input of another, the table has no kernel.

    Args:
        kernels: (O, C / groups, k, k).
        groups: Groups of channels.
    """
    outputs, inside = kernels.shape[:2]
    inputs = inside * groups
    figure, panels = canvas(inputs, outputs, size=(3.4 * inputs / outputs + 0.6, 3.4))
    limit = float(kernels.abs().max()) or 1.0
    for index, panel in enumerate(panels):
        output, place = divmod(index, inputs)
        group = output // (outputs // groups)
        if output == 0:
            panel.set_title(f"input {place}")
        if place == 0:
            panel.set_ylabel(f"output {output}", rotation=0, ha="right", va="center")
        if place // inside == group:
            title = panel.get_title()
            signed_panel(panel, kernels[output, place % inside], title, vmin=-limit, vmax=limit)
        else:
            panel.set(xticks=[], yticks=[])
            panel.set_facecolor("#b0b0b0")
            for spine in panel.spines.values():
                spine.set_visible(False)
    ones = [
        f"output {o} input {o // (outputs // groups) * inside + i}"
        for o in range(outputs)
        for i in range(inside)
        if bool(kernels[o, i].any())
    ]
    alt = (
        f"A table of {outputs} outputs and {inputs} inputs in {groups} group"
        f"{'s' if groups > 1 else ''}; kernels of {kernels.shape[2]} x {kernels.shape[3]} that are "
        f"not zero: {', '.join(ones)}."
    )
    return Picture(figure, alt)


def _rows(kernel: Tensor) -> str:
    if len(kernel) > ROWS:
        return f"between {float(kernel.min()):.2g} and {float(kernel.max()):.2g}"
    return " / ".join(" ".join(f"{value:.2g}" for value in row) for row in kernel.tolist())
