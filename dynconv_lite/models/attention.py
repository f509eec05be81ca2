"""A small self-attention network whose output is a map, to set beside a convolutional one.

Source: Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021 (pre-norm blocks, one head).
"""

import torch
from torch import Tensor, nn


class AttentionBlock(nn.Module):
    """Let every position look at every other, then transform each position on its own.

    Shape:
        (B, N, channels) -> (B, N, channels)
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm_attention = nn.LayerNorm(channels)
        self.query_key_value = nn.Linear(channels, 3 * channels, bias=False)
        self.project = nn.Linear(channels, channels)
        self.norm_mlp = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Apply attention and MLP, each with a shortcut around it."""
        q, k, v = self.query_key_value(self.norm_attention(tokens)).chunk(3, dim=-1)  # (B, N, C)
        weights = (q @ k.transpose(1, 2) * q.shape[-1] ** -0.5).softmax(dim=-1)  # (B, N, N)
        tokens = tokens + self.project(weights @ v)  # (B, N, C)
        return tokens + self.mlp(self.norm_mlp(tokens))  # (B, N, C)


class AttentionStack(nn.Module):
    """Cut an image into patches and let them attend to each other `depth` times.

    Args:
        patch_size: side of a patch in pixels; must divide the image's sides.
        depth: number of blocks.
        channels: width of every position's feature vector.
        in_channels: channels of the image.
        seed: fixes the random weights; the global generator is left as it was.

    Shape:
        (B, in_channels, H, W) -> (B, channels, H / patch_size, W / patch_size)
    """

    def __init__(
        self,
        patch_size: int = 4,
        depth: int = 2,
        channels: int = 32,
        in_channels: int = 3,
        *,
        seed: int = 0,
    ) -> None:
        super().__init__()
        # The constructors below draw their weights from the global generator: borrow it.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.embed = nn.Conv2d(in_channels, channels, patch_size, stride=patch_size)
            self.blocks = nn.ModuleList(AttentionBlock(channels) for _ in range(depth))

    def forward(self, x: Tensor) -> Tensor:
        """Map images to features."""
        patches = self.embed(x)  # (B, C, h, w)
        tokens = patches.flatten(2).transpose(1, 2)  # (B, h*w, C)
        for block in self.blocks:
            tokens = block(tokens)
        return tokens.transpose(1, 2).unflatten(2, patches.shape[2:])  # (B, C, h, w)
