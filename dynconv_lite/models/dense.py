"""A classifier of pictures turned into one of pixels: the same weights, asked at every pixel.

Source: Long et al. 2015, Fully convolutional networks for semantic segmentation, arXiv 1411.4038;
Zhou et al. 2016, Learning deep features for discriminative localization, arXiv 1512.04150.
"""

import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.large_kernel import RepLKNet


class DensePredictor(nn.Module):
    """Give every pixel the logits that a network's classifier finds there.

    A classifier averages its last features over all pixels, then normalises and weighs them. In
    eval mode both are affine, so the average may as well come last: the mean of these logits over
    the pixels *is* the network's own answer, if it does not shrink the picture. Nothing is added.

    Args:
        network: The classifier; it is trained in place.

    Shape:
        (B, C, H, W) -> (B, classes, H, W); if the network shrinks the picture, its logits are
        interpolated.
    """

    def __init__(self, network: RepLKNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Map images (B, C, H, W) to the logits of every pixel."""
        network = self.network
        features = network.norm(network.features(x))  # (B, channels, H / s, W / s)
        y = F.conv2d(features, network.fc.weight[:, :, None, None], network.fc.bias)
        if y.shape[2:] == x.shape[2:]:
            return y
        return F.interpolate(y, x.shape[2:], mode="bilinear")  # (B, classes, H, W)
