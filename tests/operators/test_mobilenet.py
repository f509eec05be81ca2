"""MobileNetV2 for small pictures is the published network with three halvings left out."""

import pytest
import torch
import torchvision
from torch import nn

from dynconv_lite.models.mobilenet import small_mobilenet_v2


def on_meta(build, *arguments, **options) -> nn.Module:
    with torch.device("meta"):
        return build(*arguments, **options)


@pytest.mark.parametrize(("height", "width"), [(32, 32), (16, 24)])
@pytest.mark.parametrize("width_mult", [0.25, 1.0])
def test_the_last_map_is_a_quarter_of_the_picture(width_mult, height, width) -> None:
    model = on_meta(small_mobilenet_v2, 7, width_mult).eval()
    x = torch.empty(2, 3, height, width, device="meta")
    assert model.features(x).shape == (2, 1280, height // 4, width // 4)
    assert model(x).shape == (2, 7)


def test_a_picture_of_32_pixels_ends_as_8_by_8() -> None:
    model = small_mobilenet_v2(10, 0.1).eval()
    with torch.no_grad():
        x = torch.randn(1, 3, 32, 32)
        assert model.features(x).shape == (1, 1280, 8, 8)
        assert model(x).isfinite().all()


def test_every_weight_is_that_of_the_published_network() -> None:
    ours, theirs = on_meta(small_mobilenet_v2, 1000), on_meta(torchvision.models.mobilenet_v2)
    # torchvision's documentation of mobilenet_v2
    assert sum(p.numel() for p in ours.parameters()) == 3_504_872
    shapes = [{k: v.shape for k, v in m.state_dict().items()} for m in (ours, theirs)]
    assert shapes[0] == shapes[1]


def test_only_strides_and_the_dropout_are_its_own() -> None:
    ours, theirs = on_meta(small_mobilenet_v2, 1000), on_meta(torchvision.models.mobilenet_v2)
    changed = {}
    for (name, own), other in zip(ours.named_modules(), theirs.modules(), strict=True):
        assert type(own) is type(other)
        if isinstance(own, nn.Conv2d) and own.stride != other.stride:
            changed[name] = (own.stride[0], other.stride[0])
            own.stride = other.stride
        assert own.extra_repr() == other.extra_repr() or isinstance(own, nn.Dropout)
    # the stem, and the first layers of 24 and of 32 channels, in table 2 of Sandler et al. 2018
    assert list(changed.values()) == [(1, 2)] * 3
    assert ours.classifier[0].p == 0


def test_training_reaches_every_parameter() -> None:
    model = small_mobilenet_v2(5, 0.1).train()
    model(torch.randn(2, 3, 16, 16)).square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_classes": 0}, "num_classes must be at least 1, got 0"),
        ({"width_mult": 0}, "width_mult must be above 0 and at most 8, got 0"),
        ({"width_mult": -1.0}, r"width_mult must be above 0 and at most 8, got -1\.0"),
        ({"width_mult": float("nan")}, "width_mult must be above 0 and at most 8, got nan"),
        ({"width_mult": 9}, "width_mult must be above 0 and at most 8, got 9"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        small_mobilenet_v2(**arguments)
