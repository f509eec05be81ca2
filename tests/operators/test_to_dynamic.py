"""Models of torchvision become dynamic, and still are what they were where they should be."""

import pytest
import torch
import torchvision
from torch import nn

from dynconv_lite.dynamic import DynamicConv2d, to_dynamic

MODELS = {
    "resnet18": torchvision.models.resnet18,
    "mobilenet_v2": torchvision.models.mobilenet_v2,
    "mobilenet_v3_small": torchvision.models.mobilenet_v3_small,
}


def layers(model: nn.Module, kind: type) -> list[nn.Module]:
    return [module for module in model.modules() if isinstance(module, kind)]


@pytest.mark.parametrize("name", MODELS)
def test_kernels_that_start_as_copies_change_nothing(name) -> None:
    model = MODELS[name](num_classes=5).eval()
    dynamic = to_dynamic(model, 2, start="copy")
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(dynamic(x), model(x), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_all_convolutions_but_the_first_and_the_excitations_are_replaced(name) -> None:
    model = MODELS[name](num_classes=5)
    before = len(layers(model, nn.Conv2d))
    squeezes = layers(model, torchvision.ops.SqueezeExcitation)
    dynamic = to_dynamic(model)
    assert len(layers(model, nn.Conv2d)) == before, "the model itself is left alone"
    assert len(layers(dynamic, DynamicConv2d)) == before - 1 - 2 * len(squeezes)
    everything = to_dynamic(model, keep_first=False)
    assert len(layers(everything, DynamicConv2d)) == before - 2 * len(squeezes)
    x = torch.randn(2, 3, 64, 64).to(memory_format=torch.channels_last)
    dynamic.to(memory_format=torch.channels_last)(x).sum().backward()
    assert all(p.grad is not None for p in dynamic.parameters())


def test_random_kernels_have_the_spread_of_the_layer_s_own() -> None:
    model = torchvision.models.resnet18()
    dynamic = to_dynamic(model)
    before = model.layer2[0].conv2.weight.detach()
    after = dynamic.layer2[0].conv2.weight.detach()
    assert float(after.square().mean().sqrt()) == pytest.approx(
        float(before.square().mean().sqrt()), rel=0.02
    )
    assert not torch.equal(after[0], after[1])


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_padding_in_words(padding) -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, (3, 5), padding=padding, dilation=(2, 1)))
    dynamic = to_dynamic(model, keep_first=False, start="copy")
    x = torch.randn(2, 3, 9, 9)
    torch.testing.assert_close(dynamic(x), model(x))


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (nn.Sequential(nn.ReLU()), {}, "no convolution to make dynamic"),
        (nn.Sequential(nn.Conv2d(3, 4, 3)), {}, "no convolution to make dynamic"),
        (nn.Conv2d(3, 4, 3), {"keep_first": False}, "use DynamicConv2d"),
        (
            nn.Sequential(nn.Conv2d(3, 4, 3, padding_mode="circular", padding=1)),
            {"keep_first": False},
            "0 = Conv2d.*cannot be made dynamic",
        ),
        (nn.Sequential(nn.Conv2d(3, 4, 2, padding="same")), {"keep_first": False}, "one side"),
        (nn.Sequential(nn.Conv2d(3, 4, 3)), {"start": "zeros"}, "start must be"),
        (nn.Sequential(nn.Conv2d(3, 4, 3)), {"keep_first": False, "num_kernels": 0}, "num_kernels"),
    ],
)
def test_what_cannot_be_is_named(model, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        to_dynamic(model, **options)
