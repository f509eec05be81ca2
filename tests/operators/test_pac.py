"""Pixel-adaptive convolution: against its definition, and against its relatives."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck

from dynconv_lite.pac import (
    KERNELS,
    PixelAdaptiveConv2d,
    adaptive_kernel,
    pixel_adaptive_conv2d,
    pixel_adaptive_conv_transpose2d,
    pixel_adaptive_pool2d,
)


def windows(x, size, stride, padding, dilation):
    """Cut out all windows: (B, C, kh * kw, H', W')."""
    cut = F.unfold(x, size, dilation, padding, stride).unflatten(1, (x.shape[1], -1))
    high, wide = (
        (x.shape[2 + i] + 2 * padding[i] - dilation[i] * (size[i] - 1) - 1) // stride[i] + 1
        for i in range(2)
    )
    return cut.unflatten(3, (high, wide))


def definition(x, guide, weight, bias, where, kernel, normalize, alpha, exponent):
    """Su et al. 2019, equation 3, with all windows cut out."""
    seen, told = windows(x, *where), windows(guide, *where)
    middle = told.shape[2] // 2
    squared = (told - told[:, :, middle : middle + 1]).square().sum(1)  # (B, kh * kw, H', W')
    factors = (-squared / 2).exp()
    if kernel == "inverse":
        factors = alpha + (squared + 1e-4) ** (exponent / 2)
    if normalize:
        factors = factors * windows(torch.ones_like(x[:1, :1]), *where)[:, 0]
        total = factors.sum(1, keepdim=True)
        factors = factors / total.where(total != 0, torch.ones_like(total))
    y = torch.einsum("bcthw,bthw,oct->bohw", seen, factors, weight.flatten(2))
    return factors, y + bias[:, None, None]


@st.composite
def problems(draw):
    pair = st.tuples(st.integers(1, 2), st.integers(1, 2))
    size = draw(st.tuples(st.sampled_from([1, 3, 5]), st.sampled_from([1, 3, 5])))
    stride, dilation = draw(pair), draw(pair)
    padding = draw(st.tuples(st.integers(0, 5), st.integers(0, 5)))
    sides = [
        max(1, d * (k - 1) + 1 - 2 * p) + draw(st.integers(0, 6))
        for k, d, p in zip(size, dilation, padding, strict=True)
    ]
    batch, into, out, features = (draw(st.integers(1, 3)) for _ in range(4))
    torch.manual_seed(draw(st.integers(0, 2**16)))
    shapes = [(batch, into, *sides), (batch, features, *sides), (out, into, *size), (out,)]
    values = [torch.randn(s, dtype=torch.float64, requires_grad=True) for s in shapes]
    return values, (size, stride, padding, dilation)


@given(problem=problems(), kernel=st.sampled_from(KERNELS), normalize=st.booleans())
@settings(max_examples=80, deadline=None)
def test_equals_the_definition(problem, kernel, normalize) -> None:
    values, where = problem
    how = {"kernel": kernel, "normalize": normalize, "alpha": 0.3, "exponent": -0.7}
    found = pixel_adaptive_conv2d(*values, *where[1:], **how)
    factors, expected = definition(*values, where, **how)
    gradient = torch.randn_like(expected)
    pairs = zip(
        (found, *torch.autograd.grad(found, values, gradient, allow_unused=True)),
        (expected, *torch.autograd.grad(expected, values, gradient, allow_unused=True)),
        strict=True,
    )
    for ours, theirs in pairs:
        if ours is None or theirs is None:
            assert ours is None or not ours.any()
            continue
        assert torch.allclose(ours, theirs, rtol=1e-9, atol=1e-9)
    told = adaptive_kernel(values[1], *where, **how)
    assert torch.allclose(told.flatten(1, 2), factors, atol=1e-12)
    with torch.no_grad():
        assert torch.allclose(pixel_adaptive_conv2d(*values, *where[1:], **how), found, atol=1e-12)


def test_a_constant_guide_leaves_a_convolution() -> None:
    x, weight = torch.randn(2, 3, 9, 8), torch.randn(4, 3, 3, 3)
    guide = torch.full((2, 2, 9, 8), 0.7)
    found = pixel_adaptive_conv2d(x, guide, weight, stride=2, dilation=2)
    assert torch.allclose(found, F.conv2d(x, weight, stride=2, dilation=2), atol=1e-5)


def test_a_constant_guide_leaves_an_average() -> None:
    x = torch.randn(2, 3, 9, 8)
    found = pixel_adaptive_pool2d(x, torch.zeros(2, 1, 9, 8), 3, padding=0)
    assert torch.allclose(found, F.avg_pool2d(x, 3, 1), atol=1e-6)
    # at a border the zeros around the guide are as like as any pixel, and are not counted
    found = pixel_adaptive_pool2d(x, torch.zeros(2, 1, 9, 8), 3, padding=1)
    expected = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    assert torch.allclose(found, expected, atol=1e-6)


def test_a_sharp_edge_is_not_crossed() -> None:
    """A guide with a step: pixels of one side never reach those of the other."""
    x = torch.randn(1, 1, 6, 8)
    guide = torch.zeros(1, 1, 6, 8)
    guide[..., 4:] = 100
    found = pixel_adaptive_pool2d(x, guide, 3, padding=1)
    left = F.avg_pool2d(x[..., :4], 3, 1, 1, count_include_pad=False)
    assert torch.allclose(found[..., :4], left, atol=1e-6)


def test_only_differences_of_the_guide_count() -> None:
    x, guide, weight = torch.randn(1, 2, 7, 7), torch.randn(1, 3, 7, 7), torch.randn(2, 2, 3, 3)
    found = pixel_adaptive_conv2d(x, guide + 5, weight)
    assert torch.allclose(found, pixel_adaptive_conv2d(x, guide, weight), atol=1e-5)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("normalize", [False, True])
def test_gradients(kernel, normalize) -> None:
    torch.manual_seed(0)
    shapes = [(1, 2, 4, 5), (1, 2, 4, 5), (2, 2, 3, 3), (2,)]
    values = [torch.randn(s, dtype=torch.float64, requires_grad=True) for s in shapes]

    def call(*given):
        how = {"kernel": kernel, "normalize": normalize}
        return pixel_adaptive_conv2d(*given, (2, 1), 1, **how)

    assert gradcheck(call, values)


def test_the_inverse_kernel_is_learned() -> None:
    layer = PixelAdaptiveConv2d(2, 3, 3, padding=1, kernel="inverse", alpha=0.2).double()
    x = torch.randn(1, 2, 6, 6, dtype=torch.float64)
    layer(x, x).square().sum().backward()
    assert layer.alpha.grad
    assert layer.exponent.grad
    assert PixelAdaptiveConv2d(2, 3, 3).alpha is None


@pytest.mark.parametrize(
    ("stride", "padding", "more", "dilation"), [(1, 0, 0, 1), (2, 1, 1, 1), (3, 0, 2, 2)]
)
def test_transposed_with_a_constant_guide(stride, padding, more, dilation) -> None:
    x, weight = torch.randn(2, 3, 4, 5), torch.randn(3, 2, 3, 3)
    turned = F.conv_transpose2d(
        x, weight.flip(2, 3), None, stride, padding, more, dilation=dilation
    )
    guide = torch.zeros(2, 1, *turned.shape[2:])
    # the factor of zeros around the guide is 1, too: they are like it
    found = pixel_adaptive_conv_transpose2d(x, guide, weight, None, stride, padding, more, dilation)
    assert torch.allclose(found, turned, atol=1e-5)


def test_transposed_follows_its_guide() -> None:
    """No pixel of x is spread over an edge of the larger guide."""
    x, weight = torch.zeros(1, 1, 3, 3), torch.ones(1, 1, 5, 5)
    x[0, 0, 1, 1] = 1
    guide = torch.zeros(1, 1, 6, 6)
    guide[..., 3:] = 100
    y = pixel_adaptive_conv_transpose2d(x, guide, weight, None, 2, 2, 1)[0, 0]
    assert (y[:5, :3] == 1).all()
    assert not y[:, 3:].any()


X, WEIGHT = torch.zeros(1, 2, 6, 6), torch.zeros(3, 2, 3, 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight": torch.zeros(3, 2, 4, 3)}, "kernel_size must be odd"),
        ({"weight": torch.zeros(3, 2, 3)}, "weight must be"),
        ({"x": torch.zeros(1, 3, 6, 6)}, r"x must be \(B, 2, H, W\)"),
        ({"bias": torch.zeros(2)}, r"bias must be \(3,\)"),
        ({"guide": torch.zeros(1, 2, 6, 5)}, "guide must have the batch, height and width of x"),
        ({"guide": torch.zeros(2, 2, 6, 6)}, "guide must have the batch"),
        ({"guide": torch.zeros(1, 6, 6)}, r"guide must be \(B, F, H, W\)"),
        ({"guide": torch.zeros(1, 2, 6, 6, dtype=torch.int64)}, "floating point"),
        ({"guide": torch.zeros(1, 2, 6, 6, dtype=torch.float64)}, "guide must have the dtype of x"),
        ({"kernel": "bilateral"}, "kernel must be one of"),
        ({"stride": 0}, "stride must be"),
        ({"dilation": 3}, "at least as large as the kernel"),
    ],
)
def test_bad_arguments(change, message) -> None:
    with pytest.raises(ValueError, match=message):
        pixel_adaptive_conv2d(**{"x": X, "guide": X, "weight": WEIGHT, **change})


def test_bad_layers_and_relatives() -> None:
    with pytest.raises(ValueError, match="kernel_size must be odd"):
        PixelAdaptiveConv2d(2, 3, 4)
    with pytest.raises(ValueError, match="in_channels must be"):
        PixelAdaptiveConv2d(0, 3, 3)
    with pytest.raises(ValueError, match="kernel must be one of"):
        PixelAdaptiveConv2d(2, 3, 3, kernel="flat")
    with pytest.raises(ValueError, match="guide must have the output's size"):
        pixel_adaptive_conv_transpose2d(X, X, torch.zeros(2, 3, 3, 3), stride=2)
    with pytest.raises(ValueError, match=r"weight must be \(C, O, kh, kw\)"):
        pixel_adaptive_conv_transpose2d(X, X, WEIGHT)
    with pytest.raises(ValueError, match=r"x must be \(B, C, H, W\)"):
        pixel_adaptive_pool2d(X[0], X, 3)
