"""FSRCNN: the small convolutional network that tables are compared with."""

from torch import Tensor, nn

from dynconv_lite.models.srlut_net import check_scale
from dynconv_lite.validation import check_count


class FSRCNN(nn.Module):
    """Enlarge with a narrow stack of convolutions and one transposed convolution.

    Five parts: features (5 x 5, to d channels), shrinking (1 x 1, to s), mapping (m times 3 x 3),
    expanding (1 x 1, to d), and a transposed 9 x 9 convolution with stride r. Each but the last is
    followed by a PReLU with one slope per channel.

    The paper's FSRCNN (56, 12, 4) has 12,464 weights. It counts convolution weights alone: with
    173 biases and 172 slopes, this module has 12,809 parameters. The number does not depend on
    the scale.

    Args:
        scale: r = 2, 3 or 4.
        d: Channels of the features.
        s: Channels of the mapping.
        m: Layers of the mapping.

    Shape:
        (B, 1, H, W) -> (B, 1, r H, r W), about 0..1 for x in 0..1, not clipped

    Raises:
        ValueError: If an argument is out of range.

    Source: Dong et al. 2016, "Accelerating the Super-Resolution Convolutional Neural Network",
    ECCV, arXiv 1608.00367, with its initial weights.
    """

    def __init__(self, scale: int = 4, d: int = 56, s: int = 12, m: int = 4) -> None:
        super().__init__()
        check_scale(scale)
        for name, value in (("d", d), ("s", s), ("m", m)):
            check_count(name, value)
        self.scale = scale
        layers: list[nn.Module] = []
        for inputs, outputs, size in ((1, d, 5), (d, s, 1), *((s, s, 3),) * m, (s, d, 1)):
            layer = nn.Conv2d(inputs, outputs, size, padding=size // 2)
            slopes = nn.PReLU(outputs)
            nn.init.kaiming_normal_(layer.weight, a=slopes.weight[0].item())
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
            layers += (layer, slopes)
        self.body = nn.Sequential(*layers)
        # with 9 = 2 * 4 + 1, padding 4 and r - 1 more on one side, the size is exactly r times
        self.enlarge = nn.ConvTranspose2d(d, 1, 9, scale, padding=4, output_padding=scale - 1)
        nn.init.normal_(self.enlarge.weight, std=0.001)
        nn.init.zeros_(self.enlarge.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge x, (B, 1, H, W)."""
        if x.ndim != 4 or x.shape[1] != 1:
            raise ValueError(f"x must be (B, 1, H, W), got {tuple(x.shape)}")
        return self.enlarge(self.body(x))
