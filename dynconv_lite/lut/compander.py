"""The compander: a scale for differences of pixels that is fine near zero."""

import math

import torch
from torch import Tensor

CENTRE = 127.5
KNEE = 8.0  # grey levels up to which the scale is about linear


def compand(difference: Tensor) -> Tensor:
    """Map differences of grey levels to 0..255 by a logarithm, zero to the middle.

    c(d) = 127.5 + 127.5 sgn(d) ln(1 + |d| / 8) / ln(1 + 255 / 8)

    Most neighbours differ little. Of 9 nodes on this axis, five lie within 38 grey levels of a
    difference of 0; equally spaced ones would be 64 apart.

    Args:
        difference: Floating point, -255..255.

    Returns:
        0..255, the same shape; c(-d) = 255 - c(d), and c(0) = 127.5, which is a node of every
        axis with an odd number of them.
    """
    scaled = torch.log1p(difference.abs() / KNEE) / math.log1p(255 / KNEE)
    return CENTRE + CENTRE * torch.sign(difference) * scaled


def expand(value: Tensor) -> Tensor:
    """Invert `compand`.

    Args:
        value: Floating point, 0..255.

    Returns:
        Differences, -255..255, the same shape.
    """
    scaled = (value - CENTRE) / CENTRE
    return torch.sign(scaled) * KNEE * torch.expm1(scaled.abs() * math.log1p(255 / KNEE))
