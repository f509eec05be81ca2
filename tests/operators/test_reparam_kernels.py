"""Kernels add up as their convolutions do, whatever their sizes are."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from dynconv_lite.reparam import identity_kernel, merge_kernels, pad_kernel

EXACT = {"rtol": 1e-12, "atol": 1e-12}


def draw(*shape):
    return torch.randn(*shape, dtype=torch.float64)


@given(
    small=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    more=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    stride=st.integers(1, 3),
    groups=st.sampled_from([1, 2, 4]),
)
def test_a_padded_kernel_does_what_the_small_one_does(small, more, stride, groups) -> None:
    x, weight = draw(2, 4, 9, 8), draw(8, 4 // groups, *small)
    large = pad_kernel(weight, [s + 2 * m for s, m in zip(small, more, strict=True)])
    found = F.conv2d(x, large, None, stride, more, 1, groups)
    torch.testing.assert_close(found, F.conv2d(x, weight, None, stride, 0, 1, groups), **EXACT)


@given(
    groups=st.sampled_from([1, 2, 3, 6]),
    size=st.tuples(st.sampled_from([1, 3, 5]), st.sampled_from([1, 3, 7])),
)
def test_the_identity_gives_back_what_it_gets(groups, size) -> None:
    x = draw(2, 6, 5, 7)
    kernel = identity_kernel(6, groups, size, dtype=torch.float64)
    assert kernel.shape == (6, 6 // groups, *size)
    half = (size[0] // 2, size[1] // 2)
    assert torch.equal(F.conv2d(x, kernel, padding=half, groups=groups), x)


def test_the_identity_by_hand() -> None:
    # two groups of two channels: output 2 is input 0 of the second group
    rows = identity_kernel(4, 2)[:, :, 0, 0].tolist()
    assert rows == [[1, 0], [0, 1], [1, 0], [0, 1]]
    assert identity_kernel(2, 2, 3)[1, 0].tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_the_identity_has_the_dtype_asked_for(dtype) -> None:
    assert identity_kernel(2, dtype=dtype).dtype == dtype
    assert identity_kernel(2, device="meta").device.type == "meta"


@given(
    sizes=st.lists(
        st.tuples(st.sampled_from([1, 3, 5]), st.sampled_from([1, 3, 5])), min_size=1, max_size=4
    ),
    groups=st.sampled_from([1, 2]),
)
def test_the_merged_kernel_gives_the_sum_of_the_outputs(sizes, groups) -> None:
    x = draw(2, 4, 6, 7)
    kernels = [
        (draw(6, 4 // groups, *size), draw(6) if index % 2 else None)
        for index, size in enumerate(sizes)
    ]
    expected = sum(
        F.conv2d(x, weight, bias, 1, (weight.shape[2] // 2, weight.shape[3] // 2), 1, groups)
        for weight, bias in kernels
    )
    weight, bias = merge_kernels(kernels)
    assert (bias is None) == (len(sizes) == 1)
    half = (weight.shape[2] // 2, weight.shape[3] // 2)
    torch.testing.assert_close(F.conv2d(x, weight, bias, 1, half, 1, groups), expected, **EXACT)


def test_a_row_and_a_column_make_a_square() -> None:
    row, column = torch.ones(1, 1, 1, 3), torch.ones(1, 1, 3, 1)
    weight, bias = merge_kernels([(row, None), (column, None)])
    assert weight[0, 0].tolist() == [[0, 1, 0], [1, 2, 1], [0, 1, 0]]
    assert bias is None


def test_gradients() -> None:
    def merged(a, b, c, d):
        weight, bias = merge_kernels([(a, c), (b, d)])
        return weight, bias

    inputs = [draw(2, 3, 3, 3), draw(2, 3, 1, 1), draw(2), draw(2)]
    assert torch.autograd.gradcheck(merged, [value.requires_grad_() for value in inputs])


def test_refusals() -> None:
    weight = torch.zeros(2, 3, 3, 3)
    with pytest.raises(ValueError, match=r"kernel_size = \(4, 4\), both odd or both even, got"):
        pad_kernel(weight, 4)
    with pytest.raises(ValueError, match=r"weight must be no larger than kernel_size = \(1, 5\)"):
        pad_kernel(weight, (1, 5))
    with pytest.raises(ValueError, match=r"weight must be \(O, C / groups, s, s\)"):
        pad_kernel(weight[0], 3)
    with pytest.raises(ValueError, match="kernel_size must be an integer >= 1"):
        pad_kernel(weight, 0)
    with pytest.raises(ValueError, match="kernel_size must be odd to have a middle, got 2"):
        identity_kernel(4, 1, 2)
    with pytest.raises(ValueError, match="channels must be a multiple of groups = 3, got 4"):
        identity_kernel(4, 3)
    with pytest.raises(ValueError, match="channels must be an integer >= 1, got 0"):
        identity_kernel(0)
    with pytest.raises(ValueError, match="groups must be an integer >= 1, got 0"):
        identity_kernel(4, 0)
    with pytest.raises(ValueError, match="kernels must hold at least one"):
        merge_kernels([])
    with pytest.raises(ValueError, match=r"kernels must all be \(2, 3\) by their size"):
        merge_kernels([(weight, None), (torch.zeros(3, 3, 1, 1), None)])
    with pytest.raises(ValueError, match=r"kernels must have biases of shape \(2,\), got \(3,\)"):
        merge_kernels([(weight, torch.zeros(3))])
