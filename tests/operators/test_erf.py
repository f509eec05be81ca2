"""The effective receptive field against its definition, and its numbers against hand counts."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchvision
from cropping import check_crop, images, reseed
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torchvision import models

from dynconv_lite.erf import (
    effective_receptive_field,
    erf_area_ratio,
    erf_width,
    log_scaled,
    theoretical_receptive_field,
)
from dynconv_lite.models.attention import AttentionStack
from dynconv_lite.models.plain import PlainClassifier, PlainStack


def by_definition(model: nn.Module, layer: nn.Module, batch: Tensor, unit=None) -> np.ndarray:
    """Return mean over images of sum_c relu(ds/dx), s = sum_c relu(F[:, c, h // 2, w // 2])."""
    model.eval()
    maps = []
    for image in batch:
        kept: list[Tensor] = []
        handle = layer.register_forward_hook(lambda *call, kept=kept: kept.append(call[2]))
        x = image[None].clone().requires_grad_(True)
        model(x)
        handle.remove()
        features = kept[0]
        row, column = unit or (features.shape[2] // 2, features.shape[3] // 2)
        s = sum(torch.clamp(features[0, c, row, column], min=0) for c in range(features.shape[1]))
        gradient = torch.autograd.grad(s, x)[0][0].numpy()
        maps.append(np.where(gradient > 0, gradient, 0).sum(axis=0))
    return np.mean(np.stack(maps), axis=0)


def network() -> nn.Sequential:
    """A small classifier with strides, a residual-free trunk and statistics of its own."""
    return nn.Sequential(
        nn.Conv2d(3, 6, 5, stride=2, padding=2),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(6, 8, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 3),
    ).double()


@pytest.fixture
def model() -> nn.Module:
    return reseed(network())


@pytest.mark.parametrize("crop", [True, False])
@pytest.mark.parametrize("size", [(64, 64), (57, 80), (9, 12)])
def test_equals_the_definition(model: nn.Module, size: tuple[int, int], crop: bool) -> None:
    batch = images(5, 3, *size)
    expected = by_definition(model, model[5], batch)
    erf = effective_receptive_field(model, batch, crop=crop)
    assert expected.max() > 0
    np.testing.assert_allclose(erf.map.numpy(), expected, rtol=1e-12, atol=1e-12 * expected.max())
    assert erf.map.dtype == torch.float64
    assert erf.map.shape == size
    assert erf.center == theoretical_receptive_field(model, None, size).center


@pytest.mark.parametrize("unit", [(0, 0), (3, 7), (15, 19)])
def test_any_unit_of_any_layer(model: nn.Module, unit: tuple[int, int]) -> None:
    batch = images(2, 3, 64, 80)
    for layer in ("5", model[5]):
        erf = effective_receptive_field(model, batch, layer=layer, unit=unit)
        expected = by_definition(model, model[5], batch, unit)
        np.testing.assert_allclose(erf.map.numpy(), expected, rtol=1e-12, atol=1e-14)
        # Strides 2 and 2, every kernel odd and centred: unit i looks at pixel 4 i.
        assert erf.center == (4.0 * unit[0], 4.0 * unit[1])
    early = effective_receptive_field(model, batch, layer="1", unit=unit)
    expected = by_definition(model, model[0], batch, unit)  # the convolution alone differs
    assert not np.allclose(early.map.numpy(), expected)
    assert early.center == (2.0 * unit[0], 2.0 * unit[1])


def test_gradients_are_rectified_before_the_mean() -> None:
    model = nn.Conv2d(2, 1, 1).double()
    with torch.no_grad():
        model.weight.copy_(torch.tensor([2.0, -3.0]).view(1, 2, 1, 1))
        model.bias.fill_(10.0)
    erf = effective_receptive_field(model, images(2, 2, 5, 5))
    assert erf.map[2, 2] == 2.0  # the channel of gradient -3 adds nothing, and cancels nothing
    assert erf.map.sum() == 2.0


def test_the_batch_size_does_not_matter(model: nn.Module) -> None:
    batch = images(5, 3, 40, 40)
    maps = [effective_receptive_field(model, batch, batch_size=n).map for n in (1, 2, 5, 64)]
    for map in maps[1:]:
        torch.testing.assert_close(map, maps[0], rtol=1e-12, atol=1e-14)


def test_the_model_is_left_as_it_was(model: nn.Module) -> None:
    model[1].eval()
    model[4].weight.requires_grad_(False)
    model[0].bias.grad = torch.ones(6, dtype=torch.float64)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    modes, random_state = [m.training for m in model.modules()], torch.get_rng_state()
    batch = images(3, 3, 40, 40)
    kept = batch.clone()
    effective_receptive_field(model, batch)
    assert [m.training for m in model.modules()] == modes
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random_state)
    assert torch.equal(batch, kept)
    assert not batch.requires_grad
    assert model[0].bias.grad.tolist() == [1.0] * 6
    assert model[0].weight.grad is None
    assert [p.requires_grad for p in model[4].parameters()] == [False, True]
    assert not any(m._forward_hooks for m in model.modules())


def test_dropout_and_batch_statistics_play_no_part() -> None:
    model = reseed(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.9)).double())
    batch = images(4, 3, 16, 16)
    trained = effective_receptive_field(model.train(), batch)
    evaluated = effective_receptive_field(model.eval(), batch)
    assert torch.equal(trained.map, evaluated.map)


@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_callers_without_gradients_are_served(model: nn.Module, guard) -> None:
    expected = effective_receptive_field(model, images(2, 3, 40, 40))
    with guard():
        batch = images(2, 3, 40, 40)
        erf = effective_receptive_field(model, batch)
        field = theoretical_receptive_field(model, None, (40, 40))
    assert torch.equal(erf.map, expected.map)
    assert field.bounded


def test_a_model_made_in_inference_mode_is_refused() -> None:
    with torch.inference_mode():
        model = nn.Conv2d(3, 3, 3)
    with pytest.raises(ValueError, match=r"model was made under torch\.inference_mode"):
        effective_receptive_field(model, images(1, 3, 8, 8))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_low_precision_models(model: nn.Module, dtype: torch.dtype) -> None:
    batch = images(2, 3, 40, 40)
    expected = effective_receptive_field(model, batch)
    erf = effective_receptive_field(model.to(dtype), batch)  # images are cast to the model
    tolerance = 100 * torch.finfo(dtype).eps * float(expected.map.max())
    torch.testing.assert_close(erf.map, expected.map, rtol=0, atol=tolerance)
    assert erf.map.dtype == torch.float64


def test_a_compiled_model(model: nn.Module) -> None:
    batch = images(2, 3, 40, 40)
    expected = effective_receptive_field(model, batch)
    compiled = torch.compile(model, backend="eager")
    erf = effective_receptive_field(compiled, batch)
    torch.testing.assert_close(erf.map, expected.map, rtol=1e-12, atol=1e-14)


def test_one_channel_and_one_image() -> None:
    model = reseed(PlainStack(in_channels=1).double())
    batch = images(1, 1, 21, 30)
    erf = effective_receptive_field(model, batch)
    expected = by_definition(model, model, batch)
    np.testing.assert_allclose(erf.map.numpy(), expected, rtol=1e-12, atol=1e-14)


def test_a_map_of_one_unit_must_be_named() -> None:
    model = reseed(nn.Sequential(nn.Conv2d(3, 4, 12), nn.ReLU()).double())
    batch = images(2, 3, 12, 12)
    with pytest.raises(ValueError, match="layer must be named"):
        effective_receptive_field(model, batch)
    erf = effective_receptive_field(model, batch, layer="1")
    expected = by_definition(model, model[1], batch)
    np.testing.assert_allclose(erf.map.numpy(), expected, rtol=1e-12, atol=1e-14)
    assert erf.center == (5.5, 5.5)


def test_attention_reaches_everywhere() -> None:
    batch = images(2, 3, 24, 16)
    attention = AttentionStack(patch_size=4, depth=1).double()
    assert not check_crop(attention, batch)
    seen = effective_receptive_field(attention, batch).map
    assert (F.max_pool2d(seen[None], 4) > 0).all()  # something of every patch
    convolution = PlainClassifier(PlainStack(depth=2).double(), 8, 2).double()
    assert check_crop(convolution, batch)
    assert (effective_receptive_field(convolution, batch).map > 0).sum() <= 25


def local(name: str, layer: str, *size: int, **options):
    return pytest.param(getattr(models, name), options, layer, size, True, id=name)


ZOO = [
    local("resnet18", "layer2", 128, 160),
    local("convnext_tiny", "features.1", 96, 128),
    local("mobilenet_v2", "features.6", 128, 96),
    local("mobilenet_v3_small", "features.0", 64, 64),
    local("shufflenet_v2_x0_5", "stage2", 128, 160),
    local("densenet121", "features.denseblock1", 96, 96),
    local("googlenet", "inception3b", 160, 160, aux_logits=False, init_weights=False),
    local("squeezenet1_1", "features.7", 128, 96),
    pytest.param(
        models.segmentation.fcn_resnet50,
        {"weights_backbone": None},
        "backbone.layer2.0",
        (96, 128),
        True,
        id="fcn_resnet50",
    ),
    pytest.param(models.mobilenet_v3_small, {}, "features.3", (64, 64), False, id="squeeze"),
    pytest.param(models.vit_b_32, {"image_size": 64}, "conv_proj", (64, 64), False, id="vit_b_32"),
]


@pytest.mark.parametrize(("build", "options", "layer", "size", "cropped"), ZOO)
def test_the_zoo(build, options: dict, layer: str, size: tuple[int, int], cropped: bool) -> None:
    with torch.device("meta"):  # without torchvision's slow initialisation
        model = build(**options)
    model = reseed(model.to_empty(device="cpu").double())
    assert check_crop(model, images(1, 3, *size), layer=layer) is cropped


def test_shifted_windows() -> None:
    model = models.SwinTransformer([4, 4], 24, [2, 2], [2, 4], [7, 7], num_classes=3).double()
    batch = images(2, 3, 64, 96)
    assert not check_crop(model, batch)
    erf = effective_receptive_field(model, batch)
    expected = by_definition(model, model.permute, batch)
    np.testing.assert_allclose(erf.map.numpy(), expected, rtol=1e-10, atol=1e-12 * expected.max())


def test_a_segmentation_networks_own_classifier() -> None:
    with torch.device("meta"):
        model = models.segmentation.fcn_resnet50(weights=None, weights_backbone=None)
    # Dilation instead of strides: the last map is that of the classifier, at an eighth.
    field = theoretical_receptive_field(model, None, (512, 512))
    assert field.stride == (8.0, 8.0)
    assert field == theoretical_receptive_field(model, "classifier.4", (512, 512))


def test_vgg_and_its_last_map() -> None:
    plan = [8, "M", 16, "M", 16, 16, "M", 32, 32, "M", 32, 32, "M"]  # VGG-11, narrow
    model = models.VGG(models.vgg.make_layers(plan), num_classes=3, init_weights=False)
    model.classifier = nn.Linear(32 * 49, 3)
    model = reseed(model.double())
    batch = images(2, 3, 288, 256)
    assert check_crop(model, batch)
    expected = by_definition(model, model.features, batch)
    erf = effective_receptive_field(model, batch)
    np.testing.assert_allclose(erf.map.numpy(), expected, rtol=1e-10, atol=1e-12 * expected.max())


def test_the_field_of_resnet18_at_full_size() -> None:
    model = torchvision.models.ResNet(models.resnet.BasicBlock, [2, 2, 2, 2], width_per_group=64)
    model = reseed(model.float())
    assert check_crop(model, images(1, 3, 576, 544, dtype=torch.float32), 1e-4)


BAD = {
    "images": ({"images": [1.0]}, "images must be a torch.Tensor .*got list"),
    "one image": ({"images": torch.zeros(3, 8, 8)}, r"images must have shape .*\(3, 8, 8\)"),
    "no image": ({"images": torch.zeros(0, 3, 8, 8)}, r"images must have .*\(0, 3, 8, 8\)"),
    "bytes": ({"images": torch.zeros(1, 3, 8, 8, dtype=torch.uint8)}, "images .*got torch.uint8"),
    "nan": ({"images": torch.full((1, 3, 8, 8), math.nan)}, "images holds NaN"),
    "layer": ({"layer": "conv9"}, "layer 'conv9' is not in the model; its layers include 0"),
    "module": ({"layer": nn.ReLU()}, "layer ReLU is not a part of the model"),
    "vector": ({"layer": "8"}, r"layer '8' gives \(1, 3\), not a feature map"),
    "word": ({"unit": "middle"}, "unit must be \"center\" or .*got 'middle'"),
    "number": ({"unit": 3}, "unit must be .*got 3"),
    "none": ({"unit": None}, "unit must be .*got None"),
    "three": ({"unit": (1, 1, 1)}, r"unit must be .*got \(1, 1, 1\)"),
    "half": ({"unit": (0.5, 1)}, r"unit must be .*got \(0.5, 1\)"),
    "negative": ({"unit": (0, -1)}, r"unit must be .*got \(0, -1\)"),
    "outside": ({"unit": (0, 4)}, r"unit must lie within the 4 x 4 map, got \(0, 4\)"),
    "batch_size": ({"batch_size": 0}, "batch_size must be an integer >= 1, got 0"),
    "pair": ({"batch_size": (2, 2)}, r"batch_size must be an integer >= 1, got \(2, 2\)"),
    "true": ({"batch_size": True}, "batch_size must be an integer >= 1, got True"),
}


@pytest.mark.parametrize(("changes", "message"), BAD.values(), ids=BAD)
def test_bad_arguments_are_named(model: nn.Module, changes: dict, message: str) -> None:
    arguments = {"images": torch.zeros(1, 3, 16, 16), **changes}
    with pytest.raises(ValueError, match=message):
        effective_receptive_field(model, arguments.pop("images"), **arguments)


@pytest.mark.parametrize("rule", [Tensor.detach, torch.ones_like], ids=["detached", "constant"])
def test_a_layer_without_a_gradient_is_named(rule) -> None:
    class Cut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(rule(x))

    with pytest.raises(ValueError, match="layer 'conv' does not depend on images"):
        effective_receptive_field(Cut(), images(1, 3, 8, 8), layer="conv")


# ---- log_scaled and erf_area_ratio ----


def ratio_by_definition(map: np.ndarray, t: float, center: tuple[int, int]) -> float:
    """Spell the definition out: sum M over the smallest centred odd square that exceeds t."""
    scaled = np.log10(map + 1)
    scaled = scaled / scaled.max()
    height, width = map.shape
    for side in range(1, min(height, width) + 1, 2):
        inside = sum(
            scaled[i, j]
            for i in range(height)
            for j in range(width)
            if max(abs(i - center[0]), abs(j - center[1])) <= side // 2
        )
        if inside / scaled.sum() > t:
            return (side / height) * (side / width)
    return math.nan


@given(
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.floats(0, 0.999),
    st.integers(0, 10**6),
    st.data(),
)
def test_the_ratio_equals_the_definition(size, t: float, seed: int, data) -> None:
    map = np.random.default_rng(seed).random(size) ** 4 + 1e-3
    center = tuple(data.draw(st.integers(0, n - 1)) for n in size)
    expected = ratio_by_definition(map, t, center)
    assert erf_area_ratio(map, [t], center) == pytest.approx({t: expected}, nan_ok=True)
    if center == (size[0] // 2, size[1] // 2):
        assert erf_area_ratio(map, [t]) == pytest.approx({t: expected}, nan_ok=True)


def test_ratios_counted_by_hand() -> None:
    # M is 1 everywhere on 5 x 5: squares of side 1, 3, 5 hold 1/25, 9/25 and 25/25 of it.
    flat = torch.full((5, 5), 9.0)
    ratios = erf_area_ratio(flat, (0.0, 0.03, 0.04, 0.35, 0.36, 0.99))
    assert ratios == pytest.approx(
        {0.0: 1 / 25, 0.03: 1 / 25, 0.04: 9 / 25, 0.35: 9 / 25, 0.36: 1.0, 0.99: 1.0}
    )
    # 4 x 8: a side of 1 or 3 fits, centred on (2, 4); it holds 9/32 = 0.28 of a flat map.
    assert erf_area_ratio(torch.ones(4, 8), (0.28, 0.3)) == pytest.approx(
        {0.28: (3 / 4) * (3 / 8), 0.3: math.nan}, nan_ok=True
    )


def test_defaults_are_the_papers() -> None:
    assert list(erf_area_ratio(torch.ones(9, 9))) == [0.2, 0.3, 0.5, 0.99]


def test_the_map_is_log_scaled_inside() -> None:
    # log10(map + 1) is 2 in the middle and 1 on the eight neighbours: 2 / 10 of the total.
    map = torch.full((3, 3), 9.0)
    map[1, 1] = 99.0
    assert erf_area_ratio(map, (0.19, 0.21)) == {0.19: pytest.approx(1 / 9), 0.21: 1.0}


def test_the_off_centre_trap() -> None:
    # One bright pixel at (3, 3) of 9 x 9: seen from itself it is 1/81 of the area; from the
    # middle (4, 4) a square of side 3 is needed, 9/81: nine times as much.
    map = torch.zeros(9, 9)
    map[3, 3] = 1.0
    assert erf_area_ratio(map, (0.5,), (3, 3)) == {0.5: pytest.approx(1 / 81)}
    assert erf_area_ratio(map, (0.5,)) == {0.5: pytest.approx(9 / 81)}
    # A half-integer centre takes the pixel above it.
    assert erf_area_ratio(map, (0.5,), (2.5, 2.5)) == {0.5: pytest.approx(1 / 81)}
    assert erf_area_ratio(map, (0.5,), (2.4, 2.5)) == {0.5: pytest.approx(9 / 81)}


def test_nothing_is_never_reached() -> None:
    assert all(map(math.isnan, erf_area_ratio(torch.zeros(5, 5)).values()))
    corner = torch.zeros(8, 8)
    corner[0, 0] = 1.0  # the largest centred odd square has side 7 and rows 1 to 7
    assert math.isnan(erf_area_ratio(corner, (0.5,))[0.5])
    assert math.isnan(erf_area_ratio(torch.ones(5, 5), (1.0,))[1.0])  # nothing exceeds everything


def test_log_scaled_by_hand() -> None:
    map = torch.tensor([[0.0, 9.0], [99.0, 999.0]])
    expected = torch.tensor([[0.0, 1.0], [2.0, 3.0]], dtype=torch.float64) / 3
    torch.testing.assert_close(log_scaled(map), expected)
    torch.testing.assert_close(log_scaled(map.numpy()), expected)
    assert log_scaled(torch.zeros(2, 3)).tolist() == [[0.0] * 3] * 2


BAD_MAPS = {
    "cube": (torch.ones(1, 2, 3), r"map must have shape \(H, W\), got \(1, 2, 3\)"),
    "empty": (torch.ones(0, 3), r"map must have shape \(H, W\), got \(0, 3\)"),
    "negative": (-torch.ones(2, 2), "map must be finite and not negative.*-1.0"),
    "nan": (torch.full((2, 2), math.nan), "map must be finite"),
}


@pytest.mark.parametrize("function", [log_scaled, erf_area_ratio, erf_width])
@pytest.mark.parametrize(("map", "message"), BAD_MAPS.values(), ids=BAD_MAPS)
def test_bad_maps_are_named(function, map: Tensor, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(map)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"thresholds": (0.5, 1.5)}, r"thresholds must lie in \[0, 1\], got 1.5"),
        ({"thresholds": (-0.1,)}, r"thresholds must lie in \[0, 1\], got -0.1"),
        ({"thresholds": (math.nan,)}, r"thresholds must lie in \[0, 1\], got nan"),
        ({"center": (4, 2)}, r"center must be .*within the 4 x 6 map, got \(4, 2\)"),
        ({"center": (0, -1)}, r"center must be .*got \(0, -1\)"),
        ({"center": (math.nan, 0)}, r"center must be .*got \(nan, 0\)"),
        ({"center": (1, 1, 1)}, r"center must be .*got \(1, 1, 1\)"),
        ({"center": (1,)}, r"center must be .*got \(1,\)"),
    ],
)
def test_bad_ratio_arguments_are_named(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        erf_area_ratio(torch.ones(4, 6), **options)


# ---- erf_width ----


@pytest.mark.parametrize(("kernel", "depth"), [(3, 1), (3, 8), (5, 5), (7, 3), (1, 4)])
def test_stacked_boxes_widen_as_the_square_root_of_depth(kernel: int, depth: int) -> None:
    # A box of K pixels has variance (K^2 - 1) / 12 per axis; variances of L convolutions add.
    model = PlainStack(kernel, depth, nonlinearity="linear", weights="uniform").double()
    side = depth * (kernel - 1) + 9
    erf = effective_receptive_field(model, images(2, 3, side, side))
    expected = math.sqrt(depth * (kernel**2 - 1) / 12)
    assert erf_width(erf.map) == pytest.approx(expected, abs=1e-9)
    assert erf_width(erf.map, erf.center) == pytest.approx(expected, abs=1e-9)


def test_dilation_and_stride_scale_the_width() -> None:
    def width(**options) -> float:
        model = PlainStack(3, 4, nonlinearity="linear", weights="uniform", **options).double()
        return erf_width(effective_receptive_field(model, images(1, 3, 65, 65)).map)

    unit = 2 / 3  # variance of one 3-tap box: (9 - 1) / 12
    assert width(dilation=3) == pytest.approx(math.sqrt(4 * 9 * unit))
    assert width(stride=2) == pytest.approx(math.sqrt(unit + 3 * 4 * unit))


def test_width_by_hand() -> None:
    map = torch.zeros(5, 7)
    map[2, 1] = map[2, 5] = 3.0  # 2 pixels either side in x, none in y: sqrt((4 + 0) / 2)
    assert erf_width(map) == pytest.approx(math.sqrt(2))
    # Measured from (2, 1): distances 0 and 4 in x, so sqrt((0 + 16) / 2 / 2).
    assert erf_width(map, (2, 1)) == pytest.approx(2.0)
    assert math.isnan(erf_width(torch.zeros(3, 3)))


def test_the_map_of_boxes_is_their_convolution() -> None:
    model = PlainStack(3, 2, channels=2, nonlinearity="linear", weights="uniform").double()
    erf = effective_receptive_field(model, images(1, 3, 11, 11))
    line = F.conv1d(torch.ones(1, 1, 3).double(), torch.ones(1, 1, 3).double(), padding=2)[0, 0]
    expected = torch.outer(line, line)  # 1 2 3 2 1 in either direction
    inner = erf.map[3:8, 3:8]
    torch.testing.assert_close(inner / inner[0, 0], expected)
    assert erf.map.sum() == pytest.approx(float(inner.sum()))
