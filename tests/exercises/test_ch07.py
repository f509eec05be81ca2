"""What is particular to the checks of chapter 7; see test_banks.py for what is not."""

import math
import random

import numpy as np
import torch
import torch.nn.functional as F
import wrong_ch07_draws as draws

from dynconv_lite.course.checks import ch07
from dynconv_lite.course.checks.ch07 import (
    dealing_mistakes,
)
from dynconv_lite.course.exercise import Exercise
from dynconv_lite.jitter import ChannelJitter, channel_shift, hat, shift_by_direction


def check(name: str) -> Exercise:
    return getattr(ch07, name)


def test_moving_a_map_agrees_with_the_library():
    x = torch.rand(2, 3, 5, 8, dtype=torch.float64)
    for dy, dx in ((1, -2), (-4, 0), (5, 1), (0, -9)):
        offset = torch.tensor([[dy, dx]], dtype=torch.float64).expand(3, 2)
        moved = check("shift_map").fallback(x, dy, dx)
        assert torch.allclose(moved, channel_shift(x, offset))
        rows = check("shift_line").fallback(x.mT, dy).mT
        assert torch.allclose(check("shift_line").fallback(rows, float(dx)), moved)


def test_moving_quarters_agrees_with_the_library():
    x = torch.rand(2, 12, 5, 8)
    moved = ChannelJitter(12, "shift_det")(x)
    assert torch.equal(check("shift_det").fallback(x), moved)


def test_a_folded_kernel_does_what_a_shift_and_a_kernel_do():
    x, weight = torch.rand(2, 6, 9, 10), torch.rand(3, 6, 3, 3)
    direction = torch.tensor([0, 1, 2, 3, 3, 0])
    both = F.conv2d(shift_by_direction(x, direction), weight, padding=1)
    folded = F.conv2d(x, check("fold_shift").fallback(weight, direction), padding=2)
    inside = (..., slice(2, -2), slice(2, -2))
    assert torch.allclose(folded[inside], both[inside])
    assert not torch.allclose(folded, both)  # only the border differs: it is padded in between


def test_a_line_moves_by_the_triangle():
    line = torch.rand(7, dtype=torch.float64)
    for offset in (0.3, -1.6, 4.0):
        place = torch.arange(7, dtype=torch.float64)
        expected = (hat(place[:, None] - place - offset) * line).sum(1)
        assert torch.allclose(check("shift_line").fallback(line, offset), expected)


def test_a_right_draw_fails_by_chance_less_often_than_once_in_a_thousand_million():
    frequencies = 8 * 4 + 8 * 7 // 2 + 8  # of places, pairs of channels, pairs of images
    assert frequencies <= dealing_mistakes.EVENTS
    assert 3 * dealing_mistakes.FALSE_ALARM < 1e-9  # three seeds in a check
    arrangements = math.factorial(32) / math.factorial(8) ** 4
    patterns = 8 * 7 / 2 + 32 * 8 + 24 * 8 + 24  # pairs, rolls, renamings, blocks
    assert 3 * patterns / arrangements < 1e-10


def test_the_draw_leaves_every_global_generator_alone(capsys):
    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    before = torch.random.get_rng_state(), np.random.rand(), random.random()
    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    check("draw_directions")(draws.ranked)
    after = torch.random.get_rng_state(), np.random.rand(), random.random()
    assert torch.equal(before[0], after[0]) and before[1:] == after[1:]
