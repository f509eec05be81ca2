"""The ResNet for small pictures has the published size, reach and layout."""

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from dynconv_lite.erf import theoretical_receptive_field
from dynconv_lite.jitter import MODES, ChannelJitter
from dynconv_lite.models.resnet import BasicBlock, CifarResNet


def weights_by_hand(classes: int, width: int, blocks: tuple[int, ...]) -> int:
    """Count weights: 9 or 1 per pair of channels, 2 per normalised channel, and the classifier."""
    total = 9 * 3 * width + 2 * width  # stem
    inner = width
    for stage, depth in enumerate(blocks):
        outer = width * 2**stage
        for block in range(depth):
            total += 9 * inner * outer + 2 * outer + 9 * outer * outer + 2 * outer
            if block == 0 and stage > 0:
                total += inner * outer + 2 * outer  # the 1 x 1 convolution of the shortcut
            inner = outer
    return total + inner * classes + classes


@pytest.mark.parametrize(
    ("classes", "width", "blocks", "expected"),
    [
        (100, 64, (2, 2, 2, 2), 11_220_132),
        (100, 16, (2, 2, 2, 2), None),
        (10, 4, (1, 1, 1, 1), None),
        (7, 4, (3, 4, 6, 3), None),
    ],
)
def test_the_number_of_weights(classes, width, blocks, expected) -> None:
    with torch.device("meta"):
        model = CifarResNet(classes, width, blocks)
    count = sum(parameter.numel() for parameter in model.parameters())
    assert count == weights_by_hand(classes, width, blocks)
    assert expected in (None, count)


def test_the_layers_but_the_stem_and_classifier_are_torchvisions() -> None:
    with torch.device("meta"):
        ours, theirs = CifarResNet(), torchvision.models.resnet18()
    for stage in range(1, 5):
        shapes = [
            sorted(tuple(p.shape) for p in model.get_submodule(f"layer{stage}").parameters())
            for model in (ours, theirs)
        ]
        assert shapes[0] == shapes[1]


@pytest.mark.parametrize("stage", range(1, 5))
def test_a_stage_computes_what_torchvisions_does(stage) -> None:
    ours = CifarResNet(width=64).get_submodule(f"layer{stage}").eval()
    theirs = torchvision.models.resnet18().get_submodule(f"layer{stage}").eval()
    names = [key.replace("downsample", "shortcut") for key in theirs.state_dict()]
    state = {
        name: torch.rand_like(value) + 0.1 if value.is_floating_point() else value
        for name, value in zip(names, theirs.state_dict().values(), strict=True)
    }
    scale = {k: (v - 0.6) * 0.05 if v.ndim == 4 else v for k, v in state.items()}
    ours.load_state_dict(scale)
    theirs.load_state_dict({k.replace("shortcut", "downsample"): v for k, v in scale.items()})
    x = torch.randn(1, ours[0].conv1.in_channels, 4, 4)
    with torch.no_grad():
        torch.testing.assert_close(ours(x.clone()), theirs(x.clone()))


@pytest.mark.parametrize(("height", "width"), [(32, 32), (16, 24)])
def test_the_shape_behind_every_stage(height, width) -> None:
    model = CifarResNet(num_classes=5, width=4).eval()
    shapes = {}
    for name in ("stem", "after_stem", "layer1", "layer2", "layer3", "layer4"):
        model.get_submodule(name).register_forward_hook(
            lambda module, inputs, output, name=name: shapes.__setitem__(name, tuple(output.shape))
        )
    assert model(torch.rand(2, 3, height, width)).shape == (2, 5)
    h, w = height, width
    assert shapes == {
        "stem": (2, 4, h, w),
        "after_stem": (2, 4, h, w),
        "layer1": (2, 4, h, w),
        "layer2": (2, 8, h // 2, w // 2),
        "layer3": (2, 16, h // 4, w // 4),
        "layer4": (2, 32, h // 8, w // 8),
    }


def test_the_last_stage_sees_109_pixels() -> None:
    # r = 1 + sum of (k - 1) times the stride so far, over all 3 x 3 convolutions:
    # the stem and stage 1 at stride 1, then per stage one that strides and three that follow it
    by_hand = 1 + 2 * 1 + 4 * 2 * 1 + sum(2 * 2**s + 3 * 2 * 2 ** (s + 1) for s in range(3))
    assert by_hand == 109
    model = CifarResNet(width=4).eval()
    field = theoretical_receptive_field(model, "layer4", (128, 128))
    assert field.bounded and field.size == (109, 109) and field.stride == (8, 8)


def test_a_whole_step_behind_the_stem_widens_the_field_by_one_pixel_a_side() -> None:
    jitter = ChannelJitter(4, "shift_det")
    model = CifarResNet(width=4, after_stem=jitter).eval()
    field = theoretical_receptive_field(model, "layer4", (128, 128))
    assert min(field.size) >= 111  # a bound: never less than what the shifted units see


def test_the_module_behind_the_stem_is_between_stem_and_first_stage() -> None:
    order = []

    class Marker(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            order.append("after_stem")
            return x * 0 + 7.0

    marker = Marker()
    model = CifarResNet(num_classes=3, width=4, after_stem=marker).eval()
    assert model.after_stem is marker
    model.stem.register_forward_hook(lambda module, inputs, output: order.append("stem"))

    def first_stage(module: nn.Module, inputs: tuple[torch.Tensor]) -> None:
        order.append("layer1")
        assert (inputs[0] == 7).all()

    model.layer1.register_forward_pre_hook(first_stage)
    model(torch.rand(2, 3, 16, 16))
    assert order == ["stem", "after_stem", "layer1"]


def test_the_stem_is_normalised_and_rectified_before_the_module() -> None:
    seen = []
    probe = nn.Identity()
    probe.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    model = CifarResNet(num_classes=3, width=4, after_stem=probe)
    x = torch.randn(2, 3, 16, 16)
    model(x)
    conv, norm, _ = model.stem
    expected = F.relu(F.batch_norm(conv(x), None, None, norm.weight, norm.bias, training=True))
    torch.testing.assert_close(seen[0], expected)


def test_logits_are_the_mean_of_the_last_map_times_the_classifier() -> None:
    model = CifarResNet(num_classes=6, width=4).eval()
    x = torch.rand(2, 3, 24, 16)
    expected = model.features(x).mean((2, 3)) @ model.fc.weight.T + model.fc.bias
    torch.testing.assert_close(model(x), expected)


def test_a_block_is_its_formula() -> None:
    block = BasicBlock(4, 8, stride=2)
    x = torch.randn(3, 4, 6, 6)
    kept = x.clone()

    def norm(x: torch.Tensor) -> torch.Tensor:
        return (x - x.mean((0, 2, 3), True)) / (x.var((0, 2, 3), False, keepdim=True) + 1e-5).sqrt()

    inner = norm(F.conv2d(x, block.conv1.weight, stride=2, padding=1)).relu()
    inner = norm(F.conv2d(inner, block.conv2.weight, padding=1))
    short = norm(F.conv2d(x, block.shortcut[0].weight, stride=2))
    torch.testing.assert_close(block(x), (inner + short).relu(), atol=1e-5, rtol=1e-4)
    assert torch.equal(x, kept), "the block's input is not its own to change"


def test_a_seed_means_the_same_first_weights_in_every_mode() -> None:
    states = []
    for mode in MODES:
        torch.manual_seed(11)
        model = CifarResNet(num_classes=5, width=8, after_stem=ChannelJitter(8, mode))
        state = model.state_dict()
        state.pop("after_stem.offset", None)
        states.append(state)
        after = torch.rand(3)
        torch.manual_seed(11)
        CifarResNet(num_classes=5, width=8)
        assert torch.equal(after, torch.rand(3)), "the draws that follow differ"
    for state in states[1:]:
        assert list(state) == list(states[0])
        assert all(torch.equal(state[name], states[0][name]) for name in state)


def test_convolutions_start_by_he_over_outputs() -> None:
    convolution = CifarResNet(width=32).layer3[0].conv1.weight  # (128, 64, 3, 3)
    assert convolution.std().item() == pytest.approx((2 / (9 * 128)) ** 0.5, rel=0.02)
    assert abs(convolution.mean().item()) < 1e-3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_classes": 0}, "num_classes must be at least 1, got 0"),
        ({"width": -1}, "width must be at least 1, got -1"),
        ({"blocks": (2, 2, 0, 2)}, "blocks must be at least 1, got 0"),
        ({"blocks": ()}, "blocks must be at least 1, got 0"),
        ({"blocks": (2, 2, 2)}, r"blocks must name four stages, got \(2, 2, 2\)"),
        ({"blocks": (1,) * 5}, "blocks must name four stages"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        CifarResNet(**arguments)


@pytest.mark.parametrize("channels", [4, 5, 12])
def test_a_strided_block_of_few_channels_learns_in_channels_last(channels) -> None:
    # a strided 1 x 1 convolution of fewer than 8 channels broke the process on some CPUs
    block = BasicBlock(channels, 2 * channels, stride=2).to(memory_format=torch.channels_last)
    twin = BasicBlock(channels, 2 * channels, stride=2).double()
    twin.load_state_dict(block.state_dict())
    x = torch.randn(16, channels, 32, 32).to(memory_format=torch.channels_last)
    for _ in range(20):  # memory that was written over shows itself late
        block.zero_grad()
        block(x).square().mean().backward()
    twin(x.double().contiguous()).square().mean().backward()
    ours, theirs = block.shortcut[0].weight.grad, twin.shortcut[0].weight.grad
    torch.testing.assert_close(ours.double(), theirs, atol=1e-5, rtol=1e-3)
