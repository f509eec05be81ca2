"""The deep super-resolution networks: their published sizes, and what their blocks compute."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from dynconv_lite.cost import conv_weights
from dynconv_lite.models.carn import MEAN, CarnM, RecursiveCascade, cascade
from dynconv_lite.models.rrdb import DenseBlock, ResidualInResidual, RRDBNet


def small_carn(scale: int = 4, scales: tuple[int, ...] = (2, 3, 4)) -> CarnM:
    return CarnM(scale, scales, channels=8, groups=2)


def small_rrdb(scale: int = 4) -> RRDBNet:
    return RRDBNet(scale, channels=6, blocks=2, growth=3)


def restart(module: nn.Module, spread: float = 0.3) -> nn.Module:
    """Draw all weights anew, in float64 and large enough that every one of them matters."""
    for parameter in module.double().parameters():
        nn.init.normal_(parameter, std=spread)
    return module


def test_published_size_of_carn_m() -> None:
    net = CarnM()
    # Ahn et al. 2018, table of results: 412K for every scale, all three upsamplers counted (the
    # author in issue 47 of nmhkahn/CARN-pytorch). By hand: two 3 x 3 between colours and 64
    # channels; three residual blocks; four cascades of three 1 x 1; upsamplers of 4, 9 and 2 * 4
    ends, block = 2 * 3 * 64 * 9, 2 * 64 * 16 * 9 + 64 * 64
    merges, upsamplers = (2 + 3 + 4) * 64 * 64, (4 + 9 + 8) * 64 * 16 * 9
    assert conv_weights(net) == ends + 3 * block + 4 * merges + upsamplers == 412_032
    assert sum(p.numel() for p in net.parameters()) == 414_787
    assert conv_weights(CarnM(4, (4,))) == 412_032 - 36_864 - 82_944


@pytest.mark.parametrize(("scale", "billions"), [(2, 91.2), (3, 46.1), (4, 32.5)])
def test_published_multiply_adds_of_carn_m(scale, billions) -> None:
    # Ahn et al. 2018, table of results: for a result of 1280 x 720; here the same for each pixel
    net, total = CarnM(scale), 0

    def add(layer: nn.Conv2d, inputs: object, output: Tensor) -> None:
        nonlocal total
        total += output.numel() * layer.weight[0].numel()

    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(add)
    net(torch.zeros(1, 3, 6, 8))
    of_a_pixel = total / (6 * 8 * scale**2)
    assert of_a_pixel * 1280 * 720 / 1e9 == pytest.approx(billions, abs=0.05)


def test_published_size_of_rrdb() -> None:
    # Jo & Kim 2021, table of results: 16698K. By hand, biases included: per dense block four
    # layers of 32 channels and one of 64, on 64, 96, ... channels; 69 such blocks, six layers more
    dense = sum(9 * (64 + 32 * i) * 32 + 32 for i in range(4)) + 9 * 192 * 64 + 64
    others = (3 * 64 * 9 + 64) + 4 * (64 * 64 * 9 + 64) + (64 * 3 * 9 + 3)
    assert sum(p.numel() for p in RRDBNet().parameters()) == 69 * dense + others == 16_697_987


def test_weights_of_convolutions_count_once_and_without_biases() -> None:
    layer = nn.Conv2d(4, 6, 3, groups=2)
    twin = nn.Conv2d(4, 6, 3, groups=2)
    twin.weight = layer.weight
    rest = (nn.PReLU(6), nn.BatchNorm2d(6), nn.ConvTranspose2d(6, 1, 5), nn.Linear(3, 3))
    assert conv_weights(nn.Sequential(layer, twin, layer, *rest)) == 6 * 2 * 9 + 6 * 25


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("shape", [(1, 1), (5, 7)])
def test_both_enlarge_and_learn(scale, shape) -> None:
    x = torch.rand(2, 3, *shape)
    for net in (small_carn(scale, (scale,)), small_rrdb(scale)):
        y = net(x)
        assert y.shape == (2, 3, scale * shape[0], scale * shape[1])
        y.square().mean().backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())


def test_carn_holds_one_upsampler_per_scale() -> None:
    net = restart(small_carn(4, (2, 4)))
    x = torch.rand(1, 3, 4, 5, dtype=torch.float64)
    assert torch.equal(net(x), net(x, 4))
    net(x, 2).sum().backward()
    grads = {s: net.upsamplers[s][0].weight.grad for s in ("2", "4")}
    assert grads["4"] is None and grads["2"].abs().sum() > 0
    with pytest.raises(ValueError, match="scale must be one of 2, 4, got 3"):
        net(x, 3)


def test_a_cascade_is_a_sum_over_all_that_came_before() -> None:
    """A 1 x 1 convolution of a concatenation is a sum of 1 x 1 convolutions, one for each part."""
    part = restart(RecursiveCascade(4, 2))
    x = torch.randn(2, 4, 5, 6, dtype=torch.float64)
    b = part.block
    state, seen = x, [x]
    for merge in part.merges:
        first = F.conv2d(state, b.first.weight, b.first.bias, padding=1, groups=2)
        second = F.conv2d(first.relu(), b.second.weight, b.second.bias, padding=1, groups=2)
        seen.append((state + F.conv2d(second.relu(), b.last.weight, b.last.bias)).relu())
        kernels = merge.weight[:, :, 0, 0].split(4, dim=1)  # one (C, C) for each part
        mixed = sum(torch.einsum("oc,bchw->bohw", k, s) for k, s in zip(kernels, seen, strict=True))
        state = (mixed + merge.bias[:, None, None]).relu()
    assert torch.allclose(part(x), state, atol=1e-12)


def test_gradient_of_the_shared_block_is_the_sum_over_its_uses() -> None:
    part = restart(RecursiveCascade(4, 2))
    x = torch.randn(1, 4, 6, 6, dtype=torch.float64)
    apart = [copy.deepcopy(part.block) for _ in part.merges]
    y = cascade(x, apart, tuple(part.merges))
    assert torch.equal(y, part(x))
    weight = torch.randn_like(y)
    (y * weight).sum().backward()
    part.zero_grad()
    (part(x) * weight).sum().backward()
    for name, shared in part.block.named_parameters():
        uses = [block.get_parameter(name).grad for block in apart]
        assert all(use.abs().max() > 1e-6 for use in uses)
        assert torch.allclose(shared.grad, sum(uses), atol=1e-12)


def test_the_mean_colour_comes_back() -> None:
    """Without the last convolution nothing but the mean remains, and it is no parameter."""
    net = small_carn()
    nn.init.zeros_(net.exit.weight)
    nn.init.zeros_(net.exit.bias)
    y = net(torch.rand(1, 3, 3, 3))
    assert torch.equal(y, torch.tensor(MEAN)[:, None, None].expand(1, 3, 12, 12))
    assert "mean" not in dict(net.named_parameters()) | net.state_dict()
    # a picture of the mean colour enters as zeros: only biases are left
    net = small_carn()
    for name, parameter in net.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
    x = torch.tensor(MEAN)[:, None, None].expand(1, 3, 4, 4)
    assert torch.equal(net(x), torch.tensor(MEAN)[:, None, None].expand(1, 3, 16, 16))


def test_a_dense_block_by_hand() -> None:
    block = restart(DenseBlock(4, 3), 0.2)
    x = torch.randn(1, 4, 5, 6, dtype=torch.float64)
    answers = [x]
    for number, layer in enumerate(block.layers):
        parts = layer.weight.split([a.shape[1] for a in answers], dim=1)
        total = sum(F.conv2d(a, w, padding=1) for a, w in zip(answers, parts, strict=True))
        total = total + layer.bias[:, None, None]
        answers.append(total if number == 4 else torch.where(total > 0, total, 0.2 * total))
    assert torch.allclose(block(x), x + 0.2 * answers[-1], atol=1e-12)
    outer = restart(ResidualInResidual(4, 3), 0.2)
    one, two, three = outer.dense
    assert torch.allclose(outer(x), x + 0.2 * three(two(one(x))), atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_without_its_residuals_rrdb_is_a_plain_stack(scale) -> None:
    """Dense blocks whose last layers are 0 pass on their input, and an outer one adds 0.2 of it."""
    net = restart(small_rrdb(scale))
    for block in net.blocks:
        for dense in block.dense:
            nn.init.zeros_(dense.layers[-1].weight)
            nn.init.zeros_(dense.layers[-1].bias)
    x = torch.rand(1, 3, 4, 5, dtype=torch.float64)

    def apply(layer: nn.Module, value: Tensor) -> Tensor:
        return F.conv2d(value, layer.weight, layer.bias, padding=1)

    y = apply(net.entry, x)
    y = y + apply(net.trunk, 1.2**2 * y)
    for layer in net.upsamplers:
        factor = 2 if scale == 4 else scale
        y = torch.kron(y, torch.ones(factor, factor, dtype=torch.float64))
        y = F.leaky_relu(apply(layer, y), 0.2)
    y = apply(net.exit, F.leaky_relu(apply(net.fine, y), 0.2))
    assert torch.allclose(net(x), y, atol=1e-12)
    assert len(net.upsamplers) == (2 if scale == 4 else 1)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("make", [small_carn, small_rrdb])
def test_a_shifted_picture_gives_a_shifted_result(make, scale) -> None:
    """Where no border is seen: 3 x 3 layers in a row see a pixel each, CARN 21, two RRDBs 35."""
    net = restart(make(scale), 0.2)
    margin = 22 if make is small_carn else 36
    x = torch.rand(1, 3, 2 * margin + 4, 2 * margin + 4, dtype=torch.float64)
    here, there = net(x[:, :, 1:, 1:]), net(x[:, :, :-1, :-1])
    size = scale * (2 * margin + 3)
    inside = slice(scale * (margin + 1), size - scale * margin)
    before = slice(inside.start - scale, inside.stop - scale)
    assert torch.allclose(here[:, :, before, before], there[:, :, inside, inside], atol=1e-9)
    assert there[:, :, inside, inside].std() > 1e-3  # not everywhere the same
    assert (here - there)[:, :, inside, inside].abs().max() > 1e-3


@pytest.mark.parametrize(
    "net", [CarnM(2, (2,), channels=2, groups=2), RRDBNet(2, channels=2, blocks=1, growth=1)]
)
def test_gradients(net) -> None:
    net = restart(copy.deepcopy(net))
    names, values = zip(*net.named_parameters(), strict=True)
    x = torch.rand(1, 3, 2, 3, dtype=torch.float64, requires_grad=True)

    def run(x: Tensor, *values: Tensor) -> Tensor:
        return functional_call(net, dict(zip(names, values, strict=True)), (x,))

    assert torch.autograd.gradcheck(run, (x, *values), fast_mode=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CarnM(5), "scale must be one of 2, 3, 4, got 5"),
        (lambda: CarnM(4, (2, 3)), "scale must be one of 2, 3, got 4"),
        (lambda: CarnM(2, ()), r"scales must be one or more of 2, 3, 4, each once, got \(\)"),
        (lambda: CarnM(2, (2, 2)), "each once"),
        (lambda: CarnM(2, (2, 8)), "scales must be"),
        (lambda: CarnM(channels=0), "channels must be an integer >= 1, got 0"),
        (lambda: CarnM(groups=0), "groups must be an integer >= 1, got 0"),
        (lambda: CarnM(channels=6), "channels must be a multiple of groups = 4, got 6"),
        (lambda: small_carn()(torch.zeros(1, 1, 4, 4)), r"x must be \(B, 3, H, W\), got \(1, 1"),
        (lambda: small_carn()(torch.zeros(3, 4, 4)), r"x must be \(B, 3, H, W\)"),
        (lambda: RRDBNet(1), "scale must be one of 2, 3, 4, got 1"),
        (lambda: RRDBNet(channels=0), "channels must be"),
        (lambda: RRDBNet(blocks=0), "blocks must be"),
        (lambda: RRDBNet(growth=2.5), "growth must be an integer >= 1, got 2.5"),
        (lambda: small_rrdb()(torch.zeros(1, 4, 4, 4)), r"x must be \(B, 3, H, W\)"),
    ],
)
def test_bad_arguments(make, message) -> None:
    with pytest.raises(ValueError, match=message):
        make()
