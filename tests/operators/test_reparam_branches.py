"""Branches in eval mode are one convolution, and in training mode they are not."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from norms import difference, unsettle
from torch import nn

from dynconv_lite.reparam import RepConv2d

EXACT = {torch.float32: 1e-5, torch.float64: 1e-12}
ODD = st.sampled_from([1, 3, 5])


def is_one_convolution(layer: RepConv2d, x: torch.Tensor) -> None:
    """Fuse a layer and compare; the layer itself has to stay as it is."""
    kept = copy.deepcopy(layer.state_dict())
    fused = layer.fuse()
    assert isinstance(fused, nn.Conv2d)
    assert not fused.training
    assert fused.bias is not None
    assert difference(fused(x), layer(x)) < EXACT[x.dtype]
    for key, value in layer.state_dict().items():
        torch.testing.assert_close(value, kept[key], rtol=0, atol=0)


@given(
    size=st.tuples(ODD, ODD),
    small=st.lists(st.tuples(ODD, ODD), max_size=3),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 2)),
    padding=st.one_of(
        st.none(), st.integers(0, 3), st.tuples(st.integers(0, 3), st.integers(0, 3))
    ),
    groups=st.sampled_from([1, 2, 4]),
    out=st.sampled_from([4, 8]),
    dtype=st.sampled_from(sorted(EXACT, key=str)),
)
def test_any_geometry(size, small, stride, padding, groups, out, dtype) -> None:
    small = [(min(a, size[0]), min(b, size[1])) for a, b in small]
    layer = RepConv2d(4, out, size, stride, padding, groups, small_kernels=small).to(dtype)
    assert ("identity" in layer.branches) == (out == 4 and stride == (1, 1))
    is_one_convolution(unsettle(layer), torch.randn(2, 4, 9, 10, dtype=dtype))


@pytest.mark.parametrize(("size", "small"), [(4, 2), ((2, 3), (2, 1)), (6, 6)])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_even_kernels(size, small, padding) -> None:
    layer = RepConv2d(4, 4, size, padding=padding, small_kernels=[small])
    assert "identity" not in layer.branches
    is_one_convolution(unsettle(layer), torch.randn(2, 4, 9, 10))


@pytest.mark.parametrize("padding", [None, 0, 3])
def test_a_large_depth_wise_kernel_beside_a_small_one(padding) -> None:
    layer = unsettle(RepConv2d(6, 6, 13, padding=padding, groups=6, small_kernels=(5,)))
    assert layer.branches["small0"][0].weight.shape == (6, 1, 5, 5)
    is_one_convolution(layer, torch.randn(2, 6, 16, 15))


def test_several_branches_of_one_size() -> None:
    layer = unsettle(RepConv2d(4, 4, 3, small_kernels=(3, 3, 1)))
    assert list(layer.branches) == ["large", "small0", "small1", "small2", "identity"]
    is_one_convolution(layer, torch.randn(2, 4, 8, 8))


def test_the_equivalent_kernel_is_the_fused_one() -> None:
    layer = unsettle(RepConv2d(4, 6, 3, groups=2))
    weight, bias = layer.equivalent_kernel()
    fused = layer.fuse()
    torch.testing.assert_close(fused.weight, weight, rtol=0, atol=0)
    torch.testing.assert_close(fused.bias, bias, rtol=0, atol=0)


def test_each_branch_is_its_own_kernel() -> None:
    layer, x = (
        unsettle(RepConv2d(4, 4, 5, padding=1, small_kernels=(3, 1))),
        torch.randn(2, 4, 8, 9),
    )
    total = torch.zeros_like(layer(x))
    for name in layer.branches:
        part = layer.branch_output(name, x)
        weight, bias = (value.float() for value in layer.branch_kernel(name))
        margin = 1 - (5 - weight.shape[2]) // 2
        inside = torch.nn.functional.pad(x, (margin,) * 4)
        assert difference(part, torch.nn.functional.conv2d(inside, weight, bias)) < 1e-5
        total += part
    assert difference(total, layer(x)) < 1e-5


def test_gradients_reach_every_branch_through_the_equivalent_kernel() -> None:
    layer = unsettle(RepConv2d(4, 4, 3)).double()
    x = torch.randn(2, 4, 8, 8, dtype=torch.float64)
    upstream = torch.randn(2, 4, 8, 8, dtype=torch.float64)
    layer(x).backward(upstream)
    direct = [parameter.grad.clone() for parameter in layer.parameters()]
    layer.zero_grad()
    torch.nn.functional.conv2d(x, *layer.equivalent_kernel(), padding=1).backward(upstream)
    for parameter, expected in zip(layer.parameters(), direct, strict=True):
        torch.testing.assert_close(parameter.grad, expected, rtol=1e-9, atol=1e-9)


def test_synchronised_norms_fuse_too() -> None:
    layer = nn.SyncBatchNorm.convert_sync_batchnorm(RepConv2d(4, 4, 3))
    assert isinstance(layer.branches["identity"], nn.SyncBatchNorm)
    is_one_convolution(unsettle(layer), torch.randn(2, 4, 8, 8))


def test_training_mode_is_another_function() -> None:
    layer = unsettle(RepConv2d(4, 4, 3))
    fused, x = layer.fuse(), torch.randn(2, 4, 8, 8)
    assert difference(fused(x), layer.train()(x)) > 0.1
    with pytest.raises(ValueError, match=r"training mode; call \.eval\(\) first: .*batch's stat"):
        layer.fuse()
    layer.eval().branches["small0"][1].train()
    with pytest.raises(ValueError, match=r"call \.eval\(\) first"):
        layer.fuse()


@pytest.mark.parametrize("channels", [{}, {"groups": 4}])
def test_it_is_drawn_as_torch_draws_and_nothing_else(channels) -> None:
    torch.manual_seed(3)
    layer = RepConv2d(4, 4, 3, small_kernels=(), **channels)
    torch.manual_seed(3)
    conv = nn.Conv2d(4, 4, 3, bias=False, **channels)
    torch.testing.assert_close(layer.branches["large"][0].weight, conv.weight, rtol=0, atol=0)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="in_channels must be an integer >= 1, got 0"):
        RepConv2d(0, 4, 3)
    with pytest.raises(ValueError, match="out_channels must be a multiple of groups = 2, got 3"):
        RepConv2d(4, 3, 3, groups=2)
    with pytest.raises(ValueError, match="padding must be given for an even kernel"):
        RepConv2d(4, 4, 4, small_kernels=())
    for small in (5, 2, (3, 5), (1, 2)):
        with pytest.raises(ValueError, match=r"small_kernels must be no larger than kernel_size"):
            RepConv2d(4, 4, 3, small_kernels=[small])
    for wrong in ({"stride": 2}, {"padding": 1, "kernel_size": 2, "small_kernels": ()}):
        with pytest.raises(ValueError, match="identity must be False unless"):
            RepConv2d(
                **{"in_channels": 4, "out_channels": 4, "kernel_size": 3, **wrong}, identity=True
            )
    with pytest.raises(ValueError, match=r"identity must be False unless.*got 4, 6"):
        RepConv2d(4, 6, 3, identity=True)
    with pytest.raises(ValueError, match="stride must be an integer >= 1"):
        RepConv2d(4, 4, 3, stride=0)
    for shape in ((2, 3, 8, 8), (4, 8, 8)):
        with pytest.raises(ValueError, match=r"x must be \(B, 4, H, W\), got"):
            RepConv2d(4, 4, 3)(torch.zeros(shape))


def test_identity_can_be_left_out() -> None:
    layer = RepConv2d(4, 4, 3, identity=False)
    assert list(layer.branches) == ["large", "small0"]
    assert "kernel_size=(3, 3)" in repr(layer)
