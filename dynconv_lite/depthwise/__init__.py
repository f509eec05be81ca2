"""Depth-wise convolution, one kernel a channel, that stays fast up to 51 x 51."""

from dynconv_lite.depthwise.convolution import BACKENDS, DepthwiseConv2d, depthwise_conv2d

__all__ = ["BACKENDS", "DepthwiseConv2d", "depthwise_conv2d"]
