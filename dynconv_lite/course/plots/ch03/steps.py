"""How K kernels become one convolution: on a photograph, and laid side by side in groups."""

import torch
import torch.nn.functional as F
from matplotlib.patches import Rectangle
from torch import Tensor

from dynconv_lite.course.plots.style import (
    CYCLE,
    GREY,
    Picture,
    canvas,
    image_panel,
    picture,
    signed_panel,
)


@picture
def draw_mixture(image: Tensor, kernels: Tensor, attention: Tensor) -> Picture:
    """Draw what each of K kernels answers to an image, and what their mixture answers.

    Args:
        image: (H, W).
        kernels: (K, k, k), k odd.
        attention: The shares (K,).
    """
    mixture = (attention[:, None, None] * kernels).sum(0)  # (k, k)
    everything = torch.cat([kernels, mixture[None]])[:, None]  # (K + 1, 1, k, k)
    answers = F.conv2d(image[None, None], everything, padding="same")[0]  # (K + 1, H, W)
    count = len(kernels)
    figure, panels = canvas(count + 2, 2, size=(7, 2.7))
    for panel in panels:
        panel.set_axis_off()
    image_panel(panels[0], image, "image")
    limit, high = float(everything.abs().max()), float(answers.abs().quantile(0.99))
    names = [f"share {share:.2f}" for share in attention.tolist()]
    for k, name in enumerate([*names, "mixture"], start=1):
        kernel, answer = everything[k - 1, 0], answers[k - 1]
        signed_panel(panels[k], kernel, name, vmin=-limit, vmax=limit)
        signed_panel(panels[count + 2 + k], answer, vmin=-high, vmax=high)
    told = ", ".join(f"{share:.2f}" for share in attention)
    alt = (
        f"A photograph, {count} kernels of {kernels.shape[1]} x {kernels.shape[2]} and the answer "
        f"of each; at the right their mixture with the shares {told}, and its answer, which is the "
        "mixture of the answers."
    )
    return Picture(figure, alt)


@picture
def draw_side_by_side(batch: int = 3, channels: int = 2) -> Picture:
    """Draw how a batch with a kernel for each image becomes one image with groups of channels.

    Args:
        batch: Images B, at most 6.
        channels: Channels C of an image.
    """
    figure, (before, after) = canvas(2, size=(7, 3.2))
    for image in range(batch):
        colour = CYCLE[image % len(CYCLE)]
        for channel in range(channels):
            _sheet(before, 2.2 * channel, -1.5 * image, colour, f"x[{image}, {channel}]")
            row = image * channels + channel
            _sheet(after, 0, -1.0 * row, colour, f"channel {row}")
        before.text(2.2 * channels + 0.1, 0.35 - 1.5 * image, f"* kernel {image}", color=colour,
                    va="center")  # fmt: skip
        middle = 0.4 - image * channels - (channels - 1) / 2
        after.text(2.3, middle, f"group {image}: kernel {image}", color=colour, va="center")
    before.set(xlim=(-0.3, 2.2 * channels + 2.4), ylim=(-1.5 * batch + 0.6, 1.3))
    after.set(xlim=(-0.3, 5.6), ylim=(-1.0 * batch * channels + 0.8, 1.3))
    before.set_title(f"{batch} images of {channels} channels, a kernel each")
    after.set_title(f"one image of {batch * channels} channels in {batch} groups")
    for panel in (before, after):
        panel.set_axis_off()
    alt = (
        f"Left, {batch} images of {channels} channels, each with a kernel of its own. Right, the "
        f"same {batch * channels} channels as those of a single image, in {batch} groups: group b "
        "holds the channels of image b and meets kernel b alone."
    )
    return Picture(figure, alt)


def _sheet(axes: object, left: float, low: float, colour: str, name: str) -> None:
    patch = Rectangle((left, low), 2.0, 0.8, facecolor=colour, alpha=0.35, edgecolor=GREY)
    axes.add_patch(patch)  # type: ignore[attr-defined]
    axes.text(left + 1.0, low + 0.4, name, ha="center", va="center", fontsize=9)  # type: ignore[attr-defined]
