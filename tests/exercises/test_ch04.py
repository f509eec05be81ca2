"""What is particular to the checks of chapter 4; see test_banks.py for what is not."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dynconv_lite.course.checks import ch04
from dynconv_lite.reparam import RepConv2d, fuse_conv_bn


def answer(name: str):
    return getattr(ch04, name).fallback


def unsettled(layer: nn.Module) -> nn.Module:
    for module in layer.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight), nn.init.normal_(module.bias)
            module.running_mean.normal_(), module.running_var.uniform_(0.2, 3)
    return layer.double().eval()


def folded(conv: nn.Conv2d, bn: nn.BatchNorm2d):
    bias = conv.weight.new_zeros(conv.out_channels) if conv.bias is None else conv.bias
    var, gamma, eps = bn.running_var, bn.weight, bn.eps
    return (
        answer("fold_weight")(conv.weight, var, gamma, eps),
        answer("fold_bias")(bias, bn.running_mean, var, gamma, bn.bias, eps),
    )


@pytest.mark.parametrize("bias", [False, True])
def test_the_folds_are_the_library_s(bias) -> None:
    conv, bn = unsettled(nn.Sequential(nn.Conv2d(4, 6, 3, bias=bias), nn.BatchNorm2d(6)))
    fused = fuse_conv_bn(conv, bn)
    for found, expected in zip(folded(conv, bn), (fused.weight, fused.bias), strict=True):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("groups", [1, 2, 6])
def test_the_parts_together_are_the_library_s_layer(groups) -> None:
    layer = unsettled(RepConv2d(6, 6, 3, groups=groups))
    (conv3, bn3), (conv1, bn1), alone = layer.branches.values()
    (kernel3, _), (kernel1, _) = folded(conv3, bn3), folded(conv1, bn1)
    scale = alone.weight / torch.sqrt(alone.running_var + alone.eps)
    merged = answer("merge_block")(kernel3, kernel1, scale)
    torch.testing.assert_close(merged, layer.fuse().weight)
    identity = answer("identity_like")(kernel3)
    small = answer("put_in_the_middle")(kernel1, 3)
    torch.testing.assert_close(merged, kernel3 + small + identity * scale[:, None, None, None])


@pytest.mark.parametrize(("k", "n"), [(1, 3), (3, 3), (5, 3), (2, 4)])
def test_a_composed_kernel_does_what_two_do_in_a_row(k, n) -> None:
    options = {"dtype": torch.float64}
    first, second = torch.randn(5, 3, k, k, **options), torch.randn(4, 5, n, n, **options)
    x = torch.randn(2, 3, 12, 11, **options)
    found = F.conv2d(x, answer("compose")(first, second))
    torch.testing.assert_close(found, F.conv2d(F.conv2d(x, first), second))
