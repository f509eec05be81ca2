"""Super-resolution networks: what each looks at, and what it computes."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.lut.patterns import PATTERNS, Pattern
from dynconv_lite.lut.rotations import rotation_ensemble
from dynconv_lite.lut.rounding import round_through, to_bytes
from dynconv_lite.models.fsrcnn import FSRCNN
from dynconv_lite.models.mixed_net import MixedNet
from dynconv_lite.models.mulut_net import MuLutNet
from dynconv_lite.models.srlut_net import PointwiseStack, SrLutNet

MIX = ((0, 0), (0, 1), (1, 0), (1, 1))


def seen(network: nn.Module, side: int = 15) -> list[tuple[int, int]]:
    """Return which pixels (dy, dx) change what a network makes of the middle one."""
    middle, scale = side // 2, network.scale
    x = torch.full((1, 1, side, side), 100 / 255, dtype=torch.float64)
    plain = network.double()(x)
    places = list(itertools.product(range(side), repeat=2))
    struck = x.repeat(len(places), 1, 1, 1)
    for number, (row, column) in enumerate(places):
        struck[number, 0, row, column] = 180 / 255
    change = (network(struck) - plain).abs().amax(1)  # (places, r side, r side)
    own = slice(scale * middle, scale * (middle + 1))
    return [
        (row - middle, column - middle)
        for number, (row, column) in enumerate(places)
        if change[number, own, own].max() > 1e-9
    ]


def square(radius: int) -> list[tuple[int, int]]:
    return list(itertools.product(range(-radius, radius + 1), repeat=2))


def test_the_square_pattern_is_a_2x2_convolution() -> None:
    net = SrLutNet("s", width=8).double()
    x = torch.rand(2, 1, 6, 5, dtype=torch.float64)
    first, last = net.stack.first, net.stack.last
    y = F.relu(F.conv2d(x, first.weight.reshape(8, 1, 2, 2), first.bias))
    for layer in net.stack.hidden:
        y = F.relu(layer(y))
    y = F.pixel_shuffle(last(y), 4).clamp(-1, 1)
    assert torch.allclose(net(x), y, atol=1e-12)
    assert net(x).shape == (2, 1, 20, 16)


@pytest.mark.parametrize(("name", "kernel", "dilation"), [("d", (2, 2), 2), ("f", (1, 3), 1)])
def test_other_patterns_are_convolutions_too(name, kernel, dilation) -> None:
    net = SrLutNet(name, 1, width=8, depth=1).double()
    x = torch.rand(2, 1, 6, 7, dtype=torch.float64)
    weight = net.stack.first.weight.reshape(8, 1, *kernel)
    expected = F.conv2d(x, weight, net.stack.first.bias, dilation=dilation)[:, :, :4, :5]
    assert torch.allclose(net.stack.features(gathered(x, PATTERNS[name])), expected.relu())


def gathered(x: Tensor, pattern: Pattern) -> Tensor:
    high, wide = (size - pattern.reach for size in x.shape[2:])
    return torch.cat([x[:, :, dy : dy + high, dx : dx + wide] for dy, dx in pattern.taps], 1)


def test_dense_layers_get_all_outputs_before_them() -> None:
    stack = PointwiseStack(3, 2, width=4, depth=2, dense=True)
    shapes = [layer.weight.shape[:2] for layer in (*stack.hidden, stack.last)]
    assert shapes == [(4, 4), (4, 8), (2, 12)]
    x = torch.rand(1, 3, 2, 2)
    a = F.relu(stack.first(x))
    b = F.relu(stack.hidden[0](a))
    c = F.relu(stack.hidden[1](torch.cat((a, b), 1)))
    assert torch.allclose(stack(x), stack.last(torch.cat((a, b, c), 1)))


def test_parameters_of_the_published_networks() -> None:
    # weights and biases by hand: Jo & Kim's 2 x 2, four 1 x 1 and a last layer of 64 channels
    count = sum(p.numel() for p in SrLutNet("s").parameters())
    assert count == 64 * 5 + 4 * 64 * 65 + 16 * 65
    # Dong et al. 2016, table 1: 12,464 weights for FSRCNN (56, 12, 4)
    net = FSRCNN()
    weights = [p for p in net.parameters() if p.ndim == 4]
    assert sum(p.numel() for p in weights) == 12464
    assert sum(p.numel() for p in net.parameters()) == 12809


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("shape", [(7, 9), (8, 8)])
def test_every_network_enlarges(scale, shape) -> None:
    x = torch.rand(2, 1, *shape)
    networks = (
        MuLutNet(("s",), 1, scale, width=8, dense=False),
        MuLutNet(scale=scale, width=8, depth=1),
        MuLutNet(("s", "f"), 1, scale, width=8, mix=MIX),
        MixedNet(scale, width=8, depth=1),
        FSRCNN(scale),
    )
    for network in networks:
        y = network(x)
        assert y.shape == (2, 1, scale * shape[0], scale * shape[1])
        y.square().mean().backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


def test_the_ensemble_is_four_rotations_by_hand() -> None:
    net = SrLutNet("y", 2, width=8).double()
    x = torch.rand(1, 1, 5, 6, dtype=torch.float64)
    total = torch.zeros(1, 1, 10, 12, dtype=torch.float64)
    for turns in range(4):
        padded = F.pad(torch.rot90(x, turns, (2, 3)), (0, 2, 0, 2), mode="reflect")
        total += torch.rot90(net(padded), 4 - turns, (2, 3))
    assert torch.allclose(rotation_ensemble(net, x), total, atol=1e-12)


@pytest.mark.parametrize("padding", ["edge", "reflect"])
@pytest.mark.parametrize("shape", [(6, 6), (5, 8)])
def test_the_ensemble_turns_with_the_picture(shape, padding) -> None:
    net = MixedNet(3, width=8).double()
    x = torch.rand(1, 1, *shape, dtype=torch.float64)
    turned = net(torch.rot90(x, 1, (2, 3)), padding)
    assert torch.allclose(turned, torch.rot90(net(x, padding), 1, (2, 3)), atol=1e-12)


@pytest.mark.parametrize(
    "network",
    [
        MuLutNet(("s", "d", "f"), 1, 2, width=8),
        MuLutNet(("s", "y"), 2, 2, width=8),
        MixedNet(2, width=8),
    ],
    ids=["one stage", "two stages", "mixed"],
)
def test_pieces_with_a_margin_are_parts_of_the_picture(network) -> None:
    network = network.double()
    reach = network.reach
    x = (torch.rand(1, 1, 16, 17, dtype=torch.float64) * 255).round() / 255
    whole = network(x)[:, :, 2 * reach : -2 * reach, 2 * reach : -2 * reach]
    assert torch.allclose(network(x, "valid"), whole, atol=1e-12)


def test_fields() -> None:
    torch.manual_seed(3)
    one = MuLutNet(("s",), 1, 2, width=16)
    assert seen(one) == square(1)
    assert one.reach == 1
    # the float-only upper bound: a 2 x 2 mix of a 2 x 2 convolution is 3 x 3, turned 5 x 5
    mixed = MuLutNet(("s",), 1, 2, width=16, mix=MIX)
    assert seen(mixed) == square(2)
    assert mixed.reach == 2


def test_field_of_the_tabulable_mix() -> None:
    torch.manual_seed(5)
    net = MixedNet(2, width=16)
    assert seen(net) == square(2)
    assert net.reach == 2
    further = MixedNet(2, width=16, offsets=((0, 0), (0, 2), (2, 0), (2, 2)))
    assert further.reach == 3


def test_stages_exchange_bytes() -> None:
    """Another network after the first stage sees whole grey levels only."""
    torch.manual_seed(1)
    net = MuLutNet(("s", "d"), 2, 2, width=8).double()
    met = []
    net.stages[1][0].register_forward_pre_hook(lambda module, given: met.append(given[0] * 255))
    net(torch.rand(1, 1, 6, 6, dtype=torch.float64))
    assert torch.allclose(met[0], met[0].round(), atol=1e-9)
    assert met[0].min() >= 0 and met[0].max() <= 255
    assert len(met[0].unique()) > 2


def test_rounding_passes_gradients_through() -> None:
    x = torch.tensor([-3.2, 0.5, 1.5, 99.7, 255.4], requires_grad=True)
    assert torch.equal(round_through(x), torch.tensor([-3.0, 0, 2, 100, 255]))
    assert torch.equal(to_bytes(x), torch.tensor([0.0, 0, 2, 100, 255]))
    (gradient,) = torch.autograd.grad(to_bytes(x).sum(), x)
    assert gradient.tolist() == [0, 1, 1, 1, 0]
    many = torch.rand(10000) * 255
    assert torch.equal(round_through(many), many.round())  # to the bit


def test_mixed_net_by_hand() -> None:
    """One pixel in one rotation, with the operators written out."""
    net = MixedNet(2, width=8).double()
    x = torch.randint(0, 256, (3, 3)).double()

    def feature(i: int, j: int) -> Tensor:
        centre = x[i, j]
        others = torch.stack((x[i, j + 1], x[i + 1, j], x[i + 1, j + 1])) - centre
        scaled = torch.log(1 + others.abs() / 8) / torch.log(torch.tensor(1 + 255 / 8).double())
        index = torch.cat((centre[None], 127.5 + 127.5 * others.sign() * scaled))
        answer = net.first(((index - 127.5) / 127.5).reshape(1, 4, 1, 1)).flatten()
        return (128 + 127 * answer.tanh()).round().clamp(0, 255)

    features = torch.stack([feature(0, 0), feature(0, 1), feature(1, 0), feature(1, 1)])  # (4, F)
    addend = sum(
        255 * net.mixed[k](((features[:, k] - 127.5) / 127.5).reshape(1, 4, 1, 1)) for k in (0, 1)
    )
    expected = (x[0, 0] + addend.reshape(2, 2)) / 255
    assert torch.allclose(net.one_rotation(x[None, None] / 255)[0, 0], expected, atol=1e-9)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SrLutNet("q"), "pattern must be one of"),
        (lambda: SrLutNet(scale=5), "scale must be one of 1, 2, 3, 4, got 5"),
        (lambda: SrLutNet(width=0), "width must be"),
        (lambda: SrLutNet(mix=((0, -1),)), "mix must hold offsets >= 0"),
        (lambda: MuLutNet(()), "at least one pattern"),
        (lambda: MuLutNet(stages=0), "stages must be"),
        (lambda: MuLutNet(scale=1), "scale must be one of 2, 3, 4, got 1"),
        (lambda: MixedNet(features=0), "features must be"),
        (lambda: MixedNet(offsets=((0, 0), (-1, 0))), "offsets >= 0"),
        (lambda: FSRCNN(d=0), "d must be"),
        (lambda: FSRCNN(scale=5), "scale must be one of"),
        (lambda: SrLutNet()(torch.zeros(1, 3, 4, 4)), r"x must be \(B, 1, H, W\)"),
        (lambda: SrLutNet()(torch.zeros(1, 1, 1, 4)), "H and W above 1"),
        (lambda: FSRCNN()(torch.zeros(1, 3, 4, 4)), r"x must be \(B, 1, H, W\)"),
        (lambda: MixedNet()(torch.zeros(1, 3, 4, 4)), r"x must be \(B, 1, H, W\)"),
        (lambda: MixedNet()(torch.zeros(1, 1, 4, 4), "valid"), "more than 4 rows"),
        (lambda: MixedNet()(torch.zeros(1, 1, 2, 9), "reflect"), "more than 2 x 2 pixels"),
        (lambda: MixedNet()(torch.zeros(1, 1, 4, 4), "wrap"), "padding must be one of"),
    ],
)
def test_bad_arguments(make, message) -> None:
    with pytest.raises(ValueError, match=message):
        make()
