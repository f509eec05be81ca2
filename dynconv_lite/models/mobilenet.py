"""MobileNetV2 in the form used for 32 x 32 pictures."""

from torch import nn
from torchvision.models import MobileNetV2

# expansion, channels, blocks, stride: as published, but that the first two of its four halvings
# are left out, and so is the one of the stem
SMALL_PICTURES = [
    [1, 16, 1, 1],
    [6, 24, 2, 1],
    [6, 32, 3, 1],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
]


def small_mobilenet_v2(num_classes: int = 100, width_mult: float = 1.0) -> MobileNetV2:
    """Build torchvision's MobileNetV2 for small pictures: two halvings instead of five.

    Args:
        num_classes: Outputs.
        width_mult: Factor on all channels, which are then rounded to multiples of 8; the last
            layer keeps 1280.

    Returns:
        A network (B, 3, H, W) -> logits (B, num_classes); its last map is (B, 1280, H / 4, W / 4).

    Raises:
        ValueError: If a number is out of range.

    Source: Sandler et al. 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", table 2.
    """
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes!r}")
    if not 0 < width_mult <= 8:
        raise ValueError(f"width_mult must be above 0 and at most 8, got {width_mult!r}")
    model = MobileNetV2(
        num_classes, width_mult, inverted_residual_setting=SMALL_PICTURES, dropout=0.0
    )
    stem = model.features[0]
    assert isinstance(stem, nn.Sequential) and isinstance(stem[0], nn.Conv2d)
    stem[0].stride = (1, 1)
    return model
