"""A batch normalisation folded into a convolution, on either side, changes no output."""

import copy

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from norms import difference, unsettle
from torch import nn

from dynconv_lite.reparam import affine_of, fuse_bn_conv, fuse_conv_bn

EXACT = {torch.float32: 1e-5, torch.float64: 1e-12}
TYPES = st.sampled_from(sorted(EXACT, key=str))
SIDES = st.tuples(st.integers(1, 4), st.integers(1, 4))


def pair(conv: nn.Conv2d, channels: int, dtype=torch.float32, **how):
    """Return a convolution and an unsettled batch normalisation of so many channels."""
    bn = nn.BatchNorm2d(channels, **how)
    return conv.to(dtype), unsettle(bn).to(dtype)


@given(
    size=SIDES,
    stride=st.integers(1, 3),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 3)),
    dilation=st.integers(1, 2),
    groups=st.sampled_from([1, 2, 4]),
    mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    bias=st.booleans(),
    affine=st.booleans(),
    dtype=TYPES,
)
def test_behind_a_convolution(
    size, stride, padding, dilation, groups, mode, bias, affine, dtype
) -> None:
    conv, bn = pair(
        nn.Conv2d(4, 8, size, stride, padding, dilation, groups, bias, mode),
        8,
        dtype,
        affine=affine,
    )
    x = torch.randn(2, 4, 11, 12, dtype=dtype)
    fused = fuse_conv_bn(conv, bn)
    assert difference(fused(x), bn(conv(x))) < EXACT[dtype]
    assert fused.bias is not None
    assert not fused.training


@given(
    size=SIDES,
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    dilation=st.integers(1, 2),
    groups=st.sampled_from([1, 2, 4]),
    mode=st.sampled_from(["reflect", "replicate", "circular"]),
    bias=st.booleans(),
    dtype=TYPES,
)
def test_before_a_convolution_that_pads_with_no_zeros(
    size, stride, padding, dilation, groups, mode, bias, dtype
) -> None:
    mode = mode if padding else "zeros"
    conv, bn = pair(nn.Conv2d(4, 8, size, stride, padding, dilation, groups, bias, mode), 4, dtype)
    x = torch.randn(2, 4, 11, 12, dtype=dtype)
    assert difference(fuse_bn_conv(bn, conv)(x), conv(bn(x))) < EXACT[dtype]


def test_by_hand() -> None:
    conv = nn.Conv2d(1, 1, 1)
    bn = nn.BatchNorm2d(1, eps=0.0).eval()
    with torch.no_grad():
        conv.weight.fill_(3), conv.bias.fill_(5)
        bn.running_mean.fill_(1), bn.running_var.fill_(4)
        bn.weight.fill_(6), bn.bias.fill_(7)
    # gamma / sigma = 6 / 2 = 3: the weight is 3 * 3, the bias (5 - 1) * 3 + 7
    fused = fuse_conv_bn(conv, bn)
    assert (fused.weight.item(), fused.bias.item()) == (9, 19)
    # the scale is 3, the shift 7 - 1 * 3 = 4: the weight is 3 * 3, the bias 5 + 3 * 4
    fused = fuse_bn_conv(bn, conv)
    assert (fused.weight.item(), fused.bias.item()) == (9, 17)


def test_synchronised_with_statistics_is_the_same() -> None:
    conv, bn = pair(nn.Conv2d(3, 5, 3), 5)
    sync = nn.SyncBatchNorm.convert_sync_batchnorm(bn).eval()
    assert type(sync) is nn.SyncBatchNorm
    one, other = fuse_conv_bn(conv, bn), fuse_conv_bn(conv, sync)
    torch.testing.assert_close(other.weight, one.weight, rtol=0, atol=0)
    torch.testing.assert_close(other.bias, one.bias, rtol=0, atol=0)


def test_statistics_that_never_saw_a_batch_will_do() -> None:
    conv, bn = nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5).eval()
    assert bn.num_batches_tracked == 0
    x = torch.randn(2, 3, 6, 6)
    assert difference(fuse_conv_bn(conv, bn)(x), bn(conv(x))) < 1e-5


def test_what_is_given_stays_and_the_new_one_is_alike() -> None:
    conv, bn = pair(nn.Conv2d(3, 5, 3, padding="same", padding_mode="reflect"), 5)
    conv = conv.to(torch.bfloat16, memory_format=torch.channels_last).requires_grad_(False)
    both = nn.Sequential(conv, bn)
    kept = copy.deepcopy(both.state_dict())
    state = torch.get_rng_state()
    fused = fuse_conv_bn(conv, bn)
    assert torch.equal(torch.get_rng_state(), state)
    for key, value in both.state_dict().items():
        torch.testing.assert_close(value, kept[key], rtol=0, atol=0)
    assert (fused.padding, fused.padding_mode) == ("same", "reflect")
    assert fused.weight.dtype == fused.bias.dtype == torch.bfloat16
    assert fused.weight.is_contiguous(memory_format=torch.channels_last)
    assert not fused.weight.requires_grad


def test_float32_is_rounded_once() -> None:
    conv, bn = pair(nn.Conv2d(16, 16, 3), 16)
    scale = bn.weight.double() / (bn.running_var.double() + bn.eps).sqrt()
    exact = (conv.weight.double() * scale[:, None, None, None]).float()
    torch.testing.assert_close(fuse_conv_bn(conv, bn).weight, exact, rtol=1e-7, atol=0)


def test_zero_padding_keeps_a_norm_before_out() -> None:
    conv, bn = pair(nn.Conv2d(3, 5, 3, padding=1), 3)
    with pytest.raises(ValueError, match=r"conv must not pad with zeros.*bn's shift"):
        fuse_bn_conv(bn, conv)
    # what it would be wrong by: nothing inside, the shift at the border
    bare = nn.Conv2d(3, 5, 3)
    bare.load_state_dict(conv.state_dict())
    fused = fuse_bn_conv(bn, bare)
    x = torch.randn(2, 3, 8, 8)
    found = F.conv2d(x, fused.weight, fused.bias, padding=1)
    assert difference(found[..., 1:-1, 1:-1], conv(bn(x))[..., 1:-1, 1:-1]) < 1e-5
    assert difference(found, conv(bn(x))) > 0.1


def test_a_norm_without_shift_goes_into_a_padded_convolution() -> None:
    conv, bn = pair(nn.Conv2d(3, 5, 3, padding=1), 3)
    nn.init.zeros_(bn.bias), bn.running_mean.zero_()
    x = torch.randn(2, 3, 8, 8)
    assert difference(fuse_bn_conv(bn, conv)(x), conv(bn(x))) < 1e-5


@pytest.mark.parametrize("padding", ["valid", "same", 0])
def test_a_kernel_of_one_pixel_pads_nothing(padding) -> None:
    conv, bn = pair(nn.Conv2d(3, 5, 1, padding=padding), 3)
    x = torch.randn(2, 3, 8, 8)
    assert difference(fuse_bn_conv(bn, conv)(x), conv(bn(x))) < 1e-5


def test_same_padding_of_a_larger_kernel_is_zeros() -> None:
    conv, bn = pair(nn.Conv2d(3, 5, (1, 3), padding="same"), 3)
    with pytest.raises(ValueError, match="must not pad with zeros"):
        fuse_bn_conv(bn, conv)


@pytest.mark.parametrize("first", [False, True])
def test_refusals(first) -> None:
    def attempt(conv, bn):
        return fuse_bn_conv(bn, conv) if first else fuse_conv_bn(conv, bn)

    conv, bn = pair(nn.Conv2d(4, 4, 3), 4)
    with pytest.raises(ValueError, match=r"eval mode; call \.eval\(\) first: .*batch's statistics"):
        attempt(conv, bn.train())
    for kind in (nn.BatchNorm2d, nn.SyncBatchNorm):
        without = kind(4, track_running_stats=False).eval()
        with pytest.raises(ValueError, match="bn must have running statistics"):
            attempt(conv, without)
    with pytest.raises(ValueError, match=r"of conv, 4 channels, got 5"):
        attempt(conv, nn.BatchNorm2d(5).eval())
    for wrong in (nn.ConvTranspose2d(4, 4, 3), nn.Conv1d(4, 4, 3), nn.Linear(4, 4), None):
        with pytest.raises(ValueError, match=r"conv must be nn\.Conv2d or DepthwiseConv2d, got"):
            attempt(wrong, bn.eval())

    class More(nn.BatchNorm2d):
        pass

    for wrong in (More(4).eval(), nn.BatchNorm1d(4).eval(), nn.GroupNorm(2, 4), None):
        with pytest.raises(ValueError, match=r"bn must be nn\.BatchNorm2d or nn\.SyncBatchNorm"):
            attempt(conv, wrong)


@pytest.mark.parametrize("value", [float("nan"), -1.0, float("inf")])
def test_impossible_statistics(value) -> None:
    _, bn = pair(nn.Conv2d(4, 4, 3), 4)
    bn.running_var[1] = value
    bn.running_mean[1] = 1.0 if value != float("inf") else value
    with pytest.raises(ValueError, match="bn holds NaN, infinite or impossible statistics"):
        affine_of(bn)
