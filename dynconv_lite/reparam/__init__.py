"""Re-parameterization: branches that train better, merged exactly into one convolution.

Source: X. Ding et al. 2021, "RepVGG: Making VGG-style ConvNets Great Again", arXiv 2101.03697; for
large kernels, X. Ding et al. 2022, "Scaling Up Your Kernels to 31x31", arXiv 2203.06717.
"""

from dynconv_lite.reparam.batchnorm import affine_of, fuse_bn_conv, fuse_conv_bn
from dynconv_lite.reparam.branches import RepConv2d
from dynconv_lite.reparam.fuse import Fusible, FusionReport, fuse, fusion_report
from dynconv_lite.reparam.kernels import identity_kernel, merge_kernels, pad_kernel

__all__ = [
    "Fusible",
    "FusionReport",
    "RepConv2d",
    "affine_of",
    "fuse",
    "fuse_bn_conv",
    "fuse_conv_bn",
    "fusion_report",
    "identity_kernel",
    "merge_kernels",
    "pad_kernel",
]
