"""RepLKNet: four stages of large kernels, as wide as 31 pixels."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.large_kernel.replk import ConvFFN, RepLKBlock, conv_bn
from dynconv_lite.validation import check_count, check_share


class RepLKNet(nn.Module):
    """Stages of RepLK blocks and ConvFFNs in turn, between transitions that halve the map.

    Args:
        blocks: RepLK blocks of every stage, each followed by a ConvFFN.
        kernels: Size of the large kernels of every stage, odd.
        channels: Channels of every stage.
        num_classes: Outputs.
        small_kernel: Size of the kernels beside the large ones; None for none. A stage whose
            large kernel is no larger has none either.
        expansion: Hidden channels of a ConvFFN, as a multiple of its own.
        drop_path: Of the last block; it grows from 0 linearly over the blocks.
        shortcut: Whether blocks add their input.
        stem_stride: 4 for photographs; 2 or 1 keeps small pictures large.
        in_channels: Channels of the pictures.

    Shape:
        (B, in_channels, H, W) -> logits (B, num_classes); `features` gives
        (B, channels[-1], H / s, W / s), s = stem_stride * 2 ** (stages - 1)

    Raises:
        ValueError: If an argument is out of range.

    Source: Ding et al. 2022, arXiv 2203.06717, section 4.1.
    """

    def __init__(
        self,
        blocks: Sequence[int],
        kernels: Sequence[int],
        channels: Sequence[int],
        num_classes: int = 1000,
        *,
        small_kernel: int | None = 5,
        expansion: int = 4,
        drop_path: float = 0.0,
        shortcut: bool = True,
        stem_stride: int = 4,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        if not len(blocks) == len(kernels) == len(channels) > 0:
            raise ValueError(
                "blocks, kernels and channels must name the same stages, at least one, got "
                f"{tuple(blocks)}, {tuple(kernels)} and {tuple(channels)}"
            )
        for count, width in zip(blocks, channels, strict=True):
            check_count("blocks", count)
            check_count("channels", width)
        check_count("num_classes", num_classes)
        check_share("drop_path", drop_path)
        if stem_stride not in (1, 2, 4):
            raise ValueError(f"stem_stride must be 1, 2 or 4, got {stem_stride!r}")
        self.stem = stem(in_channels, channels[0], stem_stride)
        self.stages, self.transitions = nn.ModuleList(), nn.ModuleList()
        last = max(1, sum(blocks) - 1)
        rates = (drop_path * index / last for index in range(sum(blocks)))
        for index, (count, size, width) in enumerate(zip(blocks, kernels, channels, strict=True)):
            if index:
                self.transitions.append(transition(channels[index - 1], width))
            small = small_kernel if small_kernel is not None and small_kernel < size else None
            stage = nn.Sequential()
            for rate in (next(rates) for _ in range(count)):
                stage.append(RepLKBlock(width, size, small, drop_path=rate, shortcut=shortcut))
                stage.append(ConvFFN(width, expansion, drop_path=rate, shortcut=shortcut))
            self.stages.append(stage)
        self.norm = nn.BatchNorm2d(channels[-1])
        self.fc = nn.Linear(channels[-1], num_classes)

    def features(self, x: Tensor) -> Tensor:
        """Map images (B, in_channels, H, W) to the last feature map."""
        x = self.stem(x)  # (B, channels[0], H / stem_stride, W / stem_stride)
        for index, stage in enumerate(self.stages):
            if index:
                x = self.transitions[index - 1](x)  # half the size
            x = stage(x)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Map images (B, in_channels, H, W) to logits (B, num_classes)."""
        pooled = torch.flatten(F.adaptive_avg_pool2d(self.norm(self.features(x)), 1), 1)
        return self.fc(pooled)


def replknet_31b(num_classes: int = 1000, *, drop_path: float = 0.0) -> RepLKNet:
    """Return RepLKNet-31B, the base model: kernels of 31, 29, 27 and 13 pixels.

    Args:
        num_classes: Outputs; 79 million parameters with 1000.
        drop_path: Of the last block.

    Source: Ding et al. 2022, arXiv 2203.06717, section 4.1.
    """
    return RepLKNet(
        (2, 2, 18, 2), (31, 29, 27, 13), (128, 256, 512, 1024), num_classes, drop_path=drop_path
    )


def stem(in_channels: int, channels: int, stride: int) -> nn.Sequential:
    """Return the first layers: 3 x 3, depth-wise 3 x 3, 1 x 1 and depth-wise 3 x 3.

    A stride of 4 is one of 2 at each end; smaller ones leave out the last, then the first.
    """
    first, last = min(stride, 2), max(1, stride // 2)
    return nn.Sequential(
        *_relu(conv_bn(in_channels, channels, 3, first)),
        *_relu(conv_bn(channels, channels, 3, groups=channels)),
        *_relu(conv_bn(channels, channels)),
        *_relu(conv_bn(channels, channels, 3, last, groups=channels)),
    )


def transition(in_channels: int, out_channels: int) -> nn.Sequential:
    """Return what stands between two stages: more channels, then half the size."""
    return nn.Sequential(
        *_relu(conv_bn(in_channels, out_channels)),
        *_relu(conv_bn(out_channels, out_channels, 3, 2, groups=out_channels)),
    )


def _relu(layer: nn.Sequential) -> tuple[nn.Module, ...]:
    return *layer, nn.ReLU()
