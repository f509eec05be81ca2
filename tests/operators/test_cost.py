"""What a network costs is what a walk over its layers adds up by hand."""

import copy
import math
from collections import Counter

import pytest
import torch
import torchvision
from torch import Tensor, nn

from dynconv_lite.cost import count_cost
from dynconv_lite.dynamic import DynamicConv2d, KernelAttention, to_dynamic

SIZE = (3, 224, 224)


def by_hand(model: nn.Module, size: tuple[int, ...], batch: int = 1) -> Counter:
    """Add up multiply-adds from the shapes that go through each layer."""
    total: Counter = Counter()

    def convolution(layer, inputs, output) -> None:
        pixels = output.shape[0] * output.shape[2] * output.shape[3]
        into = layer.in_channels // layer.groups
        total["convolution"] += pixels * layer.out_channels * into * math.prod(layer.kernel_size)
        if isinstance(layer, DynamicConv2d):
            kernels, out = layer.weight.shape[:2]
            of_a_kernel = out * into * math.prod(layer.kernel_size)
            of_a_bias = out if layer.bias is not None else 0
            total["mixing"] += output.shape[0] * kernels * (of_a_kernel + of_a_bias)

    def attention(layer, inputs, output) -> None:
        into, hidden = layer.in_channels, layer.hidden_channels
        of_an_image = into * hidden + (hidden or into) * layer.num_kernels  # fc1 and fc2
        total["attention"] += len(output) * of_an_image

    def linear(layer, inputs, output) -> None:
        total["linear"] += len(output) * layer.in_features * layer.out_features

    rules = {nn.Conv2d: convolution, DynamicConv2d: convolution, KernelAttention: attention}
    model = copy.deepcopy(model)
    inside = {
        part for m in model.modules() if isinstance(m, KernelAttention) for part in m.modules()
    }
    for module in model.modules():
        if type(module) in rules:
            module.register_forward_hook(rules[type(module)])
        elif isinstance(module, nn.Linear) and module not in inside:
            module.register_forward_hook(linear)
    with torch.no_grad():
        model.train()(torch.zeros(batch, *size))
    return total


@pytest.fixture(scope="module")
def mobilenets() -> dict:
    """The static MobileNetV3-Small and its dynamic twin: what each costs, and by hand."""
    static = torchvision.models.mobilenet_v3_small()
    models = {"static": static, "dynamic": to_dynamic(static, num_kernels=4)}
    return {name: (count_cost(m, SIZE), by_hand(m, SIZE)) for name, m in models.items()}


@pytest.mark.parametrize("name", ["static", "dynamic"])
def test_multiply_adds_of_mobilenet_v3_small_are_those_counted_by_hand(mobilenets, name) -> None:
    cost, hand = mobilenets[name]
    assert cost.multiply_adds == sum(hand.values())
    assert cost.multiply_adds == sum(cost.by_kind.values())


def test_the_static_network_is_the_published_one(mobilenets) -> None:
    cost, hand = mobilenets["static"]
    assert cost.parameters == 2_542_856  # torchvision's documentation of mobilenet_v3_small
    # Howard et al. 2019, "Searching for MobileNetV3", table 3: 56 million multiply-adds
    assert cost.multiply_adds == pytest.approx(56e6, rel=0.01)
    assert set(hand) == {"convolution", "linear"}
    assert cost.by_kind == {"convolution": hand["convolution"], "addmm": hand["linear"]}


def test_dynamic_convolution_adds_four_percent(mobilenets) -> None:
    (static, hand), (dynamic, parts) = mobilenets["static"], mobilenets["dynamic"]
    # Chen et al. 2020, abstract: "with only 4% additional FLOPs"
    assert 0.035 < dynamic.multiply_adds / static.multiply_adds - 1 < 0.045
    # the convolutions themselves cost what they did: what is new is mixing, and attention
    assert parts["convolution"] == hand["convolution"] and parts["linear"] == hand["linear"]
    new = dynamic.multiply_adds - static.multiply_adds
    assert new == parts["mixing"] + parts["attention"]
    # mixing: 4 times all the weights that became dynamic
    network = to_dynamic(torchvision.models.mobilenet_v3_small(), num_kernels=4)
    layers = [m for m in network.modules() if isinstance(m, DynamicConv2d)]
    assert parts["mixing"] == sum(layer.weight.numel() for layer in layers)
    assert all(layer.bias is None for layer in layers)
    assert parts["mixing"] / new == pytest.approx(0.79, abs=0.01)


def test_of_each_dynamic_kernel_the_parameters_are_k(mobilenets) -> None:
    static, dynamic = mobilenets["static"][0], mobilenets["dynamic"][0]
    mixed = mobilenets["dynamic"][1]["mixing"]  # K times the weights of the static layers
    network = to_dynamic(torchvision.models.mobilenet_v3_small(), num_kernels=4)
    attentions = [m for m in network.modules() if isinstance(m, KernelAttention)]
    own = sum(p.numel() for a in attentions for p in a.parameters())
    assert dynamic.parameters == static.parameters + mixed * 3 // 4 + own


class Dynamic(nn.Sequential):
    """Layers of each form: in groups, by products, and by outputs from K + 1 images on."""

    def __init__(self) -> None:
        super().__init__(
            DynamicConv2d(4, 8, 3, padding=1, num_kernels=2),
            DynamicConv2d(8, 64, 1, groups=2, num_kernels=2),
            DynamicConv2d(64, 4, 3, num_kernels=2, gate="sigmoid", bias=False),
        )


@pytest.mark.parametrize("batch", [1, 2])
def test_multiply_adds_of_each_form(batch) -> None:
    cost = count_cost(Dynamic(), (4, 5, 5), batch)
    assert cost.multiply_adds == sum(by_hand(Dynamic(), (4, 5, 5), batch).values())


def test_many_images_of_few_pixels_count_as_k_convolutions() -> None:
    layer = nn.Sequential(DynamicConv2d(64, 4, 3, num_kernels=2, gate="sigmoid", bias=False))
    hand = by_hand(layer, (64, 4, 4), batch=8)
    mixing = 8 * 2 * 4 * 2 * 2  # images, kernels, and the 4 x 2 x 2 numbers that come out
    expected = 2 * hand["convolution"] + hand["attention"] + mixing
    assert count_cost(layer, (64, 4, 4), batch=8).multiply_adds == expected


def test_a_batch_multiplies_what_an_image_costs() -> None:
    model = torchvision.models.mobilenet_v3_small(width_mult=0.25)
    two, six = (count_cost(model, (3, 64, 64), batch) for batch in (2, 6))
    assert six.parameters == two.parameters
    assert six.multiply_adds == 3 * two.multiply_adds
    assert 2.9 < six.saved_bytes / two.saved_bytes <= 3  # not the statistics, which have no batch


class Twice(nn.Module):
    """Keeps one map for two convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 5, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.first(x).sum() + self.second(x).sum()


def test_saved_bytes_are_what_the_backward_pass_needs() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 5))
    # float32: the input for the convolution's weight; what the relu gives, once, for itself and
    # for the linear layer
    assert count_cost(model, (3, 8, 8), batch=2).saved_bytes == 4 * 2 * (3 * 8 * 8 + 4 * 6 * 6)
    assert count_cost(model.double(), (3, 8, 8)).saved_bytes == 8 * (3 * 8 * 8 + 4 * 6 * 6)
    assert count_cost(Twice(), (3, 8, 8)).saved_bytes == 4 * 3 * 8 * 8
    frozen = Twice().requires_grad_(False)
    assert count_cost(frozen, (3, 8, 8)).saved_bytes == 0


def test_saved_bytes_of_a_normalisation_are_its_input_and_two_statistics() -> None:
    # mean and deviation of this batch; the running ones are buffers, of the model
    expected = 4 * (2 * 3 * 8 * 8 + 2 * 3)
    assert count_cost(nn.BatchNorm2d(3), (3, 8, 8), batch=2).saved_bytes == expected


def test_saved_bytes_of_a_dynamic_layer() -> None:
    layer = DynamicConv2d(8, 16, 3, num_kernels=4, bias=False)
    x, pooled, hidden, shares, mixed = 8 * 6 * 6, 8, 2, 4, 16 * 8 * 9
    # relu and softmax keep what they give; mixing keeps shares and kernels, the kernels being
    # parameters; the convolution keeps x and the mixed kernel
    expected = 4 * (x + pooled + hidden + shares + mixed)
    assert count_cost(nn.Sequential(layer), (8, 6, 6)).saved_bytes == expected


class Draws(nn.Module):
    """Changes itself and the random generators at every pass."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros(()), persistent=False)
        self.passes, self.conv = 0, nn.Conv2d(3, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        self.passes += 1
        self.seen += 1
        return nn.functional.dropout(self.conv(x))


def test_the_model_is_left_as_it_was() -> None:
    draws = Draws()
    model = nn.Sequential(draws, nn.BatchNorm2d(4), nn.Sequential(nn.Conv2d(4, 4, 3)))
    model[0].train(), model[1].eval(), model[2].train()
    modes = [module.training for module in model.modules()]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    with torch.no_grad():  # counted all the same
        assert count_cost(model, (3, 8, 8), batch=2).saved_bytes > 0
    assert torch.equal(torch.get_rng_state(), state)
    assert [module.training for module in model.modules()] == modes
    assert (draws.passes, float(draws.seen)) == (0, 0)
    after = model.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("size", [(3, 8, 8), (5, 8, 8)])  # the second does not fit the model
def test_nothing_of_the_counting_stays_behind(size) -> None:
    model, seen = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).eval(), []
    model[0].register_forward_hook(lambda module, inputs, output: seen.append(len(output)))
    before = (hooks(), [len(m._forward_hooks) for m in model.modules()])
    try:
        count_cost(model, size, batch=3)
    except RuntimeError:
        assert size[0] == 5
    assert (hooks(), [len(m._forward_hooks) for m in model.modules()]) == before
    assert not any(module.training for module in model.modules())
    x = torch.randn(2, 3, 8, 8, requires_grad=True)
    model(x).sum().backward()  # no hook on what is saved, no counter
    assert x.grad is not None and seen[-1] == 2


def hooks() -> list[int]:
    """Count the hooks that torch runs on every module, whatever model it is in."""
    module = torch.nn.modules.module
    kinds = ("_global_forward_hooks", "_global_forward_pre_hooks", "_global_backward_hooks")
    return [len(getattr(module, kind)) for kind in kinds]


@pytest.mark.parametrize(
    ("size", "batch", "message"),
    [
        ((3, 8, 8), 0, "batch must be an integer >= 1, got 0"),
        ((3, 8, 8), True, "batch must be an integer >= 1, got True"),
        ((3, 8, 8), 1.5, r"batch must be an integer >= 1, got 1\.5"),
        ((3, 0, 8), 1, r"input_size\[1\] must be an integer >= 1, got 0"),
    ],
)
def test_wrong_sizes_are_named(size, batch, message) -> None:
    with pytest.raises(ValueError, match=message):
        count_cost(nn.Conv2d(3, 4, 1), size, batch)


def test_a_model_without_memory_is_refused() -> None:
    with torch.device("meta"):
        model = nn.Conv2d(3, 4, 1)
    with pytest.raises(ValueError, match="model must be on a device with memory"):
        count_cost(model, (3, 8, 8))
