"""What is particular to the checks of chapter 1; see test_banks.py for what is not."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dynconv_lite.course.checks import ch01
from dynconv_lite.course.exercise import Exercise
from dynconv_lite.erf import erf_area_ratio, log_scaled, theoretical_receptive_field
from dynconv_lite.receptive_field.stacked import stacked_receptive_field


def check(name: str) -> Exercise:
    return getattr(ch01, name)


def test_stacked_receptive_field_agrees_with_the_trace():
    layers = [(7, 2, 3, 1), (3, 2, 1, 1), (3, 1, 2, 2), (2, 2, 0, 1), (5, 1, 1, 3)]
    convs = [nn.Conv2d(1, 1, k, s, p, d) for k, s, p, d in layers]
    for depth in range(1, len(layers) + 1):
        model = nn.Sequential(*convs[:depth])
        size, stride, start = stacked_receptive_field(layers[:depth])
        traced = theoretical_receptive_field(model, input_size=(128, 160))
        units = model(torch.zeros(1, 1, 128, 160)).shape[2:]
        assert traced.size == (size, size)
        assert traced.stride == (stride, stride)
        assert traced.start == tuple(start + n // 2 * stride for n in units)


@pytest.mark.parametrize(
    "layer", [(3, 1, 0), (0, 1, 0, 1), (3, 0, 0, 1), (3, 1, -1, 1), (3, 1, 0, 0), (3.0, 1, 0, 1)]
)
def test_stacked_receptive_field_refuses_what_is_no_layer(layer):
    with pytest.raises(ValueError, match=r"layers\[1\] must be \(kernel_size >= 1"):
        stacked_receptive_field([(3, 1, 1, 1), layer])


def test_area_ratio_is_that_of_the_library():
    image = torch.rand(12, 17, generator=torch.Generator().manual_seed(1))
    for threshold in (0.2, 0.5, 0.99):
        expected = erf_area_ratio(image, (threshold,), (5, 9))[threshold]
        got = check("area_ratio").fallback(log_scaled(image), threshold, (5, 9))
        assert got == expected or (math.isnan(got) and math.isnan(expected))


def test_response_and_row_agree_with_torch():
    draw = torch.Generator().manual_seed(2)
    image, kernel = torch.rand(8, 9, generator=draw), torch.rand(3, 3, generator=draw)
    y = F.conv2d(image[None, None], kernel[None, None])[0, 0]
    vector = check("convolution_row").fallback(kernel, 2, 4, (8, 9))
    torch.testing.assert_close(vector @ image.flatten(), y[2, 4])
    torch.testing.assert_close(check("response_at").fallback(image, kernel, 2, 4), y[2, 4])
