"""What trainings for super-resolution ask for: other light, and the logarithm of an error."""

import math

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck

from data_utils import SRPair, matlab_bicubic
from dynconv_lite.experiments.super_resolution_recipe import (
    FLOOR,
    LOSSES,
    log_mse,
    relight,
    with_halves,
)
from dynconv_lite.metrics import psnr_y


def patches(count: int = 400) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    x = torch.randint(40, 180, (count, 1, 3, 3), generator=generator)
    y = torch.randint(30, 200, (count, 1, 6, 6), generator=generator)
    return x / 255, y / 255


def test_patches_are_moved_and_turned_into_negatives_exactly() -> None:
    x, y = patches()
    a, b = relight(x, y, torch.Generator().manual_seed(0))
    old, new = (255 * x).round(), 255 * a
    assert torch.allclose(new, new.round(), atol=1e-4)  # whole grey levels stay whole
    assert min(a.min(), b.min()) > -1e-6 and max(a.max(), b.max()) < 1 + 1e-6
    kept = {1: 0, -1: 0}
    for k in range(len(x)):
        sign = 1 if torch.allclose(new[k] - old[k], (new[k] - old[k])[0, 0, 0], atol=1e-3) else -1
        level = (new[k] - sign * old[k])[0, 0, 0].round()
        assert torch.allclose(new[k], sign * old[k] + level, atol=1e-3)
        assert torch.allclose(255 * b[k], sign * (255 * y[k]) + level, atol=1e-3)  # the same for y
        kept[sign] += bool(level == (0 if sign == 1 else 255))
    # half are negatives, and half of each are moved, but for the few whose move is 0
    negatives = len(x) // 2
    for share in kept.values():
        assert abs(share - negatives / 2) < 4 * math.sqrt(negatives / 4) + 5


def test_a_patch_that_fills_the_range_stays() -> None:
    x = torch.tensor([0.0, 1.0]).view(1, 1, 1, 2).expand(50, 1, 2, 2)
    a, _ = relight(x, x.repeat_interleave(2, 2).repeat_interleave(2, 3), torch.Generator())
    assert all(torch.equal(one, x[0]) or torch.equal(one, 1 - x[0]) for one in a)


def test_the_same_generator_gives_the_same_light() -> None:
    x, y = patches(20)
    both = [relight(x, y, torch.Generator().manual_seed(5)) for _ in range(2)]
    assert all(torch.equal(one, other) for one, other in zip(*both, strict=True))


def test_every_picture_comes_at_half_its_size_as_well() -> None:
    hr = np.random.default_rng(1).integers(0, 256, (29, 34, 3), dtype=np.uint8)[:28, :32]
    given = SRPair("one", matlab_bicubic(hr, 0.25), hr)
    same, half = with_halves([given], 4)
    assert same is given and half.name == "one, halved"
    assert np.array_equal(half.hr, matlab_bicubic(hr, 0.5)[:12])  # 14 rows are no multiple of 4
    assert np.array_equal(half.lr, matlab_bicubic(half.hr, 0.25)) and half.lr.shape == (3, 4, 3)


def test_the_logarithm_of_an_error_is_psnr() -> None:
    """Of grey pictures, luma is 219 / 255 of the grey level: that moves PSNR by a constant."""
    draw = np.random.default_rng(0)
    truth = draw.integers(60, 200, (3, 12, 12), dtype=np.uint8)
    answer = (truth + draw.integers(-50, 50, truth.shape)).clip(0, 255).astype(np.uint8)
    mean = np.mean([psnr_y(a, b, 0) for a, b in zip(answer, truth, strict=True)])
    loss = log_mse(*(torch.tensor(each)[:, None] / 255 for each in (answer, truth)))
    shift = 20 * math.log10(255 / 219)
    assert abs(-10 / math.log(10) * loss.item() - (mean - shift)) < 0.05  # FLOOR's share
    assert FLOOR == 1e-4  # 40 dB


def test_the_loss_of_one_patch_counts_by_its_ratio() -> None:
    y = torch.zeros(2, 1, 2, 2)
    x = torch.tensor([0.5, 0.05]).view(2, 1, 1, 1).expand(2, 1, 2, 2)
    less = log_mse(x * torch.tensor([1, 0.5]).view(2, 1, 1, 1), y)
    same = log_mse(x * torch.tensor([0.5, 1]).view(2, 1, 1, 1), y)
    # halving a small error is worth as much as halving a large one, but for FLOOR
    assert abs(less - same) < 0.06
    assert LOSSES["mse"](x, y) == (x**2).mean()


def test_gradients_of_the_logarithm() -> None:
    x = torch.rand(3, 1, 2, 2, dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda x: log_mse(x, torch.zeros_like(x)), (x,))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_no_error_is_no_infinity(value) -> None:
    x = torch.full((1, 1, 2, 2), value)
    assert log_mse(x, x).item() == pytest.approx(math.log(1e-4))
