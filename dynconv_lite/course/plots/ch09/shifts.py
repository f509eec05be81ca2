"""Figures of shifted maps: the blocks that pixel-mix puts side by side."""

from collections.abc import Sequence

from torch import Tensor

from dynconv_lite.course.plots.style import Picture, canvas, image_panel, outline, picture
from dynconv_lite.pixel_mix import check_offsets, pixel_mix


@picture
def draw_blocks(
    image: Tensor, offsets: Sequence[tuple[int, int]], place: tuple[int, int]
) -> Picture:
    """Draw the blocks of a mixed picture, one place framed in all of them.

    Args:
        image: Grey picture (H, W), from 0 to 1.
        offsets: (dy, dx) of the blocks; at most four.
        place: (row, column) of the framed pixel.

    Raises:
        ValueError: If the image is no picture or the place lies outside of it.
    """
    if image.ndim != 2 or not all(0 <= p < n for p, n in zip(place, image.shape, strict=True)):
        raise ValueError(
            f"image must be (H, W) with the place inside, got {tuple(image.shape)} and {place}"
        )
    blocks = pixel_mix(image[None, None], check_offsets(offsets))[0]  # (n, H, W)
    figure, panels = canvas(len(offsets), size=(min(7.0, 1.75 * len(offsets)), 2.2))
    told = []
    for axes, offset, block in zip(panels, offsets, blocks, strict=True):
        image_panel(axes, block, f"block {offset}", vmin=0, vmax=1)
        axes.title.set_fontsize(10)
        outline(axes, *place, 1, 1)
        told.append(f"{offset} {float(block[place]):.2f}")
    alt = (
        f"A grey picture of {image.shape[0]} x {image.shape[1]} pixels, shifted by "
        f"{len(offsets)} offsets. In the framed pixel {place} the blocks hold {', '.join(told)}: "
        "the values at these offsets from it."
    )
    return Picture(figure, alt)
