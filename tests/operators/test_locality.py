"""Convolution three ways agrees with torch, and looks only where it should."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from dynconv_lite.locality import conv2d_loop, conv2d_matrix, conv2d_unfold

CONVOLUTIONS = [conv2d_loop, conv2d_unfold]
TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-4}


def either(low: int, high: int) -> st.SearchStrategy[int | tuple[int, int]]:
    """One integer for both axes, or a pair."""
    one = st.integers(low, high)
    return one | st.tuples(one, one)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None, dict]:
    def number(low: int, high: int) -> int:
        return draw(st.integers(low, high))

    kernel, padding = (number(1, 4), number(1, 4)), draw(either(0, 2))
    pads = (padding, padding) if isinstance(padding, int) else padding
    size = [max(number(1, 9), k - 2 * p) for k, p in zip(kernel, pads, strict=True)]
    channels, outputs = number(1, 3), number(1, 3)
    dtype = draw(st.sampled_from([torch.float64, torch.float32]))
    seed = torch.Generator().manual_seed(number(0, 10**6))
    x = torch.randn(number(0, 3), channels, *size, generator=seed, dtype=dtype)
    weight = torch.randn(outputs, channels, *kernel, generator=seed, dtype=dtype)
    bias = torch.randn(outputs, generator=seed, dtype=dtype) if draw(st.booleans()) else None
    return x, weight, bias, {"stride": draw(either(1, 3)), "padding": padding}


@settings(max_examples=120)
@given(convolutions())
def test_loop_unfold_and_matrix_equal_torch(given_convolution: tuple) -> None:
    x, weight, bias, options = given_convolution
    tolerance = TOLERANCE[x.dtype]
    expected = F.conv2d(x, weight, bias, **options)
    for convolve in CONVOLUTIONS:
        y = convolve(x, weight, bias, **options)
        torch.testing.assert_close(y, expected, atol=tolerance, rtol=tolerance)
    matrix = conv2d_matrix(weight, tuple(x.shape[2:]), **options)
    y = (x.flatten(1) @ matrix.T).view(expected.shape)
    y = y if bias is None else y + bias[:, None, None]
    torch.testing.assert_close(y, expected, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("convolve", CONVOLUTIONS)
def test_a_value_by_hand(convolve) -> None:
    # Top left window 0 1 / 3 4 under kernel 0 1 / 2 3: 0*0 + 1*1 + 3*2 + 4*3 = 19, plus bias 0.5;
    # one to the right: 1*0 + 2*1 + 4*2 + 5*3 = 25; below: 3*0 + 4*1 + 6*2 + 7*3 = 37, then 43.
    x = torch.arange(9.0).view(1, 1, 3, 3)
    weight = torch.arange(4.0).view(1, 1, 2, 2)
    y = convolve(x, weight, torch.tensor([0.5]))
    assert y.tolist() == [[[[19.5, 25.5], [37.5, 43.5]]]]


@pytest.mark.parametrize("convolve", CONVOLUTIONS)
def test_correlates_and_does_not_flip_the_kernel(convolve) -> None:
    x = torch.tensor([[[[0.0, 0.0, 1.0]]]])
    weight = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    assert convolve(x, weight).item() == 3.0  # flipped, it would be 1
    assert convolve(x, weight, padding=(0, 1)).flatten().tolist() == [0.0, 3.0, 2.0]


@pytest.mark.parametrize("convolve", CONVOLUTIONS)
def test_gradients_are_right(convolve) -> None:
    seed = torch.Generator().manual_seed(0)
    shapes = [(2, 2, 5, 4), (3, 2, 3, 2), (3,)]
    inputs = [torch.randn(s, generator=seed, dtype=torch.float64) for s in shapes]
    inputs = [t.requires_grad_() for t in inputs]
    assert torch.autograd.gradcheck(lambda *t: convolve(*t, stride=(2, 1), padding=1), inputs)


def test_the_matrix_is_doubly_blocked_toeplitz() -> None:
    weight = torch.arange(1.0, 10.0).view(1, 1, 3, 3)
    matrix = conv2d_matrix(weight, (6, 7), padding=1)
    assert matrix.shape == (42, 42)
    # Moving unit and pixel one step right, or one row down, stays on the same kernel tap.
    blocks = matrix.view(6, 7, 6, 7)
    assert torch.equal(blocks[:-1, :, :-1], blocks[1:, :, 1:])
    assert torch.equal(blocks[:, :-1, :, :-1], blocks[:, 1:, :, 1:])
    # Inside the image a unit sees all nine taps; at a side six of them, in a corner four.
    seen = (matrix != 0).sum(dim=1).view(6, 7)
    assert (seen[1:-1, 1:-1] == 9).all()
    assert (seen[0, 1:-1] == 6).all()
    assert seen[0, 0] == seen[-1, -1] == 4
    assert blocks[2, 3, 1:4, 2:5].flatten().tolist() == weight.flatten().tolist()


def test_rows_of_a_valid_convolution_hold_the_same_numbers() -> None:
    weight = torch.arange(1.0, 25.0).view(2, 3, 2, 2)
    matrix = conv2d_matrix(weight, (4, 5), stride=(2, 1))
    assert matrix.shape == (2 * 2 * 4, 3 * 4 * 5)
    for row, kernel in zip(matrix, weight.repeat_interleave(2 * 4, dim=0), strict=True):
        assert row[row != 0].tolist() == kernel.flatten().tolist()


def x_and(**changes: object) -> dict[str, object]:
    return {"x": torch.zeros(1, 2, 4, 5), "weight": torch.zeros(3, 2, 3, 3), **changes}


BAD = {
    "x without batch": (x_and(x=torch.zeros(2, 4, 5)), r"x must have shape .*got \(2, 4, 5\)"),
    "x without rows": (x_and(x=torch.zeros(1, 2, 0, 5)), r"x must have shape .*\(1, 2, 0, 5\)"),
    "flat weight": (x_and(weight=torch.zeros(3, 18)), r"weight must have shape .*\(3, 18\)"),
    "empty kernel": (x_and(weight=torch.zeros(3, 2, 0, 3)), r"weight must .*\(3, 2, 0, 3\)"),
    "channels": (x_and(weight=torch.zeros(3, 1, 3, 3)), r"weight has 1 input channels.*x has 2"),
    "dtype": (x_and(weight=torch.zeros(3, 2, 3, 3).double()), r"weight .*float32, got .*float64"),
    "bias": (x_and(bias=torch.zeros(2)), r"bias must have shape \(3,\), got \(2,\)"),
    "zero stride": (x_and(stride=0), r"stride must be .*>= 1.*got 0"),
    "float stride": (x_and(stride=1.5), r"stride must be .*got 1\.5"),
    "no stride": (x_and(stride=None), r"stride must be .*got None"),
    "three strides": (x_and(stride=(1, 1, 1)), r"stride must be .*got \(1, 1, 1\)"),
    "true": (x_and(padding=True), r"padding must be .*got True"),
    "named padding": (x_and(padding="same"), r"padding must be .*got 'same'"),
    "negative padding": (x_and(padding=(0, -1)), r"padding must be .*got \(0, -1\)"),
    "high kernel": (x_and(weight=torch.zeros(3, 2, 5, 3)), r"height 5 does not fit into x .*4"),
    "wide kernel": (
        x_and(weight=torch.zeros(3, 2, 3, 8), padding=1),
        r"width 8 does not fit into x .*5 with padding 1",
    ),
}


@pytest.mark.parametrize("convolve", CONVOLUTIONS)
@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_bad_arguments_are_named(convolve, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        convolve(**arguments)


def test_the_matrix_names_a_bad_argument() -> None:
    with pytest.raises(ValueError, match=r"input_size must be .*got \(4, 0\)"):
        conv2d_matrix(torch.zeros(1, 1, 3, 3), (4, 0))
    with pytest.raises(ValueError, match=r"weight must have shape .*got \(3, 3\)"):
        conv2d_matrix(torch.zeros(3, 3), (4, 4))
    with pytest.raises(ValueError, match=r"height 3 does not fit"):
        conv2d_matrix(torch.zeros(1, 1, 3, 3), (2, 4))
