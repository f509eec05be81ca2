"""ResNet-18 in the form used for 32 x 32 pictures, with room for one module behind the stem."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class BasicBlock(nn.Module):
    """Add two 3 x 3 convolutions to their input: relu(x + bn(conv(relu(bn(conv(x)))))).

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        stride: stride of the first convolution, and of the pixels that the 1 x 1 convolution of
            the shortcut takes, which fits the input to the sum where their shapes differ.

    Shape:
        (B, in_channels, H, W) -> (B, out_channels, H / stride, W / stride)

    Source: He et al. 2016, "Deep Residual Learning for Image Recognition", figure 2.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.stride = stride
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map x (B, in_channels, H, W) to (B, out_channels, H / stride, W / stride)."""
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        # A 1 x 1 convolution with a stride reads every stride-th pixel and no other. Picked out
        # first, they give the same sum; with the stride left to the convolution, oneDNN writes
        # past its memory on CPUs without AVX-512 when a map has fewer than 8 channels
        # (uxlfoundation/oneDNN, issue 6035).
        x = x[:, :, :: self.stride, :: self.stride]  # (B, in_channels, H / stride, W / stride)
        return F.relu(y + self.shortcut(x), inplace=True)


class CifarResNet(nn.Module):
    """ResNet for small pictures: a 3 x 3 stem without pooling, four stages, one linear layer.

    Args:
        num_classes: outputs.
        width: channels of the stem and the first stage; each further stage doubles them. 64 is
            ResNet-18's own.
        blocks: basic blocks per stage; (2, 2, 2, 2) makes 18 layers.
        after_stem: a module put between the stem (convolution, normalisation, relu) and the
            first stage, shape-preserving; None for nothing.

    Shape:
        (B, 3, H, W) -> logits (B, num_classes); `layer4` gives (B, 8 * width, H / 8, W / 8)

    Raises:
        ValueError: if a number is smaller than 1.

    Source: He et al. 2016; the stem for 32 x 32 pictures as in their section 4.2.
    """

    def __init__(
        self,
        num_classes: int = 100,
        width: int = 64,
        blocks: Sequence[int] = (2, 2, 2, 2),
        after_stem: nn.Module | None = None,
    ) -> None:
        super().__init__()
        sizes = {"num_classes": num_classes, "width": width, "blocks": min(blocks, default=0)}
        for name, value in sizes.items():
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value!r}")
        if len(blocks) != 4:
            raise ValueError(f"blocks must name four stages, got {tuple(blocks)}")
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 3, 1, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        )
        self.after_stem = nn.Identity() if after_stem is None else after_stem
        channels = width
        for stage, depth in enumerate(blocks):
            out = width * 2**stage
            strides = [1 if stage == 0 else 2] + [1] * (depth - 1)
            layers = []
            for stride in strides:
                layers.append(BasicBlock(channels, out, stride))
                channels = out
            self.add_module(f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(channels, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def features(self, x: Tensor) -> Tensor:
        """Map images (B, 3, H, W) to the last feature map (B, 8 * width, H / 8, W / 8)."""
        x = self.after_stem(self.stem(x))  # (B, width, H, W)
        for stage in range(1, 5):
            x = self.get_submodule(f"layer{stage}")(x)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Map images (B, 3, H, W) to logits (B, num_classes)."""
        pooled = torch.flatten(F.adaptive_avg_pool2d(self.features(x), 1), 1)  # (B, 8 * width)
        return self.fc(pooled)
