"""Pixel-adaptive convolution: one kernel, reshaped at every pixel by how alike its neighbours are.

Source: H. Su et al. 2019, "Pixel-Adaptive Convolutional Neural Networks", arXiv 1904.05373.
"""

from dynconv_lite.pac.convolution import PixelAdaptiveConv2d, pixel_adaptive_conv2d
from dynconv_lite.pac.kernel import KERNELS, adaptive_kernel
from dynconv_lite.pac.relatives import pixel_adaptive_conv_transpose2d, pixel_adaptive_pool2d

__all__ = [
    "KERNELS",
    "PixelAdaptiveConv2d",
    "adaptive_kernel",
    "pixel_adaptive_conv2d",
    "pixel_adaptive_conv_transpose2d",
    "pixel_adaptive_pool2d",
]
