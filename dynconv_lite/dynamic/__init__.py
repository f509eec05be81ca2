"""Dynamic convolution: kernels that are mixed anew for every input, by attention.

Source: Y. Chen et al. 2020, "Dynamic Convolution: Attention over Convolution Kernels", arXiv
1912.03458.
"""

from dynconv_lite.dynamic.attention import GATES, KernelAttention, TemperatureSchedule
from dynconv_lite.dynamic.conversion import dynamic_layers, to_dynamic
from dynconv_lite.dynamic.convolution import DynamicConv2d, dynamic_conv2d
from dynconv_lite.dynamic.linear import DynamicLinear, dynamic_linear

__all__ = [
    "GATES",
    "DynamicConv2d",
    "DynamicLinear",
    "KernelAttention",
    "TemperatureSchedule",
    "dynamic_conv2d",
    "dynamic_layers",
    "dynamic_linear",
    "to_dynamic",
]
