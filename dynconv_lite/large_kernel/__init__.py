"""Large kernels: the blocks and networks that made convolutions 7, 31 and 51 pixels wide.

Source: Z. Liu et al. 2022 (ConvNeXt), arXiv 2201.03545; X. Ding et al. 2022 (RepLKNet), arXiv
2203.06717; S. Liu et al. 2023 (SLaK), arXiv 2207.03620.
"""

from dynconv_lite.depthwise import BACKENDS, DepthwiseConv2d, depthwise_conv2d
from dynconv_lite.large_kernel.convnext import ConvNeXtBlock
from dynconv_lite.large_kernel.replk import ConvFFN, RepLKBlock
from dynconv_lite.large_kernel.replknet import RepLKNet, replknet_31b
from dynconv_lite.large_kernel.slak import SlakConv2d
from dynconv_lite.large_kernel.sparsity import DynamicSparsity, snip_scores

__all__ = [
    "BACKENDS",
    "ConvFFN",
    "ConvNeXtBlock",
    "DepthwiseConv2d",
    "DynamicSparsity",
    "RepLKBlock",
    "RepLKNet",
    "SlakConv2d",
    "depthwise_conv2d",
    "replknet_31b",
    "snip_scores",
]
