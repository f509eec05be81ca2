"""The branches of a layer become one kernel, one after the other, and its output stays."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    VERMILION,
    Picture,
    canvas,
    image_panel,
    picture,
    signed_panel,
    write_numbers,
)
from dynconv_lite.reparam import RepConv2d, merge_kernels, pad_kernel

ROWS = 3  # of the largest kernel whose numbers are written into it


@dataclass(frozen=True)
class MergeView:
    """A layer of which some branches are merged already.

    Attributes:
        names: Of the branches, in the order in which they are merged.
        merged: How many of them are.
        place: Which output and which input channel the kernels belong to, and of how many.
        kernels: Of one output and one input channel, one for each branch, (branches, kh, kw).
        total: Sum of those merged, (kh, kw).
        before: What the branches answer, for the output channel and the first image, (H', W').
        after: What the layer answers with the merged kernel in place of its branches, (H', W').
        difference: The largest difference, in all channels and images.
        largest: The largest output.
    """

    names: tuple[str, ...]
    merged: int
    place: str
    kernels: Tensor
    total: Tensor
    before: Tensor
    after: Tensor
    difference: float
    largest: float


@torch.no_grad()
def view_merge(
    layer: RepConv2d, x: Tensor, merged: int, *, output: int = 0, input: int = 0
) -> MergeView:
    """Merge the first branches of a layer into one convolution, and compare what comes out.

    Args:
        layer: In eval mode; it is left as it is.
        x: Images (B, C, H, W).
        merged: How many branches to merge, from 0 to all.
        output: Output channel to look at.
        input: Input channel of the kernels to look at, within the output's group.

    Raises:
        ValueError: If the layer is in training mode, or a number is out of range.
    """
    if layer.training:
        raise ValueError("layer must be in eval mode: call .eval() first")
    parts = list(layer.branches)
    kernels = {name: layer.branch_kernel(name) for name in parts}
    padded = torch.stack([pad_kernel(w, layer.kernel_size) for w, _ in kernels.values()])
    ranges = {
        "merged": (merged, len(parts)),
        "output": (output, layer.out_channels - 1),
        "input": (input, layer.in_channels // layer.groups - 1),
    }
    for name, (value, last) in ranges.items():
        if not 0 <= value <= last:
            raise ValueError(f"{name} must be from 0 to {last}, got {value!r}")
    before = layer(x)  # (B, O, H', W')
    after = torch.zeros_like(before)
    total = torch.zeros_like(padded[0])
    if merged:
        pairs = [(w, kernels[name][1]) for w, name in zip(padded, parts[:merged], strict=False)]
        total, bias = merge_kernels(pairs)
        weight, own = total.to(x), None if bias is None else bias.to(x)
        after = F.conv2d(x, weight, own, layer.stride, layer.padding, 1, layer.groups)
    for name in parts[merged:]:
        after = after + layer.branch_output(name, x)
    return MergeView(
        tuple(_label(layer, name) for name in parts),
        merged,
        f"output channel {output} of {layer.out_channels} and input channel {input} of "
        f"{layer.in_channels // layer.groups}",
        padded[:, output, input],
        total[output, input],
        before[0, output],
        after[0, output],
        float((after - before).abs().max()),
        float(before.abs().max()),
    )


@picture
def draw_merge(view: MergeView) -> Picture:
    """Draw the branches' kernels, the sum of those merged, and the outputs before and after.

    Names of merged branches are blue, those of others red. All kernels share one colour scale, and
    so do the outputs; their difference is magnified.
    """
    columns = max(4, len(view.names))
    figure, panels = canvas(columns, 2, size=(7, 3.9))
    top, bottom = panels[:columns], panels[columns:]
    limit = float(torch.cat([view.kernels, view.total[None]]).abs().max()) or 1.0
    scale = {"vmin": -limit, "vmax": limit}
    for index, (panel, name) in enumerate(zip(top, view.names, strict=False)):
        inside = index < view.merged
        title = f"{name}: merged" if inside else name
        signed_panel(panel, view.kernels[index], title, **scale)
        panel.title.set_color(BLUE if inside else VERMILION)
        _numbers(panel, view.kernels[index])
    signed_panel(bottom[0], view.total, "merged kernel", **scale)
    _numbers(bottom[0], view.total)
    low, high = float(view.before.min()), float(view.before.max())
    image_panel(bottom[1], view.before, "all branches", vmin=low, vmax=high)
    image_panel(bottom[2], view.after, "after merging", vmin=low, vmax=high)
    off = view.after - view.before
    most = float(off.abs().max())
    signed_panel(bottom[3], off, f"difference, up to {most:.0e}" if most else "difference, 0")
    bottom[3].title.set_fontsize(9)  # longer than the other titles
    for panel in [*top[len(view.names) :], *bottom[4:]]:
        panel.set_axis_off()
    done = ", ".join(view.names[: view.merged]) or "none"
    alt = (
        f"{view.merged} of {len(view.names)} branches are merged: {done}. The merged kernel has "
        f"{view.total.shape[0]} x {view.total.shape[1]} weights with the sum "
        f"{float(view.total.sum()):.3f} and {float(_middle(view.total)):.3f} in the middle. Drawn "
        f"are {view.place}. The outputs of this channel before and after differ by at most "
        f"{most:.0e}, while the largest is {float(view.before.abs().max()):.3g}."
    )
    return Picture(figure, alt)


def _label(layer: RepConv2d, name: str) -> str:
    if name == "identity":
        return name
    rows, columns = layer.branch_kernel(name)[0].shape[2:]
    return f"{rows} x {columns}"


def _numbers(panel: object, kernel: Tensor) -> None:
    if max(kernel.shape) <= ROWS:
        write_numbers(panel, kernel, "{:.3f}", size=8)  # type: ignore[arg-type]


def _middle(kernel: Tensor) -> Tensor:
    return kernel[kernel.shape[0] // 2, kernel.shape[1] // 2]
