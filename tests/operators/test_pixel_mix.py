"""Pixel-mix: shifted copies, and the convolution they amount to."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.autograd import gradcheck

from dynconv_lite.pixel_mix import PixelMix, pixel_mix

offsets = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=5)


@given(
    offsets=offsets,
    padding=st.sampled_from(["edge", "zeros", "reflect", "valid"]),
    channels=st.integers(1, 3),
    high=st.integers(4, 8),
    wide=st.integers(4, 8),
)
@settings(max_examples=40)
def test_a_copy_an_offset(offsets, padding, channels, high, wide) -> None:
    span = [max(0, *(o[a] for o in offsets)) - min(0, *(o[a] for o in offsets)) for a in (0, 1)]
    x = torch.randn(2, channels, high, wide)
    if padding == "valid" and (span[0] >= high or span[1] >= wide):
        with pytest.raises(ValueError, match="x must have more than"):
            pixel_mix(x, offsets, padding=padding)
        return
    y = pixel_mix(x, offsets, padding=padding)
    top, left = (max(0, -min(o[a] for o in offsets)) for a in (0, 1))
    origin = (top, left) if padding == "valid" else (0, 0)
    kept = (high - span[0], wide - span[1]) if padding == "valid" else (high, wide)
    assert y.shape == (2, channels * len(offsets), *kept)

    def place(position: int, length: int) -> int | None:
        if 0 <= position < length or padding == "zeros":
            return position if 0 <= position < length else None
        if padding == "edge":
            return min(max(position, 0), length - 1)
        return abs(position) if position < 0 else 2 * (length - 1) - position

    for (block, (dy, dx)), i, j in itertools.product(
        enumerate(offsets), range(kept[0]), range(kept[1])
    ):
        row, column = place(origin[0] + i + dy, high), place(origin[1] + j + dx, wide)
        inside = row is not None and column is not None
        expected = x[:, :, row, column] if inside else torch.zeros(2, channels)
        assert torch.equal(y[:, block * channels : (block + 1) * channels, i, j], expected)


def test_with_a_pointwise_convolution_it_is_a_2x2_convolution() -> None:
    x = torch.randn(2, 3, 6, 7, dtype=torch.float64)
    pointwise = nn.Conv2d(12, 5, 1).double()
    # columns of the 1 x 1 are blocks of 3 channels, one for each tap of the 2 x 2
    weight = pointwise.weight.reshape(5, 2, 2, 3).permute(0, 3, 1, 2)  # (O, C, dy, dx)
    expected = F.conv2d(x, weight, pointwise.bias)
    assert torch.allclose(pointwise(PixelMix(padding="valid")(x)), expected, atol=1e-12)
    assert torch.allclose(pointwise(PixelMix()(x))[:, :, :-1, :-1], expected, atol=1e-12)
    bordered = F.conv2d(F.pad(x, (0, 1, 0, 1)), weight, pointwise.bias)
    assert torch.allclose(pointwise(PixelMix(padding="zeros")(x)), bordered, atol=1e-12)


def test_mixing_twice_reaches_further() -> None:
    """A second mix of a mix is a mix by all sums of offsets."""
    x = torch.randn(1, 2, 6, 6)
    first, second = ((0, 0), (1, 2)), ((0, 1), (2, 0))
    sums = [(a + c, b + d) for c, d in second for a, b in first]
    twice = pixel_mix(pixel_mix(x, first, padding="valid"), second, padding="valid")
    assert torch.equal(twice, pixel_mix(x, sums, padding="valid"))


def test_gradients() -> None:
    x = torch.randn(1, 2, 4, 5, dtype=torch.float64, requires_grad=True)
    for padding in ("edge", "zeros", "reflect", "valid"):
        mix = PixelMix(((0, 0), (-1, 2), (1, 0)), padding=padding)
        assert gradcheck(mix, x)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"offsets": ()}, "at least one pair"),
        ({"offsets": ((0, 1, 2),)}, r"pairs of integers \(dy, dx\), got \(0, 1, 2\)"),
        ({"offsets": ((0, 0.5),)}, "pairs of integers"),
        ({"offsets": (1, 2)}, "pairs of integers"),
        ({"padding": "circular"}, "padding must be one of edge, zeros, reflect, valid"),
    ],
)
def test_bad_settings(how, message) -> None:
    with pytest.raises(ValueError, match=message):
        PixelMix(**how)


def test_bad_maps() -> None:
    with pytest.raises(ValueError, match="x must be a map"):
        PixelMix()(torch.zeros(3, 4, 4))
    with pytest.raises(ValueError, match='more than 1 x 1 pixels for padding="reflect"'):
        PixelMix(padding="reflect")(torch.zeros(1, 1, 1, 4))
