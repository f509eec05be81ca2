"""CARN-M: residual blocks that are used three times, cascaded by 1 x 1 convolutions."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dynconv_lite.models.srlut_net import SCALES, check_scale
from dynconv_lite.validation import check_count

MEAN = (0.4488, 0.4371, 0.4040)  # of red, green and blue in DIV2K's pictures, as in the public code
USES = 3


def cascade(x: Tensor, blocks: Sequence[nn.Module], merges: Sequence[nn.Module]) -> Tensor:
    """Apply blocks in a row, each to a 1 x 1 mix of the input and of all answers so far.

    Args:
        x: (B, C, H, W).
        blocks: Each maps (B, C, H, W) to the same shape. One block may stand here several times.
        merges: As many 1 x 1 convolutions; number i takes (i + 1) C channels to C, i = 1, 2, ...

    Returns:
        (B, C, H, W): after the last merge, which passes through a ReLU as all of them do.

    Source: Ahn et al. 2018, the cascading mechanism.
    """
    state, seen = x, x
    for block, merge in zip(blocks, merges, strict=True):
        seen = torch.cat((seen, block(state)), 1)  # (B, (i + 1) C, H, W)
        state = F.relu(merge(seen))
    return state


class EfficientResidual(nn.Module):
    """Two grouped 3 x 3 convolutions, a 1 x 1 that mixes the groups, and the input added.

    Args:
        channels: C.
        groups: Of the 3 x 3 convolutions.

    Shape:
        (B, C, H, W) -> (B, C, H, W), none negative

    Source: Ahn et al. 2018, "residual-E".
    """

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, groups=groups)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, groups=groups)
        self.last = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        return F.relu(x + self.last(F.relu(self.second(F.relu(self.first(x))))))


class RecursiveCascade(nn.Module):
    """A cascade of one residual block, used three times with the same weights.

    Args:
        channels: C.
        groups: Of the block's 3 x 3 convolutions.

    Shape:
        (B, C, H, W) -> (B, C, H, W), none negative

    Source: Ahn et al. 2018, the block of CARN-M.
    """

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.block = EfficientResidual(channels, groups)
        self.merges = _merges(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        return cascade(x, (self.block,) * USES, tuple(self.merges))


class CarnM(nn.Module):
    """Enlarge with cascades inside cascades, an upsampler for every scale, and few weights.

    A 3 x 3 convolution, a cascade of three recursive cascades, grouped 3 x 3 convolutions with
    pixel shuffle (two of x2 for x4), and a 3 x 3 convolution back to colours. The mean colour is
    subtracted first and added last; it is a buffer, not learned.

    The paper's CARN-M has 412K weights. Those are the weights of the convolutions, without biases,
    with all three upsamplers, of which a picture passes through one: 218,496 without them, and
    36,864, 82,944 and 73,728 for x2, x3 and x4, together 412,032. With 2,755 biases this module
    has 414,787 parameters.

    Args:
        scale: r, one of `scales`.
        scales: The upsamplers that are built, of 2, 3 and 4.
        channels: Of all features.
        groups: Of the 3 x 3 convolutions between the first and the last.

    Shape:
        (B, 3, H, W) -> (B, 3, r H, r W), about 0..1 for x in 0..1, not clipped

    Raises:
        ValueError: If an argument is out of range.

    Source: Ahn et al. 2018, "Fast, Accurate, and Lightweight Super-Resolution with Cascading
    Residual Network", ECCV, arXiv 1803.08664; details (ReLU behind each merge, mean colour, torch's
    own initial weights) as in the authors' code, nmhkahn/CARN-pytorch.
    """

    mean: Tensor

    def __init__(
        self,
        scale: int = 4,
        scales: Sequence[int] = SCALES[1:],
        channels: int = 64,
        groups: int = 4,
    ) -> None:
        super().__init__()
        if not scales or len(set(scales)) < len(scales) or not set(scales) <= set(SCALES[1:]):
            raise ValueError(f"scales must be one or more of 2, 3, 4, each once, got {scales!r}")
        check_scale(scale, scales)
        check_count("groups", groups)
        check_count("channels", channels)
        if channels % groups:
            raise ValueError(f"channels must be a multiple of groups = {groups}, got {channels}")
        self.scale = scale
        self.register_buffer("mean", torch.tensor(MEAN)[:, None, None], persistent=False)
        self.entry = nn.Conv2d(3, channels, 3, padding=1)
        self.blocks = nn.ModuleList(RecursiveCascade(channels, groups) for _ in range(USES))
        self.merges = _merges(channels)
        self.upsamplers = nn.ModuleDict(
            {str(each): _upsampler(channels, groups, each) for each in scales}
        )
        self.exit = nn.Conv2d(channels, 3, 3, padding=1)

    def forward(self, x: Tensor, scale: int | None = None) -> Tensor:
        """Enlarge x, (B, 3, H, W), by `scale`, one of those built; None for that of the model."""
        if x.ndim != 4 or x.shape[1] != 3:
            raise ValueError(f"x must be (B, 3, H, W), got {tuple(x.shape)}")
        scale = self.scale if scale is None else scale
        check_scale(scale, tuple(map(int, self.upsamplers)))
        features = cascade(self.entry(x - self.mean), tuple(self.blocks), tuple(self.merges))
        return self.exit(self.upsamplers[str(scale)](features)) + self.mean


def _merges(channels: int) -> nn.ModuleList:
    return nn.ModuleList(
        nn.Conv2d((number + 1) * channels, channels, 1) for number in range(1, USES + 1)
    )


def _upsampler(channels: int, groups: int, scale: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for factor in (2, 2) if scale == 4 else (scale,):
        wide = factor**2 * channels
        layer = nn.Conv2d(channels, wide, 3, padding=1, groups=groups)
        layers += (layer, nn.ReLU(), nn.PixelShuffle(factor))
    return nn.Sequential(*layers)
