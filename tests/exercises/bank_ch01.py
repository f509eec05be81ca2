"""The bank of chapter 1: right answers, wrong answers, and the mistakes its checks know."""

import math

import numpy as np
import torch
import wrong_ch01
import wrong_convolution
import wrong_maps

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch01 import (
    area_mistakes,
    convolution_mistakes,
    field,
    gradient,
    response,
    row,
    spread,
    unfold_mistakes,
)
from dynconv_lite.receptive_field.stacked import stacked_receptive_field

WRONG = {
    "response_at": wrong_ch01.RESPONSES,
    "conv2d_loop": wrong_convolution.LOOPS,
    "conv2d_unfold": wrong_convolution.UNFOLDS,
    "convolution_row": wrong_ch01.ROWS,
    "receptive_field": wrong_ch01.FIELDS,
    "erf_map": wrong_maps.ERFS,
    "stack_std": wrong_ch01.STDS,
    "area_ratio": wrong_maps.AREAS,
}
SOLUTIONS = {
    "response_at": lambda i, k, r, c: (k * wrong_ch01.window(i, r, c, len(k))).sum(),
    "conv2d_loop": wrong_convolution.loop(),
    "conv2d_unfold": wrong_convolution.unfold(),
    "convolution_row": lambda k, r, c, s: wrong_ch01.on_canvas(k, r, c, s).flatten(),
    "receptive_field": wrong_ch01.recursion(),
    "erf_map": wrong_maps.erf(),
    "stack_std": lambda k, n: math.sqrt(n * (k**2 - 1) / 12),
    "area_ratio": wrong_maps.search(),
}
OTHER_SOLUTIONS = {
    "a number": ("response_at", lambda i, k, r, c: wrong_ch01.centred(
        i, k, r + len(k) // 2, c + len(k) // 2).item()),
    "an array": ("conv2d_loop", lambda *a: wrong_convolution.loop()(*a).numpy()),
    "by index": ("convolution_row", wrong_ch01.by_index(lambda i, j, k, s: i * s[1] + j)),
    "a list": ("receptive_field", lambda layers: list(stacked_receptive_field(layers))),
    "one by one": ("erf_map", wrong_maps.one_by_one),
    "a copy with a gradient": ("erf_map", lambda m, x: wrong_maps.leaves_a_gradient(m, x.clone())),
    "numpy": ("stack_std", lambda k, n: np.sqrt(np.float32(n) * np.arange(k).var())),
    "a tensor": ("area_ratio", lambda m, t, c: torch.tensor(wrong_maps.search()(m, t, c))),
}  # fmt: skip
KNOWN: dict[str, list[Mistake]] = {
    "response_at": response.MISTAKES,
    "conv2d_loop": convolution_mistakes.MISTAKES,
    "conv2d_unfold": unfold_mistakes.MISTAKES,
    "convolution_row": row.MISTAKES,
    "receptive_field": field.MISTAKES,
    "erf_map": gradient.MISTAKES,
    "stack_std": spread.MISTAKES,
    "area_ratio": area_mistakes.MISTAKES,
}
