"""The picture of the README: what one unit looks at, in three networks, beside a photograph."""

import torch

from data_utils import photo
from dynconv_lite.course.plots.style import Picture, canvas, decades, image_panel, outline, picture
from dynconv_lite.erf import effective_receptive_field, theoretical_receptive_field
from dynconv_lite.models.attention import AttentionStack
from dynconv_lite.models.plain import PlainStack

SIDE, IMAGES = 96, 8


@picture
def draw_cover() -> Picture:
    """Measure three networks on noise and draw their effective receptive fields."""
    images = torch.rand(IMAGES, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    networks = {
        "eight 3 x 3 layers": PlainStack(3, 8, channels=24),
        "two 25 x 25 layers": PlainStack(25, 2, channels=24),
        "two attention blocks": AttentionStack(patch_size=4, depth=2),
    }
    figure, axes = canvas(4, size=(10, 2.9))
    cat = photo("chelsea").image[20:276, 90:346]
    image_panel(axes[0], cat[::2, ::2], "a cat")
    for panel, (title, network) in zip(axes[1:], networks.items(), strict=True):
        erf = effective_receptive_field(network, images)
        image_panel(panel, decades(erf.map, 4), title, cmap="viridis", vmin=0, vmax=1)
        field = theoretical_receptive_field(network, input_size=(SIDE, SIDE))
        outline(panel, *field.start, *field.size)
    alt = (
        "A photograph of a cat, and what one unit of three untrained networks looks at: a small "
        "bright spot for eight 3 x 3 layers, a wide one for two 25 x 25 layers, everything for two "
        "attention blocks. Orange frames: what the unit could see."
    )
    return Picture(figure, alt)
