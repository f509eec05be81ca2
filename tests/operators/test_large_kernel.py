"""Blocks and networks of large kernels: against torchvision, against their formulas, fused."""

import pytest
import torch
import torch.nn.functional as F
from norms import difference, unsettle
from torch import nn
from torchvision.models.convnext import CNBlock

from dynconv_lite.large_kernel import (
    ConvFFN,
    ConvNeXtBlock,
    RepLKBlock,
    RepLKNet,
    SlakConv2d,
    replknet_31b,
)
from dynconv_lite.reparam import fuse


def random_block(block: nn.Module) -> nn.Module:
    """Give a block parameters that none of its layers starts with."""
    with torch.no_grad():
        for parameter in block.parameters():
            parameter.normal_(0, 0.5)
    return block.double()


def test_convnext_block_is_torchvisions() -> None:
    torch.manual_seed(0)
    ours = random_block(ConvNeXtBlock(6)).eval()
    theirs = CNBlock(6, layer_scale=1e-6, stochastic_depth_prob=0.0).double().eval()
    with torch.no_grad():
        for old, new in zip(
            theirs.block.parameters(),
            (p for n, p in ours.named_parameters() if n != "layer_scale"),
            strict=True,
        ):
            old.copy_(new)
        theirs.layer_scale.copy_(ours.layer_scale[:, None, None])
    x = torch.randn(2, 6, 9, 8, dtype=torch.float64)
    assert difference(ours(x), theirs(x)) < 1e-12


def test_convnext_block_starts_as_the_identity() -> None:
    x = torch.randn(2, 6, 9, 9)
    assert (ConvNeXtBlock(6)(x) - x).abs().max() < 1e-4  # layer scale 1e-6
    assert (ConvNeXtBlock(6, layer_scale=None)(x) - x).abs().max() > 0.01


def test_convnext_block_takes_other_kernels() -> None:
    block = unsettle(ConvNeXtBlock(4, depthwise=SlakConv2d(4, 13))).double()
    x = torch.randn(2, 4, 16, 16, dtype=torch.float64)
    fused = fuse(block)
    assert fused.depthwise.weight.shape == (4, 1, 13, 13)
    assert difference(fused(x), block(x)) < 1e-12


def bn(layer: nn.BatchNorm2d, x: torch.Tensor) -> torch.Tensor:
    scale = layer.weight / (layer.running_var + layer.eps).sqrt()
    return (x - layer.running_mean[:, None, None]) * scale[:, None, None] + layer.bias[
        :, None, None
    ]


@pytest.mark.parametrize("shortcut", [True, False])
@pytest.mark.parametrize("small", [None, 5])
def test_replk_block_is_its_formula(shortcut, small) -> None:
    """x + bn(pw(relu(bn(dw_K(z)) + bn(dw_k(z))))), z = relu(bn(pw(bn(x)))); operators as named
    in Ding et al. 2022, figure 4."""
    block = unsettle(RepLKBlock(3, 9, small, shortcut=shortcut)).double()
    x = torch.randn(2, 3, 8, 10, dtype=torch.float64)
    z = F.relu(bn(block.before[1], F.conv2d(bn(block.norm, x), block.before[0].weight)))
    total = 0
    for branch in block.large.branches.values():
        weight = branch[0].weight
        y = F.conv2d(z, weight, padding=weight.shape[-1] // 2, groups=3)
        total = total + bn(branch[1], y)
    y = bn(block.after[1], F.conv2d(F.relu(total), block.after[0].weight))
    assert difference(block(x), x + y if shortcut else y) < 1e-12
    assert len(block.large.branches) == (1 if small is None else 2)


@pytest.mark.parametrize("shortcut", [True, False])
def test_conv_ffn_is_its_formula(shortcut) -> None:
    block = unsettle(ConvFFN(3, 2, shortcut=shortcut)).double()
    x = torch.randn(2, 3, 5, 4, dtype=torch.float64)
    z = F.gelu(bn(block.before[1], F.conv2d(bn(block.norm, x), block.before[0].weight)))
    y = bn(block.after[1], F.conv2d(z, block.after[0].weight))
    assert z.shape[1] == 6
    assert difference(block(x), x + y if shortcut else y) < 1e-12


@pytest.mark.parametrize("block", [RepLKBlock(4, 9), ConvFFN(4), ConvNeXtBlock(4)])
def test_blocks_drop_paths_in_training_only(block) -> None:
    kind = type(block)
    given = {RepLKBlock: (4, 9), ConvFFN: (4,), ConvNeXtBlock: (4,)}[kind]
    extra = {"layer_scale": None} if kind is ConvNeXtBlock else {}
    dropping = kind(*given, drop_path=0.5, **extra)
    x = torch.randn(64, 4, 9, 9)
    torch.manual_seed(0)
    same = (dropping(x) == x).flatten(1).all(1)
    assert 10 < int(same.sum()) < 54  # of 64; fewer or more has a chance below 1e-8
    assert not (dropping.eval()(x) == x).flatten(1).all(1).any()


def test_network_has_the_papers_size() -> None:
    """79 M parameters: Ding et al. 2022, table 5; with 5 x 5 kernels and BN not yet merged."""
    with torch.device("meta"):
        model = replknet_31b()
        logits = model(torch.empty(1, 3, 224, 224))
    assert logits.shape == (1, 1000)
    total = sum(p.numel() for p in model.parameters())
    assert total == 79_864_168
    stages = [[(b.large.kernel_size[0], b.large.in_channels) for b in s[::2]] for s in model.stages]
    assert [len(s) for s in stages] == [2, 2, 18, 2]
    assert [s[0] for s in stages] == [(31, 128), (29, 256), (27, 512), (13, 1024)]


@pytest.mark.parametrize(("stem_stride", "side"), [(4, 4), (2, 8), (1, 16)])
def test_network_shapes(stem_stride, side) -> None:
    model = RepLKNet((1, 2), (9, 7), (4, 6), 5, stem_stride=stem_stride).eval()
    x = torch.randn(2, 3, 32, 32)
    assert model.features(x).shape == (2, 6, side, side)
    assert model(x).shape == (2, 5)


def test_network_without_shortcuts_or_small_kernels() -> None:
    bare = RepLKNet((1, 1), (3, 7), (4, 6), 5, small_kernel=3, shortcut=False)
    blocks = [module for module in bare.modules() if isinstance(module, RepLKBlock)]
    assert [len(block.large.branches) for block in blocks] == [1, 2]  # 3 is no larger than 3
    assert not any(
        module.shortcut for module in bare.modules() if isinstance(module, RepLKBlock | ConvFFN)
    )


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@pytest.mark.filterwarnings("ignore:not fused")
def test_fused_network_is_the_same(dtype, tolerance) -> None:
    torch.manual_seed(0)
    model = unsettle(RepLKNet((1, 1), (31, 13), (4, 6), 5, stem_stride=1)).to(dtype)
    x = torch.randn(2, 3, 20, 20, dtype=dtype)
    fused = fuse(model)
    assert difference(fused(x), model(x)) < tolerance
    left = [name for name, m in fused.named_modules() if isinstance(m, nn.BatchNorm2d)]
    assert left == ["norm"]  # nothing but a pooling follows it


def test_drop_path_grows_over_the_blocks() -> None:
    model = RepLKNet((2, 1), (9, 7), (4, 6), 5, drop_path=0.2)
    rates = [m.drop_path.p for m in model.modules() if isinstance(m, RepLKBlock)]
    assert rates == pytest.approx([0, 0.1, 0.2])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ConvNeXtBlock(0), "channels must be an integer >= 1"),
        (lambda: ConvNeXtBlock(4, 6), "odd size"),
        (lambda: ConvNeXtBlock(4, drop_path=1.0), "drop_path must be a number >= 0 and < 1"),
        (lambda: RepLKBlock(4, 8), "even kernel"),
        (lambda: RepLKBlock(4, 7, 9), "small_kernels must be no larger"),
        (lambda: RepLKBlock(4, 7, drop_path=-0.1), "drop_path must be"),
        (lambda: ConvFFN(4, 0), "expansion must be an integer >= 1"),
        (lambda: RepLKNet((1,), (7, 5), (4,)), "must name the same stages"),
        (lambda: RepLKNet((), (), ()), "at least one"),
        (lambda: RepLKNet((0,), (7,), (4,)), "blocks must be an integer >= 1"),
        (lambda: RepLKNet((1,), (7,), (4,), 0), "num_classes must be"),
        (lambda: RepLKNet((1,), (7,), (4,), stem_stride=3), "stem_stride must be 1, 2 or 4"),
    ],
)
def test_bad_arguments(make, message) -> None:
    with pytest.raises(ValueError, match=message):
        make()
