"""Exercise 4: a ConvNeXt block, step by step."""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch05.block_mistakes import HINTS, MISTAKES, SHORTCUT
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.large_kernel import ConvNeXtBlock


def _convnext_block(x: Tensor, block: ConvNeXtBlock) -> Tensor:
    """Return what a block makes of x, by its layers.

    Args:
        x: (B, C, H, W).
        block: with `layer_scale`, and without `drop_path`.

    Returns:
        (B, C, H, W).
    """
    y = block.depthwise(x).permute(0, 2, 3, 1)  # (B, H, W, C)
    y = block.reduce(F.gelu(block.expand(block.norm(y))))  # (B, H, W, C)
    return x + (cast(Tensor, block.layer_scale) * y).permute(0, 3, 1, 2)  # (B, C, H, W)


@exercise("Exercise 4: the ConvNeXt block", fallback=_convnext_block)
def convnext_block(answer: Answer, random: Random) -> None:
    """Check `convnext_block(x, block)`: (B, C, H, W) -> (B, C, H, W)."""
    cases = []
    for new, b, c, k, size, contrast, dtype in (
        ("one pixel, and a kernel of one", 1, 3, 1, (1, 1), 1.0, torch.float32),
        ("several pixels", 1, 3, 1, (5, 6), 1.0, torch.float32),
        ("a kernel of 3 x 3 pixels", 1, 4, 3, (5, 6), 1.0, torch.float32),
        ("several images", random.integer(2, 3), 4, 3, (5, 6), 1.0, torch.float32),
        ("all sizes the same", 5, 5, 5, (5, 5), 1.0, torch.float32),
        ("a kernel of 7 x 7 pixels", 2, 6, 7, (6, 9), 1.0, torch.float32),
        ("a map of hardly any contrast", 2, 6, 7, (6, 9), 1e-3, torch.float32),
        ("float64", 2, 6, 7, (9, 6), 1.0, torch.float64),
    ):
        block = _block(random, c, k, contrast, dtype)
        cases.append(
            Case({"x": contrast * random.normal(b, c, *size, dtype=dtype), "block": block}, new)
        )
    answer.compare(_convnext_block, cases, MISTAKES, result="a tensor (B, C, H, W)", hints=HINTS)


def _block(
    random: Random, channels: int, kernel_size: int, contrast: float, dtype: torch.dtype
) -> ConvNeXtBlock:
    """Return a block with random weights, which refuses to be called itself."""
    with torch.random.fork_rng(devices=[]):
        block = ConvNeXtBlock(channels, kernel_size).to(dtype)
    for name, value in block.named_parameters():
        drawn = random.normal(*value.shape, dtype=dtype) / value[0].numel() ** 0.5
        value.data = contrast * drawn if name == "depthwise.bias" else drawn
    vars(block)["forward"] = _refuse  # a hook would be passed by where forward is called
    return block


def _refuse(x: Tensor) -> None:
    raise RuntimeError(SHORTCUT)
