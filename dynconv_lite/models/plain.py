"""A plain stack of equal convolutions: the network on which receptive fields are studied."""

from typing import Literal

import torch
from torch import Tensor, nn

Nonlinearity = Literal["linear", "relu", "tanh", "gelu"]
Weights = Literal["random", "uniform"]
NONLINEARITIES: dict[str, type[nn.Module]] = {
    "linear": nn.Identity,
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "gelu": nn.GELU,
}


class PlainStack(nn.Module):
    """Apply `depth` convolutions of one kernel size, each followed by a non-linearity.

    Args:
        kernel_size: side of every kernel in pixels, odd.
        depth: number of convolutions, L.
        channels: output channels of every convolution.
        in_channels: channels of the image.
        nonlinearity: "linear" (none), "relu", "tanh" or "gelu".
        residual: add each layer's input to its output, where their shapes agree.
        stride: stride of the first convolution.
        dilation: distance between kernel taps in pixels.
        norm: put a batch normalisation behind each convolution, as one does for training.
        weights: "random" draws from a zero-mean normal distribution (He et al. 2015);
            "uniform" makes every tap equal, the box whose repeated convolution is a Gaussian.
        seed: fixes the random weights; the global generator is not touched.

    Shape:
        (B, in_channels, H, W) -> (B, channels, ceil(H / stride), ceil(W / stride))

    Raises:
        ValueError: if a number is out of range or the non-linearity is unknown.
    """

    def __init__(
        self,
        kernel_size: int = 3,
        depth: int = 4,
        channels: int = 8,
        in_channels: int = 3,
        nonlinearity: Nonlinearity = "relu",
        *,
        residual: bool = False,
        stride: int = 1,
        dilation: int = 1,
        norm: bool = False,
        weights: Weights = "random",
        seed: int = 0,
    ) -> None:
        super().__init__()
        if kernel_size < 1 or kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd and positive, got {kernel_size}")
        for name, value in (("depth", depth), ("channels", channels), ("in_channels", in_channels),
                            ("stride", stride), ("dilation", dilation)):  # fmt: skip
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        if nonlinearity not in NONLINEARITIES:
            raise ValueError(
                f"nonlinearity must be one of {list(NONLINEARITIES)}, got {nonlinearity!r}"
            )
        if weights not in ("random", "uniform"):
            raise ValueError(f"weights must be 'random' or 'uniform', got {weights!r}")
        self.residual = residual
        self.layers = nn.ModuleList()
        for index in range(depth):
            conv = nn.utils.skip_init(  # torch's own draw would move the global generator
                nn.Conv2d,
                in_channels if index == 0 else channels,
                channels,
                kernel_size,
                stride=stride if index == 0 else 1,
                padding=dilation * (kernel_size // 2),
                dilation=dilation,
                bias=False,
            )
            parts = [conv, *([nn.BatchNorm2d(channels)] if norm else [])]
            self.layers.append(nn.Sequential(*parts, NONLINEARITIES[nonlinearity]()))
        self._initialise(weights, seed, gain=2.0 if nonlinearity in ("relu", "gelu") else 1.0)

    @torch.no_grad()
    def _initialise(self, weights: Weights, seed: int, gain: float) -> None:
        generator = torch.Generator().manual_seed(seed)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                fan_in = module.weight[0].numel()
                if weights == "uniform":
                    module.weight.fill_(1 / fan_in)
                else:
                    module.weight.normal_(0, (gain / fan_in) ** 0.5, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        """Map images to features."""
        for layer in self.layers:
            y = layer(x)  # (B, channels, H, W)
            x = x + y if self.residual and x.shape == y.shape else y
        return x


class PlainClassifier(nn.Module):
    """Average a `PlainStack`'s features over the image and classify them linearly.

    Args:
        features: any module giving (B, channels, H, W).
        channels: its channels.
        num_classes: number of classes.
        seed: fixes the classifier's weights; the global generator is not touched.

    Shape:
        (B, in_channels, H, W) -> (B, num_classes) logits
    """

    def __init__(
        self, features: nn.Module, channels: int, num_classes: int, *, seed: int = 0
    ) -> None:
        super().__init__()
        self.features = features
        self.classify = nn.utils.skip_init(nn.Linear, channels, num_classes)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            self.classify.weight.normal_(0, channels**-0.5, generator=generator)
            self.classify.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        """Map images to logits."""
        pooled = self.features(x).mean(dim=(2, 3))  # (B, channels)
        return self.classify(pooled)  # (B, num_classes)
