"""Networks of the super-resolution study that are not behind tables, with one way to call them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from torch import Tensor, nn

from dynconv_lite.models.carn import CarnM
from dynconv_lite.models.fsrcnn import FSRCNN
from dynconv_lite.models.rrdb import RRDBNet
from dynconv_lite.pixel_mix import Padding, pad_map


class FramedFSRCNN(nn.Module):
    """FSRCNN that can be told what stands outside a picture.

    Its own convolutions take zeros, which it never meets if it is trained on pieces of pictures.
    So the picture is continued as far as the network sees, and the surplus is cut off again.

    Args:
        scale: As of `FSRCNN`.

    Shape:
        (B, 1, H, W) -> (B, 1, r H, r W); with "valid" (B, 1, r (H - 2 reach), r (W - 2 reach))
    """

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.network = FSRCNN(scale)
        own = sum(
            layer.kernel_size[0] // 2 for layer in self.network.body if isinstance(layer, nn.Conv2d)
        )
        last = self.network.enlarge.padding[0]  # of the kernel, to every side
        # pixel p becomes r p .. r p + r - 1, and each of them sees `last` to both sides
        self.reach = own + (scale - 1 + int(last)) // scale

    def forward(self, x: Tensor, padding: Padding = "edge") -> Tensor:
        """Enlarge x, (B, 1, H, W)."""
        if padding != "valid":
            x = pad_map(x, (self.reach,) * 4, padding)
        cut = self.reach * self.network.scale
        y: Tensor = self.network(x)
        return y[:, :, cut : y.shape[2] - cut, cut : y.shape[3] - cut]


class DeepNetwork(nn.Module):
    """A network of three colours that sees further than its training patches are wide.

    Its own convolutions take zeros outside a picture, in training as well: no margin would do.

    Args:
        network: (B, 3, H, W) -> (B, 3, r H, r W).
    """

    reach = 0
    colours = 3

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, padding: Padding = "edge") -> Tensor:
        """Enlarge x, (B, 3, H, W); the padding is the network's own."""
        y: Tensor = self.network(x)
        return y


DEEP: Mapping[str, Callable[[int], nn.Module]] = MappingProxyType(
    {"carn_m": CarnM, "rrdb": RRDBNet}
)
